//! Levenshtein distances, computed for 64 rows at once.
//!
//! Bit-parallel columns of Myers 1999 in the block form of Hyyrö 2003: exact, n·m/64 steps. Characters are numbers
//! (`Characters`), so a grapheme cluster costs no more than a code point.

use std::collections::HashMap;
use std::ops::Range;

/// Rows of one machine word.
const BITS: usize = 64;

/// Boundary condition: the row above the first character of the pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Top {
    /// Text before the pattern counts as insertions.
    Counts,
    /// The pattern may start anywhere in the text.
    Free,
}

/// A pattern, and the column of distances between its prefixes and the text so far.
pub(super) struct Column {
    rows: usize,
    occurrences: HashMap<u32, Vec<u64>>,
    nowhere: Vec<u64>,
    /// Rows whose distance is one more than that of the row above.
    pub(super) rises: Vec<u64>,
    /// Rows whose distance is one less.
    pub(super) falls: Vec<u64>,
    top: Top,
    /// Distance of the whole pattern.
    pub(super) distance: usize,
}

impl Column {
    /// The column before the first character of the text.
    pub(super) fn new(pattern: impl ExactSizeIterator<Item = u32>, top: Top) -> Self {
        let rows = pattern.len();
        let blocks = rows.div_ceil(BITS);
        let mut occurrences: HashMap<u32, Vec<u64>> = HashMap::new();
        for (row, character) in pattern.enumerate() {
            occurrences.entry(character).or_insert_with(|| vec![0; blocks])[row / BITS] |= 1 << (row % BITS);
        }
        let (rises, falls) = (vec![u64::MAX; blocks], vec![0; blocks]);
        Self { rows, occurrences, nowhere: vec![0; blocks], rises, falls, top, distance: rows }
    }

    /// Advances by one character of the text.
    pub(super) fn read(&mut self, character: u32) {
        if self.rows == 0 {
            self.distance += usize::from(self.top == Top::Counts);
            return;
        }
        let equal = self.occurrences.get(&character).unwrap_or(&self.nowhere);
        let (mut carried_rise, mut carried_fall) = (u64::from(self.top == Top::Counts), 0);
        let (last, last_bit) = (self.rises.len() - 1, (self.rows - 1) % BITS);
        for (block, &equal) in equal.iter().enumerate() {
            let (vertical_rise, vertical_fall) = (self.rises[block], self.falls[block]);
            let seen = equal | carried_fall;
            let diagonal =
                ((seen & vertical_rise).wrapping_add(vertical_rise) ^ vertical_rise) | seen | vertical_fall;
            let rise = vertical_fall | !(diagonal | vertical_rise);
            let fall = diagonal & vertical_rise;
            if block == last {
                self.distance += usize::from(rise >> last_bit & 1 == 1);
                self.distance -= usize::from(fall >> last_bit & 1 == 1);
            }
            let (shifted_rise, shifted_fall) = (rise << 1 | carried_rise, fall << 1 | carried_fall);
            (carried_rise, carried_fall) = (rise >> (BITS - 1), fall >> (BITS - 1));
            self.rises[block] = shifted_fall | !(diagonal | shifted_rise);
            self.falls[block] = shifted_rise & diagonal;
        }
    }

    /// Distances of all prefixes of the pattern, the empty one first; `top` is the distance of the empty prefix.
    pub(super) fn distances(&self, top: usize) -> Vec<usize> {
        let mut distances = Vec::with_capacity(self.rows + 1);
        distances.push(top);
        let mut distance = top;
        for row in 0..self.rows {
            distance += usize::from(bit(&self.rises, row));
            distance -= usize::from(bit(&self.falls, row));
            distances.push(distance);
        }
        distances
    }
}

pub(super) fn bit(column: &[u64], row: usize) -> bool {
    column[row / BITS] >> (row % BITS) & 1 == 1
}

#[must_use]
pub(super) fn distance(reference: &[u32], hypothesis: &[u32]) -> usize {
    let (reference, hypothesis) = without_common_ends(reference, hypothesis);
    let mut column = Column::new(reference.iter().copied(), Top::Counts);
    hypothesis.iter().for_each(|&c| column.read(c));
    column.distance
}

