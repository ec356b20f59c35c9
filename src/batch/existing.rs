//! Existing results of a page: which are kept, which are replaced, and which prevent writing.
//!
//! All formats of a page come from the same reading. If the record is replaced, every other format that exists beside
//! it is rewritten as well, requested or not. A reviewed record is never replaced by a different one: the review
//! refers to it.

use super::document::PDF;
use super::protocol::Existing;
use crate::page::{Page, REDACTION_MARK};
use crate::provenance::Source;
use crate::reviewed::{TakeError, Text, review_path, take};
use crate::write::{Format, parse_json, write};
use std::path::{Path, PathBuf};

/// Extensions of documents that contain all pages of a file.
const DOCUMENTS: [&str; 3] = [PDF, "telegram.json", "mets.xml"];

/// The existing results of a page and its review.
pub(super) struct There<'a> {
    folder: &'a Path,
    name: &'a dyn Fn(Format) -> PathBuf,
    bytes: Option<Vec<u8>>,
    record: Option<Page>,
}

impl<'a> There<'a> {
    /// Loads the record, if there is one. `name` returns the file name of a format.
    pub(super) fn look(folder: &'a Path, name: &'a dyn Fn(Format) -> PathBuf) -> Self {
        let bytes = std::fs::read(folder.join(name(Format::Json))).ok();
        let record = bytes.as_deref().and_then(|bytes| parse_json(bytes).ok());
        Self { folder, name, bytes, record }
    }

    fn has(&self, format: Format) -> bool {
        self.folder.join((self.name)(format)).is_file()
    }

    pub(super) fn has_all(&self, formats: &[Format]) -> bool {
        formats.iter().all(|format| self.has(*format))
    }

    /// The formats whose files do not exist.
    pub(super) fn missing(&self, formats: &[Format]) -> Vec<Format> {
        formats.iter().copied().filter(|format| !self.has(*format)).collect()
    }

    /// The record, if it is valid.
    pub(super) fn record(&self) -> Option<&Page> {
        self.record.as_ref()
    }

    /// The page of a record that is kept, from which missing formats are made. Its review is applied if it belongs to
    /// this record.
    ///
    /// # Errors
    /// The review is damaged.
    pub(super) fn as_reviewed(&self) -> Option<Result<Page, TakeError>> {
        let bytes = self.bytes.as_deref().filter(|_| self.record.is_some())?;
        let record = self.folder.join((self.name)(Format::Json));
        Some(take(&record, bytes, Text::Reviewed).map(|taken| taken.page))
    }

    /// The error if the existing results belong to another file: a file with a different path and different content,
    /// or the file `elsewhere` that the manifest names. Standard input counts as a different file each time.
    pub(super) fn taken(&self, source: &Source, elsewhere: Option<&str>) -> Option<String> {
        let name = (self.name)(Format::Json);
        let Some(Page { source: there, .. }) = self.record() else {
            let has_results = Format::ALL.iter().any(|format| self.has(*format));
            return elsewhere.filter(|_| has_results).map(|path| taken(&name.to_string_lossy(), path));
        };
        let is_elsewhere = there.path != source.path || source.path == "-" || elsewhere.is_some();
        let is_other = is_elsewhere && there.sha256 != source.sha256;
        is_other.then(|| taken(&name.to_string_lossy(), &there.path))
    }

    /// The formats to write for a page that was read, or the reason why none may be written.
    pub(super) fn replace(
        &self,
        page: &Page,
        wanted: &[Format],
        existing: Existing,
    ) -> Result<Vec<Format>, String> {
        let (record, is_reviewed) = ((self.name)(Format::Json), self.is_reviewed());
        let is_another = self.is_replaced_by(page);
        if existing == Existing::Keep || (is_reviewed && !is_another) {
            return Ok(self.missing(wanted));
        }
        if is_reviewed {
            let record = record.display();
            return Err(format!(
                "{record} has been reviewed, and the page now reads differently (both are kept; to read the page again, move the record and the review away)"
            ));
        }
        if existing != Existing::Overwrite && is_blank(&page.text) && self.has_text() {
            let record = record.display();
            return Err(format!(
                "no text was found on the page, but the existing {record} has text (it is kept; use --existing overwrite to replace it)"
            ));
        }
        let is_stale = |format: &Format| wanted.contains(format) || self.has(*format);
        Ok(Format::ALL.into_iter().filter(is_stale).collect())
    }

    /// Whether a record exists and differs from the record of this page.
    fn is_replaced_by(&self, page: &Page) -> bool {
        self.bytes.as_ref().is_some_and(|bytes| *bytes != write(page, Format::Json, Path::new("")))
    }

    /// The names of existing documents that become older than the record of this page. They cannot be rewritten from
    /// one page. The PDF is excluded if `has_pdf` says that the run writes it.
    pub(super) fn outdated(&self, page: &Page, stem: &Path, scan: &Path, has_pdf: bool) -> Vec<String> {
        if !self.is_replaced_by(page) {
            return Vec::new();
        }
        let scan = scan.canonicalize().ok();
        let is_there = |name: &String| {
            let there = self.folder.join(name).canonicalize().ok();
            there.is_some() && there != scan
        };
        let names = DOCUMENTS
            .iter()
            .filter(|ending| !(has_pdf && **ending == PDF))
            .map(|ending| format!("{}.{ending}", stem.display()));
        names.filter(is_there).collect()
    }

    fn is_reviewed(&self) -> bool {
        let record = self.folder.join((self.name)(Format::Json));
        self.bytes.is_some() && review_path(&record).symlink_metadata().is_ok()
    }

    fn has_text(&self) -> bool {
        let text = || std::fs::read_to_string(self.folder.join((self.name)(Format::Text))).ok();
        match self.record() {
            Some(page) => !is_blank(&page.text),
            None => text().is_some_and(|text| !is_blank(&text)),
        }
    }
}

/// Whether a text has no characters; redaction marks do not count.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c == REDACTION_MARK)
}

/// The error for a page whose results would replace the results of another file.
pub(super) fn taken(name: &str, path: &str) -> String {
    format!(
        "{name}: results of {path} already have this name (use a different output folder for one of the two)"
    )
}
