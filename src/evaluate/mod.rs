//! Compares results with references and computes the figures by which archives accept a digitization.
//!
//! Characters are grapheme clusters (UAX #29). Errors are those of a shortest edit path (Levenshtein 1966). Rates are
//! pooled: the errors of all pages divided by the characters of all references, always with n. There are three rates,
//! because none suffices alone: *strict*, *NFC* and *reading* (`units`). Reading order is measured separately
//! (`flexible`, `order`), and so are marks, boxes, fields and confidences. Data that a format lacks is not measured.
//!
//! There is no word error rate. Japanese is printed without spaces, so a dictionary would have to split the text into
//! words, and its errors would count as reading errors. Only `dinglehopper`, which reproduces another program's
//! figures, has one.

mod align;
mod baseline;
mod bootstrap;
mod calibration;
mod cells;
mod characters;
mod confusions;
mod dinglehopper;
mod distance;
mod document;
mod fields;
mod flexible;
mod gate;
mod marks;
mod order;
mod page_figures;
mod pair;
mod read;
mod report;
mod run;
mod summary;
mod units;

pub use align::Errors;
pub use baseline::{BaselineError, Comparison, Difference, compare_runs};
pub use calibration::{Bin, Calibration};
pub use cells::CellFigures;
pub use confusions::{
    Confusion, ConfusionTable, Difference as SpellingDifference, difference as spelling_difference,
};
pub use dinglehopper::{Figures as DinglehopperFigures, TextLevel, compare_files as compare_as_dinglehopper};
pub use document::{Document, Mark, MarkKind, TextGlyph, TextLine};
pub use fields::{FIELDS, FieldCounts, FieldFigure, Verdict};
pub use gate::{GATES, Gate, GateError, GateOutcome};
pub use marks::MarkFigures;
pub use order::LineOrder;
pub use page_figures::{BODY, PageFigures, measure};
pub use pair::{Pair, PairError, Pairing, pair, pair_listed};
pub use read::{ReadError, parse, read};
pub use report::{Report, report};
pub use run::evaluate;
pub use summary::{EVALUATION_FORMAT, Evaluation, MarkSummary, Rate, SkewSummary, summarize};
