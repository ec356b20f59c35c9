//! Edit distance with its kinds of errors, in memory that grows with one of the texts only.

use std::iter::Sum;

/// Errors of a hypothesis, and the length of its reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Errors {
    /// Characters read as others.
    pub substitutions: u64,
    /// Characters that the reference does not have.
    pub insertions: u64,
    /// Characters of the reference that were not read.
    pub deletions: u64,
    /// Characters of the reference.
    pub n: u64,
}

impl Errors {
    /// All errors.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.substitutions + self.insertions + self.deletions
    }

    /// Errors by characters of the reference; `None` where it has none. More than 1 where much was invented.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        (self.n > 0).then(|| self.total() as f64 / self.n as f64)
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

/// The errors on a shortest edit path; of several such paths one with most substitutions.
#[must_use]
pub fn errors<T: PartialEq>(reference: &[T], hypothesis: &[T]) -> Errors {
    let insertions = |count: usize| Errors { insertions: count as u64, ..Errors::default() };
    let mut row: Vec<Errors> = (0..=hypothesis.len()).map(insertions).collect();
    for expected in reference {
        let mut diagonal = row[0];
        row[0].deletions += 1;
        for (j, read) in hypothesis.iter().enumerate() {
            let mut replaced = diagonal;
            replaced.substitutions += u64::from(expected != read);
            let mut deleted = row[j + 1];
            deleted.deletions += 1;
            let mut inserted = row[j];
            inserted.insertions += 1;
            diagonal = row[j + 1];
            row[j + 1] =
                [replaced, deleted, inserted].into_iter().min_by_key(Errors::total).expect("three of them");
        }
    }
    Errors { n: reference.len() as u64, ..row[hypothesis.len()] }
}
