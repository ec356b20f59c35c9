//! Parts and fields of a cable whose text a person corrected.
//!
//! The telegram stage gives roles to the machine's lines and to the corrected ones; where the two differ, the correction is
//! the reason, and the line takes its new role. A role that a person chose stays. Where no line of the head was touched
//! and none became one, the head's fields stay the machine's, whatever version of the program read the page; references,
//! paragraphs and posts are always those of the text as it is now. The stage is given upright pages: boxes of a scan that
//! lies on its side are turned first. It compares words with the vocabulary that read the page, not with that of today.

use super::{MendedLine, MendedRegion};
use crate::geometry::{BBox, Polygon};
use crate::page::{Line, Page, Region, RegionKind, Role, Telegram, WritingMode};
use crate::telegram::{TelegramOptions, Vocabulary, find_roles, parse_telegram};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// A line of the machine's page, and its part in the cable.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) line: &'a Line,
    role: Option<Role>,
}

/// The lines of a page by their ids.
pub(super) struct Lines<'a>(HashMap<&'a str, Known<'a>>);

impl<'a> Lines<'a> {
    pub(super) fn of(regions: &'a [MendedRegion]) -> Self {
        let known = |r: &'a MendedRegion| {
            let role = role(&r.kind);
            r.lines.iter().map(move |l| (l.id.as_str(), Known { line: &l.line, role }))
        };
        Self(regions.iter().flat_map(known).collect())
    }

    pub(super) fn get(&self, id: &str) -> Option<Known<'a>> {
        self.0.get(id).copied()
    }
}

/// The page that the machine read, and the vocabulary that it was read with.
pub(super) struct ReadPage<'a> {
    page: &'a Page,
    vocabulary: Vocabulary,
}

impl<'a> ReadPage<'a> {
    pub(super) fn of(page: &'a Page) -> Self {
        Self { page, vocabulary: vocabulary(&page.provenance.settings) }
    }

    /// Gives the lines that a correction made another part of the cable their new roles, splitting regions where parts meet.
    /// Tells whether the head is another than the machine's.
    pub(super) fn assign_roles(&self, machine: &[MendedRegion], regions: &mut Vec<MendedRegion>) -> bool {
        let read = Lines::of(machine);
        let (before, now) = (self.roles_by_id(machine), self.roles_by_id(regions));
        let is_new = |id: &str| now.get(id) != before.get(id);
        let joins_the_head = |mended: &MendedLine| {
            let known = read.get(&mended.id);
            let is_touched =
                known.is_none_or(|k| k.line.text != mended.line.text || k.line.bbox != mended.line.bbox);
            is_touched && is_new(&mended.id) && now.get(&mended.id).is_some_and(|r| is_of_head(*r))
        };
        let is_same = head(machine) == head(regions);
        if is_same && !printed(regions).any(|(_, line)| joins_the_head(line)) {
            return false;
        }
        let wanted = |mended: &MendedLine, here: Role| match read.get(&mended.id) {
            Some(known) if known.role != Some(here) => here,
            Some(_) if !is_new(&mended.id) => here,
            // What the review gives a new line where nobody chooses.
            None if !matches!(here, Role::Body | Role::Other) => here,
            _ => now.get(&mended.id).copied().unwrap_or(here),
        };
        let mut ids: HashSet<String> = regions.iter().map(|r| r.id.clone()).collect();
        let pieces = regions.drain(..).flat_map(|r| split(r, &wanted, &mut ids)).collect();
        *regions = pieces;
        true
    }

    /// The fields: the head's anew where it is another than the machine's.
    pub(super) fn telegram(&self, regions: &[Region], is_new_head: bool) -> Option<Telegram> {
        let page = self.page;
        let size = (page.width, page.height);
        let print = regions.iter().filter(|r| role(&r.kind).is_some());
        let upright: Vec<Region> = print.map(|r| r.clone().turned(page.rotation, size)).collect();
        let found = parse_telegram(&upright, &self.vocabulary);
        if is_new_head {
            return found;
        }
        let machine = page.telegram.clone()?;
        let Some(Telegram { references, paragraphs, forwarded_to, end_mark, distribution, .. }) = found
        else {
            return Some(machine);
        };
        Some(Telegram { references, paragraphs, forwarded_to, end_mark, distribution, ..machine })
    }

