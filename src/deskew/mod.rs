//! Black scan borders, quarter turns and skew.
//!
//! Each has a measurement ([`find_border`], [`find_skew`]) and a separate function that applies the correction
//! ([`clear`], [`deskew`], [`turn`]). The orientation of a page cannot be measured on its ink alone, because columns
//! of Japanese look like turned lines. The caller determines it from the recognition confidence and calls [`turn`].

mod border;
mod rotate;
mod skew;

pub use border::{clear, find_border};
pub use rotate::{deskew, turn};
pub use skew::find_skew;

use crate::page::Confidence;
use serde::{Deserialize, Serialize};

/// Options of the measurements and corrections.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskewOptions {
    /// Largest skew of the search range, degrees to either side.
    pub max_degrees: f64,
    /// Smallest skew that is corrected, degrees: 0.05° over the width of A4 lifts a line by a tenth of a character.
    pub min_degrees: f64,
    /// Least confidence of a skew that is corrected, 0 to 1.
    pub min_confidence: f32,
    /// Whether a page that cannot be read is tried upside down and sideways.
    pub quarter_turns: bool,
}

impl Default for DeskewOptions {
    fn default() -> Self {
        Self { max_degrees: 15.0, min_degrees: 0.05, min_confidence: 0.2, quarter_turns: true }
    }
}

/// Skew of the printed page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Skew {
    /// Clockwise, degrees.
    pub degrees: f64,
    /// Confidence, 0 to 1: 0 if the row sums contrast no more at this angle than at any other.
    pub confidence: Confidence,
}

impl Skew {
    /// The skew to correct: zero if the measured skew is unreliable or too small to matter.
    #[must_use]
    pub fn if_reliable(self, options: &DeskewOptions) -> Self {
        let reliable = self.confidence.value() >= options.min_confidence;
        let degrees = if reliable && self.degrees.abs() >= options.min_degrees { self.degrees } else { 0.0 };
        Self { degrees, ..self }
    }
}
