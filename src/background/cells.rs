//! Gray-level statistics of a page by cell: dark, median and bright levels.

use super::Polarity;
use crate::geometry::BBox;
use crate::raster::{Histogram, percentile};
use image::GrayImage;

/// Cells along the shorter side of a page: on A4 a cell is half a character wide, so nearly every cell contains some
/// paper.
const CELLS: u32 = 100;
/// Smallest side of a cell, px.
const SMALLEST_PX: u32 = 8;
/// Least contrast of a cell that counts for the polarity, gray levels: more than noise and grain have.
const LEAST_CONTRAST: u8 = 24;
/// Fewest bright-text cells from which a scan can be a negative.
const LEAST_CELLS: usize = 30;
/// Largest distance of a cell's median from its dark or bright level, as a fraction of the contrast, to count as that
/// level.
const AT_END: f32 = 0.35;
/// A scan is a negative if it has more than this many times as many bright-text cells as dark-text cells.
const CLEAR: usize = 2;

#[derive(Clone, Copy)]
struct Values {
    /// The 2nd percentile.
    dark: u8,
    median: u8,
    /// The 95th percentile.
    bright: u8,
    /// Paper brightness if the cell contains paper: the median of all pixels at least 0.7 times as bright as `bright`.
    paper: u8,
}

impl Values {
    fn of(counts: &[u64; 256]) -> Self {
        let bright = percentile(counts, 95);
        let mut paper = *counts;
        paper[..usize::from(bright) * 7 / 10].fill(0);
        let (dark, median) = (percentile(counts, 2), percentile(counts, 50));
        Self { dark, median, bright, paper: percentile(&paper, 50) }
    }

    fn contrast(&self) -> u8 {
        self.bright - self.dark
    }
}

#[derive(Clone, Copy)]
pub(super) struct Contrasts {
    pub polarity: Polarity,
    /// Number of cells that contain both dark and bright pixels.
    pub marked: usize,
}

/// The cells of a page in row-major order.
pub(super) struct Cells {
    pub side_px: u32,
    pub columns: usize,
    pub rows: usize,
    values: Vec<Values>,
}

impl Cells {
    pub(super) fn of(page: &GrayImage) -> Self {
        let (width, height) = page.dimensions();
        let side_px = (width.min(height) / CELLS).max(SMALLEST_PX);
        let (columns, rows) = (width.div_ceil(side_px), height.div_ceil(side_px));
        let cell = |column: u32, row: u32| {
            let (left, right) = (column * side_px, ((column + 1) * side_px).min(width));
            let mut histogram = Histogram::new();
            for y in (row * side_px..((row + 1) * side_px).min(height)).step_by(2) {
                let start = y as usize * width as usize;
                histogram.add(&page.as_raw()[start + left as usize..start + right as usize]);
            }
            Values::of(&histogram.counts())
        };
        let values = (0..rows).flat_map(|row| (0..columns).map(move |column| cell(column, row))).collect();
        Self { side_px, columns: columns as usize, rows: rows as usize, values }
    }

    /// Paper brightness of each cell, if the cell contains paper.
    pub(super) fn paper(&self) -> Vec<f32> {
        self.values.iter().map(|values| f32::from(values.paper)).collect()
    }

    /// The median level of each cell in a box of cells, in row-major order.
    pub(super) fn medians_in(&self, cells: &BBox) -> Vec<u8> {
        let row = |row: i32| {
            (cells.left..cells.right).map(move |column| row as usize * self.columns + column as usize)
        };
        (cells.top..cells.bottom).flat_map(row).map(|cell| self.values[cell].median).collect()
    }

    /// Measures the polarity on the cells that have contrast. Without clear evidence the polarity is positive.
    pub(super) fn contrasts(&self) -> Contrasts {
        let mut contrasts = [0; 256];
        self.values.iter().for_each(|values| contrasts[usize::from(values.contrast())] += 1);
        let least = LEAST_CONTRAST.max(percentile(&contrasts, 98) / 2);
        let (mut dark_print, mut bright_print, mut marked) = (0, 0, 0);
        for values in self.values.iter().filter(|values| values.contrast() >= least) {
            let end = AT_END * f32::from(values.contrast());
            marked += 1;
            dark_print += usize::from(f32::from(values.bright - values.median) < end);
            bright_print += usize::from(f32::from(values.median - values.dark) < end);
        }
        let is_negative = bright_print >= LEAST_CELLS && bright_print > CLEAR * dark_print;
        Contrasts { polarity: if is_negative { Polarity::Negative } else { Polarity::Positive }, marked }
    }
}
