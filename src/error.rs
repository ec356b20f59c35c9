//! What failed, on which page, in which stage.
//!
//! A stage's own error names the cause and the remedy; whoever calls the stage adds the place with [`At`].

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

/// A step of the journey of a page, by the name it has everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Stage {
    /// Taking pages out of a file.
    Scan,
    /// Setting dark print on even paper.
    Background,
    /// Finding and undoing turns and skew.
    Deskew,
    /// Telling ink from paper.
    Binarize,
    /// Finding stamps, redactions and rulings.
    Marks,
    /// Taking stamps off the page, and reading them.
    Stamps,
    /// Finding lines.
    Layout,
    /// Reading lines.
    Recognize,
    /// Finding the cable's fields.
    Telegram,
    /// Writing results.
    Write,
    /// The worker process: it crashed, or exceeded a limit, in whatever stage.
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

/// A file, and a page in it where one is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRef {
    /// The file.
    pub path: PathBuf,
    /// One-based; `None` for the file as a whole.
    pub page: Option<u32>,
}

impl PageRef {
    /// A file as a whole.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), page: None }
    }

    /// One page of a file, counted from one.
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

/// Text as one line that a terminal shows as it is. Control characters, ends of lines and marks that turn the direction of
/// writing become `\u001b` and the like, as in JSON: a file's name may hold them, and would move the cursor, hide a message or
/// forge a line of a log.
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

/// `samples/007.tif, page 2: recognize: no model …`
#[derive(Debug, thiserror::Error)]
#[error("{place}: {stage}: {cause}")]
pub struct PageError {
    /// Where.
    pub place: PageRef,
    /// In which stage.
    pub stage: Stage,
    /// Why, and what to do.
    pub cause: Box<dyn std::error::Error + Send + Sync>,
}

/// Adds the place to a stage's error.
pub trait At<T> {
    /// Says on which page and in which stage this failed.
    ///
    /// # Errors
    /// Where `self` is one.
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
