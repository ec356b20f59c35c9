//! The figures of dinglehopper 0.11, the evaluation program of the OCR-D project, for comparison with its results.
//!
//! This module follows that program exactly, also in points where the rest of `evaluate` differs: regions outside the
//! reading order are left out, white space and line feeds are characters, ALTO strings are always separated by spaces,
//! and a fixed table of German equivalents is applied. Only this module counts words, because that program's files are
//! in scripts with spaces. It is tested with that program's own files (`tests/evaluate.rs`) and was compared with the
//! program itself during development.

mod text;
mod words;

use super::align::errors;
use super::characters::Characters;
use super::distance::distance;
use super::{Errors, ReadError};
use std::path::Path;

/// Level from which the text of PAGE XML is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextLevel {
    /// Regions.
    #[default]
    Region,
    /// Lines.
    Line,
}

/// dinglehopper's figures for two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Character errors, white space included.
    pub characters: Errors,
    /// Number of word errors.
    pub word_distance: u64,
    /// Number of words in the reference.
    pub words: u64,
}

impl Figures {
    /// Word error rate: 0 without errors; `None` if the reference has no words and the hypothesis has.
    #[must_use]
    pub fn word_error_rate(&self) -> Option<f64> {
        rate(self.word_distance, self.words)
    }

    /// Character error rate: 0 without errors; `None` (infinite in dinglehopper) if the reference is empty and the
    /// hypothesis is not.
    #[must_use]
    pub fn character_error_rate(&self) -> Option<f64> {
        rate(self.characters.total(), self.characters.n)
    }

    /// The sum with the figures of another page.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self {
            characters: [self.characters, other.characters].into_iter().sum(),
            word_distance: self.word_distance + other.word_distance,
            words: self.words + other.words,
        }
    }
}

fn rate(distance: u64, n: u64) -> Option<f64> {
    match (distance, n) {
        (0, _) => Some(0.0),
        (_, 0) => None,
        _ => Some(distance as f64 / n as f64),
    }
}

/// Compares two files: PAGE XML, ALTO or text.
///
/// # Errors
/// If a file cannot be read, or is XML of another kind.
pub fn compare_files(
    reference: &Path,
    hypothesis: &Path,
    level: TextLevel,
) -> Result<Figures, (std::path::PathBuf, ReadError)> {
    let segments = |path: &Path| text::segments(path, level).map_err(|e| (path.to_owned(), e));
    Ok(compare(&segments(reference)?, &segments(hypothesis)?))
}

/// Splits segments into clusters one by one, so that the line feeds that join them never merge with their text.
fn compare(reference: &[String], hypothesis: &[String]) -> Figures {
    let mut characters = Characters::default();
    let clusters = |segments: &[String], characters: &mut Characters| {
        let mut all: Vec<u32> = Vec::new();
        for segment in segments {
            all.extend(characters.of(segment));
            all.push(u32::from('\n'));
        }
        all.pop();
        all
    };
    let (a, b) = (clusters(reference, &mut characters), clusters(hypothesis, &mut characters));
    let mut numbers = Characters::default();
    let words = |segments: &[String], numbers: &mut Characters| -> Vec<u32> {
        words::words(&segments.join("\n")).into_iter().map(|w| numbers.number(w)).collect()
    };
    let (x, y) = (words(reference, &mut numbers), words(hypothesis, &mut numbers));
    Figures { characters: errors(&a, &b), word_distance: distance(&x, &y) as u64, words: x.len() as u64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Vec<String> {
        vec![text.to_owned()]
    }

    #[test]
    fn words_that_differ_in_signs_alone_are_the_same() {
        let found = compare(&one("Dies. ist ein Beispielsatz!"), &one("Dies ein ist Beispielsatz."));
        assert_eq!((found.word_distance, found.words), (2, 4));
        let found = compare(&one("Schlyñ lorem"), &one("Schlym\u{303} lorem"));
        assert_eq!((found.word_distance, found.characters.total()), (1, 1));
    }

    #[test]
    fn nothing_against_something_is_infinite() {
        let found = compare(&one(""), &one("Lorem ipsum"));
        assert_eq!((found.characters.total(), found.character_error_rate()), (11, None));
        assert_eq!(compare(&[], &one("")).character_error_rate(), Some(0.0));
        assert_eq!(compare(&one("Lorem ipsum"), &[]).character_error_rate(), Some(1.0));
    }
}
