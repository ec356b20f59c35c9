//! Finds for every reference the result that belongs to it.
//!
//! References are `NAME.gt.json` (`lines[].text` in reading order) or `NAME.gt.txt`; results `NAME.json` (page records,
//! known by their `format`) or `NAME.txt`. A reference without result counts as read empty.

use crate::page::FORMAT;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// A reference and what was read for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Name of both, without their endings.
    pub name: String,
    /// The text that is printed.
    pub reference: String,
    /// The text that was read; `None` where there is no result.
    pub hypothesis: Option<String>,
}

/// Why a folder or a file of it cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// It cannot be read.
    #[error("{path}: {cause}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// It is no reference.
    #[error("{path}: no reference: {cause}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// No reference at all.
    #[error("{0}: no references (NAME.gt.json or NAME.gt.txt)")]
    None(PathBuf),
}

/// Pairs of all references in a folder and the folders below it, by name; or of one file with one file.
///
/// # Errors
/// Where there is no reference, or one cannot be read, or there is no such folder of results.
pub fn pairs(results: &Path, references: &Path) -> Result<Vec<Pair>, PairError> {
    let unreadable = |path: &Path, cause| PairError::Unreadable { path: path.to_owned(), cause };
    let is_file = std::fs::metadata(results).map_err(|e| unreadable(results, e))?.is_file();
    let mut found = Vec::new();
    for entry in WalkDir::new(references).follow_links(true) {
        let entry = entry.map_err(|e| unreadable(references, e.into()))?;
        let path = entry.path();
        let below = path.strip_prefix(references).ok().filter(|b| !b.as_os_str().is_empty());
        let file = below.map_or_else(|| entry.file_name().to_string_lossy(), Path::to_string_lossy);
        let Some((name, reference)) = reference(path, &file)? else { continue };
        let hypothesis = if is_file { text_of(results) } else { hypothesis(results, &name) };
        found.push(Pair { name, reference, hypothesis });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if found.is_empty() { Err(PairError::None(references.to_owned())) } else { Ok(found) }
}

/// Name and text of a reference; `None` for other files, and for a ground truth that has its text beside it.
fn reference(path: &Path, file: &str) -> Result<Option<(String, String)>, PairError> {
    if let Some(name) = file.strip_suffix(".gt.txt") {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|cause| PairError::Unreadable { path: path.to_owned(), cause })?;
        return Ok(Some((name.to_owned(), text.trim_start_matches('\u{FEFF}').to_owned())));
    }
    let text_beside = || path.to_string_lossy().replace(".gt.json", ".gt.txt");
    match file.strip_suffix(".gt.json").filter(|_| !Path::new(&text_beside()).is_file()) {
        Some(name) => Ok(Some((name.to_owned(), ground_truth(path)?))),
        None => Ok(None),
    }
}

/// The lines of a ground truth.
fn ground_truth(path: &Path) -> Result<String, PairError> {
    let bytes =
        std::fs::read(path).map_err(|cause| PairError::Unreadable { path: path.to_owned(), cause })?;
    let malformed = |cause: String| PairError::Malformed { path: path.to_owned(), cause };
    let truth: serde_json::Value = serde_json::from_slice(&bytes).map_err(|e| malformed(e.to_string()))?;
    let lines = truth["lines"].as_array().ok_or_else(|| malformed("no `lines`".to_owned()))?;
    Ok(lines.iter().filter_map(|l| l["text"].as_str()).collect::<Vec<_>>().join("\n"))
}

/// What was read under a name: the text of the page record, or the text file.
fn hypothesis(results: &Path, name: &str) -> Option<String> {
    let file = |ending: &str| text_of(&results.join(format!("{name}.{ending}")));
    file("json").or_else(|| file("txt"))
}

/// The text of a page record; other files are the text themselves, JSON of other kinds is nothing.
fn text_of(path: &Path) -> Option<String> {
    let content = std::fs::read_to_string(path).ok()?;
    match serde_json::from_str::<serde_json::Value>(&content) {
        Ok(record) if record["format"] == FORMAT => record["text"].as_str().map(str::to_owned),
        _ if path.extension().is_some_and(|e| e == "json") => None,
        _ => Some(content),
    }
}
