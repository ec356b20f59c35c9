//! Finds solid redactions: blocks filled with black.
//!
//! In a grid of cells wider than a stroke, only a filled block is solid over several cells. Its edges are refined in
//! the pixels: they enclose the rows and columns that are mostly ink. Punched holes are as solid, but round.

use super::{Mark, MarksOptions};
use crate::geometry::{BBox, BoxIndex};
use crate::page::{Confidence, RedactionStyle, RegionKind};
use crate::raster::Binary;

/// Side of a cell, in characters: wider than a stroke of bold type.
const CELL: f64 = 0.15;
/// Least ink fraction of a solid cell.
const SOLID: f64 = 0.86;

/// Length from which a block counts without regard to its ends, in characters.
const LONG: f64 = 3.0;

pub(super) fn find_blocks(ink: &Binary, size: f64, options: &MarksOptions) -> Vec<Mark> {
    let cell = (CELL * size).round().max(3.0) as u32;
    let least = options.smallest_redaction * size;
    let (components, _) =
        opened(&solid_cells(ink, cell), ((least / f64::from(cell)) as u32).saturating_sub(1).max(1))
            .components();
    components
        .iter()
        // Bold characters have solid cells, but are not solid throughout.
        .filter(|c| c.ink * 4 >= 3 * c.bbox.area() as u64)
        .map(|c| {
            let b = c.bbox;
            let side = cell as i32;
            BBox::from_ltrb(b.left * side, b.top * side, b.right * side, b.bottom * side)
        })
        .filter(|b| f64::from(b.width().min(b.height())) >= least - 2.0 * f64::from(cell))
        .map(|b| edges(ink, &b, cell as i32))
        .filter(|b| f64::from(b.width().min(b.height())) >= least)
        .filter_map(|b| block(ink, &b, size))
        .collect()
}

/// Joins blocks that a crack or the copier's dead line cut in two.
pub(super) fn whole(blocks: Vec<Mark>, size: f64) -> Vec<Mark> {
    let gap = (0.2 * size) as i32;
    let (mut joined, mut places): (Vec<Mark>, _) = (Vec::new(), BoxIndex::default());
    for block in blocks {
        let continues = |k: &Mark| k.kind == block.kind && is_cut(&k.bbox, &block.bbox, gap);
        let near = places.touching(&block.bbox.grown(gap)).into_iter();
        match near.into_iter().find(|&i| continues(&joined[i])) {
            Some(i) => {
                let whole = joined[i].bbox.union(&block.bbox);
                places.replace(i, &joined[i].bbox, &whole);
                joined[i].bbox = whole;
            }
            None => {
                places.insert(joined.len(), &block.bbox);
                joined.push(block);
            }
        }
    }
    joined
}

fn is_cut(a: &BBox, b: &BBox, gap: i32) -> bool {
    let level = |p: i32, q: i32| (p - q).abs() <= gap;
    (a.gap_x(b) <= gap && level(a.top, b.top) && level(a.bottom, b.bottom))
        || (a.gap_y(b) <= gap && level(a.left, b.left) && level(a.right, b.right))
}

/// Returns the short blocks that were cut off a long one among those known: alone they would not count.
pub(super) fn ends(all: Vec<Mark>, known: &[Mark], size: f64) -> Vec<Mark> {
    let gap = (0.2 * size) as i32;
    let is_long = |b: &BBox| f64::from(b.width().max(b.height())) >= LONG * size;
    let places = BoxIndex::of(known.iter().map(|k| &k.bbox));
    let is_new_end = |m: &Mark| {
        let near: Vec<&Mark> = places.touching(&m.bbox.grown(gap)).into_iter().map(|i| &known[i]).collect();
        let is_end = |k: &&Mark| k.bbox != m.bbox && is_long(&k.bbox) && is_cut(&k.bbox, &m.bbox, gap);
        !near.contains(&m) && near.iter().any(is_end)
    };
    all.into_iter().filter(is_new_end).collect()
}

/// Whether a block is lower than a line, as the solid part of a ragged block is.
pub(super) fn is_low(bbox: &BBox, size: f64) -> bool {
    bbox.width() > bbox.height() && f64::from(bbox.height()) < 0.85 * size
}

/// Morphological opening by squares of `side` cells, which removes strokes that touch a block.
fn opened(cells: &Binary, side: u32) -> Binary {
    let mut open = Binary::new(cells.width(), cells.height());
    for y in 0..(cells.height() + 1).saturating_sub(side) {
        for x in 0..(cells.width() + 1).saturating_sub(side) {
            let fits = (y..y + side)
                .all(|row| cells.row(row)[x as usize..(x + side) as usize].iter().all(|&c| c != 0));
            if fits {
                (y..y + side).for_each(|row| open.row_mut(row)[x as usize..(x + side) as usize].fill(255));
            }
        }
    }
    open
}

fn solid_cells(ink: &Binary, cell: u32) -> Binary {
    let mut solid = Binary::new(ink.width() / cell, ink.height() / cell);
    let least = (SOLID * f64::from(cell * cell)) as u32;
    for (row, sums) in ink.ink_by_cells(cell).enumerate() {
        for (out, sum) in solid.row_mut(row as u32).iter_mut().zip(sums) {
            *out = if sum >= least { 255 } else { 0 };
        }
    }
    solid
}

