//! One page, from scan to record: one line a stage.

use crate::binarize::BinarizeOptions;
use crate::deskew::DeskewOptions;
use crate::error::PageError;
use crate::layout::LayoutOptions;
use crate::marks::MarksOptions;
use crate::page::Page;
use crate::provenance::Source;
use crate::recognize::Recognizer;
use crate::scan::{Scan, ScanOptions};
use serde::{Deserialize, Serialize};

/// Everything the user can configure; what provenance records and what resuming compares.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What files are accepted.
    pub scan: ScanOptions,
    /// Borders, turns, skew.
    pub deskew: DeskewOptions,
    /// Ink and paper.
    pub binarize: BinarizeOptions,
    /// Stamps, redactions, rulings.
    pub marks: MarksOptions,
    /// Lines.
    pub layout: LayoutOptions,
}

/// Reads one page.
///
/// # Errors
/// Where a stage fails: the error names the page and the stage.
pub fn read_page(
    _scan: &Scan,
    _source: Source,
    _recognizer: &mut dyn Recognizer,
    _settings: &Settings,
) -> Result<Page, PageError> {
    unreachable!("not written yet")
}
