//! Searchable PDF of a file, written from the page records after all pages are read.
//!
//! A document contains every page of its file or is not written, because an incomplete PDF would pass for a complete
//! one. Reviews are applied to the pages. Records are loaded one at a time to bound the memory of long files.

use super::protocol::Existing;
use crate::names;
use crate::page::Page;
use crate::reviewed::{TakeError, Text, take};
use crate::scan::ScanFile;
use crate::write::Format;
use crate::write::pdf::{Occupied, SearchablePdf, UnreadablePage, check_place, title};
use std::path::{Path, PathBuf};

/// File name extension of a document.
pub(super) const PDF: &str = "pdf";

/// Reason that no document is written.
#[derive(Debug, thiserror::Error)]
pub(super) enum DocumentError {
    #[error(
        "{name} is not written: page {page} has no record (correct the cause of its failure, then run again)"
    )]
    NoRecord { name: String, page: u32 },
    #[error(
        "{name} is not written: {record} belongs to another file (read it again with --existing overwrite)"
    )]
    OtherFile { name: String, record: String },
    #[error("{record}: {cause}")]
    Record { record: String, cause: TakeError },
    #[error(transparent)]
    Scan(#[from] UnreadablePage),
}

/// Checks the target path. A file of another program is overwritten only with `--existing overwrite`.
pub(super) fn check(path: &Path, scan: &Path, existing: Existing) -> Result<(), Occupied> {
    match check_place(path, scan) {
        Err(Occupied::Foreign(_)) if existing == Existing::Overwrite => Ok(()),
        other => other,
    }
}

/// Writes the document of the records `folder`/`stem` and calls `added` after each page.
pub(super) fn make<E: From<DocumentError>>(
    folder: &Path,
    stem: &Path,
    scan: &mut ScanFile,
    mut added: impl FnMut() -> Result<(), E>,
) -> Result<Vec<u8>, E> {
    let pages = scan.pages();
    let mut document = None;
    for page in 1..=pages {
        let record = record(folder, stem, page, scan)?;
        let document = document.get_or_insert_with(|| SearchablePdf::new(&title(&record)));
        document.add_from(&record, scan).map_err(DocumentError::from)?;
        added()?;
    }
    Ok(document.unwrap_or_else(|| SearchablePdf::new("")).finish())
}

/// The record of a page, with its review applied.
fn record(folder: &Path, stem: &Path, page: u32, scan: &ScanFile) -> Result<Page, DocumentError> {
    let document = || names::result(stem, 1, 1, PDF).to_string_lossy().into_owned();
    let name: PathBuf = names::result(stem, page, scan.pages(), Format::Json.extension());
    let path = folder.join(&name);
    let record = name.to_string_lossy().into_owned();
    let bytes = std::fs::read(&path).map_err(|_| DocumentError::NoRecord { name: document(), page })?;
    let taken = take(&path, &bytes, Text::Reviewed);
    let page = taken.map_err(|cause| DocumentError::Record { record: record.clone(), cause })?.page;
    if page.source.sha256 == scan.sha256() {
        Ok(page)
    } else {
        Err(DocumentError::OtherFile { name: document(), record })
    }
}
