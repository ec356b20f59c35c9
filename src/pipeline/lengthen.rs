//! Extends lines that a black stamp cuts short. For example, a stamp may leave one character of a sender of four,
//! because layout cannot distinguish the covered characters from strokes of the stamp.
//!
//! If a line ends at or inside a stamp, the line is read again up to the far edge of the stamp. The additional
//! characters join the line as long as they are confident and do not occur in the text of the stamp. This is done only
//! with engines that read through marks.

use super::lines::{Around, read_line};
use super::stamps::Way;
use super::text_under_stamp::{SURE, of_one_width, said_over};
use super::{Prepared, boxes};
use crate::geometry::{BBox, BoxIndex};
use crate::layout::{Cell, LineBox, Part, Print};
use crate::page::{Glyph, RegionKind, WritingMode};
use crate::recognize::{RecognizeError, Recognizer};

/// Least width of the covered place, in line heights: less cannot hold a character. Not set on data.
const ROOM: f64 = 0.5;
/// Characters that engines return for strokes of a frame and for specks. Not set on data.
const STROKES: &str = "一ー―－-丨｜|Ｉ1l/／＼ノ＿_…‥・．.。、，,'`´：；:;「」『』（）()［］[]〔〕】【";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
}

/// Extends the lines of the page that a stamp cuts short.
///
/// # Errors
/// Returns an error if the engine's model is missing. If the engine fails on a line, the line stays as it is.
pub(super) fn lengthen(
    page: &mut Prepared,
    stamps: &[Option<Way>],
    recognizer: &mut dyn Recognizer,
) -> Result<(), RecognizeError> {
    if !recognizer.reads_through_marks() {
        return Ok(());
    }
    let beside = Beside::of(page);
    for end in [End::Last, End::First] {
        let mut longer = Vec::new();
        let around = Around::of(page);
        for (b, block) in page.blocks.iter().enumerate() {
            for (l, line) in block.lines.iter().enumerate() {
                let Some((part, print)) = print_at(line, end) else { continue };
                let Some(place) = beside.place_beyond(print, block.writing_mode, end) else { continue };
                let Some(said) = said_over(page, stamps, &place) else { continue };
                let whole = longer_print(print, &place, block.writing_mode);
                let asked = LineBox { bbox: whole.bbox, parts: vec![Part::Print(whole)] };
                let read = match read_line(page, &around, &asked, block.writing_mode, recognizer) {
                    Ok(read) => read.glyphs,
                    Err(missing @ RecognizeError::ModelMissing { .. }) => return Err(missing),
                    Err(_) => continue,
                };
                if let Some(more) = belongs(&read, print, &said, block.writing_mode, end) {
                    longer.push((b, l, part, longer_print(print, &more, block.writing_mode)));
                }
            }
        }
        for (b, l, part, print) in longer {
            let line = &mut page.blocks[b].lines[l];
            line.bbox = line.bbox.union(&print.bbox);
            line.parts[part] = Part::Print(print);
        }
    }
    Ok(())
}

/// The printed part at an end of a line, with its index; `None` if a redaction is at that end.
fn print_at(line: &LineBox, end: End) -> Option<(usize, &Print)> {
    let at = if end == End::First { 0 } else { line.parts.len().checked_sub(1)? };
    match &line.parts[at] {
        Part::Print(print) => Some((at, print)),
        Part::Redaction(_) => None,
    }
}

/// The stamps of a page, and the obstacles at which an extended line stops: other lines, redactions, rulings.
struct Beside {
    stamps: Vec<BBox>,
    stops: Vec<BBox>,
    index: BoxIndex,
}

impl Beside {
    fn of(page: &Prepared) -> Self {
        let lines = page.blocks.iter().flat_map(|block| &block.lines).map(|line| line.bbox);
        let is_stop = |kind: &RegionKind| matches!(kind, RegionKind::Ruling | RegionKind::Redaction { .. });
        let stops: Vec<BBox> = lines.chain(boxes(&page.marks, is_stop)).collect();
        Self { stamps: page.black_stamps(), index: BoxIndex::of(&stops), stops }
    }

