//! Input files: named, listed, matched by patterns, found in folders, or named by IIIF manifests.

use super::iiif;
use crate::error::{At, PageError, PageRef, Stage};
use crate::names::stems;
use crate::relative_path::RelativePath;
use crate::scan::ENDINGS;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// The path that denotes standard input. A file of that name is `./-`.
pub const STANDARD_INPUT: &str = "-";

/// Folders that storage and operating systems create for thumbnails, alternate streams, deleted files and snapshots.
/// Hidden ones (`.AppleDouble`, `.@__thumb`) are skipped because of their name.
const SYSTEM_FOLDERS: [&str; 18] = [
    // Synology, QNAP, NetApp.
    "@eaDir",
    "@tmp",
    "#recycle",
    "#snapshot",
    "@Recycle",
    "@Recently-Snapshot",
    "~snapshot",
    // macOS, and archives and servers created with it.
    "__MACOSX",
    "Network Trash Folder",
    "Temporary Items",
    "TheVolumeSettingsFolder",
    "TheFindByContentFolder",
    // Windows.
    "$RECYCLE.BIN",
    "RECYCLER",
    "RECYCLED",
    "System Volume Information",
    "found.000",
    // Unix.
    "lost+found",
];

/// An input file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Path of the file.
    pub path: PathBuf,
    /// Path of its results below the output folder, without extension.
    pub stem: RelativePath,
}

/// The result of the search for input files.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The input files, in a stable order.
    pub found: Vec<Found>,
    /// Files and folders that cannot be accessed.
    pub unseen: Vec<PageError>,
    /// Skipped files in folders: hidden files, files without the extension of a scan, and files in system folders.
    pub ignored: Vec<PathBuf>,
}

/// Finds all scans among the given paths and searches folders. The order is stable.
///
/// These are skipped in folders: hidden files, files without the extension of a scan, folders that storage systems
/// create (thumbnails, deleted files), and the output folder. A file that is named twice is read once. A path that
/// does not exist and contains wildcards (`scans/**/*.tif`) is a pattern. The files that match it keep their folders
/// below the part without wildcards. An IIIF manifest is replaced by its images.
#[must_use]
pub fn find_inputs(paths: &[PathBuf], output: &Path) -> Inputs {
    let mut search = Search::new(output);
    paths.iter().for_each(|path| search.source(path));
    search.finish()
}

/// Finds the files of a list. They keep the folders that the list names: both `1993/a.tif` and `/1993/a.tif` become
/// `1993/a.json`. Folders in a list are searched.
#[must_use]
pub fn find_listed(paths: &[PathBuf], output: &Path) -> Inputs {
    let mut search = Search::new(output);
    for path in paths {
        let (found, inside) = (search.found.len(), path.is_dir());
        search.source(path);
        // Files below a folder or in a manifest get the path of that folder in the list as a prefix.
        let above =
            if inside { below_root(path) } else { below_root(path.parent().unwrap_or(Path::new(""))) };
        search.found[found..].iter_mut().for_each(|(_, name)| *name = above.join(&name));
    }
    search.finish()
}

