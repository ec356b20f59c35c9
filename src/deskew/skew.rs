//! Skew from row sums: sheared by the right angle, rows of print and gaps differ most.
//!
//! The ink is cut into narrow strips across the lines; for each angle the strips' profiles are shifted against one
//! another and added up, and the squared differences of neighbouring sums are the score (Postl 1986, US 4,723,297).
//! The same is done for columns, and the sharper of both decides, so horizontal and vertical print need no choice.
//! Only pieces of ink as small as characters count: rules, frames, redactions and borders have no say, nor has dust.
//!
//! The angle is searched in steps of 0.5°, 0.1° and 0.02° with a parabola through the best three. Two lines of print
//! are enough; a page of scattered single characters gives a low confidence.

use super::{DeskewOptions, Skew};
use crate::page::Confidence;
use crate::raster::Binary;

/// Width of the strips, px. Within a strip nothing is shifted: 4 px at 15° lean by one pixel.
const STRIP_PX: usize = 4;

/// Measures the skew of a page from its ink; zero with confidence 0 where it has no print.
#[must_use]
pub fn find_skew(page: &Binary, options: &DeskewOptions) -> Skew {
    let print = characters(page);
    let rows = Strips::across_rows(&print);
    let columns = Strips::across_columns(&print);
    let (horizontal, vertical) = (rows.best(options.max_degrees), columns.best(options.max_degrees));
    // Turned clockwise, a row falls to the right but a column leans to the left.
    let (degrees, sharpness) =
        if horizontal.1 >= vertical.1 { horizontal } else { (-vertical.0, vertical.1) };
    Skew { degrees, confidence: Confidence::clamped(sharpness as f32) }
}

/// The ink that is as large as strokes and characters are.
fn characters(page: &Binary) -> Binary {
    let largest = (page.width().max(page.height()) / 20).max(12) as i32;
    let (components, labels) = page.components();
    let keep: Vec<bool> = components
        .iter()
        .map(|c| {
            let (long, short) = (c.bbox.width().max(c.bbox.height()), c.bbox.width().min(c.bbox.height()));
            (6..=largest).contains(&long) && short * 12 >= long
        })
        .collect();
    let mut print = Binary::new(page.width(), page.height());
    for (y, row) in labels.as_raw().chunks_exact(page.width().max(1) as usize).enumerate() {
        let out = print.row_mut(y as u32);
        for (x, &label) in row.iter().enumerate().filter(|&(_, &label)| label != 0) {
            out[x] = if keep[label as usize - 1] { 255 } else { 0 };
        }
    }
    print
}

/// Profiles of strips: ink by place across the lines.
struct Strips {
    /// One profile after another, each `length` long.
    profiles: Vec<u16>,
    length: usize,
}

impl Strips {
    /// Strips side by side, profiles down the page.
    fn across_rows(page: &Binary) -> Self {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let mut profiles = vec![0u16; width.div_ceil(STRIP_PX) * height];
        for y in 0..height {
            for (strip, pixels) in page.row(y as u32).chunks(STRIP_PX).enumerate() {
                profiles[strip * height + y] = pixels.iter().filter(|&&p| p != 0).count() as u16;
            }
        }
        Self { profiles, length: height }
    }

    /// Strips one below the other, profiles to the right.
    fn across_columns(page: &Binary) -> Self {
        let (width, height) = (page.width() as usize, page.height() as usize);
        let mut profiles = vec![0u16; height.div_ceil(STRIP_PX) * width];
        for y in 0..height {
            let strip = &mut profiles[y / STRIP_PX * width..][..width];
            for (sum, &pixel) in strip.iter_mut().zip(page.row(y as u32)) {
                *sum += u16::from(pixel != 0);
            }
        }
        Self { profiles, length: width }
    }

    /// Every `factor` places of every `factor` strips summed to one.
    fn coarser(&self, factor: usize) -> Self {
        let length = self.length.div_ceil(factor);
        let count = self.count().div_ceil(factor);
        let mut profiles = vec![0u16; length * count];
        for (i, profile) in self.profiles.chunks_exact(self.length.max(1)).enumerate() {
            let sums = &mut profiles[i / factor * length..][..length];
            for (place, &ink) in profile.iter().enumerate() {
                sums[place / factor] = sums[place / factor].saturating_add(ink);
            }
        }
        Self { profiles, length }
    }

    fn count(&self) -> usize {
        self.profiles.len() / self.length.max(1)
    }

    /// The angle by which rows fall to the right, degrees, and how much sharper its sums are than others', 0 to 1.
    fn best(&self, max_degrees: f64) -> (f64, f64) {
        if self.length == 0 || self.profiles.iter().all(|&p| p == 0) {
            return (0.0, 0.0);
        }
        let coarse = self.coarser(4);
        let scores = coarse.scores(0.0, max_degrees, 0.5);
        let near = peak(&scores);
        let near = peak(&self.scores(near, 0.6, 0.1)).clamp(-max_degrees, max_degrees);
        let degrees = fitted(&self.scores(near, 0.16, 0.02));
        let mut all: Vec<f64> = scores.iter().map(|s| s.1).collect();
        all.sort_by(f64::total_cmp);
        let (usual, best) = (all[all.len() / 2], all[all.len() - 1]);
        (degrees, if best > 0.0 { 1.0 - usual / best } else { 0.0 })
    }

