//! Bad input causes an error with a remedy: never a panic, a hang, or a wrong image without a note.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

mod pdf;

use denshin::scan::{Scan, ScanError, ScanFile, ScanOptions};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

fn bytes_of(name: &str) -> Vec<u8> {
    std::fs::read(file(name)).unwrap()
}

/// All pages of a file with this content, or the first error.
fn read(name: &str, content: &[u8]) -> Result<Vec<Scan>, ScanError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let mut file = ScanFile::open(&path, &ScanOptions::default())?;
    (1..=file.pages()).map(|page| file.read(page)).collect()
}

/// The error for a file with this content.
fn complaint(name: &str, content: &[u8]) -> String {
    match read(name, content) {
        Ok(pages) => panic!("{name}: {} pages were read", pages.len()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_file_that_is_cut_off_is_never_read_as_if_it_were_whole() {
    let mut tried = 0;
    for entry in std::fs::read_dir(file("")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == "make.sh" {
            continue;
        }
        let whole = std::fs::read(&path).unwrap();
        for percent in [5, 30, 60, 90, 97] {
            let kept = &whole[..whole.len() * percent / 100];
            let told = |page: &Scan| page.notes.iter().any(|note| note.doubt().is_some());
            // Undamaged pages of a TIFF have no note; the damaged page must have one.
            let is_told = read(&name, kept).map_or(true, |pages| pages.iter().any(told));
            assert!(is_told, "{name}: {percent} % of it was read without a word");
            tried += 1;
        }
    }
    assert!(tried > 200);
}

#[test]
fn what_is_no_scan_is_named() {
    assert!(complaint("empty.png", b"").contains("empty"));
    assert!(complaint("letter.png", b"Dear Sir, the cable").contains("begins with “Dear Sir, th”"));
    assert!(complaint("x.tif", &[1, 2, 3]).contains("begins with the bytes 01 02 03"));
    assert!(complaint("x.pdf", b"%PDF-1.7\n%%EOF").contains("damaged"));
    assert!(complaint("x.png", b"\x89PNG\r\n\x1a\n").contains("damaged or unsupported PNG"));
    assert!(complaint("x.tif", b"II*\0\0\0\0\0").contains("damaged or unsupported TIFF"));
    let error = ScanFile::open(&file(""), &ScanOptions::default()).err().unwrap();
    assert!(matches!(error, ScanError::Folder), "{error}");
    let error = ScanFile::open(&file("there-is-none.png"), &ScanOptions::default()).err().unwrap();
    assert!(matches!(error, ScanError::Unreadable(_)), "{error}");
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_device_is_refused_not_waited_for() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("socket.png");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    for path in [path.as_path(), Path::new("/dev/zero")] {
        let error = ScanFile::open(path, &ScanOptions::default()).err().unwrap();
        assert!(matches!(error, ScanError::NotAFile), "{error}");
    }
}

#[test]
fn a_wrong_extension_does_no_harm() {
    assert_eq!(read("scan.jpg", &bytes_of("gray.png")).unwrap().len(), 1);
    assert_eq!(read("scan.pdf", &bytes_of("pages.tif")).unwrap().len(), 3);
    assert_eq!(read("scan", &bytes_of("gray.pdf")).unwrap().len(), 1);
}

#[test]
fn an_encrypted_pdf_says_where_its_password_goes() {
    let error = complaint("encrypted.pdf", &bytes_of("encrypted.pdf"));
    assert!(error.contains("encrypted") && error.contains("--password-file"), "{error}");
    assert!(read("owner-password.pdf", &bytes_of("owner-password.pdf")).is_ok());
}

/// Overwrites bytes at an offset from a marker in a file.
fn patched(name: &str, mark: &[u8], offset: usize, value: &[u8]) -> Vec<u8> {
    let mut bytes = bytes_of(name);
    let at = bytes.windows(mark.len()).position(|w| w == mark).unwrap() + offset;
    bytes[at..at + value.len()].copy_from_slice(value);
    bytes
}

fn png(width: u32, height: u32, packed: &[u8], other: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 0, 0, 0, 0]].concat();
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut check = flate2::Crc::new();
        check.update(kind);
        check.update(data);
        bytes.extend((data.len() as u32).to_be_bytes());
        bytes.extend(kind);
        bytes.extend(data);
        bytes.extend(check.sum().to_be_bytes());
    };
    chunk(b"IHDR", &header);
    other.iter().for_each(|(kind, data)| chunk(kind, data));
    chunk(b"IDAT", packed);
    chunk(b"IEND", &[]);
    bytes
}

