//! Plain text in UTF-8: one line a printed line, each redaction one ■. Form feeds and byte order marks are not written.

use crate::page::Page;

/// The text with a final line feed; nothing for a page without text.
pub(super) fn write(page: &Page) -> Vec<u8> {
    if page.text.is_empty() { Vec::new() } else { format!("{}\n", page.text).into_bytes() }
}
