//! Lines from line cores, which the segmentation network labels: a core is a line or a piece of a line, and ink is
//! assigned to the core in whose line it lies.
//!
//! Cores run through streaks and specks, so these neither make nor break lines. Beneath stamps cores may be missing.
//! Text outside all cores is linked by its shape ([`super::lines`]).

mod core;

use self::core::{APART, Core, LONGEST_GAP, UNCOVERED, find_cores, is_speck};
use super::units::{Unit, Units, joined};
use super::{Direction, Erased, LayoutOptions};
use crate::geometry::{BBox, BoxIndex};
use crate::page::WritingMode;
use crate::raster::Binary;
use crate::segment::{Label, Labels};

/// Least fraction of a core, or of ink, inside the box of a stamp that makes it text of the stamp. Not set on data.
const WITHIN: f64 = 0.8;

/// Smallest characters of a line relative to the page's character size. Not set on data.
const SMALLEST_PRINT: f64 = 0.35;
/// Largest fraction of a core that may lie in longer lines of the other direction. Not set on data.
const CROSSING: f64 = 0.5;

/// A line or a piece of one in coordinates along the line: units sorted by their left ends.
pub(super) struct Strung {
    /// Direction of the line.
    pub mode: WritingMode,
    /// Bounding boxes of the units.
    pub units: Vec<BBox>,
}

/// Assigns units to line cores. Returns the lines, and the units that are in no core and may be text.
pub(super) fn string(
    ink: &Binary,
    units: Units,
    labels: &Labels,
    erased: &Erased<'_>,
    options: &LayoutOptions,
) -> (Vec<Strung>, Units) {
    let stamps = erased.stamps;
    let modes = match options.direction {
        Direction::Auto => &[WritingMode::HorizontalTb, WritingMode::VerticalRl][..],
        Direction::Horizontal => &[WritingMode::HorizontalTb],
        Direction::Vertical => &[WritingMode::VerticalRl],
    };
    let found = modes.iter().flat_map(|&mode| find_cores(labels, mode));
    let mut found = without_crossing(found.filter(|core| core.size >= SMALLEST_PRINT * units.size).collect());
    let mut cores: Vec<Core> = modes
        .iter()
        .flat_map(|&mode| {
            let own = found.extract_if(.., |core| core.mode == mode).collect();
            joined_through(without_text_of_stamps(own, labels, stamps), ink, stamps)
        })
        .collect();
    let (index, widest) = index_of(&cores);
    let mut pieces: Vec<Vec<BBox>> = vec![vec![]; cores.len()];
    let mut left: Vec<Vec<BBox>> = Vec::new();
    for unit in &units.all {
        let mut own = Vec::new();
        for piece in &unit.pieces {
            let near = index.touching(&piece.grown(widest.ceil() as i32));
            let near: Vec<usize> = near.into_iter().filter(|&i| cores[i].reaches(piece)).collect();
            let holding = near.iter().copied().filter(|&i| cores[i].holds(piece));
            if let Some(core) = nearest(piece, &cores, holding) {
                pieces[core].push(cores[core].mode.along(piece));
                continue;
            }
            let cut: Vec<(usize, BBox)> =
                near.iter().filter_map(|&i| Some((i, cores[i].cut_out(ink, piece)?))).collect();
            if cut.is_empty() {
                own.push(*piece);
            }
            cut.into_iter().for_each(|(core, part)| pieces[core].push(part));
        }
        left.push(own);
    }
    go_on_beyond_stamps(&mut cores, &mut pieces, &mut left, stamps);
    // The label for stamps is not tested: recognition distinguishes text under a stamp from the stamp.
    left.iter_mut().for_each(|pieces| pieces.retain(|piece| may_be_print(labels, piece)));
    let rest: Vec<Unit> = left.iter().flat_map(|pieces| joined(pieces, units.size)).collect();
    let rest = without_lone_specks(rest, units.size);
    // A core that holds only specks is not a line.
    let is_line =
        |(core, pieces): &(&Core, Vec<BBox>)| !pieces.iter().all(|piece| is_speck(piece, core.size));
    let strung = cores.iter().zip(pieces).filter(is_line).map(|(core, pieces)| {
        let mut units: Vec<BBox> =
            joined(&pieces, core.size).into_iter().map(|unit: Unit| unit.bbox).collect();
        units.sort_by_key(|unit| (unit.left, unit.top));
        let (from, to) = core.without_specks_at_ends(&units);
        Strung { mode: core.mode, units: units[from..to].to_vec() }
    });
    (strung.collect(), Units { all: rest, ..units })
}

