//! Binarization: separates ink from paper.
//!
//! A global threshold (Otsu 1979) suits clean scans and is sufficient for a bilevel scan. Copies fade locally: there
//! the ink is lighter than half way to the paper, and a threshold relative to the local paper keeps it. [`paper`]
//! estimates the local paper brightness as the median of the bright pixels of a cell. A pixel is ink if it is darker
//! than the paper by a fraction of the page's contrast. Strokes that are faint as a whole count from a smaller
//! fraction on, if their edges are sharp ([`faint`]). Sauvola's local mean and deviation (Sauvola and Pietikäinen
//! 2000) is available for comparison.

mod faint;
mod texture;

pub use texture::{Texture, find_texture};

use crate::raster::{Binary, Histogram, otsu_level};
use image::GrayImage;
use serde::{Deserialize, Serialize};

/// Binarization method.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "method", deny_unknown_fields)]
pub enum BinarizeOptions {
    /// One global threshold.
    Otsu,
    /// Threshold below the local paper brightness, as a fraction of the contrast between ink and paper.
    Background {
        /// Fraction of the contrast, 0 to 1: a smaller value keeps fainter text and more noise.
        contrast: f32,
        /// The fraction for strokes that are faint as a whole; a value of at least `contrast` disables them.
        #[serde(default = "usual_faint")]
        faint: f32,
    },
    /// Threshold from the local mean and standard deviation.
    Sauvola {
        /// Side of the window, px.
        window_px: u32,
        /// Weight of the deviation, 0.2 to 0.5.
        k: f32,
    },
}

impl Default for BinarizeOptions {
    fn default() -> Self {
        Self::Background { contrast: 0.5, faint: usual_faint() }
    }
}

fn usual_faint() -> f32 {
    0.22
}

/// Binarizes a page with the chosen method.
#[must_use]
pub fn binarize(page: &GrayImage, options: &BinarizeOptions) -> Binary {
    if page.is_empty() {
        return Binary::new(page.width(), page.height());
    }
    match *options {
        BinarizeOptions::Otsu => otsu(page),
        BinarizeOptions::Background { contrast, faint } => below_background(page, contrast, faint),
        BinarizeOptions::Sauvola { window_px, k } => sauvola(page, window_px, k),
    }
}

fn otsu(page: &GrayImage) -> Binary {
    // A pixel at the threshold itself is ink: on a bilevel scan the threshold is 0.
    Binary::below(page, otsu_level(page).saturating_add(1))
}

/// Side of the cells in which paper is measured, px: several characters, so that every cell contains some paper.
const CELL_PX: u32 = 64;

fn below_background(page: &GrayImage, contrast: f32, faint: f32) -> Binary {
    let levels = Levels::of(page);
    let strong = levels.below(page, contrast);
    if faint >= contrast {
        strong
    } else {
        faint::with_faint(strong, &levels.below(page, faint), page, &levels)
    }
}

struct Levels {
    level: u8,
    /// Mean difference between paper and ink.
    contrast: f32,
    /// Paper brightness by cell.
    paper: GrayImage,
}

/// Least contrast of paper and ink, gray levels; a page with less has no ink. Mottled paper without print has 10 (four
/// drawn pages), the palest of 140 pages with print 71, a photograph of seals 46.
const LEAST_CONTRAST: f32 = 40.0;

impl Levels {
    fn of(page: &GrayImage) -> Self {
        let level = otsu_level(page);
        let (mut dark, mut dark_count, mut light, mut light_count) = (0u64, 0u64, 0u64, 0u64);
        for &p in page.as_raw().iter().step_by(5) {
            if p <= level {
                (dark, dark_count) = (dark + u64::from(p), dark_count + 1);
            } else {
                (light, light_count) = (light + u64::from(p), light_count + 1);
            }
        }
        let mean = |sum: u64, count: u64, none: f32| if count > 0 { sum as f32 / count as f32 } else { none };
        let (ink, white) = (mean(dark, dark_count, 0.0), mean(light, light_count, 255.0));
        Self { level, contrast: (white - ink).max(LEAST_CONTRAST), paper: paper(page, level) }
    }

    fn paper_at(&self, x: u32, y: u32) -> u8 {
        self.paper.get_pixel(x / CELL_PX, y / CELL_PX).0[0]
    }

    /// Pixels darker than the paper by at least the given fraction of the contrast.
    fn below(&self, page: &GrayImage, contrast: f32) -> Binary {
        let drop = contrast * self.contrast;
        let columns = self.paper.width();
        let mut out = Binary::new(page.width(), page.height());
        for (y, row) in page.as_raw().chunks_exact(page.width() as usize).enumerate() {
            let papers = &self.paper.as_raw()[(y as u32 / CELL_PX * columns) as usize..][..columns as usize];
            let cells = row.chunks(CELL_PX as usize).zip(out.row_mut(y as u32).chunks_mut(CELL_PX as usize));
            for ((pixels, marks), &paper) in cells.zip(papers) {
                let threshold = (f32::from(paper) - drop).max(f32::from(self.level.min(paper)) * 0.5) as u8;
                for (mark, &pixel) in marks.iter_mut().zip(pixels) {
                    *mark = if pixel <= threshold { 255 } else { 0 };
                }
            }
        }
        out
    }
}

