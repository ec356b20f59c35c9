//! Glyph boxes: a box is right if its character is that of a reference cell and their IoU is at least 0.5.
//!
//! Characters of little ink are left out, because their nominal cell is no fair target for a box around the ink. A box
//! matches one cell only.

use super::document::Document;
use super::marks::LEAST_OVERLAP;
use crate::geometry::BBox;
use crate::orthography::Folding;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Characters whose ink fills little of their cell.
const THIN: &str = "、。，．・ー―－（）「」■";

/// Accuracy of glyph boxes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct CellFigures {
    /// Number of cells in the reference.
    pub n: u64,
    /// Number of cells with a matching box.
    pub right: u64,
    /// Sum of the IoU of these.
    pub overlap: f64,
}

/// Compares the boxes of a page; `None` if either side has none.
pub(super) fn compare(reference: &Document, hypothesis: &Document) -> Option<CellFigures> {
    let mut boxes: HashMap<String, Vec<(BBox, bool)>> = HashMap::new();
    for (text, bbox) in cells(hypothesis) {
        boxes.entry(text).or_default().push((bbox, false));
    }
    let mut figures = CellFigures::default();
    for (text, bbox) in cells(reference) {
        figures.n += 1;
        let Some(same) = boxes.get_mut(&text) else { continue };
        let free = same.iter_mut().filter(|b| !b.1).map(|b| (bbox.iou(&b.0), b));
        let best = free.filter(|b| b.0 >= LEAST_OVERLAP).max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((overlap, taken)) = best {
            taken.1 = true;
            figures.right += 1;
            figures.overlap += overlap;
        }
    }
    (figures.n > 0 && !boxes.is_empty()).then_some(figures)
}

/// Characters with their boxes; full-width and half-width forms are folded.
fn cells(document: &Document) -> impl Iterator<Item = (String, BBox)> {
    let folding = Folding { width: true, ..Folding::default() };
    let glyphs = document.lines.iter().flat_map(|l| &l.glyphs);
    let boxed = glyphs.filter_map(|g| Some((g.text.as_str(), g.bbox?)));
    let counted = boxed.filter(|(text, bbox)| !bbox.is_empty() && !text.chars().any(|c| THIN.contains(c)));
    counted.map(move |(text, bbox)| (folding.fold(text), bbox))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::document::{TextGlyph, TextLine};

    fn page(glyphs: &[(&str, i32)]) -> Document {
        let glyph = |(text, left): &(&str, i32)| TextGlyph {
            text: (*text).into(),
            bbox: Some(BBox::from_ltwh(*left, 0, 10, 10)),
            confidence: None,
        };
        let line = TextLine { glyphs: glyphs.iter().map(glyph).collect(), ..TextLine::default() };
        Document { lines: vec![line], ..Document::default() }
    }

    #[test]
    fn box_and_character_must_both_be_right() {
        let found = compare(
            &page(&[("１", 0), ("号", 20), ("秘", 40), ("。", 60)]),
            &page(&[("1", 2), ("号", 27), ("祕", 40)]),
        );
        let found = found.unwrap();
        assert_eq!((found.n, found.right), (3, 1));
        assert!((found.overlap - 8.0 / 12.0).abs() < 1e-9);
        assert_eq!(compare(&page(&[("号", 0)]), &Document::default()), None);
    }
}
