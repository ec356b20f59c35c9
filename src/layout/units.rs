//! Units: connected components that are closer together than the strokes of one character.

use super::{LayoutOptions, leaders};
use crate::geometry::{BBox, BoxIndex};
use crate::raster::{Binary, Component, character_size};

/// The units of a page and its character size.
pub(super) struct Units {
    /// Side of a full-width character of the page's most common text size, px.
    pub size: f64,
    pub all: Vec<Unit>,
    /// Small components, text or dust.
    pub dots: Vec<BBox>,
}

/// Components that are close together.
#[derive(Debug, Clone)]
pub(super) struct Unit {
    /// Bounding box of the components.
    pub bbox: BBox,
    /// Bounding boxes of the components.
    pub pieces: Vec<BBox>,
}

/// Largest gap between strokes of one character, in characters; gaps between lines are larger.
const WITHIN_CHARACTER: f64 = 0.2;

/// Finds the page's units; `None` if it has no text.
pub(super) fn find_units(ink: &Binary, options: &LayoutOptions) -> Option<Units> {
    let (components, _) = ink.components();
    let size = character_size(&components, ink.width().max(ink.height()))?;
    let smallest = (options.smallest_print * size).max(3.0) as i32;
    let print: Vec<BBox> = components
        .iter()
        .filter(|c| !is_disc(c, size) && !is_bar(c, size) && !is_rule(&c.bbox, size))
        .map(|c| c.bbox)
        .filter(|b| b.width().max(b.height()) >= smallest && b.width().min(b.height()) < (4.0 * size) as i32)
        .collect();
    let largest_dot = (leaders::DOT * size) as i32;
    let is_dot = |b: &BBox| (2..=largest_dot).contains(&b.width()) && (2..=largest_dot).contains(&b.height());
    let dots = components.iter().map(|c| c.bbox).filter(is_dot).collect();
    Some(Units { size, all: joined(&print, size), dots })
}

/// Groups components into units, for text of character size `size`.
pub(super) fn joined(pieces: &[BBox], size: f64) -> Vec<Unit> {
    join(pieces, (WITHIN_CHARACTER * size) as i32, |_, _| true)
        .into_iter()
        .map(|group| group.into_iter().map(|i| pieces[i]).collect::<Vec<BBox>>())
        .map(|pieces| Unit { bbox: pieces.iter().fold(BBox::default(), |all, b| all.union(b)), pieces })
        .filter(|unit| !is_rule(&unit.bbox, size))
        .collect()
}

/// Whether a box is a fragment of a rule: thin, and longer than any stroke of text.
fn is_rule(bbox: &BBox, size: f64) -> bool {
    let (long, short) =
        (f64::from(bbox.width().max(bbox.height())), f64::from(bbox.width().min(bbox.height())));
    long >= 1.3 * size && short <= 0.3 * size && long >= 6.0 * short
}

/// Whether a component is a bar: the dark area beside the edge of the paper on a copy. No character is as long and as
/// full.
fn is_bar(component: &Component, size: f64) -> bool {
    let bbox = &component.bbox;
    let (long, short) = (bbox.width().max(bbox.height()), bbox.width().min(bbox.height()));
    let full = component.ink * 10 >= bbox.area() as u64 * 7;
    full && f64::from(long) >= 2.0 * size && f64::from(short) >= 0.2 * size && long >= 3 * short
}

/// Whether a component is a punched hole, a blot or a copier speck, which are filled like a disc. Strokes fill at
/// most half of their bounding box; a closed shape (a full stop, a small box) is smaller than the counted specks, or
/// larger.
fn is_disc(component: &Component, size: f64) -> bool {
    let (width, height) = (component.bbox.width(), component.bbox.height());
    let (long, short) = (f64::from(width.max(height)) / size, f64::from(width.min(height)) / size);
    let filled = component.ink * 100 >= component.bbox.area() as u64 * 72;
    filled && (short >= 0.9 || ((0.33..=0.6).contains(&long) && short >= 0.75 * long))
}

/// Groups boxes that are within `gap` px of one another in both directions and satisfy `may`. Returns groups of
/// indexes.
pub(super) fn join(boxes: &[BBox], gap: i32, may: impl Fn(&BBox, &BBox) -> bool) -> Vec<Vec<usize>> {
    let index = BoxIndex::of(boxes);
    let mut parent: Vec<usize> = (0..boxes.len()).collect();
    for (i, bbox) in boxes.iter().enumerate() {
        for j in index.touching(&bbox.grown(gap)).into_iter().filter(|&j| j > i) {
            let (a, b) = (root(&mut parent, i), root(&mut parent, j));
            if a != b && may(bbox, &boxes[j]) {
                parent[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: std::collections::BTreeMap<usize, Vec<usize>> = std::collections::BTreeMap::new();
    for i in 0..boxes.len() {
        groups.entry(root(&mut parent, i)).or_default().push(i);
    }
    groups.into_values().collect()
}

fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_within_the_gap_become_one_group() {
        let boxes = [
            BBox::from_ltrb(0, 0, 10, 10),
            BBox::from_ltrb(40, 0, 50, 10),
            BBox::from_ltrb(12, 8, 20, 20),
            BBox::from_ltrb(40, 13, 50, 20),
        ];
        assert_eq!(join(&boxes, 3, |_, _| true), [vec![0, 2], vec![1, 3]]);
        assert_eq!(join(&boxes, 3, |_, _| false).len(), 4);
    }
}
