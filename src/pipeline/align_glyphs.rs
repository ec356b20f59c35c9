//! Glyph alignment: assigns the glyphs of an engine to the character cells of the line.
//!
//! Engines report characters more reliably than positions. Character boxes of Tesseract deviate by up to one cell,
//! while the cells found from the ink are exact. Glyphs and cells have the same order. Dynamic programming therefore
//! finds the cheapest monotonic assignment: a glyph costs its distance from the cell, an inked cell costs if it stays
//! empty, and a glyph costs if it gets no cell. A glyph without a cell keeps the box of the engine.

use crate::geometry::BBox;
use crate::layout::Cell;
use crate::page::WritingMode;
use crate::recognize::ReadGlyph;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;

/// Cost of an inked cell that stays empty.
const EMPTY_CELL: f64 = 0.8;
/// Cost of a glyph in a blank cell. It is high because a blank cell is more reliable than an engine's position.
const BLANK_CELL: f64 = 2.0;
/// Cost of a glyph without a cell.
const NO_CELL: f64 = 1.5;
/// Cost per cell of distance up to [`PLAY`], and per cell beyond it, up to [`FARTHEST`].
const DISTANCE: (f64, f64) = (0.02, 0.4);
/// Distance in cells with a low cost: Tesseract's boxes lag by up to one cell over whole columns.
const PLAY: f64 = 1.1;
/// Upper limit of the distance beyond [`PLAY`], in cells, so that one stray box does not shift its neighbours.
const FARTHEST: f64 = 2.5;

/// Sets the box of each glyph to its cell. Glyphs and cells use the same pixel coordinates.
pub(super) fn align_glyphs(glyphs: &mut [ReadGlyph], cells: &[Cell], mode: WritingMode) {
    if cells.is_empty() || glyphs.is_empty() {
        return;
    }
    let pairs = pairs(glyphs, cells, mode);
    let mut places: Vec<BBox> = glyphs.iter().map(|glyph| glyph.bbox).collect();
    if mode == WritingMode::HorizontalTb {
        Row::of(&places, cells, mode).narrow(glyphs);
    }
    // The boxes of engines are imprecise: the width of a run is measured between cells.
    pairs.iter().for_each(|&(glyph, cell)| places[glyph] = cells[cell].bbox);
    Row::of(&places, cells, mode).widen(glyphs);
    // Two half-width characters share one cell and keep the boxes of the engine. In a column they stand side by side.
    let shares = |glyph: &ReadGlyph| {
        mode == WritingMode::HorizontalTb && matches!(Width::of(glyph), Width::Half | Width::Either)
    };
    let alone = glyphs.len() == 1;
    for (glyph, cell) in pairs {
        if alone || !shares(&glyphs[glyph]) {
            glyphs[glyph].bbox = cells[cell].bbox;
        }
    }
}

/// Largest distance of half-width katakana, in cells: they are 0.5 apart, full-width ones 1. Not set on data.
const HALF_APART: f64 = 0.7;
/// Fewest katakana in a half-width run, so that ｶﾞ beside a letter is not one.
const HALF_RUN: usize = 3;
/// Upper limit of the distance between two characters, in cells. It limits the effect of blanks.
const WIDEST_STEP: f64 = 1.5;

/// Positions of the glyphs along a line part, in cells.
struct Row {
    centers: Vec<f64>,
    /// Start of the first cell and end of the last one.
    ends: (f64, f64),
}

impl Row {
    fn of(places: &[BBox], cells: &[Cell], mode: WritingMode) -> Self {
        let pitch = f64::from(mode.along(&cells[0].bbox).width().max(1));
        let ends = (mode.along(&cells[0].bbox).left, mode.along(&cells[cells.len() - 1].bbox).right);
        Self {
            centers: places.iter().map(|place| mode.along(place).center().x / pitch).collect(),
            ends: (f64::from(ends.0) / pitch, f64::from(ends.1) / pitch),
        }
    }

    /// Converts katakana that are half a cell apart to half-width forms. Sound marks become separate characters, as
    /// teleprinters print them. The recognizer returns full-width katakana for both widths.
    fn narrow(&self, glyphs: &mut [ReadGlyph]) {
        let mut start = 0;
        for end in 1..=glyphs.len() {
            if end < glyphs.len() && self.centers[end] - self.centers[end - 1] < HALF_APART {
                continue;
            }
            let run = &mut glyphs[start..end];
            if run.iter().filter(|g| g.text.chars().all(|c| half_width(c) != c)).count() >= HALF_RUN {
                run.iter_mut().for_each(|glyph| respell(glyph, half_width));
            }
            start = end;
        }
    }

