//! Acceptance limits: `body-cer=0.02`.

use super::document::MarkKind;
use super::summary::Evaluation;
use std::str::FromStr;

/// Names of the figures that can be limited, with a description.
pub const GATES: [(&str, &str); 15] = [
    ("strict-cer", "character error rate, nothing folded"),
    ("nfc-cer", "… composed forms folded"),
    ("reading-cer", "… as read; page-cer is the same"),
    ("page-cer", "… as read, in order"),
    ("body-cer", "… as read, subject to closing"),
    ("order-free-cer", "… as read, whatever the order of the lines"),
    ("stamp-errors", "1 − F1 of stamps"),
    ("redaction-errors", "1 − F1 of redactions"),
    ("redactions-missed", "1 − recall of redactions"),
    ("field-errors", "share of header fields that are not right"),
    ("fields-invented", "header fields that the page does not have, counted"),
    ("skew", "mean error of the skew, degrees"),
    ("calibration", "expected calibration error"),
    ("modernized", "characters of the telegraph's spelling made modern, counted"),
    ("missing", "pages without result, counted"),
];

/// A figure and its limit.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Name of the figure.
    pub name: String,
    /// Largest accepted value.
    pub limit: f64,
}

/// Why a limit is invalid.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum GateError {
    /// Not of the form `NAME=NUMBER`.
    #[error("`{0}` is no limit: write it as body-cer=0.02")]
    Form(String),
    /// There is no figure of this name.
    #[error("there is no figure `{name}` (there are {all})", all = GATES.map(|g| g.0).join(", "))]
    Unknown {
        /// The unknown name.
        name: String,
    },
}

/// Result of a limit, with the measured value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum GateOutcome {
    /// The value is within the limit.
    Kept(f64),
    /// The value exceeds the limit.
    Exceeded(f64),
    /// The files lack the data for this figure; the limit counts as not kept.
    Unmeasured,
}

impl FromStr for Gate {
    type Err = GateError;

    fn from_str(text: &str) -> Result<Self, GateError> {
        let form = || GateError::Form(text.to_owned());
        let (name, limit) = text.split_once('=').ok_or_else(form)?;
        let limit: f64 = limit.trim().parse().map_err(|_| form())?;
        let name = name.trim();
        if !limit.is_finite() || limit < 0.0 {
            return Err(form());
        }
        if !GATES.iter().any(|g| g.0 == name) {
            return Err(GateError::Unknown { name: name.to_owned() });
        }
        Ok(Self { name: name.to_owned(), limit })
    }
}

impl Gate {
    /// Checks a run against the limit.
    #[must_use]
    pub fn check(&self, evaluation: &Evaluation) -> GateOutcome {
        match figure(&self.name, evaluation) {
            None => GateOutcome::Unmeasured,
            Some(value) if value > self.limit => GateOutcome::Exceeded(value),
            Some(value) => GateOutcome::Kept(value),
        }
    }
}

fn figure(name: &str, evaluation: &Evaluation) -> Option<f64> {
    let rate = |name: &str| evaluation.rates.get(name).and_then(|r| r.cer);
    let mark = |kind| evaluation.marks.get(&kind);
    let fields = evaluation.fields.get("all");
    let modern = evaluation.confusions.modernized_kana + evaluation.confusions.modernized_kanji;
    match name {
        "page-cer" => rate("reading"),
        "stamp-errors" => mark(MarkKind::Stamp)?.f1.map(|f| 1.0 - f),
        "redaction-errors" => mark(MarkKind::Redaction)?.f1.map(|f| 1.0 - f),
        "redactions-missed" => mark(MarkKind::Redaction)?.recall.map(|r| 1.0 - r),
        "field-errors" => fields.filter(|f| f.n > 0).map(|f| 1.0 - f.right as f64 / f.n as f64),
        "fields-invented" => fields.map(|f| f.invented as f64),
        "skew" => evaluation.skew.map(|s| s.mean_degrees),
        "calibration" => evaluation.calibration.as_ref().map(|c| c.expected_error),
        "modernized" => Some(modern as f64),
        "missing" => Some(evaluation.missing.len() as f64),
        cer => rate(cer.strip_suffix("-cer")?),
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::super::page_figures::measure;
    use super::super::summary::summarize;
    use super::*;

    #[test]
    fn a_gate_holds_what_is_above_it_and_what_is_not_measured() {
        let page = measure("a", &Document::of_text("第五五一七号"), &Document::of_text("第五五一一号"));
        let run = summarize(vec![page], vec![], vec![]);
        let check = |gate: &str| gate.parse::<Gate>().unwrap().check(&run);
        assert_eq!(check("page-cer=0.2"), GateOutcome::Kept(1.0 / 6.0));
        assert_eq!(check("strict-cer=0.1"), GateOutcome::Exceeded(1.0 / 6.0));
        assert_eq!(check("body-cer=0.1"), GateOutcome::Unmeasured);
        assert_eq!(check("missing=0"), GateOutcome::Kept(0.0));
        assert_eq!("body-cer".parse::<Gate>(), Err(GateError::Form("body-cer".into())));
        assert!(matches!("wer=0.1".parse::<Gate>(), Err(GateError::Unknown { .. })));
        assert!("page-cer=NaN".parse::<Gate>().is_err());
    }

    #[test]
    fn every_gate_in_the_list_names_a_figure() {
        let run = summarize(vec![], vec![], vec![]);
        for (name, _) in GATES {
            assert_ne!(
                Gate { name: name.into(), limit: 0.0 }.check(&run),
                GateOutcome::Exceeded(0.0),
                "{name}"
            );
        }
    }
}
