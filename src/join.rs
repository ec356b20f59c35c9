//! Joins the pages of a file into telegrams. Paragraphs continue across page breaks.
//!
//! Only pages of one file are joined, in file order. A page continues the telegram before it in three cases: a line
//! among its first lines is a continuation mark (続) or a page number n of m with n > 1; it repeats the number of that
//! telegram; or it has no header and that telegram has no end mark （了）. Any other page starts a new group. A telegram
//! is not joined if its pages are in several files or out of order.

use crate::page::{Page, Paragraph, RegionKind, Role, TELEGRAM_FORMAT, Telegram, TelegramRecord};

/// Number of nonempty lines at the top of a page that are searched for a continuation mark or a page number.
const HEAD_LINES: usize = 3;
/// Longest page number line, in characters: （１０／１２ページ）.
const LONGEST_NUMBER: usize = 10;
/// Characters that end a sentence and therefore may end a paragraph.
const ENDS: [char; 8] = ['。', '．', '.', '）', ')', '」', '』', '：'];

/// Groups the pages of a file. Returns the page indexes of each group and its record, if a page of the group is a
/// telegram.
#[must_use]
pub fn join(pages: &[Page]) -> Vec<(Vec<usize>, Option<TelegramRecord>)> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let goes_on = groups.last().is_some_and(|group| {
            let before: Vec<&Page> = group.iter().map(|&i| &pages[i]).collect();
            goes_on(&before, page)
        });
        match groups.last_mut().filter(|_| goes_on) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    let record = |group: &Vec<usize>| joined(&group.iter().map(|&i| &pages[i]).collect::<Vec<_>>());
    groups.into_iter().map(|group| (group.clone(), record(&group))).collect()
}

/// Whether a page continues the telegram of the pages before it.
fn goes_on(before: &[&Page], page: &Page) -> bool {
    let same_file = before.iter().all(|b| b.source.sha256 == page.source.sha256);
    let Some(telegram) = before.iter().find_map(|b| b.telegram.as_ref()).filter(|_| same_file) else {
        return false;
    };
    let head: Vec<&str> =
        lines(page).map(|l| l.1.trim()).filter(|t| !t.is_empty()).take(HEAD_LINES).collect();
    if head.iter().any(|line| says_so(line)) {
        return true;
    }
    if head.iter().any(|line| page_number(line).is_some_and(|n| n == 1)) {
        return false;
    }
    let own = page.telegram.as_ref();
    match own.and_then(|t| t.number) {
        Some(number) => telegram.number == Some(number),
        None => {
            let headless = own.is_none_or(|t| t.sent.is_none() && t.received.is_none() && t.to.is_none());
            let ended = before.iter().any(|b| b.telegram.as_ref().is_some_and(|t| t.end_mark) || ends(b));
            headless && !ended
        }
    }
}

/// Whether the last nonempty line of a page ends with an end mark.
fn ends(page: &Page) -> bool {
    let last = lines(page).map(|l| l.1.trim()).filter(|t| !t.is_empty()).last().unwrap_or_default();
    ["（了）", "(了)", "（終）", "(終)"].iter().any(|mark| last.ends_with(mark))
}

/// Whether a line is a continuation mark (続, （続き）, つづき) or a page number greater than 1.
fn says_so(line: &str) -> bool {
    let bare = line.trim_matches(|c: char| "（）()［］[]〔〕-－― 　".contains(c));
    matches!(bare, "続" | "續" | "続き" | "つづき" | "ツヅキ" | "続紙")
        || page_number(line).is_some_and(|n| n > 1)
}

/// Page number of a line such as 2/3, （２／３） or ３の２ (page 2 of 3).
fn page_number(line: &str) -> Option<u32> {
    if line.chars().count() > LONGEST_NUMBER {
        return None;
    }
    let bare = line.trim_matches(|c: char| "（）()［］[]-－― 　頁ページＰPp.．".contains(c));
    let value = |digits: &str| {
        let plain: Option<String> = digits.chars().map(digit).collect();
        plain.filter(|p| (1..=3).contains(&p.len()))?.parse::<u32>().ok()
    };
    let (n, m) = match bare.split_once(['/', '／']) {
        Some((n, m)) => (value(n)?, value(m)?),
        None => {
            let (m, n) = bare.split_once('の')?;
            (value(n)?, value(m)?)
        }
    };
    (1..=m).contains(&n).then_some(n)
}

fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

