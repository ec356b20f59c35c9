//! Limits the time spent on illegible areas.
//!
//! Layout may return lines for a picture, a hatching or blots, and an engine takes longer for them than for any
//! telegram. The page is therefore divided into [`CELLS`]. If enough characters of a cell have been tried and hardly
//! any has a high confidence, the remaining lines of the cell are skipped. No line of the 63 synthetic telegrams, worn
//! copies among them, is skipped, because a legible page has confident characters everywhere. If the whole page has
//! hardly any confident characters, all of its lines are dropped, including those already read, so that specks and
//! mottled paper yield no text.

use crate::geometry::BBox;
use crate::layout::LineBox;
use crate::page::{Glyph, WritingMode};
use crate::recognize::Recognizer;

/// Columns and rows of the grid.
const CELLS: (i32, i32) = (4, 6);
/// Characters to try before a cell is skipped: 1,920 on all cells, about the number on a full page.
const TRIED: f64 = 80.0;
/// Characters to try before the whole page is dropped. A handwritten note may have fewer.
const TRIED_ON_PAGE: f64 = 30.0;
/// Confidence from which a character counts as confident.
const SURE: f32 = 0.9;
/// Smallest share of confident characters in a legible area.
const LEGIBLE: f64 = 0.03;

/// Counts of tried and confident characters for each cell of the page.
pub(super) struct Allowance {
    page: BBox,
    cells: Vec<Cell>,
    is_limited: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// Length of the lines in line heights, an estimate of the number of characters.
    tried: f64,
    sure: f64,
}

impl Cell {
    fn is_spent(&self, tried: f64) -> bool {
        self.tried >= tried && self.sure < LEGIBLE * self.tried
    }
}

impl Allowance {
    /// Creates the counts for a page. Only an engine that takes time is limited.
    pub(super) fn of(page: BBox, recognizer: &dyn Recognizer) -> Self {
        let cells = vec![Cell::default(); (CELLS.0 * CELLS.1) as usize];
        Self { page, cells, is_limited: recognizer.takes_time() }
    }

    /// Cells that a line crosses, each with its share of the line. The share keeps a page-long false line, such as a
    /// gutter, from dominating a cell.
    fn cells_of(&self, line: &BBox) -> Vec<(usize, f64)> {
        let range = |from: i32, to: i32, length: i32, count: i32| {
            let cell = |at: i32| (at * count / length.max(1)).clamp(0, count - 1);
            cell(from)..=cell(to - 1).max(cell(from))
        };
        let columns = range(line.left, line.right, self.page.width(), CELLS.0);
        let rows = range(line.top, line.bottom, self.page.height(), CELLS.1);
        let part = 1.0 / (columns.clone().count() * rows.clone().count()) as f64;
        let cells = rows.flat_map(|row| columns.clone().map(move |column| row * CELLS.0 + column));
        cells.map(|cell| (cell as usize, part)).collect()
    }

    /// Whether to skip a line: all cells that it crosses are illegible.
    pub(super) fn is_spent(&self, line: &BBox) -> bool {
        self.is_limited && self.cells_of(line).iter().all(|&(cell, _)| self.cells[cell].is_spent(TRIED))
    }

    /// Whether the whole page is illegible: enough characters were tried, and hardly any is confident.
    pub(super) fn is_in_vain(&self) -> bool {
        let all = self.cells.iter().fold(Cell::default(), |all, cell| Cell {
            tried: all.tried + cell.tried,
            sure: all.sure + cell.sure,
        });
        self.is_limited && all.is_spent(TRIED_ON_PAGE)
    }

    /// Adds the result of a line to the counts.
    pub(super) fn spend(&mut self, line: &LineBox, mode: WritingMode, read: &[Glyph]) {
        let along = mode.along(&line.bbox);
        let tried = (f64::from(along.width()) / f64::from(along.height().max(1))).max(1.0);
        let sure = read.iter().filter(|glyph| is_sure(glyph)).count() as f64;
        for (cell, part) in self.cells_of(&line.bbox) {
            self.cells[cell].tried += part * tried;
            self.cells[cell].sure += part * sure;
        }
    }
}

