//! The acceptance case: telegram No. 5517 of 1993, from scan to fields.
//!
//! The scan is in `samples/` or `../shared/telegrams`. The test is skipped with a message if it is in neither, or if
//! the program exits with 3 because a model is missing.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests, outside their functions")]

use denshin::page::{Page, ReferenceDirection, Region, RegionKind, Telegram};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn no_5517_horizontal_is_read_as_it_was_sent() {
    let Some(page) = read("no5517-horizontal-light.jpg") else { return };
    let telegram = page.telegram.clone().expect("a cable");
    head_is_right(&telegram);
    let sent = telegram.sent.clone().expect("sent");
    assert_eq!((sent.date.as_deref(), sent.time.as_deref()), (Some("1993-09-28"), Some("12:34")));
    let received = telegram.received.clone().expect("received");
    assert_eq!((received.date.as_deref(), received.time.as_deref()), (Some("1993-09-28"), Some("18:02")));
    message_is_right(&telegram);
    hidden_half_sentence_is_one_redaction(&page);
}

#[test]
fn no_5517_horizontal_in_a_worse_copy_keeps_its_head() {
    let Some(page) = read("no5517-horizontal-medium.jpg") else { return };
    let telegram = page.telegram.clone().expect("a cable");
    assert_eq!(telegram.number, Some(5517));
    assert_eq!(telegram.classification.as_deref(), Some("極秘"));
    assert_eq!(telegram.precedence.as_deref(), Some("大至急"));
    assert_eq!(telegram.distribution.as_deref(), Some("限定配布"));
    assert_eq!(telegram.from.as_deref(), Some("波多野大使"));
    assert_eq!(telegram.to.as_deref(), Some("外務大臣"));
    let received = telegram.received.expect("received");
    // The time of receipt is blacked out.
    assert_eq!((received.date.as_deref(), received.time), (Some("1993-09-28"), None));
    assert_eq!(received.post.as_deref(), Some("本省"));
}

#[test]
fn no_5517_vertical_is_read_as_it_was_sent() {
    let Some(page) = read("no5517-vertical-light.jpg") else { return };
    let telegram = page.telegram.clone().expect("a cable");
    head_is_right(&telegram);
    // This version of the telegram prints 昭和五年; the line of receipt has no year.
    assert_eq!(telegram.sent.clone().expect("sent").date.as_deref(), Some("1930-09-28"));
    assert_eq!(telegram.received.clone().expect("received").date.as_deref(), Some("1930-09-28"));
    hidden_half_sentence_is_one_redaction(&page);
}

fn head_is_right(telegram: &Telegram) {
    assert_eq!(telegram.number, Some(5517));
    assert_eq!(telegram.classification.as_deref(), Some("極秘"));
    assert_eq!(telegram.precedence.as_deref(), Some("大至急"));
    assert_eq!(telegram.distribution.as_deref(), Some("限定配布"));
    assert_eq!(telegram.sent.clone().expect("sent").post.as_deref(), Some("国連"));
    assert_eq!(telegram.received.clone().expect("received").post.as_deref(), Some("本省"));
    assert_eq!(telegram.from.as_deref(), Some("波多野大使"));
    assert_eq!(telegram.to.as_deref(), Some("外務大臣"));
    assert_eq!(telegram.bureau.as_deref(), Some("北米局長"));
    assert_eq!(telegram.subject.as_deref().map(half_width), Some("日米首のう会談(別電4)".to_owned()));
}

fn message_is_right(telegram: &Telegram) {
    assert_eq!(telegram.references.len(), 1, "{:?}", telegram.references);
    let reference = &telegram.references[0];
    assert_eq!(reference.direction, ReferenceDirection::Outgoing);
    assert_eq!((reference.number, reference.annex), (Some(5513), Some(4)));
    let speakers: Vec<&str> = telegram.paragraphs.iter().filter_map(|p| p.speaker.as_deref()).collect();
    assert_eq!(speakers, ["総理", "大臣", "クリントン"]);
    for post in ["英", "独", "仏", "イタリア", "カナダ", "ロシア"] {
        assert!(telegram.forwarded_to.iter().any(|p| p == post), "{post}: {:?}", telegram.forwarded_to);
    }
    assert!(telegram.end_mark);
}

fn hidden_half_sentence_is_one_redaction(page: &Page) {
    let lines = page.regions.iter().filter(|r| is_text(r)).flat_map(|r| &r.lines);
    let hidden: Vec<&str> = lines.map(|l| l.text.as_str()).filter(|t| t.contains("代わつても、")).collect();
    assert_eq!(hidden.len(), 1, "{hidden:?}");
    assert_eq!(hidden[0].matches('■').count(), 1, "{hidden:?}");
    assert!(hidden[0].contains("代わつても、■"), "{hidden:?}");
    let block = page.regions.iter().filter(|r| matches!(r.kind, RegionKind::Redaction { .. }));
    assert!(block.count() >= 1);
}

fn is_text(region: &Region) -> bool {
    matches!(region.kind, RegionKind::Text { .. })
}

/// Replaces parentheses and digits by half-width ones, as an engine may return them.
fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '（' => '(',
        '）' => ')',
        '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrow).collect()
}

/// The record of a scan; `None` with a message if it cannot be made here.
fn read(name: &str) -> Option<Page> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let candidates = [root.join("samples").join(name), root.join("../shared/telegrams").join(name)];
    let Some(scan) = candidates.into_iter().find(|p: &PathBuf| p.exists()) else {
        println!("skipped: no {name} in samples/ or ../shared/telegrams");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_denshin"))
        .args(["read", "--quiet", "-o"])
        .arg(folder.path())
        .arg(&scan)
        .output()
        .unwrap();
    if run.status.code() == Some(3) {
        println!("skipped: {}", String::from_utf8_lossy(&run.stderr));
        return None;
    }
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let record = folder.path().join(name).with_extension("json");
    Some(serde_json::from_str(&std::fs::read_to_string(record).unwrap()).unwrap())
}
