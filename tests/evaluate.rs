//! `denshin evaluate`: formats, pairing, limits, baselines, the report, and files of another evaluation program.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside their functions")]

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A folder of its own for every test.
struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        files.iter().for_each(|(name, text)| place.write(name, text));
        place
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn evaluate(&self, arguments: &[&str]) -> assert_cmd::assert::Assert {
        let mut command = Command::cargo_bin("denshin").unwrap();
        command.current_dir(self.0.path()).arg("evaluate").args(arguments).assert()
    }

    fn figures(&self, arguments: &[&str], code: i32) -> Value {
        let shown = self.evaluate(&[arguments, &["--json"]].concat()).code(code);
        serde_json::from_slice(&shown.get_output().stdout).unwrap()
    }
}

const PAGE_XML: &str = r#"<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"><Page>
    <TextRegion id="r"><TextLine id="l"><TextEquiv><Unicode>第５５１７号</Unicode></TextEquiv></TextLine></TextRegion></Page></PcGts>"#;
const ALTO: &str = r#"<alto xmlns="http://www.loc.gov/standards/alto/ns-v4#"><Layout><Page><PrintSpace><TextBlock><TextLine>
    <String CONTENT="第５５"/><String CONTENT="１７号"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>"#;
const HOCR: &str = "<!DOCTYPE html><html><body><div class='ocr_page'><span class='ocr_line'>第５５１７号</span><br></div></body></html>";
const TRUTH: &str = r#"{"lines":[{"text":"第５５１７号","role":"number","order":0}]}"#;
const RECORD: &str = r#"{"format":"denshin.page/1","text":"第５５１７号","regions":[]}"#;

#[test]
fn every_format_is_read_on_either_side() {
    let formats = [
        ("a.txt", "第５５１７号\n"),
        ("a.xml", PAGE_XML),
        ("a.alto.xml", ALTO),
        ("a.hocr", HOCR),
        ("a.gt.json", TRUTH),
        ("a.json", RECORD),
    ];
    for (reference, text) in formats {
        for (result, read) in formats {
            let place = Place::new(&[(&format!("gt/{reference}"), text), (&format!("out/{result}"), read)]);
            let figures = place.figures(&[&format!("out/{result}"), &format!("gt/{reference}")], 0);
            let strict = &figures["rates"]["strict"];
            assert_eq!((&strict["errors"], &strict["n"]), (&0.into(), &6.into()), "{reference} {result}");
        }
    }
}

