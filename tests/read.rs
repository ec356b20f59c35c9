//! `denshin read` with results of earlier runs, and with files that exhaust memory or time or crash the process.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

/// The program in a folder of its own.
struct Place(TempDir);

/// A row of the manifest: path, page, results, error.
type Row = (String, Option<u64>, Vec<String>, Option<String>);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// Copies a scan into the folder under another name.
    fn with(self, name: &str, scan: &str) -> Self {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::copy(file(scan), self.path(name)).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn denshin(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_denshin"));
        command.current_dir(self.0.path()).args(arguments).env_remove("TESSDATA_PREFIX");
        command
    }

    /// Runs `read … -o out` without recognition.
    fn read(&self, inputs: &[&str]) -> Assert {
        self.denshin(&[&["read", "-o", "out", "--engine", "null"], inputs].concat()).assert()
    }

    fn rows(&self) -> Vec<Row> {
        let row = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            let results = row["results"].as_array().unwrap().iter().map(|r| r.as_str().unwrap().to_owned());
            let error = row["error"].as_str().map(str::to_owned);
            (row["path"].as_str().unwrap().to_owned(), row["page"].as_u64(), results.collect(), error)
        };
        self.text("out/manifest.jsonl").lines().map(row).collect()
    }
}

/// A saved review of `out/a.json` with a line that a person wrote.
fn review(place: &Place, line: &str) -> String {
    let bytes = fs::read(place.path("out/a.json")).unwrap();
    let page = denshin::write::parse_json(&bytes).unwrap();
    let digest = denshin::provenance::sha256(&bytes);
    let mut review = denshin::reviewed::Review::untouched(&page, "a.json", &digest);
    review.regions.iter_mut().find(|region| region.is_text()).unwrap().lines[0].line.text = line.to_owned();
    review.sign("X", "1993-09-28T00:00:00Z".to_owned());
    let review = serde_json::to_string(&review).unwrap();
    fs::write(place.path("out/a.review.json"), &review).unwrap();
    review
}

#[test]
fn the_manifest_keeps_what_earlier_runs_recorded_and_has_one_row_a_page() {
    let place = Place::new().with("a.png", "gray.png").with("z.tif", "pages.tif");
    fs::write(place.path("bad.png"), b"").unwrap();
    place.read(&["bad.png"]).code(1);
    place.read(&["a.png", "z.tif"]).code(0);
    let rows = place.rows();
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(rows[1].3.as_ref().unwrap().contains("scan: the file is empty"), "{rows:?}");
    // The files are read again under other names; the damaged file is repaired.
    fs::copy(file("gray.png"), place.path("bad.png")).unwrap();
    place.read(&["./a.png", "./bad.png", "z.tif", "--format", "json"]).code(0);
    let rows = place.rows();
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert!(
        rows.iter().all(|(_, page, results, error)| page.is_some() && !results.is_empty() && error.is_none())
    );
    // A file was damaged since: its earlier results stay.
    fs::write(place.path("a.png"), b"").unwrap();
    place.read(&["a.png"]).code(1);
    let rows = place.rows();
    assert_eq!((rows.len(), rows.iter().filter(|row| row.3.is_some()).count()), (6, 1), "{rows:?}");
    assert!(place.path("out/a.json").is_file());
}

#[test]
fn formats_of_an_earlier_reading_are_written_anew_beside_a_new_record() {
    let place = Place::new().with("a.png", "gray.png");
    place.read(&["a.png", "--format", "json,text,alto,tei"]).code(0);
    let alto = place.text("out/a.alto.xml");
    for name in ["a.alto.xml", "a.tei.xml", "a.txt"] {
        fs::write(place.path("out").join(name), "of an earlier reading").unwrap();
    }
    place.read(&["a.png", "--format", "json"]).code(0);
    assert_eq!(place.text("out/a.alto.xml"), alto);
    assert_ne!(place.text("out/a.tei.xml"), "of an earlier reading");
    assert_ne!(place.text("out/a.txt"), "of an earlier reading");
    assert_eq!(place.rows()[0].2, ["a.json", "a.txt", "a.alto.xml", "a.tei.xml"]);
}

#[test]
fn documents_of_an_earlier_reading_are_named() {
    let place = Place::new().with("a.png", "gray.png");
    place.read(&["a.png"]).code(0);
    place.denshin(&["convert", "out", "--format", "mets", "-o", "out"]).assert().code(0);
    let outdated =
        || contains("a.mets.xml was made from an earlier reading (update it with denshin convert)");
    place.read(&["a.png"]).code(0).stderr(outdated().not());
    place.read(&["a.png", "--direction", "vertical"]).code(0).stderr(outdated());
}

