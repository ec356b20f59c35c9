//! The list as it is asked for: filtered, in order, a piece at a time. 10,000 pages are gone through for every question:
//! 2 ms, less than keeping their orders would be worth.

use super::index::{Entry, Index, folded};
use serde::{Deserialize, Serialize};

/// Most rows in one answer.
const MOST_ROWS: usize = 200;

/// Which pages, in which order, from where on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Question {
    /// Which pages.
    pub show: Show,
    /// In which order.
    pub sort: Sort,
    /// Words in name, number or subject.
    pub find: String,
    /// The first row wanted.
    pub offset: usize,
    /// How many rows.
    pub limit: usize,
}

/// A filter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Show {
    /// Every page.
    #[default]
    All,
    /// Not yet said to be right.
    Open,
    /// Many characters doubtful, or a line unsure.
    Low,
    /// With warnings.
    Warnings,
    /// Mended by somebody.
    Changed,
    /// Said to be right.
    Done,
}

/// An order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// The largest share of doubtful characters first.
    Doubt,
    /// The most warnings first.
    Warnings,
    /// The latest saved first.
    Latest,
}

/// How many pages each filter leaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    all: usize,
    open: usize,
    low: usize,
    warnings: usize,
    changed: usize,
    done: usize,
}

/// A piece of the list.
#[derive(Debug, Serialize)]
pub struct Listing<'a> {
    /// By filter, before words are looked for.
    pub counts: Counts,
    /// How many pages answer the question.
    pub matching: usize,
    /// Whether the folder is still being read.
    pub growing: bool,
    /// Records that could not be read, with the reason.
    pub unreadable: &'a [(String, String)],
    /// The rows asked for.
    pub pages: Vec<&'a Entry>,
}

/// The pages before and behind one.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Neighbours {
    /// Id of the one before.
    pub previous: Option<String>,
    /// Id of the next.
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

    /// Puts entries that are in the order of their names into the one wanted; equals stay by name.
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

/// Answers a question.
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

/// Which pages stand before and behind one in the answer to a question, also where the page itself, marked done since,
/// no longer belongs to it.
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
