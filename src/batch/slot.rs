//! One place at the press: a thread that holds a worker process, and gives it page after page.

use super::crew::{CrewOptions, Lost, Worker};
use super::database::{Report, Task};
use super::inputs::Found;
use super::output::OutputError;
use super::queue::Queue;
use super::wire::{Assignment, Orders, Reply, Request};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;

/// How often a page is tried.
const ATTEMPTS: u32 = 2;

/// What a slot tells the parent.
pub(super) enum Note {
    /// For the manifest.
    Report { input: usize, report: Report },
    /// A page is tried again.
    Retried { input: usize, page: u32, stage: String, cause: String },
    /// A worker is ended because it has grown.
    Recycled,
    /// Nothing can be written, or no worker be started.
    Broken(OutputError),
}

/// What all slots share.
pub(super) struct Press<'a> {
    pub inputs: &'a [Found],
    pub crew: &'a CrewOptions<'a>,
    pub orders: &'a Orders,
    pub queue: &'a Queue,
    pub stop: &'a AtomicBool,
}

/// A page's failure.
struct Failure {
    stage: String,
    cause: String,
    /// Whether the engine may have come to harm.
    is_engine: bool,
}

pub(super) struct Slot<'a> {
    pub press: &'a Press<'a>,
    pub worker: Option<Worker>,
    pub notes: SyncSender<Note>,
}

/// The parent does not listen any more.
struct Deaf;

impl Slot<'_> {
    /// Works until nothing is left.
    pub(super) fn work(mut self) {
        while let Some(task) = self.press.queue.take(self.press.stop) {
            let heard = self.serve(task);
            self.press.queue.finish();
            if heard.is_err() {
                break;
            }
        }
    }

    fn tell(&self, note: Note) -> Result<(), Deaf> {
        self.notes.send(note).map_err(|_| Deaf)
    }

    fn report(&self, task: &Task, report: Report) -> Result<(), Deaf> {
        self.tell(Note::Report { input: task.input, report })
    }

    /// Has one page read, and says what became of it.
    fn serve(&mut self, mut task: Task) -> Result<(), Deaf> {
        if let Err(error) = self.ready()? {
            return self.tell(Note::Broken(error));
        }
        let Task { file, page, attempt, .. } = task;
        self.report(&task, Report::Started { file, page, attempt })?;
        let failure = match self.attempt(&mut task)? {
            Ok(Reply::Done(reading)) => {
                let reading = Box::new(reading);
                return self.report(&task, Report::Done { file, page: task.page, reading });
            }
            Ok(Reply::Unwritable { path, cause }) => {
                let error = OutputError::Write { path: path.into(), cause: std::io::Error::other(cause) };
                return self.tell(Note::Broken(error));
            }
            Ok(other) => {
                Failure { stage: "worker".into(), cause: format!("answered {other:?}"), is_engine: true }
            }
            Err(failure) => failure,
        };
        if failure.is_engine {
            self.worker = None;
        }
        let Failure { stage, cause, .. } = failure;
        if task.attempt + 1 < ATTEMPTS {
            let (input, page) = (task.input, task.page);
            task.attempt += 1;
            self.press.queue.put_first(std::iter::once(task));
            return self.tell(Note::Retried { input, page, stage, cause });
        }
        self.report(&task, Report::Failed { file, page: task.page, stage, cause })
    }

    /// Sees to it that there is a worker, a fresh one where the last has grown too large.
    fn ready(&mut self) -> Result<Result<(), OutputError>, Deaf> {
        let Press { crew, orders, .. } = self.press;
        if self.worker.as_ref().is_some_and(|worker| worker.has_grown(crew)) {
            self.worker = None;
            self.tell(Note::Recycled)?;
        }
        if self.worker.is_none() {
            match Worker::start(crew, orders) {
                Ok(worker) => self.worker = Some(worker),
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }

    /// Asks the worker for a page. A file whose pages it counts on the way becomes its first page.
    fn attempt(&mut self, task: &mut Task) -> Result<Result<Reply, Failure>, Deaf> {
        let Some(mut worker) = self.worker.take() else { return Err(Deaf) };
        worker.ask(&self.request(task));
        loop {
            match worker.wait(self.press.crew) {
                Ok(Reply::Opened { sha256, pages }) => self.opened(task, sha256, pages.max(1))?,
                Ok(Reply::Failed { stage, cause }) => {
                    let is_engine = stage != "scan";
                    self.worker = Some(worker);
                    return Ok(Err(Failure { stage, cause, is_engine }));
                }
                Ok(reply) => {
                    self.worker = Some(worker);
                    return Ok(Ok(reply));
                }
                Err(Lost(cause)) => {
                    let stage = if task.page == 0 { "scan" } else { "recognize" };
                    return Ok(Err(Failure { stage: stage.to_owned(), cause, is_engine: true }));
                }
            }
        }
    }

    fn request(&self, task: &Task) -> Request {
        let found = &self.press.inputs[task.input];
        let assignment = Assignment {
            path: found.path.clone().into(),
            stem: PathBuf::from(&found.stem).into(),
            page: task.page.max(1),
            sha256: task.sha256.as_deref().unwrap_or_default().to_owned(),
            attempt: task.attempt,
            from_record: task.from_record,
        };
        if task.page == 0 { Request::Open(assignment) } else { Request::Read(assignment) }
    }

    fn opened(&self, task: &mut Task, sha256: String, pages: u32) -> Result<(), Deaf> {
        task.page = 1;
        task.sha256 = Some(Arc::from(sha256.as_str()));
        self.report(task, Report::Opened { file: task.file, sha256, pages })?;
        let others = (2..=pages).map(|page| Task { page, attempt: 0, ..task.clone() });
        self.press.queue.put_first(others);
        Ok(())
    }
}
