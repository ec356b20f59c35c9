//! The fields of the head, from the lines of their roles.

use super::likeness::{self, without_specks};
use super::number::numbered;
use super::vocabulary::{self, HEADS_OF_POST, Handling, OFFICES, folded};
use super::{dispatch, role};
use crate::page::{Dispatch, REDACTION_MARK, Region, Role, Telegram};

/// Texts of the lines with a role.
pub(super) fn texts(regions: &[Region], wanted: Role) -> Vec<&str> {
    let of_role = regions.iter().filter(|r| role(r) == Some(wanted));
    of_role.flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect()
}

/// What follows a label; `None` where the text does not begin with it.
pub(super) fn without_label<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.strip_prefix(label).map(|rest| rest.trim_start_matches(['：', ':', ' ', '　', '・', '.']))
}

/// The head's fields.
pub(super) fn header(regions: &[Region]) -> Telegram {
    let (number, handling) = number_and_handling(regions);
    let mut sent = sent_or_received(regions, Role::Sent);
    let mut received = sent_or_received(regions, Role::Received);
    dispatch::complete(sent.as_mut(), received.as_mut());
    Telegram {
        number,
        classification: handling.classification.map(str::to_owned),
        precedence: handling.precedence.map(str::to_owned),
        distribution: handling.distribution.or_else(|| distribution(regions)).map(str::to_owned),
        sent,
        received,
        to: person(regions, Role::To, 0),
        from: person(regions, Role::From, 0).or_else(|| person(regions, Role::To, 1)),
        bureau: bureau(regions),
        serial: serial(regions),
        subject: subject(regions),
        ..Telegram::default()
    }
}

/// The number, and the words behind it: in its own line, or in one of their own beside it.
fn number_and_handling(regions: &[Region]) -> (Option<u32>, Handling) {
    let lines: Vec<String> = texts(regions, Role::Number).into_iter().map(folded).collect();
    let number = lines.iter().find_map(|t| numbered(t));
    let behind: String = lines.iter().map(|t| numbered(t).map_or_else(|| t.clone(), |n| n.behind)).collect();
    (number.and_then(|n| n.value), vocabulary::handling(&behind))
}

/// The distribution where it has a line of its own: （限定配布）.
fn distribution(regions: &[Region]) -> Option<&'static str> {
    texts(regions, Role::Body).into_iter().take(3).find_map(distribution_alone)
}

/// The distribution that a line names, and nothing else.
pub(super) fn distribution_alone(text: &str) -> Option<&'static str> {
    let text = folded(text);
    let inside = without_specks(&text).trim_matches(|c| matches!(c, '(' | ')' | '〔' | '〕' | '[' | ']'));
    vocabulary::nearest(inside, &vocabulary::DISTRIBUTIONS)
}

fn sent_or_received(regions: &[Region], wanted: Role) -> Option<Dispatch> {
    let text = texts(regions, wanted).concat();
    (!text.is_empty()).then(|| dispatch::dispatch(text))
}

/// The person named in a role's line, or the one named behind it in the same line: an office by its proper name, a
/// head of post as read; null where any of it is blacked out.
fn person(regions: &[Region], wanted: Role, which: usize) -> Option<String> {
    let text = texts(regions, wanted).into_iter().next()?;
    let name = without_specks(text);
    let (first, second) = match two_persons(name) {
        Some((first, second)) => (first, Some(second)),
        None => (name, None),
    };
    let name = [Some(first), second][which.min(1)]?;
    if name.is_empty() || name.contains(REDACTION_MARK) {
        return None;
    }
    office(name).map(str::to_owned).or_else(|| head_of_post(name))
}

/// 外務大臣殿　波多野大使: two names that were read as one line.
pub(super) fn two_persons(text: &str) -> Option<(&str, &str)> {
    let (place, mark) = text.char_indices().find(|(i, c)| *i > 0 && *c == '殿')?;
    let rest = text[place + mark.len_utf8()..].trim();
    head_of_post(rest).map(|_| (&text[..place], rest))
}

