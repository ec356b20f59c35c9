//! Finds frameless stamps without rotation: rows of characters whose typeface differs from the page's text.
//!
//! A cable has one typeface, its form another, smaller one, and a stamp its own. Each row is compared with the text
//! rows of the page ([`rows`](super::rows)). A row belongs to a stamp if
//! - its characters are tall and narrow, as the dates and numbers of time stamps are; or
//! - it is larger and bolder than the text, and further evidence adds up to [`PROOF`], because headings are larger
//!   and bolder, too. The evidence is a rotation that differs from the page and from the rows around, pinholes from
//!   the stamp pad, several rows, and a place where the row heads no text.
//!
//! Rows that continue one another, or stand below one another, form one stamp. The search is limited to pages of
//! horizontal text that is high enough to be measured. On 101 pages (63 synthetic cables, 12 printed pages, 20
//! bulletins, 6 cables of the 1960s) it marks no printed text.
//!
//! It misses stamps in the size and weight of the text, one or two bold words (a heading looks the same), and
//! characters that are worn to pieces or connected to text. `scripts/alter` measures how close to the thresholds the
//! 6 cables are.

use super::Mark;
use super::rows::{PRINT_ROW, Row, Straight, Texture, find_rows, median, print_height};
use crate::geometry::{BBox, BoxIndex};
use crate::page::{Confidence, RegionKind, StampColor, StampShape};
use crate::raster::Binary;
use std::collections::BTreeSet;

/// Least text height with measurable strokes, px: at 120 dpi typewritten characters are 12 px high and touch.
const LOWEST: f64 = 13.0;
/// Fewest characters of a measured row.
const FEWEST: usize = 3;
/// Largest number of text rows sampled for the typeface.
const SAMPLE: usize = 40;
/// Largest median gap between characters of horizontal text, in heights. Rows have 0.1 to 0.3; chance alignments
/// across columns have more.
const ROW_GAP: f64 = 0.45;

/// Least height and stroke width of bold rows, relative to the text. Titles of forms have 1.1 and 1.6 (bold, no
/// larger) or 1.5 and 1.3 (one word), stamps 1.2 to 2.2 and 1.3 to 3.3.
const LARGER: f64 = 1.15;
const HEAVIER: f64 = 1.25;
/// Least evidence for a bold stamp: headings have one full piece of evidence, or two weak ones.
const PROOF: f64 = 1.0;
/// Rotation that scores 1, degrees: deskewed pages are straight to 0.1, typed lines in forms to 0.5.
const TURNED: f64 = 1.0;
/// Number of text rows that determine the lean of the page around a stamp.
const AROUND: usize = 5;
/// Pinhole density relative to text: 2 times scores 0, 6 times scores 1. Text has this density at least.
const MOTTLED: (f64, f64) = (2.0, 6.0);
const PINHOLES: f64 = 0.002;
/// Score of each further row, and of all at most; and score of a place that heads no text.
const ROWS: (f64, f64) = (0.25, 0.5);
const HEADS_NOTHING: f64 = 0.6;
/// Largest distance from a heading down to the text below it, in heights of the heading.
const BELOW: f64 = 9.0;

/// Least aspect ratio (height by width) of condensed characters: dates of time stamps have 2.1 to 3.1, typewritten
/// letters 1.2 to 1.5, condensed type on forms 1.75.
const CONDENSED: f64 = 1.9;
/// Height range of condensed characters relative to the text: a typewriter's narrow 1 and I are no higher than it.
const TALL: (f64, f64) = (1.35, 2.6);
/// Least fill of their boxes, and least stroke width relative to the text: pen strokes have less.
const PEN: (f64, f64) = (0.4, 0.75);
/// Largest deviation of their heights, and of their tops and bottoms from a line (row, whole stamp), in heights.
const UNEVEN: f64 = 0.12;
const OFF: (f64, f64) = (0.1, 0.12);

/// Largest gap between date and time in one row, in heights.
const FARTHEST: f64 = 2.5;

/// Largest deviation from a straight line at which a row's slope is reliable, in heights.
const STRAIGHT: f64 = 0.06;

