//! Skew estimation from projection profiles: when the page is sheared by the right angle, row sums of text and of
//! gaps differ most.
//!
//! The ink is cut into narrow strips across the lines. For each angle the profiles of the strips are shifted against
//! one another and added up; the score is the sum of the squared differences of neighbouring row sums (Postl 1986, US
//! 4,723,297). The same is done for columns, and the sharper of the two decides, so horizontal and vertical writing
//! need no option. Only components of character size count; rules, frames, redactions, borders and dust are left out.
//!
//! The angle is searched in steps of 0.5°, 0.1° and 0.02°, with a parabola through the best three. Two lines of text
//! are sufficient; a page of scattered single characters has a low confidence.

use super::{DeskewOptions, Skew};
use crate::geometry::BBox;
use crate::page::Confidence;
use crate::raster::Binary;
use std::ops::Range;

/// Width of a strip, px. Ink is not shifted within a strip: at 15°, 4 px are off by one pixel.
const STRIP_PX: usize = 4;

/// Length of a block of profile values; blank blocks are skipped.
const BLOCK: usize = 16;

/// Measures the skew of a page from its ink; zero with confidence 0 if the page has no text.
#[must_use]
pub fn find_skew(page: &Binary, options: &DeskewOptions) -> Skew {
    let (components, labels) = page.components();
    let largest = (page.width().max(page.height()) / 20).max(12) as i32;
    let is_print: Vec<bool> = components.iter().map(|c| is_character(&c.bbox, largest)).collect();
    let print = || labels.runs().filter(|&(.., component)| is_print[component]);
    let rows = Strips::across_rows(page, print());
    let columns = Strips::across_columns(page, print());
    let (horizontal, vertical) = (rows.about(options.max_degrees), columns.about(options.max_degrees));
    // On a page turned clockwise, rows fall to the right and columns lean to the left.
    let (degrees, sharpness) = if horizontal.1 >= vertical.1 {
        (rows.near(horizontal.0, options.max_degrees), horizontal.1)
    } else {
        (-columns.near(vertical.0, options.max_degrees), vertical.1)
    };
    Skew { degrees, confidence: Confidence::clamped(sharpness as f32) }
}

/// Whether a component has the size of a stroke or a character.
fn is_character(bbox: &BBox, largest: i32) -> bool {
    let (long, short) = (bbox.width().max(bbox.height()), bbox.width().min(bbox.height()));
    (6..=largest).contains(&long) && short * 12 >= long
}

/// Projection profiles of the strips: ink by position across the lines.
struct Strips {
    /// All profiles, concatenated, each `length` long.
    profiles: Vec<u16>,
    /// Length of a profile, a multiple of [`BLOCK`].
    length: usize,
}

impl Strips {
    /// Blank strips over `across` pixels, with profiles over `along` pixels.
    fn new(across: u32, along: u32) -> Self {
        let length = (along as usize).next_multiple_of(BLOCK);
        Self { profiles: vec![0; (across as usize).div_ceil(STRIP_PX) * length], length }
    }

    /// Vertical strips side by side; profiles run down the page.
    fn across_rows(page: &Binary, print: impl Iterator<Item = (u32, Range<usize>, usize)>) -> Self {
        let mut strips = Self::new(page.width(), page.height());
        for (y, columns, _) in print {
            columns.for_each(|x| strips.profiles[x / STRIP_PX * strips.length + y as usize] += 1);
        }
        strips
    }

    /// Horizontal strips below one another; profiles run to the right.
    fn across_columns(page: &Binary, print: impl Iterator<Item = (u32, Range<usize>, usize)>) -> Self {
        let mut strips = Self::new(page.height(), page.width());
        for (y, columns, _) in print {
            let profile = &mut strips.profiles[y as usize / STRIP_PX * strips.length..];
            profile[columns].iter_mut().for_each(|sum| *sum += 1);
        }
        strips
    }

