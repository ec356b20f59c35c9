//! Reads reviews, and page records with their reviews.
//!
//! A review belongs to one version of a record, identified by SHA-256. If the record was rewritten since, the review
//! may belong to another scan: it is not used, and [`Taken::outdated`] reports it. Saving the page again resolves this.

use super::{FORMAT, Review, apply, check_regions};
use crate::page::Page;
use crate::provenance::sha256;
use std::path::{Path, PathBuf};

/// Largest accepted review in bytes: a page of 5,000 lines with alternatives has 20 MB.
const LARGEST: u64 = 64 << 20;

/// Why a review cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is not a valid review. It is left unchanged.
    #[error("{name} is damaged: {cause} (it is left as it is: mend it, or move it away to begin again)")]
    Damaged {
        /// File name.
        name: String,
        /// The problem.
        cause: String,
    },
    /// The file cannot be read.
    #[error("{name} cannot be read: {cause} (check its permissions)")]
    Unreadable {
        /// File name.
        name: String,
        /// System error.
        cause: std::io::Error,
    },
}

/// Why [`take`] returns no page.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The record is damaged.
    #[error("damaged page record (read the scan again): {0}")]
    Record(#[from] serde_json::Error),
    /// The review is damaged or unreadable.
    #[error(transparent)]
    Review(#[from] LoadError),
}

/// Selects the reviewed text or the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Text {
    /// The reviewed text if there is a review, else the machine's.
    #[default]
    Reviewed,
    /// The machine's text, even if there is a review.
    AsRead,
}

/// A page record with its review applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The page, as reviewed or as read.
    pub page: Page,
    /// Whether a review was applied.
    pub is_reviewed: bool,
    /// The review that was not used because the record has changed since.
    pub outdated: Option<Outdated>,
}

/// A review of an earlier version of the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the record was written anew after revision {revision} of its review (by {by}); the page is taken as read (open it \
     in denshin review and save it again, or leave reviews out with --as-read)"
)]
pub struct Outdated {
    /// Number of times the review was saved.
    pub revision: u64,
    /// The last reviewer.
    pub by: String,
}

/// Path of the review of a record: `NAME.review.json` beside `NAME.json`.
#[must_use]
pub fn review_path(record: &Path) -> PathBuf {
    record.with_extension("review.json")
}

/// Reads the review of a record; `None` if there is none. A symbolic link counts as damaged.
///
/// # Errors
/// If the review is damaged or cannot be read.
pub fn load(record: &Path) -> Result<Option<Review>, LoadError> {
    let path = review_path(record);
    let name = name_of(&path);
    let damaged = |cause: String| LoadError::Damaged { name: name.clone(), cause };
    let failed = |cause| LoadError::Unreadable { name: name.clone(), cause };
    match std::fs::symlink_metadata(&path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
        Ok(is) if !is.is_file() => return Err(damaged("it is no regular file".to_owned())),
        Ok(is) if is.len() > LARGEST => return Err(damaged("it is too large".to_owned())),
        Ok(_) => {}
    }
    let bytes = std::fs::read(&path).map_err(failed)?;
    let review: Review = serde_json::from_slice(&bytes).map_err(|e| damaged(e.to_string()))?;
    if review.format != FORMAT {
        return Err(damaged(format!("its format is not {FORMAT}")));
    }
    Ok(Some(review))
}

/// Returns the page of a record with its review applied. `bytes` is the content of the file `record`.
///
/// # Errors
/// If the record or the review is damaged. A damaged review is never ignored: the page would count as unreviewed.
pub fn take(record: &Path, bytes: &[u8], text: Text) -> Result<Taken, TakeError> {
    let page: Page = serde_json::from_slice(bytes)?;
    let as_read = |page, outdated| Ok(Taken { page, is_reviewed: false, outdated });
    if text == Text::AsRead {
        return as_read(page, None);
    }
    let Some(review) = load(record)? else { return as_read(page, None) };
    if review.record_sha256 != sha256(bytes) {
        let by = review.history.last().map(|c| c.by.clone()).unwrap_or_default();
        return as_read(page, Some(Outdated { revision: review.revision, by }));
    }
    check_regions(&review.regions, page.width, page.height)
        .map_err(|e| LoadError::Damaged { name: name_of(&review_path(record)), cause: e.to_string() })?;
    Ok(Taken { page: apply(&page, &review), is_reviewed: true, outdated: None })
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
