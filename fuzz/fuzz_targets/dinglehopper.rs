//! Compares PAGE XML, ALTO and text with themselves in the manner of dinglehopper.
#![no_main]

use denshin::evaluate::{TextLevel, compare_as_dinglehopper};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let path = denshin_fuzz::file("page.xml", data);
    for level in [TextLevel::Region, TextLevel::Line] {
        if let Ok(figures) = compare_as_dinglehopper(&path, &path, level) {
            assert_eq!(figures.characters.total(), 0, "a page differs from itself");
        }
    }
});
