//! Draws the legend of a debug picture: colour swatches with labels on white in the upper left corner.
//!
//! The letters come from a 5×7 bitmap table, so that the program needs no font for a few words.

use image::{Rgb, RgbImage};
use imageproc::drawing::draw_filled_rect_mut;
use imageproc::rect::Rect;

/// Bitmaps of the letters A to Z: seven rows of five pixels, the leftmost pixel in the highest bit.
const LETTERS: [[u8; 7]; 26] = [
    [0x0e, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
    [0x1e, 0x11, 0x11, 0x1e, 0x11, 0x11, 0x1e],
    [0x0e, 0x11, 0x10, 0x10, 0x10, 0x11, 0x0e],
    [0x1e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1e],
    [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x1f],
    [0x1f, 0x10, 0x10, 0x1e, 0x10, 0x10, 0x10],
    [0x0e, 0x11, 0x10, 0x17, 0x11, 0x11, 0x0f],
    [0x11, 0x11, 0x11, 0x1f, 0x11, 0x11, 0x11],
    [0x0e, 0x04, 0x04, 0x04, 0x04, 0x04, 0x0e],
    [0x07, 0x02, 0x02, 0x02, 0x02, 0x12, 0x0c],
    [0x11, 0x12, 0x14, 0x18, 0x14, 0x12, 0x11],
    [0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1f],
    [0x11, 0x1b, 0x15, 0x15, 0x11, 0x11, 0x11],
    [0x11, 0x19, 0x15, 0x13, 0x11, 0x11, 0x11],
    [0x0e, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
    [0x1e, 0x11, 0x11, 0x1e, 0x10, 0x10, 0x10],
    [0x0e, 0x11, 0x11, 0x11, 0x15, 0x12, 0x0d],
    [0x1e, 0x11, 0x11, 0x1e, 0x14, 0x12, 0x11],
    [0x0f, 0x10, 0x10, 0x0e, 0x01, 0x01, 0x1e],
    [0x1f, 0x04, 0x04, 0x04, 0x04, 0x04, 0x04],
    [0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x0e],
    [0x11, 0x11, 0x11, 0x11, 0x11, 0x0a, 0x04],
    [0x11, 0x11, 0x11, 0x15, 0x15, 0x1b, 0x11],
    [0x11, 0x11, 0x0a, 0x04, 0x0a, 0x11, 0x11],
    [0x11, 0x11, 0x0a, 0x04, 0x04, 0x04, 0x04],
    [0x1f, 0x01, 0x02, 0x04, 0x08, 0x10, 0x1f],
];
/// Width and height of a letter including its gaps, in letter pixels.
const CELL: (i32, i32) = (6, 11);
/// Width of a swatch including its gaps, in letter pixels.
const SWATCH: i32 = 12;

/// Draws a legend of colours and labels. Labels consist of the letters a to z and spaces.
pub(super) fn draw_legend(picture: &mut RgbImage, entries: &[(Rgb<u8>, &str)]) {
    // The letter height is 7/700 of the picture width, about the height of small print.
    let scale = (picture.width() / 700).clamp(1, 8) as i32;
    let longest = entries.iter().map(|(_, name)| name.len()).max().unwrap_or(0) as i32;
    let (width, height) = (SWATCH + CELL.0 * longest + 2, CELL.1 * entries.len() as i32 + 3);
    fill(picture, (0, 0, width * scale, height * scale), Rgb([255, 255, 255]));
    for (top, (color, name)) in (3..).step_by(CELL.1 as usize).zip(entries) {
        fill(picture, (2 * scale, top * scale, (SWATCH - 4) * scale, 7 * scale), *color);
        for (left, letter) in (SWATCH..).step_by(CELL.0 as usize).zip(name.bytes()) {
            draw_letter(picture, letter, (left * scale, top * scale), scale);
        }
    }
}

fn draw_letter(picture: &mut RgbImage, letter: u8, (left, top): (i32, i32), scale: i32) {
    let index = usize::from(letter.to_ascii_lowercase().wrapping_sub(b'a'));
    let Some(rows) = LETTERS.get(index) else { return };
    for (y, row) in (0..).zip(rows) {
        for x in (0..5).filter(|x| row >> (4 - x) & 1 == 1) {
            fill(picture, (left + x * scale, top + y * scale, scale, scale), Rgb([0, 0, 0]));
        }
    }
}

/// Fills a box. The box is given as left, top, width and height.
fn fill(picture: &mut RgbImage, (left, top, width, height): (i32, i32, i32, i32), color: Rgb<u8>) {
    if width > 0 && height > 0 {
        draw_filled_rect_mut(picture, Rect::at(left, top).of_size(width as u32, height as u32), color);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_shows_each_colour_and_its_name() {
        let mut picture = RgbImage::from_pixel(700, 300, Rgb([9, 9, 9]));
        draw_legend(&mut picture, &[(Rgb([220, 30, 30]), "i"), (Rgb([20, 150, 60]), "rule")]);
        assert_eq!(picture.get_pixel(4, 5).0, [220, 30, 30]);
        assert_eq!(picture.get_pixel(4, 16).0, [20, 150, 60]);
        // The stem of the I.
        assert_eq!((3..10).filter(|&y| picture.get_pixel(14, y).0 == [0, 0, 0]).count(), 7);
        assert_eq!(picture.get_pixel(200, 200).0, [9, 9, 9]);
    }

    #[test]
    fn a_picture_smaller_than_its_legend_is_drawn_on_as_far_as_it_goes() {
        draw_legend(&mut RgbImage::new(5, 5), &[(Rgb([1, 2, 3]), "stamp")]);
        draw_legend(&mut RgbImage::new(0, 0), &[]);
    }
}
