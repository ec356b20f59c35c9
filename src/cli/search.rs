//! `denshin search`: queries to an index of page records.

use super::{Exit, say};
use clap::Args;
use denshin::error::printable;
use denshin::index::{Filters, Found, Hit, Match, Query, Searcher};
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin search index 'エリツィン 領土'                  # both, anywhere in a telegram\n  \
    denshin search index '「領土問題」 OR 漁業 -捕鯨' --from 1990 --to 1995-06\n  \
    denshin search index '件名:会談' --post 国連 --classification 極秘 --json\n  \
    denshin search index --stamp 秘密指定解除 --facets       # everything with this stamp, counted by field\n\n\
    Each word is a substring. Spellings of one word count as one: エリツィン and エリツイン, 首脳 and 首のう, 総理 and 總理, \
    5517 and 五五一七, 1971年 and 昭和四十六年, 関し and 關シ. Words: AND (blank), OR or |, NOT or -, parentheses; phrases in \
    \"…\" or 「…」; fields subject: from: to: number: (件名: 発: 宛: 番号:). No phrase crosses a redaction.")]
pub(super) struct Arguments {
    /// Folder of the index
    #[arg(value_name = "INDEX")]
    index: PathBuf,
    /// What to search for [default: everything]
    #[arg(value_name = "QUERY", allow_hyphen_values = true)]
    query: Option<String>,
    /// First day of sending: YYYY, YYYY-MM or YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Last day of sending
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Post abroad; may be given several times, as may the next four
    #[arg(long, value_name = "POST")]
    post: Vec<String>,
    /// Classification: 極秘, 秘 …
    #[arg(long, value_name = "WORD")]
    classification: Vec<String>,
    /// Precedence: 大至急, 至急 …
    #[arg(long, value_name = "WORD")]
    precedence: Vec<String>,
    /// Bureau in charge: 北米局長 …
    #[arg(long, value_name = "WORD")]
    bureau: Vec<String>,
    /// Text of a stamp
    #[arg(long, value_name = "TEXT")]
    stamp: Vec<String>,
    /// Only telegrams with redactions (true) or without (false)
    #[arg(long, value_name = "BOOL")]
    redacted: Option<bool>,
    /// Find single pages in place of whole telegrams
    #[arg(long)]
    pages: bool,
    /// Count characters as one that OCR confuses: 二 and ニ, 力 and カ
    #[arg(long)]
    tolerant: bool,
    /// Latest first, in place of most relevant first
    #[arg(long)]
    latest: bool,
    /// Hits to show
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1000))]
    limit: u32,
    /// Hits to pass over
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u32,
    /// Count the results by year, post, classification, precedence, bureau, kind, stamp and redaction
    #[arg(long)]
    facets: bool,
    /// Print JSON, with the text and the boxes of all matches
    #[arg(long)]
    json: bool,
}

/// A day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Date {
    year: u64,
    month: Option<u64>,
    day: Option<u64>,
}

impl FromStr for Date {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is not YYYY, YYYY-MM or YYYY-MM-DD");
        let mut parts = text.split('-').map(|part| part.parse::<u64>().map_err(|_| wrong()));
        let year = parts.next().ok_or_else(wrong)??;
        let (month, day) = (parts.next().transpose()?, parts.next().transpose()?);
        let is_valid = (1000..=9999).contains(&year)
            && month.is_none_or(|m| (1..=12).contains(&m))
            && day.is_none_or(|d| (1..=31).contains(&d))
            && parts.next().is_none();
        if is_valid { Ok(Self { year, month, day }) } else { Err(wrong()) }
    }
}

impl Date {
    /// `YYYYMMDD` of its first day.
    fn first(self) -> u64 {
        self.year * 10_000 + self.month.unwrap_or(1) * 100 + self.day.unwrap_or(1)
    }

