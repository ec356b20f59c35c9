//! Round stamps in black ink.
//!
//! Every edge of a ring points at its centre: the ink's outline votes along its normal, by radius, for centres
//! (Duda and Hart 1972 with gradients, Ballard 1981). Only pieces of ink larger than a character vote, in a picture
//! reduced to about twelve pixels a character. A centre is a stamp where a thin ring goes all the way round, print
//! across it or not, and something stands inside: a punched hole's edge is a ring too, but blank.

use super::lines::Seen;
use super::{Mark, cover};
use crate::geometry::{BBox, Point};
use crate::page::{Confidence, RegionKind, StampColor, StampShape};
use crate::raster::{Binary, Component, Labels};

/// Least and largest radius of a round stamp, in characters.
const RADIUS: (f64, f64) = (1.4, 4.5);
/// Inked part of the ring, at least.
const INKED: f64 = 0.85;
/// Most centres that are looked at: stamps have the most votes, print has many places with few.
const MOST: usize = 12;
/// Places along a ring that are looked at.
const PLACES: usize = 128;

/// A ring that is a stamp.
pub(super) struct Ring {
    /// The stamp.
    pub mark: Mark,
    center: Point,
    radius: f64,
    thickness: f64,
}

/// Finds the round stamps.
pub(super) fn find_rings(ink: &Binary, size: f64) -> Vec<Ring> {
    let factor = ((size / 12.0).round() as u32).max(1);
    let (components, labels) = ink.components();
    let small = reduced(ink, &components, &labels, factor, size);
    let unit = size / f64::from(factor);
    let mut found: Vec<Ring> = Vec::new();
    for center in centers(&small, unit) {
        let center = Point { x: center.x * f64::from(factor), y: center.y * f64::from(factor) };
        if let Some(ring) = ring(ink, center, f64::from(factor), size)
            && found.iter().all(|f| f.mark.bbox.iou(&ring.mark.bbox) < 0.3)
        {
            found.push(ring);
        }
    }
    found
}

/// The outlines of pieces larger than a character, reduced.
fn reduced(ink: &Binary, components: &[Component], labels: &Labels, factor: u32, size: f64) -> Binary {
    let large: Vec<bool> =
        components.iter().map(|c| f64::from(c.bbox.width().max(c.bbox.height())) >= 1.3 * size).collect();
    let mut small = Binary::new(ink.width().div_ceil(factor), ink.height().div_ceil(factor));
    let step = (factor / 2).max(1);
    for y in (0..ink.height()).step_by(step as usize) {
        let row = &labels.as_raw()[(y * ink.width()) as usize..((y + 1) * ink.width()) as usize];
        for (x, &label) in row.iter().enumerate().step_by(step as usize) {
            if label != 0 && large[label as usize - 1] {
                small.set(x as u32 / factor, y / factor, true);
            }
        }
    }
    small
}

/// Likely centres, the likeliest first.
fn centers(small: &Binary, unit: f64) -> Vec<Point> {
    let (width, height) = (small.width() as i32, small.height() as i32);
    let mut votes = vec![0u16; (width * height).max(0) as usize];
    let at = |x: i32, y: i32| i32::from(small.is_ink(x as u32, y as u32));
    let (least, most) = ((RADIUS.0 * unit) as i32, (RADIUS.1 * unit).ceil() as i32);
    for y in 2..height - 2 {
        for x in (2..width - 2).filter(|&x| small.is_ink(x as u32, y as u32)) {
            // A line's direction from the second moments of its surroundings.
            let (mut xx, mut yy, mut xy) = (0, 0, 0);
            for (dx, dy) in (-2..=2).flat_map(|dy| (-2..=2).map(move |dx| (dx, dy))) {
                let here = at(x + dx, y + dy);
                xx += here * dx * dx;
                yy += here * dy * dy;
                xy += here * dx * dy;
            }
            let (difference, twice) = (f64::from(xx - yy), f64::from(2 * xy));
            let strength = difference.hypot(twice);
            if strength < 0.4 * f64::from(xx + yy) {
                continue;
            }
            let angle = 0.5 * twice.atan2(difference);
            let (normal_x, normal_y) = (-angle.sin(), angle.cos());
            for radius in (least..=most).flat_map(|r| [r, -r]) {
                let (cx, cy) = (
                    f64::from(x) + normal_x * f64::from(radius),
                    f64::from(y) + normal_y * f64::from(radius),
                );
                let (cx, cy) = (cx.round() as i32, cy.round() as i32);
                if cx >= 0 && cy >= 0 && cx < width && cy < height {
                    votes[(cy * width + cx) as usize] += 1;
                }
            }
        }
    }
    peaks(&votes, width, height, unit)
}

/// The places with most votes in 3 × 3 windows, apart from one another.
fn peaks(votes: &[u16], width: i32, height: i32, unit: f64) -> Vec<Point> {
    let sum = |x: i32, y: i32| -> u32 {
        (-1..=1)
            .flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy)))
            .map(|(x, y)| u32::from(votes[(y * width + x) as usize]))
            .sum()
    };
    let least = (1.2 * std::f64::consts::PI * RADIUS.0 * unit) as u32;
    let mut sums: Vec<(u32, i32, i32)> = (1..height - 1)
        .flat_map(|y| (1..width - 1).map(move |x| (x, y)))
        .filter(|&(x, y)| u32::from(votes[(y * width + x) as usize]) * 9 >= least)
        .map(|(x, y)| (sum(x, y), x, y))
        .filter(|(s, ..)| *s >= least)
        .collect();
    sums.sort_unstable_by_key(|&(s, x, y)| (std::cmp::Reverse(s), y, x));
    let mut kept: Vec<(i32, i32)> = Vec::new();
    for (_, x, y) in sums {
        if kept.len() >= MOST {
            break;
        }
        if kept.iter().all(|(kx, ky)| (kx - x).abs().max((ky - y).abs()) > (0.4 * unit) as i32) {
            kept.push((x, y));
        }
    }
    kept.into_iter().map(|(x, y)| Point { x: f64::from(x) + 0.5, y: f64::from(y) + 0.5 }).collect()
}

