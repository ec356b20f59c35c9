//! JPEG 2000, as JP2 file or bare codestream (ISO/IEC 15444-1).

use super::raster::rgb_of_cmyk;
use super::{Limit, Scan, ScanError, codestream};
use crate::raster::Pixels;
use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image::{GrayImage, RgbImage};

/// Reads the headers, and refuses what is larger than allowed.
pub(super) fn open(bytes: &[u8], limit: Limit) -> Result<Image<'_>, ScanError> {
    let damaged = |cause: String| ScanError::damaged("JPEG 2000", cause);
    codestream::check(bytes, limit)?;
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
