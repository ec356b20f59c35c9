//! Atomic file output.

use super::shard::Shard;
use crate::names;
use crate::relative_path::RelativePath;
use crate::write::Format;
use std::collections::{BTreeSet, HashSet};
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Reason that results cannot be written. It ends the run, because no further page could be written either.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// A file cannot be written: the disk is full, the folder is read-only, …
    #[error(
        "{path}: cannot be written: {cause} (finished pages are kept; free disk space or choose another folder with -o)"
    )]
    Write {
        /// Path of the file.
        path: PathBuf,
        /// The error of the operating system.
        cause: std::io::Error,
    },
    /// Another run has locked the output folder.
    #[error(
        "{0}: another denshin process is writing to this folder (wait until it ends, or choose another folder with -o)"
    )]
    Busy(PathBuf),
    /// The manifest is damaged or cannot be written.
    #[error(
        "{path}: {cause} (finished pages are kept; free disk space, or move the manifest away to start over)"
    )]
    Manifest {
        /// Path of the manifest.
        path: PathBuf,
        /// The cause.
        cause: String,
    },
    /// Two sources would write results under the same name.
    #[error("{name}: results of {other} already have this name (choose another folder with -o for {path})")]
    Taken {
        /// The name, without extension.
        name: String,
        /// Path of the file whose results exist.
        other: String,
        /// Path of the file whose results would replace them.
        path: String,
    },
    /// The folder contains a run with another number of shards.
    #[error(
        "{0}: this folder contains a run with another number of shards (use that number, or choose another folder with -o)"
    )]
    Shards(PathBuf),
    /// No worker process can be started.
    #[error("no worker process can be started: {0}")]
    Worker(String),
    /// A model of the engine is missing or unusable.
    #[error("{0}")]
    Model(String),
    /// The output folder cannot be created.
    #[error("{path}: the folder cannot be created: {cause} (choose another folder with -o)")]
    Folder {
        /// Path of the folder.
        path: PathBuf,
        /// The error of the operating system.
        cause: std::io::Error,
    },
    /// Results exist, and the run was started with `--existing abort`.
    #[error(
        "{0}: results exist, nothing was read (--existing keep keeps them, --existing overwrite replaces them)"
    )]
    There(PathBuf),
}

/// Locks a folder, or a shard of it, until the returned file is closed.
pub(super) fn lock(folder: &Path, shard: Shard) -> Result<File, OutputError> {
    let path = folder.join(format!(".manifest{}.lock", shard.tag()));
    let options = File::options().write(true).create(true).truncate(false).open(&path);
    let lock = options.map_err(|cause| OutputError::Write { path: path.clone(), cause })?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err(OutputError::Busy(folder.to_owned())),
        // On file systems without locks, the user must avoid concurrent runs.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(lock),
    }
}

/// The stems of all files of scans that have results below a folder.
pub(super) fn stems_there(folder: &Path) -> HashSet<PathBuf> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let below = files.filter_map(|file| Some(file.path().strip_prefix(folder).ok()?.to_owned()));
    below
        .filter_map(|name| without_format(&name))
        .flat_map(|page| [names::without_page(&page), page])
        .collect()
}

/// The path of a result of a page without extension; `None` if the file is not a result.
pub(super) fn without_format(name: &Path) -> Option<PathBuf> {
    let is_format = |ending: &str| Format::ALL.iter().any(|format| format.extension() == ending);
    let (last, stem) = (name.extension()?.to_str()?, name.with_extension(""));
    if is_format(last) {
        return Some(stem);
    }
    // Double extensions such as `alto.xml`.
    let before = stem.extension()?.to_str()?;
    is_format(&format!("{before}.{last}")).then(|| stem.with_extension(""))
}

/// Reason that the results of a page are not written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// Only this file cannot be written: a folder has its name, the file system rejects the name, or its folder is
    /// read-only.
    #[error(
        "{path}: cannot be written, but other files can: {cause} (rename the file, or check the permissions of its folder)"
    )]
    Here {
        /// Path of the file.
        path: PathBuf,
        /// The error of the operating system.
        cause: std::io::Error,
    },
    /// No file can be written.
    #[error(transparent)]
    Anywhere(#[from] OutputError),
}

/// Prefix of temporary files. It makes them hidden, so that no reader of the folder takes them for results.
pub(super) const UNFINISHED: &str = ".denshin-";

/// Removes temporary files of killed runs. Failures are ignored, because leftover files are harmless.
pub(super) fn remove_unfinished(folder: &Path) {
    remove_beginning(folder, UNFINISHED);
}

/// Removes all files whose names have this prefix.
pub(super) fn remove_beginning(folder: &Path, unfinished: &str) {
    let is_unfinished = |e: &walkdir::DirEntry| {
        e.file_type().is_file() && e.file_name().to_string_lossy().starts_with(unfinished)
    };
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(is_unfinished) {
        let _ = std::fs::remove_file(entry.path());
    }
}

/// Writes a temporary file beside the target, syncs it, and renames it.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), OutputError> {
    write_beside(path, bytes, UNFINISHED)
}

fn write_beside(path: &Path, bytes: &[u8], unfinished: &str) -> Result<(), OutputError> {
    let failed = |cause| OutputError::Write { path: path.to_owned(), cause };
    let file = unnamed_beside(path, bytes, unfinished).map_err(failed)?;
    file.as_file().sync_data().map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}

