//! An engine that returns recorded texts line by line. It allows tests of the later stages without Tesseract.

use super::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use crate::geometry::BBox;
use crate::page::{Confidence, WritingMode};
use image::GrayImage;
use std::collections::VecDeque;

/// Returns the texts in order and fails after the last one.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    answers: VecDeque<String>,
}

impl Replay {
    /// Creates an engine with these texts. Characters are spaced evenly over the length of the line.
    pub fn new(answers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { answers: answers.into_iter().map(Into::into).collect() }
    }
}

impl Recognizer for Replay {
    fn describe(&self) -> EngineDescription {
        EngineDescription { name: "replay".to_owned(), version: "1".to_owned(), models: Vec::new() }
    }

    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        let text = self.answers.pop_front();
        let text = text.ok_or_else(|| RecognizeError::Failed("no answer is left to play".to_owned()))?;
        let whole = mode.along(&BBox::of_size(line.width(), line.height()));
        let count = text.chars().count() as i32;
        let glyph = |(i, c): (usize, char)| {
            let edge = |k: i32| whole.width() * k / count.max(1);
            let place = BBox::from_ltrb(edge(i as i32), 0, edge(i as i32 + 1), whole.height());
            ReadGlyph {
                text: c.to_string(),
                bbox: mode.along(&place),
                confidence: Confidence::clamped(0.9),
                alternatives: Vec::new(),
            }
        };
        Ok(text.chars().enumerate().map(glyph).collect())
    }
}
