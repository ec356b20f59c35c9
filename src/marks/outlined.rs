//! Finds blank rectangles enclosed by ink: outlined redactions, and solid ones whose middle the copier bleached.
//!
//! The search starts from the background, not from the outline: it looks for a connected component of background that
//! ink encloses and that fills its own bounding box. Text may touch the outline from outside, and the outline may
//! lean or bulge. The background is taken at half resolution, where any ink makes a pixel ink, so it does not leak
//! through gaps of one or two pixels. A form's cell is blank as well, but its rules continue beyond its corners,
//! while an outline stands alone.

use super::box_edges::{LEAN, box_edges_of, frame_of};
use super::boxes::thickness;
use super::erasing::cut;
use super::frames::Frame;
use super::lines::Seen;
use super::solid::full_corners;
use super::{Mark, rim};
use crate::geometry::{BBox, BoxIndex, Point};
use crate::page::{Confidence, RedactionStyle, RegionKind};
use crate::raster::Binary;
use std::collections::VecDeque;

/// Least fill of a blank's box, which leans with it: the bowls of letters fill 0.8.
const FILLS: f64 = 0.84;
/// Least fill of a bleached block's middle, whose edge is frayed.
const FRAYED: f64 = 0.5;
/// Least edge thickness of a bleached block along its sides and at its ends, in characters.
const THICK_RIM: (f64, f64) = (0.14, 0.1);
/// Shorter side of the smallest blank, and longer side from which it need not be oblong, in characters.
const SMALLEST: (f64, f64) = (0.5, 3.0);
/// Largest thickness of a bleached redaction across its line, in characters.
const WIDEST: f64 = 2.4;
/// Largest fraction of ink in an outlined redaction: specks, not text.
const SPECKS: f64 = 0.01;
/// Largest fraction of ink in a window of a bleached middle, and the window's side, in characters: narrower than the
/// edge that bleaching leaves.
const MOST_SPECKS: f64 = 0.6;
const WINDOW: f64 = 0.16;
/// Largest stroke thickness of speckle, in characters: 2 to 3 px at 300 dpi, more than adjacent single pixels have.
const SPECKLE: f64 = 0.06;
/// Longer side of a character in a blank, in characters.
const CHARACTER: (f64, f64) = (0.33, 1.5);
/// Depth of the frayed edge of a bleached middle, in characters.
const FRAYS: f64 = 0.15;
/// Least drift along a side that leans, in characters: less is not measurable.
const DRIFT: f64 = 0.1;
/// Largest outlined redaction, as a fraction of the page.
const LARGEST: f64 = 0.4;

/// Finds the blank redactions, with their edges. `lines` is the ink with repaired thin lines.
pub(super) fn find_outlined(ink: &Binary, lines: &Binary, size: f64) -> Vec<Mark> {
    let mut found = find_outlines(lines, size);
    let mut known = BoxIndex::of(found.iter().map(|f| &f.bbox));
    for bleached in blanks_of(&bleached_by_halves(ink, size), ink, size) {
        let is_solid = matches!(bleached.kind, RegionKind::Redaction { style: RedactionStyle::Solid, .. });
        let mut near = known.touching(&bleached.bbox).into_iter();
        if is_solid && !near.any(|i| found[i].bbox.intersects(&bleached.bbox)) {
            known.insert(found.len(), &bleached.bbox);
            found.push(bleached);
        }
    }
    found
}

/// Finds the blank redactions with an unbroken outline and no speckle.
pub(super) fn find_outlines(ink: &Binary, size: f64) -> Vec<Mark> {
    blanks_of(&paper_by_halves(ink), ink, size)
}

/// Finds the redactions among the components of a background image at half resolution.
fn blanks_of(paper: &Binary, ink: &Binary, size: f64) -> Vec<Mark> {
    let page = f64::from(ink.width()) * f64::from(ink.height());
    let (components, _) = paper.components();
    let halves = components.iter().map(|c| (c.bbox, c.ink)).filter(|(b, _)| b.width() > 2 && b.height() > 2);
    joined(ink, halves.collect(), size)
        .into_iter()
        .filter_map(|(b, halves)| {
            let hole = BBox::from_ltrb(2 * b.left, 2 * b.top, 2 * b.right, 2 * b.bottom);
            let short = f64::from(hole.width().min(hole.height()));
            let long = f64::from(hole.width().max(hole.height()));
            let paper = 4.0 * halves as f64;
            let oblong = long >= 1.3 * short || long >= SMALLEST.1 * size;
            let fits = short >= 0.6 * SMALLEST.0 * size
                && long >= size
                && oblong
                && paper >= FRAYED * hole.area() as f64;
            let inside = hole.left > 2
                && hole.top > 2
                && hole.right + 2 < ink.width() as i32
                && hole.bottom + 2 < ink.height() as i32;
            (fits && inside && hole.area() as f64 <= LARGEST * page).then_some((hole, paper))
        })
        .filter_map(|(hole, paper)| redaction(ink, &hole, paper, size))
        .collect()
}

