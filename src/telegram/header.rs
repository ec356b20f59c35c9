//! The fields of the head, from the lines of their roles.

use super::cells::{Cell, GAP, cells, is_even, measured, print_size, with_gaps};
use super::dispatch::{self, ReadDispatch};
use super::handling::{Handling, handling};
use super::likeness::{self, without_specks};
use super::number::{Numbered, numbered};
use super::vocabulary::{Vocabulary, folded};
use super::{numerals, role, sheet};
use crate::page::{Line, REDACTION_MARK, Region, Role, Sheet, Telegram, TelegramKind, WritingMode};

/// A character read with less is more likely wrong than right: a name, subject or number that has it is null.
const LIKELIER_NOT: f32 = 0.5;

/// The regions of a page with their roles, and the words by which the fields of the head are recognized.
pub(super) struct Head<'a> {
    pub(super) regions: &'a [Region],
    pub(super) vocabulary: &'a Vocabulary,
}

/// The content of the lines of the number.
struct Identified<'v> {
    number: Option<u32>,
    series: Option<String>,
    sheet: Option<Sheet>,
    handling: Handling<'v>,
}

impl<'a> Head<'a> {
    /// The kind of the page: by its title, else a later page where the number's line says so.
    pub(super) fn kind(&self) -> Option<TelegramKind> {
        let titles = || texts(self.regions, Role::FormTitle);
        let titled = titles().into_iter().find_map(|t| sheet::by_title(&folded(t)));
        let continues = || self.identified().sheet.filter(|s| s.page > 1).map(|_| TelegramKind::Continuation);
        titled.or_else(|| continues().filter(|_| titles().is_empty()))
    }

    /// The head's fields.
    pub(super) fn fields(&self) -> Telegram {
        let Identified { number, series, sheet, handling } = self.identified();
        let mut sent = self.sent_or_received(Role::Sent);
        let mut received = self.sent_or_received(Role::Received);
        dispatch::complete(sent.as_mut(), received.as_mut());
        Telegram {
            number,
            series,
            sheet,
            classification: handling.classification.map(str::to_owned),
            precedence: handling.precedence.map(str::to_owned),
            distribution: handling.distribution.or_else(|| self.distribution()).map(str::to_owned),
            sent: sent.map(|d| d.found),
            received: received.map(|d| d.found),
            to: self.person(Role::To, 0),
            from: self.person(Role::From, 0).or_else(|| self.person(Role::To, 1)),
            bureau: self.bureau(),
            serial: serial(self.regions),
            subject: subject(self.regions),
            ..Telegram::default()
        }
    }

    /// The number, and the words behind it: in its own line, or in one of their own beside it.
    fn identified(&self) -> Identified<'a> {
        let Self { regions, vocabulary } = *self;
        let behind: String = lines(regions, Role::Number)
            .map(|(line, _)| folded(&line.text))
            .map(|text| numbered(&text, vocabulary).map_or(text, |n| n.behind))
            .collect();
        let number = self.number_line();
        let alone = || texts(regions, Role::Number).into_iter().find_map(|t| Some(sheet::sheet(t)?.0));
        Identified {
            number: number.as_ref().and_then(|n| n.value),
            series: number.as_ref().and_then(|n| n.series).map(str::to_owned),
            sheet: number.and_then(|n| n.sheet).or_else(alone),
            handling: handling(&behind, vocabulary),
        }
    }

    /// The number of the cable; without a value where its digits are unsure or stand at uneven steps.
    fn number_line(&self) -> Option<Numbered<'a>> {
        let Self { regions, vocabulary } = *self;
        let print = print_size(regions);
        lines(regions, Role::Number).find_map(|(line, mode)| {
            let found = numbered(&folded(&line.text), vocabulary)?;
            let cells = measured(line, mode, print);
            let digits = digits(&cells);
            let is_whole = !with_gaps(digits).contains(GAP) && is_even(digits);
            let is_sure = digits.iter().all(|c| c.confidence >= LIKELIER_NOT);
            Some(Numbered { value: found.value.filter(|_| is_whole && is_sure), ..found })
        })
    }

    /// The distribution where it has a line of its own: （限定配布）.
    fn distribution(&self) -> Option<&'a str> {
        let mut first = texts(self.regions, Role::Body).into_iter().take(3);
        first.find_map(|text| self.vocabulary.distribution(text))
    }

    fn sent_or_received(&self, wanted: Role) -> Option<ReadDispatch> {
        let Self { regions, vocabulary } = *self;
        let text = texts(regions, wanted).concat();
        let print = print_size(regions);
        let with_gaps: String =
            lines(regions, wanted).map(|(line, mode)| with_gaps(&measured(line, mode, print))).collect();
        (!text.is_empty()).then(|| dispatch::dispatch(text, &with_gaps, vocabulary))
    }

    /// The person named in a role's line, or the one named behind it in the same line: an office by its proper name, a
    /// head of post as read; null where any of it is blacked out.
    fn person(&self, wanted: Role, which: usize) -> Option<String> {
        let Self { regions, vocabulary } = *self;
        let text = texts(regions, wanted).into_iter().next()?;
        let name = without_specks(text);
        let (first, second) = match vocabulary.two_persons(name) {
            Some((first, second)) => (first, Some(second)),
            None => (name, None),
        };
        let name = [Some(first), second][which.min(1)]?;
        if name.is_empty() || name.contains(REDACTION_MARK) {
            return None;
        }
        let as_read = || {
            let bare = name.trim_end_matches(['殿', '宛']).trim_end();
            let named = vocabulary
                .is_minister(&folded(bare))
                .then(|| bare.to_owned())
                .or_else(|| vocabulary.head_of_post(name));
            named.filter(|_| is_likely(regions, wanted))
        };
        vocabulary.office(name).map(|word| as_printed(name, word)).or_else(as_read)
    }

    /// The bureau in charge, as printed: unsure characters of a known name are the vocabulary's, and an unknown name counts
    /// where all of it is sure and it is no known one with a character too few or too many.
    fn bureau(&self) -> Option<String> {
        let (line, mode) = lines(self.regions, Role::Bureau).next()?;
        let all = cells(line, mode);
        if all.iter().any(|c| c.character == REDACTION_MARK) {
            return None;
        }
        let all = without_specks_at_edges(&all);
        let labelled = text_of(&all[..all.len().min(2)]) == "主管";
        let name = without_specks_at_edges(&all[if labelled { 2 } else { 0 }..]);
        let text = text_of(name);
        let is_name = (3..=14).contains(&name.len()) && text.ends_with(['長', '局', '部', '課', '室']);
        if is_name
            && name.iter().all(Cell::is_sure)
            && is_even(name)
            && !self.vocabulary.is_torn_bureau(&folded(&text))
        {
            return Some(text);
        }
        // 主管 may be misread or lost in part.
        let most = if labelled { 0 } else { name.len().min(3) };
        (0..=most).find_map(|skip| self.known_bureau(without_specks_at_edges(&name[skip..])))
    }

    /// A name of the vocabulary with all its characters read; those that differ from it were unsure.
    fn known_bureau(&self, name: &[Cell]) -> Option<String> {
        let word: Vec<char> = self.vocabulary.bureau(&text_of(name))?.chars().collect();
        let alike = |(cell, letter): (&Cell, &char)| {
            let is_same = folded(&cell.character.to_string()).chars().eq([*letter]);
            (is_same || !cell.is_sure()).then_some(if is_same { cell.character } else { *letter })
        };
        (word.len() == name.len()).then(|| name.iter().zip(&word).map(alike).collect()).flatten()
    }
}

