//! Links the units of one direction into line candidates.
//!
//! All coordinates run along x: vertical zones are transposed, and the results are transposed back.

use super::candidate::{InkPiece, LineCandidate};
use super::rows::Rows;
use super::seen::Seen;
use super::{CandidateBlock, along};
use crate::geometry::BBox;
use crate::layout::bands::{self, Stretch};
use crate::layout::cores::Strung;
use crate::layout::direction::Zone;
use crate::layout::{Cell, LineBox, Part, Print};
use crate::page::WritingMode;
use crate::raster::Binary;

/// Height below which ink is a dot, a dash or 一, in characters.
pub(super) const FLAT: f64 = 0.4;
/// Height below which ink between lines that were cut out is left of their own strokes, in characters.
pub(super) const BETWEEN: f64 = 0.7;
/// Side below which ink is a full stop or dust, in characters.
const SPECK: f64 = 0.3;
/// Largest distance of a full stop or dot from the text of its line, in characters. Set on a comma at the head of a
/// column.
const NEAR: f64 = 1.0;
/// Height above which ink is touching strokes of two lines, a stamp over text, or larger type, in characters.
pub(super) const SOUND: f64 = 1.3;

/// Largest distance from a leader to the text before and after it, in characters.
const LED: f64 = 2.5;

/// Least width of a blank in which a rule separates columns, in characters: a streak of the copier runs through text.
const RULED: f64 = 0.6;

/// Least ratio of character sizes of text that is linked together.
const LIKE_SIZE: f64 = 0.85;
/// Largest distance of a dash or 一, and of a smaller mark, from the text of its line, in characters.
const FLAT_REACH: (f64, f64) = (1.5, 0.8);
/// Least width of a dash or 一, in characters; with no line nearby it is a line of its own.
const DASH: f64 = 0.5;

#[derive(Clone, Copy)]
pub(super) struct Stringing<'a> {
    pub(super) ink: &'a Binary,
    pub(super) mode: WritingMode,
    /// Lines and pieces of lines from line cores.
    pub(super) strung: &'a [Strung],
    pub(super) marks: &'a Seen,
    pub(super) size: f64,
    /// Widest blank within a line, in characters.
    pub(super) widest_blank: f64,
}

