//! Multi-page TIFF, decoded with libtiff.
//!
//! libtiff decodes rows and tiles to samples, whatever their compression, byte order, bit order and predictor.
//! [`samples`] converts them to pixels with as few bytes a pixel as the page needs. YCbCr without JPEG compression,
//! CIE L\*a\*b\*, LogLuv, old-style JPEG and JBIG are decoded to RGBA, four bytes a pixel. Errors and warnings during
//! decoding become a note of the page; so do incomplete data that libtiff does not report ([`damage`]). A page
//! without any decoded data is an error.

mod damage;
mod directories;
mod jbig;
mod libtiff;
mod samples;

use super::raster::{oriented, premultiplied_over_white};
use super::resolution::Resolution;
use super::{Limit, Note, Scan, ScanError};
use crate::raster::Pixels;
use image::metadata::Orientation;
use image::{GrayImage, RgbImage};
use libtiff::{Directory, Fraction, Long, Short};
use samples::Layout;
use std::sync::Arc;

/// Bytes of the largest pixel: four channels of sixteen bits.
const MOST_BYTES: u64 = 8;
/// Least memory limit for libtiff to read a directory, bytes, whatever the limit for a page.
const LEAST_MEMORY: u64 = 32 << 20;

/// Names of compressions that a build of libtiff may lack.
const COMPRESSIONS: [(u16, &str); 22] = [
    (6, "old-style JPEG"),
    (7, "JPEG"),
    (9, "JBIG"),
    (10, "JBIG"),
    (32_908, "PixarFilm"),
    (33_003, "JPEG 2000"),
    (33_004, "JPEG 2000"),
    (33_005, "JPEG 2000"),
    (jbig::JBIG, "JBIG"),
    (34_712, "JPEG 2000"),
    (34_713, "Nikon NEF"),
    (34_715, "JBIG2"),
    (34_718, "Microsoft Document Imaging"),
    (34_719, "Microsoft Document Imaging"),
    (34_887, "LERC"),
    (34_892, "lossy JPEG of DNG"),
    (34_925, "LZMA"),
    (34_934, "JPEG XR"),
    (50_000, "Zstandard"),
    (50_001, "WebP"),
    (50_002, "JPEG XL"),
    (52_546, "JPEG XL"),
];

pub(super) struct TiffFile {
    bytes: Arc<Vec<u8>>,
    pages: Vec<Option<directories::Page>>,
}

/// A decoded page, and whether all of it was present.
struct Decoded {
    pixels: Pixels,
    is_complete: bool,
}

impl TiffFile {
    pub(super) fn open(bytes: Arc<Vec<u8>>) -> Self {
        let pages = directories::pages(&bytes);
        Self { bytes, pages }
    }

    pub(super) fn pages(&self) -> u32 {
        self.pages.len() as u32
    }

    /// Reads one page by its zero-based index.
    pub(super) fn read(&self, index: u32, limit: Limit) -> Result<Scan, ScanError> {
        let damaged = |cause: String| ScanError::damaged("TIFF", cause);
        let page = self.pages.get(index as usize).copied().flatten();
        let page = page.ok_or_else(|| damaged("its chain of pages is broken here".to_owned()))?;
        let most_bytes = limit.0.saturating_mul(MOST_BYTES).max(LEAST_MEMORY);
        let directory = Directory::open(&self.bytes, page.offset, most_bytes).map_err(damaged)?;
        let width = directory.long(Long::Width).unwrap_or(0);
        let height = directory.long(Long::Height).unwrap_or(0);
        limit.check(u64::from(width), u64::from(height))?;
        if width == 0 || height == 0 {
            return Err(damaged("it has no pixels".to_owned()));
        }
        if directory.short(Short::Compression) == Some(jbig::JBIG) {
            jbig::check(&directory, &self.bytes, limit).map_err(damaged)?;
        }
        let decoded = decoded(&directory, width, height, limit).map_err(damaged)?;
        let is_complete = decoded.is_complete && page.is_whole && damage::is_whole(&directory, &self.bytes);
        let orientation = directory.short(Short::Orientation).and_then(|o| u8::try_from(o).ok());
        let orientation = orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
        let resolution = resolution(&directory).map(|r| r.turned(orientation));
        let mut scan = Scan::new(oriented(decoded.pixels, orientation), resolution);
        if !is_complete {
            scan.notes.push(Note::Incomplete);
        }
        Ok(scan)
    }
}

fn decoded(directory: &Directory<'_>, width: u32, height: u32, limit: Limit) -> Result<Decoded, String> {
    let compression = directory.short(Short::Compression).unwrap_or(1);
    if !libtiff::decodes(compression) {
        let name = COMPRESSIONS.iter().find(|(code, _)| *code == compression);
        let name = name.map(|(_, name)| format!(" ({name})")).unwrap_or_default();
        return Err(format!("compression {compression}{name} is not supported"));
    }
    match Layout::of(directory, width, height)? {
        Some(layout) => samples::decoded(directory, &layout, limit),
        None => as_rgb(directory, width, height),
    }
}

/// Decodes a page through libtiff's conversion to RGBA.
fn as_rgb(directory: &Directory<'_>, width: u32, height: u32) -> Result<Decoded, String> {
    let raster = directory.read_rgba(width, height)?;
    let complaint = directory.complaint();
    let opacity = |pixel: &u32| pixel.to_le_bytes()[3];
    if raster.iter().all(|pixel| opacity(pixel) == 0) {
        return Err(complaint.unwrap_or_else(|| "nothing of the page can be decoded".to_owned()));
    }
    let is_complete = complaint.is_none();
    let over_white = |pixel: u32| {
        let [r, g, b, a] = pixel.to_le_bytes();
        [r, g, b].map(|c| premultiplied_over_white(c, a))
    };
    let is_gray = raster.iter().map(|pixel| pixel.to_le_bytes()).all(|[r, g, b, _]| r == g && g == b);
    let colors = raster.into_iter().map(over_white);
    let pixels = if is_gray {
        GrayImage::from_raw(width, height, colors.map(|[gray, ..]| gray).collect()).map(Pixels::Gray)
    } else {
        RgbImage::from_raw(width, height, colors.flatten().collect()).map(Pixels::Color)
    };
    Ok(Decoded { pixels: pixels.ok_or("its size does not fit its data")?, is_complete })
}

/// Resolution of a page; `None` if the file gives no unit of length.
fn resolution(directory: &Directory<'_>) -> Option<Resolution> {
    let across = directory.fraction(Fraction::XResolution)?;
    let down = directory.fraction(Fraction::YResolution).unwrap_or(across);
    match directory.short(Short::ResolutionUnit)? {
        2 => Resolution::new(across, down),
        3 => Resolution::new(across * 2.54, down * 2.54),
        _ => None,
    }
}