    /// `YYYYMMDD` not before its last day.
    fn last(self) -> u64 {
        self.year * 10_000 + self.month.unwrap_or(12) * 100 + self.day.unwrap_or(31)
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let query = arguments.query.as_deref().map(Query::parse).transpose()?;
    let searcher = Searcher::open(&arguments.index)?;
    let filters = Filters {
        from: arguments.from.map(Date::first),
        to: arguments.to.map(Date::last),
        posts: arguments.post.clone(),
        classifications: arguments.classification.clone(),
        precedences: arguments.precedence.clone(),
        bureaus: arguments.bureau.clone(),
        stamps: arguments.stamp.clone(),
        redacted: arguments.redacted,
        pages: arguments.pages,
        confusable: arguments.tolerant,
        latest_first: arguments.latest,
    };
    let wanted = (arguments.offset as usize, arguments.limit as usize);
    let found = searcher.search(query.as_ref(), &filters, wanted, arguments.facets)?;
    if arguments.json {
        say(&serde_json::to_string_pretty(&found)?);
    } else {
        print(&found, arguments.offset as usize);
    }
    Ok(Exit::Success)
}

fn print(found: &Found, offset: usize) {
    let is_terminal = std::io::stdout().is_terminal();
    let mut out = format!("{} found\n", found.total);
    for (i, hit) in found.hits.iter().enumerate() {
        let _ = write!(out, "\n{}. {}\n", offset + i + 1, printable(&heading(hit)));
        let _ = writeln!(out, "   {}", marked(hit, is_terminal));
        for (page, bbox) in places(hit) {
            let _ = writeln!(out, "   page {page}: {bbox}");
        }
    }
    for (field, counts) in found.facets.iter().filter(|(_, counts)| !counts.is_empty()) {
        let counts: Vec<String> =
            counts.iter().map(|c| format!("{} {}", printable(&c.value), c.count)).collect();
        let _ = write!(out, "\n{field}: {}", counts.join(", "));
    }
    // Marks of a terminal stand in it, so it does not go through `say`.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), format!("{}\n", out.trim_end()).as_bytes());
}

/// File, pages, and the fields that identify a telegram.
fn heading(hit: &Hit) -> String {
    let pages: Vec<String> = hit.document.pages.iter().map(|p| p.page.to_string()).collect();
    let scan = hit.document.pages.first().map(|p| p.scan.as_str()).unwrap_or_default();
    let word = if pages.len() == 1 { "page" } else { "pages" };
    let mut heading = format!("{scan}, {word} {}", pages.join(", "));
    let post = hit.document.post();
    let telegram = hit.document.telegram.as_ref();
    let number = telegram.and_then(|t| t.number).map(|n| format!("第{n}号"));
    let fields = [
        hit.document.date().map(str::to_owned),
        post,
        number,
        telegram.and_then(|t| t.classification.clone()),
        telegram.and_then(|t| t.subject.clone()),
    ];
    for field in fields.into_iter().flatten() {
        heading += &format!("  {field}");
    }
    heading
}

/// The snippet with its matches in bold, or in 【】 where the output is no terminal.
fn marked(hit: &Hit, is_terminal: bool) -> String {
    let (open, close) = if is_terminal { ("\u{1b}[1m", "\u{1b}[0m") } else { ("【", "】") };
    let mut out = String::new();
    for (i, c) in hit.snippet.chars().chain(std::iter::once(' ')).enumerate() {
        if hit.snippet_matches.iter().any(|m: &Match| m.end == i) {
            out += close;
        }
        if hit.snippet_matches.iter().any(|m| m.start == i) {
            out += open;
        }
        out += &printable(&c.to_string());
    }
    out.trim_end().to_owned()
}

/// Page number and box of each line of the matches, the first five.
fn places(hit: &Hit) -> Vec<(u32, String)> {
    let Some(boxes) = &hit.boxes else { return vec![] };
    let place = |line: &denshin::index::LineBoxes| {
        let bbox = line.boxes.iter().skip(1).fold(line.boxes[0], |all, b| all.union(b));
        let page = hit.document.pages[line.page].page;
        (
            page,
            format!(
                "{}/{} at {},{},{},{}",
                line.region, line.line, bbox.left, bbox.top, bbox.right, bbox.bottom
            ),
        )
    };
    boxes.iter().take(5).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_years_months_or_days() {
        let range = |text: &str| text.parse::<Date>().map(|d| (d.first(), d.last())).ok();
        assert_eq!(range("1990"), Some((19_900_101, 19_901_231)));
        assert_eq!(range("1990-06"), Some((19_900_601, 19_900_631)));
        assert_eq!(range("1990-06-12"), Some((19_900_612, 19_900_612)));
        for wrong in ["", "90", "1990-13", "1990-06-32", "1990-06-12-1", "1990/06"] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
    }
}