    /// The roles that the telegram stage gives the lines of a page.
    fn roles_by_id(&self, regions: &[MendedRegion]) -> HashMap<String, Role> {
        let page = self.page;
        let size = (page.width, page.height);
        let print = regions.iter().filter(|r| role(&r.kind).is_some());
        let lines: Vec<(&str, Line, WritingMode)> = print
            .flat_map(|r| r.lines.iter().map(move |l| (l, r.writing_mode())))
            .map(|(l, mode)| (l.id.as_str(), l.line.clone().turned(page.rotation, size), mode))
            .collect();
        let bare: Vec<(&Line, WritingMode)> = lines.iter().map(|(_, line, mode)| (line, *mode)).collect();
        let roles = find_roles(&bare, &self.vocabulary);
        lines.iter().zip(roles).filter_map(|((id, ..), role)| Some(((*id).to_owned(), role?))).collect()
    }
}

/// The vocabulary of the settings that a page was read with; the built-in words where these hold none, or none that this
/// version understands.
fn vocabulary(settings: &Value) -> Vocabulary {
    let words = settings.get("telegram").cloned().map(serde_json::from_value::<TelegramOptions>);
    Vocabulary::new(&words.and_then(Result::ok).unwrap_or_default())
}

fn role(kind: &RegionKind) -> Option<Role> {
    match kind {
        RegionKind::Text { role, .. } => Some(*role),
        _ => None,
    }
}

fn is_of_head(role: Role) -> bool {
    !matches!(role, Role::Body | Role::Closing | Role::Other)
}

/// The lines of print, each with its role.
fn printed(regions: &[MendedRegion]) -> impl Iterator<Item = (Role, &MendedLine)> {
    regions
        .iter()
        .filter_map(|r| Some((role(&r.kind)?, r)))
        .flat_map(|(role, r)| r.lines.iter().map(move |l| (role, l)))
}

/// What the head's fields are read from.
fn head(regions: &[MendedRegion]) -> Vec<(Role, &str, BBox)> {
    let of_head = printed(regions).filter(|(role, _)| is_of_head(*role));
    of_head.map(|(role, l)| (role, l.line.text.as_str(), l.line.bbox)).collect()
}

/// A region in pieces of one role each. The first keeps the id, the others take numbers that are free.
fn split(
    region: MendedRegion,
    wanted: &impl Fn(&MendedLine, Role) -> Role,
    ids: &mut HashSet<String>,
) -> Vec<MendedRegion> {
    let RegionKind::Text { role, writing_mode } = region.kind else { return vec![region] };
    let mut pieces: Vec<(Role, Vec<MendedLine>)> = Vec::new();
    let MendedRegion { lines, .. } = region;
    let bare = MendedRegion { lines: Vec::new(), ..region };
    for line in lines {
        let own = wanted(&line, role);
        match pieces.last_mut().filter(|(last, _)| *last == own) {
            Some((_, lines)) => lines.push(line),
            None => pieces.push((own, vec![line])),
        }
    }
    let is_one = pieces.len() <= 1;
    let mut pieces = pieces.into_iter();
    let Some(first) = pieces.next() else { return vec![bare] };
    let piece = |id: String, (role, lines): (Role, Vec<MendedLine>)| {
        let kind = RegionKind::Text { role, writing_mode };
        let around = lines.iter().fold(BBox::default(), |all, l| all.union(&l.line.bbox));
        if is_one {
            return MendedRegion { id, kind, lines, ..bare.clone() };
        }
        MendedRegion { id, kind, lines, bbox: around, outline: Polygon::default(), ..bare.clone() }
    };
    let mut all = vec![piece(bare.id.clone(), first)];
    all.extend(pieces.map(|p| piece(free_id(ids), p)));
    all
}

fn free_id(ids: &mut HashSet<String>) -> String {
    let id = (1..)
        .map(|n| format!("r{n}"))
        .find(|id| !ids.contains(id))
        .expect("a page has fewer regions than numbers");
    ids.insert(id.clone());
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_vocabulary_is_that_of_the_settings_that_read_the_page() {
        let extended = vocabulary(&json!({ "telegram": { "posts": ["ウラジオストク"] } }));
        let posts = serde_json::from_value(json!({ "posts": ["ウラジオストク"] })).unwrap();
        assert_eq!(extended, Vocabulary::new(&posts));
        assert_ne!(extended, Vocabulary::default());
        for unknown in
            [json!(null), json!({}), json!({ "telegram": 5 }), json!({ "telegram": { "ships": [] } })]
        {
            assert_eq!(vocabulary(&unknown), Vocabulary::default(), "{unknown}");
        }
    }
}
