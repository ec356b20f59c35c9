//! The work that a JPEG makes: every scan of a progressive one goes over the whole picture (ITU-T T.81, B.2.3 and G).

use super::{Limit, ScanError};

/// Programs write ten scans or so; as many as this are accepted of a page however large.
const USUAL_SCANS: u64 = 16;
/// All scans together may go over so many pages of the largest size.
const MOST_PAGES: u64 = 8;

/// Refuses a JPEG of this size with too many scans.
pub(super) fn check(bytes: &[u8], (width, height): (u32, u32), limit: Limit) -> Result<(), ScanError> {
    // B.1.1.2: within coded data FF is followed by 0, so that a marker is one.
    let scans = bytes.windows(2).filter(|w| w == &[0xFF, 0xDA]).count() as u64;
    let pixels = u64::from(width).saturating_mul(u64::from(height)).max(1);
    let most = USUAL_SCANS.max(limit.0.saturating_mul(MOST_PAGES) / pixels);
    if scans > most {
        let cause = format!("its JPEG goes over the picture {scans} times, more than the {most} accepted");
        return Err(ScanError::TooMuch(cause));
    }
    Ok(())
}