impl Stringing<'_> {
    pub(super) fn bands(&self, zones: &[Zone]) -> Vec<BBox> {
        let (stretches, _) = self.string_zones(zones);
        let stretches: Vec<Stretch> =
            stretches.iter().map(|s| Stretch { bbox: s.bbox(), blanks: s.blanks() }).collect();
        bands::find_bands(&stretches, &self.marks.rulings, self.size)
    }

    /// Line candidates for all units of this direction, and those under stamps. Text of about one size is linked
    /// together, because lines continue from zone to zone.
    pub(super) fn string_zones(&self, zones: &[Zone]) -> (Vec<LineCandidate>, Vec<LineCandidate>) {
        let mut zones: Vec<&Zone> = zones.iter().filter(|zone| zone.writing_mode == self.mode).collect();
        zones.sort_by(|a, b| b.size.total_cmp(&a.size));
        let piece = |&bbox: &BBox| InkPiece { bbox, redaction: None };
        let own = self.strung.iter().filter(|s| s.mode == self.mode).flat_map(|s| self.parted(&s.units));
        let mut lines: Vec<LineCandidate> =
            own.map(|units| LineCandidate::of(units.iter().map(piece).collect())).collect();
        let mut beneath: Vec<LineCandidate> =
            lines.extract_if(.., |line| self.is_stamps_remnant(line)).collect();
        beneath.retain(|line| self.may_be_line(line));
        for alike in zones.chunk_by(|a, b| b.size > LIKE_SIZE * a.size) {
            let own = Self { size: alike[0].size, ..*self };
            let units: Vec<BBox> = alike.iter().flat_map(|zone| along(&zone.units, self.mode)).collect();
            let (more, others) = own.string(own.given_to(&mut lines, units));
            lines.extend(more);
            beneath.extend(others);
        }
        // A streak of the copier through a notice splits it into two zones, whose sizes may seem to differ.
        self.join(&mut lines);
        self.lead(&mut lines);
        (lines, beneath)
    }

    /// Splits a line at blanks or rules: cores run over the blanks between tiers and columns.
    fn parted<'u>(&self, units: &'u [BBox]) -> impl Iterator<Item = &'u [BBox]> {
        units.chunk_by(move |a, b| {
            let gap = f64::from(a.gap_x(b));
            gap <= self.widest_blank * self.size && !self.are_parted(a, b, gap)
        })
    }

    /// Adds units to the lines from line cores. Returns the units that belong to none of them.
    fn given_to(&self, lines: &mut Vec<LineCandidate>, mut units: Vec<BBox>) -> Vec<BBox> {
        if self.strung.is_empty() {
            return units;
        }
        units.sort_by_key(|u| (u.left, u.top));
        let mut rows = Rows::of(lines, self.size);
        let mut given = |unit: &BBox| {
            let beside = rows.beside(unit).into_iter();
            let near = beside.filter_map(|i| Some((self.distance(&lines[i], unit)?, i)));
            let near = near.filter(|&(_, i)| !self.is_speck(unit) || self.is_near_print(unit, &lines[i]));
            let best = near.min_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((_, line)) = best {
                rows.put(lines, Some(line), InkPiece { bbox: *unit, redaction: None });
            }
            best.is_some()
        };
        units.retain(|unit| !given(unit));
        units
    }

    /// Links all units into candidates: first units of a character's height; then certain lines are cut out of higher
    /// units (touching strokes of two lines, stamps over text); then the rest of those; last flat units (dots,
    /// dashes, 一). Returns the lines, and separately those that may be lines under a stamp.
    fn string(&self, mut units: Vec<BBox>) -> (Vec<LineCandidate>, Vec<LineCandidate>) {
        units.sort_by_key(|u| (u.left, u.top));
        let height = |u: &BBox| f64::from(u.height()) / self.size;
        let (flat, whole): (Vec<BBox>, Vec<BBox>) = units.into_iter().partition(|u| height(u) < FLAT);
        let (sound, large): (Vec<BBox>, Vec<BBox>) = whole.into_iter().partition(|u| height(u) <= SOUND);
        let mut candidates: Vec<LineCandidate> = Vec::new();
        let mut rows = Rows::of(&candidates, self.size);
        self.link(&mut candidates, &mut rows, sound);
        let mut rest: Vec<BBox> =
            large.iter().flat_map(|unit| self.cut_out(&mut candidates, &rows, unit)).collect();
        rest.sort_by_key(|u| (u.left, u.top));
        self.link(&mut candidates, &mut rows, rest);
        self.join(&mut candidates);
        let mut rows = Rows::of(&candidates, self.size);
        flat.into_iter().for_each(|unit| self.attach(&mut candidates, &mut rows, unit));
        candidates.retain(|c| self.is_print(c));
        let (mut beneath, lines): (Vec<LineCandidate>, Vec<LineCandidate>) =
            candidates.into_iter().partition(|c| self.is_stamps_remnant(c));
        beneath.retain(|c| self.may_be_line(c));
        (lines, beneath)
    }

    /// Adds units, sorted along the line, to the candidates that they continue, or creates candidates from them.
    fn link(&self, candidates: &mut Vec<LineCandidate>, rows: &mut Rows, units: Vec<BBox>) {
        for unit in units {
            let best = rows
                .beside(&unit)
                .into_iter()
                .filter_map(|i| Some((self.distance(&candidates[i], &unit)?, i)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            rows.put(candidates, best.map(|(_, i)| i), InkPiece { bbox: unit, redaction: None });
        }
    }

    /// Whether a candidate is certainly a line: several characters of even height.
    pub(super) fn is_sure(&self, candidate: &LineCandidate) -> bool {
        let bbox = candidate.bbox();
        candidate.pieces().len() >= 3
            && f64::from(bbox.width()) >= 4.0 * self.size
            && f64::from(candidate.band(&bbox).height()) <= SOUND * self.size
    }

    /// Whether a unit is in the band of a line, near its text.
    pub(super) fn stands_in_line(&self, unit: &BBox, line: &LineCandidate) -> bool {
        let (band, gap) = line.nearest(unit);
        let middle = unit.center().y;
        f64::from(gap) <= 2.0 * self.size && middle > f64::from(band.top) && middle < f64::from(band.bottom)
    }

    /// Joins candidates that continue one another at the same height: cutting has filled the gaps between them.
    fn join(&self, candidates: &mut Vec<LineCandidate>) {
        candidates.sort_by_key(|c| c.bbox().left);
        let mut rows = Rows::of(candidates, self.size);
        for i in 0..candidates.len() {
            // A candidate that was joined to another is empty.
            while !candidates[i].is_empty() {
                let beside = rows.beside(&candidates[i].bbox()).into_iter();
                let mut later = beside.filter(|&j| j > i && !candidates[j].is_empty());
                let Some(next) = later.find(|&j| self.goes_on(&candidates[i], &candidates[j])) else { break };
                let other = candidates[next].take();
                other.into_iter().for_each(|piece| rows.put(candidates, Some(i), piece));
            }
        }
        candidates.retain(|c| !c.is_empty());
    }

    /// Adds leaders to the lines before them, and joins the lines after them.
    fn lead(&self, candidates: &mut Vec<LineCandidate>) {
        let mut rows = Rows::of(candidates, self.size);
        for leader in &self.marks.leaders {
            let middle = leader.center().y;
            let stands_beside = |&i: &usize| {
                let band = candidates[i].band(leader);
                !candidates[i].is_empty() && middle > f64::from(band.top) && middle < f64::from(band.bottom)
            };
            let beside: Vec<usize> = rows.beside(leader).into_iter().filter(stands_beside).collect();
            let gap = |i: usize| candidates[i].nearest(leader).1;
            let side = |is_before: bool| {
                let here = beside
                    .iter()
                    .copied()
                    .filter(|&i| is_before == (candidates[i].bbox().center().x < leader.center().x));
                here.filter(|&i| f64::from(gap(i)) <= LED * self.size).min_by_key(|&i| gap(i))
            };
            let (Some(first), then) = (side(true), side(false)) else { continue };
            rows.put(candidates, Some(first), InkPiece { bbox: *leader, redaction: None });
            if let Some(then) = then {
                let rest = candidates[then].take();
                rest.into_iter().for_each(|piece| rows.put(candidates, Some(first), piece));
            }
        }
        candidates.retain(|c| !c.is_empty());
    }

    /// Length of a blank of a line that stamps cover, px.
    fn beneath_stamps(&self, from: i32, to: i32, band: &BBox) -> i32 {
        let blank = BBox::from_ltrb(from, band.top, to, band.bottom);
        let covered = |stamp: usize| {
            let shared = self.marks.stamps[stamp].intersection(&blank);
            if 2 * shared.height() >= blank.height() { shared.width() } else { 0 }
        };
        self.marks.stamps_places.touching(&blank).into_iter().map(covered).max().unwrap_or(0)
    }

    fn goes_on(&self, candidate: &LineCandidate, other: &LineCandidate) -> bool {
        let (a, b) = (candidate.bbox(), other.bbox());
        let farthest = self.widest_blank * f64::from(a.height().max(b.height()));
        if self.marks.stamps.is_empty() && f64::from(b.left - a.right) > farthest {
            return false;
        }
        let (mine, theirs) = (candidate.band(&b), other.band(&a));
        let gap = f64::from(b.left - a.right - self.beneath_stamps(a.right, b.left, &mine));
        let overlap = f64::from(-mine.gap_y(&theirs));
        let (low, high) = (mine.height().min(theirs.height()), mine.height().max(theirs.height()));
        let alike = f64::from(high) <= 1.4 * f64::from(low).max(0.7 * self.size);
        // Candidates in one band are of one line, even if they overlap along it.
        alike
            && gap <= self.widest_blank * f64::from(high).min(1.1 * self.size.max(f64::from(low)))
            && overlap >= 0.7 * f64::from(low)
            && !self.are_parted(&a, &b, gap)
    }

    /// Whether a rule or a band separates two boxes. `gap` excludes the part under stamps, where rules may belong to
    /// the stamp; bands are tested with the whole gap.
    fn are_parted(&self, a: &BBox, b: &BBox, gap: f64) -> bool {
        let is_wide = |gap: f64| gap > RULED * self.size;
        (is_wide(gap) && self.marks.rulings.is_between(a, b))
            || (is_wide(f64::from(a.gap_x(b))) && self.marks.bands.is_between(a, b))
            || self.marks.shared.is_between(a, b)
    }

    /// Distance of a unit from the end of a candidate, px, with twice the deviation across; `None` if the unit does
    /// not belong to it.
    fn distance(&self, candidate: &LineCandidate, unit: &BBox) -> Option<f64> {
        let recent = candidate.recent(8);
        let last = candidate.pieces().last()?.bbox;
        let (band, height) = (f64::from(recent.height()), f64::from(unit.height()));
        let overlap = f64::from(-recent.gap_y(unit));
        // Kana are lower than the line; a higher unit may exceed the line only slightly.
        let fits = if height <= band {
            overlap >= 0.7 * height
        } else {
            overlap >= 0.6 * band && height <= (1.7 * band).max(0.9 * self.size)
        };
        let reach = self.widest_blank * band.max(height).min(1.1 * self.size.max(band.min(height)));
        if !fits || f64::from(candidate.bbox().gap_x(unit)) > reach {
            return None;
        }
        let gap = f64::from(candidate.nearest(unit).1);
        if gap > reach || self.are_parted(&last, unit, gap) {
            return None;
        }
        Some(gap + 2.0 * (recent.center().y - unit.center().y).abs())
    }

    /// Whether a unit is small enough to be a full stop or dust.
    fn is_speck(&self, unit: &BBox) -> bool {
        f64::from(unit.width().max(unit.height())) < SPECK * self.size
    }

    /// Whether a line has text near a unit. Dust may lie anywhere, so a line does not continue from speck to speck.
    fn is_near_print(&self, unit: &BBox, line: &LineCandidate) -> bool {
        let gap = line.gap_to_print(unit, SPECK * self.size);
        gap.is_some_and(|gap| f64::from(gap) <= NEAR * self.size)
    }

    /// Adds a flat unit to its line; a dash or 一 with no line nearby becomes a line.
    fn attach(&self, candidates: &mut Vec<LineCandidate>, rows: &mut Rows, unit: BBox) {
        let middle = unit.center().y;
        let wide = f64::from(unit.width()) >= DASH * self.size;
        let reach = self.size * if wide { FLAT_REACH.0 } else { FLAT_REACH.1 };
        let best = rows
            .about(&unit)
            .into_iter()
            .filter(|&i| f64::from(candidates[i].bbox().gap_x(&unit)) <= reach)
            .filter_map(|i| {
                let (nearest, gap) = candidates[i].nearest(&unit);
                if f64::from(gap) > reach
                    || self.is_speck(&unit) && !self.is_near_print(&unit, &candidates[i])
                {
                    return None;
                }
                let band = candidates[i].band(&unit);
                let slack = 0.2 * f64::from(band.height());
                let inside =
                    middle >= f64::from(band.top) - slack && middle <= f64::from(band.bottom) + slack;
                let parted = self.are_parted(&nearest, &unit, f64::from(gap));
                (inside && !parted).then_some((gap, i))
            })
            .min();
        if best.is_some() || wide {
            rows.put(candidates, best.map(|(_, i)| i), InkPiece { bbox: unit, redaction: None });
        }
    }

    /// Assigns each redaction to its line and joins the lines that it interrupts; one that stands alone stays free.
    pub(super) fn place_redactions(
        &self,
        candidates: &mut Vec<LineCandidate>,
        redactions: &[BBox],
        free: &mut [bool],
    ) {
        let mut rows = Rows::of(candidates, self.size);
        for (index, block) in redactions.iter().enumerate() {
            if !free[index] {
                continue;
            }
            let beside = rows.beside(block).into_iter();
            let mut touched: Vec<usize> = beside
                .filter(|&i| !candidates[i].is_empty() && self.stands_in(block, &candidates[i]))
                .collect();
            // A redaction over several lines is one ■, in the first of them.
            touched.sort_by_key(|&i| candidates[i].nearest(block).0.top);
            let piece = InkPiece { bbox: *block, redaction: Some(index) };
            let Some(&first) = touched.first() else { continue };
            free[index] = false;
            let partner =
                touched[1..].iter().copied().find(|&i| candidates[first].continues(&candidates[i], block));
            rows.put(candidates, Some(first), piece);
            if let Some(partner) = partner {
                let rest = candidates[partner].take();
                rest.into_iter().for_each(|piece| rows.put(candidates, Some(first), piece));
            }
        }
        candidates.retain(|c| !c.is_empty());
    }

    /// Whether a redaction covers part of a line, or follows or precedes its text.
    fn stands_in(&self, block: &BBox, candidate: &LineCandidate) -> bool {
        let reach = self.size * self.widest_blank;
        if f64::from(candidate.bbox().gap_x(block)) > reach {
            return false;
        }
        let (nearest, gap) = candidate.nearest(block);
        let overlap = f64::from(-nearest.gap_y(block));
        overlap >= 0.5 * f64::from(nearest.height().min(block.height()))
            && f64::from(gap) <= reach
            && !self.marks.rulings.is_between(&nearest, block)
            && !self.marks.bands.is_between(&nearest, block)
    }

    /// Converts a candidate to a line, with its text in stretches between redactions.
    pub(super) fn finish(&self, candidate: LineCandidate) -> Option<CandidateBlock> {
        let mut parts: Vec<Part> = Vec::new();
        for piece in candidate.pieces() {
            match (piece.redaction, parts.last_mut()) {
                (Some(index), _) => parts.push(Part::Redaction(index)),
                (None, Some(Part::Print(print))) => print.bbox = print.bbox.union(&piece.bbox),
                (None, _) => parts.push(Part::Print(Print { bbox: piece.bbox, cells: Vec::<Cell>::new() })),
            }
        }
        let bbox = self.mode.along(&candidate.bbox());
        for part in &mut parts {
            if let Part::Print(print) = part {
                print.bbox = self.mode.along(&print.bbox);
            }
        }
        (!parts.is_empty())
            .then_some(CandidateBlock { writing_mode: self.mode, line: LineBox { bbox, parts } })
    }
}
