//! Rejects line candidates that are not text: dust, and remnants of rules and stamps.
//!
//! The decision uses the shapes of the components, not their meaning: a lone 一 is text, a streak of the copier is
//! not. A lone ー in a column is mistaken for a remnant of a rule; no cable has one.

use super::candidate::{InkPiece, LineCandidate};
use super::stringing::{BETWEEN, FLAT, SOUND, Stringing};
use crate::geometry::BBox;
use crate::page::WritingMode;

/// Height below which a candidate is a remnant of a rule or a row of dashes, in characters.
const THIN: f64 = 0.3;
/// Least length of a line under a stamp, in characters.
const SHORTEST: f64 = 1.7;
/// Least side of a character that stands alone, in characters.
const SMALL: f64 = 0.5;

impl Stringing<'_> {
    /// Whether a candidate is text. Its largest piece must have the extent of a small character, and the whole must
    /// be higher than a row of dashes. In a column every character has a stroke across; specks and pieces of a rule
    /// have none, however far they scatter.
    pub(super) fn is_print(&self, candidate: &LineCandidate) -> bool {
        let all = candidate.bbox();
        let largest =
            candidate.pieces().iter().map(|b| b.bbox.width().max(b.bbox.height())).max().unwrap_or(0);
        let is_thin = match self.mode {
            WritingMode::VerticalRl => {
                candidate.pieces().iter().all(|b| b.redaction.is_none() && self.is_streak(&b.bbox))
            }
            WritingMode::HorizontalTb => f64::from(all.height()) < THIN * self.size,
        };
        f64::from(largest) >= SMALL * self.size && !(is_thin && self.is_rules_remnant(&all))
    }

    /// Whether a component is thin, or runs along the line as no character does: ー and ｜ are thinner.
    fn is_streak(&self, piece: &BBox) -> bool {
        let height = f64::from(piece.height());
        height < THIN * self.size
            || (height < BETWEEN * self.size && f64::from(piece.width()) >= 3.0 * height)
    }

    /// Whether a candidate lies inside a stamp, whose strokes cannot all be distinguished from text. Specks outside
    /// the stamp do not count.
    pub(super) fn is_stamps_remnant(&self, candidate: &LineCandidate) -> bool {
        let extent = |b: &InkPiece| f64::from(b.bbox.width().max(b.bbox.height()));
        let is_print = |b: &&InkPiece| b.redaction.is_some() || extent(b) >= FLAT * self.size;
        let print =
            candidate.pieces().iter().filter(is_print).fold(BBox::default(), |all, b| all.union(&b.bbox));
        let over = self.marks.stamps_places.touching(&print).into_iter().map(|i| self.marks.stamps[i]);
        over.into_iter().any(|stamp| 100 * print.intersection(&stamp).area() >= 85 * print.area())
    }

    /// Whether a candidate inside a stamp has the shape of a line: at least two characters of the page's size.
    pub(super) fn may_be_line(&self, candidate: &LineCandidate) -> bool {
        let bbox = candidate.bbox();
        let height = f64::from(bbox.height()) / self.size;
        (BETWEEN..=SOUND).contains(&height) && f64::from(bbox.width()) >= SHORTEST * self.size
    }

    /// Whether a thin shape is a remnant of a rule: longer than a dash, vertical (which 一 is not), or on a rule.
    fn is_rules_remnant(&self, thin: &BBox) -> bool {
        f64::from(thin.width()) > 1.5 * self.size
            || self.mode == WritingMode::VerticalRl
            || self.marks.rulings.is_level_near(thin.center().y, 0.3 * self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Seen;
    use super::*;
    use crate::layout::Erased;
    use crate::raster::Binary;

    const SIZE: f64 = 40.0;

    /// Boxes of a column: position along the line, position across, length along, width across.
    fn chain(boxes: &[(i32, i32, i32, i32)]) -> LineCandidate {
        let piece = |&(along, across, length, width): &(i32, i32, i32, i32)| InkPiece {
            bbox: BBox::from_ltwh(along, across, length, width),
            redaction: None,
        };
        LineCandidate::of(boxes.iter().map(piece).collect())
    }

    fn kept(mode: WritingMode, stamps: &[BBox], boxes: &[(i32, i32, i32, i32)]) -> bool {
        let ink = Binary::new(1, 1);
        // The stamps are given in coordinates along the lines.
        let erased = Erased { stamps, ..Erased::default() };
        let marks = Seen::of(&erased, &[], SIZE, WritingMode::HorizontalTb);
        let stringing =
            Stringing { ink: &ink, mode, strung: &[], marks: &marks, size: SIZE, widest_blank: 3.0 };
        let candidate = chain(boxes);
        stringing.is_print(&candidate) && !stringing.is_stamps_remnant(&candidate)
    }

    #[test]
    fn pieces_of_a_rule_are_no_column_however_they_scatter() {
        let pieces = [(0, 0, 60, 4), (90, 20, 50, 14), (160, 8, 6, 6)];
        assert!(!kept(WritingMode::VerticalRl, &[], &pieces));
        assert!(kept(WritingMode::VerticalRl, &[], &[(0, 0, 12, 38)]), "一 in a column");
        assert!(kept(WritingMode::HorizontalTb, &[], &[(0, 0, 38, 6), (4, 18, 28, 6)]), "二 in a row");
    }

    #[test]
    fn specks_beyond_a_stamp_do_not_make_its_strokes_a_line() {
        let stamp = BBox::from_ltrb(100, 0, 200, 60);
        let strokes = [(110, 10, 30, 34), (150, 8, 36, 30), (340, 20, 6, 6)];
        assert!(!kept(WritingMode::VerticalRl, &[stamp], &strokes));
        let print = [(110, 10, 30, 34), (150, 8, 36, 30), (340, 8, 36, 36)];
        assert!(kept(WritingMode::VerticalRl, &[stamp], &print), "print goes on behind the stamp");
    }
}
