//! Where the scan of a record lies now.
//!
//! A record names its scan as it was given to `denshin read`, which may have been in another folder, on another machine.
//! It is looked for below `--scans` (by the whole path, then by ever shorter ends of it), where the record says, and
//! beside the record, the results, and the folder that holds them. What is found must have the SHA-256 that the record names: a record cannot make this program
//! show any other file.

use crate::provenance::Source;
use crate::scan::{ScanError, ScanFile, ScanOptions, places};
use std::path::{Path, PathBuf};

/// Why there is no picture.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SourceError {
    /// No file of that name.
    #[error("the scan {0} is not where the record says (name its folder with --scans)")]
    Missing(String),
    /// A file of that name with other bytes.
    #[error("{0} is not the file that was read: its SHA-256 is another")]
    Changed(String),
    /// It is there, but cannot be decoded.
    #[error("{0}: {1}")]
    Unreadable(String, String),
}

/// Folders in which scans are looked for.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// Named by the user.
    pub(super) scans: Option<PathBuf>,
    /// The folder of results.
    pub(super) results: PathBuf,
}

impl Places {
    /// The file of a record that lies in `beside`.
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
                // What its first bytes are is nobody's business.
                Ok(_) | Err(ScanError::NotAScan(_)) => {
                    found = SourceError::Changed(name.clone().into_owned())
                }
                Err(e) => found = SourceError::Unreadable(name.clone().into_owned(), e.to_string()),
            }
        }
        Err(found)
    }
}
