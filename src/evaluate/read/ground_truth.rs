//! Reads ground truths (`NAME.gt.json`): lines with roles and cells, stamps, redactions, and the telegram's header.

use super::ReadError;
use super::xml::rounded;
use crate::evaluate::document::{Document, Mark, MarkKind, TextGlyph, TextLine};
use crate::page::{Role, WritingMode};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The year before the first year of each era.
const ERAS: [(&str, i64); 5] =
    [("明治", 1867), ("大正", 1911), ("昭和", 1925), ("平成", 1988), ("令和", 2018)];

#[derive(Deserialize)]
struct Truth {
    lines: Vec<TruthLine>,
    width: Option<u32>,
    height: Option<u32>,
    skew_deg: Option<f64>,
    stamps: Option<Vec<TruthMark>>,
    redactions: Option<Vec<TruthMark>>,
    handwriting: Option<Vec<TruthMark>>,
    header: Option<Header>,
    image: Option<String>,
}

#[derive(Deserialize)]
struct TruthLine {
    text: String,
    order: Option<i64>,
    role: Option<serde_json::Value>,
    direction: Option<String>,
    bbox: Option<[f64; 4]>,
    #[serde(default)]
    chars: Vec<TruthCell>,
}

#[derive(Deserialize)]
struct TruthCell {
    c: String,
    bbox: Option<[f64; 4]>,
}

#[derive(Deserialize)]
struct TruthMark {
    bbox: [f64; 4],
    text: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    number: Option<String>,
    secrecy: Option<String>,
    urgency: Option<String>,
    to: Option<String>,
    sender: Option<String>,
    post: Option<String>,
    bureau: Option<String>,
    subject: Option<String>,
    date: Option<EraDate>,
}

#[derive(Deserialize)]
struct EraDate {
    era: String,
    year: i64,
    month: i64,
    day: i64,
}

pub(super) fn document(text: &str) -> Result<Document, ReadError> {
    let mut truth: Truth = serde_json::from_str(text)
        .map_err(|e| ReadError::Json { what: "ground truth", cause: e.to_string() })?;
    truth.lines.sort_by_key(|l| l.order.unwrap_or(i64::MAX));
    let kinds = [
        (MarkKind::Stamp, &truth.stamps),
        (MarkKind::Redaction, &truth.redactions),
        (MarkKind::Handwriting, &truth.handwriting),
    ];
    let marks = kinds.iter().filter_map(|(kind, marks)| Some((*kind, marks.as_ref()?)));
    let marks = marks.flat_map(|(kind, marks)| marks.iter().map(move |m| mark(kind, m))).collect();
    let tells_marks = truth.stamps.is_some() || truth.redactions.is_some();
    Ok(Document {
        lines: truth.lines.iter().map(line).collect(),
        size: truth.width.zip(truth.height),
        skew_degrees: truth.skew_deg.filter(|s| s.is_finite()),
        marks: tells_marks.then_some(marks),
        fields: truth.header.map(fields),
        scan: truth.image.map(|image| (image, 1)),
        notes: vec![],
    })
}

fn line(line: &TruthLine) -> TextLine {
    let writing_mode = match line.direction.as_deref() {
        Some("vertical") => Some(WritingMode::VerticalRl),
        Some("horizontal") => Some(WritingMode::HorizontalTb),
        _ => None,
    };
    let cell =
        |cell: &TruthCell| TextGlyph { text: cell.c.clone(), bbox: cell.bbox.map(rounded), confidence: None };
    TextLine {
        text: line.text.clone(),
        bbox: line.bbox.map(rounded),
        writing_mode,
        // Unknown roles are ignored.
        role: line.role.clone().and_then(|role| serde_json::from_value::<Role>(role).ok()),
        glyphs: line.chars.iter().map(cell).collect(),
    }
}

fn mark(kind: MarkKind, mark: &TruthMark) -> Mark {
    Mark { kind, bbox: rounded(mark.bbox), text: mark.text.clone() }
}

fn fields(header: Header) -> BTreeMap<&'static str, Option<String>> {
    let number = header.number.map(|n| n.chars().filter(char::is_ascii_digit).collect::<String>());
    let filled = |field: Option<String>| field.filter(|f| !f.is_empty());
    BTreeMap::from([
        ("number", filled(number)),
        ("classification", filled(header.secrecy)),
        ("precedence", filled(header.urgency)),
        ("to", filled(header.to)),
        ("from", filled(header.sender)),
        ("bureau", filled(header.bureau)),
        ("subject", filled(header.subject)),
        ("sent-date", header.date.and_then(|d| iso(&d))),
        ("sent-post", filled(header.post)),
    ])
}

/// The date in ISO 8601; `None` if it is not in the calendar.
fn iso(date: &EraDate) -> Option<String> {
    let year = ERAS.iter().find(|(era, _)| *era == date.era)?.1 + date.year;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match date.month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=days).contains(&date.day).then(|| format!("{year:04}-{:02}-{:02}", date.month, date.day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_their_order_and_fields_by_name() {
        let page = document(
            r#"{"lines":[{"order":1,"text":"了"},{"order":0,"role":"body","direction":"vertical","text":"第","bbox":[1.4,2,3,4.6],
                "chars":[{"c":"第","bbox":[1,2,3,4]}]}], "redactions":[{"bbox":[0,0,9,9]}],
                "header":{"number":"第5276号","secrecy":"","date":{"era":"昭和","year":47,"month":2,"day":29}}}"#,
        )
        .unwrap();
        assert_eq!(page.text(), "第\n了");
        assert_eq!(
            (page.lines[0].role, page.lines[0].writing_mode),
            (Some(Role::Body), Some(WritingMode::VerticalRl))
        );
        assert_eq!(page.marks.unwrap()[0].kind, MarkKind::Redaction);
        let fields = page.fields.unwrap();
        assert_eq!((fields["number"].as_deref(), fields["classification"].as_deref()), (Some("5276"), None));
        assert_eq!(fields["sent-date"].as_deref(), Some("1972-02-29"));
        assert_eq!(iso(&EraDate { era: "昭和".into(), year: 48, month: 2, day: 29 }), None);
    }
}
