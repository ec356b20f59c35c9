//! A self-contained HTML report that an archive can file with its acceptance of a batch.
//!
//! It has the summary, the histogram, and the pages with the worst first. The worst pages show the scan with its marks,
//! and every differing line beside its image. Images are embedded, there is no script, and nothing is loaded from
//! elsewhere. Shown pages are read again from disk, so that a thousand pages need not be in memory. The templates use
//! maud, which escapes all text.

mod charts;
mod lines;
mod page_view;
mod scans;
mod tables;

use super::baseline::Comparison;
use super::page_figures::PageFigures;
use super::pair::{Pair, Pairing};
use super::read::{read, read_as};
use super::summary::Evaluation;
use crate::reviewed::Text;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::collections::HashMap;
use std::path::Path;

const STYLE: &str = include_str!("style.css");

/// A report and its problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Content of the file.
    pub html: String,
    /// Scans that were not found or cannot be read.
    pub notes: Vec<String>,
}

struct Shown<'a> {
    figures: &'a PageFigures,
    pair: &'a Pair,
}

/// Makes the report of a run, with scan and lines of the `pages` worst pages. Scans are searched in the folder `scans`,
/// beside the references and results, and at the paths that the files name.
#[must_use]
pub fn report(
    run: &Evaluation,
    comparison: Option<&Comparison>,
    pairing: &Pairing,
    scans: Option<&Path>,
    pages: usize,
) -> Report {
    let pairs: HashMap<&str, &Pair> = pairing.pairs.iter().map(|p| (p.name.as_str(), p)).collect();
    let mut worst: Vec<Shown> = run
        .page
        .iter()
        .filter_map(|figures| Some(Shown { figures, pair: pairs.get(figures.name.as_str())? }))
        .collect();
    let rate = |s: &Shown| s.figures.reading.rate().unwrap_or(0.0);
    worst.sort_by(|a, b| rate(b).total_cmp(&rate(a)).then_with(|| a.figures.name.cmp(&b.figures.name)));
    let mut notes = Vec::new();
    let shown: Vec<Markup> = worst
        .iter()
        .take(pages)
        .enumerate()
        .map(|(at, s)| page(s, at + 1, (scans, pairing.text), &mut notes))
        .collect();
    let html = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'";
                title { "denshin: evaluation of " (run.pages) " pages" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (tables::head(run, comparison))
                (tables::all_pages(&worst, shown.len()))
                @for page in shown { (page) }
                footer { "Written by denshin " (env!("CARGO_PKG_VERSION")) ". Characters are grapheme clusters, rates are pooled; intervals are 95 %, by drawing pages anew." }
            }
        }
    };
    Report { html: html.into_string(), notes }
}

fn page(shown: &Shown, rank: usize, (scans, text): (Option<&Path>, Text), notes: &mut Vec<String>) -> Markup {
    // Both files were readable before; if one is gone since, the page is shown without lines.
    let reference = read(&shown.pair.reference).unwrap_or_default();
    let read_again = shown.pair.hypothesis.as_ref().and_then(|path| read_as(path, text).ok());
    let hypothesis = read_again.map(|r| r.document).unwrap_or_default();
    let scan = match scans::find(shown.pair, (&reference, &hypothesis), scans) {
        Ok(Some(scan)) => Some(scan),
        Ok(None) => {
            notes.push(format!(
                "{}: no scan found for the report (name its folder with --scans)",
                shown.pair.name
            ));
            None
        }
        Err(error) => {
            notes.push(error);
            None
        }
    };
    page_view::page(shown.figures, rank, (&reference, &hypothesis), scan.as_ref())
}

fn percent(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |r| format!("{:.2}\u{a0}%", 100.0 * r))
}
