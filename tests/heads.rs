//! Telegram headers with layouts other than those of the synthetic telegrams, defined line by line.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use denshin::geometry::{BBox, Polygon};
use denshin::page::{
    Confidence, FORMAT, Glyph, Line, Page, Region, RegionKind, Role, Sheet, Telegram, TelegramKind,
    WritingMode,
};
use denshin::pipeline::Settings;
use denshin::provenance::{Provenance, Source};
use denshin::reviewed::{Review, apply};
use denshin::telegram::{TelegramOptions, Vocabulary, Words, assign_roles, parse_telegram};

/// Parses horizontal lines: text, with indent and row in cells of 50 px.
fn read(lines: &[(&str, i32, i32)]) -> Telegram {
    parsed(drawn(lines)).expect("a cable")
}

/// Lines of 50 px: text, indent and row.
fn drawn(lines: &[(&str, i32, i32)]) -> Vec<Region> {
    lines.iter().map(|&(text, indent, row)| region(text, indent, row)).collect()
}

/// The fields of lines, by the built-in words.
fn parsed(regions: Vec<Region>) -> Option<Telegram> {
    parsed_with(regions, &Vocabulary::default())
}

fn parsed_with(regions: Vec<Region>, vocabulary: &Vocabulary) -> Option<Telegram> {
    parse_telegram(&assign_roles(regions, vocabulary), vocabulary)
}

fn region(text: &str, indent: i32, row: i32) -> Region {
    set(text, (200 + 50 * indent, 200 + 90 * row), 50)
}

/// A line of characters with a given size and position.
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
    assert_eq!(parsed(drawn(&lines)), None);
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
        let all = assign_roles(regions, &Vocabulary::default());
        all.into_iter().filter(notes).map(|r| r.lines[0].text.clone()).collect::<Vec<String>>()
    };
    assert_eq!(head(set("写三部", (1400, 150), 90), 45), ["写三部"]);
    assert_eq!(head(set("済", (900, 60), 90), 45), ["済"]);
    // Not a note: small text, a line below, a sentence, and a telegram typed in one size.
    assert!(head(set("１０５", (1400, 190), 40), 45).is_empty());
    assert!(head(set("写三部", (1400, 300), 90), 45).is_empty());
    assert!(head(set("本電の取扱いは慎重を期せられたい", (1400, 150), 90), 45).is_empty());
    assert!(head(set("写三部", (1400, 150), 90), 85).is_empty());
}

#[test]
fn captions_of_approval_boxes_name_neither_persons_nor_the_bureau() {
    let telegram = read(&[
        ("電信案", 15, 0),
        ("（昭和四九年改正）", 0, 1),
        ("大臣", 1, 2),
        ("政務次官", 5, 2),
        ("次官", 11, 2),
        ("外務審議官", 15, 2),
        ("官房長", 22, 2),
        ("局長", 27, 2),
        ("起案", 0, 4),
        ("昭和５１年６月９日", 4, 4),
        ("起案者", 18, 4),
        ("アジア局南東アジア第二課安達", 22, 4),
        ("決裁", 0, 5),
        ("昭和５１年６月１０日発", 4, 5),
        ("主管", 18, 5),
        ("儀典長", 22, 5),
        ("在インドネシア八木沢大使", 0, 7),
        ("外務大臣", 30, 7),
        ("国際捕鯨委員会（票読み）", 0, 9),
        ("第１９１２号　秘", 0, 10),
        ("殿下には、二日目の午前に国立植物園を御視察になる予定である。", 1, 11),
    ]);
    assert_eq!(telegram.kind, Some(TelegramKind::Draft));
    assert_eq!(telegram.to.as_deref(), Some("在インドネシア八木沢大使"));
    assert_eq!(telegram.from.as_deref(), Some("外務大臣"));
    assert_eq!(telegram.bureau.as_deref(), Some("儀典長"));
    assert_eq!(telegram.sent.unwrap().date.as_deref(), Some("1976-06-10"));
    assert_eq!(telegram.received, None);
    assert_eq!(telegram.subject.as_deref(), Some("国際捕鯨委員会（票読み）"));
}

