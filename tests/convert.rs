//! `denshin convert`: names, errors, the searchable PDF in other readers, telegrams of several pages.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]
#![expect(clippy::print_stdout, reason = "says which tool is missing")]

mod pages;

use assert_cmd::Command;
use denshin::join::join;
use denshin::page::{Page, RegionKind, Role, WritingMode};
use denshin::raster::Pixels;
use denshin::scan::Scan;
use denshin::write::pdf::SearchablePdf;
use denshin::write::{Format, write};
use image::{GrayImage, Luma, RgbImage};
use pages::{any_page, cable, empty, line, page, region, tool};
use predicates::str::contains;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::path::Path;

fn convert(folder: &Path, arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("denshin").unwrap().current_dir(folder).arg("convert").args(arguments).assert()
}

/// A scan and its record below a folder.
fn put(folder: &Path, name: &str, mut page: Page, scan: &[u8]) -> Page {
    page.source.path = format!("scans/{name}");
    page.source.sha256 = Sha256::digest(scan).iter().map(|b| format!("{b:02x}")).collect();
    std::fs::create_dir_all(folder.join("scans")).unwrap();
    std::fs::create_dir_all(folder.join("out")).unwrap();
    std::fs::write(folder.join("scans").join(name), scan).unwrap();
    std::fs::write(
        folder.join("out").join(name).with_extension("json"),
        write(&page, Format::Json, Path::new("")),
    )
    .unwrap();
    page
}

fn jpeg(page: &Page) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    RgbImage::new(page.width, page.height).write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

fn picture(pixels: Pixels) -> Scan {
    Scan { pixels, dpi: None, dpi_down: None, notes: vec![] }
}

#[test]
fn every_format_is_made_without_the_scan_but_the_pdf() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.jpg", cable(), b"no picture");
    std::fs::remove_dir_all(folder.path().join("scans")).unwrap();
    let all = "json,text,hocr,alto,page,tei,csv,telegram,mets";
    convert(folder.path(), &["out", "--format", all, "-o", "made"])
        .success()
        .stderr(contains("1 page converted"));
    let mut names: Vec<String> = std::fs::read_dir(folder.path().join("made"))
        .unwrap()
        .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let endings = ["alto.xml", "hocr", "json", "mets.xml", "page.xml", "tei.xml", "telegram.json", "txt"];
    let mut expected: Vec<String> = endings.iter().map(|e| format!("a.{e}")).collect();
    expected.push("telegrams.csv".to_owned());
    assert_eq!(names, expected);
    let mets = std::fs::read_to_string(folder.path().join("made/a.mets.xml")).unwrap();
    for link in ["a.json", "a.alto.xml", "a.page.xml"] {
        assert!(mets.contains(&format!("xlink:href=\"{link}\"")), "{mets}");
    }
    convert(folder.path(), &["out", "--format", "pdf", "-o", "made"])
        .code(1)
        .stderr(contains("out/a.json: the scan scans/a.jpg is not where the record says"))
        .stderr(contains("--scans DIR"));
}

#[test]
fn what_is_wrong_is_named_and_the_rest_is_made() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.jpg", cable(), b"x");
    std::fs::write(folder.path().join("out/damaged.json"), "{\"format\":").unwrap();
    convert(folder.path(), &["out", "--format", "alto", "-o", "made"])
        .code(1)
        .stderr(contains("out/damaged.json: damaged JSON"));
    assert!(folder.path().join("made/a.alto.xml").is_file());
    convert(folder.path(), &["out", "--format", "docx", "-o", "made"])
        .code(2)
        .stderr(contains("no format `docx`"));
    // Another image under the name of the scan is not taken for the scan.
    std::fs::write(folder.path().join("scans/a.jpg"), jpeg(&cable())).unwrap();
    convert(folder.path(), &["out/a.json", "--format", "pdf", "-o", "made"])
        .code(1)
        .stderr(contains("SHA-256"));
}

