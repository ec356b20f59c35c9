//! The figures of dinglehopper 0.11, the evaluator of the OCR-D project, for those who compare with it.
//!
//! Everything is done as that program does it, also where we would do otherwise: regions outside the reading order are
//! left out, white space and line feeds are characters, ALTO strings are always spaced, a fixed table of German
//! equivalences is applied. Words are counted here, and here only: their files are in spaced scripts.
//! Compared with its own files (`tests/evaluate.rs`) and, while it was written, with the program itself.

mod text;
mod words;

use super::align::errors;
use super::characters::Characters;
use super::distance::distance;
use super::{Errors, ReadError};
use std::path::Path;

/// Where PAGE XML is taken to have its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TextLevel {
    /// In the regions.
    #[default]
    Region,
    /// In the lines.
    Line,
}

/// What dinglehopper says of two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Errors of characters, white space included.
    pub characters: Errors,
    /// Words that differ.
    pub word_distance: u64,
    /// Words of the reference.
    pub words: u64,
}

impl Figures {
    /// Word error rate; 0 where nothing differs, `None` where the reference has no words and the hypothesis has.
    #[must_use]
    pub fn word_error_rate(&self) -> Option<f64> {
        rate(self.word_distance, self.words)
    }

    /// Character error rate; 0 where nothing differs, `None` (infinite there) where the reference is empty and the
    /// hypothesis is not.
    #[must_use]
    pub fn character_error_rate(&self) -> Option<f64> {
        rate(self.characters.total(), self.characters.n)
    }

    /// These and those of another page.
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
/// Where one cannot be read, or is XML of another kind.
pub fn compare_files(
    reference: &Path,
    hypothesis: &Path,
    level: TextLevel,
) -> Result<Figures, (std::path::PathBuf, ReadError)> {
    let segments = |path: &Path| text::segments(path, level).map_err(|e| (path.to_owned(), e));
    Ok(compare(&segments(reference)?, &segments(hypothesis)?))
}

/// Segments are cut into clusters one by one: the line feeds that join them never fuse with what they hold.
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
