//! Finds strikeouts: passages struck out by hand with a pen or a marker, as ragged, uneven, leaning blocks of ink.
//!
//! Such a block is rarely solid, because strokes lie beside one another, and microfilm and copier leave holes. It
//! differs from text in that no gap divides it along its line. The columns of a band 0.6 characters high are
//! examined. In text, the ink drops between and within characters, every half character; in a strikeout it does not.
//! The signal is therefore a run of columns of at least [`INKED`] ink that is as long as [`LONGEST_PRINT`]
//! characters. This inverts the run-length method of Wong, Casey and Wahl (1982), which joins runs to find text.
//! Dense bold text has some such runs of two characters, among columns with gaps. Rules and black edges have them as
//! well, but they are thin or extend to the border of the scan.
//!
//! The search works on an image reduced to about ten cells per character, along lines and, transposed, along columns.
//! Boxes are accurate to two cells at top and bottom and to about one character at the frayed ends. The search misses
//! passages struck out with a single line or with single letters (x), which leave gaps, and passages shorter than 1.5
//! characters.

use super::Mark;
use crate::geometry::{BBox, BoxIndex, merge};
use crate::page::{Confidence, RedactionStyle, RegionKind};
use crate::raster::Binary;

/// Cells per character in the reduced image.
const CELLS: f64 = 10.0;
/// Height of the band, in characters: it fits into a line of any typeface.
const BAND: f64 = 0.6;
/// Least ink fraction of a column in a band.
const INKED: f64 = 0.5;
/// Shortest run of such columns, in characters: text of common weight has none.
const LONGEST_PRINT: f64 = 1.5;
/// Least length of a block's longest run, in block heights: type larger than the page's has runs as long as itself.
/// From the second length on, fewer inked columns suffice.
const LONG_RUN: (f64, f64) = (1.7, 4.0);
/// Least fraction of inked columns in a block with a long run, and with a short one. 18 passages have 0.76 to 0.99, 3
/// short ones 0.94 to 1; bold text, with runs of 2 heights, has 0.6 to 0.76.
const WITHOUT_GAPS: (f64, f64) = (0.7, 0.88);
/// Least ink fraction of a block's outermost rows and columns.
const FRAYED: f64 = 0.35;
/// Least ink fraction of the block.
const FILLED: f64 = 0.45;
/// Least and largest height, in characters: rules are thinner; photographs and black edges are larger.
const HEIGHT: (f64, f64) = (0.55, 2.6);
/// Largest gap between parts of one block, in characters.
const APART: f64 = 1.2;

/// Finds strikeouts along lines and along columns. `ragged` are low solid blocks, which may be the densest part of a
/// passage.
pub(super) fn find_strikeouts(ink: &Binary, ragged: Vec<BBox>, size: f64) -> Vec<Mark> {
    let side = ((size / CELLS) as u32).max(1);
    let cells = Cells::of(ink, side);
    let unit = size / f64::from(side);
    let parts = ragged.iter().map(|b| {
        let [left, top, right, bottom] = [b.left, b.top, b.right, b.bottom].map(|v| v / side as i32);
        BBox::from_ltrb(left, top, right, bottom)
    });
    let mut found = cells.blocks(parts.collect(), unit);
    let level = BoxIndex::of(&found);
    // Vertical blocks must not overlap horizontal ones.
    let upright = cells.transposed().blocks(Vec::new(), unit).into_iter().map(|upright| upright.transposed());
    let is_apart = |b: &BBox| !level.touching(b).into_iter().any(|i| found[i].intersects(b));
    let upright: Vec<BBox> = upright.filter(is_apart).collect();
    found.extend(upright);
    let kind =
        RegionKind::Redaction { style: RedactionStyle::Solid, estimated_characters: None, group: None };
    let mark = |b: BBox| {
        let s = side as i32;
        let bbox =
            BBox::from_ltrb(b.left * s, b.top * s, b.right * s, b.bottom * s).intersection(&ink.bbox());
        Mark { kind: kind.clone(), bbox, confidence: Confidence::clamped(0.8) }
    };
    found.into_iter().map(mark).collect()
}

/// The image reduced to cells.
struct Cells {
    width: i32,
    height: i32,
    /// Ink fraction of each cell, 0 to 1, row by row.
    ink: Vec<f32>,
}