/// Paths in a record are not trusted: no file is written except results below the folder.
#[test]
fn a_record_cannot_say_where_results_go() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("out")).unwrap();
    let sources = ["../escaped.jpg", "/escaped.jpg", "a\0b", "", "..", &"x/".repeat(5000), "\u{1b}[2J\n.jpg"];
    for (i, path) in sources.iter().enumerate() {
        let mut page = cable();
        page.source.path = (*path).to_owned();
        (page.source.page, page.source.pages) = (u32::MAX, u32::MAX);
        let name = format!("out/{i}-p4294967295.json");
        std::fs::write(folder.path().join(name), write(&page, Format::Json, Path::new(""))).unwrap();
    }
    let all = "json,text,hocr,alto,page,tei,csv,telegram,mets,pdf";
    let said = convert(folder.path(), &["out", "--format", all, "-o", "made"]).code(1);
    let said = String::from_utf8_lossy(&said.get_output().stderr).into_owned();
    assert!(!said.contains('\u{1b}') && said.contains("7 pages converted, 7 failed"), "{said}");
    let mut names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["made", "out"]);
    let made = std::fs::read_dir(folder.path().join("made")).unwrap();
    assert!(made.map(|e| e.unwrap().file_name().into_string().unwrap()).all(|name| !name.starts_with('.')));
}

/// A folder with the name of a result causes an error for this result only.
#[test]
fn a_result_that_cannot_be_written_is_named_and_the_rest_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.jpg", "b.jpg"] {
        put(folder.path(), name, cable(), b"x");
    }
    std::fs::create_dir_all(folder.path().join("made/a.alto.xml")).unwrap();
    convert(folder.path(), &["out", "--format", "alto,text", "-o", "made"])
        .code(1)
        .stderr(contains("a.alto.xml: cannot be written, but other files can").count(1))
        .stderr(contains("1 failed"));
    for name in ["a.txt", "b.alto.xml", "b.txt"] {
        assert!(folder.path().join("made").join(name).is_file(), "{name}");
    }
}

fn output(mut command: std::process::Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn a_pdf_holds_the_scan_as_it_is_and_gives_its_text_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let scan = jpeg(&cable());
    let page = put(folder.path(), "a.jpg", cable(), &scan);
    convert(folder.path(), &["out", "--format", "pdf", "-o", "made", "--scans", "scans"]).success();
    let path = folder.path().join("made/a.pdf");
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.windows(scan.len()).any(|w| w == scan), "the JPEG's bytes are in the PDF");
    if let Some(mut qpdf) = tool("qpdf") {
        qpdf.arg("--check").arg(&path);
        assert!(output(qpdf).contains("No syntax or stream encoding errors"));
    }
    if let Some(mut pdftotext) = tool("pdftotext") {
        pdftotext.arg("-raw").arg(&path).arg("-");
        assert_eq!(without_space(&output(pdftotext)), without_space(&page.text));
    }
    if let Some(mut pdfinfo) = tool("pdfinfo") {
        pdfinfo.arg(&path);
        assert!(output(pdfinfo).contains("595.2 x 842.16 pts"));
    }
}

#[test]
fn columns_in_a_pdf_run_downwards() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "a.jpg", cable(), &jpeg(&cable()));
    convert(folder.path(), &["out", "--format", "pdf", "-o", "made"]).success();
    let Some(mut pdftotext) = tool("pdftotext") else { return };
    pdftotext.arg("-bbox").arg(folder.path().join("made/a.pdf")).arg("-");
    let words = output(pdftotext);
    let [left, top, right, bottom] = word(&words, "縦書きの總領事");
    // Seven cells of 50 px at 300 dpi: 12 points wide, 84 points high.
    assert!((right - left - 12.0).abs() < 0.5 && (bottom - top - 84.0).abs() < 0.5);
}