    /// Strips at a lower resolution: `factor` × `factor` values are summed.
    fn coarser(&self, factor: usize) -> Self {
        let length = self.length.div_ceil(factor).next_multiple_of(BLOCK);
        let count = self.count().div_ceil(factor);
        let mut profiles = vec![0u16; length * count];
        for (i, profile) in self.profiles.chunks_exact(self.length.max(1)).enumerate() {
            let sums = &mut profiles[i / factor * length..][..length];
            for (sum, inks) in sums.iter_mut().zip(profile.chunks(factor)) {
                *sum = inks.iter().fold(*sum, |sum, &ink| sum.saturating_add(ink));
            }
        }
        Self { profiles, length }
    }

    fn count(&self) -> usize {
        self.profiles.len() / self.length.max(1)
    }

    /// Coarse estimate: the angle by which rows fall to the right, to half a degree, and the sharpness of its score
    /// relative to the median score, 0 to 1.
    fn about(&self, max_degrees: f64) -> (f64, f64) {
        if self.profiles.iter().all(|&p| p == 0) {
            return (0.0, 0.0);
        }
        let scores = self.coarser(4).scores(0.0, max_degrees, 0.5);
        let mut all: Vec<f64> = scores.iter().map(|s| s.1).collect();
        all.sort_by(f64::total_cmp);
        let (usual, best) = (all[all.len() / 2], all[all.len() - 1]);
        (peak(&scores), if best > 0.0 { 1.0 - usual / best } else { 0.0 })
    }

    /// Refines a coarse estimate.
    fn near(&self, about: f64, max_degrees: f64) -> f64 {
        if self.profiles.iter().all(|&p| p == 0) {
            return 0.0;
        }
        let near = peak(&self.scores(about, 0.6, 0.1)).clamp(-max_degrees, max_degrees);
        fitted(&self.scores(near, 0.16, 0.02))
    }

    fn scores(&self, middle: f64, reach: f64, step: f64) -> Vec<(f64, f64)> {
        let steps = (reach / step).round() as i32;
        (-steps..=steps)
            .map(|i| {
                let degrees = middle + f64::from(i) * step;
                (degrees, self.score(degrees.to_radians().tan()))
            })
            .collect()
    }

    /// Sum of squared differences of neighbouring sums, with the strips shifted by the slope.
    fn score(&self, slope: f64) -> f64 {
        let half = self.count() as f64 / 2.0;
        let margin = (half * STRIP_PX as f64 * slope.abs()).ceil() as usize + 4;
        let mut sums = vec![0.0f32; self.length + 2 * margin];
        for (i, profile) in self.profiles.chunks_exact(self.length.max(1)).enumerate() {
            // A falling row is lifted back; a fractional shift is shared between two positions.
            let shift = margin as f64 - (i as f64 + 0.5 - half) * STRIP_PX as f64 * slope;
            let (whole, part) = (shift.floor() as usize, shift.fract() as f32);
            let (blocks, _) = profile.as_chunks::<BLOCK>();
            for (place, block) in (whole..).step_by(BLOCK).zip(blocks) {
                if block.iter().all(|&ink| ink == 0) {
                    continue;
                }
                add(&mut sums[place + 1..], block, part);
                add(&mut sums[place..], block, 1.0 - part);
            }
        }
        // The smoothing over four positions removes the bias to whole shifts (as at 0°): only fractional shifts blur.
        sums.windows(5).map(|w| f64::from((w[4] + w[3] - w[1] - w[0]).powi(2))).sum()
    }
}

fn add(sums: &mut [f32], block: &[u16; BLOCK], share: f32) {
    for (sum, &ink) in sums.iter_mut().zip(block) {
        *sum += f32::from(ink) * share;
    }
}

fn peak(scores: &[(f64, f64)]) -> f64 {
    scores.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0.0, |s| s.0)
}

/// Vertex of the parabola through the best score and its neighbours.
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

    /// Rows of squares with irregular gaps instead of letters. 0.05° is one and a half pixels over the page's width;
    /// over half the width, turned squares would have the same pixels as straight ones.
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
        let page = Pixels::Gray(page);
        let turned = deskew(&page, Skew { degrees: -degrees, confidence: Confidence::CERTAIN }).0;
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
