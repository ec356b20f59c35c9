//! Results that a page has of an earlier reading: what stays, what is written anew, and what stands in the way.
//!
//! All formats of a page are of one reading: where a record is written anew, so are the other formats that lie beside it,
//! wanted or not. A record that a person has reviewed is never replaced by another: the review belongs to it.

use super::document::PDF;
use super::protocol::Existing;
use crate::page::{Page, REDACTION_MARK};
use crate::provenance::Source;
use crate::reviewed::{TakeError, Text, review_path, take};
use crate::write::{Format, parse_json, write};
use std::path::{Path, PathBuf};

/// Endings of what is made of all pages of a file.
const DOCUMENTS: [&str; 3] = [PDF, "telegram.json", "mets.xml"];

/// The results of a page in the folder, and its review.
pub(super) struct There<'a> {
    folder: &'a Path,
    name: &'a dyn Fn(Format) -> PathBuf,
    bytes: Option<Vec<u8>>,
    record: Option<Page>,
}

impl<'a> There<'a> {
    /// Looks at the results of a page that would have these names.
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

    /// The formats that are not there.
    pub(super) fn missing(&self, formats: &[Format]) -> Vec<Format> {
        formats.iter().copied().filter(|format| !self.has(*format)).collect()
    }

    /// The record, where it is whole.
    pub(super) fn record(&self) -> Option<&Page> {
        self.record.as_ref()
    }

    /// The page of a record that stays, for formats that are made beside it: as reviewed, where its review is of this record.
    ///
    /// # Errors
    /// Where the review is damaged.
    pub(super) fn as_reviewed(&self) -> Option<Result<Page, TakeError>> {
        let bytes = self.bytes.as_deref().filter(|_| self.record.is_some())?;
        let record = self.folder.join((self.name)(Format::Json));
        Some(take(&record, bytes, Text::Reviewed).map(|taken| taken.page))
    }

    /// Why a page is not read: the results that are there are of another file. That is one with other content under another
    /// path, or that lay elsewhere, as the manifest says; standard input is another file each time.
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

    /// The formats that are written of a page that was read, or the reason why none may be.
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
                "{record} has been reviewed and is read otherwise now (both stay; move record and review away to read the page anew)"
            ));
        }
        if existing != Existing::Overwrite && is_blank(&page.text) && self.has_text() {
            let record = record.display();
            return Err(format!(
                "no text is found on it now, and {record} has text (it stays; --existing overwrite writes it anew)"
            ));
        }
        let is_stale = |format: &Format| wanted.contains(format) || self.has(*format);
        Ok(Format::ALL.into_iter().filter(is_stale).collect())
    }

    /// Whether there is a record, and this page's would be another.
    fn is_replaced_by(&self, page: &Page) -> bool {
        self.bytes.as_ref().is_some_and(|bytes| *bytes != write(page, Format::Json, Path::new("")))
    }

    /// Documents of all pages of a file that are older than the record where this page's is another. They cannot be made
    /// anew of one page; the PDF is where `has_pdf` says that the run makes it.
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

/// Redactions alone are no text.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c == REDACTION_MARK)
}

/// Why a page is not read whose results would replace those of another file's.
pub(super) fn taken(name: &str, path: &str) -> String {
    format!("{name}: results of {path} have this name already (another folder for one of the two)")
}
