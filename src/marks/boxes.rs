//! Boxes: two strokes side by side with ends that meet.
//!
//! A blank box about as wide as a line is an outlined redaction; with a rim as thick as no frame has, it is a filled
//! one whose middle the copier bleached. A box with print in it is a stamp where its frame is heavy or stands askew to
//! the page; otherwise it belongs to the form and its sides are rules.

use super::strokes::{Stroke, Strokes, turned};
use super::{Mark, color, cover, rim};
use crate::geometry::BBox;
use crate::page::{Confidence, RedactionStyle, RegionKind, StampColor, StampShape};
use crate::raster::Binary;

/// Widest redaction across its line, in characters: the line's height and what the marker adds.
const WIDEST: f64 = 2.4;
/// Least lean of a stamp's frame against the page, as a slope (0.6°), and over its length, in characters. Forms lean
/// with the page, which is straight, but may be bent a little.
const ASKEW: (f64, f64) = (0.0105, 0.15);
/// Thinnest frame that is a stamp's even if it stands straight, in characters, where what it frames is larger than the
/// page's print by the factor that follows. Copied forms' rules are as thick, but frame small print.
const HEAVY: (f64, f64) = (0.11, 1.2);
/// Thinnest rim of a bleached block.
const THICK_RIM: f64 = 0.15;

/// A box that is a mark.
pub(super) struct Boxed {
    /// Stamp or redaction.
    pub mark: Mark,
    frame: i32,
}

impl Boxed {
    fn is_redaction(&self) -> bool {
        matches!(self.mark.kind, RegionKind::Redaction { .. })
    }

    /// Covers a redaction whole; of a stamp the frame and what is too large to be print.
    pub(super) fn cover(&self, covered: &mut Binary, rest: &mut Binary, size: f64) {
        if self.is_redaction() {
            cover(covered, rest, &self.mark.bbox.grown(rim(size)));
            return;
        }
        let bbox = self.mark.bbox.grown(2);
        let (components, labels) = rest.components();
        let inside: Vec<bool> = components
            .iter()
            .map(|c| {
                let within = c.bbox.intersection(&bbox.grown((0.3 * size) as i32)) == c.bbox;
                let large = f64::from(c.bbox.width().max(c.bbox.height())) >= 1.15 * size;
                within && large
            })
            .collect();
        let area = bbox.intersection(&rest.bbox());
        for (x, y) in
            (area.top..area.bottom).flat_map(|y| (area.left..area.right).map(move |x| (x as u32, y as u32)))
        {
            let label = labels.get_pixel(x, y).0[0];
            let edge = (x as i32 - bbox.left)
                .min(bbox.right - 1 - x as i32)
                .min(y as i32 - bbox.top)
                .min(bbox.bottom - 1 - y as i32);
            let on_frame = edge < self.frame + 2;
            if label != 0 && (inside[label as usize - 1] || on_frame) {
                covered.set(x, y, true);
                rest.set(x, y, false);
            }
        }
    }
}

/// Finds the boxes that are marks, largest first, none within another.
pub(super) fn find_boxes(ink: &Binary, strokes: &Strokes, size: f64) -> Vec<Boxed> {
    let mut found: Vec<Boxed> = Vec::new();
    for (family, transposed) in [(&strokes.upright.strokes, false), (&strokes.flat.strokes, true)] {
        let mut pairs: Vec<(usize, usize, Boxed)> = Vec::new();
        for (i, a) in family.iter().enumerate() {
            for (j, b) in family.iter().enumerate().skip(i + 1).filter(|(_, b)| facing(a, b, size)) {
                let (left, right) = if a.top.x < b.top.x { (a, b) } else { (b, a) };
                pairs.extend(classified(ink, left, right, transposed, size).map(|boxed| (i, j, boxed)));
            }
        }
        // A side that bounds blanks to its left and right rules a form: its cells are no redactions.
        let shared = |s: usize| pairs.iter().filter(|(i, j, _)| *i == s || *j == s).count() > 1;
        let form: Vec<bool> =
            pairs.iter().map(|(i, j, b)| b.is_redaction() && (shared(*i) || shared(*j))).collect();
        found.extend(pairs.into_iter().zip(form).filter(|(_, form)| !form).map(|((.., boxed), _)| boxed));
    }
    found.sort_by_key(|b| std::cmp::Reverse(b.mark.bbox.area()));
    let mut kept: Vec<Boxed> = Vec::new();
    for boxed in found {
        let within = |k: &Boxed| k.mark.bbox.grown(4).intersection(&boxed.mark.bbox) == boxed.mark.bbox;
        if !kept.iter().any(|k| k.mark.bbox.iou(&boxed.mark.bbox) > 0.3 || within(k)) {
            kept.push(boxed);
        }
    }
    kept
}

