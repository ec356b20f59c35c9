//! A neural network of the PP-OCR family (SVTR with CTC). It reads one line at a time and runs in rten, in pure Rust.
//!
//! The network is an ONNX file. Input: `[1, 3, 48, width]`, values (x / 255 − 0.5) / 0.5. Output: probabilities `[1,
//! steps, classes]`. Class 0 is the blank, class i is line i of the metadata key `character`, and any further class is
//! white space. The optional metadata key `temperature` calibrates the probabilities (`scripts/calibrate` measures it).
//! Half-precision weights are converted to single precision on loading; all engines of a run share them.
//!
//! rten computes in a thread pool. Each engine has a pool of one thread, and its worker waits for the result. The
//! number of active threads therefore never exceeds the number of pages in progress. Accuracy and time:
//! `models/README.md`.

mod context;
mod ctc;
mod input;

use super::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use crate::page::{Confidence, WritingMode};
use crate::provenance::{Model, sha256};
use context::{Context, NEAR, Reading, Symbol};
use ctc::Peak;
use image::GrayImage;
use input::{HEIGHT, Piece, Turned, turn};
use rten::{ModelOptions, RunOptions, ThreadPool, Value, ValueOrView};
use std::path::Path;
use std::sync::Arc;

/// Name and bytes of the built-in network. It is compiled in so that no download is necessary.
const BUILT_IN: (&str, &[u8]) = ("denshin-cables", include_bytes!("../../../models/denshin-cables.onnx"));
/// Version of rten, part of the engine version.
const VERSION: &str = "rten 0.27";
/// Width of an output step in input pixels: networks of this family halve the width three times.
const STEP_PX: f32 = 8.0;
/// Largest width of a character, in line heights.
const WIDEST: f32 = 1.0;

/// A network with its character set, shared by all engines of a run.
pub struct NeuralModel {
    network: rten::Model,
    /// Character of each class except the blank.
    characters: Vec<Character>,
    context: Context,
    /// Divisor of the log-odds of the probabilities (Guo et al. 2017): 1 keeps them, larger values lower the
    /// confidence.
    temperature: f32,
    description: EngineDescription,
}

impl NeuralModel {
    /// Loads a network from a file, or the built-in one.
    ///
    /// # Errors
    /// Returns an error if the file does not exist or does not contain a valid network.
    pub fn find(file: Option<&Path>) -> Result<Self, RecognizeError> {
        let Some(file) = file else { return Self::load(BUILT_IN.0, BUILT_IN.1.to_vec()) };
        let bytes = std::fs::read(file).map_err(|error| RecognizeError::ModelMissing {
            model: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            folder: file.parent().unwrap_or(Path::new("")).display().to_string(),
            remedy: error.to_string(),
        })?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        Self::load(&name, bytes)
    }

    fn load(name: &str, bytes: Vec<u8>) -> Result<Self, RecognizeError> {
        let sha256 = sha256(&bytes);
        let unusable = |reason: String| RecognizeError::ModelUnusable { model: name.to_owned(), reason };
        let network = ModelOptions::with_all_ops().load(bytes).map_err(|e| unusable(e.to_string()))?;
        let context = Context::parse(context::BUILT_IN.1).ok_or_else(|| RecognizeError::ModelUnusable {
            model: context::BUILT_IN.0.to_owned(),
            reason: "its counts do not fit together".to_owned(),
        })?;
        let characters = network.metadata().get("character").unwrap_or_default();
        let character = |text: &str| Character { text: text.to_owned(), symbol: context.symbol(text) };
        let characters: Vec<Character> = characters.lines().map(character).collect();
        if characters.is_empty() {
            return Err(unusable("no list of characters in its metadata".to_owned()));
        }
        let temperature = network.metadata().get("temperature").and_then(|t| t.parse().ok()).unwrap_or(1.0);
        if !(0.1..=10.0).contains(&temperature) {
            return Err(unusable(format!("temperature {temperature} in its metadata")));
        }
        let neighbours =
            Model { name: context::BUILT_IN.0.to_owned(), sha256: self::sha256(context::BUILT_IN.1) };
        let models = vec![Model { name: name.to_owned(), sha256 }, neighbours];
        let description =
            EngineDescription { name: "neural".to_owned(), version: VERSION.to_owned(), models };
        Ok(Self { network, characters, context, temperature, description })
    }

    /// Calibrated confidence for a probability of the network.
    fn confidence(&self, probability: f32) -> Confidence {
        let odds = probability / (1.0 - probability).max(f32::EPSILON);
        let odds = odds.powf(1.0 / self.temperature);
        Confidence::clamped(odds / (1.0 + odds))
    }

    /// Character of a class; `None` for white space.
    fn character(&self, class: usize) -> Option<&Character> {
        self.characters.get(class.checked_sub(1)?).filter(|character| !character.text.trim().is_empty())
    }

