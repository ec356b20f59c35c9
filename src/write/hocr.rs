//! hOCR 1.2 as XHTML: `ocr_page`, `ocr_carea`, `ocr_line`, `ocrx_word`, `ocrx_cinfo`.
//!
//! Each run of a line is a word. Vertical text has the CSS property `writing-mode`, because hOCR has no equivalent.
//! Marks are `ocr_image` (rulings `ocr_separator`) with `x_kind` and their other properties. The text of stamps is the
//! label of the element instead of its content, so that the text of the document is the text of the page.

use super::marks::{self, MarkDescription};
use super::runs::{Run, runs};
use super::xml::Xml;
use crate::geometry::BBox;
use crate::names;
use crate::page::{Confidence, Glyph, Line, Page, Region, RegionKind, WritingMode};
use crate::reviewed::{Signature, signature};
use std::path::Path;

pub(super) fn write(page: &Page, image: &Path) -> Vec<u8> {
    let mut xml = Xml::new();
    let language = || "ja".to_owned();
    let namespace = ("xmlns", "http://www.w3.org/1999/xhtml".to_owned());
    xml.open("html", &[namespace, ("xml:lang", language()), ("lang", language())]);
    xml.open("head", &[]);
    xml.leaf("title", &[], &page.source.path);
    let meta = |name: &str, content: &str| [("name", name.to_owned()), ("content", content.to_owned())];
    let kind = ("http-equiv", "Content-Type".to_owned());
    xml.empty("meta", &[kind, ("content", "text/html; charset=utf-8".to_owned())]);
    xml.empty("meta", &meta("ocr-system", &page.provenance.software));
    if let Some(Signature { by, revision }) = signature(page) {
        xml.empty("meta", &meta("reviewed-by", by));
        xml.empty("meta", &meta("review-revision", &revision.to_string()));
    }
    let classes = "ocr_page ocr_carea ocr_line ocrx_word ocrx_cinfo ocr_image ocr_separator";
    xml.empty("meta", &meta("ocr-capabilities", classes));
    xml.empty("meta", &meta("ocr-number-of-pages", "1"));
    xml.close();
    xml.open("body", &[]);
    xml.open("div", &[class("ocr_page"), ("id", "page".to_owned()), ("title", page_title(page, image))]);
    page.regions.iter().for_each(|region| write_region(&mut xml, region));
    xml.finish()
}

fn class(name: &str) -> (&'static str, String) {
    ("class", name.to_owned())
}

fn bbox(b: &BBox) -> String {
    format!("bbox {} {} {} {}", b.left, b.top, b.right, b.bottom)
}

/// Confidence in percent, as hOCR requires.
fn percent(confidence: Confidence) -> f32 {
    (confidence.value() * 1e4).round() / 100.0
}

fn page_title(page: &Page, image: &Path) -> String {
    let size = bbox(&BBox::of_size(page.width, page.height));
    // A semicolon ends a property and a quote ends a string, so both are escaped as in a URL.
    let name = names::shown(image).replace(';', "%3B").replace('"', "%22");
    let number = page.source.page.saturating_sub(1);
    let mut title = format!("image \"{name}\"; {size}; ppageno {number}");
    if let Some(dpi) = page.dpi.filter(|d| d.is_finite()) {
        title += &format!("; scan_res {dpi} {dpi}");
    }
    title
}

fn write_region(xml: &mut Xml, region: &Region) {
    let RegionKind::Text { role, writing_mode } = region.kind else { return mark(xml, region) };
    let title = format!("{}; x_role {}", bbox(&region.bbox), marks::name_of(&role));
    let mut attributes = vec![class("ocr_carea"), ("id", region.id.clone()), ("title", title)];
    if writing_mode == WritingMode::VerticalRl {
        attributes.push(("style", "writing-mode: vertical-rl".to_owned()));
    }
    xml.open("div", &attributes);
    for (index, line) in region.lines.iter().enumerate() {
        text_line(xml, line, format!("{}-l{index}", region.id));
    }
    xml.close();
}

fn mark(xml: &mut Xml, region: &Region) {
    let MarkDescription { kind, properties } = marks::describe(region);
    let mut title = format!("{}; x_kind {kind}", bbox(&region.bbox));
    for (name, value) in properties.iter().filter(|(name, _)| *name != "text") {
        title += &format!("; x_{} {value}", name.replace('-', "_"));
    }
    let name = if region.kind == RegionKind::Ruling { "ocr_separator" } else { "ocr_image" };
    let mut attributes = vec![class(name), ("id", region.id.clone()), ("title", title)];
    if !region.lines.is_empty() {
        attributes.extend([("role", "img".to_owned()), ("aria-label", marks::text(region))]);
    }
    xml.open("div", &attributes);
    xml.close();
}

fn text_line(xml: &mut Xml, line: &Line, id: String) {
    let title = format!("{}; x_wconf {}", bbox(&line.bbox), percent(line.confidence));
    xml.open("span", &[class("ocr_line"), ("id", id), ("title", title)]);
    for (index, run) in runs(line).iter().enumerate() {
        if index > 0 {
            xml.text(" ");
        }
        word(xml, line, run);
    }
    xml.close();
}

fn word(xml: &mut Xml, line: &Line, run: &Run<'_>) {
    let confidence = match run.glyphs {
        [] => line.confidence,
        glyphs => Confidence::mean(glyphs.iter().map(|g| g.confidence)),
    };
    let title = format!("{}; x_wconf {}", bbox(&run.bbox), percent(confidence));
    xml.open_inline("span", &[class("ocrx_word"), ("title", title)]);
    if run.glyphs.is_empty() {
        xml.text(run.text);
    }
    run.glyphs.iter().for_each(|g| glyph(xml, g));
    xml.close();
}

fn glyph(xml: &mut Xml, glyph: &Glyph) {
    let title = format!("{}; x_conf {}", bbox(&glyph.bbox), percent(glyph.confidence));
    xml.open_inline("span", &[class("ocrx_cinfo"), ("title", title)]);
    xml.text(&glyph.text);
    xml.close();
}
