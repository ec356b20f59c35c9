//! A line while it grows: pieces of print and redactions in a row, and where it runs.

use crate::geometry::BBox;

/// What is strung together: print or a redaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bead {
    pub bbox: BBox,
    pub redaction: Option<usize>,
}

/// A line while it grows.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    pub beads: Vec<Bead>,
}

impl Chain {
    pub(super) fn bbox(&self) -> BBox {
        self.beads.iter().fold(BBox::default(), |all, b| all.union(&b.bbox))
    }

    /// The box of the last few beads: where the line runs now, be it bent.
    pub(super) fn recent(&self, count: usize) -> BBox {
        let from = self.beads.len().saturating_sub(count);
        self.beads[from..].iter().fold(BBox::default(), |all, b| all.union(&b.bbox))
    }

    /// Where the line runs beside a box: the middle and the usual extent of the ten beads nearest to it.
    pub(super) fn band(&self, bbox: &BBox) -> BBox {
        let mut near: Vec<&Bead> = self.beads.iter().filter(|b| b.redaction.is_none()).collect();
        near.sort_by_key(|b| b.bbox.gap_x(bbox).max(0));
        near.truncate(10);
        if near.is_empty() {
            return self.bbox();
        }
        let edge = |of: &dyn Fn(&Bead) -> i32, part: f64| {
            let mut all: Vec<i32> = near.iter().map(|b| of(b)).collect();
            all.sort_unstable();
            all[((all.len() - 1) as f64 * part).round() as usize]
        };
        let (top, bottom) = (edge(&|b| b.bbox.top, 0.12), edge(&|b| b.bbox.bottom, 0.88));
        BBox::from_ltrb(bbox.left, top, bbox.right, bottom)
    }

    /// The part of the line beside a box (the beads nearest to it along the line) and the gap between them.
    pub(super) fn nearest(&self, bbox: &BBox) -> (BBox, i32) {
        let gap = |b: &Bead| b.bbox.gap_x(bbox).max(0);
        let least = self.beads.iter().map(gap).min().unwrap_or(0);
        let near = self.beads.iter().filter(|b| gap(b) <= least + bbox.height());
        (near.fold(BBox::default(), |all, b| all.union(&b.bbox)), least)
    }

    /// The gap between a box and the nearest bead along the line that is no speck.
    pub(super) fn gap_to_print(&self, bbox: &BBox, speck: f64) -> Option<i32> {
        let is_print = |b: &&Bead| f64::from(b.bbox.width().max(b.bbox.height())) >= speck;
        self.beads.iter().filter(is_print).map(|b| b.bbox.gap_x(bbox).max(0)).min()
    }

    pub(super) fn insert(&mut self, bead: Bead) {
        let place = self.beads.partition_point(|b| b.bbox.left <= bead.bbox.left);
        self.beads.insert(place, bead);
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
