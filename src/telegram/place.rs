//! Where lines stand once the page is straight.
//!
//! Boxes of the record are those of the scan: on a page turned by 3° a margin wanders by three characters, and a long
//! line's box is three lines high. The turn is taken from the lines themselves, the median of the slopes from their
//! first to their last glyph; blots and bent lines move it little.

use crate::geometry::BBox;
use crate::page::{Line, WritingMode};

/// Glyphs of a line that has a say in the turn of the page.
const ENOUGH_GLYPHS: usize = 6;
/// Steepest slope that is a turn and no misread line, radians (17°).
const STEEPEST: f64 = 0.3;

/// The boxes that the lines have on the straight page.
pub(super) fn straight(lines: &[(&Line, WritingMode)]) -> Vec<BBox> {
    let turn = turn(lines);
    lines.iter().map(|(line, mode)| straight_box(line, *mode, turn)).collect()
}

/// Clockwise, in radians; zero where no line is long enough.
fn turn(lines: &[(&Line, WritingMode)]) -> f64 {
    let slope = |(line, mode): &(&Line, WritingMode)| {
        let (first, last) = (line.glyphs.first()?.bbox.center(), line.glyphs.last()?.bbox.center());
        let (dx, dy) = (last.x - first.x, last.y - first.y);
        let slope = match mode {
            WritingMode::HorizontalTb => dy.atan2(dx),
            WritingMode::VerticalRl => (-dx).atan2(dy),
        };
        (line.glyphs.len() >= ENOUGH_GLYPHS && slope.abs() < STEEPEST).then_some(slope)
    };
    let mut slopes: Vec<f64> = lines.iter().filter_map(slope).collect();
    slopes.sort_by(f64::total_cmp);
    slopes.get(slopes.len() / 2).copied().unwrap_or(0.0)
}

fn straight_box(line: &Line, mode: WritingMode, turn: f64) -> BBox {
    let (sine, cosine) = turn.sin_cos();
    let turned = |bbox: &BBox| {
        let center = bbox.center();
        (center.x * cosine + center.y * sine, center.y * cosine - center.x * sine)
    };
    if line.glyphs.is_empty() {
        // The box of a turned line is higher than the line by its length times the slope.
        let along = mode.along(&line.bbox);
        let (length, height) = (f64::from(along.width()), f64::from(along.height()));
        return around(turned(&line.bbox), length, (height - length * sine.abs()).max(1.0), mode);
    }
    let mut heights: Vec<i32> = line.glyphs.iter().map(|g| mode.along(&g.bbox).height()).collect();
    heights.sort_unstable();
    let height = f64::from(heights[heights.len() / 2]);
    let boxes = line.glyphs.iter().map(|g| {
        let length = f64::from(mode.along(&g.bbox).width());
        around(turned(&g.bbox), length, height, mode)
    });
    let held = boxes.fold(BBox::default(), |all, b| all.union(&b));
    held.union(&around(turned(&leading_edge(line, mode)), 1.0, height, mode))
}

/// Where the line's ink begins: its first character may not have been read, and have no glyph.
fn leading_edge(line: &Line, mode: WritingMode) -> BBox {
    let first = line.glyphs.first().map_or(line.bbox, |g| g.bbox);
    let (along, first) = (mode.along(&line.bbox), mode.along(&first));
    mode.along(&BBox::from_ltrb(along.left, first.top, along.left + 1, first.bottom))
}

/// A box about its middle, so long along the line and so high across it.
fn around((x, y): (f64, f64), length: f64, height: f64, mode: WritingMode) -> BBox {
    let (width, height) = match mode {
        WritingMode::HorizontalTb => (length, height),
        WritingMode::VerticalRl => (height, length),
    };
    let (left, top) = ((x - width / 2.0).round() as i32, (y - height / 2.0).round() as i32);
    BBox::from_ltwh(left, top, width.round().max(1.0) as i32, height.round().max(1.0) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Transform;
    use crate::page::{Confidence, Glyph};

    /// A line of cells of 50 px, turned about the origin.
    fn line(left: i32, top: i32, cells: i32, degrees: f64) -> Line {
        let turn = Transform::rotation(degrees);
        let glyphs: Vec<Glyph> = (0..cells)
            .map(|i| Glyph {
                text: "電".into(),
                bbox: turn.apply_bbox(&BBox::from_ltwh(left + 50 * i, top, 50, 50)),
                confidence: Confidence::CERTAIN,
                alternatives: vec![],
            })
            .collect();
        let bbox = glyphs.iter().fold(BBox::default(), |all, g| all.union(&g.bbox));
        Line { bbox, text: String::new(), confidence: Confidence::CERTAIN, engine: String::new(), glyphs }
    }

    #[test]
    fn a_line_begins_with_its_ink_whether_or_not_that_was_read() {
        let mut cut = line(300, 300, 30, 0.0);
        cut.glyphs.remove(0);
        assert_eq!(straight(&[(&cut, WritingMode::HorizontalTb)])[0].left, 300);
    }

    #[test]
    fn a_margin_is_straight_however_the_page_is_turned() {
        for degrees in [-4.0, 0.0, 4.0] {
            let lines: Vec<Line> = (0..5).map(|i| line(300, 300 + 600 * i, 30, degrees)).collect();
            let lines: Vec<(&Line, WritingMode)> =
                lines.iter().map(|l| (l, WritingMode::HorizontalTb)).collect();
            for (i, bbox) in straight(&lines).iter().enumerate() {
                assert!((bbox.left - 300).abs() <= 5, "{degrees} {i} {bbox:?}");
                assert!((bbox.top - 300 - 600 * i as i32).abs() <= 5, "{degrees} {i} {bbox:?}");
                assert!(bbox.height() <= 58, "{degrees} {i} {bbox:?}");
            }
        }
    }
}
