//! PDF: the scans inside as they are, other pages rendered.
//!
//! A page on which one upright image is painted, and nothing else that can be seen, is that image: its samples are
//! decoded, nothing is resampled. (The invisible text that other programs lay over a scan is not painted.) Pages of
//! several images, drawings or text are rendered at the resolution of their largest image, 300 dpi where there is none.

use super::raster::{oriented, read as read_raster, rgb_of_cmyk};
use super::{Limit, Scan, ScanError, jpeg2000, resolution};
use crate::raster::Pixels;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use hayro_syntax::Filter;
use hayro_syntax::LoadPdfError;
use hayro_syntax::Pdf;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::{ImageDecodeParams, Stream};
use hayro_syntax::object::{Array, Name, Object};
use hayro_syntax::page::{Page, Rotation};
use image::metadata::Orientation;
use image::{GrayImage, ImageFormat, RgbImage};
use std::sync::Arc;

/// Resolution of pages without images.
const USUAL_DPI: f32 = 300.0;
/// PDF's unit: points an inch.
const POINTS: f32 = 72.0;

/// A PDF file.
pub(super) struct PdfFile {
    pdf: Pdf,
}

impl PdfFile {
    pub(super) fn open(bytes: Arc<Vec<u8>>) -> Result<Self, ScanError> {
        match Pdf::new(bytes) {
            Ok(pdf) if pdf.pages().is_empty() => Err(ScanError::damaged("PDF", "it has no pages")),
            Ok(pdf) => Ok(Self { pdf }),
            Err(LoadPdfError::Decryption(_)) => Err(ScanError::Encrypted),
            Err(LoadPdfError::Invalid) => Err(ScanError::damaged("PDF", "its structure cannot be read")),
        }
    }

    pub(super) fn pages(&self) -> u32 {
        self.pdf.pages().len() as u32
    }

    /// One page, by its zero-based index.
    pub(super) fn read(&self, index: u32, limit: Limit) -> Result<Scan, ScanError> {
        let page =
            self.pdf.pages().get(index as usize).ok_or_else(|| ScanError::damaged("PDF", "no such page"))?;
        let painted = Painted::on(page);
        if let Some(scan) = painted.only_image(page).map(|image| extract(image, page, limit)) {
            match scan {
                Ok(Some(scan)) => return Ok(scan),
                Err(error @ ScanError::TooLarge { .. }) => return Err(error),
                // Kinds that are not taken out as they are, and damaged ones: the renderer may still show them.
                Ok(None) | Err(_) => {}
            }
        }
        rendered(page, painted.largest_dpi(), limit)
    }
}

/// An image on the page.
struct Placed<'a> {
    stream: Stream<'a>,
    /// The matrix that maps the unit square to its place.
    matrix: [f32; 6],
}

impl Placed<'_> {
    fn size(&self) -> (u32, u32) {
        let side = |long: &str, short: &str| {
            let dict = self.stream.dict();
            dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).unwrap_or(0)
        };
        (side("Width", "W"), side("Height", "H"))
    }

    /// Its pixels an inch.
    fn dpi(&self) -> f32 {
        let [a, b, ..] = self.matrix;
        self.size().0 as f32 / (a.hypot(b) / POINTS)
    }
}

/// What a page paints.
struct Painted<'a> {
    images: Vec<Placed<'a>>,
    /// Anything but images: text that can be seen, lines, fills, shadings, forms.
    other: bool,
}

