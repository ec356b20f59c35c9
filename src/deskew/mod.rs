//! Black scan borders, quarter turns and skew: measured, and undone.
//!
//! Each is a measurement first ([`find_border`], [`find_skew`]) and an act on request ([`clear`], [`deskew`],
//! [`turn`]). Which way up a page stands cannot be told from its ink alone (columns of Japanese look like lines
//! turned): whoever reads tells by how its characters read, and calls [`turn`].

mod border;
mod rotate;
mod skew;

pub use border::{clear, find_border};
pub use rotate::{deskew, turn};
pub use skew::find_skew;

use crate::page::Confidence;
use serde::{Deserialize, Serialize};

/// What is measured and what is undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskewOptions {
    /// Largest skew looked for, degrees to either side.
    pub max_degrees: f64,
    /// Skew below this is left alone, degrees: over the width of A4 it lifts a line by a tenth of a character.
    pub min_degrees: f64,
    /// Skew measured with less confidence than this is left alone, 0 to 1.
    pub min_confidence: f32,
    /// Whether a page that does not read is tried upside down and sideways.
    pub quarter_turns: bool,
}

impl Default for DeskewOptions {
    fn default() -> Self {
        Self { max_degrees: 15.0, min_degrees: 0.05, min_confidence: 0.2, quarter_turns: true }
    }
}

/// The clockwise turn of the printed page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Skew {
    /// Clockwise, degrees.
    pub degrees: f64,
    /// How sure: 0 where rows and gaps differ no more at this angle than at any other.
    pub confidence: Confidence,
}

impl Skew {
    /// The skew to undo: none where it was measured without confidence or is too small to matter.
    #[must_use]
    pub fn if_reliable(self, options: &DeskewOptions) -> Self {
        let reliable = self.confidence.value() >= options.min_confidence;
        let degrees = if reliable && self.degrees.abs() >= options.min_degrees { self.degrees } else { 0.0 };
        Self { degrees, ..self }
    }
}
