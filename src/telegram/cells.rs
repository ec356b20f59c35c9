//! The characters of a line with their confidence and their places, for fields that are null rather than wrong.
//!
//! Two signs of a numeral that lost or gained a digit do not depend on its characters: a gap as wide as a character between
//! two glyphs, and a glyph that is squeezed between its neighbours. Print on a form's cells has even steps, so both are
//! measured against the median step of the line. Blanks that are printed look the same as lost characters; a field
//! that depends on the difference is null.

use crate::page::{Glyph, Line, Region, WritingMode};

/// Stands for an unread cell between two characters; no cable prints it.
pub(super) const GAP: char = '\u{FFFC}';
/// Confidence from which a reading is taken as printed, whatever a vocabulary says: the record's mark of a doubtful
/// character.
pub(super) const SURE: f32 = 0.9;
/// Narrowest gap that may hold a lost character, in median character widths: over half, as cells are read to a tenth of
/// a width. No right numeral of the 63 cables has one.
const LEAST_GAP: f64 = 0.6;
/// A step between digits below this part of their median step is a digit too many: one read twice halves a step.
const LEAST_STEP: f64 = 0.6;

/// A character of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub(super) character: char,
    /// 0 to 1; the line's where the character has no glyph.
    pub(super) confidence: f32,
    /// Start and end along the line, px.
    place: Option<(i32, i32)>,
}

impl Cell {
    /// Whether the character is taken as printed.
    pub(super) fn is_sure(&self) -> bool {
        self.confidence >= SURE
    }
}

/// The characters of a line in its order, blanks left out.
pub(super) fn cells(line: &Line, mode: WritingMode) -> Vec<Cell> {
    let mut glyphs = line.glyphs.iter().peekable();
    let mut rest = String::new();
    let mut current: Option<&Glyph> = None;
    let mut found = Vec::new();
    for character in line.text.chars() {
        if rest.is_empty()
            && let Some(next) = glyphs.next_if(|g| g.text.starts_with(character))
        {
            rest.clone_from(&next.text);
            current = Some(next);
        }
        let glyph = current.filter(|_| rest.starts_with(character));
        if glyph.is_some() {
            rest.drain(..character.len_utf8());
        }
        if !character.is_whitespace() {
            let along = glyph.map(|g| mode.along(&g.bbox));
            found.push(Cell {
                character,
                confidence: glyph.map_or(line.confidence, |g| g.confidence).value(),
                place: along.map(|b| (b.left, b.right)),
            });
        }
    }
    found
}

/// The text of cells, with [`GAP`] where a character may have been lost.
pub(super) fn with_gaps(cells: &[Cell]) -> String {
    let width = median(cells.iter().filter_map(|c| c.place).map(|(from, to)| to - from));
    let mut text = String::new();
    for (i, cell) in cells.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| cells[i].place);
        if let (Some((_, end)), Some((start, _)), Some(width)) = (before, cell.place, width)
            && f64::from(start - end) >= LEAST_GAP * f64::from(width)
        {
            text.push(GAP);
        }
        text.push(cell.character);
    }
    text
}

/// The height of most lines across their direction, px.
pub(super) fn print_size(regions: &[Region]) -> Option<i32> {
    let sizes = regions.iter().flat_map(|r| r.lines.iter().filter_map(move |l| size(l, r.writing_mode())));
    median(sizes)
}

/// The characters of a line whose places may be measured: a line much higher than the print was not cut out well, and
/// its glyphs stand at steps of their own.
pub(super) fn measured(line: &Line, mode: WritingMode, print: Option<i32>) -> Vec<Cell> {
    let is_of_print = size(line, mode).zip(print).is_none_or(|(own, print)| 4 * own <= 5 * print);
    let mut found = cells(line, mode);
    if !is_of_print {
        found.iter_mut().for_each(|cell| cell.place = None);
    }
    found
}

fn size(line: &Line, mode: WritingMode) -> Option<i32> {
    median(line.glyphs.iter().map(|g| mode.along(&g.bbox).height()))
}

/// Whether the cells follow one another at even steps. A digit that was read twice stands between two steps.
pub(super) fn is_even(cells: &[Cell]) -> bool {
    let starts: Vec<i32> = cells.iter().filter_map(|c| c.place).map(|(from, to)| from + to).collect();
    let steps = || starts.windows(2).map(|pair| pair[1] - pair[0]);
    let Some(usual) = median(steps()) else { return true };
    steps().all(|step| f64::from(step) >= LEAST_STEP * f64::from(usual))
}

fn median(values: impl Iterator<Item = i32>) -> Option<i32> {
    let mut all: Vec<i32> = values.collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::page::Confidence;

    /// A line whose characters start at multiples of 20 px.
    fn line(text: &str, starts: &[i32]) -> Line {
        let glyph = |(c, at): (char, &i32)| Glyph {
            text: c.to_string(),
            bbox: BBox::from_ltwh(20 * at, 0, 20, 20),
            confidence: Confidence::CERTAIN,
            alternatives: vec![],
        };
        let glyphs: Vec<Glyph> = text.chars().filter(|c| !c.is_whitespace()).zip(starts).map(glyph).collect();
        let bbox = glyphs.iter().fold(BBox::default(), |all, g| all.union(&g.bbox));
        Line { bbox, text: text.into(), confidence: Confidence::CERTAIN, engine: String::new(), glyphs }
    }

    #[test]
    fn a_gap_as_wide_as_a_character_is_marked() {
        let gaps = |line: &Line| with_gaps(&cells(line, WritingMode::HorizontalTb));
        assert_eq!(gaps(&line("昭和七年", &[0, 1, 3, 4])), format!("昭和{GAP}七年"));
        assert_eq!(gaps(&line("昭和 七年", &[0, 1, 2, 3])), "昭和七年");
    }

    #[test]
    fn a_digit_between_two_steps_is_uneven() {
        let even = |line: &Line| is_even(&cells(line, WritingMode::HorizontalTb));
        assert!(even(&line("二三三二", &[0, 1, 2, 3])));
        let mut squeezed = line("二三三三二", &[0, 1, 2, 3, 4]);
        squeezed.glyphs[2].bbox = BBox::from_ltwh(30, 0, 10, 20);
        assert!(!even(&squeezed));
    }
}
