//! Heads of cables that are set otherwise than the synthetic ones, drawn line by line.

use denshin::geometry::{BBox, Polygon};
use denshin::page::{Confidence, Glyph, Line, Region, RegionKind, Role, Telegram, WritingMode};
use denshin::telegram::{assign_roles, parse_telegram};

/// Reads a cable of horizontal lines: text, and its indent and row in cells of 50 px.
fn read(lines: &[(&str, i32, i32)]) -> Telegram {
    let regions = lines.iter().map(|&(text, indent, row)| region(text, indent, row)).collect();
    parse_telegram(&assign_roles(regions)).expect("a cable")
}

fn region(text: &str, indent: i32, row: i32) -> Region {
    set(text, (200 + 50 * indent, 200 + 90 * row), 50)
}

/// A line of characters of a size at a place.
fn set(text: &str, (left, top): (i32, i32), size: i32) -> Region {
    let cell = |i: usize| BBox::from_ltwh(left + size * i as i32, top, size, size);
    let glyphs: Vec<Glyph> = text
        .chars()
        .enumerate()
        .map(|(i, c)| Glyph {
            text: c.to_string(),
            bbox: cell(i),
            confidence: Confidence::CERTAIN,
            alternatives: vec![],
        })
        .collect();
    let bbox = glyphs.iter().fold(BBox::default(), |all, g| all.union(&g.bbox));
    let line =
        Line { bbox, text: text.to_owned(), confidence: Confidence::CERTAIN, engine: "drawn".into(), glyphs };
    Region {
        id: format!("r{top}"),
        kind: RegionKind::Text { role: Role::Other, writing_mode: WritingMode::HorizontalTb },
        bbox,
        outline: Polygon::default(),
        confidence: Confidence::CERTAIN,
        lines: vec![line],
    }
}

#[test]
fn a_cable_from_the_ministry_goes_to_a_head_of_post() {
    let telegram = read(&[
        ("電信案", 15, 0),
        ("昭和十六年十一月五日本省發", 0, 2),
        ("在米野村大使殿", 0, 4),
        ("外務大臣", 28, 4),
        ("第七三六號極祕大至急", 0, 6),
        ("貴電第一〇五五號ニ關シ", 1, 7),
        ("右御含ミノ上獨、伊ニ轉電アリタシ（了）", 1, 8),
    ]);
    assert_eq!(telegram.to.as_deref(), Some("在米野村大使"));
    assert_eq!(telegram.from.as_deref(), Some("外務大臣"));
    assert_eq!(telegram.number, Some(736));
    assert_eq!(telegram.classification.as_deref(), Some("極秘"));
    let sent = telegram.sent.unwrap();
    assert_eq!((sent.date.as_deref(), sent.post.as_deref()), (Some("1941-11-05"), Some("本省")));
    assert_eq!(telegram.received, None);
    assert_eq!(telegram.subject, None);
    assert_eq!(telegram.references[0].number, Some(1055));
    assert_eq!(telegram.forwarded_to, ["獨", "伊"]);
    assert!(telegram.end_mark);
}

#[test]
fn a_subject_runs_over_two_lines_or_stands_behind_the_number() {
    let head = [("平成元年三月四日１２時００分英発", 0, 0), ("外務大臣殿", 0, 2), ("北村大使", 28, 2)];
    let over =
        [("日英首のう会談における地域情勢及び二国間関係に関する意見交換の", 0, 4), ("概要（その１）", 1, 5)];
    let number = ("第１２号　秘　至急", 0, 6);
    let body = [("本件につき、次のとおり。", 1, 7), ("（了）", 0, 8)];
    let telegram = read(&[&head[..], &over, &[number], &body].concat());
    assert_eq!(
        telegram.subject.as_deref(),
        Some("日英首のう会談における地域情勢及び二国間関係に関する意見交換の概要（その１）")
    );
    assert_eq!(telegram.sent.unwrap().date.as_deref(), Some("1989-03-04"));
    assert_eq!(telegram.number, Some(12));

    let behind = ("領事関係条約の運用に関する件", 0, 7);
    let message = ("本件につき、次のとおり。", 1, 8);
    let telegram = read(&[&head[..], &[number, behind, message]].concat());
    assert_eq!(telegram.subject.as_deref(), Some("領事関係条約の運用に関する件"));
    assert_eq!(telegram.paragraphs.len(), 1);
}

