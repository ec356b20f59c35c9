//! Every kind of file gives the same picture (`tests/files/make.sh` says what is on it and how it was made).

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

mod pdf;

use denshin::raster::Pixels;
use denshin::scan::{Scan, ScanError, ScanFile, ScanOptions};
use image::{GrayImage, Luma, Rgb, RgbImage};
use std::path::{Path, PathBuf};

const SIZE: (u32, u32) = (160, 96);
const INK: Rgb<u8> = Rgb([180, 20, 30]);
const PAPER: Rgb<u8> = Rgb([250, 245, 235]);

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

fn open(name: &str) -> ScanFile {
    ScanFile::open(&file(name), &ScanOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn only_page(name: &str) -> Scan {
    let mut scan = open(name);
    assert_eq!(scan.pages(), 1, "{name}");
    scan.read(1).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn is_ink(x: u32, y: u32, squares: u32) -> bool {
    let bar = (10..=149).contains(&x) && (8..=19).contains(&y);
    let square = (10..=39).contains(&x) && (60..=87).contains(&y);
    let numbered = (0..squares).any(|i| (60 + 20 * i..=69 + 20 * i).contains(&x) && (60..=79).contains(&y));
    bar || square || numbered
}

fn black_on_white(squares: u32) -> GrayImage {
    GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| Luma([if is_ink(x, y, squares) { 0 } else { 255 }]))
}

fn red_on_cream() -> RgbImage {
    RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| if is_ink(x, y, 0) { INK } else { PAPER })
}

/// Mean difference of the channels of two pictures of the same size, 0 to 255.
fn difference(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let sum: u64 = a.iter().zip(b.iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

fn color(pixels: &Pixels) -> RgbImage {
    match pixels {
        Pixels::Gray(gray) => image::DynamicImage::ImageLuma8(gray.clone()).into_rgb8(),
        Pixels::Color(color) => color.clone(),
    }
}

/// The same picture, sample for sample.
fn is_exactly(name: &str, pixels: &Pixels, expected: &RgbImage) {
    let found = color(pixels);
    assert_eq!(found.dimensions(), expected.dimensions(), "{name}");
    let wrong = found.pixels().zip(expected.pixels()).filter(|(a, b)| a != b).count();
    assert_eq!(wrong, 0, "{name}: {wrong} of {} pixels are wrong", found.width() * found.height());
}

#[test]
fn files_without_colour_give_the_picture_bit_for_bit() {
    let expected = color(&Pixels::Gray(black_on_white(0)));
    for name in [
        "alpha.png",
        "bilevel.pbm",
        "bilevel.pdf",
        "bilevel.png",
        "bilevel.tif",
        "cmyk.tif",
        "g3-2d.tif",
        "g3-tall-strip.tif",
        "g3.tif",
        "g4.pdf",
        "g4.tif",
        "gray.bmp",
        "gray.pgm",
        "gray.png",
        "gray.tif",
        "gray16.png",
        "gray16.tif",
        "low-bit-first.tif",
        "lzw.tif",
        "packbits.tif",
        "tall-strip.tif",
        "tiled.tif",
        "tiled-g4.tif",
        "white-is-zero.tif",
        "zip.tif",
    ] {
        is_exactly(name, &only_page(name).pixels, &expected);
    }
}

#[test]
fn files_in_colour_give_the_picture_bit_for_bit() {
    for name in
        ["big-endian.tif", "palette.png", "palette.tif", "planar.tif", "rgb.tif", "rgb.webp", "rgb16.tif"]
    {
        is_exactly(name, &only_page(name).pixels, &red_on_cream());
    }
}

#[test]
fn files_that_lose_a_little_give_nearly_the_picture() {
    let black = color(&Pixels::Gray(black_on_white(0)));
    for name in
        ["cmyk.jpg", "cmyk.pdf", "exif-dpi.jpg", "gray.pdf", "owner-password.pdf", "turned.jpg", "ycck.jpg"]
    {
        let off = difference(&color(&only_page(name).pixels), &black);
        assert!(off < 8.0, "{name} differs by {off}");
    }
    for name in ["jpeg-in-tiff.tif", "rgb.jp2", "rgb.jpg"] {
        let off = difference(&color(&only_page(name).pixels), &red_on_cream());
        assert!(off < 4.0, "{name} differs by {off}");
    }
}

#[test]
fn gray_files_stay_gray_and_colour_is_kept() {
    for name in ["gray.png", "gray.pdf", "g4.tif", "gray16.tif", "exif-dpi.jpg"] {
        assert!(matches!(only_page(name).pixels, Pixels::Gray(_)), "{name}");
    }
    for name in ["rgb.jpg", "palette.tif", "rgb.jp2", "cmyk.tif"] {
        assert!(matches!(only_page(name).pixels, Pixels::Color(_)), "{name}");
    }
}

#[test]
fn the_resolution_comes_from_the_file() {
    for name in
        ["g4.tif", "gray.bmp", "gray.pdf", "gray.png", "rgb.jpg", "exif-dpi.jpg", "g4.pdf", "cmyk.pdf"]
    {
        let dpi = only_page(name).dpi.unwrap_or_else(|| panic!("{name}: no resolution"));
        assert!((dpi - 300.0).abs() < 0.5, "{name}: {dpi}");
    }
    for name in ["gray.pgm", "rgb.webp"] {
        assert_eq!(only_page(name).dpi, None, "{name}");
    }
}

#[test]
fn every_page_of_a_tiff_is_read() {
    let mut pages = open("pages.tif");
    assert_eq!(pages.pages(), 3);
    for page in 1..=3 {
        let expected = color(&Pixels::Gray(black_on_white(page)));
        is_exactly("pages.tif", &pages.read(page).unwrap().pixels, &expected);
    }
    let error = pages.read(4).unwrap_err();
    assert!(matches!(error, ScanError::NoSuchPage { page: 4, pages: 3 }), "{error}");
}

#[test]
fn every_page_of_a_pdf_is_read() {
    let mut pages = open("three.pdf");
    assert_eq!(pages.pages(), 3);
    let black = color(&Pixels::Gray(black_on_white(0)));
    assert!(difference(&color(&pages.read(1).unwrap().pixels), &red_on_cream()) < 4.0);
    assert!(difference(&color(&pages.read(2).unwrap().pixels), &black) < 4.0);
    is_exactly("three.pdf", &pages.read(3).unwrap().pixels, &black);
}

#[test]
fn a_page_that_the_file_says_is_turned_is_turned() {
    let upright = color(&Pixels::Gray(black_on_white(0)));
    for name in ["upside-down.tif", "upside-down-g4.tif"] {
        is_exactly(name, &only_page(name).pixels, &upright);
    }
    let turned = color(&only_page("rotated.pdf").pixels);
    assert!(difference(&turned, &image::imageops::rotate90(&upright)) < 4.0);
}

/// Both ways of reading a TIFF agree on the eight orientations (TIFF 6.0, page 36; EXIF has the same).
#[test]
fn the_eight_orientations_are_those_of_exif() {
    let folder = tempfile::tempdir().unwrap();
    let stored = image::DynamicImage::ImageLuma8(black_on_white(0));
    for orientation in 1..=8u8 {
        let mut expected = stored.clone();
        expected.apply_orientation(image::metadata::Orientation::from_exif(orientation).unwrap());
        for name in ["lzw.tif", "tiled.tif", "g4.tif"] {
            let path = folder.path().join(name);
            std::fs::write(&path, with_orientation(&std::fs::read(file(name)).unwrap(), orientation))
                .unwrap();
            let scan = ScanFile::open(&path, &ScanOptions::default()).unwrap().read(1).unwrap();
            is_exactly(&format!("{name}, orientation {orientation}"), &scan.pixels, &expected.to_rgb8());
        }
    }
}

/// A little-endian TIFF whose first directory has the orientation tag, with another value in it.
fn with_orientation(tiff: &[u8], orientation: u8) -> Vec<u8> {
    let mut changed = tiff.to_vec();
    let directory = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes([tiff[directory], tiff[directory + 1]]));
    let entry = (0..entries).map(|i| directory + 2 + 12 * i).find(|at| tiff[*at..at + 2] == [0x12, 0x01]);
    changed[entry.expect("an orientation tag") + 8] = orientation;
    changed
}

/// Programs that make PDFs of photographs keep the JPEG with its EXIF and turn the page: it must not turn twice.
#[test]
fn the_exif_orientation_of_a_jpeg_in_a_pdf_counts_for_nothing() {
    let jpeg = std::fs::read(file("turned.jpg")).unwrap();
    let plain = pdf_of_jpeg(&jpeg, (96, 160), "");
    let scan = read_pdf(&plain).unwrap();
    assert_eq!(scan.pixels.dimensions(), (96, 160));
    let turned = read_pdf(&pdf_of_jpeg(&jpeg, (96, 160), "/Rotate 90")).unwrap();
    let off = difference(&color(&turned.pixels), &color(&Pixels::Gray(black_on_white(0))));
    assert!(off < 4.0, "differs by {off}");
}

/// What is drawn over a scan is seen: the scan is not taken out from below.
#[test]
fn a_black_box_over_a_scan_stays_black() {
    let jpeg = std::fs::read(file("exif-dpi.jpg")).unwrap();
    let content = "q 38.4 0 0 23.04 0 0 cm /I Do Q 0 g 24 0 9.6 7.2 re f";
    let scan = read_pdf(&pdf(&jpeg, SIZE, "", content)).unwrap();
    assert_eq!(scan.pixels.dimensions(), SIZE);
    let found = color(&scan.pixels);
    assert_eq!(found.get_pixel(120, 80).0, [0, 0, 0]);
    assert!(found.get_pixel(60, 40).0[0] > 240);
    assert!(scan.dpi.is_some_and(|dpi| (dpi - 300.0).abs() < 1.0));
}

#[test]
fn invisible_text_over_a_scan_is_not_painted() {
    let jpeg = std::fs::read(file("exif-dpi.jpg")).unwrap();
    let content = "q 38.4 0 0 23.04 0 0 cm /I Do Q BT 3 Tr /F 9 Tf (read by another) Tj ET";
    let scan = read_pdf(&pdf(&jpeg, SIZE, "", content)).unwrap();
    is_exactly("a scan below text", &scan.pixels, &color(&only_page("exif-dpi.jpg").pixels));
}

fn read_pdf(bytes: &[u8]) -> Result<Scan, ScanError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, bytes).unwrap();
    ScanFile::open(&path, &ScanOptions::default())?.read(1)
}

fn pdf_of_jpeg(jpeg: &[u8], size: (u32, u32), page: &str) -> Vec<u8> {
    pdf(jpeg, size, page, &pdf::whole_page(size))
}

fn pdf(jpeg: &[u8], size: (u32, u32), page: &str, content: &str) -> Vec<u8> {
    pdf::with_image(&pdf::image(size, "/DCTDecode", jpeg), size, page, content.as_bytes())
}
