//! `denshin batch`: a killed run resumes, failed pages are set aside, and no result is lost, duplicated or incomplete.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

mod pdf;

use assert_cmd::assert::Assert;
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)
}

/// The program in a folder of its own.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        fs::create_dir(place.path("in")).unwrap();
        place
    }

    /// Adds scans of one page each.
    fn with_pages(names: &[&str]) -> Self {
        let place = Self::new();
        names.iter().for_each(|name| place.put(&format!("in/{name}"), "gray.png"));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, scan: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::copy(file(scan), self.path(name)).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_denshin"));
        command.current_dir(self.0.path()).args(arguments).env_remove("TESSDATA_PREFIX");
        command
    }

    /// Runs `batch … -o out` without recognition.
    fn batch(&self, arguments: &[&str]) -> Assert {
        let all = [&["batch", "-o", "out", "--engine", "null", "--jobs", "2"], arguments].concat();
        assert_cmd::Command::from_std(self.command(&all)).assert()
    }

    fn status(&self, folder: &str) -> Value {
        let shown = self.command(&["status", folder, "--json"]).output().unwrap();
        serde_json::from_slice(&shown.stdout).unwrap()
    }

    fn results(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(folder);
        let found = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        let is_own = |name: &str| {
            name.starts_with("manifest") || name.starts_with(".manifest") || name == "summary.html"
        };
        let files = found.filter(|e| e.file_type().is_file() && !is_own(&e.file_name().to_string_lossy()));
        let name = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        files.map(|e| (name(e.path()), fs::read(e.path()).unwrap())).collect()
    }

    fn names(&self, folder: &str) -> Vec<String> {
        self.results(folder).into_keys().filter(|name| name.ends_with(".json")).collect()
    }
}

/// A gigabyte of zeros in a megabyte.
fn bomb() -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    (0..1024).for_each(|_| packer.write_all(&zeros).unwrap());
    packer.finish().unwrap()
}

/// Waits until a condition holds; fails after a timeout.
fn until(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(120), "it never happened");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn pages_are_read_recorded_and_not_read_again() {
    let place = Place::with_pages(&["a.png", "deep/b.png"]);
    place.put("in/c.tif", "pages.tif");
    fs::write(place.path("in/notes.doc"), "x").unwrap();
    let first = place.batch(&["in", "--show-ignored"]).code(0);
    first.stderr(contains("5 pages read; summary in").and(contains("notes.doc: skipped")));
    assert_eq!(place.names("out"), ["a.json", "c-p0001.json", "c-p0002.json", "c-p0003.json", "deep/b.json"]);
    assert_eq!(place.results("out").len(), 10);
    let status = place.status("out");
    assert_eq!(
        (&status["state"], &status["done"], &status["pages"]),
        (&"finished".into(), &5.into(), &5.into())
    );
    assert!(fs::read_to_string(place.path("out/summary.html")).unwrap().contains("5 of 5 pages read"));
    place.batch(&["in"]).code(0).stderr(contains("0 pages read, 5 done before"));
    // A deleted result is made again; results of other pages are not.
    fs::remove_file(place.path("out/c-p0002.json")).unwrap();
    place.batch(&["in"]).code(0).stderr(contains("1 page read, 4 done before"));
}