/// A path without root, drive and `..`.
fn below_root(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

struct Search {
    output: PathBuf,
    /// Paths of files, and their paths below the output folder, with extension.
    found: Vec<(PathBuf, PathBuf)>,
    unseen: Vec<PageError>,
    ignored: Vec<PathBuf>,
}

impl Search {
    fn new(output: &Path) -> Self {
        let output = output.canonicalize().unwrap_or_else(|_| output.to_owned());
        Self { output, found: Vec::new(), unseen: Vec::new(), ignored: Vec::new() }
    }

    fn source(&mut self, path: &Path) {
        let name = || path.file_name().map_or_else(|| path.to_owned(), PathBuf::from);
        if path == Path::new(STANDARD_INPUT) {
            self.found.push((path.to_owned(), PathBuf::from("stdin")));
        } else if path.is_dir() {
            self.folder(path);
        } else if let Some(images) = iiif::images(path) {
            let below = name().with_extension("");
            let place = PageRef::file(path);
            for image in images {
                match image {
                    Ok(image) => {
                        let name = image.file_name().map_or_else(|| image.clone(), PathBuf::from);
                        self.found.push((image, below.join(name)));
                    }
                    Err(cause) => self.unseen.extend(Err::<(), _>(cause).at(Stage::Scan, &place).err()),
                }
            }
        } else if !path.exists() && is_pattern(path) {
            self.pattern(path);
        } else {
            self.found.push((path.to_owned(), name()));
        }
    }

    /// Adds the files that match a pattern.
    fn pattern(&mut self, pattern: &Path) {
        let fixed: PathBuf = pattern.components().take_while(|part| !is_pattern(part.as_ref())).collect();
        let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
        let matches = glob::glob_with(&pattern.to_string_lossy(), options).into_iter().flatten();
        let count = self.found.len();
        for path in matches.filter_map(Result::ok).filter(|path| path.is_file()) {
            let below = path.strip_prefix(&fixed).unwrap_or(&path).to_owned();
            if is_of_system(&below) {
                self.ignored.push(path);
            } else {
                self.found.push((path, below));
            }
        }
        if self.found.len() == count {
            let nothing = Err::<(), _>(
                "no file matches the pattern (check its folders; ** matches any number of folders)",
            );
            self.unseen.extend(nothing.at(Stage::Scan, &PageRef::file(pattern)).err());
        }
    }

    /// Adds the scans below a folder, with their paths relative to it.
    fn folder(&mut self, folder: &Path) {
        let hidden = |e: &walkdir::DirEntry| e.file_name().to_string_lossy().starts_with('.');
        let output = self.output.clone();
        let is_output = |e: &walkdir::DirEntry| {
            e.file_type().is_dir() && e.path().canonicalize().is_ok_and(|p| p == output)
        };
        let is_passed =
            |e: &walkdir::DirEntry| e.depth() > 0 && (is_output(e) || (hidden(e) && e.file_type().is_dir()));
        let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
        for entry in walk.filter_entry(|e| !is_passed(e)) {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) => {
                    let below = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
                    if is_scan(&below) {
                        self.found.push((entry.into_path(), below));
                    } else {
                        self.ignored.push(entry.into_path());
                    }
                }
                Err(error) => self.unreadable(folder, error),
            }
        }
    }

    /// Records a file or folder that cannot be accessed. System folders are usually locked and count as skipped.
    fn unreadable(&mut self, folder: &Path, error: walkdir::Error) {
        let path = error.path().unwrap_or(folder).to_owned();
        if path.strip_prefix(folder).is_ok_and(is_of_system) {
            self.ignored.push(path);
        } else {
            self.unseen.extend(Err::<(), _>(error).at(Stage::Scan, &PageRef::file(&path)).err());
        }
    }

    /// Removes duplicates and assigns the stems.
    fn finish(mut self) -> Inputs {
        let mut seen = HashSet::new();
        self.found.retain(|(path, _)| seen.insert(place(path)));
        let (paths, below): (Vec<PathBuf>, Vec<PathBuf>) = self.found.into_iter().unzip();
        let mut found = Vec::new();
        for (path, stem) in paths.into_iter().zip(stems(&below)) {
            match RelativePath::new(stem).at(Stage::Scan, &PageRef::file(&path)) {
                Ok(stem) => found.push(Found { path, stem }),
                Err(error) => self.unseen.push(error),
            }
        }
        Inputs { found, unseen: self.unseen, ignored: self.ignored }
    }
}

/// Whether a path contains wildcards.
fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// The canonical path of a file. Symbolic links to files are not resolved: a link counts as a file of its own.
pub(super) fn place(path: &Path) -> PathBuf {
    if path == Path::new(STANDARD_INPUT) {
        return path.to_owned();
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(path.file_name().unwrap_or_default())
}

/// Whether a file found below a folder has the extension of a scan and is neither hidden nor in a system folder.
pub(super) fn is_scan(below: &Path) -> bool {
    let is_hidden = below.iter().any(|part| part.to_string_lossy().starts_with('.'));
    let ending = below.extension().map(|e| e.to_string_lossy().to_lowercase());
    !is_hidden && !is_of_system(below) && ending.is_some_and(|e| ENDINGS.contains(&e.as_str()))
}

/// Whether a path contains a system folder.
fn is_of_system(below: &Path) -> bool {
    below.iter().any(|part| SYSTEM_FOLDERS.iter().any(|name| part.eq_ignore_ascii_case(name)))
}
