//! Closed vocabularies of the head.

use super::likeness::{self, MISREAD};
use crate::orthography::Folding;

/// How a cable is to be guarded.
const CLASSIFICATIONS: [&str; 10] =
    ["極秘", "取扱注意", "秘", "部外秘", "平", "厳秘", "無期限秘", "無期限極秘", "無期限厳秘", "永久極秘"];
/// How fast it goes.
const PRECEDENCES: [&str; 5] = ["大至急", "至急", "緊急", "普通", "第一種"];
/// Who may see it.
pub(super) const DISTRIBUTIONS: [&str; 3] = ["限定配布", "特定配布", "厳重限定配布"];
/// Offices that cables are addressed to.
pub(super) const OFFICES: [&str; 6] =
    ["外務大臣", "外務次官", "外務事務次官", "内閣総理大臣", "外務卿", "大東亜大臣"];
/// Bureaus and departments of the Foreign Ministry that were in charge of cables from the 1890s to the 2000s.
pub(super) const BUREAUS: [&str; 44] = [
    "官房長",
    "大臣官房長",
    "儀典長",
    "外務報道官",
    "北米局長",
    "北米第一課長",
    "中南米局長",
    "アメリカ局長",
    "米州局長",
    "亜米利加局長",
    "欧亜局長",
    "欧州局長",
    "欧米局長",
    "西欧局長",
    "アジア局長",
    "アジア大洋州局長",
    "南部アジア部長",
    "亜細亜局長",
    "東亜局長",
    "南洋局長",
    "中近東アフリカ局長",
    "中近東局長",
    "中東アフリカ局長",
    "条約局長",
    "国際法局長",
    "国連局長",
    "国際連合局長",
    "国際協力局長",
    "総合外交政策局長",
    "経済局長",
    "経済協力局長",
    "情報文化局長",
    "情報調査局長",
    "国際情報局長",
    "情報部長",
    "調査局長",
    "調査部長",
    "政務局長",
    "通商局長",
    "文化事業部長",
    "文化交流部長",
    "領事移住部長",
    "領事局長",
    "移住局長",
];
/// What closes the name of a head of post.
pub(super) const HEADS_OF_POST: [&str; 10] =
    ["臨時代理大使", "代理大使", "代理公使", "大使", "公使", "総領事", "領事", "代表", "事務官", "公館長"];
/// Countries by the character that stands for them, and posts that cables name in full; others are taken as read.
pub(super) const POSTS: [&str; 72] = [
    "米",
    "英",
    "仏",
    "独",
    "伊",
    "加",
    "露",
    "蘇",
    "ソ",
    "中",
    "韓",
    "豪",
    "印",
    "墺",
    "西",
    "葡",
    "蘭",
    "白",
    "瑞",
    "丁",
    "諾",
    "芬",
    "波",
    "希",
    "土",
    "埃",
    "泰",
    "比",
    "馬",
    "尼",
    "墨",
    "伯",
    "智",
    "緬",
    "越",
    "洪",
    "本省",
    "国連",
    "ロシア",
    "ソ連",
    "中国",
    "韓国",
    "米国",
    "英国",
    "仏国",
    "独国",
    "伊国",
    "満州国",
    "イタリア",
    "カナダ",
    "フランス",
    "ドイツ",
    "インド",
    "タイ",
    "イラン",
    "イラク",
    "エジプト",
    "トルコ",
    "ブラジル",
    "メキシコ",
    "スイス",
    "オランダ",
    "ベルギー",
    "スペイン",
    "ポーランド",
    "フィリピン",
    "インドネシア",
    "ジュネーブ",
    "ニューヨーク",
    "サンフランシスコ",
    "ホノルル",
    "上海",
];

/// Text as it is compared with the vocabulary: old forms and widths folded, blanks dropped.
pub(super) fn folded(text: &str) -> String {
    let folding = Folding { width: true, kana_size: false, old_forms: true };
    folding.fold(text).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The word that a text is, specks at its edges aside, through one character in four misread.
pub(super) fn nearest<'a>(text: &str, words: &[&'a str]) -> Option<&'a str> {
    let text: Vec<char> = likeness::without_specks(&folded(text)).chars().collect();
    likeness::nearest(&text, words)
}

/// Series of numbers, as they stand before 第: circulars count apart from other cables.
pub(super) const SERIES: [&str; 4] = ["合", "合秘", "公", "機密"];

/// The name of a bureau that a text is near: with its head or, as before 1945, without.
pub(super) fn bureau(text: &str) -> Option<&'static str> {
    let without_head =
        BUREAUS.iter().filter_map(|b| b.strip_suffix('長')).filter(|b| b.ends_with(['局', '部']));
    let names: Vec<&str> = BUREAUS.iter().copied().chain(without_head).collect();
    nearest(text, &names)
}