/// A run that is killed at several moments and resumed reads every page once, with the bytes of an undisturbed run.
#[cfg(unix)]
#[test]
fn a_run_that_is_killed_goes_on() {
    let place = Place::new();
    let page = image::GrayImage::from_fn(620, 877, |x, y| {
        image::Luma([if x / 9 % 3 == 0 && y / 9 % 3 == 0 { 0 } else { 255 }])
    });
    page.save(place.path("in/000.png")).unwrap();
    (1..30).for_each(|i| {
        fs::hard_link(place.path("in/000.png"), place.path(&format!("in/{i:03}.png"))).unwrap()
    });
    (0..4).for_each(|i| place.put(&format!("in/t{i}.tif"), "pages.tif"));
    place.batch(&["in"]).code(0);
    let done = |folder: &str| fs::read_dir(place.path(folder)).map_or(0, Iterator::count);
    for kill in 1..=6 {
        let mut run = place
            .command(&["batch", "in", "-o", "killed", "--engine", "null", "--jobs", "2", "--quiet"])
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until(|| done("killed") >= kill * 9 || run_is_over(run.id()));
        run.kill().unwrap();
        run.wait().unwrap();
    }
    place.command(&["batch", "in", "-o", "killed", "--engine", "null", "--quiet"]).status().unwrap();
    assert_eq!(place.results("killed"), place.results("out"));
    let status = place.status("killed");
    assert_eq!((&status["done"], &status["pages"], &status["failed"]), (&42.into(), &42.into(), &0.into()));
}

#[cfg(unix)]
fn run_is_over(id: u32) -> bool {
    !Path::new("/proc").is_dir()
        || fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|s| s.contains(") Z "))
}

#[test]
fn a_crash_or_a_hang_costs_a_page_and_not_the_run() {
    let place =
        Place::with_pages(&["a.png", "b-crash.png", "c-once.png", "d-hang.png", "e-panic.png", "f.png"]);
    fs::write(place.path("in/g-cut.pdf"), b"%PDF-1.7\n1 0 obj\n").unwrap();
    let size = (100, 100);
    let image = pdf::image(size, "/FlateDecode", &bomb());
    let bomb = pdf::with_image(&image, size, "", pdf::whole_page(size).as_bytes());
    fs::write(place.path("in/h-bomb.pdf"), bomb).unwrap();
    let rehearsals = ["crash:b-crash", "crash-once:c-once", "hang:d-hang", "panic:e-panic"];
    let rehearsed = rehearsals.map(|what| format!("--rehearse={what}"));
    let flags: Vec<&str> =
        rehearsed.iter().map(String::as_str).chain(["in", "--page-seconds", "4"]).collect();
    let run = place.batch(&flags).code(1).stderr(contains("3 pages read, 5 failed"));
    run.stderr(
        contains("c-once.png: recognize: the worker process ended")
            .or(contains("c-once.png, page 1: recognize: the worker process ended")),
    );
    assert_eq!(place.names("out"), ["a.json", "c-once.json", "f.json"]);
    let failures = place.status("out")["failures"].as_array().unwrap().clone();
    let cause = |name: &str| {
        let failure = failures.iter().find(|f| f["path"].as_str().unwrap().contains(name)).unwrap();
        // A crash may be due to an earlier page and is retried; a limit or a decoder's error is not.
        let attempts = if ["b-crash", "e-panic"].contains(&name) { 2 } else { 1 };
        assert_eq!(failure["attempts"], attempts, "{failure}");
        failure["cause"].as_str().unwrap().to_owned()
    };
    assert!(cause("b-crash").contains("signal: 6"), "{}", cause("b-crash"));
    assert!(cause("d-hang").contains("took more than 4 s"), "{}", cause("d-hang"));
    assert!(cause("e-panic").contains("a panic on purpose"), "{}", cause("e-panic"));
    assert!(cause("g-cut").contains("damaged or unsupported PDF"), "{}", cause("g-cut"));
    assert!(cause("h-bomb").contains("unpacks to more than"), "{}", cause("h-bomb"));
    // Failed pages are retried only on request.
    place.batch(&["in"]).code(1).stderr(contains("0 pages read, 3 done before, 5 set aside before"));
    place.batch(&["in", "--retry-failed"]).code(1).stderr(contains("3 pages read, 2 failed, 3 done before"));
}

