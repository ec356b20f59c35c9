//! The figures of an evaluation as tables in the terminal.

use super::{Comparison, Evaluation, say};
use denshin::error::printable;
use denshin::evaluate::{Difference, Errors, FIELDS, Rate};

/// Maximum number of confusions.
const CONFUSIONS: usize = 12;
/// Maximum number of pages that a comparison lists as better, and as worse.
const MOVED: usize = 10;

pub(super) fn print(run: &Evaluation, comparison: Option<&Comparison>) {
    pages(run);
    rates(run);
    splits(run);
    marks(run);
    fields(run);
    confidences(run);
    confusions(run);
    if let Some(comparison) = comparison {
        say("");
        compared("page", Some(&comparison.reading));
        compared("body", comparison.body.as_ref());
        names("pages that are not in the baseline", &comparison.new);
        names("pages that are only in the baseline", &comparison.gone);
        names("pages whose reference has changed since the baseline, left out", &comparison.changed);
    }
}

fn shown(rate: Option<f64>) -> String {
    rate.map_or_else(|| "–".to_owned(), |r| format!("{r:.4}"))
}

fn kinds(e: &Errors) -> String {
    format!("{:>7}  {:>6}  {:>6}  {:>6}  {:>6}", e.n, e.total(), e.substitutions, e.insertions, e.deletions)
}

const KINDS: &str = "      n  errors   subst  insert  delete";

/// One line per page, with the figures of the rate *reading*.
fn pages(run: &Evaluation) {
    let names: Vec<_> = run.page.iter().map(|page| printable(&page.name)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).max(10);
    say(&format!("{:width$}     CER  {KINDS}    body  order-free", "page"));
    for (page, name) in run.page.iter().zip(names) {
        let (body, free) = (page.body.and_then(|b| b.rate()), page.order_free.and_then(|f| f.rate()));
        let missing = if page.missing { "  no result" } else { "" };
        let name = format!("{name}{}", " ".repeat(width - name.chars().count()));
        let (rate, body, free) = (shown(page.reading.rate()), shown(body), shown(free));
        say(&format!("{name}  {rate:>6}  {}  {body:>6}  {free:>10}{missing}", kinds(&page.reading)));
        page.notes.iter().for_each(|note| say(&format!("  {note}")));
    }
}

fn rates(run: &Evaluation) {
    say(&format!("\n{:12}     CER  95 % interval   normalized  {KINDS}", format!("{} pages", run.pages)));
    for name in ["strict", "nfc", "reading", "body", "order-free"] {
        if let Some(rate) = run.rates.get(name) {
            rate_row(name, rate);
        }
    }
    if let Some((tau, n)) = run.line_order {
        say(&format!("order of the lines: Kendall's tau {tau:.4}, mean of {n} pages"));
    }
}

fn rate_row(name: &str, rate: &Rate) {
    let interval = rate.interval.map_or_else(|| "–".to_owned(), |[a, b]| format!("{a:.4}–{b:.4}"));
    let (cer, normalized) = (shown(rate.cer), shown(rate.normalized));
    say(&format!("{name:12}  {cer:>6}  {interval:15}  {normalized:>10}  {}", kinds(&rate.kinds)));
}

fn splits(run: &Evaluation) {
    for (title, split) in [("direction", &run.directions), ("role", &run.roles)] {
        // A split with only unknown parts has no information.
        if split.keys().any(|k| k != "unknown") {
            say(&format!("\n{title:12}     CER  95 % interval   normalized  {KINDS}"));
            split.iter().for_each(|(name, rate)| rate_row(name, rate));
        }
    }
}

