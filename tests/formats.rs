//! Every format is well-formed and valid, and has the record's content in the record's order.
//!
//! Schemas are in `../shared/fixtures/schemas`. Tests that need a missing schema or tool (`scripts/test` lists the
//! packages) are skipped with a message.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside their functions")]

mod pages;

use denshin::page::{Page, REDACTION_MARK, RegionKind};
use denshin::provenance::Step;
use denshin::write::{Format, write};
use pages::{any_page, cable, tool};
use proptest::prelude::*;
use roxmltree::{Document, Node};
use std::path::Path;

const XML: [Format; 4] = [Format::Hocr, Format::Alto, Format::Page, Format::Tei];

fn written(page: &Page, format: Format) -> String {
    String::from_utf8(write(page, format, Path::new(&page.source.path))).unwrap()
}

/// Text as XML can hold it: see `src/write/xml.rs`.
fn allowed(text: &str) -> String {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_allowed(c) { c } else { '\u{fffd}' }).collect()
}

fn lines_of(page: &Page) -> Vec<String> {
    let print = page.regions.iter().filter(|r| matches!(r.kind, RegionKind::Text { .. }));
    print.flat_map(|r| &r.lines).map(|l| allowed(&l.text)).collect()
}

fn is(node: &Node, name: &str) -> bool {
    node.tag_name().name() == name
}

fn has_class(node: &Node, name: &str) -> bool {
    node.attribute("class") == Some(name)
}

/// The lines of a document, as its standard defines lines.
fn read_back(text: &str, format: Format) -> Vec<String> {
    let tree = Document::parse(text).unwrap();
    let all = || tree.descendants();
    let inside = |node: Node| node.descendants().filter_map(|n| n.text().filter(|_| n.is_text())).collect();
    match format {
        Format::Page => {
            let equivalent = |line: Node| {
                let found = line.children().find(|c| is(c, "TextEquiv")).unwrap();
                found.descendants().find(|c| is(c, "Unicode")).unwrap().text().unwrap_or_default().to_owned()
            };
            all().filter(|n| is(n, "TextLine")).map(equivalent).collect()
        }
        Format::Alto => {
            let part = |n: Node| match n.tag_name().name() {
                "String" => n.attribute("CONTENT").unwrap().to_owned(),
                "SP" => " ".to_owned(),
                _ => String::new(),
            };
            all().filter(|n| is(n, "TextLine")).map(|l| l.children().map(part).collect()).collect()
        }
        Format::Hocr => all().filter(|n| has_class(n, "ocr_line")).map(inside).collect(),
        _ => tei_lines(&tree),
    }
}

/// The text after each `lb` of the body, with a redaction mark for each gap.
fn tei_lines(tree: &Document) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let body = tree.descendants().find(|n| is(n, "body")).unwrap();
    for block in body.children().filter(|n| is(n, "ab")) {
        let first = lines.len();
        for node in block.children() {
            match node.tag_name().name() {
                "lb" => lines.push(String::new()),
                "gap" => lines.last_mut().unwrap().push(REDACTION_MARK),
                // White space before the first line.
                _ if lines.len() == first => {}
                _ => lines.last_mut().unwrap().push_str(node.text().unwrap_or_default()),
            }
        }
        // Each line of the file ends with a line feed and the indentation of the next element.
        for line in &mut lines[first..] {
            line.truncate(line.rfind('\n').unwrap());
        }
    }
    lines
}

#[test]
fn every_format_says_what_the_record_says() {
    for page in [cable(), pages::empty()] {
        for format in XML {
            let text = written(&page, format);
            assert_eq!(read_back(&text, format), lines_of(&page), "{format:?}\n{text}");
        }
    }
}

#[test]
fn a_redaction_is_a_region_of_its_own_and_a_gap() {
    let page = cable();
    let count = |format: Format, text: &str| written(&page, format).matches(text).count();
    assert_eq!(count(Format::Page, "type=\"redaction\""), 1);
    assert_eq!(count(Format::Alto, "TYPE=\"redaction\" HPOS"), 0);
    assert!(written(&page, Format::Hocr).contains("x_kind redaction"));
    // The second ■ is printed text: there is no redaction at its place.
    assert_eq!(
        count(Format::Tei, "<gap reason=\"redacted\" unit=\"chars\" quantity=\"7\" facs=\"#x1\"/>"),
        1
    );
    assert_eq!(count(Format::Tei, "■印"), 1);
    assert_eq!(count(Format::Tei, "<stamp rend=\"red rectangle\" facs=\"#s1\">極秘</stamp>"), 1);
}

