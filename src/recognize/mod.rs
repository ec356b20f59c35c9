//! Reading lines: the contract between denshin and its engines.

pub mod align;
pub mod fault;
#[cfg(feature = "tesseract")]
pub mod fusion;
pub mod neural;
pub mod null;
pub mod pool;
mod prepare;
pub mod replay;
#[cfg(feature = "tesseract")]
pub mod tesseract;

use crate::geometry::BBox;
use crate::page::{Confidence, WritingMode};
use crate::provenance::Model;
#[cfg(feature = "tesseract")]
use fusion::Fusion;
use image::GrayImage;
use neural::{Neural, NeuralModel};
use pool::Pool;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
#[cfg(feature = "tesseract")]
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
    /// The model's file is none that the engine can read with.
    #[error("model `{model}` cannot be used: {reason}")]
    ModelUnusable {
        /// Its name.
        model: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Tesseract was chosen, and this build leaves it out.
    #[error(
        "this build of denshin has no Tesseract (build it with the feature tesseract, or read with the network)"
    )]
    NotBuilt,
    /// The engine gave up on a line.
    #[error("{0}")]
    Failed(String),
}

/// Reads the pictures of lines. An engine opens no threads of its own; it is lent to one worker at a time.
pub trait Recognizer: Send {
    /// Name, version, models.
    fn describe(&self) -> EngineDescription;

    /// Whether reading takes so long that lines are given up where nothing can be read.
    fn takes_time(&self) -> bool {
        true
    }

    /// Whether it reads print with strokes of stamps and rules across it better than print that they were erased from:
    /// where it was trained on such.
    fn reads_through_marks(&self) -> bool {
        false
    }

    /// Reads one line, cut out of the deskewed page: ink dark on white, marks erased (redactions alone where it
    /// reads through the others). A vertical line is given upright, as a column.
    ///
    /// # Errors
    /// Where the engine fails; reading nothing is no error.
    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError>;
}

/// Which engine reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    /// A neural network trained on cables: the better by far.
    #[default]
    Neural,
    /// Tesseract with `jpn` and `jpn_vert`.
    Tesseract,
    /// The network, and Tesseract's opinion where the network is in doubt.
    Fusion,
    /// None: boxes and marks alone.
    Null,
}

/// Where the models are; `None` where the engine looks by itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelPaths<'a> {
    /// Folder of Tesseract's models [by itself: where systems keep them].
    pub tessdata: Option<&'a Path>,
    /// File of the neural network [by itself: the one that is part of the program].
    pub neural: Option<&'a Path>,
}

impl EngineChoice {
    /// A pool of such engines, with these models.
    ///
    /// # Errors
    /// Where a model is missing, or cannot be used.
    pub fn pool(self, paths: ModelPaths<'_>) -> Result<Pool, RecognizeError> {
        match self {
            #[cfg(feature = "tesseract")]
            Self::Tesseract => {
                let models = TesseractModels::find(paths.tessdata)?;
                Ok(Pool::new(move || Ok(Box::new(models.open()))))
            }
            Self::Neural => {
                let model = Arc::new(NeuralModel::find(paths.neural)?);
                Ok(Pool::new(move || Ok(Box::new(Neural::new(Arc::clone(&model))))))
            }
            #[cfg(feature = "tesseract")]
            Self::Fusion => {
                let model = Arc::new(NeuralModel::find(paths.neural)?);
                let models = TesseractModels::find(paths.tessdata)?;
                Ok(Pool::new(move || {
                    let first = Box::new(Neural::new(Arc::clone(&model)));
                    Ok(Box::new(Fusion::new(first, Box::new(models.open()))))
                }))
            }
            #[cfg(not(feature = "tesseract"))]
            Self::Tesseract | Self::Fusion => Err(RecognizeError::NotBuilt),
            Self::Null => Ok(Pool::new(|| Ok(Box::new(null::Null)))),
        }
    }
}
