//! Resolution that a file declares: JFIF density, PNG pHYs, BMP, EXIF.

use image::ImageFormat;
use image::metadata::Orientation;
use std::io::Cursor;

/// Dots per inch, horizontally and vertically.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Resolution {
    across: f32,
    down: f32,
}

impl Resolution {
    /// Creates a resolution; `None` if no scanner has the horizontal one. If the vertical one is implausible, or
    /// differs by more than that of a fax does, the horizontal one replaces it.
    pub(super) fn new(across: f32, down: f32) -> Option<Self> {
        let across = plausible(across)?;
        let down = plausible(down).filter(|down| (1.0 / 3.0..=3.0).contains(&(across / down)));
        Some(Self { across, down: down.unwrap_or(across) })
    }

    /// The resolution after applying an orientation.
    pub(super) fn turned(self, orientation: Orientation) -> Self {
        let is_sideways = matches!(
            orientation,
            Orientation::Rotate90
                | Orientation::Rotate270
                | Orientation::Rotate90FlipH
                | Orientation::Rotate270FlipH
        );
        if is_sideways { Self { across: self.down, down: self.across } } else { self }
    }

    /// Horizontal resolution, dpi.
    pub(super) fn dpi(self) -> f32 {
        self.across
    }

    /// Vertical resolution, dpi, if it differs by more than the tolerance of scanners.
    pub(super) fn dpi_down(self) -> Option<f32> {
        ((self.down / self.across - 1.0).abs() > 0.03).then_some(self.down)
    }
}

/// Resolution of a file: from its own header, otherwise from EXIF.
pub(super) fn of(bytes: &[u8], format: ImageFormat) -> Option<Resolution> {
    let own = match format {
        ImageFormat::Png => png(bytes),
        ImageFormat::Jpeg => jpeg(bytes),
        ImageFormat::Bmp => bmp(bytes),
        _ => None,
    };
    own.or_else(|| exif(bytes)).and_then(|(across, down)| Resolution::new(across, down))
}

/// The resolution, if it is in the range of scanners.
pub(super) fn plausible(dpi: f32) -> Option<f32> {
    (dpi.is_finite() && (20.0..=10_000.0).contains(&dpi)).then(|| (dpi * 100.0).round() / 100.0)
}

const INCH_IN_METRES: f32 = 0.0254;

/// PNG, third edition, 11.3.4.3: pixels per unit in x and y; unit 1 is the metre.
fn png(bytes: &[u8]) -> Option<(f32, f32)> {
    let mut at = 8;
    while let Some(chunk) = bytes.get(at..) {
        let length = u32::from_be_bytes(chunk.get(..4)?.try_into().ok()?) as usize;
        match chunk.get(4..8)? {
            b"pHYs" => {
                let across = u32::from_be_bytes(chunk.get(8..12)?.try_into().ok()?);
                let down = u32::from_be_bytes(chunk.get(12..16)?.try_into().ok()?);
                let inches = (across as f32 * INCH_IN_METRES, down as f32 * INCH_IN_METRES);
                return (*chunk.get(16)? == 1).then_some(inches);
            }
            b"IDAT" => return None,
            _ => at = at.checked_add(length)?.checked_add(12)?,
        }
    }
    None
}

/// ITU-T T.871 (JFIF), clause 10.1: unit 1 is dots per inch, 2 dots per centimetre, 0 only an aspect ratio.
fn jpeg(bytes: &[u8]) -> Option<(f32, f32)> {
    let mut at = 2;
    while let [0xFF, marker, high, low, ..] = *bytes.get(at..)? {
        if marker == 0xDA {
            return None;
        }
        let length = usize::from(u16::from_be_bytes([high, low]));
        let segment = bytes.get(at + 4..at + 2 + length)?;
        if marker == 0xE0 && segment.starts_with(b"JFIF\0") {
            let density =
                |at: usize| Some(f32::from(u16::from_be_bytes([*segment.get(at)?, *segment.get(at + 1)?])));
            let (across, down) = (density(8)?, density(10)?);
            return match segment.get(7)? {
                1 => Some((across, down)),
                2 => Some((across * 2.54, down * 2.54)),
                _ => None,
            };
        }
        at += 2 + length;
    }
    None
}

/// BITMAPINFOHEADER: biXPelsPerMeter at offset 38, biYPelsPerMeter at 42.
fn bmp(bytes: &[u8]) -> Option<(f32, f32)> {
    let number = |at: usize| Some(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    let (across, down) = (number(38)?, number(42)?);
    (across > 0).then_some((across as f32 * INCH_IN_METRES, down as f32 * INCH_IN_METRES))
}

/// EXIF 2.32, 4.6.4: XResolution and YResolution with ResolutionUnit 2 (inch, the default) or 3 (centimetre).
fn exif(bytes: &[u8]) -> Option<(f32, f32)> {
    let fields = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).ok()?;
    let value = |tag| fields.get_field(tag, exif::In::PRIMARY).map(|f| &f.value);
    let dots = |tag| match value(tag)? {
        exif::Value::Rational(resolution) => Some(resolution.first()?.to_f32()),
        _ => None,
    };
    let across = dots(exif::Tag::XResolution)?;
    let down = dots(exif::Tag::YResolution).unwrap_or(across);
    let unit = value(exif::Tag::ResolutionUnit).and_then(|v| v.get_uint(0)).unwrap_or(2);
    Some(if unit == 3 { (across * 2.54, down * 2.54) } else { (across, down) })
}
