//! Spatial index of boxes.
//!
//! A loop over all pairs of components takes too long on a page of noise. The index stores each box in one cell of a
//! grid whose cells are about as wide and as high as the box; there is one grid for each power of two of the width
//! and of the height. All boxes that touch a query box therefore lie in a few neighbouring cells of each grid.
//! Inserting and querying n boxes takes n log n steps, plus one step for each box found.

use super::BBox;
use std::collections::{BTreeMap, BTreeSet};

/// Smallest side of a cell as a power of two, px.
const SMALLEST: u32 = 3;

/// Spatial index of numbered boxes. Several boxes may share a number.
#[derive(Debug, Clone, Default)]
pub(crate) struct BoxIndex {
    entries: Vec<(BBox, usize)>,
    /// Cells by grid; the key holds the cell's width and height as powers of two.
    grids: BTreeMap<(u32, u32), Cells>,
}

/// Row and column of the cell that contains the top-left corner of a box, and the index of its entry.
type Cells = BTreeSet<(i32, i32, u32)>;

impl BoxIndex {
    /// Index of boxes, numbered by their position in the list.
    pub(crate) fn of<'a>(boxes: impl IntoIterator<Item = &'a BBox>) -> Self {
        let mut index = Self::default();
        boxes.into_iter().enumerate().for_each(|(number, bbox)| index.insert(number, bbox));
        index
    }

    pub(crate) fn insert(&mut self, number: usize, bbox: &BBox) {
        let entry = self.entries.len() as u32;
        self.entries.push((*bbox, number));
        let (grid, (row, column)) = place(bbox);
        self.grids.entry(grid).or_default().insert((row, column, entry));
    }

    /// Replaces a box with the given number by another one.
    pub(crate) fn replace(&mut self, number: usize, old: &BBox, new: &BBox) {
        let (grid, (row, column)) = place(old);
        if let Some(cells) = self.grids.get_mut(&grid) {
            let there = cells.range((row, column, 0)..=(row, column, u32::MAX));
            let is_it = |&&(.., entry): &&(i32, i32, u32)| self.entries[entry as usize] == (*old, number);
            if let Some(gone) = there.into_iter().find(is_it).copied() {
                cells.remove(&gone);
            }
        }
        self.insert(number, new);
    }

    /// Numbers of the boxes that touch or overlap `bbox`, sorted and without duplicates.
    pub(crate) fn touching(&self, bbox: &BBox) -> Vec<usize> {
        let mut found = Vec::new();
        let mut take = |entry: u32| {
            let (other, number) = &self.entries[entry as usize];
            if other.gap_x(bbox) <= 0 && other.gap_y(bbox) <= 0 {
                found.push(*number);
            }
        };
        for (&(wide, high), cells) in &self.grids {
            // A box extends from its own cell into the next one at most.
            let columns = ((bbox.left >> wide) - 1, bbox.right >> wide);
            let rows = (bbox.top >> high) - 1..=(bbox.bottom >> high);
            if rows.end() - rows.start() >= cells.len() as i32 {
                cells.iter().for_each(|&(.., entry)| take(entry));
                continue;
            }
            for row in rows {
                let along = cells.range((row, columns.0, 0)..=(row, columns.1, u32::MAX));
                along.for_each(|&(.., entry)| take(entry));
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Grid and cell (row and column) of a box.
fn place(bbox: &BBox) -> ((u32, u32), (i32, i32)) {
    let (wide, high) = (power(bbox.width()), power(bbox.height()));
    ((wide, high), (bbox.top >> high, bbox.left >> wide))
}

/// Merges boxes until no two remaining boxes join. A box merges with the first one that it joins; `joins` is asked
/// only for boxes that touch after one is grown by `reach` px.
pub(crate) fn merge(mut boxes: Vec<BBox>, reach: i32, joins: impl Fn(&BBox, &BBox) -> bool) -> Vec<BBox> {
    loop {
        let before = boxes.len();
        let (mut merged, mut places): (Vec<BBox>, _) = (Vec::new(), BoxIndex::default());
        for bbox in boxes {
            let near = places.touching(&bbox.grown(reach)).into_iter();
            match near.into_iter().find(|&i| joins(&merged[i], &bbox)) {
                Some(i) => {
                    let all = merged[i].union(&bbox);
                    places.replace(i, &merged[i], &all);
                    merged[i] = all;
                }
                None => {
                    places.insert(merged.len(), &bbox);
                    merged.push(bbox);
                }
            }
        }
        boxes = merged;
        if boxes.len() == before {
            return boxes;
        }
    }
}

/// Exponent of the smallest power of two above `side`, at least [`SMALLEST`].
fn power(side: i32) -> u32 {
    (i32::BITS - side.max(0).leading_zeros()).max(SMALLEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_box() -> impl Strategy<Value = BBox> {
        let side = prop_oneof![0..12i32, 0..300i32];
        (-50..400i32, -50..400i32, side.clone(), side)
            .prop_map(|(left, top, width, height)| BBox::from_ltwh(left, top, width, height))
    }

    proptest! {
        #[test]
        fn what_touches_a_box_is_found_as_by_looking_at_all(boxes in prop::collection::vec(any_box(), 0..60), at in any_box()) {
            let touches = |b: &BBox| b.gap_x(&at) <= 0 && b.gap_y(&at) <= 0;
            let expected: Vec<usize> = (0..boxes.len()).filter(|&i| touches(&boxes[i])).collect();
            prop_assert_eq!(BoxIndex::of(&boxes).touching(&at), expected);
        }
    }

    #[test]
    fn boxes_that_grow_meet_others_until_none_are_left() {
        let near = |a: &BBox, b: &BBox| a.gap_x(b) <= 3 && a.gap_y(b) <= 3;
        let boxes = [(0, 0), (30, 0), (15, 2), (13, 40)].map(|(x, y)| BBox::from_ltwh(x, y, 12, 10));
        assert_eq!(merge(boxes.to_vec(), 3, near), [BBox::from_ltrb(0, 0, 42, 12), boxes[3]]);
    }

    #[test]
    fn a_number_with_several_boxes_is_told_once() {
        let mut index = BoxIndex::default();
        [(7, 0), (2, 4), (7, 8)].iter().for_each(|&(n, x)| index.insert(n, &BBox::from_ltwh(x, 0, 5, 5)));
        assert_eq!(index.touching(&BBox::from_ltwh(3, 3, 9, 9)), [2, 7]);
    }
}
