//! Files that are designed to exhaust memory or time are refused, or read within a gigabyte. `tests/files/attacks.py`
//! writes one file for each known attack.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use denshin::scan::{ScanError, ScanFile, ScanOptions};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Peak memory in megabytes that this process may reach, including the test itself.
const MOST_MEGABYTES: u64 = 1000;

/// Files that must be refused, with a part of the error. Other files may be read, or fail for another reason.
const REFUSED: [(&str, &str); 47] = [
    ("alone-16-channels.jp2", "JPEG 2000 image would take"),
    ("alone-jbig.tif", "JBIG data are of"),
    ("alone-precincts.j2k", "JPEG 2000 image would take"),
    ("alone-scans.jpg", "goes over the picture"),
    ("alone-small-blocks.j2k", "JPEG 2000 image would take"),
    ("annotations-200k.pdf", "paints more than"),
    ("ccitt-2g-columns.pdf", "2000000000 × 3508 pixels"),
    ("ccitt-in-flate.pdf", "65000 × 3508 pixels"),
    ("clips-50k.pdf", "paints more than"),
    ("content-8gb.pdf", "unpacks to more than"),
    ("content-ascii85.pdf", "unpacks to more than"),
    ("content-lzw.pdf", "unpacks to more than"),
    ("content-lzw-flate.pdf", "unpacks to more than"),
    ("content-many-filters.pdf", "filters"),
    ("content-runs.pdf", "unpacks to more than"),
    ("content-thousand-parts.pdf", "unpacks to more than"),
    ("dashes.pdf", "outlines on the page are longer"),
    ("dct-65000.pdf", "65000 × 65000 pixels"),
    ("dct-in-flate.pdf", "60000 × 60000 pixels"),
    ("dct-scans.pdf", "goes over the picture"),
    ("font-8gb.pdf", "unpacks to more than"),
    ("form-8gb.pdf", "unpacks to more than"),
    ("forms-fan.pdf", "instructions"),
    ("function-calculator.pdf", "a function on the page has"),
    ("function-sampled.pdf", "unpacks to more than"),
    ("image-8gb.pdf", "unpacks to more than"),
    ("jbig2-65000-rows.pdf", "65000 × 65000 pixels"),
    ("jbig2-globals-8gb.pdf", "unpacks to more than"),
    ("jbig2-in-flate.pdf", "65000 × 65000 pixels"),
    ("jbig2-page-only.pdf", "65000 × 65000 pixels"),
    ("jbig2-regions.pdf", "the regions of its JBIG2 image"),
    ("jbig2-symbols.pdf", "a symbol dictionary of its JBIG2 image"),
    ("jbig2-unknown-height.pdf", "65000 × 65000 pixels"),
    ("jpeg2000-16-channels.pdf", "JPEG 2000 image would take"),
    ("mask-8gb.pdf", "unpacks to more than"),
    ("mask-huge.pdf", "65000 × 65000 pixels"),
    ("mask-jbig2.pdf", "65000 × 65000 pixels"),
    ("mesh-triangles.pdf", "a mesh of colours"),
    ("object-stream-8gb.pdf", "tables of objects"),
    ("page-huge.pdf", "pixels are more than"),
    ("pages-4m.pdf", "dictionaries"),
    ("predictor-wide.pdf", "rows of"),
    ("rectangles-100k.pdf", "paints more than"),
    ("segments-300k.pdf", "outlines on the page are longer"),
    ("table-stream-4gb.pdf", "tables of objects"),
    ("tiling-overlap.pdf", "lies over itself"),
    ("unended-streams.pdf", "its streams have no ends"),
];

/// Writes the files into a folder; `None` without Python.
fn attacks() -> Option<TempDir> {
    let folder = TempDir::new().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files/attacks.py");
    let outcome = Command::new("python3").arg(script).arg(folder.path()).status();
    if outcome.is_err() && std::env::var_os("CI").is_none() {
        return None;
    }
    assert!(outcome.unwrap().success(), "attacks.py failed");
    Some(folder)
}

fn first_page(path: &Path) -> Result<(u32, u32), ScanError> {
    let scan = ScanFile::open(path, &ScanOptions::default())?.read(1)?;
    Ok(scan.pixels.dimensions())
}

#[test]
fn files_that_take_all_memory_or_time_are_refused_or_read_within_a_gigabyte() {
    let Some(folder) = attacks() else {
        eprintln!("left out: there is no python3");
        return;
    };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    for (name, _) in REFUSED {
        assert!(files.contains(&folder.path().join(name)), "there is no {name}");
    }
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let outcome = first_page(&path);
        if let Some((_, cause)) = REFUSED.iter().find(|(refused, _)| *refused == name) {
            let error = outcome.expect_err(&name).to_string();
            assert!(error.contains(cause) && error.contains('('), "{name}: {error}");
        }
        if let Some(megabytes) = peak_megabytes() {
            assert!(megabytes < MOST_MEGABYTES, "{name}: {megabytes} MB were held");
        }
    }
}

fn peak_megabytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}
