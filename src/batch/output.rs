//! Files written whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

/// Why results cannot be written. This ends a batch: every further page would be lost.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The disk is full, the folder is read-only, …
    #[error(
        "{path}: cannot be written: {cause} (finished pages are kept; make room or choose another folder with -o)"
    )]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Another run holds the folder.
    #[error("{0}: another denshin is writing there (wait for it, or choose another folder with -o)")]
    Busy(PathBuf),
    /// The system gives no threads.
    #[error("no threads: {0} (try fewer with --jobs)")]
    Threads(rayon::ThreadPoolBuildError),
}

/// Beginning of the names of files that are being written; hidden, so no reader of the folder takes them for results.
const UNFINISHED: &str = ".denshin-";

/// Removes what runs that were killed left half written. What cannot be removed does no harm.
pub(super) fn remove_unfinished(folder: &Path) {
    let is_unfinished = |e: &walkdir::DirEntry| {
        e.file_type().is_file() && e.file_name().to_string_lossy().starts_with(UNFINISHED)
    };
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(is_unfinished) {
        let _ = std::fs::remove_file(entry.path());
    }
}

/// Writes beside the place, makes sure that it is on disk, and renames.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    let failed = |cause| OutputError::Write { path: path.to_owned(), cause };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    set_usual_permissions(&file).map_err(failed)?;
    file.as_file().sync_data().map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

/// Temporary files are private; results are for everyone whom the folder lets in.
#[cfg(unix)]
fn set_usual_permissions(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_permissions(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}
