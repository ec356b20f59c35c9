//! Paper brightness from place to place.
//!
//! A flood fill starts at the cells that are as bright as most of the paper. It reaches a neighbouring cell if the
//! brightness changes by less than it does at an edge. Cells that are not reached (ink, redactions, the area beyond the
//! edge of the paper) take the brightness of the nearest reached cell.

use super::cells::Cells;
use std::collections::VecDeque;

/// Least brightness ratio of two neighbouring cells of paper. At the edge of paper on black the brightness falls by
/// nine tenths; how fast it falls at gutters has not been measured.
const SMOOTH: f32 = 0.7;
/// Largest relative difference from the most common brightness for a seed cell of the flood fill.
const ALIKE: f32 = 0.12;
/// Dips in brightness up to twice this many cells wide are ink, not shading: bold strokes and stamps fill whole cells.
const INK_CELLS: usize = 4;
/// Width of the band of gray levels that counts as one brightness in the search for the most common brightness.
const BAND: usize = 9;
/// Least paper brightness relative to the most common brightness. In deeper shading text is as dark as the paper, and
/// most areas as dark as that are the surface under the paper.
const DARKEST: f32 = 1.0 / 3.0;

/// Paper brightness by cell, 0 to 255.
#[derive(Clone)]
pub(super) struct Field {
    side_px: u32,
    columns: usize,
    rows: usize,
    /// Brightness of each cell of paper; of other cells, the brightness of the nearest paper.
    brightness: Vec<f32>,
    commonest: f32,
}

impl Field {
    pub(super) fn of(cells: &Cells) -> Self {
        let grid = Grid { columns: cells.columns, rows: cells.rows };
        let mut brightness = cells.paper();
        let commonest = commonest(&brightness);
        let is_reached = follow(&grid, &brightness, commonest);
        grid.spread(&mut brightness, is_reached);
        let brightness = grid.close(&brightness);
        Self {
            side_px: cells.side_px,
            columns: grid.columns,
            rows: grid.rows,
            brightness: grid.smooth(&brightness),
            commonest,
        }
    }

    /// Most common paper brightness, 0 to 255.
    pub(super) fn commonest(&self) -> u8 {
        self.commonest as u8
    }

    fn darkest(&self) -> f32 {
        self.brightness.iter().copied().fold(255.0, f32::min)
    }

    /// Brightness of the darkest paper as a fraction of the brightest.
    pub(super) fn evenness(&self) -> f64 {
        let brightest = self.brightness.iter().copied().fold(1.0, f32::max);
        f64::from(self.darkest() / brightest)
    }

    /// Makes the paper white: divides each pixel by the paper brightness, interpolated bilinearly between the cell
    /// centres.
    pub(super) fn divide<const CHANNELS: usize>(&self, width: u32, pixels: &mut [u8]) {
        let gains: Vec<f32> = self.brightness.iter().map(|b| 255.0 / b.max(1.0)).collect();
        let across: Vec<(usize, usize, f32)> = (0..width).map(|x| self.between(x, self.columns)).collect();
        let mut row_of_gains = vec![0.0; self.columns];
        for (y, row) in (0..).zip(pixels.chunks_exact_mut(width as usize * CHANNELS)) {
            let (above, below, part) = self.between(y, self.rows);
            let (above, below) = (&gains[above * self.columns..], &gains[below * self.columns..]);
            for (gain, (above, below)) in row_of_gains.iter_mut().zip(above.iter().zip(below)) {
                *gain = above + (below - above) * part;
            }
            for (pixel, &(left, right, part)) in row.chunks_exact_mut(CHANNELS).zip(&across) {
                let gain = row_of_gains[left] + (row_of_gains[right] - row_of_gains[left]) * part;
                pixel.iter_mut().for_each(|p| *p = (f32::from(*p) * gain + 0.5) as u8);
            }
        }
    }

    /// The two cells between whose centres a pixel lies, and its position from the first to the second, 0 to 1.
    fn between(&self, at: u32, cells: usize) -> (usize, usize, f32) {
        let place = (at as f32 + 0.5) / self.side_px as f32 - 0.5;
        let place = place.clamp(0.0, (cells - 1) as f32);
        let first = place as usize;
        (first, (first + 1).min(cells - 1), place - first as f32)
    }
}

