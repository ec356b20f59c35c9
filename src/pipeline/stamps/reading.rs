//! Reads stamps: reads several views and splits of each stamp and selects the best result.

use super::StampPicture;
use super::lexicon::BUILT_IN;
use super::lexicon_match::{Match, SURE, StampLexicon};
use super::printed::{RowRead, printed};
use super::rows::{Split, one_row, splits};
use super::word_in_row;
use crate::geometry::{BBox, Transform};
use crate::page::{Confidence, Glyph, Line, StampReading, WritingMode};
use crate::pipeline::lines::ReadBlock;
use crate::pipeline::normalize_contrast::normalize_contrast;
use crate::pipeline::{Prepared, Settings};
use crate::recognize::{ReadGlyph, RecognizeError, Recognizer};
use image::{GrayImage, imageops};

/// Similarity to the lexicon from which no further candidate is read.
const SETTLED: f32 = 0.9;
/// Least mean confidence of a row outside the lexicon, beside a row of the lexicon. A row with less is dirt.
const DIRT: f32 = 0.6;

/// The recognized text of a stamp.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct ReadStamp {
    /// Lines in coordinates of the deskewed page.
    pub lines: Vec<Line>,
    /// Raw text of each line.
    pub readings: Vec<StampReading>,
}

/// Reads the stamps and notes of a page, in the order of its marks; `None` for one without text.
///
/// # Errors
/// Returns an error if the engine's model is missing. A stamp on which the engine fails has no text.
pub(in crate::pipeline) fn read_stamps(
    page: &Prepared,
    recognizer: &mut dyn Recognizer,
    settings: &Settings,
) -> Result<Vec<Option<Way>>, RecognizeError> {
    let words = settings.stamps.vocabulary.iter().map(String::as_str);
    let vocabulary = StampLexicon::new(BUILT_IN.iter().copied().chain(words));
    let no_words = StampLexicon::new(std::iter::empty());
    let words = |stamp: &StampPicture| if stamp.is_note { &no_words } else { &vocabulary };
    page.stamps.iter().map(|stamp| surest(stamp, recognizer, words(stamp))).collect()
}

/// Maps the stamp texts to the deskewed page and removes text of the page under a stamp. `lines` is the text of the
/// page.
pub(in crate::pipeline) fn settle_stamps(
    page: &Prepared,
    read: Vec<Option<Way>>,
    lines: &[ReadBlock],
    engine: &str,
) -> Vec<ReadStamp> {
    let settled = |(stamp, way): (&StampPicture, Option<Way>)| {
        way.map_or_else(ReadStamp::default, |way| way.on_page(&stamp.to_page, lines, engine))
    };
    page.stamps.iter().zip(read).map(settled).collect()
}

struct Row {
    mode: WritingMode,
    /// Bounding box in coordinates of the view.
    bbox: BBox,
    /// Middle of the stamp along the row, px; `None` without a frame.
    middle: Option<f64>,
    glyphs: Vec<ReadGlyph>,
    found: Option<Match>,
}

/// One recognized combination of a view and a split.
pub(in crate::pipeline) struct Way {
    rows: Vec<Row>,
    /// Score: 1 plus the similarity for a lexicon match, otherwise the mean confidence.
    sure: f32,
}

/// Reads the views and splits of a stamp and returns the one with the highest score.
fn surest(
    stamp: &StampPicture,
    recognizer: &mut dyn Recognizer,
    vocabulary: &StampLexicon,
) -> Result<Option<Way>, RecognizeError> {
    let mut best: Option<Way> = None;
    for view in &stamp.views {
        let ink = super::ink(view);
        let ways = if stamp.is_note { one_row(&ink) } else { splits(&ink, stamp.is_framed) };
        for split in ways {
            let way = match read_way((view, stamp.is_framed), &split, recognizer, vocabulary) {
                Ok(way) => way,
                Err(missing @ RecognizeError::ModelMissing { .. }) => return Err(missing),
                Err(_) => continue,
            };
            let settled = way.sure >= 1.0 + SETTLED;
            if !way.rows.is_empty() && best.as_ref().is_none_or(|b| way.sure > b.sure) {
                best = Some(way);
            }
            if settled {
                return Ok(best);
            }
        }
    }
    Ok(best)
}

/// Reads one split of a view.
fn read_way(
    (view, is_framed): (&GrayImage, bool),
    split: &Split,
    recognizer: &mut dyn Recognizer,
    vocabulary: &StampLexicon,
) -> Result<Way, RecognizeError> {
    let whole = BBox::of_size(view.width(), view.height());
    let middle = |mode: WritingMode| is_framed.then(|| f64::from(mode.along(&whole).width()) / 2.0);
    let mut rows = Vec::new();
    for bbox in &split.lines {
        let glyphs = read_row(view, bbox, split.mode, recognizer)?;
        if !glyphs.is_empty() {
            rows.push(Row { mode: split.mode, bbox: *bbox, middle: middle(split.mode), glyphs, found: None });
        }
    }
    Ok(matched(rows, vocabulary))
}

fn read_row(
    view: &GrayImage,
    row: &BBox,
    mode: WritingMode,
    recognizer: &mut dyn Recognizer,
) -> Result<Vec<ReadGlyph>, RecognizeError> {
    let across = mode.along(row).height();
    let crop = row.grown((across / 12).max(2)).intersection(&BBox::of_size(view.width(), view.height()));
    let (left, top) = (crop.left as u32, crop.top as u32);
    let picture = imageops::crop_imm(view, left, top, crop.width() as u32, crop.height() as u32).to_image();
    let mut glyphs = recognizer.read_line(&normalize_contrast(picture, mode), mode)?;
    glyphs.retain(|g| !g.text.trim().is_empty() && !g.text.chars().any(char::is_control));
    for glyph in &mut glyphs {
        glyph.bbox = glyph.bbox.shifted(crop.left, crop.top).intersection(&crop);
    }
    Ok(glyphs)
}

