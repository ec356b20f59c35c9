//! Order of the lines, independent of their text: Kendall's tau (Kendall 1938).
//!
//! The position of a reference line in the result is the median position of the characters that it was paired with. Tau
//! is 1 for the order of the reference, −1 for the reverse, 0 for no correlation.

use super::align::Step;
use super::units::Units;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Most lines whose positions are compared; the number of pairs grows with the square.
const MOST_LINES: usize = 5_000;

/// Order of the lines of a page.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LineOrder {
    /// Kendall's tau.
    pub tau: f64,
    /// Number of lines that were found.
    pub lines: u64,
}

/// The order of a page's lines; `None` if fewer than two were found.
pub(super) fn line_order(steps: &[Step], expected: &Units, read: &Units) -> Option<LineOrder> {
    let mut places: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for step in steps {
        if let Step::Pair(i, j) = *step
            && expected.reading[i] == read.reading[j]
        {
            places.entry(expected.origins[i].line).or_default().push(j);
        }
    }
    let middle = |mut places: Vec<usize>| {
        places.sort_unstable();
        places[places.len() / 2]
    };
    let starts: Vec<usize> = places.into_values().map(middle).take(MOST_LINES).collect();
    let pairs = starts.len() * starts.len().saturating_sub(1) / 2;
    let later = |i: usize| starts[i + 1..].iter().filter(|s| **s > starts[i]).count();
    let in_order: usize = (0..starts.len()).map(later).sum();
    (pairs > 0)
        .then(|| LineOrder { tau: 2.0 * in_order as f64 / pairs as f64 - 1.0, lines: starts.len() as u64 })
}
