//! Queues files, each once.

use super::job::{Dead, Job, body};
use super::link::{Link, Part};
use super::page::ON_THE_WAY;
use super::place::Place;
use super::queue_config::QueueConfig;
use super::store::Stores;
use super::{Connection, RelayError};
use crate::batch::inputs::Found;
use crate::batch::output::OutputError;
use crate::batch::protocol::JobConfig;
use crate::batch::worker_client::WorkerClient;
use crate::batch::worker_process::WorkerOptions;
use crate::names::stems;
use crate::relative_path::RelativePath;
use futures_util::StreamExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// Messages that are sent between two checks of the queue's length.
const AT_ONCE: usize = 1000;
/// Interval between two checks of a full queue.
const LOOK: Duration = Duration::from_secs(2);
/// Attempts to set the queue configuration while others change it.
const AGREEMENTS: u32 = 10;

/// The parameters of `enqueue`.
pub struct Enqueue<'a> {
    /// The server and the name of the queue.
    pub connection: &'a Connection,
    /// The job configuration; `None` keeps the queue configuration.
    pub config: Option<&'a JobConfig>,
    /// Output folder, an absolute path or a URL. It is ignored if `config` is `None`.
    pub results: Place,
    /// The sources to queue.
    pub sources: Sources<'a>,
    /// Maximum number of deliveries of a page before it is set aside, at least 1.
    pub deliveries: u64,
    /// Acknowledgement timeout: a page is delivered to another worker if its worker sends nothing for this time.
    pub ack_wait: Duration,
    /// Maximum number of waiting messages. While more wait, nothing is sent.
    pub most_waiting: u64,
    /// A unique text if pages that were queued before are queued again.
    pub again: Option<String>,
    /// Configuration of object stores, such as `AWS_ACCESS_KEY_ID`, as keys and values.
    pub store_options: Vec<(String, String)>,
    /// Command of the worker process that reports the engine and its models.
    pub worker: WorkerOptions<'a>,
    /// Set by the caller to stop.
    pub stop: &'a AtomicBool,
}

/// The sources to queue.
pub enum Sources<'a> {
    /// Files with absolute paths.
    Files(&'a [Found]),
    /// Objects, or prefixes of object names.
    Objects(&'a [Place]),
    /// Pages that were set aside.
    Dead,
}

/// An event of `enqueue`.
pub enum EnqueueEvent<'a> {
    /// Objects were listed.
    Listed {
        /// The listed URL.
        url: &'a str,
        /// Number of scans.
        scans: usize,
        /// Number of other objects.
        others: u64,
    },
    /// A file cannot be accessed and is not queued.
    Unseen {
        /// Path of the file.
        path: &'a Path,
        /// The cause.
        cause: String,
    },
    /// Messages were sent.
    Sent {
        /// Number of messages sent so far.
        sent: u64,
        /// Total number of messages.
        total: u64,
    },
    /// The queue is full, with this number of waiting messages.
    Full(u64),
}

/// The result of `enqueue`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Enqueued {
    /// Messages that were added to the queue.
    pub queued: u64,
    /// Messages that the queue already had.
    pub known: u64,
    /// Files that cannot be accessed.
    pub unseen: u64,
    /// Whether the caller stopped it.
    pub is_stopped: bool,
}

/// Adds pages to a queue, which is created if it does not exist.
///
/// # Errors
/// There is no server, the queue has pages with another configuration, or an object store cannot be listed.
pub fn enqueue(
    enqueue: &Enqueue<'_>,
    watch: &mut dyn FnMut(&EnqueueEvent<'_>),
) -> Result<Enqueued, RelayError> {
    runtime()?.block_on(async {
        let (link, _) = Link::connect(enqueue.connection).await?;
        let fingerprint = match enqueue.config {
            Some(config) => {
                let queue_config = queue_config(enqueue, config)?;
                link.establish(enqueue.ack_wait).await?;
                agree(&link, &queue_config).await?;
                queue_config.fingerprint
            }
            None => fingerprint(&link).await?,
        };
        let mut sender = Sender { enqueue, link: &link, fingerprint, watch, came: Enqueued::default() };
        match enqueue.sources {
            Sources::Files(files) => sender.files(files).await?,
            Sources::Objects(urls) => sender.objects(urls).await?,
            Sources::Dead => sender.dead().await?,
        }
        Ok(sender.came)
    })
}

/// A single-threaded runtime for requests to the server.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, RelayError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| OutputError::Worker(error.to_string()).into())
}

/// The queue configuration for this job configuration and the engine that it loads on this machine.
fn queue_config(enqueue: &Enqueue<'_>, config: &JobConfig) -> Result<QueueConfig, RelayError> {
    let mut client = WorkerClient::new(&enqueue.worker, config, None);
    client.ready()?;
    let engine = client.engine().cloned().unwrap_or_default();
    Ok(QueueConfig::new(config, enqueue.results.clone(), engine, enqueue.deliveries))
}

/// Sets the queue configuration. While pages wait, it must not change.
async fn agree(link: &Link, wanted: &QueueConfig) -> Result<(), RelayError> {
    for _ in 0..AGREEMENTS {
        let there = link.last(Part::JobConfig).await?;
        let after = there.as_ref().map_or(0, |stored| stored.sequence);
        let known = there.and_then(|stored| serde_json::from_slice::<QueueConfig>(&stored.body).ok());
        if let Some(known) = known {
            if known == *wanted {
                return Ok(());
            }
            let counts = link.counts().await?;
            let pages = counts.waiting + counts.in_work;
            if known.fingerprint != wanted.fingerprint && pages > 0 {
                let (queue, difference) = (link.queue().to_owned(), wanted.difference(&known));
                return Err(RelayError::OtherOrders { queue, pages, difference });
            }
        }
        if link.send_orders(after, body(wanted)).await? {
            return Ok(());
        }
    }
    Err(RelayError::Refused("other processes are changing it at this moment (try again)".to_owned()))
}

