//! The brightness of the paper from place to place.
//!
//! It is followed from the cells that are as bright as most of the paper to their neighbours, as long as it changes by less
//! than an edge does. Cells that are not reached (ink, redactions, what lies beyond the edge of the paper) take the
//! brightness of the nearest cell that is.

use super::cells::Cells;
use std::collections::VecDeque;

/// From one cell to the next, paper keeps at least this part of its brightness. The edge of paper on black falls by nine tenths;
/// how fast gutters fall has not been measured.
const SMOOTH: f32 = 0.7;
/// Cells as bright as most of the paper differ from it by this part at most.
const ALIKE: f32 = 0.12;
/// Dips of brightness up to twice this many cells wide are ink, not shade: bold strokes and stamps fill whole cells.
const INK_CELLS: usize = 4;
/// Levels that are counted as one when most cells' brightness is looked for.
const BAND: usize = 9;
/// Paper is followed down to this part of the commonest brightness: in deeper shade print is as dark as the paper, and what is
/// as dark is mostly what the paper lies on.
const DARKEST: f32 = 1.0 / 3.0;

/// The paper's brightness by cell, 0 to 255.
#[derive(Clone)]
pub(super) struct Field {
    side_px: u32,
    columns: usize,
    rows: usize,
    /// Of paper, or of the paper nearest to what is none.
    brightness: Vec<f32>,
    /// Of most cells.
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

    /// The brightness of most of the paper, 0 to 255.
    pub(super) fn commonest(&self) -> u8 {
        self.commonest as u8
    }

    fn darkest(&self) -> f32 {
        self.brightness.iter().copied().fold(255.0, f32::min)
    }

    /// The darkest paper as a part of the brightest.
    pub(super) fn evenness(&self) -> f64 {
        let brightest = self.brightness.iter().copied().fold(1.0, f32::max);
        f64::from(self.darkest() / brightest)
    }

    /// Makes the paper white: pixels of so many channels are divided by the brightness around them, taken between the
    /// middles of the cells.
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

    /// The two cells between whose middles a pixel lies, and how far it is from the first to the second, 0 to 1.
    fn between(&self, at: u32, cells: usize) -> (usize, usize, f32) {
        let place = (at as f32 + 0.5) / self.side_px as f32 - 0.5;
        let place = place.clamp(0.0, (cells - 1) as f32);
        let first = place as usize;
        (first, (first + 1).min(cells - 1), place - first as f32)
    }
}

/// The brightness that most of the paper has: of cells in a band of levels, where bright ones count for more.
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

/// The cells that are reached from those of the commonest brightness.
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

/// The places of cells.
struct Grid {
    columns: usize,
    rows: usize,
}

impl Grid {
    /// The cells above, below, left and right of one.
    fn beside(&self, cell: usize) -> impl Iterator<Item = usize> {
        let (column, row) = (cell % self.columns, cell / self.columns);
        let left = (column > 0).then(|| cell - 1);
        let right = (column + 1 < self.columns).then(|| cell + 1);
        let above = (row > 0).then(|| cell - self.columns);
        let below = (row + 1 < self.rows).then(|| cell + self.columns);
        [left, right, above, below].into_iter().flatten()
    }

    /// Gives cells that are not reached the brightness of the nearest one that is.
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

    /// Fills dips: a closing, the least of the greatest values near a cell.
    fn close(&self, brightness: &[f32]) -> Vec<f32> {
        let greatest = self.nearby(brightness, f32::max);
        self.nearby(&greatest, f32::min)
    }

    /// The greatest, or least, value of a square of cells around each, row by row and then column by column.
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

    /// The mean of each cell and its eight neighbours.
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
