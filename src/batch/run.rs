//! A run: threads that serve worker processes, one thread that writes the manifest, and the failure policy.

use super::database::{Database, Planned, Wanted};
use super::fingerprint;
use super::inputs::Found;
use super::ledger::{Ledger, Report};
use super::manifest::Manifest;
use super::output::{self, OutputError};
use super::protocol::{Existing, JobConfig, Reading};
use super::queue::{Part, Queue, Task};
use super::shard::Shard;
use super::worker_client::WorkerClient;
use super::worker_process::{Worker, WorkerOptions};
use super::worker_thread::{Note, WorkerQueue, WorkerThread};
use crate::error::{PageRef, Stage};
use crate::provenance::Model;
use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};
use std::time::Duration;

/// Maximum delay before a state change is recorded.
const SOON: Duration = Duration::from_millis(200);
/// Maximum number of reports per commit. It bounds the loss in a power failure.
const TOGETHER: usize = 32;
/// Seconds without a report after which the manifest is touched, as a sign that the run is alive.
const ALIVE: f64 = 5.0;

/// The parameters of a run.
pub struct Batch<'a> {
    /// All input files, regardless of the shard: the names of results depend on all of them.
    pub inputs: &'a [Found],
    /// The file with the contents of standard input, if [`super::STANDARD_INPUT`] is among the inputs.
    pub standard_input: Option<&'a Path>,
    /// Kind of manifest.
    pub record: Record,
    /// The shard of the inputs that this run reads.
    pub shard: Shard,
    /// The job configuration.
    pub config: &'a JobConfig,
    /// Command and limits of worker processes.
    pub worker: WorkerOptions<'a>,
    /// Number of worker processes, at least 1.
    pub jobs: usize,
    /// The failure policy.
    pub policy: Policy,
    /// Set by the caller to stop the run after the pages in flight.
    pub stop: &'a AtomicBool,
}

/// Kind of manifest, which also decides whether a run can be resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Record {
    /// SQLite: the next run resumes and reads only pages that are new or changed.
    #[default]
    Database,
    /// JSON Lines: the next run reads all its inputs again.
    Lines,
}

/// The failure policy.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Policy {
    /// Reaction to a page that is set aside.
    pub on_failure: OnFailure,
    /// Share of all pages, 0 to 1, that may fail before the run is stopped; `None` for no limit.
    pub most_failures: Option<f64>,
    /// Whether pages that an earlier run set aside are tried again.
    pub retry_failed: bool,
}

/// Reaction to a page that is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// Continue with the next page.
    #[default]
    Skip,
    /// Stop after the pages in flight.
    Stop,
}

/// An event of a run, reported after it is recorded.
pub enum Event<'a> {
    /// The run is planned.
    Planned {
        /// Number of pages to read; a file whose pages are not counted counts as one.
        tasks: u64,
        /// Number of pages that are already done or set aside.
        finished: u64,
    },
    /// The pages of a file are counted.
    Counted {
        /// The file.
        place: PageRef,
        /// Number of pages.
        pages: u32,
    },
    /// A page is done.
    Done {
        /// The page.
        place: PageRef,
        /// Its measures.
        reading: &'a Reading,
    },
    /// A page failed and will be tried again.
    Retried {
        /// The page.
        place: PageRef,
        /// The stage that failed.
        stage: Stage,
        /// The cause.
        cause: &'a str,
    },
    /// A page or a file is set aside.
    Failed {
        /// The page or file.
        place: PageRef,
        /// The stage that failed.
        stage: Stage,
        /// The cause.
        cause: &'a str,
    },
    /// The document of a file is written.
    Made {
        /// The file.
        place: PageRef,
        /// Path of the document relative to the output folder, with slashes.
        name: &'a str,
    },
    /// The document of a file cannot be written.
    Unmade {
        /// The file.
        place: PageRef,
        /// The stage that failed.
        stage: Stage,
        /// The cause.
        cause: &'a str,
    },
    /// A worker process was replaced because its memory had grown.
    Recycled,
    /// A regular wake-up, also without news.
    Tick,
}

/// The result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Pages read in this run.
    pub read: u64,
    /// Pages, read or kept, that have ink but hardly any text.
    pub little_text: u64,
    /// Pages whose existing results were kept.
    pub kept: u64,
    /// Pages, and files that cannot be opened, that were set aside in this run.
    pub failed: u64,
    /// Pages that earlier runs finished, including those set aside.
    pub finished_before: u64,
    /// Number of these that are set aside.
    pub failed_before: u64,
    /// Documents that were written, or existed and were kept.
    pub made: u64,
    /// Documents that could not be written; the next run tries again.
    pub unmade: u64,
    /// Why the run ended.
    pub end: End,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// All pages are finished.
    #[default]
    Finished,
    /// The caller set [`Batch::stop`].
    Stopped,
    /// The failure policy stopped the run.
    TooManyFailures,
}

