//! Boxes, outlines and affine maps, in pixels.
//!
//! The origin is the top-left corner; x grows to the right, y downwards. Boxes are half-open: `right` and `bottom`
//! are the first column and row outside. Angles are degrees of *clockwise* rotation of the page, so a positive angle
//! lowers the right end of a horizontal line (PAGE's `orientation` has the opposite sign).

mod index;

pub(crate) use index::{BoxIndex, merge};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A point in pixel coordinates; whole numbers are the corners between pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Point {
    /// Distance from the left edge, px.
    pub x: f64,
    /// Distance from the top edge, px.
    pub y: f64,
}

/// An axis-aligned box, half-open, written `[left, top, right, bottom]` in the page record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(from = "[i32; 4]", into = "[i32; 4]")]
#[schemars(with = "[i32; 4]")]
pub struct BBox {
    /// First column inside.
    pub left: i32,
    /// First row inside.
    pub top: i32,
    /// First column outside, to the right.
    pub right: i32,
    /// First row outside, below.
    pub bottom: i32,
}

impl From<[i32; 4]> for BBox {
    fn from([left, top, right, bottom]: [i32; 4]) -> Self {
        Self { left, top, right, bottom }
    }
}

impl From<BBox> for [i32; 4] {
    fn from(b: BBox) -> Self {
        [b.left, b.top, b.right, b.bottom]
    }
}

impl BBox {
    /// The box between two corners. It is empty if `right` is left of `left`, or `bottom` above `top`.
    #[must_use]
    pub fn from_ltrb(left: i32, top: i32, right: i32, bottom: i32) -> Self {
        Self { left, top, right: right.max(left), bottom: bottom.max(top) }
    }

    /// The box with the given top-left corner, width and height.
    #[must_use]
    pub fn from_ltwh(left: i32, top: i32, width: i32, height: i32) -> Self {
        Self::from_ltrb(left, top, left + width, top + height)
    }

    /// The bounding box of an image.
    #[must_use]
    pub fn of_size(width: u32, height: u32) -> Self {
        Self::from_ltrb(0, 0, width as i32, height as i32)
    }

    /// Width, px.
    #[must_use]
    pub fn width(&self) -> i32 {
        self.right - self.left
    }

    /// Height, px.
    #[must_use]
    pub fn height(&self) -> i32 {
        self.bottom - self.top
    }

    /// Number of pixels inside.
    #[must_use]
    pub fn area(&self) -> i64 {
        i64::from(self.width()) * i64::from(self.height())
    }

