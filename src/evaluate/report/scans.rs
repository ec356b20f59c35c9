//! Finds the scan of a page, scales it and cuts its lines, as data URIs for the report.

use crate::evaluate::document::Document;
use crate::evaluate::pair::Pair;
use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Pixels;
use crate::scan::{ENDINGS, ScanFile, ScanOptions};
use base64::Engine;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GenericImageView, imageops::FilterType};
use std::path::{Path, PathBuf};

/// Thickness of a line image, px; strokes of small print remain distinguishable.
const LINE_PX: u32 = 38;
/// Greatest length of a line image, px: it fits beside the page on a wide screen, and its height.
const LINE_LENGTH_PX: u32 = 900;
/// Longer side of the page image, px.
const PAGE_PX: u32 = 1100;
/// JPEG quality: sufficient for text; a page of 25 lines stays below half a megabyte.
const JPEG_QUALITY: u8 = 62;
/// Margin around a line image, px, so that strokes that a box cuts off are visible.
const MARGIN_PX: i32 = 8;

/// A page's scan, and its scale relative to the coordinates of the documents.
pub(super) struct PageScan {
    image: DynamicImage,
    scale: (f64, f64),
}

/// The scan of a pair; `None` if none is found, `Err` if it cannot be opened.
pub(super) fn find(
    pair: &Pair,
    documents: (&Document, &Document),
    scans: Option<&Path>,
) -> Result<Option<PageScan>, String> {
    let Some(path) = candidates(pair, documents, scans).into_iter().find(|p| p.is_file()) else {
        return Ok(None);
    };
    let failed = |e: crate::scan::ScanError| format!("{}: {e}", path.display());
    let mut file = ScanFile::open(&path, &ScanOptions::default()).map_err(failed)?;
    let told = documents.1.scan.as_ref().or(documents.0.scan.as_ref()).map_or(1, |s| s.1);
    let page = if told <= file.pages() { told } else { 1 };
    let image = match file.read(page).map_err(failed)?.pixels {
        Pixels::Gray(gray) => DynamicImage::ImageLuma8(gray),
        Pixels::Color(color) => DynamicImage::ImageRgb8(color),
    };
    let size = documents.0.size.or(documents.1.size).unwrap_or(image.dimensions());
    let scale = |pixels: u32, told: u32| f64::from(pixels) / f64::from(told.max(1));
    let scale = (scale(image.width(), size.0), scale(image.height(), size.1));
    Ok(Some(PageScan { image, scale }))
}

/// Possible paths of the scan, most likely first.
fn candidates(pair: &Pair, documents: (&Document, &Document), scans: Option<&Path>) -> Vec<PathBuf> {
    let named: Vec<&str> =
        [documents.0, documents.1].iter().filter_map(|d| d.scan.as_ref()).map(|s| s.0.as_str()).collect();
    let beside = |path: Option<&PathBuf>| path.and_then(|p| p.parent()).map(Path::to_owned);
    let folders =
        [scans.map(Path::to_owned), beside(Some(&pair.reference)), beside(pair.hypothesis.as_ref())];
    let short = Path::new(&pair.name).file_name().map(|n| n.to_string_lossy().into_owned());
    let mut found = Vec::new();
    for folder in folders.into_iter().flatten() {
        for name in &named {
            found.push(folder.join(name));
            found.extend(Path::new(name).file_name().map(|file| folder.join(file)));
        }
        let stems = [Some(pair.name.clone()), short.clone()];
        for stem in stems.into_iter().flatten() {
            found.extend(ENDINGS.iter().map(|e| folder.join(format!("{stem}.{e}"))));
        }
    }
    found.extend(named.iter().map(PathBuf::from));
    found
}

impl PageScan {
    /// The reduced image of the page.
    pub(super) fn overview(&self) -> Option<String> {
        data_uri(&self.image.resize(PAGE_PX, PAGE_PX, FilterType::Triangle))
    }

    /// Size of the page in the coordinates of the documents.
    pub(super) fn size(&self) -> (u32, u32) {
        let side = |pixels: u32, scale: f64| (f64::from(pixels) / scale).round() as u32;
        (side(self.image.width(), self.scale.0), side(self.image.height(), self.scale.1))
    }

    /// The image of a line; `None` if its box is outside the page.
    pub(super) fn line(&self, bbox: &BBox, mode: WritingMode) -> Option<String> {
        let on_scan = |b: &BBox| {
            let x = |v: i32| (f64::from(v) * self.scale.0).round() as i32;
            let y = |v: i32| (f64::from(v) * self.scale.1).round() as i32;
            BBox::from_ltrb(x(b.left), y(b.top), x(b.right), y(b.bottom))
        };
        let whole = BBox::of_size(self.image.width(), self.image.height());
        let cut = on_scan(&bbox.grown(MARGIN_PX)).intersection(&whole);
        if cut.is_empty() {
            return None;
        }
        let crop =
            self.image.crop_imm(cut.left as u32, cut.top as u32, cut.width() as u32, cut.height() as u32);
        let along = mode.along(&cut);
        let factor = (f64::from(LINE_PX) / f64::from(along.height()))
            .min(f64::from(LINE_LENGTH_PX) / f64::from(along.width()))
            .min(1.0);
        let side = |pixels: u32| ((f64::from(pixels) * factor).round() as u32).max(1);
        data_uri(&crop.resize_exact(side(crop.width()), side(crop.height()), FilterType::Triangle))
    }
}

fn data_uri(image: &DynamicImage) -> Option<String> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    image.write_with_encoder(encoder).ok()?;
    Some(format!("data:image/jpeg;base64,{}", base64::engine::general_purpose::STANDARD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_where_it_stands_even_on_a_scan_of_another_size() {
        let image = DynamicImage::new_luma8(200, 100);
        let scan = PageScan { image, scale: (0.5, 0.5) };
        assert_eq!(scan.size(), (400, 200));
        let uri = scan.line(&BBox::from_ltrb(20, 20, 380, 60), WritingMode::HorizontalTb).unwrap();
        assert!(uri.starts_with("data:image/jpeg;base64,/9j/"), "{uri}");
        assert_eq!(scan.line(&BBox::from_ltrb(900, 20, 950, 60), WritingMode::HorizontalTb), None);
    }

    #[test]
    fn the_named_folder_comes_first() {
        let pair = Pair { name: "deep/a".into(), reference: "gt/deep/a.gt.json".into(), hypothesis: None };
        let named = Document { scan: Some(("a.tif".into(), 1)), ..Document::default() };
        let found = candidates(&pair, (&named, &Document::default()), Some(Path::new("scans")));
        assert_eq!(found[0], Path::new("scans/a.tif"));
        assert!(
            found.contains(&PathBuf::from("scans/deep/a.png"))
                && found.contains(&PathBuf::from("gt/deep/a.jpg"))
        );
    }
}
