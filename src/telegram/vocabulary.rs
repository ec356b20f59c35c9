//! Closed vocabularies of the head: the built-in words, which stand in `vocabulary.toml`, and the user's.
//!
//! A list holds its words as they are compared ([`folded`]) and each of them once: of two that are equal neither would be the
//! nearest to a text.

use super::TelegramOptions;
use super::likeness::{self, MISREAD, without_specks};
use crate::orthography::Folding;
use serde::Deserialize;
use std::sync::OnceLock;

/// The words by which lines of the head are recognized: the built-in ones, and those of the user.
///
/// ```
/// use denshin::telegram::{TelegramOptions, Vocabulary, Words};
///
/// let posts = Words::new(["ウラジオストク"])?;
/// let vocabulary = Vocabulary::new(&TelegramOptions { posts, ..TelegramOptions::default() });
/// # Ok::<(), denshin::telegram::WordsError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    pub(super) words: Lists,
    /// Names of bureaus: with their head and, as before 1945, without.
    bureau_names: Vec<String>,
}

/// The lists of `vocabulary.toml`, where each is described.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lists {
    pub(super) posts: Vec<String>,
    pub(super) heads_of_post: Vec<String>,
    pub(super) offices: Vec<String>,
    pub(super) bureaus: Vec<String>,
    pub(super) classifications: Vec<String>,
    pub(super) precedences: Vec<String>,
    pub(super) distributions: Vec<String>,
    pub(super) series: Vec<String>,
    pub(super) captions: Vec<String>,
}

impl Lists {
    fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Lists> = OnceLock::new();
        let parse =
            || toml::from_str(include_str!("vocabulary.toml")).expect("the words are part of the program");
        BUILT_IN.get_or_init(parse)
    }
}

impl Default for Vocabulary {
    /// The built-in words alone.
    fn default() -> Self {
        Self::new(&TelegramOptions::default())
    }
}

impl Vocabulary {
    /// The built-in words and those of the user.
    #[must_use]
    pub fn new(options: &TelegramOptions) -> Self {
        let mut words = Lists::built_in().clone();
        extend(&mut words.posts, options.posts.iter());
        extend(&mut words.heads_of_post, options.heads_of_post.iter());
        extend(&mut words.offices, options.offices.iter());
        extend(&mut words.bureaus, options.bureaus.iter());
        extend(&mut words.classifications, options.classifications.iter());
        extend(&mut words.precedences, options.precedences.iter());
        extend(&mut words.distributions, options.distributions.iter());
        let mut bureau_names = words.bureaus.clone();
        let without_head = words.bureaus.iter().filter_map(|b| b.strip_suffix('長'));
        extend(&mut bureau_names, without_head.filter(|b| b.ends_with(['局', '部'])));
        Self { words, bureau_names }
    }

    /// The name of a bureau that a text is near: with its head or, as before 1945, without.
    pub(super) fn bureau(&self, text: &str) -> Option<&str> {
        nearest(text, &self.bureau_names)
    }

    /// The bureau that a text names, behind 主管 or what was read for it.
    pub(super) fn bureau_in(&self, text: &str) -> Option<&str> {
        let characters: Vec<char> = without_specks(text).chars().collect();
        let mut starts =
            (0..=3.min(characters.len())).map(|skip| characters[skip..].iter().collect::<String>());
        starts.find_map(|rest| self.bureau(&rest))
    }

    /// Whether a text is the name of a bureau with a character lost or added at its beginning: 約局長, 管欧亜局長.
    pub(super) fn is_torn_bureau(&self, text: &str) -> bool {
        let bureaus = &self.words.bureaus;
        let tail = |text: &str| text.chars().next().map(|c| text[c.len_utf8()..].to_owned());
        let is_known = |text: &str| bureaus.iter().any(|b| b == text);
        !is_known(text)
            && (tail(text).is_some_and(|rest| is_known(&rest))
                || bureaus.iter().any(|b| tail(b).as_deref() == Some(text)))
    }

    /// The distribution that a text names, and nothing else: （限定配布）.
    pub(super) fn distribution(&self, text: &str) -> Option<&str> {
        let text = folded(text);
        let inside = without_specks(&text).trim_matches(|c| matches!(c, '(' | ')' | '〔' | '〕' | '[' | ']'));
        nearest(inside, &self.words.distributions)
    }

    /// The series of numbers that a (folded) text opens with: 合 in 合第８１３号.
    pub(super) fn series(&self, text: &str) -> Option<&str> {
        let opens = |series: &&String| text.strip_prefix(*series).is_some_and(|rest| rest.starts_with('第'));
        self.words.series.iter().find(opens).map(String::as_str)
    }

    /// Whether a (folded) text is a caption of an approval box.
    pub(super) fn is_caption(&self, text: &str) -> bool {
        self.words.captions.iter().any(|caption| caption == text)
    }

    /// Whether a text is a post of the vocabulary.
    pub(super) fn is_post(&self, text: &str) -> bool {
        self.words.posts.contains(&folded(text))
    }

