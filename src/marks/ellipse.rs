//! Fits an ellipse to points.
//!
//! The fit is a linear least-squares fit of the conic equation. The coefficients of x² and y² sum to 1, a
//! normalization that is invariant to rotation and translation (Rosin 1993). Sums over points are additive, so arcs
//! are combined without another pass over their points. With few and noisy points the ellipse comes out slightly too
//! small. The caller therefore follows the ink from the fitted ellipse and fits again.

use super::lines::around;
use crate::geometry::{BBox, Point};
use crate::page::StampShape;
use nalgebra::{SMatrix, SVector};

/// Largest axis ratio of a circle.
const ROUND: f64 = 1.1;

/// Sines and cosines of `count` angles, evenly spaced over the full turn.
pub(super) fn angles(count: usize) -> impl Iterator<Item = (f64, f64)> {
    (0..count).map(move |i| (i as f64 * std::f64::consts::TAU / count as f64).sin_cos())
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Ellipse {
    pub center: Point,
    /// Longer and shorter half axis, px.
    pub half: (f64, f64),
    /// Sine and cosine of the angle of the longer axis.
    turn: (f64, f64),
}

impl Ellipse {
    /// The point at an angle (sine and cosine) from the longer axis, and the outward unit normal there.
    pub(super) fn at(&self, (sin, cos): (f64, f64)) -> (Point, Point) {
        let (a, b) = self.half;
        let (normal, length) = ((b * cos, a * sin), (b * cos).hypot(a * sin).max(1e-9));
        let place = self.turned(a * cos, b * sin);
        let out = self.turned(normal.0 / length, normal.1 / length);
        (Point { x: self.center.x + place.x, y: self.center.y + place.y }, out)
    }

    fn turned(&self, along: f64, across: f64) -> Point {
        let (sin, cos) = self.turn;
        Point { x: along * cos - across * sin, y: along * sin + across * cos }
    }

    /// Shape of a stamp whose frame this ellipse is.
    pub(super) fn shape(&self) -> StampShape {
        if self.half.0 <= ROUND * self.half.1 { StampShape::Circle } else { StampShape::Oval }
    }

    /// Normalized distance of a point from the centre: 1 on the ellipse, less inside.
    pub(super) fn out(&self, p: Point) -> f64 {
        let (sin, cos) = self.turn;
        let (dx, dy) = (p.x - self.center.x, p.y - self.center.y);
        ((dx * cos + dy * sin) / self.half.0).hypot((dy * cos - dx * sin) / self.half.1)
    }

    /// Bounding box, grown by `margin` px.
    pub(super) fn bbox(&self, margin: f64) -> BBox {
        let (sin, cos) = self.turn;
        let (a, b) = self.half;
        let (x, y) = ((a * cos).hypot(b * sin), (a * sin).hypot(b * cos));
        let corner = |sign: f64| Point { x: self.center.x + sign * x, y: self.center.y + sign * y };
        around(&[corner(-1.0), corner(1.0)], margin)
    }

    /// The ellipse with both half axes longer by `by` px.
    pub(super) fn grown(&self, by: f64) -> Self {
        Self { half: ((self.half.0 + by).max(0.5), (self.half.1 + by).max(0.5)), ..*self }
    }

    pub(super) fn scaled(&self, factor: f64) -> Self {
        Self { half: (self.half.0 * factor, self.half.1 * factor), ..*self }
    }
}

/// Sums over points, from which the best ellipse is computed. Points are relative to a nearby origin, in a unit of
/// about the size of the ellipse, for numerical stability.
#[derive(Debug, Clone, Default)]
pub(super) struct Sums {
    squares: SMatrix<f64, 5, 5>,
    products: SVector<f64, 5>,
}

impl Sums {
    pub(super) fn of(points: impl IntoIterator<Item = Point>, (origin, unit): (Point, f64)) -> Self {
        let mut sums = Self::default();
        for p in points {
            let (x, y) = ((p.x - origin.x) / unit, (p.y - origin.y) / unit);
            let row = SVector::<f64, 5>::from([x * x - y * y, x * y, x, y, 1.0]);
            sums.squares += row * row.transpose();
            sums.products -= row * (y * y);
        }
        sums
    }

    pub(super) fn with(&self, other: &Self) -> Self {
        Self { squares: self.squares + other.squares, products: self.products + other.products }
    }

    /// The ellipse that fits best; `None` if the best conic is no ellipse.
    pub(super) fn fit(&self, (origin, unit): (Point, f64)) -> Option<Ellipse> {
        let solved = self.squares.cholesky()?.solve(&self.products);
        let [xx, xy, x, y, one] = solved.data.0[0];
        let (yy, determinant) = (1.0 - xx, 4.0 * xx * (1.0 - xx) - xy * xy);
        if determinant <= 1e-6 {
            return None;
        }
        let center = ((xy * y - 2.0 * yy * x) / determinant, (xy * x - 2.0 * xx * y) / determinant);
        let level = -(one + 0.5 * (x * center.0 + y * center.1));
        // The smaller eigenvalue of the quadratic form belongs to the longer axis.
        let root = (xx - yy).hypot(xy);
        let (least, most) = ((1.0 - root) / 2.0, (1.0 + root) / 2.0);
        if level <= 0.0 || least <= 0.0 {
            return None;
        }
        let angle = 0.5 * (-xy).atan2(yy - xx);
        Some(Ellipse {
            center: Point { x: origin.x + unit * center.0, y: origin.y + unit * center.1 },
            half: (unit * (level / least).sqrt(), unit * (level / most).sqrt()),
            turn: angle.sin_cos(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ellipse_through_points_of_two_arcs_is_found() {
        let (sin, cos) = 0.3f64.sin_cos();
        let ellipse = Ellipse { center: Point { x: 700.0, y: 900.0 }, half: (150.0, 80.0), turn: (sin, cos) };
        let frame = (Point { x: 600.0, y: 800.0 }, 40.0);
        let arc = |from: i32, to: i32| {
            let place = move |i: i32| ellipse.at(f64::from(i).to_radians().sin_cos()).0;
            Sums::of((from..to).step_by(4).map(place), frame)
        };
        let found = arc(10, 80).with(&arc(170, 240)).fit(frame).expect("an ellipse");
        assert!((found.center.x - 700.0).hypot(found.center.y - 900.0) < 0.1, "{found:?}");
        assert!((found.half.0 - 150.0).abs() < 0.1 && (found.half.1 - 80.0).abs() < 0.1, "{found:?}");
        assert!((found.turn.0 * cos - found.turn.1 * sin).abs() < 1e-3, "{found:?}");
        assert!((found.out(ellipse.at((0.0, 1.0)).0) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn points_of_a_line_are_no_ellipse() {
        let frame = (Point { x: 0.0, y: 0.0 }, 40.0);
        let line = (0..20).map(|i| Point { x: f64::from(i) * 5.0, y: f64::from(i) * 2.0 });
        assert!(Sums::of(line, frame).fit(frame).is_none());
    }
}
