//! An image's own samples, without rendering.

use super::super::raster::read_stored;
use super::super::{Limit, ScanError, jpeg2000};
use crate::raster::Pixels;
use hayro_syntax::Filter;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::{ImageDecodeParams, Stream};
use hayro_syntax::object::{Array, Object};
use image::{GrayImage, ImageFormat, RgbImage};

/// How samples are to be understood (ISO 32000-2, 8.9.5.2).
#[derive(Clone, Copy, PartialEq)]
enum Decode {
    Plain,
    Inverted,
}

/// The samples; `None` where the image has to be rendered: masks, palettes, ink, other depths.
pub(super) fn of(
    stream: &Stream<'_>,
    (width, height): (u32, u32),
    limit: Limit,
) -> Result<Option<Pixels>, ScanError> {
    let dict = stream.dict();
    let masked = ["SMask", "Mask"].iter().any(|key| dict.contains_key(key))
        || dict.get::<bool>("ImageMask") == Some(true);
    let Some(decode) = decode(dict).filter(|_| !masked) else { return Ok(None) };
    let as_they_are = decode == Decode::Plain && !dict.contains_key("DecodeParms");
    // A JPEG's EXIF orientation counts for nothing in a PDF, and JPEGs of ink are inverted by other rules than in files.
    match stream.filters().as_slice() {
        [Filter::DctDecode] if as_they_are && channels(dict).is_some() => {
            read_stored(&stream.raw_data(), ImageFormat::Jpeg, limit).map(Some)
        }
        [Filter::JpxDecode] if as_they_are && channels(dict).is_some() => {
            jpeg2000::read(&stream.raw_data(), limit).map(|scan| Some(scan.pixels))
        }
        filters if filters.iter().any(|f| matches!(f, Filter::DctDecode | Filter::JpxDecode)) => Ok(None),
        _ => raw(stream, decode, width, height),
    }
}

fn decode(dict: &Dict<'_>) -> Option<Decode> {
    let Some(decode) = dict.get::<Array<'_>>("Decode") else { return Some(Decode::Plain) };
    let values: Vec<f32> = decode.iter::<f32>().collect();
    if values.chunks(2).all(|pair| pair == [0.0, 1.0]) {
        return Some(Decode::Plain);
    }
    (values == [1.0, 0.0]).then_some(Decode::Inverted)
}

/// Gray and RGB samples of 1 or 8 bits (CCITT, JBIG2, Flate, LZW, run lengths).
fn raw(stream: &Stream<'_>, decode: Decode, width: u32, height: u32) -> Result<Option<Pixels>, ScanError> {
    let dict = stream.dict();
    let bits = dict.get::<u8>("BitsPerComponent").or_else(|| dict.get::<u8>("BPC")).unwrap_or(1);
    let Some(channels) = channels(dict).filter(|_| matches!(bits, 1 | 8)) else { return Ok(None) };
    let parameters = ImageDecodeParams {
        bpc: Some(bits),
        num_components: Some(channels),
        width,
        height,
        ..Default::default()
    };
    let damaged = || ScanError::damaged("PDF", "the scan in it cannot be decoded");
    let decoded = stream.decoded_image(&parameters).map_err(|_| damaged())?;
    // CCITT and JBIG2 come with their own size, one byte a pixel.
    let own = decoded.image_data.as_ref().map(|i| (i.bits_per_component, i.width, i.height));
    let (bits, columns, rows) = own.unwrap_or((bits, width, height));
    if (columns, rows) != (width, height) {
        return Ok(None);
    }
    let row = (u64::from(width) * u64::from(channels) * u64::from(bits)).div_ceil(8);
    let whole = usize::try_from(row * u64::from(height)).ok().and_then(|size| decoded.data.get(..size));
    let data = whole.ok_or_else(|| ScanError::damaged("PDF", "the scan in it is cut off"))?;
    let flip = if decode == Decode::Inverted { 255 } else { 0 };
    Ok(match (channels, bits) {
        (1, 1) => Some(bilevel(data, width, height, flip)),
        (1, 8) => {
            GrayImage::from_raw(width, height, data.iter().map(|s| s ^ flip).collect()).map(Pixels::Gray)
        }
        (3, 8) if flip == 0 => RgbImage::from_raw(width, height, data.to_vec()).map(Pixels::Color),
        _ => None,
    })
}

/// Eight pixels a byte, rows begin at bytes; 1 is white (DeviceGray).
fn bilevel(data: &[u8], width: u32, height: u32, flip: u8) -> Pixels {
    let row_bytes = width.div_ceil(8) as usize;
    Pixels::Gray(GrayImage::from_fn(width, height, |x, y| {
        let byte = data[y as usize * row_bytes + x as usize / 8];
        image::Luma([(if byte >> (7 - x % 8) & 1 == 1 { 255 } else { 0 }) ^ flip])
    }))
}

/// Channels of the colour spaces whose samples can be taken as they are: gray and RGB. Ink has to be rendered.
fn channels(dict: &Dict<'_>) -> Option<u8> {
    let by_name = |name: &[u8]| match name {
        b"DeviceGray" | b"CalGray" | b"G" => Some(1),
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(3),
        _ => None,
    };
    let of_profile = |space: &Array<'_>| match space.iter::<Object<'_>>().nth(1) {
        Some(Object::Stream(profile)) => profile.dict().get::<u8>("N").filter(|n| matches!(n, 1 | 3)),
        _ => None,
    };
    match dict.get::<Object<'_>>("ColorSpace").or_else(|| dict.get::<Object<'_>>("CS")) {
        // Bilevel images, and JPEG 2000 with its own colour space.
        None => Some(1),
        Some(Object::Name(name)) => by_name(name.as_ref()),
        Some(Object::Array(space)) => match space.iter::<Object<'_>>().next() {
            Some(Object::Name(name)) if name.as_ref() == b"ICCBased" => of_profile(&space),
            Some(Object::Name(name)) => by_name(name.as_ref()),
            _ => None,
        },
        Some(_) => None,
    }
}
