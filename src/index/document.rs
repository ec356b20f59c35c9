//! What is indexed: a page or a telegram with its text, the places of its pages, and the fields that searches filter by.

use super::text::JoinedText;
use crate::join::join;
use crate::orthography::Folding;
use crate::page::{Dispatch, Page, RegionKind, Telegram};
use crate::provenance::sha256;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The part of a file that a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// One page of a telegram of several pages.
    Page,
    /// A telegram of several pages.
    Telegram,
    /// A telegram of one page, or a page of no telegram.
    Single,
}

/// A page of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageLocation {
    /// The page record.
    pub record: PathBuf,
    /// The scan, as the record names it.
    pub scan: String,
    /// One-based page number in the scan.
    pub page: u32,
    /// Width of the scan, px.
    pub width: u32,
    /// Height of the scan, px.
    pub height: u32,
}

/// A page or a telegram as it is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The same for the same pages of the same record files.
    pub id: String,
    /// The part of a file that it is.
    pub unit: Unit,
    /// Its pages, in their order.
    pub pages: Vec<PageLocation>,
    /// Its text as printed, joined across lines and pages ([`JoinedText`]).
    pub text: String,
    /// The header fields; `None` where it is no telegram. Paragraphs are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telegram: Option<Telegram>,
    /// Texts of its stamps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamps: Vec<String>,
    /// Number of redactions; those that hide one passage count once.
    pub redactions: usize,
}

impl Document {
    /// The day of sending or else of receipt, `1993-09-28`.
    #[must_use]
    pub fn date(&self) -> Option<&str> {
        let telegram = self.telegram.as_ref()?;
        [&telegram.sent, &telegram.received].into_iter().flatten().find_map(|d| d.date.as_deref())
    }

    /// The post abroad: where the telegram was sent from or, if that is the ministry (本省), where it was received. Old forms
    /// of kanji are folded.
    #[must_use]
    pub fn post(&self) -> Option<String> {
        let telegram = self.telegram.as_ref()?;
        let post = |d: &Option<Dispatch>| d.as_ref().and_then(|d| d.post.clone());
        let is_abroad = |p: &String| !matches!(p.as_str(), "本省" | "東京");
        let (sent, received) = (post(&telegram.sent), post(&telegram.received));
        let abroad = sent.clone().filter(is_abroad).or_else(|| received.filter(is_abroad)).or(sent)?;
        Some(Folding { width: true, kana_size: false, old_forms: true }.fold(&abroad))
    }
}

/// A document with the places of its characters.
pub(super) struct TextDocument {
    pub document: Document,
    pub joined: JoinedText,
}

/// The documents of the pages of one file, in their order: each page and each telegram of several pages.
pub(super) fn documents(records: &[PathBuf], pages: &[Page]) -> Vec<TextDocument> {
    let mut found = Vec::new();
    for (indexes, record) in join(pages) {
        let members: Vec<(&Path, &Page)> =
            indexes.iter().map(|&i| (records[i].as_path(), &pages[i])).collect();
        let telegram = record.map(|r| r.telegram);
        if members.len() == 1 {
            found.push(document(Unit::Single, &members, telegram));
            continue;
        }
        found.push(document(Unit::Telegram, &members, telegram));
        for member in members {
            let telegram = join(std::slice::from_ref(member.1)).into_iter().find_map(|(_, record)| record);
            found.push(document(Unit::Page, &[member], telegram.map(|r| r.telegram)));
        }
    }
    found
}

fn document(unit: Unit, members: &[(&Path, &Page)], telegram: Option<Telegram>) -> TextDocument {
    let pages: Vec<&Page> = members.iter().map(|(_, page)| *page).collect();
    let location = |(record, page): &(&Path, &Page)| PageLocation {
        record: record.to_path_buf(),
        scan: page.source.path.clone(),
        page: page.source.page,
        width: page.width,
        height: page.height,
    };
    let regions = || pages.iter().enumerate().flat_map(|(p, page)| page.regions.iter().map(move |r| (p, r)));
    let is_stamp = |kind: &RegionKind| matches!(kind, RegionKind::Stamp { .. });
    let stamps = regions().filter(|(_, r)| is_stamp(&r.kind)).flat_map(|(_, r)| &r.lines);
    let mut passages = std::collections::HashSet::new();
    let redactions = regions()
        .filter(|(p, r)| match r.kind {
            RegionKind::Redaction { group: Some(group), .. } => passages.insert((*p, group)),
            RegionKind::Redaction { .. } => true,
            _ => false,
        })
        .count();
    let joined = joined(&pages, telegram.as_ref());
    let document = Document {
        id: id(unit, members.iter().map(|(record, _)| *record)),
        unit,
        pages: members.iter().map(location).collect(),
        text: joined.text.clone(),
        telegram: telegram.map(|t| Telegram { paragraphs: Vec::new(), ..t }),
        stamps: stamps.map(|l| l.text.clone()).filter(|t| !t.is_empty()).collect(),
        redactions,
    };
    TextDocument { document, joined }
}

/// An identifier that follows from the paths of the records.
fn id<'a>(unit: Unit, records: impl Iterator<Item = &'a Path>) -> String {
    let mut name = format!("{unit:?}");
    for record in records {
        name.push('\n');
        name.push_str(&record.to_string_lossy());
    }
    sha256(name.as_bytes())[..20].to_owned()
}

/// The joined text of a document, made of its page records anew.
pub(super) fn joined_again(pages: &[Page]) -> JoinedText {
    let telegram = join(pages).into_iter().next().and_then(|(_, record)| record).map(|r| r.telegram);
    joined(&pages.iter().collect::<Vec<_>>(), telegram.as_ref())
}

fn joined(pages: &[&Page], telegram: Option<&Telegram>) -> JoinedText {
    let paragraphs = telegram.into_iter().flat_map(|t| &t.paragraphs);
    JoinedText::of(pages, &paragraphs.map(|p| p.lines.clone()).collect::<Vec<_>>())
}
