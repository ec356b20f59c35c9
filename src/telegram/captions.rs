//! Captions of approval boxes: 大臣, 政務次官, 官房長, 局長 … stand in a row above the boxes of a draft or a slip. They name
//! offices as an addressee's line or a bureau's does, but say nothing about the cable.

use super::head::Placed;
use super::likeness::without_specks;
use super::vocabulary::Vocabulary;

/// Fewest captions of a row.
const FEWEST: usize = 3;

/// The lines that are captions: three or more names of offices, and nothing else, in a row or a column.
pub(super) fn captions(lines: &[Placed], vocabulary: &Vocabulary) -> Vec<usize> {
    let is_office = |&i: &usize| vocabulary.is_caption(without_specks(&lines[i].text));
    let offices: Vec<usize> = (0..lines.len()).filter(is_office).collect();
    let in_row = |i: usize, other: usize| {
        let (a, b) = (lines[i].bbox, lines[other].bbox);
        2 * -a.gap_y(&b) >= a.height().min(b.height()) || 2 * -a.gap_x(&b) >= a.width().min(b.width())
    };
    let has_row = |&i: &usize| offices.iter().filter(|&&other| in_row(i, other)).count() >= FEWEST;
    offices.iter().copied().filter(has_row).collect()
}
