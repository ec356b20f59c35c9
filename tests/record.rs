//! The page record: its format and schema, faithfulness of the reading, and failures of an engine.

use denshin::error::{At, PageError, PageRef, Stage};
use denshin::geometry::{BBox, Polygon};
use denshin::page::*;
use denshin::pipeline::{Settings, read_page};
use denshin::provenance::{Provenance, Source};
use denshin::raster::Pixels;
use denshin::recognize::fault::{Fault, Faulty};
use denshin::recognize::null::Null;
use denshin::recognize::replay::Replay;
use denshin::recognize::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use denshin::scan::Scan;
use denshin::write::{Format, json_schema, parse_json, write};
use image::{GrayImage, Luma};
use imageproc::drawing::draw_filled_rect_mut;
use imageproc::rect::Rect;
use proptest::prelude::*;
use std::path::Path;

/// Side of a drawn character and distance to the next, px.
const SIZE: u32 = 36;
const PITCH: u32 = 40;

/// A page of drawn characters, each a frame with a stroke: lines of text, with a redaction in the second line.
fn drawn_page() -> Scan {
    let mut page = GrayImage::from_pixel(1000, 700, Luma([255]));
    for line in 0..6u32 {
        for column in 0..20u32 {
            let (x, y) = (100 + column * PITCH, 100 + line * 80);
            if line == 1 && (6..12).contains(&column) {
                continue;
            }
            character(&mut page, x, y, line * 20 + column);
        }
    }
    draw_filled_rect_mut(
        &mut page,
        Rect::at(100 + 6 * PITCH as i32, 178).of_size(6 * PITCH - 4, SIZE + 4),
        Luma([0]),
    );
    Scan { pixels: Pixels::Gray(page), dpi: Some(300.0), dpi_down: None, notes: vec![] }
}

fn character(page: &mut GrayImage, x: u32, y: u32, kind: u32) {
    let mut stroke = |left: u32, top: u32, width: u32, height: u32| {
        let rect = Rect::at((x + left) as i32, (y + top) as i32).of_size(width, height);
        draw_filled_rect_mut(page, rect, Luma([0]));
    };
    stroke(2, 2, SIZE - 4, 3);
    stroke(2, SIZE - 5, SIZE - 4, 3);
    stroke(SIZE / 2 - 1, 2, 3, SIZE - 4);
    stroke(4, 8 + kind % 3 * 8, SIZE - 8, 3);
}

fn source() -> Source {
    Source { path: "drawn.png".to_owned(), sha256: "0".repeat(64), page: 1, pages: 1 }
}

fn read_with(engine: &mut dyn Recognizer) -> Result<Page, PageError> {
    // Orientation detection is off, because it would use up the engine's answers.
    let mut settings = Settings::default();
    settings.deskew.quarter_turns = false;
    read_page(&drawn_page(), source(), engine, &settings)
}

/// Enough answers for all line segments of the page.
fn replay() -> Replay {
    let answers = [
        "貴電第１２３４号に関し",
        "総理より",
        "大臣あて",
        "本件につき回訓ありたい",
        "極秘大至急限定配布",
        "以下のとおり",
        "転電した（了）",
    ];
    Replay::new(answers.into_iter().cycle().take(60))
}

fn marks_in(text: &str) -> usize {
    text.chars().filter(|c| *c == REDACTION_MARK).count()
}

#[test]
fn a_record_keeps_to_the_published_schema() {
    let schema = jsonschema::validator_for(&json_schema()).unwrap();
    for page in [read_with(&mut replay()).unwrap(), read_with(&mut Null).unwrap()] {
        let record: serde_json::Value =
            serde_json::from_slice(&write(&page, Format::Json, Path::new(""))).unwrap();
        let broken: Vec<String> =
            schema.iter_errors(&record).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(broken.is_empty(), "{}", broken.join("\n"));
    }
}

