//! Ink colour of the text: black, or the colour of a ribbon or of carbon paper.
//!
//! Stamps are distinguished from text by colour, so coloured text would be mistaken for stamps. Coloured ink is text
//! if it stands in lines that are longer than those of any stamp and if there is about as much of it as of black
//! text. Pixels of its hue then become gray; marks in other colours keep their colour.
//!
//! The thresholds were set before any page was read. They hold on nine cables whose text was recoloured blue, violet
//! and red; none of 136 other pages is taken for coloured text. No real page typed in colour was available.

use crate::geometry::{BBox, merge};
use crate::raster::{Balance, Binary, size_of_print};
use image::RgbImage;

/// Least chroma of coloured ink, 0 to 255, after white balance.
const CHROMA: i32 = 40;
/// Largest value of the darkest channel of ink, 0 to 255, after white balance.
const INK: i32 = 160;
/// Fraction of the page covered by coloured ink: a few lines have 0.002, a picture more than half.
const SHARE: std::ops::Range<f64> = 0.001..0.5;
/// Half-width of the range of hues that count as one ink, degrees.
const WINDOW: f64 = 45.0;
/// Longer side of a component that can be a piece of a character, in characters.
const PIECE: std::ops::Range<f64> = 0.25..1.3;
/// Largest gap between neighbouring characters of a line, in characters.
const NEAR: f64 = 0.6;
/// Least length of a line that counts as text, in characters: a row of a stamp has up to ten characters.
const LONG: f64 = 12.0;
/// Least total length of such lines, in characters.
const LEAST: f64 = 50.0;
/// Least ratio of coloured to black text by total line length: the captions of a form are black.
const AS_MANY: f64 = 0.5;

/// Coloured ink of the page's text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ink {
    /// Hue on the colour circle: 0 red, 120 green, 240 blue.
    pub hue_degrees: f64,
}

impl Ink {
    /// Returns the ink colour of a page with dark text, or `None` if the text is black.
    pub(super) fn of(page: &RgbImage) -> Option<Self> {
        let white = Balance::of(page);
        let light = white.lighter_than(INK);
        let ink = Self { hue_degrees: commonest_hue(page, &white, light)? };
        let (mut colored, mut black) =
            (Binary::new(page.width(), page.height()), Binary::new(page.width(), page.height()));
        let width = page.width().max(1) as usize;
        for (y, row) in page.as_raw().chunks_exact(3 * width).enumerate() {
            let (colored, black) = (colored.row_mut(y as u32), black.row_mut(y as u32));
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                if let Some(pixel) = inked(pixel, &white, light) {
                    let is_colored = chroma(pixel) >= CHROMA && ink.has_hue(pixel);
                    colored[x] = if is_colored { 255 } else { 0 };
                    black[x] = if is_colored { 0 } else { 255 };
                }
            }
        }
        let boxes = |mask: &Binary| mask.components().0.into_iter().map(|c| c.bbox).collect::<Vec<BBox>>();
        let (colored, black) = (boxes(&colored), boxes(&black));
        let longest = page.width().max(page.height()) as i32;
        let size = size_of_print(colored.iter(), longest / 15)?;
        let written = characters_in_lines(&colored, size);
        let is_print = written >= LEAST && written >= AS_MANY * characters_in_lines(&black, size);
        is_print.then_some(ink)
    }

    /// Makes text in this ink gray, at the level of each pixel's darkest channel.
    pub(super) fn blacken(self, page: &mut RgbImage) {
        let white = Balance::of(page);
        for pixel in page.chunks_exact_mut(3) {
            let seen = white.balanced(pixel);
            // Edges of strokes and JPEG noise have less chroma than the strokes.
            if 2 * chroma(seen) >= CHROMA && self.has_hue(seen) {
                let darkest = pixel.iter().copied().min().unwrap_or(0);
                pixel.fill(darkest);
            }
        }
    }

    fn has_hue(self, pixel: [i32; 3]) -> bool {
        let apart = (hue(pixel) - self.hue_degrees).rem_euclid(360.0);
        apart.min(360.0 - apart) <= WINDOW
    }
}

/// Returns the white-balanced pixel if it is ink. Paper, most of the page, is at least `light` in all channels.
fn inked(pixel: &[u8], white: &Balance, light: u8) -> Option<[i32; 3]> {
    let is_paper = pixel.iter().all(|&value| value >= light);
    (!is_paper).then(|| white.balanced(pixel)).filter(|&pixel| weakest(pixel) <= INK)
}

fn weakest([r, g, b]: [i32; 3]) -> i32 {
    r.min(g).min(b)
}

fn chroma(pixel: [i32; 3]) -> i32 {
    let [r, g, b] = pixel;
    r.max(g).max(b) - weakest(pixel)
}

