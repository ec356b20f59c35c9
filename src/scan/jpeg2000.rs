//! JPEG 2000, as JP2 file or bare codestream (ISO/IEC 15444-1).

use super::raster::rgb_of_cmyk;
use super::{Limit, Scan, ScanError};
use crate::raster::Pixels;
use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image::{GrayImage, RgbImage};

/// Reads the headers, and refuses what is larger than allowed.
pub(super) fn open(bytes: &[u8], limit: Limit) -> Result<Image<'_>, ScanError> {
    let damaged = |cause: String| ScanError::damaged("JPEG 2000", cause);
    check_tiles(bytes).map_err(|cause| damaged(cause.to_owned()))?;
    let image = Image::new(bytes, &DecodeSettings::default()).map_err(|e| damaged(e.to_string()))?;
    limit.check(u64::from(image.width()), u64::from(image.height()))?;
    Ok(image)
}

pub(super) fn read(bytes: &[u8], limit: Limit) -> Result<Scan, ScanError> {
    let damaged = |cause: String| ScanError::damaged("JPEG 2000", cause);
    let image = open(bytes, limit)?;
    let (width, height) = (image.width(), image.height());
    let channels = usize::from(image.color_space().num_channels());
    let is_cmyk = matches!(image.color_space(), ColorSpace::CMYK) || channels == 4;
    let stride = channels + usize::from(image.has_alpha());
    let mut context = DecoderContext::default();
    let data = image.decode(&mut context).map_err(|e| damaged(e.to_string()))?.data_u8();
    let pixels = match channels {
        1 | 2 => GrayImage::from_raw(width, height, first(1, stride, data)).map(Pixels::Gray),
        3 => RgbImage::from_raw(width, height, first(3, stride, data)).map(Pixels::Color),
        _ if is_cmyk => {
            RgbImage::from_raw(width, height, rgb_of_cmyk(&first(4, stride, data))).map(Pixels::Color)
        }
        _ => None,
    };
    let pixels = pixels.ok_or_else(|| damaged(format!("{channels} channels")))?;
    Ok(Scan::new(pixels, None))
}

/// The first `count` channels of `stride`.
fn first(count: usize, stride: usize, data: Vec<u8>) -> Vec<u8> {
    if count == stride {
        return data;
    }
    let mut kept = Vec::with_capacity(data.len() / stride * count);
    data.chunks_exact(stride).for_each(|pixel| kept.extend_from_slice(&pixel[..count]));
    kept
}

/// Whether there are as many tiles as the standard allows, and the last of them is whole.
///
/// The decoder wants memory for every tile that is declared, and shows what is missing as gray.
fn check_tiles(bytes: &[u8]) -> Result<(), &'static str> {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|w| w == marker);
    // A.4.4: EOC ends the codestream; within packets no marker from FF90 upwards occurs (SOT is FF90).
    if last([0xFF, 0xD9]) <= last([0xFF, 0x90]) {
        return Err("its end is missing");
    }
    // A.5.1: SOC, SIZ, its length and Rsiz; then Xsiz Ysiz XOsiz YOsiz XTsiz YTsiz XTOsiz YTOsiz.
    let Some(start) = bytes.windows(4).position(|w| w == [0xFF, 0x4F, 0xFF, 0x51]) else { return Ok(()) };
    let field = |i: usize| {
        let at = start + 8 + 4 * i;
        let value = bytes.get(at..at + 4).and_then(|b| b.try_into().ok());
        u64::from(u32::from_be_bytes(value.unwrap_or_default()))
    };
    let tiles =
        |size: usize, tile: usize| field(size).saturating_sub(field(tile + 2)).div_ceil(field(tile).max(1));
    // A.4.2: tiles are counted from 0 to 65,534.
    if tiles(0, 4).saturating_mul(tiles(1, 5)) > 65_535 {
        return Err("it declares more tiles than the format allows");
    }
    Ok(())
}
