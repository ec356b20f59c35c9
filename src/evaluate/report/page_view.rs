//! One page of the report: the scan with boxes, and the differing lines beside their images.

use super::lines::{Cell, CellKind, ShownLine, lines};
use super::percent;
use super::scans::PageScan;
use crate::evaluate::document::{Document, Mark};
use crate::evaluate::fields::Verdict;
use crate::evaluate::page_figures::PageFigures;
use crate::geometry::BBox;
use crate::page::WritingMode;
use maud::{Markup, html};

/// Share of wrong characters above which a line is drawn as bad.
const BAD: f64 = 0.1;

pub(super) fn page(
    figures: &PageFigures,
    rank: usize,
    documents: (&Document, &Document),
    scan: Option<&PageScan>,
) -> Markup {
    let lines = lines(documents.0, documents.1);
    let (differing, same): (Vec<_>, Vec<_>) = lines.iter().partition(|l| l.differs());
    html! {
        section.page id={ "page-" (rank) } {
            h2 { span.rank { (rank) } (figures.name) }
            (facts(figures))
            div.columns {
                (overview(documents, &lines, scan))
                div.lines {
                    @if differing.is_empty() { p.none { "No line differs." } }
                    @for run in differing.chunk_by(|a, b| a.writing_mode == b.writing_mode) {
                        @match run[0].writing_mode {
                            WritingMode::HorizontalTb => div.horizontal { @for line in run { (shown(line, scan)) } },
                            WritingMode::VerticalRl => div.vertical { @for line in run { (shown(line, scan)) } },
                        }
                    }
                    @if !same.is_empty() {
                        details {
                            summary { (same.len()) " lines without difference" }
                            div lang="ja" { @for line in same { p { (plain(line)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn facts(page: &PageFigures) -> Markup {
    let fact = |name: &str, value: String| html! { div.fact { span { (name) } b { (value) } } };
    html! {
        div.facts {
            @if page.missing { p.bad { "There is no result for this page; it counts as read empty." } }
            (fact("page", format!("{} ({} of {})", percent(page.reading.rate()), page.reading.total(), page.reading.n)))
            @if let Some(body) = page.body { (fact("body", format!("{} ({} of {})", percent(body.rate()), body.total(), body.n))) }
            @if let Some(free) = page.order_free { (fact("whatever the order", percent(free.rate()))) }
            (fact("strict", percent(page.strict.rate())))
            @if let Some(order) = page.order { (fact("order of lines, τ", format!("{:.2}", order.tau))) }
            @if let Some(skew) = page.skew_error_degrees { (fact("skew off by", format!("{:.2}°", skew.abs()))) }
            @for (kind, m) in &page.marks {
                (fact(kind.name(), format!("{} of {} found, {} false", m.matched, m.reference, m.found - m.matched)))
            }
            @for (name, field) in page.fields.iter().filter(|(_, f)| f.verdict != Verdict::Right) {
                div.fact.bad lang="ja" {
                    span { (name) }
                    b { (field.reference.as_deref().unwrap_or("nothing")) " → " (field.found.as_deref().unwrap_or("nothing")) }
                }
            }
        }
    }
}

/// The scan with lines and marks, or only the boxes if there is no scan.
fn overview(documents: (&Document, &Document), lines: &[ShownLine], scan: Option<&PageScan>) -> Markup {
    let size = documents.0.size.or(documents.1.size).or(scan.map(PageScan::size));
    let Some((width, height)) = size else { return html! {} };
    let unit = f64::from(width.max(height)) / 1000.0;
    let marks = |document: &Document| document.marks.clone().unwrap_or_default();
    let state = |line: &ShownLine| match line.errors() {
        0 => "right",
        errors if errors as f64 > BAD * line.cells.len() as f64 => "bad",
        _ => "some",
    };
    html! {
        figure {
            svg.overview viewBox={ "0 0 " (width) " " (height) } style={ "stroke-width:" (format!("{:.1}", 2.5 * unit)) } {
                @if let Some(picture) = scan.and_then(PageScan::overview) {
                    image href=(picture) width=(width) height=(height) preserveAspectRatio="none" {}
                } @else {
                    rect.sheet width=(width) height=(height) {}
                }
                @for line in lines { @if let Some(bbox) = line.bbox { (rectangle(&bbox, state(line), None)) } }
                @for mark in marks(documents.0) { (drawn(&mark, "there")) }
                @for mark in marks(documents.1) { (drawn(&mark, "found")) }
            }
            figcaption {
                "Lines: " span.key.some { "some" } " and " span.key.bad { "many errors" }
                ". Marks: " span.key.there { "in the reference" } ", " span.key.found { "as found" } "."
            }
        }
    }
}

fn drawn(mark: &Mark, whose: &str) -> Markup {
    let title = format!("{} {whose}: {}", mark.kind.name(), mark.text.as_deref().unwrap_or_default());
    rectangle(&mark.bbox, &format!("mark {} {whose}", mark.kind.name()), Some(&title))
}

fn rectangle(b: &BBox, class: &str, title: Option<&str>) -> Markup {
    html! {
        rect class=(class) x=(b.left) y=(b.top) width=(b.width()) height=(b.height()) {
            @if let Some(title) = title { title { (title) } }
        }
    }
}

/// A line's image, printed text and read text, side by side for vertical lines.
fn shown(line: &ShownLine, scan: Option<&PageScan>) -> Markup {
    let picture = line.bbox.as_ref().and_then(|b| scan?.line(b, line.writing_mode));
    html! {
        div.line lang="ja" {
            @if let Some(picture) = picture { img src=(picture) alt=""; }
            div.text {
                div.row { @for c in &line.cells { (character(c, &c.reference)) } }
                div.row.read { @for c in &line.cells { (character(c, &c.read)) } }
            }
        }
    }
}

fn character(cell: &Cell, text: &str) -> Markup {
    let class = match cell.kind {
        CellKind::Same => None,
        CellKind::Spelling => Some("spelling"),
        CellKind::Wrong => Some("wrong"),
        CellKind::Neutral => Some("neutral"),
    };
    // The tooltip has the code points, because characters such as へ and ヘ look alike.
    let points = || text.chars().map(|c| format!("U+{:04X}", u32::from(c))).collect::<Vec<_>>().join(" ");
    html! { i class=[class] title=[class.map(|_| points())] { (text) } }
}

fn plain(line: &ShownLine) -> String {
    line.cells.iter().map(|c| c.reference.as_str()).collect()
}