/// The smallest distance of a pattern to any substring of a text, and such a substring (Sellers 1980): the first, and
/// among those that differ only at their ends the one whose length is nearest to the pattern's.
#[must_use]
pub(super) fn nearest_part(pattern: &[u32], text: &[u32]) -> (usize, Range<usize>) {
    let mut column = Column::new(pattern.iter().copied(), Top::Free);
    // Consecutive ends of equal distance are one match: prefer to substitute a misread last character over deleting it.
    let (mut least, mut first_end, mut end) = (column.distance, 0, 0);
    for (at, &character) in text.iter().enumerate() {
        column.read(character);
        if column.distance < least {
            (least, first_end, end) = (column.distance, at + 1, at + 1);
        } else if column.distance == least && end == at && at < first_end + pattern.len() {
            end = at + 1;
        }
    }
    // The same search backwards from the end finds the start.
    let mut column = Column::new(pattern.iter().rev().copied(), Top::Counts);
    let mut start = (column.distance == least).then_some(end);
    for at in (0..end).rev() {
        column.read(text[at]);
        let nearer = |s: usize| (end - at).abs_diff(pattern.len()) < (end - s).abs_diff(pattern.len());
        if column.distance == least && start.is_none_or(nearer) {
            start = Some(at);
        }
        if end - at > pattern.len() + least {
            break;
        }
    }
    (least, start.unwrap_or(end)..end)
}

/// Removes the common prefix and suffix.
fn without_common_ends<'a>(a: &'a [u32], b: &'a [u32]) -> (&'a [u32], &'a [u32]) {
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    (&a[..a.len() - end], &b[..b.len() - end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    /// The textbook's table as a reference implementation.
    fn table(a: &[u32], b: &[u32], free: bool) -> Vec<usize> {
        let mut row: Vec<usize> = (0..=b.len()).map(|j| if free { 0 } else { j }).collect();
        for (i, x) in a.iter().enumerate() {
            let mut diagonal = std::mem::replace(&mut row[0], i + 1);
            for (j, y) in b.iter().enumerate() {
                let least = (diagonal + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
                diagonal = std::mem::replace(&mut row[j + 1], least);
            }
        }
        row
    }

    #[test]
    fn a_part_is_found_where_it_stands() {
        let text = numbers("第５５１７号極秘大至急");
        assert_eq!(nearest_part(&numbers("極秘"), &text), (0, 6..8));
        assert_eq!(nearest_part(&numbers("極祕大"), &text), (1, 6..9));
        assert_eq!(nearest_part(&numbers("極秘太"), &text), (1, 6..9));
        assert_eq!(nearest_part(&numbers("了"), &text), (1, 0..1));
        assert_eq!(nearest_part(&[], &text), (0, 0..0));
        assert_eq!(nearest_part(&numbers("了"), &[]), (1, 0..0));
    }

    proptest! {
        #[test]
        fn distances_are_those_of_the_table(a in "[あいう]{0,150}", b in "[あいう]{0,150}") {
            let (a, b) = (numbers(&a), numbers(&b));
            prop_assert_eq!(distance(&a, &b), table(&a, &b, false)[b.len()]);
            let mut column = Column::new(a.iter().copied(), Top::Counts);
            b.iter().for_each(|&c| column.read(c));
            let all = column.distances(b.len());
            prop_assert!((0..=a.len()).all(|i| all[i] == table(&a[..i], &b, false)[b.len()]));
        }

        #[test]
        fn no_part_is_nearer_than_the_nearest(a in "[あいう]{0,90}", b in "[あいう]{0,90}") {
            let (a, b) = (numbers(&a), numbers(&b));
            let (least, part) = nearest_part(&a, &b);
            prop_assert_eq!(Some(least), table(&a, &b, true).into_iter().min());
            prop_assert_eq!(distance(&a, &b[part]), least);
        }
    }
}