/// Degrees on the colour circle.
fn hue(pixel: [i32; 3]) -> f64 {
    let [r, g, b] = pixel;
    let (chroma, part) = (f64::from(chroma(pixel)).max(1.0), |a: i32, b: i32| f64::from(a - b));
    let sixth = match r.max(g).max(b) {
        strongest if strongest == r => part(g, b) / chroma,
        strongest if strongest == g => part(b, r) / chroma + 2.0,
        _ => part(r, g) / chroma + 4.0,
    };
    (60.0 * sixth).rem_euclid(360.0)
}

/// Returns the dominant hue of the coloured ink, or `None` if its amount is that of stamps or of a picture.
fn commonest_hue(page: &RgbImage, white: &Balance, light: u8) -> Option<f64> {
    const BINS: usize = 72;
    let mut bins = [0u64; BINS];
    let pixels = page.as_raw().chunks_exact(3).filter_map(|pixel| inked(pixel, white, light));
    for pixel in pixels {
        if chroma(pixel) >= CHROMA {
            bins[(hue(pixel) * BINS as f64 / 360.0) as usize % BINS] += 1;
        }
    }
    let share =
        bins.iter().sum::<u64>() as f64 / (f64::from(page.width()) * f64::from(page.height())).max(1.0);
    let reach = (WINDOW * BINS as f64 / 360.0) as usize;
    let around = |bin: usize| (0..=2 * reach).map(|i| bins[(bin + BINS + i - reach) % BINS]).sum::<u64>();
    // Of several equally good windows, take the middle one.
    let most = (0..BINS).map(around).max()?;
    let best: Vec<usize> = (0..BINS).filter(|&bin| around(bin) == most).collect();
    SHARE.contains(&share).then(|| (best[best.len() / 2] as f64 + 0.5) * 360.0 / BINS as f64)
}

/// Total length of the long lines, in characters, for the direction in which it is larger.
fn characters_in_lines(pieces: &[BBox], size: f64) -> f64 {
    let is_piece = |b: &&BBox| PIECE.contains(&(f64::from(b.width().max(b.height())) / size));
    let pieces: Vec<BBox> = pieces.iter().filter(is_piece).copied().collect();
    let turned = pieces.iter().map(BBox::transposed).collect();
    let along = |pieces: Vec<BBox>| {
        let near = (NEAR * size) as i32;
        let in_row = |a: &BBox, b: &BBox| a.gap_x(b) <= near && -2 * a.gap_y(b) > a.height().min(b.height());
        let lines = merge(pieces, near, in_row);
        let lengths = lines.iter().map(|line| f64::from(line.width()) / size);
        lengths.filter(|&length| length >= LONG).sum::<f64>()
    };
    along(pieces).max(along(turned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    const BLUE: [u8; 3] = [40, 50, 150];
    const RED: [u8; 3] = [190, 40, 50];
    const BLACK: [u8; 3] = [30, 30, 30];

    /// Lines of `count` boxes that resemble characters, on yellowish paper.
    fn page(lines: &[(u32, [u8; 3])]) -> RgbImage {
        let mut page = RgbImage::from_pixel(800, 1000, Rgb([250, 240, 215]));
        for (row, &(count, color)) in lines.iter().enumerate() {
            for i in 0..count {
                for (x, y) in (0..14).flat_map(|x| (0..14).map(move |y| (x, y))) {
                    if x < 3 || y < 3 || x == y {
                        page.put_pixel(60 + 20 * i + x, 60 + 40 * row as u32 + y, Rgb(color));
                    }
                }
            }
        }
        page
    }

    #[test]
    fn print_in_colour_is_told_from_stamps_by_its_lines() {
        let typed = page(&[(30, BLUE), (30, BLUE), (25, BLUE), (12, BLACK), (4, RED)]);
        let ink = Ink::of(&typed).unwrap();
        assert!((220.0..250.0).contains(&ink.hue_degrees), "{}", ink.hue_degrees);
        assert_eq!(Ink::of(&page(&[(30, BLACK), (30, BLACK), (25, BLACK), (8, BLUE), (8, BLUE)])), None);
        assert_eq!(Ink::of(&page(&[(9, RED); 12])), None, "a page of stamps");
    }

    #[test]
    fn only_print_loses_its_colour() {
        let mut typed = page(&[(30, BLUE), (30, BLUE), (4, RED), (8, BLACK)]);
        Ink { hue_degrees: 235.0 }.blacken(&mut typed);
        assert_eq!(typed.get_pixel(60, 60).0, [40; 3]);
        assert_eq!(typed.get_pixel(60, 140).0, RED);
        assert_eq!(typed.get_pixel(60, 180).0, BLACK);
        assert_eq!(typed.get_pixel(5, 5).0, [250, 240, 215]);
    }
}
