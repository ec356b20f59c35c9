//! The lines of a page in the report: each printed character above the character that was read.

use crate::evaluate::align::Step;
use crate::evaluate::confusions::{Difference, difference};
use crate::evaluate::document::{Document, TextLine};
use crate::evaluate::page_figures::{Aligned, align, direction};
use crate::geometry::BBox;
use crate::page::WritingMode;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

/// A line of the reference with its reading, or inserted text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ShownLine {
    pub(super) writing_mode: WritingMode,
    /// Box on the scan, if either side has it.
    pub(super) bbox: Option<BBox>,
    pub(super) cells: Vec<Cell>,
}

/// A printed character and the read character.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// Empty for an insertion.
    pub(super) reference: String,
    /// Empty for a deletion.
    pub(super) read: String,
    pub(super) kind: CellKind,
}

/// Kind of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CellKind {
    Same,
    /// Equal in the reading, but spelled differently.
    Spelling,
    Wrong,
    /// White space or a redaction; not compared.
    Neutral,
}

impl ShownLine {
    /// Number of substitutions, deletions and insertions.
    pub(super) fn errors(&self) -> usize {
        self.cells.iter().filter(|c| c.kind == CellKind::Wrong).count()
    }

    /// Whether any character differs.
    pub(super) fn differs(&self) -> bool {
        self.cells.iter().any(|c| matches!(c.kind, CellKind::Wrong | CellKind::Spelling))
    }
}

/// All lines in the order of the reference, then inserted text.
pub(super) fn lines(reference: &Document, hypothesis: &Document) -> Vec<ShownLine> {
    let aligned = align(reference, hypothesis);
    let mut of_line: BTreeMap<usize, Vec<Step>> = BTreeMap::new();
    let mut beside: BTreeMap<usize, Vec<Step>> = BTreeMap::new();
    for &step in &aligned.path {
        let (i, j) = match step {
            Step::Pair(i, _) | Step::Deletion(i, _) => (i, None),
            Step::Insertion(i, j) => (i, Some(j)),
        };
        match (aligned.expected.origins.get(i), j) {
            (Some(origin), _) => of_line.entry(origin.line).or_default().push(step),
            (None, Some(j)) => beside.entry(aligned.read.origins[j].line).or_default().push(step),
            (None, None) => {}
        }
    }
    let printed = reference.lines.iter().enumerate().filter(|(_, l)| !l.text.trim().is_empty());
    let mut shown: Vec<ShownLine> = printed
        .map(|(at, line)| {
            let steps = of_line.remove(&at).unwrap_or_default();
            shown_line(line, partner(&steps, &aligned, hypothesis), cells(line, steps, &aligned))
        })
        .collect();
    shown.extend(beside.into_iter().filter_map(|(at, steps)| {
        let cells = steps.iter().filter_map(|s| extra(*s, &aligned)).collect();
        Some(shown_line(hypothesis.lines.get(at)?, None, cells))
    }));
    shown
}

fn shown_line(line: &TextLine, partner: Option<&TextLine>, cells: Vec<Cell>) -> ShownLine {
    let mode = direction(line).or_else(|| partner.and_then(direction));
    ShownLine {
        writing_mode: mode.unwrap_or(WritingMode::HorizontalTb),
        bbox: line.bbox.or_else(|| partner?.bbox),
        cells,
    }
}

/// The line of the result that most characters were paired with.
fn partner<'a>(steps: &[Step], aligned: &Aligned, hypothesis: &'a Document) -> Option<&'a TextLine> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for step in steps {
        if let Step::Pair(_, j) = step {
            *counts.entry(aligned.read.origins[*j].line).or_default() += 1;
        }
    }
    hypothesis.lines.get(counts.into_iter().max_by_key(|c| c.1)?.0)
}

