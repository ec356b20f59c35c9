//! Checks the size that JBIG data declare: libjbig allocates it regardless of libtiff's limit.

use super::damage::part;
use super::libtiff::{Directory, Short};
use crate::scan::Limit;

/// TIFF compression code of JBIG.
pub(super) const JBIG: u16 = 34_661;

/// Rejects data that declare more pixels than the limit, or more than one plane.
///
/// # Errors
/// The message names the declared size and planes.
pub(super) fn check(directory: &Directory<'_>, bytes: &[u8], limit: Limit) -> Result<(), String> {
    // libtiff reverses the bits of JBIG data unless the fill order is low bit first.
    let is_turned = directory.short(Short::FillOrder) != Some(2);
    for (offset, length) in directory.chunks() {
        let Some(header) = part(bytes, offset, length).and_then(|data| data.first_chunk::<20>()) else {
            continue;
        };
        let header = if is_turned { header.map(u8::reverse_bits) } else { *header };
        // Header of a bi-level image entity (ITU-T T.82, 6.2.2): layers, planes, then columns and rows.
        let number = |at: usize| u64::from(u32::from_be_bytes([0, 1, 2, 3].map(|i| header[at + i])));
        let (planes, columns, rows) = (header[2], number(4), number(8));
        if planes > 1 || columns.saturating_mul(rows) > limit.0 {
            return Err(format!("its JBIG data are of {columns} × {rows} pixels in {planes} planes"));
        }
    }
    Ok(())
}
