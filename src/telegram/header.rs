//! The fields of the head.

use super::vocabulary::{
    self, BUREAUS, CLASSIFICATIONS, DISTRIBUTIONS, HEADS_OF_POST, OFFICES, PRECEDENCES, folded,
};
use super::{numerals, role, time};
use crate::page::{Dispatch, REDACTION_MARK, Region, Role};

/// Texts of the lines with a role.
pub(super) fn texts(regions: &[Region], wanted: Role) -> Vec<&str> {
    let of_role = regions.iter().filter(|r| role(r) == Some(wanted));
    of_role.flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect()
}

/// What follows a label; `None` where the text does not begin with it.
pub(super) fn without_label<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.strip_prefix(label).map(|rest| rest.trim_start_matches(['：', ':', ' ', '　']))
}

/// 第５５１７号: the number, and where 号 ends it, in characters. A numeral between 第 and 号, or with one of them at the
/// beginning of the line.
pub(super) fn number_in(text: &str) -> Option<(u32, usize)> {
    let characters: Vec<char> = text.chars().collect();
    let mark = characters.iter().position(|&c| c == '号')?;
    let (value, start) = numerals::ending(&characters[..mark])?;
    let opened = start > 0 && characters[start - 1] == '第';
    let digits = mark - start;
    // A reference in the message (往電第…号) is not at the beginning of its line.
    let alone = start == 0 && digits >= 2;
    ((opened && start <= 2 || alone) && digits <= 6).then_some((value, mark + 1))
}

/// The number.
pub(super) fn number(regions: &[Region]) -> Option<u32> {
    texts(regions, Role::Number).iter().find_map(|t| number_in(&folded(t))).map(|(value, _)| value)
}

/// What stands behind the number: classification, precedence, distribution.
fn behind_number(regions: &[Region]) -> String {
    let behind = |t: &&str| {
        let text = folded(t);
        let from = number_in(&text)
            .map(|(_, end)| end)
            .or_else(|| text.chars().position(|c| c == '号').map(|p| p + 1));
        text.chars().skip(from.unwrap_or(0)).collect::<String>()
    };
    texts(regions, Role::Number).iter().map(behind).collect()
}

/// The classification.
pub(super) fn classification(regions: &[Region]) -> Option<String> {
    vocabulary::find(&behind_number(regions), &CLASSIFICATIONS).map(str::to_owned)
}

/// The precedence.
pub(super) fn precedence(regions: &[Region]) -> Option<String> {
    vocabulary::find(&behind_number(regions), &PRECEDENCES).map(str::to_owned)
}

/// The distribution.
pub(super) fn distribution(regions: &[Region]) -> Option<String> {
    vocabulary::find(&behind_number(regions), &DISTRIBUTIONS).map(str::to_owned)
}

/// When and where it was sent or received.
pub(super) fn dispatch(regions: &[Region], wanted: Role) -> Option<Dispatch> {
    let text = texts(regions, wanted).into_iter().next()?.to_owned();
    let folded = folded(&text);
    Some(Dispatch { date: time::date(&folded), time: time::time(&folded), post: post(&folded), text })
}

/// The post before 発 or 着: what follows date, time and redaction.
fn post(text: &str) -> Option<String> {
    let body = text.strip_suffix(['発', '着'])?;
    let start = body
        .rfind(['日', '時', '分', '半', '曰', REDACTION_MARK])
        .map_or(0, |i| i + body[i..].chars().next().map_or(0, char::len_utf8));
    let post = body[start..].trim();
    let plausible = (1..=12).contains(&post.chars().count()) && !post.chars().any(numerals_or_marks);
    plausible.then(|| post.to_owned())
}

fn numerals_or_marks(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '年' | '月' | '。' | '、')
}

/// The addressee, without 殿.
pub(super) fn addressee(regions: &[Region]) -> Option<String> {
    person(regions, Role::To)
}

/// The sender.
pub(super) fn sender(regions: &[Region]) -> Option<String> {
    person(regions, Role::From)
}

/// An office by its proper name, a head of post as read; null where any of it is blacked out.
fn person(regions: &[Region], wanted: Role) -> Option<String> {
    let text = texts(regions, wanted).into_iter().next()?;
    let name = text.trim().trim_end_matches('殿').trim();
    if name.is_empty() || name.contains(REDACTION_MARK) {
        return None;
    }
    let office = vocabulary::nearest(name, &OFFICES);
    let known = office.is_some() || HEADS_OF_POST.iter().any(|h| name.ends_with(h)) || text.ends_with('殿');
    known.then(|| office.map_or_else(|| name.to_owned(), str::to_owned))
}

/// The bureau in charge.
pub(super) fn bureau(regions: &[Region]) -> Option<String> {
    let text = texts(regions, Role::Bureau).into_iter().next()?;
    let text = folded(text);
    let name = without_label(&text, "主管").unwrap_or(&text);
    if name.contains(REDACTION_MARK) {
        return None;
    }
    let known = vocabulary::nearest(name, &BUREAUS).map(str::to_owned);
    known.or_else(|| (name.chars().count() >= 3 && name.ends_with('長')).then(|| name.to_owned()))
}

/// The telegraph section's serial number, as read.
pub(super) fn serial(regions: &[Region]) -> Option<String> {
    let text = texts(regions, Role::Serial).into_iter().next()?.trim();
    (!text.is_empty() && !text.contains(REDACTION_MARK)).then(|| text.to_owned())
}

/// What it is about: the lines of the subject, one after another.
pub(super) fn subject(regions: &[Region]) -> Option<String> {
    let joined: String = texts(regions, Role::Subject).concat();
    let subject = without_label(joined.trim(), "件名").unwrap_or(joined.trim());
    (!subject.is_empty() && !subject.chars().all(|c| c == REDACTION_MARK)).then(|| subject.to_owned())
}
