//! Exports corrections as references and line images.
//!
//! References have the form that `evaluate` reads: `NAME.gt.txt` with one printed line a line, and `NAME.gt.json` with
//! the boxes of lines, characters, stamps, redactions and handwriting. They omit the header fields, because the record
//! has the machine's fields and no person corrected them. Line images are upright PNGs with their text beside them;
//! columns stay vertical. Empty lines and lines with a ■ are omitted: they are of no use for training.

use super::picture::Frame;
use crate::geometry::BBox;
use crate::page::{Page, REDACTION_MARK, RedactionStyle, RegionKind, StampShape, WritingMode};
use crate::raster::Pixels;
use crate::reviewed::{MendedLine, MendedRegion, Review};
use serde_json::{Value, json};

/// The text of `NAME.gt.txt`, with a final line feed.
#[must_use]
pub fn reference_text(review: &Review) -> String {
    let text = review.text();
    if text.is_empty() { text } else { text + "\n" }
}

/// The content of `NAME.gt.json`.
#[must_use]
pub fn reference_json(page: &Page, review: &Review) -> Value {
    let lines: Vec<Value> = review
        .printed_lines()
        .enumerate()
        .map(|(order, (region, line))| line_json(order, region, line))
        .collect();
    let count = |mode| review.printed_lines().filter(|(r, _)| r.writing_mode() == mode).count();
    let vertical = count(WritingMode::VerticalRl) > count(WritingMode::HorizontalTb);
    let of = |f: fn(&MendedRegion) -> Option<Value>| review.regions.iter().filter_map(f).collect::<Vec<_>>();
    let name = std::path::Path::new(&page.source.path).file_name().map(|n| n.to_string_lossy());
    json!({
        "direction": if vertical { "vertical" } else { "horizontal" },
        "dpi": page.dpi, "width": page.width, "height": page.height, "skew_deg": page.skew_degrees,
        "lines": lines, "stamps": of(stamp_json), "redactions": of(redaction_json), "handwriting": of(handwriting_json),
        "image": name, "page": page.source.page,
        "reviewed": review.history.last().map(|c| json!({ "by": c.by, "at": c.at, "revision": c.revision })),
    })
}

fn line_json(order: usize, region: &MendedRegion, mended: &MendedLine) -> Value {
    let line = &mended.line;
    // As in the references of the samples, a ■ is part of the text but not a character with a box.
    let printed = line.glyphs.iter().filter(|g| !g.text.contains(REDACTION_MARK));
    let role = match &region.kind {
        RegionKind::Text { role, .. } => json!(role),
        _ => Value::Null,
    };
    json!({
        "order": order, "role": role, "direction": direction(region.writing_mode()), "text": line.text,
        "bbox": line.bbox,
        "chars": printed.map(|g| json!({ "c": g.text, "bbox": g.bbox })).collect::<Vec<_>>(),
    })
}

fn direction(mode: WritingMode) -> &'static str {
    match mode {
        WritingMode::HorizontalTb => "horizontal",
        WritingMode::VerticalRl => "vertical",
    }
}

fn stamp_json(region: &MendedRegion) -> Option<Value> {
    let RegionKind::Stamp { color, shape, .. } = &region.kind else { return None };
    let shape = match shape {
        StampShape::Rectangle => "rect",
        StampShape::Circle => "circle",
        StampShape::Oval => "oval",
        StampShape::Frameless => "frameless",
    };
    Some(json!({ "text": words(region), "shape": shape, "color": color, "bbox": region.bbox }))
}

fn redaction_json(region: &MendedRegion) -> Option<Value> {
    let RegionKind::Redaction { style, estimated_characters, .. } = &region.kind else { return None };
    let style = match style {
        RedactionStyle::Solid => "black",
        RedactionStyle::Outlined => "outline",
    };
    let BBox { left, top, right, bottom } = region.bbox;
    let upright = json!([[left, top], [right, top], [right, bottom], [left, bottom]]);
    let polygon = if region.outline.0.is_empty() { upright } else { json!(region.outline) };
    Some(
        json!({ "bbox": region.bbox, "polygon": polygon, "style": style, "hidden_chars": estimated_characters }),
    )
}

fn handwriting_json(region: &MendedRegion) -> Option<Value> {
    matches!(region.kind, RegionKind::Handwriting)
        .then(|| json!({ "text": words(region), "bbox": region.bbox }))
}

/// The text of a region, its lines concatenated.
fn words(region: &MendedRegion) -> String {
    region.lines.iter().map(|l| l.line.text.as_str()).collect()
}

/// The image of one printed line.
pub struct LineImage {
    /// The line's id in a form that is valid in a file name: `r7-2`.
    pub name: String,
    /// `horizontal` or `vertical`.
    pub direction: &'static str,
    /// Text of the line.
    pub text: String,
    /// Upright image.
    pub pixels: Pixels,
}

/// The images of all lines that have text without a ■, cut from the scan of the page.
pub fn line_images<'a>(
    page: &'a Page,
    review: &'a Review,
    scan: &'a Pixels,
) -> impl Iterator<Item = LineImage> + 'a {
    let is_shown = |l: &MendedLine| !l.line.text.trim().is_empty() && !l.line.text.contains(REDACTION_MARK);
    review.printed_lines().filter(move |(_, l)| is_shown(l)).filter_map(|(region, mended)| {
        let frame = Frame::of_line(&mended.line, page);
        let image = || LineImage {
            name: mended.id.replace('/', "-"),
            direction: direction(region.writing_mode()),
            text: mended.line.text.clone(),
            pixels: frame.cut(scan),
        };
        frame.is_modest().then(image)
    })
}
