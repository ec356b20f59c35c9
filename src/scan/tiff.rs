//! TIFF with all its pages.
//!
//! The pages are counted by their directories; a chain that runs in a circle or off the file ends in one damaged page.
//! Eight and sixteen bits a channel, and bilevel tiles, come through the `tiff` crate; everything else goes through
//! leptonica: bilevel pages (Group 3 fails in that crate, as do strips declared taller than the page, which scanners
//! write), palettes, YCbCr. Tiles that neither reads are put together to a strip first (`tiles`); tiles packed by JPEG are not read.

use super::raster::{oriented, rgb_of_cmyk};
use super::resolution::Resolution;
use super::{Limit, Scan, ScanError, leptonica, tiles};
use crate::raster::Pixels;
use image::metadata::Orientation;
use image::{GrayImage, Luma, RgbImage};
use std::io::Cursor;
use std::sync::Arc;
use tiff::decoder::{ChunkType, Decoder, DecodingResult, Limits};
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
        check_whole(&mut decoder, self.bytes.len() as u64)?;
        let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
        let orientation = orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);
        let resolution = resolution(&mut decoder).map(|r| r.turned(orientation));
        let simple = simple(decoder, width, height, limit);
        if let Ok(Some(pixels)) = simple {
            return Ok(Scan::new(oriented(pixels, orientation), resolution));
        }
        let mut decoder = Decoder::new(Cursor::new(self.bytes.as_slice())).map_err(damaged)?;
        decoder.seek_to_image(index as usize).map_err(damaged)?;
        if let Some(strip) = tiles::as_one_strip(&self.bytes, &mut decoder, limit) {
            let pixels = leptonica::read_tiff(&strip, 0, limit)?;
            return Ok(Scan::new(oriented(pixels, orientation), resolution));
        }
        // leptonica turns pages upright by itself.
        let pixels = leptonica::read_tiff(&self.bytes, index, limit);
        let pixels = pixels.map_err(|error| simple.err().map_or(error, damaged))?;
        Ok(Scan::new(pixels, resolution))
    }
}

/// Dots an inch; `None` where the file gives no unit of length.
fn resolution(decoder: &mut Reader<'_>) -> Option<Resolution> {
    let mut dots = |tag| match decoder.find_tag(tag).ok()?? {
        tiff::decoder::ifd::Value::Rational(n, d) if d > 0 => Some(n as f32 / d as f32),
        _ => None,
    };
    let across = dots(Tag::XResolution)?;
    let down = dots(Tag::YResolution).unwrap_or(across);
    let unit = decoder.find_tag_unsigned::<u16>(Tag::ResolutionUnit).ok().flatten();
    match unit.map_or(Some(ResolutionUnit::Inch), ResolutionUnit::from_u16)? {
        ResolutionUnit::Inch => Resolution::new(across, down),
        ResolutionUnit::Centimeter => Resolution::new(across * 2.54, down * 2.54),
        _ => None,
    }
}

/// Whether all that the directory points at lies within the file: libtiff shows what is missing as white.
fn check_whole(decoder: &mut Reader<'_>, length: u64) -> Result<(), ScanError> {
    for tag in decoder.tag_iter() {
        tag.map_err(|e| ScanError::damaged("TIFF", e))?;
    }
    let mut numbers = |tag| decoder.find_tag(tag).ok().flatten().and_then(|v| v.into_u64_vec().ok());
    let strips = numbers(Tag::StripOffsets).zip(numbers(Tag::StripByteCounts));
    let parts = strips.or_else(|| numbers(Tag::TileOffsets).zip(numbers(Tag::TileByteCounts)));
    let Some((offsets, sizes)) = parts else { return Ok(()) };
    if offsets.iter().zip(&sizes).any(|(offset, size)| offset.saturating_add(*size) > length) {
        return Err(ScanError::damaged("TIFF", "pixels are missing at its end"));
    }
    Ok(())
}

/// Pages of whole bytes a channel; `None` where leptonica must help.
fn simple(decoder: Reader<'_>, width: u32, height: u32, limit: Limit) -> Result<Option<Pixels>, TiffError> {
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(limit.0.saturating_mul(8)).unwrap_or(usize::MAX);
    let mut decoder = decoder.with_limits(limits);
    let color = decoder.colortype()?;
    // leptonica reads no tiles.
    let tiled = decoder.get_chunk_type() == ChunkType::Tile;
    let known = matches!(color, ColorType::Gray(8 | 16) | ColorType::RGB(8 | 16) | ColorType::CMYK(8));
    if !(known || tiled && color == ColorType::Gray(1)) {
        return Ok(None);
    }
    let mut samples = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut samples)?;
    let samples: Vec<u8> = match samples {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => samples.into_iter().map(|s| (s >> 8) as u8).collect(),
        _ => return Ok(None),
    };
    let samples = if layout.planes > 1 { interleaved(&samples, layout.planes) } else { samples };
    Ok(match color {
        ColorType::Gray(1) => {
            let row = width.div_ceil(8) as usize;
            let is_white =
                |x: u32, y: u32| samples[y as usize * row + x as usize / 8] >> (7 - x % 8) & 1 == 1;
            let paper = |x, y| Luma([if is_white(x, y) { 255 } else { 0 }]);
            (samples.len() >= row * height as usize)
                .then(|| Pixels::Gray(GrayImage::from_fn(width, height, paper)))
        }
        ColorType::Gray(_) => GrayImage::from_raw(width, height, samples).map(Pixels::Gray),
        ColorType::CMYK(_) => RgbImage::from_raw(width, height, rgb_of_cmyk(&samples)).map(Pixels::Color),
        _ => RgbImage::from_raw(width, height, samples).map(Pixels::Color),
    })
}

/// Channel after channel to pixel after pixel.
fn interleaved(planes: &[u8], count: usize) -> Vec<u8> {
    let length = planes.len() / count;
    (0..length * count).map(|i| planes[i % count * length + i / count]).collect()
}