/// Mean brightness of the cells in the most common band of gray levels; bright cells have more weight.
fn commonest(brightness: &[f32]) -> f32 {
    let mut counts = [0.0f32; 256];
    brightness.iter().for_each(|&b| counts[b as usize] += b);
    let band = |from: usize| counts[from..from + BAND].iter().sum::<f32>();
    let best = (0..=256 - BAND).max_by(|&a, &b| band(a).total_cmp(&band(b)));
    let is_inside = |from: usize, b: f32| (from..from + BAND).contains(&(b as usize));
    let mean = |from: usize| {
        let inside: Vec<f32> = brightness.iter().copied().filter(|&b| is_inside(from, b)).collect();
        inside.iter().sum::<f32>() / inside.len() as f32
    };
    best.filter(|_| !brightness.is_empty()).map_or(255.0, mean)
}

/// Flood fill from the cells of the most common brightness. Returns the reached cells.
fn follow(grid: &Grid, brightness: &[f32], commonest: f32) -> Vec<bool> {
    let mut is_reached: Vec<bool> =
        brightness.iter().map(|b| (b - commonest).abs() <= ALIKE * commonest).collect();
    let mut open: VecDeque<usize> = (0..brightness.len()).filter(|&cell| is_reached[cell]).collect();
    while let Some(cell) = open.pop_front() {
        for next in grid.beside(cell) {
            let (here, there) = (brightness[cell], brightness[next]);
            let is_smooth = there >= SMOOTH * here && here >= SMOOTH * there;
            if !is_reached[next] && is_smooth && there >= DARKEST * commonest {
                is_reached[next] = true;
                open.push_back(next);
            }
        }
    }
    is_reached
}

struct Grid {
    columns: usize,
    rows: usize,
}

impl Grid {
    /// The four neighbours of a cell.
    fn beside(&self, cell: usize) -> impl Iterator<Item = usize> {
        let (column, row) = (cell % self.columns, cell / self.columns);
        let left = (column > 0).then(|| cell - 1);
        let right = (column + 1 < self.columns).then(|| cell + 1);
        let above = (row > 0).then(|| cell - self.columns);
        let below = (row + 1 < self.rows).then(|| cell + self.columns);
        [left, right, above, below].into_iter().flatten()
    }

    /// Assigns to each unreached cell the brightness of the nearest reached cell.
    fn spread(&self, brightness: &mut [f32], mut is_reached: Vec<bool>) {
        let mut open: VecDeque<usize> = (0..brightness.len()).filter(|&cell| is_reached[cell]).collect();
        while let Some(cell) = open.pop_front() {
            for next in self.beside(cell) {
                if !is_reached[next] {
                    is_reached[next] = true;
                    brightness[next] = brightness[cell];
                    open.push_back(next);
                }
            }
        }
    }

    /// Fills dips by a morphological closing: the minimum of the maxima near a cell.
    fn close(&self, brightness: &[f32]) -> Vec<f32> {
        let greatest = self.nearby(brightness, f32::max);
        self.nearby(&greatest, f32::min)
    }

    /// Maximum or minimum over a square of cells around each cell, computed by rows and then by columns.
    fn nearby(&self, values: &[f32], choose: fn(f32, f32) -> f32) -> Vec<f32> {
        let within = |at: usize, count: usize| at.saturating_sub(INK_CELLS)..(at + INK_CELLS + 1).min(count);
        let chosen = |cells: &mut dyn Iterator<Item = f32>| cells.reduce(choose).unwrap_or_default();
        let across: Vec<f32> = (0..values.len())
            .map(|cell| {
                let (column, row) = (cell % self.columns, cell / self.columns);
                let columns = within(column, self.columns);
                chosen(&mut columns.map(|column| values[row * self.columns + column]))
            })
            .collect();
        (0..values.len())
            .map(|cell| {
                let (column, row) = (cell % self.columns, cell / self.columns);
                chosen(&mut within(row, self.rows).map(|row| across[row * self.columns + column]))
            })
            .collect()
    }

    /// Mean of each cell and its eight neighbours.
    fn smooth(&self, brightness: &[f32]) -> Vec<f32> {
        let mean = |cell: usize| {
            let (column, row) = (cell % self.columns, cell / self.columns);
            let (left, right) = (column.saturating_sub(1), (column + 1).min(self.columns - 1));
            let (above, below) = (row.saturating_sub(1), (row + 1).min(self.rows - 1));
            let sum: f32 =
                (above..=below).flat_map(|row| &brightness[row * self.columns..][left..=right]).sum();
            sum / ((right - left + 1) * (below - above + 1)) as f32
        };
        (0..brightness.len()).map(mean).collect()
    }
}
