//! Rectangles drawn with a pen or a stamp, at any small turn, over print too.
//!
//! One long stroke is a side; from both of its ends the sides across must go on, and where they have gone far enough
//! a fourth side must stand. Print that crosses a side only adds ink, so a frame over print is found as well as one
//! that stands free: a hypothesis from one clean side is tested on the ink of the others.

use super::lines::{Seen, around, between};
use super::strokes::{Stroke, Strokes};
use crate::geometry::{BBox, Point};
use crate::raster::Binary;

/// Least inked part of each side.
const INKED: f64 = 0.88;
/// Longest side of a frame, and shortest, in characters.
const SIDE: (f64, f64) = (18.0, 0.9);
/// Widest gap in a side, in characters.
const GAP: f64 = 0.25;

/// A rectangle of four inked sides.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Its corners along the middle of the sides, clockwise from the upper left.
    pub corners: [Point; 4],
    /// Thickness of the sides, px.
    pub thickness: f64,
    /// Holds it with its sides.
    pub bbox: BBox,
    /// Mean inked part of the sides.
    inked: f64,
}

impl Frame {
    /// The four sides, clockwise from the top.
    pub(super) fn sides(&self) -> [(Point, Point); 4] {
        let [a, b, c, d] = self.corners;
        [(a, b), (b, c), (c, d), (d, a)]
    }

    /// Turn against the page, as the slope of its longer side.
    pub(super) fn lean(&self) -> f64 {
        let [a, b, c, d] = self.corners;
        let flat = (b.y - a.y + c.y - d.y) / (b.x - a.x + c.x - d.x);
        let upright = (a.x - d.x + b.x - c.x) / (d.y - a.y + c.y - b.y);
        if b.x - a.x > d.y - a.y { flat } else { upright }
    }
}

