//! Groups the redactions that hide one passage, and excludes blocks that hide no text.
//!
//! A passage that continues on the next line is hidden by one block on each line. Two blocks on consecutive lines form
//! one passage if there is no text after the first and none before the second. The reader then sees one gap, not two.
//! A passage that ends with its line, above another that begins with its line, is wrongly joined with it.

use super::Mark;
use super::color::ColorPage;
use super::erasing::cut;
use crate::geometry::{BBox, BoxIndex};
use crate::page::{RedactionStyle, RegionKind};
use crate::raster::{Binary, Component};
use image::GrayImage;
use std::cell::OnceCell;

/// Least width of a short block in a column, in characters.
const NARROWEST: f64 = 0.85;
/// Largest space between lines whose redactions form one passage, in characters.
const LINE_GAP: f64 = 1.4;
/// Search distance for text beside a block, in characters.
const BEHIND: f64 = 4.0;
/// Least size of a component that counts as text there, in characters: specks are smaller.
const SPECK: f64 = 0.3;

/// Merges solid blocks and strikeouts. Of two that coincide, the larger box is kept.
pub(super) fn merged(blocks: Vec<Mark>, strikeout: Vec<Mark>) -> Vec<Mark> {
    let mostly_in = |a: &BBox, b: &BBox| 2 * a.intersection(b).area() >= a.area();
    let (mut blocks, mut strikeout) = (blocks, strikeout);
    let in_one_of = |a: &BBox, others: &[Mark], places: &BoxIndex| {
        places.touching(a).into_iter().any(|i| mostly_in(a, &others[i].bbox))
    };
    let places = |marks: &[Mark]| BoxIndex::of(marks.iter().map(|m| &m.bbox));
    let known = places(&blocks);
    strikeout.retain(|h| !in_one_of(&h.bbox, &blocks, &known));
    let known = places(&strikeout);
    blocks.retain(|b| !in_one_of(&b.bbox, &strikeout, &known));
    blocks.extend(strikeout);
    blocks
}

/// Numbers the passages of more than one block. `text_ink` lacks the blocks' ink.
pub(super) fn group(found: &mut [Mark], text_ink: &Binary, size: f64) {
    let boxes: Vec<(usize, BBox)> = (0..found.len())
        .filter(|&i| matches!(found[i].kind, RegionKind::Redaction { .. }))
        .map(|i| (i, found[i].bbox))
        .collect();
    let passage = passages(&boxes.iter().map(|(_, bbox)| *bbox).collect::<Vec<BBox>>(), text_ink, size);
    let mut count = vec![0; boxes.len()];
    passage.iter().for_each(|&of| count[of] += 1);
    let (mut numbers, mut last) = (vec![0; boxes.len()], 0);
    for (&(index, _), of) in boxes.iter().zip(passage).filter(|(_, of)| count[*of] >= 2) {
        if numbers[of] == 0 {
            last += 1;
            numbers[of] = last;
        }
        if let RegionKind::Redaction { group, .. } = &mut found[index].kind {
            *group = Some(numbers[of]);
        }
    }
}

/// Union-find over the blocks: returns for each block the representative of its passage.
fn passages(boxes: &[BBox], text_ink: &Binary, size: f64) -> Vec<usize> {
    fn root(passage: &mut [usize], mut i: usize) -> usize {
        while passage[i] != i {
            passage[i] = passage[passage[i]];
            i = passage[i];
        }
        i
    }
    let all = boxes.iter().fold(BBox::default(), |all, b| all.union(b));
    let places = BoxIndex::of(boxes);
    let reach = (LINE_GAP * size) as i32 + 1;
    let mut passage: Vec<usize> = (0..boxes.len()).collect();
    // Whether a block ends its line, and whether it begins one.
    let is_blank = |strip: BBox| is_blank(text_ink, &strip, size);
    let ends: Vec<bool> = boxes.iter().map(|b| is_blank(strips(b, size).1)).collect();
    let begins: Vec<bool> = boxes.iter().map(|b| is_blank(strips(b, size).0)).collect();
    for (a, first) in boxes.iter().enumerate().filter(|(a, _)| ends[*a]) {
        let near = if is_line(first) {
            BBox { left: all.left, right: all.right, ..*first }
        } else {
            BBox { top: all.top, bottom: all.bottom, ..*first }
        };
        for b in places.touching(&near.grown(reach)).into_iter().filter(|&b| b != a && begins[b]) {
            if follows(first, &boxes[b], size) {
                let (from, to) = (root(&mut passage, b), root(&mut passage, a));
                passage[from] = to;
            }
        }
    }
    (0..boxes.len()).map(|i| root(&mut passage, i)).collect()
}

