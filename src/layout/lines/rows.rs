//! Which chains run through the rows of a page: what stands in a row meets only these.

use super::chain::{Bead, Chain};
use crate::geometry::BBox;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Chains by rows as high as a character.
pub(super) struct Rows {
    height: i32,
    chains: BTreeMap<i32, Vec<usize>>,
    /// The rows of each chain.
    of: Vec<RangeInclusive<i32>>,
}

impl Rows {
    /// Of chains by their places, on a page of characters of a size.
    pub(super) fn of(chains: &[Chain], size: f64) -> Self {
        let mut rows = Self { height: (size as i32).max(1), chains: BTreeMap::new(), of: Vec::new() };
        chains.iter().for_each(|chain| rows.add(&chain.bbox()));
        rows
    }

    fn rows(&self, top: i32, bottom: i32) -> RangeInclusive<i32> {
        top.div_euclid(self.height)..=bottom.div_euclid(self.height)
    }

    fn add(&mut self, bbox: &BBox) {
        let rows = self.rows(bbox.top, bbox.bottom);
        rows.clone().for_each(|row| self.chains.entry(row).or_default().push(self.of.len()));
        self.of.push(rows);
    }

    /// Puts a bead into a chain, or opens one with it.
    pub(super) fn put(&mut self, chains: &mut Vec<Chain>, chain: Option<usize>, bead: Bead) {
        let Some(chain) = chain else {
            self.add(&bead.bbox);
            chains.push(Chain::of(vec![bead]));
            return;
        };
        chains[chain].insert(bead);
        let (before, now) = (self.of[chain].clone(), self.rows(bead.bbox.top, bead.bbox.bottom));
        let now = *now.start().min(before.start())..=*now.end().max(before.end());
        for row in now.clone().filter(|row| !before.contains(row)) {
            self.chains.entry(row).or_default().push(chain);
        }
        self.of[chain] = now;
    }

    /// The chains that may touch the rows of a box, in order.
    pub(super) fn beside(&self, bbox: &BBox) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .chains
            .range(self.rows(bbox.top, bbox.bottom))
            .flat_map(|(_, chains)| chains.iter().copied())
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The same and those in the rows next to them.
    pub(super) fn about(&self, bbox: &BBox) -> Vec<usize> {
        self.beside(&BBox { top: bbox.top - self.height, bottom: bbox.bottom + self.height, ..*bbox })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_found_in_all_of_its_rows() {
        let bead = |top: i32| Bead { bbox: BBox::from_ltwh(0, top, 10, 10), redaction: None };
        let mut chains = vec![];
        let mut rows = Rows::of(&chains, 20.0);
        rows.put(&mut chains, None, bead(5));
        rows.put(&mut chains, None, bead(105));
        assert!(rows.beside(&bead(85).bbox).is_empty());
        rows.put(&mut chains, Some(1), bead(62));
        assert_eq!(rows.beside(&bead(85).bbox), [1]);
        assert_eq!(rows.about(&bead(35).bbox), [0, 1]);
    }
}
