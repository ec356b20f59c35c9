//! The searchable PDF of a file, made of the records of its pages when all of them are read.
//!
//! A document holds every page of its file, or it is not made: one that lacks pages would pass for a whole one. Pages are as
//! reviewed. Records are read one after another, so that those of a long file are not in memory together.

use super::protocol::Existing;
use crate::names;
use crate::page::Page;
use crate::reviewed::{TakeError, Text, take};
use crate::scan::ScanFile;
use crate::write::Format;
use crate::write::pdf::{Occupied, SearchablePdf, UnreadablePage, check_place, title};
use std::path::{Path, PathBuf};

/// The ending of a document's name.
pub(super) const PDF: &str = "pdf";

/// Why no document is made.
#[derive(Debug, thiserror::Error)]
pub(super) enum DocumentError {
    #[error("{name} is not made, as page {page} has no record (mend what its failure names, and run again)")]
    NoRecord { name: String, page: u32 },
    #[error("{name} is not made, as {record} is of another file (read it anew with --existing overwrite)")]
    OtherFile { name: String, record: String },
    #[error("{record}: {cause}")]
    Record { record: String, cause: TakeError },
    #[error(transparent)]
    Scan(#[from] UnreadablePage),
}

/// Whether a document may be written in this place: over a file that another program made only where the user says so.
pub(super) fn check(path: &Path, scan: &Path, existing: Existing) -> Result<(), Occupied> {
    match check_place(path, scan) {
        Err(Occupied::Foreign(_)) if existing == Existing::Overwrite => Ok(()),
        other => other,
    }
}

/// Makes the document, and tells `added` of every page. `folder` and `stem` are those of the records.
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

/// The record of a page, as reviewed.
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