fn is_line(block: &BBox) -> bool {
    block.width() > block.height()
}

/// The strips before and after a block in its line; for a column, above and below.
fn strips(block: &BBox, size: f64) -> (BBox, BBox) {
    let far = (BEHIND * size) as i32;
    if is_line(block) {
        let before = BBox { left: block.left - far, right: block.left, ..*block };
        (before, BBox { left: block.right, right: block.right + far, ..*block })
    } else {
        let before = BBox { top: block.top - far, bottom: block.top, ..*block };
        (before, BBox { top: block.bottom, bottom: block.bottom + far, ..*block })
    }
}

/// Drops blocks that stand side by side like the strokes of large type, and upright ones narrower than a column.
pub(super) fn without_strokes(blocks: Vec<Mark>, size: f64) -> Vec<Mark> {
    let upright = |b: &BBox, most: f64| b.height() > b.width() && f64::from(b.height()) < most * size;
    let small = |b: &BBox| upright(b, 3.0);
    let level = |a: i32, b: i32| f64::from((a - b).abs()) <= 0.3 * size;
    let places = BoxIndex::of(blocks.iter().map(|m| &m.bbox));
    let is_stroke = |b: &BBox| {
        let near = || places.touching(&b.grown((1.5 * size) as i32)).into_iter().map(|i| &blocks[i]);
        let twin = |o: &Mark| {
            let o = &o.bbox;
            o != b
                && small(o)
                && level(o.top, b.top)
                && level(o.bottom, b.bottom)
                && f64::from(o.gap_x(b)) <= 1.5 * size
        };
        (upright(b, SHORT.0 + 3.0) && f64::from(b.width()) < NARROWEST * size)
            || (small(b) && near().any(twin))
    };
    blocks.iter().filter(|m| !is_stroke(&m.bbox)).cloned().collect()
}

/// Whether a second block continues the first on the next line, or on the next column to the left. The caller checks
/// for text between them.
fn follows(first: &BBox, second: &BBox, size: f64) -> bool {
    let near = |gap: i32| f64::from(gap) >= -0.3 * size && f64::from(gap) <= LINE_GAP * size;
    let flat = |b: &BBox| f64::from(b.width().min(b.height())) <= 2.4 * size;
    if is_line(first) != is_line(second) || !flat(first) || !flat(second) {
        return false;
    }
    if is_line(first) {
        let below = second.top + second.bottom > first.top + first.bottom;
        below && near(first.gap_y(second))
    } else {
        let left = second.left + second.right < first.left + first.right;
        left && near(first.gap_x(second))
    }
}

fn is_blank(text_ink: &Binary, bbox: &BBox, size: f64) -> bool {
    let (components, _) = cut(text_ink, bbox).components();
    components.iter().all(|c| f64::from(c.bbox.width().max(c.bbox.height())) < SPECK * size)
}

/// Compares blocks with the page's text. A redaction hides text, so it lies in the text area, is as dark and
/// colourless, and is no stroke of a larger letter. Black edges, the gutter of a book, photographs and dirt in the
/// margin fail.
pub(super) struct PrintRows<'a> {
    color: Option<&'a ColorPage<'a>>,
    ink: &'a Binary,
    gray: &'a GrayImage,
    size: f64,
    /// Components of character size, and their index, which few pages need.
    characters: Vec<BBox>,
    places: OnceCell<BoxIndex>,
    /// Bounding box of nearly all text.
    area: BBox,
    /// Largest mean gray level of a block.
    level: f64,
    /// Median and 90th percentile of the ink fraction in large characters' boxes; `None` with too few of them.
    filled: Option<(f64, f64)>,
}

