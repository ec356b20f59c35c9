//! A font that draws nothing, and the maps that say which text its glyphs are.
//!
//! Readers of PDFs take a gap between two glyphs for a space, so every glyph is as wide as the way to the next character:
//! the font has one glyph for each of [`WIDTHS`], and a character has a code for each width in which it stands on the
//! page. A glyph is a single contour without area, from corner to corner of its cell: PDFium (Chrome, Edge, Android)
//! leaves out text whose glyphs have empty boxes, and highlights these boxes. PDF/A allows no text in glyph 0, `.notdef`
//! (ISO 19005-2, 6.2.11.8). The tables follow the OpenType specification 1.9; they are those that an embedded
//! `CIDFontType2` needs (ISO 32000-1, 9.9).

use super::{compressed, lines};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::HashMap;
use std::sync::LazyLock;

/// ISO 32000-1, 9.6.4: a subset has a tag of six letters.
const NAME: Name<'static> = Name(b"DNSHIN+Glyphless");
/// Units of the em.
const EM: u16 = 1000;
/// Widths of the glyphs, in units of the em, ascending: 0.03 to 32 em (what a TrueType coordinate holds) in steps of 2 %,
/// with which no character of usual width is off by more than 0.01 em.
static WIDTHS: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let wider = |width: &u16| Some(width + (width / 50).max(1));
    std::iter::successors(Some(32), wider).take_while(|width| *width <= 32_000).collect()
});

/// A glyph of the font.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Glyph {
    index: u16,
}

impl Glyph {
    /// The glyph whose width, in em, is the nearest.
    pub(super) fn nearest(width: f64) -> Self {
        let width = width * f64::from(EM);
        let wider = WIDTHS.partition_point(|w| f64::from(*w) < width);
        let candidates = wider.saturating_sub(1)..(wider + 1).min(WIDTHS.len());
        let off = |i: &usize| (f64::from(WIDTHS[*i]) - width).abs();
        let best = candidates.min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or_default();
        // Glyph 0 is `.notdef`.
        Self { index: best as u16 + 1 }
    }

    /// Its width, in em.
    pub(super) fn width(self) -> f64 {
        f64::from(self.units()) / f64::from(EM)
    }

    fn units(self) -> u16 {
        WIDTHS[usize::from(self.index) - 1]
    }
}

/// The characters of a page with their glyphs, numbered as they come: codes of its font.
#[derive(Default)]
pub(super) struct Characters {
    codes: HashMap<(String, Glyph), u16>,
    in_order: Vec<(String, Glyph)>,
}

impl Characters {
    /// The two bytes that show a character. The 65,535th kind on a page, and all behind it, share one code.
    pub(super) fn code(&mut self, text: &str, glyph: Glyph) -> [u8; 2] {
        let kind = (text.to_owned(), glyph);
        if let Some(code) = self.codes.get(&kind) {
            return code.to_be_bytes();
        }
        let code = u16::try_from(self.in_order.len() + 1).unwrap_or(u16::MAX);
        if code < u16::MAX {
            self.codes.insert(kind.clone(), code);
            self.in_order.push(kind);
        }
        code.to_be_bytes()
    }
}

/// The objects of a page's font.
pub(super) struct PageFont {
    pub(super) font: Ref,
    pub(super) descendant: Ref,
    pub(super) text: Ref,
    pub(super) glyphs: Ref,
}

impl PageFont {
    /// Writes the font, its descendant, and the maps from codes to text and to glyphs.
    pub(super) fn write(&self, pdf: &mut Pdf, descriptor: Ref, characters: &Characters) {
        let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
        let mut composite = pdf.type0_font(self.font);
        composite.base_font(NAME).encoding_predefined(Name(b"Identity-H"));
        composite.descendant_font(self.descendant).to_unicode(self.text);
        composite.finish();
        let mut cid = pdf.cid_font(self.descendant);
        cid.subtype(CidFontType::Type2).base_font(NAME).system_info(system).font_descriptor(descriptor);
        cid.default_width(f32::from(EM)).cid_to_gid_map_stream(self.glyphs);
        let glyphs = || characters.in_order.iter().map(|(_, glyph)| *glyph);
        cid.widths().consecutive(1, glyphs().map(|glyph| f32::from(glyph.units())));
        cid.finish();
        let mut unicode = UnicodeCmap::new(Name(b"Denshin-Text"), system);
        for (code, (text, _)) in (1u16..).zip(&characters.in_order) {
            unicode.pair_with_multiple(code, text.chars().map(shown));
        }
        pdf.cmap(self.text, &unicode.finish());
        let indexes = std::iter::once(0).chain(glyphs().map(|glyph| glyph.index));
        let map = compressed(&indexes.flat_map(u16::to_be_bytes).collect::<Vec<_>>());
        pdf.stream(self.glyphs, &map).filter(Filter::FlateDecode);
    }
}

/// ISO 19005-2, 6.2.11.7.2: no text is U+0000, U+FEFF or U+FFFE.
fn shown(c: char) -> char {
    if matches!(c, '\u{0}' | '\u{feff}' | '\u{fffe}') { char::REPLACEMENT_CHARACTER } else { c }
}