#[test]
fn columns_are_columns() {
    let page = cable();
    let has =
        |format: Format, text: &str| assert!(written(&page, format).contains(text), "{format:?}: {text}");
    has(Format::Page, "readingDirection=\"top-to-bottom\" textLineOrder=\"right-to-left\"");
    has(Format::Alto, "BASEDIRECTION=\"ttb\"");
    has(Format::Hocr, "style=\"writing-mode: vertical-rl\"");
    has(Format::Tei, "style=\"writing-mode: vertical-rl\"");
}

#[test]
fn confidences_and_other_readings_are_kept() {
    let page = cable();
    let has =
        |format: Format, text: &str| assert!(written(&page, format).contains(text), "{format:?}: {text}");
    has(Format::Page, "<TextEquiv index=\"0\" conf=\"0.6\">");
    has(Format::Page, "<TextEquiv index=\"1\" conf=\"0.25\">");
    // In ALTO, 0 is the highest confidence and 9 the lowest.
    has(Format::Alto, "CC=\"0 4 0 0 ");
    has(Format::Alto, "<Variant CONTENT=\"雷\" VC=\"0.25\"/>");
    has(Format::Hocr, "x_conf 60");
}

#[test]
fn a_table_has_a_row_a_page_whatever_the_fields_hold() {
    let mut page = cable();
    page.telegram.as_mut().unwrap().subject = Some("会談、\"概要\",\n続き".to_owned());
    let table = denshin::write::write_table(&[page.clone(), pages::empty()]);
    let mut reader = csv::Reader::from_reader(table.as_slice());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let field = |row: usize, name: &str| rows[row][head.iter().position(|h| h == name).unwrap()].to_owned();
    assert_eq!(rows.len(), 2);
    assert_eq!(field(0, "subject"), "会談、\"概要\",\n続き");
    assert_eq!((field(0, "number"), field(0, "stamps")), ("5517".to_owned(), "極秘".to_owned()));
    assert_eq!((field(1, "telegram"), field(1, "end_mark")), ("false".to_owned(), String::new()));
}

/// Validates pages with xmllint; skipped with a message if xmllint or the schema is missing.
fn assert_valid(pages: &[Page], format: Format, schema: &str) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/schemas").join(schema);
    let Some(mut xmllint) = tool("xmllint") else { return };
    if !schema.is_file() {
        println!("skipped: {} is missing", schema.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    xmllint.args(["--noout", "--nonet", "--schema"]).arg(&schema);
    for (i, page) in pages.iter().enumerate() {
        let path = folder.path().join(format!("{i}.xml"));
        std::fs::write(&path, write(page, format, Path::new("a.tif"))).unwrap();
        xmllint.arg(path);
    }
    let output = xmllint.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Errors and characters of a written page against its record, read back by `evaluate`, nothing folded.
fn round_trip(page: &Page, format: Format) -> (u64, u64) {
    use denshin::evaluate::{measure, read};
    let folder = tempfile::tempdir().unwrap();
    let file = |format: Format| {
        let path = folder.path().join(format!("a.{}", format.extension()));
        std::fs::write(&path, write(page, format, Path::new("a.tif"))).unwrap();
        read(&path).unwrap()
    };
    let errors = measure("a", &file(Format::Json), &file(format)).strict;
    (errors.total() as u64, errors.n as u64)
}

#[test]
fn what_is_written_is_evaluated_without_an_error() {
    for format in [Format::Text, Format::Hocr, Format::Alto, Format::Page] {
        let (errors, n) = round_trip(&cable(), format);
        assert_eq!(errors, 0, "{format:?}");
        assert!(n > 30, "{n}");
    }
}

/// Random pages, the same in every run.
fn chance_pages(count: usize) -> Vec<Page> {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut reviewed = cable();
    let step = Step::new("review").with("revision", 3).with("by", "高橋 <&>");
    reviewed.provenance.steps.push(step);
    let mut pages = vec![cable(), pages::empty(), reviewed];
    pages.extend((0..count).map(|_| any_page().new_tree(&mut runner).unwrap().current()));
    pages
}

#[test]
fn page_xml_keeps_to_its_schema() {
    assert_valid(&chance_pages(60), Format::Page, "pagecontent.xsd");
}

#[test]
fn alto_keeps_to_its_schema() {
    assert_valid(&chance_pages(60), Format::Alto, "alto-4-3.xsd");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_page_gives_well_formed_documents_with_its_text(page in any_page()) {
        for format in XML {
            let text = written(&page, format);
            prop_assert_eq!(read_back(&text, format), lines_of(&page), "{:?}", format);
        }
    }

    #[test]
    fn any_page_gives_a_table(page in any_page()) {
        let table = write(&page, Format::Csv, Path::new(""));
        let mut reader = csv::Reader::from_reader(table.as_slice());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(rows.len(), 1);
        prop_assert_eq!(&rows[0][0], page.source.path.as_str());
    }
}
