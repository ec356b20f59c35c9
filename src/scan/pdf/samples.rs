//! Decodes an image's samples without rendering.

use super::super::raster::read_stored;
use super::super::{Limit, ScanError, jpeg2000};
use super::placed::{Placed, is_stencil};
use super::space::Space;
use crate::raster::Pixels;
use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::object::Array;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::{ImageDecodeParams, Stream};
use image::{GrayImage, ImageFormat, Luma, Rgb, RgbImage};

/// Interpretation of samples (ISO 32000-2, 8.9.5.2).
#[derive(Clone, Copy, PartialEq)]
enum Decode {
    Plain,
    Inverted,
}

/// Pixels, and whether all of their data were present.
pub(super) struct Samples {
    pub(super) pixels: Pixels,
    pub(super) is_complete: bool,
}

/// Decodes the samples; returns `None` if the image must be rendered: transparency, coloured stencils, CMYK.
pub(super) fn of(image: &Placed<'_>, limit: Limit) -> Result<Option<Samples>, ScanError> {
    let (stream, dict) = (&image.stream, image.stream.dict());
    if !image.is_opaque() && !image.is_black_stencil {
        return Ok(None);
    }
    let Some(space) = Space::of(dict) else { return Ok(None) };
    let Some(decode) = decode(dict, &space) else { return Ok(None) };
    let is_plain = decode == Decode::Plain && !dict.contains_key("DecodeParms") && !dict.contains_key("DP");
    let as_they_are = is_plain && !matches!(space, Space::Palette(_)) && !is_stencil(dict);
    let complete = |pixels| Some(Samples { pixels, is_complete: true });
    // A JPEG's EXIF orientation has no effect in a PDF, and CMYK JPEGs are inverted by other rules than in files.
    match stream.filters().as_slice() {
        [Filter::DctDecode] if as_they_are => {
            read_stored(&stream.raw_data(), ImageFormat::Jpeg, limit).map(complete)
        }
        [Filter::JpxDecode] if as_they_are => {
            jpeg2000::read(&stream.raw_data(), limit).map(|scan| complete(scan.pixels))
        }
        filters if filters.iter().any(|f| matches!(f, Filter::DctDecode | Filter::JpxDecode)) => Ok(None),
        _ => raw(stream, &space, decode, image.size()),
    }
}

fn decode(dict: &Dict<'_>, space: &Space) -> Option<Decode> {
    let array = dict.get::<Array<'_>>("Decode").or_else(|| dict.get::<Array<'_>>("D"));
    let Some(array) = array else { return Some(Decode::Plain) };
    let values: Vec<f32> = array.iter::<f32>().collect();
    let most = match space {
        Space::Palette(_) => ((1u32 << bits(dict).min(16)) - 1) as f32,
        _ => 1.0,
    };
    let all =
        |wanted: [f32; 2]| values.len().is_multiple_of(2) && values.chunks(2).all(|pair| pair == wanted);
    if all([0.0, most]) {
        return Some(Decode::Plain);
    }
    all([most, 0.0]).then_some(Decode::Inverted)
}

/// Bits per sample; a stencil has one, whatever it declares.
fn bits(dict: &Dict<'_>) -> u8 {
    let declared = || dict.get::<u8>("BitsPerComponent").or_else(|| dict.get::<u8>("BPC"));
    if is_stencil(dict) { 1 } else { declared().unwrap_or(1) }
}

