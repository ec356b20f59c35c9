//! Words by UAX #29 as dinglehopper counts them: without words that consist of signs only.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_segmentation::UnicodeSegmentation;

/// Private-use characters count as letters, because historical fonts have ligatures there.
const PRIVATE_USE: std::ops::RangeInclusive<char> = '\u{e000}'..='\u{f8ff}';
/// A letter with the same length in UTF-8.
const LETTER: char = '\u{a000}';

/// The words of a text; private-use characters belong to the surrounding word.
pub(super) fn words(text: &str) -> Vec<&str> {
    let letters: String = text.chars().map(|c| if PRIVATE_USE.contains(&c) { LETTER } else { c }).collect();
    let bounds = letters.split_word_bound_indices().map(|(at, word)| &text[at..at + word.len()]);
    bounds.filter(|word| !word.chars().all(is_sign)).collect()
}

/// Marks, punctuation, symbols, separators and control characters.
fn is_sign(c: char) -> bool {
    use GeneralCategory as G;
    matches!(
        c.general_category(),
        G::NonspacingMark
            | G::SpacingMark
            | G::EnclosingMark
            | G::ConnectorPunctuation
            | G::DashPunctuation
            | G::OpenPunctuation
            | G::ClosePunctuation
            | G::InitialPunctuation
            | G::FinalPunctuation
            | G::OtherPunctuation
            | G::SpaceSeparator
            | G::LineSeparator
            | G::ParagraphSeparator
            | G::MathSymbol
            | G::CurrencySymbol
            | G::ModifierSymbol
            | G::OtherSymbol
            | G::Control
            | G::Format
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_part_words_but_not_numbers() {
        let found = words("Der schnelle [„braune“] Fuchs kann keine 3,14 Meter springen, oder?");
        let expected =
            ["Der", "schnelle", "braune", "Fuchs", "kann", "keine", "3,14", "Meter", "springen", "oder"];
        assert_eq!(found, expected);
    }

    #[test]
    fn private_use_characters_are_letters() {
        assert_eq!(words("de\u{eba7}elben ver⸗\n\u{f532}"), ["de\u{eba7}elben", "ver", "\u{f532}"]);
    }
}