/// Whether two strokes could be opposite sides: as long, parallel, their ends level.
fn facing(left: &Stroke, right: &Stroke, size: f64) -> bool {
    let slope = |s: &Stroke| (s.bottom.x - s.top.x) / s.length();
    let lean = (slope(left) + slope(right)) / 2.0;
    let apart = (left.top.x + left.bottom.x - right.top.x - right.bottom.x).abs() / 2.0;
    // A box that leans has its ends askew.
    let level = |a: f64, b: f64| (b - a + lean * apart).abs() <= 0.35 * size;
    apart >= 0.6 * size
        && apart <= 16.0 * size
        && (slope(left) - slope(right)).abs() <= 0.03
        && level(left.top.y, right.top.y)
        && level(left.bottom.y, right.bottom.y)
}

/// What the box between two sides is, if a mark. Sides are given upright; `ink` is the page as it stands.
fn classified(ink: &Binary, left: &Stroke, right: &Stroke, transposed: bool, size: f64) -> Option<Boxed> {
    let seen = left.bbox.union(&right.bbox);
    let frame = (left.thickness + right.thickness) / 2.0;
    let ends = [(left.top, right.top), (left.bottom, right.bottom)];
    let closed = ends.iter().all(|(a, b)| {
        let steps = ((b.x - a.x).abs() as i32).max(1);
        let hit = |i: i32| {
            let t = (f64::from(i) + 0.5) / f64::from(steps);
            let (x, y) = ((a.x + (b.x - a.x) * t) as i32, (a.y + (b.y - a.y) * t) as i32);
            let reach = (0.12 * size) as i32 + frame as i32;
            ink.ink_in(&turned(&BBox::from_ltwh(x, y - reach, 1, 2 * reach + 1), transposed)) > 0
        };
        (0..steps).filter(|&i| hit(i)).count() as f64 >= 0.8 * f64::from(steps)
    });
    if !closed {
        return None;
    }
    let bbox = turned(&seen, transposed);
    let lean =
        ((left.bottom.x - left.top.x) + (right.bottom.x - right.top.x)) / (left.length() + right.length());
    let inset = (frame + lean.abs() * left.length() + 0.08 * size).ceil() as i32 + 1;
    let inner = bbox.grown(-inset);
    let filled = ink.ink_in(&inner) as f64 / inner.area().max(1) as f64;
    let short = f64::from(bbox.width().min(bbox.height()));
    let long = bbox.width().max(bbox.height());
    // A blank as long as the page is a column of a ruled sheet.
    let as_long_as_the_page = 10 * long > 6 * ink.width().min(ink.height()) as i32;
    let askew = lean.abs() >= ASKEW.0 && lean.abs() * left.length() >= ASKEW.1 * size;
    let heavy = || frame >= HEAVY.0 * size && largest_within(ink, &inner) >= HEAVY.1 * size;
    let kind = if short <= WIDEST * size && frame >= THICK_RIM * size && filled < 0.6 {
        RegionKind::Redaction { style: RedactionStyle::Solid, estimated_characters: None }
    } else if short <= WIDEST * size && filled <= 0.02 && !as_long_as_the_page {
        RegionKind::Redaction { style: RedactionStyle::Outlined, estimated_characters: None }
    } else if filled > 0.04 && short >= 1.3 * size && (askew || heavy()) {
        let shape = match color::shape(ink, &bbox) {
            StampShape::Frameless => StampShape::Rectangle,
            other => other,
        };
        RegionKind::Stamp { color: StampColor::Black, shape }
    } else {
        return None;
    };
    let mark = Mark { kind, bbox, confidence: Confidence::clamped(0.8) };
    Some(Boxed { mark, frame: inset })
}

/// Longer side of the largest character in a box, px; joined strokes as long as the box do not count.
fn largest_within(ink: &Binary, inner: &BBox) -> f64 {
    let inside = inner.intersection(&ink.bbox());
    let mut cut = Binary::new(inside.width().max(0) as u32, inside.height().max(0) as u32);
    for y in 0..cut.height() {
        let from = &ink.row(inside.top as u32 + y)[inside.left as usize..inside.right as usize];
        cut.row_mut(y).copy_from_slice(from);
    }
    let whole = 0.9 * f64::from(inner.width().max(inner.height()));
    let sides = cut.components().0.into_iter().map(|c| f64::from(c.bbox.width().max(c.bbox.height())));
    sides.filter(|&s| s < whole).fold(0.0, f64::max)
}
