//! Reads reviews, and records with their reviews.
//!
//! A review holds for the record that it was made of, told by SHA-256. Where the record was written anew since, the review
//! may be of another scan: it is not used, and [`Taken::outdated`] says so. Saving the page again in the review settles it.

use super::{FORMAT, Review, apply, check_regions};
use crate::page::Page;
use crate::provenance::sha256;
use std::path::{Path, PathBuf};

/// Largest review that is read: a page of 5,000 lines with alternatives has 20 MB.
const LARGEST: u64 = 64 << 20;

/// Why a review cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// What lies there is no review. It is left as it is.
    #[error("{name} is damaged: {cause} (it is left as it is: mend it, or move it away to begin again)")]
    Damaged {
        /// File name.
        name: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The system refused.
    #[error("{name} cannot be read: {cause} (check its permissions)")]
    Unreadable {
        /// File name.
        name: String,
        /// Why.
        cause: std::io::Error,
    },
}

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The record.
    #[error("damaged page record (read the scan again): {0}")]
    Record(#[from] serde_json::Error),
    /// Its review.
    #[error(transparent)]
    Review(#[from] LoadError),
}

/// Whose text of a page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Text {
    /// The persons' where there is a review, else the machine's.
    #[default]
    Reviewed,
    /// The machine's, whatever reviews there are.
    AsRead,
}

/// A page record with what its review made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// As reviewed, or as read.
    pub page: Page,
    /// Whether it is as reviewed.
    pub is_reviewed: bool,
    /// The review that was not used because the record is another than the one reviewed.
    pub outdated: Option<Outdated>,
}

/// A review of an earlier record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the record was written anew after revision {revision} of its review (by {by}); the page is taken as read (open it \
     in denshin review and save it again, or leave reviews out with --as-read)"
)]
pub struct Outdated {
    /// Times that it was saved.
    pub revision: u64,
    /// Who was the last.
    pub by: String,
}

/// `NAME.review.json` beside `NAME.json`.
#[must_use]
pub fn review_path(record: &Path) -> PathBuf {
    record.with_extension("review.json")
}

/// The review that belongs to a record; `None` where there is none. A symbolic link is no review.
///
/// # Errors
/// Where it is damaged, or the system refuses to read it.
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

/// The page of a record: `bytes` are those of the file `record`, beside which its review lies.
///
/// # Errors
/// Where record or review are damaged. A damaged review is never passed over: the page would be taken for unreviewed.
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
