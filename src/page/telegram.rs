//! The fields of a cable. A field is null where it is absent or hidden; nothing is guessed.

use crate::provenance::Source;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a cable's header, form and body say.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Telegram {
    /// 第５５１７号: 5517.
    pub number: Option<u32>,
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
    /// The addressee, without 殿: an office by its proper name, a head of post as read.
    pub to: Option<String>,
    /// The sender.
    pub from: Option<String>,
    /// The bureau in charge.
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
