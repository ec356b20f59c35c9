//! Posts that a cable was or is to be forwarded to: 英、独に転電した, 在米大使ニ轉電セリ, 関係公館に転電ありたい.

use super::likeness::without_specks;
use super::vocabulary::folded;

/// What is done with the cable.
const ACTS: [&str; 6] = ["転電", "暗送", "転送", "転報", "転達", "郵送"];
/// What stands behind 電 where the character before it was misread.
const DEEDS: [&str; 8] = ["電した", "電あり", "電済", "電セリ", "電せり", "電アリ", "電スミ", "電シ"];
/// What opens the sentence without being a post.
const OPENINGS: [&str; 12] = [
    "なお",
    "尚",
    "ナホ",
    "本電は",
    "本電ハ",
    "本電を",
    "本電ヲ",
    "本電",
    "右ハ",
    "右は",
    "右",
    "本件電報は",
];

/// The posts, as read; paragraphs stand on lines of their own in the text.
pub(super) fn forwarded_to(text: &str) -> Vec<String> {
    let printed: Vec<char> = text.chars().filter(|&c| c == '\n' || !c.is_whitespace()).collect();
    let plain: Vec<char> =
        printed.iter().map(|&c| folded(&c.to_string()).chars().next().unwrap_or(c)).collect();
    let mut found: Vec<String> = Vec::new();
    let mut from = 0;
    for place in 1..plain.len() {
        if !matches!(plain[place - 1], 'に' | 'ニ' | 'へ' | 'ヘ' | '宛') || !is_act(&plain[place..]) {
            continue;
        }
        let list = &printed[from..place - 1];
        let sentence =
            list.iter().rposition(|c| matches!(c, '。' | '■' | '\n')).map_or(list, |i| &list[i + 1..]);
        for item in items(sentence) {
            if !found.contains(&item) {
                found.push(item);
            }
        }
        from = place;
    }
    found
}

fn is_act(rest: &[char]) -> bool {
    let begins = |rest: &[char], word: &str| {
        rest.len() >= word.chars().count() && word.chars().zip(rest).all(|(a, b)| a == *b)
    };
    ACTS.iter().any(|act| begins(rest, act))
        || rest.len() > 1 && DEEDS.iter().any(|deed| begins(&rest[1..], deed))
}

/// The items of a list, parentheses kept whole: 全米公館（除く、アガナ）、英、独及び仏.
fn items(list: &[char]) -> Vec<String> {
    let mut depth = 0;
    let mut items = vec![String::new()];
    for &c in list {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth = (depth - 1).max(0),
            '、' | ',' | '，' if depth == 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    let single = |item: &str| -> Vec<String> {
        let parts = ["及び", "及ビ", "並びに", "並ニ", "ならびに", "及"].iter().find_map(|link| {
            let (first, second) = item.split_once(link)?;
            Some(vec![first.to_owned(), second.to_owned()])
        });
        parts.unwrap_or_else(|| vec![item.to_owned()])
    };
    items
        .iter()
        .flat_map(|item| single(bare(item)))
        .filter(|i| (1..=30).contains(&i.chars().count()))
        .collect()
}

/// An item without the number of its paragraph and the words that open the sentence.
fn bare(item: &str) -> &str {
    let item = without_specks(item);
    let numbered = item.trim_start_matches(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c));
    let item = match numbered.strip_prefix(['．', '.']) {
        Some(rest) if numbered.len() < item.len() => rest,
        _ => item,
    };
    // 右御含ミノ上英ニ: what is asked beside it.
    let item = ["ノ上", "の上"].iter().find_map(|w| item.split_once(w)).map_or(item, |(_, rest)| rest);
    let opening = OPENINGS.iter().find(|opening| item.starts_with(**opening));
    opening.map_or(item, |opening| &item[opening.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_are_the_list_before_the_act() {
        for (text, expected) in [
            (
                "利益となる。全米公館（除く、アガナ、デトロイト）、英、独、仏、ロシアに転電した。（了）",
                vec!["全米公館（除く、アガナ、デトロイト）", "英", "独", "仏", "ロシア"],
            ),
            ("関係公館に転電ありたい。（了）", vec!["関係公館"]),
            ("獨、伊ニ轉電セリ", vec!["獨", "伊"]),
            ("在米大使へ暗送済み。", vec!["在米大使"]),
            ("５．なお、英及び独に転電済。", vec!["英", "独"]),
            ("本電は、英に転電した。独に暗送した。", vec!["英", "独"]),
            ("米、英に覆電した。", vec!["米", "英"]),
            ("転電の要なし。", vec![]),
            ("当地にて電話した。", vec![]),
        ] {
            assert_eq!(forwarded_to(text), expected, "{text}");
        }
    }
}
