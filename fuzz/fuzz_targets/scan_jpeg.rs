//! Decodes JPEG.
#![no_main]

use denshin_fuzz::{let_guards_work, read_scan};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let_guards_work();
    let is_kind = |data: &[u8]| data.starts_with(&[0xFF, 0xD8, 0xFF]);
    if read_scan(data, is_kind) { Corpus::Keep } else { Corpus::Reject }
});
