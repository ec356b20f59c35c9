//! Boxes found by where they lie.
//!
//! A loop over all pairs of a page's pieces takes for ever on a page of noise. Here a box is kept in one cell of a grid, the
//! cells as wide and as high as boxes of its kind (a grid for each power of two of width and of height), so that what
//! touches a box is in a few neighbouring cells of each grid: n boxes are entered and asked for in n log n steps and as many
//! more as are found.

use super::BBox;
use std::collections::{BTreeMap, BTreeSet};

/// Smallest side of a cell, as a power of two, px.
const SMALLEST: u32 = 3;

/// Boxes with numbers, found by place. Several boxes may have one number.
#[derive(Debug, Clone, Default)]
pub(crate) struct BoxIndex {
    entries: Vec<(BBox, usize)>,
    /// For each size of cells (powers of two): the cells.
    grids: BTreeMap<(u32, u32), Cells>,
}

/// Row and column of the cell in which a box begins, and its entry.
type Cells = BTreeSet<(i32, i32, u32)>;

impl BoxIndex {
    /// Of boxes by their places in a list.
    pub(crate) fn of<'a>(boxes: impl IntoIterator<Item = &'a BBox>) -> Self {
        let mut index = Self::default();
        boxes.into_iter().enumerate().for_each(|(number, bbox)| index.insert(number, bbox));
        index
    }

    /// Enters a box.
    pub(crate) fn insert(&mut self, number: usize, bbox: &BBox) {
        let entry = self.entries.len() as u32;
        self.entries.push((*bbox, number));
        let (grid, (row, column)) = place(bbox);
        self.grids.entry(grid).or_default().insert((row, column, entry));
    }

    /// Enters a box in the place of another one with its number.
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

    /// Numbers of the boxes that share a pixel or a part of an edge with a box, or lie within it, each once and in order.
    pub(crate) fn touching(&self, bbox: &BBox) -> Vec<usize> {
        let mut found = Vec::new();
        let mut take = |entry: u32| {
            let (other, number) = &self.entries[entry as usize];
            if other.gap_x(bbox) <= 0 && other.gap_y(bbox) <= 0 {
                found.push(*number);
            }
        };
        for (&(wide, high), cells) in &self.grids {
            // A box reaches from its own cell into the next one at most.
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

/// Boxes put together where they belong to one another, until no two do: what joins has to touch when one is grown by
/// `reach` pixels. Each goes to the first that it joins.
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

/// Power of two that a side is shorter than.
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
