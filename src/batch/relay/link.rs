//! Connection to NATS: streams, consumer, sending and receiving. This is the only file that uses async-nats.
//!
//! The server's own limit of deliveries (`max_deliver`) is not used. A message that has reached it stays in the work
//! queue and is never delivered again, and the advisory about it is lost if nobody listens. Instead, the server
//! delivers a message until it is acknowledged, together with the number of deliveries. A worker that receives it once
//! more than the queue allows sets it aside.

use super::RelayError;
use crate::batch::iiif::decoded;
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::{GetStreamErrorKind, PublishErrorKind, RequestErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{
    self, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, StorageType,
};
use async_nats::jetstream::{self, AckKind, Context, ErrorCode};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use futures_util::StreamExt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Timeout for connecting.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a request for a page waits at the server. It bounds the delay until a worker notices that it is stopped.
const WAIT: Duration = Duration::from_secs(1);
/// Number of attempts while the server may be restarting, and the pause between them.
const TRIES: u32 = 300;
const PAUSE: Duration = Duration::from_secs(1);
/// How long the server remembers message identities. Enqueueing a page again within a day does not duplicate it.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);
/// Maximum number of unacknowledged pages of all workers.
const MOST_IN_WORK: i64 = 100_000;
/// Maximum length of a queue name, which is a prefix of temporary file names.
const LONGEST_QUEUE: usize = 100;
/// Name of the consumer that all workers share.
const WORKERS: &str = "workers";

/// The server and the name of the queue, and the credentials.
#[derive(Debug, Clone, Default)]
pub struct Connection {
    /// URLs of servers, separated by commas. They may contain a name and a password and are never shown in full.
    pub servers: String,
    /// Name of the queue.
    pub queue: String,
    /// File of credentials in the format of `nsc`.
    pub credentials: Option<PathBuf>,
    /// File of CA certificates, in addition to those of the system.
    pub roots: Option<PathBuf>,
    /// Files of the client certificate and its key.
    pub certificate: Option<(PathBuf, PathBuf)>,
}

/// A part of a queue: a stream with one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Pages,
    JobConfig,
    Dead,
    Done,
}

impl Part {
    const ALL: [Self; 4] = [Self::Pages, Self::JobConfig, Self::Dead, Self::Done];

    fn name(self) -> &'static str {
        match self {
            Self::Pages => "pages",
            Self::JobConfig => "orders",
            Self::Dead => "dead",
            Self::Done => "done",
        }
    }
}

/// Numbers of messages in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Counts {
    /// Messages that are not delivered.
    pub waiting: u64,
    /// Messages that are delivered but not acknowledged.
    pub in_work: u64,
}

/// A message in its stream.
pub(super) struct Stored {
    pub sequence: u64,
    pub body: Vec<u8>,
    /// Time of the message in seconds since 1970.
    pub seconds: f64,
}

/// State of the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    Gone,
    Back,
}

pub(super) struct Link {
    client: Client,
    context: Context,
    server: String,
    queue: String,
}

impl Link {
    /// Connects and checks that the server has JetStream. The receiver gets changes of the connection.
    pub(super) async fn connect(
        connection: &Connection,
    ) -> Result<(Self, UnboundedReceiver<Presence>), RelayError> {
        let queue = connection.queue.clone();
        if queue.is_empty()
            || queue.len() > LONGEST_QUEUE
            || !queue.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        {
            return Err(RelayError::QueueName(queue));
        }
        choose_cryptography();
        let addresses = addresses(&connection.servers)?;
        let server = shown(&addresses);
        let (news, presence) = unbounded_channel();
        let options = options(connection, &addresses).await?.event_callback(move |event| {
            let news = news.clone();
            async move {
                let _ = match event {
                    Event::Disconnected => news.send(Presence::Gone),
                    Event::Connected => news.send(Presence::Back),
                    _ => Ok(()),
                };
            }
        });
        let client = options.connect(addresses).await.map_err(|error| refused(&server, &error))?;
        let context = jetstream::new(client.clone());
        let link = Self { client, context, server, queue };
        link.see_jetstream().await?;
        Ok((link, presence))
    }

