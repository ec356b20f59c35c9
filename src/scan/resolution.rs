//! Dots an inch, where a file says: JFIF density, PNG pHYs, EXIF.

use image::ImageFormat;
use std::io::Cursor;

/// Resolution of a file, from its own header first, then from EXIF.
pub(super) fn of(bytes: &[u8], format: ImageFormat) -> Option<f32> {
    let own = match format {
        ImageFormat::Png => png(bytes),
        ImageFormat::Jpeg => jpeg(bytes),
        ImageFormat::Bmp => bmp(bytes),
        _ => None,
    };
    own.or_else(|| exif(bytes)).and_then(plausible)
}

/// A resolution that a scanner can have.
pub(super) fn plausible(dpi: f32) -> Option<f32> {
    (dpi.is_finite() && (20.0..=10_000.0).contains(&dpi)).then(|| (dpi * 100.0).round() / 100.0)
}

const INCH_IN_METRES: f32 = 0.0254;

/// PNG, third edition, 11.3.4.3: pixels per unit in x and y, unit 1 is the metre.
fn png(bytes: &[u8]) -> Option<f32> {
    let mut at = 8;
    while let Some(chunk) = bytes.get(at..) {
        let length = u32::from_be_bytes(chunk.get(..4)?.try_into().ok()?) as usize;
        match chunk.get(4..8)? {
            b"pHYs" => {
                let per_metre = u32::from_be_bytes(chunk.get(8..12)?.try_into().ok()?);
                return (*chunk.get(16)? == 1).then_some(per_metre as f32 * INCH_IN_METRES);
            }
            b"IDAT" => return None,
            _ => at = at.checked_add(length)?.checked_add(12)?,
        }
    }
    None
}

/// ITU-T T.871 (JFIF), clause 10.1: units 1 are dots an inch, 2 dots a centimetre, 0 an aspect ratio only.
fn jpeg(bytes: &[u8]) -> Option<f32> {
    let mut at = 2;
    while let [0xFF, marker, high, low, ..] = *bytes.get(at..)? {
        if marker == 0xDA {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = bytes.get(at + 4..at + 2 + length)?;
        if marker == 0xE0 && segment.starts_with(b"JFIF\0") {
            let density = f32::from(u16::from_be_bytes([*segment.get(8)?, *segment.get(9)?]));
            return match segment.get(7)? {
                1 => Some(density),
                2 => Some(density * 2.54),
                _ => None,
            };
        }
        at += 2 + length;
    }
    None
}

/// BITMAPINFOHEADER: biXPelsPerMeter at offset 38.
fn bmp(bytes: &[u8]) -> Option<f32> {
    let per_metre = i32::from_le_bytes(bytes.get(38..42)?.try_into().ok()?);
    (per_metre > 0).then_some(per_metre as f32 * INCH_IN_METRES)
}

/// EXIF 2.32, 4.6.4: XResolution with ResolutionUnit 2 (inch, also where it is absent) or 3 (centimetre).
fn exif(bytes: &[u8]) -> Option<f32> {
    let fields = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let value = |tag| fields.get_field(tag, exif::In::PRIMARY).map(|f| &f.value);
    let exif::Value::Rational(resolution) = value(exif::Tag::XResolution)? else { return None };
    let unit = value(exif::Tag::ResolutionUnit).and_then(|v| v.get_uint(0)).unwrap_or(2);
    let dots = resolution.first()?.to_f32();
    Some(if unit == 3 { dots * 2.54 } else { dots })
}