/// The cells of a printed line, including white space and redactions.
fn cells(line: &TextLine, mut steps: Vec<Step>, aligned: &Aligned) -> Vec<Cell> {
    // Parts of a line may be paired in any order; the stable sort keeps the path's order within a part.
    steps.sort_by_key(|s| match *s {
        Step::Pair(i, _) | Step::Deletion(i, _) | Step::Insertion(i, _) => i,
    });
    let mut steps = steps.into_iter().peekable();
    let mut cells = Vec::new();
    let composed: String = line.text.nfc().collect();
    for cluster in composed.graphemes(true) {
        while let Some(step) = steps.next_if(|s| matches!(s, Step::Insertion(..))) {
            cells.extend(extra(step, aligned));
        }
        let at = |s: &Step| match *s {
            Step::Pair(i, _) | Step::Deletion(i, _) => Some(i),
            Step::Insertion(..) => None,
        };
        let is_this = |s: &Step| {
            let origin = at(s).and_then(|i| aligned.expected.origins.get(i));
            origin.is_some_and(|o| aligned.characters.text(o.printed) == cluster)
        };
        match steps.next_if(is_this) {
            Some(step) => cells.push(cell(cluster, step, aligned)),
            None => cells.push(Cell {
                reference: cluster.to_owned(),
                read: String::new(),
                kind: CellKind::Neutral,
            }),
        }
        // Skip the further characters that this one was folded into (㈱).
        while steps.next_if(|s| at(s).is_some_and(|i| !aligned.expected.origins[i].first)).is_some() {}
    }
    cells.extend(steps.filter_map(|s| extra(s, aligned)));
    cells
}

fn cell(cluster: &str, step: Step, aligned: &Aligned) -> Cell {
    let read = match step {
        Step::Pair(_, j) => aligned.characters.text(aligned.read.origins[j].printed),
        _ => String::new(),
    };
    let kind = if read == cluster {
        CellKind::Same
    } else if read.is_empty() || difference(cluster, &read) == Difference::Reading {
        CellKind::Wrong
    } else {
        CellKind::Spelling
    };
    Cell { reference: cluster.to_owned(), read, kind }
}

/// The cell of an insertion.
fn extra(step: Step, aligned: &Aligned) -> Option<Cell> {
    let Step::Insertion(_, j) = step else { return None };
    let origin = aligned.read.origins[j];
    let read = aligned.characters.text(origin.printed);
    origin.first.then_some(Cell { reference: String::new(), read, kind: CellKind::Wrong })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(reference: &str, read: &str) -> Vec<String> {
        let mark = |c: &Cell| {
            let sign = match c.kind {
                CellKind::Same => return c.reference.clone(),
                CellKind::Spelling => '~',
                CellKind::Wrong => '/',
                CellKind::Neutral => return format!("[{}]", c.reference),
            };
            format!("({}{sign}{})", c.reference, c.read)
        };
        let lines = lines(&Document::of_text(reference), &Document::of_text(read));
        lines.iter().map(|l| l.cells.iter().map(mark).collect()).collect()
    }

    #[test]
    fn every_character_stands_beside_its_reading() {
        assert_eq!(
            shown("往■ わたり\n正しかつた", "正しかっだ\n往わりり"),
            ["往[■][ ]わ(た/り)り", "正しか(つ~っ)(た/だ)"]
        );
        assert_eq!(shown("第", "第号"), ["第(/号)"]);
        assert_eq!(shown("", "号"), ["(/号)"]);
        assert_eq!(shown("㈱了", "株了").len(), 1);
    }

    proptest! {
        #[test]
        fn the_reference_is_shown_whole(a in "[あいう■ ]{1,20}", b in "[あいう\n]{0,20}") {
            let lines = lines(&Document::of_text(&a), &Document::of_text(&b));
            let shown: String = lines.iter().flat_map(|l| &l.cells).map(|c| c.reference.as_str()).collect();
            let printed = if a.trim().is_empty() { String::new() } else { a };
            prop_assert_eq!(shown, printed);
            let read: String = lines.iter().flat_map(|l| &l.cells).map(|c| c.read.as_str()).collect();
            prop_assert_eq!(read.chars().count(), b.chars().filter(|c| *c != '\n').count());
        }
    }
}
