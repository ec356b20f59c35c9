//! Where a page came from, and what was done to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// One page of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// Path as given; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// One-based.
    pub page: u32,
    /// Pages in the file.
    pub pages: u32,
}

/// Which software made a record, with which models and settings, step by step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// Name and version of this program.
    pub software: String,
    /// Name and version of the engine that read the lines.
    pub engine: String,
    /// The models it used.
    pub models: Vec<Model>,
    /// What the user configured.
    pub settings: serde_json::Value,
    /// What was done, in order.
    pub steps: Vec<Step>,
}

/// A recognition model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    /// Name as the engine knows it: `jpn_vert`.
    pub name: String,
    /// SHA-256 of its file, hexadecimal; empty where the engine does not tell which file it used.
    pub sha256: String,
}

/// One stage, and what it measured or decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// Name of the stage.
    pub stage: String,
    /// Its figures by name.
    #[serde(flatten)]
    pub measured: BTreeMap<String, serde_json::Value>,
}

impl Step {
    /// A stage that has measured nothing yet.
    #[must_use]
    pub fn new(stage: &str) -> Self {
        Self { stage: stage.to_owned(), measured: BTreeMap::new() }
    }

    /// Adds a figure.
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

/// SHA-256 of all that a reader gives, hexadecimal.
///
/// # Errors
/// Where it cannot be read.
pub fn sha256_of(mut reader: impl std::io::Read) -> std::io::Result<String> {
    let (mut digest, mut piece) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match reader.read(&mut piece)? {
            0 => return Ok(hexadecimal(&digest.finalize())),
            length => digest.update(&piece[..length]),
        }
    }
}

/// Bytes as hexadecimal digits, in lower case.
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
