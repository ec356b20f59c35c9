//! How far a reading is from a word: edit distance in which characters that recognizers take for one another, and
//! specks read as punctuation, count less.
//!
//! Used for words of closed vocabularies alone; numbers, names and subjects are never brought nearer to anything.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Characters that look alike in worn print, group by group (64 at most); among them what is read for 號 and 祕 by
/// models that do not know the old forms.
const LOOK_ALIKE: &[&str] = &[
    "大太犬夫天人木六火",
    "至室",
    "急息意忌",
    "秘祕秋秕砂",
    "注往住洼洗汪",
    "意恵憙",
    "扱吸汲及",
    "普晋昔",
    "通遍道連",
    "北比兆",
    "米氷末来木",
    "局居后",
    "長艮畏民",
    "条朱粂",
    "約的釣",
    "官宮宜宣宦",
    "仏公払",
    "房戻",
    "経径軽怪",
    "済斉溶",
    "欧欣欽",
    "臣巨匡且",
    "務努霧",
    "使便伎俊",
    "電雷竃重",
    "転軽輯輛",
    "号导呈吾与腕肘騰",
    "第弟策笫茅",
    "主王生圭",
    "管菅覧官",
    "番審香",
    "総絵捻",
    "殿典股段",
    "発登祭癸共",
    "着看著益",
    "省者首",
    "昭照招",
    "和利扣",
    "平乎千",
    "成戌咸",
    "配酎酌",
    "布市希",
];
/// What a misread character costs, in tenths; one that is missing or too many costs as much.
pub(super) const MISREAD: usize = 10;
/// What a look-alike costs, in tenths.
const ALIKE: usize = 3;
/// What a speck costs, in tenths.
const SPECK: usize = 2;

/// Whether a character may be a speck of dirt or a piece of a rule.
pub(super) fn is_speck(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | '\''
            | '`'
            | '"'
            | '|'
            | '-'
            | '_'
            | ':'
            | ';'
            | '・'
            | '･'
            | '、'
            | '。'
            | '~'
            | '^'
            | '*'
            | '゜'
            | '゛'
            | '’'
            | '‘'
            | '“'
            | '”'
            | '´'
            | '!'
            | '/'
            | '\\'
    )
}

/// A text without the specks at its edges.
pub(super) fn without_specks(text: &str) -> &str {
    text.trim_matches(|c: char| is_speck(c) || c.is_whitespace())
}

/// Whether one character may have been read for the other.
pub(super) fn alike(a: char, b: char) -> bool {
    a == b || groups(a) & groups(b) != 0
}

/// The groups that hold a character, one bit each.
fn groups(c: char) -> u64 {
    static GROUPS: OnceLock<HashMap<char, u64>> = OnceLock::new();
    let table = GROUPS.get_or_init(|| {
        let mut table = HashMap::new();
        for (i, group) in LOOK_ALIKE.iter().enumerate() {
            group.chars().for_each(|c| *table.entry(c).or_insert(0) |= 1 << i);
        }
        table
    });
    table.get(&c).copied().unwrap_or(0)
}

fn substitution(a: char, b: char) -> usize {
    match (a == b, alike(a, b)) {
        (true, _) => 0,
        (_, true) => ALIKE,
        _ => MISREAD,
    }
}

/// What it costs to read a text for a word, in tenths of a character.
pub(super) fn distance(text: &[char], word: &[char]) -> usize {
    let surplus = |c: char| if is_speck(c) { SPECK } else { MISREAD };
    let mut row: Vec<usize> = (0..=word.len()).map(|i| i * MISREAD).collect();
    for &read in text {
        let mut diagonal = row[0];
        row[0] += surplus(read);
        for (i, &letter) in word.iter().enumerate() {
            let above = row[i + 1];
            row[i + 1] =
                (diagonal + substitution(read, letter)).min(above + surplus(read)).min(row[i] + MISREAD);
            diagonal = above;
        }
    }
    row[word.len()]
}

/// How much a word may cost: a quarter of it misread, or one look-alike in a short one.
pub(super) fn allowance(word: &[char]) -> usize {
    (word.len() * MISREAD / 4).max(ALIKE)
}

/// The word that a text is; `None` where no word is near enough, or another is as near.
pub(super) fn nearest<'a>(text: &[char], words: &'a [impl AsRef<str>]) -> Option<&'a str> {
    let mut found: Vec<(usize, &str)> = words
        .iter()
        .filter_map(|word| {
            let word = word.as_ref();
            let letters: Vec<char> = word.chars().collect();
            let cost = distance(text, &letters);
            (cost <= allowance(&letters)).then_some((cost, word))
        })
        .collect();
    found.sort_by_key(|f| f.0);
    match found.as_slice() {
        [only] => Some(only.1),
        [best, next, ..] if best.0 < next.0 => Some(best.1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(text: &str, word: &str) -> usize {
        distance(&text.chars().collect::<Vec<_>>(), &word.chars().collect::<Vec<_>>())
    }

    #[test]
    fn look_alikes_and_specks_cost_less_than_other_misreadings() {
        assert_eq!(cost("大至急", "大至急"), 0);
        assert_eq!(cost("夫至急", "大至急"), ALIKE);
        assert_eq!(cost("大.至急", "大至急"), SPECK);
        assert_eq!(cost("大鯨急", "大至急"), MISREAD);
        assert_eq!(cost("至急", "大至急"), MISREAD);
    }

    proptest! {
        #[test]
        fn a_word_costs_nothing_and_never_more_than_all_its_letters(text in "[大至急取扱注意.鯨]{0,6}") {
            prop_assert_eq!(cost(&text, &text), 0);
            let most = text.chars().count().max(3) * MISREAD;
            prop_assert!(cost(&text, "大至急") <= most);
        }
    }
}
