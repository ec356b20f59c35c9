//! A queue worker: receives pages, has them read, and reports the outcome.

use super::job::{Dead, Done, Job, body, parse_job, repeated};
use super::link::{Delivery, Link, Part, Presence, Taker};
use super::page::{Outcome, PageWorker, config_at, unfinished};
use super::place::Place;
use super::queue_config::QueueConfig;
use super::store::Stores;
use super::worker_channel::{WorkerChannel, worker_channel};
use super::{Connection, RelayError};
use crate::batch::output::{OutputError, remove_beginning};
use crate::batch::protocol::{JobConfig, Reading};
use crate::batch::run::{End, Event};
use crate::batch::worker_process::WorkerOptions;
use crate::error::Stage;
use crate::scan::Passwords;
use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// Consecutive failed requests after which the worker checks whether the queue exists.
const SILENT: u32 = 5;
/// Maximum seconds before a failed page is delivered again.
const LONGEST_PAUSE: u64 = 60;
/// Delay before a page is delivered again that a worker returned for another reason than the page itself.
const GIVEN_BACK: Duration = Duration::from_secs(5);

/// The parameters of a queue worker.
pub struct Work<'a> {
    /// The server and the name of the queue.
    pub connection: &'a Connection,
    /// Folder of Tesseract's models on this machine, if it is not the default.
    pub tessdata: Option<OsString>,
    /// File of the neural network on this machine, if it is not the built-in one.
    pub model: Option<OsString>,
    /// Passwords of PDFs. The queue contains none.
    pub passwords: Passwords,
    /// Configuration of object stores, such as `AWS_ACCESS_KEY_ID`, as keys and values.
    pub store_options: Vec<(String, String)>,
    /// Command and limits of worker processes.
    pub worker: WorkerOptions<'a>,
    /// Number of worker processes, at least 1.
    pub jobs: usize,
    /// Whether to end when no message waits and no worker has a page.
    pub until_empty: bool,
    /// Set by the caller to stop the worker after the pages in flight.
    pub stop: &'a AtomicBool,
}

/// An event of a queue worker.
pub enum WorkEvent<'a> {
    /// The worker is ready to receive pages.
    Ready {
        /// Name of the queue.
        queue: &'a str,
        /// Name and version of its engine.
        engine: &'a str,
        /// The output folder or its URL.
        results: String,
    },
    /// An event of a page.
    Page(Event<'a>),
    /// An object store does not answer; the request is repeated.
    Waits(&'a str),
    /// The connection to the server is lost; the client reconnects.
    Gone,
    /// The connection is restored.
    Back,
    /// A page is finished but not acknowledged. It may be read again, with the same bytes as result.
    Unacknowledged(&'a str),
}

/// The result of a queue worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worked {
    /// Number of pages read.
    pub read: u64,
    /// Number of pages set aside.
    pub dead: u64,
    /// Why the worker ended.
    pub end: End,
}

/// Reads pages of the queue until it is stopped, or until the queue is empty.
///
/// # Errors
/// There is no server or no queue, the configuration of the worker differs from that of the queue, or results cannot be
/// written. Its pages are returned to the queue.
pub fn work_queue(work: &Work<'_>, watch: &mut dyn FnMut(&WorkEvent<'_>)) -> Result<Worked, RelayError> {
    let no_folder = |cause| OutputError::Write { path: "a temporary folder".into(), cause };
    let scratch = tempfile::Builder::new().prefix("denshin-").tempdir().map_err(no_folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| OutputError::Worker(error.to_string()))?;
    let (channels, tasks): (Vec<_>, Vec<_>) = (0..work.jobs.max(1)).map(|_| worker_channel()).unzip();
    std::thread::scope(|scope| {
        for tasks in tasks {
            scope.spawn(|| tasks.work(&work.worker));
        }
        // The threads end when their channels are dropped, at the end of this call.
        runtime.block_on(queue_worker(work, channels, scratch.path(), watch))
    })
}

