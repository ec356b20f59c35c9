//! Links to scans are relative to the file that contains them, for any name and any writer.

#![expect(clippy::unwrap_used, reason = "helpers of tests, outside their functions")]

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use denshin::page::Page;
use denshin::write::mets::{self, PageFile};
use image::{GrayImage, Luma};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }

    /// A small scan with a unique gray value.
    fn scan(&self, name: impl AsRef<Path>, value: u8) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        GrayImage::from_pixel(80, 60, Luma([value])).save_with_format(path, image::ImageFormat::Png).unwrap();
    }

    fn run_in(&self, folder: &str, arguments: &[&str]) -> Assert {
        Command::cargo_bin("denshin").unwrap().current_dir(self.path(folder)).args(arguments).assert()
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        self.run_in("", arguments)
    }

    /// The text of a file between two strings.
    fn between(&self, name: &str, before: &str, after: &str) -> String {
        let text = fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        let rest = text.split_once(before).unwrap_or_else(|| panic!("{name}: {text}")).1;
        rest.split_once(after).unwrap().0.to_owned()
    }

    /// The link to the scan in the hOCR, ALTO, PAGE and TEI files of a page.
    fn links(&self, stem: &str) -> [String; 4] {
        [
            self.between(&format!("{stem}.hocr"), "image &quot;", "&quot;"),
            self.between(&format!("{stem}.alto.xml"), "<fileName>", "<"),
            self.between(&format!("{stem}.page.xml"), "imageFilename=\"", "\""),
            self.between(&format!("{stem}.tei.xml"), "<graphic url=\"", "\""),
        ]
    }

    fn mets_link(&self, name: &str) -> String {
        self.between(name, "xlink:href=\"", "\"")
    }

    fn assert_leads_to_scan(&self, stem: &str, link: &str) {
        let folder = self.path(stem).parent().unwrap().to_owned();
        assert!(folder.join(link).is_file(), "{stem}: {link}");
    }
}

const READ: &[&str] = &["--engine", "null", "--quiet", "-j", "1"];
const XML: &str = "json,hocr,alto,page,tei";

#[test]
fn links_are_relative_to_the_file_that_holds_them() {
    let place = Place::new();
    place.scan("scans/deep/a.png", 250);
    place.run(&[&["read", "scans", "-o", "out", "--format", XML], READ].concat()).success();
    assert_eq!(place.links("out/deep/a"), ["../../scans/deep/a.png"; 4].map(str::to_owned));
    place.run(&[&["batch", "scans", "-o", "batch", "--format", XML], READ].concat()).success();
    assert_eq!(place.links("batch/deep/a"), place.links("out/deep/a"));
    // Another folder of another depth.
    place.run(&["convert", "out", "--format", "hocr,alto,page,tei,mets", "-o", "more/x/made"]).success();
    assert_eq!(place.links("more/x/made/deep/a"), ["../../../../scans/deep/a.png"; 4].map(str::to_owned));
    assert_eq!(place.mets_link("more/x/made/deep/a.mets.xml"), "../../../../scans/deep/a.png");
    // Another working folder than that of the reading. A different scan at the same relative path is not used.
    place.scan("more/scans/deep/a.png", 10);
    let formats = "hocr,alto,page,tei,mets";
    place
        .run_in("more", &["convert", "../out", "--format", formats, "-o", "here", "--scans", "../scans"])
        .success();
    for link in
        place.links("more/here/deep/a").into_iter().chain([place.mets_link("more/here/deep/a.mets.xml")])
    {
        assert_eq!(link, "../../../scans/deep/a.png");
        place.assert_leads_to_scan("more/here/deep/a", &link);
    }
}

#[test]
fn a_scan_that_is_not_there_is_linked_where_the_record_says() {
    let place = Place::new();
    place.scan("scans/a.png", 250);
    place.run(&[&["read", "scans", "-o", "out"], READ].concat()).success();
    fs::remove_dir_all(place.path("scans")).unwrap();
    place.run(&["convert", "out", "--format", "hocr,alto,page,tei", "-o", "made"]).success();
    assert_eq!(place.links("made/a"), ["../scans/a.png"; 4].map(str::to_owned));
}

/// `電信写.png` in Shift_JIS.
#[cfg(unix)]
fn shift_jis() -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(b"\x93d\x90M\x8e\xca.png"))
}

