//! The scans of records, for what cannot be made without their pictures.

use anyhow::{Context, bail};
use denshin::provenance::Source;
use denshin::scan::{ScanFile, ScanOptions};
use std::path::{Component, Path, PathBuf};

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
    pub(super) bytes: Vec<u8>,
}

impl Scans {
    /// The file that a record was read from: the one with its SHA-256.
    pub(super) fn open(&self, source: &Source, record: &Path) -> anyhow::Result<Opened> {
        let mut changed = None;
        for path in self.candidates(&source.path, record).into_iter().filter(|p| p.is_file()) {
            let file = ScanFile::open(&path, &self.options)
                .with_context(|| format!("{}: the scan of {}", path.display(), record.display()))?;
            if file.sha256() != source.sha256 {
                changed = Some(path);
                continue;
            }
            let bytes =
                std::fs::read(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
            return Ok(Opened { path, file, bytes });
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

    /// Below the folder named by ever shorter ends of the path; where the record says; beside the record.
    fn candidates(&self, path: &str, record: &Path) -> Vec<PathBuf> {
        let is_name = |c: &Component<'_>| matches!(c, Component::Normal(_));
        let parts: Vec<_> = Path::new(path).components().filter(is_name).collect();
        let ends = |folder: &Path| -> Vec<PathBuf> {
            (0..parts.len()).map(|i| folder.join(parts[i..].iter().collect::<PathBuf>())).collect()
        };
        let mut all = self.folder.as_deref().map(ends).unwrap_or_default();
        all.push(PathBuf::from(path));
        all.extend(record.parent().map(ends).unwrap_or_default());
        all
    }
}
