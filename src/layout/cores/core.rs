//! One core of a line, and what stands in it.

use crate::geometry::BBox;
use crate::layout::lines::ink_bbox;
use crate::page::WritingMode;
use crate::raster::{Binary, Component};
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
pub(super) const LONGEST_GAP: f64 = 6.0;
pub(super) const UNCOVERED: f64 = 2.0;
/// Cores of one line that a stamp parts are as large as one another but for this factor, and as level, in characters. Not set on data.
const ALIKE: f64 = 1.5;
const LEVEL: f64 = 0.4;
/// Blanks of a line beneath a stamp are no wider than this, in characters: the gutters of print in columns are two. Not set on data.
const BLANK: f64 = 1.3;
/// Ink smaller than this, in characters, is a full stop or dust. It belongs to a line only where it stands no further than this beyond the
/// ends of its core. Not set on data.
const SPECK: f64 = 0.35;
/// A full stop stands no further than this from the character before it, in characters: it has half of its cell before it, at the most.
pub(super) const APART: f64 = 1.0;
/// As far, in characters, the band of a line goes beyond its core. Set on one drawn page, two pages of telegrams-b not made worse by it.
const BAND: f64 = 0.6;
/// Ink higher than this, in characters, reaches into other lines. Not set on data.
const SOUND: f64 = 1.35;

/// Whether a box is so small, beside characters of a size, that it holds a full stop or dust.
pub(super) fn is_speck(bbox: &BBox, size: f64) -> bool {
    f64::from(bbox.width().max(bbox.height())) < SPECK * size
}

/// The core of a line, as seen along it.
pub(super) struct Core {
    pub(super) mode: WritingMode,
    /// Side of its characters, px.
    pub(super) size: f64,
    pub(super) bbox: BBox,
    /// Mean probability of its places, 0 to 255.
    pub(super) sure: f64,
    /// Where its middle runs, px, at equal steps from its left end.
    middles: Vec<f64>,
    step: f64,
}

/// The cores of a direction.
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
    /// The height of its middle at a place along it, or at its end beyond it.
    fn middle(&self, x: f64) -> f64 {
        let at =
            ((x - f64::from(self.bbox.left)) / self.step).floor().clamp(0.0, self.middles.len() as f64 - 1.0);
        self.middles[at as usize]
    }

    /// How far the middle of a box lies from the middle of the line, in characters; positive below it.
    pub(super) fn aside(&self, piece: &BBox) -> f64 {
        let middle = self.mode.along(piece).center();
        (middle.y - self.middle(middle.x)) / self.size
    }

    /// Its length, in characters.
    pub(super) fn characters(&self) -> f64 {
        f64::from(self.bbox.width()) / self.size
    }

    /// The box of its line on the page, with half a character and more at each end.
    pub(super) fn band(&self) -> BBox {
        // A core is half as thick as its line.
        let aside = (0.25 * self.size) as i32;
        let (left, right) = self.ends(BAND);
        self.mode.along(&BBox::from_ltrb(left, self.bbox.top - aside, right, self.bbox.bottom + aside))
    }

    /// Whether another core of its direction may be of the same line.
    pub(super) fn lines_up_with(&self, other: &Self) -> bool {
        let (small, large) = (self.size.min(other.size), self.size.max(other.size));
        let middle = f64::from(self.bbox.left + self.bbox.right) / 2.0;
        large < ALIKE * small
            && f64::from(self.bbox.gap_x(&other.bbox)) <= LONGEST_GAP * small
            && (self.middle(middle) - other.middle(middle)).abs() < LEVEL * small
    }

    /// Whether another core, further along, is of the same line, and there is print beneath a stamp between them.
    pub(super) fn goes_on_in(&self, next: &Self, ink: &Binary, stamps: &[BBox]) -> bool {
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

    /// Goes on in another core, straight on from one to the other.
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

    /// How much of the gap between the core and a box, both as seen along the line, no stamp covers; `None` where none covers any.
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

    /// Whether a box lies beside the core, or not far beyond its ends, and touches the line.
    pub(super) fn reaches(&self, piece: &BBox) -> bool {
        let piece = self.mode.along(piece);
        let middle = self.middle(piece.center().x);
        f64::from(piece.gap_x(&self.bbox)) <= BEYOND * self.size
            && f64::from(piece.top) < middle + 0.5 * self.size
            && f64::from(piece.bottom) > middle - 0.5 * self.size
    }

    /// Whether a box stands in the line and reaches into no other.
    pub(super) fn holds(&self, piece: &BBox) -> bool {
        let along = self.mode.along(piece);
        let (left, right) = self.ends(if is_speck(piece, self.size) { SPECK } else { 1.5 * BEYOND });
        self.is_level_with(piece) && along.left >= left && along.right <= right
    }

    /// Whether a box stands at the height of the line and reaches into no other, wherever it stands along it.
    pub(super) fn is_level_with(&self, piece: &BBox) -> bool {
        let height = f64::from(self.mode.along(piece).height());
        self.aside(piece).abs() <= ASIDE && height <= SOUND * self.size
    }

    /// From which up to which of its units it goes, without specks that stand further from the others than a full stop does.
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

    /// From where to where it goes with so many characters more at each end.
    fn ends(&self, characters: f64) -> (i32, i32) {
        let beyond = (characters * self.size) as i32;
        (self.bbox.left - beyond, self.bbox.right + beyond)
    }

    /// The ink of a box that lies in the line, as seen along it.
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