/// State that all page workers share.
struct QueueWorker<'a, 'w> {
    work: &'a Work<'a>,
    link: Link,
    taker: Taker,
    stores: Stores,
    scratch: &'a Path,
    watch: RefCell<&'w mut dyn FnMut(&WorkEvent<'_>)>,
    queue_config: RefCell<Rc<QueueConfig>>,
    worked: Cell<Worked>,
    /// Reason that no further page can be read.
    broken: RefCell<Option<RelayError>>,
}

async fn queue_worker(
    work: &Work<'_>,
    channels: Vec<WorkerChannel>,
    scratch: &Path,
    watch: &mut dyn FnMut(&WorkEvent<'_>),
) -> Result<Worked, RelayError> {
    let (link, presence) = Link::connect(work.connection).await?;
    let taker = link.taker().await?;
    let queue_config = RefCell::new(Rc::new(queue_config(&link).await?));
    let stores = Stores::new(work.store_options.clone());
    let (watch, worked, broken) = (RefCell::new(watch), Cell::default(), RefCell::default());
    let queue_worker =
        QueueWorker { work, link, taker, stores, scratch, watch, queue_config, worked, broken };
    let workers = channels.iter().enumerate().map(|(number, channel)| queue_worker.serve(number, channel));
    tokio::select! {
        _ = futures_util::future::join_all(workers) => {}
        () = queue_worker.listen(presence) => {}
    }
    queue_worker.link.flush().await;
    queue_worker.end()
}

/// Loads the queue configuration.
async fn queue_config(link: &Link) -> Result<QueueConfig, RelayError> {
    let stored = link.last(Part::JobConfig).await?;
    let config = stored.as_ref().map(|stored| serde_json::from_slice::<QueueConfig>(&stored.body));
    match config {
        Some(Ok(queue_config)) => Ok(queue_config),
        Some(Err(error)) => {
            Err(RelayError::Refused(format!("it was written by another version of denshin ({error})")))
        }
        None => Err(RelayError::Refused("there is none yet (run denshin enqueue)".to_owned())),
    }
}

impl QueueWorker<'_, '_> {
    fn tell(&self, event: &WorkEvent<'_>) {
        (*self.watch.borrow_mut())(event);
    }

    fn is_over(&self) -> bool {
        self.work.stop.load(Ordering::Relaxed) || self.broken.borrow().is_some()
    }

    /// Reports changes of the connection. Never returns.
    async fn listen(&self, mut presence: UnboundedReceiver<Presence>) {
        let mut is_gone = false;
        while let Some(news) = presence.recv().await {
            match news {
                Presence::Gone => self.tell(&WorkEvent::Gone),
                Presence::Back if is_gone => self.tell(&WorkEvent::Back),
                Presence::Back => {}
            }
            is_gone = news == Presence::Gone;
        }
        std::future::pending().await
    }

    fn end(self) -> Result<Worked, RelayError> {
        if let Some(error) = self.broken.into_inner() {
            return Err(error);
        }
        let mut worked = self.worked.get();
        if self.work.stop.load(Ordering::Relaxed) {
            worked.end = End::Stopped;
        } else if let Place::File(folder) = &self.queue_config.borrow().results {
            // The queue is empty, so the temporary files are leftovers of workers that died.
            remove_beginning(Path::new(folder), &unfinished(self.link.queue()));
        }
        Ok(worked)
    }

    /// Receives pages until the worker ends. An error ends all page workers.
    async fn serve(&self, number: usize, channel: &WorkerChannel) {
        if let Err(error) = self.take(number, channel).await {
            self.broken.borrow_mut().get_or_insert(error);
        }
    }

    async fn take(&self, number: usize, channel: &WorkerChannel) -> Result<(), RelayError> {
        let scratch = self.scratch.join(number.to_string());
        let unwritable = |cause| OutputError::Write { path: scratch.clone(), cause };
        std::fs::create_dir_all(&scratch).map_err(unwritable)?;
        let waits = |cause: &str| self.tell(&WorkEvent::Waits(cause));
        let page_worker = PageWorker {
            link: &self.link,
            stores: &self.stores,
            channel,
            stop: self.work.stop,
            scratch: &scratch,
            fetched: None,
            waits: &waits,
        };
        let mut place = ConfiguredPageWorker { queue_worker: self, page_worker, config: None };
        place.prepare().await?;
        if number == 0 {
            let queue_config = self.queue_config.borrow().clone();
            let (queue, engine) = (self.link.queue(), queue_config.engine.as_str());
            self.tell(&WorkEvent::Ready { queue, engine, results: queue_config.results.to_string() });
        }
        let mut silent = 0;
        while !self.is_over() {
            match self.taker.next().await {
                Ok(Some(delivery)) if self.is_over() => delivery.back(Duration::ZERO).await,
                Ok(Some(delivery)) => place.serve(&delivery).await?,
                Ok(None) if self.work.until_empty && self.is_empty().await => break,
                Ok(None) => silent = 0,
                Err(_) => {
                    silent += 1;
                    if silent > SILENT
                        && let Err(error @ RelayError::NoQueue { .. }) = self.link.taker().await
                    {
                        return Err(error);
                    }
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
        Ok(())
    }

    /// Whether no message waits and no worker has a page. A worker with a page may still queue other pages, or die.
    async fn is_empty(&self) -> bool {
        self.link.counts().await.is_ok_and(|counts| counts.waiting + counts.in_work == 0)
    }
}

/// A page worker with its current configuration.
struct ConfiguredPageWorker<'a, 's, 'w> {
    queue_worker: &'a QueueWorker<'s, 'w>,
    page_worker: PageWorker<'a>,
    config: Option<(Rc<QueueConfig>, Arc<JobConfig>)>,
}

impl ConfiguredPageWorker<'_, '_, '_> {
    /// Loads the engine of the queue configuration and checks that this worker gives the results that the queue
    /// expects.
    async fn prepare(&mut self) -> Result<(Rc<QueueConfig>, Arc<JobConfig>), RelayError> {
        let queue_config = self.queue_worker.queue_config.borrow().clone();
        if let Some(ready) =
            self.config.as_ref().filter(|(mine, _)| mine.fingerprint == queue_config.fingerprint)
        {
            return Ok(ready.clone());
        }
        if let Place::File(folder) = &queue_config.results
            && !Path::new(folder).is_dir()
        {
            let cause = "there is no such folder on this machine (mount it, or enqueue with an object store as output: -o URL)";
            return Err(RelayError::Place {
                place: queue_config.results.to_string(),
                cause: cause.to_owned(),
            });
        }
        let Work { tessdata, model, passwords, .. } = self.queue_worker.work;
        let (tessdata, model, passwords) = (tessdata.clone(), model.clone(), passwords.clone());
        let own = JobConfig { tessdata, model, passwords, ..queue_config.config.clone() };
        let config = Arc::new(config_at(
            &queue_config,
            self.page_worker.scratch,
            &own,
            self.queue_worker.link.queue(),
        ));
        let engine = self.page_worker.channel.engine(&config).await?;
        if let Some(refusal) = queue_config.refusal(&engine) {
            return Err(RelayError::Refused(refusal));
        }
        Ok(self.config.insert((queue_config, config)).clone())
    }

    /// Handles a message until it is acknowledged or returned.
    async fn serve(&mut self, delivery: &Delivery) -> Result<(), RelayError> {
        let every = self.queue_worker.taker.ack_wait / 3;
        let served = self.decide(delivery);
        tokio::pin!(served);
        let served = loop {
            tokio::select! {
                served = &mut served => break served,
                () = tokio::time::sleep(every) => delivery.alive().await,
            }
        };
        if served.is_err() {
            delivery.back(GIVEN_BACK).await;
        }
        served
    }

    async fn decide(&mut self, delivery: &Delivery) -> Result<(), RelayError> {
        let mut job = match parse_job(delivery.body()) {
            Ok(job) => job,
            Err(error) => return self.bury(delivery, None, Stage::Worker, &error.to_string()).await,
        };
        if job.fingerprint != self.queue_worker.queue_config.borrow().fingerprint {
            let now = queue_config(&self.queue_worker.link).await?;
            self.queue_worker.queue_config.replace(Rc::new(now));
        }
        let (queue_config, config) = self.prepare().await?;
        if job.fingerprint != queue_config.fingerprint {
            let cause =
                "it was enqueued with another configuration than the queue has now (enqueue it again)";
            return self.bury(delivery, Some(job), Stage::Worker, cause).await;
        }
        if delivery.deliveries > queue_config.deliveries {
            let times = delivery.deliveries - 1;
            let cause = format!(
                "it was delivered {times} times, but no worker finished it (killed, or out of memory)"
            );
            return self.bury(delivery, Some(job), Stage::Worker, &cause).await;
        }
        let attempt = u32::try_from(delivery.deliveries - 1).unwrap_or(u32::MAX);
        match self.page_worker.serve(&mut job, &queue_config, &config, attempt).await {
            Outcome::Done(reading) => self.record(delivery, &job, &reading).await,
            Outcome::Failed { stage, cause } if delivery.deliveries < queue_config.deliveries => {
                let event = Event::Retried { place: job.place(), stage, cause: &cause };
                self.queue_worker.tell(&WorkEvent::Page(event));
                let pause = 1 << delivery.deliveries.min(10);
                delivery.back(Duration::from_secs(LONGEST_PAUSE.min(pause))).await;
                Ok(())
            }
            Outcome::Failed { stage, cause } => self.bury(delivery, Some(job), stage, &cause).await,
            Outcome::Broken(error) => Err(error),
            Outcome::Stopped => {
                delivery.back(GIVEN_BACK).await;
                Ok(())
            }
        }
    }

    /// Records that a page is read, and acknowledges its message.
    async fn record(&self, delivery: &Delivery, job: &Job, reading: &Reading) -> Result<(), RelayError> {
        let done = Done {
            source: job.source.clone(),
            page: job.page.max(1),
            results: reading.results.clone(),
            characters: reading.characters,
            doubtful: reading.doubtful,
            warnings: reading.warnings,
        };
        self.queue_worker.link.send(Part::Done, &job.id(), body(&done)).await?;
        self.finish(delivery, job).await;
        let worked = self.queue_worker.worked.get();
        self.queue_worker.worked.set(Worked { read: worked.read + 1, ..worked });
        self.queue_worker.tell(&WorkEvent::Page(Event::Done { place: job.place(), reading }));
        Ok(())
    }

    /// Sets a page aside with its cause, and acknowledges its message.
    async fn bury(
        &self,
        delivery: &Delivery,
        job: Option<Job>,
        stage: Stage,
        cause: &str,
    ) -> Result<(), RelayError> {
        let message = job.is_none().then(|| repeated(delivery.body()));
        let id = format!("{}-dead", delivery.sequence);
        let place = job.as_ref().map_or_else(|| crate::error::PageRef::file("a message"), Job::place);
        let dead = Dead { job, message, stage, cause: cause.into(), deliveries: delivery.deliveries };
        self.queue_worker.link.send(Part::Dead, &id, body(&dead)).await?;
        if let Err(cause) = delivery.done().await {
            self.queue_worker.tell(&WorkEvent::Unacknowledged(&format!("{place}: {cause}")));
        }
        let worked = self.queue_worker.worked.get();
        self.queue_worker.worked.set(Worked { dead: worked.dead + 1, ..worked });
        self.queue_worker.tell(&WorkEvent::Page(Event::Failed { place, stage, cause }));
        Ok(())
    }

    async fn finish(&self, delivery: &Delivery, job: &Job) {
        if let Err(cause) = delivery.done().await {
            self.queue_worker.tell(&WorkEvent::Unacknowledged(&format!("{}: {cause}", job.place())));
        }
    }
}