/// Whether a text is the name of a bureau with a character lost or added at its beginning: 約局長, 管欧亜局長.
pub(super) fn is_torn_bureau(text: &str) -> bool {
    let tail = |text: &str| text.chars().next().map(|c| text[c.len_utf8()..].to_owned());
    let is_known = |text: &str| BUREAUS.contains(&text);
    !is_known(text)
        && (tail(text).is_some_and(|rest| is_known(&rest))
            || BUREAUS.iter().any(|b| tail(b).as_deref() == Some(text)))
}

/// Whether a text is a post of the vocabulary.
pub(super) fn is_post(text: &str) -> bool {
    POSTS.contains(&folded(text).as_str())
}

/// The post that a text names: one of the vocabulary through a misread character; `None` where it may be several, or
/// is a single character that stands for no country.
pub(super) fn post(text: &str) -> Option<String> {
    let read = likeness::without_specks(text);
    let plain = folded(read);
    let characters: Vec<char> = plain.chars().collect();
    if let Some(&exact) = POSTS.iter().find(|p| **p == plain) {
        // 國連 stays as printed.
        return Some(if exact.chars().count() == read.chars().count() { read } else { exact }.to_owned());
    }
    if characters.len() < 2 {
        return likeness::nearest(&characters, &POSTS).map(str::to_owned);
    }
    let one_misread: Vec<&str> = POSTS
        .into_iter()
        .filter(|p| {
            let word: Vec<char> = p.chars().collect();
            word.len() > 1 && likeness::distance(&characters, &word) <= MISREAD
        })
        .collect();
    let near = likeness::nearest(&characters, &one_misread);
    match one_misread.as_slice() {
        [] => Some(read.to_owned()),
        [only] if characters.len() > 2 => Some((*only).to_owned()),
        _ => near.map(str::to_owned),
    }
}

/// What stands behind the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Handling {
    pub(super) classification: Option<&'static str>,
    pub(super) precedence: Option<&'static str>,
    pub(super) distribution: Option<&'static str>,
}

impl Handling {
    fn words(self) -> [Option<&'static str>; 3] {
        [self.classification, self.precedence, self.distribution]
    }

    /// What it costs to read a text for these words, one behind the other.
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
pub(super) fn is_accounted_for(text: &str) -> bool {
    let found = handling(text);
    let text = letters_of_handling(text);
    found != Handling::default() && 3 * found.cost(&text) <= text.len() * MISREAD
}

fn letters_of_handling(text: &str) -> Vec<char> {
    folded(text).chars().filter(|c| !matches!(c, '(' | ')')).collect()
}

/// Classification, precedence and distribution from what stands behind the number, the three at once: the words in
/// their order that explain it best. Where others explain it as well, what they do not share is null.
pub(super) fn handling(text: &str) -> Handling {
    let text = letters_of_handling(text);
    let options = |words: &'static [&'static str]| {
        std::iter::once(None).chain(words.iter().copied().map(Some)).collect::<Vec<_>>()
    };
    let mut found: Vec<(usize, Handling)> = Vec::new();
    for classification in options(&CLASSIFICATIONS) {
        for precedence in options(&PRECEDENCES) {
            for distribution in options(&DISTRIBUTIONS) {
                let handling = Handling { classification, precedence, distribution };
                found.push((handling.cost(&text), handling));
            }
        }
    }
    found.sort_by_key(|f| f.0);
    let least = found.iter().find(|(_, h)| h.is_borne_out(&text)).map_or(0, |f| f.0);
    let as_good = found.into_iter().filter(|f| f.0 == least).map(|f| f.1);
    let best: Vec<Handling> = as_good.filter(|h| h.is_borne_out(&text)).collect();
    let Some(first) = best.first().copied() else { return Handling::default() };
    let shared = |of: fn(&Handling) -> Option<&'static str>| {
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

/// What it costs to read a word from a place of a text on.
fn cost_at(text: &[char], start: usize, word: &str) -> usize {
    let letters: Vec<char> = word.chars().collect();
    let ends = start..=text.len().min(start + letters.len() + 1);
    ends.map(|end| likeness::distance(&text[start..end], &letters)).min().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_known_through_one_misread_character_in_four() {
        assert_eq!(nearest("外務大革", &OFFICES), Some("外務大臣"));
        assert_eq!(bureau("北氷局長"), Some("北米局長"));
        assert_eq!(bureau("官房艮"), Some("官房長"));
        assert_eq!(bureau("●●局長"), None);
        assert_eq!(bureau("南米局長"), None, "北米 or 中南米");
        assert_eq!(bureau("官房鯨"), None);
        assert_eq!(bureau("亜米利加局"), Some("亜米利加局"));
        assert!(is_torn_bureau("約局長") && is_torn_bureau("管欧亜局長"));
        assert!(!is_torn_bureau("会計課長") && !is_torn_bureau("北米局長"));
    }

    #[test]
    fn what_stands_behind_the_number_is_explained_as_a_whole() {
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
            assert_eq!(handling(text), handling_expected, "{text}");
        }
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
            assert_eq!(post(text).as_deref(), expected, "{text}");
        }
    }
}