    /// The place beyond an end of a line that a stamp covers; `None` if no stamp covers it.
    fn place_beyond(&self, print: &Print, mode: WritingMode, end: End) -> Option<BBox> {
        let own = facing(&mode.along(&print.bbox), end);
        let (middle, size) = ((own.top + own.bottom) / 2, own.height());
        let is_at_end = |stamp: &BBox| {
            (stamp.top..stamp.bottom).contains(&middle)
                && stamp.left - size <= own.right
                && stamp.right > own.right
        };
        let stamps = self.stamps.iter().map(|stamp| facing(&mode.along(stamp), end));
        let reach = stamps.filter(is_at_end).map(|stamp| stamp.right).max()?;
        let core = BBox::from_ltrb(own.right, middle - size / 4, reach, middle + size / 4);
        let touched = self.index.touching(&mode.along(&facing(&core, end)));
        let stops = touched.into_iter().map(|i| facing(&mode.along(&self.stops[i]), end));
        let stop = stops.filter(|stop| stop.right > own.right).map(|stop| stop.left).min();
        let reach = stop.map_or(reach, |stop| stop.min(reach));
        let place = BBox::from_ltrb(own.right, own.top, reach, own.bottom);
        (f64::from(place.width()) >= ROOM * f64::from(size)).then(|| mode.along(&facing(&place, end)))
    }
}

/// Mirrors a box for the first end, so that the line always extends to the right. Its own inverse.
fn facing(bbox: &BBox, end: End) -> BBox {
    match end {
        End::Last => *bbox,
        End::First => BBox::from_ltrb(-bbox.right, bbox.top, -bbox.left, bbox.bottom),
    }
}

/// Extends a printed part by a place beside it. The cells continue at the same pitch.
fn longer_print(print: &Print, place: &BBox, mode: WritingMode) -> Print {
    let bbox = print.bbox.union(place);
    let along = mode.along(&bbox);
    let mut cells: Vec<Cell> = print.cells.clone();
    let first_and_last = cells.first().copied().zip(cells.last().copied());
    if let Some((first, last)) = first_and_last {
        let ends = [mode.along(&first.bbox), mode.along(&last.bbox)];
        let pitch = (f64::from(ends[1].right - ends[0].left) / cells.len() as f64).max(1.0);
        let moved = |cell: &BBox, steps: usize, sign: f64| {
            let by = (sign * pitch * steps as f64).round() as i32;
            Cell { bbox: mode.along(&cell.shifted(by, 0)), ink: 0 }
        };
        let count = |room: i32| (f64::from(room) / pitch).round().max(0.0) as usize;
        let before = count(ends[0].left - along.left);
        cells.splice(0..0, (1..=before).rev().map(|step| moved(&ends[0], step, -1.0)));
        cells.extend((1..=count(along.right - ends[1].right)).map(|step| moved(&ends[1], step, 1.0)));
    }
    Print { bbox, cells }
}

