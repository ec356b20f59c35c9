//! When and where a cable was sent or received.

use super::likeness::{alike, is_speck, without_specks};
use super::time;
use super::vocabulary::{Vocabulary, folded};
use crate::page::{Dispatch, REDACTION_MARK};
use jiff::civil::Date;

/// What may close the time: the mark of the day with what it is misread as, hours, minutes, a redaction.
const BEFORE_POST: [char; 10] = ['日', '曰', '目', '旦', '時', '时', '分', '半', '頃', REDACTION_MARK];

/// Most days between sending and receipt of a cable. Delays of weeks happened; years are a misread numeral.
const MOST_DAYS: i32 = 60;

/// A line of dispatch, read.
#[derive(Debug)]
pub(super) struct ReadDispatch {
    pub(super) found: Dispatch,
    /// Folded, with marks where characters may be lost.
    with_gaps: String,
}

/// Reads a line; nothing where it is blank. Date and time are read from the line with its gaps, behind which a digit
/// may be lost.
pub(super) fn dispatch(text: String, with_gaps: &str, vocabulary: &Vocabulary) -> ReadDispatch {
    let plain = folded(&text);
    let with_gaps = folded(with_gaps);
    let (date, time) = (time::date(&with_gaps), time::time(&with_gaps));
    let post = post(&plain, &text, vocabulary);
    ReadDispatch { found: Dispatch { date, time, post, text }, with_gaps }
}

/// Completes each line by the other. A day whose 日 was hidden counts where the other line gives the same. The line of
/// receipt may give month and day alone where the year is that of sending: the year that brings it nearest to the day
/// it was sent.
pub(super) fn complete(sent: Option<&mut ReadDispatch>, received: Option<&mut ReadDispatch>) {
    let (Some(sent), Some(received)) = (sent, received) else { return };
    let (sent_text, received_text) = (sent.with_gaps.as_str(), received.with_gaps.as_str());
    let (sent, received) = (&mut sent.found, &mut received.found);
    if sent.date.is_none() {
        sent.date = time::date_with(sent_text, time::month_and_day(received_text));
    }
    if received.date.is_none() {
        received.date = time::date_with(received_text, time::month_and_day(sent_text));
    }
    let day = |d: &Dispatch| d.date.as_deref().and_then(|d| d.parse::<Date>().ok());
    let Some(day_sent) = day(sent) else { return };
    if let Some(day_received) = day(received)
        && day_sent.until(day_received).map_or(i32::MAX, |span| span.get_days().abs()) > MOST_DAYS
    {
        // One of the two is misread, and nothing tells which.
        (sent.date, received.date) = (None, None);
        return;
    }
    if received.date.is_some() || received_text.contains('年') {
        return;
    }
    let Some((month, day)) =
        time::month_and_day_with(received_text, Some((day_sent.month(), day_sent.day())))
    else {
        return;
    };
    let days = (-1..=1).filter_map(|step| Date::new(day_sent.year() + step, month, day).ok());
    let away = |date: &Date| day_sent.until(*date).map_or(i32::MAX, |span| span.get_days().abs());
    let nearest = days.min_by_key(away).filter(|date| away(date) <= 180);
    received.date = nearest.map(|date| date.to_string());
}

/// The post before 発 or 着: what follows date, time and redaction.
fn post(folded: &str, printed: &str, vocabulary: &Vocabulary) -> Option<String> {
    let body = without_specks(folded);
    let last = body.chars().last()?;
    let cut = |text: &str| {
        let mut characters: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
        while characters.pop().is_some_and(is_speck) {}
        characters
    };
    if !(alike(last, '発') || alike(last, '着')) {
        return None;
    }
    // The printed characters are those of the folded text where folding kept their number.
    let plain = cut(body);
    let own = cut(without_specks(printed));
    let characters = if own.len() == plain.len() { own } else { plain.clone() };
    let start = plain.iter().rposition(|c| BEFORE_POST.contains(c)).map_or(0, |i| i + 1);
    let read: String =
        characters.get(start..)?.iter().filter(|c| c.is_alphanumeric() || **c == '・').collect();
    // The end of a redaction's frame may be read as a stroke.
    let post =
        read.strip_prefix(['一', 'ー', '丨', '|']).filter(|rest| vocabulary.is_post(rest)).unwrap_or(&read);
    let plausible = (1..=12).contains(&post.chars().count()) && !post.chars().any(is_of_a_date);
    plausible.then(|| vocabulary.post(post)).flatten()
}

