//! Folding for search: spellings of one word become one sequence of characters.
//!
//! A search for エリツィン must find エリツイン, 首脳 must find 首のう, and 5517 must find 五五一七. The text and the query are
//! folded alike, so over-folding costs precision and never recall of equal spellings. Two depths exist:
//!
//! - [`characters`] changes characters one by one: width, case, white space, iteration marks, kana, forms of kanji, digits.
//!   A part of a word still matches a part of the text.
//! - [`words`] goes on from there and replaces whole words (tables in `orthography/`), numerals with units and years of
//!   eras. A part of such a word does not match any more: 万円 is no part of 5000000円. Search therefore uses both depths.
//!
//! Each folded character knows the original characters that it stands for ([`FoldedChar`]), so that a match can be shown on
//! the text and on the scan. Line feeds and redactions stay: no phrase crosses them.

use super::new_form;
use std::collections::HashMap;
use std::sync::OnceLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

/// Longest numeral, in characters, that is read as a number.
const LONGEST_NUMERAL: usize = 20;
/// Combining marks of voiced and half-voiced kana.
const VOICED: char = '\u{3099}';
const HALF_VOICED: char = '\u{309A}';

/// Single kanji by other single kanji, beside the old forms.
const VARIANT_FORMS: &str = include_str!("variant_forms.txt");
/// Tables of words: printed form, tab, modern form.
const WORD_TABLES: [&str; 5] = [
    include_str!("rewritten_kanji.txt"),
    include_str!("mixed_writing.txt"),
    include_str!("place_names.txt"),
    include_str!("historical_okurigana.txt"),
    include_str!("historical_kana.txt"),
];
/// Classes of characters that OCR confuses, one class a line.
const CONFUSABLE: &str = include_str!("confusable.txt");

/// A character of a folded text, and the characters of the original that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoldedChar {
    /// The folded character.
    pub value: char,
    /// Index of the first original character.
    pub start: usize,
    /// Index behind the last original character.
    pub end: usize,
}

/// The folded characters as a string.
#[must_use]
pub fn text_of(folded: &[FoldedChar]) -> String {
    folded.iter().map(|c| c.value).collect()
}

/// Folds characters one by one.
#[must_use]
pub fn characters(text: &str) -> Vec<FoldedChar> {
    let mut folded = plain(text);
    repeat(&mut folded);
    fold_kana(&mut folded);
    for c in &mut folded {
        c.value = plain_digit(variant(new_form(c.value)));
    }
    folded
}

/// Replaces words by their modern spelling, numerals by digits and years of eras by years of the common era. Takes a text,
/// and its characters as [`characters`] folds them.
#[must_use]
pub fn words(text: &str, characters: &[FoldedChar]) -> Vec<FoldedChar> {
    let printed: Vec<char> = text.chars().collect();
    without_final_marks(&years(&numerals(&modern_words(characters))), &printed)
}

/// Folds characters that OCR confuses (二 and ニ) to one of them, and then as [`characters`] does.
#[must_use]
pub fn confusable(text: &str) -> Vec<FoldedChar> {
    static CLASSES: OnceLock<HashMap<char, char>> = OnceLock::new();
    let classes = CLASSES.get_or_init(|| {
        let class = |line: &'static str| line.chars().filter_map(|c| Some((c, line.chars().next()?)));
        entries(CONFUSABLE).flat_map(class).collect()
    });
    let one_of_class: String = text.chars().map(|c| *classes.get(&c).unwrap_or(&c)).collect();
    characters(&one_of_class)
}

