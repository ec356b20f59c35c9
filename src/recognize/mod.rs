//! Line recognition: the [`Recognizer`] trait and its engines.

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

/// A recognized character.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadGlyph {
    /// Text as printed; never white space.
    pub text: String,
    /// Position reported by the engine, in pixels of the line image before any rotation.
    pub bbox: BBox,
    /// Confidence of the engine.
    pub confidence: Confidence,
    /// Alternative readings, most likely first.
    pub alternatives: Vec<(String, Confidence)>,
}

/// Name, version and models of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineDescription {
    /// Name: `tesseract`.
    pub name: String,
    /// Version: `5.3.0`.
    pub version: String,
    /// The models in use.
    pub models: Vec<Model>,
}

/// The reason why a line could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecognizeError {
    /// The model file does not exist.
    #[error("no model `{model}` in {folder} ({remedy})")]
    ModelMissing {
        /// Name of the model.
        model: String,
        /// Searched folder.
        folder: String,
        /// Remedy.
        remedy: String,
    },
    /// The model file is not valid for the engine.
    #[error("model `{model}` cannot be used: {reason}")]
    ModelUnusable {
        /// Name of the model.
        model: String,
        /// The problem with the file.
        reason: String,
    },
    /// Tesseract was selected, but this build does not include it.
    #[error(
        "this build of denshin has no Tesseract (build it with the feature tesseract, or read with the network)"
    )]
    NotBuilt,
    /// The engine failed on a line.
    #[error("{0}")]
    Failed(String),
}

/// An engine that reads line images. Engines start no threads of their own. Each is used by one worker at a time.
pub trait Recognizer: Send {
    /// Name, version and models.
    fn describe(&self) -> EngineDescription;

    /// Whether reading is slow enough that lines in illegible areas are skipped.
    fn takes_time(&self) -> bool {
        true
    }

    /// Whether the engine reads text crossed by stamps and rulings better than text from which these were erased. This
    /// holds for engines that were trained on such text.
    fn reads_through_marks(&self) -> bool {
        false
    }

    /// Reads one line image, a crop of the deskewed page: dark ink on white, marks erased (only redactions if
    /// [`Self::reads_through_marks`]). A vertical line is passed as an upright column.
    ///
    /// # Errors
    /// Returns an error if the engine fails. An empty result is not an error.
    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError>;
}

/// The available engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineChoice {
    /// A neural network trained on telegrams. It has by far the lowest error rate.
    #[default]
    Neural,
    /// Tesseract with `jpn` and `jpn_vert`.
    Tesseract,
    /// The network, with Tesseract as a second opinion for characters with a low confidence.
    Fusion,
    /// No recognition: boxes and marks only.
    Null,
}

/// Model locations; `None` selects the default location.
#[derive(Debug, Clone, Copy, Default)]
pub struct ModelPaths<'a> {
    /// Folder of the Tesseract models [default: the usual system folders].
    pub tessdata: Option<&'a Path>,
    /// File of the neural network [default: the built-in network].
    pub neural: Option<&'a Path>,
}

impl EngineChoice {
    /// Creates a pool of engines with the given models.
    ///
    /// # Errors
    /// Returns an error if a model is missing or unusable.
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
