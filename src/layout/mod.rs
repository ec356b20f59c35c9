//! Layout analysis: text lines with bounding boxes and direction, in reading order.
//!
//! The method is bottom-up and uses the page's character size as its unit. Connected components are grouped into
//! [`units`]; zones of units vote for their [`direction`], because text is denser along a line than across; units are
//! linked into [`lines`]; lines are put in reading [`order`]; and each line is divided into the [`cells`] of its
//! pitch. Cables are set on a full-width grid, so the cells are exact where the character boxes of recognition
//! engines are not.
//!
//! Line candidates follow lines that are slightly bent. Lines that touch are cut where their profile is thinnest.
//! Tiers and columns are separated by the blank [`bands`] that their lines share.
//!
//! Known failures: columns of a few short lines that are closer than three characters and have no rule between them
//! are merged. Ruby is classified as specks or as a line of its own.

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

/// Setting for the direction of writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Measured for each zone.
    #[default]
    Auto,
    /// All lines run from left to right.
    Horizontal,
    /// All lines run downwards.
    Vertical,
}

/// Setting for scans that may show two pages side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spread {
    /// Two pages if a gutter is found.
    #[default]
    Auto,
    /// Always one page.
    Never,
    /// Always two pages.
    Always,
}

/// Options of the layout analysis. Lengths are in characters: multiples of the page's character size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LayoutOptions {
    /// Direction of writing.
    pub direction: Direction,
    /// Whether the scan shows two pages.
    pub spread: Spread,
    /// Widest blank within a line, in characters. Cables put up to two full-width blanks between number,
    /// classification and precedence (2.2 with the characters' own margins); addressee and sender are further apart.
    pub widest_blank: f64,
    /// Smallest mark that counts as text, in characters. A full stop has 0.25; dust of copying has up to 0.2.
    pub smallest_print: f64,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self { direction: Direction::Auto, spread: Spread::Auto, widest_blank: 3.0, smallest_print: 0.12 }
    }
}

/// Consecutive lines of one direction and size.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Direction of the lines.
    pub writing_mode: WritingMode,
    /// Lines in reading order.
    pub lines: Vec<LineBox>,
}

/// A text line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineBox {
    /// Bounding box of the parts, px.
    pub bbox: BBox,
    /// Text and redactions in reading order; never empty.
    pub parts: Vec<Part>,
}

impl LineBox {
    /// Distance between neighbouring cells, px; `None` if no pitch fits.
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

/// A part of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text that is recognized in one piece.
    Print(Print),
    /// A redaction, by its index in [`Erased::redactions`].
    Redaction(usize),
}

/// A stretch of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Print {
    /// Bounding box of its ink, px.
    pub bbox: BBox,
    /// Cells of its pitch in reading order, blank ones included; empty if no pitch fits.
    pub cells: Vec<Cell>,
}

/// The place of one full-width character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// Body of the type, px.
    pub bbox: BBox,
    /// Number of ink pixels inside.
    pub ink: u64,
}

/// Marks that were erased from the page before line detection.
#[derive(Debug, Clone, Copy, Default)]
pub struct Erased<'a> {
    /// Redactions: each is part of a line, or a line of its own.
    pub redactions: &'a [BBox],
    /// Rules: they separate columns and cells.
    pub rulings: &'a [BBox],
    /// Stamps: lines continue beneath them, though little of the text may be left there. Remaining ink inside a stamp
    /// may be part of the stamp, unless it belongs to a line that extends beyond it.
    pub stamps: &'a [BBox],
}

/// The lines of a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    /// Blocks in reading order.
    pub blocks: Vec<Block>,
    /// Ink wholly inside a stamp, one block per line: text under the stamp, or strokes of the stamp itself. The shape
    /// of the ink does not distinguish them; recognition may.
    pub beneath: Vec<Block>,
    /// Blanks that separate the text.
    pub partings: Partings,
}

/// Blanks that separate the text of a scan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Partings {
    /// The column of pixels between two pages on one scan. No line crosses it, and all blocks of the first page
    /// precede those of the second; the right page is first if most lines are vertical.
    pub gutter: Option<i32>,
    /// Horizontal bands between tiers of vertical text, each as wide as the columns that it separates. Lines above a
    /// band are read before lines below it.
    pub tiers: Vec<BBox>,
}

/// Finds the lines of a page whose marks are erased. With labels, lines start from the line cores that the segmentation
/// network predicts; without labels, from the ink alone.
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
    // The gutter separates lines as a rule does.
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

/// Adds further lines to the blocks in reading order, on a page with these rules and blanks.
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
