//! Finds marks in the label map ([`crate::segment`]), either instead of the rules or together with them. In the
//! latter case every proposal is judged ([`super::judge`]).
//!
//! Stamps and redactions are separated by their cores, which do not touch where the marks touch. Each label-map cell
//! of stamp ink, or of a redaction, is assigned to the nearest core. Ink is removed where its cell belongs to a mark
//! and not to text.
//!
//! A place in this file is a cell of the label map.

use super::color::ColorPage;
use super::erasing::{cover, cut};
use super::judge::{Proposer, dark, judged};
use super::shapes::{SIDES, shape};
use super::{Mark, Marks, MarksMethod, MarksOptions, Sheet, by_rules, passages, strokes};
use crate::geometry::{BBox, merge};
use crate::page::{Confidence, RedactionStyle, RegionKind, StampColor};
use crate::raster::Binary;
use crate::segment::{Label, Labels};
use image::GrayImage;
use std::collections::VecDeque;

/// Least probability (of 255) at which a cell belongs to a label.
const LIKELY: u8 = 128;
/// Least peak probability of a core, and least probability of the cells that extend it. Not set on data.
const SEED: u8 = 102;
const GOES_ON: u8 = 77;
/// Thresholds at which the core of a stamp may split into the cores of several. Not set on data.
const APART: [u8; 5] = [128, 153, 179, 204, 230];
/// Least probability of stamp ink: stamp strokes are as thin as a cell, so no cell is fully covered.
const STAMP_INK: u8 = 100;
/// Least size of a core of a stamp and of a redaction, cells.
const SMALLEST_STAMP: u64 = 30;
const SMALLEST_REDACTION: u64 = 8;
/// Least ink of a handwritten note, cells, and largest distance between its strokes, in characters.
const SMALLEST_NOTE: u64 = 20;
const WITHIN_NOTE: f64 = 0.8;
/// Least mean probability of a note's ink. On the 63 cables, together with dropping notes over other marks, it
/// reduces 76 notes (5 correct) to 6 (3 correct).
const SURE_NOTE: f32 = 0.8;
/// Largest distance between a redaction's edge and the edge of its cells, cells. Not set on data.
const EDGE: f64 = 1.5;
/// Extent of a stamp beyond its core on each side, as a fraction of the core's shorter side: 1.5 times the margin by
/// which the labels shrink the core, because edges are worn.
const STAMP_RIM: f64 = 0.25;

/// Finds the marks in the label map and, with [`MarksMethod::Both`], by rules; drops those that the network rejects.
pub(super) fn by_labels(sheet: &Sheet<'_>, labels: &Labels, options: &MarksOptions) -> Marks {
    let Sheet { ref color, gray, ink, size, .. } = *sheet;
    let ruled = (options.method == MarksMethod::Both).then(|| by_rules(sheet, options));
    let network =
        find_stamps(color.as_ref(), labels, options).into_iter().chain(find_redactions(gray, ink, labels));
    let mut proposed: Vec<(Mark, Proposer)> = network.map(|mark| (mark, Proposer::Network)).collect();
    let by_rules = ruled.iter().flat_map(|marks| marks.found.iter().cloned());
    proposed.extend(by_rules.map(|mark| (mark, Proposer::Rules)));
    let judged = judged(proposed, gray, labels);
    let mut mark_mask = Binary::new(ink.width(), ink.height());
    let mut text_ink = ink.clone();
    for (mark, proposer) in &judged {
        match (&ruled, proposer) {
            _ if !mark.is_stamp() => cover(&mut mark_mask, &mut text_ink, &mark.bbox.grown(super::rim(size))),
            (Some(ruled), Proposer::Rules) => erase_as(ruled, &mark.bbox, &mut mark_mask, &mut text_ink),
            _ => {}
        }
    }
    let by_network: Vec<BBox> = judged
        .iter()
        .filter(|(m, by)| m.is_stamp() && *by == Proposer::Network)
        .map(|(m, _)| m.bbox)
        .collect();
    let mut found: Vec<Mark> = judged.into_iter().map(|(mark, _)| mark).collect();
    // Notes of the rules are added, because the network misses most notes and the rules have few false positives.
    let by_rules = ruled.iter().flat_map(|marks| &marks.found).filter(|m| m.kind == RegionKind::Handwriting);
    let notes = find_notes(labels, size).into_iter().map(|note| (note, Proposer::Network));
    let mut written = Vec::new();
    for (note, proposer) in notes.chain(by_rules.map(|note| (note.clone(), Proposer::Rules))) {
        if found.iter().any(|mark| mark.bbox.intersects(&note.bbox)) {
            continue;
        }
        match (&ruled, proposer) {
            (Some(ruled), Proposer::Rules) => erase_as(ruled, &note.bbox, &mut mark_mask, &mut text_ink),
            _ => written.push(note.bbox),
        }
        found.push(note);
    }
    sort_ink(labels, (&by_network, &written), &mut mark_mask, &mut text_ink);
    found.extend(sheet.colored.rules.iter().cloned());
    found.extend(strokes::find_strokes(&text_ink, size).rules(size, options, &mut mark_mask, &mut text_ink));
    passages::group(&mut found, &text_ink, size);
    Marks { found, mark_mask, text_ink }
}

