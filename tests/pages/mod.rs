//! Pages for writers: a telegram with all kinds of regions, an empty page, and random pages.

use denshin::geometry::{BBox, Polygon};
use denshin::page::*;
use denshin::provenance::{Provenance, Source};
use proptest::prelude::*;
use std::process::Command;

/// An external tool; `None` with a message if it is not installed.
pub(crate) fn tool(name: &str) -> Option<Command> {
    // Poppler's tools know only -v; the exit code does not matter.
    let found = Command::new(name).arg("-v").output().is_ok();
    if !found {
        println!("skipped: {name} is not installed (scripts/test)");
    }
    found.then(|| Command::new(name))
}

/// A line of square cells.
pub(crate) fn line(text: &str, left: i32, top: i32, mode: WritingMode) -> Line {
    let cell = |(i, c): (usize, char)| {
        let along = 50 * i as i32;
        let (x, y) =
            if mode == WritingMode::HorizontalTb { (left + along, top) } else { (left, top + along) };
        Glyph {
            text: c.into(),
            bbox: BBox::from_ltwh(x, y, 50, 50),
            confidence: Confidence::clamped(if c == '電' { 0.6 } else { 0.98 }),
            alternatives: if c == '電' { vec![("雷".into(), Confidence::clamped(0.25))] } else { vec![] },
        }
    };
    let glyphs: Vec<Glyph> = text.chars().enumerate().map(cell).collect();
    let bbox = glyphs.iter().map(|g| g.bbox).reduce(|a, b| a.union(&b)).unwrap_or_default();
    let confidence = Confidence::mean(glyphs.iter().map(|g| g.confidence));
    Line { bbox, text: text.to_owned(), confidence, engine: "replay".into(), glyphs }
}

pub(crate) fn region(id: &str, kind: RegionKind, lines: Vec<Line>) -> Region {
    let bbox = lines.iter().map(|l| l.bbox).reduce(|a, b| a.union(&b)).unwrap_or_default();
    Region { id: id.into(), kind, bbox, outline: Polygon::default(), confidence: Confidence::CERTAIN, lines }
}

pub(crate) fn page(regions: Vec<Region>, telegram: Option<Telegram>) -> Page {
    let print = regions.iter().filter(|r| matches!(r.kind, RegionKind::Text { .. }));
    let text: Vec<&str> = print.flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect();
    Page {
        format: FORMAT.into(),
        source: Source { path: "scans/a & \"b\".tif".into(), sha256: "0".repeat(64), page: 1, pages: 1 },
        width: 2480,
        height: 3509,
        dpi: Some(300.0),
        skew_degrees: 1.25,
        rotation: 0,
        text: text.join("\n"),
        regions,
        telegram,
        warnings: vec![],
        provenance: Provenance { software: "denshin 0.1.0".into(), ..Provenance::default() },
    }
}

pub(crate) fn empty() -> Page {
    page(vec![], None)
}

/// Horizontal text with a redaction and a printed ■, vertical text, a stamp, handwriting, a ruling.
pub(crate) fn cable() -> Page {
    let text = |role, writing_mode| RegionKind::Text { role, writing_mode };
    let horizontal = |t, top| line(t, 200, top, WritingMode::HorizontalTb);
    let vertical = |t, left| line(t, left, 900, WritingMode::VerticalRl);
    let redaction =
        RegionKind::Redaction { style: RedactionStyle::Solid, estimated_characters: Some(7), group: None };
    let mut hidden = region("x1", redaction, vec![]);
    hidden.bbox = BBox::from_ltrb(300, 300, 350, 350);
    let telegram = Telegram {
        number: Some(5517),
        classification: Some("極秘".into()),
        sent: Some(Dispatch {
            date: Some("1993-09-28".into()),
            time: Some("12:34".into()),
            post: Some("国連".into()),
            text: "平成５年９月２８日　国連発".into(),
        }),
        from: Some("波多野大使".into()),
        to: Some("外務大臣".into()),
        subject: Some("日米首のう会談".into()),
        forwarded_to: vec!["英".into(), "独".into()],
        references: vec![Reference {
            direction: ReferenceDirection::Outgoing,
            number: Some(5513),
            annex: None,
            text: "往電第５５１３号".into(),
        }],
        end_mark: true,
        ..Telegram::default()
    };
    let regions = vec![
        region("r1", text(Role::Subject, WritingMode::HorizontalTb), vec![horizontal("往電第５ 号神", 200)]),
        region(
            "r2",
            text(Role::Body, WritingMode::HorizontalTb),
            vec![horizontal("貴電■に関し", 300), horizontal("■印　正しかつた", 400)],
        ),
        region(
            "r3",
            text(Role::Body, WritingMode::VerticalRl),
            vec![vertical("縦書きの總領事", 1900), vertical("次の行（了）", 1800)],
        ),
        region(
            "s1",
            RegionKind::stamp(StampColor::Red, StampShape::Rectangle),
            vec![line("極秘", 1500, 100, WritingMode::HorizontalTb)],
        ),
        region("h1", RegionKind::Handwriting, vec![line("済", 100, 2000, WritingMode::HorizontalTb)]),
        hidden,
        Region { bbox: BBox::from_ltrb(100, 800, 2400, 804), ..region("l1", RegionKind::Ruling, vec![]) },
    ];
    page(regions, Some(telegram))
}

