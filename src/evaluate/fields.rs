//! Accuracy of the header fields.
//!
//! Fields are compared after folding width, kana size and old kanji forms; a final 殿 is ignored.

use super::document::Document;
use crate::orthography::Folding;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Names of the fields in the order of the header.
pub const FIELDS: [&str; 14] = [
    "serial",
    "bureau",
    "number",
    "classification",
    "precedence",
    "distribution",
    "sent-date",
    "sent-post",
    "received-date",
    "received-post",
    "to",
    "from",
    "subject",
    "references",
];

/// Result for one field of one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldFigure {
    /// Classification of the result.
    pub verdict: Verdict,
    /// Value in the reference.
    pub reference: Option<String>,
    /// Value in the result.
    pub found: Option<String>,
}

/// Classification of a field's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The values agree, or both are null.
    Right,
    /// The values differ.
    Wrong,
    /// The result is null, the reference is not.
    Missed,
    /// The reference is null, the result is not.
    Invented,
}

/// Counts for one field over all pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FieldCounts {
    /// Pages whose reference has the field; for the classification, also pages without one.
    pub n: u64,
    /// Pages on which the field is right.
    pub right: u64,
    /// Pages on which it is wrong.
    pub wrong: u64,
    /// Pages on which it is missed.
    pub missed: u64,
    /// Pages on which it is invented; not part of `n`, except for the classification.
    pub invented: u64,
}

impl FieldCounts {
    pub(super) fn count(&mut self, field: &str, figure: &FieldFigure) {
        // A null classification states that the telegram has none; other null fields state nothing.
        let counted = figure.reference.is_some() || field == "classification";
        self.n += u64::from(counted);
        self.right += u64::from(counted && figure.verdict == Verdict::Right);
        self.wrong += u64::from(figure.verdict == Verdict::Wrong);
        self.missed += u64::from(figure.verdict == Verdict::Missed);
        self.invented += u64::from(figure.verdict == Verdict::Invented);
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.n += other.n;
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
        self.invented += other.invented;
    }
}

/// Compares the fields of a page; empty if either side's format has no fields.
pub(super) fn compare(reference: &Document, hypothesis: &Document) -> BTreeMap<String, FieldFigure> {
    let (Some(expected), Some(found)) = (&reference.fields, &hypothesis.fields) else {
        return BTreeMap::new();
    };
    let figure = |(name, reference): (&&str, &Option<String>)| {
        let found = found.get(name).cloned().flatten();
        let verdict = match (reference, &found) {
            (Some(a), Some(b)) if folded(a) == folded(b) => Verdict::Right,
            (None, None) => Verdict::Right,
            (Some(_), Some(_)) => Verdict::Wrong,
            (Some(_), None) => Verdict::Missed,
            (None, Some(_)) => Verdict::Invented,
        };
        ((*name).to_owned(), FieldFigure { verdict, reference: reference.clone(), found })
    };
    expected.iter().map(figure).collect()
}

fn folded(text: &str) -> String {
    let text: String = Folding::all().fold(text).split_whitespace().collect();
    text.strip_suffix('殿').map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(fields: &[(&'static str, Option<&str>)]) -> Document {
        let fields = fields.iter().map(|(name, value)| (*name, value.map(str::to_owned))).collect();
        Document { fields: Some(fields), ..Document::default() }
    }

    #[test]
    fn missed_wrong_and_invented_are_told_apart() {
        let expected = page(&[
            ("to", Some("外務大臣殿")),
            ("number", Some("５５１７")),
            ("subject", Some("首のう")),
            ("precedence", None),
        ]);
        let found = page(&[
            ("to", Some("外務大臣")),
            ("number", Some("5511")),
            ("precedence", Some("至急")),
            ("serial", Some("1")),
        ]);
        let figures = compare(&expected, &found);
        let verdicts: Vec<_> = figures.iter().map(|(name, f)| (name.as_str(), f.verdict)).collect();
        assert_eq!(
            verdicts,
            [
                ("number", Verdict::Wrong),
                ("precedence", Verdict::Invented),
                ("subject", Verdict::Missed),
                ("to", Verdict::Right)
            ]
        );
    }

    #[test]
    fn no_classification_is_a_statement_and_no_subject_is_none() {
        let nothing = FieldFigure { verdict: Verdict::Right, reference: None, found: None };
        let mut counts = FieldCounts::default();
        counts.count("classification", &nothing);
        counts.count("subject", &nothing);
        assert_eq!((counts.n, counts.right), (1, 1));
    }
}