/// Decodes samples of 1, 2, 4, 8 or 16 bits (CCITT, JBIG2, Flate, LZW, run lengths).
fn raw(
    stream: &Stream<'_>,
    space: &Space,
    decode: Decode,
    (width, height): (u32, u32),
) -> Result<Option<Samples>, ScanError> {
    let bits = bits(stream.dict());
    if !matches!(bits, 1 | 2 | 4 | 8 | 16) || width == 0 || height == 0 {
        return Ok(None);
    }
    let parameters = ImageDecodeParams {
        is_indexed: matches!(space, Space::Palette(_)),
        bpc: Some(bits),
        num_components: Some(space.channels()),
        width,
        height,
        ..Default::default()
    };
    let damaged = || ScanError::damaged("PDF", "the scan in it cannot be decoded");
    let decoded = stream.decoded_image(&parameters).map_err(|_| damaged())?;
    // CCITT and JBIG2 return their own size, with one byte per pixel except for palettes.
    let own = decoded.image_data.as_ref().map(|i| (i.bits_per_component, i.width, i.height));
    let (bits, columns, rows) = own.unwrap_or((bits, width, height));
    if columns != width || rows > height || !matches!(bits, 1 | 2 | 4 | 8 | 16) {
        return Ok(None);
    }
    let row_bytes = (u64::from(width) * u64::from(space.channels()) * u64::from(bits)).div_ceil(8) as usize;
    let rows = (decoded.data.len() / row_bytes).min(height as usize) as u32;
    if rows == 0 {
        return Err(ScanError::damaged("PDF", "the scan in it is cut off"));
    }
    let grid = Grid { data: &decoded.data, row_bytes, bits, rows, inverted: decode == Decode::Inverted };
    let is_complete = rows == height && is_sound(stream);
    Ok(Some(Samples { pixels: grid.pixels(space, width, height), is_complete }))
}

/// Whether a stream with the Flate filter alone decompresses without an error: the decoder ignores errors.
fn is_sound(stream: &Stream<'_>) -> bool {
    if stream.filters().as_slice() != [Filter::FlateDecode] {
        return true;
    }
    let packed = stream.raw_data();
    std::io::copy(&mut ZlibDecoder::new(&packed[..]), &mut std::io::sink()).is_ok()
}

/// Rows of samples, each of which begins at a byte boundary.
struct Grid<'a> {
    data: &'a [u8],
    row_bytes: usize,
    bits: u8,
    /// Number of rows; the area below is white.
    rows: u32,
    inverted: bool,
}

impl Grid<'_> {
    fn sample(&self, row: u32, i: usize) -> u16 {
        let row = &self.data[row as usize * self.row_bytes..][..self.row_bytes];
        let sample = match self.bits {
            16 => u16::from_be_bytes([row[2 * i], row[2 * i + 1]]),
            8 => u16::from(row[i]),
            bits => {
                let bits = usize::from(bits);
                let shift = 8 - bits - i * bits % 8;
                u16::from(row[i * bits / 8] >> shift) & ((1 << bits) - 1)
            }
        };
        if self.inverted { self.most() - sample } else { sample }
    }

    fn most(&self) -> u16 {
        u16::MAX >> (16 - self.bits)
    }

    /// The sample scaled to eight bits.
    fn byte(&self, row: u32, i: usize) -> u8 {
        match self.bits {
            16 => (self.sample(row, i) >> 8) as u8,
            _ => (u32::from(self.sample(row, i)) * 255 / u32::from(self.most())) as u8,
        }
    }

    fn pixels(&self, space: &Space, width: u32, height: u32) -> Pixels {
        let is_there = |y: u32| y < self.rows;
        match space {
            Space::Gray => Pixels::Gray(GrayImage::from_fn(width, height, |x, y| {
                Luma([if is_there(y) { self.byte(y, x as usize) } else { 255 }])
            })),
            Space::Rgb => Pixels::Color(RgbImage::from_fn(width, height, |x, y| {
                let channel = |c: usize| self.byte(y, 3 * x as usize + c);
                Rgb(if is_there(y) { [0, 1, 2].map(channel) } else { [255; 3] })
            })),
            Space::Palette(colors) => {
                let color = |x: u32, y: u32| {
                    if !is_there(y) {
                        return [255; 3];
                    }
                    colors[usize::from(self.sample(y, x as usize)).min(colors.len() - 1)]
                };
                if colors.iter().all(|[r, g, b]| r == g && g == b) {
                    Pixels::Gray(GrayImage::from_fn(width, height, |x, y| Luma([color(x, y)[0]])))
                } else {
                    Pixels::Color(RgbImage::from_fn(width, height, |x, y| Rgb(color(x, y))))
                }
            }
        }
    }
}
