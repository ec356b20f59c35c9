//! The manifest `manifest.jsonl` of an output folder: one JSON line per page with its outcome.
//!
//! A page has one row. A run keeps the rows of earlier runs and replaces those of the pages that it reads. The file is
//! rewritten for each row, under a temporary name, and renamed; it is complete at any moment. A row is written after
//! the results of its page are on disk. The row of a page that fails lists the results of the earlier reading, which
//! are kept. A page is identified by the canonical path of its file, because a file can be named in several ways.

use super::inputs::{self, Found};
use super::ledger::{Ledger, Report};
use super::output::{self, OutputError};
use super::shard::Shard;
use crate::names;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Name of the manifest in the output folder.
pub const MANIFEST: &str = "manifest.jsonl";

/// A row of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Path of the file, as given.
    pub path: String,
    /// Page number, one-based; null if the row describes the whole file: it could not be opened, or its document is
    /// the result.
    pub page: Option<u32>,
    /// The results, relative to the output folder; for a failed page, those of an earlier reading.
    pub results: Vec<PathBuf>,
    /// Stage and cause of the failure; null if the page was read.
    pub error: Option<String>,
    /// Canonical path of the file, bytes that are not UTF-8 percent-encoded; `-` for standard input.
    #[serde(default)]
    pub place: Option<String>,
}

/// Canonical path of a file and page number; 0 denotes the whole file.
type Key = (String, u32);

/// The manifest of an output folder, locked by this run.
pub(super) struct Manifest<'a> {
    path: PathBuf,
    inputs: &'a [Found],
    rows: BTreeMap<Key, Entry>,
    /// The page to which each result belongs.
    owners: HashMap<PathBuf, Key>,
    _lock: File,
}

impl<'a> Manifest<'a> {
    /// Opens or creates the manifest and removes temporary files of a killed run.
    pub(super) fn open(folder: &Path, inputs: &'a [Found], unfinished: &str) -> Result<Self, OutputError> {
        let lock = output::lock(folder, Shard::default())?;
        output::remove_unfinished(folder);
        output::remove_beginning(folder, unfinished);
        let path = folder.join(MANIFEST);
        let rows = rows(&path)?;
        let owned =
            rows.iter().flat_map(|(key, row)| row.results.iter().map(|name| (name.clone(), key.clone())));
        let owners = owned.collect();
        let manifest = Self { path, inputs, rows, owners, _lock: lock };
        manifest.write()?;
        Ok(manifest)
    }

    /// Inputs, by index, whose results have the names of results of another file, and the path of that file.
    pub(super) fn elsewhere(&self) -> HashMap<usize, String> {
        let mut stems: HashMap<PathBuf, &Key> = HashMap::new();
        for (name, key) in &self.owners {
            let Some(page) = output::without_format(name).filter(|_| is_exact(name)) else { continue };
            stems.insert(names::without_page(&page), key);
            stems.insert(page, key);
        }
        let other = |found: &Found| {
            let key = stems.get(&*found.stem).filter(|key| key.0 != place_of(&found.path))?;
            self.rows.get(*key).map(|row| row.path.clone())
        };
        let inputs = self.inputs.iter().enumerate();
        inputs.filter_map(|(index, found)| Some((index, other(found)?))).collect()
    }

    fn write(&self) -> Result<(), OutputError> {
        let mut lines = Vec::new();
        for row in self.rows.values() {
            serde_json::to_writer(&mut lines, row).expect("strings and numbers");
            lines.push(b'\n');
        }
        output::write_whole(&self.path, &lines)
    }

    /// A new row without results. In reports, the number of a file is its index among the inputs.
    fn row(&self, file: i64, page: u32) -> (Key, Entry) {
        let path = &self.inputs[file as usize].path;
        let place = place_of(path);
        let path = path.to_string_lossy().into_owned();
        let page_or_none = (page > 0).then_some(page);
        let row =
            Entry { path, page: page_or_none, results: Vec::new(), error: None, place: Some(place.clone()) };
        ((place, page), row)
    }