    /// Whether the box contains no pixel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.width() <= 0 || self.height() <= 0
    }

    /// The centre.
    #[must_use]
    pub fn center(&self) -> Point {
        Point { x: f64::from(self.left + self.right) / 2.0, y: f64::from(self.top + self.bottom) / 2.0 }
    }

    /// Whether the pixel with the top-left corner (x, y) is inside.
    #[must_use]
    pub fn contains(&self, x: i32, y: i32) -> bool {
        (self.left..self.right).contains(&x) && (self.top..self.bottom).contains(&y)
    }

    /// The smallest box that contains both; an empty box adds nothing.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The common part of both; empty if they do not touch.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self::from_ltrb(
            self.left.max(other.left),
            self.top.max(other.top),
            self.right.min(other.right),
            self.bottom.min(other.bottom),
        )
    }

    /// Whether both share a pixel.
    #[must_use]
    pub fn intersects(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }

    /// Intersection over union, 0 to 1 (Jaccard index).
    #[must_use]
    pub fn iou(&self, other: &Self) -> f64 {
        let shared = self.intersection(other).area();
        let all = self.area() + other.area() - shared;
        if all > 0 { shared as f64 / all as f64 } else { 0.0 }
    }

    /// The box grown by `margin` pixels on every side; a negative margin shrinks it.
    #[must_use]
    pub fn grown(&self, margin: i32) -> Self {
        Self::from_ltrb(self.left - margin, self.top - margin, self.right + margin, self.bottom + margin)
    }

    /// The box moved by `dx` to the right and `dy` downwards.
    #[must_use]
    pub fn shifted(&self, dx: i32, dy: i32) -> Self {
        Self { left: self.left + dx, top: self.top + dy, right: self.right + dx, bottom: self.bottom + dy }
    }

    /// The box with x and y exchanged, as in a transposed image: columns become rows.
    #[must_use]
    pub fn transposed(&self) -> Self {
        Self { left: self.top, top: self.left, right: self.bottom, bottom: self.right }
    }

    /// The box on the page turned clockwise by `degrees` (quarter turns); `size` is the page's width and height before.
    #[must_use]
    pub fn turned(&self, degrees: u16, size: (u32, u32)) -> Self {
        let (width, height) = (size.0 as i32, size.1 as i32);
        match degrees % 360 {
            90 => Self::from_ltrb(height - self.bottom, self.left, height - self.top, self.right),
            180 => Self::from_ltrb(
                width - self.right,
                height - self.bottom,
                width - self.left,
                height - self.top,
            ),
            270 => Self::from_ltrb(self.top, width - self.right, self.bottom, width - self.left),
            _ => *self,
        }
    }

    /// Distance between both along x, px; negative if they overlap.
    #[must_use]
    pub fn gap_x(&self, other: &Self) -> i32 {
        self.left.max(other.left) - self.right.min(other.right)
    }

    /// Distance between both along y, px; negative if they overlap.
    #[must_use]
    pub fn gap_y(&self, other: &Self) -> i32 {
        self.top.max(other.top) - self.bottom.min(other.bottom)
    }

    /// The four corners, clockwise from the top left.
    #[must_use]
    pub fn corners(&self) -> [Point; 4] {
        let (l, t, r, b) =
            (f64::from(self.left), f64::from(self.top), f64::from(self.right), f64::from(self.bottom));
        [Point { x: l, y: t }, Point { x: r, y: t }, Point { x: r, y: b }, Point { x: l, y: b }]
    }
}

/// A closed outline with corners at whole pixels, clockwise; empty if only the box is known.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Polygon(pub Vec<[i32; 2]>);

impl Polygon {
    /// Rounds the corners to whole pixels.
    #[must_use]
    pub fn from_points(points: &[Point]) -> Self {
        Self(points.iter().map(|p| [p.x.round() as i32, p.y.round() as i32]).collect())
    }
}

/// An affine map from the pixels of one image to those of another: `x' = a·x + b·y + c`, `y' = d·x + e·y + f`.
///
/// A stage returns the map from its output image *back* to its input image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// `[a, b, c, d, e, f]`.
    pub coefficients: [f64; 6],
}

impl Default for Transform {
    fn default() -> Self {
        Self::identity()
    }
}

