//! The image that all of `tests/files` show (see `make.sh` there), and comparison of scans with it.

use denshin::raster::Pixels;
use denshin::scan::{Scan, ScanFile, ScanOptions};
use image::{GrayImage, Luma, Rgb, RgbImage};
use std::path::{Path, PathBuf};

pub(crate) const SIZE: (u32, u32) = (160, 96);

pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

pub(crate) fn open(name: &str) -> ScanFile {
    ScanFile::open(&file(name), &ScanOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub(crate) fn only_page(name: &str) -> Scan {
    let mut scan = open(name);
    assert_eq!(scan.pages(), 1, "{name}");
    scan.read(1).unwrap_or_else(|e| panic!("{name}: {e}"))
}

pub(crate) fn is_ink(x: u32, y: u32, squares: u32) -> bool {
    let bar = (10..=149).contains(&x) && (8..=19).contains(&y);
    let square = (10..=39).contains(&x) && (60..=87).contains(&y);
    let numbered = (0..squares).any(|i| (60 + 20 * i..=69 + 20 * i).contains(&x) && (60..=79).contains(&y));
    bar || square || numbered
}

pub(crate) fn black_on_white(squares: u32) -> GrayImage {
    GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| Luma([if is_ink(x, y, squares) { 0 } else { 255 }]))
}

pub(crate) fn red_on_cream() -> RgbImage {
    let (ink, paper) = (Rgb([180, 20, 30]), Rgb([250, 245, 235]));
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| if is_ink(x, y, 0) { ink } else { paper })
}

/// Mean difference of the channels of two images of the same size, 0 to 255.
pub(crate) fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

pub(crate) fn color(pixels: &Pixels) -> RgbImage {
    match pixels {
        Pixels::Gray(gray) => image::DynamicImage::ImageLuma8(gray.clone()).into_rgb8(),
        Pixels::Color(color) => color.clone(),
    }
}

/// Asserts that two images are equal in all samples.
pub(crate) fn is_exactly(name: &str, pixels: &Pixels, expected: &RgbImage) {
    let found = color(pixels);
    assert_eq!(found.dimensions(), expected.dimensions(), "{name}");
    let wrong = found.pixels().zip(expected.pixels()).filter(|(a, b)| a != b).count();
    assert_eq!(wrong, 0, "{name}: {wrong} of {} pixels are wrong", found.width() * found.height());
}
