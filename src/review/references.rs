//! What a reference says, to be shown beside the reading. Comparing figures is `evaluate`'s.

use crate::encoding;
use std::path::Path;

/// The printed lines of a `NAME.gt.txt` or `NAME.gt.json`; `None` where it cannot be read: a reviewer can go on without.
#[must_use]
pub(super) fn lines(path: &Path) -> Option<Vec<String>> {
    let content = encoding::read(path).ok()?;
    if path.extension().is_some_and(|e| e == "txt") {
        return Some(content.lines().map(str::to_owned).collect());
    }
    let truth: serde_json::Value = serde_json::from_str(&content).ok()?;
    Some(truth["lines"].as_array()?.iter().filter_map(|l| Some(l["text"].as_str()?.to_owned())).collect())
}