#[test]
fn two_names_read_as_one_line_are_two_persons() {
    let telegram = read(&[
        ("平成５年９月２８日１２時３４分国連発", 0, 0),
        ("外務大臣殿　波多野大使", 0, 2),
        ("第５５１７号", 0, 4),
        ("本文。", 1, 5),
    ]);
    assert_eq!(telegram.to.as_deref(), Some("外務大臣"));
    assert_eq!(telegram.from.as_deref(), Some("波多野大使"));
}

#[test]
fn what_is_blacked_out_is_null() {
    let telegram = read(&[
        ("電信写", 15, 0),
        ("平成■年９月２８日■　国連発", 0, 2),
        ("■本省着", 0, 3),
        ("外務大臣殿", 0, 5),
        ("■大使", 28, 5),
        ("■", 0, 7),
        ("第■号　■", 0, 8),
        ("往電第■号に関し、■は、次のとおり述べた。", 1, 9),
        ("■に転電した。（了）", 0, 10),
    ]);
    assert_eq!(telegram.number, None);
    assert_eq!((telegram.classification, telegram.precedence, telegram.distribution), (None, None, None));
    let sent = telegram.sent.unwrap();
    assert_eq!((sent.date, sent.time, sent.post.as_deref()), (None, None, Some("国連")));
    assert_eq!(telegram.received.unwrap().date, None);
    assert_eq!(telegram.from, None);
    assert_eq!(telegram.subject, None);
    assert!(telegram.references.is_empty());
    assert!(telegram.forwarded_to.is_empty(), "{:?}", telegram.forwarded_to);
    assert!(telegram.end_mark);
}

#[test]
fn paragraphs_carry_their_speakers_and_the_ids_of_their_lines() {
    let telegram = read(&[
        ("平成５年９月２８日国連発", 0, 0),
        ("外務大臣殿", 0, 1),
        ("第５５１７号　極秘　大至急（限定配布）", 0, 2),
        ("１．（１）冒頭往電第５５１３号のとおり、先方は次のとおり述べ", 1, 3),
        ("た。", 0, 4),
        ("（２）わが方は留保した。", 1, 5),
        ("（クリントン大統領）同意する。", 1, 6),
        ("（了）", 0, 7),
    ]);
    assert_eq!(telegram.distribution.as_deref(), Some("限定配布"));
    let found: Vec<(Option<&str>, usize)> =
        telegram.paragraphs.iter().map(|p| (p.speaker.as_deref(), p.lines.len())).collect();
    assert_eq!(found, [(None, 2), (None, 1), (Some("クリントン大統領"), 1)]);
    assert_eq!(telegram.references[0].number, Some(5513));
}

#[test]
fn a_page_that_is_no_cable_has_no_fields() {
    let lines = [("国民之友第二号", 0, 0), ("日本の国会は明治二十三年に開かれた。", 0, 1)];
    let regions = lines.iter().map(|&(text, indent, row)| region(text, indent, row)).collect();
    assert_eq!(parse_telegram(&assign_roles(regions)), None);
}

#[test]
fn what_stands_beside_the_title_in_type_as_large_is_a_note() {
    let head = |note: Region, print: i32| {
        let cable = [
            ("平成５年９月２８日国連発", 400),
            ("外務大臣殿", 500),
            ("第５５１７号　極秘", 600),
            ("わが方は留保した。", 700),
            ("（了）", 800),
        ];
        let lines = cable.map(|(text, top)| set(text, (200, top), print));
        let regions = [vec![set("電信写", (1000, 180), 80), note], lines.to_vec()].concat();
        let notes = |r: &Region| r.kind == RegionKind::Handwriting;
        let found: Vec<String> =
            assign_roles(regions).into_iter().filter(notes).map(|r| r.lines[0].text.clone()).collect();
        found
    };
    assert_eq!(head(set("写三部", (1400, 150), 90), 45), ["写三部"]);
    assert_eq!(head(set("済", (900, 60), 90), 45), ["済"]);
    // Small print, a line below, a sentence, and a cable typed in one size.
    assert!(head(set("１０５", (1400, 190), 40), 45).is_empty());
    assert!(head(set("写三部", (1400, 300), 90), 45).is_empty());
    assert!(head(set("本電の取扱いは慎重を期せられたい", (1400, 150), 90), 45).is_empty());
    assert!(head(set("写三部", (1400, 150), 90), 85).is_empty());
}
