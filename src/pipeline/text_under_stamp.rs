//! Text that lies completely under a stamp, such as （終） at the end of a telegram or its sender.
//!
//! Layout cannot distinguish such text from strokes of the stamp and returns it as separate candidate lines. This
//! module reads the candidates. A candidate becomes text if the mean confidence is high, each character has a moderate
//! confidence, and no character also occurs in the text of the stamp. If the stamp itself was not read, no comparison
//! is possible and the candidates are dropped.

use super::lines::{Around, read_line};
use super::stamps::Way;
use super::{Prepared, boxes};
use crate::geometry::BBox;
use crate::layout::{Block, with_lines};
use crate::orthography::Folding;
use crate::page::{Line, RegionKind};
use crate::recognize::{RecognizeError, Recognizer};

/// Least mean confidence of a line under a stamp, and least confidence of each of its characters.
pub(super) const SURE: (f32, f32) = (0.85, 0.5);
/// Fewest characters of a line, because strokes of a stamp can resemble a single character.
const CHARACTERS: usize = 2;

/// Adds the candidate lines under stamps that are text to the page.
///
/// # Errors
/// Returns an error if the engine's model is missing. Candidates on which the engine fails are dropped.
pub(super) fn raise_print(
    page: &mut Prepared,
    stamps: &[Option<Way>],
    recognizer: &mut dyn Recognizer,
) -> Result<(), RecognizeError> {
    let mut print = Vec::new();
    let beneath = std::mem::take(&mut page.beneath);
    let around = Around::of(page);
    for block in beneath {
        if is_print(page, &around, stamps, &block, recognizer)? {
            print.push(block);
        }
    }
    let rulings = boxes(&page.marks, |kind| matches!(kind, RegionKind::Ruling));
    page.blocks = with_lines(std::mem::take(&mut page.blocks), print, &rulings, &page.partings);
    Ok(())
}

fn is_print(
    page: &Prepared,
    around: &Around<'_>,
    stamps: &[Option<Way>],
    block: &Block,
    recognizer: &mut dyn Recognizer,
) -> Result<bool, RecognizeError> {
    let mut is_print = !block.lines.is_empty();
    for line in &block.lines {
        let Some(said) = said_over(page, stamps, &line.bbox) else { return Ok(false) };
        match read_line(page, around, line, block.writing_mode, recognizer) {
            Ok(read) => {
                is_print &= is_sure(&read) && !of_one_width(&read.text).chars().any(|c| said.contains(&c))
            }
            Err(missing @ RecognizeError::ModelMissing { .. }) => return Err(missing),
            Err(_) => return Ok(false),
        }
    }
    Ok(is_print)
}

/// Characters of all stamps over a place, without distinction of width; `None` if one of these stamps was not read.
pub(super) fn said_over(page: &Prepared, stamps: &[Option<Way>], place: &BBox) -> Option<Vec<char>> {
    let is_picture = |kind: &RegionKind| matches!(kind, RegionKind::Stamp { .. } | RegionKind::Handwriting);
    let marks = page.marks.iter().filter(|mark| is_picture(&mark.kind));
    let over = marks.zip(stamps).filter(|(mark, _)| mark.bbox.intersects(place));
    let mut said = Vec::new();
    for (_, way) in over {
        let row: String = way.as_ref()?.characters().collect();
        said.extend(of_one_width(&row).chars());
    }
    Some(said)
}

/// Text without distinction between full and half width.
pub(super) fn of_one_width(text: &str) -> String {
    Folding { width: true, ..Folding::default() }.fold(text)
}

/// Whether a line meets the confidence limits for text under a stamp.
fn is_sure(line: &Line) -> bool {
    line.glyphs.len() >= CHARACTERS
        && line.confidence.value() >= SURE.0
        && line.glyphs.iter().all(|g| g.confidence.value() >= SURE.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Confidence, Glyph};

    fn line(characters: &[(&str, f32)]) -> Line {
        let glyph = |&(text, confidence): &(&str, f32)| Glyph {
            text: text.to_owned(),
            bbox: BBox::default(),
            confidence: Confidence::clamped(confidence),
            alternatives: vec![],
        };
        let glyphs: Vec<Glyph> = characters.iter().map(glyph).collect();
        Line {
            bbox: BBox::default(),
            text: glyphs.iter().map(|g| g.text.as_str()).collect(),
            confidence: Confidence::mean(glyphs.iter().map(|g| g.confidence)),
            engine: "drawn".to_owned(),
            glyphs,
        }
    }

    #[test]
    fn strokes_that_look_like_a_character_are_no_line() {
        assert!(is_sure(&line(&[("（", 0.8), ("終", 0.99), ("）", 0.9)])));
        assert!(!is_sure(&line(&[("終", 0.99)])), "a single one");
        assert!(!is_sure(&line(&[("終", 0.99), ("了", 0.99), ("刁", 0.4)])), "one of them doubtful");
        assert!(!is_sure(&line(&[("国", 0.7), ("郢", 0.6)])), "hardly read");
    }
}
