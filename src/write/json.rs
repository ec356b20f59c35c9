//! The page record as JSON: indented, so that a person can read it and a diff shows what changed.

use crate::page::Page;

/// The record, indented, with a final line feed.
pub(super) fn write(page: &Page) -> Vec<u8> {
    write_any(page)
}

/// Any record, in the same form.
pub(super) fn write_any(record: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes =
        serde_json::to_vec_pretty(record).expect("a record holds strings and finite numbers only");
    bytes.push(b'\n');
    bytes
}

/// A page record, read back.
///
/// # Errors
/// Where the bytes are no JSON, or no page record: the message names line and column.
pub fn parse_json(bytes: &[u8]) -> Result<Page, serde_json::Error> {
    serde_json::from_slice(bytes)
}
