//! A line core and the geometry of its line.

use crate::geometry::BBox;
use crate::layout::lines::ink_bbox;
use crate::page::WritingMode;
use crate::raster::{Binary, Component};
use crate::segment::{Label, Labels};

/// Least probability of a position of a core, 0 to 255.
const LIKELY: u8 = 128;
/// Fewest positions of a core: one character of 7 pt on A4 has 10.
const SMALLEST: u64 = 6;
/// Largest distance of ink from the centre of its line, and from the ends of its core, in characters: half a
/// character, plus tolerance for bent lines. Not set on data.
const ASIDE: f64 = 0.6;
const BEYOND: f64 = 0.75;
/// Longest gap under a stamp between a core and ink of its line, in characters, and the longest part of it outside
/// the stamp. Set on twelve of the development cables, those with most errors under stamps.
pub(super) const LONGEST_GAP: f64 = 6.0;
pub(super) const UNCOVERED: f64 = 2.0;
/// Largest ratio of sizes, and largest vertical offset in characters, of cores of one line. Not set on data.
const ALIKE: f64 = 1.5;
const LEVEL: f64 = 0.4;
/// Widest blank of a line under a stamp, in characters: gutters between columns have two. Not set on data.
const BLANK: f64 = 1.3;
/// Side below which ink is a full stop or dust, in characters, and its largest distance from the ends of a core. Not
/// set on data.
const SPECK: f64 = 0.35;
/// Largest distance of a full stop from the character before it, in characters: at most half of its cell is before it.
pub(super) const APART: f64 = 1.0;
/// Distance by which the band of a line extends beyond its core, in characters. Set on one drawn page; two pages of
/// telegrams-b do not get worse.
const BAND: f64 = 0.6;
/// Height from which ink extends into other lines, in characters. Not set on data.
const SOUND: f64 = 1.35;

/// Whether a box is small enough to be a full stop or dust, for characters of `size` px.
pub(super) fn is_speck(bbox: &BBox, size: f64) -> bool {
    f64::from(bbox.width().max(bbox.height())) < SPECK * size
}

/// The core of a line, in coordinates along the line.
pub(super) struct Core {
    pub(super) mode: WritingMode,
    /// Character size, px.
    pub(super) size: f64,
    pub(super) bbox: BBox,
    /// Mean probability of its positions, 0 to 255.
    pub(super) sure: f64,
    /// Heights of the centre line, px, at equal steps from the left end.
    middles: Vec<f64>,
    step: f64,
}

