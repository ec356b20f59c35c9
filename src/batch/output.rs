//! Files written whole or not at all.

use super::shard::Shard;
use crate::names;
use crate::relative_path::RelativePath;
use crate::write::Format;
use std::collections::{BTreeSet, HashSet};
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

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
    /// The manifest is damaged, or cannot be written.
    #[error("{path}: {cause} (finished pages are kept; make room, or move the manifest away to begin anew)")]
    Manifest {
        /// Where it is.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// Two sources would write results of one name.
    #[error("{name}: results of {other} have this name already (choose another folder with -o for {path})")]
    Taken {
        /// The name, without its ending.
        name: String,
        /// Whose results they are.
        other: String,
        /// Whose they would be.
        path: String,
    },
    /// The folder was begun with another number of shards.
    #[error(
        "{0}: was begun with another number of shards (go on with that one, or choose another folder with -o)"
    )]
    Shards(PathBuf),
    /// No worker can be started.
    #[error("no worker can be started: {0}")]
    Worker(String),
    /// The engine has no model.
    #[error("{0}")]
    Model(String),
    /// The folder of results cannot be made.
    #[error("{path}: cannot be made: {cause} (choose another folder with -o)")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// There are results already, and the user wants none to be touched.
    #[error(
        "{0}: has results already, nothing was read (--existing keep leaves them, overwrite writes them anew)"
    )]
    There(PathBuf),
}

/// Lets no second run into a folder, or a shard of it, as long as the file is open.
pub(super) fn lock(folder: &Path, shard: Shard) -> Result<File, OutputError> {
    let path = folder.join(format!(".manifest{}.lock", shard.tag()));
    let options = File::options().write(true).create(true).truncate(false).open(&path);
    let lock = options.map_err(|cause| OutputError::Write { path: path.clone(), cause })?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err(OutputError::Busy(folder.to_owned())),
        // File systems that know no locks: the user is alone to see to it.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(lock),
    }
}

/// The paths of files of scans that have results below a folder, without their endings.
pub(super) fn stems_there(folder: &Path) -> HashSet<PathBuf> {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let below = files.filter_map(|file| Some(file.path().strip_prefix(folder).ok()?.to_owned()));
    below
        .filter_map(|name| without_format(&name))
        .flat_map(|page| [names::without_page(&page), page])
        .collect()
}

/// The path of a page's results without their ending; none where it is no result.
pub(super) fn without_format(name: &Path) -> Option<PathBuf> {
    let is_format = |ending: &str| Format::ALL.iter().any(|format| format.extension() == ending);
    let (last, stem) = (name.extension()?.to_str()?, name.with_extension(""));
    if is_format(last) {
        return Some(stem);
    }
    // `alto.xml` and its like.
    let before = stem.extension()?.to_str()?;
    is_format(&format!("{before}.{last}")).then(|| stem.with_extension(""))
}

/// Why results of a page are not written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritten {
    /// Others can be: a folder has this name, the file system does not take it, or its folder may not be written to.
    #[error(
        "{path}: cannot be written, although others can: {cause} (give the file another name, or see to that folder)"
    )]
    Here {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Nor can any other.
    #[error(transparent)]
    Anywhere(#[from] OutputError),
}

/// Beginning of the names of files that are being written; hidden, so no reader of the folder takes them for results.
pub(super) const UNFINISHED: &str = ".denshin-";

/// Removes what runs that were killed left half written. What cannot be removed does no harm.
pub(super) fn remove_unfinished(folder: &Path) {
    remove_beginning(folder, UNFINISHED);
}

/// Removes files whose names begin so.
pub(super) fn remove_beginning(folder: &Path, unfinished: &str) {
    let is_unfinished = |e: &walkdir::DirEntry| {
        e.file_type().is_file() && e.file_name().to_string_lossy().starts_with(unfinished)
    };
    for entry in walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).filter(is_unfinished) {
        let _ = std::fs::remove_file(entry.path());
    }
}

/// Writes beside the place, makes sure that it is on disk, and renames.
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

/// A temporary file with these bytes, in the folder of a path, which is made. Removed where it is not given a name.
fn unnamed_beside(path: &Path, bytes: &[u8], unfinished: &str) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(unfinished).tempfile_in(folder)?;
    file.write_all(bytes)?;
    set_usual_permissions(&file)?;
    Ok(file)
}

/// Whether others can be written where one cannot. Errors of file systems are many, and each has its own: so the same
/// bytes are tried in the folder itself, under a short name.
fn unwritten(root: &Path, bytes: &[u8], unfinished: &str, path: PathBuf, cause: std::io::Error) -> Unwritten {
    let other = unnamed_beside(&root.join("other"), bytes, unfinished);
    match other.and_then(|file| file.as_file().sync_data()) {
        Ok(()) => Unwritten::Here { path, cause },
        Err(_) => OutputError::Write { path, cause }.into(),
    }
}

/// Writes a file below a folder, whole or not at all. A power loss may cost it: it can be made again.
///
/// # Errors
/// Says whether others can be written.
pub fn save(root: &Path, name: &RelativePath, bytes: &[u8]) -> Result<(), Unwritten> {
    let path = root.join(name);
    let file = unnamed_beside(&path, bytes, UNFINISHED);
    let saved = file.and_then(|file| file.persist(&path).map_err(|e| e.error));
    saved.map(drop).map_err(|cause| unwritten(root, bytes, UNFINISHED, path, cause))
}

/// Writes the results of a page below a folder, and makes sure that their names are on disk too: after a power loss
/// a file that was renamed may otherwise stand in no folder.
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
            // Folders that are made stand in folders themselves.
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

/// Makes sure that the names in a folder are on disk.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> Result<(), OutputError> {
    let failed = |cause| OutputError::Write { path: folder.to_owned(), cause };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

/// Elsewhere a folder cannot be opened, and names are on disk when a file is.
#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> Result<(), OutputError> {
    Ok(())
}

/// Temporary files are private; results are for everyone whom the folder lets in.
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
        // A folder in the place of the file, a file in the place of the folder, a path that is too long.
        std::fs::create_dir_all(root.join("a.json/x")).unwrap();
        std::fs::write(root.join("b"), "").unwrap();
        let long = format!("{}/{}", vec!["x".repeat(200); 20].join("/"), "y".repeat(70));
        for name in ["a.json", "b/c.json", &long] {
            assert!(matches!(written(root, name), Err(Unwritten::Here { .. })), "{name}");
            let saved = save(root, &RelativePath::new(name).unwrap(), b"x");
            assert!(matches!(saved, Err(Unwritten::Here { .. })), "{name}");
        }
        written(root, "c/d.json").unwrap();
        // Nothing half written stays.
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