/// Writes what the fonts of all pages share: descriptor and file.
pub(super) fn write_shared(pdf: &mut Pdf, descriptor: Ref, file: Ref) {
    let [left, bottom, right, top] = bounds(widest()).map(|side| side as f32);
    let mut d = pdf.font_descriptor(descriptor);
    d.name(NAME).flags(FontFlags::SYMBOLIC).font_file2(file);
    d.bbox(Rect::new(left, bottom, right, top)).italic_angle(0.0).stem_v(80.0);
    d.ascent(top).descent(bottom).cap_height(top);
    d.finish();
    let bytes = true_type();
    let packed = compressed(&bytes);
    pdf.stream(file, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), bytes.len() as i32);
}

fn widest() -> u16 {
    WIDTHS[WIDTHS.len() - 1]
}

/// The cell of a glyph: left, bottom, right, top.
fn bounds(width: u16) -> [i32; 4] {
    let em = i32::from(EM);
    let ascent = (lines::ASCENT * f64::from(em)) as i32;
    [0, ascent - em, i32::from(width), ascent]
}

fn words(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|v| (*v as i16).to_be_bytes()).collect()
}

/// One contour of two points, there and back.
fn outline(width: u16) -> Vec<u8> {
    let [left, bottom, right, top] = bounds(width);
    // Contours, bounds, last point, length of the instructions.
    let mut glyph = words(&[1, left, bottom, right, top, 1, 0]);
    // Both points are on the curve.
    glyph.extend([1, 1]);
    glyph.extend(words(&[left, right - left, bottom, top - bottom]));
    glyph.resize(glyph.len().next_multiple_of(4), 0);
    glyph
}

/// The font file.
fn true_type() -> Vec<u8> {
    let em = i32::from(EM);
    let [left, bottom, right, top] = bounds(widest());
    let glyphs = WIDTHS.len() as i32 + 1;
    // Version 1.0, revision 1.0, checksum (filled in below), magic number.
    let mut head = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x5F, 0x0F, 0x3C, 0xF5];
    head.extend(words(&[0, em]));
    // Made and changed at no time.
    head.extend([0; 16]);
    // Bounds, style, smallest size in pixels, direction, long offsets, format.
    head.extend(words(&[left, bottom, right, top, 0, 8, 2, 1, 0]));
    let mut hhea = vec![0, 1, 0, 0];
    hhea.extend(words(&[top, bottom, 0, right, 0, 0, right, 1, 0, 0, 0, 0, 0, 0, 0, glyphs]));
    // Glyphs, points, contours, and nothing of the rest but the one zone that there must be.
    let mut maxp = vec![0, 1, 0, 0];
    maxp.extend(words(&[glyphs, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    // `.notdef` is one em wide and empty.
    let (mut glyf, mut loca, mut hmtx) = (Vec::new(), vec![0; 8], words(&[em, 0]));
    for width in WIDTHS.iter() {
        glyf.extend(outline(*width));
        loca.extend((glyf.len() as u32).to_be_bytes());
        hmtx.extend(words(&[i32::from(*width), 0]));
    }
    assemble([
        (b"glyf", glyf),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", hmtx),
        (b"loca", loca),
        (b"maxp", maxp),
    ])
}

/// The file of its tables: directory, tables, and the checksum of it all in `head`.
fn assemble(tables: [(&[u8; 4], Vec<u8>); 6]) -> Vec<u8> {
    // Six tables: search range 64, selector 2, shift 32.
    let mut file = vec![0, 1, 0, 0, 0, 6, 0, 64, 0, 2, 0, 32];
    let (mut offset, mut head_at) = (file.len() + 16 * tables.len(), 0);
    for (tag, table) in &tables {
        if *tag == b"head" {
            head_at = offset;
        }
        file.extend_from_slice(*tag);
        for value in [checksum(table), offset as u32, table.len() as u32] {
            file.extend(value.to_be_bytes());
        }
        offset += table.len().next_multiple_of(4);
    }
    for (_, table) in &tables {
        file.extend(table);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xB1B0_AFBA_u32.wrapping_sub(checksum(&file));
    file[head_at + 8..head_at + 12].copy_from_slice(&adjustment.to_be_bytes());
    file
}

/// The sum of a table's words of four bytes.
fn checksum(table: &[u8]) -> u32 {
    let word =
        |bytes: &[u8]| bytes.iter().enumerate().map(|(i, b)| u32::from(*b) << (24 - 8 * i)).sum::<u32>();
    table.chunks(4).map(word).fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glyph_is_off_by_one_percent_of_its_width_at_most() {
        for thousandths in [50, 320, 500, 1000, 1015, 2780, 31_990] {
            let width = f64::from(thousandths) / 1000.0;
            let off = (Glyph::nearest(width).width() - width).abs();
            assert!(off <= (width / 100.0).max(0.001), "{width} em is off by {off}");
        }
        assert_eq!(Glyph::nearest(-1.0).width(), 0.032);
        assert!(Glyph::nearest(1e9).width() > 31.0);
    }
}
