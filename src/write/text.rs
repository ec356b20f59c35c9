//! Plain UTF-8 text, one printed line per line, with one ■ per redaction. There are no form feeds and no byte order
//! marks.

use crate::page::Page;

/// The text with a final line feed; empty for a page without text.
pub(super) fn write(page: &Page) -> Vec<u8> {
    if page.text.is_empty() { Vec::new() } else { format!("{}\n", page.text).into_bytes() }
}