/// Fewest characters of a condensed stamp, and of a bold stamp.
const CHARACTERS: (usize, usize) = (5, 8);
/// Largest width and height of a stamp, in text heights.
const LARGEST: (f64, f64) = (30.0, 10.0);

pub(super) struct FramelessStamp {
    pub mark: Mark,
    pub characters: Vec<BBox>,
}

/// Finds the frameless stamps among components of a page's ink, apart from known marks. Pages of vertical text return
/// none, because their columns align into rows by chance.
pub(super) fn find_frameless(
    ink: &Binary,
    pieces: &[BBox],
    straight: &Straight,
    known: &[Mark],
) -> Vec<FramelessStamp> {
    if straight.is_vertical {
        return Vec::new();
    }
    let longest = ink.width().max(ink.height());
    let rows = print_height(pieces, longest).map_or(vec![], |height| find_rows(pieces, height));
    let print = PrintStyle::of(ink, &rows).filter(|p| p.in_rows && p.height >= LOWEST);
    let Some(print) = print else { return Vec::new() };
    let seen: Vec<Seen> = rows.into_iter().map(|row| Seen::of(ink, row, &print)).collect();
    let places = BoxIndex::of(seen.iter().map(|s| &s.row.bbox));
    let mut marks: Vec<BBox> =
        known.iter().filter(|m| m.kind != RegionKind::Ruling).map(|m| m.bbox).collect();
    let mut taken = BoxIndex::of(&marks);
    let mut found: Vec<FramelessStamp> = Vec::new();
    for kind in [Kind::Condensed, Kind::Bold] {
        for (i, seed) in seen.iter().enumerate().filter(|(_, s)| s.is(kind, &print)) {
            let at = &seed.row.bbox;
            if taken.touching(at).into_iter().any(|i| marks[i].intersects(at)) {
                continue;
            }
            let stamp = Grown::from(i, kind, (&seen, &places), &print);
            if stamp.is_stamp(&seen, &print) {
                taken.insert(marks.len(), &stamp.bbox);
                marks.push(stamp.bbox);
                found.push(stamp.mark());
            }
        }
    }
    found
}

/// Typeface of the page's text rows (medians over characters).
struct PrintStyle {
    height: f64,
    stroke: f64,
    mottled: f64,
    in_rows: bool,
}

impl PrintStyle {
    /// `None` without text rows.
    fn of(ink: &Binary, rows: &[Row]) -> Option<Self> {
        let print: Vec<&Row> = rows.iter().filter(|r| r.characters.len() >= PRINT_ROW).collect();
        let sample: Vec<(usize, Texture)> = print
            .iter()
            .step_by(print.len() / SAMPLE + 1)
            .map(|r| (r.characters.len(), r.texture(ink)))
            .collect();
        let weighed = |f: fn(&Texture) -> f64| {
            median(sample.iter().flat_map(|(n, t)| std::iter::repeat_n(f(t), *n)).collect())
        };
        let heights = print.iter().flat_map(|r| std::iter::repeat_n(r.height, r.characters.len()));
        let gap = |row: &Row, pair: &[BBox]| f64::from((pair[1].left - pair[0].right).max(0)) / row.height;
        let gaps = print.iter().flat_map(|r| r.characters.windows(2).map(|pair| gap(r, pair)));
        (!sample.is_empty()).then(|| Self {
            height: median(heights.collect()),
            stroke: weighed(|t| t.stroke),
            mottled: weighed(|t| t.mottled),
            in_rows: median(gaps.collect()) <= ROW_GAP,
        })
    }
}

/// Difference of a row from the page's text.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Condensed,
    Bold,
}

struct Seen {
    row: Row,
    /// Height relative to the text.
    larger: f64,
    /// Slope, downwards per pixel to the right, and median deviation from such a line, in heights.
    slope: f64,
    off: f64,
    /// Measured only for rows that may differ from the text.
    texture: Option<Texture>,
}

