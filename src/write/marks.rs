//! Properties of marks for the writers, named as in the page record, and the assignment of ■ to redactions.

use crate::page::{Line, Page, REDACTION_MARK, Region, RegionKind};
use serde::Serialize;

/// Kind and properties of a mark.
pub(super) struct MarkDescription {
    /// `stamp`, `redaction`, `handwriting`, `ruling`, or `text` for a text region.
    pub(super) kind: &'static str,
    /// Properties with their names in the page record, and one `text` for each line of the mark.
    pub(super) properties: Vec<(&'static str, String)>,
}

pub(super) fn describe(region: &Region) -> MarkDescription {
    let (kind, mut properties) = match &region.kind {
        RegionKind::Text { role, .. } => ("text", vec![("role", name_of(role))]),
        RegionKind::Stamp { color, shape, tilt_degrees, .. } => (
            "stamp",
            vec![
                ("color", name_of(color)),
                ("shape", name_of(shape)),
                ("tilt-degrees", tilt_degrees.to_string()),
            ],
        ),
        RegionKind::Redaction { style, estimated_characters, group } => {
            let mut properties = vec![("style", name_of(style))];
            properties.extend(estimated_characters.map(|n| ("estimated-characters", n.to_string())));
            properties.extend(group.map(|n| ("group", n.to_string())));
            ("redaction", properties)
        }
        RegionKind::Handwriting => ("handwriting", vec![]),
        RegionKind::Ruling => ("ruling", vec![]),
    };
    if kind != "text" {
        properties.extend(region.lines.iter().map(|l| ("text", l.text.clone())));
    }
    MarkDescription { kind, properties }
}

/// Text of a region, with line feeds between the lines.
pub(super) fn text(region: &Region) -> String {
    region.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Serialized name of an enum value.
pub(super) fn name_of(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned));
    name.unwrap_or_default()
}

/// The redaction of each ■ in a line; `None` for a printed ■.
///
/// A ■ with a box belongs to the redaction with the largest overlap. If the glyphs of the line do not match its text,
/// the redactions that touch the line are assigned in the order of the line.
pub(super) fn redactions<'a>(page: &'a Page, region: &Region, line: &Line) -> Vec<Option<&'a Region>> {
    let all = page.regions.iter().filter(|r| matches!(r.kind, RegionKind::Redaction { .. }));
    let touching: Vec<&Region> = all.filter(|r| r.bbox.intersects(&line.bbox)).collect();
    let marks = line.text.matches(REDACTION_MARK).count();
    let glyphs: Vec<_> = line.glyphs.iter().filter(|g| g.text.contains(REDACTION_MARK)).collect();
    if glyphs.len() == marks {
        let nearest = |bbox| {
            let shared = |r: &&&Region| r.bbox.intersection(bbox).area();
            touching.iter().max_by_key(shared).filter(|r| r.bbox.intersects(bbox)).copied()
        };
        return glyphs.iter().map(|g| nearest(&g.bbox)).collect();
    }
    let mode = region.writing_mode();
    let mut in_order = touching;
    in_order.sort_by_key(|r| mode.along(&r.bbox).left);
    (0..marks).map(|i| in_order.get(i).copied()).collect()
}
