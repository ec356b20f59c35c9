//! The index: what is searched for is found, in every spelling, on the right places of the scans.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use denshin::geometry::{BBox, Polygon};
use denshin::index::{BuildOptions, FeedFormat, Filters, Found, Query, Searcher, build, feed};
use denshin::page::*;
use denshin::provenance::{Provenance, Source};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// A folder of results and an index.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("out")).unwrap();
        Self { folder }
    }

    fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    fn index(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn write(&self, name: &str, page: &Page) {
        let path = self.out().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, serde_json::to_vec(page).unwrap()).unwrap();
    }

    fn build(&self) -> denshin::index::Built {
        let stop = AtomicBool::new(false);
        build(&[self.out()], &self.index(), BuildOptions { threads: 2, portion: 1 }, &stop, &mut |_, _, _| {})
            .unwrap()
    }

    fn find(&self, query: &str, filters: &Filters) -> Found {
        let searcher = Searcher::open(&self.index()).unwrap();
        let query = (!query.is_empty()).then(|| Query::parse(query).unwrap());
        searcher.search(query.as_ref(), filters, (0, 100), true).unwrap()
    }

    /// Names of the scans that a query finds.
    fn names(&self, query: &str, filters: &Filters) -> Vec<String> {
        let found = self.find(query, filters);
        assert_eq!(found.total, found.hits.len(), "{query}");
        let mut names: Vec<String> =
            found.hits.iter().map(|hit| hit.document.pages[0].scan.clone()).collect();
        names.sort();
        names
    }
}

fn line(text: &str, left: i32, top: i32) -> Line {
    let glyph = |(i, c): (usize, char)| Glyph {
        text: c.to_string(),
        bbox: BBox::from_ltwh(left + 10 * i as i32, top, 10, 10),
        confidence: Confidence::CERTAIN,
        alternatives: vec![],
    };
    let glyphs: Vec<Glyph> = text.chars().enumerate().map(glyph).collect();
    let bbox = glyphs.iter().fold(BBox::default(), |all, g| all.union(&g.bbox));
    Line { bbox, text: text.into(), confidence: Confidence::CERTAIN, engine: "drawn".into(), glyphs }
}

/// A page whose message has these lines.
fn page(scan: &str, number: (u32, u32), lines: &[&str], telegram: Option<Telegram>) -> Page {
    let region = Region {
        id: "r1".into(),
        kind: RegionKind::Text { role: Role::Body, writing_mode: WritingMode::HorizontalTb },
        bbox: BBox::default(),
        outline: Polygon::default(),
        confidence: Confidence::CERTAIN,
        lines: lines.iter().enumerate().map(|(i, t)| line(t, 100, 50 + 20 * i as i32)).collect(),
    };
    Page {
        format: FORMAT.to_owned(),
        source: Source { path: scan.into(), sha256: scan.into(), page: number.0, pages: number.1 },
        width: 1000,
        height: 1400,
        dpi: None,
        skew_degrees: 0.0,
        rotation: 0,
        text: plain_text(std::slice::from_ref(&region)),
        regions: vec![region],
        telegram,
        warnings: vec![],
        provenance: Provenance::default(),
    }
}

fn telegram(number: u32, date: &str, post: &str) -> Telegram {
    let sent = Dispatch { date: Some(date.into()), post: Some(post.into()), ..Dispatch::default() };
    Telegram {
        number: Some(number),
        sent: Some(sent),
        classification: Some("極秘".into()),
        subject: Some("日米首のう会談".into()),
        ..Telegram::default()
    }
}

#[test]
fn text_is_found_across_the_ends_of_lines_with_the_boxes_of_both() {
    let place = Place::new();
    place.write("a.json", &page("a.tif", (1, 1), &["これは北方領", "土問題である。"], None));
    place.build();
    let found = place.find("領土問題", &Filters::default());
    let hit = &found.hits[0];
    assert_eq!((found.total, hit.snippet.as_str()), (1, "これは北方領土問題である。"));
    let boxes = hit.boxes.as_ref().unwrap();
    let of_line = |i: usize| (boxes[i].page, boxes[i].region.as_str(), boxes[i].line);
    assert_eq!((of_line(0), of_line(1)), ((0, "r1", 0), (0, "r1", 1)));
    assert_eq!(boxes[0].boxes, [BBox::from_ltwh(150, 50, 10, 10)]);
    let second: Vec<BBox> = (0..3).map(|i| BBox::from_ltwh(100 + 10 * i, 70, 10, 10)).collect();
    assert_eq!(boxes[1].boxes, second);
    assert!(place.find("土領", &Filters::default()).hits.is_empty());
}