#[test]
fn policies_stop_the_run() {
    let place = Place::with_pages(&["a.png", "b.png", "c.png", "d.png", "e.png", "f.png", "g.png", "h.png"]);
    let one = ["in", "--jobs", "1"];
    let batch = |arguments: &[&str]| {
        let all = [&["batch", "-o", "out", "--engine", "null"], one.as_slice(), arguments].concat();
        assert_cmd::Command::from_std(place.command(&all)).assert()
    };
    batch(&["--rehearse", "panic:a", "--on-failure", "stop"]).code(1);
    assert!(place.status("out")["waiting"].as_u64().unwrap() >= 5);
    assert_eq!(place.status("out")["state"], "too-many-failures");
    fs::remove_dir_all(place.path("out")).unwrap();
    batch(&["--rehearse", "panic:.png", "--max-failures", "0.25"]).code(1);
    let failed = place.status("out")["failed"].as_u64().unwrap();
    assert!((3..=5).contains(&failed), "{failed}");
    batch(&["--retry-failed"]).code(0).stderr(contains("8 pages read"));
}

#[test]
fn what_changed_is_read_again_and_nothing_else() {
    let place = Place::with_pages(&["a.png", "b.png"]);
    place.batch(&["in", "--format", "json"]).code(0).stderr(contains("2 pages read"));
    // Another format is made from the record, whose bytes and modification time stay.
    let written = |name: &str| fs::metadata(place.path(name)).unwrap().modified().unwrap();
    let before = written("out/a.json");
    place.batch(&["in"]).code(0);
    assert_eq!(before, written("out/a.json"));
    assert_eq!(place.results("out").len(), 4);
    // The size limit and the words of stamps do not affect a page that was read and has no stamp.
    fs::write(
        place.path("denshin.toml"),
        "[scan]\nmax_pixels = 90_000_000\n[stamps]\nvocabulary = [\"極秘\"]",
    )
    .unwrap();
    place.batch(&["in"]).code(0).stderr(contains("0 pages read, 2 done before"));
    fs::write(place.path("denshin.toml"), "[deskew]\nmax_degrees = 10.0\n").unwrap();
    place.batch(&["in"]).code(0).stderr(contains("2 pages read"));
    // A file with new content is read again; one with only a new modification time is not.
    fs::copy(file("pages.tif"), place.path("in/b.png")).unwrap();
    fs::write(place.path("in/a.png"), fs::read(place.path("in/a.png")).unwrap()).unwrap();
    place.batch(&["in"]).code(0).stderr(contains("3 pages read, 1 done before"));
    assert_eq!(place.names("out"), ["a.json", "b-p0001.json", "b-p0002.json", "b-p0003.json"]);
}

#[test]
fn documents_are_made_of_what_is_read_and_made_again_where_it_changes() {
    let place = Place::with_pages(&["a.png"]);
    place.put("in/z.tif", "pages.tif");
    place.batch(&["in"]).code(0).stderr(contains("4 pages read;"));
    // No page is read again for the documents.
    let pdf = ["in", "--format", "json,pdf"];
    place.batch(&pdf).code(0).stderr(contains("0 pages read, 4 done before, 2 PDF written"));
    let documents = |place: &Place| {
        let mut results = place.results("out");
        results.retain(|name, _| name.ends_with(".pdf"));
        results
    };
    let first = documents(&place);
    assert_eq!(first.keys().collect::<Vec<_>>(), ["a.pdf", "z.pdf"]);
    place.batch(&pdf).code(0).stderr(contains("PDF").not());
    // A deleted document is made again, and so are the documents of pages that are read again.
    fs::remove_file(place.path("out/z.pdf")).unwrap();
    place.batch(&pdf).code(0).stderr(contains("4 done before, 1 PDF written"));
    assert!(documents(&place) == first);
    fs::remove_file(place.path("out/z-p0002.json")).unwrap();
    place.batch(&pdf).code(0).stderr(contains("1 page read, 3 done before, 1 PDF written"));
    fs::copy(file("pages.tif"), place.path("in/a.png")).unwrap();
    place.batch(&pdf).code(0).stderr(contains("3 pages read, 3 done before, 1 PDF written"));
    assert!(documents(&place)["a.pdf"] != first["a.pdf"]);
    // If a file's results get another name, the old document is removed.
    place.put("in/a.tif", "pages.tif");
    place.batch(&pdf).code(0).stderr(contains("2 PDF written"));
    assert_eq!(documents(&place).keys().collect::<Vec<_>>(), ["a.png.pdf", "a.tif.pdf", "z.pdf"]);
    // A document that cannot be made is reported, and tried again in the next run.
    fs::remove_file(place.path("out/z.pdf")).unwrap();
    place.put("out/z.pdf", "gray.pdf");
    fs::remove_file(place.path("out/z-p0001.json")).unwrap();
    for pages in ["1 page read", "0 pages read"] {
        place.batch(&pdf).code(1).stderr(contains(pages).and(contains("1 PDF not written")));
    }
    let status = place.status("out");
    assert_eq!((&status["failed"], &status["unmade"]), (&0.into(), &1.into()), "{status}");
    assert!(status["failures"][0]["cause"].as_str().unwrap().contains("not made by denshin"));
}