/// All frames of a page, the largest first; those of one place only once.
pub(super) fn find_frames(ink: &Binary, strokes: &Strokes, size: f64) -> Vec<Frame> {
    let mut found = Vec::new();
    for (family, transposed) in [(&strokes.upright.strokes, false), (&strokes.flat.strokes, true)] {
        let seen = Seen { ink, transposed };
        for stroke in family.iter().filter(|s| s.length() <= 1.5 * SIDE.0 * size) {
            for direction in [-1.0, 1.0] {
                found.extend(
                    from_side(&seen, stroke, direction, size).into_iter().map(|f| stand(f, transposed)),
                );
            }
        }
    }
    found.sort_by(|a: &Frame, b| {
        (b.bbox.area(), b.inked).partial_cmp(&(a.bbox.area(), a.inked)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut kept: Vec<Frame> = Vec::new();
    for frame in found {
        match kept.iter_mut().find(|k| k.bbox.iou(&frame.bbox) > 0.85) {
            Some(same) if frame.inked > same.inked => *same = frame,
            Some(_) => {}
            None => kept.push(frame),
        }
    }
    kept
}

/// A frame seen transposed, as it stands on the page.
fn stand(frame: Frame, transposed: bool) -> Frame {
    if !transposed {
        return frame;
    }
    let [a, b, c, d] = frame.corners.map(|p| Point { x: p.y, y: p.x });
    Frame { corners: [a, d, c, b], bbox: frame.bbox.transposed(), ..frame }
}

/// A stroke followed as far as its ink goes, straightened on the way: a piece between two characters alone does not
/// tell its direction well enough to find the far end.
fn fitted(seen: &Seen<'_>, stroke: &Stroke, reach: i32, size: f64) -> (Point, Point) {
    let (mut top, mut bottom) = (stroke.top, stroke.bottom);
    let longest = (1.6 * stroke.thickness) as i32 + 2;
    for step in [2.0, 6.0, 18.0] {
        let length = (bottom.x - top.x).hypot(bottom.y - top.y);
        let down = Point { x: (bottom.x - top.x) / length, y: (bottom.y - top.y) / length };
        let up = Point { x: -down.x, y: -down.y };
        let before = seen.reach(top, up, step * size, GAP * size, reach);
        let after = seen.reach(bottom, down, step * size, GAP * size, reach);
        let end = |p: Point, by: f64| Point { x: p.x + down.x * by, y: p.y + down.y * by };
        (top, bottom) = (end(top, -before), end(bottom, after));
        let steps = ((bottom.y - top.y) / 2.0).max(1.0);
        let level = Point { x: 1.0, y: 0.0 };
        let middles: Vec<(f64, f64)> = (0..=steps as i32)
            .filter_map(|i| {
                let at = between(top, bottom, f64::from(i) / steps);
                let (first, last) = seen.run(at, level, reach + 1, longest)?;
                (last - first <= longest).then(|| (at.y, at.x.floor() + f64::from(first + last) / 2.0))
            })
            .collect();
        let count = middles.len().max(1) as f64;
        let (y, x) = (
            middles.iter().map(|m| m.0).sum::<f64>() / count,
            middles.iter().map(|m| m.1).sum::<f64>() / count,
        );
        let spread: f64 = middles.iter().map(|m| (m.0 - y).powi(2)).sum();
        if spread > 0.0 {
            let slope = middles.iter().map(|m| (m.0 - y) * (m.1 - x)).sum::<f64>() / spread;
            top.x = x + slope * (top.y - y);
            bottom.x = x + slope * (bottom.y - y);
        }
    }
    (top, bottom)
}

/// The frames of which a stroke is the left (direction 1) or the right (-1) side.
fn from_side(seen: &Seen<'_>, stroke: &Stroke, direction: f64, size: f64) -> Vec<Frame> {
    let reach = ((0.5 * stroke.thickness) as i32 + 1).min((0.06 * size) as i32 + 1);
    let (from, to) = fitted(seen, stroke, reach, size);
    let length = (to.x - from.x).hypot(to.y - from.y);
    let down = Point { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
    let out = Point { x: direction * down.y, y: -direction * down.x };
    let on_side = |t: f64| Point { x: from.x + down.x * t, y: from.y + down.y * t };
    let depth = |t: f64| seen.reach(on_side(t), out, SIDE.0 * size, GAP * size, reach);
    // The side may go on beyond the corner, where it touches print or a rule.
    let corner = |from: f64, to: f64| {
        let steps = ((to - from).abs() / 2.0) as i32;
        let places = (0..=steps).map(|i| from + (to - from) * f64::from(i) / f64::from(steps.max(1)));
        places
            .map(|t| (depth(t), t))
            .fold((0.0, from), |best: (f64, f64), this| if this.0 > best.0 + 1.0 { this } else { best })
    };
    let middle = (length / 2.0).min(0.8 * size);
    let (top_depth, top) = corner(-2.0, middle);
    let (bottom_depth, bottom) = corner(length + 2.0, length - middle);
    let deepest = top_depth.min(bottom_depth);
    if bottom - top < SIDE.1 * size || bottom - top > SIDE.0 * size || deepest < SIDE.1 * size {
        return Vec::new();
    }
    let side = |d: f64| {
        let shift = |p: Point| Point { x: p.x + out.x * d, y: p.y + out.y * d };
        (shift(on_side(top)), shift(on_side(bottom)))
    };
    let coverage = |d: f64| {
        let (from, to) = side(d);
        seen.coverage(between(from, to, 0.03), between(from, to, 0.97), reach)
    };
    let mut found = Vec::new();
    let mut d = deepest + 3.0;
    while d >= SIDE.1 * size {
        if coverage(d) >= INKED {
            // Its middle: the deepest of the best places nearby.
            let best = (0..=8)
                .map(|i| (coverage(d - f64::from(i)), d - f64::from(i)))
                .fold((0.0, d), |b: (f64, f64), t| if t.0 >= b.0 { t } else { b });
            let at = (best.1 + d) / 2.0;
            let (upper, lower) = side(at);
            let near = [on_side(top), on_side(bottom)];
            let corners = if direction > 0.0 {
                [near[0], upper, lower, near[1]]
            } else {
                [upper, near[0], near[1], lower]
            };
            found.extend(frame(seen, corners, stroke.thickness, best.0, reach));
            d -= 0.3 * size;
        }
        d -= 2.0;
    }
    found
}

/// Four corners as a frame, where all sides are inked.
fn frame(seen: &Seen<'_>, corners: [Point; 4], thickness: f64, fourth: f64, reach: i32) -> Option<Frame> {
    let [a, b, c, d] = corners;
    let sides = [(a, b), (b, c), (c, d), (d, a)].map(|(p, q)| seen.coverage(p, q, reach));
    let least = sides.iter().copied().fold(1.0, f64::min);
    (least.max(fourth.min(least + 0.05)) >= INKED).then(|| Frame {
        corners,
        thickness,
        bbox: around(&corners, thickness / 2.0),
        inked: sides.iter().sum::<f64>() / 4.0,
    })
}