fn marks(run: &Evaluation) {
    if !run.marks.is_empty() {
        say("\nmarks          refs  found  precision  recall      F1  mean IoU  panoptic  text right");
    }
    for (kind, m) in &run.marks {
        let text = if m.counts.texts > 0 {
            format!("{} of {}", m.counts.texts_right, m.counts.texts)
        } else {
            "–".to_owned()
        };
        say(&format!(
            "{:12}  {:>5}  {:>5}  {:>9}  {:>6}  {:>6}  {:>8}  {:>8}  {text:>10}",
            kind.name(),
            m.counts.reference,
            m.counts.found,
            shown(m.precision),
            shown(m.recall),
            shown(m.f1),
            shown(m.mean_iou),
            shown(m.panoptic_quality)
        ));
    }
    if let Some(s) = run.skew {
        say(&format!(
            "\nskew: mean error {:.3}°, worst {:.3}°, n = {}",
            s.mean_degrees, s.worst_degrees, s.n
        ));
    }
    if let Some(c) = run.cells {
        let (right, overlap) = (c.right as f64 / c.n.max(1) as f64, c.overlap / c.right.max(1) as f64);
        say(&format!("character boxes: {right:.4} right, n = {}; mean IoU {overlap:.3}", c.n));
    }
}

fn fields(run: &Evaluation) {
    if run.fields.is_empty() {
        return;
    }
    say("\nfield           right      n  wrong  missed  invented");
    for name in FIELDS.iter().chain(&["all"]) {
        if let Some(f) = run.fields.get(*name) {
            let rate = shown((f.n > 0).then(|| f.right as f64 / f.n as f64));
            say(&format!(
                "{name:14}  {rate:>5}  {:>5}  {:>5}  {:>6}  {:>8}",
                f.n, f.wrong, f.missed, f.invented
            ));
        }
    }
}

fn confidences(run: &Evaluation) {
    let Some(c) = &run.calibration else { return };
    say("\nconfidence       n  errors     CER");
    for bin in &c.bins {
        let rate = bin.errors as f64 / bin.n as f64;
        say(&format!("{:.2}–{:.2}  {:>7}  {:>6}  {rate:.4}", bin.from, bin.to, bin.n, bin.errors));
    }
    let share = c.errors_in_least_sure.map_or_else(|| "–".to_owned(), |s| format!("{:.0} %", 100.0 * s));
    say(&format!(
        "expected calibration error {:.4}; {share} of the errors are among the least confident 5 % of characters, n = {}",
        c.expected_error, c.n
    ));
}

fn confusions(run: &Evaluation) {
    let table = &run.confusions;
    let sign = |s: &str| if s.is_empty() { "∅".to_owned() } else { s.to_owned() };
    let list = |list: &[denshin::evaluate::Confusion]| {
        let shown = list.iter().take(CONFUSIONS);
        shown
            .map(|c| format!("{}→{} {}", sign(&c.reference), sign(&c.read), c.count))
            .collect::<Vec<_>>()
            .join("  ")
    };
    if !table.reading.is_empty() {
        say(&format!("\nconfusions: {}", list(&table.reading)));
    }
    say(&format!(
        "spelling: {} kana and {} kanji modernized, {} in older forms, {} in another width  {}",
        table.modernized_kana,
        table.modernized_kanji,
        table.antiquated,
        table.width,
        list(&table.modernized)
    ));
}

fn compared(what: &str, difference: Option<&Difference>) {
    let Some(d) = difference else { return };
    let (old, new) = (shown(d.old_cer), shown(d.new_cer));
    let same = d.pages as usize - d.better.len() - d.worse.len();
    say(&format!(
        "compared with the baseline, {what}: CER {old} → {new} (n = {}), {} pages better, {} worse, {same} unchanged, p = {:.4}",
        d.n,
        d.better.len(),
        d.worse.len(),
        d.p
    ));
    for (word, pages) in [("better", &d.better), ("worse", &d.worse)] {
        pages
            .iter()
            .take(MOVED)
            .for_each(|(name, old, new)| say(&printable(&format!("  {word}: {name}, {old} → {new} errors"))));
    }
}

fn names(what: &str, names: &[String]) {
    if !names.is_empty() {
        say(&printable(&format!("{what}: {}", names.join(", "))));
    }
}
