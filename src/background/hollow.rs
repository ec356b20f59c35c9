//! Detects hollow strokes. A scan binarized at too light a threshold keeps only the outlines of its strokes, so every
//! stroke reads as two. The outlines are closed before any other step.
//!
//! The measure is the share of thin ink: ink that a morphological opening removes. Hollow strokes are thin before a
//! closing and thick after it; thin strokes stay thin.

use crate::raster::otsu_level;
use image::GrayImage;
use std::cell::Cell;

/// Long side of a page in units of the thickest outline: 3 px on A4 at 300 dpi.
const RIMS: f64 = 1170.0;

/// Long side of a page in units of the side of the closing square: 5 px on A4 at 300 dpi.
const STROKES: f64 = 700.0;

/// Least share of thin ink. Eight drawn pages of hollow print have 1.00; 63 + 18 cables, 37 real pages and print
/// thinned to strokes of 2 px on 15 cables have at most 0.77.
const THIN: f64 = 0.85;

/// Least share of thin ink in a sample ([`BAND`] rows out of [`EVERY`] times as many) for the whole page to be
/// measured.
const THIN_IN_SAMPLE: f64 = 0.7;
const BAND: usize = 64;
const EVERY: usize = 8;

/// Largest share of thin ink after the closing. The eight hollow pages have at most 0.41; print thinned to strokes of
/// 1 px on 15 cables has at least 0.67.
const STILL_THIN: f64 = 0.55;

/// Largest growth factor of the ink under the closing. The eight hollow pages have up to 2.3; noise in 5 to 30 % of all
/// pixels, which passes the other tests, has 3.3 to 5.7.
const MOST_INK: usize = 3;

/// Side of the square that closes the strokes of a page, px; `None` if the strokes are not hollow.
pub(super) fn hollow_strokes(gray: &GrayImage) -> Option<usize> {
    let (width, long) = (gray.width() as usize, gray.width().max(gray.height()));
    let side = |parts: f64| ((f64::from(long) / parts).round() as usize).max(2);
    let level = otsu_level(gray);
    let ink_of =
        |pixels: &[u8]| -> Vec<u8> { pixels.iter().map(|&p| if p <= level { 0 } else { 255 }).collect() };
    let ink = |page: &[u8]| page.iter().filter(|&&p| p == 0).count();
    let thin = |page: &[u8]| {
        let mut thick = page.to_vec();
        brightest::<1>(&mut thick, width, side(RIMS));
        darkest::<1>(&mut thick, width, side(RIMS));
        1.0 - ink(&thick) as f64 / ink(page).max(1) as f64
    };
    let sample: Vec<u8> = gray.chunks(BAND * width.max(1)).step_by(EVERY).flat_map(ink_of).collect();
    if thin(&sample) < THIN_IN_SAMPLE {
        return None;
    }
    let mut page = ink_of(gray);
    if thin(&page) < THIN {
        return None;
    }
    let rims = ink(&page);
    close::<1>(&mut page, width, side(STROKES));
    (ink(&page) <= MOST_INK * rims && thin(&page) <= STILL_THIN).then(|| side(STROKES))
}

/// Grayscale closing of dark pixels with a square of `side` px. The pixels are rows of `width` px with `N` channels.
pub(super) fn close<const N: usize>(pixels: &mut [u8], width: usize, side: usize) {
    darkest::<N>(pixels, width, side);
    brightest::<N>(pixels, width, side);
}

/// Replaces each pixel by the minimum of the square that has it at the top left.
fn darkest<const N: usize>(pixels: &mut [u8], width: usize, side: usize) {
    spread::<N>(pixels, width, side, u8::min);
}

/// Replaces each pixel by the maximum of the square that has it at the bottom right, which undoes the shift of
/// [`darkest`].
fn brightest<const N: usize>(pixels: &mut [u8], width: usize, side: usize) {
    pixels.reverse();
    spread::<N>(pixels, width, side, u8::max);
    pixels.reverse();
}

fn spread<const N: usize>(pixels: &mut [u8], width: usize, side: usize, better: impl Fn(u8, u8) -> u8) {
    let stride = width * N;
    // Each pass extends the square by one pixel.
    for _ in 1..side {
        pixels.chunks_exact_mut(stride.max(1)).for_each(|row| merge(row, N, &better));
        merge(pixels, stride, &better);
    }
}

/// Replaces each value by the better of itself and the value `shift` places later.
fn merge(values: &mut [u8], shift: usize, better: impl Fn(u8, u8) -> u8) {
    let cells = Cell::from_mut(values).as_slice_of_cells();
    for (value, next) in cells.iter().zip(cells.iter().skip(shift)) {
        value.set(better(value.get(), next.get()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// Bars 6 px thick on a page as long as A4 at 300 dpi: solid, or only their outlines.
    fn bars(rim: u32) -> GrayImage {
        GrayImage::from_fn(2480, 3508, |x, y| {
            let (x, y) = (x % 40, y % 60);
            let is_within =
                |inset: u32| (8 + inset..14 - inset).contains(&x) && (8 + inset..50 - inset).contains(&y);
            Luma([if is_within(0) && !is_within(rim) { 0 } else { 255 }])
        })
    }

    #[test]
    fn rims_are_closed_and_nothing_else_is() {
        let hollow = bars(1);
        let side = hollow_strokes(&hollow).expect("the strokes are hollow");
        let mut pixels = hollow.clone().into_raw();
        close::<1>(&mut pixels, 2480, side);
        assert_eq!(pixels, bars(3).into_raw());
        assert_eq!(hollow_strokes(&bars(3)), None);
        let hairlines =
            GrayImage::from_fn(2480, 3508, |x, y| Luma([if x % 40 == 0 && y % 60 < 50 { 0 } else { 255 }]));
        assert_eq!(hollow_strokes(&hairlines), None);
        // Noise in a tenth of all pixels, from a multiplicative hash of the position.
        let noise = GrayImage::from_fn(2480, 3508, |x, y| {
            let mixed = (x + 2480 * y).wrapping_mul(0x9e37_79b1);
            let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b);
            Luma([if (mixed >> 16).is_multiple_of(10) { 0 } else { 255 }])
        });
        assert_eq!(hollow_strokes(&noise), None);
        assert_eq!(hollow_strokes(&GrayImage::new(0, 0)), None);
    }
}