async fn fingerprint(link: &Link) -> Result<String, RelayError> {
    let stored = link.last(Part::JobConfig).await?;
    let queue_config = stored.and_then(|stored| serde_json::from_slice::<QueueConfig>(&stored.body).ok());
    let none = || RelayError::Refused("there is none of this version of denshin (use -o)".to_owned());
    queue_config.map(|queue_config| queue_config.fingerprint).ok_or_else(none)
}

struct Sender<'a, 'w> {
    enqueue: &'a Enqueue<'a>,
    link: &'a Link,
    fingerprint: String,
    watch: &'w mut dyn FnMut(&EnqueueEvent<'_>),
    came: Enqueued,
}

impl Sender<'_, '_> {
    async fn files(&mut self, files: &[Found]) -> Result<(), RelayError> {
        let mut jobs = Vec::new();
        for Found { path, stem } in files {
            match version(path) {
                Ok(version) => jobs.push(self.job(Place::File(path.clone().into()), version, stem)),
                Err(error) => self.unseen(path, error.to_string()),
            }
        }
        self.send(&jobs).await
    }

    async fn objects(&mut self, places: &[Place]) -> Result<(), RelayError> {
        let stores = Stores::new(self.enqueue.store_options.clone());
        let mut found = Vec::new();
        for place in places {
            let Place::Object(url) = place else { continue };
            let (scans, others) = stores.list(url).await?;
            (self.watch)(&EnqueueEvent::Listed { url, scans: scans.len(), others });
            found.extend(scans);
        }
        let mut seen = std::collections::HashSet::new();
        found.retain(|scan| seen.insert(scan.place.to_string()));
        // Names are assigned over all objects, as for files, so that they are unique.
        let below: Vec<PathBuf> = found.iter().map(|scan| scan.below.clone()).collect();
        let mut jobs = Vec::new();
        for (scan, stem) in found.into_iter().zip(stems(&below)) {
            match RelativePath::new(stem) {
                Ok(stem) => jobs.push(self.job(scan.place, scan.version, &stem)),
                Err(fault) => self.unseen(&scan.place.path(), fault.to_string()),
            }
        }
        self.send(&jobs).await
    }

    fn unseen(&mut self, path: &Path, cause: String) {
        (self.watch)(&EnqueueEvent::Unseen { path, cause });
        self.came.unseen += 1;
    }

    fn job(&self, source: Place, version: String, stem: &RelativePath) -> Job {
        Job {
            source,
            version,
            stem: stem.clone(),
            page: 0,
            sha256: None,
            fingerprint: self.fingerprint.clone(),
        }
    }

    fn is_stopped(&mut self) -> bool {
        self.came.is_stopped = self.enqueue.stop.load(Ordering::Relaxed);
        self.came.is_stopped
    }

    async fn send(&mut self, jobs: &[Job]) -> Result<(), RelayError> {
        for some in jobs.chunks(AT_ONCE) {
            if self.is_stopped() || !self.has_room().await? {
                break;
            }
            let (link, again) = (self.link, &self.enqueue.again);
            let sent = some.iter().map(|job| async move {
                let id = again.as_ref().map_or_else(|| job.id(), |again| format!("{}-{again}", job.id()));
                link.send(Part::Pages, &id, body(job)).await
            });
            let mut sent = futures_util::stream::iter(sent).buffer_unordered(ON_THE_WAY);
            while let Some(is_new) = sent.next().await {
                if is_new? { self.came.queued += 1 } else { self.came.known += 1 }
            }
            let sent = self.came.queued + self.came.known;
            (self.watch)(&EnqueueEvent::Sent { sent, total: jobs.len() as u64 });
        }
        Ok(())
    }

    /// Waits until the queue is no longer full; `false` if it was stopped meanwhile.
    async fn has_room(&mut self) -> Result<bool, RelayError> {
        let mut told = false;
        loop {
            let waiting = self.link.counts().await?.waiting;
            if waiting < self.enqueue.most_waiting {
                return Ok(true);
            }
            if !std::mem::replace(&mut told, true) {
                (self.watch)(&EnqueueEvent::Full(waiting));
            }
            tokio::time::sleep(LOOK).await;
            if self.is_stopped() {
                return Ok(false);
            }
        }
    }

    /// Queues pages again that were set aside, with the current queue configuration. A dead letter is removed after
    /// its page is queued. If the process is killed in between, the next attempt sends the same message, which the
    /// server drops.
    async fn dead(&mut self) -> Result<(), RelayError> {
        let (messages, first, last) = self.link.extent(Part::Dead).await?;
        for sequence in first..=last {
            if messages == 0 || self.is_stopped() {
                break;
            }
            let Some(stored) = self.link.message(Part::Dead, sequence).await? else { continue };
            let dead = serde_json::from_slice::<Dead>(&stored.body).ok();
            let Some(job) = dead.and_then(|dead| dead.job) else { continue };
            let job = Job { fingerprint: self.fingerprint.clone(), ..job };
            let id = format!("{}-{sequence}", job.id());
            if self.link.send(Part::Pages, &id, body(&job)).await? {
                self.came.queued += 1;
            } else {
                self.came.known += 1;
            }
            self.link.remove(Part::Dead, sequence).await?;
        }
        Ok(())
    }
}

/// Size and modification time identify a version of a file.
fn version(path: &Path) -> std::io::Result<String> {
    let metadata = std::fs::metadata(path)?;
    let modified = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("{} {}", metadata.len(), modified.as_nanos()))
}
