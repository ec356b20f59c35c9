//! Detects damage that libtiff ignores silently.
//!
//! For Group 4, libtiff takes the end of the data for the end of the page, whatever the number of rows. For Deflate,
//! it reads no further than the last row and never verifies the checksum. This module decodes both again and discards
//! the result: Group 4 must produce the declared number of rows, and Deflate must end without an error. Other
//! compressions are left to libtiff; LZW and PackBits have no redundancy by which damage that still decodes could be
//! detected.

use super::libtiff::{Directory, Long, Short};
use flate2::read::ZlibDecoder;
use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};
use std::borrow::Cow;
use std::io::Read;

const GROUP_4: u16 = 4;
const DEFLATE: [u16; 2] = [8, 32_946];
const LOW_BIT_FIRST: u16 = 2;

/// Whether the strips or tiles of a page are complete, as far as their data alone show it.
pub(super) fn is_whole(directory: &Directory<'_>, bytes: &[u8]) -> bool {
    let compression = directory.short(Short::Compression).unwrap_or(1);
    if compression != GROUP_4 && !DEFLATE.contains(&compression) {
        return true;
    }
    let chunks = Chunks::of(directory);
    directory.chunks().enumerate().all(|(i, (offset, length))| {
        let Some(data) = part(bytes, offset, length) else { return false };
        let data = with_high_bit_first(data, directory);
        match compression {
            GROUP_4 => has_rows(&data, chunks.columns, chunks.rows_of(i)),
            _ => ends_well(&data, chunks.row_bytes.saturating_mul(u64::from(chunks.rows))),
        }
    })
}

/// The bytes of a strip or tile; `None` if they are not all present.
pub(super) fn part(bytes: &[u8], offset: u64, length: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    bytes.get(start..start.checked_add(usize::try_from(length).ok()?)?)
}

struct Chunks {
    columns: u32,
    rows: u32,
    row_bytes: u64,
    /// Height of the page; `None` for tiles, which are padded to their full height.
    page_rows: Option<u32>,
}

impl Chunks {
    fn of(directory: &Directory<'_>) -> Self {
        let long = |field| directory.long(field).unwrap_or(0);
        if directory.is_tiled() {
            let (columns, rows) = (long(Long::TileWidth), long(Long::TileHeight));
            let (_, row_bytes) = directory.tile_bytes();
            return Self { columns, rows, row_bytes: row_bytes as u64, page_rows: None };
        }
        let page_rows = long(Long::Height);
        let rows = long(Long::RowsPerStrip).clamp(1, page_rows.max(1));
        let row_bytes = directory.row_bytes() as u64;
        Self { columns: long(Long::Width), rows, row_bytes, page_rows: Some(page_rows) }
    }

    fn rows_of(&self, index: usize) -> u32 {
        let Some(page_rows) = self.page_rows else { return self.rows };
        let strips = page_rows.div_ceil(self.rows).max(1);
        let above = (index as u32 % strips).saturating_mul(self.rows);
        self.rows.min(page_rows.saturating_sub(above))
    }
}

fn with_high_bit_first<'a>(data: &'a [u8], directory: &Directory<'_>) -> Cow<'a, [u8]> {
    if directory.short(Short::FillOrder) == Some(LOW_BIT_FIRST) {
        return data.iter().map(|byte| byte.reverse_bits()).collect();
    }
    Cow::Borrowed(data)
}

/// Whether Deflate data have no error, including the checksum. Some writers pad the last strip; data of more than
/// twice the expected size are damage.
fn ends_well(data: &[u8], bytes: u64) -> bool {
    let most = bytes.saturating_mul(2);
    let unpacked = &mut ZlibDecoder::new(data).take(most.saturating_add(1));
    std::io::copy(unpacked, &mut std::io::sink()).is_ok_and(|length| length <= most)
}

/// Whether Group 4 data produce the given number of rows without an error (ITU-T T.6).
fn has_rows(data: &[u8], columns: u32, rows: u32) -> bool {
    let settings = DecodeSettings {
        columns,
        rows,
        end_of_block: true,
        end_of_line: false,
        rows_are_byte_aligned: false,
        encoding: EncodingMode::Group4,
        strict: true,
    };
    let mut counted = Counted(0);
    hayro_ccitt::decode(data, &mut counted, &mut DecoderContext::new(settings)).is_ok() && counted.0 == rows
}

struct Counted(u32);

impl Decoder for Counted {
    fn push_row(&mut self, _changes: &[u32]) {
        self.0 += 1;
    }
}
