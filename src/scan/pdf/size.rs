//! Rejects images that exceed the limits, by their own headers, before they are decoded.

use super::super::{Limit, ScanError, jpeg2000, raster};
use super::jbig2;
use super::placed::{Placed, size};
use super::unpack::{Unpacked, check_stream, unpack};
use hayro_syntax::Filter;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{Array, Object};
use hayro_syntax::page::Page;
use image::ImageFormat;
use std::collections::HashSet;

/// Limit for the pixels of all images of a page, relative to the largest page: strips may overlap.
const MOST_TOGETHER: u64 = 4;
/// Bytes of a pixel of 32 channels, and bytes that a stream may have after its last pixel.
const MOST_PIXEL: u64 = 64;
const MOST_BEYOND: u64 = 1 << 20;
/// Limit for the unpacked size of a page's instructions, bytes: a map has some tens of megabytes.
pub(super) const MOST_CONTENT: u64 = 64 << 20;
/// Limit for a row of samples, bytes. Two bytes for each of four channels of 65,535 pixels are 500,000.
const MOST_ROW: u64 = 1 << 20;

/// Rejects images that declare, or unpack to, more pixels than the limit, and pages with too many pixels in images.
pub(super) fn check_images(images: &[Placed<'_>], limit: Limit) -> Result<(), ScanError> {
    let pixels = |image: &Placed<'_>| {
        let (width, height) = image.size();
        u64::from(width).saturating_mul(u64::from(height))
    };
    for image in images {
        let (width, height) = image.size();
        limit.check(u64::from(width), u64::from(height))?;
    }
    let together = images.iter().map(pixels).fold(0, u64::saturating_add);
    if together > limit.0.saturating_mul(MOST_TOGETHER) {
        return Err(ScanError::TooMuch(format!("its images have {together} pixels together")));
    }
    // A page may paint the same image a thousand times.
    let mut checked = HashSet::new();
    let is_new = |image: &&Placed<'_>| checked.insert(image.stream.raw_data().as_ptr());
    images.iter().filter(is_new).try_for_each(|image| check_image(&image.stream, limit))
}

/// Rejects an image if it or one of its masks exceeds the limits.
pub(super) fn check_image(stream: &Stream<'_>, limit: Limit) -> Result<(), ScanError> {
    check_samples(stream, limit)?;
    for key in ["SMask", "Mask"] {
        if let Some(mask) = stream.dict().get::<Stream<'_>>(key) {
            check_samples(&mask, limit)?;
        }
    }
    Ok(())
}

fn check_samples(stream: &Stream<'_>, limit: Limit) -> Result<(), ScanError> {
    let dict = stream.dict();
    let (width, height) = size(dict);
    limit.check(u64::from(width), u64::from(height))?;
    check_space(dict, limit)?;
    let most = u64::from(width).saturating_mul(u64::from(height)).saturating_mul(MOST_PIXEL) + MOST_BEYOND;
    let most = most.min(limit.0.saturating_mul(8));
    let Unpacked::Pixels { filter, data, parameters } = unpack(stream, most)? else {
        return check_predictor(dict);
    };
    // The decoder reports other errors in the header.
    let is_about_size =
        |error: &ScanError| matches!(error, ScanError::TooLarge { .. } | ScanError::TooMuch(_));
    let refused = |outcome: Result<(), ScanError>| outcome.err().filter(is_about_size).map_or(Ok(()), Err);
    match filter {
        Filter::JpxDecode => refused(jpeg2000::open(&data, limit).map(drop)),
        Filter::DctDecode => refused(raster::open(&data, ImageFormat::Jpeg, limit).map(drop)),
        Filter::Jbig2Decode => {
            if let Some(globals) = parameters.get::<Stream<'_>>("JBIG2Globals") {
                check_stream(&globals, Limit(limit.0 / 8))?;
                jbig2::check(&globals.decoded_data().unwrap_or_default(), limit)?;
            }
            jbig2::check(&data, limit)
        }
        // The decoder takes the number of rows from the image.
        _ => {
            limit.check(u64::from(parameters.get::<u32>("Columns").unwrap_or(1728)), u64::from(height.max(1)))
        }
    }
}

/// Limits the rows of a predictor, which are allocated as declared (ISO 32000-2, 7.4.4.4).
fn check_predictor(dict: &Dict<'_>) -> Result<(), ScanError> {
    let row = |parameters: Dict<'_>| {
        let of = |key: &str, usual: u64| match parameters.get::<Object<'_>>(key) {
            Some(Object::Number(number)) => number.as_f64().max(0.0) as u64,
            _ => usual,
        };
        let bits = of("Columns", 1).saturating_mul(of("Colors", 1)).saturating_mul(of("BitsPerComponent", 8));
        (of("Predictor", 1) > 1).then_some(bits / 8)
    };
    let all = dict.get::<Array<'_>>("DecodeParms").or_else(|| dict.get::<Array<'_>>("DP"));
    let several = all.into_iter().flat_map(|all| all.iter::<Object<'_>>().filter_map(Object::into_dict));
    let one = dict.get::<Dict<'_>>("DecodeParms").or_else(|| dict.get::<Dict<'_>>("DP"));
    match several.chain(one).filter_map(row).find(|row| *row > MOST_ROW) {
        Some(row) => Err(ScanError::TooMuch(format!("a stream in it has rows of {row} bytes"))),
        None => Ok(()),
    }
}

/// Limits the tables and profiles of a colour space, which are decoded as a whole.
fn check_space(dict: &Dict<'_>, limit: Limit) -> Result<(), ScanError> {
    let space = dict.get::<Array<'_>>("ColorSpace").or_else(|| dict.get::<Array<'_>>("CS"));
    let Some(space) = space else { return Ok(()) };
    // An indexed space names another one as its base.
    let base = space.iter::<Object<'_>>().filter_map(Object::into_array).take(1);
    let parts = base.flat_map(|base| base.iter::<Object<'_>>().take(8));
    for part in space.iter::<Object<'_>>().take(8).chain(parts) {
        if let Object::Stream(stream) = part {
            check_stream(&stream, Limit(limit.0 / 8))?;
        }
    }
    Ok(())
}

/// Rejects a page whose instructions unpack to more than the limit.
pub(super) fn check_contents(page: &Page<'_>) -> Result<(), ScanError> {
    let mut left = MOST_CONTENT;
    let mut check = |part: &Stream<'_>| {
        left -= super::unpack::unpacked_bytes(part, left)?;
        Ok(())
    };
    if let Some(stream) = page.raw().get::<Stream<'_>>("Contents") {
        return check(&stream);
    }
    let parts = page.raw().get::<Array<'_>>("Contents");
    parts.map_or(Ok(()), |parts| parts.iter::<Stream<'_>>().try_for_each(|part| check(&part)))
}
