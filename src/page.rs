//! The page record: what one page says, and where. The interchange format from which everything else is made.
//!
//! All boxes are in pixels of the scan as given. Text stands as printed; nothing is normalized. A redaction is a
//! region and one ■ in its line, never a guess.

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

/// Stands for a redaction in text: U+25A0.
pub const REDACTION_MARK: char = '■';

/// One page of a scan, read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// Always [`FORMAT`]: by this key a reader finds page records in a folder.
    pub format: String,
    /// Which page of which file.
    pub source: Source,
    /// Width of the scan as given, px.
    pub width: u32,
    /// Height of the scan as given, px.
    pub height: u32,
    /// Resolution, dots an inch; null when the file does not say.
    pub dpi: Option<f32>,
    /// Clockwise turn of the printed page, beside [`Page::rotation`]; 0 when straight.
    pub skew_degrees: f64,
    /// Clockwise quarter turns that make the scan upright, in degrees: 0, 90, 180, 270.
    pub rotation: u16,
    /// Everything found on the page, text regions in reading order, marks after them.
    pub regions: Vec<Region>,
    /// The text regions in reading order, one line a printed line; each redaction is one ■ where it stands.
    pub text: String,
    /// The cable's fields; null where the page is not a telegram.
    pub telegram: Option<Telegram>,
    /// What a person should look at.
    pub warnings: Vec<Warning>,
    /// Which software made this, how, from what.
    pub provenance: Provenance,
}

/// A part of the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    /// Unique on the page: `r1` text, `s1` stamp, `x1` redaction, `h1` handwriting, `l1` ruling.
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub kind: RegionKind,
    /// Where it is.
    pub bbox: BBox,
    /// Its corners where it does not stand upright; empty where the box says it all.
    #[serde(default)]
    pub outline: Polygon,
    /// How sure its finder is of it.
    pub confidence: Confidence,
    /// Its lines, in reading order.
    #[serde(default)]
    pub lines: Vec<Line>,
}

impl Region {
    /// The direction in which its text runs; horizontal where it has none.
    #[must_use]
    pub fn writing_mode(&self) -> WritingMode {
        match self.kind {
            RegionKind::Text { writing_mode, .. } => writing_mode,
            _ => WritingMode::HorizontalTb,
        }
    }

    /// The region on the page turned clockwise by quarters; `size` is width and height of the page before. Its outline, which
    /// is for showing, stays behind.
    #[must_use]
    pub(crate) fn turned(self, degrees: u16, size: (u32, u32)) -> Self {
        let lines = self.lines.into_iter().map(|l| l.turned(degrees, size)).collect();
        Self { bbox: self.bbox.turned(degrees, size), lines, ..self }
    }
}

/// The text of a page: its text regions in reading order, one line a printed line.
#[must_use]
pub fn plain_text(regions: &[Region]) -> String {
    let print = regions.iter().filter(|r| matches!(r.kind, RegionKind::Text { .. }));
    print.flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// What a region is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum RegionKind {
    /// Print.
    Text {
        /// Its part in the cable.
        role: Role,
        /// Its direction.
        writing_mode: WritingMode,
    },
    /// A rubber stamp.
    Stamp {
        /// Colour of its ink.
        color: StampColor,
        /// Form of its frame.
        shape: StampShape,
        /// Clockwise turn of the stamp, as that of the page is given: beside [`Page::rotation`]; 0 when straight.
        #[serde(default)]
        tilt_degrees: f64,
        /// What the engine read in each of the region's lines, before it was compared with the vocabulary.
        #[serde(default)]
        readings: Vec<StampReading>,
    },
    /// A passage hidden by whoever released the cable.
    Redaction {
        /// How it was hidden.
        style: RedactionStyle,
        /// Characters hidden, estimated from the pitch of the line; null where no line gives one.
        estimated_characters: Option<u32>,
        /// Number of the passage, where redactions on several lines hide one; absent where a redaction stands alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<u32>,
    },
    /// A note written by hand, in the margin; its lines are no text of the page.
    Handwriting,
    /// A printed rule.
    Ruling,
}

impl RegionKind {
    /// A stamp that was found, but not yet read.
    #[must_use]
    pub fn stamp(color: StampColor, shape: StampShape) -> Self {
        Self::Stamp { color, shape, tilt_degrees: 0.0, readings: vec![] }
    }
}

/// A line of a stamp as it was read. The line's own text is that of the vocabulary where the two are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StampReading {
    /// As the engine read it.
    pub text: String,
    /// Mean of its characters' confidences.
    pub confidence: Confidence,
    /// How like the word of the vocabulary that the line was taken for; null where it is like none, and the line's text
    /// is the reading itself.
    pub likeness: Option<Confidence>,
}

