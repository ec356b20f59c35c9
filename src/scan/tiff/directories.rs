//! The directory chain of a TIFF or BigTIFF, and the directories that are pages.
//!
//! Reduced-resolution images and masks (NewSubfileType, TIFF 6.0, page 36) are no pages. If a file has nothing else,
//! they are pages: a scanner that marks its only image as reduced has still scanned a page. SubIFDs are outside the
//! chain and never pages. This module follows the chain instead of libtiff, so that a damaged directory hides none
//! after it.

use std::collections::HashSet;

/// Limit for directories, against malicious files; no scanner writes as many.
const MOST: usize = 100_000;

const NEW_SUBFILE_TYPE: u64 = 254;
/// Tag from before TIFF 6.0: 1 is a full-resolution image, 2 a reduced-resolution image, 3 one page of several.
const SUBFILE_TYPE: u64 = 255;
/// Bit 0: a reduced-resolution image. Bit 2: a mask.
const NO_PAGE: u64 = 0b101;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Page {
    /// Byte offset in the file.
    pub(super) offset: u64,
    /// Whether the values of all its fields lie inside the file.
    pub(super) is_whole: bool,
}

/// The directories of the pages; `None` at the position where the chain is broken.
pub(super) fn pages(bytes: &[u8]) -> Vec<Option<Page>> {
    let (directories, is_broken) = chain(bytes);
    let is_any_page = directories.iter().any(|d| d.is_page);
    let pages = directories.iter().filter(|d| d.is_page || !is_any_page).map(|d| Some(d.page));
    let mut pages: Vec<_> = pages.collect();
    if is_broken || pages.is_empty() {
        pages.push(None);
    }
    pages
}

struct Directory {
    page: Page,
    is_page: bool,
    next: Option<u64>,
}

/// The directories in chain order, and whether the chain is broken: by an offset outside the file, or by a cycle.
fn chain(bytes: &[u8]) -> (Vec<Directory>, bool) {
    let file = Numbers { bytes, is_big_endian: bytes.starts_with(b"MM") };
    let is_big = file.number(2, 2) == Some(43);
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut next = if is_big { file.number(8, 8) } else { file.number(4, 4) };
    while let Some(offset) = next {
        if offset == 0 {
            return (found, false);
        }
        if !seen.insert(offset) || found.len() == MOST {
            return (found, true);
        }
        let Some(directory) = file.directory(offset, is_big) else { return (found, true) };
        next = directory.next;
        found.push(directory);
    }
    // The last directory is complete, but its offset of the next one is truncated.
    (found, true)
}

/// Reads numbers in the file's byte order.
struct Numbers<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
}

impl Numbers<'_> {
    fn number(&self, at: u64, length: u64) -> Option<u64> {
        let (start, end) = (usize::try_from(at).ok()?, usize::try_from(at.checked_add(length)?).ok()?);
        let digits = self.bytes.get(start..end)?.iter();
        let shifted = |sum: u64, digit: &u8| sum << 8 | u64::from(*digit);
        Some(if self.is_big_endian { digits.fold(0, shifted) } else { digits.rev().fold(0, shifted) })
    }

    /// Parses a directory; `None` if it is truncated.
    fn directory(&self, offset: u64, is_big: bool) -> Option<Directory> {
        let (count_bytes, entry_bytes, offset_bytes) = if is_big { (8, 20, 8) } else { (2, 12, 4) };
        let count = self.number(offset, count_bytes)?;
        let start = offset.checked_add(count_bytes)?;
        let end = start.checked_add(count.checked_mul(entry_bytes)?)?;
        if end > self.bytes.len() as u64 {
            return None;
        }
        let value_at = if is_big { 12 } else { 8 };
        let entries = || (0..count).map(|i| start + i * entry_bytes);
        let is_within = |entry: u64| {
            let kind = self.number(entry + 2, 2).unwrap_or(0);
            let length = self.number(entry + 4, value_at - 4)?.checked_mul(bytes_of(kind))?;
            let place = if length > offset_bytes { self.number(entry + value_at, offset_bytes)? } else { 0 };
            Some(place.checked_add(length)? <= self.bytes.len() as u64)
        };
        let value = |tag: u64| {
            let entry = entries().find(|entry| self.number(*entry, 2) == Some(tag))?;
            // Type 3 is a number of two bytes at the beginning of the field.
            let length = if self.number(entry + 2, 2)? == 3 { 2 } else { 4 };
            self.number(entry + value_at, length)
        };
        let is_page = match value(NEW_SUBFILE_TYPE) {
            Some(kind) => kind & NO_PAGE == 0,
            None => value(SUBFILE_TYPE) != Some(2),
        };
        let page = Page { offset, is_whole: entries().all(|entry| is_within(entry) == Some(true)) };
        Some(Directory { page, is_page, next: self.number(end, offset_bytes) })
    }
}

/// Size of a value of a field type, bytes (TIFF 6.0, page 15; 16 to 18 are BigTIFF's).
fn bytes_of(kind: u64) -> u64 {
    match kind {
        1 | 2 | 6 | 7 => 1,
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16..=18 => 8,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64) -> Option<Page> {
        Some(Page { offset, is_whole: true })
    }

    /// A little-endian file of directories of one entry each: tag, type, value.
    fn file(entries: &[(u16, u16, u32)], last: u32) -> Vec<u8> {
        let mut bytes = b"II*\0\x08\0\0\0".to_vec();
        for (i, (tag, kind, value)) in entries.iter().enumerate() {
            let next = if i + 1 == entries.len() { last } else { 8 + 18 * (i as u32 + 1) };
            bytes.extend(1u16.to_le_bytes());
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(1u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
            bytes.extend(next.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn reduced_copies_and_masks_are_no_pages() {
        let kinds =
            [(254, 4, 0), (254, 4, 1), (254, 3, 4), (254, 4, 5), (254, 4, 2), (255, 3, 1), (255, 3, 2)];
        let old_page = (255, 3, 3);
        let found = pages(&file(&[&kinds[..], &[old_page]].concat(), 0));
        assert_eq!(found, [0, 4, 5, 7].map(|i| at(8 + 18 * i)));
    }

    #[test]
    fn a_file_of_nothing_but_a_reduced_copy_has_a_page() {
        assert_eq!(pages(&file(&[(254, 4, 1)], 0)), [at(8)]);
    }

    #[test]
    fn a_chain_that_is_broken_ends_in_one_page_that_cannot_be_read() {
        let two = [(254, 4, 0), (254, 4, 0)];
        let circle = file(&two, 8);
        assert_eq!(pages(&circle), [at(8), at(26), None]);
        assert_eq!(pages(&file(&two, 4_000)), [at(8), at(26), None]);
        assert_eq!(pages(&file(&two, 0)[..39]), [at(8), None]);
        assert_eq!(pages(b"II*\0\0\0\0\0"), [None]);
    }

    #[test]
    fn a_field_whose_value_lies_beyond_the_file_is_noticed() {
        let mut bytes = file(&[(254, 4, 0)], 0);
        // The field has 100 numbers at offset 0.
        bytes[14] = 100;
        assert_eq!(pages(&bytes), [Some(Page { offset: 8, is_whole: false })]);
    }
}
