//! Faulty engines for tests of error handling.

use super::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use crate::geometry::BBox;
use crate::page::{Confidence, WritingMode};
use image::GrayImage;

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Returns an error for every line.
    Fail,
    /// Panics.
    Panic,
    /// Returns boxes outside the line, and empty, blank and control characters.
    Nonsense,
}

/// An engine with a fault.
#[derive(Debug, Clone, Copy)]
pub struct Faulty(pub Fault);

impl Recognizer for Faulty {
    fn describe(&self) -> EngineDescription {
        EngineDescription { name: "faulty".to_owned(), version: "1".to_owned(), models: Vec::new() }
    }

    fn read_line(&mut self, line: &GrayImage, _: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        match self.0 {
            Fault::Fail => Err(RecognizeError::Failed("a fault on purpose".to_owned())),
            Fault::Panic => panic!("a panic on purpose"),
            Fault::Nonsense => {
                let far = line.width() as i32 * 3;
                let glyph = |text: &str, bbox| ReadGlyph {
                    text: text.to_owned(),
                    bbox,
                    confidence: Confidence::clamped(f32::NAN),
                    alternatives: Vec::new(),
                };
                let outside = BBox::from_ltrb(-far, -9, far, 9);
                Ok(vec![
                    glyph("", outside),
                    glyph("\u{0}", outside),
                    glyph(" ", BBox::default()),
                    glyph("電", outside),
                ])
            }
        }
    }
}