    /// Checks that the server has JetStream. The account data in the answer depend on the version and are ignored.
    async fn see_jetstream(&self) -> Result<(), RelayError> {
        let absent = || Err(RelayError::NoJetStream(self.server.clone()));
        let answer: Result<Response<serde_json::Value>, _> = self.context.request("INFO", &()).await;
        match answer {
            Ok(Response::Ok(_)) => Ok(()),
            Ok(Response::Err { error }) => match error.error_code() {
                ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => absent(),
                _ => Err(self.failed("checking JetStream", &error)),
            },
            Err(error) if error.kind() == RequestErrorKind::NoResponders => absent(),
            Err(error) => Err(self.failed("checking JetStream", &error)),
        }
    }

    fn failed(&self, what: &'static str, cause: &dyn std::error::Error) -> RelayError {
        RelayError::Nats { server: self.server.clone(), what, cause: chain(cause) }
    }

    fn stream_name(&self, part: Part) -> String {
        format!("{}-{}", self.queue, part.name())
    }

    fn subject(&self, part: Part) -> String {
        format!("{}.{}", self.queue, part.name())
    }

    pub(super) fn queue(&self) -> &str {
        &self.queue
    }

    /// Creates the queue if needed. Streams that an administrator created (replicated ones) are kept as they are.
    pub(super) async fn establish(&self, ack_wait: Duration) -> Result<(), RelayError> {
        for part in Part::ALL {
            let config = stream::Config {
                name: self.stream_name(part),
                subjects: vec![self.subject(part)],
                retention: match part {
                    Part::Pages => RetentionPolicy::WorkQueue,
                    _ => RetentionPolicy::Limits,
                },
                storage: StorageType::File,
                // If an administrator sets a limit, sending fails; no message is discarded.
                discard: DiscardPolicy::New,
                duplicate_window: REMEMBERED,
                num_replicas: 1,
                ..Default::default()
            };
            let made = self.context.get_or_create_stream(config).await;
            made.map_err(|error| self.failed("creating the streams of the queue", &error))?;
        }
        let consumer = pull::Config {
            durable_name: Some(WORKERS.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait,
            max_deliver: -1,
            max_ack_pending: MOST_IN_WORK,
            ..Default::default()
        };
        let stream = self.stream(Part::Pages).await?;
        let made = stream.create_consumer(consumer).await;
        made.map(|_| ()).map_err(|error| self.failed("creating the consumer", &error))
    }

    async fn stream(&self, part: Part) -> Result<stream::Stream, RelayError> {
        self.context.get_stream(self.stream_name(part)).await.map_err(|error| match error.kind() {
            GetStreamErrorKind::JetStream(cause) if cause.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                RelayError::NoQueue { server: self.server.clone(), queue: self.queue.clone() }
            }
            _ => self.failed("reading the queue", &error),
        })
    }

    /// The consumer of the workers.
    pub(super) async fn taker(&self) -> Result<Taker, RelayError> {
        let stream = self.stream(Part::Pages).await?;
        let consumer: PullConsumer = stream
            .get_consumer(WORKERS)
            .await
            .map_err(|error| self.failed("opening the consumer", &*error))?;
        let ack_wait = consumer.cached_info().config.ack_wait;
        Ok(Taker { consumer, ack_wait })
    }

    pub(super) async fn counts(&self) -> Result<Counts, RelayError> {
        let info = self.taker().await?.consumer.get_info().await;
        let info = info.map_err(|error| self.failed("counting pages", &error))?;
        Ok(Counts { waiting: info.num_pending, in_work: info.num_ack_pending as u64 })
    }

