//! Errors of the queue and their remedies.

use crate::batch::output::OutputError;

/// Reason that pages cannot be enqueued or worked on.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// No server answers.
    #[error(
        "{server}: no NATS server answers: {cause} (start one with nats-server --jetstream, or check the address in --nats)"
    )]
    NoServer {
        /// Address of the server, without name and password.
        server: String,
        /// The error of the operating system or the client.
        cause: String,
    },
    /// The name, password or key is missing or wrong.
    #[error("{0}: authentication failed (name the file with your credentials: --creds FILE)")]
    NotLetIn(String),
    /// The connection cannot be encrypted.
    #[error(
        "{server}: the TLS connection failed: {cause} (name the CA certificates of the server: --tls-ca FILE)"
    )]
    Tls {
        /// Address of the server.
        server: String,
        /// The cause.
        cause: String,
    },
    /// A file that is needed to connect cannot be read.
    #[error("{path}: cannot be read: {cause}")]
    Unreadable {
        /// Path of the file.
        path: String,
        /// The error of the operating system.
        cause: std::io::Error,
    },
    /// The server has no JetStream.
    #[error(
        "{0}: JetStream is not enabled on the server (start it with --jetstream, and --store_dir DIR on a persistent disk)"
    )]
    NoJetStream(String),
    /// The queue does not exist.
    #[error("{server}: there is no queue {queue} (denshin enqueue creates it; --queue selects another)")]
    NoQueue {
        /// Address of the server.
        server: String,
        /// Name of the queue.
        queue: String,
    },
    /// The name cannot be the name of a stream.
    #[error("{0}: not a valid queue name (use letters, digits, - and _, at most 100 characters)")]
    QueueName(String),
    /// The queue has pages with another configuration.
    #[error(
        "the queue {queue} has {pages} messages with another configuration: {difference} \
         (let workers empty it first, or use another queue: --queue NAME)"
    )]
    OtherOrders {
        /// Name of the queue.
        queue: String,
        /// Number of messages that are waiting or being read.
        pages: u64,
        /// The first difference.
        difference: String,
    },
    /// The queue configuration is missing, or this worker would give other results.
    #[error("the queue configuration cannot be used: {0}")]
    Refused(String),
    /// A request to the server failed.
    #[error(
        "{server}: {what} failed: {cause} (check that the server is running and its disk has free space)"
    )]
    Nats {
        /// Address of the server.
        server: String,
        /// The request.
        what: &'static str,
        /// The cause.
        cause: String,
    },
    /// An invalid path or URL.
    #[error(
        "{place}: {cause} (use s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY, file:///PATH, or a path)"
    )]
    Place {
        /// The path or URL, as given.
        place: String,
        /// The cause.
        cause: String,
    },
    /// A request to an object store failed.
    #[error(
        "{place}: {cause} (check the bucket, and the keys and the endpoint in AWS_…, GOOGLE_… or AZURE_…)"
    )]
    Store {
        /// URL of the object.
        place: String,
        /// The cause.
        cause: String,
    },
    /// No worker process can be started, or nothing can be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}