    /// Angles around a middle with their scores.
    fn scores(&self, middle: f64, reach: f64, step: f64) -> Vec<(f64, f64)> {
        let steps = (reach / step).round() as i32;
        (-steps..=steps)
            .map(|i| {
                let degrees = middle + f64::from(i) * step;
                (degrees, self.score(degrees.to_radians().tan()))
            })
            .collect()
    }

    /// Squared differences of neighbouring sums, the strips shifted by the slope.
    fn score(&self, slope: f64) -> f64 {
        let half = self.count() as f64 / 2.0;
        let margin = (half * STRIP_PX as f64 * slope.abs()).ceil() as usize + 4;
        let mut sums = vec![0.0f32; self.length + 2 * margin];
        for (i, profile) in self.profiles.chunks_exact(self.length).enumerate() {
            // A row that falls is lifted back; the fraction is shared between two places.
            let shift = margin as f64 - (i as f64 + 0.5 - half) * STRIP_PX as f64 * slope;
            let (whole, part) = (shift.floor() as usize, shift.fract() as f32);
            for (place, &ink) in profile.iter().enumerate().filter(|&(_, &ink)| ink != 0) {
                let ink = f32::from(ink);
                sums[whole + place] += ink * (1.0 - part);
                sums[whole + place + 1] += ink * part;
            }
        }
        // Smoothed over four places: shares of a fraction blur a little, whole shifts (as at 0°) do not, and would win.
        sums.windows(5).map(|w| f64::from((w[4] + w[3] - w[1] - w[0]).powi(2))).sum()
    }
}

fn peak(scores: &[(f64, f64)]) -> f64 {
    scores.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |s| s.0)
}

/// Top of the parabola through the best score and its neighbours.
fn fitted(scores: &[(f64, f64)]) -> f64 {
    let Some(top) = (0..scores.len()).max_by(|&a, &b| scores[a].1.total_cmp(&scores[b].1)) else {
        return 0.0;
    };
    if top == 0 || top + 1 == scores.len() {
        return scores[top].0;
    }
    let (before, here, after) = (scores[top - 1].1, scores[top].1, scores[top + 1].1);
    let bend = before - 2.0 * here + after;
    let offset = if bend < 0.0 { 0.5 * (before - after) / bend } else { 0.0 };
    scores[top].0 + offset * (scores[top].0 - scores[top - 1].0)
}

#[cfg(test)]
mod tests {
    use super::super::deskew;
    use super::*;
    use crate::raster::Pixels;
    use image::{GrayImage, Luma};
    use proptest::prelude::*;

    /// Rows of squares with irregular gaps: print without letters. 0.05° is one and a half pixels of its width: over
    /// half of that, turned squares are the same pixels as straight ones.
    fn page(vertical: bool) -> GrayImage {
        let mut page = GrayImage::from_pixel(1800, 1800, Luma([255]));
        for line in 0..33 {
            for c in (0..59).filter(|c| (c * 7 + line * 5) % 11 != 0) {
                let (along, across) = (90 + c * 27, 120 + line * 48);
                for (dx, dy) in
                    (0..22).flat_map(|a| (0..22).map(move |b| (a, b))).filter(|(a, b)| (a + b) % 9 < 5)
                {
                    let (x, y) = if vertical { (across + dy, along + dx) } else { (along + dx, across + dy) };
                    page.put_pixel(x, y, Luma([20]));
                }
            }
        }
        page
    }

    fn measured(page: GrayImage, degrees: f64) -> Skew {
        let turned =
            deskew(&Pixels::Gray(page), Skew { degrees: -degrees, confidence: Confidence::CERTAIN }).0;
        find_skew(&Binary::below(&turned.to_gray(), 128), &DeskewOptions::default())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn a_page_turned_by_a_known_angle_is_found_to_be(degrees in -15.0..15.0f64, vertical: bool) {
            let skew = measured(page(vertical), degrees);
            prop_assert!((skew.degrees - degrees).abs() < 0.05, "{} for {degrees}", skew.degrees);
            prop_assert!(skew.confidence.value() > 0.3);
        }
    }

    #[test]
    fn a_rule_that_is_not_parallel_to_the_print_does_not_mislead() {
        let mut crossed = page(false);
        for x in 0..1800u32 {
            for t in 0..4 {
                crossed.put_pixel(x, (100 + x * 3 / 4 + t).min(1799), Luma([0]));
            }
        }
        crossed.enumerate_pixels_mut().filter(|(x, ..)| *x < 40).for_each(|(_, _, p)| *p = Luma([0]));
        assert!(measured(crossed, 0.0).degrees.abs() < 0.05);
    }

    #[test]
    fn an_empty_page_has_no_skew_and_no_confidence() {
        let skew = find_skew(&Binary::new(50, 50), &DeskewOptions::default());
        assert_eq!((skew.degrees, skew.confidence.value()), (0.0, 0.0));
        let one =
            find_skew(&Binary::from_ink(GrayImage::from_pixel(1, 1, Luma([1]))), &DeskewOptions::default());
        assert_eq!(one.degrees, 0.0);
    }
}