impl Seen {
    fn of(ink: &Binary, row: Row, print: &PrintStyle) -> Self {
        let larger = row.height / print.height;
        let (slope, off) = row.slope();
        let may_be = row.characters.len() >= FEWEST && larger > LARGER;
        let texture = may_be.then(|| row.texture(ink));
        Self { row, larger, slope, off, texture }
    }

    fn is(&self, kind: Kind, print: &PrintStyle) -> bool {
        let Some(texture) = self.texture else { return false };
        let heavier = texture.stroke / print.stroke;
        match kind {
            Kind::Bold => self.larger >= LARGER && heavier >= HEAVIER,
            Kind::Condensed => {
                (TALL.0..=TALL.1).contains(&self.larger)
                    && self.row.condensed() >= CONDENSED
                    && self.off <= OFF.0
                    && self.row.uneven() <= UNEVEN
                    && texture.filled >= PEN.0
                    && heavier >= PEN.1
            }
        }
    }

    /// Whether the row is as long as a row of text.
    fn is_print(&self) -> bool {
        self.row.characters.len() >= PRINT_ROW
    }
}

/// A stamp grown from one row that differs from the text.
struct Grown<'a> {
    kind: Kind,
    rows: Vec<&'a Seen>,
    bbox: BBox,
}

impl<'a> Grown<'a> {
    fn from(seed: usize, kind: Kind, (seen, places): (&'a [Seen], &BoxIndex), print: &PrintStyle) -> Self {
        let mut grown = Self { kind, rows: vec![&seen[seed]], bbox: seen[seed].row.bbox };
        let (mut is_known, mut looked_at) = (BTreeSet::from([seed]), 0);
        while let Some(known) = grown.rows.get(looked_at).copied() {
            looked_at += 1;
            let reach = (FARTHEST * known.row.height).ceil() as i32;
            for i in places.touching(&known.row.bbox.grown(reach)) {
                if !is_known.contains(&i) && grown.joins(known, &seen[i], print) {
                    is_known.insert(i);
                    grown.bbox = grown.bbox.union(&seen[i].row.bbox);
                    grown.rows.push(&seen[i]);
                }
            }
        }
        grown
    }

    fn has(&self, row: &Seen) -> bool {
        self.rows.iter().any(|r| std::ptr::eq(*r, row))
    }

    /// Whether a row continues one of the stamp's rows, or stands above or below it, in a similar typeface.
    fn joins(&self, known: &Seen, row: &Seen, print: &PrintStyle) -> bool {
        let (a, b) = (&known.row.bbox, &row.row.bbox);
        let height = known.row.height;
        let ratio = row.row.height / height;
        let level = known.row.is_level_with(&row.row);
        let (across, down) = (f64::from(a.gap_x(b)) / height, f64::from(a.gap_y(b)) / height);
        match self.kind {
            // Date and time stand apart in one row.
            Kind::Condensed => level && across <= FARTHEST && (0.8..=1.25).contains(&ratio),
            Kind::Bold => {
                let alike = match row.texture {
                    Some(t) => row.larger >= 1.1 && t.stroke >= 1.1 * print.stroke,
                    None => !row.is_print(),
                };
                let near = across <= if level { 1.5 } else { 0.3 } && down <= 0.8;
                near && alike && (0.6..=1.6).contains(&ratio)
            }
        }
    }

    fn characters(&self) -> Vec<BBox> {
        self.rows.iter().flat_map(|r| r.row.characters.iter().copied()).collect()
    }

    fn measured(&self) -> impl Iterator<Item = (&Seen, Texture)> {
        self.rows.iter().filter_map(|r| Some((*r, r.texture?)))
    }

    fn is_stamp(&self, seen: &[Seen], print: &PrintStyle) -> bool {
        let fits = f64::from(self.bbox.width()) <= LARGEST.0 * print.height
            && f64::from(self.bbox.height()) <= LARGEST.1 * print.height;
        let characters = self.characters();
        fits && match self.kind {
            Kind::Condensed => {
                let whole = Row::of(characters);
                whole.characters.len() >= CHARACTERS.0
                    && whole.condensed() >= CONDENSED
                    && whole.uneven() <= UNEVEN
                    && whole.slope().1 <= OFF.1
            }
            Kind::Bold => {
                let count: usize = self.measured().map(|(r, _)| r.row.characters.len()).sum();
                count >= CHARACTERS.1 && self.proof(seen, print) >= PROOF
            }
        }
    }

    /// Evidence that bold rows are a stamp rather than a heading.
    fn proof(&self, seen: &[Seen], print: &PrintStyle) -> f64 {
        let mean = |f: &dyn Fn(&Seen, Texture) -> f64| {
            let weight = |r: &Seen| r.row.characters.len() as f64;
            let all: f64 = self.measured().map(|(r, _)| weight(r)).sum();
            self.measured().map(|(r, t)| weight(r) * f(r, t)).sum::<f64>() / all.max(1.0)
        };
        // The slope of a short row is not reliable.
        let is_long = |r: &Seen| r.row.characters.len() >= CHARACTERS.0 && r.off <= STRAIGHT;
        let turn = mean(&|r, _| if is_long(r) { r.slope.atan().to_degrees() } else { 0.0 });
        let mottled = mean(&|_, t| t.mottled) / print.mottled.max(PINHOLES);
        let turn = turn.abs().min((turn - self.turn_around(seen)).abs());
        let turned = (turn / TURNED).min(1.0);
        let stamped = ((mottled - MOTTLED.0) / (MOTTLED.1 - MOTTLED.0)).clamp(0.0, 1.0);
        let rows = (ROWS.0 * self.further_rows() as f64).min(ROWS.1);
        turned + stamped + rows + if self.heads(seen) { 0.0 } else { HEADS_NOTHING }
    }

    /// Median lean of the text rows above and below, degrees: the pages of a bound book lean in places.
    fn turn_around(&self, seen: &[Seen]) -> f64 {
        let leans = |s: &&Seen| s.is_print() && s.off <= STRAIGHT && !self.has(s);
        let over = |s: &&Seen| s.row.bbox.gap_x(&self.bbox) <= 0;
        let mut around: Vec<&Seen> = seen.iter().filter(leans).filter(over).collect();
        around.sort_by_key(|s| s.row.bbox.gap_y(&self.bbox));
        around.truncate(AROUND);
        if around.len() < AROUND {
            return 0.0;
        }
        median(around.iter().map(|s| s.slope.atan().to_degrees()).collect())
    }

    /// Number of rows below the first.
    fn further_rows(&self) -> usize {
        let mut middles: Vec<i32> =
            self.measured().map(|(r, _)| (r.row.bbox.top + r.row.bbox.bottom) / 2).collect();
        middles.sort_unstable();
        let apart = 0.7 * self.rows[0].row.height;
        middles.windows(2).filter(|pair| f64::from(pair[1] - pair[0]) > apart).count()
    }

    /// Whether it is placed as a heading of the text below: centred over it, or aligned with its left edge.
    fn heads(&self, seen: &[Seen]) -> bool {
        let height = self.rows[0].row.height;
        let reach = self.bbox.bottom - (0.1 * height) as i32..self.bbox.bottom + (BELOW * height) as i32;
        let print = seen.iter().filter(|s| s.is_print() && !self.has(s)).map(|s| &s.row.bbox);
        let below: Vec<&BBox> = print.filter(|b| reach.contains(&b.top)).collect();
        let near = |a: i32, b: i32| f64::from((a - b).abs()) <= height;
        let fits = |block: BBox| {
            !block.is_empty()
                && (near(block.left, self.bbox.left)
                    || near(block.left + block.right, self.bbox.left + self.bbox.right))
        };
        let union = |all: BBox, b: &&BBox| all.union(b);
        let column = below.iter().filter(|b| b.gap_x(&self.bbox) <= 0).fold(BBox::default(), union);
        fits(column) || fits(below.iter().fold(BBox::default(), union))
    }

    fn mark(&self) -> FramelessStamp {
        let kind = RegionKind::stamp(StampColor::Black, StampShape::Frameless);
        let mark = Mark { kind, bbox: self.bbox, confidence: Confidence::clamped(0.7) };
        FramelessStamp { mark, characters: self.characters() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{SIZE, character, fill, page, print};

    /// Draws letters like H in a row with a slope.
    fn letters(
        ink: &mut Binary,
        (left, top): (i32, i32),
        count: i32,
        (width, height, stroke): (i32, i32, i32),
        slope: f64,
    ) {
        for i in 0..count {
            let x = left + i * (width + stroke + 4);
            let y = top + (slope * f64::from(x - left)) as i32;
            fill(ink, BBox::from_ltwh(x, y, stroke, height));
            fill(ink, BBox::from_ltwh(x + width - stroke, y, stroke, height));
            fill(ink, BBox::from_ltwh(x, y + (height - stroke) / 2, width, stroke));
        }
    }

    fn typed() -> Binary {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 300, 900, 1100));
        ink
    }

    fn found(ink: &Binary) -> Vec<BBox> {
        let pieces: Vec<BBox> = ink.components().0.into_iter().map(|c| c.bbox).collect();
        let straight = Straight::of(&pieces, SIZE);
        find_frameless(ink, &pieces, &straight, &[]).into_iter().map(|u| u.mark.bbox).collect()
    }

    #[test]
    fn a_page_of_print_has_nothing_unlike_it() {
        assert_eq!(found(&typed()), []);
    }

    #[test]
    fn a_date_in_tall_narrow_figures_is_a_stamp() {
        let mut ink = typed();
        letters(&mut ink, (600, 1200), 3, (26, 58, 5), 0.0);
        letters(&mut ink, (760, 1200), 4, (26, 58, 5), 0.0);
        let stamps = found(&ink);
        assert_eq!(stamps.len(), 1, "{stamps:?}");
        assert!(stamps[0].iou(&BBox::from_ltrb(600, 1200, 891, 1258)) > 0.9, "{stamps:?}");
    }

    #[test]
    fn bold_rows_below_the_print_that_are_turned_a_little_are_a_stamp() {
        let mut ink = typed();
        letters(&mut ink, (500, 1250), 8, (50, 60, 12), 0.02);
        letters(&mut ink, (520, 1330), 7, (50, 60, 12), 0.02);
        let stamps = found(&ink);
        assert_eq!(stamps.len(), 1, "{stamps:?}");
        assert!(stamps[0].iou(&BBox::from_ltrb(500, 1250, 1024, 1400)) > 0.85, "{stamps:?}");
    }

    #[test]
    fn a_heading_in_large_bold_type_is_none() {
        for left in [100, 236] {
            let mut ink = typed();
            letters(&mut ink, (left, 200), 8, (50, 60, 12), 0.0);
            assert_eq!(found(&ink), [], "at {left}");
        }
    }

    /// Models the curved page of a bound book.
    #[test]
    fn bold_rows_that_lean_as_the_print_around_do_are_headings() {
        for (leaning, stamps) in [(0.02, 0), (0.0, 1)] {
            let mut ink = page();
            (100..1000).step_by(64).for_each(|top| letters(&mut ink, (100, top), 24, (28, 34, 3), leaning));
            letters(&mut ink, (500, 1250), 10, (50, 60, 12), 0.02);
            assert_eq!(found(&ink).len(), stamps, "{leaning}");
        }
    }

    #[test]
    fn rows_across_columns_of_print_are_no_stamps() {
        // Columns that begin at different heights.
        for (lower, stamps) in [(5, 0), (0, 1)] {
            let mut ink = page();
            for (left, top) in
                (100..1060).step_by(48).flat_map(|l| (100..1000).step_by(44).map(move |t| (l, t)))
            {
                character(&mut ink, left, top + lower * (left / 48 % 3), 34, 3);
            }
            letters(&mut ink, (500, 1250), 8, (50, 60, 12), 0.02);
            letters(&mut ink, (520, 1330), 7, (50, 60, 12), 0.02);
            assert_eq!(found(&ink).len(), stamps, "{lower}");
        }
    }

    #[test]
    fn a_single_bold_word_with_nothing_below_it_stays_print() {
        let mut ink = typed();
        letters(&mut ink, (500, 1300), 6, (50, 60, 12), 0.03);
        assert_eq!(found(&ink), []);
    }
}
