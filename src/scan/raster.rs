//! PNG, JPEG, BMP, PNM and WebP through the `image` crate; and what all formats share once they are decoded.

use super::{Limit, Scan, ScanError, jpeg_scans, resolution};
use crate::raster::Pixels;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The formats read here.
pub(super) const FORMATS: [ImageFormat; 5] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Bmp, ImageFormat::Pnm, ImageFormat::WebP];

/// Bytes of the fattest pixel: four channels of sixteen bits.
const MOST_BYTES: u64 = 8;
/// Bytes that a PNG's profile, comments and one row may unpack to; its picture is not counted among them.
const MOST_BESIDE: u64 = 32 << 20;

pub(super) fn read(bytes: &[u8], format: ImageFormat, limit: Limit) -> Result<Scan, ScanError> {
    let (mut decoded, orientation) = decoded(bytes, format, limit)?;
    decoded.apply_orientation(orientation);
    let resolution = resolution::of(bytes, format).map(|r| r.turned(orientation));
    Ok(Scan::new(pixels(decoded), resolution))
}

/// The pixels as they are stored, whatever orientation the file claims.
pub(super) fn read_stored(bytes: &[u8], format: ImageFormat, limit: Limit) -> Result<Pixels, ScanError> {
    decoded(bytes, format, limit).map(|(decoded, _)| pixels(decoded))
}

fn decoded(
    bytes: &[u8],
    format: ImageFormat,
    limit: Limit,
) -> Result<(DynamicImage, Orientation), ScanError> {
    let damaged = |e: image::ImageError| ScanError::damaged(name(format), e);
    if format == ImageFormat::Jpeg && !has_jpeg_end(bytes) {
        return Err(ScanError::damaged("JPEG", "its end is missing"));
    }
    let mut decoder = open(bytes, format, limit)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder).map_err(damaged)?, orientation))
}

/// Reads the header, and refuses what is larger than allowed.
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

/// The decoder fills what is missing of a JPEG with gray and says nothing; a whole one ends with EOI
/// (ITU-T T.81, B.2.1), be it followed by what cameras append.
fn has_jpeg_end(bytes: &[u8]) -> bool {
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|w| w == marker);
    last([0xFF, 0xD9]) > last([0xFF, 0xDA])
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

/// Eight bits a channel, gray where the file is, what is transparent over white.
pub(super) fn pixels(decoded: DynamicImage) -> Pixels {
    if decoded.color().has_alpha() {
        let mut over = decoded.to_rgba8();
        for pixel in over.pixels_mut() {
            let [r, g, b, a] = pixel.0.map(u32::from);
            let mix = |c: u32| ((c * a + 255 * (255 - a) + 127) / 255) as u8;
            pixel.0 = [mix(r), mix(g), mix(b), 255];
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

/// Pixels turned and mirrored as a file's orientation says (EXIF and TIFF: 1 to 8).
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

/// Ink densities to light (subtractive, without a profile): what is printed black is black.
pub(super) fn rgb_of_cmyk(cmyk: &[u8]) -> Vec<u8> {
    let channel = |ink: u8, black: u8| ((255 - u32::from(ink)) * (255 - u32::from(black)) / 255) as u8;
    cmyk.chunks_exact(4)
        .flat_map(|p| [channel(p[0], p[3]), channel(p[1], p[3]), channel(p[2], p[3])])
        .collect()
}
