//! Pages without text are given up early. The tests count what an engine must read, so they do not depend on time.

#[path = "pages/hard.rs"]
mod hard;

use denshin::geometry::BBox;
use denshin::page::{Confidence, Page, WarningCode, WritingMode};
use denshin::pipeline::{Settings, read_page};
use denshin::provenance::Source;
use denshin::recognize::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use image::GrayImage;

/// Characters on a full A4 page.
const FULL_PAGE: f64 = 2_000.0;

/// Returns low confidences, and counts its lines and their lengths in units of line height.
#[derive(Default)]
struct Counting {
    lines: usize,
    characters: f64,
}

impl Recognizer for Counting {
    fn describe(&self) -> EngineDescription {
        EngineDescription { name: "counting".into(), version: String::new(), models: vec![] }
    }

    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        let along = mode.along(&BBox::of_size(line.width(), line.height()));
        self.lines += 1;
        self.characters += f64::from(along.width()) / f64::from(along.height().max(1));
        let bbox = BBox::of_size(line.width(), line.height());
        let confidence = Confidence::clamped(0.4);
        Ok(vec![ReadGlyph { text: "郢".into(), bbox, confidence, alternatives: vec![] }])
    }
}

fn read(name: &str) -> (Page, Counting) {
    let mut engine = Counting::default();
    let source = Source { path: "drawn.png".into(), sha256: "0".repeat(64), page: 1, pages: 1 };
    let page = read_page(&hard::page(name), source, &mut engine, &Settings::default());
    (page.expect("a page without print is a page"), engine)
}

fn has_warning(page: &Page, code: &WarningCode) -> bool {
    page.warnings.iter().any(|warning| warning.code == *code && warning.region.is_none())
}

#[test]
fn an_engine_is_asked_for_no_more_than_some_pages_of_print() {
    for name in hard::PAGES {
        let (_, engine) = read(name);
        println!("{name}: {} lines, {:.0} characters", engine.lines, engine.characters);
        assert!(engine.characters <= 4.0 * FULL_PAGE, "{name}: {:.0} characters", engine.characters);
    }
}

#[test]
fn what_was_given_up_is_told_with_its_place() {
    for name in ["noise of 10 %", "dots of 9 px", "halftone"] {
        let (page, engine) = read(name);
        assert!(has_warning(&page, &WarningCode::Texture), "{name}: {:?}", page.warnings);
        assert!(engine.lines <= 200, "{name}: {} lines", engine.lines);
    }
    let (page, _) = read("squares of 30 px");
    assert!(has_warning(&page, &WarningCode::Illegible), "{:?}", page.warnings.first());
}
