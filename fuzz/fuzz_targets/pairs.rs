//! Parses tables of `evaluate --pairs`: no row may lead out of the two folders.
#![no_main]

use denshin::evaluate::pair_listed;
use libfuzzer_sys::fuzz_target;
use std::path::{Component, Path};

fuzz_target!(|data: &[u8]| {
    let table = denshin_fuzz::file("pairs.tsv", data);
    let Ok(pairing) = pair_listed(&table, Path::new("results"), Path::new("references")) else { return };
    for pair in pairing.pairs {
        let is_name = |part: Component<'_>| matches!(part, Component::Normal(_));
        assert!(pair.reference.starts_with("references") && pair.reference.components().all(is_name));
    }
});