fn pages_of(path: &Path) -> usize {
    let bytes = fs::read(path).unwrap();
    bytes.windows(10).filter(|w| w == b"/MediaBox ").count()
}

#[test]
fn a_searchable_pdf_holds_all_pages_of_a_file_as_reviewed() {
    let place = Place::new().with("a.png", "gray.png").with("z.tif", "pages.tif");
    // The records from which the PDF is made are written too.
    place
        .read(&["a.png", "z.tif", "--format", "pdf"])
        .code(0)
        .stderr(contains("4 pages read, 2 PDF written"));
    assert_eq!((pages_of(&place.path("out/a.pdf")), pages_of(&place.path("out/z.pdf"))), (1, 3));
    let rows = place.rows();
    assert_eq!(
        (rows.len(), &*rows[0].2, &*rows[1].2),
        (6, &["a.pdf".to_owned()][..], &["a.json".to_owned()][..])
    );
    // The PDF equals that of `convert`.
    place.denshin(&["convert", "out", "--format", "pdf", "-o", "made"]).assert().code(0);
    for name in ["a.pdf", "z.pdf"] {
        let (read, converted) = (place.path("out").join(name), place.path("made").join(name));
        assert!(fs::read(read).unwrap() == fs::read(converted).unwrap(), "{name}");
    }
    let before = fs::read(place.path("out/a.pdf")).unwrap();
    review(&place, "極秘");
    place.read(&["a.png", "--format", "pdf"]).code(0).stderr(contains("outdated").not());
    assert!(before != fs::read(place.path("out/a.pdf")).unwrap());
}

#[test]
fn a_searchable_pdf_that_would_lack_a_page_is_not_made() {
    let place = Place::new().with("z.tif", "pages.tif");
    // A record that cannot be written fails its page.
    fs::create_dir_all(place.path("out/z-p0002.json/x")).unwrap();
    let told = "z.pdf is not written: page 2 has no record";
    place
        .read(&["z.tif", "--format", "pdf"])
        .code(1)
        .stderr(contains(told).and(contains("1 PDF not written")));
    assert!(!place.path("out/z.pdf").exists());
    assert!(place.rows()[0].3.as_ref().unwrap().contains(told));
    // A file that cannot be opened is counted as one failure.
    fs::write(place.path("bad.tif"), "").unwrap();
    place.read(&["bad.tif", "--format", "pdf"]).code(1).stderr(contains("PDF").not());
}

#[test]
fn a_searchable_pdf_replaces_neither_scan_nor_strange_file() {
    let place =
        Place::new().with("out/a.pdf", "gray.pdf").with("b.png", "gray.png").with("out/b.pdf", "gray.pdf");
    let before = fs::read(place.path("out/a.pdf")).unwrap();
    let is_scan = || contains("a.pdf is the scan itself");
    place.read(&["out/a.pdf", "--format", "pdf"]).code(1).stderr(is_scan());
    place.read(&["out/a.pdf", "--format", "pdf", "--existing", "overwrite"]).code(1).stderr(is_scan());
    place
        .denshin(&["convert", "out/a.json", "--format", "pdf", "-o", "out"])
        .assert()
        .code(1)
        .stderr(is_scan());
    place.read(&["b.png", "--format", "pdf"]).code(1).stderr(contains("b.pdf is there already"));
    place.read(&["b.png", "--format", "pdf", "--existing", "keep"]).code(0);
    for name in ["out/a.pdf", "out/b.pdf"] {
        assert!(fs::read(place.path(name)).unwrap() == before, "{name}");
    }
    place.read(&["b.png", "--format", "pdf", "--existing", "overwrite"]).code(0);
    assert!(fs::read(place.path("out/b.pdf")).unwrap() != before);
}

/// Adds text to a record, as if an engine had read it.
fn with_text(place: &Place, name: &str) -> String {
    let mut record: Value = serde_json::from_str(&place.text(name)).unwrap();
    record["text"] = "極秘".into();
    let text = record.to_string();
    fs::write(place.path(name), &text).unwrap();
    text
}

