//! Parses page records, writes them in every format, joins them to telegrams, and evaluates them as reference.
#![no_main]

use denshin::write::{Format, parse_json, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = denshin::evaluate::parse(data);
    let Ok(page) = parse_json(data) else { return };
    for format in Format::ALL {
        let _ = write(&page, format, page.source.path.as_ref());
    }
    let _ = denshin::join::join(&[page.clone(), page]);
});
