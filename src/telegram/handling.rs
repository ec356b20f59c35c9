//! Classification, precedence and distribution: the words behind the number.

use super::likeness::{self, MISREAD};
use super::vocabulary::{Vocabulary, folded};

/// The words behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Handling<'v> {
    pub(super) classification: Option<&'v str>,
    pub(super) precedence: Option<&'v str>,
    pub(super) distribution: Option<&'v str>,
}

impl<'v> Handling<'v> {
    fn words(self) -> [Option<&'v str>; 3] {
        [self.classification, self.precedence, self.distribution]
    }

    /// The cost of reading a text for these words, one behind the other.
    fn cost(self, text: &[char]) -> usize {
        let letters: Vec<char> = self.words().into_iter().flatten().flat_map(str::chars).collect();
        likeness::distance(text, &letters)
    }

    /// Whether each word explains at least half its letters: without it the text would cost so much more.
    fn is_borne_out(self, text: &[char]) -> bool {
        let cost = self.cost(text);
        let leaner = [
            Self { classification: None, ..self },
            Self { precedence: None, ..self },
            Self { distribution: None, ..self },
        ];
        self.words().into_iter().zip(leaner).all(|(word, without)| {
            word.is_none_or(|w| without.cost(text) >= cost + w.chars().count() * MISREAD / 2)
        })
    }
}

/// Whether the words found behind a number leave little of the text over.
pub(super) fn is_accounted_for(text: &str, vocabulary: &Vocabulary) -> bool {
    let found = handling(text, vocabulary);
    let text = letters_of_handling(text);
    found != Handling::default() && 3 * found.cost(&text) <= text.len() * MISREAD
}

fn letters_of_handling(text: &str) -> Vec<char> {
    folded(text).chars().filter(|c| !matches!(c, '(' | ')')).collect()
}

/// Classification, precedence and distribution from what stands behind the number, the three at once: the words in
/// their order that explain it best. Where others explain it as well, what they do not share is null.
pub(super) fn handling<'v>(text: &str, vocabulary: &'v Vocabulary) -> Handling<'v> {
    let text = letters_of_handling(text);
    let mut found: Vec<(usize, Handling<'v>)> =
        combinations(vocabulary).into_iter().map(|handling| (handling.cost(&text), handling)).collect();
    found.sort_by_key(|f| f.0);
    let least = found.iter().find(|(_, h)| h.is_borne_out(&text)).map_or(0, |f| f.0);
    let as_good = found.into_iter().filter(|f| f.0 == least).map(|f| f.1);
    let best: Vec<Handling<'v>> = as_good.filter(|h| h.is_borne_out(&text)).collect();
    let Some(first) = best.first().copied() else { return Handling::default() };
    let shared = |of: fn(&Handling<'v>) -> Option<&'v str>| {
        of(&first).filter(|_| best.iter().all(|b| of(b) == of(&first)))
    };
    // 無条件極秘: an unknown word before a classification may make it another.
    let is_qualified = |word: &&str| is_behind_others(&text, word) || is_far_from(&text, word);
    Handling {
        classification: shared(|h| h.classification).filter(|word| !is_qualified(word)),
        precedence: shared(|h| h.precedence),
        distribution: shared(|h| h.distribution),
    }
}

/// All that may stand behind a number: of each list a word or none.
fn combinations(vocabulary: &Vocabulary) -> Vec<Handling<'_>> {
    let words = &vocabulary.words;
    let mut found = Vec::new();
    for classification in each_or_none(&words.classifications) {
        for precedence in each_or_none(&words.precedences) {
            for distribution in each_or_none(&words.distributions) {
                found.push(Handling { classification, precedence, distribution });
            }
        }
    }
    found
}

fn each_or_none(words: &[String]) -> impl Iterator<Item = Option<&str>> {
    std::iter::once(None).chain(words.iter().map(|word| Some(word.as_str())))
}

/// Whether other characters stand before a word, where it fits the text best.
fn is_behind_others(text: &[char], word: &str) -> bool {
    let best = (0..text.len()).min_by_key(|&start| cost_at(text, start, word)).unwrap_or(0);
    match text[..best] {
        [] => false,
        // The frame of a blot is read as a stroke.
        [only] => !likeness::is_speck(only) && !matches!(only, '一' | 'ー' | '丨' | '1'),
        ref before => before.iter().any(|&c| !likeness::is_speck(c)),
    }
}

/// Whether more than a quarter of a word, and more than a character, was misread wherever it is looked for.
fn is_far_from(text: &[char], word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let least = (0..text.len()).map(|start| cost_at(text, start, word)).min();
    least.is_none_or(|cost| cost > likeness::allowance(&letters).max(MISREAD))
}

/// The cost of reading a word from a place of a text on.
fn cost_at(text: &[char], start: usize, word: &str) -> usize {
    let letters: Vec<char> = word.chars().collect();
    let ends = start..=text.len().min(start + letters.len() + 1);
    ends.map(|end| likeness::distance(&text[start..end], &letters)).min().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_the_number_is_explained_as_a_whole() {
        let vocabulary = Vocabulary::default();
        let expected = |c, p, d| Handling { classification: c, precedence: p, distribution: d };
        for (text, handling_expected) in [
            ("極祕大至急", expected(Some("極秘"), Some("大至急"), None)),
            ("極　秘　　大至急（限定配布）", expected(Some("極秘"), Some("大至急"), Some("限定配布"))),
            ("取扱注恵至急", expected(Some("取扱注意"), Some("至急"), None)),
            ("秘普通", expected(Some("秘"), Some("普通"), None)),
            ("極槍夫至急", expected(Some("極秘"), Some("大至急"), None)),
            ("大室急", expected(None, Some("大至急"), None)),
            ("鯨至急", expected(None, None, None)),
            ("厳秘", expected(Some("厳秘"), None, None)),
            ("嚴祕普通", expected(Some("厳秘"), Some("普通"), None)),
            ("無期限極秘大至急", expected(Some("無期限極秘"), Some("大至急"), None)),
            ("無条件極秘大至急", expected(None, Some("大至急"), None)),
            ("一取扱注意.大至急", expected(Some("取扱注意"), Some("大至急"), None)),
            ("■", Handling::default()),
            ("", Handling::default()),
        ] {
            assert_eq!(handling(text, &vocabulary), handling_expected, "{text}");
        }
    }
}
