//! The fields of all telegrams in `../shared/telegrams`, parsed from their true text: they must all be right.
//!
//! Lines have the boxes of the ground truth, but not its roles. Skipped if the folder is missing.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside their functions")]

use denshin::geometry::{BBox, Polygon};
use denshin::page::{
    Confidence, FORMAT, Glyph, Line, Page, Region, RegionKind, Role, Telegram, WritingMode, plain_text,
};
use denshin::provenance::{Provenance, Source};
use denshin::reviewed::{Review, apply};
use denshin::telegram::{Vocabulary, assign_roles, parse_telegram};
use serde_json::Value;
use std::path::Path;

/// Confidence of a misread character.
const MISREAD_CONFIDENCE: f32 = 0.6;

/// Pairs of similar characters. A misread character is replaced by its partner or by an unrelated character.
const CONFUSED: &[(char, char)] = &[
    ('大', '夫'),
    ('臣', '巨'),
    ('殿', '典'),
    ('至', '室'),
    ('秘', '秋'),
    ('注', '往'),
    ('局', '居'),
    ('長', '艮'),
    ('発', '祭'),
    ('着', '看'),
    ('号', '导'),
    ('日', '目'),
    ('昭', '照'),
    ('電', '雷'),
    ('第', '弟'),
    ('米', '氷'),
    ('務', '努'),
    ('使', '便'),
    ('普', '晋'),
    ('官', '宮'),
    ('条', '朱'),
    ('経', '径'),
    ('急', '息'),
    ('省', '者'),
];

