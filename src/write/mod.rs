//! Writers: serialize page records, one format per file. Writers need only the page record, except `pdf`, which embeds
//! the scan.

mod alto;
mod hocr;
mod json;
mod marks;
pub mod mets;
mod page_xml;
#[cfg(feature = "pdf")]
pub mod pdf;
mod runs;
mod schema;
mod table;
mod tei;
mod text;
mod xml;

pub use json::parse_json;
pub use schema::json_schema;

use crate::page::{Page, TelegramRecord};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::str::FromStr;

/// The output formats, each with one file per page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The page record as JSON.
    Json,
    /// Plain text, one printed line per line.
    Text,
    /// hOCR 1.2.
    Hocr,
    /// ALTO 4.
    Alto,
    /// PAGE XML of 2019-07-15.
    Page,
    /// TEI P5.
    Tei,
    /// Telegram fields as CSV, one row per page.
    Csv,
}

impl Format {
    /// All formats, in display order.
    pub const ALL: [Self; 7] =
        [Self::Json, Self::Text, Self::Hocr, Self::Alto, Self::Page, Self::Tei, Self::Csv];

    /// Name of the format on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
            Self::Hocr => "hocr",
            Self::Alto => "alto",
            Self::Page => "page",
            Self::Tei => "tei",
            Self::Csv => "csv",
        }
    }

    /// MIME type.
    #[must_use]
    pub fn mime_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Text => "text/plain",
            Self::Hocr => "text/vnd.hocr+html",
            Self::Alto | Self::Page => "application/xml",
            Self::Tei => "application/tei+xml",
            Self::Csv => "text/csv",
        }
    }

    /// File name extension without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "txt",
            Self::Hocr => "hocr",
            Self::Alto => "alto.xml",
            Self::Page => "page.xml",
            Self::Tei => "tei.xml",
            Self::Csv => "csv",
        }
    }
}

impl Format {
    /// Whether the files contain the path of the scan.
    #[must_use]
    pub fn names_image(self) -> bool {
        matches!(self, Self::Hocr | Self::Alto | Self::Page | Self::Tei)
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|f| f.name() == name)
            .ok_or_else(|| format!("no format `{name}` (there are {})", known()))
    }
}

/// Serializes a page in a format, with a final line feed. `image` is the path of the scan relative to the output file;
/// hOCR, ALTO, PAGE and TEI contain it.
#[must_use]
pub fn write(page: &Page, format: Format, image: &Path) -> Vec<u8> {
    match format {
        Format::Json => json::write(page),
        Format::Text => text::write(page),
        Format::Hocr => hocr::write(page, image),
        Format::Alto => alto::write(page, image),
        Format::Page => page_xml::write(page, image),
        Format::Tei => tei::write(page, image),
        Format::Csv => table::write([page]),
    }
}

/// Serializes a joined telegram as JSON, with a final line feed.
#[must_use]
pub fn write_telegram(telegram: &TelegramRecord) -> Vec<u8> {
    json::write_any(telegram)
}

/// Serializes the telegram fields of several pages as one CSV table.
#[must_use]
pub fn write_table(pages: &[Page]) -> Vec<u8> {
    table::write(pages)
}
