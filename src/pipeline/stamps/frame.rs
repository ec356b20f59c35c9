//! Finds the frame of a stamp, and with it the tilt of the stamp.
//!
//! A frame touches all four sides of the bounding box, so its tilt determines its size. For each tilt, the fitting
//! rectangle or ellipse is tested at several depths from the outside inwards. The one with the highest share of inked
//! positions is selected. The accuracy is a quarter of a degree if the bounding box is right. Failure case: if another
//! object enlarges the box, no frame fits, and the stamp is treated as frameless. A circle has a frame, but no tilt.

use crate::geometry::Point;
use crate::page::StampShape;
use crate::raster::Binary;

/// Largest tilt, degrees to either side. People do not tilt stamps further.
pub(super) const MOST_DEGREES: f64 = 20.0;
/// Number of tested tilts per degree.
const STEPS: i32 = 4;
/// Number of sampled positions on each side of a rectangle or quarter of an ellipse.
const PLACES: usize = 40;
/// Least share of inked positions on the faintest side, and on all sides.
const INKED: (f64, f64) = (0.4, 0.65);
/// Least half axis of a frame, relative to the shorter half side of the box. Thinner frames are lines across the
/// characters.
const THINNEST: f64 = 0.35;
/// Score penalty for the largest tilt, and for unequal depths of the sides; full sides score 2. Without it, a narrow
/// rectangle across the stamp's characters could win.
const UNLIKELY: f64 = 0.3;
/// Least share of inked positions at a depth that still belongs to the frame line.
const LINE: f64 = 0.3;
/// Largest depth of a frame inside its box, relative to the shorter side.
const DEEPEST: f64 = 0.06;
/// Largest depth of the inner edge of the frame line, relative to the shorter side.
const THICKEST: f64 = 0.15;

/// A frame fitted to the bounding box of a stamp.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub shape: StampShape,
    /// Clockwise tilt; `None` for a circle.
    pub degrees: Option<f64>,
    /// Center, px.
    pub center: Point,
    /// Half width and half height of the upright frame, px.
    pub half: (f64, f64),
    /// Distance from the outside of each side to the stamp's text area, px, clockwise from the top.
    pub insets: [f64; 4],
}

impl Frame {
    /// Whether a point is inside the frame line.
    pub(super) fn holds(&self, at: Point) -> bool {
        let (sin, cos) = self.degrees.unwrap_or(0.0).to_radians().sin_cos();
        let (dx, dy) = (at.x - self.center.x, at.y - self.center.y);
        let (across, down) = (dx * cos + dy * sin, dy * cos - dx * sin);
        let [top, right, bottom, left] = self.insets;
        let (a, b) = self.half;
        if self.shape == StampShape::Rectangle {
            (left - a..=a - right).contains(&across) && (top - b..=b - bottom).contains(&down)
        } else {
            let (a, b) = ((a - top).max(0.5), (b - top).max(0.5));
            (across / a).powi(2) + (down / b).powi(2) <= 1.0
        }
    }
}

/// Finds a frame of a shape in the picture of a stamp. The picture is the bounding box of the stamp.
pub(super) fn find_frame(ink: &Binary, shape: StampShape) -> Option<Frame> {
    let most = match shape {
        StampShape::Frameless => return None,
        StampShape::Circle => 0,
        StampShape::Rectangle | StampShape::Oval => (MOST_DEGREES as i32) * STEPS,
    };
    let short = f64::from(ink.width().min(ink.height()));
    let depths = (DEEPEST * short).ceil() as i32 + 2;
    let mut best: Option<(f64, Fitted, [Place; 4])> = None;
    for fitted in (-most..=most).filter_map(|s| Fitted::into_box(ink, shape, f64::from(s) / f64::from(STEPS)))
    {
        let sides = fitted.sides(depths);
        let least = sides.iter().map(|s| s.inked).fold(1.0, f64::min);
        let mean = sides.iter().map(|s| s.inked).sum::<f64>() / 4.0;
        let deepest = sides.iter().map(|s| s.depth).max().unwrap_or(0);
        let outermost = sides.iter().map(|s| s.depth).min().unwrap_or(0);
        let uneven = f64::from(deepest - outermost) / f64::from(depths);
        let score = least + mean - UNLIKELY * (fitted.degrees.abs() / MOST_DEGREES + uneven);
        let fits = least >= INKED.0 && mean >= INKED.1;
        if fits && best.as_ref().is_none_or(|b| score > b.0) {
            best = Some((score, fitted, sides));
        }
    }
    let (_, fitted, sides) = best?;
    let limit = (THICKEST * short) as i32;
    let mut insets = [0, 1, 2, 3].map(|side| {
        let is_line = |d: &i32| fitted.inked(side, f64::from(*d)) >= LINE;
        let last = (sides[side].depth..=limit).take_while(is_line).last().unwrap_or(sides[side].depth);
        // Add the ragged edge of the line.
        f64::from(last) + 2.0 + 0.015 * short
    });
    if shape != StampShape::Rectangle {
        insets = [insets.into_iter().fold(0.0, f64::max); 4];
    }
    let degrees = (shape != StampShape::Circle).then_some(fitted.degrees);
    Some(Frame { shape, degrees, center: fitted.center, half: fitted.half, insets })
}

