//! The program as users and scripts call it.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use assert_cmd::Command;
use denshin::pipeline::Settings;
use predicates::prelude::*;
use predicates::str::{contains, is_empty};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

/// The program in a folder of its own.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Copies a scan into the folder under another name.
    fn with(self, name: &str, scan: &str) -> Self {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::copy(file(scan), self.path(name)).unwrap();
        self
    }

    fn denshin(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_denshin"));
        command.current_dir(self.0.path()).args(arguments).env_remove("TESSDATA_PREFIX");
        command
    }

    /// Runs `read … -o out` without recognition.
    fn read(&self, inputs: &[&str]) -> assert_cmd::assert::Assert {
        self.denshin(&[&["read", "-o", "out", "--engine", "null"], inputs].concat()).assert()
    }

    /// The files below a folder, with slashes.
    fn files(&self, folder: &str) -> BTreeSet<String> {
        let root = self.path(folder);
        let found = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        let files = found.filter(|e| e.file_type().is_file() && e.file_name() != ".manifest.lock");
        files.map(|e| e.path().strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/")).collect()
    }

    fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

#[test]
fn help_has_examples_and_exit_codes() {
    let place = Place::new();
    place.denshin(&["--help"]).assert().success().stdout(contains("130 stopped"));
    for command in ["read", "evaluate", "review", "inspect"] {
        let shown = place.denshin(&[command, "--help"]).assert().success();
        shown.stdout(contains("Example").and(contains(format!("denshin {command} "))));
    }
    place.denshin(&["--version"]).assert().success().stdout(contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_page_that_is_read_gives_record_text_and_a_line_in_the_manifest() {
    let place = Place::new().with("cable.tif", "g4.tif");
    place.read(&["cable.tif"]).code(0).stdout(is_empty()).stderr(contains("1 page read; results in out"));
    assert_eq!(place.files("out"), set(&["cable.json", "cable.txt", "manifest.jsonl"]));
    let record = place.json("out/cable.json");
    assert_eq!(
        (record["format"].as_str(), record["source"]["page"].as_u64()),
        (Some("denshin.page/1"), Some(1))
    );
    let manifest = fs::read_to_string(place.path("out/manifest.jsonl")).unwrap();
    let entry: serde_json::Value = serde_json::from_str(manifest.trim()).unwrap();
    assert_eq!(entry["results"], serde_json::json!(["cable.json", "cable.txt"]));
    assert_eq!(entry["error"], serde_json::Value::Null);
}

#[test]
fn one_bad_file_stops_nothing_and_is_counted() {
    let place = Place::new()
        .with("in/a.png", "gray.png")
        .with("in/z.tif", "pages.tif")
        .with("in/p.pdf", "encrypted.pdf");
    fs::write(place.path("in/empty.jpg"), b"").unwrap();
    fs::create_dir(place.path("in/folder.png")).unwrap();
    let result = place.read(&["in"]).code(1);
    result
        .stderr(contains("empty.jpg: scan: the file is empty"))
        .stderr(contains("p.pdf: scan: the PDF is encrypted"))
        .stderr(contains("4 pages read, 2 failed"));
    let records = ["a.json", "z-p0001.json", "z-p0002.json", "z-p0003.json"];
    assert!(set(&records).is_subset(&place.files("out")), "{:?}", place.files("out"));
    let manifest = fs::read_to_string(place.path("out/manifest.jsonl")).unwrap();
    assert_eq!(manifest.lines().filter(|l| !l.contains("\"error\":null")).count(), 2);
    assert_eq!(manifest.lines().count(), 6);
}

#[test]
fn inputs_of_one_name_do_not_overwrite_each_other() {
    let place = Place::new()
        .with("in/a.png", "gray.png")
        .with("in/a.tif", "g4.tif")
        .with("in/deep/a.png", "gray.png");
    place.read(&["in", "--format", "json"]).code(0);
    assert_eq!(place.files("out"), set(&["a.png.json", "a.tif.json", "deep/a.json", "manifest.jsonl"]));
    assert!(place.json("out/a.tif.json")["source"]["path"].as_str().unwrap().ends_with("a.tif"));
}

#[test]
fn the_same_file_named_twice_is_read_once() {
    let place = Place::new().with("in/a.png", "gray.png");
    place
        .read(&["in/a.png", "in", "in/../in/a.png", "--format", "json"])
        .code(0)
        .stderr(contains("1 page read"));
    assert_eq!(place.files("out"), set(&["a.json", "manifest.jsonl"]));
}

#[test]
fn an_output_folder_inside_of_the_input_folder_is_not_read_again() {
    let place = Place::new().with("in/a.png", "gray.png");
    for _ in 0..2 {
        place.denshin(&["read", "in", "-o", "in/out", "--engine", "null"]).assert().code(0);
        fs::copy(file("gray.png"), place.path("in/out/picture.png")).unwrap();
    }
    assert_eq!(place.files("in/out"), set(&["a.json", "a.txt", "manifest.jsonl", "picture.png"]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_no_utf8_is_read_and_kept() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::new();
    let name = std::ffi::OsStr::from_bytes(b"\x93d\x90M.png");
    fs::copy(file("gray.png"), place.0.path().join(name)).unwrap();
    place.denshin(&["read", ".", "-o", "out", "--engine", "null", "--format", "json"]).assert().code(0);
    let result = place.path("out").join(std::ffi::OsStr::from_bytes(b"\x93d\x90M.json"));
    assert!(result.is_file());
}

#[test]
fn an_output_folder_that_cannot_be_written_is_an_error_before_anything_is_read() {
    let place = Place::new().with("a.png", "gray.png");
    fs::write(place.path("out"), b"a file").unwrap();
    place.read(&["a.png"]).code(2).stderr(contains("out: the folder cannot be created").and(contains("-o")));
}

#[test]
fn wrong_usage_is_told_from_failure() {
    let place = Place::new().with("a.png", "gray.png");
    place.denshin(&["read", "a.png"]).assert().code(2).stderr(contains("--output"));
    place.denshin(&["read", "-o", "out"]).assert().code(2);
    place.denshin(&["translate"]).assert().code(2);
    place.read(&["a.png", "--format", "docx"]).code(2).stderr(contains("no format `docx`"));
    place.read(&["a.png", "--jobs", "0"]).code(2);
    place.read(&["a.png", "--direction", "up"]).code(2).stderr(contains("vertical"));
    place.read(&["nowhere.png"]).code(1).stderr(contains("nowhere.png: scan: cannot be read"));
    fs::create_dir(place.path("none")).unwrap();
    place.read(&["none"]).code(2).stderr(contains("no scans found in none"));
}

#[test]
fn a_model_that_is_missing_has_its_own_exit_code() {
    let place = Place::new().with("a.png", "gray.png");
    fs::create_dir(place.path("models")).unwrap();
    let read = ["read", "a.png", "-o", "out", "--engine", "tesseract", "--tessdata", "models"];
    place
        .denshin(&read)
        .assert()
        .code(3)
        .stderr(contains("no model `jpn` in models").and(contains("tesseract-ocr-jpn")));
    assert!(!place.path("out").exists());
}

#[test]
fn quiet_says_errors_only_and_verbose_names_pages() {
    let place = Place::new().with("in/a.png", "gray.png");
    place.read(&["in", "--quiet"]).code(0).stdout(is_empty()).stderr(is_empty());
    place.read(&["in", "--verbose"]).code(0).stderr(contains("a.png, page 1: "));
    fs::write(place.path("in/b.png"), b"").unwrap();
    place.read(&["in", "--quiet"]).code(1).stderr(contains("b.png: scan: the file is empty"));
    place.read(&["in", "--quiet", "--verbose"]).code(2);
}

#[test]
fn progress_without_a_terminal_is_plain_lines_on_stderr() {
    let place = Place::new().with("in/z.tif", "pages.tif");
    let shown = place.read(&["in", "--jobs", "1"]).code(0).stdout(is_empty());
    shown.stderr(contains("3/3 pages, ").and(contains("\u{1b}").not()).and(contains("\r").not()));
}

#[test]
fn settings_come_from_the_file_and_flags_override_them() {
    let place = Place::new().with("a.png", "gray.png");
    fs::write(place.path("denshin.toml"), "[layout]\ndirection = \"vertical\"\n").unwrap();
    let direction = || place.json("out/a.json")["provenance"]["settings"]["layout"]["direction"].clone();
    place.read(&["a.png"]).code(0);
    assert_eq!(direction(), "vertical");
    place.read(&["a.png", "--direction", "horizontal"]).code(0);
    assert_eq!(direction(), "horizontal");
    fs::write(place.path("other.toml"), "[scan]\nmax_pixels = 100\n").unwrap();
    place.read(&["a.png", "--settings", "other.toml"]).code(1).stderr(contains("more than the 100 accepted"));
}

#[test]
fn the_example_lists_every_setting_with_its_default() {
    let example = include_str!("../denshin.example.toml");
    assert_eq!(toml::from_str::<Settings>(example).unwrap(), Settings::default());
    let keys = |all: &toml::Table| {
        let of_section = |(name, section): (&String, &toml::Value)| {
            section.as_table().unwrap().keys().map(|key| format!("{name}.{key}")).collect::<Vec<_>>()
        };
        all.iter().flat_map(of_section).collect::<BTreeSet<_>>()
    };
    let defaults = toml::Table::try_from(Settings::default()).unwrap();
    assert_eq!(keys(&example.parse().unwrap()), keys(&defaults));
}

#[test]
fn an_unknown_key_or_an_empty_word_in_the_settings_is_wrong_usage() {
    let place = Place::new().with("a.png", "gray.png");
    fs::write(place.path("denshin.toml"), "[layout]\ndirektion = \"vertical\"\n").unwrap();
    place.read(&["a.png"]).code(2).stderr(contains("denshin.toml").and(contains("direktion")));
    fs::write(place.path("denshin.toml"), "[telegram]\nposts = [\n\"カイロ\",\n\"・\",\n]\n").unwrap();
    place
        .read(&["a.png"])
        .code(2)
        .stderr(contains("denshin.toml").and(contains("posts")).and(contains("\"・\"")));
    place
        .read(&["a.png", "--settings", "nowhere.toml"])
        .code(2)
        .stderr(contains("nowhere.toml: cannot be read"));
}

#[test]
fn completions_and_schema_are_printed() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish"] {
        place.denshin(&["completions", shell]).assert().code(0).stdout(contains("denshin"));
    }
    let schema = place.denshin(&["schema"]).assert().code(0).get_output().stdout.clone();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    assert!(schema["properties"]["regions"].is_object());
}

#[test]
fn the_same_input_gives_the_same_bytes_whatever_the_jobs() {
    let place = Place::new().with("in/z.tif", "pages.tif").with("in/a.png", "gray.png");
    let read = |jobs: &str, output: &str| {
        place.denshin(&["read", "in", "-o", output, "--engine", "null", "--jobs", jobs]).assert().code(0);
        let bytes = |name: &String| fs::read(place.path(output).join(name)).unwrap();
        let records = place.files(output).into_iter().filter(|n| n != "manifest.jsonl");
        records.map(|n| (n.clone(), bytes(&n))).collect::<Vec<_>>()
    };
    assert_eq!(read("1", "one"), read("3", "three"));
}

#[test]
fn review_says_what_it_cannot_begin_with() {
    let place = Place::new().with("a.png", "gray.png");
    place.read(&["a.png"]).code(0);
    let review = |more: &[&str]| place.denshin(&[&["review"], more].concat()).assert();
    review(&["nowhere"]).code(2).stderr(contains("nowhere: not a folder of results"));
    review(&["out", "--scans", "nowhere"]).code(2).stderr(contains("nowhere: there is no such folder"));
    fs::write(place.path("token"), "a b").unwrap();
    review(&["out", "--port", "0", "--token-file", "token"])
        .code(2)
        .stderr(contains("eight letters or digits"));
    review(&["out", "--export", "mended"]).code(0).stderr(contains("no page is marked done"));
}

#[test]
fn inspect_writes_a_picture_for_every_stage_and_the_timings() {
    let place = Place::new().with("z.tif", "pages.tif");
    let shown = place.denshin(&["inspect", "z.tif", "--page", "2", "-o", "look"]).assert().code(0);
    shown.stdout(contains("160 × 96 px, 300 dpi").and(contains("ms")));
    let stem = "z-p0002";
    let expected = ["1-background", "2-deskew", "3-binarize", "4-marks", "5-stamps", "6-layout"]
        .map(|stage| format!("{stage}.png"));
    let expected: BTreeSet<String> =
        expected.into_iter().chain(["timings.json".into()]).map(|e| format!("{stem}-{e}")).collect();
    assert_eq!(place.files("look"), expected);
    assert!(place.json("look/z-p0002-timings.json")["deskew"].is_number());
    let marks = image::open(place.path("look/z-p0002-4-marks.png")).unwrap().into_rgb8();
    assert_eq!(marks.get_pixel(4, 5).0, [220, 30, 30], "the legend's first colour");
    let missing = place.denshin(&["inspect", "z.tif", "--page", "4", "-o", "look"]).assert().code(1);
    missing.stderr(contains("z.tif, page 4: scan: there is no page 4: the file has 3"));
}

/// Temporary files of a killed run are no results, and the next run removes them.
#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let place = Place::new().with("a.png", "gray.png");
    fs::create_dir_all(place.path("out/deep")).unwrap();
    fs::write(place.path("out/deep/.denshin-x1y2z3"), b"{").unwrap();
    place.read(&["a.png"]).code(0);
    assert_eq!(place.files("out"), set(&["a.json", "a.txt", "manifest.jsonl"]));
}

#[test]
fn two_runs_do_not_write_into_one_folder() {
    let place = Place::new().with("a.png", "gray.png");
    fs::create_dir(place.path("out")).unwrap();
    let held = fs::File::create(place.path("out/.manifest.lock")).unwrap();
    held.lock().unwrap();
    place.read(&["a.png"]).code(2).stderr(contains("out: another denshin process is writing to this folder"));
}

/// Ctrl-C: pages in progress are finished and written, no others are started.
#[cfg(unix)]
#[test]
fn an_interrupt_finishes_the_page_on_the_press() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};
    let place = Place::new();
    fs::create_dir(place.path("in")).unwrap();
    let page = image::GrayImage::from_fn(1240, 1754, |x, y| {
        image::Luma([if x / 9 % 3 == 0 && y / 9 % 3 == 0 { 0 } else { 255 }])
    });
    page.save(place.path("in/000.png")).unwrap();
    (1..300)
        .for_each(|i| drop(fs::hard_link(place.path("in/000.png"), place.path(&format!("in/{i:03}.png")))));
    let running = Command::new(env!("CARGO_BIN_EXE_denshin"))
        .current_dir(place.0.path())
        .args(["read", "in", "-o", "out", "--engine", "null", "--jobs", "1", "--format", "json", "--verbose"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while place.path("out").read_dir().map_or(0, Iterator::count) < 3
        && began.elapsed() < Duration::from_secs(60)
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap().success());
    let ended = running.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    assert!(
        String::from_utf8_lossy(&ended.stderr).contains("finishing the pages in progress, then stopping")
    );
    let manifest = fs::read_to_string(place.path("out/manifest.jsonl")).unwrap();
    let records = place.files("out").into_iter().filter(|f| f != "manifest.jsonl").collect::<Vec<_>>();
    assert!(manifest.lines().count() < 300 && manifest.lines().count() == records.len());
    assert!(records.iter().all(|r| place.json(&format!("out/{r}"))["format"] == "denshin.page/1"));
}

#[test]
fn a_scan_on_standard_input_and_sources_in_a_list_are_read() {
    let place = Place::new().with("1993/a.tif", "g4.tif").with("1993/note.txt", "make.sh");
    let mut command = place.denshin(&["read", "-", "-o", "one", "--engine", "null"]);
    command.write_stdin(fs::read(file("pages.tif")).unwrap()).assert().code(0);
    let pages = ["stdin-p0001.json", "stdin-p0002.json", "stdin-p0003.json"];
    assert!(pages.iter().all(|name| place.path("one").join(name).is_file()));
    assert_eq!(place.json("one/stdin-p0002.json")["source"]["path"], "-");
    let mut command =
        place.denshin(&["read", "--list", "-", "-o", "two", "--engine", "null", "--show-ignored"]);
    let shown = command.write_stdin("1993\n").assert().code(0);
    shown.stderr(contains("1993/note.txt: skipped").and(contains("1 files in folders skipped")));
    assert!(place.path("two/1993/a.json").is_file());
    place
        .denshin(&["batch", "-", "-o", "three"])
        .assert()
        .code(2)
        .stderr(contains("cannot resume from standard input"));
}

#[test]
fn passwords_open_pdfs_and_stand_nowhere() {
    let place = Place::new().with("cable.pdf", "encrypted.pdf");
    fs::write(place.path("passwords"), "wrong one\nuser\n").unwrap();
    place.read(&["cable.pdf"]).code(1).stderr(contains("--password-file"));
    place.read(&["cable.pdf", "--password-file", "passwords"]).code(0);
    let mut command = place.denshin(&["read", "cable.pdf", "-o", "by-variable", "--engine", "null"]);
    command.env("DENSHIN_PDF_PASSWORD", "user").assert().code(0);
    let arguments = ["batch", "cable.pdf", "-o", "batch", "--engine", "null", "--password-file", "passwords"];
    place.denshin(&arguments).assert().code(0);
    for folder in ["out", "by-variable", "batch"] {
        assert!(place.path(folder).join("cable.json").is_file(), "{folder}");
        for name in place.files(folder) {
            let bytes = fs::read(place.path(folder).join(&name)).unwrap();
            let shows = |word: &[u8]| bytes.windows(word.len()).any(|w| w == word);
            assert!(!shows(b"wrong one") && !shows(b"\"user\""), "{folder}/{name}");
        }
    }
}

#[test]
fn text_that_a_pdf_has_and_repairs_of_it_stand_in_the_record() {
    let place = Place::new();
    let mut pdf = fs::read(file("gray.pdf")).unwrap();
    let end = pdf.windows(9).rposition(|w| w == b"startxref").unwrap();
    pdf.truncate(end);
    fs::write(place.path("cut.pdf"), pdf).unwrap();
    place.read(&["cut.pdf"]).code(0);
    let record = place.json("out/cut.json");
    assert_eq!(record["warnings"][0]["code"], "repaired-file");
    assert_eq!(
        record["provenance"]["steps"][0],
        serde_json::json!({ "stage": "scan", "repaired_file": true })
    );
}
