//! Provenance of a page: its source file and the processing steps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// One page of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Path as given; bytes that are not UTF-8 are replaced by U+FFFD.
    pub path: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// One-based page number.
    pub page: u32,
    /// Number of pages in the file.
    pub pages: u32,
}

/// The software, models, settings and steps that produced a record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Name and version of this program.
    pub software: String,
    /// Name and version of the engine that read the lines.
    pub engine: String,
    /// The models that the engine used.
    pub models: Vec<Model>,
    /// The settings of the run.
    pub settings: serde_json::Value,
    /// The processing steps, in order.
    pub steps: Vec<Step>,
}

/// A recognition model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    /// Name of the model in the engine: `jpn_vert`.
    pub name: String,
    /// SHA-256 of the model file, hexadecimal; empty if the engine does not say which file it used.
    pub sha256: String,
}

/// One stage with its measurements and decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Name of the stage.
    pub stage: String,
    /// Measurements and decisions by name.
    #[serde(flatten)]
    pub measured: BTreeMap<String, serde_json::Value>,
}

impl Step {
    /// Creates a step without measurements.
    #[must_use]
    pub fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), measured: BTreeMap::new() }
    }

    /// Adds a measurement.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.measured.insert(name.to_owned(), value.into());
        self
    }
}

/// SHA-256 of bytes (FIPS 180-4), hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// SHA-256 of all bytes of a reader, hexadecimal.
///
/// # Errors
/// Returns an error if reading fails.
pub fn sha256_of(mut reader: impl std::io::Read) -> std::io::Result<String> {
    let (mut digest, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(hexadecimal(&digest.finalize())),
            length => digest.update(&piece[..length]),
        }
    }
}

/// Bytes as lowercase hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((sha256(b"abc").as_str(), sha256_of(&b"abc"[..]).unwrap().as_str()), (expected, expected));
    }
}
