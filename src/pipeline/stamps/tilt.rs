//! Tilt of stamp text without a straight frame, measured from its strokes.
//!
//! Most strokes of kanji are parallel or perpendicular to the line. At the right tilt, the projection profiles in both
//! directions have sharp peaks. The criterion is the sum of squared differences of neighbouring profile values (Postl
//! 1986), in both directions. The accuracy is one to two degrees with two characters, which is sufficient for
//! recognition.

use super::frame::MOST_DEGREES;
use crate::raster::Binary;

/// Step between tested tilts, degrees.
const STEP: f64 = 1.0;
/// Least relative gain of the criterion over no tilt.
const SHARPER: f64 = 0.04;
/// Relative penalty per degree of tilt.
const UNLIKELY: f64 = 0.006;

/// Clockwise tilt of the characters in a picture, degrees; 0 if no tilt stands out.
pub(super) fn find_tilt(ink: &Binary) -> f64 {
    let (width, height) = (f64::from(ink.width()), f64::from(ink.height()));
    let points: Vec<(f64, f64)> = (0..ink.height())
        .flat_map(|y| {
            let row = ink.row(y);
            (0..row.len())
                .filter(|&x| row[x] != 0)
                .map(move |x| (x as f64 - width / 2.0, f64::from(y) - height / 2.0))
        })
        .collect();
    let reach = (width.hypot(height) / 2.0).ceil() as usize + 2;
    let steps = (MOST_DEGREES / STEP) as i32;
    let sharpness = |step: i32| {
        let (sin, cos) = (f64::from(step) * STEP).to_radians().sin_cos();
        let (mut along, mut across) = (vec![0i64; 2 * reach], vec![0i64; 2 * reach]);
        for &(x, y) in &points {
            along[(x * cos + y * sin + reach as f64) as usize] += 1;
            across[(y * cos - x * sin + reach as f64) as usize] += 1;
        }
        let edges = |sums: &[i64]| sums.windows(3).map(|w| (w[2] - w[0]).pow(2)).sum::<i64>();
        (edges(&along) + edges(&across)) as f64 * (1.0 - UNLIKELY * f64::from(step.abs()) * STEP)
    };
    let best = (-steps..=steps).map(|s| (sharpness(s), s)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((most, step)) if most > (1.0 + SHARPER) * sharpness(0) => f64::from(step) * STEP,
        _ => 0.0,
    }
}
