//! Lines from the labels of a page's places: each core is a line or a piece of one, and ink goes to the core that it stands in.
//!
//! Cores run through streaks and specks, which so neither make nor break lines; beneath stamps they may be missing. Print that stands
//! in no core is left to be strung together by its own shape.

use super::lines::ink_bbox;
use super::units::{Unit, Units, joined};
use super::{Direction, Erased, LayoutOptions};
use crate::geometry::{BBox, BoxIndex};
use crate::page::WritingMode;
use crate::raster::Binary;
use crate::segment::{Label, Labels};

/// Probability, of 255, from which a place belongs to a core.
const LIKELY: u8 = 128;
/// Smallest core, places: one character of 7 pt on A4 has 10.
const SMALLEST: u64 = 6;
/// As far, in characters, ink of a line lies from its middle, and beyond the ends of its core: half a character is within, the rest is
/// for lines that bend. Not set on data.
const ASIDE: f64 = 0.6;
const BEYOND: f64 = 0.75;
/// Longest gap beneath a stamp between a core and ink of its line, in characters, and how much of it no stamp may cover. Set on twelve of the
/// development cables, those with most errors beneath stamps.
const LONGEST_GAP: f64 = 6.0;
const UNCOVERED: f64 = 2.0;
/// Cores of one line that a stamp parts are as large as one another but for this factor, and as level, in characters. Not set on data.
const ALIKE: f64 = 1.5;
const LEVEL: f64 = 0.4;
/// Blanks of a line beneath a stamp are no wider than this, in characters: the gutters of print in columns are two. Not set on data.
const BLANK: f64 = 1.3;
/// As much of a core, or of a piece of ink, lies in the box of a stamp whose text it may be. Not set on data.
const WITHIN: f64 = 0.8;
/// What is smaller than this, in characters, is a full stop or dust, and belongs to a line only as far from its core. Not set on data.
const SPECK: f64 = 0.35;
/// A full stop stands no further than this from the character before it, in characters: it has half of its cell before it, at the most.
const APART: f64 = 1.0;
/// Ink higher than this, in characters, reaches into other lines. Not set on data.
const SOUND: f64 = 1.35;

/// The core of a line, as seen along it.
struct Core {
    mode: WritingMode,
    /// Side of its characters, px.
    size: f64,
    bbox: BBox,
    /// Where its middle runs, px, at equal steps from its left end.
    middles: Vec<f64>,
    step: f64,
}

/// A line or a piece of one, as seen along it: ink that stands close together, by left ends.
pub(super) struct Strung {
    /// Its direction.
    pub mode: WritingMode,
    /// Its ink.
    pub units: Vec<BBox>,
}

/// The lines that cores tell, and the units that stand in none and are print.
pub(super) fn string(
    ink: &Binary,
    units: Units,
    labels: &Labels,
    erased: &Erased<'_>,
    options: &LayoutOptions,
) -> (Vec<Strung>, Units) {
    let stamps = erased.stamps;
    let coloured: Vec<BBox> = stamps.iter().copied().filter(|s| !erased.black_stamps.contains(s)).collect();
    let modes = match options.direction {
        Direction::Auto => &[WritingMode::HorizontalTb, WritingMode::VerticalRl][..],
        Direction::Horizontal => &[WritingMode::HorizontalTb],
        Direction::Vertical => &[WritingMode::VerticalRl],
    };
    let mut cores: Vec<Core> = modes
        .iter()
        .flat_map(|&mode| {
            joined_through(without_text_of_stamps(find_cores(labels, mode), labels, stamps), ink, stamps)
        })
        .collect();
    let index = BoxIndex::of(&cores.iter().map(|core| core.mode.along(&core.bbox)).collect::<Vec<BBox>>());
    let widest = cores.iter().map(|core| core.size).fold(0.0, f64::max);
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
    // Of the ink in black stamps the reading tells what is print.
    let is_rest = |piece: &BBox| may_be_print(labels, piece) && !is_of_a_stamp(labels, &coloured, piece);
    left.iter_mut().for_each(|pieces| pieces.retain(is_rest));
    let rest: Vec<Unit> = left.iter().flat_map(|pieces| joined(pieces, units.size)).collect();
    let rest = without_lone_specks(rest, SPECK * units.size);
    // What has no more than specks in it is no line.
    let is_line = |(core, pieces): &(&Core, Vec<BBox>)| !pieces.iter().all(|piece| core.is_speck(piece));
    let strung = cores.iter().zip(pieces).filter(is_line).map(|(core, pieces)| {
        let mut units: Vec<BBox> =
            joined(&pieces, core.size).into_iter().map(|unit: Unit| unit.bbox).collect();
        units.sort_by_key(|unit| (unit.left, unit.top));
        let (from, to) = core.without_specks_at_ends(&units);
        Strung { mode: core.mode, units: units[from..to].to_vec() }
    });
    (strung.collect(), Units { all: rest, ..units })
}