/// Matches rows with the lexicon, together or separately. Beside a row of the lexicon, a row without a match and
/// without a confident character is dirt or text under the stamp and is dropped.
fn matched(mut rows: Vec<Row>, vocabulary: &StampLexicon) -> Way {
    for row in &mut rows {
        row.found = word_in_row::find_match(&row.glyphs, row.mode, row.middle, vocabulary);
    }
    let characters: usize = rows.iter().map(|r| r.glyphs.len()).sum();
    // Include the rows that are dropped below, so that a candidate without such rows has a higher score.
    let by_rows: f32 =
        rows.iter().map(|r| r.sure() * r.glyphs.len() as f32).sum::<f32>() / characters.max(1) as f32;
    if rows.iter().any(|r| r.found.is_some()) {
        rows.retain(|r| r.found.is_some() || r.confidence().value() >= DIRT || r.has_sure());
    }
    let all: Vec<ReadGlyph> = rows.iter().flat_map(|r| r.glyphs.iter().cloned()).collect();
    let whole = (rows.len() > 1).then(|| vocabulary.find_match(&all, 2)).flatten();
    match whole.and_then(|w| Some((w.likeness, shared_out(&w, &rows)?))) {
        Some((likeness, parts)) if 1.0 + likeness > by_rows => {
            rows.iter_mut().zip(parts).for_each(|(row, part)| row.found = Some(part));
            Way { rows, sure: 1.0 + likeness }
        }
        _ => Way { rows, sure: by_rows },
    }
}

/// Divides a match among the rows; `None` if a row has no character of it.
fn shared_out(whole: &Match, rows: &[Row]) -> Option<Vec<Match>> {
    let mut parts: Vec<Match> = rows.iter().map(|_| whole.part()).collect();
    let (mut row, mut first) = (0, 0);
    for &(character, glyph) in &whole.characters {
        while glyph.is_some_and(|g| g >= first + rows[row].glyphs.len()) {
            first += rows[row].glyphs.len();
            row += 1;
        }
        parts[row].characters.push((character, glyph.map(|g| g - first)));
    }
    parts.iter().all(|p| !p.characters.is_empty()).then_some(parts)
}

impl Way {
    /// All recognized characters of the stamp and of the lexicon entries it matches.
    pub(in crate::pipeline) fn characters(&self) -> impl Iterator<Item = char> {
        self.rows.iter().flat_map(|row| {
            let word = row.found.iter().flat_map(|m| &m.characters).map(|&(character, _)| character);
            word.chain(row.glyphs.iter().flat_map(|g| g.text.chars()))
        })
    }

    /// Lines and raw texts in coordinates of the deskewed page.
    fn on_page(self, to_page: &Transform, lines: &[ReadBlock], engine: &str) -> ReadStamp {
        let mut read = ReadStamp::default();
        for row in self.rows {
            let glyphs = row.text(to_page, lines);
            if row.found.is_none() && word_in_row::is_print(&glyphs, lines) {
                continue;
            }
            read.readings.push(StampReading {
                text: row.glyphs.iter().map(|g| g.text.as_str()).collect(),
                confidence: row.confidence(),
                likeness: row.found.as_ref().map(|m| Confidence::clamped(m.likeness)),
            });
            read.lines.push(Line {
                bbox: glyphs.iter().fold(to_page.apply_bbox(&row.bbox), |all, g| all.union(&g.bbox)),
                text: glyphs.iter().map(|g| g.text.as_str()).collect(),
                confidence: Confidence::mean(glyphs.iter().map(|g| g.confidence)),
                engine: engine.to_owned(),
                glyphs,
            });
        }
        read
    }
}

impl Row {
    fn confidence(&self) -> Confidence {
        Confidence::mean(self.glyphs.iter().map(|g| g.confidence))
    }

    /// Whether the row has a letter or digit with a high confidence.
    fn has_sure(&self) -> bool {
        let is_sure =
            |g: &ReadGlyph| g.confidence.value() >= SURE && g.text.chars().any(char::is_alphanumeric);
        self.glyphs.iter().any(is_sure)
    }

    /// The printed characters of the row, in coordinates of the deskewed page.
    fn text(&self, to_page: &Transform, lines: &[ReadBlock]) -> Vec<Glyph> {
        let is_print = |glyph: &ReadGlyph| {
            let on_page = ReadGlyph { bbox: to_page.apply_bbox(&glyph.bbox), ..glyph.clone() };
            word_in_row::is_print_there(&on_page, lines)
        };
        let row = RowRead {
            glyphs: &self.glyphs,
            mode: self.mode,
            middle: self.middle,
            is_print: self.glyphs.iter().map(is_print).collect(),
        };
        let mut glyphs = printed(&row, self.found.as_ref());
        glyphs.iter_mut().for_each(|g| g.bbox = to_page.apply_bbox(&g.bbox));
        glyphs
    }

    /// Score: 1 plus the similarity for a lexicon match, otherwise the mean confidence.
    fn sure(&self) -> f32 {
        self.found.as_ref().map_or(self.confidence().value(), |m| 1.0 + m.likeness)
    }
}
