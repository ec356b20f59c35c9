//! Text lines with boxes and direction, in reading order.

use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Binary;
use serde::{Deserialize, Serialize};

/// Which direction is assumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Each block by its own evidence.
    #[default]
    Auto,
    /// Every line runs left to right.
    Horizontal,
    /// Every line runs downwards.
    Vertical,
}

/// How lines are found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LayoutOptions {
    /// Direction of writing.
    pub direction: Direction,
}

/// Lines that belong together: of one direction, one after another.
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
    /// Holds its ink and its redactions.
    pub bbox: BBox,
    /// Which of the redactions given stand in it, in reading order.
    pub redactions: Vec<usize>,
}

/// Finds the lines of a page whose marks are erased; `redactions` and `rulings` say where some were.
#[must_use]
pub fn find_lines(
    _ink: &Binary,
    _redactions: &[BBox],
    _rulings: &[BBox],
    _options: &LayoutOptions,
) -> Vec<Block> {
    Vec::new()
}