#[test]
fn no_phrase_crosses_a_redaction() {
    let place = Place::new();
    place.write("a.json", &page("a.tif", (1, 1), &["総理■は"], None));
    place.build();
    assert_eq!(place.names("総理は", &Filters::default()), [] as [&str; 0]);
    assert_eq!(place.names("総理 は", &Filters::default()), ["a.tif"]);
    assert_eq!(place.names("\"総理■は\"", &Filters::default()), ["a.tif"]);
}

#[test]
fn a_telegram_of_several_pages_is_found_whole_and_by_its_pages() {
    let place = Place::new();
    let head = telegram(5517, "1993-09-28", "国連");
    place.write("a-p0001.json", &page("a.tif", (1, 2), &["北方領"], Some(head.clone())));
    let next = Telegram { number: Some(5517), ..Telegram::default() };
    place.write("a-p0002.json", &page("a.tif", (2, 2), &["漁業"], Some(next)));
    place.write("b.json", &page("b.tif", (1, 1), &["漁業"], None));
    let built = place.build();
    assert_eq!((built.pages, built.documents), (3, 4));
    assert_eq!(place.names("領 漁業", &Filters::default()), ["a.tif"]);
    let pages = Filters { pages: true, ..Filters::default() };
    assert_eq!(place.names("領 漁業", &pages), [] as [&str; 0]);
    assert_eq!(place.names("漁業", &pages), ["a.tif", "b.tif"]);
}

#[test]
fn conditions_and_operators_select() {
    let place = Place::new();
    for (name, number, date, post, text) in [
        ("a", 1, "1990-06-12", "國連", "領土問題"),
        ("b", 2, "1991-01-01", "米", "漁業交渉"),
        ("c", 3, "1992-12-31", "本省", "領土と漁業"),
    ] {
        let page = page(&format!("{name}.tif"), (1, 1), &[text], Some(telegram(number, date, post)));
        place.write(&format!("{name}.json"), &page);
    }
    place.build();
    let all = Filters::default();
    for (query, expected) in [
        ("領土", &["a.tif", "c.tif"][..]),
        ("領土 漁業", &["c.tif"]),
        ("領土 OR 漁業", &["a.tif", "b.tif", "c.tif"]),
        ("領土 -漁業", &["a.tif"]),
        ("-漁業", &["a.tif"]),
        ("(領土 OR 交渉) -と", &["a.tif", "b.tif"]),
        ("number:2", &["b.tif"]),
        ("件名:首脳 領土", &["a.tif", "c.tif"]),
        ("件名:領土", &[]),
        ("業", &["b.tif", "c.tif"]),
        ("", &["a.tif", "b.tif", "c.tif"]),
    ] {
        assert_eq!(place.names(query, &all), expected, "{query}");
    }
    let from = Filters { from: Some(19_910_101), to: Some(19_911_231), ..Filters::default() };
    assert_eq!(place.names("", &from), ["b.tif"]);
    let post = Filters { posts: vec!["国連".into(), "米".into()], ..Filters::default() };
    assert_eq!(place.names("", &post), ["a.tif", "b.tif"]);
    let secret = Filters { classifications: vec!["秘".into()], ..Filters::default() };
    assert_eq!(place.names("", &secret), [] as [&str; 0]);
    let latest = Filters { latest_first: true, ..Filters::default() };
    let dates: Vec<_> =
        place.find("", &latest).hits.iter().map(|h| h.document.date().unwrap().to_owned()).collect();
    assert_eq!(dates, ["1992-12-31", "1991-01-01", "1990-06-12"]);
    let facets = place.find("", &all).facets;
    let years: Vec<&str> = facets["year"].iter().map(|f| f.value.as_str()).collect();
    assert_eq!((years.len(), facets["post"][0].count, facets["redacted"][0].value.as_str()), (3, 1, "0"));
}