/// Removes cores that lie mostly in longer lines of the other direction: if lines are set alike, the network predicts
/// short cores across their ends.
fn without_crossing(cores: Vec<Core>) -> Vec<Core> {
    let lies_in = |core: &Core, line: &Core| -> i64 {
        let is_longer = line.mode != core.mode && line.characters() > core.characters();
        if is_longer { line.band().intersection(&core.mode.along(&core.bbox)).area() } else { 0 }
    };
    let (index, widest) = index_of(&cores);
    let crosses = |core: &Core| {
        // Bands extend beyond their cores by less than a character.
        let near = index.touching(&core.mode.along(&core.bbox).grown(widest.ceil() as i32));
        let common: i64 = near.into_iter().map(|line| lies_in(core, &cores[line])).sum();
        common as f64 > CROSSING * core.bbox.area() as f64
    };
    let is_kept: Vec<bool> = cores.iter().map(|core| !crosses(core)).collect();
    cores.into_iter().zip(is_kept).filter_map(|(core, is_kept)| is_kept.then_some(core)).collect()
}

/// Spatial index of the cores on the page, and their largest character size, px.
fn index_of(cores: &[Core]) -> (BoxIndex, f64) {
    let places: Vec<BBox> = cores.iter().map(|core| core.mode.along(&core.bbox)).collect();
    (BoxIndex::of(&places), cores.iter().map(|core| core.size).fold(0.0, f64::max))
}

/// Removes units that are as small as full stops or dust and stand alone.
fn without_lone_specks(units: Vec<Unit>, size: f64) -> Vec<Unit> {
    let is_speck = |unit: &Unit| is_speck(&unit.bbox, size);
    let large: Vec<BBox> = units.iter().filter(|unit| !is_speck(unit)).map(|unit| unit.bbox).collect();
    let index = BoxIndex::of(&large);
    let has_print_near = |unit: &Unit| !index.touching(&unit.bbox.grown(size as i32)).is_empty();
    units.into_iter().filter(|unit| !is_speck(unit) || has_print_near(unit)).collect()
}

/// Removes cores that are text of stamps. A core aligned with a core outside stamps is text, whatever the labels say.
fn without_text_of_stamps(cores: Vec<Core>, labels: &Labels, stamps: &[BBox]) -> Vec<Core> {
    let (within, outside): (Vec<Core>, Vec<Core>) =
        cores.into_iter().partition(|core| is_within(&core.mode.along(&core.bbox), stamps));
    let is_print = |core: &Core| {
        !is_of_a_stamp(labels, stamps, &core.mode.along(&core.bbox))
            || outside.iter().any(|other| core.lines_up_with(other))
    };
    let print: Vec<Core> = within.into_iter().filter(is_print).collect();
    outside.into_iter().chain(print).collect()
}

/// Joins cores of one direction that belong to one line interrupted by a stamp.
fn joined_through(mut cores: Vec<Core>, ink: &Binary, stamps: &[BBox]) -> Vec<Core> {
    cores.sort_by_key(|core| core.bbox.left);
    let mut all: Vec<Core> = Vec::new();
    for core in cores {
        let gap = |before: &Core| core.bbox.left - before.bbox.right;
        let before = all
            .iter_mut()
            .filter(|before| before.goes_on_in(&core, ink, stamps))
            .min_by_key(|before| gap(before).abs());
        match before {
            Some(before) => before.join(core),
            None => all.push(core),
        }
    }
    all
}

/// The core, of those in `among`, whose centre line is nearest to a component. Of crossing cores the more confident one
/// counts, because text that shines through from the verso has cores too.
fn nearest(piece: &BBox, cores: &[Core], among: impl Iterator<Item = usize>) -> Option<usize> {
    let among: Vec<usize> = among.collect();
    let surest = among.iter().max_by(|&&a, &&b| cores[a].sure.total_cmp(&cores[b].sure))?;
    let mode = cores[*surest].mode;
    let aside = |i: usize| cores[i].aside(piece).abs();
    among.into_iter().filter(|&i| cores[i].mode == mode).min_by(|&a, &b| aside(a).total_cmp(&aside(b)))
}

