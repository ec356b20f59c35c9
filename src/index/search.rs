//! Answers queries.

use super::build::{BuildError, open};
use super::document::Document;
use super::hits::{Hit, Tolerance};
use super::query::{Clause, Query};
use super::schema::{Fields, is_gap};
use crate::orthography::Folding;
use crate::orthography::search::{FoldedChar, characters, confusable, words};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use tantivy::aggregation::AggregationCollector;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhraseQuery, Query as IndexQuery,
    RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Term, Value};
use tantivy::{DocAddress, IndexReader, Order, TantivyDocument, TantivyError};

/// Fields by which results are counted.
const FACETS: [&str; 8] =
    ["year", "post", "classification", "precedence", "bureau", "kind", "stamps", "redacted"];
/// Most values of a field that are counted.
const MOST_VALUES: u32 = 50;
/// Weight of a match in which confusable characters count as one.
const CONFUSABLE_WEIGHT: f32 = 0.3;

/// Conditions on the fields of a telegram. Several values of one field are alternatives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// First day, `YYYYMMDD`.
    pub from: Option<u64>,
    /// Last day, `YYYYMMDD`.
    pub to: Option<u64>,
    /// Posts abroad; old forms of kanji count as new ones.
    pub posts: Vec<String>,
    /// 極秘, 秘 …
    pub classifications: Vec<String>,
    /// 大至急 …
    pub precedences: Vec<String>,
    /// 北米局長 …
    pub bureaus: Vec<String>,
    /// Texts of stamps.
    pub stamps: Vec<String>,
    /// Whether something is redacted.
    pub redacted: Option<bool>,
    /// Single pages, where telegrams of several pages are found otherwise.
    pub pages: bool,
    /// Whether characters that OCR confuses count as one.
    pub confusable: bool,
    /// The latest first, where the most relevant come first otherwise.
    pub latest_first: bool,
}

/// A value of a field, and how many documents have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// Number of documents.
    pub count: u64,
}

/// The answer to a query.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// Number of documents.
    pub total: usize,
    /// Those that were asked for.
    pub hits: Vec<Hit>,
    /// Counts by field and value, the most frequent first.
    pub facets: BTreeMap<String, Vec<FacetCount>>,
}

/// Why a search fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// The index cannot be opened.
    #[error(transparent)]
    Open(#[from] BuildError),
    /// The index cannot be read.
    #[error("{}: the index cannot be read: {cause}", path.display())]
    Read {
        /// The folder.
        path: PathBuf,
        /// The cause.
        cause: TantivyError,
    },
}

/// An open index. Searches see the last commit at the time of the search.
pub struct Searcher {
    folder: PathBuf,
    fields: Fields,
    reader: IndexReader,
}

