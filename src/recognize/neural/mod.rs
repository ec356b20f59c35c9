//! A neural network of the PP-OCR family (SVTR with CTC), one line at a time, run by rten in pure Rust.
//!
//! The network is an ONNX file: input `[1, 3, 48, width]`, (x / 255 − 0.5) / 0.5; output `[1, steps, classes]`,
//! probabilities. Class 0 is the blank, class i the i-th line of the metadata key `character`; what lies beyond is white
//! space. The metadata key `temperature`, where it is there, calibrates the probabilities (`scripts/calibrate` measures
//! it). Weights in half precision are made single when the file is loaded; all engines of a run share them.
//!
//! rten runs on threads of a pool. Each engine has a pool of one thread, and its worker waits for it: at no time do
//! more threads work than pages are read. Accuracy and time: `models/README.md`.

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

/// Name and bytes of the network that is part of the program: nothing need be fetched to read a cable.
const BUILT_IN: (&str, &[u8]) = ("denshin-cables", include_bytes!("../../../models/denshin-cables.onnx"));
/// Version of rten that the answers come from.
const VERSION: &str = "rten 0.27";
/// Pixels of a step, at the network's height: the networks of this family halve the width three times.
const STEP_PX: f32 = 8.0;
/// The widest a character is taken to be, in heights of its line.
const WIDEST: f32 = 1.0;

/// A network and its characters; all engines of a run share it.
pub struct NeuralModel {
    network: rten::Model,
    /// Character of each class but the blank.
    characters: Vec<Character>,
    context: Context,
    /// Divides the log-odds of its probabilities (Guo et al. 2017): 1 leaves them as they are, more makes them less sure.
    temperature: f32,
    description: EngineDescription,
}

impl NeuralModel {
    /// Loads the network of a file, or the one that is part of the program.
    ///
    /// # Errors
    /// Where there is no such file, or it holds no such network.
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

    /// How sure a probability of the network makes.
    fn confidence(&self, probability: f32) -> Confidence {
        let odds = probability / (1.0 - probability).max(f32::EPSILON);
        let odds = odds.powf(1.0 / self.temperature);
        Confidence::clamped(odds / (1.0 + odds))
    }

    /// What a class stands for; `None` for white space.
    fn character(&self, class: usize) -> Option<&Character> {
        self.characters.get(class.checked_sub(1)?).filter(|character| !character.text.trim().is_empty())
    }

    /// The peaks of a line as its neighbours have them: where several readings of one are near-equal another may stand, or nothing.
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

    /// The classes that a peak may be, near-equal to its own, with what its neighbours need to know.
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

/// The character of a class.
struct Character {
    text: String,
    /// As its neighbours know it.
    symbol: Symbol,
}

/// An engine with a network.
pub struct Neural {
    model: Arc<NeuralModel>,
    options: RunOptions,
}

impl Neural {
    /// An engine that shares this network.
    #[must_use]
    pub fn new(model: Arc<NeuralModel>) -> Self {
        let one = Arc::new(ThreadPool::with_num_threads(1));
        Self { model, options: RunOptions::default().with_thread_pool(Some(one)) }
    }

    /// The characters of a piece.
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

    /// What a peak says, standing at a place of the turned line with room to both sides.
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

    /// Lines with stamps and rules across are a third of what it was trained on. Body CER of 21 cables with black stamps:
    /// 0.0418 erased, 0.0245 read through (n = 6,612 characters of their pages).
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

/// How far each character reaches to both sides: half way to the nearer neighbour, so that its box has it in the middle.
fn reaches(centers: &[f32], most: f32) -> Vec<f32> {
    let half = |i: usize| centers.get(i + 1).map_or(most, |next| (next - centers[i]) / 2.0);
    let before = |i: usize| i.checked_sub(1).map_or(most, half);
    (0..centers.len()).map(|i| before(i).min(half(i)).clamp(0.5, most.max(0.5))).collect()
}

/// Three equal channels, −1 (black) to 1 (white).
fn tensor(image: &GrayImage) -> Vec<f32> {
    debug_assert_eq!(image.height(), HEIGHT);
    let channel: Vec<f32> = image.as_raw().iter().map(|&x| (f32::from(x) / 255.0 - 0.5) / 0.5).collect();
    channel.repeat(3)
}
