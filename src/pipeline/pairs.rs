//! Digits side by side in one cell of vertical text (縦中横: 47年, 12億).
//!
//! An engine reads one character per cell from top to bottom and drops one digit of a pair, even with a high
//! confidence. This module checks each cell whose glyph is a digit or has a low confidence. If the cell contains two or
//! three side-by-side pieces of ink of equal height, it is read again alone, from left to right. The result replaces
//! the glyph if it consists of confident digits only. The characters 川 and 小 also have such pieces and stay as they
//! are.
//!
//! The limits were set on four synthetic pages with 616 pairs in two typefaces; no real page with pairs was available.

use super::normalize_contrast::normalize_contrast;
use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Binary;
use crate::recognize::{ReadGlyph, RecognizeError, Recognizer};
use image::{GrayImage, imageops};

/// Confidence below which a glyph that is not a digit is checked, too.
const UNSURE: f32 = 0.9;
/// Least confidence of a digit.
const SURE: f32 = 0.8;
/// Least height of the highest digit in cell heights, and of the others relative to it.
const HEIGHT: (f64, f64) = (0.45, 0.8);
/// Least height of a cell, in cell widths. A flatter box is an engine's box rather than a cell.
const WHOLE: f64 = 0.75;
/// Largest width of a digit, in cell widths.
const WIDEST: f64 = 0.6;

/// Replaces glyphs of cells with side-by-side digits by these digits. The boxes are in page coordinates.
///
/// # Errors
/// Returns an error if the engine fails.
pub(super) fn split_pairs(
    glyphs: &mut Vec<ReadGlyph>,
    (gray, ink): (&GrayImage, &Binary),
    recognizer: &mut dyn Recognizer,
) -> Result<(), RecognizeError> {
    let mut at = 0;
    while at < glyphs.len() {
        let cell = glyphs[at].bbox;
        let may_be = is_digit(&glyphs[at].text) || glyphs[at].confidence.value() < UNSURE;
        let Some(place) = may_be.then(|| side_by_side(ink, &cell)).flatten() else {
            at += 1;
            continue;
        };
        let digits = read_digits(gray, &place, &cell, recognizer)?;
        if digits.is_empty() {
            at += 1;
            continue;
        }
        // The engine may have read both digits, one below the other.
        let is_of_cell = |glyph: &ReadGlyph| {
            let middle = glyph.bbox.center().y;
            is_digit(&glyph.text) && middle >= f64::from(cell.top) && middle < f64::from(cell.bottom)
        };
        let before = glyphs[..at].iter().rev().take_while(|g| is_of_cell(g)).count();
        let after = glyphs[at + 1..].iter().take_while(|g| is_of_cell(g)).count();
        let count = digits.len();
        glyphs.splice(at - before..=at + after, digits);
        at = at - before + count;
    }
    Ok(())
}

fn is_digit(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    characters.next().is_none() && first.is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(&c))
}

/// Box of the side-by-side pieces of ink in a cell, if they have the shape of digits.
fn side_by_side(ink: &Binary, cell: &BBox) -> Option<BBox> {
    let (wide, high) = (f64::from(cell.width()), f64::from(cell.height()));
    if high < WHOLE * wide {
        return None;
    }
    let beside = (wide / 8.0) as i32;
    let around =
        BBox { left: cell.left - beside, right: cell.right + beside, ..*cell }.intersection(&ink.bbox());
    let column = |x: i32| BBox { left: x, right: x + 1, ..around };
    let inked: Vec<i32> = (around.left..around.right).filter(|&x| ink.ink_in(&column(x)) > 0).collect();
    let pieces: Vec<BBox> = inked
        .chunk_by(|a, b| b - a <= 1)
        .map(|run| rows_of(ink, &BBox { left: run[0], right: run[run.len() - 1] + 1, ..around }))
        .collect();
    let highest = pieces.iter().map(BBox::height).max().map_or(0.0, f64::from);
    let is_piece = |piece: &BBox| {
        f64::from(piece.height()) >= HEIGHT.1 * highest && f64::from(piece.width()) <= WIDEST * wide
    };
    let all = pieces.iter().fold(BBox::default(), |all, piece| all.union(piece));
    let is_pair =
        (2..=3).contains(&pieces.len()) && highest >= HEIGHT.0 * high && pieces.iter().all(is_piece);
    is_pair.then_some(all)
}