impl Searcher {
    /// Opens the index in a folder.
    ///
    /// # Errors
    /// Where there is none, or it is of another version of denshin.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let (index, fields) = open(folder, false)?;
        let reader = index.reader().map_err(|cause| SearchError::Read { path: folder.to_owned(), cause })?;
        Ok(Self { folder: folder.to_owned(), fields, reader })
    }

    /// Number of documents in the index.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.reader.searcher().num_docs()
    }

    /// Answers a query; without one, everything that passes the filters is found. `first` hits are passed over and at most
    /// `most` returned. Facets are counted where `facets` says so.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn search(
        &self,
        query: Option<&Query>,
        filters: &Filters,
        (first, most): (usize, usize),
        facets: bool,
    ) -> Result<Found, SearchError> {
        let failed = |cause| SearchError::Read { path: self.folder.clone(), cause };
        let searcher = self.reader.searcher();
        let wanted = self.wanted(query, filters);
        let top = TopDocs::with_limit(most.max(1)).and_offset(first);
        let (total, addresses): (usize, Vec<(f32, DocAddress)>) = if filters.latest_first {
            let by_date = top.order_by_fast_field::<u64>("date", Order::Desc);
            let (total, found) = searcher.search(&wanted, &(Count, by_date)).map_err(failed)?;
            (total, found.into_iter().map(|(_, address)| (0.0, address)).collect())
        } else {
            searcher.search(&wanted, &(Count, top.order_by_score())).map_err(failed)?
        };
        let nothing = Query(Clause::All(Vec::new()));
        let query = query.unwrap_or(&nothing);
        let tolerance = Tolerance { confusable: filters.confusable };
        let mut hits = Vec::new();
        for (score, address) in addresses.into_iter().take(most) {
            let stored: TantivyDocument = searcher.doc(address).map_err(failed)?;
            let json = stored.get_first(self.fields.document).and_then(|v| v.as_str()).unwrap_or_default();
            let document: Document = serde_json::from_str(json)
                .map_err(|error| failed(TantivyError::InternalError(error.to_string())))?;
            hits.push(Hit::new(document, score, query, tolerance));
        }
        let facets = if facets { self.facets(&wanted).map_err(failed)? } else { BTreeMap::new() };
        Ok(Found { total, hits, facets })
    }

    /// Counts values of fields.
    fn facets(&self, wanted: &dyn IndexQuery) -> Result<BTreeMap<String, Vec<FacetCount>>, TantivyError> {
        let terms =
            |name: &&str| ((*name).to_owned(), json!({ "terms": { "field": name, "size": MOST_VALUES } }));
        let request: serde_json::Map<String, serde_json::Value> = FACETS.iter().map(terms).collect();
        let request: Aggregations = serde_json::from_value(request.into())?;
        let collector = AggregationCollector::from_aggs(request, Default::default());
        let result = self.reader.searcher().search(wanted, &collector)?;
        let result = serde_json::to_value(result)?;
        let counts = |name: &str| {
            let buckets = result[name]["buckets"].as_array().cloned().unwrap_or_default();
            let count = |bucket: &serde_json::Value| {
                let value = match &bucket["key"] {
                    serde_json::Value::String(text) => text.clone(),
                    number => format!("{}", number.as_f64().unwrap_or_default()),
                };
                FacetCount { value, count: bucket["doc_count"].as_u64().unwrap_or_default() }
            };
            buckets.iter().map(count).collect()
        };
        Ok(FACETS.iter().map(|name| ((*name).to_owned(), counts(name))).collect())
    }

    /// The query of the index: what is searched for, and the conditions.
    fn wanted(&self, query: Option<&Query>, filters: &Filters) -> BooleanQuery {
        let fields = &self.fields;
        let mut all: Vec<(Occur, Box<dyn IndexQuery>)> = Vec::new();
        if let Some(Query(clause)) = query {
            all.push((Occur::Must, self.clause(clause, filters.confusable)));
        }
        let mut must = |query: Box<dyn IndexQuery>| {
            all.push((Occur::Must, Box::new(ConstScoreQuery::new(query, 0.0))));
        };
        must(term(Term::from_field_text(fields.unit, if filters.pages { "page" } else { "whole" })));
        if filters.from.is_some() || filters.to.is_some() {
            let bound = |day: Option<u64>| {
                day.map_or(Bound::Unbounded, |day| Bound::Included(Term::from_field_u64(fields.date, day)))
            };
            must(Box::new(RangeQuery::new(bound(filters.from), bound(filters.to))));
        }
        let plain = |text: &String| Folding { width: true, kana_size: false, old_forms: true }.fold(text);
        let posts: Vec<String> = filters.posts.iter().map(plain).collect();
        for (field, values) in [
            (fields.post, &posts),
            (fields.classification, &filters.classifications),
            (fields.precedence, &filters.precedences),
            (fields.bureau, &filters.bureaus),
            (fields.stamps, &filters.stamps),
        ] {
            if !values.is_empty() {
                let values = values.iter().map(|v| (Occur::Should, term(Term::from_field_text(field, v))));
                must(Box::new(BooleanQuery::new(values.collect())));
            }
        }
        if let Some(redacted) = filters.redacted {
            must(term(Term::from_field_u64(fields.redacted, redacted.into())));
        }
        BooleanQuery::new(all)
    }

    fn clause(&self, clause: &Clause, tolerant: bool) -> Box<dyn IndexQuery> {
        let fields = &self.fields;
        match clause {
            Clause::Text(text) => self.text(text, tolerant),
            Clause::Subject(text) => phrases(fields.subject, None, &words(text, &characters(text))),
            Clause::From(text) => phrases(fields.from, None, &words(text, &characters(text))),
            Clause::To(text) => phrases(fields.to, None, &words(text, &characters(text))),
            Clause::Number(number) => term(Term::from_field_u64(fields.number, *number)),
            Clause::All(clauses) if clauses.iter().all(|c| matches!(c, Clause::Not(_))) => {
                // Nothing but exclusions: of everything.
                let all = (Occur::Must, Box::new(AllQuery) as Box<dyn IndexQuery>);
                let rest = clauses.iter().map(|clause| self.member(clause, tolerant));
                Box::new(BooleanQuery::new(std::iter::once(all).chain(rest).collect()))
            }
            Clause::All(clauses) => {
                let clauses = clauses.iter().map(|clause| self.member(clause, tolerant));
                Box::new(BooleanQuery::new(clauses.collect()))
            }
            Clause::Any(clauses) => {
                let clauses = clauses.iter().map(|clause| (Occur::Should, self.clause(clause, tolerant)));
                Box::new(BooleanQuery::new(clauses.collect()))
            }
            Clause::Not(_) => self.clause(&Clause::All(vec![clause.clone()]), tolerant),
        }
    }

    /// A clause of several that must all hold.
    fn member(&self, clause: &Clause, tolerant: bool) -> (Occur, Box<dyn IndexQuery>) {
        match clause {
            Clause::Not(excluded) => (Occur::MustNot, self.clause(excluded, tolerant)),
            other => (Occur::Must, self.clause(other, tolerant)),
        }
    }

    /// A text at both depths of folding, and with confusable characters where they count as one.
    fn text(&self, text: &str, tolerant: bool) -> Box<dyn IndexQuery> {
        let fields = &self.fields;
        let light = characters(text);
        let mut ways: Vec<(Occur, Box<dyn IndexQuery>)> = vec![
            (Occur::Should, phrases(fields.characters, Some(fields.single), &light)),
            (Occur::Should, phrases(fields.words, None, &words(text, &light))),
        ];
        if tolerant {
            let loose = phrases(fields.confusable, None, &confusable(text));
            ways.push((Occur::Should, Box::new(BoostQuery::new(loose, CONFUSABLE_WEIGHT))));
        }
        Box::new(BooleanQuery::new(ways))
    }
}

