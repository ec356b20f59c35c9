//! TEI P5: telegram fields in `teiHeader`, boxes in `facsimile`, text in `body`.
//!
//! The fields are in `correspDesc`, which TEI defines for letters and telegrams (TEI P5, 2.4.6). Stamps and handwriting
//! are additions to the source and are in its description (`physDesc/additions`, with `stamp`); the text contains only
//! the text of the page. Each line starts with `lb`. Each ■ of a redaction is a `gap` with the reason `redacted`; its
//! quantity is the estimated number of characters, if known.

use super::marks::{self, MarkDescription};
use super::xml::{Xml, corners, corners_of_box, points};
use crate::page::{
    Dispatch, Line, Page, REDACTION_MARK, Reference, ReferenceDirection, Region, RegionKind, Telegram,
};
use crate::reviewed::{PERSON, Signature, signature};
use std::path::Path;

pub(super) fn write(page: &Page, image: &Path) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("TEI", &[("xmlns", "http://www.tei-c.org/ns/1.0".to_owned())]);
    header(&mut xml, page);
    facsimile(&mut xml, page, image);
    xml.open("text", &[("xml:lang", "ja".to_owned())]);
    xml.open("body", &[]);
    xml.empty("pb", &[("n", page.source.page.to_string()), ("facs", "#surface".to_owned())]);
    let print = |r: &&Region| matches!(r.kind, RegionKind::Text { .. });
    if page.regions.iter().any(|r| print(&r)) {
        page.regions.iter().filter(print).for_each(|region| block(&mut xml, page, region));
    } else {
        // TEI does not allow an empty body.
        xml.empty("ab", &[]);
    }
    xml.finish()
}

fn header(xml: &mut Xml, page: &Page) {
    let telegram = page.telegram.as_ref();
    xml.open("teiHeader", &[]);
    xml.open("fileDesc", &[]);
    xml.open("titleStmt", &[]);
    let subject = telegram.and_then(|t| t.subject.as_deref());
    xml.leaf("title", &[], subject.unwrap_or(&page.source.path));
    if let Some(Signature { by, revision }) = signature(page) {
        xml.open("respStmt", &[]);
        xml.leaf("resp", &[], &format!("Reviewed, revision {revision}"));
        xml.leaf("name", &[], by);
        xml.close();
    }
    xml.close();
    xml.open("publicationStmt", &[]);
    xml.leaf("p", &[], &format!("Read by {}", page.provenance.software));
    xml.close();
    source(xml, page);
    xml.close();
    xml.open("encodingDesc", &[]);
    xml.open("editorialDecl", &[]);
    xml.open("normalization", &[("method", "silent".to_owned())]);
    xml.leaf("p", &[], "Text stands as printed; nothing is normalized, corrected or supplied.");
    xml.close();
    xml.close();
    xml.close();
    if let Some(telegram) = telegram {
        profile(xml, telegram);
    }
    xml.close();
}

/// Writes the description of the scan with its stamps and handwriting.
fn source(xml: &mut Xml, page: &Page) {
    xml.open("sourceDesc", &[]);
    xml.open("msDesc", &[]);
    xml.open("msIdentifier", &[]);
    xml.leaf("idno", &[("type", "file".to_owned())], &page.source.path);
    xml.open("altIdentifier", &[]);
    xml.leaf("idno", &[("type", "sha256".to_owned())], &page.source.sha256);
    xml.close();
    xml.close();
    let added = |r: &&Region| matches!(r.kind, RegionKind::Stamp { .. } | RegionKind::Handwriting);
    if page.regions.iter().any(|r| added(&r)) {
        xml.open("physDesc", &[]);
        xml.open("additions", &[]);
        page.regions.iter().filter(added).for_each(|region| addition(xml, region));
        xml.close();
        xml.close();
    }
    xml.close();
    xml.close();
}

fn addition(xml: &mut Xml, region: &Region) {
    xml.open("p", &[]);
    let facs = ("facs", format!("#{}", region.id));
    if let RegionKind::Stamp { color, shape, .. } = &region.kind {
        let look = format!("{} {}", marks::name_of(color), marks::name_of(shape));
        xml.open_inline("stamp", &[("rend", look), facs]);
    } else {
        xml.open_inline("seg", &[("type", "handwriting".to_owned()), facs]);
    }
    for (index, line) in region.lines.iter().enumerate() {
        if index > 0 {
            xml.empty_inline("lb", &[]);
        }
        xml.text(&line.text);
    }
    xml.close();
    xml.close();
}

fn profile(xml: &mut Xml, telegram: &Telegram) {
    xml.open("profileDesc", &[]);
    xml.open("correspDesc", &[]);
    action(xml, "sent", telegram.from.as_deref(), telegram.sent.as_ref());
    action(xml, "received", telegram.to.as_deref(), telegram.received.as_ref());
    if !telegram.forwarded_to.is_empty() {
        xml.open("correspAction", &[("type", "forwarded".to_owned())]);
        telegram.forwarded_to.iter().for_each(|post| xml.leaf("placeName", &[], post));
        xml.close();
    }
    if !telegram.references.is_empty() {
        xml.open("correspContext", &[]);
        telegram.references.iter().for_each(|r| reference(xml, r));
        xml.close();
    }
    fields(xml, telegram);
    xml.close();
    xml.close();
}