/// The units without those so small that they are full stops or dust, and stand alone.
fn without_lone_specks(units: Vec<Unit>, speck: f64) -> Vec<Unit> {
    let is_speck = |unit: &Unit| f64::from(unit.bbox.width().max(unit.bbox.height())) < speck;
    let large: Vec<BBox> = units.iter().filter(|unit| !is_speck(unit)).map(|unit| unit.bbox).collect();
    let index = BoxIndex::of(&large);
    let reach = (speck / SPECK) as i32;
    units.into_iter().filter(|u| !is_speck(u) || !index.touching(&u.bbox.grown(reach)).is_empty()).collect()
}

/// The cores without those of the text of stamps. One that lines up with a core outside of stamps is print, whatever ink is there.
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

/// The cores of a direction, where those of one line that a stamp parts are one.
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

/// The core of some, by their numbers, in whose middle a piece of ink stands best.
fn nearest(piece: &BBox, cores: &[Core], among: impl Iterator<Item = usize>) -> Option<usize> {
    let aside = |i: usize| cores[i].aside(piece).abs();
    among.min_by(|&a, &b| aside(a).total_cmp(&aside(b)))
}

/// Gives ink to the cores of its lines that a stamp parts it from, one step further from them at a time: beneath stamps, cores may be missing.
fn go_on_beyond_stamps(
    cores: &mut [Core],
    pieces: &mut [Vec<BBox>],
    left: &mut [Vec<BBox>],
    stamps: &[BBox],
) {
    let mut is_over = stamps.is_empty();
    while !is_over {
        let index =
            BoxIndex::of(&cores.iter().map(|core| core.mode.along(&core.bbox)).collect::<Vec<BBox>>());
        let widest = cores.iter().map(|core| core.size).fold(0.0, f64::max);
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

/// The core of the line that a piece of ink belongs to and is parted from by a stamp.
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
            && whole <= LONGEST_GAP * core.size
            && gap.is_some_and(|gap| f64::from(gap) <= UNCOVERED * core.size)
    };
    let gap = |i: &usize| cores[*i].mode.along(piece).gap_x(&cores[*i].bbox);
    near.into_iter().filter(fits).min_by_key(gap)
}

/// The cores of a direction.
fn find_cores(labels: &Labels, mode: WritingMode) -> Vec<Core> {
    let (own, other) = match mode {
        WritingMode::HorizontalTb => (Label::Horizontal, Label::Vertical),
        WritingMode::VerticalRl => (Label::Vertical, Label::Horizontal),
    };
    let mut places = labels.at_least(own, LIKELY);
    let (width, height) = (places.width(), places.height());
    let (mine, theirs) = (labels.plane(own), labels.plane(other));
    for y in 0..height {
        for x in 0..width {
            if theirs.get_pixel(x, y).0[0] > mine.get_pixel(x, y).0[0] {
                places.set(x, y, false);
            }
        }
    }
    let (mut step, mut across) = labels.scales();
    if mode == WritingMode::VerticalRl {
        places = places.transposed();
        (step, across) = (across, step);
    }
    let (components, numbers) = places.components();
    let core = |(i, bbox): (usize, BBox)| {
        let mut sums = vec![(0u32, 0u32); bbox.width() as usize];
        for (y, columns) in numbers.runs_of(i) {
            for x in columns {
                let (sum, count) = &mut sums[x - bbox.left as usize];
                (*sum, *count) = (*sum + y, *count + 1);
            }
        }
        let mut thick: Vec<u32> = sums.iter().map(|(_, count)| *count).collect();
        thick.sort_unstable();
        let middle = |&(sum, count): &(u32, u32)| (f64::from(sum) / f64::from(count.max(1)) + 0.5) * across;
        let at = |v: i32, scale: f64| (f64::from(v) * scale).round() as i32;
        Core {
            mode,
            size: 2.0 * f64::from(thick[thick.len() / 2]) * across,
            bbox: BBox::from_ltrb(
                at(bbox.left, step),
                at(bbox.top, across),
                at(bbox.right, step),
                at(bbox.bottom, across),
            ),
            middles: sums.iter().map(middle).collect(),
            step,
        }
    };
    let large = components.iter().enumerate().filter(|(_, c)| c.ink >= SMALLEST);
    large.map(|(i, c)| core((i, c.bbox))).collect()
}

