//! Removes marks from the images for line detection and recognition, and keeps the text below them.

use super::lines::{Seen, floor};
use crate::geometry::{BBox, Point};
use crate::raster::Binary;
use image::GrayImage;

/// Longest run of ink across a frame's line: a factor of the frame's thickness, plus px for a ragged edge.
const FRAME: (f64, i32) = (1.8, 2);
/// Least size of a component that is larger than the page's text, in characters.
const LARGE: f64 = 1.15;

/// Adds a box to the mark mask and erases it from the text ink.
pub(super) fn cover(mark_mask: &mut Binary, text_ink: &mut Binary, bbox: &BBox) {
    let inside = bbox.intersection(&mark_mask.bbox());
    for y in inside.top..inside.bottom {
        mark_mask.row_mut(y as u32)[inside.left as usize..inside.right.max(inside.left) as usize].fill(255);
    }
    text_ink.erase(&inside);
}

/// Adds the ink in a box to the mark mask and erases it from the text ink.
pub(super) fn cover_ink(mark_mask: &mut Binary, text_ink: &mut Binary, bbox: &BBox) {
    let inside = bbox.intersection(&text_ink.bbox());
    for y in inside.top..inside.bottom {
        for x in (inside.left..inside.right).map(|x| x as u32) {
            if text_ink.is_ink(x, y as u32) {
                mark_mask.set(x, y as u32, true);
                text_ink.set(x, y as u32, false);
            }
        }
    }
}

/// Covers the run of ink across a frame's line at a point. Returns `false` for a longer run: text crosses there and is
/// kept.
pub(super) fn cover_run(
    mark_mask: &mut Binary,
    text_ink: &mut Binary,
    at: Point,
    across: Point,
    thickness: f64,
) -> bool {
    let longest = (FRAME.0 * thickness) as i32 + FRAME.1;
    let seen = Seen { ink: text_ink, transposed: false };
    let Some((first, last)) = seen.run(at, across, thickness as i32 / 2 + 2, longest) else { return true };
    if last - first > longest {
        return false;
    }
    for d in (first..last).map(f64::from) {
        let (x, y) = (floor(at.x + across.x * d), floor(at.y + across.y * d));
        cover(mark_mask, text_ink, &BBox::from_ltwh(x, y, 1, 1));
    }
    true
}

/// Removes the ink inside a frame. If the frame lies over text, only components larger than text are erased from the
/// text ink, and none is added to the mark mask: text may be connected to them.
pub(super) fn cover_inside(
    mark_mask: &mut Binary,
    text_ink: &mut Binary,
    bbox: &BBox,
    holds: &dyn Fn(Point) -> bool,
    over_print: bool,
    size: f64,
) {
    let inside = bbox.intersection(&text_ink.bbox());
    let (components, labels) = cut(text_ink, &inside).components();
    let goes: Vec<bool> = components
        .iter()
        .map(|c| !over_print || f64::from(c.bbox.width().max(c.bbox.height())) >= LARGE * size)
        .collect();
    for (x, y, label) in labels.enumerate_pixels().filter(|(.., label)| label.0[0] != 0) {
        let (x, y) = (inside.left as u32 + x, inside.top as u32 + y);
        if goes[label.0[0] as usize - 1] && holds(Point { x: f64::from(x), y: f64::from(y) }) {
            if !over_print {
                mark_mask.set(x, y, true);
            }
            text_ink.set(x, y, false);
        }
    }
}

/// Crops a part of an image.
pub(super) fn cut(ink: &Binary, bbox: &BBox) -> Binary {
    let inside = bbox.intersection(&ink.bbox());
    let mut cut = Binary::new(inside.width().max(0) as u32, inside.height().max(0) as u32);
    for y in 0..cut.height() {
        let from = &ink.row(inside.top as u32 + y)[inside.left as usize..inside.right as usize];
        cut.row_mut(y).copy_from_slice(from);
    }
    cut
}

/// Extent of a mark's ragged edge and shade beyond its box, px.
const RIM_PX: i32 = 6;

/// The part of the mark mask in and around the boxes.
#[must_use]
pub fn within(mark_mask: &Binary, boxes: &[BBox]) -> Binary {
    let mut found = Binary::new(mark_mask.width(), mark_mask.height());
    for bbox in boxes {
        let inside = bbox.grown(RIM_PX).intersection(&mark_mask.bbox());
        for y in inside.top..inside.bottom {
            let columns = inside.left as usize..inside.right.max(inside.left) as usize;
            found.row_mut(y as u32)[columns.clone()].copy_from_slice(&mark_mask.row(y as u32)[columns]);
        }
    }
    found
}

/// Paints the masked ink of the gray page white, with a margin of one pixel for the shade at its edges.
pub fn erase(gray: &mut GrayImage, mark_mask: &Binary) {
    let (width, height) = (mark_mask.width() as usize, mark_mask.height());
    for y in 0..height {
        let rows = y.saturating_sub(1)..(y + 2).min(height);
        for near in rows {
            let row = mark_mask.row(near);
            let out = &mut gray.as_mut()[y as usize * width..(y as usize + 1) * width];
            let mut x = 0;
            while let Some(left) = row[x..].iter().position(|&p| p != 0).map(|d| x + d) {
                let right = row[left..].iter().position(|&p| p == 0).map_or(width, |d| left + d);
                out[left.saturating_sub(1)..(right + 1).min(width)].fill(255);
                x = right;
            }
        }
    }
}
