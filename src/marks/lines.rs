//! Ink along a line: how much of it is inked, how far it goes on, how thick it is.

use crate::geometry::{BBox, Point};
use crate::raster::Binary;

/// A picture, upright or seen transposed, asked along lines. Everything outside is paper.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The picture as it is stored.
    pub ink: &'a Binary,
    /// Whether rows are seen as columns.
    pub transposed: bool,
}

impl Seen<'_> {
    /// Ink at a place.
    pub(super) fn at(&self, x: i32, y: i32) -> bool {
        let (x, y) = if self.transposed { (y, x) } else { (x, y) };
        let inside = x >= 0 && y >= 0 && x < self.ink.width() as i32 && y < self.ink.height() as i32;
        inside && self.ink.is_ink(x as u32, y as u32)
    }

    /// Ink so many pixels beside a place, across a line.
    fn beside(&self, at: Point, across: Point, d: i32) -> bool {
        let d = f64::from(d);
        self.at(floor(at.x + across.x * d), floor(at.y + across.y * d))
    }

    /// Ink within `reach` pixels of a place, across a line.
    pub(super) fn near(&self, at: Point, across: Point, reach: i32) -> bool {
        let is_ink = |d: i32| self.beside(at, across, d);
        is_ink(0) || (1..=reach).any(|d| is_ink(d) || is_ink(-d))
    }

    /// Part of a line that has ink within `reach` pixels, 0 to 1.
    pub(super) fn coverage(&self, from: Point, to: Point, reach: i32) -> f64 {
        let places = self.places(from, to, reach);
        let count = places.len();
        places.filter(|&is_ink| is_ink).count() as f64 / count as f64
    }

    /// Whether so much of a line has ink within `reach` pixels: less work than [`Self::coverage`] where it has not.
    pub(super) fn is_covered(&self, from: Point, to: Point, reach: i32, least: f64) -> bool {
        let mut places = self.places(from, to, reach);
        let count = places.len() as f64;
        let mut hits = places.len();
        places.all(|is_ink| {
            hits -= usize::from(!is_ink);
            hits as f64 / count >= least
        })
    }

    /// Whether there is ink within `reach` pixels of places along a line, every two pixels.
    fn places(&self, from: Point, to: Point, reach: i32) -> impl ExactSizeIterator<Item = bool> {
        let steps = ((to.x - from.x).abs().max((to.y - from.y).abs()) / 2.0).ceil().max(1.0);
        let across = across(from, to);
        (0..steps as i32 + 1).map(move |i| self.near(between(from, to, f64::from(i) / steps), across, reach))
    }

    /// How far ink goes on from a place in a direction (a unit vector), px: gaps up to `gap` do not end it.
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

    /// The run of ink across a line at a place: where it begins and ends, px from the line; `None` where within
    /// `reach` there is none.
    pub(super) fn run(&self, at: Point, across: Point, reach: i32, longest: i32) -> Option<(i32, i32)> {
        let is_ink = |d: i32| self.beside(at, across, d);
        let start = (0..=reach).flat_map(|d| [d, -d]).find(|&d| is_ink(d))?;
        let first = (1..=longest).take_while(|&i| is_ink(start - i)).last().unwrap_or(0);
        let last = (1..=longest).take_while(|&i| is_ink(start + i)).last().unwrap_or(0);
        Some((start - first, start + last + 1))
    }
}

/// The pixel that a place lies in: less work than [`f64::floor`], which calls a function on processors of every kind.
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

/// The place at a part of the way, 0 to 1.
pub(super) fn between(from: Point, to: Point, part: f64) -> Point {
    Point { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

/// The box that holds points.
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
