//! Parses settings and prepares a small page with them.
#![no_main]

use denshin::pipeline::{Settings, prepare};
use denshin::raster::Pixels;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(settings) = toml::from_str::<Settings>(text) else { return };
    let _ = prepare(&Pixels::Gray(denshin_fuzz::small_page()), &settings, &mut |_, _| {});
});
