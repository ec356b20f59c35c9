//! JPEG: finds the end of the image in a file and detects truncated or damaged data.
//!
//! The image ends at the first EOI marker between segments (ITU-T T.81, B.1.1). An EOI in an EXIF thumbnail does not
//! count, nor does one in data that phones and cameras append (the film of a motion photo, the second picture of an
//! MPO or of an HDR photograph). Data after the end are ignored: the first image is the page.
//!
//! The decoder silently fills missing data with gray. The image is therefore decoded twice, the second time in strict
//! mode and with nonsense bits after each entropy-coded segment. If the data are complete, both results are equal,
//! because the decoder takes no more bits than the blocks need; if data are missing, the decoder takes the nonsense
//! bits for blocks. Changed bits that still decode are not detected, nor is an entirely missing scan of a progressive
//! JPEG.

use super::{Limit, Note, Scan, ScanError, raster, resolution};
use image::ImageFormat;
use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

const START_OF_SCAN: u8 = 0xDA;
const END: u8 = 0xD9;
const END_OF_PICTURE: [u8; 2] = [0xFF, END];
/// Nonsense data: longer than the decoder reads ahead, varied enough to give visible blocks, and without FF.
const NONSENSE: [u8; 64] = {
    let (mut bytes, mut i) = ([0; 64], 0);
    while i < bytes.len() {
        bytes[i] = ((i * 73 + 41) % 255) as u8;
        i += 1;
    }
    bytes
};

/// Reads a JPEG, ignoring data after its end. A complete image that lacks only its EOI is read with a note.
pub(super) fn read(bytes: &[u8], limit: Limit) -> Result<Scan, ScanError> {
    let parts = Parts::of(bytes);
    let picture = match parts.end {
        Some(end) => Cow::Borrowed(&bytes[..end]),
        None => Cow::Owned([without_half_marker(bytes), &END_OF_PICTURE].concat()),
    };
    raster::open(&picture, ImageFormat::Jpeg, limit)?;
    let expected = decoded_strictly(&parts.with_nonsense(&picture));
    let (decoded, orientation) = raster::decoded(&picture, ImageFormat::Jpeg, limit)?;
    let is_whole = expected == Some(digest(decoded.as_bytes()));
    if parts.end.is_none() && !is_whole {
        return Err(cut_off());
    }
    let resolution = resolution::of(&picture, ImageFormat::Jpeg);
    let mut scan = raster::upright(decoded, orientation, resolution);
    if parts.end.is_none() || !is_whole {
        scan.notes.push(Note::Incomplete);
    }
    Ok(scan)
}

/// The image including its EOI; `None` if the EOI is missing.
pub(super) fn picture(bytes: &[u8]) -> Option<&[u8]> {
    Parts::of(bytes).end.map(|end| &bytes[..end])
}

/// Rejects a JPEG without EOI.
pub(super) fn check_end(bytes: &[u8]) -> Result<(), ScanError> {
    picture(bytes).map(drop).ok_or_else(cut_off)
}

fn cut_off() -> ScanError {
    ScanError::damaged("JPEG", "its end is missing")
}

/// End positions of the parts of an image, as byte offsets.
#[derive(Debug, Default, PartialEq)]
struct Parts {
    /// End of the EOI.
    end: Option<usize>,
    /// Ends of the entropy-coded segments: at restart markers and at the end of a scan.
    stretches: Vec<usize>,
}

impl Parts {
    fn of(bytes: &[u8]) -> Self {
        let (mut parts, mut at) = (Self::default(), 2);
        let (mut is_in_scan, mut is_progressive, mut scans) = (false, false, 0);
        while let Some((start, marker)) = next_marker(bytes, at) {
            let is_restart = matches!(marker, 0xD0..=0xD7);
            // The decoder needs a marker immediately after the first scan of a progressive image.
            if is_in_scan && (is_restart || !is_progressive || scans > 1) {
                parts.stretches.push(start);
            }
            is_in_scan &= is_restart;
            at = start + 2;
            match marker {
                END => {
                    parts.end = Some(at);
                    return parts;
                }
                // Markers without a segment.
                0x01 | 0xD0..=0xD8 => continue,
                START_OF_SCAN => {
                    is_in_scan = true;
                    scans += 1;
                }
                0xC2 | 0xC6 | 0xCA | 0xCE => is_progressive = true,
                _ => {}
            }
            let Some(length) = bytes.get(at..at + 2) else { return parts };
            at += usize::from(u16::from_be_bytes([length[0], length[1]]));
        }
        if is_in_scan {
            parts.stretches.push(without_half_marker(bytes).len());
        }
        parts
    }

    /// The image with nonsense data after each entropy-coded segment.
    fn with_nonsense(&self, picture: &[u8]) -> Vec<u8> {
        let mut longer = Vec::with_capacity(picture.len() + self.stretches.len() * NONSENSE.len());
        let mut from = 0;
        for &end in &self.stretches {
            longer.extend_from_slice(&picture[from..end]);
            longer.extend_from_slice(&NONSENSE);
            from = end;
        }
        longer.extend_from_slice(&picture[from..]);
        longer
    }
}

/// The next marker and its position: FF followed by neither 0 (a stuffed byte) nor FF (a fill byte).
fn next_marker(bytes: &[u8], from: usize) -> Option<(usize, u8)> {
    let pairs = bytes.get(from..)?.windows(2);
    let found = pairs.into_iter().position(|pair| pair[0] == 0xFF && !matches!(pair[1], 0 | 0xFF))?;
    Some((from + found, bytes[from + found + 1]))
}

/// Strips trailing FF bytes, which begin a marker.
fn without_half_marker(bytes: &[u8]) -> &[u8] {
    let length = bytes.iter().rposition(|byte| *byte != 0xFF).map_or(0, |last| last + 1);
    &bytes[..length]
}

/// Digest of the samples in the colour space that the `image` crate decodes to; `None` if the decoder reports an error.
fn decoded_strictly(picture: &[u8]) -> Option<u64> {
    let options =
        DecoderOptions::default().set_strict_mode(true).set_max_width(usize::MAX).set_max_height(usize::MAX);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(picture), options);
    decoder.decode_headers().ok()?;
    let space = match decoder.input_colorspace()? {
        same @ (ColorSpace::Luma | ColorSpace::LumaA | ColorSpace::RGB | ColorSpace::RGBA) => same,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(decoder.options().jpeg_set_out_colorspace(space));
    decoder.decode().ok().map(|samples| digest(&samples))
}

fn digest(samples: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(samples);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_ends_with_its_own_eoi() {
        let thumbnail = [&[0xFF, 0xE1, 0, 8][..], &[0xFF, 0xD8, 0xFF, 0xD9, 1, 2]].concat();
        let scan = [0xFF, 0xDA, 0, 3, 9, 7, 0xFF, 0, 7, 0xFF, 0xD0, 7, 0xFF, 0xD9];
        let picture = [&[0xFF, 0xD8][..], &thumbnail, &scan].concat();
        let whole = Parts { end: Some(picture.len()), stretches: vec![21, 24] };
        assert_eq!(Parts::of(&picture), whole);
        assert_eq!(Parts::of(&[&picture[..], &picture].concat()), whole);
        let length = picture.len() - 2;
        assert_eq!(Parts::of(&picture[..length]), Parts { end: None, stretches: vec![21, length] });
        assert_eq!(Parts::of(&picture[..10]).end, None);
    }
}