/// Lines of a table without comments.
fn entries(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

/// Width, case and dashes folded; white space dropped.
fn plain(text: &str) -> Vec<FoldedChar> {
    let mut folded: Vec<FoldedChar> = Vec::with_capacity(text.len() / 3);
    for (i, c) in text.chars().enumerate() {
        if c == '\n' {
            folded.push(FoldedChar { value: c, start: i, end: i + 1 });
            continue;
        }
        if c.is_whitespace() {
            continue;
        }
        // Most characters have no other form.
        if is_kanji(c) || is_kana(c) {
            folded.push(FoldedChar { value: c, start: i, end: i + 1 });
            continue;
        }
        for value in std::iter::once(c).nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()) {
            let mark = match value {
                VOICED | 'ﾞ' | '゛' => Some(VOICED),
                HALF_VOICED | 'ﾟ' | '゜' => Some(HALF_VOICED),
                _ => None,
            };
            match (mark, folded.last_mut()) {
                (Some(mark), Some(last)) => {
                    last.value = compose(last.value, mark).unwrap_or(last.value);
                    last.end = i + 1;
                }
                (Some(_), None) => {}
                (None, _) => {
                    folded.push(FoldedChar { value: super::plain_dash(value), start: i, end: i + 1 });
                }
            }
        }
    }
    folded
}

/// Iteration marks by what they repeat: 々, ゝ, ゞ and their katakana.
fn repeat(folded: &mut [FoldedChar]) {
    for i in 1..folded.len() {
        let before = folded[i - 1].value;
        let repeated = match folded[i].value {
            '々' | '〻' if is_kanji(before) => before,
            'ゝ' | 'ヽ' if is_kana(before) => unvoiced(before),
            'ゞ' | 'ヾ' if is_kana(before) => compose(unvoiced(before), VOICED).unwrap_or(before),
            _ => continue,
        };
        folded[i].value = repeated;
    }
}

fn is_kanji(c: char) -> bool {
    matches!(c, '一'..='鿿' | '㐀'..='䶿' | '〇')
}

fn is_kana(c: char) -> bool {
    matches!(c, 'ぁ'..='ゖ' | 'ァ'..='ヺ')
}

/// A kana without its mark of voicing.
fn unvoiced(c: char) -> char {
    std::iter::once(c).nfd().next().unwrap_or(c)
}

/// Katakana as hiragana, small kana as full-size ones, and spellings of one sound by one of them: ヴァ and バ, ヂ and ジ,
/// ロシヤ and ロシア.
fn fold_kana(folded: &mut Vec<FoldedChar>) {
    for c in folded.iter_mut() {
        c.value = match super::full_size(c.value) {
            katakana @ 'ァ'..='ヴ' => char::from_u32(u32::from(katakana) - 0x60).unwrap_or(katakana),
            other => other,
        };
        c.value = match c.value {
            'ゐ' => 'い',
            'ゑ' => 'え',
            'ぢ' => 'じ',
            'づ' => 'ず',
            other => other,
        };
    }
    let mut out: Vec<FoldedChar> = Vec::with_capacity(folded.len());
    for &c in folded.iter() {
        match out.last_mut() {
            Some(last) if last.value == 'ゔ' => {
                let (value, is_vowel) = match c.value {
                    'あ' => ('ば', true),
                    'い' => ('び', true),
                    'え' => ('べ', true),
                    'お' => ('ぼ', true),
                    _ => ('ぶ', false),
                };
                last.value = value;
                if is_vowel {
                    last.end = c.end;
                } else {
                    out.push(c);
                }
            }
            Some(last) if c.value == 'や' && "いきしちにひみりぎじびぴ".contains(last.value) => {
                out.push(FoldedChar { value: 'あ', ..c });
            }
            _ => out.push(c),
        }
    }
    if let Some(last) = out.last_mut().filter(|last| last.value == 'ゔ') {
        last.value = 'ぶ';
    }
    *folded = out;
}

/// The usual form of a variant of a kanji.
fn variant(c: char) -> char {
    static TABLE: OnceLock<HashMap<char, char>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let pair = |line: &'static str| {
            let (printed, modern) = line.split_once('\t')?;
            Some((printed.chars().next()?, modern.chars().next()?))
        };
        entries(VARIANT_FORMS).filter_map(pair).collect()
    });
    table.get(&c).copied().unwrap_or(c)
}

