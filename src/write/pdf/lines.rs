//! Text upon the scan: each glyph in its cell, each line straight.
//!
//! Readers of PDFs put characters together to lines by where they stand, so a line's glyphs stand upon one level (or
//! plumb) line in the middle of their boxes, and each is as wide as the way to the next, so that no gap is taken for a
//! space. Set at the angle of a skewed page, 14 of 34 lines of `no5517-horizontal-medium` (2.9°) were whole in pdftotext;
//! level, all 34 are. The price is that at the ends of such a line what is selected lies off the print, by the skew.

use super::font::Characters;
use crate::geometry::BBox;
use crate::page::{Line, Page, RegionKind, WritingMode};
use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str};
use unicode_segmentation::UnicodeSegmentation;

/// Share of the em above the base line, in the font and where its glyphs are placed.
pub(super) const ASCENT: f64 = 0.88;
/// Smallest side of a cell, px: boxes may be empty, characters may not.
const LEAST: f64 = 1.0;

/// A plane turned with the print: from the scan's pixels to distances along and across its rows.
struct Frame {
    /// Cosine and sine of the clockwise turn of the print in the scan, in whole quarters.
    turn: (f64, f64),
    height: f64,
    scale: f64,
}

/// A character and where it stands, along its line: start, and the way to the next.
struct Cell<'a> {
    text: &'a str,
    start: f64,
    extent: f64,
}

/// Writes the lines of print in their order.
pub(super) fn write(content: &mut Content, page: &Page, scale: f32, characters: &mut Characters) {
    // The record's turn makes the page upright: the print itself is turned the other way.
    let (sin, cos) = match page.rotation % 360 {
        90 => (-1.0, 0.0),
        180 => (0.0, -1.0),
        270 => (1.0, 0.0),
        _ => (0.0, 1.0),
    };
    let frame = Frame { turn: (cos, sin), height: f64::from(page.height), scale: f64::from(scale) };
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    for region in &page.regions {
        if let RegionKind::Text { writing_mode, .. } = region.kind {
            region.lines.iter().for_each(|line| frame.write(content, line, writing_mode, characters));
        }
    }
    content.end_text();
}

impl Frame {
    fn write(&self, content: &mut Content, line: &Line, mode: WritingMode, characters: &mut Characters) {
        let (cells, middle, size) = self.cells(line, mode);
        if cells.is_empty() {
            return;
        }
        let name = if mode == WritingMode::HorizontalTb { Name(b"Across") } else { Name(b"Down") };
        content.set_font(name, (size * self.scale) as f32);
        for cell in cells {
            let stretch = cell.extent / size;
            content.set_text_matrix(self.matrix(cell.start, middle, size, stretch, mode));
            content.show(Str(&characters.code(cell.text)));
        }
    }

    /// ISO 32000-1, 9.4.4: from text space to the page. Across, the origin is the base line's start; down, it is the
    /// middle of the upper edge (9.7.4.3).
    fn matrix(&self, start: f64, middle: f64, size: f64, stretch: f64, mode: WritingMode) -> [f32; 6] {
        let (cos, sin) = self.turn;
        // Down, the font could tell the way to the next (W2); with stretched glyphs 112 of 114 lines of the vertical
        // samples are whole in mutool, with W2 93.
        let (along, across, x_stretch, y_stretch) = match mode {
            WritingMode::HorizontalTb => (start, middle + (ASCENT - 0.5) * size, stretch, 1.0),
            WritingMode::VerticalRl => (middle, start, 1.0, stretch),
        };
        // Back to the scan, whose y grows downwards.
        let (x, y) = (along * cos - across * sin, along * sin + across * cos);
        let (x, y) = (x * self.scale, (self.height - y) * self.scale);
        [cos * x_stretch, -sin * x_stretch, sin * y_stretch, cos * y_stretch, x, y].map(|v| v as f32)
    }

    /// A line's cells, where its middle lies, and how thick it is.
    fn cells<'a>(&self, line: &'a Line, mode: WritingMode) -> (Vec<Cell<'a>>, f64, f64) {
        let spelled = line.glyphs.iter().flat_map(|g| g.text.bytes()).eq(line.text.bytes());
        let boxes: Vec<(&str, BBox)> = match &line.glyphs {
            glyphs if spelled => glyphs.iter().map(|g| (g.text.as_str(), g.bbox)).collect(),
            _ => vec![],
        };
        let placed: Vec<(&str, [f64; 4])> = boxes.iter().map(|(t, b)| (*t, self.place(b, mode))).collect();
        let [start, extent, middle, thickness] = self.place(&line.bbox, mode);
        if placed.iter().all(|(t, _)| t.is_empty()) {
            return (even(&line.text, start, extent), middle, thickness);
        }
        let median = |which: usize| {
            let mut all: Vec<f64> = placed.iter().map(|(_, place)| place[which]).collect();
            all.sort_by(f64::total_cmp);
            all[all.len() / 2]
        };
        let next = |i: usize| placed.get(i + 1).map(|(_, place)| place[0]);
        let cell = |(i, (text, place)): (usize, &(&'a str, [f64; 4]))| Cell {
            text,
            start: place[0],
            extent: next(i).map_or(place[1], |next| next - place[0]).max(LEAST),
        };
        let cells = placed.iter().enumerate().map(cell).filter(|c| !c.text.is_empty()).collect();
        (cells, median(2), median(3))
    }

    /// Start and extent of a box along the line, its middle and its thickness across.
    fn place(&self, b: &BBox, mode: WritingMode) -> [f64; 4] {
        let (cos, sin) = self.turn;
        let center = b.center();
        let (x, y) = (center.x * cos + center.y * sin, center.y * cos - center.x * sin);
        // A quarter turn exchanges the sides.
        let (width, height) =
            if cos.abs() > sin.abs() { (b.width(), b.height()) } else { (b.height(), b.width()) };
        let (width, height) = (f64::from(width).max(LEAST), f64::from(height).max(LEAST));
        match mode {
            WritingMode::HorizontalTb => [x - width / 2.0, width, y, height],
            WritingMode::VerticalRl => [y - height / 2.0, height, x, width],
        }
    }
}

/// A text without boxes: its characters share the line.
fn even(text: &str, start: f64, extent: f64) -> Vec<Cell<'_>> {
    let characters: Vec<&str> = text.graphemes(true).collect();
    let each = extent / characters.len().max(1) as f64;
    let cell = |(i, text)| Cell { text, start: start + i as f64 * each, extent: each };
    characters.into_iter().enumerate().map(cell).collect()
}
