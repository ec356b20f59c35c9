//! The JSON Schema (2020-12) of the page record, generated from the Rust types.

use crate::page::Page;

/// Generates the schema.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Page).to_value()
}
