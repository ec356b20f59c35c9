//! Telling ink from paper.

use crate::raster::Binary;
use image::GrayImage;
use serde::{Deserialize, Serialize};

/// How ink is told from paper.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "method", deny_unknown_fields)]
pub enum BinarizeOptions {
    /// One threshold for the page (Otsu 1979).
    #[default]
    Otsu,
}

/// Ink by the method chosen.
#[must_use]
pub fn binarize(page: &GrayImage, _options: &BinarizeOptions) -> Binary {
    // The level itself still is ink: on a bilevel scan it is 0.
    Binary::below(page, imageproc::contrast::otsu_level(page).saturating_add(1))
}