/// The office that a line names. 殿 or 宛 behind it may be misread, a speck or two may stand before it.
pub(super) fn office(text: &str) -> Option<&'static str> {
    let plain = folded(text);
    let characters: Vec<char> = without_specks(&plain).chars().collect();
    let whole = likeness::nearest(&characters, &OFFICES);
    let without_last = || {
        let most = if characters.last().is_some_and(|&c| likeness::alike(c, '殿')) { 2 } else { 1 };
        (1..=most)
            .find_map(|n| likeness::nearest(characters.get(..characters.len().checked_sub(n)?)?, &OFFICES))
    };
    whole.or_else(without_last)
}

/// A head of post as read, without 殿; his title through a misread character.
pub(super) fn head_of_post(text: &str) -> Option<String> {
    let name = without_specks(text).trim_end_matches(['殿', '宛']).trim_end();
    let read: Vec<char> = name.chars().collect();
    let plain: Vec<char> = folded(name).chars().collect();
    if !(3..=14).contains(&read.len()) || plain.len() != read.len() {
        return None;
    }
    let title = |exact: bool| {
        HEADS_OF_POST.iter().find(|title| {
            let letters: Vec<char> = title.chars().collect();
            let Some(start) = plain.len().checked_sub(letters.len()).filter(|&s| s >= 1) else {
                return false;
            };
            let cost = likeness::distance(&plain[start..], &letters);
            cost == 0 || !exact && cost <= likeness::allowance(&letters)
        })
    };
    if title(true).is_some() {
        return Some(name.to_owned());
    }
    let title = title(false)?;
    let start = read.len() - title.chars().count();
    Some(read[..start].iter().copied().chain(title.chars()).collect())
}

/// The bureau in charge.
fn bureau(regions: &[Region]) -> Option<String> {
    let text = folded(texts(regions, Role::Bureau).into_iter().next()?);
    if text.contains(REDACTION_MARK) {
        return None;
    }
    let known = bureau_in(&text).map(str::to_owned);
    let as_read = || {
        let name = without_specks(without_label(&text, "主管").unwrap_or(&text));
        let is_name =
            (3..=14).contains(&name.chars().count()) && name.ends_with(['長', '局', '部', '課', '室']);
        is_name.then(|| name.to_owned())
    };
    known.or_else(as_read)
}

/// The bureau that a text names, behind 主管 or what was read for it.
pub(super) fn bureau_in(text: &str) -> Option<&'static str> {
    let characters: Vec<char> = without_specks(text).chars().collect();
    let mut starts = (0..=3.min(characters.len())).map(|skip| characters[skip..].iter().collect::<String>());
    starts.find_map(|rest| vocabulary::bureau(&rest))
}

/// The telegraph section's serial number, as read.
fn serial(regions: &[Region]) -> Option<String> {
    let text = texts(regions, Role::Serial).into_iter().next()?.trim();
    let text = ["総番号", "總番號"].iter().find_map(|label| without_label(text, label)).unwrap_or(text);
    (!text.is_empty() && !text.contains(REDACTION_MARK)).then(|| text.to_owned())
}

/// What it is about: the lines of the subject, one after another, without specks at the edges.
fn subject(regions: &[Region]) -> Option<String> {
    let joined: String = texts(regions, Role::Subject).into_iter().map(str::trim).collect();
    let subject = without_label(&joined, "件名").unwrap_or(&joined);
    // Nothing is set between a word and a parenthesis: a point there is a speck.
    let subject =
        [".)", ".）"].iter().zip([")", "）"]).fold(subject.to_owned(), |s, (from, to)| s.replace(from, to));
    let subject = [".(", ".（"].iter().zip(["(", "（"]).fold(subject, |s, (from, to)| s.replace(from, to));
    let subject = without_specks(&subject);
    (!subject.is_empty() && !subject.chars().all(|c| c == REDACTION_MARK)).then(|| subject.to_owned())
}