/// Joins blanks that a scanner's dead line or a rule cuts in two. Such a line continues beyond the blank on both
/// sides; a divider between table cells ends at their outline.
fn joined(ink: &Binary, blanks: Vec<(BBox, u64)>, size: f64) -> Vec<(BBox, u64)> {
    let least = (0.25 * SMALLEST.0 * size) as i32;
    let mut large: Vec<(BBox, u64)> =
        blanks.into_iter().filter(|(b, _)| b.width().min(b.height()) >= least).collect();
    let mut places = BoxIndex::of(large.iter().map(|(bbox, _)| bbox));
    let mut is_left = vec![true; large.len()];
    let reach = (0.1 * size).ceil() as i32;
    for at in 0..large.len() {
        while is_left[at] {
            let near = places.touching(&large[at].0.grown(reach)).into_iter();
            let mut others = near.filter(|&i| i != at && is_left[i]);
            let Some(other) = others.find(|&i| is_cut(ink, &large[at].0, &large[i].0, size)) else { break };
            is_left[other] = false;
            let whole = large[at].0.union(&large[other].0);
            places.replace(at, &large[at].0, &whole);
            large[at] = (whole, large[at].1 + large[other].1);
        }
    }
    let mut is_left = is_left.into_iter();
    large.retain(|_| is_left.next() == Some(true));
    large
}

/// Whether two blanks (at half resolution) are parts of one, cut by a thin line that continues beyond it.
fn is_cut(ink: &Binary, a: &BBox, b: &BBox, size: f64) -> bool {
    let (a, b, seen) = if a.gap_x(b) >= 0 {
        (*a, *b, Seen { ink, transposed: false })
    } else if a.gap_y(b) >= 0 {
        (a.transposed(), b.transposed(), Seen { ink, transposed: true })
    } else {
        return false;
    };
    let level = |p: i32, q: i32| f64::from((p - q).abs()) <= 0.1 * size;
    if f64::from(a.gap_x(&b)) > 0.08 * size || !level(a.top, b.top) || !level(a.bottom, b.bottom) {
        return false;
    }
    let x = f64::from(a.left.max(b.left) + a.right.min(b.right));
    let (top, bottom) = (f64::from(2 * a.top.min(b.top)), f64::from(2 * a.bottom.max(b.bottom)));
    let goes_on = |from: f64, to: f64| {
        seen.coverage(Point { x, y: from }, Point { x, y: to }, 1 + (0.05 * size) as i32) >= 0.9
    };
    goes_on(top - 1.2 * size, top - 0.2 * size) && goes_on(bottom + 0.2 * size, bottom + 1.2 * size)
}

fn paper_by_halves(ink: &Binary) -> Binary {
    let mut halves = Binary::new(ink.width() / 2, ink.height() / 2);
    for y in 0..halves.height() {
        let (upper, lower) = (pairs(ink.row(2 * y)), pairs(ink.row(2 * y + 1)));
        for (out, (upper, lower)) in halves.row_mut(y).iter_mut().zip(upper.zip(lower)) {
            *out = if upper | lower == 0 { 255 } else { 0 };
        }
    }
    part_at_corners(&mut halves);
    halves
}

/// Pairs of pixels of a row; the low bit of each byte is set for ink.
fn pairs(row: &[u8]) -> impl Iterator<Item = u16> {
    row.as_chunks::<2>().0.iter().map(|pair| u16::from_ne_bytes(*pair) & 0x0101)
}

