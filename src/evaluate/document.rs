//! What a file says of a page, whatever its format: lines in reading order, marks, fields.
//!
//! A format that cannot tell something leaves `None`: nothing is measured then, rather than measured as nought.

use crate::geometry::BBox;
use crate::page::{Role, WritingMode};
use std::collections::BTreeMap;

/// A page as one file has it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// In reading order.
    pub lines: Vec<TextLine>,
    /// Width and height of the scan, px.
    pub size: Option<(u32, u32)>,
    /// Clockwise turn of the printed page.
    pub skew_degrees: Option<f64>,
    /// Stamps, redactions, handwriting.
    pub marks: Option<Vec<Mark>>,
    /// The fields of the cable's head that the format knows, by name ([`super::FIELDS`]); `None` where absent or hidden.
    pub fields: Option<BTreeMap<&'static str, Option<String>>>,
    /// The scan that it is of, as the file names it, and the page in it, one-based.
    pub scan: Option<(String, u32)>,
    /// What the file leaves open, and how it was read: said beside the page's figures.
    pub notes: Vec<String>,
}

/// One printed line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextLine {
    /// As printed, or as read.
    pub text: String,
    /// Where it stands on the scan.
    pub bbox: Option<BBox>,
    /// Its direction.
    pub writing_mode: Option<WritingMode>,
    /// The part of its region in the cable.
    pub role: Option<Role>,
    /// Characters or words, as finely as the format tells; none where it does not.
    pub glyphs: Vec<TextGlyph>,
}

/// A character, or a word where the format knows words alone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextGlyph {
    /// As printed, or as read.
    pub text: String,
    /// Its cell on the scan.
    pub bbox: Option<BBox>,
    /// How sure the engine was, 0 to 1.
    pub confidence: Option<f32>,
}

/// What stands on the page beside print.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Which kind.
    pub kind: MarkKind,
    /// Where.
    pub bbox: BBox,
    /// The text of a stamp; `None` where the format does not tell.
    pub text: Option<String>,
}

/// Kinds of marks that are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// A rubber stamp.
    Stamp,
    /// A passage hidden on release.
    Redaction,
    /// Handwriting.
    Handwriting,
}

impl MarkKind {
    /// Its name in page records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stamp => "stamp",
            Self::Redaction => "redaction",
            Self::Handwriting => "handwriting",
        }
    }
}

impl Document {
    /// A page of text alone, one line a line.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let line = |text: &str| TextLine { text: text.to_owned(), ..TextLine::default() };
        Self { lines: text.lines().map(line).collect(), ..Self::default() }
    }

    /// Whether there is no text anywhere.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.lines.iter().all(|l| l.text.chars().all(char::is_whitespace))
    }

    /// Its text in reading order, one line a line, without a line feed at the end.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}
