//! The scans of records: for what cannot be made without their pictures, and for links to them.

use anyhow::{Context, anyhow};
use denshin::provenance::{Source, sha256_of};
use denshin::scan::{ScanFile, ScanOptions, places};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Where scans are looked for, and what was found so far.
pub(super) struct Scans {
    /// Named by the user.
    folder: Option<PathBuf>,
    options: ScanOptions,
    /// By the source that a record names.
    found: RefCell<HashMap<(String, String), Option<PathBuf>>>,
    /// The files below the folder named, by SHA-256; made when one is not found by its name.
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

    /// The file that a record was read from, opened.
    pub(super) fn open(&self, source: &Source, record: &Path) -> anyhow::Result<Opened> {
        let Some(path) = self.find(source, record) else { return Err(self.missing(source, record)) };
        let file = ScanFile::open(&path, &self.options)
            .with_context(|| format!("{}: the scan of {}", path.display(), record.display()))?;
        Ok(Opened { path, file })
    }

    /// Where a record's scan lies; where the record says if it is not found.
    pub(super) fn place(&self, source: &Source, record: &Path) -> PathBuf {
        self.find(source, record).unwrap_or_else(|| PathBuf::from(&source.path))
    }

    /// The file with the SHA-256 that the record names: where its path may lead, or, below the folder that the user named,
    /// whatever its name is now.
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
                anyhow!("{shown}: {} is not the file that was read: its SHA-256 is another", path.display())
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
