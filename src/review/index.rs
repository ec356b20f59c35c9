//! The list of pages: every record of a folder, read once, with figures that help to choose where to start.
//!
//! Only the fields that the list shows are parsed (63 records of 190 KB: 0.1 s). Ids are SHA-256 hashes of the path
//! below the folder: they are stable, and a URL never contains a path. Links are not followed, so files outside the
//! folder are not listed.

use crate::orthography::Folding;
use crate::page;
use crate::provenance::{Source, sha256};
use crate::reviewed::{self, LoadError, Review};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Characters below this confidence are doubtful: 3 % of the characters of the 63 telegrams, and most of the errors.
pub const DOUBTFUL: f32 = 0.9;

/// A page with a larger share of doubtful characters, or with a line below [`UNSURE_LINE`], has low confidence.
const MANY_DOUBTFUL: f32 = 0.05;
/// Same limit as the record's warning `low-confidence-line`.
const UNSURE_LINE: f32 = 0.6;

/// A page in the list.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// Sixteen hexadecimal digits: the start of the SHA-256 of the name.
    pub id: String,
    /// Path below the folder of results, without `.json`.
    pub name: String,
    /// Path of the record.
    #[serde(skip)]
    pub record: PathBuf,
    /// Scan file and page number.
    #[serde(skip)]
    pub source: Source,
    /// Path of the reference, if there is one.
    #[serde(skip)]
    pub reference: Option<PathBuf>,
    /// Figures of the machine's reading.
    #[serde(flatten)]
    pub signals: Signals,
    /// State of the review.
    pub review: State,
    /// Folded text that the search looks in.
    #[serde(skip)]
    haystack: String,
}

/// Figures that hint at the quality of a reading.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Signals {
    /// Number of lines in text regions.
    pub lines: usize,
    /// Number of characters in text regions.
    pub characters: usize,
    /// Number of characters with a confidence below [`DOUBTFUL`].
    pub doubtful: usize,
    /// Mean confidence of the characters, 0 to 1; 0 if there are none.
    pub confidence: f32,
    /// Lowest confidence of a line that was read; 1 if there is none.
    pub least: f32,
    /// Number of warnings.
    pub warnings: usize,
    /// Number of stamps.
    pub stamps: usize,
    /// Number of redactions.
    pub redactions: usize,
    /// The telegram's number.
    pub number: Option<u32>,
    /// The telegram's subject.
    pub subject: Option<String>,
}

impl Signals {
    /// Whether the page passes the filter for low confidence.
    #[must_use]
    pub fn low_confidence(&self) -> bool {
        self.doubtful as f32 > self.characters as f32 * MANY_DOUBTFUL || self.least < UNSURE_LINE
    }
}

/// State of a page's review.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct State {
    /// Number of times the review was saved.
    pub revision: u64,
    /// Number of lines and regions that differ from the machine's.
    pub changes: usize,
    /// Whether the page is marked done.
    pub done: bool,
    /// Last reviewer.
    pub by: Option<String>,
    /// Time of the last save, RFC 3339 in UTC.
    pub at: Option<String>,
    /// Why the review cannot be read.
    pub damaged: Option<String>,
}

impl State {
    /// The state that a review describes.
    #[must_use]
    pub fn of(review: &Review) -> Self {
        let last = review.history.last();
        Self {
            revision: review.revision,
            changes: review.changes,
            done: review.done,
            by: last.map(|c| c.by.clone()),
            at: last.map(|c| c.at.clone()),
            damaged: None,
        }
    }
}

/// All pages of a folder, in order of their names.
#[derive(Default)]
pub struct Index {
    entries: Vec<Entry>,
    by_id: HashMap<String, usize>,
    /// Records that cannot be read: name and reason.
    pub unreadable: Vec<(String, String)>,
    /// Whether the folder is still being read.
    pub growing: bool,
}

impl Index {
    /// All pages, in order of their names.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Finds a page by id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Entry> {
        self.by_id.get(id).map(|&i| &self.entries[i])
    }

    /// Replaces the review state of a page.
    pub fn update(&mut self, id: &str, state: State) {
        if let Some(&i) = self.by_id.get(id) {
            self.entries[i].review = state;
        }
    }

    pub(super) fn set_growing(&mut self, growing: bool) {
        self.growing = growing;
    }

    /// Adds the result of [`look_at`].
    pub(super) fn add(&mut self, found: Found) {
        match found {
            Found::Page(entry) => {
                self.by_id.insert(entry.id.clone(), self.entries.len());
                self.entries.push(*entry);
            }
            Found::Unreadable(name, why) => self.unreadable.push((name, why)),
            Found::Other => {}
        }
    }
}

impl Entry {
    /// Whether name, number or subject contain the words. Both sides are folded: width, kana size and kanji forms.
    #[must_use]
    pub fn matches(&self, folded: &str) -> bool {
        self.haystack.contains(folded)
    }
}

/// Folds search words in the same way as the text of the pages.
#[must_use]
pub(super) fn folded(words: &str) -> String {
    Folding::all().fold(words.trim()).to_lowercase()
}

/// Classification of a file.
pub(super) enum Found {
    Page(Box<Entry>),
    Unreadable(String, String),
    /// Another JSON document.
    Other,
}

