//! Reads page records (`denshin.page/1`): results, and references that were corrected in review.

use super::ReadError;
use crate::evaluate::document::{Document, Mark, MarkKind, TextGlyph, TextLine};
use crate::page::{Line, Page, Region, RegionKind, Telegram};
use crate::provenance::Source;
use std::collections::BTreeMap;

/// The evaluated keys of a record. A missing key means missing data.
#[derive(serde::Deserialize)]
struct Record {
    #[serde(default)]
    text: String,
    width: Option<u32>,
    height: Option<u32>,
    skew_degrees: Option<f64>,
    regions: Option<Vec<Region>>,
    telegram: Option<Telegram>,
    source: Option<Source>,
}

pub(super) fn document(text: &str) -> Result<Document, ReadError> {
    let record: Record = serde_json::from_str(text)
        .map_err(|e| ReadError::Json { what: "page record", cause: e.to_string() })?;
    Ok(of_record(record))
}

pub(super) fn of_page(page: Page) -> Document {
    of_record(Record {
        text: page.text,
        width: Some(page.width),
        height: Some(page.height),
        skew_degrees: Some(page.skew_degrees),
        regions: Some(page.regions),
        telegram: page.telegram,
        source: Some(page.source),
    })
}

fn of_record(record: Record) -> Document {
    let told = record.regions.is_some();
    let regions = record.regions.unwrap_or_default();
    let mut lines: Vec<TextLine> = regions.iter().flat_map(lines_of).collect();
    // `text` is authoritative (docs/formats.md); the regions only add positions.
    if !lines.iter().map(|l| l.text.as_str()).eq(record.text.lines()) {
        lines = Document::of_text(&record.text).lines;
    }
    Document {
        lines,
        size: record.width.zip(record.height).filter(|s| s.0 > 0 && s.1 > 0),
        skew_degrees: record.skew_degrees.filter(|s| s.is_finite()),
        marks: told.then(|| regions.iter().filter_map(mark).collect()),
        fields: told.then(|| fields(&record.telegram.unwrap_or_default())),
        scan: record.source.map(|s| (s.path, s.page)),
        notes: vec![],
    }
}

fn lines_of(region: &Region) -> Vec<TextLine> {
    let RegionKind::Text { role, writing_mode } = region.kind else { return vec![] };
    let line = |line: &Line| TextLine {
        text: line.text.clone(),
        bbox: Some(line.bbox),
        writing_mode: Some(writing_mode),
        role: Some(role),
        glyphs: line
            .glyphs
            .iter()
            .map(|g| TextGlyph {
                text: g.text.clone(),
                bbox: Some(g.bbox),
                confidence: Some(g.confidence.value()),
            })
            .collect(),
    };
    region.lines.iter().map(line).collect()
}

fn mark(region: &Region) -> Option<Mark> {
    let kind = match region.kind {
        RegionKind::Stamp { .. } => MarkKind::Stamp,
        RegionKind::Redaction { .. } => MarkKind::Redaction,
        RegionKind::Handwriting => MarkKind::Handwriting,
        RegionKind::Text { .. } | RegionKind::Ruling => return None,
    };
    let text = region.lines.iter().map(|l| l.text.as_str()).collect();
    Some(Mark { kind, bbox: region.bbox, text: Some(text) })
}

/// The fields by name; a record has all of them.
fn fields(telegram: &Telegram) -> BTreeMap<&'static str, Option<String>> {
    let (sent, received) = (telegram.sent.as_ref(), telegram.received.as_ref());
    let references: Vec<&str> = telegram.references.iter().map(|r| r.text.as_str()).collect();
    BTreeMap::from([
        ("number", telegram.number.map(|n| n.to_string())),
        ("classification", telegram.classification.clone()),
        ("precedence", telegram.precedence.clone()),
        ("distribution", telegram.distribution.clone()),
        ("sent-date", sent.and_then(|d| d.date.clone())),
        ("sent-post", sent.and_then(|d| d.post.clone())),
        ("received-date", received.and_then(|d| d.date.clone())),
        ("received-post", received.and_then(|d| d.post.clone())),
        ("to", telegram.to.clone()),
        ("from", telegram.from.clone()),
        ("bureau", telegram.bureau.clone()),
        ("serial", telegram.serial.clone()),
        ("subject", telegram.subject.clone()),
        ("references", (!references.is_empty()).then(|| references.join(" "))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_without_regions_is_its_text() {
        let page = document(r#"{"format":"denshin.page/1","text":"第\n号"}"#).unwrap();
        assert_eq!((page.text().as_str(), page.marks, page.fields), ("第\n号", None, None));
        let error = document(r#"{"format":"denshin.page/1","regions":[{"kind":"text"}]}"#).unwrap_err();
        assert!(error.to_string().starts_with("damaged page record: missing field"), "{error}");
    }
}