/// A unit vector for every place along a ring.
fn directions() -> impl Iterator<Item = (f64, f64)> {
    (0..PLACES).map(|i| (i as f64 * std::f64::consts::TAU / PLACES as f64).sin_cos())
}

/// Inked part of a ring, one pixel thick or `reach` more to either side.
fn inked(ink: &Binary, center: Point, radius: f64, reach: i32) -> f64 {
    let is_ink = |x: f64, y: f64| {
        x >= 0.0
            && y >= 0.0
            && x < f64::from(ink.width())
            && y < f64::from(ink.height())
            && ink.is_ink(x as u32, y as u32)
    };
    let hits = directions().filter(|(sin, cos)| {
        (-reach..=reach).any(|d| {
            let r = radius + f64::from(d);
            is_ink(center.x + r * cos, center.y + r * sin)
        })
    });
    hits.count() as f64 / PLACES as f64
}

/// The most inked ring with its centre within two steps: its inked part, centre and radius.
fn best_around(ink: &Binary, center: Point, radii: (f64, f64), step: f64) -> (f64, Point, f64) {
    let mut best = (0.0, center, 0.0);
    let reach = (step / 2.0).ceil() as i32;
    for (dx, dy) in (-2..=2).flat_map(|dy| (-2..=2).map(move |dx| (dx, dy))) {
        let at = Point { x: center.x + f64::from(dx) * step, y: center.y + f64::from(dy) * step };
        let mut radius = radii.0;
        while radius <= radii.1 {
            let part = inked(ink, at, radius, reach);
            if part > best.0 {
                best = (part, at, radius);
            }
            radius += step;
        }
    }
    best
}

/// The best ring around a centre, good to `factor` pixels, as a stamp.
fn ring(ink: &Binary, center: Point, factor: f64, size: f64) -> Option<Ring> {
    let (mut center, mut radii) = (center, (RADIUS.0 * size, RADIUS.1 * size));
    let (mut step, mut part, mut radius) = (factor, 0.0, 0.0);
    // From coarse to fine: a ring as wide as the steps, then half as wide. Votes are scattered: follow the ink.
    loop {
        for _ in 0..3 {
            let before = center;
            (part, center, radius) = best_around(ink, center, radii, step);
            radii = (radius - 3.0 * step, radius + 3.0 * step);
            if part < 0.5 || center == before {
                break;
            }
        }
        if part < 0.6 || step <= 1.0 {
            break;
        }
        step = (step / 2.0).max(1.0);
    }
    if part < INKED {
        return None;
    }
    // As far as the ring is as inked, it is as thick.
    let out = (1..)
        .take_while(|&d| f64::from(d) < 0.3 * size && inked(ink, center, radius + f64::from(d), 0) >= 0.6)
        .count();
    let within = (1..)
        .take_while(|&d| f64::from(d) < 0.3 * size && inked(ink, center, radius - f64::from(d), 0) >= 0.6)
        .count();
    let outer = radius + out as f64 + 0.5;
    let thickness = (out + within + 1) as f64;
    let thin = inked(ink, center, outer + 0.15 * size, 0) < 0.5
        && inked(ink, center, outer - thickness - 0.15 * size, 0) < 0.5;
    let inner = 0.7 * (outer - thickness);
    let inside = BBox::from_ltrb(
        (center.x - inner) as i32,
        (center.y - inner) as i32,
        (center.x + inner) as i32,
        (center.y + inner) as i32,
    );
    let filled = ink.ink_in(&inside) as f64 / inside.area().max(1) as f64;
    if !thin || thickness > 0.3 * size || !(0.05..0.75).contains(&filled) {
        return None;
    }
    let bbox = BBox::from_ltrb(
        (center.x - outer).round() as i32,
        (center.y - outer).round() as i32,
        (center.x + outer).round() as i32,
        (center.y + outer).round() as i32,
    );
    let kind = RegionKind::Stamp { color: StampColor::Black, shape: StampShape::Circle };
    let mark = Mark { kind, bbox, confidence: Confidence::clamped(part as f32 * 0.9) };
    Some(Ring { mark, center, radius: outer - thickness / 2.0, thickness })
}

impl Ring {
    /// Covers the ring; print that crosses it stays.
    pub(super) fn cover(&self, covered: &mut Binary, rest: &mut Binary) {
        let longest = (1.8 * self.thickness) as i32 + 2;
        let mut gone = Vec::new();
        let seen = Seen { ink: rest, transposed: false };
        let places = (4.0 * std::f64::consts::PI * self.radius) as i32;
        for i in 0..places {
            let (sin, cos) = (f64::from(i) * std::f64::consts::TAU / f64::from(places)).sin_cos();
            let at = Point { x: self.center.x + self.radius * cos, y: self.center.y + self.radius * sin };
            let out = Point { x: cos, y: sin };
            let Some((first, last)) = seen.run(at, out, self.thickness as i32 / 2 + 2, longest) else {
                continue;
            };
            if last - first <= longest {
                gone.extend((first..last).map(|d| {
                    let d = f64::from(d);
                    ((at.x + cos * d).floor() as i32, (at.y + sin * d).floor() as i32)
                }));
            }
        }
        for (x, y) in gone {
            cover(covered, rest, &BBox::from_ltwh(x, y, 1, 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
