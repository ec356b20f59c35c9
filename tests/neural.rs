//! The built-in network reads lines of sample pages, cut at their true boxes.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside their functions")]

use denshin::evaluate::{Document, measure};
use denshin::geometry::BBox;
use denshin::page::WritingMode;
use denshin::pipeline::{Settings, read_page};
use denshin::provenance::Source;
use denshin::recognize::{EngineChoice, ModelPaths, ReadGlyph, RecognizeError};
use denshin::scan::{ScanFile, ScanOptions};
use image::{GrayImage, imageops};
use std::path::Path;

/// Number of lines per page.
const LINES: usize = 6;

/// A line of a sample page: its image, its text, and the box of each character in the image.
struct Sample {
    picture: GrayImage,
    text: String,
    characters: Vec<(char, BBox)>,
}

/// The body lines of a page.
fn samples(name: &str) -> Vec<Sample> {
    let path = Path::new("samples").join(name);
    let page = image::open(&path).unwrap().into_luma8();
    let truth = std::fs::read(path.with_extension("gt.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
    let lines = truth["lines"].as_array().unwrap();
    lines.iter().filter(|line| line["role"] == "body").take(LINES).map(|line| sample(&page, line)).collect()
}

fn sample(page: &GrayImage, line: &serde_json::Value) -> Sample {
    let around = bbox(&line["bbox"]);
    let margin = around.width().min(around.height()) / 12;
    let cut = around.grown(margin).intersection(&BBox::of_size(page.width(), page.height()));
    let (left, top) = (cut.left as u32, cut.top as u32);
    let picture = imageops::crop_imm(page, left, top, cut.width() as u32, cut.height() as u32).to_image();
    let character = |c: &serde_json::Value| {
        (c["c"].as_str().unwrap().chars().next().unwrap(), bbox(&c["bbox"]).shifted(-cut.left, -cut.top))
    };
    let characters = line["chars"].as_array().unwrap().iter().map(character).collect();
    Sample { picture, text: line["text"].as_str().unwrap().to_owned(), characters }
}

fn bbox(edges: &serde_json::Value) -> BBox {
    let [left, top, right, bottom] = [0, 1, 2, 3].map(|i| edges[i].as_f64().unwrap().round() as i32);
    BBox::from_ltrb(left, top, right, bottom)
}

fn read(samples: &[Sample], mode: WritingMode) -> Vec<Vec<ReadGlyph>> {
    let pool = EngineChoice::Neural.pool(ModelPaths::default()).unwrap();
    let mut engine = pool.lend().unwrap();
    samples.iter().map(|line| engine.read_line(&line.picture, mode).unwrap()).collect()
}

fn text(glyphs: &[ReadGlyph]) -> String {
    glyphs.iter().map(|glyph| glyph.text.as_str()).collect()
}

/// Reads lines of a clean page: nearly all characters and boxes must be right.
fn check(name: &str, mode: WritingMode) {
    let samples = samples(name);
    let read = read(&samples, mode);
    let (mut wrong, mut seated, mut glyphs_seen, mut all) = (0, 0, 0, 0);
    for (line, glyphs) in samples.iter().zip(&read) {
        let (printed, read) = (Document::of_text(&line.text), Document::of_text(&text(glyphs)));
        let errors = measure("line", &printed, &read).reading;
        wrong += errors.total();
        all += errors.n;
        // Boxes are comparable if no character of the line is missing.
        if glyphs.len() == line.characters.len() {
            glyphs_seen += glyphs.len();
            let in_place =
                glyphs.iter().zip(&line.characters).filter(|(g, (_, p))| is_in_place(&g.bbox, p, mode));
            seated += in_place.count();
        }
    }
    println!("{name}: {wrong} of {all} characters wrong, {seated} of {glyphs_seen} in their place");
    assert!(wrong * 20 < all, "{wrong} of {all} characters are wrong");
    assert!(glyphs_seen > 0 && seated * 100 >= glyphs_seen * 98, "{seated} of {glyphs_seen} in their place");
}

/// Whether the middle of a box is within a character, along the line.
fn is_in_place(seen: &BBox, place: &BBox, mode: WritingMode) -> bool {
    let (middle, place) = (mode.along(seen).center().x, mode.along(place));
    f64::from(place.left) <= middle && middle <= f64::from(place.right)
}

#[test]
fn lines_of_a_clean_page_are_read_and_their_characters_placed() {
    check("dev-020-horizontal-clean.png", WritingMode::HorizontalTb);
}

#[test]
fn columns_of_a_clean_page_are_read_and_their_characters_placed() {
    check("dev-043-vertical-clean.png", WritingMode::VerticalRl);
}

/// The text of a whole sample page.
fn page(name: &str) -> String {
    let path = Path::new("samples").join(name);
    let mut file = ScanFile::open(&path, &ScanOptions::default()).unwrap();
    let source = Source { path: name.to_owned(), sha256: file.sha256().to_owned(), page: 1, pages: 1 };
    let scan = file.read(1).unwrap();
    let pool = EngineChoice::Neural.pool(ModelPaths::default()).unwrap();
    let mut engine = pool.lend().unwrap();
    read_page(&scan, source, &mut *engine, &Settings::default()).unwrap().text
}

#[test]
fn print_wholly_beneath_a_black_stamp_is_read() {
    let text = page("dev-039-katakana-heavy.jpg");
    assert!(text.contains("（終）"), "{text}");
}

#[test]
fn a_form_is_read_row_by_row_and_its_small_print_line_by_line() {
    // The width of digits does not matter here.
    let text = page("dev-020-horizontal-clean.png").replace(|c: char| c.is_numeric(), "0");
    let serial = "総番号\nＲＡ00000\n主管\n経済局長";
    assert!(text.contains(serial), "{text}");
    let notice = "注意\n0．本電の取扱いは慎重を期せられたい。\n0．本電の主管変更その他に関する照会は\n検閲班に連絡ありたい。\n";
    assert!(text.contains(notice), "{text}");
}

#[test]
fn white_paper_and_specks_are_read_as_nothing_and_fail_nothing() {
    let pool = EngineChoice::Neural.pool(ModelPaths::default()).unwrap();
    let mut engine = pool.lend().unwrap();
    for (width, height) in [(600, 40), (1, 1), (3000, 2), (0, 0)] {
        let paper = GrayImage::from_pixel(width, height, image::Luma([255]));
        let read = engine.read_line(&paper, WritingMode::HorizontalTb).unwrap();
        assert!(read.len() <= 1, "{width} × {height}: {}", text(&read));
    }
}

#[test]
fn a_record_can_name_the_models() {
    let pool = EngineChoice::Neural.pool(ModelPaths::default()).unwrap();
    let engine = pool.lend().unwrap().describe();
    assert_eq!(engine.name, "neural");
    let names: Vec<&str> = engine.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(names, ["denshin-cables", "denshin-context"]);
    assert!(engine.models.iter().all(|model| model.sha256.len() == 64));
}

#[test]
fn a_model_that_is_missing_or_no_model_is_told_apart() {
    let open = |path: &str| {
        EngineChoice::Neural.pool(ModelPaths { neural: Some(Path::new(path)), ..Default::default() }).err()
    };
    let missing = open("models/no-such.onnx");
    assert!(matches!(missing, Some(RecognizeError::ModelMissing { .. })), "{missing:?}");
    let broken = open("models/README.md");
    assert!(matches!(broken, Some(RecognizeError::ModelUnusable { .. })), "{broken:?}");
}