    fn apply(&mut self, report: &Report) {
        match report {
            Report::Started { .. } => {}
            Report::Opened { file, .. } => {
                let key = self.row(*file, 0).0;
                // The document of an earlier run is kept.
                let row = self.rows.remove(&key).filter(|row| !row.results.is_empty());
                row.into_iter()
                    .for_each(|row| drop(self.rows.insert(key.clone(), Entry { error: None, ..row })));
            }
            Report::Done { file, page, reading } => {
                self.succeed(*file, *page, reading.results.iter().map(PathBuf::from).collect());
            }
            Report::Made { file, name } => self.succeed(*file, 0, vec![name.into()]),
            Report::Failed { file, page, stage, cause } => {
                self.fail(*file, *page, format!("{stage}: {cause}"))
            }
            Report::Unmade { file, stage, cause } => self.fail(*file, 0, format!("{stage}: {cause}")),
        }
    }

    fn succeed(&mut self, file: i64, page: u32, results: Vec<PathBuf>) {
        let (key, row) = self.row(file, page);
        results.iter().for_each(|name| self.give(name, &key));
        self.rows.insert(key, Entry { results, ..row });
    }

    fn fail(&mut self, file: i64, page: u32, error: String) {
        let (key, row) = self.row(file, page);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut results = self.rows.get(&key).map(|row| row.results.clone()).unwrap_or_default();
        results.retain(|name| !is_exact(name) || folder.join(name).is_file());
        self.rows.insert(key, Entry { results, error: Some(error), ..row });
    }

    /// Assigns a result to a page, and removes it from the row of the page that had it.
    fn give(&mut self, name: &Path, to: &Key) {
        if !is_exact(name) {
            return;
        }
        let before = self.owners.insert(name.to_owned(), to.clone()).filter(|before| before != to);
        let Some(before) = before else { return };
        if let Some(row) = self.rows.get_mut(&before) {
            row.results.retain(|other| other != name);
            if row.results.is_empty() && row.error.is_none() {
                self.rows.remove(&before);
            }
        }
    }
}

impl Ledger for Manifest<'_> {
    fn record(&mut self, reports: &[Report], _: f64) -> Result<(), OutputError> {
        reports.iter().for_each(|report| self.apply(report));
        let changes = |report: &Report| !matches!(report, Report::Started { .. });
        if reports.iter().any(changes) { self.write() } else { Ok(()) }
    }

    fn end(&mut self, _: f64, _: &str) -> Result<(), OutputError> {
        Ok(())
    }
}

/// The rows of a manifest; empty if the file does not exist.
fn rows(path: &Path) -> Result<BTreeMap<Key, Entry>, OutputError> {
    let damaged = |cause: String| OutputError::Manifest { path: path.to_owned(), cause };
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(damaged(error.to_string())),
    };
    let lines = bytes.split(|b| *b == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
    let row = |(at, line): (usize, &[u8])| {
        let row = serde_json::from_slice::<Entry>(line);
        let mut row = row.map_err(|error| damaged(format!("line {} is damaged: {error}", at + 1)))?;
        let place = row.place.get_or_insert_with(|| place_of(Path::new(&row.path))).clone();
        Ok(((place, row.page.unwrap_or(0)), row))
    };
    lines.map(row).collect()
}

/// Names that are not UTF-8 contain U+FFFD and are ambiguous.
fn is_exact(name: &Path) -> bool {
    !name.to_string_lossy().contains(char::REPLACEMENT_CHARACTER)
}

