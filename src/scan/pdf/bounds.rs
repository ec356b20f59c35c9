//! Axis-aligned rectangles in the page's user space: points, y upwards.

use super::state::Matrix;
use hayro_syntax::page::Page;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bounds {
    pub(super) left: f32,
    pub(super) bottom: f32,
    pub(super) right: f32,
    pub(super) top: f32,
}

impl Bounds {
    pub(super) const EVERYTHING: Self =
        Self { left: f32::MIN, bottom: f32::MIN, right: f32::MAX, top: f32::MAX };

    /// The visible area of a page; `None` if its boxes have no area.
    pub(super) fn of_page(page: &Page<'_>) -> Option<Self> {
        let seen = page.intersected_crop_box();
        let [left, bottom, right, top] = [seen.x0, seen.y0, seen.x1, seen.y1].map(|v| v as f32);
        (right - left >= 1.0 && top - bottom >= 1.0).then_some(Self { left, bottom, right, top })
    }

    /// Bounding box of the unit square under a matrix, which is where an image is painted.
    pub(super) fn of_unit_square([a, b, c, d, e, f]: Matrix) -> Self {
        let corners = [(e, f), (e + a, f + b), (e + c, f + d), (e + a + c, f + b + d)];
        let (xs, ys) = (corners.map(|p| p.0), corners.map(|p| p.1));
        let least = |all: [f32; 4]| all.into_iter().fold(f32::MAX, f32::min);
        let most = |all: [f32; 4]| all.into_iter().fold(f32::MIN, f32::max);
        Self { left: least(xs), bottom: least(ys), right: most(xs), top: most(ys) }
    }

    pub(super) fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    pub(super) fn height(&self) -> f32 {
        (self.top - self.bottom).max(0.0)
    }

    /// Area, square points.
    pub(super) fn area(&self) -> f32 {
        self.width() * self.height()
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        Self {
            left: self.left.max(other.left),
            bottom: self.bottom.max(other.bottom),
            right: self.right.min(other.right),
            top: self.top.min(other.top),
        }
    }

    /// Whether the other rectangle lies inside, except for a margin in points.
    pub(super) fn holds(&self, other: &Self, margin: f32) -> bool {
        self.left - margin <= other.left
            && self.bottom - margin <= other.bottom
            && self.right + margin >= other.right
            && self.top + margin >= other.top
    }
}
