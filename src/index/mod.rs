//! Search in a collection of page records.
//!
//! [`build()`] writes an index of the records in folders of results, page by page and telegram by telegram; [`Searcher`]
//! answers queries with snippets and the boxes of every match on the scans. Text is joined across printed lines and pages
//! ([`text`]), folded for search ([`crate::orthography::search`]) and indexed by pairs of characters, so that a search
//! finds what a search for substrings would find. tantivy keeps the index: a killed run leaves the last commit, and readers
//! see the index as it was when they opened it while a writer goes on.

mod build;
mod collection;
mod document;
mod feed;
mod hits;
mod query;
mod schema;
mod search;
pub mod text;

pub use build::{BuildError, BuildOptions, Built, Skipped, build};
pub use document::{Document, PageLocation, Unit};
pub use feed::{Fed, FeedError, FeedFormat, feed};
pub use hits::{Hit, LineBoxes, Match};
pub use query::{Clause, Query, QueryError};
pub use search::{FacetCount, Filters, Found, SearchError, Searcher};
