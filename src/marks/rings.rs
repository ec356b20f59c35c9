//! Round stamps in black ink.
//!
//! Votes say where centres may be ([`votes`](super::votes)); from there the ink is followed to the ring that is inked
//! most, from coarse to fine. It is a stamp where the ring is thin and goes all the way round, print across it or not,
//! and something stands inside: the edge of a punched hole is a ring too, but blank.
//!
//! Ellipses are not found yet.

use super::Mark;
use super::erasing::{cover_inside, cover_run};
use super::lines::{Seen, around, floor};
use super::shade::lift;
use super::votes::likely_centers;
use crate::geometry::Point;
use crate::page::{Confidence, RegionKind, StampColor, StampShape};
use crate::raster::Binary;
use image::GrayImage;

/// Least and largest radius of a round stamp, in characters.
const RADIUS: (f64, f64) = (1.4, 4.5);
/// Inked part of the ring, at least.
const INKED: f64 = 0.85;
/// Thickest ring, in characters.
const THICKEST: f64 = 0.3;
/// Places along a ring that are looked at.
const PLACES: usize = 128;

/// A ring that is a stamp.
pub(super) struct Ring {
    /// The stamp.
    pub mark: Mark,
    center: Point,
    /// Of the middle of the stroke, px.
    radius: f64,
    thickness: f64,
}

/// Finds the round stamps.
pub(super) fn find_rings(ink: &Binary, size: f64) -> Vec<Ring> {
    let page = Around { ink, directions: std::array::from_fn(direction) };
    let radii = (RADIUS.0 * size, RADIUS.1 * size);
    let (centers, exact) = likely_centers(ink, size, radii);
    let mut found: Vec<Ring> = Vec::new();
    for center in centers {
        let rings = page.followed(center, exact, radii).and_then(|circle| page.stamp(circle, size));
        found.extend(rings.filter(|r| found.iter().all(|f| f.mark.bbox.iou(&r.mark.bbox) < 0.3)));
    }
    found
}

/// Unit vector towards a place along a ring.
fn direction(place: usize) -> (f64, f64) {
    (place as f64 * std::f64::consts::TAU / PLACES as f64).sin_cos()
}

#[derive(Clone, Copy, PartialEq)]
struct Circle {
    center: Point,
    radius: f64,
    inked: f64,
}

/// A page and the directions in which it is looked at from a centre.
struct Around<'a> {
    ink: &'a Binary,
    directions: [(f64, f64); PLACES],
}

