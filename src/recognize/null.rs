//! An engine that reads nothing, for boxes and marks only, and for timing all stages except recognition.

use super::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use crate::page::WritingMode;
use image::GrayImage;

/// The null engine.
#[derive(Debug, Clone, Copy, Default)]
pub struct Null;

impl Recognizer for Null {
    fn describe(&self) -> EngineDescription {
        EngineDescription { name: "null".to_owned(), version: "1".to_owned(), models: Vec::new() }
    }

    fn takes_time(&self) -> bool {
        false
    }

    fn read_line(&mut self, _: &GrayImage, _: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        Ok(Vec::new())
    }
}
