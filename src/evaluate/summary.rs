//! Pools the figures of all pages (the errors of all pages divided by all reference characters), with intervals.

use super::align::Errors;
use super::bootstrap::interval;
use super::calibration::{Calibration, Sureness};
use super::cells::CellFigures;
use super::confusions::{ConfusionTable, Confusions};
use super::document::MarkKind;
use super::fields::FieldCounts;
use super::marks::MarkFigures;
use super::page_figures::PageFigures;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The value of [`Evaluation::format`].
pub const EVALUATION_FORMAT: &str = "denshin.evaluation/1";

/// All figures of a run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluation {
    /// Always [`EVALUATION_FORMAT`].
    pub format: String,
    /// Number of references, each a page.
    pub pages: u64,
    /// Pages without a result; they count as empty.
    pub missing: Vec<String>,
    /// Results without a reference; they are not counted.
    pub extra: Vec<String>,
    /// Files that cannot be read, or whose reviews cannot be used, with the reason.
    pub failed: Vec<String>,
    /// Number of pages whose results were corrected by a person.
    #[serde(default)]
    pub reviewed: u64,
    /// Rates by name: `strict`, `nfc`, `reading`, `body`, `order-free`.
    pub rates: BTreeMap<String, Rate>,
    /// Mean of the pages' taus, and the number of pages that have one.
    pub line_order: Option<(f64, u64)>,
    /// Reading rates in any order, by role of the region.
    pub roles: BTreeMap<String, Rate>,
    /// Reading rates in any order, by writing direction.
    pub directions: BTreeMap<String, Rate>,
    /// Marks by kind.
    pub marks: BTreeMap<MarkKind, MarkSummary>,
    /// Skew, if both sides have it.
    pub skew: Option<SkewSummary>,
    /// Accuracy of glyph boxes.
    pub cells: Option<CellFigures>,
    /// Header fields by name.
    pub fields: BTreeMap<String, FieldCounts>,
    /// Calibration of confidences, with a breakdown by bins.
    pub calibration: Option<Calibration>,
    /// Confusions of characters.
    pub confusions: ConfusionTable,
    /// Figures of each page, in order of their names.
    #[serde(rename = "per_page")]
    pub page: Vec<PageFigures>,
}

/// An error rate with its counts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rate {
    /// Errors divided by reference characters; null if there are none.
    pub cer: Option<f64>,
    /// Errors divided by the length of the edit path, 0 to 1.
    pub normalized: Option<f64>,
    /// Sum of all errors.
    pub errors: u64,
    /// Errors by kind, and n.
    #[serde(flatten)]
    pub kinds: Errors,
    /// 95 % confidence interval of the rate, bootstrapped over pages; null for fewer than two pages.
    pub interval: Option<[f64; 2]>,
}

/// Figures of one kind of mark.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct MarkSummary {
    /// Counts.
    #[serde(flatten)]
    pub counts: MarkFigures,
    /// Precision.
    pub precision: Option<f64>,
    /// Recall.
    pub recall: Option<f64>,
    /// Harmonic mean of precision and recall.
    pub f1: Option<f64>,
    /// Mean IoU of the matches.
    pub mean_iou: Option<f64>,
    /// Panoptic quality.
    pub panoptic_quality: Option<f64>,
}

/// Errors of the skew, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct SkewSummary {
    /// Number of pages.
    pub n: u64,
    /// Mean absolute error.
    pub mean_degrees: f64,
    /// Largest absolute error.
    pub worst_degrees: f64,
}

impl Rate {
    fn of(pages: &[Errors]) -> Self {
        let kinds: Errors = pages.iter().copied().sum();
        let counts: Vec<(u64, u64)> = pages.iter().map(|p| (p.total(), p.n)).collect();
        Self {
            cer: kinds.rate(),
            normalized: kinds.normalized(),
            errors: kinds.total(),
            kinds,
            interval: interval(&counts),
        }
    }
}

