//! Builds the page record: scan coordinates, regions with ids, telegram fields, provenance.

use super::lines::{ReadBlock, ReadLines};
use super::stamps::ReadStamp;
use super::warnings::{little_text, of_page, of_regions, of_scan, of_stamps, second_telegram};
use super::{Prepared, Settings, steps};
use crate::geometry::{BBox, Polygon, Transform};
use crate::marks::Mark;
use crate::page::{Confidence, FORMAT, Line, Page, Region, RegionKind, Role, Telegram, plain_text};
use crate::provenance::{Provenance, Source};
use crate::recognize::EngineDescription;
use crate::scan::Scan;
use crate::telegram::{Vocabulary, assign_roles, parse_telegram};

/// Builds the record of a page.
pub(super) fn page(
    scan: &Scan,
    source: Source,
    prepared: Prepared,
    (read, stamps): (ReadLines, Vec<ReadStamp>),
    engine: EngineDescription,
    settings: &Settings,
) -> Page {
    let (width, height) = scan.pixels.dimensions();
    let canvas = BBox::of_size(width, height);
    let back = &prepared.to_scan;
    let vocabulary = Vocabulary::new(&settings.telegram);
    let mut all = Interpreted::default();
    for blocks in by_page(read.blocks, prepared.partings.gutter) {
        let texts = blocks.into_iter().map(|block| text_region(block, back, &canvas)).collect();
        let first = all.regions.len() + 1;
        all.add(interpret(texts, first, prepared.turn.degrees, (width, height), &vocabulary));
    }
    let Interpreted { mut regions, notes, telegram, more_telegrams } = all;
    let text = plain_text(&regions);
    let mut warnings = of_scan(&scan.notes);
    warnings.extend(of_page(&prepared, &read.given_up));
    warnings.extend(of_regions(&regions, &prepared));
    warnings.extend(more_telegrams.iter().map(second_telegram));
    let mut steps: Vec<_> = steps::scan(scan).into_iter().collect();
    steps.extend(steps::before_reading(&prepared));
    steps.push(steps::reading(&regions, prepared.turn.degrees));
    let marks = mark_regions(&prepared, stamps, notes, back, &canvas);
    warnings.extend(of_stamps(&marks));
    regions.extend(marks);
    warnings.extend(little_text(&regions, &prepared.background));
    let mut models = engine.models;
    models.extend(super::segmenter(settings).map(|network| network.model().clone()));
    Page {
        format: FORMAT.to_owned(),
        source,
        width,
        height,
        dpi: scan.dpi,
        skew_degrees: (prepared.skew.degrees * 1000.0).round() / 1000.0,
        rotation: prepared.turn.degrees,
        regions,
        text,
        telegram,
        warnings,
        provenance: Provenance {
            software: concat!("denshin ", env!("CARGO_PKG_VERSION")).to_owned(),
            engine: format!("{} {}", engine.name, engine.version),
            models,
            settings: serde_json::to_value(settings).unwrap_or_default(),
            steps,
        },
    }
}

/// Groups blocks by page. A scan with a gutter has two pages; the page that is read first comes first.
fn by_page(blocks: Vec<ReadBlock>, gutter: Option<i32>) -> Vec<Vec<ReadBlock>> {
    let Some(gutter) = gutter else { return vec![blocks] };
    let is_left = |block: &ReadBlock| {
        let around = block.lines.iter().fold(BBox::default(), |all, line| all.union(&line.bbox));
        around.center().x < f64::from(gutter)
    };
    let Some(first) = blocks.first().map(is_left) else { return vec![] };
    let (first, second) = blocks.into_iter().partition(|block| is_left(block) == first);
    vec![first, second]
}

/// Text regions with roles, text regions that turned out to be handwritten notes, and the telegram fields.
#[derive(Default)]
struct Interpreted {
    regions: Vec<Region>,
    notes: Vec<Region>,
    telegram: Option<Telegram>,
    /// Telegrams on the second page of a scan whose first page also has one.
    more_telegrams: Vec<Telegram>,
}

impl Interpreted {
    /// Adds the second page of a scan.
    fn add(&mut self, page: Self) {
        self.regions.extend(page.regions);
        self.notes.extend(page.notes);
        match &self.telegram {
            None => self.telegram = page.telegram,
            Some(_) => self.more_telegrams.extend(page.telegram.filter(|t| t.number.is_some())),
        }
    }
}