#[test]
fn what_is_missing_extra_or_damaged_is_said_and_counted() {
    let place = Place::new(&[
        ("gt/a.gt.txt", "第５５１７号"),
        ("gt/b.gt.txt", "極秘"),
        ("gt/c.gt.txt", "了"),
        ("out/a.txt", "第５５１１号"),
        ("out/c.json", r#"{"format":"denshin.page/9"}"#),
        ("out/d.txt", "多い"),
        ("out/d.review.json", r#"{"edits":[]}"#),
    ]);
    let shown = place.evaluate(&["out", "gt"]).code(1);
    shown
        .stdout(contains("3 pages"))
        .stderr(contains("no result for 2 of 3: b, c"))
        .stderr(contains("no reference for 1 results, left out: d\n"))
        .stderr(contains("c.json: is a record of the format \"denshin.page/9\""));
    let figures = place.figures(&["out", "gt"], 1);
    let reading = &figures["rates"]["reading"];
    assert_eq!(
        (&reading["substitutions"], &reading["deletions"], &reading["n"]),
        (&1.into(), &3.into(), &9.into())
    );
    assert_eq!(figures["missing"], serde_json::json!(["b", "c"]));
    assert_eq!(figures["extra"], serde_json::json!(["d"]));
}

#[test]
fn damaged_files_are_errors_that_name_themselves() {
    let damaged = [
        ("a.xml", "<PcGts><Page>", "damaged XML"),
        ("a.xml", "", "the file is empty"),
        ("a.json", "{\"lines\":", "damaged"),
        ("a.xml", "<mets/>", "its root element is <mets>"),
        ("a.hocr", "<html><body><div class='ocr_page'><p>half a te", "ends before </html>"),
    ];
    for (name, text, message) in damaged {
        let place = Place::new(&[(&format!("gt/{name}"), text), ("a.txt", "第")]);
        place
            .evaluate(&["a.txt", &format!("gt/{name}")])
            .code(1)
            .stderr(contains(message).and(contains(name)));
    }
    let place = Place::new(&[("out/a.txt", "")]);
    place.evaluate(&["out", "nowhere"]).code(2).stderr(contains("nowhere: cannot be read"));
    std::fs::create_dir(place.0.path().join("empty")).unwrap();
    place.evaluate(&["out", "empty"]).code(2).stderr(contains("empty: no references"));
}

#[test]
fn a_table_pairs_what_has_other_names() {
    let place = Place::new(&[
        ("gt/first.txt", "第一号"),
        ("out/0001.txt", "第二号"),
        ("pairs.tsv", "page\thypothesis\treference\n1\t0001.txt\tfirst.txt\n2\t0002.txt\tfirst.txt\n"),
        ("bad.tsv", "first.txt\n"),
    ]);
    let figures = place.figures(&["out", "gt", "--pairs", "pairs.tsv"], 1);
    assert_eq!((&figures["rates"]["reading"]["errors"], &figures["pages"]), (&4.into(), &2.into()));
    place.evaluate(&["out", "gt", "--pairs", "bad.tsv"]).code(2).stderr(contains("bad.tsv, line 1"));
}

/// PowerShell redirection and Excel's text export write UTF-16.
#[test]
fn tables_and_older_runs_may_be_utf_16() {
    let utf16 =
        |text: &str| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let place = Place::new(&[("gt/電.txt", "第一号"), ("out/信.txt", "第二号")]);
    std::fs::write(place.0.path().join("pairs.tsv"), utf16("電.txt\t信.txt\r\n")).unwrap();
    let then = place.figures(&["out", "gt", "--pairs", "pairs.tsv"], 0);
    assert_eq!(then["rates"]["reading"]["errors"], 1);
    std::fs::write(place.0.path().join("then.json"), utf16(&then.to_string())).unwrap();
    let now = place.figures(&["out", "gt", "--pairs", "pairs.tsv", "--baseline", "then.json"], 0);
    assert_eq!(now["comparison"]["reading"]["p"], 1.0);
}

#[test]
fn what_holds_no_text_or_leaves_its_order_open_is_said_in_the_table() {
    let empty = PAGE_XML.replace("第５５１７号", "");
    let order = "<Page><ReadingOrder><OrderedGroup><RegionRefIndexed index='0' regionRef='gone'/></OrderedGroup></ReadingOrder>";
    let place = Place::new(&[
        ("gt/a.txt", "第"),
        ("gt/b.txt", ""),
        ("gt/c.txt", ""),
        ("out/a.xml", &empty),
        ("out/c.txt", ""),
    ]);
    place.write("out/b.xml", &PAGE_XML.replace("<Page>", order));
    let shown = place.evaluate(&["out", "gt"]).code(0).stdout(
        contains("  result: no text anywhere in the file; it counts as empty\n")
            .and(contains("  reference: no text anywhere in the file; it counts as empty\n"))
            .and(contains("  result: the reading order refers to what is not in the file: gone\n")),
    );
    let told = String::from_utf8_lossy(&shown.get_output().stdout).into_owned();
    assert_eq!(told.matches("it counts as empty").count(), 2, "two empty files agree");
    assert_eq!(place.figures(&["out", "gt"], 0)["per_page"][0]["notes"].as_array().unwrap().len(), 1);
}

#[test]
fn a_table_does_not_lead_out_of_the_two_folders() {
    let place = Place::new(&[("gt/first.txt", "第一号"), ("out/0001.txt", "第二号"), ("secret.txt", "極秘")]);
    let secret = place.0.path().join("secret.txt").display().to_string();
    for line in ["first.txt\t../secret.txt", "../secret.txt\t0001.txt", &format!("first.txt\t{secret}")] {
        std::fs::write(place.0.path().join("pairs.tsv"), format!("first.txt\t0001.txt\n{line}\n")).unwrap();
        let said = place.evaluate(&["out", "gt", "--pairs", "pairs.tsv"]).code(2);
        said.stderr(contains("pairs.tsv, line 2: ").and(contains("leads out of its folder")));
    }
}

#[test]
fn limits_decide_the_exit_code() {
    let place = Place::new(&[("gt/a.gt.json", TRUTH), ("out/a.txt", "第５５１１号")]);
    place.evaluate(&["out", "gt", "--fail-above", "body-cer=0.2,missing=0"]).code(0);
    let held =
        place.evaluate(&["out", "gt", "--fail-above", "body-cer=0.1", "--fail-above", "skew=1"]).code(1);
    held.stderr(
        contains("not accepted: body-cer is 0.166667, above 0.1")
            .and(contains("skew cannot be computed from these files")),
    );
    place
        .evaluate(&["out", "gt", "--fail-above", "wer=0.1"])
        .code(2)
        .stderr(contains("there is no figure `wer`"));
}

#[test]
fn an_older_run_tells_what_got_better() {
    let place = Place::new(&[
        ("gt/a.gt.txt", "第一号"),
        ("gt/b.gt.txt", "極秘"),
        ("out/a.txt", "第二号"),
        ("out/b.txt", "極秘"),
    ]);
    let then = place.figures(&["out", "gt"], 0);
    place.write("then.json", &then.to_string());
    place.write("out/a.txt", "第一号");
    let now = place.figures(&["out", "gt", "--baseline", "then.json"], 0);
    let reading = &now["comparison"]["reading"];
    assert_eq!(reading["better"], serde_json::json!([["a", 1, 0]]));
    assert_eq!((&reading["worse"], &reading["p"]), (&serde_json::json!([]), &1.0.into()));
    place
        .evaluate(&["out", "gt", "--baseline", "then.json"])
        .code(0)
        .stdout(contains("better: a, 1 → 0 errors"));
    place.write("then.json", "{}");
    place
        .evaluate(&["out", "gt", "--baseline", "then.json"])
        .code(2)
        .stderr(contains("then.json: is no evaluation"));
}

#[test]
fn figures_do_not_depend_on_the_number_of_threads() {
    let files: Vec<(String, String)> = (0..20)
        .flat_map(|i| {
            [
                (format!("gt/{i}.gt.txt"), format!("第{i}号\n極秘")),
                (format!("out/{i}.txt"), format!("極秘\n第{}号", i % 7)),
            ]
        })
        .collect();
    let place = Place::new(&files.iter().map(|(n, t)| (n.as_str(), t.as_str())).collect::<Vec<_>>());
    assert_eq!(
        place.figures(&["out", "gt", "--jobs", "1"], 0),
        place.figures(&["out", "gt", "--jobs", "3"], 0)
    );
}

/// The samples' references as results: no errors, and the report shows the scans.
#[test]
fn the_report_of_the_samples_shows_scans_and_lines() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let place = Place::new(&[]);
    for entry in std::fs::read_dir(&samples).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with("vertical-light.gt.txt") {
            let text = std::fs::read_to_string(&path).unwrap().replacen('電', "雷", 1);
            let name = path.file_name().unwrap().to_string_lossy().replace(".gt.txt", ".txt");
            place.write(&format!("out/{name}"), &text);
        }
    }
    let references = samples.to_string_lossy();
    let shown =
        place.evaluate(&["out/no5517-vertical-light.txt", &references, "--html", "report.html"]).code(0);
    shown.stderr(predicate::str::is_empty());
    let report = std::fs::read_to_string(place.0.path().join("report.html")).unwrap();
    assert!(report.matches("data:image/jpeg;base64,").count() >= 2, "the page, and the line that differs");
    assert!(
        report.contains(r#"<i class="wrong" title="U+96FB">電</i>"#)
            && report.contains(r#"<i class="wrong" title="U+96F7">雷</i>"#)
    );
    assert!(report.contains("mark stamp there") && !report.contains("http:"));
}

#[test]
fn a_report_needs_nothing_else_and_escapes_what_was_read() {
    let place = Place::new(&[
        ("gt/a.gt.txt", "正しかつた■\n了"),
        ("gt/b.gt.txt", "了"),
        ("gt/c.gt.txt", "了"),
        ("gt/b.png", "no picture"),
        ("out/a.txt", "正しかった<script>\n了"),
    ]);
    image::GrayImage::new(60, 80).save(place.0.path().join("gt/a.png")).unwrap();
    let shown = place.evaluate(&["out", "gt", "--html", "report.html"]).code(1);
    shown.stderr(
        contains("c: no scan found for the report").and(contains("b.png: no scan: the file begins with")),
    );
    let report = std::fs::read_to_string(place.0.path().join("report.html")).unwrap();
    assert!(!report.contains("<script") && report.contains("&lt;"), "not escaped");
    assert!(
        report.contains("data:image/jpeg;base64,")
            && report.contains(r#"<i class="spelling" title="U+3063">っ</i>"#)
    );
    for elsewhere in ["http:", "https:", "url(", "@import", "src=\"/", "<link"] {
        assert!(!report.contains(elsewhere), "{elsewhere}");
    }
}

/// Files of another evaluation program, with the figures that it returns for them.
fn dinglehopper() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/dinglehopper");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

#[test]
fn figures_of_dinglehopper_are_those_that_it_gives() {
    let Some(folder) = dinglehopper() else { return };
    let place = Place::new(&[]);
    let path = folder.to_string_lossy();
    let table = folder.join("EXPECTED.tsv");
    let found =
        place.figures(&[&path, &path, "--pairs", &table.to_string_lossy(), "--profile", "dinglehopper"], 0);
    let expected = std::fs::read_to_string(&table).unwrap();
    let rows: Vec<Vec<&str>> = expected.lines().skip(1).map(|l| l.split('\t').collect()).collect();
    assert!(rows.len() >= 5 && found["pages"].as_array().unwrap().len() == rows.len());
    for (row, page) in rows.iter().zip(found["pages"].as_array().unwrap()) {
        assert_eq!(page["distance"], row[2].parse::<u64>().unwrap(), "{}", row[0]);
        assert_eq!(page["n"], row[3].parse::<u64>().unwrap(), "{}", row[0]);
        let close =
            |key: &str, text: &str| (page[key].as_f64().unwrap() - text.parse::<f64>().unwrap()).abs() < 5e-7;
        assert!(close("cer", row[4]), "{}", row[0]);
        assert!(row.get(5).is_none_or(|w| w.is_empty() || close("wer", w)), "{}", row[0]);
    }
}

/// A folder of line files with extensions of their own.
#[test]
fn folders_of_lines_are_paired_whatever_their_endings() {
    let Some(folder) = dinglehopper() else { return };
    let (ocr, gt) = (folder.join("line_dirs/basic/ocr"), folder.join("line_dirs/basic/gt"));
    let place = Place::new(&[]);
    let both = [ocr.to_string_lossy(), gt.to_string_lossy()];
    let found = place.figures(&[&both[0], &both[1], "--profile", "dinglehopper"], 0);
    assert_eq!(
        (&found["distance"], &found["n"], &found["word_distance"]),
        (&2.into(), &28.into(), &2.into())
    );
}

/// Reading orders of tables; dinglehopper's tests give the expected texts.
#[test]
fn reading_orders_of_tables_are_followed() {
    let Some(folder) = dinglehopper() else { return };
    let config = [
        ("table-order-0001.xml", "1\n2\n3\n4\n5\n6\n7\n8\n9"),
        ("table-order-0002.xml", "1\n4\n7\n2\n5\n8\n3\n6\n9"),
        ("table-region.xml", "1\n2\n3\n4\n5\n6\n7\n8\n9"),
        ("table-no-reading-order.xml", "5\n6\n7\n8\n9\n1\n2\n3\n4"),
        ("table-unordered.xml", "1\n2\n3\n4\n5\n6\n7\n8\n9"),
    ];
    for (name, text) in config {
        let place = Place::new(&[("a.txt", text)]);
        let file = folder.join("table-order").join(name);
        let found = place.figures(&["a.txt", &file.to_string_lossy(), "--profile", "dinglehopper"], 0);
        assert_eq!((&found["distance"], &found["n"]), (&0.into(), &17.into()), "{name}");
    }
}