/// Box of the glyphs beyond the end of the printed part that belong to its line.
fn belongs(read: &[Glyph], print: &Print, said: &[char], mode: WritingMode, end: End) -> Option<BBox> {
    let own = facing(&mode.along(&print.bbox), end);
    let place = |glyph: &Glyph| facing(&mode.along(&glyph.bbox), end);
    let mut beyond: Vec<&Glyph> = read
        .iter()
        .filter(|glyph| {
            let place = place(glyph);
            (place.left + place.right) / 2 > own.right
        })
        .collect();
    beyond.sort_by_key(|glyph| place(glyph).left);
    let is_print = |glyph: &&Glyph| {
        glyph.confidence.value() >= SURE.1 && !of_one_width(&glyph.text).chars().any(|c| said.contains(&c))
    };
    beyond.truncate(beyond.iter().take_while(|glyph| is_print(glyph)).count());
    while beyond.pop_if(|glyph| glyph.text.chars().all(|c| STROKES.contains(c))).is_some() {}
    let mean = beyond.iter().map(|glyph| glyph.confidence.value()).sum::<f32>() / beyond.len() as f32;
    (!beyond.is_empty() && mean >= SURE.0)
        .then(|| beyond.iter().fold(BBox::default(), |all, glyph| all.union(&glyph.bbox)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Confidence;

    const LINE: BBox = BBox { left: 100, top: 200, right: 140, bottom: 240 };

    fn print(cells: &[BBox]) -> Print {
        Print { bbox: LINE, cells: cells.iter().map(|&bbox| Cell { bbox, ink: 1 }).collect() }
    }

    fn beside(stamp: BBox, stops: &[BBox]) -> Beside {
        Beside { stamps: vec![stamp], index: BoxIndex::of(stops), stops: stops.to_vec() }
    }

    #[test]
    fn a_line_goes_on_to_the_other_edge_of_the_stamp_or_to_what_stands_there() {
        let place = BBox::from_ltrb;
        let beyond = |stamp, stops: &[BBox], end| {
            beside(stamp, stops).place_beyond(&print(&[]), WritingMode::HorizontalTb, end)
        };
        assert_eq!(beyond(place(130, 150, 300, 300), &[LINE], End::Last), Some(place(140, 200, 300, 240)));
        assert_eq!(beyond(place(20, 150, 90, 300), &[LINE], End::First), Some(place(20, 200, 100, 240)));
        let stop = place(220, 100, 224, 400);
        assert_eq!(
            beyond(place(130, 150, 300, 300), &[LINE, stop], End::Last),
            Some(place(140, 200, 220, 240))
        );
        assert_eq!(beyond(place(200, 150, 300, 300), &[LINE], End::Last), None, "too far away");
        assert_eq!(beyond(place(130, 230, 300, 300), &[LINE], End::Last), None, "below the middle");
        assert_eq!(beyond(place(90, 150, 150, 300), &[LINE], End::Last), None, "no room in it");
        let column = beside(place(80, 230, 300, 400), &[]);
        let found = column.place_beyond(&print(&[]), WritingMode::VerticalRl, End::Last);
        assert_eq!(found, Some(place(100, 240, 140, 400)));
    }

    #[test]
    fn cells_go_on_at_their_pitch() {
        let print = print(&[BBox::from_ltrb(98, 198, 142, 242)]);
        let longer = longer_print(&print, &BBox::from_ltrb(140, 200, 232, 240), WritingMode::HorizontalTb);
        let lefts: Vec<i32> = longer.cells.iter().map(|cell| cell.bbox.left).collect();
        assert_eq!((longer.bbox.right, lefts), (232, vec![98, 142, 186]));
        let longer = longer_print(&print, &BBox::from_ltrb(10, 200, 100, 240), WritingMode::HorizontalTb);
        assert_eq!(longer.cells.iter().map(|cell| cell.bbox.left).collect::<Vec<_>>(), [10, 54, 98]);
    }

    #[test]
    fn what_is_surely_read_and_not_the_stamps_belongs_to_the_line() {
        let glyphs = |read: &[(&str, f32)]| -> Vec<Glyph> {
            let glyph = |(i, &(text, confidence)): (usize, &(&str, f32))| Glyph {
                text: text.to_owned(),
                bbox: LINE.shifted(40 * i as i32, 0),
                confidence: Confidence::clamped(confidence),
                alternatives: vec![],
            };
            read.iter().enumerate().map(glyph).collect()
        };
        let right = |read: &[(&str, f32)]| {
            let said = ['解', '除'];
            let more = belongs(&glyphs(read), &print(&[]), &said, WritingMode::HorizontalTb, End::Last);
            more.map(|more| more.right)
        };
        assert_eq!(right(&[("大", 0.9), ("島", 0.9), ("大", 0.8), ("使", 0.95)]), Some(260));
        assert_eq!(right(&[("大", 0.9), ("島", 0.9), ("除", 0.99), ("使", 0.95)]), Some(180), "the stamp's");
        assert_eq!(right(&[("大", 0.9), ("島", 0.9), ("一", 0.9)]), Some(180), "its frame");
        assert_eq!(right(&[("大", 0.9), ("島", 0.4), ("大", 0.9)]), None);
        assert_eq!(right(&[("大", 0.9), ("島", 0.7)]), None);
        assert_eq!(right(&[("大", 0.9)]), None);
    }
}
