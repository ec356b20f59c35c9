//! Every file type decodes to the same image (`tests/files/make.sh` describes it and makes the files).

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

mod pdf;
mod picture;

use denshin::raster::Pixels;
use denshin::scan::{Note, Passwords, Scan, ScanError, ScanFile, ScanOptions};
use image::{Rgb, RgbImage};
use picture::{
    SIZE, black_on_white, color, difference, file, is_exactly, is_ink, only_page, open, red_on_cream,
};

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
        "tiled-lzw-bilevel.tif",
        "tiled-lzw-gray.tif",
        "tiled-g4.tif",
        "white-is-zero.tif",
        "zip.tif",
    ] {
        is_exactly(name, &only_page(name).pixels, &expected);
    }
}

#[test]
fn files_in_colour_give_the_picture_bit_for_bit() {
    for name in [
        "big-endian.tif",
        "palette.png",
        "palette.tif",
        "planar.tif",
        "rgb.tif",
        "rgb.webp",
        "rgb16.tif",
        "tiled-lzw-palette.tif",
        "tiled-lzw-rgb.tif",
    ] {
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
fn every_page_of_a_pdf_is_read() {
    let mut pages = open("three.pdf");
    assert_eq!(pages.pages(), 3);
    let black = color(&Pixels::Gray(black_on_white(0)));
    assert!(difference(&color(&pages.read(1).unwrap().pixels), &red_on_cream()) < 4.0);
    assert!(difference(&color(&pages.read(2).unwrap().pixels), &black) < 4.0);
    is_exactly("three.pdf", &pages.read(3).unwrap().pixels, &black);
}

/// Letters of the first page are in a global dictionary, those of the second in its own (ISO/IEC 14492, 6.5).
#[test]
fn jbig2_is_drawn_from_its_symbols() {
    let is_ink = |page: u32, x: u32, y: u32| {
        (0..4).flat_map(|row| (0..10).map(move |column| (row, column))).any(|(row, column)| {
            // The encoder places every letter one row too low.
            let (left, top) = (16 + 30 * column, 15 + 34 * row);
            let (Some(x), Some(y)) = (x.checked_sub(left), y.checked_sub(top)) else { return false };
            let stroke = match (3 * row + column * page) % 4 {
                0 => y <= 3,
                1 => (10..=13).contains(&y),
                2 => y >= 20 || x >= 16,
                _ => y <= 3 || (x >= 16 && y <= 12),
            };
            x <= 19 && y <= 23 && (x <= 3 || stroke)
        })
    };
    let mut pages = open("jbig2-symbols.pdf");
    assert_eq!(pages.pages(), 2);
    for page in 1..=2 {
        let drawn = RgbImage::from_fn(320, 160, |x, y| Rgb([if is_ink(page, x, y) { 0 } else { 255 }; 3]));
        is_exactly("jbig2-symbols.pdf", &pages.read(page).unwrap().pixels, &drawn);
    }
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

/// PDFs of photographs may have a JPEG with EXIF orientation and a rotated page: it must be rotated only once.
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

/// Drawings over a scan are rendered: the scan alone must not be extracted.
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

/// Asserts that a page of 160 × 96 px at 300 dpi shows the usual image.
fn is_the_picture(name: &str, image: &[u8], page: &str, content: &str) {
    let scan = read_pdf(&pdf::with_image(image, SIZE, page, content.as_bytes()))
        .unwrap_or_else(|e| panic!("{name}: {e}"));
    is_exactly(name, &scan.pixels, &color(&Pixels::Gray(black_on_white(0))));
    assert!(scan.dpi.is_some_and(|dpi| (dpi - 300.0).abs() < 0.5), "{name}: {:?}", scan.dpi);
    assert_eq!(scan.notes, [], "{name}");
}

/// An image with samples of the given number of bits and the given values of ink and paper.
fn of_samples(bits: u32, ink: u32, paper: u32, dictionary: &str) -> Vec<u8> {
    let mut data = Vec::new();
    for y in 0..SIZE.1 {
        let mut row = vec![0u8; (SIZE.0 * bits).div_ceil(8) as usize];
        for x in 0..SIZE.0 {
            let sample = if is_ink(x, y, 0) { ink } else { paper };
            for bit in (0..bits).filter(|bit| sample >> (bits - 1 - bit) & 1 == 1) {
                let at = x * bits + bit;
                row[at as usize / 8] |= 0x80 >> (at % 8);
            }
        }
        data.extend(row);
    }
    pdf::object(&format!("/BitsPerComponent {bits}{dictionary}"), SIZE, &data)
}

#[test]
fn samples_of_any_depth_inverted_in_a_palette_or_as_a_stencil_are_the_picture() {
    let page = pdf::whole_page(SIZE);
    for bits in [1, 2, 4, 8, 16] {
        let most = (1u32 << bits) - 1;
        let gray = "/ColorSpace/DeviceGray";
        is_the_picture(&format!("{bits} bits"), &of_samples(bits, 0, most, gray), "", &page);
        let inverted = of_samples(bits, most, 0, &format!("{gray}/Decode[1 0]"));
        is_the_picture(&format!("{bits} bits, inverted"), &inverted, "", &page);
    }
    for bits in [1, 2, 4, 8] {
        let palette = "/ColorSpace[/Indexed/DeviceRGB 1<FFFFFF000000>]";
        is_the_picture(&format!("palette, {bits} bits"), &of_samples(bits, 1, 0, palette), "", &page);
    }
    let inverted = "/ColorSpace[/Indexed/DeviceGray 1<00FF>]/Decode[1 0]";
    is_the_picture("palette, inverted", &of_samples(1, 1, 0, inverted), "", &page);
    is_the_picture("stencil", &of_samples(1, 0, 1, "/ImageMask true"), "", &page);
    is_the_picture("stencil, inverted", &of_samples(1, 1, 0, "/ImageMask true/Decode[1 0]"), "", &page);
}

#[test]
fn a_stencil_in_colour_is_painted_in_its_colour() {
    let stencil = of_samples(1, 0, 1, "/ImageMask true");
    let content = format!("1 0 0 rg {}", pdf::whole_page(SIZE));
    let scan = read_pdf(&pdf::with_image(&stencil, SIZE, "", content.as_bytes())).unwrap();
    let found = color(&scan.pixels);
    assert_eq!((found.get_pixel(60, 12).0, found.get_pixel(60, 40).0), ([255, 0, 0], [255, 255, 255]));
}

/// The eight matrices that display images upright, each with samples that are stored accordingly.
#[test]
fn images_turned_and_mirrored_by_their_matrix_stand_upright() {
    let (w, h) = (SIZE.0 as f32 * 0.24, SIZE.1 as f32 * 0.24);
    let stored = image::DynamicImage::ImageLuma8(black_on_white(0));
    for (matrix, undone) in [
        ([w, 0.0, 0.0, h, 0.0, 0.0], 1),
        ([-w, 0.0, 0.0, h, w, 0.0], 2),
        ([-w, 0.0, 0.0, -h, w, h], 3),
        ([w, 0.0, 0.0, -h, 0.0, h], 4),
        ([0.0, -h, -w, 0.0, w, h], 5),
        ([0.0, h, -w, 0.0, w, 0.0], 6),
        ([0.0, h, w, 0.0, 0.0, 0.0], 7),
        ([0.0, -h, w, 0.0, 0.0, h], 8),
    ] {
        let mut turned = stored.clone();
        turned.apply_orientation(image::metadata::Orientation::from_exif(undone).unwrap());
        let size = (turned.width(), turned.height());
        let gray = "/BitsPerComponent 8/ColorSpace/DeviceGray";
        let image = pdf::object(gray, size, turned.to_luma8().as_raw());
        let content = format!("q {} cm /I Do Q", matrix.map(|v| v.to_string()).join(" "));
        let scan = read_pdf(&pdf::with_image(&image, SIZE, "", content.as_bytes())).unwrap();
        is_exactly(&format!("{matrix:?}"), &scan.pixels, &stored.to_rgb8());
    }
}

fn gray_image() -> Vec<u8> {
    of_samples(8, 0, 255, "/ColorSpace/DeviceGray")
}

#[test]
fn what_lies_beyond_the_crop_box_is_cut_off() {
    let boxed =
        pdf::with_image(&gray_image(), SIZE, "/CropBox[2.4 4.8 31.2 19.2]", pdf::whole_page(SIZE).as_bytes());
    let expected = image::imageops::crop_imm(&black_on_white(0), 10, 16, 120, 60).to_image();
    let scan = read_pdf(&boxed).unwrap();
    is_exactly("crop box", &scan.pixels, &color(&Pixels::Gray(expected.clone())));
    let rotated = pdf::with_image(
        &gray_image(),
        SIZE,
        "/CropBox[2.4 4.8 31.2 19.2]/Rotate 90",
        pdf::whole_page(SIZE).as_bytes(),
    );
    let expected = color(&Pixels::Gray(image::imageops::rotate90(&expected)));
    is_exactly("crop box, rotated", &read_pdf(&rotated).unwrap().pixels, &expected);
}

#[test]
fn strips_are_put_together_at_their_own_resolution() {
    let rows = |y: u32| {
        let part = image::imageops::crop_imm(&black_on_white(0), 0, y, SIZE.0, 16).to_image();
        pdf::object("/BitsPerComponent 8/ColorSpace/DeviceGray", (SIZE.0, 16), part.as_raw())
    };
    let strips: Vec<Vec<u8>> = (0..6).map(|i| rows(16 * i)).collect();
    let place = |i: u32| format!("q 38.4 0 0 3.84 0 {} cm /I{i} Do Q\n", (5 - i) as f32 * 3.84);
    let content: String = (0..6).map(place).collect();
    let scan = read_pdf(&pdf::with_images(&strips, SIZE, "", content.as_bytes())).unwrap();
    is_exactly("strips", &scan.pixels, &color(&Pixels::Gray(black_on_white(0))));
    assert!(scan.dpi.is_some_and(|dpi| (dpi - 300.0).abs() < 0.5));
}

#[test]
fn an_inline_image_and_one_in_a_form_are_taken_out() {
    let hex: String = (0..SIZE.1)
        .flat_map(|y| (0..SIZE.0 / 8).map(move |byte| (byte, y)))
        .map(|(byte, y)| (0..8).fold(0u8, |bits, i| bits << 1 | u8::from(!is_ink(8 * byte + i, y, 0))))
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let inline = format!("q 38.4 0 0 23.04 0 0 cm BI /W 160 /H 96 /BPC 1 /CS /G /F /AHx ID {hex}> EI Q");
    is_the_picture("inline", &gray_image(), "", &inline);
    let form = "<</Type/XObject/Subtype/Form/BBox[0 0 76.8 46.08]/Matrix[0.5 0 0 0.5 0 0]\
         /Resources<</XObject<</I 6 0 R>>>>/Length 31>>stream\n76.8 0 0 46.08 0 0 cm /I Do    \nendstream";
    let objects = [form.as_bytes().to_vec(), gray_image()];
    let scan = read_pdf(&pdf::with_images(&objects, SIZE, "", b"/I0 Do")).unwrap();
    is_exactly("form", &scan.pixels, &color(&Pixels::Gray(black_on_white(0))));
}

#[test]
fn half_an_image_behind_a_clip_or_transparent_is_shown_so() {
    let clip = "q 0 0 19.2 23.04 re W n 38.4 0 0 23.04 0 0 cm /I Do Q";
    let scan = read_pdf(&pdf::with_image(&gray_image(), SIZE, "", clip.as_bytes())).unwrap();
    let found = color(&scan.pixels);
    assert_eq!((found.get_pixel(40, 12).0, found.get_pixel(120, 12).0), ([0; 3], [255; 3]));
}

/// A layer at a sixth of the resolution, as in mixed raster content.
fn coarse(gray: u8, dictionary: &str) -> Vec<u8> {
    let dictionary = format!("/BitsPerComponent 8/ColorSpace/DeviceGray{dictionary}");
    pdf::object(&dictionary, (27, 16), &[gray; 27 * 16])
}

#[test]
fn a_fine_mask_over_coarse_layers_is_taken_at_its_own_resolution() {
    let whole = "q 38.4 0 0 23.04 0 0 cm";
    let soft = || of_samples(8, 255, 0, "/ColorSpace/DeviceGray");
    let stencil = || of_samples(1, 0, 1, "/ImageMask true");
    let both = format!("{whole} /I0 Do /I1 Do Q");
    for (name, layers, content) in [
        ("soft mask", vec![coarse(255, ""), coarse(0, "/SMask 7 0 R"), soft()], both.clone()),
        ("mask", vec![coarse(255, ""), coarse(0, "/Mask 7 0 R"), stencil()], both.clone()),
        ("stencil", vec![coarse(255, ""), stencil()], both),
        ("mask alone", vec![coarse(0, "/SMask 6 0 R"), soft()], format!("{whole} /I0 Do Q")),
    ] {
        let scan = read_pdf(&pdf::with_images(&layers, SIZE, "", content.as_bytes())).unwrap();
        is_exactly(name, &scan.pixels, &color(&Pixels::Gray(black_on_white(0))));
        assert!(scan.dpi.is_some_and(|dpi| (dpi - 300.0).abs() < 0.5), "{name}: {:?}", scan.dpi);
    }
}

#[test]
fn stencils_cut_close_to_the_print_set_the_resolution_too() {
    let solid = |size: (u32, u32)| {
        let row = size.0.div_ceil(8) as usize;
        pdf::object("/ImageMask true/BitsPerComponent 1", size, &vec![0; row * size.1 as usize])
    };
    let layers = [coarse(255, ""), solid((140, 12)), solid((30, 28))];
    let content = "q 38.4 0 0 23.04 0 0 cm /I0 Do Q q 33.6 0 0 2.88 2.4 18.24 cm /I1 Do Q \
         q 7.2 0 0 6.72 2.4 1.92 cm /I2 Do Q";
    let scan = read_pdf(&pdf::with_images(&layers, SIZE, "", content.as_bytes())).unwrap();
    // Edges may be off by a pixel.
    let off = difference(&color(&scan.pixels), &color(&Pixels::Gray(black_on_white(0))));
    assert!(off < 4.0, "differs by {off}");
}

#[test]
fn the_mask_of_a_graphics_state_sets_the_resolution_too() {
    let form = |resources: &str, content: &str| {
        format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 38.4 23.04]/Group<</S/Transparency/CS/DeviceGray>>\
             /Resources<<{resources}>>/Length {}>>stream\n{content}\nendstream",
            content.len()
        )
        .into_bytes()
    };
    let masked = form("/ExtGState<</G<</SMask<</S/Luminosity/G 7 0 R>>>>>>", "/G gs 0 g 0 0 38.4 23.04 re f");
    let group = form("/XObject<</M 8 0 R>>", "38.4 0 0 23.04 0 0 cm /M Do");
    let layers = [coarse(255, ""), masked, group, of_samples(8, 255, 0, "/ColorSpace/DeviceGray")];
    let content = "q 38.4 0 0 23.04 0 0 cm /I0 Do Q /I1 Do";
    let scan = read_pdf(&pdf::with_images(&layers, SIZE, "", content.as_bytes())).unwrap();
    is_exactly("graphics state", &scan.pixels, &color(&Pixels::Gray(black_on_white(0))));
}

/// Programs that convert a scan's letters to text leave a coarse image of the paper below them.
#[test]
fn text_over_a_coarse_layer_is_shown_as_finely_as_text_alone() {
    let text = |characters: usize| {
        let content =
            format!("q 38.4 0 0 23.04 0 0 cm /I0 Do Q BT /F 1 Tf 2 9 Td ({}) Tj ET", "a".repeat(characters));
        read_pdf(&pdf::with_images(&[coarse(255, "")], SIZE, "", content.as_bytes())).unwrap()
    };
    assert!(text(300).dpi.is_some_and(|dpi| dpi >= 299.0));
    // A short number over a scan does not raise the resolution.
    assert!(text(20).dpi.is_some_and(|dpi| dpi < 60.0));
}

#[test]
fn a_mask_finer_than_the_page_may_be_is_shown_as_finely_as_the_page_may_be() {
    let stencil = pdf::object("/ImageMask true/BitsPerComponent 1", (80, 96), &[0; 10 * 96]);
    let content = "q 38.4 0 0 23.04 0 0 cm /I0 Do Q q 4.8 0 0 5.76 0 0 cm /I1 Do Q";
    let bytes = pdf::with_images(&[coarse(255, ""), stencil], SIZE, "", content.as_bytes());
    let options = ScanOptions { max_pixels: 100_000, ..ScanOptions::default() };
    let scan = ScanFile::of_bytes(bytes, &options).unwrap().read(1).unwrap();
    let (width, height) = scan.pixels.dimensions();
    assert!((90_000..=100_000).contains(&(width * height)), "{width} × {height}");
}

#[test]
fn text_that_is_in_a_pdf_already_is_noted() {
    let jpeg = std::fs::read(file("exif-dpi.jpg")).unwrap();
    let content = "q 38.4 0 0 23.04 0 0 cm /I Do Q BT 3 Tr /F 9 Tf (read by another) Tj ET";
    assert_eq!(read_pdf(&pdf(&jpeg, SIZE, "", content)).unwrap().notes, [Note::TextLayer]);
    assert_eq!(only_page("gray.pdf").notes, []);
}

#[test]
fn a_protected_pdf_opens_with_any_of_the_passwords_given() {
    let options = |list: &str| ScanOptions { passwords: Passwords::of_lines(list), ..ScanOptions::default() };
    let black = color(&Pixels::Gray(black_on_white(0)));
    for name in ["encrypted.pdf", "rc4-40.pdf", "rc4-128.pdf", "aes-128.pdf"] {
        // The owner password opens only AES-256.
        let lists = ["user", "wrong\nuser", "secret"];
        for list in &lists[..if name == "encrypted.pdf" { 3 } else { 2 }] {
            let mut scan =
                ScanFile::open(&file(name), &options(list)).unwrap_or_else(|e| panic!("{name}, {list}: {e}"));
            assert!(difference(&color(&scan.read(1).unwrap().pixels), &black) < 8.0, "{name}");
        }
        let error = ScanFile::open(&file(name), &options("wrong")).err().unwrap();
        assert!(matches!(error, ScanError::Encrypted), "{name}: {error}");
        assert!(error.to_string().contains("--password-file"));
    }
}

/// Repairs that PDF readers make are made and reported: a cross-reference table at another place, or none.
#[test]
fn a_damaged_pdf_is_put_together_again_and_says_so() {
    let whole = std::fs::read(file("three.pdf")).unwrap();
    let at = |word: &[u8]| whole.windows(word.len()).rposition(|w| w == word).unwrap();
    let without_table = whole[..at(b"xref\n0")].to_vec();
    let without_way = whole[..at(b"startxref")].to_vec();
    let elsewhere = [&whole[..at(b"startxref")], b"startxref\n7\n%%EOF\n"].concat();
    for (name, bytes) in [("table", without_table), ("way", without_way), ("elsewhere", elsewhere)] {
        let mut scan =
            ScanFile::of_bytes(bytes, &ScanOptions::default()).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(scan.pages(), 3, "{name}");
        for page in 1..=3 {
            let found = scan.read(page).unwrap();
            let expected = open("three.pdf").read(page).unwrap();
            assert_eq!(
                (found.pixels, found.notes),
                (expected.pixels, vec![Note::Repaired]),
                "{name}, {page}"
            );
        }
    }
    // Data before the header shift all offsets, but do no harm.
    let moved = [b"HTTP/1.1 200 OK\r\n\r\n", &whole[..]].concat();
    assert_eq!(ScanFile::of_bytes(moved, &ScanOptions::default()).unwrap().read(3).unwrap().notes, []);
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
