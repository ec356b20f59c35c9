//! The text of a page in the forms of the three comparisons.
//!
//! *Strict* is the text unchanged. *NFC* composes it (UAX #15). *Reading* folds compatibility forms (NFKC), kana size,
//! and old and new kanji forms, and removes white space. All three leave out redaction marks: the number of hidden
//! characters is unknown, and characters read there count as insertions.

use super::characters::Characters;
use super::document::{Document, TextLine};
use crate::orthography::Folding;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Characters that stand for hidden or unreadable text in transcriptions and records.
const REDACTION_MARKS: &str = "■█▇□▢";

/// A page's text in the three forms, as numbers.
#[derive(Debug, Default)]
pub(super) struct Units {
    pub(super) strict: Vec<u32>,
    pub(super) nfc: Vec<u32>,
    /// The reading, without white space.
    pub(super) reading: Vec<u32>,
    /// Origin of each character of the reading.
    pub(super) origins: Vec<Origin>,
    /// Range of each line of the document in the reading.
    pub(super) lines: Vec<Range<usize>>,
}

/// Origin of a character of the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// Index of its line.
    pub(super) line: usize,
    /// Number of the printed character, composed.
    pub(super) printed: u32,
    /// Whether it is the first character of the folded form (㈱ folds to three).
    pub(super) first: bool,
    /// Confidence in ten thousandths.
    pub(super) confidence: Option<u16>,
}

impl Units {
    pub(super) fn of(document: &Document, characters: &mut Characters) -> Self {
        let mut units = Self::default();
        for (index, line) in document.lines.iter().enumerate() {
            if index > 0 {
                units.strict.push(u32::from('\n'));
                units.nfc.push(u32::from('\n'));
            }
            let start = units.reading.len();
            units.add(index, line, characters);
            units.lines.push(start..units.reading.len());
        }
        units
    }

    fn add(&mut self, index: usize, line: &TextLine, characters: &mut Characters) {
        let kept = |cluster: &&str| !is_redaction(cluster);
        self.strict.extend(line.text.graphemes(true).filter(kept).map(|c| characters.number(c)));
        let composed: String = line.text.nfc().collect();
        let mut confidences = confidences(line).into_iter();
        let folding = Folding::all();
        for cluster in composed.graphemes(true) {
            let blank = cluster.chars().all(char::is_whitespace);
            let confidence = if blank { None } else { confidences.next().flatten() };
            if is_redaction(cluster) {
                continue;
            }
            let printed = characters.number(cluster);
            self.nfc.push(printed);
            if blank {
                continue;
            }
            let folded = folding.fold(cluster);
            let read = folded.graphemes(true).filter(|c| !c.chars().all(char::is_whitespace));
            for (position, cluster) in read.enumerate() {
                self.reading.push(characters.number(cluster));
                self.origins.push(Origin { line: index, printed, first: position == 0, confidence });
            }
        }
    }
}

fn is_redaction(cluster: &str) -> bool {
    cluster.chars().next().is_some_and(|c| REDACTION_MARKS.contains(c))
}

/// The confidence of every character that is not white space; empty if the glyphs do not match the text.
fn confidences(line: &TextLine) -> Vec<Option<u16>> {
    let mut all = Vec::new();
    let mut read = String::new();
    for glyph in &line.glyphs {
        let composed: String = glyph.text.nfc().collect();
        let confidence = glyph.confidence.map(|c| (c * 1e4).round() as u16);
        for cluster in composed.graphemes(true).filter(|c| !c.chars().all(char::is_whitespace)) {
            read.push_str(cluster);
            all.push(confidence);
        }
    }
    let printed = line.text.nfc().filter(|c| !c.is_whitespace());
    if read.chars().eq(printed) { all } else { vec![] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::document::TextGlyph;

    fn folded(text: &str) -> (String, usize, usize) {
        let mut characters = Characters::default();
        let units = Units::of(&Document::of_text(text), &mut characters);
        let reading = units.reading.iter().map(|&n| characters.text(n)).collect();
        (reading, units.nfc.len(), units.strict.len())
    }

    #[test]
    fn each_form_folds_what_it_says() {
        assert_eq!(folded("第　５５\n總か\u{3099}ッ"), ("第55総がツ".into(), 8, 8));
        assert_eq!(folded("神"), ("神".into(), 1, 1));
        assert_eq!(folded("㈱■□了"), ("(株)了".into(), 2, 2));
        assert_eq!(folded("\n\n"), (String::new(), 1, 1));
    }

    #[test]
    fn confidences_follow_their_characters() {
        let glyph = |text: &str, c| TextGlyph { text: text.into(), confidence: Some(c), bbox: None };
        let line = |text: &str| TextLine {
            text: text.into(),
            glyphs: vec![glyph("第", 0.5), glyph("■", 0.1), glyph("号", 0.25)],
            ..TextLine::default()
        };
        let units = |text| {
            let page = Document { lines: vec![line(text)], ..Document::default() };
            Units::of(&page, &mut Characters::default())
        };
        let found = |text| units(text).origins.iter().map(|o| o.confidence).collect::<Vec<_>>();
        assert_eq!(found("第■ 号"), [Some(5000), Some(2500)]);
        assert_eq!(found("題号"), [None, None]);
    }
}
