//! Dates and times as cables print them: 平成５年９月２８日, 昭和四十九年十一月二十二日, 明治元年, １２時３４分, 後二時.

use super::likeness::is_speck;
use super::numerals::{ending, is_numeral, value};
use jiff::civil::Date;

/// Year, month, day.
type Day = (i16, i8, i8);
/// Name, the year before the first, first and last day.
type Era = (&'static str, i16, Day, Day);

/// Names of the eras, the year before their first, first and last day.
const ERAS: [Era; 5] = [
    ("明治", 1867, (1868, 1, 25), (1912, 7, 30)),
    ("大正", 1911, (1912, 7, 30), (1926, 12, 25)),
    ("昭和", 1925, (1926, 12, 25), (1989, 1, 7)),
    ("平成", 1988, (1989, 1, 8), (2019, 4, 30)),
    // No cable is of a later day yet that denshin could have read as one of Shōwa: 昭和四十九年 with 昭 misread.
    ("令和", 2018, (2019, 5, 1), (2048, 12, 31)),
];

/// The first date in a text, as ISO 8601; `None` where there is none, it has no year, or no calendar has it.
pub(super) fn date(text: &str) -> Option<String> {
    date_with(text, None)
}

/// The first date in a text, given the month and day that another line prints: the day whose 日 was hidden counts where
/// both agree.
pub(super) fn date_with(text: &str, witness: Option<(i8, i8)>) -> Option<String> {
    let characters = without_specks(text);
    let year_mark = characters.iter().position(|&c| c == '年')?;
    let (month, day) = month_and_day_in(&characters[year_mark + 1..], witness)?;
    let dates: Vec<Date> = eras(&characters[..year_mark])
        .into_iter()
        .filter_map(|(era, from)| {
            let year_text = &characters[from..year_mark];
            let year = if year_text == ['元'] { 1 } else { whole(year_text)? };
            let year = i16::try_from(year).ok()?.checked_add(era.1)?;
            let date = Date::new(year, month, day).ok()?;
            let limit = |(y, m, d)| Date::new(y, m, d).ok();
            (limit(era.2)? <= date && date <= limit(era.3)?).then_some(date)
        })
        .collect();
    // Two eras that the date may be of: undecided.
    match dates.as_slice() {
        [only] => Some(only.to_string()),
        _ => None,
    }
}

/// Month and day, of a date that gives no year.
pub(super) fn month_and_day(text: &str) -> Option<(i8, i8)> {
    month_and_day_with(text, None)
}

/// Month and day, given those of another line.
pub(super) fn month_and_day_with(text: &str, witness: Option<(i8, i8)>) -> Option<(i8, i8)> {
    let characters = without_specks(text);
    let from = characters.iter().position(|&c| c == '年').map_or(0, |i| i + 1);
    month_and_day_in(&characters[from..], witness)
}

fn without_specks(text: &str) -> Vec<char> {
    // A dash may be a one in kanji numerals; it is no speck here.
    text.chars().filter(|&c| !c.is_whitespace() && (c == '-' || !is_speck(c))).collect()
}

fn month_and_day_in(characters: &[char], witness: Option<(i8, i8)>) -> Option<(i8, i8)> {
    let month_mark = characters.iter().position(|c| matches!(c, '月' | '用'))?;
    let month = whole(&characters[..month_mark])?;
    let rest = &characters[month_mark + 1..];
    let length = rest.iter().take_while(|&&c| is_numeral(c)).count();
    let day = whole(&rest[..length])?;
    // 日 is a narrow rectangle in small print, and read as its neighbours. Where it is hidden, or read as something
    // else, a digit may be too: the day counts only if none can follow it.
    let is_closed = rest.get(length).is_some_and(|&c| is_day_mark(c));
    let in_range = |value: u32, most: u32| i8::try_from(value).ok().filter(|_| (1..=most).contains(&value));
    let found = (in_range(month, 12)?, in_range(day, 31)?);
    (is_closed || is_complete(&rest[..length]) || witness == Some(found)).then_some(found)
}

/// 日, or what it is read as; no digit looks like these. 旦 is left out: it may be 一日.
fn is_day_mark(c: char) -> bool {
    matches!(c, '日' | '曰' | '目' | '田' | '甘' | '口' | 'ロ' | 'H' | 'E' | 'B')
}

/// Whether no digit can follow those of a day: 28, 二十七, but not 2, 二 or 二十.
fn is_complete(day: &[char]) -> bool {
    let is_day = |next: char| {
        let longer: String = day.iter().copied().chain([next]).collect();
        value(&longer).is_some_and(|day| (1..=31).contains(&day))
    };
    !"0123456789一二三四五六七八九〇十".chars().any(is_day)
}

/// The eras that a date may be of, and where their names end: both characters, or one of them, or one and a look-alike.
fn eras(before: &[char]) -> Vec<(Era, usize)> {
    let names = |wrong: usize| {
        let at = move |i: usize, era: &Era| {
            let read = before.get(i..i + 2)?;
            let differing = read.iter().zip(era.0.chars()).filter(|(a, b)| **a != *b).count();
            (differing <= wrong).then_some((*era, i + 2))
        };
        (0..before.len()).flat_map(|i| ERAS.iter().filter_map(move |era| at(i, era))).collect::<Vec<_>>()
    };
    let exact = names(0);
    if exact.is_empty() { names(1) } else { exact }
}

fn whole(text: &[char]) -> Option<u32> {
    ending(text).filter(|&(_, start)| start == 0).map(|(value, _)| value)
}

/// The time in a text, as `HH:MM`: １２時３４分, 後二時, 午前十一時.
pub(super) fn time(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let hour_mark = characters.iter().position(|&c| matches!(c, '時' | '时'))?;
    let (mut hour, start) = ending(&characters[..hour_mark])?;
    match start.checked_sub(1).map(|i| characters[i]) {
        Some('後') if hour < 12 => hour += 12,
        Some('前') if hour == 12 => hour = 0,
        _ => {}
    }
    let rest = &characters[hour_mark + 1..];
    let minute = match rest.iter().position(|&c| c == '分') {
        Some(mark) => whole(&rest[..mark])?,
        None if rest.first() == Some(&'半') => 30,
        None => 0,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn eras_become_years_of_the_common_era() {
        for (text, expected) in [
            ("平成５年９月２８日■　国連発", Some("1993-09-28")),
            ("昭和四十九年十一月二十二日■独発", Some("1974-11-22")),
            ("昭和元年十二月三十一日", Some("1926-12-31")),
            ("明治三十七年二月十日", Some("1904-02-10")),
            ("平和4年3月28日12時34分仏発", None),
            ("昭利四十六年三月十四日", Some("1971-03-14")),
            ("咽和四十九年十一月四日", Some("1974-11-04")),
            ("咽和四年十一月四日", None),
            ("|平威5年9月28日", Some("1993-09-28")),
            ("昭和四十八年八月八旦■独発", Some("1973-08-08")),
            ("昭和四十八年四月二十七■独発", Some("1973-04-27")),
            ("昭和四十八年四月二十■独発", None),
            ("平成5年7月11E■本省着", Some("1993-07-11")),
            ("平成5年7月1■本省着", None),
            ("令和元年五月一日", Some("2019-05-01")),
            ("大正十五年十二月二十六日", None),
            ("平成５年２月３０日", None),
            ("十月二十三日■本省着", None),
            ("平成■年９月２８日", None),
        ] {
            assert_eq!(date(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn times_are_of_24_hours() {
        for (text, expected) in [
            ("平成４年３月２８日１２時３４分仏発", Some("12:34")),
            ("昭和四十七年一月十五日前一一時独発", Some("11:00")),
            ("八月十三日後二時本省着", Some("14:00")),
            ("午後六時半着", Some("18:30")),
            ("二十五時", None),
            ("■本省着", None),
        ] {
            assert_eq!(time(text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_day_of_heisei_is_read_back(year in 2u32..31, month in 1u32..13, day in 1u32..29) {
            let found = date(&format!("平成{year}年{month}月{day}日"));
            let expected = format!("{}-{month:02}-{day:02}", year + 1988);
            prop_assert_eq!(found, (year < 31).then_some(expected));
        }

        #[test]
        fn nothing_makes_it_panic(text in "[平成昭和年月日時分元前後0-9一二十■ ]*|.*") {
            let _ = (date(&text), time(&text));
        }
    }
}
