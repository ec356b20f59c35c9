//! Text upon the scan: each character in its cell, each line straight.
//!
//! Readers of PDFs put characters together to lines by where they stand. So a line's characters stand upon one level (or
//! plumb) line in the middle of their boxes, and each glyph reaches to the next character ([`font`](super::font)): no gap
//! is taken for a space. Columns are lines turned by a quarter: of a font for vertical text (`Identity-V`), MuPDF 1.28
//! and `pdftotext -raw` tore 1,948 of the 1,981 strings of three characters on the vertical samples apart; turned, none.
//!
//! Lines do not lean with a skewed page. Set at its angle, `no5517-horizontal-medium` (2.8°) lost 106 such strings in
//! pdftotext, the vertical samples 123; level, none. The price is that at the ends of such a line what is selected lies
//! off the print, by the skew.

use super::Scale;
use super::font::{Characters, Glyph};
use crate::geometry::BBox;
use crate::page::{Line, Page, RegionKind, WritingMode};
use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str};
use unicode_segmentation::UnicodeSegmentation;

/// Share of the em above the base line, in the font and where its glyphs are placed.
pub(super) const ASCENT: f64 = 0.88;
/// Smallest side of a cell, in units of the page (a pixel at 300 dpi): boxes may be empty, characters may not.
const LEAST: f64 = 0.24;

/// Levels of two lines that differ by less than this share of a glyph's width are one row to PDFium: half of it, and what
/// widths are off.
const ROW: f64 = 0.55;
/// Farthest that a line is moved out of another's row, in em: it stays upon its print.
const MOVED: f64 = 0.3;
/// Longest cell at the start and at the end of a line, in em: behind a long redaction, all lines of a page were one row.
const AT_EDGES: f64 = 1.5;

/// A plane turned with the print: from the scan's pixels to distances along and across its lines, in units of the page.
struct Frame {
    /// Cosine and sine of the clockwise turn of the lines in the scan, in whole quarters.
    turn: (f64, f64),
    scale: Scale,
    /// Height of the page.
    height: f64,
}

/// A character and where it stands along its line.
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

/// Where a box lies on the plane.
struct Place {
    start: f64,
    end: f64,
    middle: f64,
    thickness: f64,
}

/// A line's cells on its plane, where its middle lies, and how thick it is.
struct Placed<'a> {
    frame: &'a Frame,
    mode: WritingMode,
    cells: Vec<Cell<'a>>,
    middle: f64,
    thickness: f64,
}

/// Writes the lines of print in their order.
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

    /// The base line across. PDFium takes lines for one row, and sorts them from left to right, whose levels differ by
    /// less than half the width of the glyphs that end one and begin the other. On a skewed page the line of a row that
    /// is read next may begin there: it is moved by what is wanting, if that is little.
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

    /// Where the last string of a line begins. Sorting would turn the order of columns round ([`Self::base`]). So a column
    /// ends with a string that begins on another level than the next column does: of two characters if that will do, but
    /// not of one, whose direction PDFium does not know.
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
        // The record's turn makes the page upright: the print itself is turned the other way.
        let quarters = 4 - page.rotation / 90 % 4 + u16::from(mode == WritingMode::VerticalRl);
        let turn = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][usize::from(quarters % 4)];
        Self { turn, scale, height: f64::from(page.height) * scale.down }
    }

    /// ISO 32000-1, 9.4.4: from text space to the page, whose y grows upwards.
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
        // A quarter turn exchanges the sides.
        let (extent, thickness) = if cos == 0.0 { (height, width) } else { (width, height) };
        let (along, middle) = (x * cos + y * sin, y * cos - x * sin);
        Place { start: along - extent / 2.0, end: along + extent / 2.0, middle, thickness }
    }
}

/// The codes of a line's characters, whose glyphs reach from each to the next. What one width is off, the next makes good.
fn codes(cells: &[Cell<'_>], size: f64, characters: &mut Characters) -> Vec<[u8; 2]> {
    let mut at = cells.first().map_or(0.0, |cell| cell.start);
    let code = |cell: &Cell<'_>| {
        let glyph = Glyph::nearest((cell.end - at) / size);
        at += glyph.width() * size;
        characters.code(cell.text, glyph)
    };
    cells.iter().map(code).collect()
}

/// A text without boxes: its characters share the line.
fn even<'a>(text: &'a str, line: &Place) -> Vec<Cell<'a>> {
    let characters: Vec<&str> = text.graphemes(true).collect();
    let each = (line.end - line.start) / characters.len().max(1) as f64;
    let cell = |(i, text): (usize, &'a str)| {
        let start = line.start + i as f64 * each;
        Cell { text, start, end: start + each }
    };
    characters.into_iter().enumerate().map(cell).collect()
}
