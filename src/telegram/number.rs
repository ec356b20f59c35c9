//! The cable's number: 第５５１７号, 第六三六一號, 二一四號.

use super::handling::is_accounted_for;
use super::likeness::{alike, is_speck};
use super::numerals;
use super::sheet::sheet;
use super::vocabulary::Vocabulary;
use crate::page::Sheet;

/// Most characters behind the number in its line: classification, precedence and distribution.
const MOST_BEHIND: usize = 18;

/// A number at the beginning of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbered<'v> {
    /// Its value; `None` where it is hidden or doubtful.
    pub(super) value: Option<u32>,
    /// The series that counts it: 合 in 合第８１３号.
    pub(super) series: Option<&'v str>,
    /// The page of the cable that stands behind 号.
    pub(super) sheet: Option<Sheet>,
    /// What stands behind 号, the page left out.
    pub(super) behind: String,
    /// Whether 第 and 号 both were read.
    pub(super) is_sure: bool,
}

/// The number that opens a (folded) line. 第 or 号 may be misread where the other, and two digits, are sure: digits
/// are never guessed, specks between them are passed over. `None` where the line does not open with a number.
pub(super) fn numbered<'v>(text: &str, vocabulary: &'v Vocabulary) -> Option<Numbered<'v>> {
    let opening = text.trim_start_matches(is_speck);
    let series = vocabulary.series(opening);
    let without = series.and_then(|s| opening.strip_prefix(s)).unwrap_or(text);
    let found = numbered_alone(without, vocabulary)?;
    let (sheet, behind) = match sheet(&found.behind) {
        Some((sheet, rest)) => (Some(sheet), rest),
        None => (None, found.behind),
    };
    (series.is_none() || found.is_sure).then_some(Numbered { series, sheet, behind, ..found })
}

/// The number that opens a line, without its series.
fn numbered_alone<'v>(text: &str, vocabulary: &'v Vocabulary) -> Option<Numbered<'v>> {
    let characters: Vec<char> = text
        .chars()
        .skip_while(|&c| is_speck(c))
        .filter(|&c| !matches!(c, '.' | ',' | '・' | '\''))
        .collect();
    let opening = characters.first().copied()?;
    let opens = alike(opening, '第');
    // 二一四號: without 第, or with something unread in its place.
    let start = usize::from(!numerals::is_numeral(opening));
    let length = characters[start..].iter().take_while(|&&c| numerals::is_numeral(c)).count();
    let close = start + length;
    let closing = characters.get(close).copied();
    let closes = closing == Some('号');
    let hidden = opening == '第' && characters.get(start) == Some(&'■');
    if hidden {
        let mark = characters.iter().position(|&c| c == '号')?;
        let behind = characters[mark + 1..].iter().collect();
        return (mark <= 8).then_some(Numbered {
            value: None,
            series: None,
            sheet: None,
            behind,
            is_sure: true,
        });
    }
    let is_sure = opening == '第' && closes && length >= 1;
    let is_likely = length >= 2 && (opens && closing.is_none_or(|c| c != '年' && c != '月') || closes);
    // A speck behind 号 may be read as a full stop; a sentence ends with one.
    let behind = characters.get(close + 1..).unwrap_or_default();
    let behind = behind.strip_prefix(&['。']).unwrap_or(behind);
    let has_room = length <= 6 && behind.len() <= MOST_BEHIND && !behind.contains(&'。');
    let behind: String = behind.iter().collect();
    let digits: String = characters[start..close].iter().collect();
    ((is_sure || is_likely) && has_room).then(|| {
        // Where no 号 bounds the digits, one may be lost in what was read there, unless all behind it is accounted for.
        let is_bounded = closing.is_some_and(|c| alike(c, '号'))
            || closing.is_some() && is_accounted_for(&behind, vocabulary);
        let value = numerals::value(&digits).filter(|_| is_bounded && is_possible(&digits));
        Numbered { value, series: None, sheet: None, behind, is_sure }
    })
}

/// Whether a cable can have a number of these digits: each post counts from one every year. Numbers above 9999, and
/// noughts before a number, came with Arabic digits.
fn is_possible(digits: &str) -> bool {
    let is_arabic = digits.contains(|c: char| c.is_ascii_digit());
    let has_units = digits.contains(['十', '百', '千']);
    let count = digits.chars().count();
    has_units || if is_arabic { count <= 5 } else { count <= 4 && !digits.starts_with('〇') }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_where_the_frame_is_misread_and_never_guessed() {
        let vocabulary = Vocabulary::default();
        for (text, expected) in [
            ("第5517号極秘大至急", Some(Some(5517))),
            ("第六三六一号", Some(Some(6361))),
            ("第二一四号秘", Some(Some(214))),
            ("二一四号秘", Some(Some(214))),
            ("弟5517号", Some(Some(5517))),
            ("第4.23号秘", Some(Some(423))),
            ("・第5517号", Some(Some(5517))),
            ("第六四〇腕砂", Some(Some(640))),
            ("第六四〇腕極祕", Some(Some(640))),
            ("第二二八大中秘", Some(None)),
            ("第55鯨7号極秘", Some(None)),
            ("第5786", Some(None)),
            ("第三三O〇由取扱注意", Some(None)),
            ("第五六三〇腕。大至急", Some(Some(5630))),
            ("第■号極秘", Some(None)),
            ("合第813号秘大至急", Some(Some(813))),
            ("合算813号秘", None),
            ("第二三三三二号", Some(None)),
            ("第12345号", Some(Some(12345))),
            ("第一三七五号ノ二", Some(Some(1375))),
            ("第6020号2/3", Some(Some(6020))),
            ("第二条の解釈", None),
            ("第55年", None),
            ("往電第5513号", None),
            ("5月23日", None),
        ] {
            assert_eq!(numbered(text, &vocabulary).map(|n| n.value), expected, "{text}");
        }
        assert_eq!(numbered("第5517号極秘大至急", &vocabulary).unwrap().behind, "極秘大至急");
        let circular = numbered("合第813号秘", &vocabulary).unwrap();
        assert_eq!((circular.series, circular.behind.as_str()), (Some("合"), "秘"));
        assert_eq!(
            numbered("第6020号2/3", &vocabulary).unwrap().sheet,
            Some(Sheet { page: 2, pages: Some(3) })
        );
    }
}
