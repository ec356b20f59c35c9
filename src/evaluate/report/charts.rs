//! The charts of the report: a histogram of error rates and a reliability diagram.

use crate::evaluate::calibration::Calibration;
use crate::evaluate::page_figures::PageFigures;
use maud::{Markup, html};

/// Upper bounds of the histogram's bars, with labels in errors per hundred characters.
const BOUNDS: [(f64, &str); 9] = [
    (0.0, "0"),
    (0.005, "≤ 0.5"),
    (0.01, "≤ 1"),
    (0.02, "≤ 2"),
    (0.05, "≤ 5"),
    (0.1, "≤ 10"),
    (0.2, "≤ 20"),
    (0.5, "≤ 50"),
    (f64::INFINITY, "> 50"),
];
/// Width of a bar with its gap, and height of the tallest bar, px.
const BAR: (f64, f64) = (62.0, 140.0);

/// Histogram of pages by error rate.
pub(super) fn histogram(pages: &[PageFigures]) -> Markup {
    let mut counts = [0usize; BOUNDS.len()];
    for rate in pages.iter().filter_map(|p| p.reading.rate()) {
        let at = BOUNDS.iter().position(|b| rate <= b.0).unwrap_or(BOUNDS.len() - 1);
        counts[at] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let height = |count: usize| BAR.1 * count as f64 / most;
    html! {
        svg.chart viewBox={ "0 0 " (BAR.0 * BOUNDS.len() as f64) " 196" } role="img" aria-label="Pages by character error rate" {
            @for (at, count) in counts.iter().enumerate() {
                @let left = at as f64 * BAR.0;
                rect class={ "bar b" (at) } x=(left + 6.0) y=(18.0 + BAR.1 - height(*count)) width=(BAR.0 - 12.0) height=(height(*count)) {}
                text x=(left + BAR.0 / 2.0) y=(12.0 + BAR.1 - height(*count)) { @if *count > 0 { (count) } }
                text x=(left + BAR.0 / 2.0) y="176" { (BOUNDS[at].1) }
            }
            line x1="0" x2=(BAR.0 * BOUNDS.len() as f64) y1="158.5" y2="158.5" {}
            text.axis x=(BAR.0 * BOUNDS.len() as f64 / 2.0) y="193" { "errors a hundred characters" }
        }
    }
}

/// Accuracy by confidence; calibrated confidences lie on the diagonal.
pub(super) fn reliability(calibration: &Calibration) -> Markup {
    const SIDE: f64 = 150.0;
    let most = calibration.bins.iter().map(|b| b.n).max().unwrap_or(1) as f64;
    // Logarithmic, because nearly all characters are in the last bin.
    let radius = |n: u64| 2.0 + 6.0 * (n as f64).ln_1p() / most.ln_1p();
    html! {
        svg.chart.square viewBox="0 0 200 196" role="img" aria-label="Share of right characters by confidence" {
            rect.frame x="36" y="8" width=(SIDE) height=(SIDE) {}
            line x1="36" y1=(8.0 + SIDE) x2=(36.0 + SIDE) y2="8" {}
            @for bin in &calibration.bins {
                @let right = 1.0 - bin.errors as f64 / bin.n as f64;
                circle cx=(36.0 + SIDE * bin.mean_confidence) cy=(8.0 + SIDE * (1.0 - right)) r=(radius(bin.n)) {
                    title { "confidence " (format!("{:.3}", bin.mean_confidence)) ", right " (format!("{right:.3}")) ", n = " (bin.n) }
                }
            }
            text x="36" y="172" { "0" } text x=(36.0 + SIDE) y="172" { "1" }
            text x="26" y=(12.0 + SIDE) { "0" } text x="26" y="14" { "1" }
            text.axis x=(36.0 + SIDE / 2.0) y="190" { "confidence" }
            text.axis transform="translate(14 83) rotate(-90)" { "right" }
        }
    }
}