/// The part that a text region plays in a cable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The box that says how to treat the cable (注意).
    Notice,
    /// 電信写 and the like.
    FormTitle,
    /// The serial number of the telegraph section (総番号).
    Serial,
    /// The bureau in charge (主管).
    Bureau,
    /// When and where it was sent (発).
    Sent,
    /// When and where it was received (着).
    Received,
    /// The addressee.
    To,
    /// The sender.
    From,
    /// The subject.
    Subject,
    /// The cable's number, with classification and precedence.
    Number,
    /// The message.
    Body,
    /// Forwarding and end mark.
    Closing,
    /// A printed label of the form.
    Label,
    /// None of these.
    Other,
}

/// Direction of writing, by its CSS name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum WritingMode {
    /// Lines run left to right and follow one another downwards.
    #[serde(rename = "horizontal-tb")]
    HorizontalTb,
    /// Columns run downwards and follow one another from right to left.
    #[serde(rename = "vertical-rl")]
    VerticalRl,
}

impl WritingMode {
    /// A box as seen along the line: transposed where lines run downwards, so that they run along x. Its own
    /// inverse.
    #[must_use]
    pub fn along(self, bbox: &BBox) -> BBox {
        match self {
            Self::HorizontalTb => *bbox,
            Self::VerticalRl => bbox.transposed(),
        }
    }
}

/// Colour of a stamp's ink.
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

/// Form of a stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StampShape {
    /// A frame with corners.
    Rectangle,
    /// A round frame.
    Circle,
    /// An elliptic frame.
    Oval,
    /// Characters alone.
    Frameless,
}

/// How a passage was hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RedactionStyle {
    /// Blacked out.
    Solid,
    /// Whited out within a drawn box.
    Outlined,
}

/// One printed line, or one column of vertical print.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Holds the boxes of its glyphs.
    pub bbox: BBox,
    /// As printed; the glyphs' texts, one after another.
    pub text: String,
    /// Mean of its glyphs' confidences.
    pub confidence: Confidence,
    /// Which engine read it; `person` for a line that a person wrote in review, `none` for one that holds a redaction alone.
    pub engine: String,
    /// Its characters in reading order.
    pub glyphs: Vec<Glyph>,
}

impl Line {
    /// The line on the page turned clockwise by quarters.
    pub(crate) fn turned(mut self, degrees: u16, size: (u32, u32)) -> Self {
        self.bbox = self.bbox.turned(degrees, size);
        self.glyphs.iter_mut().for_each(|g| g.bbox = g.bbox.turned(degrees, size));
        self
    }
}

/// One character as printed: a grapheme cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Glyph {
    /// As printed; ■ for a redaction.
    pub text: String,
    /// Its cell on the line: the body of the type, not the extent of its ink.
    pub bbox: BBox,
    /// How sure the engine is.
    pub confidence: Confidence,
    /// Other readings with their confidences, likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<(String, Confidence)>,
}

/// How sure something is: 0 (not at all) to 1 (certain).
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
    /// Certain.
    pub const CERTAIN: Self = Self(1.0);

    /// Clamps into 0 to 1 (not a number becomes 0) and rounds to four places, the precision of the record.
    #[must_use]
    pub fn clamped(value: f32) -> Self {
        if value.is_nan() {
            return Self(0.0);
        }
        Self((value.clamp(0.0, 1.0) * 1e4).round() / 1e4)
    }

    /// The value, 0 to 1.
    #[must_use]
    pub fn value(self) -> f32 {
        self.0
    }

    /// The mean; 0 of nothing.
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

/// Kinds of warnings. Written in kebab-case: `low-confidence-line`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningCode {
    /// No character was recognized in a line.
    UnreadLine,
    /// The mean confidence of a line is low.
    LowConfidenceLine,
    /// A character stands more often in a row than print has it.
    RepeatedCharacter,
    /// The pitch of a line differs from that of its block.
    OffPitchLine,
    /// Text was recognized where a redaction hides the print.
    TextOverRedaction,
    /// Text was recognized where there is no ink.
    TextWithoutInk,
    /// No character was recognized in a stamp.
    UnreadStamp,
    /// A line of a stamp is in no lexicon, and its confidence is low.
    LowConfidenceStamp,
    /// The skew could not be measured reliably.
    UnsureSkew,
    /// The page reads somewhat better in another orientation.
    UnsureTurn,
    /// The page has ink, and hardly any text was recognized.
    LittleText,
    /// Areas with halftone, noise or dots were not read.
    Texture,
    /// Areas were given up because nothing in them is legible.
    Illegible,
    /// The second page of a spread has a telegram of its own.
    SecondTelegram,
    /// The file is damaged and was repaired.
    RepairedFile,
    /// The data of the scan are damaged or cut off.
    IncompleteScan,
    /// A code of another version of denshin.
    #[serde(untagged)]
    Other(String),
}

/// Something on the page that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Which kind, for programs.
    pub code: WarningCode,
    /// The region it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Index of the line in that region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// For people.
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