impl Core {
    /// The height of its middle at a place along it, or at its end beyond it.
    fn middle(&self, x: f64) -> f64 {
        let at =
            ((x - f64::from(self.bbox.left)) / self.step).floor().clamp(0.0, self.middles.len() as f64 - 1.0);
        self.middles[at as usize]
    }

    /// How far the middle of a box lies from the middle of the line, in characters; positive below it.
    fn aside(&self, piece: &BBox) -> f64 {
        let middle = self.mode.along(piece).center();
        (middle.y - self.middle(middle.x)) / self.size
    }

    /// Whether another core of its direction may be of the same line.
    fn lines_up_with(&self, other: &Self) -> bool {
        let (small, large) = (self.size.min(other.size), self.size.max(other.size));
        let middle = f64::from(self.bbox.left + self.bbox.right) / 2.0;
        large < ALIKE * small
            && f64::from(self.bbox.gap_x(&other.bbox)) <= LONGEST_GAP * small
            && (self.middle(middle) - other.middle(middle)).abs() < LEVEL * small
    }

    /// Whether another core, further along, is of the same line, and there is print beneath a stamp between them.
    fn goes_on_in(&self, next: &Self, ink: &Binary, stamps: &[BBox]) -> bool {
        let small = self.size.min(next.size);
        let (end, start) = (f64::from(self.bbox.right), f64::from(next.bbox.left));
        next.bbox.right > self.bbox.right
            && end - start < small
            && self.lines_up_with(next)
            && self.gap_beside(&next.bbox, stamps).is_some_and(|gap| f64::from(gap) <= UNCOVERED * small)
            && !self.has_blank_before(next, ink)
    }

    /// Whether there is a blank before another core, further along, that is wider than any between characters of a line.
    fn has_blank_before(&self, next: &Self, ink: &Binary) -> bool {
        let (top, bottom) =
            ((next.middle(0.0) - 0.5 * next.size) as i32, (next.middle(0.0) + 0.5 * next.size) as i32);
        let is_inked = |x: &i32| ink.ink_in(&self.mode.along(&BBox::from_ltrb(*x, top, *x + 1, bottom))) > 0;
        let inked = (self.bbox.right..next.bbox.left).filter(is_inked).chain([next.bbox.left]);
        let blanks = inked.scan(self.bbox.right, |last, x| Some(x - std::mem::replace(last, x)));
        blanks.max().is_some_and(|widest| f64::from(widest) > BLANK * next.size)
    }

    /// Goes on, as level as its end is, as far as a box, both as seen along the line.
    fn extend_to(&mut self, along: &BBox) {
        let count = |length: i32, step: f64| (f64::from(length.max(0)) / step).round() as usize;
        let before = count(self.bbox.left - along.left, self.step);
        let after = count(along.right - self.bbox.right, self.step);
        let (first, last) = (self.middles[0], self.middles[self.middles.len() - 1]);
        self.middles.splice(..0, std::iter::repeat_n(first, before));
        self.middles.extend(std::iter::repeat_n(last, after));
        self.bbox.left = self.bbox.left.min(along.left);
        self.bbox.right = self.bbox.right.max(along.right);
    }

    /// Goes on in another core, straight on from one to the other.
    fn join(&mut self, next: Self) {
        let (end, start) = (f64::from(self.bbox.right), f64::from(next.bbox.left));
        let count = |length: i32, step: f64| (f64::from(length) / step).round().max(0.0) as usize;
        let (from, to) = (self.middle(end), next.middle(start));
        let whole = count(next.bbox.right - self.bbox.left, self.step);
        let between = count(next.bbox.left - self.bbox.left, self.step).saturating_sub(self.middles.len());
        let steps = (1..=between).map(|i| from + (to - from) * i as f64 / (between + 1) as f64);
        self.middles.extend(steps.collect::<Vec<f64>>());
        self.middles.truncate(whole.saturating_sub(next.middles.len()).max(1));
        if next.bbox.width() > self.bbox.width() {
            self.size = next.size;
        }
        self.middles.extend(next.middles);
        self.bbox = self.bbox.union(&next.bbox);
    }

