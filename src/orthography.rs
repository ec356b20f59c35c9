//! Folding of text for comparison and search: width, compatibility forms, kana size, old and new forms of kanji.
//!
//! Stored text is never folded: a page record holds the text as printed. Width and compatibility forms follow Unicode
//! NFKC (UAX #15); old forms follow the table `orthography/old_forms.txt`, whose header names its source.

pub mod search;

use std::collections::HashMap;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;

/// Spelling differences that the folding ignores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Folding {
    /// Full and half width, compatibility ideographs, and dashes and tildes that are typed for one another.
    pub width: bool,
    /// Small and full-size kana: ッ and ツ.
    pub kana_size: bool,
    /// Old and common-use forms of kanji: 號 and 号.
    pub old_forms: bool,
}

impl Folding {
    /// Folds all differences, for search.
    #[must_use]
    pub fn all() -> Self {
        Self { width: true, kana_size: true, old_forms: true }
    }

    /// Folds the text; the order of the characters is kept.
    #[must_use]
    pub fn fold(&self, text: &str) -> String {
        let wide: String = if self.width { text.nfkc().map(plain_dash).collect() } else { text.to_owned() };
        let fold = |c: char| {
            let c = if self.kana_size { full_size(c) } else { c };
            if self.old_forms { new_form(c) } else { c }
        };
        wide.chars().map(fold).collect()
    }
}

/// Maps each group of dashes or tildes to one character.
fn plain_dash(c: char) -> char {
    match c {
        '―' | '—' => 'ー',
        '‐' | '−' | '–' => '-',
        '〜' => '~',
        other => other,
    }
}

/// The full-size form of a small kana; any other character is returned unchanged.
fn full_size(c: char) -> char {
    const PAIRS: [&str; 2] =
        ["ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ", "あいうえおつやゆよわアイウエオツヤユヨワカケ"];
    if !matches!(c, 'ぁ'..='ヶ') {
        return c;
    }
    PAIRS[0].chars().position(|small| small == c).and_then(|i| PAIRS[1].chars().nth(i)).unwrap_or(c)
}

/// The common-use form of an old form of kanji; any other character is returned unchanged.
#[must_use]
pub fn new_form(c: char) -> char {
    static TABLE: OnceLock<HashMap<char, char>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let lines = include_str!("orthography/old_forms.txt").lines().filter(|l| !l.starts_with('#'));
        lines
            .filter_map(|l| l.split_once(' '))
            .filter_map(|(old, new)| Some((old.chars().next()?, new.chars().next()?)))
            .collect()
    });
    table.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_is_folded_on_its_own() {
        let text = "第２號エリツインは―ッ";
        assert_eq!(Folding::default().fold(text), text);
        assert_eq!(Folding { width: true, ..Folding::default() }.fold(text), "第2號エリツインはーッ");
        assert_eq!(Folding { kana_size: true, ..Folding::default() }.fold("エリツィンッ"), "エリツインツ");
        assert_eq!(Folding { old_forms: true, ..Folding::default() }.fold("總領事祕"), "総領事秘");
    }

    #[test]
    fn a_new_form_is_no_old_form_of_another() {
        for line in include_str!("orthography/old_forms.txt").lines().filter(|l| !l.starts_with('#')) {
            let (old, new) = line.split_once(' ').expect("a pair a line");
            assert_eq!((old.chars().count(), new.chars().count()), (1, 1), "{line}");
            let new = new.chars().next().unwrap();
            assert_eq!(new_form(new), new, "{line}");
        }
    }
}
