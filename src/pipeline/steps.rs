//! Provenance steps with the measurements of each stage.

use super::Prepared;
use crate::background::Polarity;
use crate::error::Stage;
use crate::page::{Region, RegionKind};
use crate::provenance::Step;
use crate::scan::{Note, Scan};

/// Notes about the scan, if any, such as existing PDF text, which is not used, or a different vertical resolution.
pub(super) fn scan(scan: &Scan) -> Option<Step> {
    let name = |note: &Note| note.code().replace('-', "_");
    let mut noted = scan.notes.iter().fold(step(Stage::Scan), |step, note| step.with(&name(note), true));
    if let Some(dpi) = scan.dpi_down {
        noted = noted.with("dpi_down", round(f64::from(dpi)));
    }
    (!noted.measured.is_empty()).then_some(noted)
}

/// The steps before recognition.
pub(super) fn before_reading(prepared: &Prepared) -> Vec<Step> {
    let count = |is: fn(&RegionKind) -> bool| prepared.marks.iter().filter(|m| is(&m.kind)).count();
    let ink = prepared.ink.ink_in(&prepared.ink.bbox()) as f64 / prepared.ink.bbox().area().max(1) as f64;
    let background = &prepared.background;
    vec![
        step(Stage::Background)
            .with("is_negative", background.polarity == Polarity::Negative)
            .with("evenness", round(background.evenness))
            .with("hue_of_print", background.hue_of_print().map(f64::round))
            .with("panels", background.panels())
            .with("hollow_strokes", background.is_hollow()),
        step(Stage::Deskew)
            .with("skew_degrees", round(prepared.skew.degrees))
            .with("confidence", round(f64::from(prepared.skew.confidence.value())))
            .with("black_border", prepared.has_border),
        step(Stage::Binarize).with("ink", round(ink)),
        step(Stage::Marks)
            .with("stamps", count(|kind| matches!(kind, RegionKind::Stamp { .. })))
            .with("redactions", count(|kind| matches!(kind, RegionKind::Redaction { .. })))
            .with("handwriting", count(|kind| *kind == RegionKind::Handwriting))
            .with("rulings", count(|kind| matches!(kind, RegionKind::Ruling))),
        step(Stage::Layout)
            .with("pages", if prepared.partings.gutter.is_some() { 2 } else { 1 })
            .with("blocks", prepared.blocks.len())
            .with("lines", prepared.blocks.iter().map(|b| b.lines.len()).sum::<usize>()),
    ]
}

/// The recognition step.
pub(super) fn reading(regions: &[Region], rotation: u16) -> Step {
    let glyphs: usize = regions.iter().flat_map(|r| &r.lines).map(|l| l.glyphs.len()).sum();
    step(Stage::Recognize).with("glyphs", glyphs).with("quarter_turn_degrees", rotation)
}

fn step(stage: Stage) -> Step {
    Step::new(&stage.to_string())
}

/// Rounds to four decimal places, the precision of the measurements.
fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}
