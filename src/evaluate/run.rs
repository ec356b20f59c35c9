//! Pairs of files into figures, several pages at once; a file that fails is told, the others go on.

use super::page_figures::{PageFigures, measure};
use super::pair::{Pair, Pairing};
use super::read::read;
use super::summary::{Evaluation, summarize};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Measures all pairs with so many threads. A page whose reference cannot be read is left out, one whose result cannot
/// be read counts as read empty; both are told in [`Evaluation::failed`].
///
/// Figures do not depend on the number of threads. In memory are the pages in work, and the figures of the others.
#[must_use]
pub fn evaluate(pairing: &Pairing, threads: usize) -> Evaluation {
    let pairs = &pairing.pairs;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, pair)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, pairs.get(at)?)))
        {
            done.push((at, measure_pair(pair)));
        }
        done
    };
    let mut all: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.clamp(1, 64)).map(|_| scope.spawn(work)).collect();
        // A panic on a thread goes on here: it is a fault of the program, and no figure may hide it.
        threads.into_iter().flat_map(|t| t.join().unwrap_or_else(|e| std::panic::resume_unwind(e))).collect()
    });
    all.sort_by_key(|(at, _)| *at);
    let (mut pages, mut failed) = (Vec::new(), Vec::new());
    for (_, outcome) in all {
        pages.extend(outcome.page);
        failed.extend(outcome.failed);
    }
    summarize(pages, pairing.extra.clone(), failed)
}

struct Outcome {
    page: Option<PageFigures>,
    failed: Vec<String>,
}

fn measure_pair(pair: &Pair) -> Outcome {
    let mut failed = Vec::new();
    let reference = match read(&pair.reference) {
        Ok(reference) => reference,
        Err(error) => {
            failed.push(format!("{}: {error}", pair.reference.display()));
            return Outcome { page: None, failed };
        }
    };
    let hypothesis = pair.hypothesis.as_ref().and_then(|path| {
        read(path).map_err(|error| failed.push(format!("{}: {error}", path.display()))).ok()
    });
    let missing = hypothesis.is_none();
    let page = measure(&pair.name, &reference, &hypothesis.unwrap_or_default());
    Outcome { page: Some(PageFigures { missing, ..page }), failed }
}
