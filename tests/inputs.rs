//! Lists, manifests and settings as other programs write them, and folders with files of other programs.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Place(TempDir);

impl Place {
    /// A folder of its own with small scans.
    fn with(scans: &[&str]) -> Self {
        let place = Self(TempDir::new().unwrap());
        scans.iter().for_each(|name| place.scan(name));
        place
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn scan(&self, name: impl AsRef<Path>) {
        let scan = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/g4.tif");
        fs::copy(scan, self.path(name)).unwrap();
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, output: &str, arguments: &[&str]) -> assert_cmd::assert::Assert {
        let mut command = Command::new(env!("CARGO_BIN_EXE_denshin"));
        command.current_dir(self.0.path()).args(["read", "-o", output, "--engine", "null"]);
        command.args(arguments).assert()
    }

    fn records(&self, output: &str) -> BTreeSet<String> {
        let root = self.path(output);
        let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap);
        let below = |path: &Path| path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        files.map(|e| below(e.path())).filter(|name| name.ends_with(".json")).collect()
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|n| (*n).to_owned()).collect()
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// A text as Notepad, PowerShell, `iconv` and Unix editors write it.
fn encodings(text: &str) -> [(&'static str, Vec<u8>); 7] {
    let (marked, windows) = (format!("\u{feff}{text}"), text.replace('\n', "\r\n"));
    [
        ("plain", text.as_bytes().to_vec()),
        ("mark", marked.as_bytes().to_vec()),
        ("windows", format!("\u{feff}{windows}").into_bytes()),
        ("utf16le", utf16(&marked, u16::to_le_bytes)),
        ("utf16be", utf16(&marked, u16::to_be_bytes)),
        ("utf16le-windows", utf16(&format!("\u{feff}{windows}"), u16::to_le_bytes)),
        ("utf16le-unmarked", utf16(text, u16::to_le_bytes)),
    ]
}

#[test]
fn lists_of_windows_programs_name_the_same_files() {
    let place = Place::with(&["one.tif", "電信/two.tif"]);
    for (name, bytes) in encodings("one.tif\n\n電信/two.tif\n") {
        place.write("list.txt", &bytes);
        place.read(name, &["--list", "list.txt"]).code(0);
        assert_eq!(place.records(name), set(&["one.json", "電信/two.json"]), "{name}");
    }
    place.write("list.txt", b"\xff\xfea\0\0\xd8");
    place
        .read("damaged", &["--list", "list.txt"])
        .code(2)
        .stderr(contains("list.txt").and(contains("is not UTF-16LE")));
}

#[test]
fn blanks_at_the_ends_of_a_line_belong_to_a_name_that_is_there() {
    let place = Place::with(&["one.tif", "two.tif", "two.tif "]);
    place.write("list.txt", b" one.tif \t\n   \n\xef\xbb\xbftwo.tif \nthree.tif \r\n");
    place.read("out", &["--list", "list.txt"]).code(1).stderr(contains("three.tif:"));
    assert_eq!(place.records("out").len(), 2);
    let record = fs::read_to_string(place.path("out/two.tif .json"))
        .or_else(|_| fs::read_to_string(place.path("out/two.json")));
    assert!(record.unwrap().contains(r#""two.tif ""#));
}

#[cfg(unix)]
#[test]
fn names_in_a_list_are_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let name = b"\x93d\x90M.tif";
    let place = Place::with(&[]);
    place.scan(std::ffi::OsStr::from_bytes(name));
    for (output, list) in [("plain", name.to_vec()), ("marked", [b"\xef\xbb\xbf", &name[..]].concat())] {
        place.write("list.txt", &list);
        place.read(output, &["--list", "list.txt"]).code(0);
        assert_eq!(place.records(output).len(), 1, "{output}");
    }
}

#[test]
fn manifests_and_settings_are_read_in_any_of_these_encodings() {
    let place = Place::with(&["電信.tif"]);
    let manifest = r#"{ "@type": "sc:Manifest", "sequences": [{ "canvases": [
        { "images": [{ "resource": { "@id": "電信.tif" } }] } ] }] }"#;
    for ((name, manifest), (_, settings)) in
        encodings(manifest).into_iter().zip(encodings("[scan]\nmax_pixels = 1\n"))
    {
        place.write("manifest.json", &manifest);
        place.read(name, &["manifest.json"]).code(0);
        assert_eq!(place.records(name), set(&["manifest/電信.json"]), "{name}");
        place.write("small.toml", &settings);
        place.read("small", &["電信.tif", "--settings", "small.toml"]).code(1).stderr(contains("max_pixels"));
    }
}

#[test]
fn passwords_are_read_in_any_of_these_encodings() {
    let place = Place::with(&[]);
    let pdf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/encrypted.pdf");
    fs::copy(pdf, place.path("cable.pdf")).unwrap();
    for (name, bytes) in encodings("user\n") {
        place.write("passwords", &bytes);
        place.read(name, &["cable.pdf", "--password-file", "passwords"]).code(0);
    }
}

#[test]
fn files_that_storage_systems_keep_in_folders_are_passed_over() {
    let scans = ["in/a.tif", "in/deep/b.tif", "in/@eaDir Reports/c.tif"];
    let kept = [
        "in/@eaDir/a.tif/SYNOPHOTO_THUMB_XL.jpg",
        "in/deep/@eadir/b.tif",
        "in/#recycle/old.tif",
        "in/@Recycle/old.tif",
        "in/__MACOSX/._a.tif",
        "in/lost+found/1.tif",
        "in/$RECYCLE.BIN/S-1-5/2.tif",
        "in/._a.tif",
        "in/Thumbs.db",
    ];
    let hidden = ["in/.@__thumb/a.tif", "in/.AppleDouble/a.tif", "in/.thumbnails/a.tif"];
    let place = Place::with(&[&scans[..], &kept, &hidden].concat());
    let shown = place.read("out", &["in", "--show-ignored"]).code(0);
    assert_eq!(place.records("out"), set(&["a.json", "deep/b.json", "@eaDir Reports/c.json"]));
    let told = String::from_utf8_lossy(&shown.get_output().stderr).into_owned();
    kept.iter().for_each(|name| assert!(told.contains(&format!("{name}: skipped")), "{name}: {told}"));
    assert!(told.contains("9 files in folders skipped"), "{told}");
    place.read("pattern", &["in/**/*.tif"]).code(0);
    assert_eq!(place.records("pattern"), place.records("out"));
    // A file or folder that is named explicitly is read.
    place.read("named", &["in/@eaDir"]).code(0);
    place.read("named", &["in/#recycle/old.tif"]).code(0);
    assert!(place.records("named").contains("old.json"));
}
