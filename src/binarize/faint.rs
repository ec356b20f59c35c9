//! Strokes that are faint as a whole: print that has faded, told from ink that shines through from the back.
//!
//! Light that passes through paper is scattered, so what shines through is blurred, however clean the scan. Faded print has
//! edges as sharp as the dark print beside it. The measure is the steepness of a stroke's edges: the greatest fall of brightness
//! from pixel to pixel, as a part of the stroke's depth below the paper. As a part of the dark print's steepness, that of faded
//! print has a median of 0.9 to 1.1 (nine pages of cables copied and worn), of print that shines through 0.4 to 0.55 (three pages),
//! of mottled paper 0.2 to 0.4 (four).

use super::Levels;
use crate::raster::Binary;
use image::GrayImage;

/// Fewest pixels of a faint stroke on a page of 3,500 rows: a comma faded to half of its strokes. Noise is smaller.
const LEAST_FAINT: f64 = 24.0;
/// Edges of faint print have this part of the dark print's steepness at least: half way between what was measured of both kinds.
const SHARP: f32 = 0.7;
/// Dark strokes whose steepness is measured at most, and as many as tell something at least.
const DARK_STROKES: (usize, usize) = (1000, 30);
/// Of the pixels of a stroke, so many per cent are less steep, or less deep, than the value that stands for it: few pixels of a
/// thick stroke are at its edge, and single ones are noise.
const PERCENT: usize = 90;

/// Strokes as they are in the strong ink where they have any to speak of, as in the faint ink where they are faint
/// as a whole and sharp. So dark strokes stay as thin as they are printed, and noise that is only faint and small stays away.
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

/// The pixels of a stroke.
#[derive(Clone, Default)]
struct Stroke {
    falls: Vec<u8>,
    /// Below the paper.
    depths: Vec<u8>,
}

impl Stroke {
    fn add(&mut self, page: &GrayImage, levels: &Levels, (x, y): (u32, u32)) {
        self.falls.push(fall(page, x, y));
        self.depths.push(levels.paper_at(x, y).saturating_sub(page.get_pixel(x, y).0[0]));
    }

    /// The steepest fall as a part of the depth; none of a stroke without pixels.
    fn steepness(mut self) -> Option<f32> {
        self.falls.sort_unstable();
        self.depths.sort_unstable();
        let last = self.depths.len().checked_sub(1)?;
        let (fall, depth) = (self.falls[last * PERCENT / 100], self.depths[last * PERCENT / 100]);
        Some(f32::from(fall) / f32::from(depth.max(1)))
    }
}

/// The fall of brightness at a pixel, gray levels a pixel (Sobel's operator); 0 at the edge of the page.
fn fall(page: &GrayImage, x: u32, y: u32) -> u8 {
    if x == 0 || y == 0 || x + 1 >= page.width() || y + 1 >= page.height() {
        return 0;
    }
    let at = |dx: u32, dy: u32| f32::from(page.get_pixel(x + dx - 1, y + dy - 1).0[0]);
    let across = at(2, 0) + 2.0 * at(2, 1) + at(2, 2) - at(0, 0) - 2.0 * at(0, 1) - at(0, 2);
    let down = at(0, 2) + 2.0 * at(1, 2) + at(2, 2) - at(0, 0) - 2.0 * at(1, 0) - at(2, 0);
    (across.hypot(down) / 8.0) as u8
}
