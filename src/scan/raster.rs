//! Decodes PNG, JPEG, BMP, PNM and WebP with the `image` crate, and holds pixel conversions that all formats share.

use super::resolution::{self, Resolution};
use super::{Limit, Scan, ScanError, jpeg, jpeg_scans};
use crate::raster::Pixels;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// Formats that this module decodes.
pub(super) const FORMATS: [ImageFormat; 5] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp, ImageFormat::Pnm, ImageFormat::WebP];

/// Bytes of the largest pixel: four channels of sixteen bits.
const MOST_BYTES: u64 = 8;
/// Limit for a PNG's profile, comments and one row, bytes; its image is not included.
const MOST_BESIDE: u64 = 32 << 20;

pub(super) fn read(bytes: &[u8], format: ImageFormat, limit: Limit) -> Result<Scan, ScanError> {
    let (decoded, orientation) = decoded(bytes, format, limit)?;
    Ok(upright(decoded, orientation, resolution::of(bytes, format)))
}

/// Applies the orientation to a decoded image and its resolution.
pub(super) fn upright(
    mut decoded: DynamicImage,
    orientation: Orientation,
    resolution: Option<Resolution>,
) -> Scan {
    decoded.apply_orientation(orientation);
    Scan::new(pixels(decoded), resolution.map(|r| r.turned(orientation)))
}

/// The stored pixels, regardless of the declared orientation.
pub(super) fn read_stored(bytes: &[u8], format: ImageFormat, limit: Limit) -> Result<Pixels, ScanError> {
    if format == ImageFormat::Jpeg {
        jpeg::check_end(bytes)?;
    }
    decoded(bytes, format, limit).map(|(decoded, _)| pixels(decoded))
}

/// The stored image and its declared orientation.
pub(super) fn decoded(
    bytes: &[u8],
    format: ImageFormat,
    limit: Limit,
) -> Result<(DynamicImage, Orientation), ScanError> {
    let damaged = |e: image::ImageError| ScanError::damaged(name(format), e);
    let mut decoder = open(bytes, format, limit)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(damaged)?, orientation))
}

/// Reads the header, and rejects images that exceed the limits.
pub(super) fn open(
    bytes: &[u8],
    format: ImageFormat,
    limit: Limit,
) -> Result<impl ImageDecoder + '_, ScanError> {
    let damaged = |e: image::ImageError| ScanError::damaged(name(format), e);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(match format {
        ImageFormat::Png => MOST_BESIDE,
        _ => limit.0.saturating_mul(MOST_BYTES),
    });
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    limit.check(u64::from(width), u64::from(height))?;
    if format == ImageFormat::Jpeg {
        jpeg_scans::check(bytes, (width, height), limit)?;
    }
    Ok(decoder)
}

fn name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Pnm => "PNM",
        _ => "WebP",
    }
}

/// Converts to eight bits a channel, gray for gray images; transparent pixels are blended over white.
pub(super) fn pixels(decoded: DynamicImage) -> Pixels {
    if decoded.color().has_alpha() {
        let mut over = decoded.to_rgba8();
        for pixel in over.pixels_mut() {
            let [r, g, b, opacity] = pixel.0;
            let [r, g, b] = [r, g, b].map(|c| over_white(c, opacity));
            pixel.0 = [r, g, b, 255];
        }
        let over = DynamicImage::ImageRgba8(over);
        return if decoded.color().has_color() {
            Pixels::Color(over.into_rgb8())
        } else {
            Pixels::Gray(over.into_luma8())
        };
    }
    if decoded.color().has_color() {
        Pixels::Color(decoded.into_rgb8())
    } else {
        Pixels::Gray(decoded.into_luma8())
    }
}

/// Rotates and mirrors pixels by an orientation (EXIF and TIFF: 1 to 8).
pub(super) fn oriented(pixels: Pixels, orientation: Orientation) -> Pixels {
    if orientation == Orientation::NoTransforms {
        return pixels;
    }
    let mut image = match pixels {
        Pixels::Gray(gray) => DynamicImage::ImageLuma8(gray),
        Pixels::Color(color) => DynamicImage::ImageRgb8(color),
    };
    image.apply_orientation(orientation);
    self::pixels(image)
}

/// Blends a channel with straight alpha over white.
pub(super) fn over_white(channel: u8, opacity: u8) -> u8 {
    let (channel, opacity) = (u32::from(channel), u32::from(opacity));
    ((channel * opacity + 255 * (255 - opacity) + 127) / 255) as u8
}

/// Blends a channel with premultiplied alpha over white.
pub(super) fn premultiplied_over_white(channel: u8, opacity: u8) -> u8 {
    channel.saturating_add(255 - opacity)
}

/// Converts CMYK to RGB (subtractive, without a profile).
pub(super) fn rgb_of_cmyk([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    [c, m, y].map(|ink| ((255 - u32::from(ink)) * (255 - u32::from(k)) / 255) as u8)
}
