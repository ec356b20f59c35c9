//! Strokes that are faint as a whole: separates faded text from ink that shines through from the verso.
//!
//! Paper scatters the light that passes through it, so ink that shines through is blurred, however clean the scan.
//! Faded text has edges as sharp as the dark text beside it. The measure is the edge steepness of a stroke: the
//! largest brightness gradient, divided by the depth of the stroke below the paper. Relative to the steepness of dark
//! text, faded text has a median of 0.9 to 1.1 (nine pages of cables copied and worn), text that shines through 0.4
//! to 0.55 (three pages), and mottled paper 0.2 to 0.4 (four).

use super::Levels;
use crate::raster::Binary;
use image::GrayImage;

/// Fewest pixels of a faint stroke on a page of 3,500 rows: a comma faded to half of its strokes. Noise is smaller.
const LEAST_FAINT: f64 = 24.0;
/// Least steepness of faint text relative to dark text: half way between the values of faded and shining-through text.
const SHARP: f32 = 0.7;
/// Largest sample of dark strokes whose steepness is measured, and the fewest that are sufficient.
const DARK_STROKES: (usize, usize) = (1000, 30);
/// Percentile that represents the gradients, and the depths, of a stroke: few pixels of a thick stroke are at its
/// edge, and single pixels are noise.
const PERCENT: usize = 90;

/// Adds to the strong ink the faint strokes that have little strong ink and sharp edges. Dark strokes keep their
/// printed width, and small faint noise is left out.
pub(super) fn with_faint(mut strong: Binary, faint: &Binary, page: &GrayImage, levels: &Levels) -> Binary {
    let (components, labels) = faint.components();
    let least = (LEAST_FAINT * (f64::from(faint.height()) / 3500.0).powi(2)).max(6.0) as u64;
    let mut dark = vec![0u64; components.len()];
    for (y, columns, component) in labels.runs() {
        dark[component] += strong.row(y)[columns].iter().filter(|&&p| p != 0).count() as u64;
    }
    let is_large = |component: usize| components[component].ink >= least;
    let is_faint = |component: usize| is_large(component) && dark[component] * 4 < components[component].ink;
    let darks: Vec<usize> = (0..components.len()).filter(|&c| is_large(c) && !is_faint(c)).collect();
    let mut is_measured: Vec<bool> = (0..components.len()).map(is_faint).collect();
    if !is_measured.contains(&true) {
        return strong;
    }
    let every = darks.len().div_ceil(DARK_STROKES.0).max(1);
    darks.iter().step_by(every).for_each(|&component| is_measured[component] = true);
    let mut strokes = vec![Stroke::default(); components.len()];
    for (y, columns, component) in labels.runs().filter(|&(.., component)| is_measured[component]) {
        columns.for_each(|x| strokes[component].add(page, levels, (x as u32, y)));
    }
    let mut steepness: Vec<Option<f32>> = strokes.into_iter().map(Stroke::steepness).collect();
    let mut usual: Vec<f32> =
        darks.iter().step_by(every).filter_map(|&dark| steepness[dark].take()).collect();
    usual.sort_by(f32::total_cmp);
    let least_steep = if usual.len() < DARK_STROKES.1 { 0.0 } else { SHARP * usual[usual.len() / 2] };
    let is_print =
        |component: usize| is_faint(component) && steepness[component].is_some_and(|s| s >= least_steep);
    let is_print: Vec<bool> = (0..components.len()).map(is_print).collect();
    for (y, columns, _) in labels.runs().filter(|&(.., component)| is_print[component]) {
        strong.row_mut(y)[columns].fill(255);
    }
    strong
}

#[derive(Clone, Default)]
struct Stroke {
    falls: Vec<u8>,
    /// Difference from the paper brightness, gray levels.
    depths: Vec<u8>,
}

impl Stroke {
    fn add(&mut self, page: &GrayImage, levels: &Levels, (x, y): (u32, u32)) {
        self.falls.push(fall(page, x, y));
        self.depths.push(levels.paper_at(x, y).saturating_sub(page.get_pixel(x, y).0[0]));
    }

    /// The steepest gradient divided by the depth; `None` for a stroke without pixels.
    fn steepness(mut self) -> Option<f32> {
        self.falls.sort_unstable();
        self.depths.sort_unstable();
        let last = self.depths.len().checked_sub(1)?;
        let (fall, depth) = (self.falls[last * PERCENT / 100], self.depths[last * PERCENT / 100]);
        Some(f32::from(fall) / f32::from(depth.max(1)))
    }
}

/// Magnitude of the brightness gradient at a pixel, gray levels per pixel (Sobel operator); 0 at the edge of the page.
fn fall(page: &GrayImage, x: u32, y: u32) -> u8 {
    if x == 0 || y == 0 || x + 1 >= page.width() || y + 1 >= page.height() {
        return 0;
    }
    let at = |dx: u32, dy: u32| f32::from(page.get_pixel(x + dx - 1, y + dy - 1).0[0]);
    let across = at(2, 0) + 2.0 * at(2, 1) + at(2, 2) - at(0, 0) - 2.0 * at(0, 1) - at(0, 2);
    let down = at(0, 2) + 2.0 * at(1, 2) + at(2, 2) - at(0, 0) - 2.0 * at(1, 0) - at(2, 0);
    (across.hypot(down) / 8.0) as u8
}
