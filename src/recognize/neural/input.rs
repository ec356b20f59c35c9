//! Prepares line images for the network and maps positions back.
//!
//! The network reads horizontal lines, 48 px high. A column is rotated by 90° counter-clockwise; after a clockwise
//! rotation, nearly every character is wrong. A long line is cut at its widest gaps, so that memory stays bounded for
//! any input.

use crate::geometry::BBox;
use crate::page::WritingMode;
use image::{GrayImage, Luma, imageops};
use std::ops::Range;

/// Input height of the network, px.
pub(super) const HEIGHT: u32 = 48;
/// Factor by which the width of a line is reduced. Training includes lines reduced to 0.6; time is proportional to the
/// width.
const NARROWED: f64 = 0.75;
/// Least input width of the network, px.
const LEAST_WIDTH: u32 = 16;
/// Least height of a line image, px. Thinner ones are padded, so that a ruling of two pixels does not become a long
/// wide bar.
const LEAST_HEIGHT: u32 = 12;
/// Longest piece, px at [`HEIGHT`] before the reduction: longer than any line of a page.
const LONGEST: u32 = 2400;
/// Distance from the ideal cut within which a gap is searched, relative to the longest piece.
const LEEWAY: f64 = 0.4;

/// A line image that runs from left to right.
pub(super) struct Turned {
    image: GrayImage,
    /// Size of the original line image, px.
    given: (u32, u32),
    mode: WritingMode,
}

pub(super) struct Piece {
    /// Gray image, 48 px high.
    pub image: GrayImage,
    /// Start in the rotated line, px.
    pub start: u32,
    /// Pixels of the rotated line per pixel of the piece.
    pub scale: f32,
}

/// Rotates a column by 90° counter-clockwise.
pub(super) fn turn(line: &GrayImage, mode: WritingMode) -> Turned {
    let image = match mode {
        WritingMode::HorizontalTb => line.clone(),
        WritingMode::VerticalRl => imageops::rotate270(line),
    };
    Turned { image: on_paper(image), given: line.dimensions(), mode }
}

/// Pads a thin line at the top and bottom to the least height.
fn on_paper(line: GrayImage) -> GrayImage {
    let (width, height) = line.dimensions();
    if height >= LEAST_HEIGHT || height == 0 {
        return line;
    }
    let mut sheet = GrayImage::from_pixel(width, LEAST_HEIGHT, Luma([255]));
    imageops::replace(&mut sheet, &line, 0, i64::from((LEAST_HEIGHT - height) / 2));
    sheet
}

impl Turned {
    /// Height, px. It is also the length of a square character.
    pub(super) fn height(&self) -> u32 {
        self.image.height()
    }

    /// Scaled pieces of the line, none longer than [`LONGEST`]. Pieces bound the memory but do not improve accuracy: body
    /// CER at true boxes (2,461 characters) is 0.0126 for whole lines, 0.0134 for pieces of 1,500 px and 0.0138 for
    /// pieces of 1,000 px.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let (width, height) = self.image.dimensions();
        if width == 0 || height == 0 {
            return vec![];
        }
        let longest = (LONGEST * height / HEIGHT).max(1);
        cuts(&ink(&self.image), longest).into_iter().map(|part| self.piece(&part)).collect()
    }

    fn piece(&self, part: &Range<u32>) -> Piece {
        let (length, height) = (part.end - part.start, self.image.height());
        let width = (NARROWED * f64::from(length) * f64::from(HEIGHT) / f64::from(height)).round() as u32;
        let width = width.max(LEAST_WIDTH);
        let cut = imageops::crop_imm(&self.image, part.start, 0, length, height);
        // The triangle filter averages when it reduces, as in the preparation of the training images.
        let image = imageops::resize(&*cut, width, HEIGHT, imageops::FilterType::Triangle);
        Piece { image, start: part.start, scale: length as f32 / width as f32 }
    }

    /// Box in the original line image of a range along the rotated line.
    pub(super) fn back(&self, from: f32, to: f32) -> BBox {
        let whole = BBox::of_size(self.given.0, self.given.1);
        let (from, to) = (from.round() as i32, to.round() as i32);
        // The top of a column became the left end of the rotated line.
        let stretch = match self.mode {
            WritingMode::HorizontalTb => BBox::from_ltrb(from, 0, to, whole.bottom),
            WritingMode::VerticalRl => BBox::from_ltrb(0, from, whole.right, to),
        };
        stretch.intersection(&whole)
    }
}

