//! Two engines, decided character by character: where the first is in doubt and the second is sure, the second's
//! character stands.
//!
//! Only lines with a doubtful character are read twice. The two readings are aligned ([`align`]); what stands against another character is decided by the engines' confidences and by
//! nothing else. Characters that only one of them has are
//! the first's business, which is the better engine by far.
//!
//! Measured with an earlier network first and Tesseract second on 63 cables (24,066 characters): of 245 characters that the
//! network was in doubt of and Tesseract read differently, 41 were surely read by Tesseract; 22 of these were its right, 7
//! the network's. That was the whole gain: 15 of some 470 errors. Since neighbours decide between the network's own readings nothing of it is left
//! (body CER 0.0061 with and without). Figures by engine: `docs/results.md`.

use super::align::align;
use super::{EngineDescription, ReadGlyph, RecognizeError, Recognizer};
use crate::page::{Confidence, WritingMode};
use image::GrayImage;

/// The first engine is in doubt below this.
const DOUBTFUL: f32 = 0.7;
/// The second is sure from this on; below it was right in 4 of 100.
const SURE: f32 = 0.97;
/// How often the second was right where it was taken.
const TAKEN: f32 = 0.54;
/// How often it was right where it was not.
const LEFT: f32 = 0.04;

/// An engine, and another that is asked where the first is in doubt.
pub struct Fusion {
    first: Box<dyn Recognizer>,
    second: Box<dyn Recognizer>,
}

impl Fusion {
    /// The better engine first.
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

    /// A failure of the second engine costs its opinion, not the line.
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

/// Decides every doubtful character that the other engine read differently; what is not taken is noted beside it.
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

    /// Characters with their confidences, and nothing else.
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
        // The replayed characters are sure: an engine that fails is never asked.
        let mut engine = Fusion::new(Box::new(Replay::new(["電信"])), Box::new(Faulty(Fault::Fail)));
        assert_eq!(engine.read_line(&line, WritingMode::HorizontalTb).unwrap().len(), 2);
        let mut engine = Fusion::new(Box::new(Doubter), Box::new(Faulty(Fault::Fail)));
        assert_eq!(engine.read_line(&line, WritingMode::HorizontalTb).unwrap()[0].text, "人");
        let mut engine = Fusion::new(Box::new(Doubter), Box::new(Replay::new(["大"])));
        assert_eq!(engine.read_line(&line, WritingMode::HorizontalTb).unwrap()[0].alternatives[0].0, "大");
    }

    /// Reads 人, and is in doubt of it.
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
