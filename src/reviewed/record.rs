//! The format of `NAME.review.json`. The record `NAME.json` beside it is never modified.
//!
//! A review holds all regions of the page in their present state, so that using it needs only the record's size and
//! source in addition. A line keeps the id that it first had (`r7/2`: the third line of the machine's region `r7`), so
//! that changes can be traced to the machine's reading even after a line was moved.

use crate::geometry::{BBox, Polygon};
use crate::page::{Confidence, Glyph, Line, Page, RegionKind, WritingMode};
use serde::{Deserialize, Serialize};

/// The value of [`Review::format`]. Readers of page records skip files of this format.
pub const FORMAT: &str = "denshin.review/1";

/// The value of [`Line::engine`] of a line that a person wrote.
pub const PERSON: &str = "person";

/// Most entries in the history; older ones are dropped.
const LONGEST_HISTORY: usize = 500;

/// The review of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Always [`FORMAT`].
    pub format: String,
    /// File name of the reviewed record.
    pub page: String,
    /// SHA-256 of the record when the review was last saved, hexadecimal.
    pub record_sha256: String,
    /// Number of times the review was saved; 0 before the first.
    pub revision: u64,
    /// Whether a reviewer marked the page as done.
    pub done: bool,
    /// Number of lines and regions that differ from the machine's, including deleted ones.
    pub changes: usize,
    /// All regions of the page, text regions in reading order.
    pub regions: Vec<MendedRegion>,
    /// The saves, latest last.
    pub history: Vec<Change>,
}

/// One save of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Revision number after this save.
    pub revision: u64,
    /// Name of the reviewer.
    pub by: String,
    /// Time in UTC, RFC 3339.
    pub at: String,
    /// Whether the page was marked done with this save.
    pub done: bool,
}

/// A region whose lines have ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MendedRegion {
    /// Unique on the page.
    pub id: String,
    /// Kind of region, with its attributes.
    #[serde(flatten)]
    pub kind: RegionKind,
    /// Bounding box in pixels of the scan.
    pub bbox: BBox,
    /// Outline of a region that is not an upright rectangle; otherwise empty.
    #[serde(default)]
    pub outline: Polygon,
    /// Confidence of the detection, 0 to 1; 1 if a person drew the region.
    pub confidence: Confidence,
    /// Lines in reading order.
    #[serde(default)]
    pub lines: Vec<MendedLine>,
}

/// A line with an id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MendedLine {
    /// Unique on the page: the machine's region id and line index, or an id that the reviewer's browser chose.
    pub id: String,
    /// Text, box and characters.
    #[serde(flatten)]
    pub line: Line,
}

impl MendedRegion {
    /// The writing direction; horizontal for regions other than text.
    #[must_use]
    pub fn writing_mode(&self) -> WritingMode {
        match self.kind {
            RegionKind::Text { writing_mode, .. } => writing_mode,
            _ => WritingMode::HorizontalTb,
        }
    }

    /// Whether the region belongs to the page's text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.kind, RegionKind::Text { .. })
    }
}

impl Review {
    /// The review of a page that nobody has changed: revision 0, the machine's regions.
    #[must_use]
    pub fn untouched(page: &Page, file_name: &str, record_sha256: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            page: file_name.to_owned(),
            record_sha256: record_sha256.to_owned(),
            revision: 0,
            done: false,
            changes: 0,
            regions: regions_of(page),
            history: Vec::new(),
        }
    }

    /// Adds an entry to the history and increments the revision.
    pub fn sign(&mut self, by: &str, at: String) {
        self.revision += 1;
        self.history.push(Change { revision: self.revision, by: by.to_owned(), at, done: self.done });
        let forgotten = self.history.len().saturating_sub(LONGEST_HISTORY);
        self.history.drain(..forgotten);
    }

    /// The page's text: the lines of the text regions in reading order.
    #[must_use]
    pub fn text(&self) -> String {
        self.printed_lines().map(|(_, l)| l.line.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The lines of the text regions in reading order, each with its region.
    pub fn printed_lines(&self) -> impl Iterator<Item = (&MendedRegion, &MendedLine)> {
        self.regions.iter().filter(|r| r.is_text()).flat_map(|r| r.lines.iter().map(move |l| (r, l)))
    }

    /// Counts the lines and regions that were changed, added or deleted.
    #[must_use]
    pub fn count_changes(&self, machine: &[MendedRegion]) -> usize {
        let shape = |r: &MendedRegion| (r.kind.clone(), r.bbox);
        let regions = differing(machine, &self.regions, |r| r.id.as_str(), |a, b| shape(a) == shape(b));
        let lines = |all: &[MendedRegion]| all.iter().flat_map(|r| r.lines.clone()).collect::<Vec<_>>();
        let same = |a: &MendedLine, b: &MendedLine| a.line.text == b.line.text && a.line.bbox == b.line.bbox;
        let (read, mended) = (lines(machine), lines(&self.regions));
        let order = |all: &[MendedLine]| all.iter().map(|l| l.id.clone()).collect::<Vec<_>>();
        let changed = regions + differing(&read, &mended, |l| l.id.as_str(), same);
        // A changed order alone counts as one change, whatever the number of lines.
        if changed == 0 && order(&read) != order(&mended) { 1 } else { changed }
    }
}

/// Counts the items that are in only one of the lists or differ between them.
fn differing<T>(before: &[T], after: &[T], id: fn(&T) -> &str, same: impl Fn(&T, &T) -> bool) -> usize {
    let known: std::collections::HashMap<&str, &T> = before.iter().map(|t| (id(t), t)).collect();
    let kept = after.iter().filter(|t| known.contains_key(id(t))).count();
    let unchanged = after.iter().filter(|t| known.get(id(t)).is_some_and(|k| same(k, t))).count();
    (before.len() - kept.min(before.len())) + (after.len() - unchanged)
}

/// The machine's regions, with ids for their lines.
#[must_use]
pub fn regions_of(page: &Page) -> Vec<MendedRegion> {
    let lines = |id: &str, lines: &[Line]| {
        let with_id = |(i, line): (usize, &Line)| MendedLine { id: format!("{id}/{i}"), line: line.clone() };
        lines.iter().enumerate().map(with_id).collect()
    };
    let mended = |r: &crate::page::Region| MendedRegion {
        id: r.id.clone(),
        kind: r.kind.clone(),
        bbox: r.bbox,
        outline: r.outline.clone(),
        confidence: r.confidence,
        lines: lines(&r.id, &r.lines),
    };
    page.regions.iter().map(mended).collect()
}

/// The concatenated text of glyphs.
#[must_use]
pub(crate) fn joined(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|g| g.text.as_str()).collect()
}
