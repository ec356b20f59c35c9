//! Checks for background beside a mark: a mark lies on paper, so the area beside its edges is as light as the page.
//!
//! Photographs, the gutter and book covers contain dark gradients. Edge detection finds ink in them, but the area
//! beside that ink is not background. The check samples a strip along each side and ignores ink, because text may
//! stand there. It holds while the illumination of the page varies by less than a third of its contrast.

use crate::geometry::BBox;
use crate::raster::{Binary, Histogram, percentile};
use image::GrayImage;

/// Sampling stride, px; coprime with common dither periods.
const STEP: usize = 7;
/// Distance of the sampled strip's near and far edge from the box, in characters.
const STRIP: (f64, f64) = (0.15, 0.45);
/// Least 75th percentile of a strip's gray levels, on a scale from 0 (ink) to 1 (background).
const LIGHT: f64 = 0.6;
/// Least fraction of background pixels in a strip; with fewer, other ink adjoins the side, which then passes.
const LEAST_PAPER: f64 = 0.2;

pub(super) struct Background<'a> {
    gray: &'a GrayImage,
    ink: &'a Binary,
    /// Darkest gray level of background beside a mark.
    light: u8,
    contrast: f64,
}

impl<'a> Background<'a> {
    pub(super) fn of(gray: &'a GrayImage, ink: &'a Binary) -> Self {
        // Two separate `step_by` iterators, because a zipped iterator advances one pixel at a time.
        let inked = ink.as_ink().as_raw().iter().step_by(STEP);
        let all: Vec<u8> = gray.as_raw().iter().copied().step_by(STEP).collect();
        let dark: Vec<u8> =
            all.iter().zip(inked).filter(|(_, ink)| **ink != 0).map(|(level, _)| *level).collect();
        let [all, dark] = [all, dark].map(|levels| Histogram::of(&levels).counts());
        let paper: [u64; 256] = std::array::from_fn(|level| all[level] - dark[level]);
        let [paper, dark] = [paper, dark].map(|counts| f64::from(percentile(&counts, 50)));
        let contrast = (paper - dark).max(0.0);
        Self { gray, ink, light: (dark + LIGHT * contrast) as u8, contrast }
    }

    /// Difference of the median background and ink levels, 0 to 255.
    pub(super) fn contrast(&self) -> f64 {
        self.contrast
    }

    /// Number of sides of a box with background beside them, including sides at the scan's border or beside other ink.
    pub(super) fn sides(&self, bbox: &BBox, size: f64) -> usize {
        let near = (STRIP.0 * size) as i32 + 1;
        let far = ((STRIP.1 * size) as i32 + 1).max(near + 2);
        let strips = [
            BBox { top: bbox.top - far, bottom: bbox.top - near, ..*bbox },
            BBox { top: bbox.bottom + near, bottom: bbox.bottom + far, ..*bbox },
            BBox { left: bbox.left - far, right: bbox.left - near, ..*bbox },
            BBox { left: bbox.right + near, right: bbox.right + far, ..*bbox },
        ];
        strips.iter().filter(|strip| self.is_light(&strip.intersection(&self.ink.bbox()))).count()
    }

    fn is_light(&self, strip: &BBox) -> bool {
        let mut levels = [0u64; 256];
        for y in strip.top..strip.bottom {
            for x in (strip.left..strip.right).filter(|&x| !self.ink.is_ink(x as u32, y as u32)) {
                levels[usize::from(self.gray.get_pixel(x as u32, y as u32).0[0])] += 1;
            }
        }
        let seen = levels.iter().sum::<u64>() as f64;
        seen <= LEAST_PAPER * strip.area() as f64 || percentile(&levels, 75) >= self.light
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_box_on_paper_has_paper_around_and_one_in_a_shade_has_not() {
        let gray = GrayImage::from_fn(400, 300, |x, y| {
            let level = match (x, y) {
                (40..100, 100..140) | (300..340, 40..260) => 20,
                (230..400, _) => 110,
                _ => 240,
            };
            Luma([level])
        });
        let ink = Binary::below(&gray, 60);
        let paper = Background::of(&gray, &ink);
        assert_eq!(paper.sides(&BBox::from_ltrb(40, 100, 100, 140), 40.0), 4);
        assert_eq!(paper.sides(&BBox::from_ltrb(300, 40, 340, 260), 40.0), 0);
    }
}