/// The depth at which a side has the highest share of inked positions.
#[derive(Clone, Copy)]
struct Place {
    depth: i32,
    inked: f64,
}

/// The rectangle or ellipse of a tilt that touches all sides of the picture.
#[derive(Clone, Copy)]
struct Fitted<'a> {
    ink: &'a Binary,
    shape: StampShape,
    degrees: f64,
    center: Point,
    half: (f64, f64),
}

impl<'a> Fitted<'a> {
    fn into_box(ink: &'a Binary, shape: StampShape, degrees: f64) -> Option<Self> {
        let (width, height) = (f64::from(ink.width()) / 2.0, f64::from(ink.height()) / 2.0);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (sin, flat) = (sin.abs(), cos * cos - sin * sin);
        let half = if shape == StampShape::Rectangle {
            // width = a cos + b sin, height = a sin + b cos
            ((width * cos - height * sin) / flat, (height * cos - width * sin) / flat)
        } else {
            // width² = a² cos² + b² sin², height² = a² sin² + b² cos²
            let (w, h, c, s) = (width * width, height * height, cos * cos, sin * sin);
            (((w * c - h * s) / flat).max(0.0).sqrt(), ((h * c - w * s) / flat).max(0.0).sqrt())
        };
        let least = THINNEST * width.min(height);
        (half.0 >= least && half.1 >= least).then_some(Self {
            ink,
            shape,
            degrees,
            center: Point { x: width, y: height },
            half,
        })
    }

    /// The best depth of each of the four sides or quarters. They are independent because boxes are not always exact.
    fn sides(&self, depths: i32) -> [Place; 4] {
        [0, 1, 2, 3].map(|side| {
            let places = (0..=depths).map(|depth| Place { depth, inked: self.inked(side, f64::from(depth)) });
            places.fold(Place { depth: 0, inked: 0.0 }, |best, p| if p.inked > best.inked { p } else { best })
        })
    }

    /// Share of inked positions of a side (clockwise from the top) or quarter at a depth in px.
    fn inked(&self, side: usize, depth: f64) -> f64 {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (a, b) = (self.half.0 - depth - 0.5, self.half.1 - depth - 0.5);
        let is_ink = |(across, down): (f64, f64)| {
            let x = (self.center.x + across * cos - down * sin).floor() as i32;
            let y = (self.center.y + across * sin + down * cos).floor() as i32;
            let inside = x >= 0 && y >= 0 && x < self.ink.width() as i32 && y < self.ink.height() as i32;
            inside && self.ink.is_ink(x as u32, y as u32)
        };
        let hits = (0..PLACES).filter(|&i| {
            let part = (i as f64 + 0.5) / PLACES as f64;
            is_ink(if self.shape == StampShape::Rectangle {
                // Skip the corners, which may be rounded.
                let t = 0.88 * (2.0 * part - 1.0);
                [(t * a, -b), (a, t * b), (t * a, b), (-a, t * b)][side]
            } else {
                let (s, c) = (std::f64::consts::FRAC_PI_2 * (side as f64 + part)).sin_cos();
                (a * c, b * s)
            })
        });
        hits.count() as f64 / PLACES as f64
    }
}
