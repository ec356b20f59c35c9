//! Compares two runs over the same pages: which pages are better or worse, and the significance of the difference.

use super::align::Errors;
use super::bootstrap::paired_p;
use super::page_figures::PageFigures;
use super::summary::{EVALUATION_FORMAT, Evaluation};
use serde::Serialize;
use std::collections::HashMap;

/// Comparison of a run with an older one.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Comparison {
    /// Reading rate of the page in order.
    pub reading: Difference,
    /// Rate of the body, subject to closing; null if either run has none.
    pub body: Option<Difference>,
    /// Pages that only the new run has.
    pub new: Vec<String>,
    /// Pages that only the older run has.
    pub gone: Vec<String>,
    /// Pages whose references have changed; they are not compared.
    pub changed: Vec<String>,
}

/// Difference of one rate on the pages that both runs have.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Difference {
    /// Number of compared pages.
    pub pages: u64,
    /// Number of reference characters.
    pub n: u64,
    /// Rate of the older run.
    pub old_cer: Option<f64>,
    /// Rate of the new run.
    pub new_cer: Option<f64>,
    /// Pages with fewer errors, largest gain first: name, old errors, new errors.
    pub better: Vec<(String, u64, u64)>,
    /// Pages with more errors, largest loss first.
    pub worse: Vec<(String, u64, u64)>,
    /// p-value of a paired, two-sided sign-flip permutation test over pages.
    pub p: f64,
}

/// Why a run cannot be compared with an older one.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The file is no evaluation.
    #[error("is no evaluation: {0} (write one with `denshin evaluate … --json`)")]
    Malformed(String),
    /// The older run shares no page with this run.
    #[error("has no page of this run with the same reference (were other references used then?)")]
    NothingInCommon,
}

/// Compares a run with the JSON of an older one.
///
/// # Errors
/// If the JSON is no evaluation, or has no page in common with the run.
pub fn compare_runs(older: &str, now: &Evaluation) -> Result<Comparison, BaselineError> {
    let malformed = |e: serde_json::Error| BaselineError::Malformed(e.to_string());
    let older: Evaluation = serde_json::from_str(older).map_err(malformed)?;
    if older.format != EVALUATION_FORMAT {
        return Err(BaselineError::Malformed(format!("its format is `{}`", older.format)));
    }
    let mut then: HashMap<&str, &PageFigures> = older.page.iter().map(|p| (p.name.as_str(), p)).collect();
    let (mut pairs, mut comparison) = (Vec::new(), Comparison::default());
    for page in &now.page {
        match then.remove(page.name.as_str()) {
            None => comparison.new.push(page.name.clone()),
            Some(old) if old.reading.n != page.reading.n => comparison.changed.push(page.name.clone()),
            Some(old) => pairs.push((old, page)),
        }
    }
    comparison.gone = then.into_keys().map(str::to_owned).collect();
    comparison.gone.sort();
    if pairs.is_empty() {
        return Err(BaselineError::NothingInCommon);
    }
    comparison.reading = difference(&pairs, |p| Some(p.reading)).unwrap_or_default();
    comparison.body = difference(&pairs, |p| p.body);
    Ok(comparison)
}

fn difference(
    pairs: &[(&PageFigures, &PageFigures)],
    of: fn(&PageFigures) -> Option<Errors>,
) -> Option<Difference> {
    let both = pairs.iter().filter_map(|(old, new)| Some((new.name.clone(), of(old)?, of(new)?)));
    let both: Vec<(String, Errors, Errors)> = both.collect();
    let (old, new): (Errors, Errors) = (both.iter().map(|p| p.1).sum(), both.iter().map(|p| p.2).sum());
    let changes: Vec<i64> = both.iter().map(|p| p.2.total() as i64 - p.1.total() as i64).collect();
    let pages = |sign: i64| {
        let moved = both.iter().zip(&changes).filter(|(_, change)| *change * sign > 0);
        let mut moved: Vec<_> = moved.map(|(p, _)| (p.0.clone(), p.1.total(), p.2.total())).collect();
        moved.sort_by_key(|p| std::cmp::Reverse(p.1.abs_diff(p.2)));
        moved
    };
    (!both.is_empty()).then(|| Difference {
        pages: both.len() as u64,
        n: new.n,
        old_cer: old.rate(),
        new_cer: new.rate(),
        better: pages(-1),
        worse: pages(1),
        p: paired_p(&changes),
    })
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::super::page_figures::measure;
    use super::super::summary::summarize;
    use super::*;

    fn run(texts: &[(&str, &str)]) -> Evaluation {
        let page = |(name, text): &(&str, &str)| {
            measure(name, &Document::of_text("第五五一七号"), &Document::of_text(text))
        };
        summarize(texts.iter().map(page).collect(), vec![], vec![])
    }

    #[test]
    fn pages_are_compared_by_name() {
        let old =
            serde_json::to_string(&run(&[("a", "第五五一七号"), ("b", "五五一七"), ("c", "")])).unwrap();
        let found =
            compare_runs(&old, &run(&[("a", "第五五一一号"), ("b", "第五五一七号"), ("d", "")])).unwrap();
        assert_eq!(found.reading.better, [("b".to_owned(), 2, 0)]);
        assert_eq!(found.reading.worse, [("a".to_owned(), 0, 1)]);
        assert_eq!((found.reading.pages, found.reading.n, found.reading.p), (2, 12, 1.0));
        assert_eq!((found.new, found.gone, found.body), (vec!["d".to_owned()], vec!["c".to_owned()], None));
    }

    #[test]
    fn what_is_no_evaluation_is_refused() {
        assert!(matches!(compare_runs("[]", &run(&[])), Err(BaselineError::Malformed(_))));
        let empty = serde_json::to_string(&run(&[])).unwrap();
        assert!(matches!(compare_runs(&empty, &run(&[("a", "")])), Err(BaselineError::NothingInCommon)));
    }
}
