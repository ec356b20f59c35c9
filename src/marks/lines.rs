//! Measures ink along a line: coverage, reach and thickness.

use crate::geometry::{BBox, Point};
use crate::raster::Binary;

/// Access to a binary image along lines, optionally transposed. Everything outside the image is background.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub ink: &'a Binary,
    /// Whether x and y are swapped.
    pub transposed: bool,
}

impl Seen<'_> {
    pub(super) fn at(&self, x: i32, y: i32) -> bool {
        let (x, y) = if self.transposed { (y, x) } else { (x, y) };
        let inside = x >= 0 && y >= 0 && x < self.ink.width() as i32 && y < self.ink.height() as i32;
        inside && self.ink.is_ink(x as u32, y as u32)
    }

    fn beside(&self, at: Point, across: Point, d: i32) -> bool {
        let d = f64::from(d);
        self.at(floor(at.x + across.x * d), floor(at.y + across.y * d))
    }

    /// Whether ink lies within `reach` px of a point, across a line.
    pub(super) fn near(&self, at: Point, across: Point, reach: i32) -> bool {
        let is_ink = |d: i32| self.beside(at, across, d);
        is_ink(0) || (1..=reach).any(|d| is_ink(d) || is_ink(-d))
    }

    /// Fraction of a line that has ink within `reach` px, 0 to 1.
    pub(super) fn coverage(&self, from: Point, to: Point, reach: i32) -> f64 {
        let places = self.places(from, to, reach);
        let count = places.len();
        places.filter(|&is_ink| is_ink).count() as f64 / count as f64
    }

    /// Whether the coverage is at least `least`; stops earlier than [`Self::coverage`] if it is not.
    pub(super) fn is_covered(&self, from: Point, to: Point, reach: i32, least: f64) -> bool {
        let mut places = self.places(from, to, reach);
        let count = places.len() as f64;
        let mut hits = places.len();
        places.all(|is_ink| {
            hits -= usize::from(!is_ink);
            hits as f64 / count >= least
        })
    }

    /// Samples the line every two pixels: whether ink lies within `reach` px.
    fn places(&self, from: Point, to: Point, reach: i32) -> impl ExactSizeIterator<Item = bool> {
        let steps = ((to.x - from.x).abs().max((to.y - from.y).abs()) / 2.0).ceil().max(1.0);
        let across = across(from, to);
        (0..steps as i32 + 1).map(move |i| self.near(between(from, to, f64::from(i) / steps), across, reach))
    }

    /// Distance to which ink continues from a point along a unit vector, px. Gaps up to `gap` px are bridged.
    pub(super) fn reach(&self, from: Point, along: Point, longest: f64, gap: f64, reach: i32) -> f64 {
        let across = Point { x: -along.y, y: along.x };
        let (mut seen, mut at) = (0.0, 0.0);
        while at <= longest && at - seen <= gap {
            if self.near(Point { x: from.x + along.x * at, y: from.y + along.y * at }, across, reach) {
                seen = at;
            }
            at += 2.0;
        }
        seen
    }

    /// Start and end of the run of ink across a line at a point, px from the line; `None` if none lies within `reach`
    /// px.
    pub(super) fn run(&self, at: Point, across: Point, reach: i32, longest: i32) -> Option<(i32, i32)> {
        let is_ink = |d: i32| self.beside(at, across, d);
        let start = (0..=reach).flat_map(|d| [d, -d]).find(|&d| is_ink(d))?;
        let first = (1..=longest).take_while(|&i| is_ink(start - i)).last().unwrap_or(0);
        let last = (1..=longest).take_while(|&i| is_ink(start + i)).last().unwrap_or(0);
        Some((start - first, start + last + 1))
    }
}

/// Rounds down to a pixel; faster than [`f64::floor`], which is a function call in portable builds.
pub(super) fn floor(at: f64) -> i32 {
    let towards_zero = at as i32;
    towards_zero - i32::from(at < f64::from(towards_zero))
}

/// Unit vector across a line.
pub(super) fn across(from: Point, to: Point) -> Point {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy).max(1e-9);
    Point { x: -dy / length, y: dx / length }
}

/// The point at a fraction of the way, 0 to 1.
pub(super) fn between(from: Point, to: Point, part: f64) -> Point {
    Point { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

/// Bounding box of points, grown by `margin` px.
pub(super) fn around(points: &[Point], margin: f64) -> BBox {
    let least = |f: fn(&Point) -> f64| points.iter().map(f).fold(f64::INFINITY, f64::min);
    let most = |f: fn(&Point) -> f64| points.iter().map(f).fold(f64::NEG_INFINITY, f64::max);
    BBox::from_ltrb(
        (least(|p| p.x) - margin).round() as i32,
        (least(|p| p.y) - margin).round() as i32,
        (most(|p| p.x) + margin).round() as i32,
        (most(|p| p.y) + margin).round() as i32,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{fill, page};

    #[test]
    fn a_line_is_covered_as_far_as_it_has_ink() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(100, 200, 180, 203));
        let seen = Seen { ink: &ink, transposed: false };
        let (from, to) = (Point { x: 100.0, y: 204.0 }, Point { x: 199.0, y: 204.0 });
        assert_eq!(seen.coverage(from, to, 1), 0.0);
        let covered = seen.coverage(from, to, 2);
        assert!((covered - 0.8).abs() < 0.02, "{covered}");
        assert!(seen.is_covered(from, to, 2, covered) && !seen.is_covered(from, to, 2, covered + 0.01));
        assert!(seen.is_covered(to, from, 2, covered) && !seen.is_covered(to, from, 2, covered + 0.01));
    }
}