/// Removes the ink that the rules removed in a box.
fn erase_as(ruled: &Marks, bbox: &BBox, mark_mask: &mut Binary, text_ink: &mut Binary) {
    let inside = bbox.intersection(&text_ink.bbox());
    for (x, y) in (inside.top..inside.bottom).flat_map(|y| (inside.left..inside.right).map(move |x| (x, y))) {
        let (x, y) = (x as u32, y as u32);
        if ruled.mark_mask.is_ink(x, y) {
            mark_mask.set(x, y, true);
        }
        if !ruled.text_ink.is_ink(x, y) {
            text_ink.set(x, y, false);
        }
    }
}

/// Removes the ink of stamps and notes in their boxes, and dirt, unless it is text as well.
fn sort_ink(
    labels: &Labels,
    (stamps, notes): (&[BBox], &[BBox]),
    mark_mask: &mut Binary,
    text_ink: &mut Binary,
) {
    let mut goes = labels.at_least(Label::Other, LIKELY);
    for (label, boxes) in [(Label::Stamp, stamps), (Label::Handwriting, notes)] {
        let plane = labels.plane(label);
        for places in boxes.iter().map(|bbox| labels.to_places(bbox)) {
            for y in places.top as u32..places.bottom as u32 {
                let columns = places.left as u32..places.right as u32;
                columns
                    .filter(|&x| plane.get_pixel(x, y).0[0] >= STAMP_INK)
                    .for_each(|x| goes.set(x, y, true));
            }
        }
    }
    let goes = goes.without(&labels.at_least(Label::Print, LIKELY));
    let (columns, rows) = labels.places();
    for (y, &row) in rows.iter().enumerate() {
        for (x, &column) in columns.iter().enumerate() {
            let (x, y) = (x as u32, y as u32);
            if goes.is_ink(column, row) && text_ink.is_ink(x, y) {
                mark_mask.set(x, y, true);
                text_ink.set(x, y, false);
            }
        }
    }
}

/// A core: its bounding box, its mean probability (0 to 1), and one of its cells.
#[derive(Clone)]
struct Core {
    bbox: BBox,
    sure: f64,
    place: usize,
}