impl<'a> Painted<'a> {
    fn on(page: &Page<'a>) -> Self {
        let mut painted = Self { images: Vec::new(), other: false };
        let mut matrices = vec![[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]];
        let mut invisible_text = false;
        let mut operations = page.operations();
        while let Some(instruction) = operations.next() {
            let numbers = || -> Vec<f32> {
                let number = |o: &Object<'_>| match o {
                    Object::Number(n) => n.as_f64() as f32,
                    _ => 0.0,
                };
                instruction.operands().map(number).collect()
            };
            let operator: &[u8] = instruction.operator;
            match operator {
                b"q" => matrices.push(*matrices.last().expect("never empty")),
                b"Q" if matrices.len() > 1 => {
                    matrices.pop();
                }
                b"cm" => {
                    if let (Some(top), [a, b, c, d, e, f]) = (matrices.last_mut(), &numbers()[..]) {
                        *top = multiplied([*a, *b, *c, *d, *e, *f], *top);
                    }
                }
                b"Tr" => invisible_text = numbers().first() == Some(&3.0),
                b"Do" => {
                    let name = instruction.operands().next();
                    let object = match name {
                        Some(Object::Name(name)) => page.resources().get_x_object(name),
                        _ => None,
                    };
                    let is_image = |s: &Stream<'_>| {
                        s.dict().get::<Name<'_>>("Subtype").is_some_and(|n| n.as_ref() == b"Image")
                    };
                    match object {
                        Some(stream) if is_image(&stream) => {
                            let matrix = *matrices.last().expect("never empty");
                            painted.images.push(Placed { stream, matrix });
                        }
                        _ => painted.other = true,
                    }
                }
                b"Tj" | b"TJ" | b"'" | b"\"" => painted.other |= !invisible_text,
                b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"sh" | b"BI" | b"EI" => {
                    painted.other = true
                }
                _ => {}
            }
        }
        painted
    }

    /// The image, where it is all that is painted, stands upright, and covers the page.
    fn only_image(&self, page: &Page<'_>) -> Option<&Placed<'a>> {
        let [image] = self.images.as_slice() else { return None };
        let [a, b, c, d, ..] = image.matrix;
        let (width, height) = page.base_dimensions();
        let upright = a > 0.0 && d > 0.0 && b.abs() < 1e-3 * a && c.abs() < 1e-3 * d;
        (!self.other && upright && a >= 0.9 * width && d >= 0.9 * height).then_some(image)
    }

    fn largest_dpi(&self) -> Option<f32> {
        let largest = self.images.iter().max_by_key(|i| u64::from(i.size().0) * u64::from(i.size().1))?;
        resolution::plausible(largest.dpi())
    }
}

/// First `m`, then `n` (ISO 32000-2, 8.3.4).
fn multiplied(m: [f32; 6], n: [f32; 6]) -> [f32; 6] {
    [
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    ]
}

/// The image's own samples; `None` where its kind has to be rendered.
fn extract(image: &Placed<'_>, page: &Page<'_>, limit: Limit) -> Result<Option<Scan>, ScanError> {
    let dict = image.stream.dict();
    let masked = ["SMask", "Mask"].iter().any(|key| dict.contains_key(key))
        || dict.get::<bool>("ImageMask") == Some(true);
    if masked {
        return Ok(None);
    }
    let (width, height) = image.size();
    limit.check(u64::from(width), u64::from(height))?;
    let pixels = match image.stream.filters().as_slice() {
        [Filter::DctDecode] if !dict.contains_key("Decode") => {
            Some(read_raster(&image.stream.raw_data(), ImageFormat::Jpeg, limit)?.pixels)
        }
        [Filter::JpxDecode] => Some(jpeg2000::read(&image.stream.raw_data(), limit)?.pixels),
        filters if filters.iter().any(|f| matches!(f, Filter::DctDecode | Filter::JpxDecode)) => None,
        _ => samples(&image.stream, dict, width, height),
    };
    let orientation = match page.rotation() {
        Rotation::None => Orientation::NoTransforms,
        Rotation::Horizontal => Orientation::Rotate90,
        Rotation::Flipped => Orientation::Rotate180,
        Rotation::FlippedHorizontal => Orientation::Rotate270,
    };
    Ok(pixels.map(|p| Scan { pixels: oriented(p, orientation), dpi: resolution::plausible(image.dpi()) }))
}

