//! A file, and the pages in it.

use crate::raster::Pixels;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What is accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScanOptions {
    /// Largest page, in pixels: 200 million is A3 at 1,000 dpi.
    pub max_pixels: u64,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { max_pixels: 200_000_000 }
    }
}

/// One page as the archive gave it, upright as its file says (EXIF, TIFF orientation).
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// Its pixels.
    pub pixels: Pixels,
    /// Dots an inch; `None` where the file does not say.
    pub dpi: Option<f32>,
}

/// A file whose pages can be read one by one.
#[derive(Debug)]
pub struct ScanFile {
    sha256: String,
    pages: u32,
    image: Option<Scan>,
}

/// Why a file or a page could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// A placeholder until the formats are written.
    #[error("{0}")]
    Unreadable(String),
}

impl ScanFile {
    /// Opens a file and counts its pages.
    ///
    /// # Errors
    /// Where it is no scan that can be read.
    pub fn open(path: &Path, _options: &ScanOptions) -> Result<Self, ScanError> {
        let decoded = image::open(path).map_err(|e| ScanError::Unreadable(e.to_string()))?;
        let pixels = match decoded.color().has_color() {
            true => Pixels::Color(decoded.to_rgb8()),
            false => Pixels::Gray(decoded.to_luma8()),
        };
        Ok(Self { sha256: String::new(), pages: 1, image: Some(Scan { pixels, dpi: None }) })
    }

    /// SHA-256 of the file, hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// How many pages it has.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// One page, counted from one.
    ///
    /// # Errors
    /// Where it is damaged or larger than allowed.
    pub fn read(&mut self, _page: u32) -> Result<Scan, ScanError> {
        self.image.clone().ok_or_else(|| ScanError::Unreadable("no page".to_owned()))
    }
}
