//! Parses a submission of the review page, and a review file on disk of unknown origin.
#![no_main]

use denshin::review::{Material, Submission, Workspace};
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

/// A workspace with one page of 160 × 96 pixels, and the page's id.
fn workspace() -> &'static (Workspace, String) {
    static WORKSPACE: OnceLock<(Workspace, String)> = OnceLock::new();
    WORKSPACE.get_or_init(|| {
        let record = denshin_fuzz::file("cable.json", include_bytes!("../record.json"));
        let results = record.parent().expect("a folder").to_owned();
        let workspace = Workspace::new(&Material { results, ..Material::default() }).expect("a folder");
        workspace.read_list();
        let id = workspace.with_index(|index| index.entries()[0].id.clone());
        (workspace, id)
    })
}

fuzz_target!(|data: &[u8]| {
    let (workspace, id) = workspace();
    let review = denshin_fuzz::file("cable.review.json", data);
    let _ = workspace.open(id);
    let _ = std::fs::remove_file(review);
    if let Ok(sent) = serde_json::from_slice::<Submission>(data) {
        let _ = workspace.save(id, sent, "2026-01-02T03:04:05Z".to_owned());
    }
});
