//! Matches recognized stamp text with the lexicon: similarity and alignment.
//!
//! The similarity is based on an edit distance over folded characters. A substitution costs little if the lexicon
//! character is among the engine's alternatives, and most if the recognized character has a high confidence. Deleting a
//! speck that was read as punctuation costs almost nothing. There is no match if the similarity is low or if a second
//! entry is almost as similar. A match ranks the candidates of a stamp; [`super::printed`] decides which characters it
//! corrects.
//!
//! With these costs and [`LEAST`], none of three characters may be misread unless the right one is an alternative; one of
//! two may be an alternative; one of six may be missing.

use crate::orthography::Folding;
use crate::recognize::ReadGlyph;

/// Least similarity of a match, 0 to 1. At 0.6, 文書 became 文書課 and 他械 became 極秘; at 0.7, 要回収 with an
/// uncertain 収 became 要回覧.
const LEAST: f32 = 0.72;
/// Least similarity if all characters of the entry were recognized exactly, with others between them.
const LEAST_WHOLE: f32 = 0.6;
/// Least lead over the second most similar entry.
const LEAD: f32 = 0.1;

/// Cost of a substitution if the lexicon character is an alternative of the glyph.
const IN_MIND: f32 = 0.4;
/// Cost of deleting a speck.
const SPECK: f32 = 0.15;
/// Confidence below which a character is uncertain.
pub(super) const SURE: f32 = 0.9;
/// Costs of a substitution for an uncertain and a confident character.
const MISREAD: (f32, f32) = (0.9, 1.2);
/// Costs of deleting an uncertain and a confident character.
const NEEDLESS: (f32, f32) = (0.6, 1.0);
/// Cost of a character of the entry that was not recognized.
const MISSING: f32 = 1.0;

/// A lexicon entry that recognized text matches.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Match {
    /// The characters of the entry, each with the index of its glyph, if any.
    pub characters: Vec<(char, Option<usize>)>,
    /// Similarity, 0 to 1.
    pub likeness: f32,
    /// Whether all characters were recognized exactly.
    is_whole: bool,
}

impl Match {
    /// The lexicon entry.
    pub(super) fn word(&self) -> String {
        self.characters.iter().map(|&(character, _)| character).collect()
    }

    /// A partial match with the same similarity and no characters yet.
    pub(super) fn part(&self) -> Self {
        Self { characters: vec![], ..*self }
    }
}

/// The lexicon entries, folded for comparison.
pub(super) struct StampLexicon(Vec<Vec<(char, String)>>);

impl StampLexicon {
    /// Creates a lexicon. Duplicates after folding are ignored.
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut all: Vec<Vec<(char, String)>> = Vec::new();
        for word in words {
            let printed = word.chars().filter(|c| !c.is_whitespace() && !c.is_control());
            let word: Vec<(char, String)> = printed.map(|c| (c, fold(&c.to_string()))).collect();
            if !word.is_empty() && all.iter().all(|w| w.iter().map(|c| &c.1).ne(word.iter().map(|c| &c.1))) {
                all.push(word);
            }
        }
        Self(all)
    }

    /// The matching entry with at least `characters` characters.
    pub(super) fn find_match(&self, read: &[ReadGlyph], characters: usize) -> Option<Match> {
        let glyphs: Vec<Folded> = read.iter().map(Folded::of).collect();
        let (mut best, mut next): (Option<Match>, f32) = (None, 0.0);
        for word in self.0.iter().filter(|w| w.len() >= characters) {
            let found = compare(&glyphs, word);
            let before = best.as_ref().map_or(0.0, |b| b.likeness);
            if found.likeness > before {
                next = before;
                best = Some(found);
            } else {
                next = next.max(found.likeness);
            }
        }
        let least = |b: &Match| if b.is_whole { LEAST_WHOLE } else { LEAST };
        best.filter(|b| b.likeness >= least(b) && (b.likeness - next >= LEAD || b.likeness > 0.99))
    }
}

/// A glyph, folded for comparison.
struct Folded {
    text: String,
    others: Vec<String>,
    confidence: f32,
    is_speck: bool,
}

impl Folded {
    fn of(glyph: &ReadGlyph) -> Self {
        let is_word = |c: char| c.is_alphanumeric();
        Self {
            text: fold(&glyph.text),
            others: glyph.alternatives.iter().map(|(text, _)| fold(text)).collect(),
            confidence: glyph.confidence.value(),
            is_speck: !glyph.text.chars().any(is_word),
        }
    }

    fn of_two(&self, (unsure, sure): (f32, f32)) -> f32 {
        if self.confidence < SURE { unsure } else { sure }
    }

    /// Cost of substituting the glyph by a lexicon character.
    fn misread(&self, word: &str) -> f32 {
        if self.text == word {
            0.0
        } else if self.others.iter().any(|o| o == word) {
            IN_MIND
        } else {
            self.of_two(MISREAD)
        }
    }

    /// Cost of deleting the glyph.
    fn needless(&self) -> f32 {
        if self.is_speck { SPECK } else { self.of_two(NEEDLESS) }
    }
}

pub(super) fn fold(text: &str) -> String {
    Folding::all().fold(text)
}

/// Aligns a lexicon entry with the glyphs at the least cost.
fn compare(read: &[Folded], word: &[(char, String)]) -> Match {
    let (rows, columns) = (read.len() + 1, word.len() + 1);
    let mut costs = vec![0.0f32; rows * columns];
    for i in 0..rows {
        for j in 0..columns {
            let steps = [
                (i > 0).then(|| costs[(i - 1) * columns + j] + read[i - 1].needless()),
                (j > 0).then(|| costs[i * columns + j - 1] + MISSING),
                (i > 0 && j > 0)
                    .then(|| costs[(i - 1) * columns + j - 1] + read[i - 1].misread(&word[j - 1].1)),
            ];
            let least = steps.into_iter().flatten().fold(f32::INFINITY, f32::min);
            costs[i * columns + j] = if least.is_finite() { least } else { 0.0 };
        }
    }
    let total = costs.last().copied().unwrap_or(0.0);
    let mut laid = Vec::new();
    let (mut i, mut j) = (rows - 1, columns - 1);
    while j > 0 {
        let here = costs[i * columns + j];
        let near = |cost: f32| (cost - here).abs() < 1e-4;
        if i > 0 && near(costs[(i - 1) * columns + j - 1] + read[i - 1].misread(&word[j - 1].1)) {
            (i, j) = (i - 1, j - 1);
            laid.push((word[j].0, Some(i)));
        } else if i > 0 && near(costs[(i - 1) * columns + j] + read[i - 1].needless()) {
            i -= 1;
        } else {
            j -= 1;
            laid.push((word[j].0, None));
        }
    }
    laid.reverse();
    let is_exact = |(at, (_, glyph)): (usize, &(char, Option<usize>))| {
        glyph.is_some_and(|g: usize| read[g].text == word[at].1)
    };
    let is_whole = laid.iter().enumerate().all(is_exact);
    let likeness = (1.0 - total / word.len().max(1) as f32).max(0.0);
    Match { characters: laid, likeness, is_whole }
}
