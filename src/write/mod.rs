//! Page records as bytes, one format a file. Writers know the page record alone: none needs the scan again.

mod json;
pub mod names;
mod schema;
mod text;

pub use json::parse_json;
pub use schema::json_schema;

use crate::page::Page;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What is written beside one another for each page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// The page record itself.
    Json,
    /// Its text, one line a printed line.
    Text,
}

impl Format {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Json, Self::Text];

    /// The name by which it is chosen.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "text",
        }
    }

    /// The end of its files' names, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Text => "txt",
        }
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

/// A page in a format, ending with a line feed.
#[must_use]
pub fn write(page: &Page, format: Format) -> Vec<u8> {
    match format {
        Format::Json => json::write(page),
        Format::Text => text::write(page),
    }
}