/// Removes background pixels that connect regions only diagonally. Where a thin line steps by a pixel, the background
/// on both sides of it touches at a corner.
fn part_at_corners(paper: &mut Binary) {
    let width = paper.width() as usize;
    let mut above = vec![0; width];
    // `ends[x + 1]`: the pixel above is background, and the pixel below it is ink. Padded by one at both ends.
    let mut ends = vec![0; width + 2];
    for y in 1..paper.height() {
        above.copy_from_slice(paper.row(y - 1));
        let row = paper.row_mut(y);
        ends[1..]
            .iter_mut()
            .zip(above.iter().zip(&*row))
            .for_each(|(end, (above, here))| *end = above & !here);
        let beside = ends.iter().zip(&ends[2..]);
        for ((here, above), (before, after)) in row.iter_mut().zip(&above).zip(beside) {
            *here &= above | !(before | after);
        }
    }
}

/// Background and equally light speckle at half resolution: at most [`MOST_SPECKS`] of a window is ink. Binarizers
/// leave specks in a bleached middle, which divide its background into pieces.
fn bleached_by_halves(ink: &Binary, size: f64) -> Binary {
    let (width, height) = ((ink.width() / 2) as usize, ink.height() / 2);
    let window = ((WINDOW * size / 2.0).round() as usize).max(2);
    let most = (MOST_SPECKS * (4 * window * window) as f64) as u16;
    let mut halves = Binary::new(ink.width() / 2, height);
    if width < window {
        return halves;
    }
    // Column sums of the window's ink, their prefix sums, and the rows in the window.
    let mut columns = vec![0u16; width];
    let mut sums = vec![0u16; width + 1];
    let mut rows: VecDeque<Vec<u8>> = VecDeque::with_capacity(window);
    for y in 0..height {
        let mut row = Vec::new();
        if rows.len() == window
            && let Some(gone) = rows.pop_front()
        {
            columns.iter_mut().zip(&gone).for_each(|(sum, &n)| *sum -= u16::from(n));
            row = gone;
        }
        row.clear();
        let (upper, lower) = (pairs(ink.row(2 * y)), pairs(ink.row(2 * y + 1)));
        row.extend(upper.zip(lower).map(|(upper, lower)| {
            let both = upper + lower;
            (both + (both >> 8)) as u8
        }));
        columns.iter_mut().zip(&row).for_each(|(sum, &n)| *sum += u16::from(n));
        rows.push_back(row);
        if rows.len() == window {
            // Overflow cancels in the difference.
            let mut sum = 0u16;
            for (out, &column) in sums[1..].iter_mut().zip(&columns) {
                sum = sum.wrapping_add(column);
                *out = sum;
            }
            let out = &mut halves.row_mut(y - window as u32 / 2)[window - window / 2 - 1..];
            for (out, (from, to)) in out.iter_mut().zip(sums.iter().zip(&sums[window..])) {
                *out = if to.wrapping_sub(*from) <= most { 255 } else { 0 };
            }
        }
    }
    halves
}

/// Classifies an enclosed blank with `paper` pixels of background.
fn redaction(ink: &Binary, hole: &BBox, paper: f64, size: f64) -> Option<Mark> {
    let edges = box_edges_of(ink, hole, size);
    if edges.iter().any(|r| r.inked < 0.85) {
        return None;
    }
    let bbox = BBox::from_ltrb(
        hole.left - edges[3].end,
        hole.top - edges[0].end,
        hole.right + edges[1].end,
        hole.bottom + edges[2].end,
    );
    let (short, long) =
        (f64::from(bbox.width().min(bbox.height())), f64::from(bbox.width().max(bbox.height())));
    let thinner = |[a, b]: [usize; 2]| f64::from(edges[a].thickness.min(edges[b].thickness));
    let (sides, ends) = if bbox.width() >= bbox.height() { ([0, 2], [1, 3]) } else { ([1, 3], [0, 2]) };
    let thick = thinner(sides) >= THICK_RIM.0 * size && thinner(ends) >= THICK_RIM.1 * size;
    let onwards = onwards(ink, &bbox, size);
    let style = if thick
        && full_corners(ink, &bbox) >= 3
        && !is_print(ink, hole, size)
        && short <= WIDEST * size
        && long >= 1.4 * short
        && onwards <= 2
    {
        RedactionStyle::Solid
    } else if f64::from(hole.width().min(hole.height())) >= SMALLEST.0 * size
        && is_outline(ink, hole, &frame_of(hole, &edges), paper, size)
        && onwards <= 1
    {
        RedactionStyle::Outlined
    } else {
        return None;
    };
    let kind = RegionKind::Redaction { style, estimated_characters: None, group: None };
    Some(Mark { kind, bbox, confidence: Confidence::clamped(0.9) })
}

