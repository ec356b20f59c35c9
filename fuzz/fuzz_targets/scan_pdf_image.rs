//! Decodes images in PDFs: the first byte selects the filters, the second the image dictionary.
#![no_main]

use denshin_fuzz::{let_guards_work, pdf_page, pdf_stream, read_scan};
use libfuzzer_sys::fuzz_target;

const FILTERS: [&str; 10] = [
    "/JBIG2Decode",
    "/JPXDecode",
    "/DCTDecode",
    "/CCITTFaxDecode",
    "/LZWDecode",
    "/RunLengthDecode",
    "[/ASCII85Decode/FlateDecode]",
    "[/FlateDecode/JBIG2Decode]",
    "[/ASCIIHexDecode/CCITTFaxDecode]",
    "[/LZWDecode/LZWDecode]",
];
const DICTIONARIES: [&str; 8] = [
    "/ColorSpace/DeviceGray/BitsPerComponent 1",
    "/ColorSpace/DeviceRGB/BitsPerComponent 8",
    "/ColorSpace/DeviceCMYK/BitsPerComponent 8",
    "/ColorSpace[/Indexed/DeviceRGB 1<FFFFFF000000>]/BitsPerComponent 2",
    "/ImageMask true",
    "/ColorSpace/DeviceGray/BitsPerComponent 1/DecodeParms<</K -1/Columns 99>>",
    "/ColorSpace/DeviceGray/BitsPerComponent 1/DecodeParms<</K 4/Columns 99/Rows 0/BlackIs1 true>>",
    "/ColorSpace/DeviceGray/BitsPerComponent 8/DecodeParms<</Predictor 12/Columns 99/Colors 1>>",
];

fuzz_target!(|data: &[u8]| {
    let_guards_work();
    let [filter, dictionary, data @ ..] = data else { return };
    let filter = FILTERS[usize::from(*filter) % FILTERS.len()];
    let dictionary = DICTIONARIES[usize::from(*dictionary) % DICTIONARIES.len()];
    let head = format!("/Type/XObject/Subtype/Image/Width 99/Height 99{dictionary}/Filter{filter}");
    let image = pdf_stream(&head, data);
    let content = pdf_stream("", b"q 99 0 0 99 0 0 cm /I Do Q 0 0 9 9 re f");
    read_scan(&pdf_page("/XObject<</I 5 0 R>>", &content, &[image]), |_| true);
});
