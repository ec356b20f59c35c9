//! TIFF with all its pages.
//!
//! The pages are counted by their directories; a chain that runs in a circle or off the file ends in one damaged page.
//! Eight and sixteen bits a channel come through the `tiff` crate. Everything else goes through leptonica: bilevel
//! pages (Group 3 fails in that crate, as do strips declared taller than the page, which scanners write), palettes,
//! YCbCr, tiles of odd kinds.

use super::raster::{oriented, rgb_of_cmyk};
use super::{Limit, Scan, ScanError, leptonica, resolution};
use crate::raster::Pixels;
use image::metadata::Orientation;
use image::{GrayImage, RgbImage};
use std::io::Cursor;
use std::sync::Arc;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::{ResolutionUnit, Tag};
use tiff::{ColorType, TiffError};

/// More directories than any scanner writes: a bound for files made to harm.
const MAX_PAGES: u32 = 100_000;

/// A TIFF file.
pub(super) struct TiffFile {
    bytes: Arc<Vec<u8>>,
    pages: u32,
}

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

impl TiffFile {
    /// Counts the pages.
    pub(super) fn open(bytes: Arc<Vec<u8>>) -> Self {
        let mut pages = 1;
        if let Ok(mut decoder) = Decoder::new(Cursor::new(bytes.as_slice())) {
            while decoder.more_images() && pages < MAX_PAGES {
                pages += 1;
                if decoder.next_image().is_err() {
                    break;
                }
            }
        }
        Self { bytes, pages }
    }

    pub(super) fn pages(&self) -> u32 {
        self.pages
    }

    /// One page, by its zero-based index.
    pub(super) fn read(&self, index: u32, limit: Limit) -> Result<Scan, ScanError> {
        let damaged = |e: TiffError| ScanError::damaged("TIFF", e);
        let mut decoder = Decoder::new(Cursor::new(self.bytes.as_slice())).map_err(damaged)?;
        decoder.seek_to_image(index as usize).map_err(damaged)?;
        let (width, height) = decoder.dimensions().map_err(damaged)?;
        limit.check(u64::from(width), u64::from(height))?;
        let dpi = resolution(&mut decoder);
        let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
        let orientation = orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
        if let Some(pixels) = simple(decoder, width, height, limit) {
            return Ok(Scan { pixels: oriented(pixels, orientation), dpi });
        }
        // leptonica turns pages upright by itself.
        let pixels = leptonica::read_tiff(&self.bytes, index, limit)?;
        Ok(Scan { pixels, dpi })
    }
}

/// Dots an inch; `None` where the file gives no unit of length.
fn resolution(decoder: &mut Reader<'_>) -> Option<f32> {
    let dots = match decoder.find_tag(Tag::XResolution).ok()?? {
        tiff::decoder::ifd::Value::Rational(n, d) if d > 0 => n as f32 / d as f32,
        _ => return None,
    };
    let unit = decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok().flatten();
    match unit.map_or(Some(ResolutionUnit::Inch), ResolutionUnit::from_u16)? {
        ResolutionUnit::Inch => resolution::plausible(dots),
        ResolutionUnit::Centimeter => resolution::plausible(dots * 2.54),
        _ => None,
    }
}

/// Pages of whole bytes a channel; `None` where leptonica must help.
fn simple(decoder: Reader<'_>, width: u32, height: u32, limit: Limit) -> Option<Pixels> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(limit.0.saturating_mul(8)).ok()?;
    let mut decoder = decoder.with_limits(limits);
    let color = decoder.colortype().ok()?;
    if !matches!(color, ColorType::Gray(8 | 16) | ColorType::RGB(8 | 16) | ColorType::CMYK(8)) {
        return None;
    }
    let planar = decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).ok().flatten().unwrap_or(1);
    if planar != 1 {
        return None;
    }
    let samples: Vec<u8> = match decoder.read_image().ok()? {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples.into_iter().map(|s| (s >> 8) as u8).collect(),
        _ => return None,
    };
    match color {
        ColorType::Gray(_) => GrayImage::from_raw(width, height, samples).map(Pixels::Gray),
        ColorType::CMYK(_) => RgbImage::from_raw(width, height, rgb_of_cmyk(&samples)).map(Pixels::Color),
        _ => RgbImage::from_raw(width, height, samples).map(Pixels::Color),
    }
}
