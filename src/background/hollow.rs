//! Print of hollow strokes: a scan made black and white at too light a threshold keeps only the rims of its strokes, and every
//! stroke reads as two. The rims are closed before anything else is looked for.

use crate::raster::otsu_level;
use image::GrayImage;
use std::cell::Cell;

/// Long side of a page in units of the thickest stroke that is a rim: 3 px on A4 at 300 dpi.
const RIMS: f64 = 1170.0;

/// Long side of a page in units of the side of the square that closes strokes: 5 px on A4 at 300 dpi.
const STROKES: f64 = 700.0;

/// Least share of the ink that is as thin as rims. Eight drawn pages of hollow print have 1.00; 63 + 18 cables, 37 real pages and
/// print thinned to strokes of 2 px on 15 cables at most 0.77.
const THIN: f64 = 0.85;

/// Least share of it in a sample of the page, rows of [`BAND`] of which every [`EVERY`]th is looked at, for the whole page to be looked at.
const THIN_IN_SAMPLE: f64 = 0.7;
const BAND: usize = 64;
const EVERY: usize = 8;

/// Largest share of it once strokes are closed: rims become strokes, thin strokes stay thin. The eight pages have at most 0.41;
/// print thinned to strokes of 1 px on 15 cables at least 0.67.
const STILL_THIN: f64 = 0.55;

/// How many times as much ink there is at most once strokes are closed. The eight pages have up to 2.3 times as much; noise in 5 to 30 % of all
/// pixels, which passes for rims and strokes by the other measures, 3.3 to 5.7 times.
const MOST_INK: usize = 3;

/// The side of the square that closes the strokes of a page, px; `None` where its strokes are not hollow.
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

/// Makes dark what lies between dark pixels of one square of a side, px. The pixels are rows of `width` with `N` channels.
pub(super) fn close<const N: usize>(pixels: &mut [u8], width: usize, side: usize) {
    darkest::<N>(pixels, width, side);
    brightest::<N>(pixels, width, side);
}

/// Gives each pixel the least value of the square that it is the top left of.
fn darkest<const N: usize>(pixels: &mut [u8], width: usize, side: usize) {
    spread::<N>(pixels, width, side, u8::min);
}

/// Gives each pixel the greatest value of the square that it is the bottom right of, so that it undoes the shift of [`darkest`].
fn brightest<const N: usize>(pixels: &mut [u8], width: usize, side: usize) {
    pixels.reverse();
    spread::<N>(pixels, width, side, u8::max);
    pixels.reverse();
}

fn spread<const N: usize>(pixels: &mut [u8], width: usize, side: usize, better: impl Fn(u8, u8) -> u8) {
    let stride = width * N;
    // Each pass reaches one pixel further.
    for _ in 1..side {
        pixels.chunks_exact_mut(stride.max(1)).for_each(|row| merge(row, N, &better));
        merge(pixels, stride, &better);
    }
}

/// Gives each value the better of itself and the one `shift` places on.
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

    /// Bars 6 px thick on a page as long as A4 at 300 dpi: whole, or only their rims.
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
        // Noise in a tenth of all pixels, by a multiplicative hash of the place.
        let noise = GrayImage::from_fn(2480, 3508, |x, y| {
            let mixed = (x + 2480 * y).wrapping_mul(0x9e37_79b1);
            let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85eb_ca6b);
            Luma([if (mixed >> 16).is_multiple_of(10) { 0 } else { 255 }])
        });
        assert_eq!(hollow_strokes(&noise), None);
        assert_eq!(hollow_strokes(&GrayImage::new(0, 0)), None);
    }
}
