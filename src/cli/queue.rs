//! Where the queue is: flags that `enqueue`, `work` and `status` have in common.

use clap::Args;
use denshin::batch::{Connection, OutputError, RelayError};
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct QueueArguments {
    /// Server of the queue, NATS with JetStream; several are separated by commas
    // Not shown in the help where it comes from the environment: it may hold a password.
    #[arg(long, env = "NATS_URL", hide_env_values = true, value_name = "URL")]
    pub nats: Option<String>,
    /// Name of the queue
    #[arg(long, value_name = "NAME", default_value = "denshin")]
    queue: String,
    /// Credentials for the server, as nsc writes them
    #[arg(long, value_name = "FILE")]
    creds: Option<PathBuf>,
    /// Certificates that sign the server's, where the system's do not
    #[arg(long, value_name = "FILE")]
    tls_ca: Option<PathBuf>,
    /// Certificate by which the server knows this client
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its key
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

/// Keys of object stores, from the environment, as their own programs read them.
pub(super) fn store_options() -> Vec<(String, String)> {
    let is_store = |key: &str| ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|store| key.starts_with(store));
    let variables = std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value)));
    variables.filter(|(key, _)| is_store(key)).filter_map(|(k, v)| Some((k, v.into_string().ok()?))).collect()
}

/// An error whose exit code is that of what it came from.
pub(super) fn plain(error: RelayError) -> anyhow::Error {
    match error {
        RelayError::Output(error @ OutputError::Model(_)) => error.into(),
        error => error.into(),
    }
}