/// Assigns roles and parses the fields. Both depend on positions on the upright page, so a rotated scan is rotated
/// first.
fn interpret(
    texts: Vec<Region>,
    first: usize,
    rotation: u16,
    size: (u32, u32),
    vocabulary: &Vocabulary,
) -> Interpreted {
    let upright = texts.into_iter().map(|region| region.turned(rotation, size)).collect();
    let (notes, mut regions): (Vec<Region>, Vec<Region>) = assign_roles(upright, vocabulary)
        .into_iter()
        .partition(|region| region.kind == RegionKind::Handwriting);
    number(&mut regions, "r", first);
    let telegram = parse_telegram(&regions, vocabulary);
    let turned = BBox::of_size(size.0, size.1).turned(rotation, size);
    let size = (turned.width() as u32, turned.height() as u32);
    let as_scanned =
        |all: Vec<Region>| all.into_iter().map(|region| region.turned(360 - rotation % 360, size)).collect();
    let (regions, notes) = (as_scanned(regions), as_scanned(notes));
    Interpreted { regions, notes, telegram, more_telegrams: vec![] }
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

/// Maps the boxes of a line to the scan and makes the line box contain its glyph boxes.
fn on_scan(mut line: Line, back: &Transform, canvas: &BBox) -> Line {
    line.bbox = back.apply_bbox(&line.bbox).intersection(canvas);
    for glyph in &mut line.glyphs {
        glyph.bbox = back.apply_bbox(&glyph.bbox).intersection(canvas);
        line.bbox = line.bbox.union(&glyph.bbox);
    }
    line
}

/// Regions of stamps, redactions, handwriting (including notes found among text lines) and rulings, with ids by kind.
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
                // The tilt is measured on the deskewed page; the record includes the page skew.
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

fn number(regions: &mut [Region], prefix: &str, first: usize) {
    for (i, region) in regions.iter_mut().enumerate() {
        region.id = format!("{prefix}{}", first + i);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::WritingMode;

    /// A region with one line of square cells.
    fn region(text: &str, left: i32, top: i32) -> Region {
        let bbox = BBox::from_ltwh(left, top, 50 * text.chars().count() as i32, 50);
        let glyph = |(i, c): (usize, char)| crate::page::Glyph {
            text: c.into(),
            bbox: BBox::from_ltwh(left + 50 * i as i32, top, 50, 50),
            confidence: Confidence::CERTAIN,
            alternatives: vec![],
        };
        let glyphs = text.chars().enumerate().map(glyph).collect();
        let line =
            Line { bbox, text: text.into(), confidence: Confidence::CERTAIN, engine: "drawn".into(), glyphs };
        let kind = RegionKind::Text { role: Role::Other, writing_mode: WritingMode::HorizontalTb };
        let (confidence, outline) = (Confidence::CERTAIN, Polygon::default());
        Region { id: String::new(), kind, bbox, outline, confidence, lines: vec![line] }
    }

    #[test]
    fn a_scan_on_its_side_has_the_fields_of_an_upright_one() {
        let (size, vocabulary) = ((2400, 3400), Vocabulary::default());
        let cable = || {
            let lines =
                [("電信写", 900, 100), ("平成５年９月２８日国連発", 100, 300), ("外務大臣殿", 100, 500)];
            let message = [
                ("日米首のう会談", 100, 600),
                ("第５５１７号　極秘　至急", 100, 700),
                ("以上（了）", 150, 800),
            ];
            [&lines[..], &message]
                .concat()
                .into_iter()
                .map(|(t, left, top)| region(t, left, top))
                .collect::<Vec<_>>()
        };
        let upright = interpret(cable(), 1, 0, size, &vocabulary);
        let telegram = upright.telegram.as_ref().unwrap();
        assert_eq!((telegram.number, telegram.subject.as_deref()), (Some(5517), Some("日米首のう会談")));
        for rotation in [90, 180, 270] {
            let turned = BBox::of_size(size.0, size.1).turned(360 - rotation, size);
            let scan_size = (turned.width() as u32, turned.height() as u32);
            let on_scan = |all: Vec<Region>| {
                all.into_iter().map(|r| r.turned(360 - rotation, size)).collect::<Vec<_>>()
            };
            let found = interpret(on_scan(cable()), 1, rotation, scan_size, &vocabulary);
            assert_eq!(found.telegram, upright.telegram, "{rotation}");
            assert_eq!(found.regions, on_scan(upright.regions.clone()), "{rotation}");
        }
    }
}
