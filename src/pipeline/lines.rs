//! Reads the lines of a prepared page.

use super::Prepared;
use super::align_glyphs::align_glyphs;
use super::allowance::Allowance;
use super::normalize_contrast::normalize_contrast;
use super::pairs::split_pairs;
use crate::geometry::{BBox, BoxIndex};
use crate::layout::{LineBox, Part, Print};
use crate::marks::Mark;
use crate::page::{Confidence, Glyph, Line, REDACTION_MARK, WritingMode};
use crate::raster::Binary;
use crate::recognize::{ReadGlyph, RecognizeError, Recognizer};
use image::{GrayImage, imageops};

/// Width of the blur around a mark or a neighbouring line, px.
const CLEARANCE_PX: i32 = 4;

/// Least confidence of a row of printed dots. Remnants of rulings are read as dots with 0.5 to 0.6.
const SURE_DOTS: f32 = 0.75;

/// Engine name of a line of redactions only.
const NO_ENGINE: &str = "none";

pub(super) struct ReadBlock {
    pub writing_mode: WritingMode,
    /// Lines in reading order. A line on which the engine failed is empty.
    pub lines: Vec<Line>,
    /// Lines on which the engine failed: index and error.
    pub failures: Vec<(usize, RecognizeError)>,
}

pub(super) struct ReadLines {
    pub blocks: Vec<ReadBlock>,
    /// Lines that were skipped or dropped because their area, or the whole page, is illegible.
    pub given_up: Vec<BBox>,
}

/// The objects around a line, which limit its crop.
pub(super) struct Around<'a> {
    redactions: Vec<&'a Mark>,
    /// Boxes of printed parts and marks.
    boxes: Vec<BBox>,
    places: BoxIndex,
}

impl<'a> Around<'a> {
    pub(super) fn of(page: &'a Prepared) -> Self {
        let parts = page.blocks.iter().flat_map(|b| &b.lines).flat_map(|l| &l.parts);
        let print = parts.filter_map(|part| match part {
            Part::Print(print) => Some(print.bbox),
            Part::Redaction(_) => None,
        });
        let boxes: Vec<BBox> = print.chain(page.marks.iter().map(|mark| mark.bbox)).collect();
        Self { redactions: page.redactions(), places: BoxIndex::of(&boxes), boxes }
    }
}

