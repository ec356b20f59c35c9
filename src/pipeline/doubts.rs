//! What a reader may doubt in what was read: the warnings of a page record.
//!
//! | code | what it points out |
//! |---|---|
//! | `unsure-skew` | a page whose skew could not be measured reliably |
//! | `unread-line` | a line of which nothing was read |
//! | `low-confidence-line` | a line read with less than [`LOW_CONFIDENCE`] |
//! | `repeated-character` | one character more often in a row than print has it: engines that lose their place repeat themselves |
//! | `text-without-ink` | characters where there is no ink |
//! | `off-pitch-line` | a line whose characters stand wider or closer than those of its block |

use super::Prepared;
use crate::page::{Glyph, Line, REDACTION_MARK, Region, RegionKind, Warning, WritingMode};

/// Lines read with less confidence than this are pointed out.
const LOW_CONFIDENCE: f32 = 0.6;
/// So many equal characters in a row are doubtful: 一々, 八八 and いいい are Japanese, a fourth is not.
const REPEATED: usize = 4;
/// Most that the pitch of a line may differ from its block's, as a part of it.
const OFF_PITCH: f64 = 0.25;
/// Fewest characters that have a pitch, and fewest lines of a block that has one.
const LEAST: (usize, usize) = (5, 3);

/// Everything that may be doubted, region by region. Boxes are those of the scan.
pub(super) fn doubts(regions: &[Region], prepared: &Prepared) -> Vec<Warning> {
    let mut found = Vec::new();
    if prepared.skew.confidence.value() < 0.2 {
        found.push(Warning {
            code: "unsure-skew".to_owned(),
            region: None,
            line: None,
            message: "the skew could not be measured reliably".to_owned(),
        });
    }
    for region in regions {
        let RegionKind::Text { writing_mode, .. } = region.kind else { continue };
        let usual = usual_pitch(region, writing_mode);
        for (i, line) in region.lines.iter().enumerate() {
            let warnings = of_reading(line)
                .into_iter()
                .chain(repeated(line))
                .chain(without_ink(line, prepared))
                .chain(off_pitch(line, writing_mode, usual));
            found.extend(warnings.map(|(code, message)| Warning {
                code: code.to_owned(),
                region: Some(region.id.clone()),
                line: Some(i),
                message,
            }));
        }
    }
    found
}

type Doubt = (&'static str, String);

fn of_reading(line: &Line) -> Option<Doubt> {
    if line.text.is_empty() {
        Some(("unread-line", "nothing was read here".to_owned()))
    } else if line.confidence.value() < LOW_CONFIDENCE {
        Some(("low-confidence-line", format!("read with confidence {}", line.confidence.value())))
    } else {
        None
    }
}

/// A run of one character, longer than print has it. Digits and marks (００００, ……, ×××) do stand in rows.
fn repeated(line: &Line) -> Option<Doubt> {
    let is_of_words = |g: &Glyph| g.text.chars().all(|c| matches!(c, 'ぁ'..='ヺ' | '々' | '一'..='鿿'));
    let run = line.glyphs.chunk_by(|a, b| a.text == b.text).max_by_key(|run| run.len())?;
    (run.len() >= REPEATED && is_of_words(&run[0]))
        .then(|| ("repeated-character", format!("{} stands {} times in a row", run[0].text, run.len())))
}

/// Characters in whose boxes there is nothing.
fn without_ink(line: &Line, prepared: &Prepared) -> Option<Doubt> {
    let to_page = prepared.to_scan.inverse()?;
    let is_blank = |glyph: &&Glyph| {
        let place = to_page.apply_bbox(&glyph.bbox).grown(1);
        glyph.text.chars().all(|c| c != REDACTION_MARK) && prepared.ink.ink_in(&place) == 0
    };
    let blank: String = line.glyphs.iter().filter(is_blank).map(|g| g.text.as_str()).collect();
    (!blank.is_empty()).then(|| ("text-without-ink", format!("there is no ink where {blank} was read")))
}

/// A line that does not keep the pitch of its block.
fn off_pitch(line: &Line, mode: WritingMode, usual: Option<f64>) -> Option<Doubt> {
    let (pitch, usual) = (pitch(line, mode)?, usual?);
    ((pitch / usual - 1.0).abs() > OFF_PITCH).then(|| {
        ("off-pitch-line", format!("its characters stand {pitch:.0} px apart, those of the block {usual:.0}"))
    })
}

/// Median distance of neighbouring characters, px.
fn pitch(line: &Line, mode: WritingMode) -> Option<f64> {
    let middle = |g: &Glyph| {
        let bbox = mode.along(&g.bbox);
        f64::from(bbox.left + bbox.right) / 2.0
    };
    let is_full = |g: &Glyph| g.text.chars().all(|c| matches!(c, 'ぁ'..='ヺ' | '一'..='鿿'));
    let mut apart: Vec<f64> = line
        .glyphs
        .windows(2)
        .filter(|pair| pair.iter().all(is_full))
        .map(|pair| middle(&pair[1]) - middle(&pair[0]))
        .collect();
    if apart.len() < LEAST.0 {
        return None;
    }
    apart.sort_by(f64::total_cmp);
    Some(apart[apart.len() / 2])
}

fn usual_pitch(region: &Region, mode: WritingMode) -> Option<f64> {
    let mut pitches: Vec<f64> = region.lines.iter().filter_map(|l| pitch(l, mode)).collect();
    if pitches.len() < LEAST.1 {
        return None;
    }
    pitches.sort_by(f64::total_cmp);
    Some(pitches[pitches.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::page::Confidence;

    fn line(text: &str, pitch: i32) -> Line {
        let glyph = |(i, c): (usize, char)| Glyph {
            text: c.to_string(),
            bbox: BBox::from_ltwh(i as i32 * pitch, 0, 30, 30),
            confidence: Confidence::clamped(0.9),
            alternatives: vec![],
        };
        Line {
            bbox: BBox::from_ltwh(0, 0, 600, 30),
            text: text.to_owned(),
            confidence: Confidence::clamped(0.9),
            engine: "drawn".to_owned(),
            glyphs: text.chars().enumerate().map(glyph).collect(),
        }
    }

    #[test]
    fn an_engine_that_repeats_itself_is_pointed_out() {
        assert_eq!(
            repeated(&line("第八八八八八号", 32)),
            Some(("repeated-character", "八 stands 5 times in a row".into()))
        );
        for text in ["第八八八号", "８８８８８８", "……………", "こここと", ""] {
            assert_eq!(repeated(&line(text, 32)), None, "{text}");
        }
    }

    #[test]
    fn a_line_off_the_pitch_of_its_block_is_pointed_out() {
        let (usual, wide) = (line("外務大臣宛至急電報", 32), line("外務大臣宛至急電報", 48));
        let mode = WritingMode::HorizontalTb;
        assert_eq!(off_pitch(&usual, mode, Some(33.0)), None);
        assert_eq!(off_pitch(&wide, mode, Some(33.0)).map(|d| d.0), Some("off-pitch-line"));
        assert_eq!(off_pitch(&line("（了）", 99), mode, Some(33.0)), None, "too short to have a pitch");
    }
}