/// Returns the cores of a label, and for each cell the one-based index of the nearest core by a path through `area`,
/// or 0 if no core is within its `reach`.
///
/// A core is a connected component of cells with a probability of at least `apart`, extended by the less probable
/// cells of the label that are nearest to it.
fn grown(
    labels: &Labels,
    (label, apart): (Label, u8),
    area: &Binary,
    smallest: u64,
    reach: impl Fn(&BBox) -> u32,
) -> (Vec<Core>, Vec<u32>) {
    let plane = labels.plane(label);
    let width = area.width() as usize;
    let mut owner = vec![0u32; width * area.height() as usize];
    let (components, numbers) = labels.at_least(label, apart).components();
    let mut count = 0;
    let mut edge = VecDeque::new();
    for (index, _) in components.iter().enumerate().filter(|(_, c)| c.ink >= smallest) {
        let places =
            || numbers.runs_of(index).flat_map(|(y, columns)| columns.map(move |x| y as usize * width + x));
        if places().all(|place| plane.as_raw()[place] < SEED) {
            continue;
        }
        count += 1;
        for place in places() {
            owner[place] = count;
            edge.push_back((place, u32::MAX));
        }
    }
    let own = labels.at_least(label, GOES_ON);
    spread(&mut owner, edge, &own);
    let mut sums = vec![(BBox::default(), 0u64, 0u64, 0); count as usize];
    for (place, &number) in owner.iter().enumerate().filter(|(_, number)| **number > 0) {
        let (bbox, sum, ink, last) = &mut sums[number as usize - 1];
        *bbox = bbox.union(&BBox::from_ltwh((place % width) as i32, (place / width) as i32, 1, 1));
        (*sum, *ink, *last) = (*sum + u64::from(plane.as_raw()[place]), *ink + 1, place);
    }
    let cores: Vec<Core> = sums
        .into_iter()
        .map(|(bbox, sum, ink, place)| Core { bbox, sure: sum as f64 / (255 * ink) as f64, place })
        .collect();
    let owned = owner.iter().enumerate().filter(|(_, number)| **number > 0);
    let edge = owned.map(|(place, &number)| (place, reach(&cores[number as usize - 1].bbox))).collect();
    spread(&mut owner, edge, area);
    (cores, owner)
}

/// Assigns unowned cells of an area to the nearest owner by breadth-first search, up to each start cell's distance.
fn spread(owner: &mut [u32], mut edge: VecDeque<(usize, u32)>, area: &Binary) {
    let (width, count) = (area.width() as usize, owner.len());
    while let Some((place, left)) = edge.pop_front() {
        let Some(left) = left.checked_sub(1) else { continue };
        let (x, y) = (place % width, place / width);
        let near = [
            (x > 0).then(|| place - 1),
            (x + 1 < width).then(|| place + 1),
            y.checked_sub(1).map(|_| place - width),
            Some(place + width),
        ];
        for next in near.into_iter().flatten().filter(|&next| next < count) {
            if owner[next] == 0 && area.is_ink((next % width) as u32, (next / width) as u32) {
                owner[next] = owner[place];
                edge.push_back((next, left));
            }
        }
    }
}

fn boxes(owner: &[u32], ink: &Binary, count: usize) -> Vec<Option<BBox>> {
    let width = ink.width() as usize;
    let mut boxes: Vec<Option<BBox>> = vec![None; count];
    for (place, &number) in owner.iter().enumerate().filter(|(_, number)| **number > 0) {
        let (x, y) = (place % width, place / width);
        if ink.is_ink(x as u32, y as u32) {
            let own = BBox::from_ltwh(x as i32, y as i32, 1, 1);
            let bbox = &mut boxes[number as usize - 1];
            *bbox = Some(bbox.map_or(own, |b| b.union(&own)));
        }
    }
    boxes
}

fn find_stamps(color: Option<&ColorPage<'_>>, labels: &Labels, options: &MarksOptions) -> Vec<Mark> {
    let ink = labels.at_least(Label::Stamp, STAMP_INK);
    let mut everywhere = Binary::new(ink.width(), ink.height());
    (0..ink.height()).for_each(|y| everywhere.row_mut(y).fill(255));
    let reach = |core: &BBox| (STAMP_RIM * f64::from(core.width().min(core.height()))).ceil() as u32 + 2;
    let all_at = |apart: u8| {
        let (cores, owner) = grown(labels, (Label::StampBody, apart), &everywhere, SMALLEST_STAMP, reach);
        let boxes = boxes(&owner, &ink, cores.len());
        let found: Vec<(Core, BBox)> =
            cores.into_iter().zip(boxes).filter_map(|(c, b)| Some((c, b?))).collect();
        (found, owner)
    };
    let (mut stamps, whole) = all_at(GOES_ON);
    if stamps.is_empty() {
        return vec![];
    }
    // Stamps that touch may share a core, which splits at a higher threshold.
    let mut fell_apart: Vec<u32> = vec![];
    for apart in APART {
        let (parts, _) = all_at(apart);
        let of = |core: &Core| whole[core.place];
        let is_new = |core: &Core| {
            let beside = parts.iter().filter(|(other, _)| of(other) == of(core));
            !fell_apart.contains(&of(core)) && beside.count() > 1
        };
        let new: Vec<(Core, BBox)> = parts.iter().filter(|(core, _)| is_new(core)).cloned().collect();
        fell_apart.extend(new.iter().map(|(core, _)| of(core)));
        stamps.extend(new);
    }
    let mark = |(core, places): (Core, BBox)| {
        let bbox = labels.to_page(&places);
        let color = color.map_or(StampColor::Black, |page| page.ink_of_stamp(&bbox, options));
        let kind = RegionKind::stamp(color, shape(&cut(&ink, &places), SIDES));
        Mark { kind, bbox, confidence: Confidence::clamped(core.sure as f32) }
    };
    stamps.into_iter().map(mark).collect()
}