    /// The post that a text names: one of the vocabulary through a misread character; `None` where it may be several, or
    /// is a single character that stands for no country.
    pub(super) fn post(&self, text: &str) -> Option<String> {
        let posts = &self.words.posts;
        let read = without_specks(text);
        let plain = folded(read);
        let characters: Vec<char> = plain.chars().collect();
        if let Some(exact) = posts.iter().find(|p| **p == plain) {
            // 國連 stays as printed.
            return Some(if exact.chars().count() == read.chars().count() { read } else { exact }.to_owned());
        }
        if characters.len() < 2 {
            return likeness::nearest(&characters, posts).map(str::to_owned);
        }
        let is_one_misread = |p: &&String| {
            let word: Vec<char> = p.chars().collect();
            word.len() > 1 && likeness::distance(&characters, &word) <= MISREAD
        };
        let one_misread: Vec<&String> = posts.iter().filter(is_one_misread).collect();
        let near = likeness::nearest(&characters, &one_misread);
        match one_misread.as_slice() {
            [] => Some(read.to_owned()),
            [only] if characters.len() > 2 => Some((*only).clone()),
            _ => near.map(str::to_owned),
        }
    }
}

/// Adds words to a list as they are compared, each once.
fn extend<'w>(list: &mut Vec<String>, words: impl Iterator<Item = &'w str>) {
    for word in words.map(as_compared) {
        if !list.contains(&word) {
            list.push(word);
        }
    }
}

/// A word as it is compared with a text: folded, without specks at its edges, and without parentheses, which are left out
/// of what it is compared with.
pub(super) fn as_compared(word: &str) -> String {
    let bare: String = folded(word).chars().filter(|c| !matches!(c, '(' | ')')).collect();
    without_specks(&bare).to_owned()
}

/// Text as it is compared with the vocabulary: old forms and widths folded, blanks dropped.
pub(super) fn folded(text: &str) -> String {
    let folding = Folding { width: true, kana_size: false, old_forms: true };
    folding.fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The word that a text is, specks at its edges aside, through one character in four misread.
pub(super) fn nearest<'a>(text: &str, words: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let text: Vec<char> = without_specks(&folded(text)).chars().collect();
    likeness::nearest(&text, words)
}

#[cfg(test)]
mod tests {
    use super::super::Words;
    use super::*;

    #[test]
    fn built_in_words_are_folded_and_stand_once() {
        let words = Lists::built_in();
        let Lists { posts, heads_of_post, offices, bureaus, .. } = words;
        let Lists { classifications, precedences, distributions, series, captions, .. } = words;
        let of_head = [posts, heads_of_post, offices, bureaus];
        let of_number = [classifications, precedences, distributions, series];
        for list in of_head.into_iter().chain(of_number).chain([captions]) {
            assert!(!list.is_empty());
            for (i, word) in list.iter().enumerate() {
                assert!(!word.is_empty(), "{list:?}");
                assert_eq!((&folded(word), &as_compared(word)), (word, word));
                assert!(!list[..i].contains(word), "{word} stands twice");
            }
        }
    }

    #[test]
    fn words_of_the_user_are_folded_and_one_that_is_there_changes_nothing() {
        let given = |words: &[&str]| Words::new(words.iter().copied()).unwrap();
        let known = TelegramOptions {
            posts: given(&["國 連", "上海"]),
            bureaus: given(&["條約局長", "通商局"]),
            distributions: given(&["（限定配布）"]),
            ..TelegramOptions::default()
        };
        let vocabulary = Vocabulary::new(&known);
        assert_eq!(vocabulary.words.posts, Lists::built_in().posts);
        assert_eq!(vocabulary.words.distributions, Lists::built_in().distributions);
        assert_eq!(vocabulary.bureau("通商局"), Some("通商局"), "given and derived from 通商局長");
        assert_eq!(vocabulary.bureau("通商局長"), Some("通商局長"));

        let new = TelegramOptions { bureaus: given(&["會計 局長"]), ..TelegramOptions::default() };
        let vocabulary = Vocabulary::new(&new);
        assert_eq!(vocabulary.bureau("会計局艮"), Some("会計局長"));
        assert_eq!(vocabulary.bureau("会計局"), Some("会計局"));
        assert!(vocabulary.is_torn_bureau("計局長"));
        assert_eq!(Vocabulary::default().bureau("会計局艮"), None);
    }

    #[test]
    fn a_word_is_known_through_one_misread_character_in_four() {
        let vocabulary = Vocabulary::default();
        assert_eq!(nearest("外務大革", &vocabulary.words.offices), Some("外務大臣"));
        assert_eq!(vocabulary.bureau("北氷局長"), Some("北米局長"));
        assert_eq!(vocabulary.bureau("官房艮"), Some("官房長"));
        assert_eq!(vocabulary.bureau("●●局長"), None);
        assert_eq!(vocabulary.bureau("南米局長"), None, "北米 or 中南米");
        assert_eq!(vocabulary.bureau("官房鯨"), None);
        assert_eq!(vocabulary.bureau("亜米利加局"), Some("亜米利加局"));
        assert!(vocabulary.is_torn_bureau("約局長") && vocabulary.is_torn_bureau("管欧亜局長"));
        assert!(!vocabulary.is_torn_bureau("会計課長") && !vocabulary.is_torn_bureau("北米局長"));
    }

    #[test]
    fn a_post_is_known_or_as_read_but_never_one_of_several() {
        for (text, expected) in [
            ("国連", Some("国連")),
            ("國連", Some("國連")),
            ("|本省", Some("本省")),
            ("本者", Some("本省")),
            ("仏", Some("仏")),
            ("公", Some("仏")),
            ("鯨", None),
            ("聞国", None),
            ("カイロ", Some("カイロ")),
            ("ロジア", Some("ロシア")),
        ] {
            assert_eq!(Vocabulary::default().post(text).as_deref(), expected, "{text}");
        }
    }
}
