//! Calibration of confidences.
//!
//! The expected calibration error follows Guo et al. 2017: fifteen bins of equal width, and the mean over all
//! characters of the difference between a bin's mean confidence and its accuracy. A second figure is the share of
//! errors among the least confident 5 % of characters: the errors that a person finds who checks only those.
//! Characters of equal confidence contribute proportionally. Insertions count as wrong. Deletions have no confidence
//! and do not count.

use serde::{Deserialize, Serialize};

/// Number of bins, as in Guo et al.
const BINS: usize = 15;
/// Resolution of confidences: four decimal places.
const FINEST: usize = 10_000;
/// Share of the characters that a person checks.
const LEAST_SURE: f64 = 0.05;

/// Histogram of confidences: characters and errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sureness {
    counts: Vec<(u64, u64)>,
}

impl Default for Sureness {
    fn default() -> Self {
        Self { counts: vec![(0, 0); FINEST + 1] }
    }
}

/// Calibration figures of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Calibration {
    /// Number of characters with a confidence.
    pub n: u64,
    /// Number of them that are wrong.
    pub errors: u64,
    /// Expected calibration error; 0 if confidences equal frequencies.
    pub expected_error: f64,
    /// Share of the errors among the least confident 5 % of characters.
    pub errors_in_least_sure: Option<f64>,
    /// Non-empty bins, lowest confidence first.
    pub bins: Vec<Bin>,
}

/// A bin of confidences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Lower bound, inclusive.
    pub from: f64,
    /// Upper bound, exclusive; inclusive in the last bin.
    pub to: f64,
    /// Number of characters.
    pub n: u64,
    /// Number of wrong characters.
    pub errors: u64,
    /// Mean confidence.
    pub mean_confidence: f64,
}

impl Sureness {
    /// Counts one character; `confidence` is in ten thousandths.
    pub(super) fn count(&mut self, confidence: u16, wrong: bool) {
        let at = &mut self.counts[usize::from(confidence).min(FINEST)];
        at.0 += 1;
        at.1 += u64::from(wrong);
    }

    /// The calibration of all counted characters; `None` if there are none.
    pub(super) fn calibration(&self) -> Option<Calibration> {
        let n: u64 = self.counts.iter().map(|c| c.0).sum();
        let errors: u64 = self.counts.iter().map(|c| c.1).sum();
        let bins: Vec<Bin> = (0..BINS).filter_map(|b| self.bin(b)).collect();
        let gap = |b: &Bin| (b.mean_confidence - (b.n - b.errors) as f64 / b.n as f64).abs() * b.n as f64;
        (n > 0).then(|| Calibration {
            n,
            errors,
            expected_error: bins.iter().map(gap).sum::<f64>() / n as f64,
            errors_in_least_sure: (errors > 0)
                .then(|| self.errors_below(n as f64 * LEAST_SURE) / errors as f64),
            bins,
        })
    }

    fn bin(&self, index: usize) -> Option<Bin> {
        let bounds = [index, index + 1].map(|b| b * FINEST / BINS);
        let end = if index + 1 == BINS { FINEST + 1 } else { bounds[1] };
        let inside = &self.counts[bounds[0]..end];
        let n: u64 = inside.iter().map(|c| c.0).sum();
        let sum: u64 = inside.iter().enumerate().map(|(i, c)| (bounds[0] + i) as u64 * c.0).sum();
        (n > 0).then(|| Bin {
            from: bounds[0] as f64 / FINEST as f64,
            to: bounds[1] as f64 / FINEST as f64,
            n,
            errors: inside.iter().map(|c| c.1).sum(),
            mean_confidence: sum as f64 / FINEST as f64 / n as f64,
        })
    }

    /// Errors among the `rest` least confident characters.
    fn errors_below(&self, mut rest: f64) -> f64 {
        let mut errors = 0.0;
        for &(n, wrong) in self.counts.iter().filter(|c| c.0 > 0) {
            let share = (rest / n as f64).min(1.0);
            errors += wrong as f64 * share;
            rest -= n as f64 * share;
            if rest <= 0.0 {
                break;
            }
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_that_knows_its_errors_is_told_from_one_that_does_not() {
        let (mut knows, mut boasts) = (Sureness::default(), Sureness::default());
        for i in 0..100 {
            let wrong = i < 4;
            knows.count(if wrong { 0 } else { 10_000 }, wrong);
            boasts.count(10_000, wrong);
        }
        let (knows, boasts) = (knows.calibration().unwrap(), boasts.calibration().unwrap());
        assert_eq!((knows.expected_error, knows.errors_in_least_sure), (0.0, Some(1.0)));
        assert!((boasts.expected_error - 0.04).abs() < 1e-12);
        assert!((boasts.errors_in_least_sure.unwrap() - 0.05).abs() < 1e-12);
        assert_eq!((knows.bins.len(), boasts.bins[0].n), (2, 100));
        assert_eq!(Sureness::default().calibration(), None);
    }
}