/// Zeros, compressed by about a thousand to one.
fn zeros(megabytes: usize) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
    let zeros = vec![0; 1 << 20];
    (0..megabytes).for_each(|_| packer.write_all(&zeros).unwrap());
    packer.finish().unwrap()
}

fn tiff(width: u32, height: u32, bits: u32, compression: u32, data: &[u8]) -> Vec<u8> {
    let length = data.len() as u32;
    let tags = [
        (256, width),
        (257, height),
        (258, bits),
        (259, compression),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, height),
        (279, length),
    ];
    let mut bytes = b"II*\0".to_vec();
    bytes.extend((8 + length).to_le_bytes());
    bytes.extend(data);
    bytes.extend((tags.len() as u16).to_le_bytes());
    for (tag, value) in tags {
        bytes.extend([&u16::to_le_bytes(tag)[..], &[4, 0, 1, 0, 0, 0], &value.to_le_bytes()].concat());
    }
    bytes.extend([0; 4]);
    bytes
}

#[test]
fn sixty_thousand_pixels_square_are_refused_by_the_header_alone() {
    let side = 60_000u32;
    let sides = [side.to_be_bytes(), side.to_be_bytes()].concat();
    let small_sides = [60_000u16.to_be_bytes(), 60_000u16.to_be_bytes()].concat();
    let packed = zeros(1);
    let files = [
        ("a.png", png(side, side, &packed, &[])),
        ("a.tif", tiff(side, side, 8, 1, &[0; 100])),
        ("fax.tif", tiff(side, side, 1, 4, &[0; 100])),
        ("deflate.tif", tiff(side, side, 8, 8, &packed)),
        ("a.jpg", patched("rgb.jpg", &[0xFF, 0xC0], 5, &small_sides)),
        ("a.jp2", patched("rgb.jp2", &[0xFF, 0x51], 6, &[&sides[..], &[0; 8], &sides].concat())),
        ("a.bmp", patched("gray.bmp", b"BM", 18, &[side.to_le_bytes(), side.to_le_bytes()].concat())),
        ("a.pgm", b"P5 60000 60000 255\n".to_vec()),
        (
            "a.pdf",
            pdf::with_image(
                &pdf::image((side, side), "/FlateDecode", &packed),
                (100, 100),
                "",
                b"24 0 0 24 0 0 cm /I Do",
            ),
        ),
        (
            "page.pdf",
            pdf::with_image(&pdf::image((1, 1), "/FlateDecode", &packed), (side, side), "", b"0 0 9 9 re f"),
        ),
    ];
    for (name, content) in files {
        let error = complaint(name, &content);
        assert!(error.contains("are more than the 100000000 accepted"), "{name}: {error}");
        assert!(error.contains("raise scan.max_pixels"), "{name}: {error}");
    }
}

#[test]
fn the_limit_can_be_set() {
    let options = ScanOptions { max_pixels: 15_359, ..ScanOptions::default() };
    for name in ["gray.png", "g4.tif", "gray.pdf", "rgb.jp2", "rgb.jpg"] {
        let error = ScanFile::open(&file(name), &options).unwrap().read(1).unwrap_err();
        assert!(
            matches!(error, ScanError::TooLarge { width: 160, height: 96, max: 15_359 }),
            "{name}: {error}"
        );
    }
}

