//! The invisible text layer: each character in its cell, each line straight.
//!
//! PDF readers group characters into lines by position. The characters of a line are therefore placed on one horizontal
//! or vertical line through the middle of their boxes, and each glyph extends to the next character
//! ([`font`](super::font)), so that no gap is treated as a space. Columns are written as lines rotated by a quarter
//! turn. With a font for vertical text (`Identity-V`), MuPDF 1.28 and `pdftotext -raw` split 1,948 of the 1,981
//! three-character strings on the vertical samples; with rotated lines, none.
//!
//! Lines do not follow the skew of the page. At the skew angle, pdftotext lost 106 such strings of
//! `no5517-horizontal-medium` (2.8°) and 123 of the vertical samples; with level lines, none. The cost is that, near
//! the ends of a line on a skewed page, the selection is displaced from the text by the skew.

use super::Scale;
use super::font::{Characters, Glyph};
use crate::geometry::BBox;
use crate::page::{Line, Page, RegionKind, WritingMode};
use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str};
use unicode_segmentation::UnicodeSegmentation;

/// Ascent in em, in the font and in glyph placement.
pub(super) const ASCENT: f64 = 0.88;
/// Least side of a cell in PDF units (one pixel at 300 dpi): boxes may be empty, characters may not.
const LEAST: f64 = 0.24;

/// PDFium merges lines into one row if their baselines differ by less than half of a glyph width. The value includes a
/// margin for rounded widths.
const ROW: f64 = 0.55;
/// Largest displacement of a line out of another line's row, in em, so that it still lies on its text.
const MOVED: f64 = 0.3;
/// Longest cell at the start and end of a line, in em. Without it, all lines of a page with a long redaction became one
/// row.
const AT_EDGES: f64 = 1.5;

/// Coordinate system aligned with the text: distances along and across the lines, in PDF units.
struct Frame {
    /// Cosine and sine of the clockwise rotation of the lines in the scan, a multiple of 90°.
    turn: (f64, f64),
    scale: Scale,
    /// Height of the page in PDF units.
    height: f64,
}

/// A character with its range along the line.
struct Cell<'a> {
    text: &'a str,
    start: f64,
    end: f64,
}

impl Cell<'_> {
    fn extent(&self) -> f64 {
        self.end - self.start
    }
}

/// Position of a box in the coordinate system of a [`Frame`].
struct Place {
    start: f64,
    end: f64,
    middle: f64,
    thickness: f64,
}

/// A line with its cells, the position of its middle and its thickness.
struct Placed<'a> {
    frame: &'a Frame,
    mode: WritingMode,
    cells: Vec<Cell<'a>>,
    middle: f64,
    thickness: f64,
}

/// Writes the text lines in reading order.
pub(super) fn write(content: &mut Content, page: &Page, scale: Scale, characters: &mut Characters) {
    let frames =
        [WritingMode::HorizontalTb, WritingMode::VerticalRl].map(|mode| Frame::new(page, scale, mode));
    let print = page.regions.iter().filter_map(|region| match region.kind {
        RegionKind::Text { writing_mode, .. } => Some((region, writing_mode)),
        _ => None,
    });
    let frame = |mode| &frames[usize::from(mode == WritingMode::VerticalRl)];
    let lines: Vec<Placed<'_>> = print
        .flat_map(|(region, mode)| region.lines.iter().map(move |line| (line, mode)))
        .map(|(line, mode)| frame(mode).line(line, mode))
        .filter(|line| !line.cells.is_empty())
        .collect();
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    let mut before = None;
    for (i, line) in lines.iter().enumerate() {
        let base = line.base(before);
        line.write(content, base, lines.get(i + 1), characters);
        before = Some((line, base));
    }
    content.end_text();
}

impl Placed<'_> {
    fn write(&self, content: &mut Content, base: f64, next: Option<&Self>, characters: &mut Characters) {
        content.set_font(Name(b"Text"), self.thickness as f32);
        content.set_text_matrix(self.frame.matrix(self.cells[0].start, base));
        let codes = codes(&self.cells, self.thickness, characters);
        let (head, tail) = codes.split_at(self.tail(next));
        for part in [head, tail].into_iter().filter(|part| !part.is_empty()) {
            content.show(Str(&part.concat()));
        }
    }

    /// Baseline position across the line. PDFium merges lines into one row and sorts them from left to right if their
    /// baselines differ by less than half the width of the last glyph of one or the first glyph of the other. On a
    /// skewed page, this can affect the next line in reading order. Such a line is displaced by the missing distance if
    /// that is small.
    fn base(&self, before: Option<(&Self, f64)>) -> f64 {
        let base = self.middle + (ASCENT - 0.5) * self.thickness;
        let row = before.filter(|(line, _)| {
            let across = |line: &Self| line.mode == WritingMode::HorizontalTb;
            across(line) && across(self) && self.cells[0].start < line.cells[0].start
        });
        let Some((line, level)) = row else { return base };
        let missing = ROW * line.cells[line.cells.len() - 1].extent().max(self.cells[0].extent())
            - (base - level).abs();
        if (0.0..MOVED * self.thickness).contains(&missing) {
            base + missing.copysign(base - level)
        } else {
            base
        }
    }

    /// Index at which the last string of a line starts. The sorting of rows ([`Self::base`]) would reverse the order of
    /// columns. A column therefore ends with a separate string that starts at another level than the next column. The
    /// string has two characters if possible, but not one, because PDFium cannot determine the direction of one
    /// character.
    fn tail(&self, next: Option<&Self>) -> usize {
        let Some(last) = self.cells.len().checked_sub(1).filter(|_| self.mode == WritingMode::VerticalRl)
        else {
            return 0;
        };
        let next = next.filter(|next| next.mode == self.mode).map(|next| &next.cells[0]);
        let is_level = |at: &usize| {
            next.is_some_and(|next| {
                let row = ROW * next.extent().max(self.cells[last].extent());
                (next.start - self.cells[*at].start).abs() < row
            })
        };
        (0..last).rev().chain([last]).find(|at| !is_level(at)).unwrap_or(0)
    }
}

