//! The page record: the text of a page with its positions. All output formats are made from it.
//!
//! Bounding boxes are in pixels of the original scan. Text is stored as printed, without normalization. A redaction is
//! a region and one ■ in its line; hidden text is never guessed.

use crate::geometry::{BBox, Polygon};
use crate::provenance::{Provenance, Source};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use telegram::{
    Dispatch, Paragraph, Reference, ReferenceDirection, Sheet, TELEGRAM_FORMAT, Telegram, TelegramKind,
    TelegramRecord,
};

mod telegram;

/// The value of [`Page::format`].
pub const FORMAT: &str = "denshin.page/1";

/// Character that represents a redaction in text: U+25A0.
pub const REDACTION_MARK: char = '■';

/// The recognition result for one page of a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// Always [`FORMAT`]. The key `format` distinguishes page records from other JSON files.
    pub format: String,
    /// Source file and page number.
    pub source: Source,
    /// Width of the original scan, px.
    pub width: u32,
    /// Height of the original scan, px.
    pub height: u32,
    /// Resolution in dots per inch; null if the file does not specify it.
    pub dpi: Option<f32>,
    /// Clockwise skew of the page in degrees, in addition to [`Page::rotation`]; 0 for a straight page.
    pub skew_degrees: f64,
    /// Clockwise rotation that makes the scan upright, in degrees: 0, 90, 180 or 270.
    pub rotation: u16,
    /// All regions of the page: text regions in reading order, then marks.
    pub regions: Vec<Region>,
    /// Text of the text regions in reading order, one printed line per line. Each redaction is one ■ at its position.
    pub text: String,
    /// The telegram fields; null if the page is not a telegram.
    pub telegram: Option<Telegram>,
    /// Problems that need a manual check.
    pub warnings: Vec<Warning>,
    /// The software, models, settings and steps that produced this record.
    pub provenance: Provenance,
}

/// A region of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// Unique id on the page: `r1` text, `s1` stamp, `x1` redaction, `h1` handwriting, `l1` ruling.
    pub id: String,
    /// Kind of the region.
    #[serde(flatten)]
    pub kind: RegionKind,
    /// Bounding box.
    pub bbox: BBox,
    /// Outline of a region that is not axis-aligned; empty if the bounding box describes the region completely.
    #[serde(default)]
    pub outline: Polygon,
    /// Confidence of the detection.
    pub confidence: Confidence,
    /// Lines in reading order.
    #[serde(default)]
    pub lines: Vec<Line>,
}

impl Region {
    /// Writing mode of the text; horizontal if the region has no text.
    #[must_use]
    pub fn writing_mode(&self) -> WritingMode {
        match self.kind {
            RegionKind::Text { writing_mode, .. } => writing_mode,
            _ => WritingMode::HorizontalTb,
        }
    }

    /// Rotates the region clockwise by quarter turns. `size` is the width and height of the page before the rotation.
    /// The outline is not rotated, because it serves display only.
    #[must_use]
    pub(crate) fn turned(self, degrees: u16, size: (u32, u32)) -> Self {
        let lines = self.lines.into_iter().map(|l| l.turned(degrees, size)).collect();
        Self { bbox: self.bbox.turned(degrees, size), lines, ..self }
    }
}

/// Text of the text regions in reading order, one printed line per line.
#[must_use]
pub fn plain_text(regions: &[Region]) -> String {
    let print = regions.iter().filter(|r| matches!(r.kind, RegionKind::Text { .. }));
    print.flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// Kind of a region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RegionKind {
    /// Printed text.
    Text {
        /// Role in the telegram.
        role: Role,
        /// Direction of the text.
        writing_mode: WritingMode,
    },
    /// A rubber stamp.
    Stamp {
        /// Ink colour.
        color: StampColor,
        /// Shape of the frame.
        shape: StampShape,
        /// Clockwise rotation of the stamp in degrees, in addition to [`Page::rotation`]; 0 for a straight stamp.
        #[serde(default)]
        tilt_degrees: f64,
        /// Recognized text of each line of the region, before the lexicon match.
        #[serde(default)]
        readings: Vec<StampReading>,
    },
    /// A redacted passage.
    Redaction {
        /// Style of the redaction.
        style: RedactionStyle,
        /// Number of hidden characters, estimated from the character pitch of the line; null if no line provides a
        /// pitch.
        estimated_characters: Option<u32>,
        /// Number of the passage if redactions on several lines hide one passage; absent for a single redaction.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<u32>,
    },
    /// A handwritten note in the margin. Its lines are not part of the page text.
    Handwriting,
    /// A printed ruling line.
    Ruling,
}

