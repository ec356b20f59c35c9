//! PAGE XML as result and reference.
#![no_main]

use denshin::evaluate::{Document, measure, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(document) = parse(data) {
        let itself = measure("page", &document, &document);
        assert_eq!(itself.strict.total(), 0, "a page differs from itself");
        let _ = measure("page", &document, &Document::default());
    }
});
