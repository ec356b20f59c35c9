//! What became of every page: one line of JSON a page, appended as pages finish.

use super::output::{self, OutputError};
use crate::error::{PageError, PageRef};
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Name of the manifest in the output folder.
pub const MANIFEST: &str = "manifest.jsonl";

/// A line of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The file, as given.
    pub path: String,
    /// One-based; null for a file that could not be opened.
    pub page: Option<u32>,
    /// Its results, relative to the output folder; none where it failed.
    pub results: Vec<PathBuf>,
    /// Why it failed, by stage; null where it was read.
    pub error: Option<String>,
}

impl Entry {
    pub(super) fn read(place: &PageRef, results: &[PathBuf]) -> Self {
        let results = results.iter().map(|p| PathBuf::from(p.to_string_lossy().into_owned())).collect();
        Self { path: place.path.to_string_lossy().into_owned(), page: place.page, results, error: None }
    }

    pub(super) fn failed(error: &PageError) -> Self {
        Self {
            path: error.place.path.to_string_lossy().into_owned(),
            page: error.place.page,
            results: Vec::new(),
            error: Some(format!("{}: {}", error.stage, error.cause)),
        }
    }
}

pub(super) struct Manifest {
    path: PathBuf,
    file: Mutex<File>,
}

impl Manifest {
    /// Begins a manifest; one of an earlier run in the same folder is replaced. While it is held, no other run writes
    /// into the folder, so what half-written files lie there were left by one that was killed: they are removed.
    pub(super) fn create(folder: &Path) -> Result<Self, OutputError> {
        let path = folder.join(MANIFEST);
        let failed = |cause| OutputError::Write { path: path.clone(), cause };
        let options = File::options().write(true).create(true).truncate(false).open(&path);
        let file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => output::remove_unfinished(folder),
            Err(TryLockError::WouldBlock) => return Err(OutputError::Busy(folder.to_owned())),
            // File systems that know no locks: the user is alone to see to it.
            Err(TryLockError::Error(_)) => {}
        }
        file.set_len(0).map_err(failed)?;
        Ok(Self { path, file: Mutex::new(file) })
    }

    pub(super) fn add(&self, entry: &Entry) -> Result<(), OutputError> {
        let mut line = serde_json::to_vec(entry).expect("strings and numbers");
        line.push(b'\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line).map_err(|cause| OutputError::Write { path: self.path.clone(), cause })
    }
}