#[test]
fn a_run_indexes_what_has_changed_and_removes_what_is_gone() {
    let place = Place::new();
    place.write("a.json", &page("a.tif", (1, 1), &["領土"], None));
    place.write("b.json", &page("b.tif", (1, 1), &["漁業"], None));
    assert_eq!(place.build().pages, 2);
    let open = Searcher::open(&place.index()).unwrap();
    let again = place.build();
    assert_eq!((again.pages, again.unchanged, again.removed, again.documents), (0, 2, 0, 2));
    place.write("b.json", &page("b.tif", (1, 1), &["捕鯨問題"], None));
    fs::remove_file(place.out().join("a.json")).unwrap();
    fs::write(place.out().join("c.json"), "{ \"format\": \"denshin.page/1\", \"sou").unwrap();
    let changed = place.build();
    assert_eq!((changed.pages, changed.removed, changed.documents), (1, 1, 1));
    assert!(changed.skipped[0].record.ends_with("c.json"));
    assert_eq!(place.names("領土 OR 漁業", &Filters::default()), [] as [&str; 0]);
    assert_eq!(place.names("捕鯨", &Filters::default()), ["b.tif"]);
    drop(open);
}

#[test]
fn a_match_in_a_record_that_has_changed_since_has_no_boxes() {
    let place = Place::new();
    place.write("a.json", &page("a.tif", (1, 1), &["北方領土"], None));
    place.build();
    place.write("a.json", &page("a.tif", (1, 1), &["北方の領土"], None));
    assert_eq!(place.find("領土", &Filters::default()).hits[0].boxes, None);
}

#[test]
fn other_folders_are_no_index() {
    let place = Place::new();
    fs::write(place.out().join("note.txt"), "x").unwrap();
    let stop = AtomicBool::new(false);
    let error =
        build(&[place.out()], &place.out(), BuildOptions::default(), &stop, &mut |_, _, _| {}).unwrap_err();
    assert!(error.to_string().contains("it holds other files"), "{error}");
    let error = Searcher::open(Path::new("nowhere")).err().unwrap();
    assert!(error.to_string().starts_with("nowhere: no index here"), "{error}");
}

/// Twenty runs are killed, each a little later than the one before; between them searches see a commit.
#[test]
fn killed_runs_lose_and_double_nothing() {
    let place = Place::new();
    let count = 400;
    for i in 0..count {
        let text = format!("第{i}号の領土問題");
        place.write(&format!("{i:03}.json"), &page(&format!("{i:03}"), (1, 1), &[&text], None));
    }
    let run = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_denshin"));
        command.args(["index", "--quiet", "--portion", "20", "-o"]).arg(place.index()).arg(place.out());
        command
    };
    let mut before = 0;
    for attempt in 0..20 {
        let mut child = run().spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20 * attempt));
        let _ = child.kill();
        let _ = child.wait();
        if let Ok(searcher) = Searcher::open(&place.index()) {
            assert!(searcher.documents() >= before);
            before = searcher.documents();
        }
    }
    assert!(run().status().unwrap().success());
    let found = place.find("領土問題", &Filters::default());
    assert_eq!((found.total, Searcher::open(&place.index()).unwrap().documents()), (count, count as u64));
}

/// `tests/files/spellings.tsv`: class, query in modern spelling, text as printed.
#[test]
fn modern_spelling_finds_what_is_printed() {
    let table = include_str!("files/spellings.tsv");
    let pairs: Vec<Vec<&str>> = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| line.split('\t').collect())
        .collect();
    assert!(pairs.len() >= 100);
    let place = Place::new();
    for (i, pair) in pairs.iter().enumerate() {
        place.write(&format!("{i:03}.json"), &page(&format!("{i:03}"), (1, 1), &[pair[2]], None));
    }
    place.build();
    let (mut missed, mut foreign, mut shown) = (Vec::new(), 0, 0);
    for (i, pair) in pairs.iter().enumerate() {
        let names = place.names(&format!("\"{}\"", pair[1]), &Filters::default());
        if !names.contains(&format!("{i:03}")) {
            missed.push(format!("{}: {} in {}", pair[0], pair[1], pair[2]));
        }
        // Others may hold the same word: a page counts as wrong where its text has none of the spellings of the word.
        let is_right = |name: &String| {
            let other = &pairs[name.parse::<usize>().unwrap()];
            other[1] == pair[1] || other[2].contains(pair[1])
        };
        shown += names.len().min(10);
        foreign += names.iter().take(10).filter(|name| !is_right(name)).count();
    }
    let precision = 1.0 - foreign as f64 / shown as f64;
    println!("{} pairs, {} missed, precision of the first ten {precision:.3}", pairs.len(), missed.len());
    assert!(missed.is_empty(), "{missed:#?}");
    assert!(precision >= 0.98, "{precision}");
}

fn fed(place: &Place, format: FeedFormat, pages: bool) -> String {
    let mut bytes = Vec::new();
    let fed = feed(&[place.out()], format, pages, &mut bytes).unwrap();
    assert_eq!(fed.skipped, []);
    String::from_utf8(bytes).unwrap()
}