#[test]
fn right_text_gives_right_fields() {
    let Some(pages) = pages() else { return };
    for grouping in [Grouping::ByLine, Grouping::ByDirection] {
        let mut wrong = Vec::new();
        let mut fields = 0;
        for (name, truth) in &pages {
            let found = read(truth, &grouping, &mut |c| Some(c));
            let (count, failures) = compare(truth, &found);
            fields += count;
            wrong.extend(failures.into_iter().map(|f| format!("{name}: {f}")));
        }
        println!("{} of {fields} fields right", fields - wrong.len());
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn misread_characters_cost_fields_but_digits_are_never_guessed() {
    let Some(pages) = pages() else { return };
    let (mut right, mut fields, mut wrong_numbers, mut wrong_heads) = (0, 0, 0, 0);
    let mut seed = 5517;
    for (_, truth) in &pages {
        let found = read(truth, &Grouping::ByDirection, &mut |c| misread(c, &mut seed));
        let (count, failures) = compare(truth, &found);
        fields += count;
        right += count - failures.len();
        let is_wrong = |f: &&String| !f.ends_with("None") && !f.ends_with("\"false\")");
        let wrong: Vec<&String> = failures.iter().filter(is_wrong).collect();
        wrong_numbers += usize::from(wrong.iter().any(|f| f.starts_with("number")));
        wrong_heads += wrong.iter().filter(|f| !f.starts_with("speakers")).count();
    }
    println!(
        "{right} of {fields} fields right with one character in twenty misread; {wrong_heads} wrong, {wrong_numbers} of them numbers"
    );
    // A date or number with a gap is null, whichever character is missing.
    assert!(right * 100 >= fields * 82, "{right} of {fields}");
    assert!(wrong_heads * 100 <= fields * 5, "{wrong_heads} wrong fields of heads");
    // A missing digit at the end of a line cannot be detected.
    assert!(wrong_numbers * 20 <= pages.len(), "{wrong_numbers}");
}

#[test]
fn misread_cables_have_right_fields_once_their_text_is_corrected() {
    let Some(pages) = pages() else { return };
    let (mut fields, mut before, mut wrong, mut seed) = (0, 0, Vec::new(), 5517);
    for (name, truth) in &pages {
        let regions = regions(truth, &Grouping::ByDirection, &mut |c| misread(c, &mut seed));
        let page = page(truth, regions);
        before += compare(truth, page.telegram.as_ref().unwrap()).1.len();
        let mut review = Review::untouched(&page, "a.json", "");
        let lines = review.regions.iter_mut().flat_map(|r| &mut r.lines);
        for (mended, line) in lines.zip(truth["lines"].as_array().unwrap()) {
            mended.line = line_of(line, truth, &mut Some);
        }
        let reviewed = apply(&page, &review);
        let (count, failures) = compare(truth, reviewed.telegram.as_ref().unwrap());
        fields += count;
        wrong.extend(failures.into_iter().map(|f| format!("{name}: {f}")));
    }
    println!("{} of {fields} fields right; {before} wrong before the correction", fields - wrong.len());
    assert!(before > wrong.len() && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The record of a telegram.
fn page(truth: &Value, regions: Vec<Region>) -> Page {
    let side = |name: &str| truth[name].as_u64().unwrap() as u32;
    Page {
        format: FORMAT.into(),
        source: Source { path: String::new(), sha256: String::new(), page: 1, pages: 1 },
        width: side("width"),
        height: side("height"),
        dpi: None,
        skew_degrees: 0.0,
        rotation: 0,
        text: plain_text(&regions),
        telegram: parse_telegram(&regions, &Vocabulary::default()),
        regions,
        warnings: Vec::new(),
        provenance: Provenance::default(),
    }
}

enum Grouping {
    ByLine,
    ByDirection,
}

/// All pages with their ground truth; `None` with a message if they are missing.
fn pages() -> Option<Vec<(String, Value)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/telegrams");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is missing", folder.display());
        return None;
    };
    let mut pages: Vec<(String, Value)> = entries
        .map(|e| e.unwrap().path())
        .filter(|p| p.to_string_lossy().ends_with(".gt.json"))
        .map(|p| {
            let name = p.file_name().unwrap().to_string_lossy().into_owned();
            (name, serde_json::from_str(&std::fs::read_to_string(&p).unwrap()).unwrap())
        })
        .collect();
    pages.sort_by(|a, b| a.0.cmp(&b.0));
    Some(pages)
}

fn read(truth: &Value, grouping: &Grouping, reader: &mut dyn FnMut(char) -> Option<char>) -> Telegram {
    parse_telegram(&regions(truth, grouping, reader), &Vocabulary::default()).expect("a cable")
}

fn regions(truth: &Value, grouping: &Grouping, reader: &mut dyn FnMut(char) -> Option<char>) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for line in truth["lines"].as_array().unwrap() {
        let mode = match line["direction"].as_str().unwrap() {
            "vertical" => WritingMode::VerticalRl,
            _ => WritingMode::HorizontalTb,
        };
        let read = line_of(line, truth, reader);
        let joins = matches!(grouping, Grouping::ByDirection);
        match regions.last_mut().filter(|r| joins && r.writing_mode() == mode) {
            Some(region) => {
                region.bbox = region.bbox.union(&read.bbox);
                region.lines.push(read);
            }
            None => regions.push(Region {
                id: String::new(),
                kind: RegionKind::Text { role: Role::Other, writing_mode: mode },
                bbox: read.bbox,
                outline: Polygon::default(),
                confidence: Confidence::CERTAIN,
                lines: vec![read],
            }),
        }
    }
    let mut regions = assign_roles(regions, &Vocabulary::default());
    for (i, region) in regions.iter_mut().enumerate() {
        region.id = format!("r{}", i + 1);
    }
    regions
}

/// A line of the ground truth as a reading. A serial number that is blacked out has only the box of its redaction.
fn line_of(line: &Value, truth: &Value, reader: &mut dyn FnMut(char) -> Option<char>) -> Line {
    let glyph = |text: String, bbox: BBox, confidence: Confidence| Glyph {
        text,
        bbox,
        confidence,
        alternatives: vec![],
    };
    // An engine usually has a low confidence in a misread character.
    let confidence =
        |is_right: bool| if is_right { Confidence::CERTAIN } else { Confidence::clamped(MISREAD_CONFIDENCE) };
    let mut boxes = line["chars"].as_array().unwrap().iter().peekable();
    let (mut glyphs, mut text): (Vec<Glyph>, String) = Default::default();
    for printed in line["text"].as_str().unwrap().chars() {
        let place = boxes.next_if(|c| c["c"].as_str().is_some_and(|c| c.starts_with(printed)));
        let read = if printed == '■' { Some(printed) } else { reader(printed) };
        let Some(read) = read else { continue };
        text.push(read);
        if let Some(bbox) = place.and_then(|c| bbox_of(&c["bbox"])) {
            glyphs.push(glyph(read.to_string(), bbox, confidence(read == printed)));
        }
    }
    let redaction = || bbox_of(&truth["redactions"][0]["bbox"]).unwrap();
    let bbox = bbox_of(&line["bbox"]).unwrap_or_else(redaction);
    Line { bbox, text, confidence: Confidence::CERTAIN, engine: "truth".into(), glyphs }
}