impl Transform {
    /// The identity map.
    #[must_use]
    pub fn identity() -> Self {
        Self { coefficients: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] }
    }

    /// Translation by `dx` to the right and `dy` downwards.
    #[must_use]
    pub fn translation(dx: f64, dy: f64) -> Self {
        Self { coefficients: [1.0, 0.0, dx, 0.0, 1.0, dy] }
    }

    /// Clockwise rotation (as seen on the page) around the origin.
    #[must_use]
    pub fn rotation(degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        Self { coefficients: [cos, -sin, 0.0, sin, cos, 0.0] }
    }

    /// Clockwise rotation around a point.
    #[must_use]
    pub fn rotation_around(degrees: f64, center: Point) -> Self {
        Self::translation(-center.x, -center.y)
            .then(&Self::rotation(degrees))
            .then(&Self::translation(center.x, center.y))
    }

    /// Uniform scaling from the origin.
    #[must_use]
    pub fn scaling(factor: f64) -> Self {
        Self { coefficients: [factor, 0.0, 0.0, 0.0, factor, 0.0] }
    }

    /// The composition: first this map, then `next`.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let [a, b, c, d, e, f] = self.coefficients;
        let [na, nb, nc, nd, ne, nf] = next.coefficients;
        Self {
            coefficients: [
                na * a + nb * d,
                na * b + nb * e,
                na * c + nb * f + nc,
                nd * a + ne * d,
                nd * b + ne * e,
                nd * c + ne * f + nf,
            ],
        }
    }

    /// The inverse map, or `None` if the map is singular.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.coefficients;
        let det = a * e - b * d;
        if det.abs() < 1e-12 {
            return None;
        }
        let (ia, ib, id, ie) = (e / det, -b / det, -d / det, a / det);
        Some(Self { coefficients: [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)] })
    }

    /// Maps a point.
    #[must_use]
    pub fn apply(&self, p: Point) -> Point {
        let [a, b, c, d, e, f] = self.coefficients;
        Point { x: a * p.x + b * p.y + c, y: d * p.x + e * p.y + f }
    }

    /// Maps the four corners of a box.
    #[must_use]
    pub fn apply_outline(&self, bbox: &BBox) -> [Point; 4] {
        bbox.corners().map(|p| self.apply(p))
    }

    /// The smallest box around the mapped box, rounded to the nearest pixel edges.
    #[must_use]
    pub fn apply_bbox(&self, bbox: &BBox) -> BBox {
        let points = self.apply_outline(bbox);
        let fold = |f: fn(f64, f64) -> f64, start: f64, pick: fn(&Point) -> f64| {
            points.iter().map(pick).fold(start, f).round() as i32
        };
        BBox::from_ltrb(
            fold(f64::min, f64::INFINITY, |p| p.x),
            fold(f64::min, f64::INFINITY, |p| p.y),
            fold(f64::max, f64::NEG_INFINITY, |p| p.x),
            fold(f64::max, f64::NEG_INFINITY, |p| p.y),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clockwise_turn_lowers_the_right_end() {
        let p = Transform::rotation(90.0).apply(Point { x: 1.0, y: 0.0 });
        assert!((p.x).abs() < 1e-9 && (p.y - 1.0).abs() < 1e-9);
    }

    #[test]
    fn boxes_that_only_touch_share_nothing() {
        let (a, b) = (BBox::from_ltrb(0, 0, 4, 4), BBox::from_ltrb(4, 0, 8, 4));
        assert!(!a.intersects(&b));
        assert_eq!(a.iou(&b), 0.0);
        assert_eq!(a.union(&b), BBox::from_ltrb(0, 0, 8, 4));
    }

    proptest! {
        #[test]
        fn a_map_and_its_inverse_give_the_point_back(
            degrees in -180.0..180.0f64, dx in -5e3..5e3f64, dy in -5e3..5e3f64,
            x in -5e3..5e3f64, y in -5e3..5e3f64,
        ) {
            let there = Transform::rotation(degrees).then(&Transform::translation(dx, dy));
            let back = there.inverse().expect("a rotation can be undone");
            let p = back.apply(there.apply(Point { x, y }));
            prop_assert!((p.x - x).abs() < 1e-6 && (p.y - y).abs() < 1e-6);
        }

        #[test]
        fn a_quarter_turn_goes_where_the_map_of_the_turn_does(degrees in prop::sample::select(vec![0u16, 90, 180, 270])) {
            let (size, bbox) = ((300, 200), BBox::from_ltrb(10, 20, 50, 120));
            let turned = bbox.turned(degrees, size);
            let (middle, after) = (BBox::of_size(300, 200), BBox::of_size(300, 200).turned(degrees, size));
            let turn = Transform::translation(-middle.center().x, -middle.center().y)
                .then(&Transform::rotation(f64::from(degrees)))
                .then(&Transform::translation(after.center().x, after.center().y));
            prop_assert_eq!(turned, turn.apply_bbox(&bbox));
            let new_size = (after.width() as u32, after.height() as u32);
            prop_assert_eq!(turned.turned(360 - degrees, new_size), bbox);
        }

        #[test]
        fn intersection_lies_in_both(a in any::<[i16; 4]>(), b in any::<[i16; 4]>()) {
            let to_box = |v: [i16; 4]| BBox::from_ltrb(v[0].into(), v[1].into(), v[2].into(), v[3].into());
            let (a, b) = (to_box(a), to_box(b));
            let both = a.intersection(&b);
            prop_assert!(both.is_empty() || (a.union(&both) == a && b.union(&both) == b));
            prop_assert!((0.0..=1.0).contains(&a.iou(&b)));
        }
    }
}