/// Reads all pages that are not finished.
///
/// # Errors
/// No worker process can be started, or results or the manifest cannot be written. Finished pages are kept, and the
/// next run resumes.
pub fn run(batch: &Batch<'_>, watch: &mut dyn FnMut(&Event<'_>)) -> Result<Outcome, OutputError> {
    let unfinished = format!(".part{}-", batch.shard.tag());
    let config = JobConfig { unfinished, ..batch.config.clone() };
    let first = Worker::start(&batch.worker, &config)?;
    let output = Path::new(&config.output);
    std::fs::create_dir_all(output)
        .map_err(|cause| OutputError::Folder { path: output.to_owned(), cause })?;
    let Plan { ledger, planned, elsewhere } = match batch.record {
        Record::Database => plan_in_database(batch, &config, &first.engine)?,
        Record::Lines => plan_in_lines(batch, &config)?,
    };
    let Planned { tasks, finished, set_aside } = planned;
    let to_read = tasks.iter().filter(|task| task.part != Part::Document).count() as u64;
    let total = to_read + finished;
    watch(&Event::Planned { tasks: to_read, finished });
    let queue = Queue::new(tasks);
    let stop = AtomicBool::new(false);
    let (spare, standard_input) = (Mutex::new(Some(first)), batch.standard_input);
    let inputs = batch.inputs;
    let shared = WorkerQueue {
        inputs,
        standard_input,
        elsewhere,
        has_documents: config.pdf,
        queue: &queue,
        spare,
        stop: &stop,
    };
    let outcome = Outcome { finished_before: finished, failed_before: set_aside, ..Outcome::default() };
    let mut recorder = Recorder { batch, ledger, stop: &stop, watch, total, outcome, touched: 0.0 };
    std::thread::scope(|scope| {
        let (sender, notes) = sync_channel(batch.jobs);
        for _ in 0..batch.jobs.max(1) {
            let client = WorkerClient::new(&batch.worker, &config, None);
            let thread = WorkerThread { shared: &shared, client, notes: sender.clone() };
            scope.spawn(|| thread.work());
        }
        drop(sender);
        let recorded = recorder.listen(&notes);
        // Threads that still send notes get an error and end.
        stop.store(true, Ordering::Relaxed);
        drop(notes);
        recorded
    })?;
    recorder.end(queue.is_empty())
}

/// The tasks of a run and its ledger.
struct Plan<'a> {
    ledger: Box<dyn Ledger + 'a>,
    planned: Planned,
    /// Inputs, by index, whose results have the names of results of another file, and the path of that file.
    elsewhere: HashMap<usize, String>,
}

fn plan_in_database<'a>(
    batch: &Batch<'_>,
    config: &JobConfig,
    engine: &(String, Vec<Model>),
) -> Result<Plan<'a>, OutputError> {
    let (output, formats) = (Path::new(&config.output), &config.formats);
    let fingerprint = fingerprint::of(config, engine);
    let mut database = Database::open(output, batch.shard, &config.unfinished)?;
    database.begin((batch.worker.now)(), &fingerprint, formats)?;
    let mine = batch.inputs.iter().enumerate().filter(|(index, _)| batch.shard.holds(*index));
    let mine: Vec<(usize, &Found)> = mine.collect();
    let (retry_failed, untouchable) = (batch.policy.retry_failed, untouchable(config));
    let wanted = Wanted {
        output,
        fingerprint: &fingerprint,
        formats,
        pdf: config.pdf,
        retry_failed,
        untouchable: &untouchable,
    };
    let planned = database.plan(&mine, &wanted)?;
    Ok(Plan { ledger: Box::new(database), planned, elsewhere: HashMap::new() })
}

fn plan_in_lines<'a>(batch: &Batch<'a>, config: &JobConfig) -> Result<Plan<'a>, OutputError> {
    let manifest = Manifest::open(Path::new(&config.output), batch.inputs, &config.unfinished)?;
    let untouchable = untouchable(config);
    if let Some(there) = batch.inputs.iter().find(|found| untouchable.contains(&*found.stem)) {
        return Err(OutputError::There(there.stem.to_path_buf()));
    }
    let elsewhere = manifest.elsewhere();
    let tasks = (0..batch.inputs.len()).map(|input| Task::of_file(input, input as i64)).collect();
    Ok(Plan { ledger: Box::new(manifest), planned: Planned { tasks, ..Planned::default() }, elsewhere })
}

/// The stems of files whose results must not be replaced.
fn untouchable(config: &JobConfig) -> HashSet<PathBuf> {
    match config.existing {
        Existing::Abort => output::stems_there(Path::new(&config.output)),
        _ => HashSet::new(),
    }
}