impl Cells {
    fn of(ink: &Binary, side: u32) -> Self {
        let part = 1.0 / (side * side) as f32;
        let cells = ink.ink_by_cells(side).flatten().map(|sum| sum as f32 * part).collect();
        Self { width: (ink.width() / side) as i32, height: (ink.height() / side) as i32, ink: cells }
    }

    fn transposed(&self) -> Self {
        let (width, height) = (self.width as usize, self.height as usize);
        let mut ink = vec![0.0; width * height];
        for (y, row) in self.ink.chunks_exact(width.max(1)).enumerate() {
            row.iter().enumerate().for_each(|(x, &value)| ink[x * height + y] = value);
        }
        Self { width: self.height, height: self.width, ink }
    }

    fn filled(&self, bbox: &BBox) -> f64 {
        let inside = bbox.intersection(&BBox::from_ltrb(0, 0, self.width, self.height));
        let row = |y: i32| {
            let from = (y * self.width) as usize;
            self.ink[from + inside.left as usize..from + inside.right as usize].iter().sum::<f32>()
        };
        let sum: f32 = (inside.top..inside.bottom.max(inside.top)).map(row).sum();
        f64::from(sum) / inside.area().max(1) as f64
    }

    /// Finds the blocks along lines. `unit` is the character size in cells; `parts` are known solid parts.
    fn blocks(&self, mut parts: Vec<BBox>, unit: f64) -> Vec<BBox> {
        let mut found: Vec<BBox> = Vec::new();
        let mut known = BoxIndex::default();
        parts.extend(self.cores(unit));
        let places = BoxIndex::of(&parts);
        for core in joined(parts.clone(), unit) {
            let block = self.edges(&core, unit);
            let near = places.touching(&core).into_iter().map(|i| &parts[i]);
            let runs = near.filter(|p| p.intersects(&core)).map(BBox::width);
            let run = f64::from(runs.max().unwrap_or(0));
            let run = run / f64::from(block.height());
            let gaps = if run < LONG_RUN.1 { WITHOUT_GAPS.1 } else { WITHOUT_GAPS.0 };
            let is_long = run >= LONG_RUN.0 && self.inked(&block) >= gaps;
            let apart = !known.touching(&block).into_iter().any(|i| found[i].intersects(&block));
            if is_long && apart && self.is_block(&block, unit) {
                known.insert(found.len(), &block);
                found.push(block);
            }
        }
        found
    }

    fn inked(&self, block: &BBox) -> f64 {
        let is_inked = |x: &i32| self.filled(&BBox { left: *x, right: x + 1, ..*block }) >= INKED;
        let inked = (block.left..block.right).filter(is_inked).count();
        inked as f64 / f64::from(block.width().max(1))
    }

    /// Finds runs that are longer than in text.
    fn cores(&self, unit: f64) -> Vec<BBox> {
        let band = (BAND * unit).round().max(2.0) as i32;
        let longest = (LONGEST_PRINT * unit).ceil() as i32;
        let least = (INKED * f64::from(band)) as f32;
        let mut sums = vec![0f32; self.width as usize];
        let row = |y: i32| &self.ink[(y * self.width) as usize..((y + 1) * self.width) as usize];
        let mut cores = Vec::new();
        for bottom in 0..self.height {
            sums.iter_mut().zip(row(bottom)).for_each(|(sum, ink)| *sum += ink);
            if bottom >= band {
                sums.iter_mut().zip(row(bottom - band)).for_each(|(sum, ink)| *sum -= ink);
            }
            let mut begin = 0;
            for x in 0..=self.width {
                if x == self.width || sums[x as usize] < least - 1e-3 {
                    if x - begin >= longest {
                        cores.push(BBox::from_ltrb(begin, (bottom + 1 - band).max(0), x, bottom + 1));
                    }
                    begin = x + 1;
                }
            }
        }
        cores
    }

    /// Extends a core to the block around it: first by rows, then by columns, as long as they are inked.
    fn edges(&self, core: &BBox, unit: f64) -> BBox {
        let mut block = *core;
        let middle = (core.top + core.bottom) / 2;
        let limit = (0.5 * unit) as i32;
        let row = |y: i32| self.filled(&BBox { top: y, bottom: y + 1, ..*core }) >= FRAYED;
        block.top = (core.top - limit..middle).rev().take_while(|&y| row(y)).last().unwrap_or(middle);
        block.bottom = (middle..core.bottom + limit).take_while(|&y| row(y)).last().unwrap_or(middle) + 1;
        let column = |x: i32| self.filled(&BBox { left: x, right: x + 1, ..block }) >= FRAYED;
        let gap = (0.15 * unit).round() as i32;
        let ends = |columns: &mut dyn Iterator<Item = i32>, from: i32| {
            let mut end = from;
            for x in columns {
                if column(x) {
                    end = x;
                } else if (x - end).abs() > gap {
                    break;
                }
            }
            end
        };
        let (left, right) = (block.left, block.right);
        block.left = ends(&mut (0..left).rev(), left);
        block.right = ends(&mut (right..self.width), right - 1) + 1;
        block
    }

