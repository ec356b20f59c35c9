//! What was read against what is written: character error rates with their n.
//!
//! Characters are grapheme clusters (UAX #29), errors those of the shortest edit path (Levenshtein 1966), rates pooled:
//! the errors of all pages over the characters of all references. White space does not count, as cables' blanks are
//! layout; redaction marks neither, as no reader can know what they hide.

mod align;
mod pair;

pub use align::{Errors, errors};
pub use pair::{Pair, PairError, pairs};

use crate::orthography::Folding;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// Which differences of spelling are errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Comparison {
    /// Every difference but that of composed and decomposed forms (NFC).
    #[default]
    Exact,
    /// Width and compatibility forms are folded (NFKC).
    Width,
    /// Kana size and old forms of kanji too.
    Spelling,
}

impl Comparison {
    fn folded(self, text: &str) -> String {
        let folding = match self {
            Self::Exact => return text.nfc().collect(),
            Self::Width => Folding { width: true, ..Folding::default() },
            Self::Spelling => Folding::all(),
        };
        folding.fold(text)
    }
}

/// Errors of a hypothesis against its reference.
#[must_use]
pub fn compare(reference: &str, hypothesis: &str, comparison: Comparison) -> Errors {
    let characters = |text: &str| -> Vec<String> {
        let folded = comparison.folded(text);
        let counts = |g: &&str| !g.trim().is_empty() && *g != "■";
        folded.graphemes(true).filter(counts).map(str::to_owned).collect()
    };
    errors(&characters(reference), &characters(hypothesis))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn clusters_count_once_and_blanks_not_at_all() {
        let found = compare("か\u{3099}く　に", "がくに", Comparison::Exact);
        assert_eq!((found.total(), found.n), (0, 3));
        let found = compare("第５５１７号", "第5517号", Comparison::Exact);
        assert_eq!((found.substitutions, found.n), (4, 6));
        assert_eq!(compare("第５５１７號", "第5517号", Comparison::Spelling).total(), 0);
    }

    #[test]
    fn an_empty_reference_has_no_rate() {
        let found = compare("", "三字多", Comparison::Exact);
        assert_eq!((found.insertions, found.n, found.rate()), (3, 0, None));
    }

    proptest! {
        #[test]
        fn a_text_has_no_errors_against_itself(text in "\\PC{0,60}") {
            prop_assert_eq!(compare(&text, &text, Comparison::Exact).total(), 0);
        }

        #[test]
        fn errors_are_no_fewer_than_the_difference_in_length(a in "[あいう]{0,30}", b in "[あいう]{0,30}") {
            let found = compare(&a, &b, Comparison::Exact);
            let (n, m) = (a.chars().count() as u64, b.chars().count() as u64);
            prop_assert!(found.total() >= n.abs_diff(m) && found.total() <= n.max(m));
            prop_assert_eq!(found.n + found.insertions, m + found.deletions);
        }
    }
}