/// Writes the fields without a `correspDesc` element: number, classification, handling.
fn fields(xml: &mut Xml, telegram: &Telegram) {
    let number = telegram.number.map(|n| n.to_string());
    let fields = [
        ("number", &number),
        ("series", &telegram.series),
        ("classification", &telegram.classification),
        ("precedence", &telegram.precedence),
        ("distribution", &telegram.distribution),
        ("bureau", &telegram.bureau),
        ("serial", &telegram.serial),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            xml.leaf("note", &[("type", name.to_owned())], value);
        }
    }
}

fn action(xml: &mut Xml, kind: &str, name: Option<&str>, dispatch: Option<&Dispatch>) {
    // TEI does not allow an empty action.
    if name.is_none() && dispatch.is_none() {
        return;
    }
    xml.open("correspAction", &[("type", kind.to_owned())]);
    if let Some(name) = name {
        xml.leaf("name", &[], name);
    }
    if let Some(dispatch) = dispatch {
        if let Some(post) = &dispatch.post {
            xml.leaf("placeName", &[], post);
        }
        let when = dispatch.date.as_ref().map(|date| {
            let time = dispatch.time.as_ref().map(|t| format!("T{t}:00")).unwrap_or_default();
            ("when", format!("{date}{time}"))
        });
        xml.leaf("date", &when.into_iter().collect::<Vec<_>>(), &dispatch.text);
    }
    xml.close();
}

fn reference(xml: &mut Xml, reference: &Reference) {
    let kind = match reference.direction {
        ReferenceDirection::Outgoing => "outgoing",
        ReferenceDirection::Incoming => "incoming",
        ReferenceDirection::Annex => "annex",
    };
    let number = reference.number.map(|n| ("n", n.to_string()));
    let attributes: Vec<_> = [("type", kind.to_owned())].into_iter().chain(number).collect();
    xml.leaf("ref", &attributes, &reference.text);
}

fn facsimile(xml: &mut Xml, page: &Page, image: &Path) {
    xml.open("facsimile", &[]);
    xml.open(
        "surface",
        &[
            ("xml:id", "surface".to_owned()),
            ("ulx", "0".to_owned()),
            ("uly", "0".to_owned()),
            ("lrx", page.width.to_string()),
            ("lry", page.height.to_string()),
        ],
    );
    // A file name must be escaped for use as a URL.
    let size = [("width", format!("{}px", page.width)), ("height", format!("{}px", page.height))];
    xml.empty("graphic", &[&[("url", crate::names::url(image))][..], &size].concat());
    for region in &page.regions {
        let MarkDescription { kind, .. } = marks::describe(region);
        zone(xml, page, &region.id, kind, &corners(region));
        if matches!(region.kind, RegionKind::Text { .. }) {
            for (index, line) in region.lines.iter().enumerate() {
                let id = format!("{}-l{index}", region.id);
                zone(xml, page, &id, "line", &corners_of_box(&line.bbox));
            }
        }
    }
    xml.close();
    xml.close();
}

fn zone(xml: &mut Xml, page: &Page, id: &str, kind: &str, corners: &[[i32; 2]]) {
    let attributes =
        [("xml:id", id.to_owned()), ("type", kind.to_owned()), ("points", points(page, corners))];
    xml.empty("zone", &attributes);
}

fn block(xml: &mut Xml, page: &Page, region: &Region) {
    let RegionKind::Text { role, writing_mode } = &region.kind else { return };
    xml.open(
        "ab",
        &[
            ("type", marks::name_of(role)),
            ("style", format!("writing-mode: {}", marks::name_of(writing_mode))),
            ("facs", format!("#{}", region.id)),
        ],
    );
    for (index, line) in region.lines.iter().enumerate() {
        xml.empty("lb", &[("facs", format!("#{}-l{index}", region.id))]);
        write_line(xml, page, region, line);
    }
    xml.close();
}

/// Writes the text of a line with its gaps.
fn write_line(xml: &mut Xml, page: &Page, region: &Region, line: &Line) {
    let redactions = marks::redactions(page, region, line);
    let mut pieces = line.text.split(REDACTION_MARK);
    xml.text(pieces.next().unwrap_or_default());
    for (piece, redaction) in pieces.zip(redactions) {
        // In review, ■ always means a redaction, even without a redaction region.
        let is_print = !matches!(line.engine.as_str(), PERSON | "none");
        match redaction {
            None if is_print => xml.text(REDACTION_MARK.encode_utf8(&mut [0; 4])),
            _ => gap(xml, redaction),
        }
        xml.text(piece);
    }
}

fn gap(xml: &mut Xml, redaction: Option<&Region>) {
    let mut attributes = vec![("reason", "redacted".to_owned())];
    if let Some(redaction) = redaction {
        if let RegionKind::Redaction { estimated_characters: Some(count), .. } = redaction.kind {
            attributes.extend([("unit", "chars".to_owned()), ("quantity", count.to_string())]);
        }
        attributes.push(("facs", format!("#{}", redaction.id)));
    }
    xml.empty_inline("gap", &attributes);
}
