//! Names of persons in the head: an office, a minister, or a head of post with his post.

use super::likeness::{self, without_specks};
use super::vocabulary::{Vocabulary, folded};

/// Most characters of a head of post with his post: 在ＯＥＣＤ加盟国各公館長.
pub(super) const LONGEST_NAME: usize = 16;

impl Vocabulary {
    /// Whether a (folded) text names a minister: 廣津外務大臣.
    pub(super) fn is_minister(&self, text: &str) -> bool {
        let text = text.trim_end_matches(['殿', '宛']);
        let is_kanji = |c: char| matches!(c, '一'..='龥' | '々' | '\u{F900}'..='\u{FAFF}');
        let is_name = |name: &str| (1..=4).contains(&name.chars().count()) && name.chars().all(is_kanji);
        self.words.offices.iter().filter_map(|office| text.strip_suffix(office.as_str())).any(is_name)
    }

    /// 外務大臣殿　波多野大使: two names that were read as one line.
    pub(super) fn two_persons<'t>(&self, text: &'t str) -> Option<(&'t str, &'t str)> {
        let (place, mark) = text.char_indices().find(|(i, c)| *i > 0 && *c == '殿')?;
        let rest = text[place + mark.len_utf8()..].trim();
        self.head_of_post(rest).map(|_| (&text[..place], rest))
    }

    /// The office that a line names. 殿 or 宛 behind it may be misread, a speck or two may stand before it.
    pub(super) fn office(&self, text: &str) -> Option<&str> {
        let offices = &self.words.offices;
        let plain = folded(text);
        let characters: Vec<char> = without_specks(&plain).chars().collect();
        let whole = likeness::nearest(&characters, offices);
        let without_last = || {
            let most = if characters.last().is_some_and(|&c| likeness::alike(c, '殿')) { 2 } else { 1 };
            (1..=most)
                .find_map(|n| likeness::nearest(characters.get(..characters.len().checked_sub(n)?)?, offices))
        };
        whole.or_else(without_last)
    }

    /// A head of post as read, without 殿; his title through a misread character.
    pub(super) fn head_of_post(&self, text: &str) -> Option<String> {
        let name = without_specks(text).trim_end_matches(['殿', '宛']).trim_end();
        let read: Vec<char> = name.chars().collect();
        let plain: Vec<char> = folded(name).chars().collect();
        if !(3..=LONGEST_NAME).contains(&read.len()) || plain.len() != read.len() {
            return None;
        }
        let title = |exact: bool| {
            self.words.heads_of_post.iter().find(|title| {
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
}