impl RegionKind {
    /// A stamp whose text has not been read yet.
    #[must_use]
    pub fn stamp(color: StampColor, shape: StampShape) -> Self {
        Self::Stamp { color, shape, tilt_degrees: 0.0, readings: vec![] }
    }
}

/// Raw text of a stamp line. In the line itself, a lexicon match may have corrected characters with a low confidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StampReading {
    /// Text as recognized.
    pub text: String,
    /// Mean confidence of the characters.
    pub confidence: Confidence,
    /// Similarity to the matched lexicon entry; null if no entry matches and the line keeps the recognized text.
    pub likeness: Option<Confidence>,
}

/// Role of a text region in the telegram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The box with handling instructions (注意).
    Notice,
    /// The title of the form, such as 電信写.
    FormTitle,
    /// The serial number assigned by the telegraph section (総番号).
    Serial,
    /// The bureau in charge (主管).
    Bureau,
    /// Time and place of sending (発).
    Sent,
    /// Time and place of receipt (着).
    Received,
    /// The addressee.
    To,
    /// The sender.
    From,
    /// The subject.
    Subject,
    /// The telegram number, with classification and precedence.
    Number,
    /// The message text.
    Body,
    /// Forwarding notes and end mark.
    Closing,
    /// A printed label of the form.
    Label,
    /// Any other text.
    Other,
}

/// Writing direction, named as in CSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum WritingMode {
    /// Lines run from left to right and are stacked from top to bottom.
    #[serde(rename = "horizontal-tb")]
    HorizontalTb,
    /// Columns run from top to bottom and are ordered from right to left.
    #[serde(rename = "vertical-rl")]
    VerticalRl,
}

impl WritingMode {
    /// Converts a box to coordinates in which lines run along x. Boxes of vertical text are transposed. The conversion
    /// is its own inverse.
    #[must_use]
    pub fn along(self, bbox: &BBox) -> BBox {
        match self {
            Self::HorizontalTb => *bbox,
            Self::VerticalRl => bbox.transposed(),
        }
    }
}

/// Ink colour of a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StampColor {
    /// Vermilion to crimson.
    Red,
    /// Blue and green.
    Blue,
    /// Violet.
    Violet,
    /// Black, or any colour on a scan without colour.
    Black,
}

/// Shape of a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StampShape {
    /// A frame with corners.
    Rectangle,
    /// A round frame.
    Circle,
    /// An elliptic frame.
    Oval,
    /// No frame.
    Frameless,
}

/// Style of a redaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RedactionStyle {
    /// Covered by a black area.
    Solid,
    /// Whited out inside a drawn box.
    Outlined,
}

/// One printed line, or one column of vertical text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Bounding box, which contains the boxes of the glyphs.
    pub bbox: BBox,
    /// Text as printed: the texts of the glyphs, concatenated.
    pub text: String,
    /// Mean confidence of the glyphs.
    pub confidence: Confidence,
    /// Engine that read the line; `person` for a line edited in review, `none` for a line of redactions only.
    pub engine: String,
    /// Characters in reading order.
    pub glyphs: Vec<Glyph>,
}

impl Line {
    /// Rotates the line clockwise by quarter turns. `size` is the width and height of the page before the rotation.
    pub(crate) fn turned(mut self, degrees: u16, size: (u32, u32)) -> Self {
        self.bbox = self.bbox.turned(degrees, size);
        self.glyphs.iter_mut().for_each(|g| g.bbox = g.bbox.turned(degrees, size));
        self
    }
}

/// One printed character: a grapheme cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Glyph {
    /// Text as printed; ■ for a redaction.
    pub text: String,
    /// Character cell on the line, not the extent of the ink.
    pub bbox: BBox,
    /// Confidence of the recognition.
    pub confidence: Confidence,
    /// Alternative readings with their confidences, most likely first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<(String, Confidence)>,
}

/// A confidence from 0 to 1 (certain).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize, Deserialize)]
#[serde(try_from = "f32", into = "f32")]
pub struct Confidence(f32);

impl JsonSchema for Confidence {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Confidence".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "How sure something is: 0 (not at all) to 1 (certain).",
            "type": "number", "minimum": 0, "maximum": 1
        })
    }
}

