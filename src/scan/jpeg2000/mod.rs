//! JPEG 2000, as JP2 or JPX file or as bare codestream (ISO/IEC 15444-1 and -2).

mod channels;

use super::raster::{over_white, premultiplied_over_white, rgb_of_cmyk};
use super::{Limit, Scan, ScanError, codestream};
use crate::raster::Pixels;
use channels::Channels;
use hayro_jpeg2000::{DecodeSettings, DecoderContext, Image};
use image::{GrayImage, RgbImage};

/// Reads the headers, and rejects images that exceed the limits.
pub(super) fn open(bytes: &[u8], limit: Limit) -> Result<Image<'_>, ScanError> {
    let damaged = |cause: String| ScanError::damaged("JPEG 2000", cause);
    codestream::check(bytes, limit)?;
    let image = Image::new(bytes, &DecodeSettings::default()).map_err(|e| damaged(e.to_string()))?;
    limit.check(u64::from(image.width()), u64::from(image.height()))?;
    Ok(image)
}

/// Decodes a file; transparent pixels are blended over white.
pub(super) fn read_file(bytes: &[u8], limit: Limit) -> Result<Scan, ScanError> {
    decoded(bytes, limit, |count, colors| Channels::of(bytes, count, colors))
}

/// Decodes an image in a PDF. The PDF declares its transparency, so opacity in the data is ignored.
pub(super) fn read(bytes: &[u8], limit: Limit) -> Result<Scan, ScanError> {
    decoded(bytes, limit, Channels::without_alpha)
}

fn decoded(
    bytes: &[u8],
    limit: Limit,
    channels_of: impl Fn(usize, usize) -> Channels,
) -> Result<Scan, ScanError> {
    let damaged = |cause: String| ScanError::damaged("JPEG 2000", cause);
    let image = open(bytes, limit)?;
    let (width, height) = (image.width(), image.height());
    let colors = usize::from(image.color_space().num_channels());
    let mut context = DecoderContext::default();
    let decoded = image.decode(&mut context).map_err(|e| damaged(e.to_string()))?;
    let (stride, data) = (decoded.components().len(), decoded.data_u8());
    let channels = channels_of(stride, colors);
    let pixels = match channels.colors[..] {
        [gray] | [gray, _] => {
            let data = data.chunks_exact(stride).map(|p| channels.over_white(p, [p[gray]])[0]);
            GrayImage::from_raw(width, height, data.collect()).map(Pixels::Gray)
        }
        [r, g, b] => {
            let data = data.chunks_exact(stride).flat_map(|p| channels.over_white(p, [p[r], p[g], p[b]]));
            RgbImage::from_raw(width, height, data.collect()).map(Pixels::Color)
        }
        [c, m, y, k] => {
            // Ink premultiplied by its opacity is already blended over white.
            let is_over_white = channels.alpha.is_some_and(|alpha| alpha.is_premultiplied);
            let data = data.chunks_exact(stride).flat_map(|p| {
                let rgb = rgb_of_cmyk([p[c], p[m], p[y], p[k]]);
                if is_over_white { rgb } else { channels.over_white(p, rgb) }
            });
            RgbImage::from_raw(width, height, data.collect()).map(Pixels::Color)
        }
        _ => None,
    };
    let pixels = pixels.ok_or_else(|| damaged(format!("{} colours", channels.colors.len())))?;
    Ok(Scan::new(pixels, None))
}

impl Channels {
    /// Blends the colour of a pixel over white.
    fn over_white<const N: usize>(&self, pixel: &[u8], color: [u8; N]) -> [u8; N] {
        match self.alpha {
            None => color,
            Some(alpha) if alpha.is_premultiplied => {
                color.map(|c| premultiplied_over_white(c, pixel[alpha.channel]))
            }
            Some(alpha) => color.map(|c| over_white(c, pixel[alpha.channel])),
        }
    }
}
