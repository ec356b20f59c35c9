//! The run: workers at the press, one thread that alone writes the manifest, and the policy that says when to stop.

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

/// The longest that something stays unrecorded.
const SOON: Duration = Duration::from_millis(200);
/// Most reports of one commit: what a power loss may cost is no more.
const TOGETHER: usize = 32;
/// Seconds after which a run in which nothing happens says that it is alive.
const ALIVE: f64 = 5.0;

/// What to do.
pub struct Batch<'a> {
    /// All files, whatever the shard: names of results hang on all of them.
    pub inputs: &'a [Found],
    /// The file that stands for [`super::STANDARD_INPUT`] among them.
    pub standard_input: Option<&'a Path>,
    /// Where it is written down what became of them.
    pub record: Record,
    /// Which of them are this run's.
    pub shard: Shard,
    /// How pages are read, and where results go.
    pub config: &'a JobConfig,
    /// How workers are started, and what they may take.
    pub worker: WorkerOptions<'a>,
    /// Pages in work at once, at least 1.
    pub jobs: usize,
    /// When to stop.
    pub policy: Policy,
    /// Set from outside to stop: pages in work are finished.
    pub stop: &'a AtomicBool,
}

/// Where it is written down what became of pages, and what that is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Record {
    /// In a database: the next run goes on where this one ended, and reads nothing again that has not changed.
    #[default]
    Database,
    /// In lines of JSON: the next run reads all pages again that it is given.
    Lines,
}

/// What failures mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Policy {
    /// After a page that failed for good.
    pub on_failure: OnFailure,
    /// Share of all pages, 0 to 1, that may fail before the run is stopped; none: all of them.
    pub most_failures: Option<f64>,
    /// Whether pages that an earlier run set aside are tried again.
    pub retry_failed: bool,
}

/// What follows a page that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// The next page.
    #[default]
    Skip,
    /// The end: pages in work are finished.
    Stop,
}

/// What happens, told after it is recorded.
pub enum Event<'a> {
    /// What is to do.
    Planned {
        /// Pages to be read, and files whose pages are not counted.
        tasks: u64,
        /// Pages that are done, or set aside, already.
        finished: u64,
    },
    /// The pages of a file are counted.
    Counted {
        /// The file.
        place: PageRef,
        /// How many it has.
        pages: u32,
    },
    /// A page is done.
    Done {
        /// Which.
        place: PageRef,
        /// What is known of it.
        reading: &'a Reading,
    },
    /// A page failed and is tried again.
    Retried {
        /// Which.
        place: PageRef,
        /// In which stage it failed.
        stage: Stage,
        /// Why.
        cause: &'a str,
    },
    /// A page, or a file, is set aside.
    Failed {
        /// Which.
        place: PageRef,
        /// In which stage it failed.
        stage: Stage,
        /// Why.
        cause: &'a str,
    },
    /// The document of a file is made.
    Made {
        /// The file.
        place: PageRef,
        /// The document, relative to the output folder, with slashes.
        name: &'a str,
    },
    /// The document of a file cannot be made.
    Unmade {
        /// The file.
        place: PageRef,
        /// In which stage.
        stage: Stage,
        /// Why.
        cause: &'a str,
    },
    /// A worker had grown and was replaced.
    Recycled,
    /// Time passes.
    Tick,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Outcome {
    /// Pages read in this run.
    pub read: u64,
    /// Pages, read or kept, that have ink and hardly any text.
    pub little_text: u64,
    /// Pages whose results were there and were kept.
    pub kept: u64,
    /// Pages, or files that cannot be opened, set aside in this run.
    pub failed: u64,
    /// Pages that earlier runs had finished, set aside ones included.
    pub finished_before: u64,
    /// Of these, pages, or files that cannot be opened, that are set aside.
    pub failed_before: u64,
    /// Documents that are there after this run made them, or found them.
    pub made: u64,
    /// Documents that could not be made; the next run tries again.
    pub unmade: u64,
    /// Why it ended.
    pub end: End,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum End {
    /// All pages are done with.
    #[default]
    Finished,
    /// From outside.
    Stopped,
    /// The policy.
    TooManyFailures,
}

/// Reads all pages that are not read yet.
///
/// # Errors
/// Where no worker can be started, or results or manifest cannot be written: what was finished stays, and the next run
/// goes on from there.
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
        // Slots that still have something to say find nobody, and leave.
        stop.store(true, Ordering::Relaxed);
        drop(notes);
        recorded
    })?;
    recorder.end(queue.is_empty())
}

/// The tasks of a run, and its ledger.
struct Plan<'a> {
    ledger: Box<dyn Ledger + 'a>,
    planned: Planned,
    /// Inputs whose results have the names of another file's, and that file.
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

/// The files whose results the user wants to be left alone, by the paths of their results.
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
    /// Pages and files known.
    total: u64,
    outcome: Outcome,
    touched: f64,
}

impl Recorder<'_> {
    fn now(&self) -> f64 {
        (self.batch.worker.now)()
    }

    /// Records what slots say until none is left.
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
            // That a page was begun is recorded with the next that ends: a commit of its own would cost as much.
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
