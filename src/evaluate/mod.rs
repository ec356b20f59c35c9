//! What was read against what is written: the figures by which archives accept a digitization.
//!
//! Characters are grapheme clusters (UAX #29), errors those of a shortest edit path (Levenshtein 1966), rates pooled: the
//! errors of all pages over the characters of all references, always with n. Three rates stand side by side, as none
//! says everything: *strict*, *NFC* and *reading* (`units`). Reading order is measured apart from reading (`flexible`,
//! `order`), and so are marks, boxes, fields and confidences. What a format does not tell is not measured.
//!
//! There is no word error rate: Japanese is printed without spaces, so words are what a dictionary makes of a text, and
//! its choices would be scored along with the reading; only the figures of another program (`dinglehopper`) have one.

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