    /// Whether a block has the size of a strikeout, is filled, and is away from the border.
    fn is_block(&self, block: &BBox, unit: f64) -> bool {
        let height = f64::from(block.height());
        let apart =
            block.left > 1 && block.top > 1 && block.right + 1 < self.width && block.bottom + 1 < self.height;
        let fits = height >= HEIGHT.0 * unit && height <= HEIGHT.1 * unit;
        let oblong = f64::from(block.width()) >= (1.4 * height).max(LONGEST_PRINT * unit);
        apart && fits && oblong && self.filled(block) >= FILLED && self.stands_alone(block, unit)
    }

    /// Whether there is little ink above and below, so that the block is a line and no part of a larger object.
    fn stands_alone(&self, block: &BBox, unit: f64) -> bool {
        let margin = (0.5 * unit).round() as i32;
        let above = BBox { top: block.top - margin, bottom: block.top, ..*block };
        let below = BBox { top: block.bottom, bottom: block.bottom + margin, ..*block };
        self.filled(&above) <= FRAYED && self.filled(&below) <= FRAYED
    }
}

fn joined(cores: Vec<BBox>, unit: f64) -> Vec<BBox> {
    let gap = (APART * unit) as i32;
    merge(cores, gap, |part, core| {
        let shared = part.bottom.min(core.bottom) - part.top.max(core.top);
        part.gap_x(core) <= gap && 2 * shared >= part.height().min(core.height())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use crate::marks::drawing::{SIZE, character, fill, frame, line, page, print};

    /// Draws leaning strokes to and fro, with holes.
    fn scribble(ink: &mut Binary, bbox: BBox) {
        for i in 0..(bbox.height() / 5) {
            let y = f64::from(bbox.top + 3 + 5 * i);
            let shift = f64::from(i * 7 % 5) * 4.0;
            let from = Point { x: f64::from(bbox.left) + shift, y };
            let to = Point { x: f64::from(bbox.right) - 16.0 + shift, y: y + 2.0 };
            line(ink, from, to, 4.0);
        }
        for i in 0..bbox.width() / 9 {
            ink.erase(&BBox::from_ltwh(bbox.left + 9 * i, bbox.top + i * 11 % bbox.height(), 4, 4));
        }
    }

    #[test]
    fn a_ragged_scribble_with_holes_is_a_redaction() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 900));
        ink.erase(&BBox::from_ltrb(300, 412, 620, 470));
        scribble(&mut ink, BBox::from_ltrb(305, 418, 610, 458));
        let found = find_strikeouts(&ink, vec![], SIZE);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].bbox.iou(&BBox::from_ltrb(305, 418, 610, 458)) > 0.8, "{:?}", found[0].bbox);
    }

    #[test]
    fn a_scribble_in_a_column_is_a_redaction() {
        let mut ink = page();
        scribble(&mut ink, BBox::from_ltrb(305, 418, 610, 458));
        let found = find_strikeouts(&ink.transposed(), vec![], SIZE);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].bbox.iou(&BBox::from_ltrb(418, 305, 458, 610)) > 0.8, "{:?}", found[0].bbox);
    }

    #[test]
    fn bold_print_rules_frames_and_black_edges_are_no_redactions() {
        let mut ink = page();
        for left in (100..1000).step_by(42) {
            character(&mut ink, left, 200, 40, 9);
        }
        frame(&mut ink, (600.0, 500.0), (600.0, 80.0), 0.01, 6.0);
        fill(&mut ink, BBox::from_ltrb(100, 700, 1100, 714));
        fill(&mut ink, BBox::from_ltrb(0, 900, 40, 1400));
        fill(&mut ink, BBox::from_ltrb(500, 0, 545, 160));
        assert_eq!(find_strikeouts(&ink, vec![], SIZE), []);
    }
}
