//! JPEG 2000, as JP2 file or bare codestream (ISO/IEC 15444-1).

use super::raster::rgb_of_cmyk;
use super::{Limit, Scan, ScanError};
use crate::raster::Pixels;
use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext, Image};
use image::{GrayImage, RgbImage};

pub(super) fn read(bytes: &[u8], limit: Limit) -> Result<Scan, ScanError> {
    let damaged = |cause: String| ScanError::damaged("JPEG 2000", cause);
    let image = Image::new(bytes, &DecodeSettings::default()).map_err(|e| damaged(e.to_string()))?;
    let (width, height) = (image.width(), image.height());
    limit.check(u64::from(width), u64::from(height))?;
    let channels = usize::from(image.color_space().num_channels());
    let is_cmyk = matches!(image.color_space(), ColorSpace::CMYK) || channels == 4;
    let stride = channels + usize::from(image.has_alpha());
    let mut context = DecoderContext::default();
    let data = image.decode(&mut context).map_err(|e| damaged(e.to_string()))?.data_u8();
    let colors =
        |count: usize| data.chunks_exact(stride.max(1)).flat_map(move |p| p[..count].to_vec()).collect();
    let pixels = match channels {
        1 | 2 => GrayImage::from_raw(width, height, colors(1)).map(Pixels::Gray),
        3 => RgbImage::from_raw(width, height, colors(3)).map(Pixels::Color),
        _ if is_cmyk => RgbImage::from_raw(width, height, rgb_of_cmyk(&colors(4))).map(Pixels::Color),
        _ => None,
    };
    let pixels = pixels.ok_or_else(|| damaged(format!("{channels} channels")))?;
    Ok(Scan { pixels, dpi: None })
}