#[test]
fn a_record_with_text_is_not_replaced_by_one_without() {
    let place = Place::new().with("a.png", "gray.png");
    place.read(&["a.png"]).code(0);
    let record = with_text(&place, "out/a.json");
    let empty =
        contains("a.png, page 1: write: no text was found on the page, but the existing a.json has text");
    place.read(&["a.png"]).code(1).stderr(empty.and(contains("--existing overwrite")));
    assert_eq!(place.text("out/a.json"), record);
    let row = &place.rows()[0];
    assert_eq!(row.2, ["a.json", "a.txt"]);
    assert!(row.3.as_ref().unwrap().starts_with("write: no text"), "{row:?}");
    place.read(&["a.png", "--existing", "overwrite"]).code(0);
    assert_ne!(place.text("out/a.json"), record);
    assert_eq!(place.rows()[0].3, None);
    // A text file without a record is protected too.
    fs::remove_file(place.path("out/a.json")).unwrap();
    fs::write(place.path("out/a.txt"), "極秘\n").unwrap();
    place.read(&["a.png", "--format", "text"]).code(1).stderr(contains("no text was found on the page"));
    assert_eq!(place.text("out/a.txt"), "極秘\n");
}

#[test]
fn a_record_that_a_person_has_reviewed_stays() {
    let place = Place::new().with("a.png", "gray.png");
    place.read(&["a.png"]).code(0);
    let record = place.text("out/a.json");
    let review = review(&place, "正しかつた");
    fs::write(place.path("out/a.txt"), "as reviewed").unwrap();
    // The reading has not changed: existing files stay, and missing formats are made as reviewed.
    for (existing, made) in [("renew", "alto"), ("keep", "hocr")] {
        place.read(&["a.png", "--format", &format!("json,text,{made}"), "--existing", existing]).code(0);
        assert_eq!(place.text("out/a.txt"), "as reviewed");
    }
    assert!(place.text("out/a.alto.xml").contains("正しかつた"));
    // Since the reading has not changed, no document is older than the record.
    place.denshin(&["convert", "out", "--format", "mets", "-o", "out"]).assert().code(0);
    place.read(&["a.png", "--format", "json,page"]).code(0).stderr(contains("earlier reading").not());
    assert!(place.text("out/a.hocr").contains('か'));
    for existing in ["renew", "overwrite"] {
        let other = ["a.png", "--direction", "vertical", "--existing", existing];
        place
            .read(&other)
            .code(1)
            .stderr(contains("a.json has been reviewed, and the page now reads differently"));
        assert_eq!(place.text("out/a.json"), record);
        assert_eq!(place.text("out/a.review.json"), review);
    }
    fs::write(place.path("out/a.review.json"), "no review").unwrap();
    place.read(&["a.png", "--format", "json,tei"]).code(1).stderr(contains("a.review.json"));
}

#[test]
fn results_of_another_file_are_not_replaced() {
    let place =
        Place::new().with("x/a.png", "gray.png").with("y/a.png", "gray16.png").with("z/a.png", "gray.png");
    place.read(&["x/a.png"]).code(0);
    place.read(&["y/a.png"]).code(1).stderr(contains("a.json: results of x/a.png already have this name"));
    // The same file, named from within its folder.
    let within = |folder: &str| {
        let mut command = place.denshin(&["read", "a.png", "-o", "../one", "--engine", "null"]);
        command.current_dir(place.path(folder));
        command.assert()
    };
    within("x").code(0);
    within("y")
        .code(1)
        .stderr(contains("one.json: results").or(contains("a.json: results of a.png already have")));
    // The same file at another path.
    within("z").code(0);
    let from_stdin = |scan: &str, more: &[&str]| {
        let mut command = place.denshin(&[&["read", "-", "-o", "stdin", "--engine", "null"], more].concat());
        command.write_stdin(fs::read(file(scan)).unwrap()).assert()
    };
    from_stdin("gray.png", &[]).code(0);
    from_stdin("gray16.png", &[]).code(1).stderr(contains("stdin.json: results of - already have this name"));
    from_stdin("gray16.png", &["--existing", "overwrite"]).code(0);
    place.read(&["y/a.png", "--existing", "overwrite"]).code(0);
    let rows = place.rows();
    assert_eq!((rows.len(), rows[0].0.as_str()), (1, "y/a.png"), "{rows:?}");
}