/// Reciprocal of the fraction of characters that may lie outside of the text area at each side.
const OUTSIDE: usize = 50;
/// Largest distance of a block from the text area, in characters.
const BEYOND: f64 = 1.0;
/// Longest redaction, as a fraction of the page's side: black edges and gutters are longer.
const LONGEST: f64 = 0.75;
/// Largest mean chroma of a block. 99 black blocks on 63 cables have a median of up to 3; a photograph, a coloured
/// print and the shade of a gutter have 26, 73 and 58.
const MOST_CHROMA: f64 = 18.0;
/// Shortest side of characters with measured ink, in characters, and fewest of them.
const MEASURED: (f64, usize) = (0.6, 20);
/// Excess ink required by length in characters, in units of the text's 90th percentile minus its median. Two dense
/// touching characters have up to 2.4 (23 blocks on 202 pages: from 3.1), three to six up to 1.3 (209 blocks: from
/// 1.7).
const DENSER: [(f64, f64); 2] = [(3.0, 2.7), (6.0, 1.5)];
/// Ink fraction that always suffices, for pages of the boldest text.
const FULL: f64 = 0.97;
/// Search distance for text in the line of a short block, in characters.
const IN_LINE: f64 = 6.0;
/// Length of a short block, in characters, and largest ink fraction around it: a letter's other strokes have more.
const SHORT: (f64, f64) = (5.0, 0.2);
/// Largest ink fraction in a strip as wide beside a short upright block; strokes of large type have more.
const BESIDE: f64 = 0.35;

impl<'a> PrintRows<'a> {
    pub(super) fn of(
        components: &[Component],
        color: Option<&'a ColorPage<'a>>,
        ink: &'a Binary,
        gray: &'a GrayImage,
        size: f64,
    ) -> Self {
        let side = |c: &Component| f64::from(c.bbox.width().max(c.bbox.height()));
        let print: Vec<BBox> = components
            .iter()
            .filter(|c| side(c) >= 0.4 * size && side(c) <= 1.2 * size)
            .map(|c| c.bbox)
            .collect();
        let span = |f: fn(&BBox) -> i32| {
            let mut values: Vec<i32> = print.iter().map(f).collect();
            values.sort_unstable();
            let skipped = values.len() / OUTSIDE;
            values.get(skipped).copied().zip(values.get(values.len().saturating_sub(1 + skipped)).copied())
        };
        let area = match (span(|b| (b.left + b.right) / 2), span(|b| (b.top + b.bottom) / 2)) {
            (Some(x), Some(y)) => BBox::from_ltrb(x.0, y.0, x.1, y.1).grown((BEYOND * size) as i32),
            _ => ink.bbox(),
        };
        let mut darkness: Vec<u8> =
            print.iter().step_by(print.len() / 500 + 1).filter_map(|b| mean_of_ink(ink, gray, b)).collect();
        darkness.sort_unstable();
        // Thin strokes are lighter than a block of the same ink, never darker.
        let level = darkness.get(darkness.len() / 2).map_or(255.0, |&level| f64::from(level) + 10.0);
        let large = |b: &&BBox| f64::from(b.width().min(b.height())) >= MEASURED.0 * size;
        let mut filled: Vec<f64> =
            print.iter().filter(large).map(|b| ink.ink_in(b) as f64 / b.area() as f64).collect();
        filled.sort_unstable_by(f64::total_cmp);
        let count = filled.len();
        let filled = (count >= MEASURED.1).then(|| (filled[count / 2], filled[count * 9 / 10]));
        let places = OnceCell::new();
        Self { color, ink, gray, size, characters: print, places, area, level, filled }
    }

    /// Whether a block no longer than a word has more ink than the page's text. In copies of copies the text grows
    /// together, as do dense characters in small type.
    pub(super) fn is_denser(&self, bbox: &BBox) -> bool {
        let length = f64::from(bbox.width().max(bbox.height())) / self.size;
        let asked = DENSER.iter().find(|(longest, _)| length < *longest);
        let Some(((median, high), (_, asked))) = self.filled.zip(asked) else { return true };
        let ink = self.ink.ink_in(bbox) as f64 / bbox.area().max(1) as f64;
        ink >= (median + asked * (high - median)).min(FULL)
    }

    /// Keeps the blocks that can hide text, and all outlined redactions, which their blank identifies.
    pub(super) fn blocks(&self, blocks: Vec<Mark>) -> Vec<Mark> {
        let (solid, mut kept): (Vec<Mark>, Vec<Mark>) = blocks
            .into_iter()
            .partition(|m| matches!(m.kind, RegionKind::Redaction { style: RedactionStyle::Solid, .. }));
        let solid: Vec<Mark> = solid.into_iter().filter(|m| self.holds(&m.bbox)).collect();
        kept.extend(without_strokes(solid, self.size));
        kept
    }

    fn holds(&self, bbox: &BBox) -> bool {
        let center = bbox.center();
        let (width, height) = (f64::from(bbox.width()), f64::from(bbox.height()));
        let long = width <= LONGEST * f64::from(self.ink.width())
            && height <= LONGEST * f64::from(self.ink.height());
        self.area.contains(center.x as i32, center.y as i32)
            && long
            && mean_of_ink(self.ink, self.gray, bbox).is_some_and(|mean| f64::from(mean) <= self.level)
            && self.stands_apart(bbox)
            && self.is_no_edge(bbox)
            && self.is_in_line(bbox)
            && self.color.is_none_or(|color| color.chroma(bbox) <= MOST_CHROMA)
    }