fn term(term: Term) -> Box<dyn IndexQuery> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// A folded text as phrases of pairs; a gap divides it into phrases that must all be found. A single character is looked
/// for in `single`; where there is no such field, it finds nothing.
fn phrases(field: Field, single: Option<Field>, folded: &[FoldedChar]) -> Box<dyn IndexQuery> {
    let phrase = |part: &[FoldedChar]| -> Box<dyn IndexQuery> {
        let pair = |i: usize| {
            let text: String = part[i..i + 2].iter().map(|c| c.value).collect();
            Term::from_field_text(field, &text)
        };
        match (part.len(), single) {
            (1, Some(single)) => term(Term::from_field_text(single, &part[0].value.to_string())),
            (1, None) => Box::new(EmptyQuery),
            (2, _) => Box::new(TermQuery::new(pair(0), IndexRecordOption::WithFreqs)),
            // Every second pair and the last hold all characters.
            (length, _) => {
                let mut starts: Vec<usize> = (0..length - 1).step_by(2).collect();
                if length % 2 == 1 {
                    starts.push(length - 2);
                }
                Box::new(PhraseQuery::new_with_offset(starts.into_iter().map(|i| (i, pair(i))).collect()))
            }
        }
    };
    let parts: Vec<&[FoldedChar]> =
        folded.split(|c| is_gap(c.value)).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => Box::new(EmptyQuery),
        [only] => phrase(only),
        several => {
            let all = several.iter().map(|part| (Occur::Must, phrase(part)));
            Box::new(BooleanQuery::new(all.collect()))
        }
    }
}