fn find_redactions(gray: &GrayImage, ink: &Binary, labels: &Labels) -> Vec<Mark> {
    let area = labels.at_least(Label::Redaction, GOES_ON);
    let (cores, owner) =
        grown(labels, (Label::RedactionCore, GOES_ON), &area, SMALLEST_REDACTION, |_| u32::MAX);
    let boxes = boxes(&owner, &area, cores.len());
    let found = cores.iter().zip(boxes).filter_map(|(core, bbox)| Some((core, bbox?)));
    let mark = |(core, places): (&Core, BBox)| {
        // Dark in the core, which lies well inside: solid.
        let style = if dark(gray, &labels.to_page(&core.bbox)) > 0.5 {
            RedactionStyle::Solid
        } else {
            RedactionStyle::Outlined
        };
        let kind = RegionKind::Redaction { style, estimated_characters: None, group: None };
        let bbox = snapped(&labels.to_page(&places), ink, EDGE * labels.scale());
        Mark { kind, bbox, confidence: Confidence::clamped(core.sure as f32) }
    };
    found.map(mark).collect()
}

/// Moves each side of a box by at most `most` px: to the end of ink that extends to it from inside, or else to the
/// nearest position where at least half of the side is ink. A side without such a position stays.
fn snapped(bbox: &BBox, ink: &Binary, most: f64) -> BBox {
    let most = most.ceil() as i32;
    let inner = bbox.grown(-most);
    let (across, down) = if inner.is_empty() { (*bbox, *bbox) } else { (inner, inner) };
    // Offset of a side inwards, px.
    let moved = |side: &dyn Fn(i32) -> BBox| {
        let is_inked = |by: &i32| {
            let side = side(*by);
            2 * ink.ink_in(&side) as i64 >= side.area().max(1)
        };
        let from_within = (-most..=most).rev().take_while(is_inked).last();
        from_within.or_else(|| (-most..=most).filter(is_inked).min_by_key(|by| by.abs())).unwrap_or(0)
    };
    BBox::from_ltrb(
        bbox.left + moved(&|by| BBox::from_ltwh(bbox.left + by, down.top, 1, down.height())),
        bbox.top + moved(&|by| BBox::from_ltwh(across.left, bbox.top + by, across.width(), 1)),
        bbox.right - moved(&|by| BBox::from_ltwh(bbox.right - 1 - by, down.top, 1, down.height())),
        bbox.bottom - moved(&|by| BBox::from_ltwh(across.left, bbox.bottom - 1 - by, across.width(), 1)),
    )
}

fn find_notes(labels: &Labels, size: f64) -> Vec<Mark> {
    let ink = labels.at_least(Label::Handwriting, LIKELY);
    let strokes: Vec<BBox> = ink.components().0.into_iter().map(|c| c.bbox).collect();
    let gap = (WITHIN_NOTE * size / labels.scale()).ceil() as i32;
    let notes = merge(strokes, gap, |a, b| a.gap_x(b) <= gap && a.gap_y(b) <= gap);
    let notes = notes.into_iter().filter(|note| ink.ink_in(note) >= SMALLEST_NOTE);
    let mark = |places: BBox| {
        let plane = labels.plane(Label::Handwriting);
        let inked = (places.top..places.bottom)
            .flat_map(|y| (places.left..places.right).map(move |x| plane.get_pixel(x as u32, y as u32).0[0]))
            .filter(|&p| p >= LIKELY);
        let (sum, count) = inked.fold((0.0, 0.0), |(sum, count), p| (sum + f64::from(p), count + 255.0));
        let confidence = Confidence::clamped((sum / count) as f32);
        Mark { kind: RegionKind::Handwriting, bbox: labels.to_page(&places), confidence }
    };
    notes.map(mark).filter(|note| note.confidence.value() >= SURE_NOTE).collect()
}

