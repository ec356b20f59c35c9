//! The scans of records, for what cannot be made without their pictures.

use anyhow::{Context, bail};
use denshin::provenance::Source;
use denshin::scan::{ScanFile, ScanOptions, places};
use std::path::{Path, PathBuf};

/// Where scans are looked for.
pub(super) struct Scans {
    /// Named by the user.
    pub(super) folder: Option<PathBuf>,
    pub(super) options: ScanOptions,
}

/// A scan that was found.
pub(super) struct Opened {
    pub(super) path: PathBuf,
    pub(super) file: ScanFile,
}

impl Scans {
    /// The file that a record was read from: the one with its SHA-256.
    pub(super) fn open(&self, source: &Source, record: &Path) -> anyhow::Result<Opened> {
        let mut changed = None;
        let beside: Vec<&Path> = record.parent().into_iter().collect();
        let all = places(&source.path, self.folder.as_deref(), &beside);
        for path in all.into_iter().filter(|p| p.is_file()) {
            let file = ScanFile::open(&path, &self.options)
                .with_context(|| format!("{}: the scan of {}", path.display(), record.display()))?;
            if file.sha256() != source.sha256 {
                changed = Some(path);
                continue;
            }
            return Ok(Opened { path, file });
        }
        let record = record.display();
        if let Some(path) = changed {
            bail!("{record}: {} is not the file that was read: its SHA-256 is another", path.display());
        }
        bail!(
            "{record}: the scan {} is not where the record says (name its folder with --scans DIR)",
            source.path
        )
    }
}
