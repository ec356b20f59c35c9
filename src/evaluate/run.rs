//! Measures pairs of files on several threads. A file that fails is reported, and the others continue.

use super::document::Document;
use super::page_figures::{PageFigures, measure};
use super::pair::{Pair, Pairing};
use super::read::{Reading, read, read_as};
use super::summary::{Evaluation, summarize};
use crate::reviewed::Text;
use rayon::prelude::*;
use std::path::Path;

/// Measures all pairs with the given number of threads. A page whose reference cannot be read is left out. A page whose
/// result cannot be read counts as empty. [`Evaluation::failed`] lists both.
///
/// The figures do not depend on the number of threads. Only pages in progress and the figures are in memory.
#[must_use]
pub fn evaluate(pairing: &Pairing, threads: usize) -> Evaluation {
    let of_pair = |pair: &Pair| measure_pair(pair, pairing.text);
    let measure_all = || pairing.pairs.par_iter().map(of_pair).collect::<Vec<Outcome>>();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.clamp(1, 64)).build();
    // If no threads can be started, this thread measures all pages.
    let all =
        pool.map_or_else(|_| pairing.pairs.iter().map(of_pair).collect(), |pool| pool.install(measure_all));
    let (mut pages, mut failed) = (Vec::new(), Vec::new());
    for outcome in all {
        pages.extend(outcome.page);
        failed.extend(outcome.failed);
    }
    summarize(pages, pairing.extra.clone(), failed)
}

struct Outcome {
    page: Option<PageFigures>,
    failed: Vec<String>,
}

fn measure_pair(pair: &Pair, text: Text) -> Outcome {
    let mut failed = Vec::new();
    let reference = match read(&pair.reference) {
        Ok(reference) => reference,
        Err(error) => {
            failed.push(format!("{}: {error}", pair.reference.display()));
            return Outcome { page: None, failed };
        }
    };
    let mut fail = |path: &Path, why: String| failed.push(format!("{}: {why}", path.display()));
    let hypothesis = pair.hypothesis.as_ref().and_then(|path| {
        let Reading { document, is_reviewed, outdated } =
            read_as(path, text).map_err(|error| fail(path, error.to_string())).ok()?;
        outdated.iter().for_each(|review| fail(path, review.to_string()));
        Some((document, is_reviewed))
    });
    let missing = hypothesis.is_none();
    let notes = notes(&reference, hypothesis.as_ref().map(|(document, _)| document));
    let (hypothesis, reviewed) = hypothesis.unwrap_or_default();
    let page = measure(&pair.name, &reference, &hypothesis);
    Outcome { page: Some(PageFigures { missing, reviewed, notes, ..page }), failed }
}

/// The notes of both files, and a note if exactly one of them has no text: it may be the wrong file.
fn notes(reference: &Document, result: Option<&Document>) -> Vec<String> {
    let is_blank = |document: Option<&Document>| document.is_some_and(Document::is_blank);
    let one_alone = is_blank(Some(reference)) != is_blank(result);
    let sides = [("reference", Some(reference)), ("result", result)];
    let of = |(side, document): (&str, Option<&Document>)| {
        let blank =
            (one_alone && is_blank(document)).then_some("no text anywhere in the file; it counts as empty");
        let told = document.map_or(&[][..], |d| &d.notes).iter().map(String::as_str);
        told.chain(blank).map(|note| format!("{side}: {note}")).collect::<Vec<_>>()
    };
    sides.into_iter().flat_map(of).collect()
}
