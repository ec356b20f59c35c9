//! Filters, sorts and pages the list. Every query goes through all pages: 2 ms for 10,000 pages, too little to keep
//! sorted copies.

use super::index::{Entry, Index, folded};
use serde::{Deserialize, Serialize};

/// Most rows in one response.
const MOST_ROWS: usize = 200;

/// A query for rows of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// Filter.
    pub show: Show,
    /// Order.
    pub sort: Sort,
    /// Search words, matched against name, number and subject.
    pub find: String,
    /// Index of the first row to return.
    pub offset: usize,
    /// Number of rows to return.
    pub limit: usize,
}

/// A filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Show {
    /// Every page.
    #[default]
    All,
    /// Pages not marked done.
    Open,
    /// Pages with many doubtful characters or a line of low confidence.
    Low,
    /// Pages with warnings.
    Warnings,
    /// Pages that differ from the machine's reading.
    Changed,
    /// Pages marked done.
    Done,
}

/// An order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// Largest share of doubtful characters first.
    Doubt,
    /// Most warnings first.
    Warnings,
    /// Latest save first.
    Latest,
}

/// Number of pages that pass each filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    all: usize,
    open: usize,
    low: usize,
    warnings: usize,
    changed: usize,
    done: usize,
}

/// A response: part of the list.
#[derive(Debug, Serialize)]
pub struct Listing<'a> {
    /// Counts by filter, without regard to the search words.
    pub counts: Counts,
    /// Number of pages that match the query.
    pub matching: usize,
    /// Whether the folder is still being read.
    pub growing: bool,
    /// Records that cannot be read: name and reason.
    pub unreadable: &'a [(String, String)],
    /// The requested rows.
    pub pages: Vec<&'a Entry>,
}

/// The pages before and after a page in the list.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Neighbours {
    /// Id of the previous page.
    pub previous: Option<String>,
    /// Id of the next page.
    pub next: Option<String>,
}

impl Show {
    fn admits(self, entry: &Entry) -> bool {
        match self {
            Self::All => true,
            Self::Open => !entry.review.done,
            Self::Low => entry.signals.low_confidence(),
            Self::Warnings => entry.signals.warnings > 0,
            Self::Changed => entry.review.changes > 0,
            Self::Done => entry.review.done,
        }
    }
}

impl Question {
    fn admits(&self, entry: &Entry, words: &str) -> bool {
        self.show.admits(entry) && (words.is_empty() || entry.matches(words))
    }

    /// Sorts entries, which are in order of their names, into the requested order. The sort is stable.
    fn order(&self, entries: &mut [&Entry]) {
        let share = |e: &Entry| e.signals.doubtful as f32 / e.signals.characters.max(1) as f32;
        match self.sort {
            Sort::Name => {}
            Sort::Doubt => entries.sort_by(|a, b| share(b).total_cmp(&share(a))),
            Sort::Warnings => entries.sort_by_key(|e| std::cmp::Reverse(e.signals.warnings)),
            Sort::Latest => entries.sort_by(|a, b| b.review.at.cmp(&a.review.at)),
        }
    }
}

/// Answers a query.
#[must_use]
pub fn list<'a>(index: &'a Index, question: &Question) -> Listing<'a> {
    let words = folded(&question.find);
    let mut found: Vec<&Entry> = index.entries().iter().filter(|e| question.admits(e, &words)).collect();
    question.order(&mut found);
    let count = |show: Show| index.entries().iter().filter(|e| show.admits(e)).count();
    Listing {
        counts: Counts {
            all: index.entries().len(),
            open: count(Show::Open),
            low: count(Show::Low),
            warnings: count(Show::Warnings),
            changed: count(Show::Changed),
            done: count(Show::Done),
        },
        matching: found.len(),
        growing: index.growing,
        unreadable: &index.unreadable,
        pages: found.into_iter().skip(question.offset).take(question.limit.min(MOST_ROWS)).collect(),
    }
}

/// Returns the pages before and after a page in the result of a query. The page itself need not match the query: it may
/// have been marked done since.
#[must_use]
pub fn neighbours(index: &Index, id: &str, question: &Question) -> Neighbours {
    let words = folded(&question.find);
    let mut all: Vec<&Entry> = index.entries().iter().collect();
    question.order(&mut all);
    let Some(here) = all.iter().position(|e| e.id == id) else { return Neighbours::default() };
    let first = |mut entries: Box<dyn Iterator<Item = &&Entry> + '_>| {
        entries.find(|e| question.admits(e, &words)).map(|e| e.id.clone())
    };
    Neighbours {
        previous: first(Box::new(all[..here].iter().rev())),
        next: first(Box::new(all[here + 1..].iter())),
    }
}
