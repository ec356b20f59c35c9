//! Dates and times as cables print them: 平成５年９月２８日, 昭和四十九年十一月二十二日, 明治元年, １２時３４分, 後二時.

use super::numerals::ending;
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
    ("令和", 2018, (2019, 5, 1), (9999, 12, 31)),
];

/// The first date in a text, as ISO 8601; `None` where there is none, it has no year, or no calendar has it.
pub(super) fn date(text: &str) -> Option<String> {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let year_mark = characters.iter().position(|&c| c == '年')?;
    let (era, from) = era(&characters[..year_mark])?;
    let year_text = &characters[from..year_mark];
    let year = if year_text == ['元'] { 1 } else { whole(year_text)? };
    let month_mark = year_mark + 1 + characters[year_mark + 1..].iter().position(|&c| c == '月')?;
    let month = whole(&characters[year_mark + 1..month_mark])?;
    let rest = &characters[month_mark + 1..];
    // 日 is a narrow rectangle in small print, and read as its neighbours.
    let day_mark = rest.iter().position(|c| matches!(c, '日' | '曰' | '目' | '■')).unwrap_or(rest.len());
    let day = whole(&rest[..day_mark])?;
    let year = i16::try_from(year).ok()?.checked_add(era.1)?;
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let limit = |(y, m, d)| Date::new(y, m, d).ok();
    (limit(era.2)? <= date && date <= limit(era.3)?).then(|| date.to_string())
}

/// The era at the end of which the year begins: both its characters, or one of them where the other was misread.
fn era(before: &[char]) -> Option<(Era, usize)> {
    let at = |i: usize| before.get(i).copied();
    let mut weak: Vec<(Era, usize)> = Vec::new();
    for i in 0..before.len() {
        for era in ERAS {
            let mut name = era.0.chars();
            let (first, second) = (name.next(), name.next());
            match (at(i) == first, at(i + 1) == second) {
                (true, true) => return Some((era, i + 2)),
                // 明 and 和 stand in one era's name only at their own place.
                (true, false) | (false, true) if i == 0 => weak.push((era, 2)),
                _ => {}
            }
        }
    }
    // 和 alone may be 昭和 or 令和: undecided.
    match weak.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
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