#[test]
fn results_are_kept_or_end_the_run_where_one_asks() {
    let place = Place::new().with("a.png", "gray.png").with("b.png", "gray.png");
    place.read(&["a.png"]).code(0);
    let record = with_text(&place, "out/a.json");
    let keep = ["a.png", "b.png", "--format", "json,text,hocr", "--existing", "keep"];
    place.read(&keep).code(0).stderr(contains("2 pages read; results in out"));
    assert_eq!(place.text("out/a.json"), record);
    assert!(place.text("out/a.hocr").contains("ocr_page"));
    place.read(&keep).code(0).stderr(contains("0 pages read, 2 kept unchanged"));
    fs::write(place.path("c.png"), fs::read(file("gray.png")).unwrap()).unwrap();
    let abort = ["c.png", "a.png", "--existing", "abort"];
    place.read(&abort).code(2).stderr(contains("a: results exist, nothing was read"));
    assert!(!place.path("out/c.json").exists());
    place.read(&["c.png", "--existing", "abort"]).code(0);
    assert_eq!(place.rows().len(), 3);
}

#[test]
fn what_ends_a_process_or_never_ends_costs_a_page() {
    let place = Place::new().with("in/a.png", "gray.png").with("in/b-crash.png", "gray.png");
    let place = place
        .with("in/c-hang.png", "gray.png")
        .with("in/d-panic.png", "gray.png")
        .with("in/e.png", "gray.png");
    let rehearsed = ["--rehearse=crash:crash", "--rehearse=hang:hang", "--rehearse=panic:panic"];
    let run = place.read(&[rehearsed.as_slice(), &["in", "--page-seconds", "4", "--jobs", "2"]].concat());
    let told = run.code(1).stderr(contains("2 pages read, 3 failed"));
    told.stderr(
        contains("c-hang.png: recognize: took more than 4 s (raise --page-seconds)")
            .or(contains("c-hang.png, page 1: recognize: took more than 4 s (raise --page-seconds)")),
    );
    let errors: Vec<String> = place.rows().into_iter().filter_map(|row| row.3).collect();
    assert!(errors[0].contains("the worker process ended (signal: 6"), "{errors:?}");
    assert!(errors[2].contains("a panic on purpose"), "{errors:?}");
}

/// A page that needs ten times a worker's memory fails with the name of the option; the others are read.
#[cfg(target_os = "linux")]
#[test]
fn a_page_that_needs_more_memory_than_a_worker_has_fails_clearly() {
    let place = Place::new().with("in/a.png", "gray.png").with("in/c.png", "gray.png");
    image::GrayImage::from_pixel(9_000, 9_000, image::Luma([255])).save(place.path("in/b.png")).unwrap();
    let run = place.read(&["in", "--worker-mb", "150", "--jobs", "1"]);
    run.code(1).stderr(contains("2 pages read, 1 failed")).stderr(
        contains("b.png, page 1: ").and(contains("needs more than 150 MB of memory (raise --worker-mb)")),
    );
    let run = place.read(&["in/a.png", "--rehearse", "gorge:a", "--verbose"]);
    run.code(1).stderr(contains("needs more than 850 MB").and(contains("retrying").not()));
}

/// A run is killed at several moments: the manifest is valid, and all results that it lists are on disk.
#[cfg(unix)]
#[test]
fn the_manifest_is_whole_whenever_a_run_is_killed() {
    use std::process::{Command, Stdio};
    let place = Place::new().with("in/00.tif", "pages.tif");
    (1..20)
        .for_each(|i| fs::copy(file("pages.tif"), place.path(&format!("in/{i:02}.tif"))).map(drop).unwrap());
    for kill in 1..=5 {
        let mut run = Command::new(env!("CARGO_BIN_EXE_denshin"))
            .current_dir(place.0.path())
            .args(["read", "in", "-o", "out", "--engine", "null", "--jobs", "2", "--quiet"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let count = || fs::read_dir(place.path("out")).map_or(0, Iterator::count);
        while count() < kill * 20 && run.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        for (_, _, results, error) in place.rows() {
            assert!(error.is_none() && results.iter().all(|name| place.path("out").join(name).is_file()));
        }
    }
    place.read(&["in"]).code(0);
    assert_eq!(place.rows().len(), 60);
}

#[test]
fn standard_input_is_read_by_a_worker_and_leaves_no_file() {
    let place = Place::new();
    fs::create_dir(place.path("temporary")).unwrap();
    let mut command = place.denshin(&["read", "-", "-o", "out", "--engine", "null"]);
    command.env("TMPDIR", place.path("temporary")).write_stdin(fs::read(file("gray.png")).unwrap());
    command.assert().code(0);
    assert_eq!(place.rows()[0].0, "-");
    assert_eq!(fs::read_dir(place.path("temporary")).unwrap().count(), 0);
}