/// Whether the background fills the rectangle that leans with the frame, which the bowls of letters do not, and
/// nothing but specks stands in the frame.
fn is_outline(ink: &Binary, hole: &BBox, frame: &Frame, paper: f64, size: f64) -> bool {
    let (width, height) = (f64::from(hole.width()), f64::from(hole.height()));
    let leans = |lean: &f64| *lean <= LEAN && lean * width.max(height) >= DRIFT * size;
    let lean = Some(frame.lean().abs()).filter(leans).unwrap_or(0.0);
    let inset = 0.12 * size;
    let inner = frame.inside(ink, inset);
    inner.ink_in(&inner.bbox()) as f64 <= SPECKS * frame.area(inset)
        && paper >= FILLS * (width - lean * height) * (height - lean * width)
}

/// Whether a blank contains characters: bleaching leaves specks and frays, but a label in a heavy frame is text. If
/// characters touch the edge, more of them are required, away from its frays.
fn is_print(ink: &Binary, hole: &BBox, size: f64) -> bool {
    let inside = cut(ink, &hole.grown(-1));
    if thickness(&inside, 0) < SPECKLE * size {
        return false;
    }
    let short = |b: &BBox| f64::from(b.width().min(b.height()));
    let long = |b: &BBox| f64::from(b.width().max(b.height()));
    let fits = |b: &BBox| long(b) >= CHARACTER.0 * size && long(b) <= CHARACTER.1 * size;
    let clear = inside.bbox().grown(-3);
    let stands_clear = |b: &BBox| fits(b) && b.intersection(&clear) == *b;
    let (components, _) = inside.components();
    if components.iter().filter(|c| stands_clear(&c.bbox)).count() >= 2 {
        return true;
    }
    let (cores, _) = cut(ink, &hole.grown(-(FRAYS * size) as i32)).components();
    cores.iter().filter(|c| fits(&c.bbox) && short(&c.bbox) >= CHARACTER.0 * size).count() >= 3
}