/// The canonical path as text. Percent signs and bytes that are not UTF-8 are percent-encoded, so that paths stay
/// distinct.
fn place_of(path: &Path) -> String {
    let place = inputs::place(path);
    let mut text = String::new();
    for chunk in place.as_os_str().as_encoded_bytes().utf8_chunks() {
        text.push_str(&chunk.valid().replace('%', "%25"));
        chunk.invalid().iter().for_each(|byte| text.push_str(&format!("%{byte:02X}")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::protocol::Reading;
    use crate::error::Stage;
    use crate::relative_path::RelativePath;

    fn found(path: &str) -> Found {
        Found { path: path.into(), stem: RelativePath::new(Path::new(path).with_extension("")).unwrap() }
    }

    fn done(file: i64, results: &[&str]) -> Report {
        let results = results.iter().map(|name| (*name).to_owned()).collect();
        Report::Done { file, page: 1, reading: Box::new(Reading { results, ..Reading::default() }) }
    }

    fn failed(file: i64, page: u32) -> Report {
        Report::Failed { file, page, stage: Stage::Scan, cause: "cut off".into() }
    }

    /// Runs once over these files.
    fn run(folder: &Path, inputs: &[Found], reports: &[Report]) -> Vec<Entry> {
        let mut manifest = Manifest::open(folder, inputs, ".part-").unwrap();
        manifest.record(reports, 0.0).unwrap();
        let text = std::fs::read_to_string(folder.join(MANIFEST)).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn rows_of_other_pages_stay_and_a_page_has_one_row() {
        let folder = tempfile::tempdir().unwrap();
        let files = [found("a.png"), found("b.png")];
        run(folder.path(), &files, &[failed(0, 0), done(1, &["b.json"])]);
        let rows = run(folder.path(), &files[1..], &[done(0, &["b.json", "b.txt"])]);
        assert_eq!((rows.len(), rows[0].page, rows[1].results.len()), (2, None, 2));
        // The same file under another name.
        let opened = Report::Opened { file: 0, sha256: String::new(), pages: 1 };
        let rows = run(folder.path(), &[found("./a.png")], &[opened, done(0, &["a.json"])]);
        assert_eq!((rows.len(), rows[0].path.as_str(), &rows[0].error), (2, "./a.png", &None));
    }

    #[test]
    fn a_page_that_fails_keeps_the_results_it_has() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.json"), "{}").unwrap();
        run(folder.path(), &[found("a.png")], &[done(0, &["a.json", "a.txt"])]);
        let rows = run(folder.path(), &[found("a.png")], &[failed(0, 1)]);
        assert_eq!((rows.len(), rows[0].results.len()), (1, 1));
        assert_eq!(rows[0].error.as_deref(), Some("scan: cut off"));
    }

    #[test]
    fn another_file_of_the_same_name_is_told_and_takes_its_results_where_it_must() {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path(), &[found("x/a.png")], &[done(0, &["a.json"])]);
        let other = [Found { path: "y/a.png".into(), stem: RelativePath::new("a").unwrap() }];
        let manifest = Manifest::open(folder.path(), &other, ".part-").unwrap();
        assert_eq!(manifest.elsewhere(), HashMap::from([(0, "x/a.png".to_owned())]));
        drop(manifest);
        let rows = run(folder.path(), &other, &[done(0, &["a.json"])]);
        assert_eq!((rows.len(), rows[0].path.as_str()), (1, "y/a.png"));
    }

    #[test]
    fn a_damaged_line_is_named_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(MANIFEST), "{\"path\":\n").unwrap();
        let error = Manifest::open(folder.path(), &[], ".part-").err().unwrap();
        assert!(error.to_string().contains("line 1 is damaged"), "{error}");
        assert_eq!(std::fs::read_to_string(folder.path().join(MANIFEST)).unwrap(), "{\"path\":\n");
    }

    #[cfg(unix)]
    #[test]
    fn places_that_are_no_utf8_differ() {
        use std::os::unix::ffi::OsStrExt;
        let of = |bytes: &[u8]| place_of(Path::new(std::ffi::OsStr::from_bytes(bytes)));
        assert!(of(b"/\x93").ends_with("/%93") && of(b"/\x94").ends_with("/%94"));
        assert!(of(b"/%93").ends_with("/%2593"));
    }
}
