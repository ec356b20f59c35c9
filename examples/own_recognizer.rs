//! Reads with a recognizer of one's own: this one takes every line for one ●, whatever is printed there.
//!
//! `cargo run --release --example own_recognizer -- samples/no5517-vertical-light.jpg`

#![expect(clippy::print_stdout, reason = "a program")]

use denshin::geometry::BBox;
use denshin::page::{Confidence, WritingMode};
use denshin::recognize::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use denshin::{Reader, Settings};
use image::GrayImage;

struct Bullets;

impl Recognizer for Bullets {
    fn describe(&self) -> EngineDescription {
        EngineDescription { name: "bullets".into(), version: "1".into(), models: vec![] }
    }

    fn read_line(&mut self, line: &GrayImage, _: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        Ok(vec![ReadGlyph {
            text: "●".into(),
            bbox: BBox::of_size(line.width(), line.height()),
            confidence: Confidence::clamped(0.5),
            alternatives: vec![],
        }])
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: own_recognizer FILE")?;
    let reader = Reader::with_recognizer(Settings::default(), || Ok(Bullets));
    for page in reader.read(&path)? {
        println!("{}", page?.text);
    }
    Ok(())
}