/// Pools the figures of pages.
#[must_use]
pub fn summarize(pages: Vec<PageFigures>, extra: Vec<String>, failed: Vec<String>) -> Evaluation {
    let (mut sureness, mut confusions) = (Sureness::default(), Confusions::default());
    for page in &pages {
        page.sureness.iter().for_each(|&(confidence, wrong)| sureness.count(confidence, wrong));
        confusions.add(&page.confusions);
    }
    Evaluation {
        format: EVALUATION_FORMAT.to_owned(),
        pages: pages.len() as u64,
        missing: pages.iter().filter(|p| p.missing).map(|p| p.name.clone()).collect(),
        extra,
        failed,
        reviewed: pages.iter().filter(|p| p.reviewed).count() as u64,
        rates: rates(&pages),
        line_order: line_order(&pages),
        roles: split(&pages, |p| &p.roles),
        directions: split(&pages, |p| &p.directions),
        marks: marks(&pages),
        skew: skew(&pages),
        cells: cells(&pages),
        fields: fields(&pages),
        calibration: sureness.calibration(),
        confusions: confusions.table(),
        page: pages,
    }
}

fn rates(pages: &[PageFigures]) -> BTreeMap<String, Rate> {
    let of = |errors: fn(&PageFigures) -> Option<Errors>| {
        let all: Vec<Errors> = pages.iter().filter_map(errors).collect();
        (!all.is_empty()).then(|| Rate::of(&all))
    };
    let named = [
        ("strict", of(|p| Some(p.strict))),
        ("nfc", of(|p| Some(p.nfc))),
        ("reading", of(|p| Some(p.reading))),
        ("body", of(|p| p.body)),
        ("order-free", of(|p| p.order_free)),
    ];
    named.into_iter().filter_map(|(name, rate)| Some((name.to_owned(), rate?))).collect()
}

fn split(pages: &[PageFigures], of: fn(&PageFigures) -> &BTreeMap<String, Errors>) -> BTreeMap<String, Rate> {
    let mut all: BTreeMap<&str, Vec<Errors>> = BTreeMap::new();
    for (name, errors) in pages.iter().flat_map(of) {
        all.entry(name).or_default().push(*errors);
    }
    all.into_iter().map(|(name, errors)| (name.to_owned(), Rate::of(&errors))).collect()
}

fn line_order(pages: &[PageFigures]) -> Option<(f64, u64)> {
    let taus: Vec<f64> = pages.iter().filter_map(|p| p.order).map(|o| o.tau).collect();
    (!taus.is_empty()).then(|| (taus.iter().sum::<f64>() / taus.len() as f64, taus.len() as u64))
}

fn marks(pages: &[PageFigures]) -> BTreeMap<MarkKind, MarkSummary> {
    let mut all: BTreeMap<MarkKind, MarkFigures> = BTreeMap::new();
    pages.iter().flat_map(|p| &p.marks).for_each(|(kind, m)| all.entry(*kind).or_default().add(m));
    let summary = |counts: MarkFigures| MarkSummary {
        counts,
        precision: counts.precision(),
        recall: counts.recall(),
        f1: counts.f1(),
        mean_iou: counts.mean_overlap(),
        panoptic_quality: counts.panoptic_quality(),
    };
    all.into_iter().map(|(kind, counts)| (kind, summary(counts))).collect()
}

fn skew(pages: &[PageFigures]) -> Option<SkewSummary> {
    let errors: Vec<f64> = pages.iter().filter_map(|p| p.skew_error_degrees).map(f64::abs).collect();
    (!errors.is_empty()).then(|| SkewSummary {
        n: errors.len() as u64,
        mean_degrees: errors.iter().sum::<f64>() / errors.len() as f64,
        worst_degrees: errors.iter().copied().fold(0.0, f64::max),
    })
}

fn cells(pages: &[PageFigures]) -> Option<CellFigures> {
    pages.iter().filter_map(|p| p.cells).reduce(|a, b| CellFigures {
        n: a.n + b.n,
        right: a.right + b.right,
        overlap: a.overlap + b.overlap,
    })
}

/// Counts by field name, and their sum under `all`.
fn fields(pages: &[PageFigures]) -> BTreeMap<String, FieldCounts> {
    let mut all: BTreeMap<String, FieldCounts> = BTreeMap::new();
    for (name, figure) in pages.iter().flat_map(|p| &p.fields) {
        all.entry(name.clone()).or_default().count(name, figure);
    }
    let mut sum = FieldCounts::default();
    all.values().for_each(|counts| sum.add(counts));
    if !all.is_empty() {
        all.insert("all".to_owned(), sum);
    }
    all
}