/// Reads the lines of a page. The boxes stay in coordinates of the deskewed image.
///
/// # Errors
/// Returns an error if the engine fails on every line or if its model is missing.
pub(super) fn read_lines(
    page: &Prepared,
    recognizer: &mut dyn Recognizer,
) -> Result<ReadLines, RecognizeError> {
    let (mut read, mut given_up) = (Vec::new(), Vec::new());
    let around = Around::of(page);
    let mut allowance = Allowance::of(page.ink.bbox(), recognizer);
    let mut succeeded = page.blocks.is_empty();
    for block in &page.blocks {
        let mut lines = Vec::new();
        let mut failures = Vec::new();
        for line in &block.lines {
            if allowance.is_spent(&line.bbox) {
                given_up.push(line.bbox);
                continue;
            }
            let read = read_line(page, &around, line, block.writing_mode, recognizer);
            if let Ok(read) = &read {
                allowance.spend(line, block.writing_mode, &read.glyphs);
            }
            match read {
                Ok(line) if is_dust(&line) => succeeded = true,
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
        if !lines.is_empty() {
            read.push(ReadBlock { writing_mode: block.writing_mode, lines, failures });
        }
    }
    if allowance.is_in_vain() {
        for block in &mut read {
            // Keep lines of redactions only.
            let in_vain = block.lines.extract_if(.., |line| line.engine != NO_ENGINE);
            given_up.extend(in_vain.map(|line| line.bbox));
        }
        read.retain(|block| !block.lines.is_empty());
    }
    match read.iter_mut().find_map(|b| b.failures.pop()) {
        Some((_, failure)) if !succeeded => Err(failure),
        Some(_) | None => Ok(ReadLines { blocks: read, given_up }),
    }
}

/// Whether a line is a row of dots with low confidence: a remnant of a ruling, or copier dust.
fn is_dust(line: &Line) -> bool {
    !line.text.is_empty()
        && line.confidence.value() < SURE_DOTS
        && line.text.chars().all(|c| "。、．，・…‥゜゛：；:;.,'`\"ー―-－".contains(c))
}

/// Reads the printed parts of a line. Each redaction becomes one ■.
pub(super) fn read_line(
    page: &Prepared,
    around: &Around<'_>,
    line: &LineBox,
    mode: WritingMode,
    recognizer: &mut dyn Recognizer,
) -> Result<Line, RecognizeError> {
    let mut glyphs = Vec::new();
    for part in &line.parts {
        match part {
            Part::Redaction(index) => glyphs.push(Glyph {
                text: REDACTION_MARK.to_string(),
                bbox: around.redactions[*index].bbox,
                confidence: around.redactions[*index].confidence,
                alternatives: vec![],
            }),
            Part::Print(print) => {
                let crop = crop(page, around, print, mode);
                let gray = if recognizer.reads_through_marks() { &page.through } else { &page.gray };
                glyphs.extend(read_print((gray, &page.ink), print, &crop, mode, recognizer)?);
            }
        }
    }
    let bbox = glyphs.iter().fold(line.bbox, |all, g| all.union(&g.bbox));
    let has_print = line.parts.iter().any(|p| matches!(p, Part::Print(_)));
    Ok(Line {
        bbox,
        text: glyphs.iter().map(|g| g.text.as_str()).collect(),
        confidence: Confidence::mean(glyphs.iter().map(|g| g.confidence)),
        engine: if has_print { recognizer.describe().name } else { NO_ENGINE.to_owned() },
        glyphs,
    })
}

/// Crop of a printed part: its ink with the gray edges of strokes, without neighbouring lines. After the end, the crop
/// includes a blank of up to one character, where a full stop may be too small or too faint for layout.
fn crop(page: &Prepared, around: &Around<'_>, print: &Print, mode: WritingMode) -> BBox {
    let ink = mode.along(&print.bbox);
    let tight = ink.grown((ink.height() / 12).max(2));
    let behind = BBox::from_ltrb(tight.right, ink.top, tight.right + ink.height(), ink.bottom);
    let others = around.places.touching(&mode.along(&behind)).into_iter();
    let nearest = others
        .map(|other| mode.along(&around.boxes[other]))
        .filter(|other| other.right > behind.right && !other.intersection(&behind).is_empty())
        .map(|other| other.left - CLEARANCE_PX)
        .fold(behind.right, i32::min);
    let roomy = BBox::from_ltrb(tight.left, tight.top, nearest.max(tight.right), tight.bottom);
    mode.along(&roomy).intersection(&BBox::of_size(page.gray.width(), page.gray.height()))
}

/// Reads one printed part and aligns its glyphs with the cells.
fn read_print(
    (gray, ink): (&GrayImage, &Binary),
    print: &Print,
    crop: &BBox,
    mode: WritingMode,
    recognizer: &mut dyn Recognizer,
) -> Result<Vec<Glyph>, RecognizeError> {
    let image = imageops::crop_imm(
        gray,
        crop.left as u32,
        crop.top as u32,
        crop.width() as u32,
        crop.height() as u32,
    )
    .to_image();
    let mut read: Vec<ReadGlyph> = recognizer.read_line(&normalize_contrast(image, mode), mode)?;
    // Drop blanks and control characters: a glyph is something printed.
    read.retain(|g| !g.text.trim().is_empty() && !g.text.chars().any(char::is_control));
    for glyph in &mut read {
        glyph.bbox = glyph.bbox.shifted(crop.left, crop.top).intersection(crop);
    }
    align_glyphs(&mut read, &print.cells, mode);
    if mode == WritingMode::VerticalRl {
        split_pairs(&mut read, (gray, ink), recognizer)?;
    }
    Ok(read
        .into_iter()
        .map(|g| Glyph { text: g.text, bbox: g.bbox, confidence: g.confidence, alternatives: g.alternatives })
        .collect())
}
