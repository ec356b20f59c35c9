//! Finds stamp text in a row that includes page text: the stamp's characters are in the middle, page text continues on
//! both sides.
//!
//! The engine reads the complete row. If the row does not match the lexicon, the characters around the middle of the
//! frame may match: a word of at least two characters, centered in the frame and with a high similarity. Single
//! characters are not tested because page text contains them too often. A row without a lexicon match is page text if
//! it also occurs in the lines of the page.

use super::lexicon_match::{Match, SURE, StampLexicon};
use crate::geometry::BBox;
use crate::page::{Glyph, WritingMode};
use crate::pipeline::lines::ReadBlock;
use crate::recognize::ReadGlyph;

/// Largest distance of a word from the middle, in characters.
const OFF_MIDDLE: f64 = 0.6;
/// Least similarity of a word within a longer row.
const LEAST: f32 = 0.85;
/// Fewest characters of such a word.
const CHARACTERS: usize = 2;
/// Least confidence of a one-character word, because other characters resemble it.
const ALONE: f32 = 0.7;

/// The lexicon match of a row or of the characters in its middle.
pub(super) fn find_match(
    row: &[ReadGlyph],
    mode: WritingMode,
    middle: Option<f64>,
    vocabulary: &StampLexicon,
) -> Option<Match> {
    let is_word = |m: &Match| m.characters.len() > 1 || stands_alone(row, mode, middle);
    let whole = vocabulary.find_match(row, 1).filter(is_word);
    let is_sure = whole.as_ref().is_some_and(|w| w.likeness >= LEAST);
    let Some(middle) = middle.filter(|_| !is_sure) else { return whole };
    let mut best = whole;
    for part in around(row, mode, middle) {
        let inner = vocabulary.find_match(&row[part.clone()], CHARACTERS).filter(|m| m.likeness >= LEAST);
        if let Some(mut inner) = inner.filter(|m| best.as_ref().is_none_or(|b| m.likeness > b.likeness)) {
            inner.characters.iter_mut().for_each(|(_, glyph)| *glyph = glyph.map(|g| g + part.start));
            best = Some(inner);
        }
    }
    best
}

/// Whether a row is one confident character in the middle of the frame. An off-center character may be the visible rest
/// of a longer word.
fn stands_alone(row: &[ReadGlyph], mode: WritingMode, middle: Option<f64>) -> bool {
    let [glyph] = row else { return false };
    let bbox = mode.along(&glyph.bbox);
    let off = middle.map_or(0.0, |m| f64::from(bbox.left + bbox.right) / 2.0 - m);
    glyph.confidence.value() >= ALONE && off.abs() <= OFF_MIDDLE * f64::from(bbox.height())
}

/// Whether most characters of a row occur at the same place in the lines of the page.
pub(super) fn is_print(row: &[Glyph], lines: &[ReadBlock]) -> bool {
    let print = |glyph: &&Glyph| {
        let there = lines.iter().flat_map(|b| &b.lines).filter(|l| l.bbox.intersects(&glyph.bbox));
        there.flat_map(|l| &l.glyphs).any(|g| g.text == glyph.text && g.bbox.intersects(&glyph.bbox))
    };
    2 * row.iter().filter(print).count() > row.len()
}

/// Whether a glyph belongs to page text: a line has the same character there, or, for an uncertain glyph, any
/// character.
pub(super) fn is_print_there(glyph: &ReadGlyph, lines: &[ReadBlock]) -> bool {
    let is_sure = glyph.confidence.value() >= SURE;
    let there = lines.iter().flat_map(|b| &b.lines).filter(|l| l.bbox.intersects(&glyph.bbox));
    there.flat_map(|l| &l.glyphs).any(|g| {
        let same = g.text == glyph.text;
        g.bbox.intersects(&glyph.bbox) && (same || !is_sure && overlaps_half(&g.bbox, &glyph.bbox))
    })
}

fn overlaps_half(a: &BBox, b: &BBox) -> bool {
    2 * a.intersection(b).area() >= a.area().min(b.area())
}

/// Proper parts of a row that are centered around a position.
fn around(row: &[ReadGlyph], mode: WritingMode, middle: f64) -> Vec<std::ops::Range<usize>> {
    let places: Vec<(f64, f64)> = row
        .iter()
        .map(|g| mode.along(&g.bbox))
        .map(|b| (f64::from(b.left + b.right) / 2.0, f64::from(b.width())))
        .collect();
    let is_centered = |from: usize, to: usize| {
        let off = (places[from].0 + places[to].0) / 2.0 - middle;
        off.abs() <= OFF_MIDDLE * (places[from].1 + places[to].1) / 2.0
    };
    (0..row.len())
        .flat_map(|from| (from + 1..row.len()).map(move |to| (from, to)))
        .filter(|&(from, to)| to - from + 1 < row.len() && is_centered(from, to))
        .map(|(from, to)| from..to + 1)
        .collect()
}