struct Recorder<'a> {
    batch: &'a Batch<'a>,
    ledger: Box<dyn Ledger + 'a>,
    stop: &'a AtomicBool,
    watch: &'a mut dyn FnMut(&Event<'_>),
    /// Number of known pages; a file whose pages are not counted counts as one.
    total: u64,
    outcome: Outcome,
    touched: f64,
}

impl Recorder<'_> {
    fn now(&self) -> f64 {
        (self.batch.worker.now)()
    }

    /// Records the notes of the worker threads until all threads have ended.
    fn listen(&mut self, notes: &Receiver<Note>) -> Result<(), OutputError> {
        let mut held: Vec<Note> = Vec::new();
        loop {
            let next = notes.recv_timeout(SOON);
            let (mut is_late, is_over) = (false, matches!(next, Err(RecvTimeoutError::Disconnected)));
            match next {
                Ok(note) => held.push(note),
                Err(_) => is_late = true,
            }
            while held.len() < TOGETHER {
                match notes.try_recv() {
                    Ok(note) => held.push(note),
                    Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
                }
            }
            // The start of a page is recorded together with a later report, since a commit of its own would cost as
            // much.
            let is_begun = |note: &Note| matches!(note, Note::Report { report: Report::Started { .. }, .. });
            if is_late || !held.iter().all(is_begun) || held.len() >= TOGETHER {
                self.record(std::mem::take(&mut held))?;
            }
            if self.batch.stop.load(Ordering::Relaxed) {
                self.stop.store(true, Ordering::Relaxed);
            }
            if is_over {
                return Ok(());
            }
            (self.watch)(&Event::Tick);
        }
    }

    fn record(&mut self, notes: Vec<Note>) -> Result<(), OutputError> {
        let (mut inputs, mut reports, mut broken) = (Vec::new(), Vec::new(), None);
        for note in notes {
            match note {
                Note::Report { input, report } => {
                    inputs.push(input);
                    reports.push(report);
                }
                Note::Retried { input, page, stage, cause } => {
                    let place = self.place(input, page);
                    (self.watch)(&Event::Retried { place, stage, cause: &cause });
                }
                Note::Recycled => (self.watch)(&Event::Recycled),
                Note::Broken(error) => broken = Some(error),
            }
        }
        let now = self.now();
        if !reports.is_empty() || now - self.touched > ALIVE {
            self.ledger.record(&reports, now)?;
            self.touched = now;
        }
        inputs.iter().zip(&reports).for_each(|(input, report)| self.tell(*input, report));
        broken.map_or(Ok(()), |error| {
            let _ = self.ledger.end(now, "broken");
            Err(error)
        })
    }

    fn place(&self, input: usize, page: u32) -> PageRef {
        let path = &self.batch.inputs[input].path;
        if page == 0 { PageRef::file(path) } else { PageRef::page(path, page) }
    }

    fn tell(&mut self, input: usize, report: &Report) {
        match report {
            Report::Started { .. } => {}
            Report::Opened { pages, .. } => {
                self.total += u64::from(pages.saturating_sub(1));
                let place = self.place(input, 0);
                (self.watch)(&Event::Counted { place, pages: *pages });
            }
            Report::Done { page, reading, .. } => {
                self.outcome.little_text += u64::from(reading.little_text);
                if reading.kept {
                    self.outcome.kept += 1;
                } else {
                    self.outcome.read += 1;
                }
                let place = self.place(input, *page);
                (self.watch)(&Event::Done { place, reading });
            }
            Report::Made { name, .. } => {
                self.outcome.made += 1;
                let place = self.place(input, 0);
                (self.watch)(&Event::Made { place, name });
            }
            Report::Unmade { stage, cause, .. } => {
                self.outcome.unmade += 1;
                let place = self.place(input, 0);
                (self.watch)(&Event::Unmade { place, stage: *stage, cause });
            }
            Report::Failed { page, stage, cause, .. } => {
                self.outcome.failed += 1;
                let place = self.place(input, *page);
                (self.watch)(&Event::Failed { place, stage: *stage, cause });
                let most = self.batch.policy.most_failures.map(|share| share * self.total as f64);
                let is_too_many = most.is_some_and(|most| self.outcome.failed as f64 > most);
                if is_too_many || self.batch.policy.on_failure == OnFailure::Stop {
                    self.outcome.end = End::TooManyFailures;
                    self.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    fn end(mut self, is_empty: bool) -> Result<Outcome, OutputError> {
        if self.outcome.end == End::Finished && !is_empty {
            self.outcome.end = End::Stopped;
        }
        let how = match self.outcome.end {
            End::Finished => "finished",
            End::Stopped => "stopped",
            End::TooManyFailures => "too-many-failures",
        };
        let now = self.now();
        self.ledger.end(now, how)?;
        Ok(self.outcome)
    }
}
