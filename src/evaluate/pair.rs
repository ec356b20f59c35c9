//! Finds for every reference the result that belongs to it.
//!
//! References are `NAME.gt.json` (`lines[].text` in reading order) or `NAME.gt.txt`; results `NAME.json` (page records,
//! known by their `format`) or `NAME.txt`. A reference without result counts as read empty.

use crate::page::FORMAT;
use std::path::{Path, PathBuf};

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

/// Pairs of all references in a folder, by name.
///
/// # Errors
/// Where there is no reference, or one cannot be read.
pub fn pairs(results: &Path, references: &Path) -> Result<Vec<Pair>, PairError> {
    let unreadable = |path: &Path, cause| PairError::Unreadable { path: path.to_owned(), cause };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(references).map_err(|e| unreadable(references, e))? {
        let path = entry.map_err(|e| unreadable(references, e))?.path();
        let Some(file) = path.file_name().map(|n| n.to_string_lossy().into_owned()) else { continue };
        let text_too = || references.join(file.replace(".gt.json", ".gt.txt")).is_file();
        let (name, reference) = if let Some(name) = file.strip_suffix(".gt.txt") {
            (name, std::fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?)
        } else if let Some(name) = file.strip_suffix(".gt.json").filter(|_| !text_too()) {
            (name, ground_truth(&path)?)
        } else {
            continue;
        };
        found.push(Pair { name: name.to_owned(), reference, hypothesis: hypothesis(results, name) });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if found.is_empty() { Err(PairError::None(references.to_owned())) } else { Ok(found) }
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

/// What was read: the text of the page record, or the text file.
fn hypothesis(results: &Path, name: &str) -> Option<String> {
    let record = std::fs::read(results.join(format!("{name}.json"))).ok();
    let parsed = record.and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    let of_record =
        parsed.filter(|r| r["format"] == FORMAT).and_then(|r| r["text"].as_str().map(str::to_owned));
    of_record.or_else(|| std::fs::read_to_string(results.join(format!("{name}.txt"))).ok())
}
