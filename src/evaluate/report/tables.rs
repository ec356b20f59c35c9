//! The head of the report: the figures of the run and the list of pages.

use super::charts::{histogram, reliability};
use super::{Shown, percent};
use crate::evaluate::baseline::{Comparison, Difference};
use crate::evaluate::confusions::Confusion;
use crate::evaluate::fields::FIELDS;
use crate::evaluate::summary::{Evaluation, Rate};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Most confusions in the report; the JSON has more.
const CONFUSIONS: usize = 48;
/// Most pages that a comparison names on either side.
const MOVED: usize = 15;

pub(super) fn head(run: &Evaluation, comparison: Option<&Comparison>) -> Markup {
    html! {
        header {
            h1 { "Evaluation" span { (run.pages) " pages" } }
            div.cards {
                @for (name, title) in [("body", "Body"), ("reading", "Page"), ("order-free", "Whatever the order"), ("strict", "Strict")] {
                    @if let Some(rate) = run.rates.get(name) { (card(title, rate)) }
                }
            }
            (trouble(run))
        }
        main {
            section { h2 { "Pages by character error rate" } (histogram(&run.page)) }
            section { h2 { "Rates" } (rates(run)) }
            @if let Some(comparison) = comparison { (compared(comparison)) }
            (split("By direction", &run.directions))
            (split("By role", &run.roles))
            (marks(run))
            (fields(run))
            @if let Some(calibration) = &run.calibration {
                section.half {
                    h2 { "Confidence" }
                    (reliability(calibration))
                    p {
                        "Expected calibration error " b { (format!("{:.4}", calibration.expected_error)) } "; "
                        b { (percent(calibration.errors_in_least_sure)) }
                        " of the errors lie in the least sure 5 %, n = " (calibration.n) "."
                    }
                }
            }
            (confusions(run))
        }
    }
}

fn card(title: &str, rate: &Rate) -> Markup {
    html! {
        div.card {
            span { (title) }
            b { (percent(rate.cer)) }
            small {
                (rate.errors) " of " (rate.kinds.n)
                @if let Some([low, high]) = rate.interval { br; (format!("{:.2}–{:.2}\u{a0}%", 100.0 * low, 100.0 * high)) }
            }
        }
    }
}

/// Missing, extra and unreadable files, at the top of the report.
fn trouble(run: &Evaluation) -> Markup {
    let list = |what: &str, names: &[String]| {
        html! { @if !names.is_empty() { p.bad { b { (names.len()) " " (what) ": " } (names.join(", ")) } } }
    };
    html! {
        (list("pages without result, counted as read empty", &run.missing))
        (list("results without reference, left out", &run.extra))
        (list("files that could not be read", &run.failed))
    }
}

fn row(name: &str, rate: &Rate) -> Markup {
    let interval = rate
        .interval
        .map_or_else(|| "–".to_owned(), |[a, b]| format!("{:.2}–{:.2}\u{a0}%", 100.0 * a, 100.0 * b));
    html! {
        tr {
            th scope="row" { (name) }
            td { b { (percent(rate.cer)) } } td { (interval) } td { (percent(rate.normalized)) }
            td { (rate.kinds.n) } td { (rate.errors) }
            td { (rate.kinds.substitutions) } td { (rate.kinds.insertions) } td { (rate.kinds.deletions) }
        }
    }
}

fn rate_table(rows: &[(&str, &Rate)]) -> Markup {
    let columns = ["", "CER", "95 %", "normalized", "n", "errors", "subst.", "ins.", "del."];
    html! {
        table {
            thead { tr { @for c in columns { th scope="col" { (c) } } } }
            tbody { @for (name, rate) in rows { (row(name, rate)) } }
        }
    }
}

fn rates(run: &Evaluation) -> Markup {
    let names = [
        ("strict", "strict"),
        ("nfc", "NFC"),
        ("reading", "reading"),
        ("body", "body"),
        ("order-free", "whatever the order"),
    ];
    let rows: Vec<(&str, &Rate)> =
        names.iter().filter_map(|(name, title)| Some((*title, run.rates.get(*name)?))).collect();
    html! {
        (rate_table(&rows))
        @if let Some((tau, n)) = run.line_order {
            p { "Order of the lines: Kendall’s τ " b { (format!("{tau:.3}")) } ", mean of " (n) " pages." }
        }
        p.note { "Strict: nothing folded, white space and line feeds counted. NFC: composed forms folded. Reading: NFKC, white space dropped, kana size and old forms folded. Body: reading of subject to closing, wherever it stands. Whatever the order: flexible character accuracy." }
        p.note { "Redaction marks cost nothing in the text; redactions are scored as regions. There is no word error rate: Japanese is printed without spaces, and words would be what a dictionary makes of the text." }
    }
}

fn split(title: &str, split: &BTreeMap<String, Rate>) -> Markup {
    let rows: Vec<(&str, &Rate)> = split.iter().map(|(name, rate)| (name.as_str(), rate)).collect();
    html! { @if split.keys().any(|k| k != "unknown") { section { h2 { (title) } (rate_table(&rows)) } } }
}

