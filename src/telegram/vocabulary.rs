//! Closed vocabularies of the head, and words recognized through a misread character.

use crate::orthography::Folding;

/// How a cable is to be guarded, strictest first.
pub(super) const CLASSIFICATIONS: [&str; 5] = ["極秘", "取扱注意", "秘", "部外秘", "平"];
/// How fast it goes.
pub(super) const PRECEDENCES: [&str; 5] = ["大至急", "至急", "緊急", "普通", "第一種"];
/// Who may see it.
pub(super) const DISTRIBUTIONS: [&str; 3] = ["限定配布", "特定配布", "厳重限定配布"];
/// Offices that cables are addressed to.
pub(super) const OFFICES: [&str; 6] =
    ["外務大臣", "外務次官", "外務事務次官", "内閣総理大臣", "外務卿", "大東亜大臣"];
/// Bureaus and departments of the Foreign Ministry that are in charge of cables, from the 1940s to the 1990s.
pub(super) const BUREAUS: [&str; 24] = [
    "官房長",
    "北米局長",
    "欧亜局長",
    "アジア局長",
    "条約局長",
    "経済局長",
    "国連局長",
    "中南米局長",
    "中近東アフリカ局長",
    "中近東局長",
    "経済協力局長",
    "情報文化局長",
    "情報調査局長",
    "国際情報局長",
    "総合外交政策局長",
    "欧米局長",
    "国際協力局長",
    "政務局長",
    "調査局長",
    "通商局長",
    "東亜局長",
    "亜米利加局長",
    "領事移住部長",
    "文化交流部長",
];
/// What closes the name of a head of post.
pub(super) const HEADS_OF_POST: [&str; 8] =
    ["大使", "公使", "総領事", "代理大使", "臨時代理大使", "領事", "代表", "代理公使"];

/// Text as it is compared with the vocabulary: old forms and widths folded, blanks dropped.
pub(super) fn folded(text: &str) -> String {
    let folding = Folding { width: true, kana_size: false, old_forms: true };
    folding.fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The word that a text is, at most one character in four misread (none in words of up to three); `None` where no
/// word, or more than one, is as near.
pub(super) fn nearest<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    let text: Vec<char> = folded(text).chars().collect();
    let mut found: Vec<(usize, &str)> = words
        .iter()
        .filter_map(|word| {
            let letters: Vec<char> = word.chars().collect();
            let wrong = misread(&text, &letters)?;
            (wrong * 4 <= letters.len()).then_some((wrong, *word))
        })
        .collect();
    found.sort_by_key(|f| f.0);
    match found.as_slice() {
        [only] => Some(only.1),
        [best, next, ..] if best.0 < next.0 => Some(best.1),
        _ => None,
    }
}

/// Number of differing characters; `None` where the lengths differ.
fn misread(a: &[char], b: &[char]) -> Option<usize> {
    (a.len() == b.len()).then(|| a.iter().zip(b).filter(|(a, b)| a != b).count())
}

/// The first place in a text where a word of the vocabulary stands: longest words first, one character in four
/// misread at most.
pub(super) fn find<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    let text: Vec<char> = folded(text).chars().collect();
    let mut words = words.to_vec();
    words.sort_by_key(|w| std::cmp::Reverse(w.chars().count()));
    let at_most = |share: usize| {
        words.iter().copied().find(|word| {
            let letters: Vec<char> = word.chars().collect();
            let is = |window: &[char]| {
                misread(window, &letters).is_some_and(|wrong| wrong * share <= letters.len())
            };
            text.windows(letters.len()).any(is)
        })
    };
    at_most(usize::MAX / 16).or_else(|| at_most(3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_through_one_misread_character_in_four() {
        assert_eq!(nearest("外務大革", &OFFICES), Some("外務大臣"));
        assert_eq!(nearest("北氷局長", &BUREAUS), Some("北米局長"));
        assert_eq!(nearest("●●局長", &BUREAUS), None);
        assert_eq!(nearest("官房艮", &BUREAUS), None);
    }

    #[test]
    fn the_longest_word_is_found_first() {
        assert_eq!(find("第五號極祕大至急", &CLASSIFICATIONS), Some("極秘"));
        assert_eq!(find("第五號極祕大至急", &PRECEDENCES), Some("大至急"));
        assert_eq!(find("取扱注恵至急", &CLASSIFICATIONS), Some("取扱注意"));
        assert_eq!(find("大室急", &PRECEDENCES), Some("大至急"));
        assert_eq!(find("第5517号", &CLASSIFICATIONS), None);
    }
}