/// Number of side ends that continue beyond the corners, as the rules of a form do at every cell. Text may touch one
/// corner of an outline, and a stamp's frame may cross a block.
fn onwards(ink: &Binary, bbox: &BBox, size: f64) -> usize {
    let seen = Seen { ink, transposed: false };
    let (left, top) = (f64::from(bbox.left), f64::from(bbox.top));
    let (right, bottom) = (f64::from(bbox.right), f64::from(bbox.bottom));
    let from = f64::from(rim(size));
    let onward = |x: f64, y: f64, dx: f64, dy: f64| {
        let start = Point { x: x + dx * from, y: y + dy * from };
        let end = Point { x: start.x + dx * 0.7 * size, y: start.y + dy * 0.7 * size };
        seen.coverage(start, end, 2 + (0.05 * size) as i32) >= 0.9
    };
    let corners = [
        (left, top, -1.0, -1.0),
        (right, top, 1.0, -1.0),
        (right, bottom, 1.0, 1.0),
        (left, bottom, -1.0, 1.0),
    ];
    corners
        .iter()
        .map(|&(x, y, dx, dy)| usize::from(onward(x, y, dx, 0.0)) + usize::from(onward(x, y, 0.0, dy)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{self, SIZE, fill, frame, page};

    fn styles(ink: &Binary) -> Vec<(RedactionStyle, BBox)> {
        let style = |m: Mark| match m.kind {
            RegionKind::Redaction { style, .. } => (style, m.bbox),
            other => panic!("{other:?}"),
        };
        find_outlined(ink, ink, SIZE).into_iter().map(style).collect()
    }

    #[test]
    fn a_block_with_a_bleached_middle_is_a_solid_redaction() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(300, 400, 600, 450));
        ink.erase(&BBox::from_ltrb(309, 409, 591, 441));
        // Residue of bleaching.
        for i in 0..60 {
            fill(&mut ink, BBox::from_ltwh(312 + i * 37 % 270, 411 + i * 7 % 4, 2, 2));
        }
        assert_eq!(styles(&ink), [(RedactionStyle::Solid, BBox::from_ltrb(300, 400, 600, 450))]);
    }

    #[test]
    fn a_block_whose_middle_is_speckle_is_a_solid_redaction() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(300, 400, 600, 450));
        // Half of the pixels, at random.
        let (mut random, inside) = (7u32, BBox::from_ltrb(311, 411, 589, 439));
        for (x, y) in
            (inside.top..inside.bottom).flat_map(|y| (inside.left..inside.right).map(move |x| (x, y)))
        {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ink.set(x as u32, y as u32, random >> 31 == 0);
        }
        let found = styles(&ink);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, RedactionStyle::Solid);
        assert!(found[0].1.iou(&BBox::from_ltrb(300, 400, 600, 450)) > 0.9, "{found:?}");
    }

    /// A repeatedly overtyped name that a binarizer hollowed out: letter feet along thick sides, and ends as thin as
    /// a letter's stroke.
    #[test]
    fn a_hollow_block_with_ragged_sides_and_thin_ends_is_a_solid_redaction() {
        let mut ink = page();
        fill(&mut ink, BBox::from_ltrb(300, 400, 480, 450));
        ink.erase(&BBox::from_ltrb(305, 410, 475, 440));
        for left in (310..470).step_by(12) {
            fill(&mut ink, BBox::from_ltwh(left, 408, 8, 8));
            fill(&mut ink, BBox::from_ltwh(left + 4, 432, 8, 10));
        }
        let found = styles(&ink);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].0, RedactionStyle::Solid);
        assert!(found[0].1.iou(&BBox::from_ltrb(300, 400, 480, 450)) > 0.9, "{found:?}");
    }

    #[test]
    fn a_thick_ring_is_no_block() {
        let mut ink = page();
        for (x, y) in (0..80).flat_map(|y| (0..50).map(move |x| (x, y))) {
            let ellipse =
                |a: f64, b: f64| ((f64::from(x) - 24.5) / a).powi(2) + ((f64::from(y) - 39.5) / b).powi(2);
            ink.set(300 + x as u32, 400 + y as u32, ellipse(25.0, 40.0) <= 1.0 && ellipse(18.0, 33.0) >= 1.0);
        }
        assert_eq!(styles(&ink), []);
    }

    #[test]
    fn the_cells_of_a_form_are_no_redactions() {
        let mut ink = page();
        for row in 0..3 {
            for column in 0..3 {
                let center = (300.0 + 200.0 * f64::from(column), 300.0 + 60.0 * f64::from(row));
                frame(&mut ink, center, (200.0, 60.0), 0.0, 3.0);
            }
        }
        assert_eq!(styles(&ink), []);
    }

    #[test]
    fn a_box_of_many_lines_is_one_redaction_where_it_stands_alone() {
        let mut ink = page();
        frame(&mut ink, (500.0, 500.0), (600.0, 300.0), 0.01, 2.0);
        let found = styles(&ink);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, RedactionStyle::Outlined);
    }

    /// Lines one pixel thick that step from row to row: the background on both sides of a step shares a corner.
    #[test]
    fn a_long_box_of_thin_lines_that_leans_is_a_redaction_and_the_bowl_of_a_letter_is_none() {
        for slope in [-0.02, 0.011, 0.02] {
            let mut ink = page();
            frame(&mut ink, (600.0, 500.0), (1000.0, 60.0), slope, 1.5);
            let found = styles(&ink);
            assert_eq!(found.len(), 1, "{slope}: {found:?}");
            assert_eq!(found[0].0, RedactionStyle::Outlined);
        }
        let mut ink = page();
        drawing::ring(&mut ink, (500.0, 500.0), (17.0, 24.0), (0.0, 0..360), 4.0);
        assert_eq!(styles(&ink), []);
    }

    #[test]
    fn a_blank_box_that_a_dead_line_of_the_scanner_crosses_is_one_redaction() {
        let mut ink = page();
        frame(&mut ink, (500.0, 500.0), (600.0, 60.0), 0.004, 3.0);
        fill(&mut ink, BBox::from_ltrb(300, 0, 302, 1600));
        let found = styles(&ink);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.iou(&BBox::from_ltrb(198, 467, 802, 533)) > 0.9, "{found:?}");
    }

    #[test]
    fn a_frame_with_a_divider_is_no_redaction() {
        let mut ink = page();
        frame(&mut ink, (350.0, 500.0), (300.0, 60.0), 0.0, 3.0);
        frame(&mut ink, (650.0, 500.0), (300.0, 60.0), 0.0, 3.0);
        assert_eq!(styles(&ink), []);
    }

    #[test]
    fn a_box_with_print_in_it_is_no_redaction() {
        let mut ink = page();
        frame(&mut ink, (500.0, 500.0), (600.0, 80.0), 0.0, 3.0);
        drawing::print(&mut ink, BBox::from_ltrb(300, 482, 700, 520));
        assert_eq!(styles(&ink), []);
    }
}