    /// Whether a block stands in a line of text; a long one may be the whole line.
    fn is_in_line(&self, bbox: &BBox) -> bool {
        let reach = (IN_LINE * self.size) as i32;
        let (width, height) = (bbox.width(), bbox.height());
        if f64::from(width.max(height)) >= SHORT.0 * self.size {
            return true;
        }
        let across = BBox { left: bbox.left - reach, right: bbox.right + reach, ..*bbox };
        let down = BBox { top: bbox.top - reach, bottom: bbox.bottom + reach, ..*bbox };
        let places = self.places.get_or_init(|| BoxIndex::of(&self.characters));
        let holds = |strip: &BBox| {
            let near = places.touching(strip).into_iter().map(|i| &self.characters[i]);
            near.into_iter().any(|c| c.intersects(strip) && !c.intersects(bbox))
        };
        (width >= height && holds(&across)) || (height >= width && holds(&down))
    }

    /// Whether there is little ink around a short block.
    pub(super) fn stands_apart(&self, bbox: &BBox) -> bool {
        let around = bbox.grown((0.5 * self.size) as i32).intersection(&self.ink.bbox());
        let ring = self.ink.ink_in(&around) as f64 - self.ink.ink_in(bbox) as f64;
        let narrow = f64::from(bbox.width().min(bbox.height())) < NARROWEST * self.size;
        let short = if narrow { SHORT.0 } else { 0.6 * SHORT.0 };
        let longer = f64::from(bbox.width().max(bbox.height())) >= short * self.size;
        let beside = |dx: i32| {
            let strip = bbox.shifted(dx, 0).intersection(&self.ink.bbox());
            self.ink.ink_in(&strip) as f64 > BESIDE * strip.area().max(1) as f64
        };
        let width = bbox.width();
        let upright = bbox.height() > width;
        if !longer && upright && (beside(width + 1) || beside(-width - 1)) {
            return false;
        }
        longer || (ring <= SHORT.1 * (around.area() - bbox.area()).max(1) as f64 && !self.is_stroke(bbox))
    }

    /// Whether a block is a stroke of a large letter, which has about as much other ink.
    fn is_stroke(&self, bbox: &BBox) -> bool {
        let around = bbox.grown((1.5 * self.size) as i32).intersection(&self.ink.bbox());
        let (components, labels) = cut(self.ink, &around).components();
        let center = bbox.center();
        let (x, y) = (center.x as i32 - around.left, center.y as i32 - around.top);
        let label = labels.get_pixel_checked(x as u32, y as u32).map_or(0, |l| l.0[0]);
        let Some(letter) = (label as usize).checked_sub(1).map(|i| &components[i]) else { return false };
        // Rules and frames that touch a block continue far beyond it.
        let large = f64::from(letter.bbox.width().max(letter.bbox.height())) > 3.5 * self.size;
        let own = self.ink.ink_in(bbox);
        !large && 10 * letter.ink >= if bbox.height() > bbox.width() { 12 } else { 14 } * own
    }

    /// Whether a block is no dark edge of the scan: it is away from the border, or text adjoins it on the inner side.
    fn is_no_edge(&self, bbox: &BBox) -> bool {
        let near = (0.15 * self.size) as i32 + 1;
        let (width, height) = (self.ink.width() as i32, self.ink.height() as i32);
        let reach = (1.2 * self.size) as i32;
        let (left, right) = (bbox.left <= near, bbox.right + near >= width);
        let (top, bottom) = (bbox.top <= near, bbox.bottom + near >= height);
        let inner = match [left, right, top, bottom] {
            [false, false, false, false] => return true,
            [true, false, false, false] => BBox { left: bbox.right + 1, right: bbox.right + reach, ..*bbox },
            [false, true, false, false] => BBox { left: bbox.left - reach, right: bbox.left - 1, ..*bbox },
            [false, false, true, false] => {
                BBox { top: bbox.bottom + 1, bottom: bbox.bottom + reach, ..*bbox }
            }
            [false, false, false, true] => BBox { top: bbox.top - reach, bottom: bbox.top - 1, ..*bbox },
            _ => return false,
        };
        let (components, _) = cut(self.ink, &inner).components();
        components.iter().any(|c| {
            let (long, short) = (c.bbox.width().max(c.bbox.height()), c.bbox.width().min(c.bbox.height()));
            f64::from(long) >= 0.4 * self.size && f64::from(long) <= 1.2 * self.size && 4 * short >= long
        })
    }
}

