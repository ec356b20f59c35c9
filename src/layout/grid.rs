//! Direction of text on a grid, where characters are about as far apart along a line as across lines.
//!
//! Manuscript paper and typewriters set such text. Ink does not grow along its lines ([`super::direction`]), so two
//! other signals are used. Punctuation (、 and 。) stands in the upper right of its cell in vertical text and in the
//! lower left in horizontal text (JIS X 4051, 4.1): each mark is compared with the characters before, after, above
//! and below it. If there is too little punctuation, the smaller of the two pitches runs along the lines.

use crate::geometry::BBox;
use crate::page::WritingMode;

/// Size of the sample of units: a bounded cost, and no less evidence than all of them.
const SAMPLE: usize = 200;
/// Sides of a full-width character's ink, in characters.
const CHARACTER: std::ops::Range<f64> = 0.5..1.3;
/// Sides of the ink of 、 and 。, in characters.
const PUNCTUATION: std::ops::Range<f64> = 0.1..0.45;
/// Largest distance to the neighbouring cell, centre to centre, in characters.
const NEIGHBOUR: f64 = 2.2;
/// Least offset of a mark from the centre of its cell, in characters: 、 and 。 have about 0.3 on each axis, ・ has none.
const OFF_CENTRE: f64 = 0.15;
/// Fewest punctuation marks that determine the direction, and the fraction that must agree.
const MARKS: (usize, f64) = (3, 0.75);
/// Least ratio of the two pitches that determines the direction.
const PITCH_RATIO: f64 = 1.05;

/// The direction of the text in the units; `None` if neither signal is clear.
pub(super) fn find_direction(units: &[BBox], size: f64) -> Option<WritingMode> {
    let within = |range: &std::ops::Range<f64>, side: i32| range.contains(&(f64::from(side) / size));
    let has_sides = |range: std::ops::Range<f64>| {
        move |unit: &&BBox| within(&range, unit.width()) && within(&range, unit.height())
    };
    let characters: Vec<BBox> = units.iter().filter(has_sides(CHARACTER)).copied().collect();
    let grid = Grid { characters: &characters, size };
    by_punctuation(&grid, units.iter().filter(has_sides(PUNCTUATION))).or_else(|| by_pitch(&grid))
}

/// Characters and their size, px.
struct Grid<'a> {
    characters: &'a [BBox],
    size: f64,
}

/// The neighbouring cells of a unit in its row; in its column, if the page is transposed.
struct Neighbours {
    before: Option<BBox>,
    behind: Option<BBox>,
}

impl Grid<'_> {
    /// The nearest characters on both sides that are level with a unit along an axis.
    fn neighbours(&self, unit: &BBox, mode: WritingMode) -> Neighbours {
        let own = mode.along(unit).center();
        let (mut before, mut behind): (Option<BBox>, Option<BBox>) = (None, None);
        for character in self.characters {
            let other = mode.along(character).center();
            let distance = (other.x - own.x).abs();
            if (other.y - own.y).abs() > 0.6 * self.size
                || !(0.6 * self.size..NEIGHBOUR * self.size).contains(&distance)
            {
                continue;
            }
            let nearest = if other.x < own.x { &mut before } else { &mut behind };
            if nearest.is_none_or(|n| (mode.along(&n).center().x - own.x).abs() > distance) {
                *nearest = Some(*character);
            }
        }
        Neighbours { before, behind }
    }

    /// Offset of a mark below the centre of its row, or in vertical mode to the right of the centre of its column, in
    /// characters.
    fn offset(&self, mark: &BBox, mode: WritingMode) -> Option<f64> {
        let Neighbours { before, behind } = self.neighbours(mark, mode);
        let middles: Vec<f64> = [before, behind].iter().flatten().map(|n| mode.along(n).center().y).collect();
        let count = middles.len() as f64;
        (count > 0.0).then(|| (mode.along(mark).center().y - middles.iter().sum::<f64>() / count) / self.size)
    }

    /// Median distance to the next character along an axis, px.
    fn pitch(&self, mode: WritingMode) -> Option<f64> {
        let step = self.characters.len().div_ceil(SAMPLE).max(1);
        let next = |unit: &BBox| {
            let behind = self.neighbours(unit, mode).behind?;
            Some(mode.along(&behind).center().x - mode.along(unit).center().x)
        };
        let mut distances: Vec<f64> = self.characters.iter().step_by(step).filter_map(next).collect();
        distances.sort_by(f64::total_cmp);
        distances.get(distances.len() / 2).copied()
    }
}

fn by_punctuation<'a>(grid: &Grid<'_>, marks: impl Iterator<Item = &'a BBox>) -> Option<WritingMode> {
    let (mut horizontal, mut vertical) = (0_usize, 0_usize);
    for mark in marks.take(SAMPLE) {
        let below = grid.offset(mark, WritingMode::HorizontalTb);
        let right = grid.offset(mark, WritingMode::VerticalRl);
        match (right, below) {
            (Some(right), Some(below)) if right > OFF_CENTRE && below < -OFF_CENTRE => vertical += 1,
            (Some(right), Some(below)) if right < -OFF_CENTRE && below > OFF_CENTRE => horizontal += 1,
            _ => {}
        }
    }
    let (fewest, share) = MARKS;
    let (most, mode) = if horizontal > vertical {
        (horizontal, WritingMode::HorizontalTb)
    } else {
        (vertical, WritingMode::VerticalRl)
    };
    (most >= fewest && most as f64 >= share * (horizontal + vertical) as f64).then_some(mode)
}

fn by_pitch(grid: &Grid<'_>) -> Option<WritingMode> {
    let (across, down) = (grid.pitch(WritingMode::HorizontalTb)?, grid.pitch(WritingMode::VerticalRl)?);
    if across > PITCH_RATIO * down {
        Some(WritingMode::VerticalRl)
    } else if down > PITCH_RATIO * across {
        Some(WritingMode::HorizontalTb)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grid of characters of 10 px with the given pitches; every fifth along the lines is a punctuation mark.
    fn print(mode: WritingMode, along: i32, across: i32, punctuation: bool) -> Vec<BBox> {
        let cell = |line: i32, place: i32| {
            // Punctuation stands in the lower left of its cell in horizontal text, in the upper right in vertical text.
            let (dx, dy) = if mode == WritingMode::HorizontalTb { (0, 7) } else { (7, 0) };
            let (x, y) = match mode {
                WritingMode::HorizontalTb => (place * along, line * across),
                WritingMode::VerticalRl => (-line * across, place * along),
            };
            match punctuation && (place + line) % 5 == 4 {
                true => BBox::from_ltwh(x + dx, y + dy, 3, 3),
                false => BBox::from_ltwh(x, y, 10, 10),
            }
        };
        (0..8).flat_map(|line| (0..12).map(move |place| cell(line, place))).collect()
    }

    #[test]
    fn punctuation_tells_on_a_square_grid() {
        for mode in [WritingMode::HorizontalTb, WritingMode::VerticalRl] {
            assert_eq!(find_direction(&print(mode, 16, 16, true), 10.0), Some(mode));
        }
    }

    #[test]
    fn the_smaller_pitch_runs_along_the_lines() {
        for mode in [WritingMode::HorizontalTb, WritingMode::VerticalRl] {
            assert_eq!(find_direction(&print(mode, 15, 17, false), 10.0), Some(mode));
            assert_eq!(find_direction(&print(mode, 16, 16, false), 10.0), None);
        }
    }
}
