//! Limit for the decoding work of progressive JPEGs: each scan passes over the whole image (ITU-T T.81, B.2.3 and G).

use super::{Limit, ScanError};

/// Number of scans accepted for a page of any size. Programs write about ten.
const USUAL_SCANS: u64 = 16;
/// Limit for all scans of an image together, in pages of the largest size.
const MOST_PAGES: u64 = 8;

/// Rejects a JPEG of the given size if it has too many scans.
pub(super) fn check(bytes: &[u8], (width, height): (u32, u32), limit: Limit) -> Result<(), ScanError> {
    // B.1.1.2: in coded data FF is followed by 0, so FF DA is a marker.
    let scans = bytes.windows(2).filter(|w| w == &[0xFF, 0xDA]).count() as u64;
    let pixels = u64::from(width).saturating_mul(u64::from(height)).max(1);
    let most = USUAL_SCANS.max(limit.0.saturating_mul(MOST_PAGES) / pixels);
    if scans > most {
        let cause = format!("its JPEG goes over the picture {scans} times, more than the {most} accepted");
        return Err(ScanError::TooMuch(cause));
    }
    Ok(())
}
