//! The JSON Schema of the page record, made from the Rust types (JSON Schema 2020-12).

use crate::page::Page;

/// The schema.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Page).to_value()
}
