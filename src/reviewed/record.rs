//! What a person made of a page: `NAME.review.json`, beside the record `NAME.json`, which is never written to.
//!
//! It holds the page's regions as they are now, whole, so that nothing but the record's own size and source is needed
//! to use it. Every line keeps the id it was given when it was first seen (`r7/2`: the third line of the machine's `r7`), so
//! that what was mended can be told from what was read, wherever it was moved to.

use crate::geometry::{BBox, Polygon};
use crate::page::{Confidence, Glyph, Line, Page, RegionKind, WritingMode};
use serde::{Deserialize, Serialize};

/// The value of [`Review::format`]; readers of page records pass it over.
pub const FORMAT: &str = "denshin.review/1";

/// What [`Line::engine`] says of a line that a person wrote.
pub const PERSON: &str = "person";

/// Changes that are remembered. A page that was saved oftener has forgotten the first.
const LONGEST_HISTORY: usize = 500;

/// A page as persons left it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// Always [`FORMAT`].
    pub format: String,
    /// File name of the record that it belongs to.
    pub page: String,
    /// SHA-256 of that record as it was when the review began, hexadecimal.
    pub record_sha256: String,
    /// Counts the times it was saved; 0 before the first.
    pub revision: u64,
    /// Whether somebody said that the page is right now.
    pub done: bool,
    /// Lines and regions that differ from the machine's, those missing included.
    pub changes: usize,
    /// Everything on the page, text regions in reading order.
    pub regions: Vec<MendedRegion>,
    /// Who saved it when, the latest last.
    pub history: Vec<Change>,
}

/// One time that a page was saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The revision that it made.
    pub revision: u64,
    /// Who, as they call themselves.
    pub by: String,
    /// When, in UTC, as RFC 3339.
    pub at: String,
    /// Whether the page counted as done from then on.
    pub done: bool,
}

/// A region whose lines are known one by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MendedRegion {
    /// Unique on the page.
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: RegionKind,
    /// Where it is, in pixels of the scan.
    pub bbox: BBox,
    /// Its corners where it does not stand upright.
    #[serde(default)]
    pub outline: Polygon,
    /// How sure its finder is of it; 1 where a person drew it.
    pub confidence: Confidence,
    /// Its lines, in reading order.
    #[serde(default)]
    pub lines: Vec<MendedLine>,
}

/// A line with an id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MendedLine {
    /// Unique on the page; the machine's region and the line's index in it, or whatever the reviewer's browser chose.
    pub id: String,
    /// Its text, box and characters.
    #[serde(flatten)]
    pub line: Line,
}

impl MendedRegion {
    /// The direction in which its text runs; horizontal where it has none.
    #[must_use]
    pub fn writing_mode(&self) -> WritingMode {
        match self.kind {
            RegionKind::Text { writing_mode, .. } => writing_mode,
            _ => WritingMode::HorizontalTb,
        }
    }

    /// Whether it is print, and so part of the page's text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.kind, RegionKind::Text { .. })
    }
}

impl Review {
    /// A page that nobody has touched: revision 0, the machine's reading.
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

    /// Adds who saved it and when, which makes the next revision.
    pub fn sign(&mut self, by: &str, at: String) {
        self.revision += 1;
        self.history.push(Change { revision: self.revision, by: by.to_owned(), at, done: self.done });
        let forgotten = self.history.len().saturating_sub(LONGEST_HISTORY);
        self.history.drain(..forgotten);
    }

    /// The page's text: the text regions in reading order, one line a printed line.
    #[must_use]
    pub fn text(&self) -> String {
        self.printed_lines().map(|(_, l)| l.line.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The lines of print in reading order, each with its region.
    pub fn printed_lines(&self) -> impl Iterator<Item = (&MendedRegion, &MendedLine)> {
        self.regions.iter().filter(|r| r.is_text()).flat_map(|r| r.lines.iter().map(move |l| (r, l)))
    }

    /// How many lines and regions are not as the machine has them: changed, new, or gone.
    #[must_use]
    pub fn count_changes(&self, machine: &[MendedRegion]) -> usize {
        let shape = |r: &MendedRegion| (r.kind.clone(), r.bbox);
        let regions = differing(machine, &self.regions, |r| r.id.as_str(), |a, b| shape(a) == shape(b));
        let lines = |all: &[MendedRegion]| all.iter().flat_map(|r| r.lines.clone()).collect::<Vec<_>>();
        let same = |a: &MendedLine, b: &MendedLine| a.line.text == b.line.text && a.line.bbox == b.line.bbox;
        let (read, mended) = (lines(machine), lines(&self.regions));
        let order = |all: &[MendedLine]| all.iter().map(|l| l.id.clone()).collect::<Vec<_>>();
        let changed = regions + differing(&read, &mended, |l| l.id.as_str(), same);
        // The order alone may have changed: that is one change, whatever the number of lines.
        if changed == 0 && order(&read) != order(&mended) { 1 } else { changed }
    }
}

/// Things of two lists that are not in both, or not the same in both.
fn differing<T>(before: &[T], after: &[T], id: fn(&T) -> &str, same: impl Fn(&T, &T) -> bool) -> usize {
    let known: std::collections::HashMap<&str, &T> = before.iter().map(|t| (id(t), t)).collect();
    let kept = after.iter().filter(|t| known.contains_key(id(t))).count();
    let unchanged = after.iter().filter(|t| known.get(id(t)).is_some_and(|k| same(k, t))).count();
    (before.len() - kept.min(before.len())) + (after.len() - unchanged)
}

/// The machine's regions, their lines with ids.
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

/// The texts of glyphs, one after another.
#[must_use]
pub(crate) fn joined(glyphs: &[Glyph]) -> String {
    glyphs.iter().map(|g| g.text.as_str()).collect()
}
