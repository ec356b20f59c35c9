//! Words that users add to the vocabulary of the head.

use super::vocabulary::as_compared;
use serde::{Deserialize, Serialize};

/// Words of the head beside the built-in ones. They are recognized as those are: through a misread character, in old forms
/// of kanji and in any width.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TelegramOptions {
    /// Posts, as the lines of dispatch name them: ウラジオストク.
    pub posts: Words,
    /// Ranks that close the name of a head of post: 弁務官.
    pub heads_of_post: Words,
    /// Offices that cables are addressed to: 拓務大臣.
    pub offices: Words,
    /// Bureaus in charge, by their heads: 管理局長.
    pub bureaus: Words,
    /// How a cable is to be guarded: 軍機.
    pub classifications: Words,
    /// How fast it goes: 特急.
    pub precedences: Words,
    /// Who may see it, without parentheses: 大臣限り.
    pub distributions: Words,
}

/// Words as a user gives them, each with a character to compare.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Words(Vec<String>);

/// Why a list of words was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// A word of blanks, punctuation or nothing: all texts have it, or none.
    #[error("the word {0:?} has no character to compare")]
    Empty(String),
}

impl Words {
    /// The words, in their order.
    ///
    /// # Errors
    /// Where one of them has no character to compare.
    pub fn new(words: impl IntoIterator<Item = impl Into<String>>) -> Result<Self, WordsError> {
        let words: Vec<String> = words.into_iter().map(Into::into).collect();
        match words.iter().find(|word| as_compared(word).is_empty()) {
            Some(empty) => Err(WordsError::Empty(empty.clone())),
            None => Ok(Self(words)),
        }
    }

    /// The words as they were given.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl TryFrom<Vec<String>> for Words {
    type Error = WordsError;

    fn try_from(words: Vec<String>) -> Result<Self, WordsError> {
        Self::new(words)
    }
}

impl From<Words> for Vec<String> {
    fn from(words: Words) -> Self {
        words.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_without_a_character_to_compare_is_an_error_that_shows_its_key() {
        for (text, key, word) in [
            ("posts = [\"\"]", "posts", ""),
            ("bureaus = [\n\"管理局長\",\n\"　 \",\n]", "bureaus", "　 "),
            ("precedences = [\"特急\", \"・。\"]", "precedences", "・。"),
            ("distributions = [\"（）\"]", "distributions", "（）"),
        ] {
            let error = toml::from_str::<TelegramOptions>(text).unwrap_err().to_string();
            assert!(error.contains(key), "{text}: {error}");
            assert!(error.contains(&WordsError::Empty(word.into()).to_string()), "{text}: {error}");
        }
    }

    #[test]
    fn options_are_what_was_written_and_no_other_key_is_known() {
        let options =
            TelegramOptions { offices: Words::new(["拓務大臣"]).unwrap(), ..TelegramOptions::default() };
        let value = serde_json::to_value(&options).unwrap();
        assert_eq!(value["offices"], serde_json::json!(["拓務大臣"]));
        assert_eq!(serde_json::from_value::<TelegramOptions>(value).unwrap(), options);
        assert_eq!(toml::from_str::<TelegramOptions>("").unwrap(), TelegramOptions::default());
        let error = toml::from_str::<TelegramOptions>("post = []").unwrap_err().to_string();
        assert!(error.contains("post") && error.contains("heads_of_post"), "{error}");
    }
}
