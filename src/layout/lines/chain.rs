//! A line while it grows: pieces of print and redactions in a row, and where it runs.
//!
//! Looked at beside a box, only the beads near it count: as they are sorted along the line, and none is longer than the
//! longest, those within some distance are found without passing all of them.

use crate::geometry::BBox;

/// What is strung together: print or a redaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bead {
    pub bbox: BBox,
    pub redaction: Option<usize>,
}

/// A line while it grows.
#[derive(Debug, Clone, Default)]
pub(super) struct Chain {
    /// By their left ends.
    beads: Vec<Bead>,
    bbox: BBox,
    /// Length of the longest bead, px.
    longest: i32,
}

impl Chain {
    /// Of beads in their order.
    pub(super) fn of(beads: Vec<Bead>) -> Self {
        let bbox = beads.iter().fold(BBox::default(), |all, b| all.union(&b.bbox));
        let longest = beads.iter().map(|b| b.bbox.width()).max().unwrap_or(0);
        Self { beads, bbox, longest }
    }

    pub(super) fn beads(&self) -> &[Bead] {
        &self.beads
    }

    pub(super) fn bbox(&self) -> BBox {
        self.bbox
    }

    pub(super) fn is_empty(&self) -> bool {
        self.beads.is_empty()
    }

    /// Ends of the blanks between its beads, px.
    pub(super) fn blanks(&self) -> Vec<(i32, i32)> {
        let mut reached = self.bbox.left;
        let mut blanks = Vec::new();
        for bead in &self.beads {
            if bead.bbox.left > reached {
                blanks.push((reached, bead.bbox.left));
            }
            reached = reached.max(bead.bbox.right);
        }
        blanks
    }

    /// Its beads; it is left without any.
    pub(super) fn take(&mut self) -> Vec<Bead> {
        std::mem::take(self).beads
    }

    /// The box of the last few beads: where the line runs now, be it bent.
    pub(super) fn recent(&self, count: usize) -> BBox {
        let from = self.beads.len().saturating_sub(count);
        self.beads[from..].iter().fold(BBox::default(), |all, b| all.union(&b.bbox))
    }

    /// Where the line runs beside a box: the middle and the usual extent of the ten beads nearest to it.
    pub(super) fn band(&self, bbox: &BBox) -> BBox {
        let near = self.nearest_print(bbox, 10);
        if near.is_empty() {
            return self.bbox;
        }
        let edge = |of: &dyn Fn(&Bead) -> i32, part: f64| {
            let mut all: Vec<i32> = near.iter().map(|b| of(b)).collect();
            all.sort_unstable();
            all[((all.len() - 1) as f64 * part).round() as usize]
        };
        let (top, bottom) = (edge(&|b| b.bbox.top, 0.12), edge(&|b| b.bbox.bottom, 0.88));
        BBox::from_ltrb(bbox.left, top, bbox.right, bottom)
    }

    /// So many beads of print that are nearest to a box along the line; of those as near the first.
    fn nearest_print(&self, bbox: &BBox, count: usize) -> Vec<&Bead> {
        let mut near = Vec::new();
        for reach in reaches(bbox) {
            let beads = self.within(bbox, reach);
            let is_whole = beads.len() == self.beads.len();
            let print = beads.iter().filter(|b| b.redaction.is_none());
            near = print.map(|b| (gap(b, bbox), b)).filter(|(gap, _)| is_whole || *gap <= reach).collect();
            if is_whole || near.len() >= count {
                break;
            }
        }
        near.sort_by_key(|(gap, _)| *gap);
        near.truncate(count);
        near.into_iter().map(|(_, bead)| bead).collect()
    }

    /// The part of the line beside a box (the beads nearest to it along the line) and the gap between them.
    pub(super) fn nearest(&self, bbox: &BBox) -> (BBox, i32) {
        let least = self.least_gap(bbox, |_| true).unwrap_or(0);
        let reach = least.saturating_add(bbox.height());
        let near = self.within(bbox, reach).iter().filter(|b| gap(b, bbox) <= reach);
        (near.fold(BBox::default(), |all, b| all.union(&b.bbox)), least)
    }

