//! Files named and files found in folders.

use crate::error::{At, PageError, PageRef, Stage};
use crate::write::names::stems;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Endings by which scans are known in folders. A file that is named is always tried.
const ENDINGS: [&str; 19] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "pdf", "jp2", "j2k", "j2c", "jpf", "jpx", "bmp",
    "pbm", "pgm", "ppm", "pnm", "webp",
];

/// A file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Path of its results below the output folder, without their endings.
    pub stem: PathBuf,
}

/// All scans among the paths given, folders searched, in a stable order; and what could not be looked at.
///
/// Hidden files, files that have no scan's ending, and the output folder inside of an input folder are passed over; a
/// file that is named twice, or lies in a folder named beside it, is read once.
#[must_use]
pub fn find_inputs(paths: &[PathBuf], output: &Path) -> (Vec<Found>, Vec<PageError>) {
    let output = output.canonicalize().unwrap_or_else(|_| output.to_owned());
    let mut found: Vec<(PathBuf, PathBuf)> = Vec::new();
    let mut failures = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, &output, &mut found, &mut failures);
        } else {
            let name = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            found.push((path.clone(), name));
        }
    }
    let mut seen = HashSet::new();
    found.retain(|(path, _)| seen.insert(place(path)));
    let (paths, below): (Vec<PathBuf>, Vec<PathBuf>) = found.into_iter().unzip();
    let stems = stems(&below);
    (paths.into_iter().zip(stems).map(|(path, stem)| Found { path, stem }).collect(), failures)
}

/// Adds the scans below a folder, with their paths below it.
fn search(folder: &Path, output: &Path, found: &mut Vec<(PathBuf, PathBuf)>, failures: &mut Vec<PageError>) {
    let hidden = |e: &walkdir::DirEntry| e.depth() > 0 && e.file_name().to_string_lossy().starts_with('.');
    let is_output =
        |e: &walkdir::DirEntry| e.depth() > 0 && e.path().canonicalize().is_ok_and(|p| p == output);
    let walk = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|e| !hidden(e) && !is_output(e)) {
        match entry {
            Ok(entry) if !entry.file_type().is_dir() && is_scan(entry.path()) => {
                let below = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
                found.push((entry.into_path(), below));
            }
            Ok(_) => {}
            Err(error) => {
                let place = PageRef::file(error.path().unwrap_or(folder));
                failures.extend(Err::<(), _>(error).at(Stage::Scan, &place).err());
            }
        }
    }
}

/// Where a file lies, whatever the way to it. Links keep their names: they are files of their own.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned()).join(path.file_name().unwrap_or_default())
}

fn is_scan(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    ending.is_some_and(|e| ENDINGS.contains(&e.as_str()))
}
