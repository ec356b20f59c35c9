//! Aligns two texts by a shortest edit path, and counts its errors by kind.
//!
//! The path is traced back through the columns of `distance`. If the columns of a text would take more than
//! [`KEPT_BYTES`], the text is divided first (Hirschberg 1975), so memory is bounded for any length. Equal characters
//! are always paired. If there are several shortest paths, one is chosen; all have the same number of errors.

use super::distance::{Column, Top, bit};
use std::iter::Sum;

/// Most bytes of columns in memory. 16 MB suffice for two texts of 8,000 characters; a telegram has 600.
const KEPT_BYTES: usize = 16 << 20;

/// One step of the edit path, with indexes in reference and hypothesis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A match or a substitution.
    Pair(usize, usize),
    /// A deletion; the hypothesis index is that of the next character.
    Deletion(usize, usize),
    /// An insertion; the reference index is that of the next character.
    Insertion(usize, usize),
}

/// Errors of a hypothesis by kind, and the length of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Errors {
    /// Characters read as another character.
    pub substitutions: u64,
    /// Characters of the hypothesis that are not in the reference.
    pub insertions: u64,
    /// Characters of the reference that are not in the hypothesis.
    pub deletions: u64,
    /// Characters of the reference.
    pub n: u64,
}

impl Errors {
    /// Sum of all errors.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.substitutions + self.insertions + self.deletions
    }

    /// Errors divided by the reference's length; `None` if it is empty. Can exceed 1 if there are many insertions.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.n > 0).then(|| self.total() as f64 / self.n as f64)
    }

    /// Errors divided by the length of the edit path, 0 to 1; `None` if both texts are empty.
    #[must_use]
    pub fn normalized(&self) -> Option<f64> {
        let steps = self.n + self.insertions;
        (steps > 0).then(|| self.total() as f64 / steps as f64)
    }

    /// Counts one step of the path.
    pub(super) fn count(&mut self, step: Step, reference: &[u32], hypothesis: &[u32]) {
        match step {
            Step::Pair(i, j) => {
                self.n += 1;
                self.substitutions += u64::from(reference[i] != hypothesis[j]);
            }
            Step::Deletion(..) => {
                self.n += 1;
                self.deletions += 1;
            }
            Step::Insertion(..) => self.insertions += 1,
        }
    }
}

impl Sum for Errors {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            substitutions: a.substitutions + b.substitutions,
            insertions: a.insertions + b.insertions,
            deletions: a.deletions + b.deletions,
            n: a.n + b.n,
        })
    }
}

/// The errors on a shortest edit path.
#[must_use]
pub(super) fn errors(reference: &[u32], hypothesis: &[u32]) -> Errors {
    let mut errors = Errors::default();
    steps(reference, hypothesis).into_iter().for_each(|s| errors.count(s, reference, hypothesis));
    errors
}

/// A shortest edit path, first character first.
#[must_use]
pub(super) fn steps(reference: &[u32], hypothesis: &[u32]) -> Vec<Step> {
    let mut path = Vec::with_capacity(reference.len().max(hypothesis.len()));
    walk(reference, hypothesis, (0, 0), KEPT_BYTES, &mut path);
    path
}

/// Appends the path of two substrings that start at `offset` in the whole texts.
fn walk(a: &[u32], b: &[u32], offset: (usize, usize), kept_bytes: usize, path: &mut Vec<Step>) {
    let same_start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (inner_a, inner_b) = (&a[same_start..], &b[same_start..]);
    let same_end = inner_a.iter().rev().zip(inner_b.iter().rev()).take_while(|(x, y)| x == y).count();
    let inner_a = &inner_a[..inner_a.len() - same_end];
    let inner_b = &inner_b[..inner_b.len() - same_end];
    path.extend((0..same_start).map(|i| Step::Pair(offset.0 + i, offset.1 + i)));
    let inner = (offset.0 + same_start, offset.1 + same_start);
    let bytes = inner_a.len().div_ceil(8) * 2 * inner_b.len();
    if inner_a.len() > 1 && inner_b.len() > 1 && bytes > kept_bytes {
        let (i, j) = cut(inner_a, inner_b);
        walk(&inner_a[..i], &inner_b[..j], inner, kept_bytes, path);
        walk(&inner_a[i..], &inner_b[j..], (inner.0 + i, inner.1 + j), kept_bytes, path);
    } else {
        trace(inner_a, inner_b, inner, path);
    }
    let end = (inner.0 + inner_a.len(), inner.1 + inner_b.len());
    path.extend((0..same_end).map(|i| Step::Pair(end.0 + i, end.1 + i)));
}

