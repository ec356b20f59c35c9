//! ALTO 4.4: blocks, lines, strings and glyphs, in pixels.
//!
//! Each run of a line is a `String` with glyphs. ALTO limits a glyph to one code point (`CONTENT` of length 1), so a
//! cluster of several is written as several glyphs with the same box. ALTO has no elements for marks. They are blocks
//! with a `TYPE`, and their text and properties are in a tag. All elements also exist in ALTO 4.3.

use super::marks::{self, MarkDescription};
use super::runs::{Run, runs};
use super::xml::{Xml, points};
use crate::geometry::BBox;
use crate::names;
use crate::page::{Confidence, Glyph, Line, Page, Region, RegionKind, WritingMode};
use crate::reviewed::{Signature, signature};
use std::path::Path;

type Owned = Vec<(&'static str, String)>;

pub(super) fn write(page: &Page, image: &Path) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open(
        "alto",
        &[
            ("xmlns", "http://www.loc.gov/standards/alto/ns-v4#".to_owned()),
            ("SCHEMAVERSION", "4.4".to_owned()),
        ],
    );
    description(&mut xml, page, image);
    tags(&mut xml, page);
    reading_order(&mut xml, page);
    xml.open("Layout", &[]);
    let (width, height) = (page.width.to_string(), page.height.to_string());
    let number = ("PHYSICAL_IMG_NR", page.source.page.to_string());
    xml.open("Page", &[("ID", id("page")), number, ("WIDTH", width), ("HEIGHT", height)]);
    let space = boxed(&BBox::of_size(page.width, page.height));
    xml.open("PrintSpace", &[vec![("ID", id("space"))], space].concat());
    page.regions.iter().for_each(|region| block(&mut xml, page, region));
    xml.finish()
}

/// Prefixes ids of other elements, so that they do not collide with region ids.
fn id(name: &str) -> String {
    format!("alto-{name}")
}

fn tag_id(region: &Region) -> String {
    id(&format!("tag-{}", region.id))
}

fn description(xml: &mut Xml, page: &Page, image: &Path) {
    xml.open("Description", &[]);
    xml.leaf("MeasurementUnit", &[], "pixel");
    xml.open("sourceImageInformation", &[]);
    xml.leaf("fileName", &[], &names::shown(image));
    xml.leaf("fileIdentifier", &[("fileIdentifierLocation", "sha256".to_owned())], &page.source.sha256);
    xml.close();
    xml.open("Processing", &[("ID", id("processing"))]);
    xml.leaf("processingCategory", &[], "contentGeneration");
    xml.open("processingSoftware", &[]);
    xml.leaf("softwareName", &[], &page.provenance.software);
    xml.leaf("applicationDescription", &[], &page.provenance.engine);
    xml.close();
    xml.close();
    if let Some(Signature { by, revision }) = signature(page) {
        xml.open("Processing", &[("ID", id("review"))]);
        xml.leaf("processingCategory", &[], "contentModification");
        xml.leaf("processingAgency", &[], by);
        xml.leaf("processingStepDescription", &[], &format!("reviewed by a person, revision {revision}"));
        xml.close();
    }
    xml.close();
}

/// Writes one tag per region: the role of a text region, or the properties of a mark.
fn tags(xml: &mut Xml, page: &Page) {
    if page.regions.is_empty() {
        return;
    }
    xml.open("Tags", &[]);
    for region in &page.regions {
        let MarkDescription { kind, properties } = marks::describe(region);
        let pairs: Vec<String> = properties.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (element, label) = match &region.kind {
            RegionKind::Text { role, .. } => ("RoleTag", marks::name_of(role)),
            _ => ("LayoutTag", kind.to_owned()),
        };
        let description = ("DESCRIPTION", pairs.join("; "));
        xml.empty(
            element,
            &[("ID", tag_id(region)), ("TYPE", kind.to_owned()), ("LABEL", label), description],
        );
    }
    xml.close();
}

fn reading_order(xml: &mut Xml, page: &Page) {
    let text: Vec<&Region> =
        page.regions.iter().filter(|r| matches!(r.kind, RegionKind::Text { .. })).collect();
    if text.is_empty() {
        return;
    }
    xml.open("ReadingOrder", &[]);
    xml.open("OrderedGroup", &[("ID", id("order"))]);
    for region in text {
        let own = ("ID", id(&format!("ref-{}", region.id)));
        xml.empty("ElementRef", &[own, ("REF", region.id.clone())]);
    }
    xml.close();
    xml.close();
}

