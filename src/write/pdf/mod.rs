//! Searchable PDF/A-2u: each page is its scan, with the text upon it that nobody sees.
//!
//! The scan is embedded as it is where that can be done ([`picture`]), once, however many pages show it, in the size that
//! its resolution gives, across and down. Every character is placed in its cell ([`lines`]), in rendering mode 3 and a
//! font that draws nothing ([`font`]); a `ToUnicode` map for each page says which text a glyph is. What stamps and notes
//! say is no text of the page, and is not laid upon it.
//! Sources: ISO 32000-1 (clauses named beside the lines that obey them), ISO 19005-2.

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

/// Where a file does not tell its resolution, pages are as large as at this one: what archives scan with.
const USUAL_DPI: f64 = 300.0;
/// Units of a PDF an inch, ISO 32000-1, 8.3.2.3.
const UNITS_PER_INCH: f64 = 72.0;
/// Shortest and longest side of a page in units, ISO 19005-2, 6.1.13.
const SIDES: (f64, f64) = (3.0, 14_400.0);

/// A page of a scan that was read once, and cannot be read again.
#[derive(Debug, thiserror::Error)]
#[error("page {page}: {cause}")]
pub struct UnreadablePage {
    /// Counted from one.
    pub page: u32,
    /// What is wrong with it.
    pub cause: ScanError,
}

/// The document of a file's pages, which are read again for their pictures. Its title is the subject of the telegram that
/// begins on the first page, or else the name of the file.
///
/// # Errors
/// Where one of the pages cannot be read: half a document would pass for a whole one.
pub fn of_file(pages: &[&Page], scan: &mut ScanFile) -> Result<Vec<u8>, UnreadablePage> {
    let mut document = SearchablePdf::new(&pages.first().map(|page| title(page)).unwrap_or_default());
    pages.iter().try_for_each(|page| document.add_from(page, scan))?;
    Ok(document.finish())
}

/// The title of the document that begins with a page.
#[must_use]
pub fn title(page: &Page) -> String {
    let subject = page.telegram.as_ref().and_then(|t| t.subject.clone());
    let name = || Path::new(&page.source.path).file_name().unwrap_or_default().to_string_lossy().into_owned();
    subject.unwrap_or_else(name)
}

/// A document that pages are added to, one after another.
pub struct SearchablePdf {
    pdf: Pdf,
    next: i32,
    pages: Vec<Ref>,
    /// Written already.
    pictures: HashMap<Picture, Ref>,
    fixed: Fixed,
    title: String,
    /// What the file identifier is made of.
    identity: String,
    software: String,
}

/// Objects that all pages share.
struct Fixed {
    catalog: Ref,
    tree: Ref,
    metadata: Ref,
    profile: Ref,
    descriptor: Ref,
}

/// Units of a page that a pixel of its scan is wide and high.
#[derive(Clone, Copy)]
struct Scale {
    across: f64,
    down: f64,
}

impl SearchablePdf {
    /// A document without pages.
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
        // ISO 19005-2, 6.1.2: 1.7 at most.
        document.pdf.set_version(1, 7);
        font::write_shared(&mut document.pdf, descriptor, font_file);
        document
    }

    /// Adds a page, whose picture is read from the file of its scan.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn add_from(&mut self, page: &Page, scan: &mut ScanFile) -> Result<(), UnreadablePage> {
        let number = page.source.page;
        let read = scan.read(number).map_err(|cause| UnreadablePage { page: number, cause })?;
        self.add(page, &read, scan.jpeg());
        Ok(())
    }

    /// Adds a page: its record, its scan, and the file that the scan was taken from where that is a JPEG.
    pub fn add(&mut self, page: &Page, scan: &Scan, jpeg: Option<&[u8]>) {
        let scale = Scale::of(page, scan);
        let (width, height) = (f64::from(page.width) * scale.across, f64::from(page.height) * scale.down);
        let [id, content, font, descendant, text, glyphs] = [(); 6].map(|()| self.reference());
        let font = PageFont { font, descendant, text, glyphs };
        let image = self.picture(scan, jpeg);
        let mut characters = Characters::default();
        let mut drawing = Content::new();
        // 8.9.5: an image is one unit wide and high.
        drawing.save_state().transform([width as f32, 0.0, 0.0, height as f32, 0.0, 0.0]);
        drawing.x_object(Name(b"Scan")).restore_state();
        lines::write(&mut drawing, page, scale, &mut characters);
        let packed = compressed(&drawing.finish());
        self.pdf.stream(content, &packed).filter(Filter::FlateDecode);
        let mut leaf = self.pdf.page(id);
        leaf.parent(self.fixed.tree).contents(content);
        let [right, top] = [width, height].map(|side| side.clamp(SIDES.0, SIDES.1) as f32);
        leaf.media_box(Rect::new(0.0, 0.0, right, top));
        // 7.7.3.3: clockwise, as the record has it.
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

    /// The object of a page's picture.
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

    /// The file.
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
        // ISO 19005-2, 6.1.3: the trailer has an identifier.
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
    /// The size that the resolution gives; less for a page that would be longer than a page may be.
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

/// Bytes for `FlateDecode`.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes what is written");
    encoder.finish().expect("memory takes what is written")
}
