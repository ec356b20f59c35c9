//! Global threshold that best separates a histogram into two classes (Otsu 1979).
//!
//! Sums have 64 bits: those of `imageproc` overflow on pages of more than 16 million white pixels, which A4 has from
//! 420 dpi upwards.

use super::Histogram;
use image::GrayImage;

/// The brightest gray value of the darker class; 0 for a page of one gray value.
#[must_use]
pub fn otsu_level(gray: &GrayImage) -> u8 {
    let histogram = Histogram::of(gray.as_raw()).counts();
    let total: u64 = histogram.iter().sum();
    let sum: u64 = (0u64..).zip(&histogram).map(|(value, count)| value * count).sum();
    let (mut dark, mut dark_sum, mut best) = (0, 0, (0.0, 0));
    for (value, count) in (0u64..).zip(&histogram) {
        dark += count;
        dark_sum += value * count;
        if dark == 0 || dark == total {
            continue;
        }
        let mean = |sum: u64, count: u64| sum as f64 / count as f64;
        let between = mean(dark_sum, dark) - mean(sum - dark_sum, total - dark);
        let variance = dark as f64 * (total - dark) as f64 * between * between;
        if variance > best.0 {
            best = (variance, value as u8);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn a_large_white_page_has_the_level_of_its_ink() {
        let page = GrayImage::from_fn(5000, 5000, |x, _| Luma([if x < 100 { 30 } else { 255 }]));
        assert_eq!(otsu_level(&page), 30);
    }

    #[test]
    fn small_pages_have_the_level_that_imageproc_finds() {
        for shift in 0..40u32 {
            let page = GrayImage::from_fn(16, 16, |x, y| Luma([(x * x * 7 + y * 13 + shift * x * y) as u8]));
            assert_eq!(otsu_level(&page), imageproc::contrast::otsu_level(&page), "shift {shift}");
        }
    }
}
