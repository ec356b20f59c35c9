//! Determines the shape of a stamp from its outermost ink: an ellipse or a rectangle at any rotation, or frameless.
//!
//! The outermost ink in each direction belongs to the frame, if there is one. An ellipse is fitted to this ink, and
//! the smallest enclosing rectangle is computed. The shape is the one whose whole line is inked. If other ink beyond
//! the frame is taken for a part of the stamp, the stamp seems frameless.

use super::ellipse::{Ellipse, Sums, angles};
use super::lines::{Seen, between};
use crate::geometry::Point;
use crate::page::StampShape;
use crate::raster::Binary;
use imageproc::geometry::{convex_hull, min_area_rect};

/// Directions in which the outermost ink is sampled.
const DIRECTIONS: usize = 64;
/// Search distance beside a frame's line: a fraction of the stamp's shorter side, plus px.
const REACH: (f64, f64) = (0.03, 1.5);
/// Least inked fraction of an ellipse.
const ELLIPSE: f64 = 0.8;
/// Least inked fraction of a rectangle's sides: mean, and of each side. Characters alone have up to 0.75.
pub(super) const SIDES: (f64, f64) = (0.8, 0.6);
/// Range of a side that is tested: corners may be round.
const SIDE: (f64, f64) = (0.06, 0.94);

/// Shape of the ink in an image; `sides` are the least inked fractions of a rectangle, as in [`SIDES`].
pub(super) fn shape(ink: &Binary, sides: (f64, f64)) -> StampShape {
    let hull = convex_hull(outermost(ink));
    if hull.len() < 3 {
        return StampShape::Frameless;
    }
    let short = f64::from(ink.width().min(ink.height()));
    let reach = (REACH.0 * short + REACH.1) as i32;
    let seen = Seen { ink, transposed: false };
    if let Some(ellipse) = around(&hull).map(|e| e.grown(-f64::from(reach) / 2.0)) {
        let is_inked = |angle: &(f64, f64)| {
            let (at, out) = ellipse.at(*angle);
            seen.near(at, out, reach)
        };
        if angles(DIRECTIONS).filter(is_inked).count() as f64 >= ELLIPSE * DIRECTIONS as f64 {
            return ellipse.shape();
        }
    }
    let corners = min_area_rect(&hull).map(|p| Point { x: f64::from(p.x), y: f64::from(p.y) });
    let side = |i: usize| {
        let (from, to) = (corners[i], corners[(i + 1) % 4]);
        seen.coverage(between(from, to, SIDE.0), between(from, to, SIDE.1), reach)
    };
    let inked = [0, 1, 2, 3].map(side);
    let is_framed = inked.iter().sum::<f64>() >= 4.0 * sides.0 && inked.iter().all(|s| *s >= sides.1);
    if is_framed { StampShape::Rectangle } else { StampShape::Frameless }
}

/// The first and the last ink pixel of each row.
fn outermost(ink: &Binary) -> Vec<imageproc::point::Point<i32>> {
    let row = |y: u32| {
        let row = ink.row(y);
        let ends = [row.iter().position(|&p| p != 0), row.iter().rposition(|&p| p != 0)];
        ends.into_iter().flatten().map(move |x| imageproc::point::Point::new(x as i32, y as i32))
    };
    (0..ink.height()).flat_map(row).collect()
}

/// Ellipse through the outermost ink in each direction.
fn around(hull: &[imageproc::point::Point<i32>]) -> Option<Ellipse> {
    let farthest = |(sin, cos): (f64, f64)| {
        let out = |p: &&imageproc::point::Point<i32>| f64::from(p.x) * cos + f64::from(p.y) * sin;
        hull.iter().max_by(|a, b| out(a).total_cmp(&out(b)))
    };
    let places: Vec<Point> = angles(DIRECTIONS)
        .filter_map(farthest)
        .map(|p| Point { x: f64::from(p.x) + 0.5, y: f64::from(p.y) + 0.5 })
        .collect();
    let bbox = super::lines::around(&places, 0.0);
    let frame = (bbox.center(), f64::from(bbox.width().max(bbox.height())).max(1.0) / 2.0);
    Sums::of(places, frame).fit(frame)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{character, frame, page, ring};

    fn shape_of(ink: &Binary) -> StampShape {
        let bbox =
            ink.components().0.iter().fold(crate::geometry::BBox::default(), |all, c| all.union(&c.bbox));
        shape(&crate::marks::erasing::cut(ink, &bbox), SIDES)
    }

    #[test]
    fn frames_are_told_at_any_turn() {
        for slope in [-0.3, 0.0, 0.1, 0.36] {
            let mut ink = page();
            frame(&mut ink, (600.0, 800.0), (400.0, 160.0), slope, 6.0);
            assert_eq!(shape_of(&ink), StampShape::Rectangle, "{slope}");
            let mut ink = page();
            ring(&mut ink, (600.0, 800.0), (200.0, 90.0), (slope, 0..360), 6.0);
            assert_eq!(shape_of(&ink), StampShape::Oval, "{slope}");
            let mut ink = page();
            ring(&mut ink, (600.0, 800.0), (100.0, 98.0), (slope, 0..360), 6.0);
            assert_eq!(shape_of(&ink), StampShape::Circle, "{slope}");
        }
    }

    #[test]
    fn characters_alone_have_no_frame() {
        let mut ink = page();
        for left in [400, 500, 600, 700] {
            character(&mut ink, left, 700, 80, 10);
            character(&mut ink, left, 800, 80, 10);
        }
        assert_eq!(shape_of(&ink), StampShape::Frameless);
    }
}
