//! Finds thin lines that binarization breaks into dashes or loses.
//!
//! Where a thin line leans, two pixel rows share its ink, and in a small or blurred copy it is lighter than text.
//! Compared with the background beside it, however, such a line is dark along its whole length. The method finds
//! pixels that are darker than the pixels a short distance away on both sides, in runs longer than strokes of text.
//! Where text touches the line, the line is followed as long as it is inked or darker than one side, until such a run
//! begins again. Only neighbouring pixels are compared, so gradients and fading do not matter. Lines with a slope
//! above 1 in 20 are not found.

use crate::geometry::BBox;
use crate::raster::{Binary, ink_runs};
use image::GrayImage;

/// Shortest clear run of a line, in characters.
const SHORTEST: f64 = 1.0;
/// Longest part of a line between clear runs, in characters.
const BESET: f64 = 12.0;
/// Distance of the compared pixels beside a line, in characters.
const BESIDE: f64 = 0.1;
/// Columns per block; blocks without a line are skipped.
const AT_ONCE: usize = 16;
/// Least contrast of a line against the background beside it, relative to the contrast of ink and background.
const DARKER: f64 = 0.15;

/// Finds the thin lines of a page. `contrast` is that of ink and background, 0 to 255.
pub(super) fn find_hairlines(ink: &Binary, gray: &GrayImage, contrast: f64, size: f64) -> Binary {
    let search = Search {
        gray,
        beside: ((BESIDE * size).round() as usize).max(2),
        darker: (DARKER * contrast).round().max(4.0) as u8,
        shortest: ((SHORTEST * size) as u16).max(16),
        beset: (BESET * size) as usize,
    };
    let mut lines = Binary::new(gray.width(), gray.height());
    if gray.width().min(gray.height()) as usize <= 2 * search.beside {
        return lines;
    }
    let (flat, upright) = (search.flat(), search.upright());
    flat.iter().chain(&upright).for_each(|run| draw(&mut lines, run));
    let mut ways = Vec::new();
    for (runs, step) in [(&flat, (1, 0)), (&upright, (0, 1))] {
        for run in runs {
            let (first, last) = ((run.left, run.top), (run.right - 1, run.bottom - 1));
            for (end, out) in [(first, (-step.0, -step.1)), (last, step)] {
                // Straight on, and around a corner.
                for way in [out, (step.1, step.0), (-step.1, -step.0)] {
                    search.follow((ink, &lines), end, way, way != out, &mut ways);
                }
            }
        }
    }
    ways.into_iter().for_each(|(x, y)| lines.set(x, y, true));
    lines
}

fn draw(ink: &mut Binary, run: &BBox) {
    let columns = run.left as usize..run.right as usize;
    (run.top..run.bottom).for_each(|y| ink.row_mut(y as u32)[columns.clone()].fill(255));
}

struct Search<'a> {
    gray: &'a GrayImage,
    /// Unit: px.
    beside: usize,
    /// Unit: gray levels.
    darker: u8,
    /// Unit: px.
    shortest: u16,
    /// Unit: px.
    beset: usize,
}

