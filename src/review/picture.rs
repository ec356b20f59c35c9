//! Images for the browser: tiles of an image pyramid, and deskewed images of lines.
//!
//! A page is halved until it fits one tile, so a browser that shows the whole page requests one or four tiles instead
//! of 8.7 million pixels. A line is cut from the full-size page along its own frame ([`Frame`]) with bilinear
//! interpolation: with a skew of two degrees, an axis-aligned cut would show three columns instead of one.

use crate::geometry::{BBox, Point, Transform};
use crate::page::{Line, Page};
use crate::raster::Pixels;
use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, RgbImage};

/// Side of a tile in px.
pub const TILE: u32 = 512;

/// JPEG quality. 85: no visible ringing around text, and a sixth of the size of PNG on a coloured scan.
const QUALITY: u8 = 85;

/// Margin around a line in parts of its thickness, so that touching strokes are visible.
const MARGIN: f64 = 0.2;

/// Longest side of a line image in px.
const LONGEST: u32 = 12_000;
const MOST_PIXELS: u64 = 12_000_000;

/// A page at full size, half size, quarter size and so on.
pub struct Pyramid(Vec<Pixels>);

impl Pyramid {
    /// Halves the page until it fits one tile.
    #[must_use]
    pub fn new(full: Pixels) -> Self {
        let mut levels = vec![full];
        while let Some(last) = levels.last().filter(|l| l.dimensions().0.max(l.dimensions().1) > TILE) {
            levels.push(halved(last));
        }
        Self(levels)
    }

    /// The page at full size.
    #[must_use]
    pub fn full(&self) -> &Pixels {
        &self.0[0]
    }

    /// Memory of the pixels in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.0
            .iter()
            .map(|l| match l {
                Pixels::Gray(g) => g.as_raw().len(),
                Pixels::Color(c) => c.as_raw().len(),
            })
            .sum()
    }

    /// A tile of the given level as JPEG; `None` if it does not exist.
    #[must_use]
    pub fn tile(&self, halvings: usize, column: u32, row: u32) -> Option<Vec<u8>> {
        let level = self.0.get(halvings)?;
        let (width, height) = level.dimensions();
        let (left, top) = (column.checked_mul(TILE)?, row.checked_mul(TILE)?);
        if left >= width || top >= height {
            return None;
        }
        let (w, h) = (TILE.min(width - left), TILE.min(height - top));
        Some(jpeg(&match level {
            Pixels::Gray(g) => Pixels::Gray(image::imageops::crop_imm(g, left, top, w, h).to_image()),
            Pixels::Color(c) => Pixels::Color(image::imageops::crop_imm(c, left, top, w, h).to_image()),
        }))
    }
}

#[must_use]
pub(super) fn jpeg(pixels: &Pixels) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    match pixels {
        Pixels::Gray(g) => encoder.encode_image(g),
        Pixels::Color(c) => encoder.encode_image(c),
    }
    .expect("memory takes all bytes, and tiles are smaller than JPEG's 65,535 px");
    bytes
}

fn halved(pixels: &Pixels) -> Pixels {
    let (width, height) = pixels.dimensions();
    let (w, h) = (width.div_ceil(2), height.div_ceil(2));
    match pixels {
        Pixels::Gray(g) => {
            let raw = halved_channels(g.as_raw(), width as usize, height as usize, 1);
            Pixels::Gray(GrayImage::from_raw(w, h, raw).expect("one byte a pixel"))
        }
        Pixels::Color(c) => {
            let raw = halved_channels(c.as_raw(), width as usize, height as usize, 3);
            Pixels::Color(RgbImage::from_raw(w, h, raw).expect("three bytes a pixel"))
        }
    }
}