#[test]
fn a_record_has_the_keys_that_other_programs_read() {
    let page = read_with(&mut replay()).unwrap();
    let record: serde_json::Value =
        serde_json::from_slice(&write(&page, Format::Json, Path::new(""))).unwrap();
    let has = |value: &serde_json::Value, keys: &[&str]| {
        let missing: Vec<_> = keys.iter().filter(|k| value.get(k).is_none()).collect();
        assert!(missing.is_empty(), "{missing:?} missing in {value}");
    };
    has(
        &record,
        &[
            "format",
            "source",
            "width",
            "height",
            "dpi",
            "skew_degrees",
            "rotation",
            "regions",
            "text",
            "telegram",
            "warnings",
            "provenance",
        ],
    );
    assert_eq!(record["format"], "denshin.page/1");
    has(&record["source"], &["path", "sha256", "page", "pages"]);
    has(&record["provenance"], &["software", "engine", "models", "settings", "steps"]);
    let regions = record["regions"].as_array().unwrap();
    let of_kind =
        |kind: &str| regions.iter().find(|r| r["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"));
    has(of_kind("text"), &["id", "kind", "role", "bbox", "outline", "confidence", "writing_mode", "lines"]);
    has(of_kind("redaction"), &["id", "kind", "style", "bbox", "confidence", "estimated_characters"]);
    let line = &of_kind("text")["lines"][0];
    has(line, &["bbox", "text", "confidence", "engine", "glyphs"]);
    has(&line["glyphs"][0], &["text", "bbox", "confidence"]);
    assert_eq!(line["bbox"].as_array().map(Vec::len), Some(4));
}

#[test]
fn a_redaction_is_one_mark_where_it_stands_in_its_line() {
    let page = read_with(&mut replay()).unwrap();
    let is_redaction = |r: &&Region| matches!(r.kind, RegionKind::Redaction { .. });
    let redaction = page.regions.iter().find(is_redaction).expect("the black block");
    assert_eq!(page.regions.iter().filter(is_redaction).count(), 1);
    assert_eq!(marks_in(&page.text), 1);
    let lines = page.regions.iter().flat_map(|r| &r.lines);
    let line = lines.into_iter().find(|l| l.text.contains(REDACTION_MARK)).unwrap();
    let mark = line.glyphs.iter().find(|g| g.text.starts_with(REDACTION_MARK)).unwrap();
    assert!(mark.bbox.iou(&redaction.bbox) > 0.9);
    assert!(!line.text.starts_with(REDACTION_MARK) && !line.text.ends_with(REDACTION_MARK), "{}", line.text);
}

/// Draws four characters with a tilt of six degrees into the top margin.
fn note(page: &mut GrayImage) {
    let at = |x: f64, y: f64| ((500.0 + x - 0.1 * y) as i32, (10.0 + y + 0.1 * x) as i32);
    for left in [0.0, 55.0, 110.0, 165.0] {
        for (step, part) in (0..45).flat_map(|step| [12.0, 32.0].map(|part| (f64::from(step), part))) {
            for (x, y) in [at(left + step, part), at(left + part, step)] {
                draw_filled_rect_mut(page, Rect::at(x, y).of_size(4, 4), Luma([0]));
            }
        }
    }
}

#[test]
fn a_note_in_the_margin_is_a_region_that_is_read_and_no_text_of_the_page() {
    let mut scan = drawn_page();
    if let Pixels::Gray(page) = &mut scan.pixels {
        note(page);
    }
    let mut settings = Settings::default();
    settings.deskew.quarter_turns = false;
    let page = read_page(&scan, source(), &mut Replay::new(["電信"].into_iter().cycle().take(60)), &settings);
    let page = page.unwrap();
    let notes: Vec<&Region> = page.regions.iter().filter(|r| r.kind == RegionKind::Handwriting).collect();
    assert_eq!(notes.len(), 1);
    assert_eq!((notes[0].id.as_str(), notes[0].lines.len()), ("h1", 1));
    assert_eq!(notes[0].lines[0].text, "電信");
    let in_text: usize = page
        .regions
        .iter()
        .filter(|r| matches!(r.kind, RegionKind::Text { .. }))
        .map(|r| r.lines.len())
        .sum();
    assert_eq!(page.text.lines().count(), in_text);
}