fn marks(run: &Evaluation) -> Markup {
    let shown = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |s| format!("{s:.3}"));
    let columns =
        ["", "there", "found", "precision", "recall", "F1", "mean IoU", "panoptic quality", "text right"];
    html! {
        @if !run.marks.is_empty() || run.skew.is_some() || run.cells.is_some() {
            section {
                h2 { "Marks and places" }
                @if !run.marks.is_empty() {
                    table {
                        thead { tr { @for c in columns { th scope="col" { (c) } } } }
                        tbody { @for (kind, m) in &run.marks {
                            tr {
                                th scope="row" { (kind.name()) }
                                td { (m.counts.reference) } td { (m.counts.found) } td { (shown(m.precision)) } td { (shown(m.recall)) }
                                td { (shown(m.f1)) } td { (shown(m.mean_iou)) } td { (shown(m.panoptic_quality)) }
                                td { @if m.counts.texts > 0 { (m.counts.texts_right) " of " (m.counts.texts) } @else { "–" } }
                            }
                        } }
                    }
                }
                @if let Some(skew) = run.skew {
                    p { "Skew: mean error " b { (format!("{:.3}°", skew.mean_degrees)) } ", worst " (format!("{:.3}°", skew.worst_degrees)) ", " (skew.n) " pages." }
                }
                @if let Some(cells) = run.cells {
                    p { "Boxes of characters: " b { (percent(Some(cells.right as f64 / cells.n.max(1) as f64))) } " right (IoU ≥ 0.5 and the same character), n = " (cells.n) "; their mean IoU " (format!("{:.3}", cells.overlap / cells.right.max(1) as f64)) "." }
                }
            }
        }
    }
}

fn fields(run: &Evaluation) -> Markup {
    html! {
        @if !run.fields.is_empty() {
            section.half {
                h2 { "Fields of the head" }
                table {
                    thead { tr { @for c in ["", "right", "n", "wrong", "missed", "invented"] { th scope="col" { (c) } } } }
                    tbody { @for name in FIELDS.iter().chain(&["all"]) { @if let Some(f) = run.fields.get(*name) {
                        tr {
                            th scope="row" { (name) }
                            td { b { (percent((f.n > 0).then(|| f.right as f64 / f.n as f64))) } }
                            td { (f.n) } td { (f.wrong) } td { (f.missed) } td { (f.invented) }
                        }
                    } } }
                }
            }
        }
    }
}

fn confusions(run: &Evaluation) -> Markup {
    let table = &run.confusions;
    let sign = |s: &str| if s.is_empty() { "∅".to_owned() } else { s.to_owned() };
    let list = |list: &[Confusion]| {
        html! {
            ul.confusions lang="ja" { @for c in list.iter().take(CONFUSIONS) {
                li { (sign(&c.reference)) span { "→" } (sign(&c.read)) small { (c.count) } }
            } }
        }
    };
    html! {
        section {
            h2 { "What becomes of what" }
            (list(&table.reading))
            h3 { "Spelling" }
            p {
                b { (table.modernized_kana + table.modernized_kanji) } " characters of the telegraph’s spelling were modernized ("
                (table.modernized_kana) " kana made small, " (table.modernized_kanji) " old forms made new), "
                (table.antiquated) " antiquated; " (table.width) " differ in width alone."
            }
            (list(&table.modernized))
        }
    }
}

fn compared(comparison: &Comparison) -> Markup {
    let moved = |word: &str, pages: &[(String, u64, u64)]| {
        html! {
            @if !pages.is_empty() {
                h3 { (pages.len()) " " (word) }
                ul.moved { @for (name, old, new) in pages.iter().take(MOVED) { li { (name) ": " (old) " → " (new) " errors" } } }
            }
        }
    };
    let shown = |title: &str, d: &Difference| {
        html! {
            p {
                (title) ": CER " (percent(d.old_cer)) " → " b { (percent(d.new_cer)) } ", n = " (d.n) ", p = " (format!("{:.4}", d.p))
                " (paired permutation test over " (d.pages) " pages)"
            }
        }
    };
    html! {
        section {
            h2 { "Against the older run" }
            (shown("Page", &comparison.reading))
            @if let Some(body) = &comparison.body { (shown("Body", body)) }
            (moved("pages better", &comparison.reading.better))
            (moved("pages worse", &comparison.reading.worse))
        }
    }
}

/// All pages with their rates, worst first; pages shown below are linked.
pub(super) fn all_pages(worst: &[Shown], shown: usize) -> Markup {
    html! {
        section.list {
            h2 { "Pages, worst first" }
            table {
                thead { tr { @for c in ["", "page", "errors", "n", "body", "whatever the order", "strict"] { th scope="col" { (c) } } } }
                tbody { @for (at, page) in worst.iter().enumerate() {
                    @let p = page.figures;
                    tr {
                        th scope="row" { @if at < shown { a href={ "#page-" (at + 1) } { (p.name) } } @else { (p.name) } @if p.missing { " (no result)" } }
                        td { b { (percent(p.reading.rate())) } } td { (p.reading.total()) } td { (p.reading.n) }
                        td { (percent(p.body.and_then(|b| b.rate()))) } td { (percent(p.order_free.and_then(|f| f.rate()))) } td { (percent(p.strict.rate())) }
                    }
                } }
            }
        }
    }
}