pub(super) fn find_cores(labels: &Labels, mode: WritingMode) -> Vec<Core> {
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
    let core = |(i, component): (usize, &Component)| {
        let bbox = component.bbox;
        let mut sums = vec![(0u32, 0u32); bbox.width() as usize];
        let mut sure = 0.0;
        for (y, columns) in numbers.runs_of(i) {
            for x in columns {
                let (column, row) =
                    if mode == WritingMode::VerticalRl { (y, x as u32) } else { (x as u32, y) };
                sure += f64::from(mine.get_pixel(column, row).0[0]);
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
            sure: sure / component.ink as f64,
            middles: sums.iter().map(middle).collect(),
            step,
        }
    };
    let large = components.iter().enumerate().filter(|(_, c)| c.ink >= SMALLEST);
    large.map(core).collect()
}

impl Core {
    /// Height of the centre line at `x`; beyond an end, the height at that end.
    fn middle(&self, x: f64) -> f64 {
        let at =
            ((x - f64::from(self.bbox.left)) / self.step).floor().clamp(0.0, self.middles.len() as f64 - 1.0);
        self.middles[at as usize]
    }

    /// Offset of the centre of a box from the centre line, in characters; positive below the line.
    pub(super) fn aside(&self, piece: &BBox) -> f64 {
        let middle = self.mode.along(piece).center();
        (middle.y - self.middle(middle.x)) / self.size
    }

    /// Length, in characters.
    pub(super) fn characters(&self) -> f64 {
        f64::from(self.bbox.width()) / self.size
    }

    /// Bounding box of the line on the page, extended by more than half a character at each end.
    pub(super) fn band(&self) -> BBox {
        // A core is half as thick as its line.
        let aside = (0.25 * self.size) as i32;
        let (left, right) = self.ends(BAND);
        self.mode.along(&BBox::from_ltrb(left, self.bbox.top - aside, right, self.bbox.bottom + aside))
    }

    /// Whether two cores of one direction may be of the same line.
    pub(super) fn lines_up_with(&self, other: &Self) -> bool {
        let (small, large) = (self.size.min(other.size), self.size.max(other.size));
        let middle = f64::from(self.bbox.left + self.bbox.right) / 2.0;
        large < ALIKE * small
            && f64::from(self.bbox.gap_x(&other.bbox)) <= LONGEST_GAP * small
            && (self.middle(middle) - other.middle(middle)).abs() < LEVEL * small
    }

    /// Whether `next`, further along, continues this line and there is text under a stamp between them.
    pub(super) fn goes_on_in(&self, next: &Self, ink: &Binary, stamps: &[BBox]) -> bool {
        let small = self.size.min(next.size);
        let (end, start) = (f64::from(self.bbox.right), f64::from(next.bbox.left));
        next.bbox.right > self.bbox.right
            && end - start < small
            && self.lines_up_with(next)
            && self.gap_beside(&next.bbox, stamps).is_some_and(|gap| f64::from(gap) <= UNCOVERED * small)
            && !self.has_blank_before(next, ink)
    }

    /// Whether the ink before `next` has a blank that is wider than any between the characters of a line.
    fn has_blank_before(&self, next: &Self, ink: &Binary) -> bool {
        let (top, bottom) =
            ((next.middle(0.0) - 0.5 * next.size) as i32, (next.middle(0.0) + 0.5 * next.size) as i32);
        let is_inked = |x: &i32| ink.ink_in(&self.mode.along(&BBox::from_ltrb(*x, top, *x + 1, bottom))) > 0;
        let inked = (self.bbox.right..next.bbox.left).filter(is_inked).chain([next.bbox.left]);
        let blanks = inked.scan(self.bbox.right, |last, x| Some(x - std::mem::replace(last, x)));
        blanks.max().is_some_and(|widest| f64::from(widest) > BLANK * next.size)
    }

    /// Extends the core to a box, at the height of its end; the box is in coordinates along the line.
    pub(super) fn extend_to(&mut self, along: &BBox) {
        let count = |length: i32, step: f64| (f64::from(length.max(0)) / step).round() as usize;
        let before = count(self.bbox.left - along.left, self.step);
        let after = count(along.right - self.bbox.right, self.step);
        let (first, last) = (self.middles[0], self.middles[self.middles.len() - 1]);
        self.middles.splice(..0, std::iter::repeat_n(first, before));
        self.middles.extend(std::iter::repeat_n(last, after));
        self.bbox.left = self.bbox.left.min(along.left);
        self.bbox.right = self.bbox.right.max(along.right);
    }

    /// Appends another core, with a straight centre line in between.
    pub(super) fn join(&mut self, next: Self) {
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

    /// Length of the gap between the core and a box that stamps leave uncovered, px; `None` if no stamp covers any of
    /// it. The box is in coordinates along the line.
    pub(super) fn gap_beside(&self, along: &BBox, stamps: &[BBox]) -> Option<i32> {
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

    /// Whether a box touches the line, beside the core or slightly beyond its ends.
    pub(super) fn reaches(&self, piece: &BBox) -> bool {
        let piece = self.mode.along(piece);
        let middle = self.middle(piece.center().x);
        f64::from(piece.gap_x(&self.bbox)) <= BEYOND * self.size
            && f64::from(piece.top) < middle + 0.5 * self.size
            && f64::from(piece.bottom) > middle - 0.5 * self.size
    }

    /// Whether a box lies in the line and extends into no other.
    pub(super) fn holds(&self, piece: &BBox) -> bool {
        let along = self.mode.along(piece);
        let (left, right) = self.ends(if is_speck(piece, self.size) { SPECK } else { 1.5 * BEYOND });
        self.is_level_with(piece) && along.left >= left && along.right <= right
    }

    /// Whether a box is at the height of the line and extends into no other, at any position along it.
    pub(super) fn is_level_with(&self, piece: &BBox) -> bool {
        let height = f64::from(self.mode.along(piece).height());
        self.aside(piece).abs() <= ASIDE && height <= SOUND * self.size
    }

    /// Range of the units without specks at the ends that are further from the other units than a full stop is.
    pub(super) fn without_specks_at_ends(&self, units: &[BBox]) -> (usize, usize) {
        let is_apart = |speck: usize, other: usize| {
            is_speck(&units[speck], self.size)
                && f64::from(units[speck].gap_x(&units[other])) > APART * self.size
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

    /// Left and right end, extended by `characters` on each side.
    fn ends(&self, characters: f64) -> (i32, i32) {
        let beyond = (characters * self.size) as i32;
        (self.bbox.left - beyond, self.bbox.right + beyond)
    }

    /// Bounding box of the ink of a component that lies in the line, in coordinates along the line.
    pub(super) fn cut_out(&self, ink: &Binary, piece: &BBox) -> Option<BBox> {
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
