//! A font whose glyphs have no outlines, and the maps that say which text they are.
//!
//! The TrueType file has two glyphs, `.notdef` and an empty one, which every code is drawn with: PDF/A allows no text
//! in `.notdef` (ISO 19005-2, 6.2.11.8). Its tables follow the OpenType specification 1.9, those that an embedded
//! `CIDFontType2` needs (ISO 32000-1, 9.9).

use super::{compressed, lines};
use crate::page::WritingMode;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::writers::WMode;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use std::collections::HashMap;

/// ISO 32000-1, 9.6.4: a subset has a tag of six letters.
const NAME: Name<'static> = Name(b"DNSHIN+Glyphless");
/// Units of the em.
const EM: u16 = 1000;

/// The characters of a page, numbered as they come: codes of its fonts.
#[derive(Default)]
pub(super) struct Characters {
    codes: HashMap<String, u16>,
    in_order: Vec<String>,
}

impl Characters {
    /// The two bytes that show a character. The 65,535th kind on a page, and all behind it, share one code.
    pub(super) fn code(&mut self, text: &str) -> [u8; 2] {
        if let Some(code) = self.codes.get(text) {
            return code.to_be_bytes();
        }
        let code = u16::try_from(self.in_order.len() + 1).unwrap_or(u16::MAX);
        if code < u16::MAX {
            self.codes.insert(text.to_owned(), code);
            self.in_order.push(text.to_owned());
        }
        code.to_be_bytes()
    }
}

/// Writes a page's font of one direction: the font, its descendant and its map, in that order.
pub(super) fn write(
    pdf: &mut Pdf,
    [font, descendant, map]: [Ref; 3],
    (descriptor, glyph_map): (Ref, Ref),
    mode: WritingMode,
    characters: &Characters,
) {
    let system = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    let (encoding, direction) = match mode {
        WritingMode::HorizontalTb => (Name(b"Identity-H"), WMode::Horizontal),
        WritingMode::VerticalRl => (Name(b"Identity-V"), WMode::Vertical),
    };
    let mut composite = pdf.type0_font(font);
    composite.base_font(NAME).encoding_predefined(encoding).descendant_font(descendant).to_unicode(map);
    composite.finish();
    let mut cid = pdf.cid_font(descendant);
    cid.subtype(CidFontType::Type2).base_font(NAME).system_info(system).font_descriptor(descriptor);
    cid.default_width(f32::from(EM)).cid_to_gid_map_stream(glyph_map);
    // 9.7.4.3: where a column begins above its first base line, and the way to the next glyph.
    cid.insert(Name(b"DW2")).array().items([(lines::ASCENT * f64::from(EM)) as i32, -i32::from(EM)]);
    cid.finish();
    let mut unicode = UnicodeCmap::with_writing_mode(Name(b"Denshin-Text"), system, direction);
    for (index, text) in characters.in_order.iter().enumerate() {
        unicode.pair_with_multiple(index as u16 + 1, text.chars().map(shown));
    }
    pdf.cmap(map, &unicode.finish());
}

/// ISO 19005-2, 6.2.11.7.2: no text is U+0000, U+FEFF or U+FFFE.
fn shown(c: char) -> char {
    if matches!(c, '\u{0}' | '\u{feff}' | '\u{fffe}') { char::REPLACEMENT_CHARACTER } else { c }
}

/// Writes what all fonts share: descriptor, file, and the map of all codes to the empty glyph.
pub(super) fn write_shared(pdf: &mut Pdf, descriptor: Ref, file: Ref, glyph_map: Ref) {
    let em = f32::from(EM);
    let ascent = lines::ASCENT as f32 * em;
    let mut d = pdf.font_descriptor(descriptor);
    d.name(NAME).flags(FontFlags::SYMBOLIC | FontFlags::FIXED_PITCH).font_file2(file);
    d.bbox(Rect::new(0.0, ascent - em, em, ascent)).italic_angle(0.0).stem_v(80.0);
    d.ascent(ascent).descent(ascent - em).cap_height(ascent);
    d.finish();
    let bytes = true_type();
    let packed = compressed(&bytes);
    pdf.stream(file, &packed).filter(Filter::FlateDecode).pair(Name(b"Length1"), bytes.len() as i32);
    let map = compressed(&[0, 1].repeat(1 << 16));
    pdf.stream(glyph_map, &map).filter(Filter::FlateDecode);
}

fn words(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|v| (*v as i16).to_be_bytes()).collect()
}

/// The font file.
fn true_type() -> Vec<u8> {
    let em = i32::from(EM);
    let ascent = (lines::ASCENT * f64::from(em)) as i32;
    // Version 1.0, revision 1.0, checksum (filled in below), magic number.
    let mut head = vec![0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x5F, 0x0F, 0x3C, 0xF5];
    head.extend(words(&[0, em]));
    // Made and changed at no time.
    head.extend([0; 16]);
    // Bounds of no outlines, style, smallest size in pixels, direction, long offsets, format.
    head.extend(words(&[0, 0, 0, 0, 0, 8, 2, 1, 0]));
    let mut hhea = vec![0, 1, 0, 0];
    hhea.extend(words(&[ascent, ascent - em, 0, em, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2]));
    let mut maxp = vec![0, 1, 0, 0];
    maxp.extend(words(&[2, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]));
    let tables: [(&[u8; 4], Vec<u8>); 6] = [
        // Not empty: some readers take an empty table for a missing one.
        (b"glyf", vec![0; 4]),
        (b"head", head),
        (b"hhea", hhea),
        (b"hmtx", words(&[em, 0, em, 0])),
        (b"loca", vec![0; 12]),
        (b"maxp", maxp),
    ];
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