/// Assigns ink beyond stamps to the cores of its lines, step by step outwards, because cores may be missing under
/// stamps.
fn go_on_beyond_stamps(
    cores: &mut [Core],
    pieces: &mut [Vec<BBox>],
    left: &mut [Vec<BBox>],
    stamps: &[BBox],
) {
    let mut is_over = stamps.is_empty();
    while !is_over {
        let (index, widest) = index_of(cores);
        let mut found: Vec<(usize, BBox)> = Vec::new();
        for own in left.iter_mut() {
            own.retain(|piece| {
                let beyond = beyond_stamps(piece, cores, &index, (widest, stamps));
                found.extend(beyond.map(|core| (core, cores[core].mode.along(piece))));
                beyond.is_none()
            });
        }
        is_over = found.is_empty();
        for (core, along) in found {
            pieces[core].push(along);
            cores[core].extend_to(&along);
        }
    }
}

/// The core of the line that a component belongs to, if a stamp separates the two.
fn beyond_stamps(
    piece: &BBox,
    cores: &[Core],
    index: &BoxIndex,
    (widest, stamps): (f64, &[BBox]),
) -> Option<usize> {
    let near = index.touching(&piece.grown((LONGEST_GAP * widest) as i32));
    let fits = |&i: &usize| {
        let (core, along) = (&cores[i], cores[i].mode.along(piece));
        let gap = core.gap_beside(&along, stamps);
        let whole = f64::from(along.gap_x(&core.bbox));
        core.is_level_with(piece)
            && whole <= core.size * if is_speck(piece, core.size) { APART } else { LONGEST_GAP }
            && gap.is_some_and(|gap| f64::from(gap) <= UNCOVERED * core.size)
    };
    let gap = |i: &usize| cores[*i].mode.along(piece).gap_x(&cores[*i].bbox);
    near.into_iter().filter(fits).min_by_key(gap)
}

/// Whether a component may be text: the labels for other matter do not outweigh text. Ink without any label may be
/// text of a kind that the network has not seen.
fn may_be_print(labels: &Labels, piece: &BBox) -> bool {
    let places = labels.to_places(piece);
    let others = [Label::Other, Label::Ruling, Label::Handwriting].map(|label| labels.sum(label, &places));
    labels.sum(Label::Print, &places) >= others.iter().sum::<f64>()
}

/// Whether a box lies inside a stamp.
fn is_within(bbox: &BBox, stamps: &[BBox]) -> bool {
    stamps.iter().any(|stamp| stamp.intersection(bbox).area() as f64 > WITHIN * bbox.area() as f64)
}

/// Whether a box is text of a stamp: it lies inside one, and more of its ink is labelled stamp than print.
fn is_of_a_stamp(labels: &Labels, stamps: &[BBox], bbox: &BBox) -> bool {
    let places = labels.to_places(bbox);
    is_within(bbox, stamps) && labels.sum(Label::Stamp, &places) > labels.sum(Label::Print, &places)
}

#[cfg(test)]
mod tests {
    use super::super::units::find_units;
    use super::*;

    fn fill(ink: &mut Binary, bbox: BBox) {
        (bbox.top..bbox.bottom)
            .for_each(|y| (bbox.left..bbox.right).for_each(|x| ink.set(x as u32, y as u32, true)));
    }

    /// Twelve characters of 32 px in a row, 40 px apart.
    fn row(ink: &mut Binary, left: i32, top: i32) {
        for i in 0..12 {
            for t in [0, 13, 26] {
                fill(ink, BBox::from_ltwh(left + 40 * i, top + t, 32, 5));
            }
            fill(ink, BBox::from_ltwh(left + 40 * i + 13, top, 5, 32));
        }
    }

    fn strung(ink: &Binary, labels: &Labels, stamps: &[BBox]) -> (Vec<Strung>, usize) {
        let options = LayoutOptions::default();
        let erased = Erased { stamps, ..Erased::default() };
        let (strung, rest) = string(ink, find_units(ink, &options).unwrap(), labels, &erased, &options);
        (strung, rest.all.len())
    }

