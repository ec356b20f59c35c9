//! Reads the lines of a prepared page.

use super::Prepared;
use super::even::even_out;
use super::seat::seat;
use crate::geometry::BBox;
use crate::layout::{LineBox, Part, Print};
use crate::page::{Confidence, Glyph, Line, REDACTION_MARK, WritingMode};
use crate::recognize::{ReadGlyph, RecognizeError, Recognizer};
use image::{GrayImage, imageops};

/// Lines of one block, read.
pub(super) struct ReadBlock {
    /// Direction of its lines.
    pub writing_mode: WritingMode,
    /// Its lines in reading order; a line that the engine failed on is empty.
    pub lines: Vec<Line>,
    /// Lines that the engine failed on: index and reason.
    pub failures: Vec<(usize, RecognizeError)>,
}

/// Reads the lines of a page, their boxes still those of the deskewed image.
///
/// # Errors
/// Where the engine fails on every line, or its model is missing.
pub(super) fn read_lines(
    page: &Prepared,
    recognizer: &mut dyn Recognizer,
) -> Result<Vec<ReadBlock>, RecognizeError> {
    let mut read = Vec::new();
    let mut succeeded = page.blocks.is_empty();
    for block in &page.blocks {
        let mut lines = Vec::new();
        let mut failures = Vec::new();
        for line in &block.lines {
            match read_line(page, line, block.writing_mode, recognizer) {
                Ok(line) => lines.push(line),
                Err(missing @ RecognizeError::ModelMissing { .. }) => return Err(missing),
                Err(failure) => {
                    failures.push((lines.len(), failure));
                    lines.push(Line {
                        bbox: line.bbox,
                        text: String::new(),
                        confidence: Confidence::default(),
                        engine: recognizer.describe().name,
                        glyphs: vec![],
                    });
                }
            }
            succeeded |= lines.len() > failures.len();
        }
        read.push(ReadBlock { writing_mode: block.writing_mode, lines, failures });
    }
    match read.iter_mut().find_map(|b| b.failures.pop()) {
        Some((_, failure)) if !succeeded => Err(failure),
        Some(_) | None => Ok(read),
    }
}

/// Reads the stretches of a line; a redaction becomes one ■.
fn read_line(
    page: &Prepared,
    line: &LineBox,
    mode: WritingMode,
    recognizer: &mut dyn Recognizer,
) -> Result<Line, RecognizeError> {
    let redactions = page.redactions();
    let mut glyphs = Vec::new();
    for part in &line.parts {
        match part {
            Part::Redaction(index) => glyphs.push(Glyph {
                text: REDACTION_MARK.to_string(),
                bbox: redactions[*index].bbox,
                confidence: redactions[*index].confidence,
                alternatives: vec![],
            }),
            Part::Print(print) => glyphs.extend(read_print(&page.gray, print, mode, recognizer)?),
        }
    }
    let bbox = glyphs.iter().fold(line.bbox, |all, g| all.union(&g.bbox));
    let has_print = line.parts.iter().any(|p| matches!(p, Part::Print(_)));
    Ok(Line {
        bbox,
        text: glyphs.iter().map(|g| g.text.as_str()).collect(),
        confidence: Confidence::mean(glyphs.iter().map(|g| g.confidence)),
        engine: if has_print { recognizer.describe().name } else { "none".to_owned() },
        glyphs,
    })
}

/// Reads one stretch and seats its glyphs in their cells.
fn read_print(
    gray: &GrayImage,
    print: &Print,
    mode: WritingMode,
    recognizer: &mut dyn Recognizer,
) -> Result<Vec<Glyph>, RecognizeError> {
    // The crop holds the strokes' gray edges, but nothing of the neighbouring lines.
    let across = mode.along(&print.bbox).height();
    let crop =
        print.bbox.grown((across / 12).max(2)).intersection(&BBox::of_size(gray.width(), gray.height()));
    let image = imageops::crop_imm(
        gray,
        crop.left as u32,
        crop.top as u32,
        crop.width() as u32,
        crop.height() as u32,
    )
    .to_image();
    let mut read: Vec<ReadGlyph> = recognizer.read_line(&even_out(image, mode), mode)?;
    // Engines are not trusted with blanks and control characters: a glyph is something printed.
    read.retain(|g| !g.text.trim().is_empty() && !g.text.chars().any(char::is_control));
    for glyph in &mut read {
        glyph.bbox = glyph.bbox.shifted(crop.left, crop.top).intersection(&crop);
    }
    seat(&mut read, &print.cells, mode);
    Ok(read
        .into_iter()
        .map(|g| Glyph { text: g.text, bbox: g.bbox, confidence: g.confidence, alternatives: g.alternatives })
        .collect())
}
