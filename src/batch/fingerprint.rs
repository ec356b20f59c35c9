//! How pages are read, as hashes that are compared when a run goes on: who reads a page with something else again.
//!
//! Settings are hashed in three parts, by the pages they touch: what is accepted, what stamps may say, everything else.

use super::database::Fingerprint;
use super::protocol::{JobConfig, Stages};
use crate::pipeline::Settings;
use crate::provenance::{Model, sha256};
use serde::Serialize;

/// How a worker with this engine reads under these orders.
pub(super) fn of(config: &JobConfig, (engine, models): &(String, Vec<Model>)) -> Fingerprint {
    let Settings { scan, stamps, .. } = &config.settings;
    let rest = Settings { scan: Default::default(), stamps: Default::default(), ..config.settings.clone() };
    let engine = match config.stages {
        Stages::All => engine.as_str(),
        Stages::None => "no stages",
    };
    let models: Vec<String> = models.iter().map(|m| format!("{}:{}", m.name, m.sha256)).collect();
    Fingerprint {
        reading: hash(&(env!("CARGO_PKG_VERSION"), engine, rest)),
        stamps: hash(stamps),
        scan: hash(scan),
        models: models.join(" "),
    }
}

fn hash(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).expect("settings are strings and finite numbers");
    sha256(&json)
}
