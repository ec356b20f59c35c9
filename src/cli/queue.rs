//! Connection to the queue: options that `enqueue`, `work` and `status` share.

use clap::Args;
use denshin::batch::{Connection, OutputError, RelayError};
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct QueueArguments {
    /// Queue server (NATS with JetStream); separate several by commas
    // The value from the environment is not shown in the help, because it may contain a password.
    #[arg(long, env = "NATS_URL", hide_env_values = true, value_name = "URL")]
    pub nats: Option<String>,
    /// Name of the queue
    #[arg(long, value_name = "NAME", default_value = "denshin")]
    queue: String,
    /// File with credentials for the server, in the format of nsc
    #[arg(long, value_name = "FILE")]
    creds: Option<PathBuf>,
    /// CA certificates of the server, in addition to those of the system
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// Client certificate
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the client certificate
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
}

impl QueueArguments {
    pub(super) fn connection(&self) -> Connection {
        Connection {
            servers: self.nats.clone().unwrap_or_else(|| "nats://127.0.0.1:4222".to_owned()),
            queue: self.queue.clone(),
            credentials: self.creds.clone(),
            roots: self.tls_ca.clone(),
            certificate: self.tls_cert.clone().zip(self.tls_key.clone()),
        }
    }
}

/// Configuration of object stores from the environment, under the usual names of variables.
pub(super) fn store_options() -> Vec<(String, String)> {
    let is_store = |key: &str| ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|store| key.starts_with(store));
    let variables = std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value)));
    variables.filter(|(key, _)| is_store(key)).filter_map(|(k, v)| Some((k, v.into_string().ok()?))).collect()
}

/// Converts an error so that a missing model keeps its exit code.
pub(super) fn plain(error: RelayError) -> anyhow::Error {
    match error {
        RelayError::Output(error @ OutputError::Model(_)) => error.into(),
        error => error.into(),
    }
}
