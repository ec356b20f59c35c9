//! The fields of a telegram. A field is null if it is absent or hidden; no value is guessed.

use crate::provenance::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The content of the header, form and body of a telegram.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Telegram {
    /// Kind of form; null if neither a title nor a continuation mark identifies it.
    #[serde(default)]
    pub kind: Option<TelegramKind>,
    /// Number of the telegram: 5517 for 第５５１７号. Null if a digit is uncertain, hidden or lost, or if the number is
    /// implausible for a telegram.
    pub number: Option<u32>,
    /// Series of the number, as printed: 合 in 合第８１３号. Each series has its own count.
    #[serde(default)]
    pub series: Option<String>,
    /// Page number within the telegram, if the number line contains one: 第６０２０号 ２／３, 第一三七五号ノ二.
    #[serde(default)]
    pub sheet: Option<Sheet>,
    /// Classification as its lexicon entry: 極秘, 秘, 取扱注意 …; also for variant spellings such as 極祕.
    pub classification: Option<String>,
    /// Precedence as its lexicon entry: 大至急, 至急 or 普通.
    pub precedence: Option<String>,
    /// Distribution limit as its lexicon entry, without parentheses: 限定配布 …. It follows the number or has its own line.
    pub distribution: Option<String>,
    /// Time and place of sending.
    pub sent: Option<Dispatch>,
    /// Time and place of receipt.
    pub received: Option<Dispatch>,
    /// The addressee as printed, without 殿. A misread office is replaced by its correct name.
    pub to: Option<String>,
    /// The sender.
    pub from: Option<String>,
    /// The bureau in charge, as printed: 北米局長, 亞米利加局.
    pub bureau: Option<String>,
    /// The serial number assigned by the telegraph section.
    pub serial: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// References to other telegrams.
    pub references: Vec<Reference>,
    /// Paragraphs of the message.
    pub paragraphs: Vec<Paragraph>,
    /// Posts that the telegram was or will be forwarded to, as printed.
    pub forwarded_to: Vec<String>,
    /// Whether the telegram ends with （了） or （終）.
    pub end_mark: bool,
}

/// Kind of form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TelegramKind {
    /// 電信写: a telegram as distributed by the telegraph section.
    Copy,
    /// 電信案: the draft of an outgoing telegram.
    Draft,
    /// A later page of a telegram, which repeats only its number.
    Continuation,
    /// 配布先一覧: the distribution list of a telegram. It is not a telegram itself; number and subject are those of the
    /// telegram.
    DistributionList,
    /// 送付票 and similar: the cover slip of a telegram. It is not a telegram itself.
    CoverSlip,
}

/// Page number within a telegram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sheet {
    /// One-based page number.
    pub page: u32,
    /// Number of pages, if printed.
    pub pages: Option<u32>,
}

/// Time and place of sending or receipt.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Dispatch {
    /// ISO 8601 calendar date: `1993-09-28`. If a receipt has no year, it is the year that puts the date closest to the
    /// date of sending. Null if a digit may be hidden.
    pub date: Option<String>,
    /// Local time: `12:34`.
    pub time: Option<String>,
    /// Post as printed: 国連, 本省. A misread name is corrected if only one known name is similar.
    pub post: Option<String>,
    /// Text of the line as recognized; both parts if a blot splits the line.
    pub text: String,
}

/// A reference to another telegram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// Origin of the telegram.
    pub direction: ReferenceDirection,
    /// Number of the telegram; null for a plain 別電４.
    pub number: Option<u32>,
    /// Number of the annex (別電).
    pub annex: Option<u32>,
    /// Text as printed.
    pub text: String,
}

/// Origin of a referenced telegram, from the sender's point of view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceDirection {
    /// 往電: a telegram from the sender.
    Outgoing,
    /// 貴電, 来電: a telegram from the addressee.
    Incoming,
    /// 別電 alone: an annex of this telegram.
    Annex,
}

/// A paragraph of the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Paragraph {
    /// Speaker, if the paragraph starts with one: （総理）.
    pub speaker: Option<String>,
    /// Text of the lines as recognized, concatenated, including the speaker.
    pub text: String,
    /// Line references: region id, slash, line index.
    pub lines: Vec<String>,
}

/// The value of [`TelegramRecord::format`].
pub const TELEGRAM_FORMAT: &str = "denshin.telegram/1";

/// A telegram of one or more pages, joined from page records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TelegramRecord {
    /// Always [`TELEGRAM_FORMAT`].
    pub format: String,
    /// The pages, in order.
    pub sources: Vec<Source>,
    /// Texts of the pages, joined by line breaks.
    pub text: String,
    /// The fields, each from the first page that has it. Line references in paragraphs start with the page: page number
    /// in the file, slash, region id, slash, line index.
    pub telegram: Telegram,
}
