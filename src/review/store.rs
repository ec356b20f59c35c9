//! Saves reviews atomically and never over another person's review.
//!
//! A review is written to a temporary file in the same folder, synchronized to disk and renamed; then the folder is
//! synchronized. A save names the revision that it is based on. If the file on disk has another revision, the result is
//! [`StoreError::Conflict`] and nothing is written. A lock on the record file protects against a second program on the
//! same folder. On file systems without locks the revision is still compared, but of two saves within the same few
//! milliseconds one may overwrite the other. A symbolic link is not replaced.

use crate::reviewed::{LoadError, Review, load, review_path};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Why a review was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another person saved the page since.
    #[error("somebody else has saved this page meanwhile")]
    Conflict(Box<Review>),
    /// The review on disk cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The file cannot be written.
    #[error("{name} cannot be written: {cause} (nothing on disk was changed)")]
    Io {
        /// File name.
        name: String,
        /// System error.
        cause: std::io::Error,
    },
}

/// Saves reviews beside the records below one folder.
pub(super) struct Store {
    root: PathBuf,
    saving: Mutex<()>,
}

impl Store {
    /// `root` is the canonical path of the folder of results.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, saving: Mutex::new(()) }
    }

    /// Writes a review if the one on disk still has the revision `seen`.
    pub(super) fn save(&self, record: &Path, seen: u64, review: &Review) -> Result<(), StoreError> {
        let _one_at_a_time = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let path = review_path(record);
        let failed = |cause| StoreError::Io { name: name_of(&path), cause };
        self.check_place(record).map_err(failed)?;
        // Locked until `lock` is dropped. Without file locks, mutex and revision check remain.
        let lock = File::open(record).map_err(failed)?;
        let _ = lock.lock();
        if let Some(there) = load(record)?.filter(|there| there.revision != seen) {
            return Err(StoreError::Conflict(Box::new(there)));
        }
        let mut bytes = serde_json::to_vec(review).expect("strings and finite numbers");
        bytes.push(b'\n');
        write_whole(&path, &bytes).map_err(failed)
    }

    /// Checks that the record's folder is still below the results: it may have been replaced by a link.
    fn check_place(&self, record: &Path) -> std::io::Result<()> {
        let folder = record.parent().unwrap_or(&self.root).canonicalize()?;
        if folder.starts_with(&self.root) {
            return Ok(());
        }
        Err(std::io::Error::other("its folder is no longer within the results"))
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Writes a temporary file in the same folder, synchronizes it, renames it and synchronizes the folder.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".denshin-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    set_usual_permissions(&file)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|e| e.error)?;
    // Some systems cannot open folders; the file itself is already synchronized.
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Temporary files are private; a review should be readable for everyone who can access the folder.
#[cfg(unix)]
fn set_usual_permissions(file: &tempfile::NamedTempFile) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn set_usual_permissions(_: &tempfile::NamedTempFile) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reviewed::FORMAT;

    fn place() -> (tempfile::TempDir, Store, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let record = root.join("a.b.json");
        std::fs::write(&record, b"{}").unwrap();
        (folder, Store::new(root), record)
    }

    fn review(revision: u64) -> Review {
        Review {
            format: FORMAT.into(),
            page: "a.b.json".into(),
            record_sha256: String::new(),
            revision,
            done: false,
            changes: 0,
            regions: vec![],
            history: vec![],
        }
    }

    #[test]
    fn a_review_is_kept_beside_the_record_and_leaves_nothing_else() {
        let (folder, store, record) = place();
        assert!(load(&record).unwrap().is_none());
        store.save(&record, 0, &review(1)).unwrap();
        assert_eq!(load(&record).unwrap().unwrap().revision, 1);
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a.b.json", "a.b.review.json"]);
        assert_eq!(std::fs::read(&record).unwrap(), b"{}");
    }

    #[test]
    fn of_many_that_save_the_same_revision_one_wins() {
        let (_folder, store, record) = place();
        let won = std::thread::scope(|s| {
            let save = || match store.save(&record, 0, &review(1)) {
                Ok(()) => 1,
                Err(StoreError::Conflict(theirs)) => i32::from(theirs.revision != 1),
                Err(e) => panic!("{e}"),
            };
            let all: Vec<_> = (0..8).map(|_| s.spawn(save)).collect();
            all.into_iter().map(|t| t.join().unwrap()).sum::<i32>()
        });
        assert_eq!(won, 1);
    }

    #[test]
    fn a_damaged_review_is_said_and_left_alone() {
        let (_folder, store, record) = place();
        for bytes in [&b"{\"format\":"[..], b"", b"[]", b"\xff\xfe"] {
            std::fs::write(review_path(&record), bytes).unwrap();
            assert!(matches!(load(&record), Err(LoadError::Damaged { .. })));
            assert!(matches!(
                store.save(&record, 0, &review(1)),
                Err(StoreError::Load(LoadError::Damaged { .. }))
            ));
            assert_eq!(std::fs::read(review_path(&record)).unwrap(), bytes);
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_neither_followed_nor_replaced() {
        let (folder, store, record) = place();
        let outside = tempfile::tempdir().unwrap();
        let secret = outside.path().join("secret.json");
        std::fs::write(&secret, serde_json::to_vec(&review(0)).unwrap()).unwrap();
        std::os::unix::fs::symlink(&secret, review_path(&record)).unwrap();
        assert!(load(&record).unwrap_err().to_string().contains("no regular file"));
        assert!(store.save(&record, 0, &review(1)).is_err());
        // A folder that was replaced by a link after indexing.
        std::os::unix::fs::symlink(outside.path(), folder.path().join("sub")).unwrap();
        std::fs::write(outside.path().join("x.json"), b"{}").unwrap();
        let there = folder.path().canonicalize().unwrap().join("sub/x.json");
        assert!(store.save(&there, 0, &review(1)).unwrap_err().to_string().contains("no longer within"));
        assert!(!outside.path().join("x.review.json").exists());
    }
}