    /// The gap between a box and the nearest bead along the line that is no speck.
    pub(super) fn gap_to_print(&self, bbox: &BBox, speck: f64) -> Option<i32> {
        self.least_gap(bbox, |b| f64::from(b.bbox.width().max(b.bbox.height())) >= speck)
    }

    /// The gap between a box and the nearest of some beads.
    fn least_gap(&self, bbox: &BBox, counts: impl Fn(&Bead) -> bool) -> Option<i32> {
        for reach in reaches(bbox) {
            let beads = self.within(bbox, reach);
            let least = beads.iter().filter(|b| counts(b)).map(|b| gap(b, bbox)).min();
            if beads.len() == self.beads.len() || least.is_some_and(|least| least <= reach) {
                return least;
            }
        }
        None
    }

    /// Beads with all of those that are no farther from a box than so many pixels.
    fn within(&self, bbox: &BBox, reach: i32) -> &[Bead] {
        let (first, last) =
            (bbox.left.saturating_sub(reach).saturating_sub(self.longest), bbox.right.saturating_add(reach));
        let from = self.beads.partition_point(|b| b.bbox.left < first);
        let to = self.beads.partition_point(|b| b.bbox.left <= last);
        &self.beads[from..to.max(from)]
    }

    pub(super) fn insert(&mut self, bead: Bead) {
        let place = self.beads.partition_point(|b| b.bbox.left <= bead.bbox.left);
        self.beads.insert(place, bead);
        self.bbox = self.bbox.union(&bead.bbox);
        self.longest = self.longest.max(bead.bbox.width());
    }

    /// Whether another chain goes on where a redaction ends this one, at the same height.
    pub(super) fn continues(&self, other: &Self, block: &BBox) -> bool {
        let (here, there) = (self.nearest(block).0, other.nearest(block).0);
        let (mine, theirs) = (self.bbox(), other.bbox());
        let apart = mine.right <= theirs.left + 2 || theirs.right <= mine.left + 2;
        let overlap = -here.gap_y(&there);
        apart && 2 * overlap >= here.height().min(there.height())
    }
}

/// The gap between a bead and a box along the line; 0 where they overlap.
fn gap(bead: &Bead, bbox: &BBox) -> i32 {
    bead.bbox.gap_x(bbox).max(0)
}

/// How far around a box is looked for beads, farther and farther, px.
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
            beads in prop::collection::vec((0..3000i32, 0..40i32, 1..90i32, 1..30i32), 1..60),
            (left, width) in (0..3000i32, 1..200i32),
        ) {
            let mut chain = Chain::default();
            for &(left, top, width, height) in &beads {
                let redaction = (left % 5 == 0).then_some(0);
                chain.insert(Bead { bbox: BBox::from_ltwh(left, top, width, height), redaction });
            }
            let at = BBox::from_ltwh(left, 0, width, 20);
            let least = chain.beads().iter().map(|b| gap(b, &at)).min().unwrap_or(0);
            let near = chain.beads().iter().filter(|b| gap(b, &at) <= least + 20);
            let expected = near.fold(BBox::default(), |all, b| all.union(&b.bbox));
            prop_assert_eq!(chain.nearest(&at), (expected, least));
            let mut print: Vec<&Bead> = chain.beads().iter().filter(|b| b.redaction.is_none()).collect();
            print.sort_by_key(|b| gap(b, &at));
            let boxes = |beads: Vec<&Bead>| beads.into_iter().map(|b| b.bbox).collect::<Vec<BBox>>();
            print.truncate(10);
            prop_assert_eq!(boxes(chain.nearest_print(&at, 10)), boxes(print));
            let large = chain.beads().iter().filter(|b| b.bbox.width().max(b.bbox.height()) >= 60);
            prop_assert_eq!(chain.gap_to_print(&at, 60.0), large.map(|b| gap(b, &at)).min());
        }
    }
}
