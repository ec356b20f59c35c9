//! Page errors: the failed stage, the page and the cause.
//!
//! The error of a stage names the cause and the remedy. The caller adds the page and the stage with [`At`].

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

/// A processing stage. The serialized name is also the name in options, errors, provenance and the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stage {
    /// Extracts pages from a file.
    Scan,
    /// Normalizes polarity, contrast and background.
    Background,
    /// Measures and removes page rotation and skew.
    Deskew,
    /// Separates ink from paper.
    Binarize,
    /// Finds stamps, redactions and rulings.
    Marks,
    /// Extracts stamps from the page and reads them.
    Stamps,
    /// Finds lines.
    Layout,
    /// Reads lines.
    Recognize,
    /// Finds the telegram fields.
    Telegram,
    /// Writes results.
    Write,
    /// The worker process crashed or exceeded a limit, in any stage.
    Worker,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scan => "scan",
            Self::Background => "background",
            Self::Deskew => "deskew",
            Self::Binarize => "binarize",
            Self::Marks => "marks",
            Self::Stamps => "stamps",
            Self::Layout => "layout",
            Self::Recognize => "recognize",
            Self::Telegram => "telegram",
            Self::Write => "write",
            Self::Worker => "worker",
        })
    }
}

/// A file, or one page of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRef {
    /// The file.
    pub path: PathBuf,
    /// One-based page number; `None` for the whole file.
    pub page: Option<u32>,
}

impl PageRef {
    /// Refers to the whole file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), page: None }
    }

    /// Refers to one page of a file. `page` is one-based.
    #[must_use]
    pub fn page(path: impl Into<PathBuf>, page: u32) -> Self {
        Self { path: path.into(), page: Some(page) }
    }
}

impl fmt::Display for PageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.path.to_string_lossy()))?;
        self.page.map_or(Ok(()), |page| write!(f, ", page {page}"))
    }
}

/// Escapes text for a terminal or a log. Control characters, line separators and bidirectional controls become JSON
/// escapes such as `\u001b`. A file name may contain them. Unescaped, they could move the cursor, hide a message or
/// forge a log line.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if is_hidden(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// An error with its place, such as `samples/007.tif, page 2: recognize: no model …`.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {stage}: {cause}")]
pub struct PageError {
    /// The file and page.
    pub place: PageRef,
    /// The failed stage.
    pub stage: Stage,
    /// The cause and the remedy.
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

/// Adds page and stage to the error of a stage.
pub trait At<T> {
    /// Adds page and stage to the error.
    ///
    /// # Errors
    /// Returns the error of `self`.
    fn at(self, stage: Stage, place: &PageRef) -> Result<T, PageError>;
}

impl<T, E: Into<Box<dyn std::error::Error + Send + Sync>>> At<T> for Result<T, E> {
    fn at(self, stage: Stage, place: &PageRef) -> Result<T, PageError> {
        self.map_err(|cause| PageError { place: place.clone(), stage, cause: cause.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_command_the_terminal_or_forge_a_line() {
        let place = PageRef::page("\u{1b}[2J\nb.tif\u{9b}\u{202e}fit.外", 2);
        assert_eq!(place.to_string(), "\\u001b[2J\\u000ab.tif\\u009b\\u202efit.外, page 2");
        assert!(matches!(printable("外務 1.tif"), Cow::Borrowed("外務 1.tif")));
    }

    #[test]
    fn an_error_names_file_page_and_stage() {
        let failed: Result<(), &str> = Err("no model `jpn_vert` (install tesseract-ocr-jpn-vert)");
        let error = failed.at(Stage::Recognize, &PageRef::page("samples/007.tif", 2)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "samples/007.tif, page 2: recognize: no model `jpn_vert` (install tesseract-ocr-jpn-vert)"
        );
    }
}
