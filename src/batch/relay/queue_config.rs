//! The queue configuration: how the pages of a queue are read, and where their results go.
//!
//! It is stored in the queue, once. A worker brings only its machine and the paths of its models. It takes its
//! settings from the queue, loads its engine, and compares its configuration fingerprint with that of the queue.
//! Workers therefore never mix different results, and the same flags need not be given on every machine.

use super::place::Place;
use crate::batch::fingerprint;
use crate::batch::protocol::JobConfig;
use crate::provenance::{Model, sha256};
use crate::scan::Passwords;
use serde::{Deserialize, Serialize};

/// The queue configuration as stored in the queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct QueueConfig {
    /// Hash of everything that affects the results, including the output folder.
    pub fingerprint: String,
    /// Version of denshin.
    pub version: String,
    /// Name and version of the engine.
    pub engine: String,
    pub models: Vec<Model>,
    /// The output folder.
    pub results: Place,
    /// The job configuration, without local paths and without passwords.
    pub config: JobConfig,
    /// Maximum number of deliveries of a page before it is set aside.
    pub deliveries: u64,
}

impl QueueConfig {
    /// The queue configuration for a job configuration and the engine of this machine.
    pub(super) fn new(
        config: &JobConfig,
        results: Place,
        engine: (String, Vec<Model>),
        deliveries: u64,
    ) -> Self {
        let output = results.path().into();
        // Secrets and local paths must not enter the queue.
        let passwords = Passwords::default();
        let config = JobConfig { output, passwords, tessdata: None, model: None, ..config.clone() };
        Self {
            fingerprint: fingerprint(&config, &engine),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            engine: engine.0,
            models: engine.1,
            results,
            config,
            deliveries,
        }
    }

    /// How a worker with this engine differs from the queue configuration; `None` if it gives the same results.
    pub(super) fn refusal(&self, engine: &(String, Vec<Model>)) -> Option<String> {
        if fingerprint(&self.config, engine) == self.fingerprint {
            return None;
        }
        let here = Self { version: env!("CARGO_PKG_VERSION").into(), ..self.clone() };
        Some(Self { engine: engine.0.clone(), models: engine.1.clone(), ..here }.difference(self))
    }

    /// The first difference between two configurations.
    pub(super) fn difference(&self, other: &Self) -> String {
        let models = |queue_config: &Self| {
            let short = |m: &Model| format!("{} ({:.12})", m.name, m.sha256);
            queue_config.models.iter().map(short).collect::<Vec<_>>().join(", ")
        };
        let both = |what: &str, here: String, there: String| {
            format!("{what} is {here} here but {there} in the queue")
        };
        if self.version != other.version {
            both("denshin", self.version.clone(), other.version.clone())
        } else if self.engine != other.engine {
            both("the engine", self.engine.clone(), other.engine.clone())
        } else if self.models != other.models {
            both("the model", models(self), models(other))
        } else if self.results != other.results {
            both("the output folder", self.results.to_string(), other.results.to_string())
        } else {
            "settings or formats differ".to_owned()
        }
    }
}

fn fingerprint(config: &JobConfig, engine: &(String, Vec<Model>)) -> String {
    let how = fingerprint::of(config, engine);
    let json = serde_json::to_vec(&(how, &config.formats, config.output.to_string_lossy()));
    sha256(&json.expect("strings alone"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::protocol::{Existing, Stages};
    use crate::pipeline::Settings;
    use crate::recognize::EngineChoice;
    use crate::write::Format;

    fn engine(sha256: &str) -> (String, Vec<Model>) {
        ("neural 1".to_owned(), vec![Model { name: "cables".into(), sha256: sha256.into() }])
    }

    fn queue_config(settings: Settings) -> QueueConfig {
        let config = JobConfig {
            settings,
            passwords: Passwords::of_lines("secret"),
            engine: EngineChoice::Neural,
            tessdata: None,
            model: Some("/here/alone.onnx".into()),
            output: "out".into(),
            formats: vec![Format::Json],
            pdf: false,
            existing: Existing::Renew,
            stages: Stages::All,
            unfinished: String::new(),
            injected_faults: Vec::new(),
        };
        QueueConfig::new(&config, Place::File("/out".into()), engine("aa"), 3)
    }

    #[test]
    fn a_worker_with_another_model_refuses_and_says_which() {
        let queue = queue_config(Settings::default());
        assert_eq!(queue.refusal(&engine("aa")), None);
        let refusal = queue.refusal(&engine("bb")).unwrap();
        assert_eq!(refusal, "the model is cables (bb) here but cables (aa) in the queue");
        assert!(queue.refusal(&("neural 2".into(), engine("aa").1)).unwrap().contains("neural 2 here"));
    }

    #[test]
    fn passwords_are_not_put_into_a_queue() {
        let queue_config = queue_config(Settings::default());
        assert!(!serde_json::to_string(&queue_config).unwrap().contains("secret"));
    }

    #[test]
    fn other_settings_are_other_orders() {
        let mut settings = Settings::default();
        settings.scan.max_pixels = 5;
        let (one, other) = (queue_config(Settings::default()), queue_config(settings));
        assert_ne!(one.fingerprint, other.fingerprint);
        assert_eq!(other.difference(&one), "settings or formats differ");
        assert_eq!(one.config.model, None);
    }
}
