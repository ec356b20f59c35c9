//! PBM, PGM, PPM and PAM: a file contains one or more images, and each image is a page.
//!
//! The header of an image determines where the next one begins. Programs that write several images (pdftoppm,
//! scanadf) put nothing between them; white space is accepted. If other data follow, all pages have a note, because
//! the intended content is unknown.

use super::raster;
use super::{Limit, Note, Scan, ScanError};
use image::ImageFormat;
use image::codecs::pnm::{PnmDecoder, PnmSubtype, SampleEncoding};
use std::io::Cursor;
use std::ops::Range;
use std::sync::Arc;

/// Limit for the images of a file, against malicious files.
const MOST: usize = 100_000;

pub(super) struct PnmFile {
    bytes: Arc<Vec<u8>>,
    pictures: Vec<Range<usize>>,
    /// Whether other data follow the last image.
    has_more: bool,
}

impl PnmFile {
    pub(super) fn open(bytes: Arc<Vec<u8>>) -> Self {
        let mut pictures: Vec<Range<usize>> = vec![];
        let mut start = 0;
        while is_picture(&bytes[start..]) && pictures.len() < MOST {
            let end = length(&bytes[start..]).map_or(bytes.len(), |length| start + length);
            pictures.push(start..end);
            start = end + bytes[end..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        }
        let has_more = start < bytes.len();
        Self { bytes, pictures, has_more }
    }

    pub(super) fn pages(&self) -> u32 {
        self.pictures.len() as u32
    }

    /// Reads one image by its zero-based index.
    pub(super) fn read(&self, index: u32, limit: Limit) -> Result<Scan, ScanError> {
        let mut scan =
            raster::read(&self.bytes[self.pictures[index as usize].clone()], ImageFormat::Pnm, limit)?;
        if self.has_more {
            scan.notes.push(Note::Repaired);
        }
        Ok(scan)
    }
}

fn is_picture(bytes: &[u8]) -> bool {
    matches!(bytes, [b'P', b'1'..=b'7', ..])
}

/// Length of the first image, bytes; `None` if its header is damaged or the image is truncated.
fn length(bytes: &[u8]) -> Option<usize> {
    let mut cursor = Cursor::new(bytes);
    let decoder = PnmDecoder::new(&mut cursor).ok()?;
    let (_, header) = decoder.into_inner();
    let (width, height) = (header.width() as usize, header.height() as usize);
    let depth = match header.subtype() {
        PnmSubtype::Pixmap(_) => 3,
        PnmSubtype::ArbitraryMap => header.as_arbitrary()?.depth as usize,
        _ => 1,
    };
    let samples = width.checked_mul(height)?.checked_mul(depth)?;
    let start = usize::try_from(cursor.position()).ok()?;
    let rest = bytes.get(start..)?;
    let length = match header.subtype() {
        PnmSubtype::Bitmap(SampleEncoding::Binary) => width.div_ceil(8).checked_mul(height)?,
        PnmSubtype::Bitmap(SampleEncoding::Ascii) => digits(rest, samples)?,
        subtype if subtype.sample_encoding() == SampleEncoding::Ascii => numbers(rest, samples)?,
        _ if header.maximal_sample() > 255 => samples.checked_mul(2)?,
        _ => samples,
    };
    (length <= rest.len()).then_some(start + length)
}

/// End of the first `count` digits, which may be separated by white space.
fn digits(bytes: &[u8], count: usize) -> Option<usize> {
    let Some(last) = count.checked_sub(1) else { return Some(0) };
    let mut places = bytes.iter().enumerate().filter(|(_, byte)| !byte.is_ascii_whitespace());
    places.nth(last).map(|(at, _)| at + 1)
}

/// End of the first `count` numbers, which are separated by white space.
fn numbers(bytes: &[u8], count: usize) -> Option<usize> {
    let Some(last) = count.checked_sub(1) else { return Some(0) };
    let is_end = |at: usize| bytes.get(at).is_none_or(u8::is_ascii_whitespace);
    let mut ends = (1..=bytes.len()).filter(|at| !bytes[at - 1].is_ascii_whitespace() && is_end(*at));
    ends.nth(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictures(bytes: &[u8]) -> (Vec<Range<usize>>, bool) {
        let file = PnmFile::open(Arc::new(bytes.to_vec()));
        (file.pictures, file.has_more)
    }

    #[test]
    fn each_kind_ends_where_its_header_says() {
        for picture in [
            &b"P1 3 2\n101\n0 1 1"[..],
            b"P2 2 1 255\n0 17",
            b"P3 1 1 255\n1 22 255",
            b"P4 9 2\nP5P6",
            b"P5 2 1 255\nP5",
            b"P5 2 1 256\nP5P6",
            b"P6 1 1 255\nP5P",
            b"P7\nWIDTH 1\nHEIGHT 2\nDEPTH 2\nMAXVAL 255\nTUPLTYPE GRAYSCALE_ALPHA\nENDHDR\nP5P6",
        ] {
            let (one, length) = (pictures(picture), picture.len());
            let whole = || std::iter::once(0..length).collect::<Vec<_>>();
            assert_eq!(one, (whole(), false), "{}", String::from_utf8_lossy(picture));
            let two = [picture, b"\n", picture, b" \n"].concat();
            assert_eq!(pictures(&two), (vec![0..length, length + 1..2 * length + 1], false));
            assert_eq!(pictures(&[picture, b"\nPS"].concat()), (whole(), true));
        }
    }

    #[test]
    fn a_picture_that_is_cut_off_is_a_page() {
        assert_eq!(pictures(b"P5 1 1 255\nAP5 9 9 255\nA"), (vec![0..12, 12..24], false));
        assert_eq!(pictures(b"P5 1 1 255\nAP5 9"), (vec![0..12, 12..16], false));
    }
}