    /// How much of the gap between the core and a box, both as seen along the line, no stamp covers; `None` where none covers any.
    fn gap_beside(&self, along: &BBox, stamps: &[BBox]) -> Option<i32> {
        let gap = BBox::from_ltrb(
            self.bbox.right.min(along.right),
            along.top,
            self.bbox.left.max(along.left),
            along.bottom,
        );
        let covered = |stamp: &BBox| self.mode.along(stamp).intersection(&gap).width().max(0);
        let covered = stamps.iter().map(covered).max().filter(|&covered| covered > 0)?;
        Some(gap.width() - covered)
    }

    /// Whether a box lies beside the core, or not far beyond its ends, and touches the line.
    fn reaches(&self, piece: &BBox) -> bool {
        let piece = self.mode.along(piece);
        let middle = self.middle(piece.center().x);
        f64::from(piece.gap_x(&self.bbox)) <= BEYOND * self.size
            && f64::from(piece.top) < middle + 0.5 * self.size
            && f64::from(piece.bottom) > middle - 0.5 * self.size
    }

    /// Whether a box stands in the line and reaches into no other.
    fn holds(&self, piece: &BBox) -> bool {
        let along = self.mode.along(piece);
        let (left, right) = self.ends(if self.is_speck(piece) { SPECK } else { 1.5 * BEYOND });
        self.is_level_with(piece) && along.left >= left && along.right <= right
    }

    /// Whether a box stands at the height of the line and reaches into no other, wherever it stands along it.
    fn is_level_with(&self, piece: &BBox) -> bool {
        let height = f64::from(self.mode.along(piece).height());
        self.aside(piece).abs() <= ASIDE && height <= SOUND * self.size
    }

    fn is_speck(&self, piece: &BBox) -> bool {
        f64::from(piece.width().max(piece.height())) < SPECK * self.size
    }

    /// From which up to which of its units it goes, without specks that stand further from the others than a full stop does.
    fn without_specks_at_ends(&self, units: &[BBox]) -> (usize, usize) {
        let is_apart = |speck: usize, other: usize| {
            self.is_speck(&units[speck]) && f64::from(units[speck].gap_x(&units[other])) > APART * self.size
        };
        let (mut from, mut to) = (0, units.len());
        while from + 1 < to && is_apart(from, from + 1) {
            from += 1;
        }
        while from + 1 < to && is_apart(to - 1, to - 2) {
            to -= 1;
        }
        (from, to)
    }

    /// From where to where it goes with so many characters more at each end.
    fn ends(&self, characters: f64) -> (i32, i32) {
        let beyond = (characters * self.size) as i32;
        (self.bbox.left - beyond, self.bbox.right + beyond)
    }

    /// The ink of a box that lies in the line, as seen along it.
    fn cut_out(&self, ink: &Binary, piece: &BBox) -> Option<BBox> {
        let along = self.mode.along(piece);
        let (left, right) = self.ends(1.5 * BEYOND);
        let middle = self.middle(along.center().x);
        let band = BBox::from_ltrb(
            along.left.max(left),
            along.top.max((middle - 0.5 * self.size) as i32),
            along.right.min(right),
            along.bottom.min((middle + 0.5 * self.size) as i32),
        );
        if band.is_empty() {
            return None;
        }
        let found = self.mode.along(&ink_bbox(ink, &self.mode.along(&band)));
        (!found.is_empty()).then_some(found)
    }
}

/// Whether ink in a box is nothing else than print, as far as is known: what the network has no name for may be print that it has
/// not seen the like of.
fn may_be_print(labels: &Labels, piece: &BBox) -> bool {
    let places = labels.to_places(piece);
    let others = [Label::Other, Label::Ruling, Label::Handwriting].map(|label| labels.sum(label, &places));
    labels.sum(Label::Print, &places) >= others.iter().sum::<f64>()
}

/// Whether something lies in a stamp.
fn is_within(bbox: &BBox, stamps: &[BBox]) -> bool {
    stamps.iter().any(|stamp| stamp.intersection(bbox).area() as f64 > WITHIN * bbox.area() as f64)
}

/// Whether something is the text of a stamp: it lies in one, where more of the ink is the stamp's than print.
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
        // Of each row the beginning and the end are seen.
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
    fn the_text_of_a_stamp_is_no_line() {
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
        assert_eq!((lines.len(), lines[0].units[0].top, rest), (1, 500, 0));
    }
}