/// A point on a shortest path, at the middle of the hypothesis.
fn cut(a: &[u32], b: &[u32]) -> (usize, usize) {
    let middle = b.len() / 2;
    let mut before = Column::new(a.iter().copied(), Top::Counts);
    b[..middle].iter().for_each(|&c| before.read(c));
    let mut after = Column::new(a.iter().rev().copied(), Top::Counts);
    b[middle..].iter().rev().for_each(|&c| after.read(c));
    let (before, after) = (before.distances(middle), after.distances(b.len() - middle));
    let at = (0..=a.len()).min_by_key(|&i| before[i] + after[a.len() - i]).unwrap_or(0);
    (at, middle)
}

/// Traces the path back through all columns.
fn trace(a: &[u32], b: &[u32], offset: (usize, usize), path: &mut Vec<Step>) {
    let mut column = Column::new(a.iter().copied(), Top::Counts);
    let mut columns = Vec::with_capacity(b.len() + 1);
    columns.push((column.rises.clone(), column.falls.clone()));
    for &character in b {
        column.read(character);
        columns.push((column.rises.clone(), column.falls.clone()));
    }
    let start = path.len();
    let (mut i, mut j) = (a.len(), b.len());
    while i > 0 || j > 0 {
        let pairs = i > 0 && j > 0 && a[i - 1] == b[j - 1];
        if !pairs && (j == 0 || (i > 0 && bit(&columns[j].0, i - 1))) {
            i -= 1;
            path.push(Step::Deletion(offset.0 + i, offset.1 + j));
        } else if !pairs && (i == 0 || bit(&columns[j - 1].1, i - 1)) {
            j -= 1;
            path.push(Step::Insertion(offset.0 + i, offset.1 + j));
        } else {
            (i, j) = (i - 1, j - 1);
            path.push(Step::Pair(offset.0 + i, offset.1 + j));
        }
    }
    path[start..].reverse();
}

#[cfg(test)]
mod tests {
    use super::super::distance::distance;
    use super::*;
    use proptest::prelude::*;

    fn numbers(text: &str) -> Vec<u32> {
        text.chars().map(u32::from).collect()
    }

    #[test]
    fn kinds_of_errors_are_told_apart() {
        let found = errors(&numbers("第五五一七号"), &numbers("第六五一七号了"));
        assert_eq!((found.substitutions, found.deletions, found.insertions, found.n), (1, 0, 1, 6));
        assert_eq!(found.normalized(), Some(2.0 / 7.0));
        let found = errors(&numbers("第五五一七号"), &numbers("五五一七号"));
        assert_eq!((found.substitutions, found.deletions, found.insertions), (0, 1, 0));
        let found = errors(&[], &numbers("三字多"));
        assert_eq!((found.insertions, found.n, found.rate(), found.normalized()), (3, 0, None, Some(1.0)));
        assert_eq!(errors(&[], &[]).normalized(), None);
    }

    proptest! {
        #[test]
        fn a_path_visits_every_character_once_and_is_a_shortest_one(a in "[あいう]{0,120}", b in "[あいう]{0,120}") {
            let (a, b) = (numbers(&a), numbers(&b));
            for kept_bytes in [KEPT_BYTES, 64] {
                let mut path = Vec::new();
                walk(&a, &b, (0, 0), kept_bytes, &mut path);
                let (mut i, mut j, mut found) = (0, 0, Errors::default());
                for step in path {
                    found.count(step, &a, &b);
                    let next = match step {
                        Step::Pair(x, y) => { prop_assert_eq!((x, y), (i, j)); (1, 1) }
                        Step::Deletion(x, y) => { prop_assert_eq!((x, y), (i, j)); (1, 0) }
                        Step::Insertion(x, y) => { prop_assert_eq!((x, y), (i, j)); (0, 1) }
                    };
                    (i, j) = (i + next.0, j + next.1);
                }
                prop_assert_eq!((i, j), (a.len(), b.len()));
                prop_assert_eq!(found.total() as usize, distance(&a, &b));
                prop_assert_eq!(found.n as usize, a.len());
            }
        }
    }
}
