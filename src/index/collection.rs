//! The page records of a collection, grouped by the files whose pages they are.

use crate::names;
use crate::page::Page;
use crate::provenance::sha256;
use crate::reviewed::{Text, review_path, take};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;
use walkdir::WalkDir;

/// Counts changes of what is indexed of a record. An index of another version is built anew.
const VERSION: u32 = 1;

/// Records whose names say that they are pages of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Path of the records without page number and ending.
    pub key: String,
    pub records: Vec<PathBuf>,
    /// Changes when a record or its review is written anew.
    pub fingerprint: String,
}

/// The groups below folders, by their keys. Hidden files, reviews and references are no records.
///
/// # Errors
/// Where a folder cannot be read.
pub(super) fn groups(folders: &[PathBuf]) -> Result<Vec<Group>, (PathBuf, std::io::Error)> {
    let mut records: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for folder in folders {
        let folder = folder.canonicalize().map_err(|error| (folder.clone(), error))?;
        let is_shown =
            |e: &walkdir::DirEntry| e.depth() == 0 || !e.file_name().to_string_lossy().starts_with('.');
        for entry in WalkDir::new(&folder).sort_by_file_name().into_iter().filter_entry(is_shown) {
            let entry = entry.map_err(|error| {
                let path = error.path().unwrap_or(&folder).to_owned();
                (path, error.into_io_error().unwrap_or_else(|| std::io::Error::other("a loop of links")))
            })?;
            if entry.file_type().is_file() && is_record(entry.path()) {
                let key = names::without_page(&entry.path().with_extension(""));
                records.entry(key).or_default().push(entry.into_path());
            }
        }
    }
    let group = |(key, records): (PathBuf, Vec<PathBuf>)| Group {
        key: key.to_string_lossy().into_owned(),
        fingerprint: fingerprint(&records),
        records,
    };
    Ok(records.into_iter().map(group).collect())
}

fn is_record(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".json") && !name.ends_with(".review.json") && !name.ends_with(".gt.json")
}

/// Sizes and times of change of the records and their reviews.
fn fingerprint(records: &[PathBuf]) -> String {
    let mut state = format!("{VERSION}");
    for record in records {
        for path in [record.clone(), review_path(record)] {
            let Ok(metadata) = path.metadata() else { continue };
            let changed = metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            let _ = write!(
                state,
                "\n{} {} {}",
                path.display(),
                metadata.len(),
                changed.unwrap_or_default().as_nanos()
            );
        }
    }
    sha256(state.as_bytes())[..16].to_owned()
}

/// The records and pages of a group as reviewed, in the order of the pages; JSON that is no page record is passed over.
///
/// # Errors
/// The record that cannot be read, and why.
pub(super) fn pages(group: &Group) -> Result<(Vec<PathBuf>, Vec<Page>), (PathBuf, String)> {
    let mut pages = Vec::new();
    for record in &group.records {
        if let Some(page) = page(record).map_err(|cause| (record.clone(), cause))? {
            pages.push((record.clone(), page));
        }
    }
    pages.sort_by(|(_, a), (_, b)| (&a.source.sha256, a.source.page).cmp(&(&b.source.sha256, b.source.page)));
    Ok(pages.into_iter().unzip())
}

/// A page as reviewed; `None` where the file is no page record.
pub(super) fn page(record: &Path) -> Result<Option<Page>, String> {
    let bytes = std::fs::read(record).map_err(|error| error.to_string())?;
    let head = &bytes[..bytes.len().min(4096)];
    let format = crate::page::FORMAT.as_bytes();
    if !head.windows(format.len()).any(|w| w == format) {
        return Ok(None);
    }
    take(record, &bytes, Text::Reviewed).map(|taken| Some(taken.page)).map_err(|error| error.to_string())
}