    /// Sends a message until the server confirms it; `false` if the server already has a message of this identity. A
    /// server that is restarting is waited for.
    pub(super) async fn send(&self, part: Part, id: &str, body: Vec<u8>) -> Result<bool, RelayError> {
        let message = PublishMessage::build().payload(body.into()).message_id(id);
        let mut tries = 0;
        loop {
            let sent = match self.context.send_publish(self.subject(part), message.clone()).await {
                Ok(answer) => answer.await,
                Err(error) => Err(error),
            };
            match sent {
                Ok(answer) => return Ok(!answer.duplicate),
                Err(error) if tries >= TRIES || error.kind() == PublishErrorKind::MaxPayloadExceeded => {
                    return Err(self.failed("sending a message", &error));
                }
                Err(_) => tries += 1,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends the queue configuration; `false` if it was changed since the one with this sequence number (0 for none).
    pub(super) async fn send_orders(&self, after: u64, body: Vec<u8>) -> Result<bool, RelayError> {
        let message = PublishMessage::build().payload(body.into()).expected_last_subject_sequence(after);
        let sent = match self.context.send_publish(self.subject(Part::JobConfig), message).await {
            Ok(answer) => answer.await,
            Err(error) => Err(error),
        };
        match sent {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(false),
            Err(error) => Err(self.failed("sending the queue configuration", &error)),
        }
    }

    /// The last message of a part.
    pub(super) async fn last(&self, part: Part) -> Result<Option<Stored>, RelayError> {
        let stream = self.stream(part).await?;
        match stream.get_last_raw_message_by_subject(&self.subject(part)).await {
            Ok(message) => Ok(Some(stored(message))),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(self.failed("reading the queue", &error)),
        }
    }

    /// The number of messages of a part, and the sequence numbers of the first and the last.
    pub(super) async fn extent(&self, part: Part) -> Result<(u64, u64, u64), RelayError> {
        let state = self.stream(part).await?.cached_info().state.clone();
        Ok((state.messages, state.first_sequence, state.last_sequence))
    }

    /// A message of a part; `None` if it was removed.
    pub(super) async fn message(&self, part: Part, sequence: u64) -> Result<Option<Stored>, RelayError> {
        let name = self.stream_name(part);
        let stream = self.context.get_stream_no_info(name).await;
        let stream = stream.map_err(|error| self.failed("reading the queue", &error))?;
        match stream.get_raw_message(sequence).await {
            Ok(message) => Ok(Some(stored(message))),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(self.failed("reading the queue", &error)),
        }
    }

    pub(super) async fn remove(&self, part: Part, sequence: u64) -> Result<(), RelayError> {
        let removed = self.stream(part).await?.delete_message(sequence).await;
        removed.map(|_| ()).map_err(|error| self.failed("removing a message", &error))
    }

    /// Waits until pending messages are sent.
    pub(super) async fn flush(&self) {
        let _ = tokio::time::timeout(PAUSE, self.client.flush()).await;
    }
}

/// The consumer of the workers.
pub(super) struct Taker {
    consumer: PullConsumer,
    /// Acknowledgement timeout, after which the server delivers a message to another worker.
    pub ack_wait: Duration,
}

impl Taker {
    /// The next message; `None` if none arrives within a second.
    pub(super) async fn next(&self) -> Result<Option<Delivery>, String> {
        let batch = self.consumer.batch().max_messages(1).expires(WAIT).messages().await;
        let mut batch = batch.map_err(|error| chain(&error))?;
        match batch.next().await {
            Some(Ok(message)) => {
                let info = message.info().map_err(|error| error.to_string())?;
                let (deliveries, sequence) =
                    (u64::try_from(info.delivered).unwrap_or(1), info.stream_sequence);
                Ok(Some(Delivery { deliveries, sequence, message }))
            }
            Some(Err(error)) => Err(error.to_string()),
            None => Ok(None),
        }
    }
}

/// A message that was delivered to this worker.
pub(super) struct Delivery {
    message: jetstream::Message,
    /// Number of deliveries, including this one.
    pub deliveries: u64,
    /// Sequence number in the queue.
    pub sequence: u64,
}

impl Delivery {
    pub(super) fn body(&self) -> &[u8] {
        &self.message.payload
    }

    /// Acknowledges progress. A lost acknowledgement is harmless: the next follows before the timeout.
    pub(super) async fn alive(&self) {
        let _ = self.message.ack_with(AckKind::Progress).await;
    }

    /// Acknowledges the message and waits for the server's confirmation.
    pub(super) async fn done(&self) -> Result<(), String> {
        let mut tries = 0;
        loop {
            match self.message.double_ack().await {
                Ok(()) => return Ok(()),
                Err(error) if tries >= TRIES / 5 => return Err(error.to_string()),
                Err(_) => tries += 1,
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Returns the message to the queue, for delivery after this time.
    pub(super) async fn back(&self, after: Duration) {
        let after = (!after.is_zero()).then_some(after);
        let _ = self.message.ack_with(AckKind::Nak(after)).await;
    }
}

/// Sets the TLS cryptography provider, which the object stores use as well. An existing one is kept.
pub(super) fn choose_cryptography() {
    let _ = async_nats::rustls::crypto::ring::default_provider().install_default();
}

fn stored(message: jetstream::message::StreamMessage) -> Stored {
    let seconds = message.time.unix_timestamp_nanos() as f64 / 1e9;
    Stored { sequence: message.sequence, body: message.payload.to_vec(), seconds }
}

fn addresses(servers: &str) -> Result<Vec<ServerAddr>, RelayError> {
    let parsed: Result<Vec<ServerAddr>, _> = servers.split(',').map(|server| server.trim().parse()).collect();
    // The address may contain a password, so the message does not repeat it.
    parsed.map_err(|error: std::io::Error| RelayError::NoServer {
        server: "the address after --nats".to_owned(),
        cause: error.to_string(),
    })
}

/// Addresses without names and passwords.
fn shown(addresses: &[ServerAddr]) -> String {
    addresses.iter().map(|a| format!("nats://{}:{}", a.host(), a.port())).collect::<Vec<_>>().join(",")
}

/// Connection options. A name and a password, or a token alone, are taken from the URL, percent-decoded.
async fn options(connection: &Connection, addresses: &[ServerAddr]) -> Result<ConnectOptions, RelayError> {
    let mut options = ConnectOptions::new().name("denshin").connection_timeout(CONNECT);
    let plain = |text: &str| decoded(text).to_string_lossy().into_owned();
    if let Some((address, name)) = addresses.iter().find_map(|a| Some((a, a.username()?))) {
        options = match address.password() {
            Some(password) => options.user_and_password(plain(name), plain(password)),
            None => options.token(plain(name)),
        };
    }
    if let Some(path) = &connection.credentials {
        let read = options.credentials_file(path).await;
        options = read.map_err(|cause| RelayError::Unreadable { path: path.display().to_string(), cause })?;
    }
    if let Some(path) = &connection.roots {
        options = options.add_root_certificates(path.clone());
    }
    if let Some((certificate, key)) = &connection.certificate {
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    Ok(options)
}

fn refused(server: &str, error: &async_nats::ConnectError) -> RelayError {
    let (server, cause) = (server.to_owned(), chain(error));
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            RelayError::NotLetIn(server)
        }
        ConnectErrorKind::Tls => RelayError::Tls { server, cause },
        // An unknown certificate authority is reported as a read error.
        _ if cause.contains("certificate") => RelayError::Tls { server, cause },
        _ => RelayError::NoServer { server, cause },
    }
}

/// The message of an error and its sources.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = vec![error.to_string()];
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        source = cause.source();
    }
    said.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        let addresses = addresses("nats://denshin:secret@one:4222, tls://two").unwrap();
        assert_eq!(shown(&addresses), "nats://one:4222,nats://two:4222");
        let error = super::addresses("http://denshin:secret@one").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
