//! TIFF pages through leptonica and libtiff, which read what the `tiff` crate does not.

use super::{Limit, ScanError};
use crate::raster::Pixels;
use image::{GrayImage, RgbImage};
use leptess::capi;
use std::ptr::NonNull;

/// A picture of leptonica's.
struct Pix(NonNull<capi::PIX>);

impl Drop for Pix {
    fn drop(&mut self) {
        let mut raw = self.0.as_ptr();
        // SAFETY: the picture is owned and destroyed once.
        unsafe { capi::pixDestroy(&mut raw) }
    }
}

/// One page of a TIFF by its zero-based index, upright as its orientation says.
pub(super) fn read_tiff(bytes: &[u8], index: u32, limit: Limit) -> Result<Pixels, ScanError> {
    let damaged = |cause: &str| ScanError::damaged("TIFF", cause);
    let index = i32::try_from(index).map_err(|_| damaged("too many pages"))?;
    // SAFETY: sets a global of leptonica's: errors come back as null pictures, not on stderr (5 is "none").
    unsafe { capi::setMsgSeverity(capi::L_SEVERITY_NONE as i32) };
    // SAFETY: the bytes outlive the call; null is refused.
    let pix = unsafe { capi::pixReadMemTiff(bytes.as_ptr(), bytes.len(), index) };
    let pix = Pix(NonNull::new(pix).ok_or_else(|| damaged("the page cannot be decoded"))?);
    // SAFETY: the picture is live.
    let (width, height) = unsafe { (capi::pixGetWidth(pix.0.as_ptr()), capi::pixGetHeight(pix.0.as_ptr())) };
    let (width, height) = (u32::try_from(width).unwrap_or(0), u32::try_from(height).unwrap_or(0));
    limit.check(u64::from(width), u64::from(height))?;
    // SAFETY: the picture is live; null is refused.
    let plain = unsafe { capi::pixConvertTo8Or32(pix.0.as_ptr(), capi::L_CLONE as i32, 0) };
    let plain = Pix(NonNull::new(plain).ok_or_else(|| damaged("the page cannot be converted"))?);
    Ok(copied(&plain, width, height))
}

/// The pixels of a picture of 8 or 32 bits.
fn copied(pix: &Pix, width: u32, height: u32) -> Pixels {
    // SAFETY: the picture is live; its data are `wpl` words a row for `height` rows, and are only read while it lives.
    let (depth, words_per_row, words) = unsafe {
        let raw = pix.0.as_ptr();
        let words_per_row = capi::pixGetWpl(raw) as usize;
        let data = capi::pixGetData(raw);
        (
            capi::pixGetDepth(raw),
            words_per_row,
            std::slice::from_raw_parts(data, words_per_row * height as usize),
        )
    };
    let row = |y: u32| &words[y as usize * words_per_row..(y as usize + 1) * words_per_row];
    // Leptonica keeps the leftmost pixel in the highest byte of a word.
    if depth == 32 {
        Pixels::Color(RgbImage::from_fn(width, height, |x, y| {
            let [r, g, b, _] = row(y)[x as usize].to_be_bytes();
            image::Rgb([r, g, b])
        }))
    } else {
        Pixels::Gray(GrayImage::from_fn(width, height, |x, y| {
            image::Luma([row(y)[x as usize / 4].to_be_bytes()[x as usize % 4]])
        }))
    }
}
