//! Shared code of the fuzz targets.

use denshin::evaluate::{Document, measure, parse};
use denshin::scan::{ScanFile, ScanOptions};
use image::{GrayImage, Luma};
use std::path::PathBuf;
use std::sync::Once;

/// Pixel limit of a page: bugs are expected in headers and decoders, not in large images.
const MOST_PIXELS: u64 = 4_000_000;
/// Page limit of a scan: more pages test nothing new.
const MOST_PAGES: u32 = 8;

/// Reads all pages of a scan if `is_kind` accepts the data. Returns whether it does.
pub fn read_scan(data: &[u8], is_kind: impl Fn(&[u8]) -> bool) -> bool {
    if !is_kind(data) {
        return false;
    }
    let mut options = ScanOptions::default();
    options.max_pixels = MOST_PIXELS;
    if let Ok(mut file) = ScanFile::of_bytes(data.to_vec(), &options) {
        for page in 1..=file.pages().min(MOST_PAGES) {
            let _ = file.read(page);
        }
    }
    true
}

/// Reads a page in any format and evaluates it, as result and as reference.
pub fn read_page(data: &[u8]) {
    if let Ok(document) = parse(data) {
        let itself = measure("page", &document, &document);
        assert_eq!(itself.strict.total(), 0, "a page differs from itself");
        let _ = measure("page", &document, &Document::default());
    }
}

/// Replaces libFuzzer's panic hook, which ends the process at once, so that the scan's own guard turns panics into
/// errors of a page, as it does for users. Panics are printed on stderr. An uncaught panic still ends in a crash.
pub fn let_guards_work() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|panic| eprintln!("caught: {panic}"))));
}

/// Writes a file to a temporary folder of this process, for code that reads from a path.
pub fn file(name: &str, data: &[u8]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("denshin-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let path = folder.join(name);
    std::fs::write(&path, data).expect("a temporary file");
    path
}

/// Two lines of drawn characters, a rule and a black box, so that every stage has input.
pub fn small_page() -> GrayImage {
    GrayImage::from_fn(160, 120, |x, y| {
        let (dx, dy) = (x % 16, y % 40);
        let print =
            (16..144).contains(&x) && y < 80 && (12..26).contains(&dy) && (dx < 3 || dx > 11 || dy < 15);
        let rule = (90..92).contains(&y);
        let redaction = (40..90).contains(&x) && (98..112).contains(&y);
        Luma([if print || rule || redaction { 20 } else { 240 }])
    })
}

/// Builds a PDF stream object.
pub fn pdf_stream(dictionary: &str, data: &[u8]) -> Vec<u8> {
    let head = format!("<<{dictionary}/Length {}>>stream\n", data.len());
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// Builds a PDF with one small page. Its content is object 4, followed by the other objects.
pub fn pdf_page(resources: &str, content: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
    let page =
        format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<<{resources}>>>>");
    let mut objects: Vec<&[u8]> =
        vec![b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page.as_bytes(), content];
    objects.extend(others.iter().map(Vec::as_slice));
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (i, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend(format!("{} 0 obj\n", i + 1).as_bytes());
        file.extend_from_slice(object);
        file.extend(b"\nendobj\n");
    }
    let at = file.len();
    let trailer = format!("trailer<</Size {}/Root 1 0 R>>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1);
    [file, table.into_bytes(), trailer.into_bytes()].concat()
}
