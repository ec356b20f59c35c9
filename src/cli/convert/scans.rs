//! Finds the scans of page records, for formats that contain images and for links.

use anyhow::{Context, anyhow};
use denshin::provenance::{Source, sha256_of};
use denshin::scan::{ScanFile, ScanOptions, places};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// The search for scans, with a cache.
pub(super) struct Scans {
    /// Folder that the user named.
    folder: Option<PathBuf>,
    options: ScanOptions,
    /// Results by path and SHA-256 of the source.
    found: RefCell<HashMap<(String, String), Option<PathBuf>>>,
    /// The files below the folder, by SHA-256. It is filled when a scan is not found by its name.
    by_content: OnceCell<HashMap<String, PathBuf>>,
}

/// A scan that was found.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) file: ScanFile,
}

impl Scans {
    pub(super) fn new(folder: Option<PathBuf>, options: ScanOptions) -> Self {
        Self { folder, options, found: RefCell::default(), by_content: OnceCell::new() }
    }

    /// Opens the scan of a record.
    pub(super) fn open(&self, source: &Source, record: &Path) -> anyhow::Result<Opened> {
        let Some(path) = self.find(source, record) else { return Err(self.missing(source, record)) };
        let file = ScanFile::open(&path, &self.options)
            .with_context(|| format!("{}: the scan of {}", path.display(), record.display()))?;
        Ok(Opened { path, file })
    }

    /// Path of the scan of a record; if it is not found, the path in the record.
    pub(super) fn place(&self, source: &Source, record: &Path) -> PathBuf {
        self.find(source, record).unwrap_or_else(|| PathBuf::from(&source.path))
    }

    /// Finds the file with the SHA-256 in the record: at the candidate paths, or below the folder that the user named,
    /// under any name.
    fn find(&self, source: &Source, record: &Path) -> Option<PathBuf> {
        let key = (source.path.clone(), source.sha256.clone());
        if let Some(known) = self.found.borrow().get(&key) {
            return known.clone();
        }
        let is_it = |path: &PathBuf| digest(path).is_some_and(|found| found == source.sha256);
        let found = self
            .candidates(source, record)
            .find(is_it)
            .or_else(|| self.by_content().get(&source.sha256).cloned());
        self.found.borrow_mut().insert(key, found.clone());
        found
    }

    fn candidates(&self, source: &Source, record: &Path) -> impl Iterator<Item = PathBuf> {
        let beside: Vec<&Path> = record.parent().into_iter().collect();
        places(&source.path, self.folder.as_deref(), &beside).into_iter().filter(|path| path.is_file())
    }

    fn by_content(&self) -> &HashMap<String, PathBuf> {
        self.by_content.get_or_init(|| {
            let all = self
                .folder
                .iter()
                .flat_map(|folder| walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name());
            let files = all.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
            files.filter_map(|entry| Some((digest(entry.path())?, entry.into_path()))).collect()
        })
    }

    fn missing(&self, source: &Source, record: &Path) -> anyhow::Error {
        let shown = record.display();
        match self.candidates(source, record).last() {
            Some(path) => {
                anyhow!(
                    "{shown}: {} is not the file that was read: its SHA-256 differs (name the folder of the scans with --scans DIR)",
                    path.display()
                )
            }
            None => anyhow!(
                "{shown}: the scan {} is not where the record says (name its folder with --scans DIR)",
                source.path
            ),
        }
    }
}

fn digest(path: &Path) -> Option<String> {
    sha256_of(File::open(path).ok()?).ok()
}