/// A small image with a gigabyte of zeros in a megabyte: its memory is bounded, or the data are skipped.
#[test]
fn what_unpacks_to_a_thousand_times_its_size_is_not_unpacked() {
    let bomb = zeros(1024);
    let twice = {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&bomb).unwrap();
        packer.finish().unwrap()
    };
    let size = (100, 100);
    let page = pdf::whole_page(size);
    let of = |filter: &str, data: &[u8]| {
        pdf::with_image(&pdf::image(size, filter, data), size, "", page.as_bytes())
    };
    for (name, content) in
        [("once.pdf", of("/FlateDecode", &bomb)), ("twice.pdf", of("[/FlateDecode/FlateDecode]", &twice))]
    {
        let error = complaint(name, &content);
        assert!(error.contains("unpacks to more than"), "{name}: {error}");
    }
    // Profile and comment of a PNG are not needed.
    let named = [&b"x\0\0"[..], &bomb].concat();
    let packed = {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&[0; 11 * 10]).unwrap();
        packer.finish().unwrap()
    };
    for kind in [b"iCCP", b"zTXt"] {
        let _ = read("a.png", &png(10, 10, &packed, &[(kind, named.clone())]));
    }
    if let Some(peak) = peak_megabytes() {
        assert!(peak < 400, "{peak} MB were held");
    }
}

/// Peak memory of this process, which runs other tests at the same time.
fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

#[test]
fn more_tiles_than_jpeg_2000_allows_are_refused() {
    let size = [9_000u32.to_be_bytes(), 9_000u32.to_be_bytes()].concat();
    let mut bytes = patched("rgb.jp2", &[0xFF, 0x51], 6, &size);
    let at = bytes.windows(2).position(|w| w == [0xFF, 0x51]).unwrap() + 22;
    bytes[at..at + 8].copy_from_slice(&[0, 0, 0, 1, 0, 0, 0, 1]);
    assert!(complaint("a.jp2", &bytes).contains("more tiles"));
}

#[test]
fn a_scan_in_a_pdf_that_is_damaged_is_no_empty_page() {
    let size = (100, 100);
    let page = pdf::whole_page(size);
    let jpeg = bytes_of("exif-dpi.jpg");
    let nonsense: (&str, &[u8]) = ("/FlateDecode", b"nonsense");
    for (filter, data) in [
        nonsense,
        ("/FlateDecode", &zeros(0)),
        ("/DCTDecode", &jpeg[..700]),
        ("/JPXDecode", b"nonsense"),
        ("/JBIG2Decode", b"nonsense"),
    ] {
        let error =
            complaint("a.pdf", &pdf::with_image(&pdf::image(size, filter, data), size, "", page.as_bytes()));
        assert!(error.contains("damaged"), "{filter}: {error}");
    }
}

#[test]
fn directories_of_a_tiff_that_run_in_a_circle_end() {
    let mut bytes = bytes_of("g4.tif");
    let directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    let entries = usize::from(u16::from_le_bytes([bytes[directory], bytes[directory + 1]]));
    let next = directory + 2 + 12 * entries;
    bytes[next..next + 4].copy_from_slice(&(directory as u32).to_le_bytes());
    assert!(complaint("circle.tif", &bytes).contains("damaged or unsupported TIFF"));
}

#[test]
fn a_form_that_draws_itself_ends() {
    let form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I 5 0 R>>>>/Length 5>>stream\n/I Do\nendstream";
    assert_eq!(read("loop.pdf", &pdf::with_image(form, (100, 100), "", b"/I Do")).unwrap().len(), 1);
}

#[test]
fn a_page_of_one_pixel_is_a_page() {
    let packed = {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(&[0, 9]).unwrap();
        packer.finish().unwrap()
    };
    let pages = read("a.png", &png(1, 1, &packed, &[])).unwrap();
    assert_eq!(pages[0].pixels.dimensions(), (1, 1));
    assert!(read("a.tif", &tiff(1, 1, 8, 1, &[7])).is_ok());
}

/// Found by fuzzing: stages assume that a page has pixels.
#[test]
fn a_page_without_pixels_is_no_page() {
    for (width, height) in [(0, 9), (9, 0), (0, 0)] {
        assert!(complaint("a.tif", &tiff(width, height, 8, 1, &[7; 9])).contains("damaged"));
        assert!(complaint("a.tif", &tiff(width, height, 1, 1, &[7; 9])).contains("damaged"));
        assert!(complaint("a.pgm", format!("P5 {width} {height} 255\n").as_bytes()).contains("damaged"));
    }
}
