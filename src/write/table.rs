//! Telegram fields as CSV (RFC 4180, UTF-8), one row per page.
//!
//! A null field is empty. On a page that is not a telegram, all telegram fields are empty and `telegram` is `false`.
//! List entries are separated by `; `. The text of stamps is included, because archives sort by it.

use super::marks;
use crate::page::{Dispatch, Page, RegionKind, Telegram};

/// Column names, in order.
const COLUMNS: [&str; 31] = [
    "path",
    "page",
    "pages",
    "telegram",
    "number",
    "classification",
    "precedence",
    "distribution",
    "sent_date",
    "sent_time",
    "sent_post",
    "sent_text",
    "received_date",
    "received_time",
    "received_post",
    "received_text",
    "to",
    "from",
    "bureau",
    "serial",
    "subject",
    "references",
    "forwarded_to",
    "end_mark",
    "stamps",
    "redactions",
    "warnings",
    "kind",
    "series",
    "sheet",
    "sheets",
];

/// Writes a header row and one row per page.
pub(super) fn write<'a>(pages: impl IntoIterator<Item = &'a Page>) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(COLUMNS).expect("memory takes what is written");
    for page in pages {
        table.write_record(row(page)).expect("a row has as many fields as there are columns");
    }
    table.into_inner().expect("memory takes what is written")
}

fn row(page: &Page) -> [String; COLUMNS.len()] {
    let absent = Telegram::default();
    let t = page.telegram.as_ref().unwrap_or(&absent);
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let [sent_date, sent_time, sent_post, sent_text] = dispatch(t.sent.as_ref());
    let [received_date, received_time, received_post, received_text] = dispatch(t.received.as_ref());
    let references: Vec<&str> = t.references.iter().map(|r| r.text.as_str()).collect();
    let is_telegram = page.telegram.is_some();
    let of = |wanted: fn(&RegionKind) -> bool| page.regions.iter().filter(move |r| wanted(&r.kind));
    let stamps = of(|k| matches!(k, RegionKind::Stamp { .. })).map(|r| marks::text(r).replace('\n', " "));
    [
        page.source.path.clone(),
        page.source.page.to_string(),
        page.source.pages.to_string(),
        is_telegram.to_string(),
        t.number.map(|n| n.to_string()).unwrap_or_default(),
        text(&t.classification),
        text(&t.precedence),
        text(&t.distribution),
        sent_date,
        sent_time,
        sent_post,
        sent_text,
        received_date,
        received_time,
        received_post,
        received_text,
        text(&t.to),
        text(&t.from),
        text(&t.bureau),
        text(&t.serial),
        text(&t.subject),
        references.join("; "),
        t.forwarded_to.join("; "),
        if is_telegram { t.end_mark.to_string() } else { String::new() },
        stamps.filter(|s| !s.is_empty()).collect::<Vec<_>>().join("; "),
        of(|k| matches!(k, RegionKind::Redaction { .. })).count().to_string(),
        page.warnings.len().to_string(),
        t.kind.map(|k| marks::name_of(&k)).unwrap_or_default(),
        text(&t.series),
        t.sheet.map(|s| s.page.to_string()).unwrap_or_default(),
        t.sheet.and_then(|s| s.pages).map(|n| n.to_string()).unwrap_or_default(),
    ]
}

fn dispatch(dispatch: Option<&Dispatch>) -> [String; 4] {
    let Some(Dispatch { date, time, post, text }) = dispatch else { return Default::default() };
    let field = |f: &Option<String>| f.clone().unwrap_or_default();
    [field(date), field(time), field(post), text.clone()]
}
