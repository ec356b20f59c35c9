//! Measures one page.

use super::align::{Errors, Step, errors, steps};
use super::cells::{self, CellFigures};
use super::characters::Characters;
use super::confusions::Confusions;
use super::distance::nearest_part;
use super::document::{Document, MarkKind, TextLine};
use super::fields::{self, FieldFigure};
use super::flexible::{Matching, best_matching};
use super::marks::{self, MarkFigures};
use super::order::{LineOrder, line_order};
use super::units::Units;
use crate::page::{Role, WritingMode};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Roles that form the body of a telegram by the archives' acceptance rules: subject to closing.
pub const BODY: [Role; 4] = [Role::Subject, Role::Number, Role::Body, Role::Closing];

/// Figures of a page. Figures that the files lack the data for are absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PageFigures {
    /// Name of the pair.
    pub name: String,
    /// Whether the result is missing or unreadable; it then counts as empty.
    #[serde(default)]
    pub missing: bool,
    /// Whether the result was corrected by a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reviewed: bool,
    /// Notes on the files: an undefined reading order, a result without text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Strict errors: nothing folded, line feeds and white space counted.
    pub strict: Errors,
    /// Errors after composition (NFC).
    pub nfc: Errors,
    /// Errors of the reading: NFKC, white space removed, kana size and old forms folded.
    pub reading: Errors,
    /// Reading errors of the body (subject to closing), wherever it is in the result.
    #[serde(default)]
    pub body: Option<Errors>,
    /// Reading errors in any order of the lines; `None` if that would take too long.
    #[serde(default)]
    pub order_free: Option<Errors>,
    /// Order of the lines.
    #[serde(default)]
    pub order: Option<LineOrder>,
    /// Reading errors in any order, by role of the region.
    #[serde(default)]
    pub roles: BTreeMap<String, Errors>,
    /// Reading errors in any order, by writing direction.
    #[serde(default)]
    pub directions: BTreeMap<String, Errors>,
    /// Marks by kind.
    #[serde(default)]
    pub marks: BTreeMap<MarkKind, MarkFigures>,
    /// Measured skew minus that of the reference, degrees clockwise.
    #[serde(default)]
    pub skew_error_degrees: Option<f64>,
    /// Accuracy of glyph boxes.
    #[serde(default)]
    pub cells: Option<CellFigures>,
    /// Header fields.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldFigure>,
    /// For every character with a confidence: the confidence in ten thousandths, and whether the character is wrong.
    #[serde(skip)]
    pub(super) sureness: Vec<(u16, bool)>,
    #[serde(skip)]
    pub(super) confusions: Confusions,
}

/// Both texts of a page and their alignment.
pub(super) struct Aligned {
    pub(super) characters: Characters,
    pub(super) expected: Units,
    pub(super) read: Units,
    /// Alignment in any order of the lines; in page order if that would take too long.
    pub(super) path: Vec<Step>,
    pub(super) is_order_free: bool,
}

/// Aligns a result with its reference.
pub(super) fn align(reference: &Document, hypothesis: &Document) -> Aligned {
    let mut characters = Characters::default();
    let expected = Units::of(reference, &mut characters);
    let read = Units::of(hypothesis, &mut characters);
    let measured = best_matching(&expected.reading, &read.reading, (&expected.lines, &read.lines));
    let is_order_free = measured.is_some();
    let in_order = || Matching {
        pairs: vec![(0..expected.reading.len(), 0..read.reading.len())],
        ..Matching::default()
    };
    let path = whole_path(&measured.unwrap_or_else(in_order), &expected, &read);
    Aligned { characters, expected, read, path, is_order_free }
}

/// Computes all figures of a page.
#[must_use]
pub fn measure(name: &str, reference: &Document, hypothesis: &Document) -> PageFigures {
    let Aligned { characters, expected, read, path, is_order_free } = align(reference, hypothesis);
    let strict = errors(&expected.strict, &read.strict);
    // Nearly all texts are composed already.
    let composed = expected.strict == expected.nfc && read.strict == read.nfc;
    let mut page = PageFigures {
        name: name.to_owned(),
        strict,
        nfc: if composed { strict } else { errors(&expected.nfc, &read.nfc) },
        reading: errors(&expected.reading, &read.reading),
        body: body(reference, &expected, &read),
        marks: marks::compare(reference, hypothesis),
        skew_error_degrees: hypothesis.skew_degrees.zip(reference.skew_degrees).map(|(h, r)| h - r),
        cells: cells::compare(reference, hypothesis),
        fields: fields::compare(reference, hypothesis),
        ..PageFigures::default()
    };
    let mut tally = Tally { page: &mut page, documents: (reference, hypothesis), characters: &characters };
    let all = tally.count_all(&path, &expected, &read);
    if is_order_free {
        page.order_free = Some(all);
        page.order = line_order(&path, &expected, &read);
    }
    page
}