#[test]
fn text_is_the_lines_and_lines_are_their_glyphs() {
    let page = read_with(&mut replay()).unwrap();
    let lines: Vec<&Line> = page.regions.iter().flat_map(|r| &r.lines).collect();
    let joined: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    assert!(page.text.lines().count() >= 6);
    assert_eq!(page.text, joined.join("\n"));
    for line in lines {
        assert_eq!(line.text, line.glyphs.iter().map(|g| g.text.as_str()).collect::<String>());
        assert!(line.glyphs.iter().all(|g| line.bbox.union(&g.bbox) == line.bbox));
    }
}

/// The complete record of the drawn page is in `tests/files`. `UPDATE=1 cargo test` rewrites it.
#[test]
fn the_drawn_page_gives_the_golden_record() {
    let mut page = read_with(&mut replay()).unwrap();
    page.provenance.software = "denshin".to_owned();
    for line in page.regions.iter_mut().flat_map(|r| &mut r.lines) {
        line.glyphs.truncate(2);
    }
    let found = String::from_utf8(write(&page, Format::Json, Path::new(""))).unwrap();
    let compact: serde_json::Value = serde_json::from_str(&found).unwrap();
    let found = format!("{compact:#}\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/drawn.golden.json");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = golden.lines().zip(found.lines()).position(|(a, b)| a != b);
    assert!(
        golden == found,
        "differs at line {differs:?} (UPDATE=1 cargo test writes it anew; read the diff)"
    );
    assert!(golden.len() < 20_000, "{} bytes", golden.len());
}

#[test]
fn an_engine_that_gives_up_on_a_line_costs_that_line_only() {
    /// Fails on every third line.
    struct Third(u32);
    impl Recognizer for Third {
        fn describe(&self) -> EngineDescription {
            Null.describe()
        }
        fn read_line(
            &mut self,
            line: &GrayImage,
            mode: WritingMode,
        ) -> Result<Vec<ReadGlyph>, RecognizeError> {
            self.0 += 1;
            let mut engine: Box<dyn Recognizer> = if self.0.is_multiple_of(3) {
                Box::new(Faulty(Fault::Fail))
            } else {
                Box::new(Replay::new(["電信"]))
            };
            engine.read_line(line, mode)
        }
    }
    let page = read_with(&mut Third(0)).unwrap();
    assert!(page.text.contains("電信"));
    let unread = page.warnings.iter().filter(|w| w.code == WarningCode::UnreadLine);
    assert!(unread.count() > 0, "the lines that were lost are pointed out");
}

#[test]
fn an_engine_that_gives_up_on_every_line_fails_the_page() {
    let error = read_with(&mut Faulty(Fault::Fail)).unwrap_err();
    assert_eq!(error.to_string(), "drawn.png, page 1: recognize: a fault on purpose");
}

#[test]
fn nonsense_of_an_engine_stays_within_the_page() {
    let page = read_with(&mut Faulty(Fault::Nonsense)).unwrap();
    let scan = BBox::of_size(page.width, page.height);
    for line in page.regions.iter().flat_map(|r| &r.lines) {
        assert!(line.text.chars().all(|c| c == '電' || c == REDACTION_MARK), "{:?}", line.text);
        for bbox in line.glyphs.iter().map(|g| &g.bbox).chain([&line.bbox]) {
            assert_eq!(scan.union(bbox), scan, "{bbox:?}");
        }
    }
    assert!(parse_json(&write(&page, Format::Json, Path::new(""))).is_ok());
}

#[test]
fn silence_is_a_page_with_lines_and_no_text_but_marks() {
    let page = read_with(&mut Null).unwrap();
    assert!(page.text.chars().all(|c| c == REDACTION_MARK || c == '\n'));
    assert!(page.regions.iter().flat_map(|r| &r.lines).count() >= 6);
}

