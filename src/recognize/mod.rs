//! Reading lines: the contract between denshin and its engines.

pub mod fault;
pub mod null;
pub mod pool;
mod prepare;
pub mod replay;
pub mod tesseract;

use crate::geometry::BBox;
use crate::page::{Confidence, WritingMode};
use crate::provenance::Model;
use image::GrayImage;
use pool::Pool;
use serde::{Deserialize, Serialize};
use std::path::Path;
use tesseract::TesseractModels;

/// A character as an engine read it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadGlyph {
    /// As printed; never white space.
    pub text: String,
    /// Where the engine saw it, in pixels of the line's picture as given (not turned).
    pub bbox: BBox,
    /// How sure the engine is.
    pub confidence: Confidence,
    /// Other readings, likeliest first.
    pub alternatives: Vec<(String, Confidence)>,
}

/// Which engine this is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineDescription {
    /// `tesseract`.
    pub name: String,
    /// `5.3.0`.
    pub version: String,
    /// What it reads with.
    pub models: Vec<Model>,
}

/// Why a line could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecognizeError {
    /// The model is not where the engine looks for it.
    #[error("no model `{model}` in {folder} ({remedy})")]
    ModelMissing {
        /// Its name.
        model: String,
        /// Where it was looked for.
        folder: String,
        /// What to do.
        remedy: String,
    },
    /// The engine gave up on a line.
    #[error("{0}")]
    Failed(String),
}

/// Reads the pictures of lines. An engine opens no threads of its own; it is lent to one worker at a time.
pub trait Recognizer: Send {
    /// Name, version, models.
    fn describe(&self) -> EngineDescription;

    /// Reads one line, cut out of the deskewed page: ink dark on white, marks erased. A vertical line is given
    /// upright, as a column.
    ///
    /// # Errors
    /// Where the engine fails; reading nothing is no error.
    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError>;
}

/// Which engine reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    /// Tesseract with `jpn` and `jpn_vert`.
    #[default]
    Tesseract,
    /// None: boxes and marks alone.
    Null,
}

impl EngineChoice {
    /// A pool of such engines. Models are looked for in `tessdata`, or where systems keep them.
    ///
    /// # Errors
    /// Where a model is missing.
    pub fn pool(self, tessdata: Option<&Path>) -> Result<Pool, RecognizeError> {
        match self {
            Self::Tesseract => {
                let models = TesseractModels::find(tessdata)?;
                Ok(Pool::new(move || Ok(Box::new(models.open()))))
            }
            Self::Null => Ok(Pool::new(|| Ok(Box::new(null::Null)))),
        }
    }
}

/// Bytes as hexadecimal digits.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
