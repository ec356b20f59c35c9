//! Interprets PDF content streams, with a resource of every kind available.
#![no_main]

use denshin_fuzz::{let_guards_work, pdf_page, pdf_stream, read_scan};
use libfuzzer_sys::fuzz_target;

const RESOURCES: &str = "/XObject<</I 5 0 R/F 6 0 R>>/Pattern<</P 7 0 R>>/ExtGState<</G<</SMask<</S/Alpha/G 6 0 R>>>>>>\
     /Shading<</S<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 99 99]\
     /Function<</FunctionType 2/Domain[0 1]/N 1>>>>>>\
     /Font<</A<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>/T 8 0 R>>";

fuzz_target!(|data: &[u8]| {
    let_guards_work();
    // The page, a form, a pattern cell and a glyph all draw the same instructions.
    let image =
        pdf_stream("/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", b"x");
    let form = pdf_stream("/Type/XObject/Subtype/Form/BBox[0 0 99 99]/Group<</S/Transparency>>", data);
    let cell =
        pdf_stream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 9 9]/XStep 9/YStep 9/Resources<<>>", data);
    let font = b"<</Type/Font/Subtype/Type3/FontBBox[0 0 9 9]/FontMatrix[.1 0 0 .1 0 0]/FirstChar 97/LastChar 97\
        /Widths[9]/Encoding<</Differences[97/a]>>/CharProcs<</a 6 0 R>>>>";
    let others = [image, form, cell, font.to_vec()];
    read_scan(&pdf_page(RESOURCES, &pdf_stream("", data), &others), |_| true);
});