/// The files below a folder that may be page records, in order of their names.
pub(super) fn candidates(root: &Path) -> impl Iterator<Item = PathBuf> {
    let is_candidate = |e: &walkdir::DirEntry| {
        let name = e.file_name().to_string_lossy();
        let other = name.starts_with('.') || name.ends_with(".review.json") || name.ends_with(".gt.json");
        e.file_type().is_file() && name.ends_with(".json") && !other
    };
    let all = WalkDir::new(root).follow_links(false).sort_by_file_name().into_iter().filter_map(Result::ok);
    all.filter(is_candidate).map(walkdir::DirEntry::into_path)
}

/// Reads the list's fields of one file.
pub(super) fn look_at(path: &Path, root: &Path, references: &References) -> Found {
    let below = path.strip_prefix(root).unwrap_or(path);
    let name = below.with_extension("").to_string_lossy().replace('\\', "/");
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) => return Found::Unreadable(name, e.to_string()),
    };
    let head: Head = match serde_json::from_slice(&bytes) {
        Ok(head) => head,
        // The folder may hold other JSON files. Report only files that name the format of page records.
        Err(e) if bytes.windows(page::FORMAT.len()).take(4_096).any(|w| w == page::FORMAT.as_bytes()) => {
            return Found::Unreadable(name, e.to_string());
        }
        Err(_) => return Found::Other,
    };
    if head.format != page::FORMAT {
        return Found::Other;
    }
    let review = match reviewed::load(path) {
        Ok(review) => review.as_ref().map(State::of).unwrap_or_default(),
        Err(LoadError::Damaged { cause, .. }) => State { damaged: Some(cause), ..State::default() },
        Err(e) => State { damaged: Some(e.to_string()), ..State::default() },
    };
    let signals = head.signals();
    let number = signals.number.map(|n| n.to_string()).unwrap_or_default();
    let haystack = folded(&format!("{name}\n{number}\n{}", signals.subject.as_deref().unwrap_or_default()));
    let id = sha256(name.as_bytes())[..16].to_owned();
    let (record, reference) = (path.to_owned(), references.find(&name));
    Found::Page(Box::new(Entry {
        id,
        name,
        record,
        source: head.source,
        reference,
        signals,
        review,
        haystack,
    }))
}

/// Paths of references by name.
#[derive(Default)]
pub(super) struct References(HashMap<String, PathBuf>);

impl References {
    /// All references below a folder: `NAME.gt.txt`, or `NAME.gt.json` if there is no text file.
    pub(super) fn in_folder(folder: &Path) -> Self {
        let mut found = HashMap::new();
        for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_map(Result::ok) {
            let below = entry
                .path()
                .strip_prefix(folder)
                .unwrap_or(entry.path())
                .to_string_lossy()
                .replace('\\', "/");
            if let Some(name) = below.strip_suffix(".gt.txt") {
                found.insert(name.to_owned(), entry.into_path());
            } else if let Some(name) = below.strip_suffix(".gt.json") {
                found.entry(name.to_owned()).or_insert(entry.into_path());
            }
        }
        Self(found)
    }

    fn find(&self, name: &str) -> Option<PathBuf> {
        self.0.get(name).cloned()
    }
}

/// The fields of a record that the list needs.
#[derive(Deserialize)]
struct Head {
    format: String,
    source: Source,
    regions: Vec<RegionHead>,
    #[serde(default)]
    warnings: Vec<serde::de::IgnoredAny>,
    #[serde(default)]
    telegram: Option<TelegramHead>,
}

#[derive(Deserialize)]
struct RegionHead {
    kind: String,
    #[serde(default)]
    lines: Vec<LineHead>,
}

#[derive(Deserialize)]
struct LineHead {
    confidence: f32,
    #[serde(default)]
    engine: String,
    #[serde(default)]
    glyphs: Vec<GlyphHead>,
}

#[derive(Deserialize)]
struct GlyphHead {
    confidence: f32,
}

#[derive(Deserialize)]
struct TelegramHead {
    number: Option<u32>,
    subject: Option<String>,
}

impl Head {
    fn signals(&self) -> Signals {
        let of_kind = |kind: &'static str| self.regions.iter().filter(move |r| r.kind == kind);
        let lines: Vec<&LineHead> = of_kind("text").flat_map(|r| &r.lines).collect();
        let confidences = || lines.iter().flat_map(|l| &l.glyphs).map(|g| g.confidence);
        let characters = confidences().count();
        let read = lines.iter().filter(|l| l.engine != "none");
        Signals {
            lines: lines.len(),
            characters,
            doubtful: confidences().filter(|&c| c < DOUBTFUL).count(),
            confidence: if characters > 0 { confidences().sum::<f32>() / characters as f32 } else { 0.0 },
            least: read.map(|l| l.confidence).fold(1.0, f32::min),
            warnings: self.warnings.len(),
            stamps: of_kind("stamp").count(),
            redactions: of_kind("redaction").count(),
            number: self.telegram.as_ref().and_then(|t| t.number),
            subject: self.telegram.as_ref().and_then(|t| t.subject.clone()),
        }
    }
}
