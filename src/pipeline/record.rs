//! Makes the page record: back to scan coordinates, regions with ids, fields, provenance.

use super::doubts::{doubts, of_scan, of_stamps};
use super::lines::ReadBlock;
use super::stamps::ReadStamp;
use super::{Prepared, Settings, steps};
use crate::geometry::{BBox, Polygon, Transform};
use crate::marks::Mark;
use crate::page::{Confidence, FORMAT, Line, Page, Region, RegionKind, Role};
use crate::provenance::{Provenance, Source};
use crate::recognize::EngineDescription;
use crate::scan::Scan;
use crate::telegram::{assign_roles, parse_telegram};

/// The record of a page that was read.
pub(super) fn page(
    scan: &Scan,
    source: Source,
    prepared: Prepared,
    (read, stamps): (Vec<ReadBlock>, Vec<ReadStamp>),
    engine: EngineDescription,
    settings: &Settings,
) -> Page {
    let (width, height) = scan.pixels.dimensions();
    let canvas = BBox::of_size(width, height);
    let back = &prepared.to_scan;
    let texts = read.into_iter().map(|block| text_region(block, back, &canvas)).collect();
    let (notes, mut regions): (Vec<Region>, Vec<Region>) =
        assign_roles(texts).into_iter().partition(|region| region.kind == RegionKind::Handwriting);
    number(&mut regions, "r");
    let text = plain_text(&regions);
    let telegram = parse_telegram(&regions);
    let mut warnings = of_scan(&scan.notes);
    warnings.extend(doubts(&regions, &prepared));
    let mut steps: Vec<_> = steps::scan(scan).into_iter().collect();
    steps.extend(prepared.steps.iter().cloned());
    steps.push(steps::reading(&regions, prepared.rotation));
    let marks = mark_regions(&prepared, stamps, notes, back, &canvas);
    warnings.extend(of_stamps(&marks));
    regions.extend(marks);
    Page {
        format: FORMAT.to_owned(),
        source,
        width,
        height,
        dpi: scan.dpi,
        skew_degrees: (prepared.skew.degrees * 1000.0).round() / 1000.0,
        rotation: prepared.rotation,
        regions,
        text,
        telegram,
        warnings,
        provenance: Provenance {
            software: concat!("denshin ", env!("CARGO_PKG_VERSION")).to_owned(),
            engine: format!("{} {}", engine.name, engine.version),
            models: engine.models,
            settings: serde_json::to_value(settings).unwrap_or_default(),
            steps,
        },
    }
}

/// The text regions in reading order, one line a printed line.
fn plain_text(regions: &[Region]) -> String {
    let lines: Vec<&str> = regions.iter().flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect();
    lines.join("\n")
}

fn text_region(block: ReadBlock, back: &Transform, canvas: &BBox) -> Region {
    let around = block.lines.iter().fold(BBox::default(), |all, l| all.union(&l.bbox));
    let confidence = Confidence::mean(block.lines.iter().map(|l| l.confidence));
    Region {
        id: String::new(),
        kind: RegionKind::Text { role: Role::Other, writing_mode: block.writing_mode },
        bbox: back.apply_bbox(&around).intersection(canvas),
        outline: Polygon::from_points(&back.apply_outline(&around)),
        confidence,
        lines: block.lines.into_iter().map(|l| on_scan(l, back, canvas)).collect(),
    }
}

/// A line with its boxes in pixels of the scan; it holds its glyphs there too.
fn on_scan(mut line: Line, back: &Transform, canvas: &BBox) -> Line {
    line.bbox = back.apply_bbox(&line.bbox).intersection(canvas);
    for glyph in &mut line.glyphs {
        glyph.bbox = back.apply_bbox(&glyph.bbox).intersection(canvas);
        line.bbox = line.bbox.union(&glyph.bbox);
    }
    line
}

/// Stamps, redactions, handwriting (what was read as lines of print, too) and rulings, with ids by kind.
fn mark_regions(
    prepared: &Prepared,
    stamps: Vec<ReadStamp>,
    notes: Vec<Region>,
    back: &Transform,
    canvas: &BBox,
) -> Vec<Region> {
    let mut stamps = prepared.stamps.iter().zip(stamps);
    let mut found: Vec<(&str, Region)> =
        notes.into_iter().map(|region| (prefix(&region.kind), region)).collect();
    for mark in &prepared.marks {
        let mut region = mark_region(mark, back, canvas);
        if matches!(mark.kind, RegionKind::Stamp { .. } | RegionKind::Handwriting)
            && let Some((picture, read)) = stamps.next()
        {
            if let RegionKind::Stamp { tilt_degrees, readings, .. } = &mut region.kind {
                // The stamp leans with the page.
                *tilt_degrees = ((picture.tilt_degrees + prepared.skew.degrees) * 100.0).round() / 100.0;
                *readings = read.readings;
            }
            region.outline = Polygon::from_points(&picture.outline.map(|p| back.apply(p)));
            region.lines = read.lines.into_iter().map(|l| on_scan(l, back, canvas)).collect();
        }
        found.push((prefix(&mark.kind), region));
    }
    found.sort_by_key(|(prefix, _)| *prefix);
    let mut counts = std::collections::BTreeMap::new();
    for (prefix, region) in &mut found {
        let count = counts.entry(*prefix).or_insert(0);
        *count += 1;
        region.id = format!("{prefix}{count}");
    }
    found.into_iter().map(|(_, region)| region).collect()
}

fn prefix(kind: &RegionKind) -> &'static str {
    match kind {
        RegionKind::Text { .. } => "r",
        RegionKind::Stamp { .. } => "s",
        RegionKind::Redaction { .. } => "x",
        RegionKind::Handwriting => "h",
        RegionKind::Ruling => "l",
    }
}

fn mark_region(mark: &Mark, back: &Transform, canvas: &BBox) -> Region {
    Region {
        id: String::new(),
        kind: mark.kind.clone(),
        bbox: back.apply_bbox(&mark.bbox).intersection(canvas),
        outline: Polygon::from_points(&back.apply_outline(&mark.bbox)),
        confidence: mark.confidence,
        lines: vec![],
    }
}

fn number(regions: &mut [Region], prefix: &str) {
    for (i, region) in regions.iter_mut().enumerate() {
        region.id = format!("{prefix}{}", i + 1);
    }
}
