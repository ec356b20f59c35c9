//! Text lines with boxes and direction, in reading order.
//!
//! Bottom up, in the unit of the page's own character size: pieces of ink are joined into [`units`], zones of
//! units vote for their [`direction`] (print is denser along a line than across), units are chained into
//! [`lines`], lines are put in reading [`order`], and every line is ruled into the [`cells`] of its pitch.
//! Cables are set on a full-width grid, so cells are exact where engines' character boxes are not.
//!
//! Chains follow lines that are slightly bent; lines that touch are cut where their profile is thinnest.
//! Tiers and columns are parted by the blank [`bands`] that their lines share. Columns of a few short lines that stand closer
//! than three characters and have no rule between them are taken for one.
//! Ruby is taken for specks or for a line of its own.

mod bands;
mod cells;
mod cores;
mod direction;
mod grid;
mod gutter;
mod leaders;
mod lines;
mod order;
mod rulings;
mod units;

use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Binary;
use crate::segment::Labels;
use lines::LineCandidates;
use rulings::Rulings;
use serde::{Deserialize, Serialize};

/// Which direction is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Each zone by its own evidence.
    #[default]
    Auto,
    /// Every line runs left to right.
    Horizontal,
    /// Every line runs downwards.
    Vertical,
}

/// Whether a scan may show two pages side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// Where a gutter is found.
    #[default]
    Auto,
    /// It is one page.
    Never,
    /// It is two.
    Always,
}

/// How lines are found. Lengths are in characters: multiples of the page's character size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LayoutOptions {
    /// Direction of writing.
    pub direction: Direction,
    /// Two pages on one scan.
    pub spread: Spread,
    /// Widest blank within a line. Cables put up to two full-width blanks between number, classification and
    /// precedence (2.2 with the characters' own margins); addressee and sender stand further apart.
    pub widest_blank: f64,
    /// Smallest mark that counts as print. A full stop has 0.25; dust of copying has up to 0.2.
    pub smallest_print: f64,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self { direction: Direction::Auto, spread: Spread::Auto, widest_blank: 3.0, smallest_print: 0.12 }
    }
}

/// Lines that belong together: of one direction and size, one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Direction of its lines.
    pub writing_mode: WritingMode,
    /// Its lines in reading order.
    pub lines: Vec<LineBox>,
}

/// Where a line stands.
#[derive(Debug, Clone, PartialEq)]
pub struct LineBox {
    /// Holds its parts.
    pub bbox: BBox,
    /// What stands in it, in reading order; never empty.
    pub parts: Vec<Part>,
}

impl LineBox {
    /// Distance from cell to cell, px; `None` where no pitch fits.
    #[must_use]
    pub fn pitch(&self, mode: WritingMode) -> Option<f64> {
        let widest = self.parts.iter().filter_map(|part| match part {
            Part::Print(print) => Some(&print.cells),
            Part::Redaction(_) => None,
        });
        let cells = widest.max_by_key(|cells| cells.len())?;
        let all = cells.iter().fold(BBox::default(), |all, c| all.union(&c.bbox));
        (!cells.is_empty()).then(|| f64::from(mode.along(&all).width()) / cells.len() as f64)
    }
}

/// A stretch of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Print, to be read in one piece.
    Print(Print),
    /// One of the redactions given, by its index.
    Redaction(usize),
}

/// A stretch of print.
#[derive(Debug, Clone, PartialEq)]
pub struct Print {
    /// Extent of its ink.
    pub bbox: BBox,
    /// The cells of its pitch in reading order, blank ones included; empty where no pitch fits.
    pub cells: Vec<Cell>,
}

/// A place for one full-width character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// The body of the type.
    pub bbox: BBox,
    /// Ink pixels in it.
    pub ink: u64,
}

/// What was erased from a page before its lines are found.
#[derive(Debug, Clone, Copy, Default)]
pub struct Erased<'a> {
    /// Redactions: each stands in a line, or is one.
    pub redactions: &'a [BBox],
    /// Rules: they part columns and cells.
    pub rulings: &'a [BBox],
    /// Stamps: lines go on beneath them, though little may be left of them there. Ink that is left within them and stands in no line
    /// that leaves them may be their own.
    pub stamps: &'a [BBox],
}

/// The lines of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    /// In reading order.
    pub blocks: Vec<Block>,
    /// Ink that stands wholly within a stamp, each line a block of its own: print beneath it, or strokes of the stamp itself.
    /// Ink does not tell which; what it says may.
    pub beneath: Vec<Block>,
    /// Blanks that part the print.
    pub partings: Partings,
}

/// Blanks that part the print of a scan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Partings {
    /// The column of pixels between two pages on one scan. No line crosses it, and all blocks of the page that is read first
    /// stand before those of the other: the right one where most lines are vertical.
    pub gutter: Option<i32>,
    /// Level lines between tiers of vertical print, each as wide as the columns that it parts: those above it are read before
    /// those below.
    pub tiers: Vec<BBox>,
}

/// Finds the lines of a page whose marks are erased: by the cores of lines among the labels of its places, where there are
/// labels, and by the ink alone where there are none.
#[must_use]
pub fn find_lines(
    ink: &Binary,
    erased: &Erased<'_>,
    labels: Option<&Labels>,
    options: &LayoutOptions,
) -> Lines {
    let Some(found) = units::find_units(ink, options) else {
        let alone = lines::redactions_alone(erased.redactions);
        let blocks = order::into_blocks(alone, erased.rulings, &Partings::default());
        return Lines { blocks, ..Lines::default() };
    };
    let print: Vec<BBox> = found.all.iter().map(|unit| unit.bbox).collect();
    let gutter = gutter::find_gutter(&print, erased.rulings, ink.bbox(), options.spread);
    // It parts lines as a rule does.
    let rule = gutter.map(|x| BBox::from_ltrb(x - 1, 0, x + 1, ink.height() as i32));
    let rules: Vec<BBox> = erased.rulings.iter().copied().chain(rule).collect();
    let erased = &Erased { rulings: &rules, ..*erased };
    let rulings = Rulings::of(rules.clone());
    let (strung, found) = match labels {
        Some(labels) => cores::string(ink, found, labels, erased, options),
        None => (vec![], found),
    };
    let zones = direction::find_zones(&found, &rulings, options);
    let LineCandidates { lines, beneath, tiers } =
        lines::chain(ink, &found, (&strung, &zones), erased, options);
    let partings = Partings { gutter, tiers };
    let mut blocks = order::into_blocks(lines, erased.rulings, &partings);
    cells::rule(ink, &mut blocks);
    let mut beneath: Vec<Block> = beneath.into_iter().map(Block::from).collect();
    cells::rule(ink, &mut beneath);
    Lines { blocks, beneath, partings }
}

/// The blocks with further lines in their places, on a page with these rules and blanks.
#[must_use]
pub fn with_lines(
    blocks: Vec<Block>,
    others: Vec<Block>,
    rulings: &[BBox],
    partings: &Partings,
) -> Vec<Block> {
    if others.is_empty() {
        return blocks;
    }
    let lines = blocks.into_iter().chain(others).flat_map(Block::into_lines).collect();
    order::into_blocks(lines, rulings, partings)
}