    /// Applies the context model to the peaks of a line. If a peak has several near-equal readings, it may get another
    /// character or be dropped.
    fn in_context(&self, peaks: Vec<(Peak, f32)>) -> Vec<(Peak, f32)> {
        let cells: Vec<Vec<Reading>> = peaks.iter().map(|(peak, _)| self.readings(peak)).collect();
        let decided = self.context.decide(&cells);
        let mut found = Vec::with_capacity(peaks.len());
        for (((mut peak, center), cell), (taken, likely)) in peaks.into_iter().zip(cells).zip(decided) {
            let mut classes: Vec<(usize, f32)> =
                cell.iter().map(|reading| reading.class).zip(likely).collect();
            let is_known = |class: usize| classes.iter().any(|&(other, _)| other == class);
            let unlikely: Vec<(usize, f32)> =
                peak.others.iter().copied().filter(|&(class, _)| !is_known(class)).collect();
            (peak.class, peak.probability) = classes.remove(taken);
            if peak.class == ctc::BLANK {
                continue;
            }
            classes.retain(|&(class, _)| class != ctc::BLANK);
            peak.others = classes.into_iter().chain(unlikely).collect();
            peak.others.sort_by(|a, b| b.1.total_cmp(&a.1));
            found.push((peak, center));
        }
        found
    }

    /// The reading of a peak and its near-equal alternatives, as input of the context model.
    fn readings(&self, peak: &Peak) -> Vec<Reading> {
        let own = std::iter::once((peak.class, peak.probability));
        let others = peak.others.iter().copied().chain([(ctc::BLANK, peak.nothing)]);
        let others = others.filter(|&(_, p)| p >= NEAR * peak.probability);
        let reading = |(class, probability): (usize, f32)| {
            let symbol = self.character(class).map(|character| character.symbol);
            Reading { class, symbol, probability }
        };
        own.chain(others).map(reading).collect()
    }
}

struct Character {
    text: String,
    /// Symbol in the context model.
    symbol: Symbol,
}

/// An engine with a neural network.
pub struct Neural {
    model: Arc<NeuralModel>,
    options: RunOptions,
}

impl Neural {
    /// Creates an engine with a shared network.
    #[must_use]
    pub fn new(model: Arc<NeuralModel>) -> Self {
        let one = Arc::new(ThreadPool::with_num_threads(1));
        Self { model, options: RunOptions::default().with_thread_pool(Some(one)) }
    }

    /// Recognizes the characters of a piece of a line.
    fn read(&self, piece: &Piece) -> Result<Vec<Peak>, RecognizeError> {
        let failed = |why: String| RecognizeError::Failed(format!("neural: {why}"));
        let (width, height) = piece.image.dimensions();
        let shape = [1, 3, height as usize, width as usize];
        let input = Value::from_shape(&shape, tensor(&piece.image)).map_err(|e| failed(e.to_string()))?;
        let output = self
            .model
            .network
            .run_one(ValueOrView::from(input), Some(self.options.clone()))
            .map_err(|e| failed(e.to_string()))?;
        let ([_, _, classes], probabilities) =
            output.into_shape_vec::<f32, 3>().map_err(|e| failed(e.to_string()))?;
        Ok(ctc::peaks(&probabilities, classes))
    }

    /// Glyph of a peak. `center` is its position along the rotated line and `reach` half of its width, both in px.
    fn glyph(&self, peak: &Peak, center: f32, reach: f32, line: &Turned) -> Option<ReadGlyph> {
        let text = self.model.character(peak.class)?.text.clone();
        let other = |&(class, p): &(usize, f32)| {
            Some((self.model.character(class)?.text.clone(), self.model.confidence(p)))
        };
        Some(ReadGlyph {
            text,
            bbox: line.back(center - reach, center + reach),
            confidence: self.model.confidence(peak.probability),
            alternatives: peak.others.iter().filter_map(other).collect(),
        })
    }
}

impl Recognizer for Neural {
    fn describe(&self) -> EngineDescription {
        self.model.description.clone()
    }

    /// A third of the training lines are crossed by stamps and rulings. Body CER of 21 telegrams with black stamps:
    /// 0.0418 with erased marks, 0.0245 with marks (n = 6,612 characters of their pages).
    fn reads_through_marks(&self) -> bool {
        true
    }

    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        let turned = turn(line, mode);
        let mut found: Vec<(Peak, f32)> = Vec::new();
        for piece in turned.pieces() {
            for peak in self.read(&piece)? {
                let center = piece.start as f32 + peak.position * STEP_PX * piece.scale;
                found.push((peak, center));
            }
        }
        let found = self.model.in_context(found);
        let centers: Vec<f32> = found.iter().map(|(_, center)| *center).collect();
        let reaches = reaches(&centers, turned.height() as f32 * WIDEST / 2.0);
        let glyphs = found.iter().zip(reaches);
        Ok(glyphs.filter_map(|((peak, center), reach)| self.glyph(peak, *center, reach, &turned)).collect())
    }
}

/// Half widths of the characters: half the distance to the nearer neighbour, so that each box is centered on its peak.
fn reaches(centers: &[f32], most: f32) -> Vec<f32> {
    let half = |i: usize| centers.get(i + 1).map_or(most, |next| (next - centers[i]) / 2.0);
    let before = |i: usize| i.checked_sub(1).map_or(most, half);
    (0..centers.len()).map(|i| before(i).min(half(i)).clamp(0.5, most.max(0.5))).collect()
}

/// Converts an image to three equal channels with values from −1 (black) to 1 (white).
fn tensor(image: &GrayImage) -> Vec<f32> {
    debug_assert_eq!(image.height(), HEIGHT);
    let channel: Vec<f32> = image.as_raw().iter().map(|&x| (f32::from(x) / 255.0 - 0.5) / 0.5).collect();
    channel.repeat(3)
}
