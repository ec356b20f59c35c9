//! Searchable PDF/A-2u: each page is its scan, with the text upon it that nobody sees.
//!
//! The scan is embedded as it is where that can be done ([`picture`]), in the size that its resolution gives. Every
//! glyph is placed in its cell ([`lines`]), in rendering mode 3 and a font without outlines ([`font`]), horizontally
//! with `Identity-H` or downwards with `Identity-V`; a `ToUnicode` map for each page says which text a glyph is. What
//! stamps and notes say is no text of the page, and is not laid upon it.
//! Sources: ISO 32000-1 (clauses named beside the lines that obey them), ISO 19005-2.

mod font;
mod lines;
mod metadata;
mod picture;

use crate::page::{Page, WritingMode};
use crate::raster::Pixels;
use font::Characters;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use std::io::Write;

/// Where a file does not tell its resolution, pages are as large as at this one: what archives scan with.
const USUAL_DPI: f32 = 300.0;
/// Units of a PDF an inch, ISO 32000-1, 8.3.2.3.
const UNITS_PER_INCH: f32 = 72.0;
/// Shortest and longest side of a page in units, ISO 19005-2, 6.1.13.
const SIDES: (f32, f32) = (3.0, 14_400.0);

/// A document that pages are added to, one after another.
pub struct SearchablePdf {
    pdf: Pdf,
    next: i32,
    pages: Vec<Ref>,
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
    glyph_map: Ref,
}

impl SearchablePdf {
    /// A document without pages.
    #[must_use]
    pub fn new(title: &str) -> Self {
        let [catalog, tree, metadata, profile, descriptor, font_file, glyph_map] =
            [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
        let mut document = Self {
            pdf: Pdf::new(),
            next: 8,
            pages: Vec::new(),
            fixed: Fixed { catalog, tree, metadata, profile, descriptor, glyph_map },
            title: title.to_owned(),
            identity: String::new(),
            software: String::new(),
        };
        // ISO 19005-2, 6.1.2: 1.7 at most.
        document.pdf.set_version(1, 7);
        font::write_shared(&mut document.pdf, descriptor, font_file, glyph_map);
        document
    }

    /// Adds a page: its record, its scan, and the file that the scan was taken from.
    pub fn add(&mut self, page: &Page, scan: &Pixels, file: &[u8]) {
        let scale = scale(page);
        let (width, height) = (page.width as f32 * scale, page.height as f32 * scale);
        let [id, content, image] = [(); 3].map(|()| self.reference());
        let [across, down] = [(); 2].map(|()| [(); 3].map(|()| self.reference()));
        picture::write(&mut self.pdf, image, scan, file);
        let mut characters = Characters::default();
        let mut drawing = Content::new();
        // 8.9.5: an image is one unit wide and high.
        drawing.save_state().transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(Name(b"Scan"));
        drawing.restore_state();
        lines::write(&mut drawing, page, scale, &mut characters);
        let packed = compressed(&drawing.finish());
        self.pdf.stream(content, &packed).filter(Filter::FlateDecode);
        let mut leaf = self.pdf.page(id);
        leaf.parent(self.fixed.tree).contents(content);
        leaf.media_box(Rect::new(0.0, 0.0, width.clamp(SIDES.0, SIDES.1), height.clamp(SIDES.0, SIDES.1)));
        // 7.7.3.3: clockwise, as the record has it.
        leaf.rotate(i32::from(page.rotation % 360));
        let mut resources = leaf.resources();
        resources.x_objects().pair(Name(b"Scan"), image);
        resources.fonts().pair(Name(b"Across"), across[0]).pair(Name(b"Down"), down[0]);
        resources.finish();
        leaf.finish();
        for (ids, mode) in [(across, WritingMode::HorizontalTb), (down, WritingMode::VerticalRl)] {
            let shared = (self.fixed.descriptor, self.fixed.glyph_map);
            font::write(&mut self.pdf, ids, shared, mode, &characters);
        }
        self.pages.push(id);
        self.identity += &format!("{} {}\n", page.source.sha256, page.source.page);
        self.software.clone_from(&page.provenance.software);
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

/// Units a pixel; less than the resolution gives for a page that would be longer than a page may be.
fn scale(page: &Page) -> f32 {
    let dpi = page.dpi.filter(|d| d.is_finite() && *d > 0.0).unwrap_or(USUAL_DPI);
    let longest = page.width.max(page.height).max(1) as f32;
    (UNITS_PER_INCH / dpi).min(SIDES.1 / longest)
}

/// Bytes for `FlateDecode`.
fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("memory takes what is written");
    encoder.finish().expect("memory takes what is written")
}
