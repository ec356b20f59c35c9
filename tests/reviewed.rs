//! Corrections in all outputs that are made from records, tested through the program.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use denshin::geometry::{BBox, Polygon};
use denshin::page::{
    Confidence, FORMAT, Glyph, Line, Page, Region, RegionKind, Role, Telegram, Warning, WarningCode,
    WritingMode,
};
use denshin::provenance::{Provenance, Source};
use denshin::review::{Material, Submission, Workspace};
use denshin::reviewed::{MendedRegion, Review, apply};
use denshin::telegram::{Vocabulary, assign_roles, parse_telegram};
use denshin::write::{Format, json_schema, parse_json, write};
use image::RgbImage;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Subject and number: as the machine read them, and as printed.
const SUBJECT: (&str, &str) = ("日米首のう会淡", "日米首のう会談");
const NUMBER: (&str, &str) = ("弟５５１ア亏", "第５５１７号　極秘　至急");

/// A horizontal line of square cells.
fn line(text: &str, left: i32, top: i32) -> Line {
    let confidence = Confidence::clamped(0.9);
    let cell = |(i, c): (usize, char)| Glyph {
        text: c.into(),
        bbox: BBox::from_ltwh(left + 50 * i as i32, top, 50, 50),
        confidence,
        alternatives: vec![],
    };
    let glyphs: Vec<Glyph> = text.chars().enumerate().map(cell).collect();
    let bbox = glyphs.iter().fold(BBox::default(), |all, g| all.union(&g.bbox));
    Line { bbox, text: text.to_owned(), confidence, engine: "replay".into(), glyphs }
}

fn region(id: &str, role: Role, line: Line) -> Region {
    let kind = RegionKind::Text { role, writing_mode: WritingMode::HorizontalTb };
    let (bbox, outline) = (line.bbox, Polygon::default());
    Region { id: id.into(), kind, bbox, outline, confidence: line.confidence, lines: vec![line] }
}

fn page(regions: Vec<Region>, telegram: Option<Telegram>) -> Page {
    let text: Vec<&str> = regions.iter().flat_map(|r| &r.lines).map(|l| l.text.as_str()).collect();
    Page {
        format: FORMAT.into(),
        source: Source { path: String::new(), sha256: String::new(), page: 1, pages: 1 },
        width: 2480,
        height: 3509,
        dpi: Some(300.0),
        skew_degrees: 0.0,
        rotation: 0,
        text: text.join("\n"),
        regions,
        telegram,
        warnings: vec![],
        provenance: Provenance { software: "denshin 0.1.0".into(), ..Provenance::default() },
    }
}

/// A telegram of horizontal lines; `number` is the text of its number line.
fn cable(number: &str) -> Page {
    let lines = [
        ("電信写", 15, 0),
        ("平成５年９月２８日１２時３４分国連発", 0, 2),
        ("平成５年９月２９日０２時３４分本省着", 0, 3),
        ("外務大臣殿", 0, 5),
        ("波多野大使", 28, 5),
        (SUBJECT.0, 0, 7),
        (number, 0, 9),
        ("往電第５５１３号に関し", 1, 10),
        ("総理より次のとおリ述べた。", 1, 11),
        ("（了）", 0, 12),
    ];
    let set = |&(text, indent, row): &(&str, i32, i32)| {
        region("", Role::Other, line(text, 200 + 50 * indent, 200 + 90 * row))
    };
    let mut regions =
        assign_roles(lines.iter().filter(|l| !l.0.is_empty()).map(set).collect(), &Vocabulary::default());
    regions.iter_mut().enumerate().for_each(|(i, r)| r.id = format!("r{}", i + 1));
    let telegram = parse_telegram(&regions, &Vocabulary::default());
    page(regions, telegram)
}

fn set_text(regions: &mut [MendedRegion], from: &str, to: &str) {
    let lines = regions.iter_mut().flat_map(|r| &mut r.lines);
    let mended = lines.map(|l| &mut l.line).find(|l| l.text == from).expect("the line");
    to.clone_into(&mut mended.text);
}