#[cfg(test)]
mod tests {
    use super::super::find_marks;
    use super::*;
    use crate::raster::Pixels;

    fn marks(page: &GrayImage, labels: &Labels) -> Marks {
        let ink = Binary::below(page, 128);
        let options = MarksOptions { method: MarksMethod::Learned, ..MarksOptions::default() };
        find_marks(&Pixels::Gray(page.clone()), page, &ink, Some(labels), &options)
    }

    #[test]
    fn stamps_that_touch_are_two_and_print_beneath_one_stays() {
        let place = BBox::from_ltrb;
        let mut page = GrayImage::from_pixel(800, 800, image::Luma([255]));
        // Ink of the stamps in all of 80..400 x 80..240, a stroke of text in the middle of the first.
        (80..240).for_each(|y| (80..400).for_each(|x| page.put_pixel(x, y, image::Luma([0]))));
        let labels = Labels::drawn(&[
            (Label::Stamp, place(20, 20, 100, 60)),
            (Label::StampBody, place(25, 25, 55, 55)),
            (Label::StampBody, place(65, 25, 95, 55)),
            (Label::Print, place(30, 40, 50, 42)),
        ]);
        let marks = marks(&page, &labels);
        let mut boxes: Vec<BBox> = marks.found.iter().filter(|m| m.is_stamp()).map(|m| m.bbox).collect();
        boxes.sort_by_key(|bbox| bbox.left);
        assert_eq!(boxes, [place(80, 80, 240, 240), place(240, 80, 400, 240)]);
        assert_eq!(marks.text_ink.ink_in(&place(0, 0, 800, 800)), 20 * 2 * 16);
        assert!(!marks.mark_mask.is_ink(160, 164) && marks.mark_mask.is_ink(100, 100));
    }

    #[test]
    fn the_sides_of_a_block_are_found_in_the_ink() {
        let mut page = GrayImage::from_pixel(800, 800, image::Luma([255]));
        (83..117).for_each(|y| (78..405).for_each(|x| page.put_pixel(x, y, image::Luma([0]))));
        let ink = Binary::below(&page, 128);
        let found = snapped(&BBox::from_ltrb(80, 80, 400, 120), &ink, 6.0);
        assert_eq!(found, BBox::from_ltrb(78, 83, 405, 117));
        let blank = BBox::from_ltrb(80, 300, 400, 340);
        assert_eq!(snapped(&blank, &ink, 6.0), blank);
    }

    #[test]
    fn redactions_on_neighbouring_lines_are_apart_and_black_or_outlined() {
        let place = BBox::from_ltrb;
        let mut page = GrayImage::from_pixel(800, 800, image::Luma([255]));
        (80..120).for_each(|y| (80..400).for_each(|x| page.put_pixel(x, y, image::Luma([0]))));
        let labels = Labels::drawn(&[
            (Label::Redaction, place(20, 20, 100, 30)),
            (Label::Redaction, place(20, 34, 100, 44)),
            (Label::RedactionCore, place(22, 22, 98, 28)),
            (Label::RedactionCore, place(22, 36, 98, 42)),
        ]);
        let marks = marks(&page, &labels);
        let found: Vec<(BBox, bool)> = marks
            .found
            .iter()
            .map(|m| (m.bbox, matches!(m.kind, RegionKind::Redaction { style: RedactionStyle::Solid, .. })))
            .collect();
        assert_eq!(found, [(place(80, 80, 400, 120), true), (place(80, 136, 400, 176), false)]);
        assert_eq!(marks.text_ink.ink_in(&place(0, 0, 800, 800)), 0);
    }
}