#[test]
fn an_error_names_file_page_stage_and_cause() {
    let failed: Result<(), RecognizeError> = Err(RecognizeError::Failed("why".to_owned()));
    let error = failed.at(Stage::Recognize, &PageRef::page("a.tif", 2)).unwrap_err();
    assert_eq!(error.to_string(), "a.tif, page 2: recognize: why");
}

fn bbox() -> impl Strategy<Value = BBox> {
    (0..3000i32, 0..3000i32, 1..900i32, 1..900i32)
        .prop_map(|(l, t, w, h)| BBox::from_ltrb(l, t, l + w, t + h))
}

fn line() -> impl Strategy<Value = Line> {
    ("[ぁ-んァ-ヶ一-龠０-９■]{0,12}", bbox(), 0.0..=1.0f32).prop_map(|(text, bbox, confidence)| {
        let confidence = Confidence::clamped(confidence);
        let glyph = |c: char| Glyph {
            text: c.into(),
            bbox,
            confidence,
            alternatives: vec![("雷".into(), confidence)],
        };
        let glyphs = text.chars().map(glyph).collect();
        Line { bbox, text, confidence, engine: "replay".into(), glyphs }
    })
}

fn kind() -> impl Strategy<Value = RegionKind> {
    prop_oneof![
        Just(RegionKind::Text { role: Role::FormTitle, writing_mode: WritingMode::VerticalRl }),
        Just(RegionKind::Text { role: Role::Body, writing_mode: WritingMode::HorizontalTb }),
        Just(RegionKind::Stamp {
            color: StampColor::Violet,
            shape: StampShape::Oval,
            tilt_degrees: -7.25,
            readings: vec![StampReading {
                text: "極祕".into(),
                confidence: Confidence::clamped(0.7),
                likeness: Some(Confidence::CERTAIN),
            }],
        }),
        any::<(Option<u32>, Option<u32>)>().prop_map(|(estimated_characters, group)| RegionKind::Redaction {
            style: RedactionStyle::Outlined,
            estimated_characters,
            group
        }),
        Just(RegionKind::Handwriting),
        Just(RegionKind::Ruling),
    ]
}

fn region() -> impl Strategy<Value = Region> {
    (kind(), bbox(), proptest::collection::vec(line(), 0..3)).prop_map(|(kind, bbox, lines)| Region {
        id: "r1".into(),
        kind,
        bbox,
        outline: Polygon::from_points(&bbox.corners()),
        confidence: Confidence::clamped(0.5),
        lines,
    })
}

fn any_page() -> impl Strategy<Value = Page> {
    let telegram = any::<Option<(Option<u32>, Option<String>, bool)>>();
    (
        proptest::collection::vec(region(), 0..4),
        "\\PC{0,30}",
        telegram,
        any::<Option<u16>>(),
        -15_000..15_000i32,
    )
        .prop_map(|(regions, text, telegram, dpi, skew)| Page {
            format: FORMAT.into(),
            source: source(),
            width: 2480,
            height: 3509,
            dpi: dpi.map(|d| f32::from(d) / 8.0),
            skew_degrees: f64::from(skew) / 1000.0,
            rotation: 90,
            regions,
            text,
            telegram: telegram.map(|(number, subject, end_mark)| Telegram {
                number,
                subject,
                end_mark,
                ..Telegram::default()
            }),
            warnings: vec![Warning {
                code: WarningCode::UnsureSkew,
                region: None,
                line: Some(2),
                message: "x".into(),
            }],
            provenance: Provenance::default(),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_record_that_is_written_is_read_back_the_same(page in any_page()) {
        prop_assert_eq!(parse_json(&write(&page, Format::Json, Path::new(""))).unwrap(), page);
    }

    #[test]
    fn any_record_keeps_to_the_schema(page in any_page()) {
        let schema = jsonschema::validator_for(&json_schema()).unwrap();
        let record = serde_json::to_value(&page).unwrap();
        prop_assert!(schema.is_valid(&record));
    }
}
