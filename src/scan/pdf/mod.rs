//! PDF: the scans inside as they are, other pages rendered.
//!
//! A page on which one upright image is painted, and nothing else that can be seen, is that image: its samples are
//! decoded, nothing is resampled. (The invisible text that other programs lay over a scan is not painted.) Pages of
//! several images, drawings, text or annotations are rendered at the resolution of their largest image, 300 dpi where
//! no image covers a good part of the page.
//!
//! A file whose end is missing is refused: the renderer would repair it and lose pages without a word.

mod painted;
mod samples;
mod size;

use super::raster::oriented;
use super::{Limit, Scan, ScanError, resolution};
use crate::raster::Pixels;
use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use hayro_syntax::page::{Page, Rotation};
use hayro_syntax::{LoadPdfError, Pdf};
use image::metadata::Orientation;
use image::{GrayImage, RgbImage};
use painted::{Painted, Placed};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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
        let damaged = |cause: &str| Err(ScanError::damaged("PDF", cause));
        let has_end = has_end(&bytes);
        match Pdf::new(bytes) {
            Err(LoadPdfError::Decryption(_)) => Err(ScanError::Encrypted),
            _ if !has_end => damaged("its end is missing"),
            Err(LoadPdfError::Invalid) => damaged("its structure cannot be read"),
            Ok(pdf) if pdf.pages().is_empty() => damaged("it has no pages"),
            Ok(pdf) => Ok(Self { pdf }),
        }
    }

    pub(super) fn pages(&self) -> u32 {
        self.pdf.pages().len() as u32
    }

    /// One page, by its zero-based index.
    pub(super) fn read(&self, index: u32, limit: Limit) -> Result<Scan, ScanError> {
        let page =
            self.pdf.pages().get(index as usize).ok_or_else(|| ScanError::damaged("PDF", "no such page"))?;
        size::check_contents(page, limit)?;
        let painted = Painted::on(page);
        painted.images.iter().try_for_each(|image| size::check_image(image, limit))?;
        if let Some(image) = painted.only_image(page)
            && let Some(pixels) = samples::of(&image.stream, image.size(), limit)?
        {
            return Ok(upright(pixels, image, page));
        }
        rendered(page, painted.dpi(page), limit)
    }
}

/// Whether the last object is followed by the table of objects (ISO 32000-2, 7.5.5).
fn has_end(bytes: &[u8]) -> bool {
    let last = |word: &[u8]| bytes.windows(word.len()).rposition(|w| w == word);
    last(b"startxref") > last(b"endobj")
}

fn upright(pixels: Pixels, image: &Placed<'_>, page: &Page<'_>) -> Scan {
    let orientation = match page.rotation() {
        Rotation::None => Orientation::NoTransforms,
        Rotation::Horizontal => Orientation::Rotate90,
        Rotation::Flipped => Orientation::Rotate180,
        Rotation::FlippedHorizontal => Orientation::Rotate270,
    };
    Scan { pixels: oriented(pixels, orientation), dpi: resolution::plausible(image.dpi()) }
}

/// The page as it would be printed.
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
    let unseen = Arc::new(AtomicBool::new(false));
    let note = Arc::clone(&unseen);
    let interpreter = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            note.fetch_or(matches!(warning, InterpreterWarning::ImageDecodeFailure), Ordering::Relaxed);
        }),
        ..InterpreterSettings::default()
    };
    // The renderer cuts fractions off: a trifle more than whole pixels is on the safe side.
    let fitting = |pixels: u64, points: f32| (pixels as f32 + 0.01) / points;
    let (x_scale, y_scale) = (fitting(columns, width), fitting(rows, height));
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
    Ok(Scan { pixels, dpi: resolution::plausible(dpi) })
}
