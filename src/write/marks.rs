//! What writers say of marks, in the record's own words; and which redaction a ■ stands for.

use crate::page::{Line, Page, REDACTION_MARK, Region, RegionKind};
use serde::Serialize;

/// A mark in words.
pub(super) struct MarkDescription {
    /// `stamp`, `redaction`, `handwriting`, `ruling`; `text` for print.
    pub(super) kind: &'static str,
    /// What is known of it, by the names that the record gives; each of its lines as `text`.
    pub(super) properties: Vec<(&'static str, String)>,
}

/// Describes a region.
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

/// What stands in a region, its lines divided by a line feed.
pub(super) fn text(region: &Region) -> String {
    region.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// The name that the record gives a value of an enumeration.
pub(super) fn name_of(value: &impl Serialize) -> String {
    let name = serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned));
    name.unwrap_or_default()
}

/// For each ■ of a line the redaction that it stands for; `None` where ■ is print.
///
/// A ■ with a box belongs to the redaction that shares most with it. On a line without boxes, or whose boxes are not
/// its text, the redactions that touch the line are taken in the line's direction.
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