/// Grows a block from its solid cells as long as half of the next row or column is ink. Marker ink is solid in places
/// only, so growth along the line is unlimited; above and below there is only a ragged edge.
fn edges(ink: &Binary, core: &BBox, cell: i32) -> BBox {
    let mut found = *core;
    let is_block = |strip: BBox| 2 * ink.ink_in(&strip) as i64 >= strip.area();
    let (wide, high) = (core.width() > core.height(), core.height() > core.width());
    let limit = |along: bool| if along { i32::MAX } else { 2 * cell };
    while core.left - found.left < limit(wide)
        && found.left > 0
        && is_block(BBox { left: found.left - 1, right: found.left, ..found })
    {
        found.left -= 1;
    }
    while found.right - core.right < limit(wide)
        && found.right < ink.width() as i32
        && is_block(BBox { left: found.right, right: found.right + 1, ..found })
    {
        found.right += 1;
    }
    while core.top - found.top < limit(high)
        && found.top > 0
        && is_block(BBox { top: found.top - 1, bottom: found.top, ..found })
    {
        found.top -= 1;
    }
    while found.bottom - core.bottom < limit(high)
        && found.bottom < ink.height() as i32
        && is_block(BBox { top: found.bottom, bottom: found.bottom + 1, ..found })
    {
        found.bottom += 1;
    }
    found
}

/// Number of corners that are mostly ink: fewer than four for a leaning block, none for a disc or a ring.
pub(super) fn full_corners(ink: &Binary, bbox: &BBox) -> usize {
    let corner = (bbox.width().min(bbox.height()) / 6).max(1);
    let corners = [
        (bbox.left, bbox.top),
        (bbox.right - corner, bbox.top),
        (bbox.left, bbox.bottom - corner),
        (bbox.right - corner, bbox.bottom - corner),
    ];
    corners
        .iter()
        .filter(|(x, y)| 2 * ink.ink_in(&BBox::from_ltwh(*x, *y, corner, corner)) as i32 >= corner * corner)
        .count()
}

/// Returns a block as a redaction, if it is filled up to its corners.
fn block(ink: &Binary, bbox: &BBox, size: f64) -> Option<Mark> {
    let filled = ink.ink_in(bbox) as f64 / bbox.area() as f64;
    let full = full_corners(ink, bbox);
    // A disc fills 0.785 of its box and no corner; the boldest characters fill up to 0.9, but none is oblong.
    let oblong = 2 * bbox.width().max(bbox.height()) >= 3 * bbox.width().min(bbox.height());
    let (short, long) =
        (f64::from(bbox.width().min(bbox.height())), f64::from(bbox.width().max(bbox.height())));
    let large = short >= 0.95 * size || (oblong && long >= 1.2 * size);
    if filled < if oblong { 0.85 } else { 0.95 } || full < 2 || !large {
        return None;
    }
    let kind =
        RegionKind::Redaction { style: RedactionStyle::Solid, estimated_characters: None, group: None };
    Some(Mark { kind, bbox: *bbox, confidence: Confidence::clamped(filled as f32) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{SIZE, fill, page};

    fn boxes(ink: &Binary) -> Vec<BBox> {
        whole(find_blocks(ink, SIZE, &MarksOptions::default()), SIZE).iter().map(|m| m.bbox).collect()
    }

    #[test]
    fn a_block_that_a_stroke_touches_is_a_redaction() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(300, 400, 600, 445));
        fill(&mut ink, BBox::from_ltrb(590, 250, 602, 700));
        let found = boxes(&ink);
        assert_eq!(found.len(), 1);
        assert!(found[0].iou(&BBox::from_ltrb(300, 400, 602, 445)) > 0.9);
    }

    #[test]
    fn a_block_cut_by_a_dead_line_of_the_copier_is_one_redaction() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(300, 400, 600, 445));
        ink.erase(&BBox::from_ltrb(450, 0, 452, 1600));
        assert_eq!(boxes(&ink), [BBox::from_ltrb(300, 400, 600, 445)]);
    }

    #[test]
    fn a_block_of_which_one_half_is_mottled_is_found_whole() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(300, 400, 600, 445));
        for (x, y) in (460..600).step_by(6).flat_map(|x| (402..445).step_by(6).map(move |y| (x, y))) {
            ink.erase(&BBox::from_ltwh(x, y, 4, 2));
        }
        let found = boxes(&ink);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].iou(&BBox::from_ltrb(300, 400, 600, 445)) > 0.95, "{found:?}");
    }

    #[test]
    fn the_end_that_a_dead_line_cuts_off_a_block_belongs_to_it() {
        let known = Mark { bbox: BBox::from_ltrb(300, 400, 600, 445), ..drawn() };
        let end = Mark { bbox: BBox::from_ltrb(603, 401, 632, 446), ..drawn() };
        let far = Mark { bbox: BBox::from_ltrb(660, 401, 690, 446), ..drawn() };
        assert_eq!(ends(vec![known.clone(), end.clone(), far], &[known], SIZE), [end]);
    }

    fn drawn() -> Mark {
        let kind =
            RegionKind::Redaction { style: RedactionStyle::Solid, estimated_characters: None, group: None };
        Mark { kind, bbox: BBox::default(), confidence: Confidence::CERTAIN }
    }

    #[test]
    fn a_bold_character_is_no_redaction() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(300, 400, 335, 434));
        assert_eq!(boxes(&ink), []);
    }
}