    #[test]
    fn a_streak_through_two_lines_is_cut_and_what_is_no_print_goes() {
        let place = BBox::from_ltrb;
        let mut ink = Binary::new(800, 800);
        row(&mut ink, 100, 100);
        row(&mut ink, 100, 160);
        fill(&mut ink, place(342, 60, 346, 230));
        row(&mut ink, 100, 500);
        row(&mut ink, 100, 600);
        let labels = Labels::drawn(&[
            (Label::Horizontal, place(27, 27, 142, 31)),
            (Label::Horizontal, place(27, 42, 142, 46)),
            (Label::Other, place(25, 124, 145, 136)),
        ]);
        let (lines, rest) = strung(&ink, &labels, &[]);
        let boxes: Vec<BBox> = lines
            .iter()
            .map(|line| line.units.iter().fold(BBox::default(), |all, unit| all.union(unit)))
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!((boxes[0].left, boxes[0].right), (100, 572));
        assert!(boxes[0].bottom <= boxes[1].top, "{boxes:?}");
        assert_eq!(rest, 12, "of the rows without a core the one that is nothing else");
    }

    #[test]
    fn columns_are_seen_along_and_the_likelier_direction_counts() {
        let mut ink = Binary::new(800, 800);
        row(&mut ink, 100, 100);
        let ink = ink.transposed();
        let column = BBox::from_ltrb(27, 27, 31, 142);
        let labels = Labels::drawn(&[(Label::Vertical, column)]);
        let (lines, rest) = strung(&ink, &labels, &[]);
        assert_eq!((lines.len(), rest, lines[0].mode), (1, 0, WritingMode::VerticalRl));
        assert_eq!(lines[0].units[0].left, 100);
    }

    #[test]
    fn a_line_goes_on_beneath_a_stamp_where_print_does() {
        let place = BBox::from_ltrb;
        let mut ink = Binary::new(800, 800);
        row(&mut ink, 100, 100);
        row(&mut ink, 100, 500);
        ink.erase(&place(255, 500, 420, 540));
        // The labels show only the beginning and the end of each row.
        let labels = Labels::drawn(&[
            (Label::Horizontal, place(27, 27, 60, 31)),
            (Label::Horizontal, place(108, 27, 142, 31)),
            (Label::Horizontal, place(27, 127, 60, 131)),
            (Label::Horizontal, place(108, 127, 142, 131)),
        ]);
        let stamps = [place(230, 60, 440, 180), place(230, 460, 440, 580)];
        let (lines, rest) = strung(&ink, &labels, &stamps);
        let extents: Vec<(i32, i32)> =
            lines.iter().map(|line| (line.units[0].left, line.units.last().unwrap().right)).collect();
        assert_eq!((extents, rest), (vec![(100, 572), (100, 252), (420, 572)], 0));
    }

    #[test]
    fn the_text_of_a_stamp_is_no_line_unless_it_reads_as_one() {
        let mut ink = Binary::new(800, 800);
        row(&mut ink, 100, 100);
        row(&mut ink, 100, 500);
        let core = BBox::from_ltrb(27, 27, 142, 31);
        let labels = Labels::drawn(&[
            (Label::Horizontal, core),
            (Label::Stamp, core.grown(2)),
            (Label::Horizontal, core.shifted(0, 100)),
            (Label::Print, core.shifted(0, 100)),
        ]);
        let stamps = [BBox::from_ltrb(60, 60, 620, 180), BBox::from_ltrb(60, 460, 620, 580)];
        let (lines, rest) = strung(&ink, &labels, &stamps);
        assert_eq!((lines.len(), lines[0].units[0].top, rest), (1, 500, 12));
    }

    #[test]
    fn a_short_core_across_columns_is_none() {
        let place = BBox::from_ltrb;
        // The network predicts a line across the last characters but one.
        let labels = Labels::drawn(&[
            (Label::Vertical, place(27, 27, 31, 142)),
            (Label::Vertical, place(42, 27, 46, 142)),
            (Label::Horizontal, place(27, 126, 46, 130)),
        ]);
        let modes = [WritingMode::HorizontalTb, WritingMode::VerticalRl];
        let cores: Vec<Core> = modes.into_iter().flat_map(|mode| find_cores(&labels, mode)).collect();
        assert_eq!(cores.len(), 3);
        let left: Vec<WritingMode> = without_crossing(cores).iter().map(|core| core.mode).collect();
        assert_eq!(left, [WritingMode::VerticalRl; 2]);
    }
}