#[test]
fn existing_results_are_kept_or_end_the_run_where_one_asks() {
    let place = Place::with_pages(&["a.png", "b.png"]);
    fs::create_dir(place.path("out")).unwrap();
    fs::write(place.path("out/a.json"), "mine").unwrap();
    place
        .batch(&["in", "--format", "json", "--existing", "keep"])
        .code(0)
        .stderr(contains("1 page read, 1 kept"));
    assert_eq!(fs::read_to_string(place.path("out/a.json")).unwrap(), "mine");
    // Results of an earlier run do not cause an abort.
    let abort = ["in", "--format", "json", "--existing", "abort"];
    place.batch(&abort).code(0).stderr(contains("0 pages read, 2 done before"));
    fs::remove_dir_all(place.path("out")).unwrap();
    fs::create_dir(place.path("out")).unwrap();
    fs::write(place.path("out/b.txt"), "mine").unwrap();
    place.batch(&abort).code(2).stderr(contains("b: results exist, nothing was read"));
    assert!(place.names("out").is_empty());
}

#[test]
fn shards_share_a_folder_and_read_every_page_once() {
    let place = Place::with_pages(&["a.png", "b.png", "c.png", "d.png", "e.png"]);
    place.batch(&["in", "--shard", "1/2"]).code(0).stderr(contains("3 pages read"));
    let auto = [("SLURM_ARRAY_TASK_ID", "5"), ("SLURM_ARRAY_TASK_MIN", "4"), ("SLURM_ARRAY_TASK_COUNT", "2")];
    let mut second = place.command(&["batch", "in", "-o", "out", "--engine", "null", "--shard", "auto"]);
    let second = assert_cmd::Command::from_std({
        second.envs(auto);
        second
    });
    { second }.assert().code(0).stderr(contains("2 pages read"));
    assert_eq!(place.names("out"), ["a.json", "b.json", "c.json", "d.json", "e.json"]);
    assert_eq!(place.status("out")["done"], 5);
    place.batch(&["in"]).code(2).stderr(contains("a run with another number of shards"));
}

