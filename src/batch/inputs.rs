//! Files named, listed, matched by patterns, found in folders and in IIIF manifests.

use super::iiif;
use crate::error::{At, PageError, PageRef, Stage};
use crate::names::stems;
use crate::relative_path::RelativePath;
use crate::scan::ENDINGS;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};
use walkdir::WalkDir;

/// The path that stands for a scan on standard input; a file of that name is `./-`.
pub const STANDARD_INPUT: &str = "-";

/// Folders that storage systems and operating systems keep among the files of their users: thumbnails, other streams of a
/// file, deleted and recovered files, snapshots. Those of a hidden name (`.AppleDouble`, `.@__thumb`) need no mention.
const SYSTEM_FOLDERS: [&str; 18] = [
    // Synology, QNAP, NetApp.
    "@eaDir",
    "@tmp",
    "#recycle",
    "#snapshot",
    "@Recycle",
    "@Recently-Snapshot",
    "~snapshot",
    // macOS, and archives and servers made with it.
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

/// A file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Path of its results below the output folder, without their endings.
    pub stem: RelativePath,
}

/// What was found among the sources.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Files to be read, in a stable order.
    pub found: Vec<Found>,
    /// What could not be looked at.
    pub unseen: Vec<PageError>,
    /// Files in folders that were passed over: hidden ones, those without a scan's ending, and those in a system's folders.
    pub ignored: Vec<PathBuf>,
}

/// All scans among the paths given, folders searched, in a stable order; and what could not be looked at.
///
/// Hidden files, files that have no scan's ending, folders that storage systems keep (thumbnails, deleted files), and the
/// output folder inside of an input folder are passed over; a file that is named twice, or lies in a folder named beside
/// it, is read once. A path that is no file is a pattern where it has the signs of one (`scans/**/*.tif`); the files that
/// match keep their folders below those without such signs. An IIIF manifest stands for its images.
#[must_use]
pub fn find_inputs(paths: &[PathBuf], output: &Path) -> Inputs {
    let mut search = Search::new(output);
    paths.iter().for_each(|path| search.source(path));
    search.finish()
}

/// Files of a list, which keep the folders that it gives them: `1993/a.tif` of the list becomes `1993/a.json`, as
/// does `/1993/a.tif`. Folders in a list are searched.
#[must_use]
pub fn find_listed(paths: &[PathBuf], output: &Path) -> Inputs {
    let mut search = Search::new(output);
    for path in paths {
        let (found, inside) = (search.found.len(), path.is_dir());
        search.source(path);
        // What is below a folder, or in a manifest, begins with the folder's own name in the list.
        let above =
            if inside { below_root(path) } else { below_root(path.parent().unwrap_or(Path::new(""))) };
        search.found[found..].iter_mut().for_each(|(_, name)| *name = above.join(&name));
    }
    search.finish()
}

/// A path without root, drive and `..`: what may stand below a folder.
fn below_root(path: &Path) -> PathBuf {
    path.components().filter(|part| matches!(part, Component::Normal(_))).collect()
}

struct Search {
    output: PathBuf,
    /// Files, and their paths below the output folder with their endings.
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

    /// Files that match a pattern.
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
            let nothing =
                Err::<(), _>("matches no file (check its folders; ** stands for any number of them)");
            self.unseen.extend(nothing.at(Stage::Scan, &PageRef::file(pattern)).err());
        }
    }

    /// Adds the scans below a folder, with their paths below it.
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

    /// What cannot be looked at below a folder. A system's own folders are mostly locked.
    fn unreadable(&mut self, folder: &Path, error: walkdir::Error) {
        let path = error.path().unwrap_or(folder).to_owned();
        if path.strip_prefix(folder).is_ok_and(is_of_system) {
            self.ignored.push(path);
        } else {
            self.unseen.extend(Err::<(), _>(error).at(Stage::Scan, &PageRef::file(&path)).err());
        }
    }

    /// Each file once, with the stems of all.
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

/// Whether a path has signs of a pattern.
fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// Where a file lies, whatever the way to it. Links keep their names: they are files of their own.
pub(super) fn place(path: &Path) -> PathBuf {
    if path == Path::new(STANDARD_INPUT) {
        return path.to_owned();
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(path.file_name().unwrap_or_default())
}

/// Whether a file found below a folder is a scan, by its name: not hidden, not in a folder of a system's own.
pub(super) fn is_scan(below: &Path) -> bool {
    let is_hidden = below.iter().any(|part| part.to_string_lossy().starts_with('.'));
    let ending = below.extension().map(|e| e.to_string_lossy().to_lowercase());
    !is_hidden && !is_of_system(below) && ending.is_some_and(|e| ENDINGS.contains(&e.as_str()))
}

/// Whether a path leads through a folder that a system keeps for itself.
fn is_of_system(below: &Path) -> bool {
    below.iter().any(|part| SYSTEM_FOLDERS.iter().any(|name| part.eq_ignore_ascii_case(name)))
}