/// Mean gray level of the ink in a box; `None` without ink.
fn mean_of_ink(ink: &Binary, gray: &GrayImage, bbox: &BBox) -> Option<u8> {
    let inside = bbox.intersection(&ink.bbox());
    let (mut sum, mut count) = (0u64, 0u64);
    for y in inside.top..inside.bottom {
        let from = y as usize * ink.width() as usize;
        let (left, right) = (inside.left as usize, inside.right.max(inside.left) as usize);
        let pixels = &gray.as_raw()[from + left..from + right];
        for (value, _) in pixels.iter().zip(&ink.row(y as u32)[left..right]).filter(|(_, ink)| **ink != 0) {
            sum += u64::from(*value);
            count += 1;
        }
    }
    (count > 0).then(|| (sum / count) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{character, fill, page, print};
    use crate::marks::{MarksOptions, find_marks};
    use crate::raster::Pixels;

    fn redactions(ink: &Binary) -> Vec<(BBox, Option<u32>)> {
        let gray = ink.to_gray();
        let marks = find_marks(&Pixels::Gray(gray.clone()), &gray, ink, None, &MarksOptions::default());
        let redaction = |m: Mark| match m.kind {
            RegionKind::Redaction { group, .. } => Some((m.bbox, group)),
            _ => None,
        };
        marks.found.into_iter().filter_map(redaction).collect()
    }

    fn printed() -> Binary {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 1500));
        ink
    }

    #[test]
    fn a_passage_over_two_lines_is_one_group() {
        let mut ink = printed();
        ink.erase(&BBox::from_ltrb(690, 415, 1150, 465));
        ink.erase(&BBox::from_ltrb(50, 480, 400, 528));
        fill(&mut ink, BBox::from_ltrb(700, 418, 1100, 460));
        fill(&mut ink, BBox::from_ltrb(100, 482, 390, 524));
        let groups: Vec<Option<u32>> = redactions(&ink).iter().map(|r| r.1).collect();
        assert_eq!(groups, [Some(1), Some(1)]);
    }

    #[test]
    fn redactions_with_print_behind_them_are_no_group() {
        let mut ink = printed();
        for top in [418, 482] {
            ink.erase(&BBox::from_ltrb(290, top - 4, 610, top + 46));
            fill(&mut ink, BBox::from_ltrb(300, top, 600, top + 42));
        }
        assert!(redactions(&ink).iter().all(|r| r.1.is_none()));
    }

    #[test]
    fn two_dense_characters_grown_together_are_no_block() {
        let mut ink = page();
        for (i, left) in (100..1060).step_by(48).enumerate() {
            (100..900).step_by(64).for_each(|top| character(&mut ink, left, top, 40, 7 + i as i32 % 5));
        }
        let (word, block, line) = (
            BBox::from_ltwh(100, 1000, 80, 40),
            BBox::from_ltwh(300, 1000, 80, 40),
            BBox::from_ltwh(500, 1000, 400, 40),
        );
        [word, block, line].iter().for_each(|b| fill(&mut ink, *b));
        for hole in [word, line] {
            (hole.left..hole.right)
                .step_by(20)
                .for_each(|left| ink.erase(&BBox::from_ltwh(left, hole.top + 8, 12, 13)));
        }
        let gray = ink.to_gray();
        let (components, _) = ink.components();
        let print = PrintRows::of(&components, None, &ink, &gray, 40.0);
        assert_eq!([word, block, line].map(|b| print.is_denser(&b)), [false, true, true]);
    }

    #[test]
    fn black_edges_dirt_in_the_margin_and_strokes_of_large_type_are_no_redactions() {
        let mut ink = printed();
        fill(&mut ink, BBox::from_ltrb(500, 0, 545, 60));
        fill(&mut ink, BBox::from_ltrb(2, 700, 30, 760));
        fill(&mut ink, BBox::from_ltrb(1165, 50, 1198, 1500));
        ink.erase(&BBox::from_ltrb(300, 600, 700, 820));
        for left in [320, 400, 480] {
            fill(&mut ink, BBox::from_ltwh(left, 640, 38, 90));
        }
        character(&mut ink, 560, 640, 90, 30);
        assert_eq!(redactions(&ink), []);
    }
}