#[test]
fn pages_of_every_kind_are_packed_without_loss() {
    let Some(mut pdfimages) = tool("pdfimages") else { return };
    let mut document = SearchablePdf::new("<&>");
    let two_tone = GrayImage::from_fn(33, 20, |x, y| Luma([if (x * y) % 3 == 0 { 0 } else { 255 }]));
    let gray = GrayImage::from_fn(33, 20, |x, y| Luma([(x * y) as u8]));
    let color = RgbImage::from_fn(33, 20, |x, y| image::Rgb([x as u8, y as u8, 9]));
    for (rotation, scan) in [
        (0, Pixels::Gray(two_tone.clone())),
        (90, Pixels::Gray(gray.clone())),
        (270, Pixels::Color(color.clone())),
    ] {
        let page = Page { width: 33, height: 20, rotation, dpi: None, ..empty() };
        document.add(&page, &picture(scan), None);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pdf");
    std::fs::write(&path, document.finish()).unwrap();
    pdfimages.arg("-png").arg(&path).arg(folder.path().join("i"));
    output(pdfimages);
    let image = |n: u32| image::open(folder.path().join(format!("i-00{n}.png"))).unwrap();
    assert_eq!((image(0).to_luma8(), image(1).to_luma8(), image(2).to_rgb8()), (two_tone, gray, color));
}

fn count(bytes: &[u8], wanted: &str) -> usize {
    bytes.windows(wanted.len()).filter(|w| *w == wanted.as_bytes()).count()
}

#[test]
fn a_picture_on_many_pages_is_in_the_document_once() {
    let form = || picture(Pixels::Gray(GrayImage::from_fn(33, 20, |x, y| Luma([(x * y) as u8]))));
    let same_bytes_elsewise =
        || picture(Pixels::Gray(GrayImage::from_fn(20, 33, |x, y| Luma([(x * y) as u8]))));
    let mut document = SearchablePdf::new("x");
    for number in 1..=600 {
        let mut page = empty();
        page.source.page = number;
        document.add(&page, &form(), None);
    }
    document.add(&empty(), &same_bytes_elsewise(), None);
    let bytes = document.finish();
    assert_eq!((count(&bytes, "/Type /Page\n"), count(&bytes, "/Subtype /Image")), (601, 2));
}

/// A fax whose pixels are not square: 204 dots per inch across, 98 down.
fn fax(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut bytes);
    let unit = image::codecs::jpeg::PixelDensityUnit::Inches;
    encoder.set_pixel_density(image::codecs::jpeg::PixelDensity { density: (204, 98), unit });
    encoder.encode_image(&GrayImage::from_pixel(width, height, Luma([255]))).unwrap();
    bytes
}

/// The box of a word in the output of pdftotext: left, top, right, bottom, in points of the displayed page.
fn word(words: &str, text: &str) -> [f64; 4] {
    let found = words.lines().find(|l| l.contains(&format!(">{text}<")));
    let found = found.unwrap_or_else(|| panic!("no word {text} in {words}"));
    ["xMin", "yMin", "xMax", "yMax"].map(|name| {
        let value = found.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap();
        value.parse().unwrap()
    })
}

#[test]
fn an_unsquared_fax_has_the_shape_of_its_paper() {
    // The same sheet, scanned upright and sideways. 204 pixels across or 98 down are an inch, 72 points.
    for (rotation, size, sheet) in [(0, (816, 784), [288, 576]), (270, (1632, 392), [576, 288])] {
        let folder = tempfile::tempdir().unwrap();
        let scan = fax(size.0, size.1);
        // Four cells of half an inch, an inch from the sheet's top and left edges.
        let boxes = (0..4).map(|i| match rotation {
            0 => denshin::geometry::BBox::from_ltwh(204 + 102 * i, 98, 102, 49),
            _ => denshin::geometry::BBox::from_ltwh(1632 - 204 - 102, 98 + 49 * i, 102, 49),
        });
        let mut text = line("外務大臣", 0, 0, WritingMode::HorizontalTb);
        text.glyphs.iter_mut().zip(boxes).for_each(|(glyph, bbox)| glyph.bbox = bbox);
        text.bbox = text.glyphs.iter().fold(text.glyphs[0].bbox, |all, glyph| all.union(&glyph.bbox));
        let kind = RegionKind::Text { role: Role::Body, writing_mode: WritingMode::HorizontalTb };
        let mut page = page(vec![region("r1", kind, vec![text])], None);
        (page.width, page.height, page.dpi, page.rotation) = (size.0, size.1, Some(204.0), rotation);
        put(folder.path(), "a.jpg", page, &scan);
        convert(folder.path(), &["out", "--format", "pdf", "-o", "made"]).success();
        let path = folder.path().join("made/a.pdf");
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(count(&bytes, &format!("/MediaBox [0 0 {} {}]", sheet[0], sheet[1])), 1);
        assert!(bytes.windows(scan.len()).any(|w| w == scan), "the picture is as it was sent");
        let Some(mut pdftotext) = tool("pdftotext") else { return };
        pdftotext.arg("-bbox").arg(&path).arg("-");
        let found = word(&output(pdftotext), "外務大臣");
        let is_there = found.iter().zip([72.0, 72.0, 216.0, 108.0]).all(|(a, b)| (a - b).abs() < 1.0);
        assert!(is_there, "{found:?}");
    }
}

