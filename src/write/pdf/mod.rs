//! Searchable PDF/A-2u: each page is its scan with an invisible text layer.
//!
//! The scan is embedded unchanged if possible ([`picture`]), only once for equal pictures, at the horizontal and
//! vertical size of its resolution. Each character is placed in its cell ([`lines`]), in text rendering mode 3 and with
//! a glyphless font ([`font`]). A `ToUnicode` map on each page maps codes to text. The text of stamps and handwriting
//! is not part of the layer, because it is not page text.
//!
//! Sources: ISO 32000-1 and ISO 19005-2; comments in the code name the clauses.

mod font;
mod lines;
mod metadata;
mod picture;
mod place;

pub use place::{Occupied, check_place};

use crate::page::Page;
use crate::scan::{Scan, ScanError, ScanFile};
use font::{Characters, PageFont};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use picture::Picture;
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Assumed resolution of files without one. Archives usually scan at 300 dpi.
const USUAL_DPI: f64 = 300.0;
/// PDF units per inch (ISO 32000-1, 8.3.2.3).
const UNITS_PER_INCH: f64 = 72.0;
/// Least and largest side of a page in PDF units (ISO 19005-2, 6.1.13).
const SIDES: (f64, f64) = (3.0, 14_400.0);

/// A page of the scan that has a record but cannot be read any more.
#[derive(Debug, thiserror::Error)]
#[error("page {page}: {cause}")]
pub struct UnreadablePage {
    /// One-based page number.
    pub page: u32,
    /// The error.
    pub cause: ScanError,
}

/// Creates the PDF of a file's pages. The pictures are read from the scan. The title is the subject of the telegram on
/// the first page, or the file name.
///
/// # Errors
/// Returns an error if a page cannot be read, because an incomplete document could pass for a complete one.
pub fn of_file(pages: &[&Page], scan: &mut ScanFile) -> Result<Vec<u8>, UnreadablePage> {
    let mut document = SearchablePdf::new(&pages.first().map(|page| title(page)).unwrap_or_default());
    pages.iter().try_for_each(|page| document.add_from(page, scan))?;
    Ok(document.finish())
}