/// Kanji digits as Arabic ones, position by position: 五五一七 and 5517.
fn plain_digit(c: char) -> char {
    match "〇一二三四五六七八九".chars().position(|d| d == c) {
        Some(digit) => char::from_digit(digit as u32, 10).unwrap_or(c),
        None => match c {
            '零' => '0',
            '壱' => '1',
            '弐' => '2',
            other => other,
        },
    }
}

/// A word of a table: its folded printed form, and its folded modern form.
struct Word {
    printed: Vec<char>,
    modern: Vec<char>,
}

/// Words by their first characters, the longest first.
fn word_table() -> &'static HashMap<char, Vec<Word>> {
    static TABLE: OnceLock<HashMap<char, Vec<Word>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let fold = |text: &str| characters(text).iter().map(|c| c.value).collect::<Vec<char>>();
        let mut table: HashMap<char, Vec<Word>> = HashMap::new();
        for line in WORD_TABLES.into_iter().flat_map(entries) {
            let Some((printed, modern)) = line.split_once('\t') else { continue };
            let word = Word { printed: fold(printed), modern: fold(modern) };
            // The modern form stays as it is, even if a printed form is a part of it: イタリー, イタリア.
            let kept = Word { printed: word.modern.clone(), modern: word.modern.clone() };
            for word in [word, kept] {
                if let Some(&first) = word.printed.first() {
                    table.entry(first).or_default().push(word);
                }
            }
        }
        table.values_mut().for_each(|words| words.sort_by_key(|w| std::cmp::Reverse(w.printed.len())));
        table
    })
}

/// Words of the tables by their modern spelling; the longest at each place.
fn modern_words(folded: &[FoldedChar]) -> Vec<FoldedChar> {
    let table = word_table();
    let mut out = Vec::with_capacity(folded.len());
    let mut i = 0;
    while let Some(&c) = folded.get(i) {
        let here = &folded[i..];
        let fits = |word: &&Word| {
            here.len() >= word.printed.len() && word.printed.iter().zip(here).all(|(p, c)| *p == c.value)
        };
        match table.get(&c.value).and_then(|words| words.iter().find(fits)) {
            Some(word) => {
                let count = word.printed.len();
                let (start, end) = (c.start, here[count - 1].end);
                out.extend(word.modern.iter().map(|&value| FoldedChar { value, start, end }));
                i += count;
            }
            None => {
                out.push(c);
                i += 1;
            }
        }
    }
    out
}

/// Numerals with units (2千2百88, 3十億) and with commas between groups as digits alone.
fn numerals(folded: &[FoldedChar]) -> Vec<FoldedChar> {
    let is_part = |c: char| c.is_ascii_digit() || "十拾百千万億兆廿卅".contains(c);
    let mut out = Vec::with_capacity(folded.len());
    let mut i = 0;
    while i < folded.len() {
        let after = |from: usize| folded[from..].iter();
        let mut length = after(i).take_while(|c| is_part(c.value)).count();
        while length > 0 && folded.get(i + length).is_some_and(|c| matches!(c.value, ',' | '、')) {
            let group = after(i + length + 1).take_while(|c| c.value.is_ascii_digit()).count();
            if group != 3 {
                break;
            }
            length += 4;
            length += after(i + length).take_while(|c| is_part(c.value)).count();
        }
        if length == 0 {
            out.push(folded[i]);
            i += 1;
            continue;
        }
        let run = &folded[i..i + length];
        let (start, end) = (run[0].start, run[length - 1].end);
        let is_plain = run.iter().all(|c| c.value.is_ascii_digit());
        match (!is_plain).then(|| number(&text_of(run))).flatten() {
            Some(number) => {
                out.extend(number.to_string().chars().map(|value| FoldedChar { value, start, end }));
            }
            None => out.extend_from_slice(run),
        }
        i += length;
    }
    out
}

