//! Configuration fingerprints. On resume, pages whose fingerprint changed are read again.
//!
//! The settings are hashed in three parts, by the pages that they affect: `[scan]` (which files are accepted),
//! `[stamps]` (the stamp lexicon), and all others.

use super::database::Fingerprint;
use super::protocol::{JobConfig, Stages};
use crate::pipeline::Settings;
use crate::provenance::{Model, sha256};
use serde::Serialize;

/// The fingerprint of this job configuration and engine.
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
