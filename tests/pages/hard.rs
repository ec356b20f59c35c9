//! A4 pages at 300 dpi without text, or full of shapes that are no text. They take very long if work grows with the
//! square of the number of shapes. `scripts/hard-pages` draws many more.

use denshin::raster::Pixels;
use denshin::scan::Scan;
use image::{GrayImage, Luma};

const WIDTH: u32 = 2480;
const HEIGHT: u32 = 3508;

pub(crate) const PAGES: [&str; 9] = [
    "noise of 10 %",
    "noise of 30 %",
    "gray noise",
    "dots of 9 px",
    "squares of 30 px",
    "checkerboard of 1 px",
    "halftone",
    "10,000 dashes",
    "1,000 redactions",
];

pub(crate) fn page(name: &str) -> Scan {
    let ink: fn(u32, u32) -> bool = match name {
        "noise of 10 %" => |x, y| chance(x, y) % 100 < 10,
        "noise of 30 %" => |x, y| chance(x, y) % 100 < 30,
        "gray noise" => return scan(GrayImage::from_fn(WIDTH, HEIGHT, |x, y| Luma([chance(x, y) as u8]))),
        "dots of 9 px" => |x, y| x % 18 < 9 && y % 18 < 9,
        "squares of 30 px" => |x, y| x % 44 < 30 && y % 44 < 30,
        "checkerboard of 1 px" => |x, y| (x + y) % 2 == 0,
        // Dots that grow down the page, on a grid rotated by 45 degrees.
        "halftone" => |x, y| {
            let across = |at: u32| (at % 12).abs_diff(6);
            (across(x + y) + across(x + 12 * HEIGHT - y)) * HEIGHT < 12 * y
        },
        "10,000 dashes" => |x, y| x % 31 < 20 && y % 28 < 3,
        "1,000 redactions" => |x, y| x % 98 < 76 && y % 86 < 43,
        _ => panic!("no page {name}"),
    };
    scan(GrayImage::from_fn(WIDTH, HEIGHT, |x, y| Luma([if ink(x, y) { 0 } else { 255 }])))
}

/// A pseudorandom number for each pixel, the same in every run.
fn chance(x: u32, y: u32) -> u32 {
    let mut dice = (x ^ y.rotate_left(16)).wrapping_mul(0x9E37_79B1);
    dice = (dice ^ (dice >> 15)).wrapping_mul(0x85EB_CA77);
    (dice ^ (dice >> 13)) >> 3
}

fn scan(page: GrayImage) -> Scan {
    Scan { pixels: Pixels::Gray(page), dpi: Some(300.0), dpi_down: None, notes: vec![] }
}
