//! PDF: extracts scans as they are stored, and renders other pages.
//!
//! If a page shows axis-aligned images and nothing else, the images are the page: their samples are decoded and
//! assembled without resampling (`mosaic`). Invisible text that other programs lay over a scan is neither painted nor
//! read; a note records it. Other pages (drawings, text, annotations, transparency) are rendered at the resolution of
//! their images and masks, or at 300 dpi if none covers a good part of the page.
//!
//! The decoders and the renderer have no limits of their own, so their input is checked first: the file's tables
//! before the file is opened (`structure`), streams by their unpacked size (`unpack`), images by their headers
//! (`size`, `jbig2`), and for rendered pages all referenced objects (`survey`) and all painting operations
//! (`rehearse`).
//!
//! A damaged file is repaired as readers do, and each of its pages has a note.

mod bounds;
mod jbig2;
mod mosaic;
mod painted;
mod placed;
mod rehearse;
mod samples;
mod size;
mod space;
mod state;
mod structure;
mod survey;
mod unpack;

use super::raster::oriented;
use super::resolution::Resolution;
use super::{Limit, Note, Passwords, Scan, ScanError, resolution};
use crate::raster::Pixels;
use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use hayro_syntax::object::dict::Dict;
use hayro_syntax::page::{Page, Rotation};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use image::metadata::Orientation;
use image::{GrayImage, RgbImage};
use mosaic::{Mosaic, assemble};
use painted::Painted;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Resolution of pages without images, dpi.
const USUAL_DPI: f32 = 300.0;
/// PDF unit: points per inch.
const POINTS: f32 = 72.0;

pub(super) struct PdfFile {
    pdf: Pdf,
    is_repaired: bool,
}

impl PdfFile {
    pub(super) fn open(bytes: Arc<Vec<u8>>, passwords: &Passwords) -> Result<Self, ScanError> {
        let damaged = |cause: &str| Err(ScanError::damaged("PDF", cause));
        structure::check(&bytes)?;
        let has_end = has_end(&bytes);
        let mut locked = Err(ScanError::Encrypted);
        for password in passwords.to_try() {
            match Pdf::new_with_password(Arc::clone(&bytes), password) {
                Ok(pdf) if pdf.pages().is_empty() => return damaged("it has no pages"),
                Ok(pdf) => {
                    let is_repaired = !has_end || declared_pages(&pdf) > Some(pdf.pages().len());
                    return Ok(Self { pdf, is_repaired });
                }
                Err(LoadPdfError::Invalid) => return damaged("its structure cannot be read"),
                Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected)) => {}
                Err(LoadPdfError::Decryption(_)) => locked = Err(ScanError::UnknownEncryption),
            }
        }
        locked
    }

    pub(super) fn pages(&self) -> u32 {
        self.pdf.pages().len() as u32
    }

    /// Reads one page by its zero-based index.
    pub(super) fn read(&self, index: u32, limit: Limit) -> Result<Scan, ScanError> {
        let page =
            self.pdf.pages().get(index as usize).ok_or_else(|| ScanError::damaged("PDF", "no such page"))?;
        size::check_contents(page)?;
        let painted = Painted::on(page)?;
        if self.is_repaired && painted.is_nothing() {
            return Err(ScanError::damaged("PDF", "nothing is left of the page"));
        }
        size::check_images(&painted.images, limit)?;
        let (mut scan, is_complete) = match assemble(&painted, page, limit)? {
            Some(mosaic) => {
                let is_complete = mosaic.is_complete;
                (upright(mosaic, page), is_complete)
            }
            None => (rendered(page, painted.dpi(page, limit), limit)?, true),
        };
        let notes = [
            (painted.text, Note::TextLayer),
            (self.is_repaired, Note::Repaired),
            (!is_complete, Note::Incomplete),
        ];
        scan.notes = notes.into_iter().filter(|(is, _)| *is).map(|(_, note)| note).collect();
        Ok(scan)
    }
}