impl Around<'_> {
    /// Inked part of a ring, one pixel thick or `reach` more to either side; every `step`th place is looked at.
    fn inked(&self, center: Point, radius: f64, reach: i32, step: usize) -> f64 {
        let seen = Seen { ink: self.ink, transposed: false };
        let is_hit = |(sin, cos): &&(f64, f64)| {
            (-reach..=reach).any(|d| {
                let r = radius + f64::from(d);
                seen.at(floor(center.x + r * cos), floor(center.y + r * sin))
            })
        };
        let hits = self.directions.iter().step_by(step).filter(is_hit).count();
        hits as f64 / (PLACES / step) as f64
    }

    /// The most inked circle around a centre that may be two steps off.
    fn best(&self, center: Point, radii: (f64, f64), step: f64) -> Circle {
        let mut best = Circle { center, radius: radii.0, inked: 0.0 };
        let reach = (step / 2.0).ceil() as i32;
        let every = if step > 1.0 { 4 } else { 1 };
        for (dx, dy) in (-2..=2).flat_map(|dy| (-2..=2).map(move |dx| (dx, dy))) {
            let at = Point { x: center.x + f64::from(dx) * step, y: center.y + f64::from(dy) * step };
            for i in 0..=((radii.1 - radii.0) / step) as i32 {
                let radius = radii.0 + f64::from(i) * step;
                let inked = self.inked(at, radius, reach, every);
                if inked > best.inked {
                    best = Circle { center: at, radius, inked };
                }
            }
        }
        best
    }

    /// Follows the ink from a likely centre, good to `step` pixels or worse, to the ring around it.
    fn followed(&self, center: Point, mut step: f64, mut radii: (f64, f64)) -> Option<Circle> {
        let mut circle = Circle { center, radius: 0.0, inked: 0.0 };
        loop {
            for _ in 0..3 {
                let better = self.best(circle.center, radii, step);
                let stays = better.center == circle.center;
                circle = better;
                radii = (circle.radius - 3.0 * step, circle.radius + 3.0 * step);
                if circle.inked < 0.5 || stays {
                    break;
                }
            }
            if circle.inked < 0.6 || step <= 1.0 {
                return (circle.inked >= INKED).then_some(circle);
            }
            step = (step / 2.0).max(1.0);
        }
    }

    /// A circle as a stamp, if it is a thin ring with something in it.
    fn stamp(&self, circle: Circle, size: f64) -> Option<Ring> {
        let at = |radius: f64| self.inked(circle.center, radius, 0, 1);
        let most = THICKEST * size;
        // As far as the ring is inked, it is thick.
        let thick = |sign: f64| {
            (1..).map(f64::from).take_while(|&d| d <= most && at(circle.radius + sign * d) >= 0.6).count()
                as f64
        };
        let (out, within) = (thick(1.0), thick(-1.0));
        let (outer, thickness) = (circle.radius + out + 0.5, out + within + 1.0);
        let apart = 0.15 * size;
        let alone = at(outer + apart) < 0.5 && at(outer - thickness - apart) < 0.5;
        // The square within the ring.
        let inside = around(&[circle.center], 0.7 * (outer - thickness));
        let filled = self.ink.ink_in(&inside) as f64 / inside.area().max(1) as f64;
        if !alone || thickness > most || !(0.05..0.75).contains(&filled) {
            return None;
        }
        let kind = RegionKind::stamp(StampColor::Black, StampShape::Circle);
        let confidence = Confidence::clamped(0.9 * circle.inked as f32);
        let mark = Mark { kind, bbox: around(&[circle.center], outer), confidence };
        Some(Ring { mark, center: circle.center, radius: outer - thickness / 2.0, thickness })
    }
}

impl Ring {
    /// Covers the ring and what stands in it; print that crosses it stays.
    pub(super) fn cover(&self, gray: &GrayImage, covered: &mut Binary, rest: &mut Binary, size: f64) {
        let places = (4.0 * std::f64::consts::PI * self.radius) as i32;
        let (mut crossings, mut outline) = (0, Vec::new());
        for i in 0..places {
            let (sin, cos) = (f64::from(i) * std::f64::consts::TAU / f64::from(places)).sin_cos();
            let at = Point { x: self.center.x + self.radius * cos, y: self.center.y + self.radius * sin };
            crossings += usize::from(!cover_run(covered, rest, at, Point { x: cos, y: sin }, self.thickness));
            outline.push(at);
        }
        let holds = |p: Point| (p.x - self.center.x).hypot(p.y - self.center.y) < self.radius;
        if crossings == 0 || !lift(gray, covered, rest, &self.mark.bbox, (&outline, &holds), size) {
            cover_inside(covered, rest, &self.mark.bbox, &holds, crossings > 0, size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::marks::drawing::{SIZE, character, line, page, print};

    fn draw_ring(ink: &mut Binary, center: (f64, f64), radius: f64) {
        let at = |i: i32| {
            let (sin, cos) = (f64::from(i) * std::f64::consts::TAU / 180.0).sin_cos();
            Point { x: center.0 + radius * cos, y: center.1 + radius * sin }
        };
        (0..180).for_each(|i| line(ink, at(i), at(i + 1), 5.0));
    }

    #[test]
    fn a_ring_with_print_in_it_is_a_round_stamp() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 700));
        draw_ring(&mut ink, (640.0, 720.0), 90.0);
        character(&mut ink, 600, 690, 60, 8);
        let found = find_rings(&ink, SIZE);
        assert_eq!(found.len(), 1);
        assert!(found[0].mark.bbox.iou(&BBox::from_ltrb(547, 627, 733, 813)) > 0.95);
    }

    #[test]
    fn the_copy_of_a_punched_hole_is_no_stamp() {
        let mut ink = page();
        draw_ring(&mut ink, (640.0, 720.0), 90.0);
        assert_eq!(find_rings(&ink, SIZE).len(), 0);
    }
}