fn bbox_of(value: &Value) -> Option<BBox> {
    let side = |i: usize| value[i].as_f64().map(|v| v.round() as i32);
    Some(BBox::from_ltrb(side(0)?, side(1)?, side(2)?, side(3)?))
}

/// Number of fields that the header has, and the fields that were parsed differently.
fn compare(truth: &Value, found: &Telegram) -> (usize, Vec<String>) {
    let header = &truth["header"];
    let text = |key: &str| header[key].as_str().filter(|s| !s.is_empty()).map(str::to_owned);
    let number = header["number"].as_str().unwrap().trim_matches(['第', '号']).to_owned();
    let sent = found.sent.clone().unwrap_or_default();
    let received = found.received.clone().unwrap_or_default();
    let body = || truth["lines"].as_array().unwrap().iter().filter(|l| l["role"] == "body");
    let speakers = body().filter(|l| names_speaker(l["text"].as_str().unwrap()));
    let found_speakers = found.paragraphs.iter().filter(|p| p.speaker.is_some()).count();
    let forwards = truth["lines"].to_string().contains("転");
    let fields = [
        ("number", Some(number), found.number.map(|n| n.to_string())),
        ("classification", text("secrecy"), found.classification.clone()),
        ("precedence", text("urgency"), found.precedence.clone()),
        ("to", text("to"), found.to.clone()),
        ("from", text("sender"), found.from.clone()),
        ("bureau", text("bureau"), found.bureau.clone()),
        ("subject", text("subject"), found.subject.clone()),
        ("sent", date(truth), sent.date.clone()),
        ("received", date(truth), received.date.clone()),
        ("post", text("post"), sent.post.clone()),
        ("receiving post", Some("本省".to_owned()), received.post.clone()),
        ("end mark", Some("true".to_owned()), Some(found.end_mark.to_string())),
        ("speakers", Some(speakers.count().to_string()), Some(found_speakers.to_string())),
        ("forwarded", Some(forwards.to_string()), Some((!found.forwarded_to.is_empty()).to_string())),
    ];
    let wrong = fields.iter().filter(|(_, expected, found)| expected != found);
    (
        fields.len(),
        wrong.map(|(name, expected, found)| format!("{name}: {expected:?}, found {found:?}")).collect(),
    )
}

/// Accepts （総理）, but not （限定配布） or （■.
fn names_speaker(text: &str) -> bool {
    text.strip_prefix('（')
        .and_then(|t| t.split_once('）'))
        .is_some_and(|(name, _)| name != "限定配布" && !name.contains('■'))
}

/// The date of the header, in the era that the page prints (one telegram of Heisei is printed as Shōwa).
fn date(truth: &Value) -> Option<String> {
    let date = &truth["header"]["date"];
    let sent = truth["lines"].as_array()?.iter().find(|l| l["role"] == "sent")?["text"].as_str()?;
    let before = match sent.chars().take(2).collect::<String>().as_str() {
        "昭和" => 1925,
        "平成" => 1988,
        era => panic!("no cable has {era}"),
    };
    Some(format!(
        "{}-{:02}-{:02}",
        before + date["year"].as_i64()?,
        date["month"].as_i64()?,
        date["day"].as_i64()?
    ))
}

/// Changes one character in twenty: into a similar one, an unrelated one, or none.
fn misread(c: char, seed: &mut u64) -> Option<char> {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let drawn = (*seed >> 33) % 1000;
    match drawn {
        0..30 => CONFUSED.iter().find(|(from, _)| *from == c).map_or(Some('鯨'), |(_, to)| Some(*to)),
        30..40 => Some('鯨'),
        40..50 => None,
        _ => Some(c),
    }
}