#[cfg(unix)]
#[test]
fn a_name_that_is_no_utf_8_is_linked_by_its_bytes_and_its_scan_is_found() {
    const ENCODED: &str = "../scans/%93d%90M%8E%CA.png";
    let place = Place::new();
    place.scan(Path::new("scans").join(shift_jis()), 250);
    place.run(&[&["read", "scans", "-o", "out", "--format", XML], READ].concat()).success();
    let written = fs::read_dir(place.path("out")).unwrap().map(|e| e.unwrap().path());
    let tei = written.filter(|p| p.to_string_lossy().ends_with(".tei.xml")).collect::<Vec<_>>();
    assert!(fs::read_to_string(&tei[0]).unwrap().contains(&format!("url=\"{ENCODED}\"")));
    place.run(&["convert", "out", "--format", "hocr,alto,page,tei,mets,pdf", "-o", "made"]).success();
    let mut seen = 0;
    for entry in fs::read_dir(place.path("made")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "pdf") {
            seen += 1;
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(ENCODED), "{}: {text}", path.display());
        seen += 1;
    }
    assert_eq!(seen, 6);
    // Below --scans the scan is found by its content, whatever its present name.
    fs::create_dir(place.path("archive")).unwrap();
    fs::rename(place.path(Path::new("scans").join(shift_jis())), place.path("archive/電信写.bin")).unwrap();
    place.run(&["convert", "out", "--format", "pdf,mets", "-o", "again", "--scans", "archive"]).success();
    let mets = fs::read_dir(place.path("again")).unwrap().map(|e| e.unwrap().path());
    let mets = mets.filter(|p| p.to_string_lossy().ends_with(".mets.xml")).collect::<Vec<_>>();
    assert!(fs::read_to_string(&mets[0]).unwrap().contains("../archive/%E9%9B%BB%E4%BF%A1%E5%86%99.bin"));
    place.run(&["convert", "out", "--format", "pdf", "-o", "without"]).code(1);
}

#[cfg(unix)]
#[test]
fn a_backslash_is_a_letter_of_the_name() {
    let place = Place::new();
    place.scan("scans/scan\\0001.png", 250);
    place.run(&[&["read", "scans", "-o", "out", "--format", XML], READ].concat()).success();
    place.run(&["convert", "out", "--format", "hocr,alto,page,tei,mets,pdf,text", "-o", "made"]).success();
    for folder in ["out", "made"] {
        let [hocr, alto, page, tei] = place.links(&format!("{folder}/scan\\0001"));
        assert_eq!([hocr, alto, page], ["../scans/scan\\0001.png"; 3].map(str::to_owned));
        assert_eq!(tei, "../scans/scan%5C0001.png");
    }
    assert_eq!(place.mets_link("made/scan\\0001.mets.xml"), "../scans/scan%5C0001.png");
    assert!(
        fs::read_to_string(place.path("made/scan\\0001.mets.xml"))
            .unwrap()
            .contains("\"../out/scan%5C0001.json\"")
    );
    assert!(place.path("made/scan\\0001.pdf").is_file());
}

fn page(number: u32) -> Page {
    let record = serde_json::json!({
        "format": "denshin.page/1", "source": { "path": "a.tif", "sha256": "0".repeat(64), "page": number, "pages": 2 },
        "width": 80, "height": 60, "dpi": null, "skew_degrees": 0.0, "rotation": 0, "regions": [], "text": "",
        "telegram": null, "warnings": [],
        "provenance": { "software": "denshin", "engine": "null", "models": [], "settings": {}, "steps": [] },
    });
    serde_json::from_value(record).unwrap()
}

fn document(pages: &[(&Page, Vec<PageFile>)]) -> String {
    String::from_utf8(mets::write(pages, None)).unwrap()
}

fn identifier(text: &str) -> String {
    let tree = roxmltree::Document::parse(text).unwrap();
    let id = tree.root_element().attribute("OBJID").unwrap().to_owned();
    let in_mods = tree
        .descendants()
        .find(|n| n.tag_name().name() == "identifier" && n.attribute("type") == Some("urn"));
    assert_eq!(in_mods.and_then(|n| n.text()), Some(id.as_str()));
    id
}

#[test]
fn a_mets_document_is_identified_by_the_pages_it_holds() {
    let (first, second) = (page(1), page(2));
    let file = |page: &Page, path: &str| PageFile {
        group: "IMG".into(),
        mime_type: "image/tiff".into(),
        path: path.into(),
        sha256: Some(page.source.sha256.clone()),
    };
    let one = identifier(&document(&[(&first, vec![])]));
    let pattern = one.strip_prefix("urn:uuid:").unwrap().split('-').map(str::len).collect::<Vec<_>>();
    assert_eq!(pattern, [8, 4, 4, 4, 12], "{one}");
    assert_eq!(identifier(&document(&[(&first, vec![file(&first, "../a.tif")])])), one);
    let others = [document(&[(&second, vec![])]), document(&[(&first, vec![]), (&second, vec![])])];
    let others = others.map(|text| identifier(&text));
    assert!(others[0] != one && others[1] != one && others[0] != others[1], "{others:?}");
    let address = document(&[(&first, vec![file(&first, "s3://bucket/外 1.tif")])]);
    assert!(address.contains("LOCTYPE=\"URL\" xlink:href=\"s3://bucket/%E5%A4%96%201.tif\""), "{address}");
}
