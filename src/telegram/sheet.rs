//! What kind of page it is: the words of its title, and the page of a cable that the number's line names.

use super::likeness::{distance, without_specks};
use super::numerals;
use super::vocabulary::folded;
use crate::page::{Sheet, TelegramKind};

/// Titles of cables. Each may be misread in part.
const COPIES: [&str; 2] = ["電信写", "電報写"];
/// Titles of drafts.
const DRAFTS: [&str; 2] = ["電信案", "電報案"];
/// Titles of lists of those who get a cable. A stamp may hide their end.
const LISTS: [&str; 6] = ["配布先一覧", "配布先", "送付先一覧", "配布先表", "配布一覧", "配布表"];
/// What titles of slips end with.
const SLIPS: [&str; 8] = ["送付票", "送付状", "回覧票", "供覧票", "配布票", "閲覧票", "添付票", "表紙"];
/// Most characters of a title.
const LONGEST_TITLE: usize = 12;
/// Most pages of a cable; a larger number is no page.
const MOST_PAGES: u32 = 99;

/// The kind of a page by its title, folded.
pub(super) fn by_title(text: &str) -> Option<TelegramKind> {
    let text = without_specks(text);
    let characters: Vec<char> = text.chars().collect();
    let opens_with = |word: &&str| {
        let word: Vec<char> = word.chars().collect();
        // A stamp beside it may be read on: 電信写要回覧.
        (3..=6).contains(&characters.len()) && distance(&characters[..3], &word) <= 6
    };
    let exactly = |words: &[&str]| words.contains(&text);
    let slip = characters.len() <= LONGEST_TITLE && SLIPS.iter().any(|s| text.ends_with(s));
    let is_draft = DRAFTS.iter().any(opens_with) && characters.get(2) == Some(&'案');
    match () {
        () if is_draft => Some(TelegramKind::Draft),
        () if COPIES.iter().any(opens_with) => Some(TelegramKind::Copy),
        () if exactly(&LISTS) => Some(TelegramKind::DistributionList),
        () if slip => Some(TelegramKind::CoverSlip),
        () => None,
    }
}

/// Whether a page of this kind travels with a cable and is none.
pub(super) fn is_no_cable(kind: TelegramKind) -> bool {
    matches!(kind, TelegramKind::DistributionList | TelegramKind::CoverSlip)
}

/// The page that stands at the beginning of what follows the number: ２／３, （２／３）, ノ二, その２, and what is left.
pub(super) fn sheet(behind: &str) -> Option<(Sheet, String)> {
    let text: Vec<char> = folded(behind).chars().collect();
    let is_open = text.first() == Some(&'(');
    let text = &text[usize::from(is_open)..];
    let links: [&[char]; 7] =
        [&['そ', 'の'], &['ソ', 'ノ'], &['其', 'の'], &['其', 'ノ'], &['の'], &['ノ'], &[]];
    let link = links.iter().find(|link| text.starts_with(link)).copied().unwrap_or_default();
    let (page, rest) = numeral(&text[link.len()..])?;
    let (pages, rest) = match rest.split_first() {
        Some(('/', behind)) => numeral(behind).map(|(pages, rest)| (Some(pages), rest))?,
        _ => (None, rest),
    };
    let rest = if is_open { rest.strip_prefix(&[')'])? } else { rest };
    // A digit alone is no page; ２／３ and ノ二 are.
    let says_so = pages.is_some() || !link.is_empty();
    let is_in_order =
        (1..=MOST_PAGES).contains(&page) && pages.is_none_or(|all| (page..=MOST_PAGES).contains(&all));
    (says_so && is_in_order).then(|| (Sheet { page, pages }, rest.iter().collect()))
}

/// A numeral at the beginning of a text.
fn numeral(text: &[char]) -> Option<(u32, &[char])> {
    let length = text.iter().take_while(|&&c| numerals::is_numeral(c)).count();
    let value = numerals::value(&text[..length].iter().collect::<String>())?;
    Some((value, &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_tell_cables_from_the_papers_that_travel_with_them() {
        for (text, expected) in [
            ("電信写", Some(TelegramKind::Copy)),
            ("雷信写", Some(TelegramKind::Copy)),
            ("電信写要回覧", Some(TelegramKind::Copy)),
            ("電信案", Some(TelegramKind::Draft)),
            ("配布先一覧", Some(TelegramKind::DistributionList)),
            ("配布先", Some(TelegramKind::DistributionList)),
            ("極秘電報送付票", Some(TelegramKind::CoverSlip)),
            ("本電の配布先", None),
            ("電信課", None),
        ] {
            assert_eq!(by_title(text), expected, "{text}");
        }
    }

    #[test]
    fn a_page_of_a_cable_is_numbered_behind_its_number() {
        for (text, expected) in [
            ("２／３", Some((2, Some(3), ""))),
            ("（２／３）極秘", Some((2, Some(3), "極秘"))),
            ("ノ二", Some((2, None, ""))),
            ("その２　秘", Some((2, None, "秘"))),
            ("４／３", None),
            ("２", None),
            ("極秘大至急", None),
            ("ノ件", None),
        ] {
            let found = sheet(text);
            let found = found.as_ref().map(|(s, rest)| (s.page, s.pages, rest.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
