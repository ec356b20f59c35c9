//! Seats glyphs in the cells of their line.
//!
//! Engines know what is written better than where: Tesseract's character boxes wander by up to a cell, while the
//! cells found from the ink are exact. Both run in the same order, so the cheapest pairing without crossings is
//! found by dynamic programming: a glyph pays for its distance from the cell, an inked cell for staying empty, a
//! glyph for staying without a cell. A glyph that finds no cell keeps the engine's box.

use crate::geometry::BBox;
use crate::layout::Cell;
use crate::page::WritingMode;
use crate::recognize::ReadGlyph;

/// An inked cell that stays empty costs as much as four fifths of a cell's distance.
const EMPTY_CELL: f64 = 0.8;
/// A glyph in a blank cell: a blank is surer than an engine's position.
const BLANK_CELL: f64 = 2.0;
/// A glyph that finds no cell.
const NO_CELL: f64 = 1.5;
/// What a glyph pays for each cell of distance, and for each beyond [`PLAY`], up to [`FARTHEST`].
const DISTANCE: (f64, f64) = (0.02, 0.4);
/// Tesseract's boxes lag by up to a cell over whole columns: order and number tell more than they do.
const PLAY: f64 = 1.1;
/// Distances count up to this many cells beyond, so that one stray box does not shift its neighbours.
const FARTHEST: f64 = 2.5;

/// Gives every glyph the box of its cell; the boxes of glyphs and cells are in the same pixels.
pub(super) fn seat(glyphs: &mut [ReadGlyph], cells: &[Cell], mode: WritingMode) {
    if cells.is_empty() || glyphs.is_empty() {
        return;
    }
    let pairs = pairs(glyphs, cells, mode);
    widen(glyphs, &pairs, cells, mode);
    for (glyph, cell) in pairs {
        glyphs[glyph].bbox = cells[cell].bbox;
    }
}

/// Nearer together than this, in cells, characters of half a cell's width stand beside others: halves are 0.5 apart, a
/// half and a full one 0.75.
const FULL_APART: f64 = 0.875;

/// Gives Latin letters, digits and marks that take a whole cell their full-width form, as they are printed: the engines'
/// characters do not tell widths apart, the places where they saw them do.
fn widen(glyphs: &mut [ReadGlyph], pairs: &[(usize, usize)], cells: &[Cell], mode: WritingMode) {
    let pitch = f64::from(mode.along(&cells[0].bbox).width().max(1));
    let centers: Vec<f64> = glyphs.iter().map(|g| mode.along(&g.bbox).center().x / pitch).collect();
    for &(glyph, _) in pairs {
        let (before, after) =
            (glyph.checked_sub(1).map(|g| centers[glyph] - centers[g]), centers.get(glyph + 1));
        let apart: Vec<f64> = before.into_iter().chain(after.map(|next| next - centers[glyph])).collect();
        // A blank or a redaction beside it says nothing more than a full cell does.
        let mean = apart.iter().map(|d| d.min(1.0)).sum::<f64>() / apart.len() as f64;
        if !apart.is_empty() && mean >= FULL_APART {
            glyphs[glyph].text = glyphs[glyph].text.chars().map(full_width).collect();
            for (text, _) in &mut glyphs[glyph].alternatives {
                *text = text.chars().map(full_width).collect();
            }
        }
    }
}

/// The full-width form of an ASCII character (Unicode, Halfwidth and Fullwidth Forms); others as they are.
fn full_width(c: char) -> char {
    if c.is_ascii_graphic() { char::from_u32(c as u32 + 0xFEE0).unwrap_or(c) } else { c }
}

/// Which glyph belongs into which cell.
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

/// Ink below which a cell counts as blank: a twentieth of the median inked cell. A comma has a tenth.
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
        seat(&mut read, &cells(ink), WritingMode::HorizontalTb);
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
            seat(&mut read, &cells(ink), WritingMode::HorizontalTb);
            read.into_iter().map(|g| g.text).collect::<String>()
        };
        assert_eq!(text("第5517号", &[1, 11, 20, 32, 41, 51], &[50; 6]), "第５５１７号");
        assert_eq!(text("第5517号", &[1, 8, 13, 18, 23, 31], &[50; 4]), "第5517号");
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