/// A page whose lines are in one region of body text.
fn continued(number: u32, lines: &[&str]) -> Page {
    let body = RegionKind::Text { role: Role::Body, writing_mode: WritingMode::HorizontalTb };
    let lines =
        lines.iter().enumerate().map(|(i, t)| line(t, 100, 100 + 80 * i as i32, WritingMode::HorizontalTb));
    let mut page = page(vec![region("r1", body, lines.collect())], None);
    page.source.page = number;
    page.source.pages = 4;
    page
}

fn first_page() -> Page {
    let mut page = cable();
    page.source.pages = 4;
    let telegram = page.telegram.as_mut().unwrap();
    telegram.end_mark = false;
    telegram.paragraphs = vec![denshin::page::Paragraph {
        speaker: None,
        text: "総理は往訪".to_owned(),
        lines: vec!["r2/0".to_owned()],
    }];
    page.regions.retain(|r| r.id != "r3");
    page
}

#[test]
fn a_telegram_runs_on_over_its_pages() {
    let second = continued(2, &["（２／３）", "し会談した。"]);
    let third = continued(3, &["以上。（了）"]);
    // A page without a header after the end mark is another telegram.
    let fourth = continued(4, &["目次"]);
    let joined = join(&[first_page(), second, third, fourth]);
    assert_eq!(joined.iter().map(|(pages, _)| pages.clone()).collect::<Vec<_>>(), [vec![0, 1, 2], vec![3]]);
    let record = joined[0].1.as_ref().unwrap();
    let paragraphs: Vec<_> = record.telegram.paragraphs.iter().map(|p| p.text.as_str()).collect();
    assert_eq!(paragraphs, ["総理は往訪し会談した。", "以上。（了）"]);
    assert_eq!(record.telegram.paragraphs[0].lines, ["1/r2/0", "2/r1/1"]);
    assert_eq!((record.telegram.number, record.sources.len()), (Some(5517), 3));
    assert!(joined[1].1.is_none());
}

#[test]
fn another_number_is_another_telegram() {
    let mut other = first_page();
    other.telegram.as_mut().unwrap().number = Some(5518);
    other.source.page = 2;
    let mut again = first_page();
    again.source.page = 3;
    again.telegram.as_mut().unwrap().number = Some(5518);
    let mut elsewhere = continued(4, &["（続）"]);
    elsewhere.source.sha256 = "1".repeat(64);
    let groups: Vec<_> =
        join(&[first_page(), other, again, elsewhere]).into_iter().map(|(pages, _)| pages).collect();
    assert_eq!(groups, [vec![0], vec![1, 2], vec![3]]);
}

#[test]
fn mets_has_every_page_and_the_paragraphs_upon_them() {
    use denshin::write::mets::{self, PageFile};
    let pages = [first_page(), continued(2, &["し会談した。"])];
    let joined = join(&pages);
    let file = |path: &str| PageFile {
        group: "JSON".into(),
        mime_type: "application/json".into(),
        path: path.into(),
        sha256: None,
    };
    let files = vec![(&pages[0], vec![file("a 1.json")]), (&pages[1], vec![file("a-p0002.json")])];
    let text = String::from_utf8(mets::write(&files, joined[0].1.as_ref())).unwrap();
    let tree = roxmltree::Document::parse(&text).unwrap();
    let paragraph = tree.descendants().find(|n| n.attribute("TYPE") == Some("paragraph")).unwrap();
    let on: Vec<_> = paragraph.descendants().filter_map(|n| n.attribute("FILEID")).collect();
    assert_eq!(on, ["p0001-f0", "p0002-f0"]);
    assert_eq!(tree.descendants().filter(|n| n.attribute("TYPE") == Some("page")).count(), 2);
    assert!(text.contains("xlink:href=\"a%201.json\""));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_pages_give_a_pdf_and_a_mets_document(pages in prop::collection::vec(any_page(), 0..3)) {
        let mut document = SearchablePdf::new("x");
        let scan = picture(Pixels::Gray(GrayImage::new(3, 3)));
        pages.iter().for_each(|page| document.add(page, &scan, Some(b"no JPEG")));
        prop_assert!(document.finish().starts_with(b"%PDF-1.7"));
        let files: Vec<_> = pages.iter().map(|page| (page, vec![])).collect();
        let joined = join(&pages);
        prop_assert_eq!(joined.iter().map(|(group, _)| group.len()).sum::<usize>(), pages.len());
        let record = joined.first().and_then(|(_, record)| record.as_ref());
        let text = String::from_utf8(denshin::write::mets::write(&files, record)).unwrap();
        prop_assert!(roxmltree::Document::parse(&text).is_ok(), "{}", text);
    }
}