/// Creates a temporary file with these bytes in the folder of `path`, and the folder if needed. It is deleted on drop.
fn unnamed_beside(path: &Path, bytes: &[u8], unfinished: &str) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(unfinished).tempfile_in(folder)?;
    file.write_all(bytes)?;
    set_usual_permissions(&file)?;
    Ok(file)
}

/// Distinguishes an error of one file from an error of the output folder. File systems report too many different
/// errors to classify; the same bytes are therefore written to the root folder under a short name.
fn unwritten(root: &Path, bytes: &[u8], unfinished: &str, path: PathBuf, cause: std::io::Error) -> Unwritten {
    let other = unnamed_beside(&root.join("other"), bytes, unfinished);
    match other.and_then(|file| file.as_file().sync_data()) {
        Ok(()) => Unwritten::Here { path, cause },
        Err(_) => OutputError::Write { path, cause }.into(),
    }
}

/// Writes a file below a folder atomically, without syncing it. A power loss may lose the file; it can be made again.
///
/// # Errors
/// Tells whether other files can be written.
pub fn save(root: &Path, name: &RelativePath, bytes: &[u8]) -> Result<(), Unwritten> {
    let path = root.join(name);
    let file = unnamed_beside(&path, bytes, UNFINISHED);
    let saved = file.and_then(|file| file.persist(&path).map_err(|e| e.error));
    saved.map(drop).map_err(|cause| unwritten(root, bytes, UNFINISHED, path, cause))
}

/// Writes the results of a page below a folder and syncs the folders, because a rename is lost in a power loss until
/// its folder is synced.
pub(super) fn write_results(
    root: &Path,
    files: impl Iterator<Item = (RelativePath, Vec<u8>)>,
    unfinished: &str,
) -> Result<(), Unwritten> {
    let mut folders = BTreeSet::new();
    for (name, bytes) in files {
        let path = root.join(&name);
        let folder = path.parent().unwrap_or(root).to_owned();
        if !folder.is_dir() {
            // New folders are entries of their parent folders, which need a sync as well.
            let above = folder.ancestors().skip(1).take_while(|above| above.starts_with(root));
            folders.extend(above.map(Path::to_owned));
        }
        write_beside(&path, &bytes, unfinished).map_err(|error| match error {
            OutputError::Write { path, cause } => unwritten(root, &bytes, unfinished, path, cause),
            other => other.into(),
        })?;
        folders.insert(folder);
    }
    Ok(folders.iter().try_for_each(|folder| sync_folder(folder))?)
}

/// Syncs the entries of a folder.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> Result<(), OutputError> {
    let failed = |cause| OutputError::Write { path: folder.to_owned(), cause };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Other systems cannot open a folder; they sync the name with the file.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> Result<(), OutputError> {
    Ok(())
}

/// Temporary files are private. Results get the usual permissions.
#[cfg(unix)]
fn set_usual_permissions(file: &NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_permissions(_: &NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(root: &Path, name: &str) -> Result<(), Unwritten> {
        let name = RelativePath::new(name).unwrap();
        write_results(root, std::iter::once((name, b"x".to_vec())), ".part-")
    }

    #[test]
    fn a_name_that_cannot_be_written_is_no_reason_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        // A folder with the name of the file, a file with the name of the folder, a path that is too long.
        std::fs::create_dir_all(root.join("a.json/x")).unwrap();
        std::fs::write(root.join("b"), "").unwrap();
        let long = format!("{}/{}", vec!["x".repeat(200); 20].join("/"), "y".repeat(70));
        for name in ["a.json", "b/c.json", &long] {
            assert!(matches!(written(root, name), Err(Unwritten::Here { .. })), "{name}");
            let saved = save(root, &RelativePath::new(name).unwrap(), b"x");
            assert!(matches!(saved, Err(Unwritten::Here { .. })), "{name}");
        }
        written(root, "c/d.json").unwrap();
        // No temporary file is left.
        let unfinished = |e: &walkdir::DirEntry| e.file_name().to_string_lossy().starts_with('.');
        assert_eq!(
            walkdir::WalkDir::new(root).min_depth(1).into_iter().flatten().filter(unfinished).count(),
            0
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is() {
        let folder = tempfile::tempdir().unwrap();
        let no_folder = folder.path().join("file");
        std::fs::write(&no_folder, "").unwrap();
        let error = written(&no_folder, "a.json").unwrap_err();
        assert!(matches!(error, Unwritten::Anywhere(OutputError::Write { .. })), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_a_result_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (root, outside) = (folder.path().join("out"), folder.path().join("outside"));
        std::fs::create_dir(&root).unwrap();
        std::fs::write(&outside, "mine").unwrap();
        std::os::unix::fs::symlink(&outside, root.join("a.json")).unwrap();
        std::os::unix::fs::symlink(&outside, root.join("b.json")).unwrap();
        written(&root, "a.json").unwrap();
        save(&root, &RelativePath::new("b.json").unwrap(), b"x").unwrap();
        assert_eq!(std::fs::read(root.join("a.json")).unwrap(), b"x");
        assert_eq!(std::fs::read_to_string(outside).unwrap(), "mine");
    }
}
