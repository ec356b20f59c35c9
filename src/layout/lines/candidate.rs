//! A line candidate: text pieces and redactions in a row.
//!
//! Queries about a box consider only the pieces near it. Pieces are sorted along the line and the length of the
//! longest is known, so a binary search finds all pieces within a distance.

use crate::geometry::BBox;

/// A piece of a line: text, or a redaction with its index.
#[derive(Debug, Clone, Copy)]
pub(super) struct InkPiece {
    pub bbox: BBox,
    pub redaction: Option<usize>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct LineCandidate {
    /// Sorted by left end.
    pieces: Vec<InkPiece>,
    bbox: BBox,
    /// Length of the longest piece, px.
    longest: i32,
}

impl LineCandidate {
    /// Creates a candidate from sorted pieces.
    pub(super) fn of(pieces: Vec<InkPiece>) -> Self {
        let bbox = pieces.iter().fold(BBox::default(), |all, b| all.union(&b.bbox));
        let longest = pieces.iter().map(|b| b.bbox.width()).max().unwrap_or(0);
        Self { pieces, bbox, longest }
    }

    pub(super) fn pieces(&self) -> &[InkPiece] {
        &self.pieces
    }

    pub(super) fn bbox(&self) -> BBox {
        self.bbox
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Start and end of the blanks between the pieces, px.
    pub(super) fn blanks(&self) -> Vec<(i32, i32)> {
        let mut reached = self.bbox.left;
        let mut blanks = Vec::new();
        for piece in &self.pieces {
            if piece.bbox.left > reached {
                blanks.push((reached, piece.bbox.left));
            }
            reached = reached.max(piece.bbox.right);
        }
        blanks
    }

    /// Moves the pieces out and leaves the candidate empty.
    pub(super) fn take(&mut self) -> Vec<InkPiece> {
        std::mem::take(self).pieces
    }

    /// Bounding box of the last `count` pieces, which follows a bent line.
    pub(super) fn recent(&self, count: usize) -> BBox {
        let from = self.pieces.len().saturating_sub(count);
        self.pieces[from..].iter().fold(BBox::default(), |all, b| all.union(&b.bbox))
    }

    /// Band of the line beside a box: from the 12th percentile of the tops to the 88th percentile of the bottoms of
    /// the ten nearest text pieces.
    pub(super) fn band(&self, bbox: &BBox) -> BBox {
        let near = self.nearest_print(bbox, 10);
        if near.is_empty() {
            return self.bbox;
        }
        let edge = |of: &dyn Fn(&InkPiece) -> i32, part: f64| {
            let mut all: Vec<i32> = near.iter().map(|b| of(b)).collect();
            all.sort_unstable();
            all[((all.len() - 1) as f64 * part).round() as usize]
        };
        let (top, bottom) = (edge(&|b| b.bbox.top, 0.12), edge(&|b| b.bbox.bottom, 0.88));
        BBox::from_ltrb(bbox.left, top, bbox.right, bottom)
    }

    /// The `count` text pieces nearest to a box along the line; ties go to the first.
    fn nearest_print(&self, bbox: &BBox, count: usize) -> Vec<&InkPiece> {
        let mut near = Vec::new();
        for reach in reaches(bbox) {
            let pieces = self.within(bbox, reach);
            let is_whole = pieces.len() == self.pieces.len();
            let print = pieces.iter().filter(|b| b.redaction.is_none());
            near = print.map(|b| (gap(b, bbox), b)).filter(|(gap, _)| is_whole || *gap <= reach).collect();
            if is_whole || near.len() >= count {
                break;
            }
        }
        near.sort_by_key(|(gap, _)| *gap);
        near.truncate(count);
        near.into_iter().map(|(_, piece)| piece).collect()
    }

    /// Bounding box of the pieces about as near to a box as the nearest piece, and the gap to the nearest one, px.
    pub(super) fn nearest(&self, bbox: &BBox) -> (BBox, i32) {
        let least = self.least_gap(bbox, |_| true).unwrap_or(0);
        let reach = least.saturating_add(bbox.height());
        let near = self.within(bbox, reach).iter().filter(|b| gap(b, bbox) <= reach);
        (near.fold(BBox::default(), |all, b| all.union(&b.bbox)), least)
    }

    /// The gap between a box and the nearest piece that is not a speck, px.
    pub(super) fn gap_to_print(&self, bbox: &BBox, speck: f64) -> Option<i32> {
        self.least_gap(bbox, |b| f64::from(b.bbox.width().max(b.bbox.height())) >= speck)
    }

    /// The gap between a box and the nearest piece that satisfies `counts`, px.
    fn least_gap(&self, bbox: &BBox, counts: impl Fn(&InkPiece) -> bool) -> Option<i32> {
        for reach in reaches(bbox) {
            let pieces = self.within(bbox, reach);
            let least = pieces.iter().filter(|b| counts(b)).map(|b| gap(b, bbox)).min();
            if pieces.len() == self.pieces.len() || least.is_some_and(|least| least <= reach) {
                return least;
            }
        }
        None
    }

    /// A range of pieces that includes all pieces within `reach` px of a box.
    fn within(&self, bbox: &BBox, reach: i32) -> &[InkPiece] {
        let (first, last) =
            (bbox.left.saturating_sub(reach).saturating_sub(self.longest), bbox.right.saturating_add(reach));
        let from = self.pieces.partition_point(|b| b.bbox.left < first);
        let to = self.pieces.partition_point(|b| b.bbox.left <= last);
        &self.pieces[from..to.max(from)]
    }

    pub(super) fn insert(&mut self, piece: InkPiece) {
        let place = self.pieces.partition_point(|b| b.bbox.left <= piece.bbox.left);
        self.pieces.insert(place, piece);
        self.bbox = self.bbox.union(&piece.bbox);
        self.longest = self.longest.max(piece.bbox.width());
    }

    /// Whether another candidate continues this one beyond a redaction, at the same height.
    pub(super) fn continues(&self, other: &Self, block: &BBox) -> bool {
        let (here, there) = (self.nearest(block).0, other.nearest(block).0);
        let (mine, theirs) = (self.bbox(), other.bbox());
        let apart = mine.right <= theirs.left + 2 || theirs.right <= mine.left + 2;
        let overlap = -here.gap_y(&there);
        apart && 2 * overlap >= here.height().min(there.height())
    }
}

/// The gap between a piece and a box along the line, px; 0 if they overlap.
fn gap(piece: &InkPiece, bbox: &BBox) -> i32 {
    piece.bbox.gap_x(bbox).max(0)
}

/// Search distances around a box, doubled at each step, px.
fn reaches(bbox: &BBox) -> impl Iterator<Item = i32> {
    let first = bbox.height().max(8);
    (0..)
        .map_while(move |step| first.checked_shl(step).filter(|reach| *reach > 0 && *reach < 1 << 24))
        .chain([i32::MAX])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_nearest_beads_are_those_of_all(
            pieces in prop::collection::vec((0..3000i32, 0..40i32, 1..90i32, 1..30i32), 1..60),
            (left, width) in (0..3000i32, 1..200i32),
        ) {
            let mut candidate = LineCandidate::default();
            for &(left, top, width, height) in &pieces {
                let redaction = (left % 5 == 0).then_some(0);
                candidate.insert(InkPiece { bbox: BBox::from_ltwh(left, top, width, height), redaction });
            }
            let at = BBox::from_ltwh(left, 0, width, 20);
            let least = candidate.pieces().iter().map(|b| gap(b, &at)).min().unwrap_or(0);
            let near = candidate.pieces().iter().filter(|b| gap(b, &at) <= least + 20);
            let expected = near.fold(BBox::default(), |all, b| all.union(&b.bbox));
            prop_assert_eq!(candidate.nearest(&at), (expected, least));
            let mut print: Vec<&InkPiece> = candidate.pieces().iter().filter(|b| b.redaction.is_none()).collect();
            print.sort_by_key(|b| gap(b, &at));
            let boxes = |pieces: Vec<&InkPiece>| pieces.into_iter().map(|b| b.bbox).collect::<Vec<BBox>>();
            print.truncate(10);
            prop_assert_eq!(boxes(candidate.nearest_print(&at, 10)), boxes(print));
            let large = candidate.pieces().iter().filter(|b| b.bbox.width().max(b.bbox.height()) >= 60);
            prop_assert_eq!(candidate.gap_to_print(&at, 60.0), large.map(|b| gap(b, &at)).min());
        }
    }
}
