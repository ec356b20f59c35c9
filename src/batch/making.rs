//! How pages are read, as hashes that are compared when a run goes on: who reads a page with something else again.
//!
//! Settings are hashed in three parts, by the pages they touch: what is accepted, what stamps may say, everything else.

use super::database::Making;
use super::wire::{Orders, Stages};
use crate::pipeline::Settings;
use crate::provenance::{Model, sha256};
use serde::Serialize;

/// How a worker with this engine reads under these orders.
pub(super) fn of(orders: &Orders, (engine, models): &(String, Vec<Model>)) -> Making {
    let Settings { scan, stamps, .. } = &orders.settings;
    let rest = Settings { scan: Default::default(), stamps: Default::default(), ..orders.settings.clone() };
    let engine = match orders.stages {
        Stages::All => engine.as_str(),
        Stages::None => "no stages",
    };
    let models: Vec<String> = models.iter().map(|m| format!("{}:{}", m.name, m.sha256)).collect();
    Making {
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
