//! PAGE XML, schema of 2019-07-15: text regions with lines and glyphs, and marks as regions of their kind.
//!
//! Text regions are `TextRegion` elements, listed in `ReadingOrder`. Each run of a line is a `Word`, because the schema
//! allows glyphs only there. Stamps and handwriting are `GraphicRegion`, rulings `SeparatorRegion`, redactions
//! `CustomRegion` of the type `redaction`. The text of stamps and handwriting is in `UserDefined`, because programs
//! that collect all `TextRegion` elements would treat a nested one as text of the page. The record has no date, but the
//! schema requires one: `Created` is the start of 1970, so that equal records yield equal bytes.

use super::marks::{self, MarkDescription};
use super::runs::{Run, runs};
use super::xml::{Attributes, Xml, corners, corners_of_box, points};
use crate::geometry::BBox;
use crate::names;
use crate::page::{Glyph, Line, Page, Region, RegionKind, Role, WritingMode};
use crate::reviewed::{Signature, signature};
use std::path::Path;

const NAMESPACE: &str = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15";
const NO_DATE: &str = "1970-01-01T00:00:00Z";

pub(super) fn write(page: &Page, image: &Path) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open("PcGts", &[("xmlns", NAMESPACE.to_owned())]);
    xml.open("Metadata", &[]);
    xml.leaf("Creator", &[], &page.provenance.software);
    xml.leaf("Created", &[], NO_DATE);
    xml.leaf("LastChange", &[], NO_DATE);
    xml.leaf("Comments", &[], "the page record holds no date");
    let item =
        |name, value: &str| [("type", "other".to_owned()), ("name", name), ("value", value.to_owned())];
    xml.empty("MetadataItem", &item("engine".to_owned(), &page.provenance.engine));
    xml.empty("MetadataItem", &item("source-sha256".to_owned(), &page.source.sha256));
    xml.empty("MetadataItem", &item("source-page".to_owned(), &page.source.page.to_string()));
    if let Some(Signature { by, revision }) = signature(page) {
        xml.empty("MetadataItem", &item("reviewed-by".to_owned(), by));
        xml.empty("MetadataItem", &item("review-revision".to_owned(), &revision.to_string()));
    }
    xml.close();
    xml.open("Page", &page_attributes(page, image));
    reading_order(&mut xml, page);
    page.regions.iter().for_each(|region| write_region(&mut xml, page, region));
    xml.finish()
}

fn page_attributes(page: &Page, image: &Path) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("imageFilename", names::shown(image)),
        ("imageWidth", page.width.to_string()),
        ("imageHeight", page.height.to_string()),
    ];
    if let Some(dpi) = page.dpi.filter(|d| d.is_finite()) {
        let resolution = dpi.to_string();
        all.extend([("imageXResolution", resolution.clone()), ("imageYResolution", resolution)]);
        all.push(("imageResolutionUnit", "PPI".to_owned()));
    }
    // PAGE 2019: clockwise rotation that corrects the skew, from -180° to 180°. The record has the skew itself.
    let turn = f64::from(page.rotation % 360) - page.skew_degrees;
    let turn = if turn > 180.0 { turn - 360.0 } else { turn };
    if turn.is_finite() {
        all.push(("orientation", turn.to_string()));
    }
    all.push(("primaryLanguage", "Japanese".to_owned()));
    all
}

fn text_regions(page: &Page) -> impl Iterator<Item = &Region> {
    page.regions.iter().filter(|r| matches!(r.kind, RegionKind::Text { .. }))
}

fn reading_order(xml: &mut Xml, page: &Page) {
    // The schema does not allow an empty group.
    if text_regions(page).next().is_none() {
        return;
    }
    xml.open("ReadingOrder", &[]);
    xml.open("OrderedGroup", &[("id", "reading-order".to_owned())]);
    for (index, region) in text_regions(page).enumerate() {
        let reference = [("index", index.to_string()), ("regionRef", region.id.clone())];
        xml.empty("RegionRefIndexed", &reference);
    }
    xml.close();
    xml.close();
}

fn write_region(xml: &mut Xml, page: &Page, region: &Region) {
    let id = ("id", region.id.clone());
    match &region.kind {
        RegionKind::Text { role, writing_mode } => text_region(xml, page, region, *role, *writing_mode),
        RegionKind::Stamp { tilt_degrees, .. } => {
            let mut attributes = vec![id, ("type", "stamp".to_owned())];
            if tilt_degrees.is_finite() && tilt_degrees.abs() <= 180.0 {
                attributes.push(("orientation", (-tilt_degrees).to_string()));
            }
            attributes.push(("embText", (!region.lines.is_empty()).to_string()));
            mark(xml, page, region, "GraphicRegion", &attributes);
        }
        RegionKind::Handwriting => {
            mark(xml, page, region, "GraphicRegion", &[id, ("type", "handwritten-annotation".to_owned())]);
        }
        RegionKind::Redaction { .. } => {
            mark(xml, page, region, "CustomRegion", &[id, ("type", "redaction".to_owned())]);
        }
        RegionKind::Ruling => mark(xml, page, region, "SeparatorRegion", &[id]),
    }
}