/// Gray and RGB samples of 1 or 8 bits (CCITT, JBIG2, Flate, LZW, run lengths).
fn samples(stream: &Stream<'_>, dict: &Dict<'_>, width: u32, height: u32) -> Option<Pixels> {
    let channels = channels(dict)?;
    let bits = dict.get::<u8>("BitsPerComponent").or_else(|| dict.get::<u8>("BPC")).unwrap_or(1);
    let inverted = match dict.get::<Array<'_>>("Decode") {
        None => false,
        Some(decode) => match decode.iter::<f32>().collect::<Vec<_>>()[..] {
            [first, second, ..] if (first, second) == (0.0, 1.0) => false,
            [first, second] if (first, second) == (1.0, 0.0) => true,
            _ => return None,
        },
    };
    let parameters = ImageDecodeParams {
        bpc: Some(bits),
        num_components: Some(channels),
        width,
        height,
        ..Default::default()
    };
    let decoded = stream.decoded_image(&parameters).ok()?;
    let flip = if inverted { 255 } else { 0 };
    match (channels, bits) {
        (1, 1) => {
            let row_bytes = width.div_ceil(8) as usize;
            (decoded.data.len() >= row_bytes * height as usize).then(|| {
                Pixels::Gray(GrayImage::from_fn(width, height, |x, y| {
                    let byte = decoded.data[y as usize * row_bytes + x as usize / 8];
                    image::Luma([(if byte >> (7 - x % 8) & 1 == 1 { 255 } else { 0 }) ^ flip])
                }))
            })
        }
        (1, 8) => GrayImage::from_raw(width, height, decoded.data.iter().map(|s| s ^ flip).collect())
            .map(Pixels::Gray),
        (3, 8) if !inverted => {
            RgbImage::from_raw(width, height, decoded.data.into_owned()).map(Pixels::Color)
        }
        (4, 8) if !inverted => {
            RgbImage::from_raw(width, height, rgb_of_cmyk(&decoded.data)).map(Pixels::Color)
        }
        _ => None,
    }
}

/// Channels of the colour spaces whose samples can be taken as they are.
fn channels(dict: &Dict<'_>) -> Option<u8> {
    let by_name = |name: &[u8]| match name {
        b"DeviceGray" | b"CalGray" | b"G" => Some(1),
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(3),
        b"DeviceCMYK" | b"CMYK" => Some(4),
        _ => None,
    };
    match dict.get::<Object<'_>>("ColorSpace").or_else(|| dict.get::<Object<'_>>("CS")) {
        None => Some(1),
        Some(Object::Name(name)) => by_name(name.as_ref()),
        Some(Object::Array(space)) => {
            let family = space.iter::<Object<'_>>().next();
            match family {
                Some(Object::Name(name)) if name.as_ref() == b"ICCBased" => {
                    let profile = space.iter::<Object<'_>>().nth(1);
                    match profile {
                        Some(Object::Stream(profile)) => profile.dict().get::<u8>("N"),
                        _ => None,
                    }
                }
                Some(Object::Name(name)) => by_name(name.as_ref()),
                _ => None,
            }
        }
        Some(_) => None,
    }
}

/// The page as it would be printed.
fn rendered(page: &Page<'_>, dpi: Option<f32>, limit: Limit) -> Result<Scan, ScanError> {
    let dpi = dpi.unwrap_or(USUAL_DPI);
    let scale = dpi / POINTS;
    let (width, height) = page.render_dimensions();
    let (columns, rows) = ((width * scale) as u64, (height * scale) as u64);
    limit.check(columns, rows)?;
    let most = u64::from(u16::MAX);
    if columns > most || rows > most || columns == 0 || rows == 0 {
        return Err(ScanError::damaged(
            "PDF",
            format!("a page of {columns} × {rows} pixels cannot be rendered"),
        ));
    }
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let picture = render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &settings,
    );
    let (columns, rows) = (u32::from(picture.width()), u32::from(picture.height()));
    let rgb: Vec<u8> = picture.data_as_u8_slice().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let gray = rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]);
    let pixels = if gray {
        GrayImage::from_raw(columns, rows, rgb.chunks_exact(3).map(|p| p[0]).collect()).map(Pixels::Gray)
    } else {
        RgbImage::from_raw(columns, rows, rgb).map(Pixels::Color)
    };
    let pixels = pixels.ok_or_else(|| ScanError::damaged("PDF", "the page was not rendered"))?;
    Ok(Scan { pixels, dpi: resolution::plausible(dpi) })
}
