//! TIFF variants: each decodes to the same image, or the error names the unsupported feature (`tests/files/make.sh`
//! makes the files).

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

mod picture;

use denshin::raster::Pixels;
use denshin::scan::{Note, Scan, ScanError, ScanFile, ScanOptions};
use picture::{black_on_white, color, difference, file, is_exactly, only_page, open, red_on_cream};

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

/// Strips, tiles and fax pages have the eight orientations (TIFF 6.0, page 36; EXIF has the same).
#[test]
fn the_eight_orientations_are_those_of_exif() {
    let stored = image::DynamicImage::ImageLuma8(black_on_white(0));
    for orientation in 1..=8u8 {
        let mut expected = stored.clone();
        expected.apply_orientation(image::metadata::Orientation::from_exif(orientation).unwrap());
        for name in ["lzw.tif", "tiled.tif", "g4.tif"] {
            let turned = with_fields(&std::fs::read(file(name)).unwrap(), &[(274, u16::from(orientation))]);
            let scan = read(turned).unwrap();
            is_exactly(&format!("{name}, orientation {orientation}"), &scan.pixels, &expected.to_rgb8());
        }
    }
}

#[test]
fn samples_of_few_bits_are_read_whichever_of_them_is_white() {
    let expected = color(&Pixels::Gray(black_on_white(0)));
    for bits in [2, 4] {
        for kind in ["white-is-zero", "white-is-zero-tiled"] {
            let name = format!("gray{bits}-{kind}.tif");
            let page = only_page(&name);
            assert!(matches!(page.pixels, Pixels::Gray(_)), "{name}");
            is_exactly(&name, &page.pixels, &expected);
        }
    }
    for name in ["gray12.tif", "gray32.tif", "float.tif", "old-lzw.tif", "jbig.tif", "zstd.tif", "lzma.tif"] {
        let page = only_page(name);
        assert!(matches!(page.pixels, Pixels::Gray(_)), "{name}");
        is_exactly(name, &page.pixels, &expected);
    }
}

/// In all of these files the colours are black everywhere; the ink is where they are opaque.
#[test]
fn what_is_transparent_lies_over_white() {
    let expected = color(&Pixels::Gray(black_on_white(0)));
    for name in [
        "alpha-gray.tif",
        "alpha-white-is-zero.tif",
        "alpha-rgb.tif",
        "alpha-rgb-associated.tif",
        "alpha-rgb16.tif",
        "alpha-cmyk.tif",
        "alpha-palette.tif",
        "alpha-planar-tiled.tif",
    ] {
        is_exactly(name, &only_page(name).pixels, &expected);
    }
    for name in ["alpha-gray.tif", "alpha-white-is-zero.tif"] {
        assert!(matches!(only_page(name).pixels, Pixels::Gray(_)), "{name}");
    }
}

#[test]
fn colours_of_every_kind_are_the_picture() {
    for name in [
        "big-tiff.tif",
        "float-rgb.tif",
        "palette-of-8-bits.tif",
        "palette-of-8-bits-4.tif",
        "planar-tiled.tif",
        "webp.tif",
    ] {
        is_exactly(name, &only_page(name).pixels, &red_on_cream());
    }
    // libtiff converts CIE L*a*b* with a yellowish white point.
    for (name, most) in [("ycbcr.tif", 2.0), ("old-jpeg.tif", 2.0), ("lab.tif", 15.0)] {
        let off = difference(&color(&only_page(name).pixels), &red_on_cream());
        assert!(off < most, "{name} differs by {off}");
    }
}

/// Files of image servers: JPEG tiles, a reduced copy, a mask, and pages of other types after them.
#[test]
fn reduced_copies_masks_and_sub_directories_are_no_pages() {
    let mut pyramid = open("pyramid.tif");
    assert_eq!(pyramid.pages(), 3);
    let off = difference(&color(&pyramid.read(1).unwrap().pixels), &red_on_cream());
    assert!(off < 4.0, "differs by {off}");
    is_exactly("page 2", &pyramid.read(2).unwrap().pixels, &color(&Pixels::Gray(black_on_white(0))));
    is_exactly("page 3", &pyramid.read(3).unwrap().pixels, &red_on_cream());
}

fn read(bytes: Vec<u8>) -> Result<Scan, ScanError> {
    ScanFile::of_bytes(bytes, &ScanOptions::default())?.read(1)
}

