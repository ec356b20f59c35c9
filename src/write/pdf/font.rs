//! A glyphless font, and the maps from its codes to text.
//!
//! PDF readers treat a gap between two glyphs as a space, so each glyph must extend to the next character. The font has
//! one glyph for each of [`WIDTHS`], and a character has one code for each of its widths on the page. A glyph is a
//! single contour without area, from corner to corner of its cell: PDFium (Chrome, Edge, Android) omits text whose
//! glyphs have empty bounding boxes, and it highlights these boxes. PDF/A does not allow text with glyph 0, `.notdef`
//! (ISO 19005-2, 6.2.11.8). The tables follow the OpenType specification 1.9; they are those that an embedded
//! `CIDFontType2` requires (ISO 32000-1, 9.9).

use super::{compressed, lines};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Font name. A subset has a tag of six letters (ISO 32000-1, 9.6.4).
const NAME: Name<'static> = Name(b"DNSHIN+Glyphless");
/// Font units per em.
const EM: u16 = 1000;
/// Widths of the glyphs in font units, ascending: 0.03 to 32 em (the limit of TrueType coordinates) in steps of 2 %.
/// The rounding error of a character of usual width is at most 0.01 em.
static WIDTHS: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let wider = |width: &u16| Some(width + (width / 50).max(1));
    std::iter::successors(Some(32), wider).take_while(|width| *width <= 32_000).collect()
});

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Glyph {
    index: u16,
}

impl Glyph {
    /// The glyph with the nearest width, in em.
    pub(super) fn nearest(width: f64) -> Self {
        let width = width * f64::from(EM);
        let wider = WIDTHS.partition_point(|w| f64::from(*w) < width);
        let candidates = wider.saturating_sub(1)..(wider + 1).min(WIDTHS.len());
        let off = |i: &usize| (f64::from(WIDTHS[*i]) - width).abs();
        let best = candidates.min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or_default();
        // Glyph 0 is `.notdef`.
        Self { index: best as u16 + 1 }
    }

    /// Width in em.
    pub(super) fn width(self) -> f64 {
        f64::from(self.units()) / f64::from(EM)
    }

    fn units(self) -> u16 {
        WIDTHS[usize::from(self.index) - 1]
    }
}

/// The combinations of character and glyph on a page, numbered in order of appearance. The numbers are the codes of its
/// font.
#[derive(Default)]
pub(super) struct Characters {
    codes: HashMap<(String, Glyph), u16>,
    in_order: Vec<(String, Glyph)>,
}

impl Characters {
    /// The two-byte code of a character. From the 65,535th combination on a page, all share one code.
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

/// References of the objects of a page's font.
pub(super) struct PageFont {
    pub(super) font: Ref,
    pub(super) descendant: Ref,
    pub(super) text: Ref,
    pub(super) glyphs: Ref,
}

impl PageFont {
    /// Writes the font, its descendant font, and the maps from codes to text and to glyphs.
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

/// Replaces U+0000, U+FEFF and U+FFFE, which are not allowed as text (ISO 19005-2, 6.2.11.7.2).
fn shown(c: char) -> char {
    if matches!(c, '\u{0}' | '\u{feff}' | '\u{fffe}') { char::REPLACEMENT_CHARACTER } else { c }
}

/// Writes the font descriptor and the font file, which all pages share.
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

/// Bounding box of a glyph: left, bottom, right, top.
fn bounds(width: u16) -> [i32; 4] {
    let em = i32::from(EM);
    let ascent = (lines::ASCENT * f64::from(em)) as i32;
    [0, ascent - em, i32::from(width), ascent]
}

fn words(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|v| (*v as i16).to_be_bytes()).collect()
}

/// Outline of a glyph: one contour of two points, there and back.
fn outline(width: u16) -> Vec<u8> {
    let [left, bottom, right, top] = bounds(width);
    // Number of contours, bounds, last point, length of the instructions.
    let mut glyph = words(&[1, left, bottom, right, top, 1, 0]);
    // Both points are on the curve.
    glyph.extend([1, 1]);
    glyph.extend(words(&[left, right - left, bottom, top - bottom]));
    glyph.resize(glyph.len().next_multiple_of(4), 0);
    glyph
}

fn true_type() -> Vec<u8> {
    let em = i32::from(EM);
    let [left, bottom, right, top] = bounds(widest());
    let glyphs = WIDTHS.len() as i32 + 1;
    // Version 1.0, revision 1.0, checksum (filled in below), magic number.
    let mut head = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x5F, 0x0F, 0x3C, 0xF5];
    head.extend(words(&[0, em]));
    // Zero for the creation and modification dates.
    head.extend([0; 16]);
    // Bounds, style, smallest size in pixels, direction, long offsets, format.
    head.extend(words(&[left, bottom, right, top, 0, 8, 2, 1, 0]));
    let mut hhea = vec![0, 1, 0, 0];
    hhea.extend(words(&[top, bottom, 0, right, 0, 0, right, 1, 0, 0, 0, 0, 0, 0, 0, glyphs]));
    // Glyphs, points, contours, and zeros except for the one zone that is required.
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

/// Assembles a font file: table directory, tables, and the checksum adjustment in `head`.
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

/// Checksum of a table: the sum of its 32-bit words.
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
