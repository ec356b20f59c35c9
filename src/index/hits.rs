//! Where the words of a query stand in a document: stretches of its text, a snippet, and boxes on its scans.

use super::document::{Document, joined_again};
use super::schema::is_gap;
use super::{Query, collection};
use crate::geometry::BBox;
use crate::orthography::search::{FoldedChar, characters, confusable, words};
use crate::page::Page;
use serde::Serialize;

/// Characters of a snippet before and behind its first match.
const AROUND: usize = 30;
/// Longest snippet, in characters.
const LONGEST: usize = 120;

/// A stretch of a document's text that a query matches, in characters; half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Match {
    /// Index of the first character.
    pub start: usize,
    /// Index behind the last character.
    pub end: usize,
}

/// The part of a match that is printed on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineBoxes {
    /// Index among the pages of the document.
    pub page: usize,
    /// Id of the region in the page record.
    pub region: String,
    /// Index of the line in the region.
    pub line: usize,
    /// Boxes of the glyphs in reading order, in coordinates of the scan.
    pub boxes: Vec<BBox>,
}

/// A document that was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Relevance (BM25); comparable within one query.
    pub score: f32,
    /// The document.
    pub document: Document,
    /// Matches in its text, in their order.
    pub matches: Vec<Match>,
    /// Text around the first match, as printed; the beginning of the text where the query is about fields alone.
    pub snippet: String,
    /// The matches within the snippet.
    pub snippet_matches: Vec<Match>,
    /// Where the matches are printed; `None` where a page record is gone or has changed since it was indexed.
    pub boxes: Option<Vec<LineBoxes>>,
}

/// Which spellings count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tolerance {
    /// Whether characters that OCR confuses count as one.
    pub confusable: bool,
}

impl Hit {
    pub(super) fn new(document: Document, score: f32, query: &Query, tolerance: Tolerance) -> Self {
        let matches = matches(&document.text, query, tolerance);
        let (snippet, snippet_matches) = snippet(&document.text, &matches);
        let boxes = boxes(&document, &matches);
        Self { score, document, matches, snippet, snippet_matches, boxes }
    }
}

/// All stretches of a text that a part of the query matches; those that overlap are one.
pub(super) fn matches(text: &str, query: &Query, tolerance: Tolerance) -> Vec<Match> {
    let light = characters(text);
    let deep = words(text, &light);
    let loose = tolerance.confusable.then(|| confusable(text));
    let mut found: Vec<Match> = Vec::new();
    for term in query.shown() {
        let term_light = characters(term);
        find(&light, &term_light, &mut found);
        find(&deep, &words(term, &term_light), &mut found);
        if let Some(loose) = &loose {
            find(loose, &confusable(term), &mut found);
        }
    }
    found.sort_unstable();
    let mut merged: Vec<Match> = Vec::new();
    for one in found {
        match merged.last_mut().filter(|last| one.start < last.end) {
            Some(last) => last.end = last.end.max(one.end),
            None => merged.push(one),
        }
    }
    merged
}

/// The places of the parts of a folded term (a gap divides it) in a folded text.
fn find(text: &[FoldedChar], term: &[FoldedChar], found: &mut Vec<Match>) {
    for part in term.split(|c| is_gap(c.value)).filter(|part| !part.is_empty()) {
        for window in text.windows(part.len()) {
            if window.iter().zip(part).all(|(a, b)| a.value == b.value) {
                let end = window[window.len() - 1].end;
                found.push(Match { start: window[0].start, end });
            }
        }
    }
}

/// Text around the first matches, on one line, and the matches in it.
fn snippet(text: &str, matches: &[Match]) -> (String, Vec<Match>) {
    let all: Vec<char> = text.chars().collect();
    let start = matches.first().map_or(0, |m| m.start.saturating_sub(AROUND));
    // As many matches as fit.
    let last = matches.iter().take_while(|m| m.end - start <= LONGEST - AROUND).last();
    let end = last.map_or(start + 2 * AROUND, |m| m.end + AROUND).max(start + 2 * AROUND).min(all.len());
    let snippet = all[start..end].iter().map(|&c| if c == '\n' { ' ' } else { c }).collect();
    let within = matches.iter().filter(|m| m.start >= start && m.end <= end);
    (snippet, within.map(|m| Match { start: m.start - start, end: m.end - start }).collect())
}

/// The boxes of matches, from the page records.
fn boxes(document: &Document, matches: &[Match]) -> Option<Vec<LineBoxes>> {
    if matches.is_empty() {
        return Some(Vec::new());
    }
    let page = |location: &super::PageLocation| collection::page(&location.record).ok().flatten();
    let pages: Vec<Page> = document.pages.iter().map(page).collect::<Option<_>>()?;
    let joined = joined_again(&pages);
    if joined.text != document.text {
        return None;
    }
    let borrowed: Vec<&Page> = pages.iter().collect();
    let lines = matches.iter().flat_map(|m| joined.boxes(&borrowed, m.start, m.end));
    let named = lines.map(|(at, boxes)| LineBoxes {
        page: at.page,
        region: pages[at.page].regions[at.region].id.clone(),
        line: at.line,
        boxes,
    });
    Some(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, query: &str) -> Vec<String> {
        let query = Query::parse(query).unwrap();
        let stretch = |m: &Match| text.chars().skip(m.start).take(m.end - m.start).collect();
        matches(text, &query, Tolerance { confusable: false }).iter().map(stretch).collect()
    }

    #[test]
    fn matches_are_the_printed_spelling() {
        assert_eq!(found("エリツイン大統領は、第五五一七号", "エリツィン 5517"), ["エリツイン", "五五一七"]);
        assert_eq!(found("昭和四十六年", "1971年"), ["昭和四十六年"]);
        assert_eq!(found("領土■問題\n解決", "土問 題解"), [] as [&str; 0]);
        assert_eq!(found("領土問題領土", "領土 土問"), ["領土問", "領土"]);
        assert_eq!(found("漁業交渉", "交渉 -漁業"), ["交渉"]);
    }

    #[test]
    fn a_snippet_holds_its_matches() {
        let text = format!("{}領土\n問題{}", "あ".repeat(100), "い".repeat(100));
        let (snippet, within) = snippet(&text, &[Match { start: 100, end: 102 }]);
        assert_eq!(snippet.chars().count(), 62);
        let shown: String = snippet.chars().skip(within[0].start).take(2).collect();
        assert_eq!((shown.as_str(), snippet.contains('\n')), ("領土", false));
    }
}
