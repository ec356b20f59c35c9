//! Documents for the search engines that people already run: JSON lines, OpenSearch and Elasticsearch, Solr, Groonga.
//!
//! Analyzers cut words at line ends and do not know old spellings. So each document has the text joined across lines
//! (`text`), and the same text folded for search at both depths (`characters`, `words`; [`crate::orthography::search`]).
//! A query that is folded alike (`denshin fold`) finds old spellings by a phrase search in these fields.

use super::collection::{groups, pages};
use super::document::{Document, TextDocument, Unit, documents};
use super::text::JoinedText;
use super::{BuildError, Skipped};
use crate::geometry::BBox;
use crate::orthography::search::{characters, text_of, words};
use crate::page::Page;
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::PathBuf;

/// Alternatives of a character in MiniOCR stand behind this character.
const ALTERNATIVE: char = '\u{21FF}';

/// The engine that a feed is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedFormat {
    /// One JSON object a line, with the place of every character.
    JsonLines,
    /// Lines for the `_bulk` request of OpenSearch and Elasticsearch.
    OpenSearch,
    /// A JSON array for Solr's `/update`, with MiniOCR for solr-ocrhighlighting.
    Solr,
    /// `load` commands for Groonga.
    Groonga,
}

impl std::str::FromStr for FeedFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "jsonl" => Ok(Self::JsonLines),
            "opensearch" => Ok(Self::OpenSearch),
            "solr" => Ok(Self::Solr),
            "groonga" => Ok(Self::Groonga),
            _ => Err(format!("no feed `{name}` (there are jsonl, opensearch, solr, groonga)")),
        }
    }
}

/// A feed that has been written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fed {
    /// Documents in the feed.
    pub documents: usize,
    /// Records that could not be read. Their documents are missing.
    pub skipped: Vec<Skipped>,
}

/// Why a feed cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FeedError {
    /// A folder of results cannot be read.
    #[error(transparent)]
    Results(#[from] BuildError),
    /// The feed cannot be written.
    #[error("the feed cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes the documents of all page records below `results`, as reviewed. Single pages of telegrams of several pages are
/// left out unless `pages` asks for them in place of the telegrams.
///
/// # Errors
/// If a folder cannot be read, or the feed cannot be written.
pub fn feed(
    results: &[PathBuf],
    format: FeedFormat,
    pages_alone: bool,
    out: &mut dyn Write,
) -> Result<Fed, FeedError> {
    let groups = groups(results).map_err(|(path, cause)| BuildError::Path { path, cause })?;
    let mut fed = Fed::default();
    let opening: &[u8] = match format {
        FeedFormat::Solr => b"[\n",
        FeedFormat::Groonga => b"load --table Documents\n[\n",
        FeedFormat::JsonLines | FeedFormat::OpenSearch => b"",
    };
    out.write_all(opening)?;
    for group in &groups {
        let (records, members) = match pages(group) {
            Ok(read) => read,
            Err((record, cause)) => {
                fed.skipped.push(Skipped { record, cause });
                continue;
            }
        };
        let left_out = if pages_alone { Unit::Telegram } else { Unit::Page };
        for found in documents(&records, &members).into_iter().filter(|d| d.document.unit != left_out) {
            let of_document = |page: &&Page| {
                let at = members.iter().position(|m| std::ptr::eq(m, *page)).unwrap_or_default();
                found.document.pages.iter().any(|p| p.record == records[at])
            };
            let pages: Vec<&Page> = members.iter().filter(of_document).collect();
            let separator: &[u8] = match format {
                FeedFormat::Solr | FeedFormat::Groonga if fed.documents > 0 => b",\n",
                _ => b"",
            };
            out.write_all(separator)?;
            write_document(&found, &pages, format, out)?;
            fed.documents += 1;
        }
    }
    let closing: &[u8] = match format {
        FeedFormat::Solr | FeedFormat::Groonga => b"\n]\n",
        FeedFormat::JsonLines | FeedFormat::OpenSearch => b"",
    };
    out.write_all(closing)?;
    out.flush()?;
    Ok(fed)
}

fn write_document(
    found: &TextDocument,
    pages: &[&Page],
    format: FeedFormat,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let TextDocument { document, joined } = found;
    let mut fields = fields(document);
    match format {
        FeedFormat::JsonLines => {
            fields.insert("id".into(), json!(document.id));
            fields.insert("pages".into(), json!(document.pages));
            fields.insert("telegram".into(), json!(document.telegram));
            fields.insert("glyphs".into(), glyphs(joined, pages));
            writeln!(out, "{}", Value::from(fields))
        }
        FeedFormat::OpenSearch => {
            writeln!(out, "{}", json!({ "index": { "_id": document.id } }))?;
            writeln!(out, "{}", Value::from(fields))
        }
        FeedFormat::Solr => {
            fields.insert("id".into(), json!(document.id));
            fields.insert("ocr_text".into(), json!(mini_ocr(joined, pages)));
            write!(out, "{}", Value::from(fields))
        }
        FeedFormat::Groonga => {
            fields.insert("_key".into(), json!(document.id));
            write!(out, "{}", Value::from(fields))
        }
    }
}

/// The fields that all feeds have; what is absent in the document is absent in the feed.
fn fields(document: &Document) -> Map<String, Value> {
    let light = characters(&document.text);
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            fields.insert(name.to_owned(), value);
        }
    };
    put("text", json!(document.text));
    put("characters", json!(text_of(&light)));
    put("words", json!(text_of(&words(&document.text, &light))));
    put("scan", json!(document.pages.first().map(|p| &p.scan)));
    put("page", json!(document.pages.first().map(|p| p.page)));
    put("date", json!(document.date()));
    put("post", json!(document.post()));
    put("stamps", json!(document.stamps));
    put("redactions", json!(document.redactions));
    if let Some(telegram) = &document.telegram {
        put("number", json!(telegram.number));
        put("classification", json!(telegram.classification));
        put("precedence", json!(telegram.precedence));
        put("bureau", json!(telegram.bureau));
        put("from", json!(telegram.from));
        put("to", json!(telegram.to));
        put("subject", json!(telegram.subject));
    }
    fields
}

