//! JPEG, JPEG 2000 and PNM as cameras, phones and pipes write them (`tests/files/make.sh` makes the files).

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

mod picture;

use denshin::raster::Pixels;
use denshin::scan::{Note, Scan, ScanError, ScanFile, ScanOptions};
use picture::{black_on_white, color, difference, file, is_exactly, only_page, open, red_on_cream};

/// In all of these files the colours are black everywhere; the ink is where they are opaque.
#[test]
fn what_is_transparent_in_jpeg_2000_lies_over_white() {
    let expected = color(&Pixels::Gray(black_on_white(0)));
    for name in ["alpha.jp2", "alpha-gray.jp2", "alpha.j2k"] {
        let off = difference(&color(&only_page(name).pixels), &expected);
        assert!(off < 1.0, "{name} differs by {off}");
    }
    assert_eq!(open("alpha.j2k").pages(), 1);
    assert!(matches!(only_page("alpha-gray.jp2").pixels, Pixels::Gray(_)));
    // The same channel, but not declared as opacity: the page is black.
    let jp2 = std::fs::read(file("alpha-gray.jp2")).unwrap();
    let definition = jp2.windows(4).position(|w| w == b"cdef").unwrap();
    let mut unknown = jp2.clone();
    unknown[definition + 14..definition + 16].fill(0xFF);
    let black = read_bytes(unknown).unwrap();
    assert!(color(&black.pixels).pixels().all(|pixel| pixel.0 == [0; 3]));
}

/// The video of a motion photo, a second image, or a vendor's trailer may follow the end of the image.
#[test]
fn what_follows_the_end_of_a_jpeg_does_not_matter() {
    let film =
        [&b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x10mdat"[..], &[0xFF, 0xDA, 0xFF, 0xD9, 7]].concat();
    let cut_off = std::fs::read(file("turned.jpg")).unwrap()[..600].to_vec();
    for name in ["rgb.jpg", "turned.jpg", "cmyk.jpg", "progressive.jpg", "restarts.jpg"] {
        let jpeg = std::fs::read(file(name)).unwrap();
        let expected = only_page(name);
        assert_eq!(expected.notes, [], "{name}");
        for trailer in [&film[..], &cut_off, b"SEFT", &[0xFF, 0xDA], &[0; 100]] {
            let page = read_bytes([&jpeg[..], trailer].concat()).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert!(page == expected, "{name}, followed by {:02x?}", &trailer[..trailer.len().min(8)]);
        }
    }
}

#[test]
fn a_jpeg_that_lacks_only_its_end_marker_is_read_with_a_warning() {
    for name in ["rgb.jpg", "turned.jpg", "cmyk.jpg", "progressive.jpg", "restarts.jpg"] {
        let jpeg = std::fs::read(file(name)).unwrap();
        let whole = only_page(name);
        for missing in [1, 2] {
            let page =
                read_bytes(jpeg[..jpeg.len() - missing].to_vec()).unwrap_or_else(|e| panic!("{name}: {e}"));
            assert_eq!((page.pixels, page.notes), (whole.pixels.clone(), vec![Note::Incomplete]), "{name}");
        }
        for percent in [60, 70, 80, 90, 95] {
            let cut_off = read_bytes(jpeg[..jpeg.len() * percent / 100].to_vec());
            let error = cut_off.err().unwrap_or_else(|| panic!("{name}: {percent} % of it was read"));
            assert!(error.to_string().contains("damaged or unsupported JPEG"), "{name}: {error}");
        }
    }
}

/// A repair program appends an end marker to truncated data.
#[test]
fn a_jpeg_whose_data_are_too_short_has_a_warning() {
    for name in ["rgb.jpg", "turned.jpg", "progressive.jpg", "restarts.jpg"] {
        let jpeg = std::fs::read(file(name)).unwrap();
        for percent in [70, 80, 90, 95] {
            let short = [&jpeg[..jpeg.len() * percent / 100], &[0xFF, 0xD9]].concat();
            let notes = read_bytes(short).map_or(vec![Note::Incomplete], |page| page.notes);
            assert_eq!(notes, [Note::Incomplete], "{name}, {percent} %");
        }
    }
}

#[test]
fn every_picture_of_a_pnm_is_a_page() {
    let (bilevel, gray) =
        (std::fs::read(file("bilevel.pbm")).unwrap(), std::fs::read(file("gray.pgm")).unwrap());
    let rgb = [&b"P6\n160 96\n255\n"[..], red_on_cream().as_raw()].concat();
    let plain = b"P1\n# a comment\n2 1\n10\n";
    let stream = [&bilevel[..], &rgb, &gray, plain, &rgb].concat();
    let pages = pages_of(&stream);
    let black = color(&Pixels::Gray(black_on_white(0)));
    let two = image::RgbImage::from_raw(2, 1, vec![0, 0, 0, 255, 255, 255]).unwrap();
    assert_eq!(pages.len(), 5);
    for (page, expected) in pages.iter().zip([&black, &red_on_cream(), &black, &two, &red_on_cream()]) {
        let page = page.as_ref().unwrap();
        is_exactly("stream", &page.pixels, expected);
        assert_eq!(page.notes, []);
    }
    // In a truncated file, only the last page fails.
    let cut_off = pages_of(&stream[..stream.len() - 1]);
    assert_eq!(cut_off.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, true, true, false]);
    let followed = pages_of(&[&stream[..], b"Best regards"].concat());
    assert!(followed.iter().all(|page| page.as_ref().unwrap().notes == [Note::Repaired]));
}

fn pages_of(bytes: &[u8]) -> Vec<Result<Scan, ScanError>> {
    let mut file = ScanFile::of_bytes(bytes.to_vec(), &ScanOptions::default()).unwrap();
    (1..=file.pages()).map(|page| file.read(page)).collect()
}

fn read_bytes(bytes: Vec<u8>) -> Result<Scan, ScanError> {
    ScanFile::of_bytes(bytes, &ScanOptions::default())?.read(1)
}