/// The value of a numeral; `None` where it is none (十百, 五十八九), or opens with 万 and is the end of another.
fn number(text: &str) -> Option<u64> {
    if text.chars().count() > LONGEST_NUMERAL || text.starts_with(['万', '億', '兆']) {
        return None;
    }
    // The number, its part below the last 万, its part below the last 千, and the digits read last.
    let (mut total, mut below, mut digits) = (0u64, 0u64, None::<u64>);
    let (mut last_unit, mut last_myriad, mut digit_count) = (u64::MAX, u64::MAX, 0);
    for c in text.chars() {
        match c {
            ',' | '、' => {}
            '0'..='9' => {
                digit_count += 1;
                let digit = u64::from(c.to_digit(10)?);
                digits = Some(digits.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
            }
            '十' | '拾' | '百' | '千' | '廿' | '卅' => {
                let (factor, unit) = match c {
                    '十' | '拾' => (1, 10),
                    '百' => (1, 100),
                    '千' => (1, 1000),
                    '廿' => (2, 10),
                    _ => (3, 10),
                };
                if unit >= last_unit || digit_count > 1 || (c == '廿' || c == '卅') && digits.is_some() {
                    return None;
                }
                below += digits.take().unwrap_or(factor) * unit;
                (last_unit, digit_count) = (unit, 0);
            }
            _ => {
                let myriad = match c {
                    '万' => 10_000,
                    '億' => 100_000_000,
                    _ => 1_000_000_000_000u64,
                };
                let part = below.checked_add(digits.take().unwrap_or(0))?;
                if myriad >= last_myriad || part == 0 {
                    return None;
                }
                total = total.checked_add(part.checked_mul(myriad)?)?;
                (below, last_unit, last_myriad, digit_count) = (0, u64::MAX, myriad, 0);
            }
        }
    }
    // Behind a unit only as many digits as it has noughts: 5十89 is no numeral.
    if last_unit != u64::MAX && digit_count > 1 {
        return None;
    }
    total.checked_add(below)?.checked_add(digits.unwrap_or(0))
}

/// Without the mark of length that ends a word in katakana: コンピューター and コンピュータ. Where a word ends shows only
/// in the printed text.
fn without_final_marks(folded: &[FoldedChar], printed: &[char]) -> Vec<FoldedChar> {
    let is_katakana = |c: &char| matches!(c, 'ァ'..='ヺ' | 'ー' | 'ｦ'..='ﾟ');
    let mut out: Vec<FoldedChar> = Vec::with_capacity(folded.len());
    for &c in folded {
        let is_final = c.value == 'ー' && !printed.get(c.end).is_some_and(is_katakana);
        match out.last_mut().filter(|last| is_final && is_kana(last.value)) {
            Some(last) => last.end = c.end,
            None => out.push(c),
        }
    }
    out
}

/// Eras by their first years.
const ERAS: [(&str, u64); 5] =
    [("明治", 1868), ("大正", 1912), ("昭和", 1926), ("平成", 1989), ("令和", 2019)];

/// Years of eras by years of the common era: 昭和46年, 平成元年.
fn years(folded: &[FoldedChar]) -> Vec<FoldedChar> {
    let mut out = Vec::with_capacity(folded.len());
    let mut i = 0;
    while let Some(&c) = folded.get(i) {
        match year(&folded[i..]) {
            Some((year, length)) => {
                let (start, end) = (c.start, folded[i + length - 1].end);
                out.extend(year.to_string().chars().map(|value| FoldedChar { value, start, end }));
                i += length;
            }
            None => {
                out.push(c);
                i += 1;
            }
        }
    }
    out
}

/// The year that opens a text, and its length without 年.
fn year(text: &[FoldedChar]) -> Option<(u64, usize)> {
    let opens = |era: &str| text.len() > 3 && era.chars().zip(text).all(|(e, c)| e == c.value);
    let (_, first) = ERAS.into_iter().find(|(era, _)| opens(era))?;
    let digits: String = text[2..].iter().map(|c| c.value).take_while(char::is_ascii_digit).collect();
    let (number, length) = match digits.len() {
        0 if text[2].value == '元' => (1, 1),
        1 | 2 => (digits.parse().ok().filter(|&n| n > 0)?, digits.len()),
        _ => return None,
    };
    (text.get(2 + length)?.value == '年').then_some((first + number - 1, 2 + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn light(text: &str) -> String {
        text_of(&characters(text))
    }

    fn deep(text: &str) -> String {
        text_of(&words(text, &characters(text)))
    }

    #[test]
    fn characters_are_folded_one_by_one() {
        for (one, other) in [
            ("エリツイン", "エリツィン"),
            ("正しかつた", "正しかった"),
            ("總理", "総理"),
            ("ロシヤ", "ロシア"),
            ("ﾛｼｱ", "ロシア"),
            ("ｹﾞﾝﾀﾞｲ", "ゲンダイ"),
            ("ヴァチカン", "バチカン"),
            ("サーヴ", "サーブ"),
            ("關シ", "関し"),
            ("ＩＭＦ", "imf"),
            ("五五一七", "5517"),
            ("人々", "人人"),
            ("こゝろ", "こころ"),
            ("いすゞ", "いすず"),
            ("限　定", "限定"),
        ] {
            assert_eq!(light(one), light(other), "{one} {other}");
        }
        assert_ne!(light("ビール"), light("ビル"));
    }

    #[test]
    fn numerals_and_years_are_folded_whole() {
        for (one, other) in [
            ("第五千五百十七号", "第5517号"),
            ("二千二百八十八", "2,288"),
            ("三十億ドル", "30億ドル"),
            ("一万二千人", "12,000人"),
            ("昭和四十六年十月", "1971年10月"),
            ("平成元年", "1989年"),
            ("廿三日", "23日"),
            ("六、八〇〇トン", "6,800トン"),
            ("拾万円", "10万円"),
            ("コンピューターの", "コンピュータの"),
            ("イタリー", "イタリア"),
            ("首のう", "首脳"),
        ] {
            assert_eq!(deep(one), deep(other), "{one} {other}");
        }
        for kept in ["万円", "十百", "5十89人", "昭和会", "昭和100年", "二、三", "は、一〇〇"]
        {
            assert_eq!(deep(kept), light(kept), "{kept}");
        }
    }

    #[test]
    fn a_folded_character_knows_what_it_stands_for() {
        let text = "ｹﾞﾝ昭和四十六年ヴァ";
        let folded = words(text, &characters(text));
        let of = |value: char| {
            let c = folded.iter().find(|c| c.value == value).unwrap();
            text.chars().skip(c.start).take(c.end - c.start).collect::<String>()
        };
        assert_eq!((of('げ').as_str(), of('9').as_str(), of('ば').as_str()), ("ｹﾞ", "昭和四十六", "ヴァ"));
        assert!(folded.is_sorted_by_key(|c| (c.start, c.end)));
    }

    #[test]
    fn redactions_and_line_feeds_stay() {
        assert_eq!(deep("総理\n■は"), "総理\n■は");
    }

    #[test]
    fn tables_are_in_the_form_that_folding_wants() {
        for line in WORD_TABLES.into_iter().flat_map(entries) {
            let (printed, modern) = line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}"));
            assert_eq!(deep(printed), deep(modern), "{line}");
            assert_eq!(deep(&deep(modern)), deep(modern), "{line}");
        }
        for line in entries(VARIANT_FORMS) {
            let (printed, modern) = line.split_once('\t').unwrap_or_else(|| panic!("no tab: {line}"));
            assert_eq!((printed.chars().count(), modern.chars().count()), (1, 1), "{line}");
            assert_eq!(light(printed), light(modern), "{line}");
        }
        let mut seen = std::collections::HashSet::new();
        for c in entries(CONFUSABLE).flat_map(str::chars) {
            assert!(seen.insert(c), "{c} stands in two classes");
        }
    }
}
