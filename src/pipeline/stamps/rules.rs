//! Erases rulings inside a stamp, such as those above and below the date of a date stamp. Engines read them as strokes.
//!
//! A ruling is a thin straight line with ink in nearly all columns of the stamp's middle. Rows of characters have
//! blanks there.

use crate::raster::Binary;
use image::{GrayImage, Luma};

/// Largest tilt of a ruling in an upright stamp, degrees to either side.
const MOST_DEGREES: f64 = 3.0;
/// Step between tested tilts, degrees.
const STEP: f64 = 0.25;
/// Width of the tested middle part, relative to the stamp. Set on no data: the rulings that divide a round stamp in
/// three are 0.94 of its width.
const MIDDLE: f64 = 0.6;
/// Least share of inked columns. Set on no data: the blanks in a row of characters are a sixth of it.
const INKED: f64 = 0.85;
/// Largest thickness of a ruling, relative to the height of the stamp. Not set on data.
const THICKEST: f64 = 0.05;
/// Largest distance of a ruling from the straight line, px.
const ASIDE: i32 = 1;

/// Erases the horizontal rulings of an upright stamp, except at crossing strokes.
pub(super) fn erase_rules(view: &mut GrayImage) {
    let ink = super::ink(view);
    let thickest = (THICKEST * f64::from(ink.height())).max(3.0) as i32;
    let steps = (MOST_DEGREES / STEP) as i32;
    let slopes: Vec<f64> = (-steps..=steps).map(|s| (f64::from(s) * STEP).to_radians().tan()).collect();
    for at in 0..ink.height() as i32 {
        for &slope in &slopes {
            let line = Line { ink: &ink, at, slope, thickest };
            if line.is_rule() {
                line.erase(view);
            }
        }
    }
}

/// A straight line across a picture.
struct Line<'a> {
    ink: &'a Binary,
    /// Row in which the line crosses the middle column.
    at: i32,
    slope: f64,
    thickest: i32,
}

impl Line<'_> {
    /// Vertical range of the thin ink on the line in a column.
    fn met(&self, x: i32) -> Option<(i32, i32)> {
        let (width, height) = (self.ink.width() as i32, self.ink.height() as i32);
        let y = self.at + (f64::from(x - width / 2) * self.slope).round() as i32;
        let is_ink = |y: i32| (0..height).contains(&y) && self.ink.is_ink(x as u32, y as u32);
        let y = [0, -ASIDE, ASIDE].map(|d| y + d).into_iter().find(|&y| is_ink(y))?;
        let from = (y - self.thickest..=y).rev().take_while(|&y| is_ink(y)).last()?;
        let to = (y..=y + self.thickest).take_while(|&y| is_ink(y)).last()? + 1;
        (to - from <= self.thickest).then_some((from, to))
    }

    fn is_rule(&self) -> bool {
        let width = f64::from(self.ink.width());
        let columns = ((1.0 - MIDDLE) / 2.0 * width) as i32..((1.0 + MIDDLE) / 2.0 * width) as i32;
        let most_blank = ((1.0 - INKED) * columns.len() as f64) as usize;
        // Stop early: most lines are not rulings, and a few columns suffice to reject them.
        columns.filter(|&x| self.met(x).is_none()).nth(most_blank).is_none()
    }

    fn erase(&self, view: &mut GrayImage) {
        for x in 0..self.ink.width() as i32 {
            let Some((from, to)) = self.met(x) else { continue };
            // The edge of a ruling is gray.
            for y in (from - 1).max(0)..(to + 1).min(self.ink.height() as i32) {
                view.put_pixel(x as u32, y as u32, Luma([255]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(view: &mut GrayImage, (x, y): (u32, u32), (width, height): (u32, u32)) {
        (y..y + height).for_each(|y| (x..x + width).for_each(|x| view.put_pixel(x, y, Luma([0]))));
    }

    fn dark(view: &GrayImage) -> usize {
        view.pixels().filter(|p| p.0[0] < 128).count()
    }

    #[test]
    fn rules_go_and_strokes_of_characters_stay() {
        let mut view = GrayImage::from_pixel(200, 200, Luma([255]));
        // A row of characters with level upper strokes.
        for x in [30, 70, 110, 150] {
            fill(&mut view, (x, 90), (30, 3));
            fill(&mut view, (x + 13, 90), (4, 30));
        }
        let characters = dark(&view);
        // A ruling with a tilt of one degree, and a level one that a stroke crosses.
        (0..200).for_each(|x| fill(&mut view, (x, 60 + x / 57), (1, 3)));
        fill(&mut view, (0, 140), (200, 3));
        fill(&mut view, (100, 120), (4, 40));
        erase_rules(&mut view);
        assert_eq!(dark(&view), characters + 4 * 40);
    }
}