#[test]
fn a_circular_has_the_number_of_its_series_and_a_subject_without_its_message() {
    let telegram = read(&[
        ("電信写", 15, 0),
        ("主管国際連合局長", 28, 1),
        ("平成６年１１月２３日１８時００分本省発", 0, 3),
        ("在ＯＥＣＤ加盟国公館長", 0, 5),
        ("外務大臣", 30, 5),
        ("国際捕鯨委員会（票読み）", 0, 7),
        ("合第８１３号　秘　大至急", 0, 8),
        ("１．標記会議の開催に関し、任国政府の意向を打診の上、八月", 0, 9),
        ("五日（月）本省必着にて回報ありたい。", 2, 10),
        ("（了）", 1, 11),
    ]);
    assert_eq!((telegram.number, telegram.series.as_deref()), (Some(813), Some("合")));
    assert_eq!(telegram.classification.as_deref(), Some("秘"));
    assert_eq!(telegram.precedence.as_deref(), Some("大至急"));
    assert_eq!(telegram.to.as_deref(), Some("在ＯＥＣＤ加盟国公館長"));
    assert_eq!(telegram.from.as_deref(), Some("外務大臣"));
    assert_eq!(telegram.subject.as_deref(), Some("国際捕鯨委員会（票読み）"));
    assert_eq!(telegram.received, None);
}

#[test]
fn a_subject_that_nothing_bounds_is_null() {
    let telegram = read(&[
        ("電信写", 15, 0),
        ("平成６年１１月２３日１８時００分本省発", 0, 3),
        ("外務大臣殿", 0, 5),
        ("波多野大使", 30, 5),
        ("国際捕鯨委員会（票読み）", 0, 7),
        ("１．標記会議の開催に関し、任国政府の意向を打診の上", 0, 9),
        ("報告する。", 0, 10),
    ]);
    assert_eq!((telegram.number, telegram.subject), (None, None));
}

#[test]
fn a_later_page_gives_the_number_of_its_cable_and_its_own() {
    for (line, number, page, pages) in
        [("第６０２０号　２／３", 6020, 2, Some(3)), ("第一三七五号ノ二", 1375, 2, None)]
    {
        let telegram = read(&[
            (line, 28, 0),
            ("を条件に漏らされたものであるから、格段の御注意を願いたい。", 0, 2),
            ("在米大使へ転電した。（了）", 1, 3),
        ]);
        assert_eq!(telegram.kind, Some(TelegramKind::Continuation), "{line}");
        assert_eq!(telegram.number, Some(number), "{line}");
        assert_eq!(telegram.sheet, Some(Sheet { page, pages }), "{line}");
        assert_eq!((telegram.to, telegram.from, telegram.subject), (None, None, None), "{line}");
    }
}

#[test]
fn the_page_of_a_cable_may_stand_at_the_other_end_of_its_numbers_line() {
    let telegram = read(&[
        ("第６０２０号", 0, 0),
        ("（２／３）", 34, 0),
        ("対する基本的立場については、次のとおり述べた。", 0, 2),
    ]);
    assert_eq!(telegram.kind, Some(TelegramKind::Continuation));
    assert_eq!(telegram.sheet, Some(Sheet { page: 2, pages: Some(3) }));
}

#[test]
fn offices_on_a_distribution_list_are_nobody_of_the_cable() {
    let lines = [
        ("第２５１２号　厳秘　別紙", 0, 3),
        ("当地日本人学校の校舎移転", 0, 4),
        ("本電の写しは、下記の配布先に限り送付する。", 0, 5),
        ("外務大臣", 4, 7),
        ("中南米局長", 24, 7),
        ("外務事務次官", 4, 8),
        ("電信課長", 24, 8),
    ];
    let mut regions = drawn(&lines);
    regions.insert(0, set("配布先一覧", (900, 100), 80));
    let telegram = parsed(regions).expect("a list");
    assert_eq!(telegram.kind, Some(TelegramKind::DistributionList));
    assert_eq!((telegram.number, telegram.classification.as_deref()), (Some(2512), Some("厳秘")));
    assert_eq!(telegram.subject.as_deref(), Some("当地日本人学校の校舎移転"));
    assert_eq!((telegram.to, telegram.from, telegram.bureau), (None, None, None));
    assert!(telegram.paragraphs.is_empty());
}

