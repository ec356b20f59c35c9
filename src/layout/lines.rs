//! Links units into line candidates, and inserts redactions.
//!
//! All coordinates run along x: vertical zones are transposed, and the results are transposed back.

mod candidate;
mod cutting;
mod remnants;
mod rows;
mod seen;
mod stringing;

pub(super) use cutting::ink_bbox;

use super::bands;
use super::cores::Strung;
use super::direction::Zone;
use super::rulings::Rulings;
use super::units::Units;
use super::{Erased, LayoutOptions, LineBox, Part};
use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Binary;
use rows::Rows;
use seen::Seen;
use stringing::Stringing;

pub(super) struct CandidateBlock {
    pub writing_mode: WritingMode,
    pub line: LineBox,
}

/// Redactions on a page without text: each is a line of its own.
pub(super) fn redactions_alone(redactions: &[BBox]) -> Vec<CandidateBlock> {
    redactions
        .iter()
        .enumerate()
        .map(|(i, &bbox)| CandidateBlock {
            writing_mode: WritingMode::HorizontalTb,
            line: LineBox { bbox, parts: vec![Part::Redaction(i)] },
        })
        .collect()
}

/// The lines of a page, unordered.
pub(super) struct LineCandidates {
    pub lines: Vec<CandidateBlock>,
    /// Lines wholly under stamps.
    pub beneath: Vec<CandidateBlock>,
    /// Bands between tiers of vertical text.
    pub tiers: Vec<BBox>,
}

pub(super) fn chain(
    ink: &Binary,
    found: &Units,
    (strung, zones): (&[Strung], &[Zone]),
    erased: &Erased<'_>,
    options: &LayoutOptions,
) -> LineCandidates {
    let size = found.size;
    let mut free: Vec<bool> = vec![true; erased.redactions.len()];
    let (mut lines, mut beneath) = (Vec::new(), Vec::new());
    // The direction with more text comes first, so that redactions go to lines of the body rather than of a title.
    let mut modes = [WritingMode::HorizontalTb, WritingMode::VerticalRl];
    modes.sort_by_key(|&mode| std::cmp::Reverse(units_of(strung, zones, mode)));
    let marks = modes.map(|mode| Seen::of(erased, &found.dots, size, mode));
    let widest_blank = options.widest_blank;
    let main = Stringing { ink, mode: modes[0], strung, marks: &marks[0], size, widest_blank };
    let zones = with_scraps(&main, zones);
    let mut tiers = Vec::new();
    for (mode, mut marks) in modes.into_iter().zip(marks) {
        let stretches = Stringing { ink, mode, strung, marks: &marks, size, widest_blank: bands::BLANK };
        let bands = stretches.bands(&zones);
        marks.shared = bands::printed_in(&bands, &marks.rulings, size);
        marks.bands = Rulings::of(bands.clone());
        if mode == WritingMode::VerticalRl {
            tiers = along(&bands, mode);
        }
        let stringing = Stringing { ink, mode, strung, marks: &marks, size, widest_blank };
        let (mut candidates, others) = stringing.string_zones(&zones);
        stringing.place_redactions(&mut candidates, &along(erased.redactions, mode), &mut free);
        lines.extend(candidates.into_iter().filter_map(|c| stringing.finish(c)));
        beneath.extend(others.into_iter().filter_map(|c| stringing.finish(c)));
    }
    let alone = redactions_alone(erased.redactions).into_iter().zip(free).filter(|(_, is_free)| *is_free);
    let alone: Vec<CandidateBlock> = alone
        .map(|(alone, _)| CandidateBlock { writing_mode: nearest_mode(&alone.line.bbox, &lines), ..alone })
        .collect();
    lines.extend(alone);
    LineCandidates { lines, beneath, tiers }
}

/// Direction of the line nearest to a redaction in no line: in a form, the direction of the form.
fn nearest_mode(redaction: &BBox, lines: &[CandidateBlock]) -> WritingMode {
    let distance = |line: &&CandidateBlock| {
        let [across, down] = [line.line.bbox.gap_x(redaction), line.line.bbox.gap_y(redaction)];
        across.max(0).pow(2) + down.max(0).pow(2)
    };
    lines.iter().min_by_key(distance).map_or(WritingMode::HorizontalTb, |line| line.writing_mode)
}

/// Largest number of units of a zone that may be a scrap of a line of the other direction.
const MOST_SCRAPS: usize = 12;

/// Reassigns zones that are scraps of lines in the main direction: in faded text, two characters of neighbouring
/// lines may be all that is left between blanks.
fn with_scraps(main: &Stringing<'_>, zones: &[Zone]) -> Vec<Zone> {
    let (mut lines, _) = main.string_zones(zones);
    lines.retain(|line| main.is_sure(line));
    let rows = Rows::of(&lines, main.size);
    let is_scrap = |zone: &Zone| {
        let units = along(&zone.units, main.mode);
        let in_line =
            |unit: &BBox| rows.beside(unit).into_iter().any(|i| main.stands_in_line(unit, &lines[i]));
        zone.units.len() <= MOST_SCRAPS && 10 * units.iter().filter(|u| in_line(u)).count() >= 7 * units.len()
    };
    let mode_of = |zone: &Zone| if is_scrap(zone) { main.mode } else { zone.writing_mode };
    zones.iter().map(|z| Zone { writing_mode: mode_of(z), size: z.size, units: z.units.clone() }).collect()
}

fn units_of(strung: &[Strung], zones: &[Zone], mode: WritingMode) -> usize {
    let of_zones = zones.iter().filter(|z| z.writing_mode == mode).map(|z| z.units.len());
    of_zones.chain(strung.iter().filter(|s| s.mode == mode).map(|s| s.units.len())).sum()
}

/// Boxes in coordinates along the lines.
fn along(boxes: &[BBox], mode: WritingMode) -> Vec<BBox> {
    boxes.iter().map(|b| mode.along(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redaction_in_no_line_has_the_direction_of_the_nearest_one() {
        let line =
            |bbox, writing_mode| CandidateBlock { writing_mode, line: LineBox { bbox, parts: vec![] } };
        let lines = [
            line(BBox::from_ltrb(0, 0, 200, 30), WritingMode::HorizontalTb),
            line(BBox::from_ltrb(600, 100, 630, 900), WritingMode::VerticalRl),
        ];
        let near = |left, top| nearest_mode(&BBox::from_ltwh(left, top, 40, 30), &lines);
        assert_eq!(near(300, 5), WritingMode::HorizontalTb);
        assert_eq!(near(540, 400), WritingMode::VerticalRl);
        assert_eq!(nearest_mode(&BBox::default(), &[]), WritingMode::HorizontalTb);
    }
}