fn is_of_a_date(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c) || matches!(c, '年' | '月' | '。' | '、')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dispatch(text: String, with_gaps: &str) -> ReadDispatch {
        super::dispatch(text, with_gaps, &Vocabulary::default())
    }

    #[test]
    fn date_time_and_post_are_read_from_one_line() {
        for (text, date, time, post) in [
            ("平成５年９月２８日１２時３４分国連発", Some("1993-09-28"), Some("12:34"), Some("国連")),
            ("平成５年９月２８日■　国連発", Some("1993-09-28"), None, Some("国連")),
            ("平成5年9月28日12時34分国連発.", Some("1993-09-28"), Some("12:34"), Some("国連")),
            ("平成2年6月12日12時34分韓国共", Some("1990-06-12"), Some("12:34"), Some("韓国")),
            ("平成1年10月6日18時02分本者益", Some("1989-10-06"), Some("18:02"), Some("本省")),
            ("平成9年11月9日12時34分分発", Some("1997-11-09"), Some("12:34"), None),
            ("昭和四十六年三月十四日■獨發", Some("1971-03-14"), None, Some("獨")),
            ("昭和四十六年三月十四日", Some("1971-03-14"), None, None),
            ("平成6年8月11日■、公発", Some("1994-08-11"), None, Some("仏")),
            ("昭和四十八年八月八日■一独発", Some("1973-08-08"), None, Some("独")),
            ("昭和四十四年一月二十六日】』仏発", Some("1969-01-26"), None, Some("仏")),
            ("■", None, None, None),
        ] {
            let found = dispatch(text.to_owned(), text).found;
            assert_eq!(found.date.as_deref(), date, "{text}");
            assert_eq!(found.time.as_deref(), time, "{text}");
            assert_eq!(found.post.as_deref(), post, "{text}");
        }
    }

    #[test]
    fn a_day_without_its_mark_counts_where_the_other_line_gives_the_same() {
        for (sent, received, expected) in [
            ("昭和四十五年四月十晶■中国発", "四月十日後二時本省着", Some("1970-04-10")),
            ("昭和四十五年四月十晶■中国発", "四月十一日後二時本省着", None),
            ("昭和四十五年四月十■中国発", "四月十■本省着", None),
        ] {
            let mut found = dispatch(sent.to_owned(), sent);
            complete(Some(&mut found), Some(&mut dispatch(received.to_owned(), received)));
            assert_eq!(found.found.date.as_deref(), expected, "{sent} {received}");
        }
    }

    #[test]
    fn dates_years_apart_are_both_unsure() {
        let (sent, received) = ("昭和七年二月十一日独発", "昭和四七年二月十一日本省着");
        let (mut sent, mut received) =
            (dispatch(sent.to_owned(), sent), dispatch(received.to_owned(), received));
        complete(Some(&mut sent), Some(&mut received));
        assert_eq!((sent.found.date, received.found.date), (None, None));
    }

    #[test]
    fn a_year_behind_a_gap_is_unsure() {
        let found = dispatch("昭和七年二月十一日独発".to_owned(), "昭和\u{FFFC}七年二月十一日独発").found;
        assert_eq!((found.date, found.post.as_deref()), (None, Some("独")));
    }

    #[test]
    fn a_receipt_without_a_year_is_nearest_to_the_day_of_sending() {
        for (sent, received, expected) in [
            ("昭和四十六年十月二十三日■中国発", "十月二十四日■本省着", Some("1971-10-24")),
            ("昭和四十六年十二月三十一日米発", "一月一日本省着", Some("1972-01-01")),
            ("昭和四十七年一月一日本省発", "十二月三十一日米着", Some("1971-12-31")),
            ("■中国発", "十月二十四日■本省着", None),
            ("昭和四十六年十月二十三日■中国発", "■本省着", None),
            ("昭和四十六年十月二十三日■中国発", "昭和■年十月二十三日本省着", None),
        ] {
            let mut found = dispatch(received.to_owned(), received);
            complete(Some(&mut dispatch(sent.to_owned(), sent)), Some(&mut found));
            assert_eq!(found.found.date.as_deref(), expected, "{sent} {received}");
        }
    }
}