/// The place of each character of the text: offset in characters, in UTF-8 bytes and in UTF-16 units, index of the page, box.
fn glyphs(joined: &JoinedText, pages: &[&Page]) -> Value {
    let (mut utf8, mut utf16) = (0, 0);
    let mut rows = Vec::new();
    for (i, c) in joined.text.chars().enumerate() {
        if let Some(place) = joined.places[i] {
            rows.push(json!([i, utf8, utf16, place.page, joined.glyph(pages, place).bbox]));
        }
        utf8 += c.len_utf8();
        utf16 += c.len_utf16();
    }
    rows.into()
}

/// The text as MiniOCR: one `w` a glyph with nothing between, one `l` a paragraph, so that line ends are no blanks.
/// Alternatives of a glyph stand behind U+21FF.
fn mini_ocr(joined: &JoinedText, pages: &[&Page]) -> String {
    let mut xml = String::from("<ocr>");
    let mut page = None;
    let mut is_open = false;
    let mut last = None;
    let close_line = |xml: &mut String, is_open: &mut bool| {
        if std::mem::take(is_open) {
            xml.push_str("</l>");
        }
    };
    for (i, c) in joined.text.chars().enumerate() {
        if c == '\n' {
            close_line(&mut xml, &mut is_open);
            continue;
        }
        let Some(place) = joined.places[i].filter(|place| last.replace(*place) != Some(*place)) else {
            continue;
        };
        if page != Some(place.page) {
            close_line(&mut xml, &mut is_open);
            if page.is_some() {
                xml.push_str("</b></p>");
            }
            let Page { source, width, height, .. } = pages[place.page];
            xml.push_str(&format!("<p xml:id=\"p{}\" wh=\"{width} {height}\"><b>", source.page));
            page = Some(place.page);
        }
        if !is_open {
            xml.push_str("<l>");
            is_open = true;
        }
        let glyph = joined.glyph(pages, place);
        let BBox { left, top, .. } = glyph.bbox;
        let (width, height) = (glyph.bbox.width(), glyph.bbox.height());
        xml.push_str(&format!("<w x=\"{left} {top} {width} {height}\">"));
        xml.push_str(&escaped(&glyph.text));
        for (text, _) in &glyph.alternatives {
            xml.push(ALTERNATIVE);
            xml.push_str(&escaped(text));
        }
        xml.push_str("</w>");
    }
    close_line(&mut xml, &mut is_open);
    if page.is_some() {
        xml.push_str("</b></p>");
    }
    xml + "</ocr>"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