/// The box without blank rows at its top and bottom.
fn rows_of(ink: &Binary, bbox: &BBox) -> BBox {
    let is_inked = |&y: &i32| ink.ink_in(&BBox { top: y, bottom: y + 1, ..*bbox }) > 0;
    let top = (bbox.top..bbox.bottom).find(is_inked).unwrap_or(bbox.top);
    let bottom = (bbox.top..bbox.bottom).rev().find(is_inked).map_or(bbox.bottom, |y| y + 1);
    BBox { top, bottom, ..*bbox }
}

/// Reads the digits in part of a cell, with boxes as high as the cell. Empty unless all characters are confident
/// digits.
fn read_digits(
    gray: &GrayImage,
    place: &BBox,
    cell: &BBox,
    recognizer: &mut dyn Recognizer,
) -> Result<Vec<ReadGlyph>, RecognizeError> {
    let crop =
        place.grown((place.height() / 8).max(2)).intersection(&BBox::of_size(gray.width(), gray.height()));
    let (left, top, width, height) =
        (crop.left as u32, crop.top as u32, crop.width() as u32, crop.height() as u32);
    let picture = imageops::crop_imm(gray, left, top, width, height).to_image();
    let mut digits = recognizer
        .read_line(&normalize_contrast(picture, WritingMode::HorizontalTb), WritingMode::HorizontalTb)?;
    let are_sure = digits.iter().all(|g| is_digit(&g.text) && g.confidence.value() >= SURE);
    if !are_sure || !(2..=3).contains(&digits.len()) {
        return Ok(vec![]);
    }
    for digit in &mut digits {
        let seen = digit.bbox.shifted(crop.left, crop.top).intersection(&crop);
        digit.bbox = BBox { top: cell.top, bottom: cell.bottom, ..seen };
    }
    Ok(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Confidence;
    use crate::recognize::replay::Replay;

    const CELL: BBox = BBox { left: 20, top: 30, right: 60, bottom: 70 };

    /// A page with bars side by side, each given as left edge, width and height.
    fn page(bars: &[(u32, u32, u32)]) -> (GrayImage, Binary) {
        let is_ink = |x: u32, y: u32| {
            bars.iter().any(|&(left, width, height)| {
                (left..left + width).contains(&x) && (35..35 + height).contains(&y)
            })
        };
        let gray = GrayImage::from_fn(80, 100, |x, y| image::Luma([if is_ink(x, y) { 20 } else { 240 }]));
        let ink = Binary::below(&gray, 128);
        (gray, ink)
    }

    fn read(text: &str, confidence: f32, bars: &[(u32, u32, u32)], again: &'static str) -> String {
        let (gray, ink) = page(bars);
        let mut glyphs = vec![ReadGlyph {
            text: text.to_owned(),
            bbox: CELL,
            confidence: Confidence::clamped(confidence),
            alternatives: vec![],
        }];
        split_pairs(&mut glyphs, (&gray, &ink), &mut Replay::new([again])).unwrap();
        glyphs.iter().for_each(|g| assert_eq!((g.bbox.top, g.bbox.bottom), (CELL.top, CELL.bottom)));
        glyphs.into_iter().map(|g| g.text).collect()
    }

    #[test]
    fn a_pair_of_digits_is_read_by_itself() {
        let pair = [(22, 14, 30), (42, 14, 30)];
        assert_eq!(read("２", 0.99, &pair, "72"), "72");
        assert_eq!(read("名", 0.4, &pair, "72"), "72");
        assert_eq!(read("川", 0.99, &pair, "72"), "川", "a sure character stays");
        assert_eq!(read("２", 0.7, &pair, "い"), "２", "what is no digit says nothing");
    }

    #[test]
    fn a_pair_that_was_read_one_below_the_other_stays_a_pair() {
        let (gray, ink) = page(&[(22, 14, 30), (42, 14, 30)]);
        let glyph = |text: &str, bbox| ReadGlyph {
            text: text.to_owned(),
            bbox,
            confidence: Confidence::clamped(0.9),
            alternatives: vec![],
        };
        let upper = BBox { top: 32, bottom: 50, ..CELL };
        let mut glyphs = vec![glyph("7", upper), glyph("2", CELL), glyph("年", CELL.shifted(0, 40))];
        split_pairs(&mut glyphs, (&gray, &ink), &mut Replay::new(["72"])).unwrap();
        assert_eq!(glyphs.iter().map(|g| g.text.as_str()).collect::<String>(), "72年");
    }

    #[test]
    fn one_digit_stays_one() {
        assert_eq!(read("２", 0.7, &[(30, 20, 30)], "72"), "２");
        assert_eq!(read("２", 0.7, &[(22, 14, 30), (42, 14, 12)], "72"), "２", "a comma beside it");
    }
}