#[test]
fn lists_patterns_and_manifests_name_files() {
    let place = Place::with_pages(&["x/a.png", "y/a.png", "y/z/b.png"]);
    let mut listed = assert_cmd::Command::from_std(
        place.command(&["batch", "--list", "-", "-o", "out", "--engine", "null"]),
    );
    listed.write_stdin("in/x/a.png\r\n\nin/y/a.png\n").assert().code(0);
    assert_eq!(place.names("out"), ["in/x/a.json", "in/y/a.json"]);
    fs::remove_dir_all(place.path("out")).unwrap();
    place.batch(&["in/**/*.png"]).code(0);
    assert_eq!(place.names("out"), ["x/a.json", "y/a.json", "y/z/b.json"]);
    fs::remove_dir_all(place.path("out")).unwrap();
    place.batch(&["in/*.tif"]).code(1).stderr(contains("in/*.tif: scan: no file matches the pattern"));
    fs::remove_dir_all(place.path("out")).unwrap();
    let canvas = r#"{ "images": [{ "resource": { "@id": "in/x/a.png" } }] }"#;
    let manifest = format!(r#"{{ "@type": "sc:Manifest", "sequences": [{{ "canvases": [{canvas}] }}] }}"#);
    fs::write(place.path("cable.json"), manifest).unwrap();
    place.batch(&["cable.json"]).code(0);
    assert_eq!(place.names("out"), ["cable/a.json"]);
}

/// Results stay while their scan is missing or damaged. They are replaced once the scan is readable and has changed.
#[test]
fn results_outlive_their_scan() {
    let place = Place::with_pages(&["a.png", "b.png"]);
    fs::write(place.path("list"), "in/a.png\nin/b.png\n").unwrap();
    place.batch(&["--list", "list", "--format", "json"]).code(0);
    fs::rename(place.path("in/a.png"), place.path("away.png")).unwrap();
    fs::write(place.path("in/b.png"), b"\x89PNG").unwrap();
    place
        .batch(&["--list", "list", "--format", "json"])
        .code(1)
        .stderr(contains("0 pages read, 1 failed, 1 done before"));
    assert_eq!(place.names("out"), ["in/a.json", "in/b.json"]);
    fs::copy(file("pages.tif"), place.path("in/b.png")).unwrap();
    place
        .batch(&["--list", "list", "--format", "json"])
        .code(0)
        .stderr(contains("3 pages read, 1 done before"));
    assert_eq!(place.names("out"), ["in/a.json", "in/b-p0001.json", "in/b-p0002.json", "in/b-p0003.json"]);
}

/// Issue 21, point 8: a valid file name whose record would have a name of more than 255 bytes ended every run.
#[test]
fn a_name_that_no_result_can_have_costs_its_file_alone() {
    let place = Place::with_pages(&["a.png", "folder.png", "z.png"]);
    let long = "電".repeat(82);
    place.put(&format!("in/{long}.tif"), "pages.tif");
    place.put(&format!("in/{}.png", "x".repeat(251)), "gray.png");
    for command in ["read", "batch"] {
        fs::create_dir_all(place.path(command).join("folder.json")).unwrap();
        let arguments = [command, "in", "-o", command, "--engine", "null", "--jobs", "1"];
        let run = assert_cmd::Command::from_std(place.command(&arguments)).assert().code(1);
        run.stderr(
            contains(format!("in/{long}.tif, page 2: write: a name of 257 bytes, and file systems hold 255"))
                .and(contains("in/folder.png, page 1: write: "))
                .and(contains("5 failed")),
        );
        let whole = |name: &String| name == "a.json" || name == "z.json";
        assert_eq!(place.names(command).into_iter().filter(whole).count(), 2, "{command}");
    }
    let again = ["batch", "in", "-o", "batch", "--engine", "null"];
    let again = assert_cmd::Command::from_std(place.command(&again)).assert().code(1);
    again.stderr(contains("0 pages read, 2 done before, 5 set aside before"));
}

/// Results of a file of the same name in another folder are neither overwritten nor taken for results of this file.
#[test]
fn another_source_of_the_same_name_is_refused() {
    let place = Place::with_pages(&["a.png"]);
    place.put("other/a.png", "gray.png");
    place.batch(&["in"]).code(0);
    place.batch(&["other"]).code(2).stderr(contains("a: results of in/a.png already have this name"));
}

#[test]
fn a_second_run_is_refused_and_figures_are_written() {
    let place = Place::with_pages(&["a.png"]);
    place
        .batch(&["in", "--metrics", "denshin.prom", "--log", "json"])
        .code(0)
        .stderr(contains(r#""event":"done""#));
    let figures = fs::read_to_string(place.path("denshin.prom")).unwrap();
    assert!(figures.contains("denshin_pages{state=\"done\"} 1\n"), "{figures}");
    let held = fs::File::create(place.path("out/.manifest.lock")).unwrap();
    held.lock().unwrap();
    place.batch(&["in"]).code(2).stderr(contains("out: another denshin process is writing to this folder"));
}

#[test]
fn a_worker_that_grows_is_replaced() {
    let place = Place::with_pages(&["a.png", "b.png", "c.png", "d.png"]);
    let leak = [
        "in",
        "--rehearse",
        "leak:.png",
        "--worker-mb",
        "350",
        "--jobs",
        "1",
        "--verbose",
        "--stages",
        "none",
    ];
    let all = [&["batch", "-o", "out", "--engine", "null"], leak.as_slice()].concat();
    let run = assert_cmd::Command::from_std(place.command(&all)).assert().code(0);
    let replaced = contains("replaced a worker process whose memory had grown");
    run.stderr(if Path::new("/proc/self/status").exists() { replaced.count(1) } else { replaced.count(0) });
}

/// A page is retried if earlier pages of the worker process may have used its memory.
#[cfg(target_os = "linux")]
#[test]
fn a_page_that_lacks_memory_is_tried_again_only_where_pages_before_may_have_taken_it() {
    let place = Place::with_pages(&["a.png", "b.png", "c-gorge.png"]);
    let all = ["batch", "in", "-o", "out", "--engine", "null", "--jobs", "1", "--rehearse", "gorge:gorge"];
    let run = assert_cmd::Command::from_std(place.command(&all)).assert();
    run.code(1).stderr(contains("2 pages read, 1 failed"));
    let failure = &place.status("out")["failures"][0];
    assert_eq!((&failure["attempts"], &failure["stage"]), (&2.into(), &"recognize".into()), "{failure}");
    assert!(
        failure["cause"].as_str().unwrap().contains("needs more than 850 MB of memory (raise --worker-mb")
    );
    let alone = ["batch", "in/c-gorge.png", "-o", "alone", "--engine", "null", "--rehearse", "gorge:gorge"];
    assert_eq!(place.command(&alone).status().unwrap().code(), Some(1));
    assert_eq!(place.status("alone")["failures"][0]["attempts"], 1);
    let more = ["in", "--retry-failed", "--rehearse", "gorge:gorge", "--worker-mb", "4000"];
    place.batch(&more).code(0).stderr(contains("1 page read, 2 done before"));
}

#[test]
fn a_damaged_manifest_is_named_and_left_alone() {
    let place = Place::with_pages(&["a.png"]);
    fs::create_dir(place.path("out")).unwrap();
    fs::write(place.path("out/manifest.sqlite"), "this is no database, and long enough to tell".repeat(9))
        .unwrap();
    place
        .batch(&["in"])
        .code(2)
        .stderr(contains("manifest.sqlite: ").and(contains("move the manifest away")));
    assert!(fs::read_to_string(place.path("out/manifest.sqlite")).unwrap().starts_with("this is"));
    place.command(&["status", "in"]).output().map(|o| assert_eq!(o.status.code(), Some(2))).unwrap();
}

/// Ctrl-C: pages in progress are finished and recorded, no others are started, and the next run resumes.
#[cfg(unix)]
#[test]
fn an_interrupt_finishes_the_pages_in_work() {
    let place = Place::new();
    let names: Vec<String> = (0..40).map(|i| format!("in/{i:02}.tif")).collect();
    names.iter().for_each(|name| place.put(name, "pages.tif"));
    let arguments = ["batch", "in", "-o", "out", "--engine", "null", "--jobs", "2", "--format", "json"];
    let run = place.command(&arguments).stderr(Stdio::piped()).spawn().unwrap();
    until(|| fs::read_dir(place.path("out")).map_or(0, Iterator::count) > 12);
    assert!(Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap().success());
    let ended = run.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", String::from_utf8_lossy(&ended.stderr));
    let status = place.status("out");
    assert_eq!((&status["state"], &status["in_work"]), (&"stopped".into(), &0.into()), "{status}");
    assert_eq!(status["done"].as_u64().unwrap(), place.names("out").len() as u64);
    place.batch(&["in", "--format", "json"]).code(0);
    assert_eq!(place.names("out").len(), 120);
}