impl Search<'_> {
    fn row(&self, y: usize) -> &[u8] {
        let width = self.gray.width() as usize;
        &self.gray.as_raw()[y * width..(y + 1) * width]
    }

    /// Marks the pixels of a row that are darker than those on both sides of each.
    fn compare(&self, is_line: &mut [u8], row: &[u8], before: &[u8], after: &[u8]) {
        let pixels = row.iter().zip(before).zip(after);
        for (out, ((here, before), after)) in is_line.iter_mut().zip(pixels) {
            *out = if (*before.min(after)).saturating_sub(*here) >= self.darker { 255 } else { 0 };
        }
    }

    /// Runs of pixels on horizontal lines.
    fn flat(&self) -> Vec<BBox> {
        let mut found = Vec::new();
        let mut is_line = vec![0u8; self.gray.width() as usize];
        for y in self.beside..self.gray.height() as usize - self.beside {
            self.compare(&mut is_line, self.row(y), self.row(y - self.beside), self.row(y + self.beside));
            let runs = ink_runs(&is_line).filter(|run| run.len() >= usize::from(self.shortest));
            found.extend(runs.map(|run| BBox::from_ltwh(run.start as i32, y as i32, run.len() as i32, 1)));
        }
        found
    }

    /// Runs of pixels on vertical lines.
    fn upright(&self) -> Vec<BBox> {
        let mut found = Vec::new();
        let (width, height) = (self.gray.width() as usize, self.gray.height() as usize);
        let mut is_line = vec![0u8; width];
        // For each column the length of its current run, and for each block whether the last row had a line in it.
        let mut rows = vec![0u16; width];
        let mut on_line = vec![false; width.div_ceil(AT_ONCE)];
        for y in 0..=height {
            if y < height {
                let row = self.row(y);
                self.compare(&mut is_line[self.beside..], &row[self.beside..], row, &row[2 * self.beside..]);
            } else {
                is_line.fill(0);
            }
            let columns = rows.chunks_mut(AT_ONCE).zip(is_line.chunks(AT_ONCE)).zip(&mut on_line);
            for (at, ((rows, is_line), on_line)) in columns.enumerate() {
                let were = std::mem::replace(on_line, is_line.iter().fold(0, |any, &p| any | p) != 0);
                if !were && !*on_line {
                    continue;
                }
                for (x, (rows, &is_line)) in rows.iter_mut().zip(is_line).enumerate() {
                    if is_line != 0 {
                        *rows = rows.saturating_add(1);
                        continue;
                    }
                    if *rows >= self.shortest {
                        let (x, length) = ((at * AT_ONCE + x) as i32, i32::from(*rows));
                        found.push(BBox::from_ltwh(x, y as i32 - length, 1, length));
                    }
                    *rows = 0;
                }
            }
        }
        found
    }

    /// Follows a line from the end of a clear run while it is inked or darker than one of its sides. Adds the path to
    /// `found` if it reaches another clear run. Around a corner, the first steps lie beside the run they came from.
    fn follow(
        &self,
        (ink, clear): (&Binary, &Binary),
        end: (i32, i32),
        step: (i32, i32),
        corner: bool,
        found: &mut Vec<(u32, u32)>,
    ) {
        let before = found.len();
        let far = self.beside as i32;
        let inner = ink.bbox().grown(-(far + 1));
        let aside = |(x, y): (i32, i32), d: i32| (x + d * step.1.abs(), y + d * step.0.abs());
        let level = |(x, y): (i32, i32)| self.gray.get_pixel(x as u32, y as u32).0[0];
        let goes_on = |at: &(i32, i32)| {
            let paper = level(aside(*at, -far)).max(level(aside(*at, far)));
            ink.is_ink(at.0 as u32, at.1 as u32) || paper.saturating_sub(level(*at)) >= self.darker
        };
        let beside_run = if corner { far as usize + 1 } else { 0 };
        let mut at = (end.0 + step.0, end.1 + step.1);
        for passed in 0..self.beset {
            if !inner.contains(at.0, at.1) {
                break;
            }
            let nearby = [at, aside(at, -1), aside(at, 1)];
            if passed >= beside_run && nearby.iter().any(|&(x, y)| clear.is_ink(x as u32, y as u32)) {
                return;
            }
            // Prefers the same row, so that the path does not turn into ink that touches the line.
            let Some(next) = nearby.into_iter().find(goes_on) else { break };
            found.push((next.0 as u32, next.1 as u32));
            at = (next.0 + step.0, next.1 + step.1);
        }
        found.truncate(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const SIZE: f64 = 40.0;

    /// A box whose sides lean by 1 in 120, so that two pixel rows share their ink in places, and its ink.
    fn leaning(contrast: f64, print: impl Fn(u32, u32) -> bool) -> (GrayImage, Binary) {
        let shade = |d: f64| (255.0 - contrast * (1.0 - d.abs()).max(0.0)) as u8;
        let page = GrayImage::from_fn(900, 700, |x, y| {
            let (across, down) = (f64::from(x), f64::from(y));
            let (turned_x, turned_y) = (across + down / 120.0, down - across / 120.0);
            let flat = (150.0..=800.0).contains(&turned_x);
            let upright = (200.0..=500.0).contains(&turned_y);
            let sides = [200.0, 500.0].map(|at| if flat { shade(turned_y - at) } else { 255 });
            let ends = [150.0, 800.0].map(|at| if upright { shade(turned_x - at) } else { 255 });
            let lightest = sides.into_iter().chain(ends).min().unwrap_or(255);
            Luma([if print(x, y) { 10 } else { lightest }])
        });
        let ink = Binary::below(&page, 128);
        (page, ink)
    }

    fn pieces(ink: &Binary) -> usize {
        ink.components().0.len()
    }

    #[test]
    fn the_dashes_of_a_line_are_joined_and_one_too_light_for_the_threshold_is_drawn() {
        for contrast in [200.0, 100.0] {
            let (page, ink) = leaning(contrast, |_, _| false);
            let whole = ink.with(&find_hairlines(&ink, &page, 200.0, SIZE));
            assert!(pieces(&ink) != 1 && pieces(&whole) == 1, "{contrast}");
            assert!(whole.ink_in(&whole.bbox()) < 3 * 2 * 950);
        }
    }

    #[test]
    fn a_line_that_print_touches_is_followed_and_print_stays_as_it_is() {
        // Letters hang from the lower side; others are separate.
        let hanging = |x: u32, y: u32| (x % 40 < 24 && x > 300 && x < 600) && (503..540).contains(&y);
        let alone = |x: u32, y: u32| (x % 40 < 24) && (600..640).contains(&y);
        let (page, ink) = leaning(120.0, |x, y| hanging(x, y) || alone(x, y));
        let whole = ink.with(&find_hairlines(&ink, &page, 200.0, SIZE));
        let lower = BBox::from_ltrb(200, 495, 780, 508);
        let mark_mask = (lower.left..lower.right)
            .filter(|&x| whole.ink_in(&BBox { left: x, right: x + 1, ..lower }) > 0)
            .count();
        assert_eq!(mark_mask, lower.width() as usize);
        let below = BBox::from_ltrb(0, 545, 900, 700);
        assert_eq!(whole.ink_in(&below), ink.ink_in(&below));
    }

    #[test]
    fn noise_and_the_edge_of_a_shade_are_no_lines() {
        let page = GrayImage::from_fn(400, 400, |x, y| {
            let noise = (x * 7919 + y * 104_729 + x * y * 31) % 61;
            Luma([(if x > 200 { 120 } else { 220 }) + noise as u8 / 2])
        });
        let ink = Binary::new(400, 400);
        assert_eq!(pieces(&find_hairlines(&ink, &page, 200.0, SIZE)), 0);
        let tiny = GrayImage::new(3, 3);
        assert_eq!(find_hairlines(&Binary::new(3, 3), &tiny, 200.0, SIZE), Binary::new(3, 3));
    }
}
