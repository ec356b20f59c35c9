//! Combination of two engines: the second engine's character replaces one of the first engine if the first has a low
//! confidence and the second a high one.
//!
//! Only lines with a low-confidence character are read twice. The two readings are aligned ([`align`]). Only the
//! confidences decide between two aligned characters. Characters without a counterpart follow the first engine, which is
//! far more accurate.
//!
//! Measurement with an earlier network as the first engine and Tesseract as the second on 63 telegrams (24,066
//! characters): Tesseract differed from 245 low-confidence characters of the network and had a high confidence for 41
//! of them; 22 of these were right, and the network's were right in 7 cases. The total gain was 15 of some 470 errors.
//! Since the network uses context to decide between its own readings, no gain is left (body CER 0.0061 with and
//! without). Figures by engine: `docs/results.md`.

use super::align::align;
use super::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use crate::page::{Confidence, WritingMode};
use image::GrayImage;

/// Confidence of the first engine below which the second engine is consulted.
const DOUBTFUL: f32 = 0.7;
/// Least confidence of the second engine; below it, the second engine was right in 4 of 100 cases.
const SURE: f32 = 0.97;
/// Confidence of a character taken from the second engine: its measured accuracy.
const TAKEN: f32 = 0.54;
/// Confidence of a rejected character of the second engine: its measured accuracy.
const LEFT: f32 = 0.04;

/// An engine, and a second engine for its low-confidence characters.
pub struct Fusion {
    first: Box<dyn Recognizer>,
    second: Box<dyn Recognizer>,
}

impl Fusion {
    /// Creates a combination. `first` is the more accurate engine.
    #[must_use]
    pub fn new(first: Box<dyn Recognizer>, second: Box<dyn Recognizer>) -> Self {
        Self { first, second }
    }
}

impl Recognizer for Fusion {
    fn describe(&self) -> EngineDescription {
        let (first, second) = (self.first.describe(), self.second.describe());
        EngineDescription {
            name: "fusion".to_owned(),
            version: format!("{} {}, {} {}", first.name, first.version, second.name, second.version),
            models: first.models.into_iter().chain(second.models).collect(),
        }
    }

    fn reads_through_marks(&self) -> bool {
        self.first.reads_through_marks()
    }

    /// If the second engine fails on a line, the reading of the first engine is returned.
    fn read_line(&mut self, line: &GrayImage, mode: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
        let mut glyphs = self.first.read_line(line, mode)?;
        if glyphs.iter().any(is_doubtful) {
            match self.second.read_line(line, mode) {
                Ok(others) => decide(&mut glyphs, &others),
                Err(missing @ (RecognizeError::ModelMissing { .. } | RecognizeError::NotBuilt)) => {
                    return Err(missing);
                }
                Err(RecognizeError::Failed(_) | RecognizeError::ModelUnusable { .. }) => {}
            }
        }
        Ok(glyphs)
    }
}

fn is_doubtful(glyph: &ReadGlyph) -> bool {
    glyph.confidence.value() < DOUBTFUL
}

