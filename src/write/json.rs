//! The page record as JSON, indented for readability and for line-by-line diffs.

use crate::page::Page;

/// Serializes a page record, indented, with a final line feed.
pub(super) fn write(page: &Page) -> Vec<u8> {
    write_any(page)
}

pub(super) fn write_any(record: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes =
        serde_json::to_vec_pretty(record).expect("a record holds strings and finite numbers only");
    bytes.push(b'\n');
    bytes
}

/// Parses a page record.
///
/// # Errors
/// Returns an error with line and column if the bytes are not a page record in JSON.
pub fn parse_json(bytes: &[u8]) -> Result<Page, serde_json::Error> {
    serde_json::from_slice(bytes)
}