impl Confidence {
    /// Full confidence.
    pub const CERTAIN: Self = Self(1.0);

    /// Clamps a value to 0 to 1 (NaN becomes 0) and rounds it to four decimal places, the precision of the record.
    #[must_use]
    pub fn clamped(value: f32) -> Self {
        if value.is_nan() {
            return Self(0.0);
        }
        Self((value.clamp(0.0, 1.0) * 1e4).round() / 1e4)
    }

    /// The value, from 0 to 1.
    #[must_use]
    pub fn value(self) -> f32 {
        self.0
    }

    /// The mean; 0 for an empty sequence.
    #[must_use]
    pub fn mean(all: impl IntoIterator<Item = Self>) -> Self {
        let (sum, n) = all.into_iter().fold((0.0f32, 0u32), |(sum, n), c| (sum + c.0, n + 1));
        if n == 0 { Self(0.0) } else { Self::clamped(sum / n as f32) }
    }
}

impl TryFrom<f32> for Confidence {
    type Error = String;

    fn try_from(value: f32) -> Result<Self, String> {
        if (0.0..=1.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err(format!("a confidence lies between 0 and 1, not at {value}"))
        }
    }
}

impl From<Confidence> for f32 {
    fn from(confidence: Confidence) -> Self {
        confidence.0
    }
}

/// Kinds of warnings, written in kebab case: `low-confidence-line`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningCode {
    /// No character was recognized in a line.
    UnreadLine,
    /// The mean confidence of a line is low.
    LowConfidenceLine,
    /// A character is repeated more often than printed text repeats it.
    RepeatedCharacter,
    /// The character pitch of a line differs from that of its block.
    OffPitchLine,
    /// Text was recognized on a redaction.
    TextOverRedaction,
    /// Text was recognized where there is no ink.
    TextWithoutInk,
    /// No character was recognized in a stamp.
    UnreadStamp,
    /// A stamp line matches no lexicon entry and has a low confidence.
    LowConfidenceStamp,
    /// The skew could not be measured reliably.
    UnsureSkew,
    /// Recognition is slightly better in another orientation.
    UnsureTurn,
    /// The page contains ink, but hardly any text was recognized.
    LittleText,
    /// Areas of halftone, noise or dots were not read.
    Texture,
    /// Areas were skipped because nothing in them is legible.
    Illegible,
    /// The second page of a spread contains another telegram.
    SecondTelegram,
    /// The file is damaged and was repaired.
    RepairedFile,
    /// The scan data are damaged or truncated.
    IncompleteScan,
    /// A code from another version of denshin.
    #[serde(untagged)]
    Other(String),
}

/// A problem on the page that needs a manual check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Machine-readable kind of the warning.
    pub code: WarningCode,
    /// Id of the affected region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Index of the affected line in that region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Human-readable message.
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_written_flat_with_its_kind() {
        let region = Region {
            id: "x1".into(),
            kind: RegionKind::Redaction {
                style: RedactionStyle::Solid,
                estimated_characters: Some(7),
                group: None,
            },
            bbox: BBox::from_ltrb(1, 2, 3, 4),
            outline: Polygon::default(),
            confidence: Confidence::clamped(0.99),
            lines: Vec::new(),
        };
        let json = serde_json::to_value(&region).unwrap();
        assert_eq!(json["kind"], "redaction");
        assert_eq!(json["style"], "solid");
        assert_eq!(json["bbox"], serde_json::json!([1, 2, 3, 4]));
        assert_eq!(serde_json::from_value::<Region>(json).unwrap(), region);
    }

    #[test]
    fn a_warning_code_of_another_version_is_kept() {
        for (json, code) in [
            ("\"low-confidence-line\"", WarningCode::LowConfidenceLine),
            ("\"unheard-of\"", WarningCode::Other("unheard-of".into())),
        ] {
            assert_eq!(serde_json::from_str::<WarningCode>(json).unwrap(), code);
            assert_eq!(serde_json::to_string(&code).unwrap(), json);
        }
    }

    #[test]
    fn a_confidence_out_of_range_is_refused() {
        assert!(serde_json::from_str::<Confidence>("87.0").is_err());
        assert_eq!(Confidence::clamped(f32::NAN).value(), 0.0);
        assert_eq!(Confidence::mean([]).value(), 0.0);
    }
}