/// Decides each low-confidence character that the engines read differently. The rejected reading becomes an
/// alternative.
fn decide(glyphs: &mut [ReadGlyph], others: &[ReadGlyph]) {
    for pair in align(glyphs, others) {
        let (Some(glyph), Some(other), false) = (pair.first, pair.second, pair.is_equal) else { continue };
        let (glyph, other) = (&mut glyphs[glyph], &others[other]);
        if !is_doubtful(glyph) {
            continue;
        }
        let rejected = if other.confidence.value() >= SURE {
            let confidence = std::mem::replace(&mut glyph.confidence, Confidence::clamped(TAKEN));
            (
                std::mem::replace(&mut glyph.text, other.text.clone()),
                Confidence::clamped(confidence.value().min(1.0 - TAKEN)),
            )
        } else {
            (other.text.clone(), Confidence::clamped(LEFT))
        };
        glyph.alternatives.retain(|(text, _)| *text != rejected.0 && *text != glyph.text);
        glyph.alternatives.push(rejected);
        glyph.alternatives.sort_by(|a, b| b.1.value().total_cmp(&a.1.value()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;

    /// Glyphs with the given characters and confidences.
    fn glyphs(characters: &[(&str, f32)]) -> Vec<ReadGlyph> {
        let glyph = |&(text, confidence): &(&str, f32)| ReadGlyph {
            text: text.to_owned(),
            bbox: BBox::default(),
            confidence: Confidence::clamped(confidence),
            alternatives: vec![],
        };
        characters.iter().map(glyph).collect()
    }

    fn decided(first: &[(&str, f32)], second: &[(&str, f32)]) -> String {
        let mut found = glyphs(first);
        decide(&mut found, &glyphs(second));
        found.iter().map(|g| g.text.as_str()).collect()
    }

    #[test]
    fn a_doubtful_character_gives_way_to_a_sure_one() {
        assert_eq!(decided(&[("人", 0.5), ("使", 0.99)], &[("大", 0.98), ("便", 0.98)]), "大使");
    }

    #[test]
    fn doubt_on_both_sides_leaves_the_first() {
        assert_eq!(decided(&[("人", 0.5)], &[("大", 0.9)]), "人");
    }

    #[test]
    fn what_only_one_of_them_has_stays_as_the_first_has_it() {
        let first = [("条", 0.9), ("約", 0.4), ("。", 0.5)];
        assert_eq!(decided(&first, &[("条", 0.99), ("約", 0.99)]), "条約。");
        assert_eq!(decided(&[("約", 0.4)], &[("条", 0.99), ("約", 0.99)]), "約");
    }

    #[test]
    fn width_is_no_difference() {
        assert_eq!(decided(&[("5", 0.5)], &[("５", 0.99)]), "5");
    }

    #[test]
    fn the_rejected_reading_is_kept_beside_the_other() {
        let mut found = glyphs(&[("人", 0.5)]);
        decide(&mut found, &glyphs(&[("大", 0.98)]));
        assert_eq!(found[0].alternatives, [("人".to_owned(), Confidence::clamped(1.0 - TAKEN))]);
        let mut found = glyphs(&[("人", 0.5)]);
        decide(&mut found, &glyphs(&[("入", 0.6)]));
        assert_eq!(found[0].alternatives, [("入".to_owned(), Confidence::clamped(LEFT))]);
    }

    #[test]
    fn the_second_engine_is_asked_only_in_doubt_and_its_failure_costs_nothing() {
        use crate::recognize::{
            fault::{Fault, Faulty},
            replay::Replay,
        };
        let line = GrayImage::new(80, 40);
        // The replayed characters have a high confidence, so the failing engine is not called.
        let mut engine = Fusion::new(Box::new(Replay::new(["電信"])), Box::new(Faulty(Fault::Fail)));
        assert_eq!(engine.read_line(&line, WritingMode::HorizontalTb).unwrap().len(), 2);
        let mut engine = Fusion::new(Box::new(Doubter), Box::new(Faulty(Fault::Fail)));
        assert_eq!(engine.read_line(&line, WritingMode::HorizontalTb).unwrap()[0].text, "人");
        let mut engine = Fusion::new(Box::new(Doubter), Box::new(Replay::new(["大"])));
        assert_eq!(engine.read_line(&line, WritingMode::HorizontalTb).unwrap()[0].alternatives[0].0, "大");
    }

    /// Fake engine: reads 人 with a low confidence.
    struct Doubter;

    impl Recognizer for Doubter {
        fn describe(&self) -> EngineDescription {
            EngineDescription { name: "doubter".into(), version: "1".into(), models: vec![] }
        }

        fn read_line(&mut self, _: &GrayImage, _: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
            Ok(glyphs(&[("人", 0.5)]))
        }
    }
}