/// Darkness of each pixel column.
fn ink(image: &GrayImage) -> Vec<u64> {
    let mut sums = vec![0; image.width() as usize];
    for row in image.rows() {
        for (sum, pixel) in sums.iter_mut().zip(row) {
            *sum += u64::from(255 - pixel.0[0]);
        }
    }
    sums
}

/// Cuts a line into parts of at most `longest` pixels, each in the middle of the lightest gap.
fn cuts(ink: &[u64], longest: u32) -> Vec<Range<u32>> {
    let end = ink.len() as u32;
    let mut parts = Vec::new();
    let mut start = 0;
    while end - start > longest {
        // Divide the rest evenly, so that no short piece is left at the end.
        let shares = (end - start).div_ceil(longest);
        let aim = ((end - start) / shares).max(1);
        let leeway = (f64::from(longest) * LEEWAY) as u32;
        let (from, to) =
            (start + aim.saturating_sub(leeway).max(1), (start + aim + leeway).min(start + longest));
        let cut = lightest(&ink[from as usize..to.max(from + 1) as usize]) + from;
        parts.push(start..cut);
        start = cut;
    }
    parts.push(start..end);
    parts
}

/// Middle of the longest run of nearly the least darkness.
fn lightest(ink: &[u64]) -> u32 {
    let least = ink.iter().min().copied().unwrap_or(0);
    // Paper is not completely white.
    let blank = |i: u64| i <= least + least / 4;
    let mut best = 0..0;
    let mut start = 0;
    for run in ink.chunk_by(|&a, &b| blank(a) == blank(b)) {
        if blank(run[0]) && run.len() > best.len() {
            best = start..start + run.len();
        }
        start += run.len();
    }
    ((best.start + best.end) / 2) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_48_px_high_and_narrowed() {
        let line = GrayImage::new(300, 96);
        let pieces = turn(&line, WritingMode::HorizontalTb).pieces();
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].image.dimensions(), (113, 48));
        assert!((pieces[0].scale - 300.0 / 113.0).abs() < 1e-6);
    }

    #[test]
    fn a_column_is_turned_so_that_its_top_comes_first() {
        let mut line = GrayImage::from_pixel(48, 200, Luma([255]));
        line.put_pixel(10, 3, Luma([0]));
        let turned = turn(&line, WritingMode::VerticalRl);
        assert_eq!(turned.image.get_pixel(3, 37), &Luma([0]));
        assert_eq!(turned.back(0.0, 20.0), BBox::from_ltrb(0, 0, 48, 20));
    }

    #[test]
    fn a_speck_is_made_wide_enough() {
        let pieces = turn(&GrayImage::new(1, 40), WritingMode::HorizontalTb).pieces();
        assert_eq!(pieces[0].image.dimensions(), (16, 48));
    }

    #[test]
    fn a_thin_rule_is_set_on_paper_and_not_blown_up() {
        let pieces = turn(&GrayImage::new(300, 2), WritingMode::HorizontalTb).pieces();
        assert_eq!(pieces[0].image.dimensions(), (900, 48));
        assert_eq!(pieces[0].image.get_pixel(450, 0), &Luma([255]));
    }

    #[test]
    fn a_picture_without_pixels_has_no_pieces() {
        assert!(turn(&GrayImage::new(0, 40), WritingMode::HorizontalTb).pieces().is_empty());
    }

    #[test]
    fn a_long_line_is_cut_in_its_widest_gap() {
        let mut ink = vec![50; 20];
        ink[8..12].fill(0);
        ink[13] = 0;
        assert_eq!(cuts(&ink, 14), [0..10, 10..20]);
    }

    #[test]
    fn pieces_cover_the_line_and_none_is_too_long() {
        for length in [1, 15, 100, 1001] {
            let parts = cuts(&vec![7; length], 15);
            assert!(parts.iter().all(|p| p.end > p.start && p.end - p.start <= 15), "{parts:?}");
            assert!(parts.windows(2).all(|w| w[0].end == w[1].start));
            assert_eq!((parts[0].start, parts.last().unwrap().end), (0, length as u32));
        }
    }
}