#[test]
fn a_list_without_a_number_is_known_by_its_title() {
    let mut regions =
        vec![set("配布先一覧", (900, 100), 80), region("外務大臣", 4, 7), region("北米局長", 4, 8)];
    assert_eq!(
        parsed(regions.clone()).map(|t| (t.kind, t.to, t.bureau)),
        Some((Some(TelegramKind::DistributionList), None, None))
    );
    regions[0] = region("配布先一覧", 0, 0);
    assert!(parsed(drawn(&[("配布先一覧", 0, 0), ("外務大臣", 4, 7)])).is_none(), "in a line of print");
}

#[test]
fn a_minister_and_a_bureau_stand_as_printed() {
    let telegram = read(&[
        ("主管亞米利加局", 0, 0),
        ("昭和八年十一月四日後六時五十分南京發", 0, 2),
        ("廣津外務大臣", 0, 4),
        ("須田總領事", 30, 4),
        ("航空路開設ノ件", 0, 6),
        ("第四二四六號大至急", 0, 7),
        ("貴電第一〇號ニ關シ", 1, 8),
    ]);
    assert_eq!(telegram.bureau.as_deref(), Some("亞米利加局"));
    assert_eq!(telegram.to.as_deref(), Some("廣津外務大臣"));
    assert_eq!(telegram.from.as_deref(), Some("須田總領事"));
}

#[test]
fn an_unsure_character_makes_a_field_null_or_the_vocabularys() {
    let mut regions = drawn(&[
        ("主管北氷局長", 0, 0),
        ("平成５年９月２８日国連発", 0, 2),
        ("外務大臣殿", 0, 4),
        ("波多野大使", 30, 4),
        ("当地網氏論調", 0, 6),
        ("第５５１７号", 0, 7),
    ]);
    let unsure = |region: &mut Region, glyph: usize| {
        region.lines[0].glyphs[glyph].confidence = Confidence::clamped(0.2);
    };
    unsure(&mut regions[0], 3);
    unsure(&mut regions[4], 2);
    let read = |regions: &[Region]| parsed(regions.to_vec()).expect("a cable");
    assert_eq!(read(&regions).bureau.as_deref(), Some("北米局長"));
    assert_eq!(read(&regions).subject, None);
    assert_eq!(read(&regions).number, Some(5517));
    unsure(&mut regions[5], 2);
    assert_eq!(read(&regions).number, None);
}

#[test]
fn a_digit_too_many_or_lost_makes_a_number_null() {
    let cable = |text: &str, steps: &[i32]| {
        let mut number = region(text, 0, 4);
        let glyphs = number.lines[0].glyphs.iter_mut();
        glyphs.zip(steps).for_each(|(glyph, at)| glyph.bbox = BBox::from_ltwh(200 + at, 560, 40, 50));
        let head = [region("平成５年９月２８日国連発", 0, 0), region("外務大臣殿", 0, 2)];
        parsed(head.into_iter().chain([number]).collect()).expect("a cable").number
    };
    assert_eq!(cable("第２３３２号", &[0, 50, 100, 150, 200, 250]), Some(2332));
    assert_eq!(cable("第２３３３２号", &[0, 50, 100, 125, 150, 200, 250]), None);
    assert_eq!(cable("第２３３号", &[0, 50, 100, 200, 250]), None);
}

/// Words that no cable had when the built-in ones were collected.
fn more_words() -> TelegramOptions {
    let words = |words: &[&str]| Words::new(words.iter().copied()).unwrap();
    TelegramOptions {
        posts: words(&["ウラジオストク"]),
        heads_of_post: words(&["高等辨務官"]),
        offices: words(&["拓務大臣"]),
        bureaus: words(&["管理局長", "会計課長"]),
        classifications: words(&["軍　機"]),
        precedences: words(&["最優先"]),
        distributions: words(&["（大臣限り）"]),
    }
}

/// A cable of more words, with the lines of the bureau, dispatch, persons and number.
fn cable_of_more_words(lines: [&str; 5]) -> Vec<Region> {
    let [bureau, sent, to, from, number] = lines;
    let message = ("貴電第一〇五號ニ關シ", 1, 7);
    drawn(&[(bureau, 28, 0), (sent, 0, 2), (to, 0, 4), (from, 28, 4), (number, 0, 6), message])
}

