//! Warnings of a page record: places where a person should check the result ([`WarningCode`] lists the kinds).
//!
//! An engine that loses its position on a line repeats a character or returns characters where there is no ink. Text
//! over a redaction cannot have been read from the page. Each kind is tested alone, on the final regions.

use super::Prepared;
use crate::background::Background;
use crate::geometry::{BBox, BoxIndex};
use crate::page::{
    Glyph, Line, REDACTION_MARK, Region, RegionKind, Telegram, Warning, WarningCode, WritingMode,
};
use crate::scan::Note;

/// Least ratio of the area of confident glyphs to that of the marked cells, which contain both dark and bright pixels
/// ([`crate::background::Background::marked_cells`]). On ten telegrams it is 0.19 to 0.94.
const LEAST_COVERED: f64 = 0.08;
/// Fewest marked cells on a page that should have text. A page with only a page number has fewer.
const LEAST_MARKED: usize = 100;
/// Confidence below which a line has a warning.
const LOW_CONFIDENCE: f32 = 0.6;
/// Shortest suspicious run of equal characters: 一々, 八八 and いいい are Japanese, four are not.
const REPEATED: usize = 4;
/// Largest difference between the pitch of a line and that of its block, relative to the latter.
const OFF_PITCH: f64 = 0.25;
/// Fewest characters for a line pitch, and fewest lines for a block pitch.
const LEAST: (usize, usize) = (5, 3);

/// A warning about the whole page.
fn of_whole_page(code: WarningCode, message: String) -> Warning {
    Warning { code, region: None, line: None, message }
}

/// Warning for a telegram on the second page of a scan. The record has fields for one telegram only.
pub(super) fn second_telegram(telegram: &Telegram) -> Warning {
    let number = telegram.number.map(|number| format!(", number {number}")).unwrap_or_default();
    let message = format!(
        "the second page of this scan has a telegram of its own{number}: its fields are not in the record (divide the \
         scan to have both)"
    );
    of_whole_page(WarningCode::SecondTelegram, message)
}

/// Warning for a page with ink and hardly any recognized text.
pub(super) fn little_text(regions: &[Region], background: &Background) -> Option<Warning> {
    let glyphs = regions.iter().flat_map(|region| &region.lines).flat_map(|line| &line.glyphs);
    let read: Vec<i64> = glyphs
        .filter(|glyph| glyph.confidence.value() >= LOW_CONFIDENCE)
        .map(|glyph| glyph.bbox.area())
        .collect();
    let covered = read.iter().sum::<i64>() as f64;
    let marked = background.marked_cells as f64 * f64::from(background.cell_px).powi(2);
    let is_little = background.marked_cells >= LEAST_MARKED && covered < LEAST_COVERED * marked;
    is_little.then(|| {
        let characters = read.len();
        let message = format!(
            "the page has ink, and {characters} characters were read with some confidence: look at it"
        );
        of_whole_page(WarningCode::LittleText, message)
    })
}

/// Warnings about skipped areas. Boxes in messages are in scan coordinates.
pub(super) fn of_page(prepared: &Prepared, given_up: &[BBox]) -> Vec<Warning> {
    let on_scan = |bbox: &BBox| {
        let [left, top, right, bottom] = prepared.to_scan.apply_bbox(bbox).into();
        format!("{left},{top},{right},{bottom}")
    };
    let texture = (!prepared.texture.is_empty()).then(|| {
        let places: Vec<String> = prepared.texture.iter().map(on_scan).collect();
        let message =
            format!("halftone, noise or dots are left out, not print, in {}", places.join(" and in "));
        of_whole_page(WarningCode::Texture, message)
    });
    let illegible = (!given_up.is_empty()).then(|| {
        let around = given_up.iter().fold(BBox::default(), |all, line| all.union(line));
        let count = given_up.len();
        let message =
            format!("{count} lines in {} were given up: nothing around them is legible", on_scan(&around));
        of_whole_page(WarningCode::Illegible, message)
    });
    texture.into_iter().chain(illegible).collect()
}

/// Warnings about skew, orientation and text regions. The boxes of the regions are in scan coordinates.
pub(super) fn of_regions(regions: &[Region], prepared: &Prepared) -> Vec<Warning> {
    let mut found = Vec::new();
    if prepared.skew.confidence.value() < 0.2 {
        let message = "the skew could not be measured reliably";
        found.push(of_whole_page(WarningCode::UnsureSkew, message.to_owned()));
    }
    if prepared.turn.is_unsure {
        let message = "it reads somewhat better turned, and was left as it is (--direction may tell)";
        found.push(of_whole_page(WarningCode::UnsureTurn, message.to_owned()));
    }
    let redactions = Redactions::of(prepared);
    for region in regions {
        let RegionKind::Text { writing_mode, .. } = region.kind else { continue };
        let usual = usual_pitch(region, writing_mode);
        for (i, line) in region.lines.iter().enumerate() {
            let warnings = of_reading(line)
                .into_iter()
                .chain(repeated(line))
                .chain(invented(line, prepared, &redactions))
                .chain(off_pitch(line, writing_mode, usual));
            found.extend(warnings.map(|(code, message)| Warning {
                code,
                region: Some(region.id.clone()),
                line: Some(i),
                message,
            }));
        }
    }
    found
}

