//! Parses queue messages: an accepted message names a result below the results folder and survives a round trip.
#![no_main]

use denshin::batch::{Place, parse_job};
use denshin::names;
use libfuzzer_sys::fuzz_target;
use std::path::{Component, Path};

fuzz_target!(|data: &[u8]| {
    let Ok(job) = parse_job(data) else { return };
    let result = Path::new("/results").join(names::result(&job.stem, job.page, u32::MAX, "json"));
    let is_below = |part: Component<'_>| matches!(part, Component::RootDir | Component::Normal(_));
    assert!(result.starts_with("/results") && result.components().all(is_below), "{}", result.display());
    if let Place::File(path) = &job.source {
        assert!(Path::new(path).is_absolute());
    }
    let again = serde_json::to_vec(&job).expect("strings and numbers");
    assert_eq!(parse_job(&again).expect("it was taken before"), job);
});
