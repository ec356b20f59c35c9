//! A page in cells: their darkest, brightest and middle pixels.

use super::Polarity;
use crate::geometry::BBox;
use crate::raster::{Histogram, percentile};
use image::GrayImage;

/// Cells along the shorter side of a page: on A4 one is half a character wide, so that some paper is in nearly every one.
const CELLS: u32 = 100;
/// Smallest side of a cell, px.
const SMALLEST_PX: u32 = 8;
/// Least contrast of a cell that tells the polarity, gray levels: more than noise and grain have.
const LEAST_CONTRAST: u8 = 24;
/// Such cells as tell anything.
const LEAST_CELLS: usize = 30;
/// A cell's median is at an end where it is nearer to it than this part of the contrast.
const AT_END: f32 = 0.35;
/// A scan is a negative where so many times as many cells say so as say otherwise.
const CLEAR: usize = 2;

/// The gray values of a cell.
#[derive(Clone, Copy)]
struct Values {
    /// The darkest but for 2 % of the pixels.
    dark: u8,
    median: u8,
    /// The brightest but for 5 % of the pixels.
    bright: u8,
    /// The paper's brightness, if the cell has paper: the median of all that is at least 0.7 times as bright as `bright`.
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

/// The print of a page as its cells show it.
#[derive(Clone, Copy)]
pub(super) struct Contrasts {
    pub polarity: Polarity,
    /// Cells that hold both dark and bright.
    pub marked: usize,
}

/// The cells of a page, row by row.
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

    /// Brightness of each cell, as paper.
    pub(super) fn paper(&self) -> Vec<f32> {
        self.values.iter().map(|values| f32::from(values.paper)).collect()
    }

    /// The middle brightness of each cell in a box of cells, row by row.
    pub(super) fn medians_in(&self, cells: &BBox) -> Vec<u8> {
        let row = |row: i32| {
            (cells.left..cells.right).map(move |column| row as usize * self.columns + column as usize)
        };
        (cells.top..cells.bottom).flat_map(row).map(|cell| self.values[cell].median).collect()
    }

    /// Looks at the cells that have contrast. The polarity is positive where they do not tell clearly.
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
