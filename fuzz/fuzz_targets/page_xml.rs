//! Parses PAGE XML as result and as reference.
#![no_main]

use denshin_fuzz::read_page;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| read_page(data));
