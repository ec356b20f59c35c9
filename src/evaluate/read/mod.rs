//! Reads a page in any supported format as a [`Document`].
//!
//! The content decides the format, not the name: page records by their `format`, PAGE XML, ALTO and hOCR by the root
//! element, ground truths by their `lines`. Only `.txt` is plain text whatever its content. A damaged file is an error
//! that names the problem; it is not repaired, because half of a text would count as a bad reading.

mod alto;
mod ground_truth;
mod hocr;
mod html;
mod page_xml;
mod record;
pub(super) mod xml;

pub(super) use page_xml::{best_equivalent, order_members};

use super::document::Document;
use crate::encoding::{EncodingError, decode_markup};
use crate::reviewed::{LoadError, Outdated, TakeError, Taken, Text, review_path, take};
use std::path::Path;

/// Largest file that is read; the largest newspaper page in ALTO has 20 MB.
const MAX_BYTES: u64 = 256 << 20;

/// Why a file cannot be read as a page.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot be read: {0} (check its path and its permissions)")]
    Unreadable(#[from] std::io::Error),
    /// The file is empty.
    #[error("the file is empty (write it again; a page without text is an empty .txt)")]
    Empty,
    /// The file is too large.
    #[error("{0} bytes are no page (at most 256 MB are read)")]
    TooLarge(u64),
    /// The encoding is wrong or unsupported.
    #[error(transparent)]
    Encoding(#[from] EncodingError),
    /// The XML is not well-formed.
    #[error("damaged XML: {0} (export it again)")]
    Xml(String),
    /// The XML has an unknown root element.
    #[error("its root element is <{0}> (PAGE XML, ALTO and hOCR are read)")]
    OtherXml(String),
    /// The JSON cannot be parsed, or lacks required keys.
    #[error("damaged {what}: {cause} (write it again)")]
    Json {
        /// Expected kind of JSON.
        what: &'static str,
        /// Message of the parser.
        cause: String,
    },
    /// The record has the format of another version.
    #[error(
        "is a record of the format {0}; this program reads denshin.page/1 (read the scan again with this version)"
    )]
    OtherVersion(String),
    /// The review of the record cannot be read.
    #[error(transparent)]
    Review(#[from] LoadError),
    /// The JSON is neither a record nor a ground truth.
    #[error("is JSON, but neither a page record (`format`) nor a ground truth (`lines`)")]
    OtherJson,
}

impl From<TakeError> for ReadError {
    fn from(error: TakeError) -> Self {
        match error {
            TakeError::Record(cause) => Self::Json { what: "page record", cause: cause.to_string() },
            TakeError::Review(error) => Self::Review(error),
        }
    }
}

/// Reads the page in a file; a page record as reviewed.
///
/// # Errors
/// If the file cannot be read, is damaged, or has an unknown format.
pub fn read(path: &Path) -> Result<Document, ReadError> {
    Ok(read_as(path, Text::Reviewed)?.document)
}

/// A page, and the state of its record's review.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    pub(super) document: Document,
    /// Whether a review was applied.
    pub(super) is_reviewed: bool,
    /// The review that was not used because the record has changed since.
    pub(super) outdated: Option<Outdated>,
}

/// Reads the page in a file; a page record with the wanted text.
pub(super) fn read_as(path: &Path, wanted: Text) -> Result<Reading, ReadError> {
    let unreviewed = |document| Reading { document, is_reviewed: false, outdated: None };
    let text = read_text(path)?;
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("txt")) {
        return Ok(unreviewed(Document::of_text(&text)));
    }
    // Records without a review may lack keys: only the present ones are evaluated.
    let has_review = wanted == Text::Reviewed && std::fs::symlink_metadata(review_path(path)).is_ok();
    if !has_review || !is_record(&text) {
        return of_text(&text).map(unreviewed);
    }
    let Taken { page, is_reviewed, outdated } = take(path, &std::fs::read(path)?, wanted)?;
    Ok(Reading { document: record::of_page(page), is_reviewed, outdated })
}

fn is_record(text: &str) -> bool {
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
    }
    serde_json::from_str::<Head>(text).is_ok_and(|head| head.format == crate::page::FORMAT)
}

/// Parses the bytes of a file; the content decides the format.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Document, ReadError> {
    of_text(&decode_markup(bytes)?)
}

