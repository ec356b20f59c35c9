//! Draws test pages: text as crossed strokes in cells of 40 px, and lines at any angle.

use crate::geometry::{BBox, Point};
use crate::raster::Binary;

/// Character size of the drawn text, px.
pub(super) const SIZE: f64 = 40.0;

/// An empty page of 1200 × 1600 px.
pub(super) fn page() -> Binary {
    Binary::new(1200, 1600)
}

pub(super) fn fill(page: &mut Binary, bbox: BBox) {
    for y in bbox.top..bbox.bottom {
        page.row_mut(y as u32)[bbox.left as usize..bbox.right as usize].fill(255);
    }
}

/// Draws a character like 井 with strokes of the given thickness.
pub(super) fn character(page: &mut Binary, left: i32, top: i32, side: i32, thickness: i32) {
    for part in [3, 7] {
        let at = side * part / 10 - thickness / 2;
        fill(page, BBox::from_ltwh(left, top + at, side, thickness));
        fill(page, BBox::from_ltwh(left + at, top, thickness, side));
    }
}

/// Fills a box with lines of characters.
pub(super) fn print(page: &mut Binary, bbox: BBox) {
    for top in (bbox.top..=bbox.bottom - 36).step_by(64) {
        for left in (bbox.left..=bbox.right - 36).step_by(40) {
            character(page, left, top, 34, 3);
        }
    }
}

/// Draws a line.
pub(super) fn line(page: &mut Binary, from: Point, to: Point, thickness: f64) {
    let length = (to.x - from.x).hypot(to.y - from.y);
    let reach = (thickness / 2.0).ceil() as i32 + 1;
    for i in 0..=(2.0 * length) as i32 {
        let part = (f64::from(i) / 2.0 / length).min(1.0);
        let at = Point { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
        for (dx, dy) in (-reach..=reach).flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy))) {
            let (x, y) = (at.x as i32 + dx, at.y as i32 + dy);
            if (f64::from(x) + 0.5 - at.x).hypot(f64::from(y) + 0.5 - at.y) <= thickness / 2.0 {
                page.set(x as u32, y as u32, true);
            }
        }
    }
}

/// Draws a frame around a centre, rotated by a slope. Returns its corners.
pub(super) fn frame(
    page: &mut Binary,
    center: (f64, f64),
    size: (f64, f64),
    slope: f64,
    thickness: f64,
) -> [Point; 4] {
    let at = |x: f64, y: f64| Point { x: center.0 + x - slope * y, y: center.1 + y + slope * x };
    let (x, y) = (size.0 / 2.0, size.1 / 2.0);
    let corners = [at(-x, -y), at(x, -y), at(x, y), at(-x, y)];
    for i in 0..4 {
        line(page, corners[i], corners[(i + 1) % 4], thickness);
    }
    corners
}

/// Draws an arc of an ellipse over a range of degrees. `slope` rotates its first axis.
pub(super) fn ring(
    page: &mut Binary,
    center: (f64, f64),
    (a, b): (f64, f64),
    (slope, part): (f64, std::ops::Range<i32>),
    thickness: f64,
) {
    let (sin, cos) = slope.atan().sin_cos();
    let at = |degrees: i32| {
        let (s, c) = f64::from(degrees).to_radians().sin_cos();
        let (x, y) = (a * c, b * s);
        Point { x: center.0 + x * cos - y * sin, y: center.1 + x * sin + y * cos }
    };
    part.step_by(2).for_each(|i| line(page, at(i), at(i + 2), thickness));
}
