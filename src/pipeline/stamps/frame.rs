//! The frame of a stamp, fitted to its box, and with it the stamp's tilt.
//!
//! A frame touches its box on all four sides, so its tilt alone says how large it is: for each tilt the one rectangle
//! (or ellipse) that fits is laid over the ink, from the outside inwards, and the one that is inked best is taken. Good
//! to a quarter of a degree where the box is right. Where something else widens the box no rectangle fits, and the
//! stamp is taken to have no frame; a circle has a frame, but no tilt.

use crate::geometry::Point;
use crate::page::StampShape;
use crate::raster::Binary;

/// Largest tilt, degrees to either side: hands that stamp do not turn further.
pub(super) const MOST_DEGREES: f64 = 20.0;
/// Steps in which tilts are tried, a degree.
const STEPS: i32 = 4;
/// Places of a side, or a quarter of an ellipse, that are looked at.
const PLACES: usize = 40;
/// Least inked part of the faintest side, and of all sides.
const INKED: (f64, f64) = (0.4, 0.65);
/// Thinnest frame beside its box, as a part of the shorter side: thinner ones are lines across the stamp's characters.
const THINNEST: f64 = 0.35;
/// What a frame loses, of the two that full sides have, by the largest tilt, and by sides at uneven depths: a narrow
/// rectangle across the stamp's own characters may be inked as well.
const UNLIKELY: f64 = 0.3;
/// Inked part of a side that is still its line.
const LINE: f64 = 0.3;
/// Deepest that a frame lies in its box, and deepest that its line goes: as parts of the shorter side.
const DEEPEST: f64 = 0.06;
const THICKEST: f64 = 0.15;

/// A frame that fits its box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    /// Its form.
    pub shape: StampShape,
    /// Its clockwise turn; `None` for a circle.
    pub degrees: Option<f64>,
    /// Its middle, px.
    pub center: Point,
    /// Half of its width and height, px, when it stands upright.
    pub half: (f64, f64),
    /// How far in from the outside of each side the stamp's text may begin, px, from the top clockwise.
    pub insets: [f64; 4],
}

impl Frame {
    /// Whether a place lies within the frame's line.
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

/// Fits a frame of a shape into the picture of a stamp, whose edges are the stamp's box.
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
        // Beyond the line there is its ragged edge.
        f64::from(last) + 2.0 + 0.015 * short
    });
    if shape != StampShape::Rectangle {
        insets = [insets.into_iter().fold(0.0, f64::max); 4];
    }
    let degrees = (shape != StampShape::Circle).then_some(fitted.degrees);
    Some(Frame { shape, degrees, center: fitted.center, half: fitted.half, insets })
}

/// Where a side is inked most.
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

    /// Where the four sides, or quarters, are inked most; each on its own, since boxes are not always exact.
    fn sides(&self, depths: i32) -> [Place; 4] {
        [0, 1, 2, 3].map(|side| {
            let places = (0..=depths).map(|depth| Place { depth, inked: self.inked(side, f64::from(depth)) });
            places.fold(Place { depth: 0, inked: 0.0 }, |best, p| if p.inked > best.inked { p } else { best })
        })
    }

    /// Inked part of a side (from the top, clockwise) or a quarter, so many pixels in from the outside.
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
                // Corners may be round.
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
