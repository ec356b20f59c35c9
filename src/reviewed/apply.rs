//! Applies a review to a page record: the result has the regions and text of the review, and fields parsed from them.
//!
//! A line that differs from the machine's reading gets the engine [`PERSON`] and confidence 1. A ■ that a person
//! entered is a redaction, as in the machine's reading. Unchanged lines keep their engine and confidences.

use super::fields::{Lines, ReadPage};
use super::{MendedLine, MendedRegion, PERSON, Review, regions_of};
use crate::page::{Confidence, Glyph, Line, Page, REDACTION_MARK, Region, RegionKind, Warning, plain_text};
use crate::provenance::Step;
use std::collections::HashMap;

/// Name of the provenance step.
const STEP: &str = "review";

/// Applies a review to its page record. The review must belong to this record; [`super::take`] checks that.
#[must_use]
pub fn apply(page: &Page, review: &Review) -> Page {
    let machine = regions_of(page);
    let read_page = ReadPage::of(page);
    let read = Lines::of(&machine);
    let mut regions = review.regions.clone();
    for mended in regions.iter_mut().flat_map(|r| &mut r.lines) {
        if read.get(&mended.id).is_none_or(|known| known.line.text != mended.line.text) {
            sign(&mut mended.line);
        }
    }
    let is_new_head = read_page.assign_roles(&machine, &mut regions);
    let warnings = open_warnings(page, review, &regions);
    let regions: Vec<Region> = regions.into_iter().map(region).collect();
    let telegram = read_page.telegram(&regions, is_new_head);
    let mut provenance = page.provenance.clone();
    provenance.steps.push(step(review));
    let text = plain_text(&regions);
    Page { regions, text, telegram, warnings, provenance, ..page.clone() }
}

/// Sets engine and confidence of a line that a person wrote.
fn sign(line: &mut Line) {
    let is_mark = |g: &Glyph| g.text.chars().eq([REDACTION_MARK]);
    let is_hidden = !line.glyphs.is_empty() && line.glyphs.iter().all(is_mark);
    line.engine = if is_hidden { "none" } else { PERSON }.to_owned();
    line.confidence = Confidence::CERTAIN;
    line.glyphs.iter_mut().for_each(|g| g.confidence = Confidence::CERTAIN);
}

fn region(mended: MendedRegion) -> Region {
    let MendedRegion { id, kind, bbox, outline, confidence, lines } = mended;
    let lines: Vec<Line> = lines.into_iter().map(|l| l.line).collect();
    let is_text = matches!(kind, RegionKind::Text { .. });
    // A reviewer can draw or enlarge a line beyond the box of its region.
    let bbox = lines.iter().filter(|_| is_text).fold(bbox, |all, l| all.union(&l.bbox));
    Region { id, kind, bbox, outline, confidence, lines }
}

/// Returns the machine's warnings that still apply, with their present places: all warnings of the page itself, and,
/// unless the page is marked done, warnings of existing regions and of unchanged lines.
fn open_warnings(page: &Page, review: &Review, regions: &[MendedRegion]) -> Vec<Warning> {
    let places: HashMap<&str, (&MendedRegion, usize, &MendedLine)> = regions
        .iter()
        .flat_map(|r| r.lines.iter().enumerate().map(move |(i, l)| (l.id.as_str(), (r, i, l))))
        .collect();
    let still = |warning: &Warning| {
        let Some(id) = &warning.region else { return Some(warning.clone()) };
        if review.done {
            return None;
        }
        let Some(line) = warning.line else {
            return regions.iter().any(|r| r.id == *id).then(|| warning.clone());
        };
        let (region, index, mended) = places.get(format!("{id}/{line}").as_str())?;
        let is_open = mended.line.engine != PERSON;
        is_open.then(|| Warning { region: Some(region.id.clone()), line: Some(*index), ..warning.clone() })
    };
    page.warnings.iter().filter_map(still).collect()
}

/// Returns the last reviewer and the revision from the provenance; `None` if the page is as the machine read it.
#[must_use]
pub fn signature(page: &Page) -> Option<Signature<'_>> {
    let measured = &page.provenance.steps.iter().rfind(|step| step.stage == STEP)?.measured;
    let by = measured.get("by").and_then(|by| by.as_str()).unwrap_or_default();
    Some(Signature { by, revision: measured.get("revision")?.as_u64()? })
}

/// Reviewer and revision of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature<'a> {
    /// Name under which the last reviewer saved the page.
    pub by: &'a str,
    /// Number of times the review was saved.
    pub revision: u64,
}

/// The provenance step that names revision and reviewers.
fn step(review: &Review) -> Step {
    let mut step = Step::new(STEP)
        .with("revision", review.revision)
        .with("changes", review.changes)
        .with("done", review.done);
    if let Some(last) = review.history.last() {
        step = step.with("by", last.by.as_str()).with("at", last.at.as_str());
        let mut all: Vec<&str> = review.history.iter().map(|c| c.by.as_str()).collect();
        all.sort_unstable();
        all.dedup();
        if all.len() > 1 {
            step = step.with("reviewers", all);
        }
    }
    step
}