/// A folder with records in `out` and their scans in `scans`.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        fs::create_dir_all(place.path("scans")).unwrap();
        fs::create_dir_all(place.path("out")).unwrap();
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a record, and a white scan of its size.
    fn put(&self, name: &str, mut page: Page) {
        let mut jpeg = std::io::Cursor::new(Vec::new());
        let white = RgbImage::from_pixel(page.width, page.height, image::Rgb([255; 3]));
        white.write_to(&mut jpeg, image::ImageFormat::Jpeg).unwrap();
        page.source.path = format!("scans/{name}.jpg");
        page.source.sha256 = Sha256::digest(jpeg.get_ref()).iter().map(|b| format!("{b:02x}")).collect();
        fs::write(self.path(&page.source.path), jpeg.get_ref()).unwrap();
        fs::write(self.path(&format!("out/{name}.json")), write(&page, Format::Json, Path::new(""))).unwrap();
    }

    fn save(&self, name: &str, by: &str, done: bool, change: impl FnOnce(&mut Vec<MendedRegion>)) {
        let workspace =
            Workspace::new(&Material { results: self.path("out"), ..Material::default() }).unwrap();
        workspace.read_list();
        let id = workspace.with_index(|index| {
            index.entries().iter().find(|e| e.name == name).expect("the page").id.clone()
        });
        let review = workspace.open(&id).unwrap().review;
        let mut regions = review.regions;
        change(&mut regions);
        let sent = Submission { revision: review.revision, by: by.to_owned(), done, regions };
        workspace.save(&id, sent, "2026-01-02T03:04:05Z".to_owned()).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        Command::cargo_bin("denshin").unwrap().current_dir(self.0.path()).args(arguments).assert()
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

const ALL: &str = "json,text,hocr,alto,page,tei,csv,pdf,telegram,mets";

/// The text of a markup document without tags.
fn bare(xml: &str) -> String {
    xml.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
}

#[test]
fn a_corrected_line_is_in_every_deliverable() {
    let place = Place::new();
    place.put("a", cable(NUMBER.0));
    place.put("b", cable(NUMBER.1));
    place.save("a", "高橋", false, |regions| {
        set_text(regions, SUBJECT.0, SUBJECT.1);
        set_text(regions, NUMBER.0, NUMBER.1);
    });
    place
        .run(&["convert", "out", "--format", ALL, "-o", "made"])
        .success()
        .stderr(contains("2 pages converted; 1 page as reviewed; results in made"));
    let json = parse_json(&fs::read(place.path("made/a.json")).unwrap()).unwrap();
    let telegram = json.telegram.as_ref().unwrap();
    assert_eq!((telegram.number, telegram.subject.as_deref()), (Some(5517), Some(SUBJECT.1)));
    assert_eq!(
        (telegram.classification.as_deref(), telegram.precedence.as_deref()),
        (Some("極秘"), Some("至急"))
    );
    let step = json.provenance.steps.last().unwrap();
    assert_eq!(
        (step.stage.as_str(), &step.measured["revision"], &step.measured["by"]),
        ("review", &1.into(), &"高橋".into())
    );
    for name in ["a.txt", "a.tei.xml", "a.page.xml", "a.telegram.json", "telegrams.csv", "a.mets.xml"] {
        assert!(place.text(&format!("made/{name}")).contains(SUBJECT.1), "{name}");
    }
    assert!(bare(&place.text("made/a.hocr")).contains(SUBJECT.1));
    assert!(place.text("made/a.alto.xml").contains(&format!("CONTENT=\"{}\"", SUBJECT.1)));
    for name in [
        "a.json",
        "a.txt",
        "a.hocr",
        "a.alto.xml",
        "a.page.xml",
        "a.tei.xml",
        "a.telegram.json",
        "a.mets.xml",
    ] {
        assert!(!place.text(&format!("made/{name}")).contains(SUBJECT.0), "{name}");
    }
    // The other page has no review.
    assert!(place.text("made/b.txt").contains(SUBJECT.0) && !place.text("made/b.hocr").contains("高橋"));
    let rows = place.text("made/telegrams.csv");
    assert_eq!((rows.matches(SUBJECT.1).count(), rows.matches(SUBJECT.0).count()), (1, 1));
    match std::process::Command::new("pdftotext").arg("-raw").arg(place.path("made/a.pdf")).arg("-").output()
    {
        Ok(output) => assert!(String::from_utf8_lossy(&output.stdout).contains(SUBJECT.1)),
        Err(_) => println!("skipped: pdftotext is not installed (scripts/test)"),
    }
    // METS links to the review and to the reviewed record, or to the machine's record if that one is not written.
    let mets = place.text("made/a.mets.xml");
    assert!(
        mets.contains("xlink:href=\"a.json\"") && mets.contains("xlink:href=\"../out/a.review.json\""),
        "{mets}"
    );
    assert!(!place.text("made/b.mets.xml").contains("review"));
    place.run(&["convert", "out", "--format", "mets", "-o", "alone"]).success();
    let mets = place.text("alone/a.mets.xml");
    assert!(mets.contains("xlink:href=\"../out/a.json\"") && mets.contains("a.review.json"), "{mets}");
}

#[test]
fn who_wrote_a_line_is_said() {
    let place = Place::new();
    place.put("a", cable(NUMBER.0));
    place.save("a", "高橋", false, |regions| set_text(regions, SUBJECT.0, SUBJECT.1));
    place.save("a", "鈴木", true, |_| {});
    let before = fs::read(place.path("out/a.json")).unwrap();
    place.run(&["convert", "out", "--format", ALL, "-o", "out"]).success();
    assert_eq!(fs::read(place.path("out/a.json")).unwrap(), before, "the machine's record is never replaced");
    place.run(&["convert", "out/a.json", "--format", "json", "-o", "made"]).success();
    let bytes = fs::read(place.path("made/a.json")).unwrap();
    let schema = jsonschema::validator_for(&json_schema()).unwrap();
    assert!(schema.is_valid(&serde_json::from_slice(&bytes).unwrap()));
    let page = parse_json(&bytes).unwrap();
    for line in page.regions.iter().flat_map(|r| &r.lines) {
        let engine = if line.text == SUBJECT.1 { "person" } else { "replay" };
        let is_certain =
            line.confidence.value() == 1.0 && line.glyphs.iter().all(|g| g.confidence.value() == 1.0);
        assert_eq!((line.engine.as_str(), is_certain), (engine, engine == "person"), "{}", line.text);
    }
    for name in ["a.hocr", "a.alto.xml", "a.page.xml", "a.tei.xml", "a.mets.xml"] {
        assert!(place.text(&format!("out/{name}")).contains("鈴木"), "{name}");
    }
    let step = &page.provenance.steps.last().unwrap().measured;
    assert_eq!((&step["revision"], &step["by"], &step["done"]), (&2.into(), &"鈴木".into(), &true.into()));
    assert_eq!(step["reviewers"], serde_json::json!(["鈴木", "高橋"]));
}

#[test]
fn as_read_is_what_the_machine_read() {
    let place = Place::new();
    place.put("a", cable(NUMBER.0));
    place.save("a", "高橋", true, |regions| set_text(regions, SUBJECT.0, SUBJECT.1));
    let formats = "json,text,hocr,alto,page,tei,csv,telegram,mets";
    place
        .run(&["convert", "out", "--format", formats, "-o", "made", "--as-read"])
        .success()
        .stderr(contains("as reviewed").not());
    assert!(
        place.text("made/a.txt").contains(SUBJECT.0) && place.text("made/telegrams.csv").contains(SUBJECT.0)
    );
    assert_eq!(fs::read(place.path("made/a.json")).unwrap(), fs::read(place.path("out/a.json")).unwrap());
    assert!(!place.text("made/a.mets.xml").contains("review"));
}

#[test]
fn evaluation_measures_the_text_as_reviewed() {
    let place = Place::new();
    place.put("a", cable(NUMBER.1));
    place.put("b", cable(NUMBER.1));
    place.save("a", "高橋", true, |regions| set_text(regions, SUBJECT.0, SUBJECT.1));
    fs::create_dir(place.path("gt")).unwrap();
    let truth = |page: Page| page.text.replace(SUBJECT.0, SUBJECT.1);
    fs::write(place.path("gt/a.gt.txt"), truth(cable(NUMBER.1))).unwrap();
    fs::write(place.path("gt/b.gt.txt"), truth(cable(NUMBER.1))).unwrap();
    let errors = |arguments: &[&str]| {
        let shown = place.run(&[&["evaluate", "out"], arguments, &["--json"]].concat()).success();
        let output = shown.get_output();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let of = |page: usize| json["per_page"][page]["reading"]["substitutions"].as_u64().unwrap();
        (
            of(0),
            of(1),
            json["reviewed"].as_u64().unwrap(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (a, b, reviewed, said) = errors(&["gt"]);
    assert_eq!((a, b, reviewed), (0, 1, 1));
    assert!(said.contains("1 page as reviewed"), "{said}");
    let (a, b, reviewed, said) = errors(&["gt", "--as-read"]);
    assert_eq!((a, b, reviewed, said.as_str()), (1, 1, 0, ""));
    // A reviewed folder as its own reference: the errors are the machine's errors on the corrected pages.
    let (a, b, ..) = errors(&["out", "--as-read"]);
    assert_eq!((a, b), (1, 0));
    place.run(&["evaluate", "out", "gt", "--html", "report.html"]).success();
    assert!(!place.text("report.html").contains("no result"));
}

#[test]
fn a_review_of_an_earlier_record_is_named_counted_and_settled_by_saving_again() {
    let place = Place::new();
    place.put("a", cable(NUMBER.1));
    place.put("b", cable(NUMBER.1));
    place.save("a", "高橋", true, |regions| set_text(regions, SUBJECT.0, SUBJECT.1));
    place.put("a", cable(NUMBER.0));
    place
        .run(&["convert", "out", "--format", "text", "-o", "made"])
        .code(1)
        .stderr(contains("out/a.json: the record was written anew after revision 1 of its review (by 高橋)"))
        .stderr(contains("2 pages converted; 1 page as read, with a review of an earlier record"));
    assert!(place.text("made/a.txt").contains(SUBJECT.0));
    fs::write(place.path("a.gt.txt"), "").unwrap();
    place.run(&["evaluate", "out/a.json", "a.gt.txt"]).code(1).stderr(contains("after revision 1"));
    place.run(&["convert", "out", "--format", "text", "-o", "made", "--as-read"]).success();
    place.save("a", "鈴木", true, |_| {});
    place
        .run(&["convert", "out", "--format", "text", "-o", "made"])
        .success()
        .stderr(contains("1 page as reviewed"));
    assert!(place.text("made/a.txt").contains(SUBJECT.1));
}

#[test]
fn a_damaged_review_fails_its_page_and_no_other() {
    let place = Place::new();
    place.put("a", cable(NUMBER.1));
    place.put("b", cable(NUMBER.1));
    place.save("a", "高橋", true, |_| {});
    let good: serde_json::Value = serde_json::from_str(&place.text("out/a.review.json")).unwrap();
    let mut outside = good.clone();
    outside["regions"][0]["bbox"] = serde_json::json!([0, 0, i32::MAX, 5]);
    let mut other = good.clone();
    other["format"] = "denshin.review/2".into();
    for bytes in ["{\"format\":", "", "{}", &outside.to_string(), &other.to_string()] {
        fs::write(place.path("out/a.review.json"), bytes).unwrap();
        let made = TempDir::new().unwrap();
        let into = made.path().to_str().unwrap();
        place
            .run(&["convert", "out", "--format", "text,pdf", "-o", into])
            .code(1)
            .stderr(contains("out/a.json: a.review.json is damaged"))
            .stderr(contains("1 page converted, 1 failed"));
        assert!(made.path().join("b.txt").is_file() && made.path().join("b.pdf").is_file());
        assert!(!made.path().join("a.txt").exists() && !made.path().join("a.pdf").exists());
    }
    fs::create_dir(place.path("gt")).unwrap();
    fs::write(place.path("gt/a.txt"), "電").unwrap();
    place.run(&["evaluate", "out", "gt"]).code(1).stderr(contains("a.review.json is damaged"));
    place.run(&["convert", "out", "--format", "text", "-o", "made", "--as-read"]).success();
}

#[test]
fn a_telegram_of_several_pages_is_joined_as_reviewed() {
    let place = Place::new();
    let mut first = cable(NUMBER.0);
    first.telegram.as_mut().unwrap().end_mark = false;
    first.regions.retain(|r| r.lines[0].text != "（了）");
    let rest = page(vec![region("r1", Role::Body, line("以上。（了ノ", 200, 200))], None);
    for (number, mut page) in [(1, first), (2, rest)] {
        (page.source.page, page.source.pages) = (number, 2);
        // White pages of one size are identical files with one SHA-256.
        place.put(&format!("a-p000{number}"), page);
    }
    place.save("a-p0001", "高橋", true, |regions| set_text(regions, NUMBER.0, NUMBER.1));
    place.save("a-p0002", "高橋", true, |regions| set_text(regions, "以上。（了ノ", "以上。（了）"));
    place
        .run(&["convert", "out", "--format", "telegram,mets", "-o", "made"])
        .success()
        .stderr(contains("2 pages as reviewed"));
    let telegram: serde_json::Value = serde_json::from_str(&place.text("made/a.telegram.json")).unwrap();
    assert_eq!(telegram["telegram"]["number"], 5517);
    let paragraphs = telegram["telegram"]["paragraphs"].as_array().unwrap();
    assert_eq!(paragraphs.last().unwrap()["text"], "以上。（了）");
    assert_eq!(place.text("made/a.mets.xml").matches("USE=\"REVIEW\"").count(), 1);
}

#[test]
fn a_redaction_that_a_person_writes_stays_one() {
    let page = cable(NUMBER.1);
    let mut review = Review::untouched(&page, "a.json", "");
    set_text(&mut review.regions, "外務大臣殿", "■大臣殿");
    set_text(&mut review.regions, NUMBER.1, "■");
    let reviewed = apply(&page, &review);
    let telegram = reviewed.telegram.as_ref().unwrap();
    assert_eq!((telegram.to.as_deref(), telegram.number), (None, None));
    assert_eq!(telegram.from.as_deref(), Some("波多野大使"));
    assert!(reviewed.text.contains("■大臣殿"));
    let tei = String::from_utf8(write(&reviewed, Format::Tei, Path::new("a.jpg"))).unwrap();
    let (_, body) = tei.split_once("<body>").unwrap();
    assert!(body.contains("<gap reason=\"redacted\"/>大臣殿") && !body.contains('■'), "{body}");
}

#[test]
fn a_head_that_nobody_touched_keeps_its_fields_and_the_message_is_read_anew() {
    let mut page = cable(NUMBER.1);
    // A field as another version of the program may have parsed it.
    page.telegram.as_mut().unwrap().serial = Some("R２２".into());
    let mut review = Review::untouched(&page, "a.json", "");
    set_text(&mut review.regions, "往電第５５１３号に関し", "往電第５５１４号に関し");
    set_text(&mut review.regions, "総理より次のとおリ述べた。", "（総理）次のとおり述べた。");
    let reviewed = apply(&page, &review);
    let (before, now) = (page.telegram.unwrap(), reviewed.telegram.unwrap());
    assert_eq!(now.references[0].number, Some(5514));
    assert_eq!(now.paragraphs[1].speaker.as_deref(), Some("総理"));
    let of_head =
        |t: &Telegram| (t.number, t.serial.clone(), t.subject.clone(), t.to.clone(), t.sent.clone());
    assert_eq!(of_head(&now), of_head(&before));
    assert_eq!(
        reviewed.regions.iter().map(|r| &r.kind).collect::<Vec<_>>(),
        page.regions.iter().map(|r| &r.kind).collect::<Vec<_>>()
    );
}

#[test]
fn a_role_that_a_person_chose_stays() {
    let page = cable(NUMBER.0);
    let mut review = Review::untouched(&page, "a.json", "");
    let subject = review.regions.iter_mut().find(|r| r.lines[0].line.text == SUBJECT.0).unwrap();
    subject.kind = RegionKind::Text { role: Role::Other, writing_mode: WritingMode::HorizontalTb };
    set_text(&mut review.regions, NUMBER.0, NUMBER.1);
    let telegram = apply(&page, &review).telegram.unwrap();
    assert_eq!((telegram.subject, telegram.number), (None, Some(5517)));
}

#[test]
fn a_page_on_its_side_has_the_fields_of_one_that_stands_upright() {
    let upright = cable(NUMBER.0);
    let mut page = upright.clone();
    (page.width, page.height, page.rotation) = (upright.height, upright.width, 90);
    let size = (upright.width, upright.height);
    for region in &mut page.regions {
        region.bbox = region.bbox.turned(270, size);
        for line in &mut region.lines {
            line.bbox = line.bbox.turned(270, size);
            line.glyphs.iter_mut().for_each(|g| g.bbox = g.bbox.turned(270, size));
        }
    }
    let fields = |page: &Page| {
        let mut review = Review::untouched(page, "a.json", "");
        set_text(&mut review.regions, NUMBER.0, NUMBER.1);
        apply(page, &review).telegram.unwrap()
    };
    assert_eq!(fields(&page), fields(&upright));
    assert_eq!(fields(&page).number, Some(5517));
}

#[test]
fn warnings_follow_their_lines_and_end_with_them() {
    let mut page = cable(NUMBER.1);
    let warning = |region: Option<&str>, line, code: WarningCode| Warning {
        code,
        region: region.map(str::to_owned),
        line,
        message: String::new(),
    };
    let id_of = |text: &str| page.regions.iter().find(|r| r.lines[0].text == text).unwrap().id.clone();
    let (subject, title) = (id_of(SUBJECT.0), id_of("電信写"));
    page.warnings = vec![
        warning(None, None, WarningCode::UnsureSkew),
        warning(Some(&subject), Some(0), WarningCode::LowConfidenceLine),
        warning(Some(&title), Some(0), WarningCode::LowConfidenceLine),
    ];
    let mut review = Review::untouched(&page, "a.json", "");
    set_text(&mut review.regions, SUBJECT.0, SUBJECT.1);
    let title_line = review.regions[0].lines[0].clone();
    let drawn = denshin::reviewed::MendedLine { id: "n-1".into(), ..title_line };
    review.regions[0].lines.insert(0, drawn);
    let codes = |review: &Review| {
        let shown = |w: &Warning| format!("{:?} {:?} {:?}", w.code, w.region, w.line);
        apply(&page, review).warnings.iter().map(shown).collect::<Vec<_>>()
    };
    let moved = format!("LowConfidenceLine {:?} {:?}", Some(&title), Some(1));
    assert_eq!(codes(&review), ["UnsureSkew None None", &moved]);
    review.done = true;
    assert_eq!(codes(&review), ["UnsureSkew None None"]);
}

#[test]
fn a_line_that_was_missed_and_drawn_becomes_part_of_the_head() {
    let page = cable("");
    let mut review = Review::untouched(&page, "a.json", "");
    let mut drawn = line(NUMBER.1, 200, 200 + 90 * 9);
    drawn.engine = "person".into();
    let kind = RegionKind::Text { role: Role::Body, writing_mode: WritingMode::HorizontalTb };
    let bbox = BBox::from_ltrb(drawn.bbox.left, drawn.bbox.top, drawn.bbox.right - 9, drawn.bbox.bottom);
    let lines = vec![denshin::reviewed::MendedLine { id: "n-1".into(), line: drawn }];
    let region = MendedRegion { id: "r90".into(), kind, bbox, lines, ..review.regions[0].clone() };
    review.regions.push(region);
    let reviewed = apply(&page, &review);
    assert_eq!(reviewed.telegram.unwrap().number, Some(5517));
    let number = reviewed.regions.iter().find(|r| r.id == "r90").unwrap();
    assert_eq!(number.kind, RegionKind::Text { role: Role::Number, writing_mode: WritingMode::HorizontalTb });
    assert_eq!(number.bbox, number.lines[0].bbox, "a region holds its lines");
}
