//! Finds the scan of a record.
//!
//! A record has the path that was given to `denshin read`, perhaps in another folder or on another machine. The scan is
//! searched below `--scans` (by the whole path, then by ever shorter ends of it), at the recorded path, beside the
//! record, in the folder of results, and in the parent of that folder. The file must have the recorded SHA-256, so
//! that a record cannot make the server show any other file.

use crate::provenance::Source;
use crate::scan::{ScanError, ScanFile, ScanOptions, places};
use std::path::{Path, PathBuf};

/// Why there is no image of the page.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// There is no file of that name.
    #[error("the scan {0} is not where the record says (name its folder with --scans)")]
    Missing(String),
    /// The file of that name has another SHA-256.
    #[error("{0} is not the file that was read: its SHA-256 is another")]
    Changed(String),
    /// The file exists but cannot be decoded.
    #[error("{0}: {1}")]
    Unreadable(String, String),
}

/// Folders in which scans are searched.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Folder of scans that the user named.
    pub(super) scans: Option<PathBuf>,
    /// Folder of results.
    pub(super) results: PathBuf,
}

impl Places {
    /// Opens the scan of a record that lies in the folder `beside`.
    pub(super) fn open(
        &self,
        source: &Source,
        beside: &Path,
        options: &ScanOptions,
    ) -> Result<ScanFile, SourceError> {
        let name =
            Path::new(&source.path).file_name().map_or(source.path.as_str().into(), |n| n.to_string_lossy());
        let mut found = SourceError::Missing(name.clone().into_owned());
        let above = self.results.parent();
        let others: Vec<&Path> = [beside, &self.results].into_iter().chain(above).collect();
        let all = places(&source.path, self.scans.as_deref(), &others);
        for path in all.into_iter().filter(|p| p.is_file()) {
            match ScanFile::open(&path, options) {
                Ok(file) if file.sha256() == source.sha256 => return Ok(file),
                // Do not report the first bytes of a foreign file.
                Ok(_) | Err(ScanError::NotAScan(_)) => {
                    found = SourceError::Changed(name.clone().into_owned())
                }
                Err(e) => found = SourceError::Unreadable(name.clone().into_owned(), e.to_string()),
            }
        }
        Err(found)
    }
}