fn block(xml: &mut Xml, page: &Page, region: &Region) {
    let mut attributes = vec![("ID", region.id.clone()), ("TAGREFS", tag_id(region))];
    attributes.extend(boxed(&region.bbox));
    let element = match &region.kind {
        RegionKind::Text { writing_mode, .. } => {
            attributes.push(("LANG", "ja".to_owned()));
            attributes.push(("BASEDIRECTION", direction(*writing_mode).to_owned()));
            "TextBlock"
        }
        RegionKind::Ruling => "GraphicalElement",
        _ => {
            attributes.push(("TYPE", marks::describe(region).kind.to_owned()));
            if let RegionKind::Stamp { tilt_degrees, .. } = region.kind {
                // ALTO angles are counterclockwise.
                attributes.push(("ROTATION", (-tilt_degrees).to_string()));
            }
            "ComposedBlock"
        }
    };
    xml.open(element, &attributes);
    if region.outline.0.len() >= 3 {
        xml.open("Shape", &[]);
        xml.empty("Polygon", &[("POINTS", points(page, &region.outline.0))]);
        xml.close();
    }
    if let RegionKind::Text { writing_mode, .. } = region.kind {
        for (index, line) in region.lines.iter().enumerate() {
            text_line(xml, line, format!("{}-l{index}", region.id), writing_mode);
        }
    }
    xml.close();
}

/// Direction names as of ALTO 4.3: `ttb` for vertical text.
fn direction(mode: WritingMode) -> &'static str {
    match mode {
        WritingMode::HorizontalTb => "ltr",
        WritingMode::VerticalRl => "ttb",
    }
}

fn boxed(b: &BBox) -> Owned {
    let sides = [("HPOS", b.left), ("VPOS", b.top), ("WIDTH", b.width()), ("HEIGHT", b.height())];
    sides.map(|(name, value)| (name, value.to_string())).to_vec()
}

fn text_line(xml: &mut Xml, line: &Line, id: String, mode: WritingMode) {
    let own = vec![("ID", id), ("BASEDIRECTION", direction(mode).to_owned())];
    xml.open("TextLine", &[own, boxed(&line.bbox)].concat());
    for (index, run) in runs(line).iter().enumerate() {
        if index > 0 {
            xml.empty("SP", &[]);
        }
        string(xml, line, run);
    }
    xml.close();
}

fn string(xml: &mut Xml, line: &Line, run: &Run<'_>) {
    let mut attributes = boxed(&run.bbox);
    attributes.push(("CONTENT", run.text.to_owned()));
    let confidence = match run.glyphs {
        [] => line.confidence,
        glyphs => Confidence::mean(glyphs.iter().map(|g| g.confidence)),
    };
    attributes.push(("WC", confidence.value().to_string()));
    if !run.glyphs.is_empty() {
        attributes.push(("CC", character_confidences(run.glyphs)));
    }
    xml.open("String", &attributes);
    run.glyphs.iter().for_each(|g| glyph(xml, g));
    xml.close();
}

/// ALTO 4.4, CC: one digit per character, from 0 (confident) to 9 (uncertain).
fn character_confidences(glyphs: &[Glyph]) -> String {
    let digit = |g: &Glyph| ((1.0 - g.confidence.value()) * 9.0).round().to_string();
    let all = glyphs.iter().flat_map(|g| g.text.chars().map(move |_| digit(g)));
    all.collect::<Vec<_>>().join(" ")
}

fn glyph(xml: &mut Xml, glyph: &Glyph) {
    for c in glyph.text.chars() {
        let mut attributes = boxed(&glyph.bbox);
        attributes.push(("CONTENT", c.to_string()));
        attributes.push(("GC", glyph.confidence.value().to_string()));
        xml.open("Glyph", &attributes);
        // A variant replaces the whole cluster and has at most three code points.
        let whole = glyph.text.chars().nth(1).is_none();
        for (text, confidence) in glyph.alternatives.iter().filter(|a| whole && a.0.chars().count() <= 3) {
            xml.empty("Variant", &[("CONTENT", text.clone()), ("VC", confidence.value().to_string())]);
        }
        xml.close();
    }
}