/// The edit path of all pairs of a matching, with indexes into the whole page.
fn whole_path(matching: &Matching, expected: &Units, read: &Units) -> Vec<Step> {
    let mut path = Vec::new();
    for (a, b) in &matching.pairs {
        let steps = steps(&expected.reading[a.clone()], &read.reading[b.clone()]);
        path.extend(steps.into_iter().map(|step| match step {
            Step::Pair(i, j) => Step::Pair(a.start + i, b.start + j),
            Step::Deletion(i, j) => Step::Deletion(a.start + i, b.start + j),
            // An insertion after the last character belongs to that character's line.
            Step::Insertion(i, j) => Step::Insertion((a.start + i).min(a.end.saturating_sub(1)), b.start + j),
        }));
    }
    path.extend(matching.unread.iter().cloned().flatten().map(|i| Step::Deletion(i, 0)));
    path.extend(matching.invented.iter().cloned().flatten().map(|j| Step::Insertion(usize::MAX, j)));
    path
}

/// Errors of the body at its best position; `None` if no line of the reference has a role of the body.
fn body(reference: &Document, expected: &Units, read: &Units) -> Option<Errors> {
    let in_body = |line: &TextLine| line.role.is_some_and(|r| BODY.contains(&r));
    let lines = reference.lines.iter().zip(&expected.lines).filter(|(line, _)| in_body(line));
    let body: Vec<u32> =
        lines.flat_map(|(_, range)| expected.reading[range.clone()].iter().copied()).collect();
    (!body.is_empty()).then(|| errors(&body, &read.reading[nearest_part(&body, &read.reading).1]))
}

/// Counts every character under its role, direction and confusion.
struct Tally<'a> {
    page: &'a mut PageFigures,
    documents: (&'a Document, &'a Document),
    characters: &'a Characters,
}

impl Tally<'_> {
    fn count_all(&mut self, path: &[Step], expected: &Units, read: &Units) -> Errors {
        let mut errors = Errors::default();
        for &step in path {
            errors.count(step, &expected.reading, &read.reading);
            self.split(step, expected, read);
            self.confuse(step, expected, read);
        }
        errors
    }

    /// Counts by role and direction of the reference, or of the result if the reference has none.
    fn split(&mut self, step: Step, expected: &Units, read: &Units) {
        let (i, j) = match step {
            Step::Pair(i, j) => (Some(i), Some(j)),
            Step::Deletion(i, _) => (Some(i), None),
            Step::Insertion(i, j) => (Some(i), Some(j)),
        };
        let line = |document: &Document, units: &Units, at: Option<usize>| {
            let origin = units.origins.get(at?)?;
            document.lines.get(origin.line).map(|l| (l.role, direction(l)))
        };
        let (expected_role, expected_mode) = line(self.documents.0, expected, i).unwrap_or_default();
        let (read_role, read_mode) = line(self.documents.1, read, j).unwrap_or_default();
        let role = expected_role.or(read_role).map(role_name);
        let mode = expected_mode.or(read_mode).map(mode_name);
        let (a, b) = (&expected.reading, &read.reading);
        self.page.roles.entry(role.unwrap_or_else(|| "unknown".to_owned())).or_default().count(step, a, b);
        self.page.directions.entry(mode.unwrap_or("unknown").to_owned()).or_default().count(step, a, b);
    }

    /// Counts the printed pair as a confusion, and records the confidence of the read character.
    fn confuse(&mut self, step: Step, expected: &Units, read: &Units) {
        let printed = |units: &Units, at: usize| {
            let origin = units.origins[at];
            origin.first.then(|| self.characters.text(origin.printed))
        };
        let (reference, hypothesis) = match step {
            Step::Pair(i, j) if expected.origins[i].printed == read.origins[j].printed => (None, None),
            Step::Pair(i, j) => (printed(expected, i), printed(read, j)),
            Step::Deletion(i, _) => (printed(expected, i), Some(String::new())),
            Step::Insertion(_, j) => (Some(String::new()), printed(read, j)),
        };
        if let (Some(reference), Some(hypothesis)) = (reference, hypothesis) {
            self.page.confusions.count(&reference, &hypothesis, 1);
        }
        let (read_at, wrong) = match step {
            Step::Pair(i, j) => (j, expected.reading[i] != read.reading[j]),
            Step::Insertion(_, j) => (j, true),
            Step::Deletion(..) => return,
        };
        let origin = read.origins[read_at];
        if let (Some(confidence), true) = (origin.confidence, origin.first) {
            self.page.sureness.push((confidence, wrong));
        }
    }
}