/// Whether the file ends with a valid reference to its cross-reference table (ISO 32000-2, 7.5.5).
fn has_end(bytes: &[u8]) -> bool {
    let last = |word: &[u8]| bytes.windows(word.len()).rposition(|w| w == word);
    let Some(end) = last(b"startxref").filter(|end| Some(*end) > last(b"endobj")) else { return false };
    let number = bytes[end + 9..].iter().skip_while(|b| b.is_ascii_whitespace());
    let digits: String = number.take_while(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
    // Offsets count from the header, which may be preceded by other data.
    let header = bytes.windows(5).take(1024).position(|w| w == b"%PDF-").unwrap_or(0);
    let is_table = |at: usize| {
        let table = bytes.get(at..).unwrap_or_default();
        let table = table.trim_ascii_start();
        // A table, or a stream, which is an object: `12 0 obj`.
        let is_object = || table[..table.len().min(24)].windows(4).any(|w| w == b" obj");
        table.starts_with(b"xref") || table.first().is_some_and(u8::is_ascii_digit) && is_object()
    };
    digits.parse::<usize>().is_ok_and(|at| is_table(at) || at.checked_add(header).is_some_and(is_table))
}

/// Number of pages that the file declares.
fn declared_pages(pdf: &Pdf) -> Option<usize> {
    let root = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id())?;
    root.get::<Dict<'_>>("Pages")?.get::<u32>("Count").map(|count| count as usize)
}

/// The assembled images in the rotation that the page declares.
fn upright(mosaic: Mosaic, page: &Page<'_>) -> Scan {
    let orientation = match page.rotation() {
        Rotation::None => Orientation::NoTransforms,
        Rotation::Horizontal => Orientation::Rotate90,
        Rotation::Flipped => Orientation::Rotate180,
        Rotation::FlippedHorizontal => Orientation::Rotate270,
    };
    let inch = POINTS / user_unit(page);
    let resolution = Resolution::new(mosaic.scale.0 * inch, mosaic.scale.1 * inch);
    Scan::new(oriented(mosaic.pixels, orientation), resolution.map(|r| r.turned(orientation)))
}

/// Size of the page's unit in 1/72 inch (ISO 32000-2, table 31).
fn user_unit(page: &Page<'_>) -> f32 {
    page.raw().get::<f32>("UserUnit").filter(|unit| *unit > 0.0).unwrap_or(1.0)
}

/// Renders the page as it would be printed.
fn rendered(page: &Page<'_>, dpi: f32, limit: Limit) -> Result<Scan, ScanError> {
    let damaged = |cause: String| ScanError::damaged("PDF", cause);
    let scale = dpi / POINTS;
    let (width, height) = page.render_dimensions();
    let (columns, rows) = ((width * scale).round() as u64, (height * scale).round() as u64);
    limit.check(columns, rows)?;
    let most = u64::from(u16::MAX);
    if columns > most || rows > most || columns == 0 || rows == 0 {
        return Err(damaged(format!("a page of {columns} × {rows} pixels cannot be rendered")));
    }
    survey::check(page, limit)?;
    let unseen = Arc::new(AtomicBool::new(false));
    let note = Arc::clone(&unseen);
    let interpreter = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            note.fetch_or(matches!(warning, InterpreterWarning::ImageDecodeFailure), Ordering::Relaxed);
        }),
        ..InterpreterSettings::default()
    };
    // The renderer truncates fractions, so the scale is slightly more than needed for whole pixels.
    let fitting = |pixels: u64, points: f32| (pixels as f32 + 0.01) / points;
    let (x_scale, y_scale) = (fitting(columns, width), fitting(rows, height));
    let target = Rect::new(0.0, 0.0, columns as f64, rows as f64);
    let transform = Affine::scale_non_uniform(f64::from(x_scale), f64::from(y_scale))
        * Affine::new(page.initial_transform(true).as_coeffs());
    rehearse::check(page, &interpreter, (transform, target), limit)?;
    let pixmap = PixmapSettings { x_scale, y_scale, bg_color: WHITE };
    let picture = render(page, &RenderCache::new(), &interpreter, &RenderSettings::default(), &pixmap);
    if unseen.load(Ordering::Relaxed) {
        return Err(damaged("an image on the page cannot be decoded".to_owned()));
    }
    let (columns, rows) = (u32::from(picture.width()), u32::from(picture.height()));
    let rgb: Vec<u8> = picture.data_as_u8_slice().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let gray = rgb.chunks_exact(3).all(|p| p[0] == p[1] && p[1] == p[2]);
    let pixels = if gray {
        GrayImage::from_raw(columns, rows, rgb.chunks_exact(3).map(|p| p[0]).collect()).map(Pixels::Gray)
    } else {
        RgbImage::from_raw(columns, rows, rgb).map(Pixels::Color)
    };
    let pixels = pixels.ok_or_else(|| damaged("the page was not rendered".to_owned()))?;
    let dpi = dpi / user_unit(page);
    Ok(Scan::new(pixels, Resolution::new(dpi, dpi)))
}
