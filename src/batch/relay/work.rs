//! A worker of the queue: takes pages, has them read, and says what became of them.

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

/// How often in a row a queue may fail to answer before its worker asks whether it is there at all.
const SILENT: u32 = 5;
/// The longest that a page which failed waits for its next worker.
const LONGEST_PAUSE: u64 = 60;
/// How long pages wait that a worker had to give back, although it was not their fault.
const GIVEN_BACK: Duration = Duration::from_secs(5);

/// What a worker is to do.
pub struct Work<'a> {
    /// Where the queue is.
    pub connection: &'a Connection,
    /// Folder of Tesseract's models on this machine, where it is not the usual one.
    pub tessdata: Option<OsString>,
    /// File of the network on this machine, where it is not the one that is built in.
    pub model: Option<OsString>,
    /// Passwords of PDFs: none stand in a queue.
    pub passwords: Passwords,
    /// Keys of object stores: `AWS_ACCESS_KEY_ID` and its like, with their values.
    pub store_options: Vec<(String, String)>,
    /// How worker processes are started, and what they may take.
    pub worker: WorkerOptions<'a>,
    /// Pages in work at once, at least 1.
    pub jobs: usize,
    /// Whether to end when nothing waits and no worker has anything in work.
    pub until_empty: bool,
    /// Set from outside to stop: pages in work are finished.
    pub stop: &'a AtomicBool,
}

/// What happens to a worker.
pub enum WorkEvent<'a> {
    /// It is about to take pages.
    Ready {
        /// Name of the queue.
        queue: &'a str,
        /// What it reads with.
        engine: &'a str,
        /// Where results go.
        results: String,
    },
    /// What became of a page.
    Page(Event<'a>),
    /// A store does not answer, and is asked again.
    Waits(&'a str),
    /// The server went away, and is looked for.
    Gone,
    /// The server is there again.
    Back,
    /// A page is read, but the server does not know: it will be read once more, with the same bytes.
    Unacknowledged(&'a str),
}

/// What a worker did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Worked {
    /// Pages read.
    pub read: u64,
    /// Pages set aside.
    pub dead: u64,
    /// Why it ended.
    pub end: End,
}

/// Works until it is stopped, or until the queue is empty.
///
/// # Errors
/// Where there is no server or no queue, where this worker would read otherwise than the queue asks, or where results
/// cannot be written: pages that it has go back to the queue.
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
        // Threads end when their desks are dropped, which is when this is over.
        runtime.block_on(queue_worker(work, channels, scratch.path(), watch))
    })
}

/// What all tables share.
struct QueueWorker<'a, 'w> {
    work: &'a Work<'a>,
    link: Link,
    taker: Taker,
    stores: Stores,
    scratch: &'a Path,
    watch: RefCell<&'w mut dyn FnMut(&WorkEvent<'_>)>,
    queue_config: RefCell<Rc<QueueConfig>>,
    worked: Cell<Worked>,
    /// Why no page can be read any more.
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

/// The orders of the queue.
async fn queue_config(link: &Link) -> Result<QueueConfig, RelayError> {
    let stored = link.last(Part::JobConfig).await?;
    let config = stored.as_ref().map(|stored| serde_json::from_slice::<QueueConfig>(&stored.body));
    match config {
        Some(Ok(queue_config)) => Ok(queue_config),
        Some(Err(error)) => {
            Err(RelayError::Refused(format!("its orders are of another version of denshin ({error})")))
        }
        None => Err(RelayError::Refused("it has no orders yet (enqueue something)".to_owned())),
    }
}

impl QueueWorker<'_, '_> {
    fn tell(&self, event: &WorkEvent<'_>) {
        (*self.watch.borrow_mut())(event);
    }

    fn is_over(&self) -> bool {
        self.work.stop.load(Ordering::Relaxed) || self.broken.borrow().is_some()
    }

    /// Tells of the server's absence. Never ends.
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
            // The queue is empty, so nobody writes: what is unfinished was left by workers that died.
            remove_beginning(Path::new(folder), &unfinished(self.link.queue()));
        }
        Ok(worked)
    }

    /// Takes pages until there is a reason to stop.
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

    /// Whether nothing waits, and nobody has anything in work: who has might queue pages of a file, or die.
    async fn is_empty(&self) -> bool {
        self.link.counts().await.is_ok_and(|counts| counts.waiting + counts.in_work == 0)
    }
}

/// One place at which pages are read, with the orders it reads by.
struct ConfiguredPageWorker<'a, 's, 'w> {
    queue_worker: &'a QueueWorker<'s, 'w>,
    page_worker: PageWorker<'a>,
    config: Option<(Rc<QueueConfig>, Arc<JobConfig>)>,
}

impl ConfiguredPageWorker<'_, '_, '_> {
    /// Opens the engine that the queue's orders ask for, and sees that it reads as they want.
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
            let cause = "is no folder on this machine (mount it, or enqueue with an object store after -o)";
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

    /// Sees to it that a message is done with, or given back.
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
            let cause = "it was enqueued under other orders than the queue has now (enqueue it again)";
            return self.bury(delivery, Some(job), Stage::Worker, cause).await;
        }
        if delivery.deliveries > queue_config.deliveries {
            let times = delivery.deliveries - 1;
            let cause =
                format!("it was given out {times} times, and no worker came back (killed, or out of memory)");
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

    /// Says that a page is read, and takes it off the queue.
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

    /// Sets a page aside, with its reason, and takes it off the queue.
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
