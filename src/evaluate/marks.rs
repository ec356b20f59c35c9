//! Detection of stamps, redactions and handwriting.
//!
//! A mark is found if its box overlaps one in the reference by IoU ≥ 0.5. Boxes are matched one-to-one, largest overlap
//! first. Panoptic quality follows Kirillov et al. 2019: the mean IoU of the matches times F1.

use super::document::{Document, Mark, MarkKind};
use crate::geometry::BBox;
use crate::orthography::Folding;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Least IoU of a match.
pub(super) const LEAST_OVERLAP: f64 = 0.5;

/// Counts for one kind of mark.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct MarkFigures {
    /// Number of marks in the reference.
    pub reference: u64,
    /// Number of marks in the result.
    pub found: u64,
    /// Number of matches.
    pub matched: u64,
    /// Sum of the IoU of the matches.
    pub overlap: f64,
    /// Number of matches whose text is in the reference.
    pub texts: u64,
    /// Number of these whose text is right (width, kana size and old forms folded).
    pub texts_right: u64,
}

impl MarkFigures {
    /// Precision.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        (self.found > 0).then(|| self.matched as f64 / self.found as f64)
    }

    /// Recall.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        (self.reference > 0).then(|| self.matched as f64 / self.reference as f64)
    }

    /// F1: the harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let all = self.reference + self.found;
        (all > 0).then(|| 2.0 * self.matched as f64 / all as f64)
    }

    /// Mean IoU of the matches.
    #[must_use]
    pub fn mean_overlap(&self) -> Option<f64> {
        (self.matched > 0).then(|| self.overlap / self.matched as f64)
    }

    /// Panoptic quality.
    #[must_use]
    pub fn panoptic_quality(&self) -> Option<f64> {
        let all = self.reference + self.found;
        (all > 0).then(|| 2.0 * self.overlap / all as f64)
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.reference += other.reference;
        self.found += other.found;
        self.matched += other.matched;
        self.overlap += other.overlap;
        self.texts += other.texts;
        self.texts_right += other.texts_right;
    }
}

/// Compares the marks of a page by kind; empty if either side's format has no marks.
pub(super) fn compare(reference: &Document, hypothesis: &Document) -> BTreeMap<MarkKind, MarkFigures> {
    let (Some(expected), Some(found)) = (&reference.marks, &hypothesis.marks) else { return BTreeMap::new() };
    let kinds = [MarkKind::Stamp, MarkKind::Redaction, MarkKind::Handwriting];
    let figures = kinds.map(|kind| {
        let of_kind = |marks: &[Mark]| marks.iter().filter(|m| m.kind == kind).cloned().collect::<Vec<_>>();
        (kind, of_one_kind(&of_kind(expected), &of_kind(found)))
    });
    figures.into_iter().filter(|(_, f)| f.reference + f.found > 0).collect()
}

fn of_one_kind(expected: &[Mark], found: &[Mark]) -> MarkFigures {
    let boxes = |marks: &[Mark]| marks.iter().map(|m| m.bbox).collect::<Vec<_>>();
    let pairs = matches(&boxes(expected), &boxes(found));
    let folded = |text: &str| Folding::all().fold(text).split_whitespace().collect::<String>();
    let mut figures = MarkFigures {
        reference: expected.len() as u64,
        found: found.len() as u64,
        matched: pairs.len() as u64,
        ..MarkFigures::default()
    };
    for (i, j, overlap) in pairs {
        figures.overlap += overlap;
        if let Some(text) = expected[i].text.as_deref().filter(|t| !t.is_empty()) {
            figures.texts += 1;
            let read = found[j].text.as_deref().unwrap_or_default();
            figures.texts_right += u64::from(folded(text) == folded(read));
        }
    }
    figures
}

/// Matches boxes one-to-one, largest overlap first. Returns both indexes and the IoU.
pub(super) fn matches(expected: &[BBox], found: &[BBox]) -> Vec<(usize, usize, f64)> {
    let overlaps = |i: usize| found.iter().enumerate().map(move |(j, b)| (i, j, expected[i].iou(b)));
    let mut all: Vec<_> = (0..expected.len()).flat_map(overlaps).filter(|p| p.2 >= LEAST_OVERLAP).collect();
    all.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    let (mut used, mut taken) = (vec![false; expected.len()], vec![false; found.len()]);
    all.retain(|&(i, j, _)| {
        let free = !used[i] && !taken[j];
        if free {
            (used[i], taken[j]) = (true, true);
        }
        free
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(left: i32, text: &str) -> Mark {
        Mark { kind: MarkKind::Stamp, bbox: BBox::from_ltwh(left, 0, 100, 100), text: Some(text.into()) }
    }

    #[test]
    fn a_mark_is_found_once_and_where_it_overlaps_by_half() {
        let found = of_one_kind(
            &[stamp(0, "極祕"), stamp(500, "接受")],
            &[stamp(20, "極秘"), stamp(10, "秘"), stamp(540, "")],
        );
        assert_eq!((found.reference, found.found, found.matched), (2, 3, 1));
        assert_eq!((found.texts, found.texts_right), (1, 0));
        assert!((found.mean_overlap().unwrap() - 90.0 / 110.0).abs() < 1e-9);
        assert!((found.panoptic_quality().unwrap() - (90.0 / 110.0) / 2.5).abs() < 1e-9);
        assert_eq!((found.precision(), found.recall(), found.f1()), (Some(1.0 / 3.0), Some(0.5), Some(0.4)));
    }

    #[test]
    fn a_pair_that_loses_takes_nobody_away() {
        let boxes =
            |lefts: &[i32]| lefts.iter().map(|l| BBox::from_ltwh(*l, 0, 100, 100)).collect::<Vec<_>>();
        let found: Vec<_> = matches(&boxes(&[0, 30]), &boxes(&[10, 50])).iter().map(|p| (p.0, p.1)).collect();
        assert_eq!(found, [(0, 0), (1, 1)]);
    }
}