/// Title of a document that starts with this page.
#[must_use]
pub fn title(page: &Page) -> String {
    let subject = page.telegram.as_ref().and_then(|t| t.subject.clone());
    let name = || Path::new(&page.source.path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    subject.unwrap_or_else(name)
}

/// A searchable PDF under construction. Pages are added one by one.
pub struct SearchablePdf {
    pdf: Pdf,
    next: i32,
    pages: Vec<Ref>,
    /// Pictures that are already in the document.
    pictures: HashMap<Picture, Ref>,
    fixed: Fixed,
    title: String,
    /// Input of the file identifier.
    identity: String,
    software: String,
}

/// References of objects that all pages share.
struct Fixed {
    catalog: Ref,
    tree: Ref,
    metadata: Ref,
    profile: Ref,
    descriptor: Ref,
}

/// Width and height of a scan pixel in PDF units.
#[derive(Clone, Copy)]
struct Scale {
    across: f64,
    down: f64,
}

impl SearchablePdf {
    /// Creates a document without pages.
    #[must_use]
    pub fn new(title: &str) -> Self {
        let [catalog, tree, metadata, profile, descriptor, font_file] = [1, 2, 3, 4, 5, 6].map(Ref::new);
        let mut document = Self {
            pdf: Pdf::new(),
            next: 7,
            pages: Vec::new(),
            pictures: HashMap::new(),
            fixed: Fixed { catalog, tree, metadata, profile, descriptor },
            title: title.to_owned(),
            identity: String::new(),
            software: String::new(),
        };
        // ISO 19005-2, 6.1.2: version 1.7 at most.
        document.pdf.set_version(1, 7);
        font::write_shared(&mut document.pdf, descriptor, font_file);
        document
    }

    /// Adds a page. Its picture is read from the scan file.
    ///
    /// # Errors
    /// Returns an error if the scan cannot be read.
    pub fn add_from(&mut self, page: &Page, scan: &mut ScanFile) -> Result<(), UnreadablePage> {
        let number = page.source.page;
        let read = scan.read(number).map_err(|cause| UnreadablePage { page: number, cause })?;
        self.add(page, &read, scan.jpeg());
        Ok(())
    }

    /// Adds a page with its scan. `jpeg` is the file of the scan if it is a JPEG.
    pub fn add(&mut self, page: &Page, scan: &Scan, jpeg: Option<&[u8]>) {
        let scale = Scale::of(page, scan);
        let (width, height) = (f64::from(page.width) * scale.across, f64::from(page.height) * scale.down);
        let [id, content, font, descendant, text, glyphs] = [(); 6].map(|()| self.reference());
        let font = PageFont { font, descendant, text, glyphs };
        let image = self.picture(scan, jpeg);
        let mut characters = Characters::default();
        let mut drawing = Content::new();
        // ISO 32000-1, 8.9.5: an image is one unit wide and high.
        drawing.save_state().transform([width as f32, 0.0, 0.0, height as f32, 0.0, 0.0]);
        drawing.x_object(Name(b"Scan")).restore_state();
        lines::write(&mut drawing, page, scale, &mut characters);
        let packed = compressed(&drawing.finish());
        self.pdf.stream(content, &packed).filter(Filter::FlateDecode);
        let mut leaf = self.pdf.page(id);
        leaf.parent(self.fixed.tree).contents(content);
        let [right, top] = [width, height].map(|side| side.clamp(SIDES.0, SIDES.1) as f32);
        leaf.media_box(Rect::new(0.0, 0.0, right, top));
        // ISO 32000-1, 7.7.3.3: clockwise, as in the record.
        leaf.rotate(i32::from(page.rotation % 360));
        let mut resources = leaf.resources();
        resources.x_objects().pair(Name(b"Scan"), image);
        resources.fonts().pair(Name(b"Text"), font.font);
        resources.finish();
        leaf.finish();
        font.write(&mut self.pdf, self.fixed.descriptor, &characters);
        self.pages.push(id);
        self.identity += &format!("{} {}\n", page.source.sha256, page.source.page);
        self.software.clone_from(&page.provenance.software);
    }

    /// Reference of the picture of a page, written on first use.
    fn picture(&mut self, scan: &Scan, jpeg: Option<&[u8]>) -> Ref {
        let (picture, bytes) = picture::pack(&scan.pixels, jpeg);
        if let Some(id) = self.pictures.get(&picture) {
            return *id;
        }
        let id = self.reference();
        picture.write(&mut self.pdf, id, &bytes);
        self.pictures.insert(picture, id);
        id
    }

    /// Finishes the document and returns its bytes.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let Fixed { catalog, tree, metadata, profile, .. } = self.fixed;
        self.pdf.pages(tree).count(self.pages.len() as i32).kids(self.pages.iter().copied());
        metadata::write(&mut self.pdf, metadata, &self.title, &self.software);
        metadata::write_profile(&mut self.pdf, profile);
        let mut root = self.pdf.catalog(catalog);
        root.pages(tree).metadata(metadata).lang(TextStr("ja"));
        metadata::write_intent(&mut root.output_intents().push(), profile);
        root.finish();
        // ISO 19005-2, 6.1.3: the trailer requires an identifier.
        let id = metadata::identifier(&self.identity);
        self.pdf.set_file_id((id.clone(), id));
        self.pdf.finish()
    }

    fn reference(&mut self) -> Ref {
        self.next += 1;
        Ref::new(self.next - 1)
    }
}

impl Scale {
    /// Scale for the resolution of the scan, reduced if the page would exceed the largest allowed side.
    fn of(page: &Page, scan: &Scan) -> Self {
        let units = |dpi: Option<f32>| {
            let dpi = dpi.filter(|d| d.is_finite() && *d > 0.0).map_or(USUAL_DPI, f64::from);
            UNITS_PER_INCH / dpi
        };
        let (across, down) = (units(page.dpi), units(scan.dpi_down.or(page.dpi)));
        let longest = (f64::from(page.width) * across).max(f64::from(page.height) * down);
        let fitting = (SIDES.1 / longest.max(1.0)).min(1.0);
        Self { across: across * fitting, down: down * fitting }
    }
}

/// Compresses bytes for `FlateDecode`.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes what is written");
    encoder.finish().expect("memory takes what is written")
}
