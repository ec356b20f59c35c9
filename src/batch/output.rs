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
    /// The system gives no threads.
    #[error("no threads: {0} (try fewer with --jobs)")]
    Threads(rayon::ThreadPoolBuildError),
}

/// Writes beside the place, makes sure that it is on disk, and renames.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    let failed = |cause| OutputError::Write { path: path.to_owned(), cause };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::Builder::new().prefix(".denshin-").tempfile_in(folder).map_err(failed)?;
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