const MORE_WORDS: [&str; 5] = [
    "主管管理局長",
    "昭和十六年十一月五日ウラジオストク發",
    "拓務大臣殿",
    "在米高等弁務官",
    "第７３６號軍機最優先（大臣限り）",
];
/// The same, a character of each word misread.
const MISREAD: [&str; 5] = [
    "主管管理局艮",
    "昭和十六年十一月五日ウラジオストワ發",
    "拓努大臣殿",
    "在米高等弁鯨官",
    "第７３６號軍桟最鯨先（大臣眼り）",
];

/// The lines with the misread character of the bureau, which no engine is sure of.
fn misread() -> Vec<Region> {
    let mut regions = cable_of_more_words(MISREAD);
    regions[0].lines[0].glyphs[5].confidence = Confidence::clamped(0.2);
    regions
}

/// Number, bureau, post, addressee, sender, classification, precedence and distribution; a dash for what is null.
fn words_of(telegram: Option<Telegram>) -> String {
    let found = telegram.expect("a cable");
    let (number, post) = (found.number.map(|n| n.to_string()), found.sent.and_then(|sent| sent.post));
    let of_number = [found.classification, found.precedence, found.distribution];
    let words = [number, found.bureau, post, found.to, found.from].into_iter().chain(of_number);
    words.map(|word| word.unwrap_or("-".to_owned())).collect::<Vec<_>>().join(" ")
}

#[test]
fn words_of_the_settings_are_recognized_as_built_in_ones() {
    let more = Vocabulary::new(&more_words());
    let expected = "736 管理局長 ウラジオストク 拓務大臣 在米高等弁務官 軍機 最優先 大臣限り";
    assert_eq!(words_of(parsed_with(cable_of_more_words(MORE_WORDS), &more)), expected);
    assert_eq!(words_of(parsed_with(misread(), &more)), expected);
}

#[test]
fn words_that_are_not_known_are_null_or_as_read() {
    assert_eq!(words_of(parsed(misread())), "736 - ウラジオストワ - - - - -");
    // An office is taken for the known one that is a character away.
    let expected = "736 管理局長 ウラジオストク 外務大臣 - - - -";
    assert_eq!(words_of(parsed(cable_of_more_words(MORE_WORDS))), expected);
}

#[test]
fn a_bureau_of_the_settings_needs_no_label() {
    let mut lines = MORE_WORDS;
    lines[0] = "会計課長";
    let bureau = |words: &Vocabulary| parsed_with(cable_of_more_words(lines), words).expect("a cable").bureau;
    assert_eq!(bureau(&Vocabulary::default()), None);
    assert_eq!(bureau(&Vocabulary::new(&more_words())).as_deref(), Some("会計課長"));
}

#[test]
fn a_review_finds_the_words_of_the_settings_that_read_the_page() {
    let settings = Settings { telegram: more_words(), ..Settings::default() };
    let mut lines = misread();
    lines[4] = region("弟７３ア亏軍桟最鯨先", 0, 6);
    let mut regions = assign_roles(lines, &Vocabulary::new(&settings.telegram));
    regions.iter_mut().enumerate().for_each(|(i, region)| region.id = format!("r{}", i + 1));
    let reviewed = |settings: &Settings| {
        let page = page(regions.clone(), settings);
        let mut review = Review::untouched(&page, "a.json", "");
        let mut lines = review.regions.iter_mut().flat_map(|r| &mut r.lines).map(|l| &mut l.line);
        let number = lines.find(|l| l.text.contains("最鯨先")).expect("the line");
        "第７３６號軍機最優先".clone_into(&mut number.text);
        words_of(apply(&page, &review).telegram)
    };
    assert_eq!(reviewed(&settings), "736 管理局長 ウラジオストク 拓務大臣 在米高等弁務官 軍機 最優先 -");
    assert_eq!(reviewed(&Settings::default()), "736 - ウラジオストワ - - - - -");
}

/// A record of lines that were read with some settings.
fn page(regions: Vec<Region>, settings: &Settings) -> Page {
    let vocabulary = Vocabulary::new(&settings.telegram);
    Page {
        format: FORMAT.into(),
        source: Source { path: String::new(), sha256: String::new(), page: 1, pages: 1 },
        width: 2480,
        height: 3509,
        dpi: None,
        skew_degrees: 0.0,
        rotation: 0,
        text: String::new(),
        telegram: parse_telegram(&regions, &vocabulary),
        regions,
        warnings: vec![],
        provenance: Provenance { settings: serde_json::to_value(settings).unwrap(), ..Provenance::default() },
    }
}
