//! A row of a stamp that lies over print: its own characters stand in the middle, print goes on to both sides.
//!
//! The engine reads all that stands in the row. Where the whole is not of the vocabulary, the characters around the
//! middle of the frame may be: a word of two characters or more that stands as far from either side, and is read nearly
//! as it is. A single character is not looked for: print has it too often. What is of no vocabulary, but read in the
//! lines of the page too, is print.

use super::lexicon_match::{Match, SURE, StampLexicon};
use crate::geometry::BBox;
use crate::page::{Glyph, WritingMode};
use crate::pipeline::lines::ReadBlock;
use crate::recognize::ReadGlyph;

/// As far as a word may stand off the middle, in characters.
const OFF_MIDDLE: f64 = 0.6;
/// Least likeness of a word within a longer reading.
const LEAST: f32 = 0.85;
/// Fewest characters of such a word.
const CHARACTERS: usize = 2;
/// Least confidence in a word of one character: another may look like it.
const ALONE: f32 = 0.7;

/// The word that a row is like, or that stands in its middle.
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

/// Whether a row is a single character, read surely, that stands in the middle: of a longer word nothing but one
/// character may have been seen.
fn stands_alone(row: &[ReadGlyph], mode: WritingMode, middle: Option<f64>) -> bool {
    let [glyph] = row else { return false };
    let bbox = mode.along(&glyph.bbox);
    let off = middle.map_or(0.0, |m| f64::from(bbox.left + bbox.right) / 2.0 - m);
    glyph.confidence.value() >= ALONE && off.abs() <= OFF_MIDDLE * f64::from(bbox.height())
}

/// Whether most of a row's characters, at their places on the page, are those of lines of print there.
pub(super) fn is_print(row: &[Glyph], lines: &[ReadBlock]) -> bool {
    let print = |glyph: &&Glyph| {
        let there = lines.iter().flat_map(|b| &b.lines).filter(|l| l.bbox.intersects(&glyph.bbox));
        there.flat_map(|l| &l.glyphs).any(|g| g.text == glyph.text && g.bbox.intersects(&glyph.bbox))
    };
    2 * row.iter().filter(print).count() > row.len()
}

/// Whether a character of a row belongs to print there: the same character stands in a line, or, where the reading was
/// unsure, any.
pub(super) fn is_print_there(glyph: &ReadGlyph, lines: &[ReadBlock]) -> bool {
    let is_sure = glyph.confidence.value() >= SURE;
    let there = lines.iter().flat_map(|b| &b.lines).filter(|l| l.bbox.intersects(&glyph.bbox));
    there.flat_map(|l| &l.glyphs).any(|g| {
        let same = g.text == glyph.text;
        g.bbox.intersects(&glyph.bbox) && (same || !is_sure && overlaps_half(&g.bbox, &glyph.bbox))
    })
}

/// Whether the boxes share half of the smaller one.
fn overlaps_half(a: &BBox, b: &BBox) -> bool {
    2 * a.intersection(b).area() >= a.area().min(b.area())
}

/// Parts of a row that stand about as far to both sides of a place, but not the whole.
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