fn bbox() -> impl Strategy<Value = BBox> {
    (-50..3000i32, -50..4000i32, 0..900i32, 0..900i32)
        .prop_map(|(l, t, w, h)| BBox::from_ltrb(l, t, l + w, t + h))
}

/// Any string; characters that are special in XML or in Japanese are more frequent.
fn any_text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec![
        "■",
        "&",
        "<",
        ">",
        "\"",
        "'",
        "]]>",
        "\u{0}",
        "\u{1b}",
        "\u{fffe}",
        "\u{85}",
        "　",
        " ",
        "電",
        "か\u{3099}",
        "\u{fa19}",
        "𠮷",
        "&amp;",
        "<!--",
        "\t",
    ]);
    let part = prop_oneof![special.prop_map(str::to_owned), "[ぁ-んァ-ヶ一-龠０-９]{1,4}", "\\PC{1,2}"];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

fn any_line() -> impl Strategy<Value = Line> {
    (any_text(), bbox(), 0.0..=1.0f32, 0..3u8).prop_map(|(text, bbox, confidence, spelling)| {
        let confidence = Confidence::clamped(confidence);
        let glyph = |text: String| Glyph {
            text,
            bbox,
            confidence,
            alternatives: vec![("<&".into(), confidence), ("雷雷雷雷".into(), confidence)],
        };
        // No glyphs, one glyph per character, or one glyph for the whole text.
        let glyphs = match spelling {
            0 => vec![],
            1 => text.chars().map(|c| glyph(c.into())).collect(),
            _ => vec![glyph(text.clone())],
        };
        Line { bbox, text, confidence, engine: "replay".into(), glyphs }
    })
}

fn any_kind() -> impl Strategy<Value = RegionKind> {
    let text = |role, writing_mode| Just(RegionKind::Text { role, writing_mode });
    prop_oneof![
        text(Role::FormTitle, WritingMode::VerticalRl),
        text(Role::Body, WritingMode::HorizontalTb),
        (-400.0..400.0f64).prop_map(|tilt_degrees| RegionKind::Stamp {
            color: StampColor::Violet,
            shape: StampShape::Oval,
            tilt_degrees,
            readings: vec![],
        }),
        any::<(Option<u32>, Option<u32>)>().prop_map(|(estimated_characters, group)| RegionKind::Redaction {
            style: RedactionStyle::Outlined,
            estimated_characters,
            group
        }),
        Just(RegionKind::Handwriting),
        Just(RegionKind::Ruling),
    ]
}

/// Any page; ids are unique, as the record requires.
pub(crate) fn any_page() -> impl Strategy<Value = Page> {
    let lines = prop::collection::vec(any_line(), 0..3);
    let outline = prop::collection::vec([-9..4000i32, -9..4000i32], 0..5);
    let region = (any_kind(), bbox(), outline, lines);
    let field = || prop::option::of(any_text());
    let telegram = prop::option::of((any::<Option<u32>>(), field(), field(), any_text()));
    (prop::collection::vec(region, 0..5), telegram, any_text(), any::<Option<u16>>(), -15_000..15_000i32)
        .prop_map(|(regions, telegram, path, dpi, skew)| {
            let regions = regions.into_iter().enumerate().map(|(i, (kind, bbox, outline, lines))| Region {
                id: format!("r{i}"),
                kind,
                bbox,
                outline: Polygon(outline),
                confidence: Confidence::clamped(0.5),
                lines,
            });
            let telegram = telegram.map(|(number, subject, from, reference)| Telegram {
                number,
                subject,
                sent: Some(Dispatch { text: reference.clone(), ..Dispatch::default() }),
                from,
                forwarded_to: vec![reference],
                ..Telegram::default()
            });
            let mut page = page(regions.collect(), telegram);
            page.source.path = path;
            page.dpi = dpi.map(|d| f32::from(d) / 8.0);
            page.skew_degrees = f64::from(skew) / 1000.0;
            page.rotation = 270;
            page
        })
}