/// Warnings about damage to the source file.
pub(super) fn of_scan(notes: &[Note]) -> Vec<Warning> {
    let warning = |note: &Note| Some(of_whole_page(code(*note)?, note.doubt()?.to_owned()));
    notes.iter().filter_map(warning).collect()
}

/// Warning code of a note; `None` if the note is not about damage.
fn code(note: Note) -> Option<WarningCode> {
    match note {
        Note::TextLayer => None,
        Note::Repaired => Some(WarningCode::RepairedFile),
        Note::Incomplete => Some(WarningCode::IncompleteScan),
    }
}

/// Warnings about the text of stamps.
pub(super) fn of_stamps(regions: &[Region]) -> Vec<Warning> {
    let mut found = Vec::new();
    for region in regions {
        let RegionKind::Stamp { readings, .. } = &region.kind else { continue };
        let mut doubt = |line: Option<usize>, code: WarningCode, message: String| {
            found.push(Warning { code, region: Some(region.id.clone()), line, message });
        };
        if readings.is_empty() {
            doubt(None, WarningCode::UnreadStamp, "nothing was read here".to_owned());
        }
        for (i, reading) in readings.iter().enumerate() {
            let confidence = reading.confidence.value();
            if reading.likeness.is_none() && confidence < LOW_CONFIDENCE {
                let message = format!("in no vocabulary, and read with confidence {confidence}");
                doubt(Some(i), WarningCode::LowConfidenceStamp, message);
            }
        }
    }
    found
}

type Doubt = (WarningCode, String);

fn of_reading(line: &Line) -> Option<Doubt> {
    if line.text.is_empty() {
        Some((WarningCode::UnreadLine, "nothing was read here".to_owned()))
    } else if line.confidence.value() < LOW_CONFIDENCE {
        Some((WarningCode::LowConfidenceLine, format!("read with confidence {}", line.confidence.value())))
    } else {
        None
    }
}

/// Warning for a run of one character that is too long for Japanese text. Runs of digits and marks (００００, ……, ×××) are
/// valid.
fn repeated(line: &Line) -> Option<Doubt> {
    let is_of_words = |g: &Glyph| g.text.chars().all(|c| matches!(c, 'ぁ'..='ヺ' | '々' | '一'..='鿿'));
    let run = line.glyphs.chunk_by(|a, b| a.text == b.text).max_by_key(|run| run.len())?;
    (run.len() >= REPEATED && is_of_words(&run[0])).then(|| {
        (WarningCode::RepeatedCharacter, format!("{} stands {} times in a row", run[0].text, run.len()))
    })
}

/// The redactions of a page with a spatial index.
struct Redactions {
    all: Vec<BBox>,
    places: BoxIndex,
}

impl Redactions {
    fn of(prepared: &Prepared) -> Self {
        let all: Vec<BBox> = prepared.redactions().iter().map(|mark| mark.bbox).collect();
        Self { places: BoxIndex::of(&all), all }
    }

    fn are_under(&self, place: &BBox) -> bool {
        self.places.touching(place).into_iter().any(|i| is_over(place, &self.all[i]))
    }
}

/// Warnings for characters over a redaction or without ink.
fn invented(line: &Line, prepared: &Prepared, redactions: &Redactions) -> Vec<Doubt> {
    let Some(to_page) = prepared.to_scan.inverse() else { return vec![] };
    let (mut hidden, mut blank) = (String::new(), String::new());
    for glyph in line.glyphs.iter().filter(|g| g.text.chars().all(|c| c != REDACTION_MARK)) {
        let place = to_page.apply_bbox(&glyph.bbox);
        if redactions.are_under(&place) {
            hidden.push_str(&glyph.text);
        } else if !prepared.is_inked(&place.grown(1)) {
            blank.push_str(&glyph.text);
        }
    }
    let over = (!hidden.is_empty()).then(|| {
        (WarningCode::TextOverRedaction, format!("{hidden} was read where a redaction hides the print"))
    });
    let without = (!blank.is_empty())
        .then(|| (WarningCode::TextWithoutInk, format!("there is no ink where {blank} was read")));
    over.into_iter().chain(without).collect()
}

/// Whether more than half of a character box lies over a redaction. The cell is wider than the ink, so a character
/// beside a redaction may overlap it slightly.
fn is_over(place: &BBox, redaction: &BBox) -> bool {
    2 * place.intersection(redaction).area() > place.area()
}

/// Warning for a line whose pitch differs from that of its block.
fn off_pitch(line: &Line, mode: WritingMode, usual: Option<f64>) -> Option<Doubt> {
    let (pitch, usual) = (pitch(line, mode)?, usual?);
    ((pitch / usual - 1.0).abs() > OFF_PITCH).then(|| {
        (
            WarningCode::OffPitchLine,
            format!("its characters stand {pitch:.0} px apart, those of the block {usual:.0}"),
        )
    })
}

