//! A page as any format describes it: lines in reading order, marks, fields.
//!
//! Data that a format cannot express is `None`; it is not measured, rather than counted as empty.

use crate::geometry::BBox;
use crate::page::{Role, WritingMode};
use std::collections::BTreeMap;

/// A page in one file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// Lines in reading order.
    pub lines: Vec<TextLine>,
    /// Width and height of the scan, px.
    pub size: Option<(u32, u32)>,
    /// Skew of the printed page, degrees clockwise.
    pub skew_degrees: Option<f64>,
    /// Stamps, redactions and handwriting.
    pub marks: Option<Vec<Mark>>,
    /// Header fields that the format can express, by name ([`super::FIELDS`]); `None` if absent or hidden.
    pub fields: Option<BTreeMap<&'static str, Option<String>>>,
    /// File name of the scan as the file gives it, and the one-based page number in it.
    pub scan: Option<(String, u32)>,
    /// Notes on what the file leaves open and how it was read; they are shown with the page's figures.
    pub notes: Vec<String>,
}

/// One printed line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextLine {
    /// Text of the line.
    pub text: String,
    /// Bounding box on the scan.
    pub bbox: Option<BBox>,
    /// Writing direction.
    pub writing_mode: Option<WritingMode>,
    /// Role of its region.
    pub role: Option<Role>,
    /// Characters, or words if the format has no characters; empty if it has neither.
    pub glyphs: Vec<TextGlyph>,
}

/// A character, or a word if the format has no characters.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextGlyph {
    /// Text of the character or word.
    pub text: String,
    /// Bounding box on the scan.
    pub bbox: Option<BBox>,
    /// Confidence, 0 to 1.
    pub confidence: Option<f32>,
}

/// A mark on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Kind of mark.
    pub kind: MarkKind,
    /// Bounding box on the scan.
    pub bbox: BBox,
    /// The text of a stamp; `None` if the format does not give it.
    pub text: Option<String>,
}

/// Kinds of marks that are evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// A rubber stamp.
    Stamp,
    /// A passage hidden before release.
    Redaction,
    /// Handwriting.
    Handwriting,
}

impl MarkKind {
    /// The name in page records.
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
    /// A page that consists of plain text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let line = |text: &str| TextLine { text: text.to_owned(), ..TextLine::default() };
        Self { lines: text.lines().map(line).collect(), ..Self::default() }
    }

    /// Whether the page has no text.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.lines.iter().all(|l| l.text.chars().all(char::is_whitespace))
    }

    /// The text in reading order, without a final line feed.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}
