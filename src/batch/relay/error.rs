//! What goes wrong between machines, and what to do about it.

use crate::batch::output::OutputError;

/// Why pages cannot be enqueued, or not be worked on.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// Nobody is there.
    #[error(
        "{server}: no NATS server answers: {cause} (start one: nats-server --jetstream; or check the address after --nats)"
    )]
    NoServer {
        /// Its address, without name and password.
        server: String,
        /// What the system said.
        cause: String,
    },
    /// Wrong name, password or key.
    #[error("{0}: the server does not let us in (name the file of your credentials: --creds FILE)")]
    NotLetIn(String),
    /// The connection cannot be encrypted.
    #[error(
        "{server}: no TLS: {cause} (name the file of the certificates that sign the server's: --tls-ca FILE)"
    )]
    Tls {
        /// Its address.
        server: String,
        /// Why.
        cause: String,
    },
    /// A file that is needed to connect cannot be read.
    #[error("{path}: cannot be read: {cause}")]
    Unreadable {
        /// Which file.
        path: String,
        /// Why.
        cause: std::io::Error,
    },
    /// The server keeps no streams.
    #[error(
        "{0}: the server is without JetStream (start it with --jetstream, and --store_dir DIR on a disk that lasts)"
    )]
    NoJetStream(String),
    /// Nothing was ever enqueued.
    #[error("{server}: there is no queue {queue} (denshin enqueue makes it; --queue chooses another)")]
    NoQueue {
        /// Its address.
        server: String,
        /// The name.
        queue: String,
    },
    /// A name that NATS cannot give to a stream.
    #[error("{0}: no name for a queue (letters, digits, - and _, a hundred at most)")]
    QueueName(String),
    /// The queue's pages are to be read otherwise.
    #[error(
        "the queue {queue} holds {pages} messages of pages that are to be read otherwise: {difference} \
         (let workers drain it first, or choose another with --queue)"
    )]
    OtherOrders {
        /// The name.
        queue: String,
        /// What waits in it.
        pages: u64,
        /// What differs.
        difference: String,
    },
    /// This worker would not read as the queue wants.
    #[error("this worker would read otherwise than the queue asks: {0}; its pages are left to others")]
    Refused(String),
    /// A request failed although the server was there.
    #[error("{server}: {what}: {cause} (is the server still running, and is there room on its disk?)")]
    Nats {
        /// Its address.
        server: String,
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        cause: String,
    },
    /// A place that is none.
    #[error(
        "{place}: {cause} (s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY, file:///PATH, or a path)"
    )]
    Place {
        /// As given.
        place: String,
        /// Why.
        cause: String,
    },
    /// An object store that does not do what is asked of it.
    #[error(
        "{place}: {cause} (are bucket, keys and endpoint right? they are read from AWS_…, GOOGLE_… or AZURE_…)"
    )]
    Store {
        /// Where.
        place: String,
        /// Why.
        cause: String,
    },
    /// No worker process can be started, or nothing be written.
    #[error(transparent)]
    Output(#[from] OutputError),
}