/// Text lines with the ids that paragraphs refer to and the role of their region.
fn lines(page: &Page) -> impl Iterator<Item = (String, &str, Role)> {
    page.regions.iter().flat_map(|region| {
        let role = match region.kind {
            RegionKind::Text { role, .. } => Some(role),
            _ => None,
        };
        let all = region.lines.iter().enumerate();
        all.filter_map(move |(i, line)| Some((format!("{}/{i}", region.id), line.text.as_str(), role?)))
    })
}

/// Joins pages into one record; `None` if no page is a telegram.
fn joined(pages: &[&Page]) -> Option<TelegramRecord> {
    let mut telegrams = pages.iter().filter_map(|p| p.telegram.as_ref());
    let mut whole = telegrams.next()?.clone();
    telegrams.for_each(|t| add(&mut whole, t));
    whole.paragraphs = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        for (i, mut paragraph) in paragraphs(page).into_iter().enumerate() {
            paragraph.lines.iter_mut().for_each(|line| *line = format!("{}/{line}", page.source.page));
            let runs_on = i == 0 && index > 0 && paragraph.speaker.is_none();
            match whole.paragraphs.last_mut().filter(|before| runs_on && !before.text.ends_with(ENDS)) {
                Some(before) => {
                    before.text += &paragraph.text;
                    before.lines.extend(paragraph.lines);
                }
                None => whole.paragraphs.push(paragraph),
            }
        }
    }
    let text: Vec<&str> = pages.iter().map(|p| p.text.as_str()).filter(|t| !t.is_empty()).collect();
    Some(TelegramRecord {
        format: TELEGRAM_FORMAT.to_owned(),
        sources: pages.iter().map(|p| p.source.clone()).collect(),
        text: text.join("\n"),
        telegram: whole,
    })
}

/// Paragraphs of a page. A page without telegram fields yields all of its text as one paragraph.
fn paragraphs(page: &Page) -> Vec<Paragraph> {
    if let Some(telegram) = page.telegram.as_ref() {
        return telegram.paragraphs.clone();
    }
    let said = |t: &str| !t.is_empty() && !says_so(t) && page_number(t).is_none();
    let body = |r: Role| matches!(r, Role::Body | Role::Closing | Role::Other);
    let print: Vec<_> = lines(page).filter(|(_, t, role)| said(t.trim()) && body(*role)).collect();
    if print.is_empty() {
        return Vec::new();
    }
    let text = print.iter().map(|(_, t, _)| t.trim()).collect();
    vec![Paragraph { speaker: None, text, lines: print.into_iter().map(|(id, ..)| id).collect() }]
}

/// Adds the fields of a later page: single values only if absent so far, list entries if not yet present.
fn add(whole: &mut Telegram, page: &Telegram) {
    let fill = |field: &mut Option<String>, other: &Option<String>| {
        if field.is_none() {
            field.clone_from(other);
        }
    };
    // The joined telegram has no page number.
    whole.sheet = None;
    fill(&mut whole.series, &page.series);
    fill(&mut whole.classification, &page.classification);
    fill(&mut whole.precedence, &page.precedence);
    fill(&mut whole.distribution, &page.distribution);
    fill(&mut whole.to, &page.to);
    fill(&mut whole.from, &page.from);
    fill(&mut whole.bureau, &page.bureau);
    fill(&mut whole.serial, &page.serial);
    fill(&mut whole.subject, &page.subject);
    whole.number = whole.number.or(page.number);
    whole.sent = whole.sent.take().or_else(|| page.sent.clone());
    whole.received = whole.received.take().or_else(|| page.received.clone());
    for reference in &page.references {
        if !whole.references.contains(reference) {
            whole.references.push(reference.clone());
        }
    }
    for post in &page.forwarded_to {
        if !whole.forwarded_to.contains(post) {
            whole.forwarded_to.push(post.clone());
        }
    }
    whole.end_mark |= page.end_mark;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_numbers_and_their_likes() {
        let numbers = ["2/3", "（２／３）", "３の２", "－２／３－", "２／３頁"].map(page_number);
        assert_eq!(numbers, [Some(2); 5]);
        for line in ["第２号", "４／３", "平成５年９月の２８", "１９９３／９／２８", "了の２", ""]
        {
            assert_eq!(page_number(line), None, "{line}");
        }
        assert!(says_so("（続）") && says_so("つづき") && !says_so("続いて会談した") && !says_so("1/3"));
    }
}
