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
/// Least lean of a stamp's frame against the page, as a slope: 0.6°. Forms lean with the page, which is straight.
const ASKEW: f64 = 0.0105;
/// Thinnest frame that is a stamp's even if it stands straight, in characters. Forms' rules have up to 0.09.
const HEAVY: f64 = 0.11;
/// Thinnest rim of a bleached block.
const THICK_RIM: f64 = 0.15;

/// A box that is a mark.
pub(super) struct Boxed {
    /// Stamp or redaction.
    pub mark: Mark,
    frame: i32,
}

impl Boxed {
    /// Covers a redaction whole; of a stamp the frame and what is too large to be print.
    pub(super) fn cover(&self, covered: &mut Binary, rest: &mut Binary, size: f64) {
        if matches!(self.mark.kind, RegionKind::Redaction { .. }) {
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

/// Finds the boxes that are marks, largest first, each stroke used once.
pub(super) fn find_boxes(ink: &Binary, strokes: &Strokes, size: f64) -> Vec<Boxed> {
    let mut found: Vec<Boxed> = Vec::new();
    for (family, transposed) in [(&strokes.upright.strokes, false), (&strokes.flat.strokes, true)] {
        for (i, a) in family.iter().enumerate() {
            for b in &family[i + 1..] {
                let (left, right) = if a.top.x < b.top.x { (a, b) } else { (b, a) };
                if let Some(boxed) = facing(left, right, size)
                    .then(|| classified(ink, left, right, transposed, size))
                    .flatten()
                {
                    found.push(boxed);
                }
            }
        }
    }
    found.sort_by_key(|b| std::cmp::Reverse(b.mark.bbox.area()));
    let mut kept: Vec<Boxed> = Vec::new();
    for boxed in found {
        if !kept.iter().any(|k| {
            k.mark.bbox.iou(&boxed.mark.bbox) > 0.3
                || k.mark.bbox.grown(4).intersection(&boxed.mark.bbox) == boxed.mark.bbox
        }) {
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
    let kind = if short <= WIDEST * size && frame >= THICK_RIM * size && filled < 0.6 {
        RegionKind::Redaction { style: RedactionStyle::Solid, estimated_characters: None }
    } else if short <= WIDEST * size && filled <= 0.02 {
        RegionKind::Redaction { style: RedactionStyle::Outlined, estimated_characters: None }
    } else if filled > 0.04 && short >= 1.3 * size && (lean.abs() >= ASKEW || frame >= HEAVY * size) {
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
