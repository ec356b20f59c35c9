//! Relative paths from external sources: queue messages, manifests, tables, scan names.
//!
//! `Path::join` with an absolute path discards the folder, and `..` leaves it. A path from an external source is
//! therefore joined to a folder only as a [`RelativePath`], which is validated on construction. Symbolic links are not
//! checked: anyone who can create one in the folder can already write there, and archives use links to spread a folder
//! over several disks.

use crate::error::printable;
use serde::{Deserialize, Serialize};
use std::ffi::{OsStr, OsString};
use std::ops::Deref;
use std::path::{Component, Path, PathBuf};

/// Longest file or folder name in bytes (UTF-16 units on Windows). No common file system allows longer names.
const LONGEST_NAME: usize = 255;
/// Longest path in bytes. Linux opens no longer path.
const LONGEST_PATH: usize = 4096;

/// A path of one or more names, without root, drive, `.` or `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "OsString", into = "OsString")]
pub struct RelativePath(PathBuf);

/// The reason why a path is not a valid [`RelativePath`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// The path has no names.
    #[error("the path is empty")]
    Empty,
    /// The path starts at a root or a drive, or contains `..`.
    #[error("`{0}` leads out of its folder")]
    LeadsOut(String),
    /// The path contains a NUL character, which no file system allows.
    #[error("`{0}` holds a NUL character")]
    Nul(String),
    /// A name exceeds the limit of file systems.
    #[error("a name of {0} bytes, and file systems hold {LONGEST_NAME} (give the file a shorter name)")]
    LongName(usize),
    /// The path exceeds the limit of the operating system.
    #[error("a path of {0} bytes, and {LONGEST_PATH} can be opened (use shorter names)")]
    LongPath(usize),
}

impl RelativePath {
    /// Validates a path and removes repeated separators and `.`.
    ///
    /// # Errors
    /// Returns the reason if the path is not valid.
    pub fn new(path: impl AsRef<Path>) -> Result<Self, PathFault> {
        let path = path.as_ref();
        let bytes = path.as_os_str().as_encoded_bytes();
        // Check the length first, because the other messages repeat the path.
        if bytes.len() > LONGEST_PATH {
            return Err(PathFault::LongPath(bytes.len()));
        }
        let shown = || printable(&path.to_string_lossy()).into_owned();
        if bytes.contains(&0) {
            return Err(PathFault::Nul(shown()));
        }
        let mut names = PathBuf::new();
        for component in path.components() {
            match component {
                Component::Normal(name) if length(name) > LONGEST_NAME => {
                    return Err(PathFault::LongName(length(name)));
                }
                Component::Normal(name) => names.push(name),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => {
                    return Err(PathFault::LeadsOut(shown()));
                }
            }
        }
        if names.as_os_str().is_empty() { Err(PathFault::Empty) } else { Ok(Self(names)) }
    }
}

fn length(name: &OsStr) -> usize {
    if cfg!(windows) { name.to_string_lossy().encode_utf16().count() } else { name.len() }
}

impl Deref for RelativePath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for RelativePath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl TryFrom<OsString> for RelativePath {
    type Error = PathFault;

    fn try_from(path: OsString) -> Result<Self, PathFault> {
        Self::new(path)
    }
}

impl From<RelativePath> for OsString {
    fn from(path: RelativePath) -> Self {
        path.0.into_os_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_that_lead_out_of_the_folder_are_refused() {
        for path in ["..", "../x", "a/../../x", "a/..", "/etc/passwd", "//x", "/"] {
            assert!(matches!(RelativePath::new(path), Err(PathFault::LeadsOut(_))), "{path}");
        }
        assert_eq!(RelativePath::new("a\0b"), Err(PathFault::Nul("a\\u0000b".to_owned())));
        for path in ["", ".", "./."] {
            assert_eq!(RelativePath::new(path), Err(PathFault::Empty), "{path}");
        }
    }

    #[cfg(windows)]
    #[test]
    fn drives_and_shares_are_refused() {
        for path in ["C:x", r"C:\x", r"\x", r"\\server\share\x", r"a\..\..\x"] {
            assert!(matches!(RelativePath::new(path), Err(PathFault::LeadsOut(_))), "{path}");
        }
    }

    #[test]
    fn names_below_the_folder_are_taken_as_they_are() {
        for path in ["a", "1993/外務省/a.b", "..a", "a..", "...", "-p0001", "電信 写"] {
            assert_eq!(RelativePath::new(path).unwrap().as_os_str(), path);
        }
        for path in ["a//b/", "./a/./b", "a/b/."] {
            assert_eq!(RelativePath::new(path).unwrap().as_os_str(), "a/b");
        }
    }

    #[test]
    fn names_and_paths_have_a_longest() {
        // 85 characters of three bytes are 255 bytes, the limit of a file name.
        assert!(RelativePath::new("電".repeat(85)).is_ok());
        assert_eq!(RelativePath::new(format!("a/{}x", "電".repeat(85))), Err(PathFault::LongName(256)));
        let deep = vec!["x".repeat(100); 41].join("/");
        assert_eq!(RelativePath::new(&deep), Err(PathFault::LongPath(deep.len())));
    }

    #[test]
    fn what_is_read_from_json_is_checked() {
        let path = RelativePath::new("a/電.json").unwrap();
        let json = serde_json::to_string(&path).unwrap();
        assert_eq!(serde_json::from_str::<RelativePath>(&json).unwrap(), path);
        let json = serde_json::to_string(&OsString::from("../a")).unwrap();
        assert!(serde_json::from_str::<RelativePath>(&json).unwrap_err().to_string().contains("leads out"));
    }

    proptest! {
        #[test]
        fn what_is_taken_lies_below_the_folder(path in "[./\\\\a\0電:C]{0,12}") {
            if let Ok(below) = RelativePath::new(&path) {
                let joined = Path::new("/results").join(&below);
                prop_assert!(joined.starts_with("/results") && joined != Path::new("/results"));
                prop_assert!(joined.components().all(|c| matches!(c, Component::RootDir | Component::Normal(_))));
                prop_assert_eq!(RelativePath::new(&*below), Ok(below.clone()));
            }
        }
    }
}
