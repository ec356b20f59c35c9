//! Checks regions that come from a browser or a file before they are used.

use super::record::MendedRegion;
use crate::geometry::BBox;
use std::collections::HashSet;

/// Most regions on a page. The fullest telegram here has 70.
const MOST_REGIONS: usize = 2_000;
/// Most lines on a page.
const MOST_LINES: usize = 5_000;
/// Most characters of a line and most bytes of its text: A3 landscape in six-point type has 200 characters a line.
const LONGEST_LINE: usize = 4_000;
/// Longest id in bytes.
const LONGEST_ID: usize = 64;
/// Longest reviewer name in characters.
const LONGEST_NAME: usize = 80;

/// Why the submitted regions are refused. The message is shown in the browser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(String);

fn refuse(condition: bool, message: impl FnOnce() -> String) -> Result<(), Refusal> {
    if condition { Err(Refusal(message())) } else { Ok(()) }
}

/// Checks that the regions can belong to a page of this size.
///
/// # Errors
/// Names the region or line and the problem.
pub(crate) fn check_regions(regions: &[MendedRegion], width: u32, height: u32) -> Result<(), Refusal> {
    refuse(regions.len() > MOST_REGIONS, || format!("more than {MOST_REGIONS} regions"))?;
    let lines = regions.iter().map(|r| r.lines.len()).sum::<usize>();
    refuse(lines > MOST_LINES, || format!("more than {MOST_LINES} lines"))?;
    let canvas = BBox::of_size(width, height);
    let mut ids = HashSet::new();
    for region in regions {
        check_id(&region.id, &mut ids)?;
        check_box(&region.bbox, &canvas, &region.id)?;
        refuse(region.outline.0.len() > 1_000, || {
            format!("{}: the outline has too many corners", region.id)
        })?;
    }
    let mut ids = HashSet::new();
    for line in regions.iter().flat_map(|r| &r.lines) {
        check_id(&line.id, &mut ids)?;
        check_box(&line.line.bbox, &canvas, &line.id)?;
        check_text(&line.line.text, &line.id)?;
        let glyphs = &line.line.glyphs;
        refuse(glyphs.len() > LONGEST_LINE, || format!("{}: too many characters", line.id))?;
        for glyph in glyphs {
            check_box(&glyph.bbox, &canvas, &line.id)?;
            check_text(&glyph.text, &line.id)?;
            refuse(glyph.alternatives.len() > 50, || format!("{}: too many alternatives", line.id))?;
        }
    }
    Ok(())
}

/// Returns the reviewer's name without surrounding white space.
///
/// # Errors
/// If the name is empty, too long, or has control characters.
pub(crate) fn check_name(name: &str) -> Result<&str, Refusal> {
    let name = name.trim();
    refuse(name.is_empty(), || "say who you are before you save".to_owned())?;
    refuse(name.chars().count() > LONGEST_NAME, || format!("a name has at most {LONGEST_NAME} characters"))?;
    refuse(name.chars().any(char::is_control), || "a name has no control characters".to_owned())?;
    Ok(name)
}

fn check_id<'a>(id: &'a str, seen: &mut HashSet<&'a str>) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
    let good = !id.is_empty() && id.len() <= LONGEST_ID && id.chars().all(plain);
    refuse(!good, || format!("no id: {}", id.chars().take(20).collect::<String>()))?;
    refuse(!seen.insert(id), || format!("{id} is there twice"))
}

fn check_box(bbox: &BBox, canvas: &BBox, id: &str) -> Result<(), Refusal> {
    let ordered = bbox.left <= bbox.right && bbox.top <= bbox.bottom;
    let inside =
        bbox.left >= 0 && bbox.top >= 0 && bbox.right <= canvas.right && bbox.bottom <= canvas.bottom;
    refuse(!(ordered && inside), || format!("{id}: a box that is not on the page"))
}

fn check_text(text: &str, id: &str) -> Result<(), Refusal> {
    refuse(text.len() > LONGEST_LINE, || format!("{id}: the text is too long"))?;
    refuse(text.chars().any(char::is_control), || format!("{id}: the text has control characters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(changes: serde_json::Value) -> MendedRegion {
        let mut json = serde_json::json!({
            "id": "r1", "kind": "text", "role": "body", "writing_mode": "vertical-rl", "bbox": [0, 0, 10, 10],
            "confidence": 1.0, "lines": [{ "id": "r1/0", "bbox": [0, 0, 10, 10], "text": "電", "confidence": 1.0,
                "engine": "person", "glyphs": [] }]
        });
        for (key, value) in changes.as_object().unwrap() {
            json[key] = value.clone();
        }
        serde_json::from_value(json).unwrap()
    }

    fn refusal(changes: serde_json::Value) -> String {
        check_regions(&[region(changes)], 20, 20).map_or_else(|e| e.to_string(), |()| "taken".into())
    }

    #[test]
    fn boxes_off_the_page_ids_of_another_kind_and_control_characters_are_refused() {
        assert_eq!(refusal(serde_json::json!({})), "taken");
        for bbox in [[0, 0, 21, 10], [-1, 0, 5, 5], [9, 0, 3, 5], [0, 0, i32::MAX, 1], [i32::MIN, 0, 1, 1]] {
            assert_eq!(refusal(serde_json::json!({ "bbox": bbox })), "r1: a box that is not on the page");
        }
        for id in ["", "../x", "r 1", &"r".repeat(65)] {
            assert!(refusal(serde_json::json!({ "id": id })).starts_with("no id"), "{id}");
        }
        let line = |text: &str| {
            serde_json::json!({ "lines": [{ "id": "a", "bbox": [0, 0, 1, 1], "text": text, "confidence": 1.0,
                "engine": "person", "glyphs": [] }] })
        };
        assert_eq!(refusal(line("a\nb")), "a: the text has control characters");
        assert_eq!(refusal(line(&"電".repeat(2_000))), "a: the text is too long");
    }

    #[test]
    fn an_id_is_there_once() {
        let twice = [region(serde_json::json!({})), region(serde_json::json!({ "lines": [] }))];
        assert_eq!(check_regions(&twice, 20, 20).unwrap_err().to_string(), "r1 is there twice");
    }

    #[test]
    fn a_name_is_trimmed_and_must_be_one() {
        assert_eq!(check_name("  高橋 "), Ok("高橋"));
        assert!(
            check_name(" ").is_err()
                && check_name("a\u{1b}b").is_err()
                && check_name(&"x".repeat(81)).is_err()
        );
    }
}