/// A little-endian TIFF with other values in single-valued fields of its first directory.
fn with_fields(tiff: &[u8], fields: &[(u16, u16)]) -> Vec<u8> {
    let mut changed = tiff.to_vec();
    let directory = u32::from_le_bytes(tiff[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes([tiff[directory], tiff[directory + 1]]));
    for (tag, value) in fields {
        let mut places = (0..entries).map(|i| directory + 2 + 12 * i);
        let place = places.find(|at| tiff[*at..at + 2] == tag.to_le_bytes()).expect("a field to change");
        changed[place + 8..place + 10].copy_from_slice(&value.to_le_bytes());
    }
    changed
}

#[test]
fn a_compression_that_nobody_decodes_is_named_whatever_the_colours() {
    let (compression, photometric) = (259, 262);
    for name in
        ["bilevel.tif", "gray.tif", "rgb.tif", "tiled.tif", "cmyk.tif", "palette.tif", "ycbcr.tif", "lab.tif"]
    {
        let tiff = std::fs::read(file(name)).unwrap();
        for (code, said) in [(34_712, "34712 (JPEG 2000)"), (65_000, "65000")] {
            let error = read(with_fields(&tiff, &[(compression, code)])).unwrap_err().to_string();
            assert!(error.contains(&format!("compression {said} is not supported")), "{name}: {error}");
        }
    }
    let tiff = std::fs::read(file("gray.tif")).unwrap();
    for kind in [0, 1, 8] {
        let unknown = with_fields(&tiff, &[(compression, 34_712), (photometric, kind)]);
        let error = read(unknown).unwrap_err().to_string();
        assert!(error.contains("compression 34712 (JPEG 2000)"), "photometric {kind}: {error}");
    }
}

#[test]
fn numbers_whose_black_is_unknown_are_refused() {
    let (sample_format, signed) = (339, 2);
    let tiff = std::fs::read(file("float.tif")).unwrap();
    let error = read(with_fields(&tiff, &[(sample_format, signed)])).unwrap_err().to_string();
    assert!(error.contains("signed samples are not supported"), "{error}");
    let error = only_error("float-to-255.tif");
    assert!(error.contains("floating-point samples are not between 0 and 1"), "{error}");
}

fn only_error(name: &str) -> String {
    open(name).read(1).expect_err(name).to_string()
}

/// Whether damage is reported. A file that still decodes to the same image does not count as damaged.
fn is_noticed(damaged: Vec<u8>, whole: &Scan) -> bool {
    match read(damaged) {
        Ok(page) => page.notes == [Note::Incomplete] || page.pixels == whole.pixels,
        Err(_) => true,
    }
}

/// The value of a field, or the offset of its values.
fn field(tiff: &[u8], tag: u16) -> usize {
    let number = |at: usize| u32::from_le_bytes(tiff[at..at + 4].try_into().unwrap()) as usize;
    let directory = number(4);
    let mut places = (0..usize::from(tiff[directory])).map(|i| directory + 2 + 12 * i);
    number(places.find(|at| tiff[*at..at + 2] == tag.to_le_bytes()).unwrap() + 8)
}

/// libtiff does not report a Group 4 strip that ends early; denshin detects such damage itself.
#[test]
fn damage_within_a_strip_is_never_silent() {
    for name in ["g4.tif", "low-bit-first.tif", "tall-strip.tif", "zip.tif", "g3.tif", "g3-2d.tif"] {
        let tiff = std::fs::read(file(name)).unwrap();
        let whole = only_page(name);
        let strip = field(&tiff, 273)..field(&tiff, 273) + field(&tiff, 279);
        let mut silent = vec![];
        for at in strip.clone() {
            for bit in 0..8 {
                let mut damaged = tiff.clone();
                damaged[at] ^= 1 << bit;
                if !is_noticed(damaged, &whole) {
                    silent.push((at - strip.start, bit));
                }
            }
            // The rest of the strip is missing.
            let mut damaged = tiff.clone();
            damaged[at..strip.end].fill(0);
            if !is_noticed(damaged, &whole) {
                silent.push((at - strip.start, 8));
            }
        }
        // A run of another length may still fill its row. Deflate has a checksum.
        let most = if name == "zip.tif" { 0 } else { 9 * strip.len() / 25 };
        assert!(silent.len() <= most && silent.iter().all(|(_, bit)| *bit < 8), "{name}: {silent:?}");
    }
}
