//! Benchmarks of each stage on a sample page: `cargo bench`, or `cargo bench -- find_skew` for one stage.
//!
//! The page is A4 at 300 dpi in colour with a skew of 0.9°, stamps and a redaction. Each stage gets the output of the
//! previous stage. `read_line` needs Tesseract and its models.

use denshin::binarize::{BinarizeOptions, binarize};
use denshin::deskew;
use denshin::geometry::BBox;
use denshin::layout::{Erased, Part, find_lines};
use denshin::marks::{find_marks, lift_color};
use denshin::page::{RegionKind, WritingMode};
use denshin::pipeline::{Prepared, Settings, prepare};
use denshin::raster::{Binary, Pixels};
use denshin::recognize::{EngineChoice, ModelPaths};
use denshin::scan::{ScanFile, ScanOptions};
use divan::{Bencher, black_box};
use image::{GrayImage, imageops};
use std::path::Path;

const HORIZONTAL: &str = "no5517-horizontal-light.jpg";
const VERTICAL: &str = "no5517-vertical-light.jpg";

fn main() {
    divan::main();
}

fn scan(name: &str) -> Pixels {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name);
    let mut file = ScanFile::open(&path, &ScanOptions::default()).expect("the sample is there");
    file.read(1).expect("the sample has a page").pixels
}

/// The straight page: the input of marks and layout.
fn straight(page: &Pixels) -> (Pixels, GrayImage, Binary) {
    let options = deskew::DeskewOptions::default();
    let ink = binarize(&lift_color(page), &BinarizeOptions::default());
    let (straight, _) = deskew::deskew(page, deskew::find_skew(&ink, &options));
    let gray = lift_color(&straight);
    let ink = binarize(&gray, &BinarizeOptions::default());
    (straight.into_owned(), gray, ink)
}

/// The longest line of a page, as the engine receives it.
fn line(page: &Prepared, mode: WritingMode) -> GrayImage {
    let lines = page.blocks.iter().filter(|block| block.writing_mode == mode).flat_map(|block| &block.lines);
    let prints = lines.flat_map(|line| &line.parts).filter_map(|part| match part {
        Part::Print(print) => Some(print.bbox),
        Part::Redaction(_) => None,
    });
    let longest =
        prints.max_by_key(|bbox| bbox.width().max(bbox.height())).expect("the sample has such lines");
    let [left, top] = [longest.left, longest.top].map(i32::unsigned_abs);
    let [width, height] = [longest.width(), longest.height()].map(i32::unsigned_abs);
    imageops::crop_imm(&page.gray, left, top, width, height).to_image()
}

#[divan::bench]
fn decode() -> Pixels {
    scan(black_box(HORIZONTAL))
}

#[divan::bench]
fn lift_colour(bencher: Bencher<'_, '_>) {
    let page = scan(HORIZONTAL);
    bencher.bench_local(|| lift_color(black_box(&page)));
}

#[divan::bench(args = ["otsu", "background", "sauvola"])]
fn binarize_page(bencher: Bencher<'_, '_>, method: &str) {
    let gray = lift_color(&scan(HORIZONTAL));
    let options = match method {
        "otsu" => BinarizeOptions::Otsu,
        "sauvola" => BinarizeOptions::Sauvola { window_px: 31, k: 0.3 },
        _ => BinarizeOptions::default(),
    };
    bencher.bench_local(|| binarize(black_box(&gray), &options));
}

#[divan::bench(args = [HORIZONTAL, VERTICAL])]
fn find_skew(bencher: Bencher<'_, '_>, name: &str) {
    let ink = binarize(&lift_color(&scan(name)), &BinarizeOptions::default());
    let options = deskew::DeskewOptions::default();
    bencher.bench_local(|| deskew::find_skew(black_box(&ink), &options));
}

#[divan::bench]
fn deskew_page(bencher: Bencher<'_, '_>) {
    let page = scan(HORIZONTAL);
    let ink = binarize(&lift_color(&page), &BinarizeOptions::default());
    let skew = deskew::find_skew(&ink, &deskew::DeskewOptions::default());
    bencher.bench_local(|| deskew::deskew(black_box(&page), skew));
}

#[divan::bench]
fn find_marks_of_page(bencher: Bencher<'_, '_>) {
    let (page, gray, ink) = straight(&scan(HORIZONTAL));
    let options = Settings::default().marks;
    bencher.bench_local(|| find_marks(black_box(&page), black_box(&gray), black_box(&ink), None, &options));
}

#[divan::bench(args = [HORIZONTAL, VERTICAL])]
fn find_lines_of_page(bencher: Bencher<'_, '_>, name: &str) {
    let settings = Settings::default();
    let page = prepare(&scan(name), &settings, &mut |_, _| {});
    let boxes = |is: fn(&RegionKind) -> bool| -> Vec<BBox> {
        page.marks.iter().filter(|mark| is(&mark.kind)).map(|mark| mark.bbox).collect()
    };
    let redactions = boxes(|kind| matches!(kind, RegionKind::Redaction { .. }));
    let rulings = boxes(|kind| matches!(kind, RegionKind::Ruling));
    let stamps = boxes(|kind| matches!(kind, RegionKind::Stamp { .. }));
    let erased = Erased { redactions: &redactions, rulings: &rulings, stamps: &stamps };
    bencher.bench_local(|| find_lines(black_box(&page.ink), &erased, None, &settings.layout));
}

#[divan::bench(args = [HORIZONTAL, VERTICAL], sample_count = 20, sample_size = 1)]
fn read_line(bencher: Bencher<'_, '_>, name: &str) {
    let mode = if name == VERTICAL { WritingMode::VerticalRl } else { WritingMode::HorizontalTb };
    let line = line(&prepare(&scan(name), &Settings::default(), &mut |_, _| {}), mode);
    let pool = EngineChoice::Tesseract
        .pool(ModelPaths::default())
        .expect("Tesseract's models are there (scripts/setup)");
    let mut engine = pool.lend().expect("an engine opens");
    bencher.bench_local(|| engine.read_line(black_box(&line), mode).expect("the line can be read"));
}
