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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::protocol::Existing;
    use crate::recognize::EngineChoice;
    use serde_json::json;

    fn fingerprint(settings: Settings) -> Fingerprint {
        let config = JobConfig {
            settings,
            passwords: Default::default(),
            engine: EngineChoice::Neural,
            tessdata: None,
            model: None,
            output: "out".into(),
            formats: Vec::new(),
            pdf: false,
            existing: Existing::Renew,
            stages: Stages::All,
            unfinished: String::new(),
            injected_faults: Vec::new(),
        };
        of(&config, &("neural 1".to_owned(), Vec::new()))
    }

    #[test]
    fn words_of_the_head_read_all_pages_again_and_words_of_stamps_those_with_stamps() {
        let with = |settings| fingerprint(serde_json::from_value(settings).unwrap());
        let before = fingerprint(Settings::default());
        let head = with(json!({ "telegram": { "posts": ["ウラジオストク"] } }));
        assert!(head.reading != before.reading && head.stamps == before.stamps && head.scan == before.scan);
        let stamps = with(json!({ "stamps": { "vocabulary": ["査閲"] } }));
        assert!(stamps.reading == before.reading && stamps.stamps != before.stamps);
    }
}