fn mark(xml: &mut Xml, page: &Page, region: &Region, element: &'static str, attributes: Attributes<'_>) {
    xml.open(element, attributes);
    coords(xml, page, region);
    let MarkDescription { properties, .. } = marks::describe(region);
    if !properties.is_empty() {
        xml.open("UserDefined", &[]);
        for (name, value) in properties {
            xml.empty("UserAttribute", &[("name", name.to_owned()), ("value", value)]);
        }
        xml.close();
    }
    xml.close();
}

fn coords(xml: &mut Xml, page: &Page, region: &Region) {
    let confidence = region.confidence.value().to_string();
    xml.empty("Coords", &[("points", points(page, &corners(region))), ("conf", confidence)]);
}

fn text_region(xml: &mut Xml, page: &Page, region: &Region, role: Role, mode: WritingMode) {
    let (direction, order) = directions(mode);
    xml.open(
        "TextRegion",
        &[
            ("id", region.id.clone()),
            ("type", kind(role).to_owned()),
            ("custom", format!("structure {{type:{};}}", marks::name_of(&role))),
            ("readingDirection", direction.to_owned()),
            ("textLineOrder", order.to_owned()),
        ],
    );
    coords(xml, page, region);
    for (index, line) in region.lines.iter().enumerate() {
        text_line(xml, page, line, &format!("{}-l{index}", region.id), direction);
    }
    let text: Vec<&str> = region.lines.iter().map(|l| l.text.as_str()).collect();
    text_equivalent(xml, &text.join("\n"), None, None);
    xml.close();
}

/// Values of `readingDirection` and `textLineOrder`.
fn directions(mode: WritingMode) -> (&'static str, &'static str) {
    match mode {
        WritingMode::HorizontalTb => ("left-to-right", "top-to-bottom"),
        WritingMode::VerticalRl => ("top-to-bottom", "right-to-left"),
    }
}

/// Most similar region type of the schema. The role itself is in `custom`.
fn kind(role: Role) -> &'static str {
    match role {
        Role::Body => "paragraph",
        Role::Subject | Role::FormTitle => "heading",
        Role::Closing | Role::Other | Role::Notice | Role::Label => "other",
        _ => "header",
    }
}

fn text_line(xml: &mut Xml, page: &Page, line: &Line, id: &str, direction: &str) {
    xml.open("TextLine", &[("id", id.to_owned()), ("readingDirection", direction.to_owned())]);
    xml.empty("Coords", &[("points", points(page, &corners_of_box(&line.bbox)))]);
    for (index, run) in runs(line).iter().enumerate().filter(|(_, run)| !run.glyphs.is_empty()) {
        word(xml, page, run, &format!("{id}-w{index}"));
    }
    text_equivalent(xml, &line.text, Some(0), Some(line.confidence.value()));
    xml.close();
}

fn word(xml: &mut Xml, page: &Page, run: &Run<'_>, id: &str) {
    xml.open("Word", &[("id", id.to_owned())]);
    box_coords(xml, page, &run.bbox);
    for (index, glyph) in run.glyphs.iter().enumerate() {
        write_glyph(xml, page, glyph, format!("{id}-g{index}"));
    }
    text_equivalent(xml, run.text, Some(0), None);
    xml.close();
}

fn write_glyph(xml: &mut Xml, page: &Page, glyph: &Glyph, id: String) {
    xml.open("Glyph", &[("id", id)]);
    box_coords(xml, page, &glyph.bbox);
    text_equivalent(xml, &glyph.text, Some(0), Some(glyph.confidence.value()));
    for (index, (text, confidence)) in glyph.alternatives.iter().enumerate() {
        text_equivalent(xml, text, Some(index + 1), Some(confidence.value()));
    }
    xml.close();
}

fn box_coords(xml: &mut Xml, page: &Page, bbox: &BBox) {
    xml.empty("Coords", &[("points", points(page, &corners_of_box(bbox)))]);
}

/// Writes a `TextEquiv`. Of several, the one with the lowest index takes precedence.
fn text_equivalent(xml: &mut Xml, text: &str, index: Option<usize>, confidence: Option<f32>) {
    let index = index.map(|i| ("index", i.to_string()));
    let confidence = confidence.map(|c| ("conf", c.to_string()));
    xml.open("TextEquiv", &index.into_iter().chain(confidence).collect::<Vec<_>>());
    xml.leaf("Unicode", &[], text);
    xml.close();
}
