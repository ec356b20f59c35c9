//! Finds page records and groups them by the files to which the pages belong.

use anyhow::{Context, anyhow};
use denshin::names;
use denshin::page::FORMAT;
use denshin::provenance::Source;
use denshin::reviewed::{Taken, Text, take};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A page record on disk.
pub(super) struct Record {
    pub(super) path: PathBuf,
    /// Path of the results below the output folder, without extension.
    pub(super) stem: PathBuf,
    page: u32,
}

impl Record {
    /// Loads the page and applies its review.
    pub(super) fn read(&self, text: Text) -> anyhow::Result<Taken> {
        let shown = self.path.display();
        let bytes = std::fs::read(&self.path).with_context(|| format!("{shown}: cannot be read"))?;
        take(&self.path, &bytes, text).with_context(|| shown.to_string())
    }
}

/// A file of scans: the records of its pages, in page order.
pub(super) struct File {
    /// Path of the results that contain all pages, without extension.
    pub(super) stem: PathBuf,
    pub(super) records: Vec<Record>,
}

/// The part of a record that identifies its file.
#[derive(Deserialize)]
struct Head {
    source: Option<Source>,
}

/// Finds all records among the given paths and searches folders. Errors are passed to `failed`.
///
/// In folders, hidden files and JSON files that are not page records (reviews, references) are skipped.
pub(super) fn find_records(paths: &[PathBuf], failed: &mut dyn FnMut(anyhow::Error)) -> Vec<File> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, failed, &mut found);
        } else {
            let below = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
            match head(path) {
                Ok(Some(source)) => found.push((path.clone(), below, source)),
                Ok(None) => failed(anyhow!("{}: not a page record ({FORMAT})", path.display())),
                Err(error) => failed(error),
            }
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|(path, ..)| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())));
    by_file(found)
}

fn search(folder: &Path, failed: &mut dyn FnMut(anyhow::Error), found: &mut Vec<(PathBuf, PathBuf, Source)>) {
    let hidden = |e: &walkdir::DirEntry| e.depth() > 0 && e.file_name().to_string_lossy().starts_with('.');
    let walk = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    for entry in walk.filter_entry(|e| !hidden(e)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                failed(error.into());
                continue;
            }
        };
        let is_json = entry.path().extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
        if entry.file_type().is_dir() || !is_json || is_review(entry.path()) {
            continue;
        }
        let below = entry.path().strip_prefix(folder).unwrap_or(entry.path()).to_owned();
        match head(entry.path()) {
            Ok(Some(source)) => found.push((entry.path().to_owned(), below, source)),
            Ok(None) => {}
            Err(error) => failed(error),
        }
    }
}

/// Whether a file is the review of an existing record.
fn is_review(path: &Path) -> bool {
    let record = path.with_extension("").with_extension("json");
    path.file_name().is_some_and(|n| n.to_string_lossy().ends_with(".review.json")) && record.is_file()
}

/// The source in a page record; `None` if the JSON is not a page record.
fn head(path: &Path) -> anyhow::Result<Option<Source>> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("{shown}: cannot be read"))?;
    let value: serde_json::Value = serde_json::from_slice(&bytes)
        .with_context(|| format!("{shown}: damaged JSON (read the scan again)"))?;
    if value.get("format").and_then(|f| f.as_str()) != Some(FORMAT) {
        return Ok(None);
    }
    let head: Head =
        serde_json::from_value(value).with_context(|| format!("{shown}: damaged page record"))?;
    head.source
        .map(Some)
        .with_context(|| format!("{shown}: the record names no source (read the scan again)"))
}

fn by_file(found: Vec<(PathBuf, PathBuf, Source)>) -> Vec<File> {
    let below: Vec<PathBuf> = found.iter().map(|f| f.1.clone()).collect();
    let stems = names::stems(&below);
    let mut files: Vec<File> = Vec::new();
    let mut known: HashMap<(PathBuf, String), usize> = HashMap::new();
    for ((path, _, source), stem) in found.into_iter().zip(stems) {
        let whole = if source.pages > 1 { names::without_page(&stem) } else { stem.clone() };
        let at = *known.entry((whole.clone(), source.sha256)).or_insert_with(|| {
            files.push(File { stem: whole, records: Vec::new() });
            files.len() - 1
        });
        files[at].records.push(Record { path, stem, page: source.page });
    }
    let mut used: HashMap<PathBuf, u32> = HashMap::new();
    for file in &mut files {
        file.records.sort_by_key(|r| r.page);
        // If two files have the same name, their documents get distinct names.
        let seen = used.entry(file.stem.clone()).or_default();
        *seen += 1;
        if *seen > 1 {
            file.stem.as_mut_os_string().push(format!("-{seen}"));
        }
    }
    files
}