/// A line's direction: as stated, or from a box that is more than twice as long as wide.
pub(super) fn direction(line: &TextLine) -> Option<WritingMode> {
    let guess = || {
        let bbox = line.bbox?;
        match (bbox.width(), bbox.height()) {
            (width, height) if height > 2 * width => Some(WritingMode::VerticalRl),
            (width, height) if width > 2 * height => Some(WritingMode::HorizontalTb),
            _ => None,
        }
    };
    line.writing_mode.or_else(guess)
}

fn mode_name(mode: WritingMode) -> &'static str {
    match mode {
        WritingMode::HorizontalTb => "horizontal-tb",
        WritingMode::VerticalRl => "vertical-rl",
    }
}

fn role_name(role: Role) -> String {
    let name = serde_json::to_value(role).ok().and_then(|v| v.as_str().map(str::to_owned));
    name.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page(lines: &[(Role, &str)]) -> Document {
        let line = |(role, text): &(Role, &str)| TextLine {
            text: (*text).into(),
            role: Some(*role),
            writing_mode: Some(WritingMode::VerticalRl),
            ..TextLine::default()
        };
        Document { lines: lines.iter().map(line).collect(), ..Document::default() }
    }

    #[test]
    fn rates_differ_by_what_they_fold() {
        let page = measure(
            "a",
            &Document::of_text("第５號　か\u{3099}\n正しかつた"),
            &Document::of_text("第5号が\n正しかった"),
        );
        // ５, 號, 　, か゛, つ: composition makes が equal; folding makes all equal.
        assert_eq!((page.strict.total(), page.strict.n), (5, 11));
        assert_eq!((page.nfc.total(), page.nfc.n), (4, 11));
        assert_eq!((page.reading.total(), page.reading.n), (0, 9));
        let table = page.confusions.table();
        assert_eq!(
            (table.modernized_kana, table.modernized_kanji, table.width, table.reading.len()),
            (1, 1, 1, 0)
        );
    }

    #[test]
    fn a_redaction_costs_nothing_and_filling_it_does() {
        let reference = Document::of_text("往■わたり会談");
        assert_eq!(measure("a", &reference, &Document::of_text("往■■わたり会談")).strict.total(), 0);
        assert_eq!(measure("a", &reference, &Document::of_text("往訪中わたり会談")).reading.insertions, 2);
    }

    #[test]
    fn the_body_is_found_wherever_it_stands_and_splits_do_not_mind_the_order() {
        let reference =
            page(&[(Role::To, "外務大臣殿"), (Role::Subject, "首のう会談"), (Role::Body, "概要次のとおり")]);
        let read = page(&[
            (Role::Other, "首のう会談"),
            (Role::Other, "概要次のとわり"),
            (Role::Other, "外務大臣殿"),
        ]);
        let page = measure("a", &reference, &read);
        assert_eq!(page.body.map(|e| (e.total(), e.n)), Some((1, 12)));
        assert_eq!(page.order_free.map(|e| (e.total(), e.n)), Some((1, 17)));
        assert!(page.reading.total() >= 10);
        assert_eq!((page.roles["to"].total(), page.roles["body"].total(), page.roles["body"].n), (0, 1, 7));
        assert_eq!(page.directions["vertical-rl"].n, 17);
        assert!((page.order.unwrap().tau + 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_told_is_nothing_measured() {
        let page = measure("a", &Document::of_text("第"), &Document::of_text("第"));
        assert_eq!((page.body, page.skew_error_degrees, page.cells), (None, None, None));
        assert!(page.marks.is_empty() && page.fields.is_empty() && page.sureness.is_empty());
        assert_eq!(page.order_free.map(|e| e.total()), Some(0));
    }

    proptest! {
        #[test]
        fn a_page_has_no_errors_against_itself(text in "[\\PC\n]{0,60}") {
            let page = measure("a", &Document::of_text(&text), &Document::of_text(&text));
            prop_assert_eq!(page.strict.total() + page.nfc.total() + page.reading.total(), 0);
            prop_assert_eq!(page.order_free.map(|e| e.total()), Some(0));
        }

        #[test]
        fn splits_add_up(a in "[あいう\n]{0,30}", b in "[あいう\n]{0,30}") {
            let page = measure("a", &Document::of_text(&a), &Document::of_text(&b));
            let all = page.order_free.unwrap();
            let sum: Errors = page.directions.values().copied().sum();
            prop_assert_eq!(sum, all);
            prop_assert_eq!(all.n, page.reading.n);
            prop_assert!(all.total() <= page.reading.total());
        }
    }
}