/// Median distance of neighbouring full-width characters, px.
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
    use crate::geometry::Polygon;
    use crate::page::{Confidence, StampColor, StampReading, StampShape};
    use crate::pipeline::{Settings, prepare};
    use crate::raster::Pixels;
    use image::{GrayImage, Luma};

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
            Some((WarningCode::RepeatedCharacter, "八 stands 5 times in a row".into()))
        );
        for text in ["第八八八号", "８８８８８８", "……………", "こここと", ""] {
            assert_eq!(repeated(&line(text, 32)), None, "{text}");
        }
    }

    /// A page of synthetic characters with a black block over six characters of the second line.
    fn page() -> Prepared {
        let page = GrayImage::from_fn(1000, 700, |x, y| {
            let (dx, dy) = ((x.max(100) - 100) % 40, (y.max(100) - 100) % 80);
            let printed = (100..900).contains(&x) && (100..580).contains(&y) && dy < 36 && dx < 36;
            let stroke = dx < 3 || dy < 3 || dx > 32 || (16..20).contains(&dy);
            let block = (340..576).contains(&x) && (176..220).contains(&y);
            Luma([if block || printed && stroke { 0 } else { 255 }])
        });
        prepare(&Pixels::Gray(page), &Settings::default(), &mut |_, _| {})
    }

    fn codes(bboxes: &[(char, BBox)]) -> Vec<Doubt> {
        let mut read = line(&bboxes.iter().map(|(c, _)| *c).collect::<String>(), 40);
        read.glyphs.iter_mut().zip(bboxes).for_each(|(glyph, (_, bbox))| glyph.bbox = *bbox);
        let page = page();
        invented(&read, &page, &Redactions::of(&page))
    }

    #[test]
    fn text_over_a_redaction_and_text_over_blank_paper_are_pointed_out() {
        let print = ('電', BBox::from_ltwh(100, 100, 40, 36));
        assert_eq!(codes(&[print, ('■', BBox::from_ltrb(340, 176, 576, 220))]), []);
        assert_eq!(
            codes(&[
                print,
                ('総', BBox::from_ltwh(380, 180, 40, 36)),
                ('理', BBox::from_ltwh(420, 180, 40, 36))
            ]),
            [(WarningCode::TextOverRedaction, "総理 was read where a redaction hides the print".to_owned())]
        );
        assert_eq!(
            codes(&[('空', BBox::from_ltwh(500, 620, 40, 36)), print]),
            [(WarningCode::TextWithoutInk, "there is no ink where 空 was read".to_owned())]
        );
    }

    #[test]
    fn a_character_beside_a_redaction_is_not_over_it() {
        let redaction = BBox::from_ltrb(100, 0, 400, 30);
        assert!(is_over(&BBox::from_ltrb(110, 0, 140, 30), &redaction));
        assert!(is_over(&BBox::from_ltrb(90, 0, 120, 30), &redaction));
        assert!(!is_over(&BBox::from_ltrb(80, 0, 110, 30), &redaction));
        assert!(!is_over(&BBox::from_ltrb(400, 0, 430, 30), &redaction));
    }

    #[test]
    fn a_line_off_the_pitch_of_its_block_is_pointed_out() {
        let (usual, wide) = (line("外務大臣宛至急電報", 32), line("外務大臣宛至急電報", 48));
        let mode = WritingMode::HorizontalTb;
        assert_eq!(off_pitch(&usual, mode, Some(33.0)), None);
        assert_eq!(off_pitch(&wide, mode, Some(33.0)).map(|d| d.0), Some(WarningCode::OffPitchLine));
        assert_eq!(off_pitch(&line("（了）", 99), mode, Some(33.0)), None, "too short to have a pitch");
    }
    #[test]
    fn stamps_that_were_not_read_or_only_guessed_at_are_pointed_out() {
        let reading = |confidence: f32, likeness| StampReading {
            text: "極秘".into(),
            confidence: Confidence::clamped(confidence),
            likeness,
        };
        let code = |read: Vec<StampReading>| {
            let mut kind = RegionKind::stamp(StampColor::Red, StampShape::Rectangle);
            if let RegionKind::Stamp { readings, .. } = &mut kind {
                *readings = read;
            }
            let region = Region {
                id: "s1".into(),
                kind,
                bbox: BBox::from_ltwh(0, 0, 90, 60),
                outline: Polygon::from_points(&[]),
                confidence: Confidence::clamped(0.9),
                lines: vec![],
            };
            of_stamps(&[region]).into_iter().map(|w| w.code).collect::<Vec<_>>()
        };
        assert_eq!(code(vec![]), [WarningCode::UnreadStamp]);
        assert_eq!(code(vec![reading(0.4, None)]), [WarningCode::LowConfidenceStamp]);
        assert_eq!(code(vec![reading(0.9, None)]), []);
        assert_eq!(code(vec![reading(0.4, Some(Confidence::CERTAIN))]), []);
    }
}
