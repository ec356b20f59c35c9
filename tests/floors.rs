//! Checks the floors of ARCHITECTURE.md in the source: imports point down, third-party names stay in their modules, the
//! library is silent.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use std::path::{Path, PathBuf};

/// The modules of each floor.
const FLOORS: [&[&str]; 7] = [
    &["error", "geometry", "page", "provenance", "raster", "relative_path"],
    &["encoding", "orthography", "scan", "segment"],
    &["background", "binarize", "deskew", "layout", "marks", "recognize", "telegram"],
    &["join", "names", "reviewed"],
    &["evaluate", "index", "pipeline", "review", "write"],
    &["batch", "reader"],
    &["cli", "main"],
];
/// Modules that depend on the page record and on what is made of records alone (floor 3), but on no stage.
const OVER_THE_RECORD: [&str; 4] = ["evaluate", "index", "review", "write"];
/// Crates with the only files (or folders, ending in a slash) that may name them.
const PLACES: [(&str, &[&str]); 35] = [
    ("leptess", &["recognize/tesseract.rs"]),
    ("rten", &["recognize/neural/", "segment/"]),
    ("rayon", &["evaluate/run.rs"]),
    ("tantivy", &["index/"]),
    ("toml", &["cli/settings.rs", "telegram/"]),
    ("indicatif", &["cli/progress.rs"]),
    ("clap", &["cli/"]),
    ("clap_complete", &["cli/"]),
    ("ctrlc", &["cli/"]),
    ("anyhow", &["cli/"]),
    ("hayro", &["scan/"]),
    ("hayro_ccitt", &["scan/tiff/damage.rs"]),
    ("zune_jpeg", &["scan/jpeg.rs"]),
    ("rustix", &["batch/limits.rs"]),
    ("tempfile", &["batch/", "cli/sources.rs", "review/store.rs", "scan/places.rs", "write/pdf/place.rs"]),
    ("rusqlite", &["batch/database/"]),
    ("glob", &["batch/inputs.rs"]),
    ("axum", &["review/"]),
    ("tokio", &["review/", "batch/relay/"]),
    ("futures_util", &["batch/relay/"]),
    ("async_nats", &["batch/relay/link.rs"]),
    ("object_store", &["batch/relay/store.rs"]),
    ("reqwest", &[]),
    ("quick_xml", &["write/xml.rs"]),
    ("csv", &["write/table.rs"]),
    ("pdf_writer", &["write/pdf/"]),
    ("fax", &["write/pdf/picture.rs"]),
    ("moxcms", &["write/pdf/metadata.rs"]),
    ("getrandom", &["cli/review.rs"]),
    ("roxmltree", &["evaluate/read/", "evaluate/dinglehopper/"]),
    ("encoding_rs", &["encoding.rs"]),
    ("html5gum", &["evaluate/read/html.rs"]),
    ("unicode_properties", &["evaluate/dinglehopper/words.rs"]),
    ("maud", &["evaluate/report/"]),
    ("base64", &["batch/picture.rs", "evaluate/report/scans.rs"]),
];
/// Code that the library must not contain: it neither prints nor reads clock or environment.
const LOUD: [&str; 9] = [
    "println!",
    "eprintln!",
    "print!",
    "eprint!",
    "std::env",
    "Instant::",
    "SystemTime",
    "stdout()",
    "stderr()",
];

struct SourceFile {
    /// Path below `src/`, with slashes.
    path: String,
    /// Source without comments.
    code: String,
}

impl SourceFile {
    /// The top-level module of the file.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Whether the file belongs to the program, not to the library.
    fn is_program(&self) -> bool {
        floor(self.module()) == Some(6)
    }

    /// Modules of this package that the file names.
    fn named_modules(&self) -> Vec<String> {
        let root = if self.is_program() { "denshin::" } else { "crate::" };
        self.code
            .match_indices(root)
            .flat_map(|(at, _)| first_segments(&self.code[at + root.len()..]))
            .collect()
    }
}

/// The first segment of a path, or of each path in braces.
fn first_segments(path: &str) -> Vec<String> {
    let word =
        |s: &str| s.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(word(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(word(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|w| !w.is_empty());
    found
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

fn sources() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let code =
            text.lines().map(|l| l.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        let path = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        SourceFile { path, code }
    };
    files.into_iter().map(read).filter(|f| f.path != "lib.rs").collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// Whether code names a crate as a whole word.
fn names(code: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back().is_some_and(part_of_word);
        let after = &code[at + word.len()..];
        !before && (after.starts_with("::") || after.starts_with(';') || after.starts_with(" as "))
    })
}

fn none(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_module_stands_on_a_floor() {
    let homeless = sources().into_iter().filter(|f| floor(f.module()).is_none());
    none(
        homeless
            .map(|f| format!("src/{}: say in tests/floors.rs on which floor it stands", f.path))
            .collect(),
    );
}

#[test]
fn imports_point_down() {
    let mut broken = Vec::new();
    for file in sources() {
        let (module, here) = (file.module(), floor(file.module()).unwrap_or(0));
        for named in file.named_modules() {
            let Some(there) = floor(&named).filter(|_| named != module) else { continue };
            // Modules of floor 0 may use one another; modules of a higher floor may not.
            let allowed = there < here || (there == 0 && here == 0);
            let allowed = allowed && !(OVER_THE_RECORD.contains(&module) && there == 2);
            if !allowed {
                broken.push(format!("src/{}: floor {here} names `{named}`, of floor {there}", file.path));
            }
        }
    }
    none(broken);
}

#[test]
fn third_party_names_stay_in_their_place() {
    let mut broken = Vec::new();
    for file in sources() {
        for (name, places) in PLACES {
            let at_home =
                places.iter().any(|p| file.path == *p || (p.ends_with('/') && file.path.starts_with(p)));
            if !at_home && names(&file.code, name) {
                broken.push(format!(
                    "src/{}: names {name}, which belongs to {}",
                    file.path,
                    places.join(" and ")
                ));
            }
        }
    }
    none(broken);
}

#[test]
fn the_library_is_silent() {
    let mut broken = Vec::new();
    for file in sources().into_iter().filter(|f| !f.is_program()) {
        for word in LOUD.into_iter().filter(|w| file.code.contains(w)) {
            broken.push(format!("src/{}: {word}", file.path));
        }
    }
    none(broken);
}

#[test]
fn a_path_in_braces_is_read_whole() {
    assert_eq!(first_segments("{scan::{Scan, ScanError}, page, write::names};"), ["scan", "page", "write"]);
    assert_eq!(first_segments("batch::{self, Job};"), ["batch"]);
}
