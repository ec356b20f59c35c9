//! Reads the lines of a reference for display beside the reading. `evaluate` measures error rates, not this module.

use crate::encoding;
use std::path::Path;

/// The lines of a `NAME.gt.txt` or `NAME.gt.json`; `None` if it cannot be read: a review is possible without it.
#[must_use]
pub(super) fn lines(path: &Path) -> Option<Vec<String>> {
    let content = encoding::read(path).ok()?;
    if path.extension().is_some_and(|e| e == "txt") {
        return Some(content.lines().map(str::to_owned).collect());
    }
    let truth: serde_json::Value = serde_json::from_str(&content).ok()?;
    Some(truth["lines"].as_array()?.iter().filter_map(|l| Some(l["text"].as_str()?.to_owned())).collect())
}
