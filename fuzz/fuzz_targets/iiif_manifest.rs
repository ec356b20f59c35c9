//! Reads IIIF manifests as a source of pages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|data: &[u8]| {
    let path = denshin_fuzz::file("manifest.json", data);
    let _ = denshin::batch::find_inputs(&[path], Path::new("there-is-none"));
});
