//! Additional objects that PDF/A requires: XMP metadata (ISO 16684-1), an sRGB output intent, and an identifier.
//!
//! There are no dates, because the record has none and equal records must yield equal files.

use crate::write::xml::Xml;
use pdf_writer::types::OutputIntentSubtype;
use pdf_writer::writers::OutputIntent;
use pdf_writer::{Filter, Finish, Pdf, Ref, TextStr};
use sha2::{Digest, Sha256};

/// Writes the XMP packet.
pub(super) fn write(pdf: &mut Pdf, id: Ref, title: &str, software: &str) {
    let packet = packet(title, software);
    pdf.metadata(id, &packet);
}

fn packet(title: &str, software: &str) -> Vec<u8> {
    let mut xml = Xml::fragment();
    xml.open("x:xmpmeta", &[("xmlns:x", "adobe:ns:meta/".to_owned())]);
    xml.open("rdf:RDF", &[("xmlns:rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#".to_owned())]);
    xml.open(
        "rdf:Description",
        &[
            ("rdf:about", String::new()),
            ("xmlns:pdfaid", "http://www.aiim.org/pdfa/ns/id/".to_owned()),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/".to_owned()),
            ("xmlns:xmp", "http://ns.adobe.com/xap/1.0/".to_owned()),
            ("xmlns:pdf", "http://ns.adobe.com/pdf/1.3/".to_owned()),
        ],
    );
    // ISO 19005-2, 6.6.4: part 2, conformance level U (text with Unicode mapping).
    xml.leaf("pdfaid:part", &[], "2");
    xml.leaf("pdfaid:conformance", &[], "U");
    xml.leaf("xmp:CreatorTool", &[], software);
    xml.leaf("pdf:Producer", &[], software);
    xml.open("dc:title", &[]);
    xml.open("rdf:Alt", &[]);
    xml.leaf("rdf:li", &[("xml:lang", "x-default".to_owned())], title);
    xml.close();
    xml.close();
    let body = xml.finish();
    let begin = "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>";
    [begin.as_bytes(), &body, b"<?xpacket end=\"r\"?>"].concat()
}

/// Writes the sRGB colour profile.
pub(super) fn write_profile(pdf: &mut Pdf, id: Ref) {
    let packed = super::compressed(&profile());
    let mut stream = pdf.icc_profile(id, &packed);
    stream.n(3).filter(Filter::FlateDecode);
    stream.finish();
}

fn profile() -> Vec<u8> {
    /// Position of the creation date in the profile header: six 16-bit numbers (ICC.1:2022, 7.2.8).
    const DATE: std::ops::Range<usize> = 24..36;
    let mut profile =
        moxcms::ColorProfile::new_srgb().encode().expect("a profile that the library made itself");
    // The library writes the current time, which would make the output differ. Use the date of IEC 61966-2-1.
    let date = [1999_u16, 10, 18, 0, 0, 0];
    profile[DATE].copy_from_slice(date.map(u16::to_be_bytes).as_flattened());
    profile
}

/// Writes the output intent (ISO 19005-2, 6.2.3).
pub(super) fn write_intent(intent: &mut OutputIntent<'_>, profile: Ref) {
    intent.subtype(OutputIntentSubtype::PDFA).dest_output_profile(profile);
    intent.output_condition_identifier(TextStr("sRGB")).info(TextStr("sRGB IEC61966-2.1"));
}

/// Derives the 16-byte file identifier from the sources of the pages.
pub(super) fn identifier(identity: &str) -> Vec<u8> {
    Sha256::digest(identity.as_bytes())[..16].to_vec()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_profile_is_the_same_at_any_time() {
        // ICC.1:2022, 7.2.8: six 16-bit numbers.
        assert_eq!(super::profile()[24..36], [0x07, 0xCF, 0, 10, 0, 18, 0, 0, 0, 0, 0, 0]);
    }
}