/// Averages blocks of 2 × 2 pixels. At an odd edge, the last row or column is repeated.
fn halved_channels(raw: &[u8], width: usize, height: usize, channels: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(width.div_ceil(2) * height.div_ceil(2) * channels);
    let stride = width * channels;
    for y in (0..height).step_by(2) {
        let (upper, lower) =
            (&raw[y * stride..][..stride], &raw[(y + 1).min(height - 1) * stride..][..stride]);
        for x in (0..width).step_by(2) {
            let (a, b) = (x * channels, (x + 1).min(width - 1) * channels);
            for c in 0..channels {
                let sum = [upper[a + c], upper[b + c], lower[a + c], lower[b + c]]
                    .map(u16::from)
                    .iter()
                    .sum::<u16>();
                out.push(((sum + 2) / 4) as u8);
            }
        }
    }
    out
}

/// A rotated rectangle on the scan from which a line image is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Rotation of the text on the scan, degrees clockwise.
    pub degrees: f64,
    /// Left edge after the scan is rotated back around its top-left corner, px.
    pub left: f64,
    /// Top edge after the same rotation, px.
    pub top: f64,
    /// Width of the line image, px.
    pub width: u32,
    /// Height of the line image, px.
    pub height: u32,
}

impl Frame {
    /// The frame around the glyphs of a line, or around its box if it has no glyphs.
    #[must_use]
    pub fn of_line(line: &Line, page: &Page) -> Self {
        let degrees = page.skew_degrees - f64::from(page.rotation);
        let back = Transform::rotation(-degrees);
        let cells: Vec<BBox> = line.glyphs.iter().map(|g| g.bbox).filter(|b| !b.is_empty()).collect();
        let cells = if cells.is_empty() { vec![line.bbox] } else { cells };
        let lies = page.rotation % 180 == 90;
        let (mut low, mut high) = (Point { x: f64::MAX, y: f64::MAX }, Point { x: f64::MIN, y: f64::MIN });
        for cell in &cells {
            let center = back.apply(cell.center());
            let (w, h) = (f64::from(cell.width()) / 2.0, f64::from(cell.height()) / 2.0);
            let (w, h) = if lies { (h, w) } else { (w, h) };
            low = Point { x: low.x.min(center.x - w), y: low.y.min(center.y - h) };
            high = Point { x: high.x.max(center.x + w), y: high.y.max(center.y + h) };
        }
        let margin = (high.x - low.x).min(high.y - low.y) * MARGIN;
        let size =
            |low: f64, high: f64| (high - low + 2.0 * margin).ceil().clamp(1.0, f64::from(LONGEST)) as u32;
        let (width, height) = (size(low.x, high.x), size(low.y, high.y));
        Self { degrees, left: low.x - margin, top: low.y - margin, width, height }
    }

    /// Whether the line image is within the size limits.
    #[must_use]
    pub fn is_modest(&self) -> bool {
        let sides = 1..=LONGEST;
        let finite = self.degrees.is_finite() && self.left.is_finite() && self.top.is_finite();
        let pixels = u64::from(self.width) * u64::from(self.height);
        finite && sides.contains(&self.width) && sides.contains(&self.height) && pixels <= MOST_PIXELS
    }

    /// Cuts the line image. Pixels beyond the scan are white.
    #[must_use]
    pub fn cut(&self, page: &Pixels) -> Pixels {
        let there = Transform::translation(self.left, self.top).then(&Transform::rotation(self.degrees));
        let pixel = |x: u32, y: u32| there.apply(Point { x: f64::from(x) + 0.5, y: f64::from(y) + 0.5 });
        let (width, height) = page.dimensions();
        match page {
            Pixels::Gray(g) => Pixels::Gray(GrayImage::from_fn(self.width, self.height, |x, y| {
                image::Luma(sample(g.as_raw(), (width, height), pixel(x, y)))
            })),
            Pixels::Color(c) => Pixels::Color(RgbImage::from_fn(self.width, self.height, |x, y| {
                image::Rgb(sample(c.as_raw(), (width, height), pixel(x, y)))
            })),
        }
    }
}