    /// Converts ASCII characters that fill whole cells to full-width forms, because the characters from the engines do
    /// not distinguish widths. Between two kanji or kana, the width of a run follows from their cells, not from the
    /// engine's boxes.
    fn widen(&self, glyphs: &mut [ReadGlyph]) {
        let widths: Vec<Width> = glyphs.iter().map(Width::of).collect();
        let mut start = 0;
        for run in widths.chunk_by(|a, b| a.is_anchor() == b.is_anchor()) {
            let (here, length) = (start..start + run.len(), run.len());
            start = here.end;
            let either = run.iter().filter(|&&width| width == Width::Either).count();
            if either == 0 || length == 1 && length == glyphs.len() {
                continue;
            }
            let taken = self.room(&here, &widths) - (length - either) as f64;
            if taken >= 0.75 * either as f64 {
                glyphs[here].iter_mut().for_each(|glyph| respell(glyph, full_width));
            }
        }
    }

    /// Width of a run of glyphs in cells, from the anchor before the run to the anchor after it. If one anchor is
    /// missing, the end of the line part replaces it. If both are missing, the distances between the glyphs determine
    /// the width.
    fn room(&self, run: &Range<usize>, widths: &[Width]) -> f64 {
        let half = |i: usize| if widths[i] == Width::Half { 0.25 } else { 0.5 };
        let within = &self.centers[run.clone()];
        let step = |pair: &[f64]| (pair[1] - pair[0]).min(WIDEST_STEP);
        if within.len() == widths.len() {
            let apart = within.windows(2).map(step).sum::<f64>() / (within.len() - 1) as f64;
            return apart * within.len() as f64;
        }
        let (before, its_half) =
            run.start.checked_sub(1).map_or((self.ends.0, 0.0), |i| (self.centers[i], half(i)));
        let (behind, other_half) =
            self.centers.get(run.end).map_or((self.ends.1, 0.0), |&center| (center, half(run.end)));
        [&[before], within, &[behind]].concat().windows(2).map(step).sum::<f64>() - its_half - other_half
    }
}

/// Width class of a glyph, derived from its character.
#[derive(Clone, Copy, PartialEq)]
enum Width {
    /// Kanji and kana: one cell, with centered ink.
    Anchor,
    /// Japanese punctuation: one cell, with ink anywhere in it.
    Full,
    /// Half-width katakana: half a cell, with centered ink.
    Half,
    /// ASCII: half or full width.
    Either,
}

impl Width {
    fn of(glyph: &ReadGlyph) -> Self {
        match glyph.text.chars().next() {
            Some(c) if c.is_ascii() => Self::Either,
            Some('\u{ff61}'..='\u{ff9f}') => Self::Half,
            Some(c) if c.is_alphanumeric() => Self::Anchor,
            _ => Self::Full,
        }
    }

    /// Whether the position of the ink determines the cell.
    fn is_anchor(self) -> bool {
        matches!(self, Self::Anchor | Self::Half)
    }
}

/// Half-width form of katakana and sound marks (Unicode, Halfwidth and Fullwidth Forms); other characters unchanged.
fn half_width(c: char) -> char {
    match c {
        '゛' => '\u{ff9e}',
        '゜' => '\u{ff9f}',
        _ => ('\u{ff61}'..='\u{ff9d}').find(|&half| half.nfkc().eq([c])).unwrap_or(c),
    }
}

/// Applies a character mapping to a glyph and its alternatives.
fn respell(glyph: &mut ReadGlyph, form: fn(char) -> char) {
    let alternatives = glyph.alternatives.iter_mut().map(|(text, _)| text);
    for text in std::iter::once(&mut glyph.text).chain(alternatives) {
        *text = text.chars().map(form).collect();
    }
}

/// Full-width form of an ASCII character (Unicode, Halfwidth and Fullwidth Forms); other characters unchanged.
fn full_width(c: char) -> char {
    if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c }
}

/// Pairs of glyph index and cell index of the cheapest assignment.
fn pairs(glyphs: &[ReadGlyph], cells: &[Cell], mode: WritingMode) -> Vec<(usize, usize)> {
    let pitch = mode.along(&cells[0].bbox).width().max(1);
    let least_ink = least_ink(cells);
    let center = |b: &BBox| mode.along(b).center().x;
    let toll = |g: usize, c: usize| {
        let distance = (center(&glyphs[g].bbox) - center(&cells[c].bbox)).abs() / f64::from(pitch);
        let beyond = (distance - PLAY).clamp(0.0, FARTHEST);
        DISTANCE.0 * distance.min(PLAY)
            + DISTANCE.1 * beyond
            + if cells[c].ink < least_ink { BLANK_CELL } else { 0.0 }
    };
    let empty = |c: usize| if cells[c].ink < least_ink { 0.0 } else { EMPTY_CELL };
    let columns = cells.len() + 1;
    let mut cost = vec![f64::INFINITY; (glyphs.len() + 1) * columns];
    cost[0] = 0.0;
    for g in 0..=glyphs.len() {
        for c in 0..=cells.len() {
            let here = cost[g * columns + c];
            let mut offer = |at: usize, price: f64| cost[at] = cost[at].min(here + price);
            if c < cells.len() {
                offer(g * columns + c + 1, empty(c));
            }
            if g < glyphs.len() {
                offer((g + 1) * columns + c, NO_CELL);
            }
            if g < glyphs.len() && c < cells.len() {
                offer((g + 1) * columns + c + 1, toll(g, c));
            }
        }
    }
    let (mut g, mut c) = (glyphs.len(), cells.len());
    let mut found = Vec::new();
    while g > 0 && c > 0 {
        let here = cost[g * columns + c];
        if here == cost[(g - 1) * columns + c - 1] + toll(g - 1, c - 1) {
            found.push((g - 1, c - 1));
            (g, c) = (g - 1, c - 1);
        } else if here == cost[g * columns + c - 1] + empty(c - 1) {
            c -= 1;
        } else {
            g -= 1;
        }
    }
    found
}