/// A telegram of two pages whose text runs on, and a page with a character beyond the basic plane and an alternative.
fn two_files() -> Place {
    let place = Place::new();
    let head = telegram(5517, "1993-09-28", "国連");
    place.write("a-p0001.json", &page("a.tif", (1, 2), &["北方", "領"], Some(head)));
    let next = Telegram { number: Some(5517), ..Telegram::default() };
    place.write("a-p0002.json", &page("a.tif", (2, 2), &["土<問題>"], Some(next)));
    let mut other = page("b.tif", (1, 1), &["𠮷田総理"], None);
    other.regions[0].lines[0].glyphs[1].alternatives = vec![("由".into(), Confidence::clamped(0.2))];
    place.write("b.json", &other);
    place
}

#[test]
fn json_lines_tell_the_place_of_every_character() {
    let place = two_files();
    let lines: Vec<serde_json::Value> = fed(&place, FeedFormat::JsonLines, false)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0]["pages"].as_array().unwrap().len(), lines[0]["number"].as_u64()), (2, Some(5517)));
    let other = &lines[1];
    assert_eq!(other["text"], "𠮷田総理");
    // 田: the second character, behind four bytes and two units.
    assert_eq!(other["glyphs"][1], serde_json::json!([1, 4, 2, 0, [110, 50, 120, 60]]));
    let single = fed(&place, FeedFormat::JsonLines, true);
    assert_eq!(single.lines().count(), 3);
}

#[test]
fn bulk_lines_name_their_documents() {
    let place = two_files();
    let feed = fed(&place, FeedFormat::OpenSearch, false);
    let lines: Vec<serde_json::Value> = feed.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0]["index"]["_id"].is_string() && lines[1]["_id"].is_null());
    assert_eq!(lines[3]["characters"], "吉田総理");
    // The template of deploy/search is strict: it knows every field.
    let template: serde_json::Value =
        serde_json::from_str(include_str!("../deploy/search/opensearch-template.json")).unwrap();
    for field in lines[1].as_object().unwrap().keys().chain(lines[3].as_object().unwrap().keys()) {
        assert!(template["template"]["mappings"]["properties"][field].is_object(), "{field}");
    }
}

#[test]
fn mini_ocr_has_a_word_a_glyph_and_no_blank_at_the_ends_of_lines() {
    let place = two_files();
    let documents: Vec<serde_json::Value> =
        serde_json::from_str(&fed(&place, FeedFormat::Solr, false)).unwrap();
    let xml = documents[1]["ocr_text"].as_str().unwrap();
    assert!(
        xml.starts_with("<ocr><p xml:id=\"p1\" wh=\"1000 1400\"><b><l><w x=\"100 50 10 10\">𠮷</w>"),
        "{xml}"
    );
    assert!(
        xml.contains("<w x=\"110 50 10 10\">田\u{21FF}由</w>") && xml.ends_with("</l></b></p></ocr>"),
        "{xml}"
    );
    let xml = documents[0]["ocr_text"].as_str().unwrap();
    assert!(xml.contains("領</w></l></b></p><p xml:id=\"p2\"") && xml.contains(">&lt;</w>"), "{xml}");
    assert!(!xml.contains("</w> <w"));
}

/// The real engine, where it is installed: `groonga` of Debian's groonga-bin. In CI it has to be.
#[test]
fn groonga_finds_what_is_fed() {
    let is_there = std::process::Command::new("groonga").arg("--version").output().is_ok();
    if !is_there {
        assert!(std::env::var_os("CI").is_none(), "groonga is not installed");
        println!("skipped: groonga is not installed");
        return;
    }
    let place = two_files();
    let schema = include_str!("../deploy/search/groonga-schema.grn");
    let load = fed(&place, FeedFormat::Groonga, false);
    let query =
        "select Documents --match_columns words --query '\"北方領\"' --output_columns _key,number,text\n";
    let database = place.folder.path().join("groonga");
    let mut child = std::process::Command::new("groonga")
        .arg("-n")
        .arg(&database)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, format!("{schema}\n{load}{query}").as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let answers: Vec<serde_json::Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let failed: Vec<_> = answers.iter().filter(|answer| answer[0][0] != 0).collect();
    assert!(failed.is_empty(), "{failed:?}");
    let found = &answers.last().unwrap()[1][0];
    assert_eq!(found[0][0], 1, "{found}");
    assert_eq!((found[2][1].as_u64(), found[2][2].as_str()), (Some(5517), Some("北方領\n土<問題>")));
}