/// Whether a glyph is certainly text: a confident letter, digit or Japanese character that a stray stroke cannot
/// imitate.
fn is_sure(glyph: &Glyph) -> bool {
    let is_telling = |c: char| c.is_alphanumeric() && !"一ー二三ニ工l1Iｌ１Ｉノ〇oO0Ｏ０".contains(c);
    glyph.confidence.value() >= SURE && glyph.text.chars().any(is_telling)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Confidence;
    use crate::recognize::null::Null;
    use crate::recognize::replay::Replay;

    fn line(top: i32) -> LineBox {
        LineBox { bbox: BBox::from_ltwh(0, top, 500, 20), parts: vec![] }
    }

    fn glyphs(text: &str, confidence: f32) -> Vec<Glyph> {
        let glyph = |c: char| Glyph {
            text: c.to_string(),
            bbox: BBox::default(),
            confidence: Confidence::clamped(confidence),
            alternatives: vec![],
        };
        text.chars().map(glyph).collect()
    }

    /// Number of lines read, out of forty lines in one part of a page.
    fn read(recognizer: &dyn Recognizer, glyphs: &[Glyph]) -> usize {
        let mut allowance = Allowance::of(BBox::of_size(2000, 6000), recognizer);
        let lines = (0..40).filter(|i| {
            let line = line(20 * i);
            let is_read = !allowance.is_spent(&line.bbox);
            if is_read {
                allowance.spend(&line, WritingMode::HorizontalTb, glyphs);
            }
            is_read
        });
        lines.count()
    }

    #[test]
    fn where_nothing_can_be_read_the_rest_is_given_up_and_a_sure_character_a_line_is_enough_to_go_on() {
        let engine = Replay::new(["土"]);
        assert_eq!(read(&engine, &glyphs("郢擱緕", 0.5)), 4);
        assert_eq!(read(&engine, &glyphs("一一一一一ー", 0.99)), 4, "strokes");
        assert_eq!(read(&engine, &glyphs("郢電緕", 0.95)), 40);
        assert_eq!(read(&Null, &[]), 40, "without an engine nothing takes time");
    }

    #[test]
    fn a_page_on_which_hardly_anything_is_sure_is_read_in_vain() {
        let is_in_vain = |text, lines| {
            let mut allowance = Allowance::of(BBox::of_size(2000, 6000), &Replay::new(["土"]));
            (0..lines).for_each(|i| {
                allowance.spend(&line(400 * i), WritingMode::HorizontalTb, &glyphs(text, 0.95))
            });
            allowance.is_in_vain()
        };
        assert!(is_in_vain("一ー", 12) && !is_in_vain("一ー", 1), "too little to tell");
        assert!(!is_in_vain("電ー", 12));
    }

    #[test]
    fn what_is_as_long_as_the_page_takes_no_line_from_what_it_passes() {
        let mut allowance = Allowance::of(BBox::of_size(2000, 6000), &Replay::new(["土"]));
        let gutter = LineBox { bbox: BBox::from_ltrb(480, 0, 500, 6000), parts: vec![] };
        allowance.spend(&gutter, WritingMode::VerticalRl, &[]);
        assert!((0..6).all(|row| !allowance.is_spent(&line(1000 * row + 100).bbox)));
    }

    #[test]
    fn other_parts_of_the_page_are_read_all_the_same() {
        let mut allowance = Allowance::of(BBox::of_size(2000, 6000), &Replay::new(["土"]));
        (0..9).for_each(|i| allowance.spend(&line(20 * i), WritingMode::HorizontalTb, &[]));
        assert!(allowance.is_spent(&line(900).bbox) && !allowance.is_spent(&line(1100).bbox));
    }
}