/// Ink below which a cell counts as blank: 1/20 of the median inked cell. A comma has 1/10.
fn least_ink(cells: &[Cell]) -> u64 {
    let mut ink: Vec<u64> = cells.iter().map(|c| c.ink).filter(|&i| i > 0).collect();
    ink.sort_unstable();
    ink.get(ink.len() / 2).map_or(1, |median| (median / 20).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Confidence;

    fn glyphs(text: &str, lefts: &[i32]) -> Vec<ReadGlyph> {
        let bbox = |&left: &i32| BBox::from_ltwh(left, 0, 8, 10);
        text.chars()
            .zip(lefts)
            .map(|(c, left)| ReadGlyph {
                text: c.to_string(),
                bbox: bbox(left),
                confidence: Confidence::CERTAIN,
                alternatives: vec![],
            })
            .collect()
    }

    fn cells(ink: &[u64]) -> Vec<Cell> {
        ink.iter()
            .enumerate()
            .map(|(i, &ink)| Cell { bbox: BBox::from_ltwh(i as i32 * 10, 0, 10, 10), ink })
            .collect()
    }

    fn seated(text: &str, lefts: &[i32], ink: &[u64]) -> Vec<i32> {
        let mut read = glyphs(text, lefts);
        align_glyphs(&mut read, &cells(ink), WritingMode::HorizontalTb);
        read.iter().map(|g| g.bbox.left).collect()
    }

    #[test]
    fn glyphs_as_many_as_inked_cells_take_them_in_order() {
        assert_eq!(seated("第四号秘", &[4, 12, 24, 45], &[50, 50, 50, 0, 50]), [0, 10, 20, 40]);
    }

    #[test]
    fn digits_are_as_wide_as_they_are_printed() {
        let text = |text: &str, lefts: &[i32], ink: &[u64]| {
            let mut read = glyphs(text, lefts);
            align_glyphs(&mut read, &cells(ink), WritingMode::HorizontalTb);
            read.into_iter().map(|g| g.text).collect::<String>()
        };
        assert_eq!(text("第5517号", &[1, 11, 20, 32, 41, 51], &[50; 6]), "第５５１７号");
        assert_eq!(text("第5517号", &[1, 8, 13, 18, 23, 31], &[50; 4]), "第5517号");
        // The ink of a comma is at the left of its cell.
        assert_eq!(text("約42，000ト", &[1, 11, 21, 28, 41, 51, 61, 71], &[50; 8]), "約４２，０００ト");
        assert_eq!(text("10", &[1, 11], &[50; 2]), "１０");
        assert_eq!(text("1", &[1], &[50]), "1", "nothing tells");
    }

    #[test]
    fn katakana_half_a_cell_apart_are_half_as_wide() {
        let text = |text: &str, step: i32| {
            let lefts: Vec<i32> = (0..text.chars().count() as i32).map(|i| 1 + i * step).collect();
            let mut read = glyphs(text, &lefts);
            let number = (lefts.len() * step as usize).div_ceil(10);
            align_glyphs(&mut read, &cells(&vec![50; number]), WritingMode::HorizontalTb);
            read.into_iter().map(|g| g.text).collect::<String>()
        };
        assert_eq!(text("ケ゛ンタイテ゛ン", 5), "ｹﾞﾝﾀｲﾃﾞﾝ");
        assert_eq!(text("ゲンタイデン", 10), "ゲンタイデン");
    }

    #[test]
    fn a_glyph_the_engine_missed_leaves_its_cell_empty() {
        assert_eq!(seated("第号秘", &[2, 22, 31], &[50, 50, 50, 50]), [0, 20, 30]);
    }

    #[test]
    fn a_glyph_too_many_keeps_its_own_box() {
        assert_eq!(seated("第ー四号", &[1, 5, 11, 21], &[50, 50, 50]), [0, 5, 10, 20]);
    }
}
