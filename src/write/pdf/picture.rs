//! Lossless embedding of the scan: a JPEG file unchanged, a two-tone page as CCITT Group 4, any other page as Flate.
//!
//! A JPEG is decoded and compressed as Flate only if the PDF cannot display its bytes directly: with an EXIF rotation,
//! four channels, or more than eight bits per channel.

use super::compressed;
use crate::provenance::sha256;
use crate::raster::Pixels;
use fax::encoder::Encoder;
use fax::{Color, VecWriter};
use image::codecs::jpeg::JpegDecoder;
use image::metadata::Orientation;
use image::{GrayImage, ImageDecoder};
use pdf_writer::{Filter, Finish, Name, Pdf, Ref};
use std::io::Cursor;

/// An encoded picture. Equal pictures share one object.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Picture {
    width: u32,
    height: u32,
    channels: u8,
    packing: Packing,
    /// SHA-256 of the encoded bytes.
    sha256: String,
}

/// Encoding of a picture.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Packing {
    Jpeg,
    Fax,
    Flate,
}

/// Encodes the picture of a page. `jpeg` is the file of the scan if it is a JPEG.
pub(super) fn pack(scan: &Pixels, jpeg: Option<&[u8]>) -> (Picture, Vec<u8>) {
    let (width, height) = scan.dimensions();
    let untouched = jpeg.and_then(|file| Some((file, untouched_jpeg(scan, file)?)));
    let (packing, channels, bytes) = match (untouched, scan) {
        (Some((file, channels)), _) => (Packing::Jpeg, channels, file.to_vec()),
        (None, Pixels::Gray(gray)) => match two_tone(gray) {
            Some(fax) => (Packing::Fax, 1, fax),
            None => (Packing::Flate, 1, compressed(gray)),
        },
        (None, Pixels::Color(color)) => (Packing::Flate, 3, compressed(color)),
    };
    (Picture { width, height, channels, packing, sha256: sha256(&bytes) }, bytes)
}

impl Picture {
    pub(super) fn write(&self, pdf: &mut Pdf, id: Ref, bytes: &[u8]) {
        let (width, height) = (self.width as i32, self.height as i32);
        let mut image = pdf.image_xobject(id, bytes);
        image.width(width).height(height);
        // Device colour spaces; the output intent defines them.
        let space: &[u8] = if self.channels == 3 { b"DeviceRGB" } else { b"DeviceGray" };
        image.color_space_name(Name(space));
        match self.packing {
            Packing::Jpeg => image.bits_per_component(8).filter(Filter::DctDecode),
            Packing::Flate => image.bits_per_component(8).filter(Filter::FlateDecode),
            Packing::Fax => {
                image.bits_per_component(1).filter(Filter::CcittFaxDecode);
                let mut parameters = image.decode_parms();
                parameters.k(-1).columns(width).rows(height);
                parameters.finish();
                &mut *image
            }
        };
    }
}

/// Number of channels of a JPEG file that shows the page directly; `None` if it must be re-encoded.
fn untouched_jpeg(scan: &Pixels, file: &[u8]) -> Option<u8> {
    let (width, height, channels) = frame(file)?;
    let mut decoder = JpegDecoder::new(Cursor::new(file)).ok()?;
    let upright = decoder.orientation().is_ok_and(|o| o == Orientation::NoTransforms);
    let same = scan.dimensions() == (u32::from(width), u32::from(height));
    (upright && same && matches!(channels, 1 | 3)).then_some(channels)
}

/// Width, height and channels of an 8-bit JPEG, from its frame header (ITU-T T.81, B.2.2).
fn frame(file: &[u8]) -> Option<(u16, u16, u8)> {
    if !file.starts_with(&[0xFF, 0xD8]) {
        return None;
    }
    let mut at = 2;
    loop {
        let [0xFF, marker, high, low] = *file.get(at..at + 4)? else { return None };
        match marker {
            0xFF => at += 1,
            // Baseline, extended and progressive DCT with Huffman coding, which DCTDecode supports (ISO 32000-1,
            // 7.4.8).
            0xC0..=0xC2 => {
                let [bits, h1, h2, w1, w2, channels] = *file.get(at + 4..at + 10)? else { return None };
                let size = (u16::from_be_bytes([w1, w2]), u16::from_be_bytes([h1, h2]));
                return (bits == 8).then_some((size.0, size.1, channels));
            }
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF | 0xDA | 0xD9 => return None,
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
}

/// Encodes a page of black and white pixels as CCITT Group 4; `None` for any other page.
fn two_tone(gray: &GrayImage) -> Option<Vec<u8>> {
    let width = u16::try_from(gray.width()).ok()?;
    if gray.iter().any(|&p| p != 0 && p != 255) {
        return None;
    }
    let mut encoder = Encoder::new(VecWriter::new());
    for row in gray.rows() {
        let dots = row.map(|p| if p.0[0] == 0 { Color::Black } else { Color::White });
        encoder.encode_line(dots, width).ok()?;
    }
    Some(encoder.finish().ok()?.finish())
}
