//! The fields of a cable. A field is null where it is absent or hidden; nothing is guessed.

use crate::provenance::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a cable's header, form and body say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Telegram {
    /// The form that the page is of; null where no title and no mark of a continuation tells it.
    #[serde(default)]
    pub kind: Option<TelegramKind>,
    /// 第５５１７号: 5517. Null where a digit is unsure, hidden or lost, or no cable can have the number.
    pub number: Option<u32>,
    /// The series of the number, as printed: 合 in 合第８１３号. Each series counts on its own.
    #[serde(default)]
    pub series: Option<String>,
    /// Which page of the cable this is, where the number's line says so: 第６０２０号　２／３, 第一三七五号ノ二.
    #[serde(default)]
    pub sheet: Option<Sheet>,
    /// 極秘, 秘, 取扱注意 …: the vocabulary's word, in its common-use form where 極祕 is printed.
    pub classification: Option<String>,
    /// 大至急, 至急, 普通: the vocabulary's word.
    pub precedence: Option<String>,
    /// 限定配布 …, without parentheses: the vocabulary's word, behind the number or in a line of its own.
    pub distribution: Option<String>,
    /// When and where it was sent.
    pub sent: Option<Dispatch>,
    /// When and where it was received.
    pub received: Option<Dispatch>,
    /// The addressee, without 殿, as printed; an office that was misread by its proper name.
    pub to: Option<String>,
    /// The sender.
    pub from: Option<String>,
    /// The bureau in charge, as printed: 北米局長, 亞米利加局.
    pub bureau: Option<String>,
    /// The telegraph section's serial number.
    pub serial: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// Other cables it names.
    pub references: Vec<Reference>,
    /// Its message.
    pub paragraphs: Vec<Paragraph>,
    /// Posts it was or is to be forwarded to, as printed.
    pub forwarded_to: Vec<String>,
    /// Whether it ends with （了） or （終）.
    pub end_mark: bool,
}

/// The form that a page is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TelegramKind {
    /// 電信写: a cable as the telegraph section distributed it.
    Copy,
    /// 電信案: the draft of an outgoing cable.
    Draft,
    /// A later page of a cable, which repeats only its number.
    Continuation,
    /// 配布先一覧: the list of those who get a cable. It is no cable; number and subject are those of the cable.
    DistributionList,
    /// 送付票 and the like: the slip on top of a cable. It is no cable either.
    CoverSlip,
}

/// Which page of a cable a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sheet {
    /// One-based.
    pub page: u32,
    /// How many there are, where printed.
    pub pages: Option<u32>,
}

/// A place and a time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Dispatch {
    /// ISO 8601 calendar date, `1993-09-28`. A receipt that prints no year has the one nearest to the day of sending;
    /// null where a digit may be hidden.
    pub date: Option<String>,
    /// Local time, `12:34`.
    pub time: Option<String>,
    /// As printed: 国連, 本省; a misread one by its proper name where only one is near.
    pub post: Option<String>,
    /// The line as read; both pieces where a blot cut it in two.
    pub text: String,
}

/// Another cable, named in this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// Whose cable.
    pub direction: ReferenceDirection,
    /// Its number; null in 別電４ alone.
    pub number: Option<u32>,
    /// The number of its annex (別電).
    pub annex: Option<u32>,
    /// As printed.
    pub text: String,
}

/// Whose cable a reference names, seen from the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReferenceDirection {
    /// 往電: one that the sender sent.
    Outgoing,
    /// 貴電, 来電: one that the addressee sent.
    Incoming,
    /// 別電 alone: an annex of this cable.
    Annex,
}

/// A paragraph of the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Paragraph {
    /// Who speaks, from （総理） at its head.
    pub speaker: Option<String>,
    /// Its lines joined, as read, the speaker's name included.
    pub text: String,
    /// Its lines: region id, slash, index of the line.
    pub lines: Vec<String>,
}

/// The value of [`TelegramRecord::format`].
pub const TELEGRAM_FORMAT: &str = "denshin.telegram/1";

/// A telegram of one page or several, put together from page records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TelegramRecord {
    /// Always [`TELEGRAM_FORMAT`].
    pub format: String,
    /// Its pages, in their order.
    pub sources: Vec<Source>,
    /// The pages' texts, one after another.
    pub text: String,
    /// Its fields: each from the first page that has it. Lines of paragraphs name the page first: page of the file, slash,
    /// region id, slash, index of the line.
    pub telegram: Telegram,
}
