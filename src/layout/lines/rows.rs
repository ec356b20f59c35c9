//! Row index of line candidates: returns the candidates that can touch a box.

use super::candidate::{InkPiece, LineCandidate};
use crate::geometry::BBox;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Line candidates by rows of one character's height.
pub(super) struct Rows {
    height: i32,
    candidates: BTreeMap<i32, Vec<usize>>,
    /// The rows of each candidate.
    of: Vec<RangeInclusive<i32>>,
}

impl Rows {
    /// Index of candidates for characters of `size` px.
    pub(super) fn of(candidates: &[LineCandidate], size: f64) -> Self {
        let mut rows = Self { height: (size as i32).max(1), candidates: BTreeMap::new(), of: Vec::new() };
        candidates.iter().for_each(|candidate| rows.add(&candidate.bbox()));
        rows
    }

    fn rows(&self, top: i32, bottom: i32) -> RangeInclusive<i32> {
        top.div_euclid(self.height)..=bottom.div_euclid(self.height)
    }

    fn add(&mut self, bbox: &BBox) {
        let rows = self.rows(bbox.top, bbox.bottom);
        rows.clone().for_each(|row| self.candidates.entry(row).or_default().push(self.of.len()));
        self.of.push(rows);
    }

    /// Adds a piece to a candidate, or creates a candidate from it.
    pub(super) fn put(
        &mut self,
        candidates: &mut Vec<LineCandidate>,
        candidate: Option<usize>,
        piece: InkPiece,
    ) {
        let Some(candidate) = candidate else {
            self.add(&piece.bbox);
            candidates.push(LineCandidate::of(vec![piece]));
            return;
        };
        candidates[candidate].insert(piece);
        let (before, now) = (self.of[candidate].clone(), self.rows(piece.bbox.top, piece.bbox.bottom));
        let now = *now.start().min(before.start())..=*now.end().max(before.end());
        for row in now.clone().filter(|row| !before.contains(row)) {
            self.candidates.entry(row).or_default().push(candidate);
        }
        self.of[candidate] = now;
    }

    /// Indexes of the candidates that may touch the rows of a box, sorted.
    pub(super) fn beside(&self, bbox: &BBox) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .candidates
            .range(self.rows(bbox.top, bbox.bottom))
            .flat_map(|(_, candidates)| candidates.iter().copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The same, including the rows above and below.
    pub(super) fn about(&self, bbox: &BBox) -> Vec<usize> {
        self.beside(&BBox { top: bbox.top - self.height, bottom: bbox.bottom + self.height, ..*bbox })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_found_in_all_of_its_rows() {
        let piece = |top: i32| InkPiece { bbox: BBox::from_ltwh(0, top, 10, 10), redaction: None };
        let mut candidates = vec![];
        let mut rows = Rows::of(&candidates, 20.0);
        rows.put(&mut candidates, None, piece(5));
        rows.put(&mut candidates, None, piece(105));
        assert!(rows.beside(&piece(85).bbox).is_empty());
        rows.put(&mut candidates, Some(1), piece(62));
        assert_eq!(rows.beside(&piece(85).bbox), [1]);
        assert_eq!(rows.about(&piece(35).bbox), [0, 1]);
    }
}