/// Bilinear interpolation. Pixel centres have coordinates of n + 0.5.
fn sample<const N: usize>(raw: &[u8], (width, height): (u32, u32), at: Point) -> [u8; N] {
    let (x, y) = (at.x - 0.5, at.y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (fx, fy) = (x - left, y - top);
    let pixel = |dx: i64, dy: i64, channel: usize| {
        let (x, y) = (left as i64 + dx, top as i64 + dy);
        let inside = (0..i64::from(width)).contains(&x) && (0..i64::from(height)).contains(&y);
        if inside { f64::from(raw[(y as usize * width as usize + x as usize) * N + channel]) } else { 255.0 }
    };
    std::array::from_fn(|c| {
        let upper = pixel(0, 0, c) * (1.0 - fx) + pixel(1, 0, c) * fx;
        let lower = pixel(0, 1, c) * (1.0 - fx) + pixel(1, 1, c) * fx;
        (upper * (1.0 - fy) + lower * fy).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use imageproc::gray_image;

    #[test]
    fn halving_takes_means_and_keeps_the_odd_edge() {
        let page = gray_image!(0, 100, 7; 200, 100, 9; 50, 50, 4);
        assert_eq!(halved(&Pixels::Gray(page)), Pixels::Gray(gray_image!(100, 8; 50, 4)));
        let page = RgbImage::from_fn(2, 1, |x, _| image::Rgb([x as u8 * 100, 8, 0]));
        assert_eq!(
            halved(&Pixels::Color(page)),
            Pixels::Color(RgbImage::from_pixel(1, 1, image::Rgb([50, 8, 0])))
        );
    }

    #[test]
    fn tiles_cover_the_page_and_end_with_it() {
        let pyramid = Pyramid::new(Pixels::Gray(GrayImage::new(1_200, 600)));
        let size = |tile: Option<Vec<u8>>| {
            tile.map(|t| image::load_from_memory(&t).unwrap().to_luma8().dimensions())
        };
        assert_eq!(size(pyramid.tile(0, 2, 1)), Some((176, 88)));
        assert_eq!(size(pyramid.tile(1, 1, 0)), Some((88, 300)));
        assert_eq!(size(pyramid.tile(2, 0, 0)), Some((300, 150)));
        for (level, x, y) in [(0, 3, 0), (0, 0, 2), (3, 0, 0), (0, u32::MAX, 0), (usize::MAX, 0, 0)] {
            assert_eq!(pyramid.tile(level, x, y), None, "{level} {x} {y}");
        }
    }

    #[test]
    fn a_frame_of_no_turn_is_a_cut_and_the_outside_is_white() {
        let page = Pixels::Gray(gray_image!(1, 2, 3; 4, 5, 6));
        let frame = Frame { degrees: 0.0, left: 1.0, top: 0.0, width: 3, height: 2 };
        assert_eq!(frame.cut(&page), Pixels::Gray(gray_image!(2, 3, 255; 5, 6, 255)));
    }

    #[test]
    fn a_page_on_its_side_gives_upright_lines() {
        // Rotated by a quarter clockwise, the pixels read 1 2 3 / 4 5 6.
        let page = Pixels::Gray(gray_image!(3, 6; 2, 5; 1, 4));
        let frame = Frame { degrees: -90.0, left: -3.0, top: 0.0, width: 3, height: 2 };
        assert_eq!(frame.cut(&page), Pixels::Gray(gray_image!(1, 2, 3; 4, 5, 6)));
    }

    #[test]
    fn frames_beyond_reason_are_told() {
        let frame = |width, height, left| Frame { degrees: 0.0, left, top: 0.0, width, height };
        assert!(frame(3_000, 200, -5.0).is_modest());
        for f in [frame(0, 5, 0.0), frame(20_000, 1, 0.0), frame(9_000, 9_000, 0.0), frame(5, 5, f64::NAN)] {
            assert!(!f.is_modest());
        }
    }
}