/// Median of the pixels brighter than `level` by cell; a cell of ink alone takes the value of its neighbours.
fn paper(page: &GrayImage, level: u8) -> GrayImage {
    let (columns, rows) = (page.width().div_ceil(CELL_PX), page.height().div_ceil(CELL_PX));
    let mut found = GrayImage::new(columns, rows);
    for (column, row, out) in found.enumerate_pixels_mut() {
        let (left, right) = (column * CELL_PX, ((column + 1) * CELL_PX).min(page.width()));
        let mut histogram = Histogram::new();
        for y in (row * CELL_PX..((row + 1) * CELL_PX).min(page.height())).step_by(2) {
            let start = y as usize * page.width() as usize;
            histogram.add(&page.as_raw()[start + left as usize..start + right as usize]);
        }
        let mut histogram = histogram.counts();
        histogram[..=usize::from(level)].fill(0);
        let count: u64 = histogram.iter().sum();
        let mut seen = 0;
        let median = (0..=255u8).find(|&v| {
            seen += histogram[v as usize];
            seen * 2 >= count
        });
        out.0[0] = if count >= u64::from(CELL_PX) { median.unwrap_or(0) } else { 0 };
    }
    let measured = found.clone();
    for (column, row, out) in found.enumerate_pixels_mut().filter(|(.., p)| p.0[0] == 0) {
        let near = |r: u32| {
            let (x, y) = (
                column.saturating_sub(r)..=(column + r).min(columns - 1),
                row.saturating_sub(r)..=(row + r).min(rows - 1),
            );
            x.flat_map(|x| y.clone().map(move |y| (x, y)))
                .map(|(x, y)| measured.get_pixel(x, y).0[0])
                .max()
                .unwrap_or(0)
        };
        out.0[0] = (1..8).map(near).find(|&p| p > 0).unwrap_or(255);
    }
    found
}

fn sauvola(page: &GrayImage, window_px: u32, k: f32) -> Binary {
    let (width, height) = (page.width() as usize, page.height() as usize);
    let half = (window_px / 2).max(1) as usize;
    let stride = width + 1;
    let (mut sums, mut squares) = (vec![0u64; stride * (height + 1)], vec![0u64; stride * (height + 1)]);
    for (y, row) in page.as_raw().chunks_exact(width).enumerate() {
        let (mut sum, mut square) = (0u64, 0u64);
        for (x, &p) in row.iter().enumerate() {
            sum += u64::from(p);
            square += u64::from(p) * u64::from(p);
            sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1] + sum;
            squares[(y + 1) * stride + x + 1] = squares[y * stride + x + 1] + square;
        }
    }
    let mut out = Binary::new(page.width(), page.height());
    for (y, row) in page.as_raw().chunks_exact(width).enumerate() {
        let (top, bottom) = (y.saturating_sub(half) * stride, (y + half + 1).min(height) * stride);
        for (x, (mark, &p)) in out.row_mut(y as u32).iter_mut().zip(row).enumerate() {
            let (left, right) = (x.saturating_sub(half), (x + half + 1).min(width));
            let of = |table: &[u64]| {
                (table[bottom + right] + table[top + left] - table[bottom + left] - table[top + right]) as f64
            };
            let count = ((bottom - top) / stride * (right - left)) as f64;
            let mean = of(&sums) / count;
            let deviation = (of(&squares) / count - mean * mean).max(0.0).sqrt();
            let threshold = mean * (1.0 + f64::from(k) * (deviation / 128.0 - 1.0));
            *mark = if f64::from(p) <= threshold { 255 } else { 0 };
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    const METHODS: [BinarizeOptions; 3] = [
        BinarizeOptions::Otsu,
        BinarizeOptions::Background { contrast: 0.3, faint: 0.3 },
        BinarizeOptions::Sauvola { window_px: 31, k: 0.2 },
    ];

    /// Strokes that fade from black to light gray, on paper that darkens.
    fn faded() -> GrayImage {
        GrayImage::from_fn(256, 128, |x, y| {
            let paper = 250 - (y / 8) as u8;
            Luma([if x % 16 < 3 && y % 40 < 30 { (x as u8 / 4 * 3).min(paper - 50) } else { paper }])
        })
    }

    #[test]
    fn all_methods_find_clean_print() {
        let page =
            GrayImage::from_fn(200, 100, |x, y| Luma([if x % 20 < 4 && y % 30 < 25 { 10 } else { 245 }]));
        for method in METHODS {
            let ink = binarize(&page, &method);
            assert!(
                page.enumerate_pixels().all(|(x, y, p)| ink.is_ink(x, y) == (p.0[0] < 100)),
                "{method:?}"
            );
        }
    }

    #[test]
    fn a_threshold_that_follows_the_paper_keeps_faded_strokes() {
        let page = faded();
        let kept = |method| {
            let ink = binarize(&page, &method);
            (0..256).step_by(16).filter(|&x| ink.is_ink(x + 1, 10)).count()
        };
        assert_eq!(kept(BinarizeOptions::Background { contrast: 0.3, faint: 0.3 }), 16);
        assert!(kept(BinarizeOptions::Otsu) < 16);
    }

    #[test]
    fn a_bilevel_page_is_kept_as_it_is_and_an_empty_one_is_empty() {
        let page = GrayImage::from_fn(50, 50, |x, _| Luma([if x % 5 == 0 { 0 } else { 255 }]));
        for method in METHODS {
            assert_eq!(
                binarize(&page, &method).ink_in(&crate::geometry::BBox::of_size(50, 50)),
                500,
                "{method:?}"
            );
            assert_eq!(binarize(&GrayImage::new(0, 0), &method).width(), 0);
        }
        assert_eq!(
            binarize(&GrayImage::from_pixel(9, 9, Luma([250])), &BinarizeOptions::default())
                .components()
                .0
                .len(),
            0
        );
    }
}