impl Frame {
    fn new(page: &Page, scale: Scale, mode: WritingMode) -> Self {
        // The record's rotation makes the page upright; the text itself is rotated the opposite way.
        let quarters = 4 - page.rotation / 90 % 4 + u16::from(mode == WritingMode::VerticalRl);
        let turn = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][usize::from(quarters % 4)];
        Self { turn, scale, height: f64::from(page.height) * scale.down }
    }

    /// Text matrix (ISO 32000-1, 9.4.4): from text space to page space, whose y axis points up.
    fn matrix(&self, along: f64, across: f64) -> [f32; 6] {
        let (cos, sin) = self.turn;
        let (x, y) = (along * cos - across * sin, along * sin + across * cos);
        [cos, 0.0 - sin, sin, cos, x, self.height - y].map(|v| v as f32)
    }

    fn line<'a>(&'a self, line: &'a Line, mode: WritingMode) -> Placed<'a> {
        let spelled = line.glyphs.iter().flat_map(|g| g.text.bytes()).eq(line.text.bytes());
        let glyphs = line.glyphs.iter().filter(|g| spelled && !g.text.is_empty());
        let boxes: Vec<(&str, Place)> = glyphs.map(|g| (g.text.as_str(), self.place(&g.bbox))).collect();
        if boxes.is_empty() {
            let whole = self.place(&line.bbox);
            let cells = even(&line.text, &whole);
            return Placed { frame: self, mode, cells, middle: whole.middle, thickness: whole.thickness };
        }
        let median = |which: fn(&Place) -> f64| {
            let mut all: Vec<f64> = boxes.iter().map(|(_, place)| which(place)).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let (middle, thickness) = (median(|p| p.middle), median(|p| p.thickness));
        let next = |i: usize| boxes.get(i + 1).map(|(_, place)| place.start);
        let cell = |(i, (text, place)): (usize, &(&'a str, Place))| Cell {
            text,
            start: place.start,
            end: next(i).unwrap_or(place.end),
        };
        let mut cells: Vec<Cell<'_>> = boxes.iter().enumerate().map(cell).collect();
        let at_most = AT_EDGES * thickness;
        if let (Some(first), Some((_, place))) = (cells.first_mut(), boxes.first()) {
            first.start = first.start.max(place.end - at_most);
        }
        if let Some(last) = cells.last_mut() {
            last.end = last.end.min(last.start + at_most);
        }
        Placed { frame: self, mode, cells, middle, thickness }
    }

    fn place(&self, b: &BBox) -> Place {
        let (cos, sin) = self.turn;
        let center = b.center();
        let (x, y) = (center.x * self.scale.across, center.y * self.scale.down);
        let width = (f64::from(b.width()) * self.scale.across).max(LEAST);
        let height = (f64::from(b.height()) * self.scale.down).max(LEAST);
        // A quarter turn swaps the sides.
        let (extent, thickness) = if cos == 0.0 { (height, width) } else { (width, height) };
        let (along, middle) = (x * cos + y * sin, y * cos - x * sin);
        Place { start: along - extent / 2.0, end: along + extent / 2.0, middle, thickness }
    }
}

/// Codes of the characters of a line. Each glyph extends to the next one and compensates the rounding error of the
/// last.
fn codes(cells: &[Cell<'_>], size: f64, characters: &mut Characters) -> Vec<[u8; 2]> {
    let mut at = cells.first().map_or(0.0, |cell| cell.start);
    let code = |cell: &Cell<'_>| {
        let glyph = Glyph::nearest((cell.end - at) / size);
        at += glyph.width() * size;
        characters.code(cell.text, glyph)
    };
    cells.iter().map(code).collect()
}

/// Distributes the characters of a text without glyph boxes evenly over the line.
fn even<'a>(text: &'a str, line: &Place) -> Vec<Cell<'a>> {
    let characters: Vec<&str> = text.graphemes(true).collect();
    let each = (line.end - line.start) / characters.len().max(1) as f64;
    let cell = |(i, text): (usize, &'a str)| {
        let start = line.start + i as f64 * each;
        Cell { text, start, end: start + each }
    };
    characters.into_iter().enumerate().map(cell).collect()
}