fn of_text(text: &str) -> Result<Document, ReadError> {
    let start = text.trim_start();
    match start.chars().next() {
        None => Err(ReadError::Empty),
        Some('<') => of_xml(text),
        Some('{') => of_json(start),
        Some(_) => Ok(Document::of_text(text)),
    }
}

/// Whether a JSON file can be a result or a reference. It may still be damaged.
pub(super) fn is_page_json(path: &Path) -> bool {
    #[derive(serde::Deserialize)]
    struct Keys {
        format: Option<serde_json::Value>,
        lines: Option<serde::de::IgnoredAny>,
        page_text: Option<serde::de::IgnoredAny>,
    }
    let Ok(text) = read_text(path) else { return true };
    match serde_json::from_str::<Keys>(&text) {
        Ok(keys) => {
            let record =
                keys.format.as_ref().and_then(|f| f.as_str()).is_some_and(|f| f.starts_with("denshin.page/"));
            record || (keys.format.is_none() && (keys.lines.is_some() || keys.page_text.is_some()))
        }
        // Damaged: the reader reports it.
        Err(_) => true,
    }
}

/// Reads a file's text in the encoding of its byte order mark or XML declaration; UTF-8 otherwise.
///
/// # Errors
/// If the file cannot be read, or has another encoding.
pub(super) fn read_text(path: &Path) -> Result<String, ReadError> {
    let size = std::fs::metadata(path)?.len();
    if size > MAX_BYTES {
        return Err(ReadError::TooLarge(size));
    }
    Ok(decode_markup(&std::fs::read(path)?)?)
}

fn of_xml(text: &str) -> Result<Document, ReadError> {
    let parsed = xml::parse(text);
    let root = |tree: &roxmltree::Document| tree.root_element().tag_name().name().to_owned();
    let is_ours = parsed.as_ref().is_ok_and(|tree| ["PcGts", "alto", "html"].contains(&root(tree).as_str()));
    if !is_ours && html::is_html(text) {
        return Ok(hocr::document(&xml::parse(&html::as_xml(text)?)?));
    }
    let tree = parsed?;
    match root(&tree).as_str() {
        "PcGts" => Ok(page_xml::document(&tree)),
        "alto" => Ok(alto::document(&tree)),
        "html" => Ok(hocr::document(&tree)),
        other => Err(ReadError::OtherXml(other.to_owned())),
    }
}

fn of_json(text: &str) -> Result<Document, ReadError> {
    #[derive(serde::Deserialize)]
    struct Keys {
        format: Option<serde_json::Value>,
        lines: Option<serde::de::IgnoredAny>,
        page_text: Option<String>,
    }
    let damaged = |e: serde_json::Error| ReadError::Json { what: "JSON", cause: e.to_string() };
    let keys: Keys = serde_json::from_str(text).map_err(damaged)?;
    match (keys.format, keys.lines, keys.page_text) {
        (Some(format), ..) if format == crate::page::FORMAT => record::document(text),
        (Some(format), ..) => Err(ReadError::OtherVersion(format.to_string())),
        (None, Some(_), _) => ground_truth::document(text),
        (None, None, Some(text)) => Ok(Document::of_text(&text)),
        (None, None, None) => Err(ReadError::OtherJson),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encodings_are_taken_from_mark_and_declaration() {
        let line = |c: &str| format!("<html><meta charset=euc-jp><p class=ocr_line>{c}</p></html>");
        let bytes = [line("").replace("</p></html>", "").as_bytes(), b"\xc5\xc5</p></html>"].concat();
        assert_eq!(parse(&bytes).unwrap().text(), "電");
        assert!(matches!(parse(b"\x93d"), Err(ReadError::Encoding(_))));
    }

    #[test]
    fn what_is_no_page_is_named() {
        assert!(matches!(of_xml("<TEI/>"), Err(ReadError::OtherXml(name)) if name == "TEI"));
        assert!(matches!(of_xml("<PcGts><Page>"), Err(ReadError::Xml(_))));
        assert!(matches!(of_json(r#"{"format":"denshin.page/2"}"#), Err(ReadError::OtherVersion(_))));
        assert!(matches!(of_json("{}"), Err(ReadError::OtherJson)));
        assert!(matches!(of_json(r#"{"lines":"#), Err(ReadError::Json { .. })));
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[<>{}\\[\\]\"a-z=/: 0-9,電]{0,80}") {
            let _ = of_xml(&text);
            let _ = of_json(&text);
            let _ = of_xml(&format!("<PcGts><Page><TextRegion {text}</TextRegion></Page></PcGts>"));
        }
    }
}