/// Texts of the lines with a role.
pub(super) fn texts(regions: &[Region], wanted: Role) -> Vec<&str> {
    let of_role = regions.iter().filter(|r| role(r) == Some(wanted));
    of_role.flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect()
}

/// The lines with a role.
fn lines(regions: &[Region], wanted: Role) -> impl Iterator<Item = (&Line, WritingMode)> {
    let of_role = regions.iter().filter(move |r| role(r) == Some(wanted));
    of_role.flat_map(|r| r.lines.iter().map(|l| (l, r.writing_mode())))
}

/// Whether each character of the lines with a role is likelier right than wrong.
fn is_likely(regions: &[Region], wanted: Role) -> bool {
    lines(regions, wanted).all(|(line, mode)| cells(line, mode).iter().all(|c| c.confidence >= LIKELIER_NOT))
}

/// What follows a label; `None` where the text does not begin with it.
pub(super) fn without_label<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.strip_prefix(label).map(|rest| rest.trim_start_matches(['：', ':', ' ', '　', '・', '.']))
}

/// The first numeral of a line.
fn digits(cells: &[Cell]) -> &[Cell] {
    let is_digit = |c: &Cell| folded(&c.character.to_string()).chars().all(numerals::is_numeral);
    let start = cells.iter().position(is_digit).unwrap_or(cells.len());
    let length = cells[start..].iter().take_while(|c| is_digit(c)).count();
    &cells[start..start + length]
}

/// A word of a vocabulary as the text prints it: in its old forms, if it begins with the word.
fn as_printed(text: &str, word: &str) -> String {
    let printed: String = text.chars().take(word.chars().count()).collect();
    if folded(&printed) == word { printed } else { word.to_owned() }
}

fn without_specks_at_edges(cells: &[Cell]) -> &[Cell] {
    let is_print = |c: &Cell| !likeness::is_speck(c.character);
    let start = cells.iter().position(is_print).unwrap_or(cells.len());
    let end = cells.iter().rposition(is_print).map_or(start, |i| i + 1);
    &cells[start..end]
}

fn text_of(cells: &[Cell]) -> String {
    cells.iter().map(|c| c.character).collect()
}

/// The telegraph section's serial number, as read.
fn serial(regions: &[Region]) -> Option<String> {
    let text = texts(regions, Role::Serial).into_iter().next()?.trim();
    let text = ["総番号", "總番號"].iter().find_map(|label| without_label(text, label)).unwrap_or(text);
    (!text.is_empty() && !text.contains(REDACTION_MARK)).then(|| text.to_owned())
}

/// What it is about: the lines of the subject, one after another, without specks at the edges.
fn subject(regions: &[Region]) -> Option<String> {
    if !is_likely(regions, Role::Subject) {
        return None;
    }
    let joined: String = texts(regions, Role::Subject).into_iter().map(str::trim).collect();
    let subject = without_label(&joined, "件名").unwrap_or(&joined);
    // Nothing is set between a word and a parenthesis: a point there is a speck.
    let subject =
        [".)", ".）"].iter().zip([")", "）"]).fold(subject.to_owned(), |s, (from, to)| s.replace(from, to));
    let subject = [".(", ".（"].iter().zip(["(", "（"]).fold(subject, |s, (from, to)| s.replace(from, to));
    let subject = without_specks(&subject);
    (!subject.is_empty() && !subject.chars().all(|c| c == REDACTION_MARK)).then(|| subject.to_owned())
}
