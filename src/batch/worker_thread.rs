//! A worker thread: it sends tasks of the queue to one worker process.

use super::inputs::{Found, STANDARD_INPUT};
use super::ledger::Report;
use super::output::OutputError;
use super::protocol::{Assignment, Reading, Request};
use super::queue::{Part, Queue, Task};
use super::worker_client::{Unread, WorkerClient};
use super::worker_process::Worker;
use crate::error::Stage;
use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex};

/// Attempts per page, if another attempt may succeed.
const ATTEMPTS: u32 = 2;

/// A message of a worker thread to the recording thread.
pub(super) enum Note {
    /// A report for the manifest.
    Report { input: usize, report: Report },
    /// A page is tried again.
    Retried { input: usize, page: u32, stage: Stage, cause: String },
    /// A worker process was replaced because its memory had grown.
    Recycled,
    /// Nothing can be written, or no worker process can be started.
    Broken(OutputError),
}

/// State that all worker threads share.
pub(super) struct WorkerQueue<'a> {
    pub inputs: &'a [Found],
    /// The file with the contents of standard input.
    pub standard_input: Option<&'a Path>,
    /// Inputs, by index, whose results have the names of results of another file, and the path of that file.
    pub elsewhere: HashMap<usize, String>,
    /// Whether a document of each file is written.
    pub has_documents: bool,
    pub queue: &'a Queue,
    /// The worker process that was started in advance, until a thread takes it.
    pub spare: Mutex<Option<Worker>>,
    pub stop: &'a AtomicBool,
}

pub(super) struct WorkerThread<'a> {
    pub shared: &'a WorkerQueue<'a>,
    pub client: WorkerClient<'a>,
    pub notes: SyncSender<Note>,
}

/// The recording thread has ended.
struct ParentGone;

impl WorkerThread<'_> {
    /// Serves tasks until the queue is empty or stopped.
    pub(super) fn work(mut self) {
        let WorkerQueue { queue, stop, has_documents, .. } = *self.shared;
        while let Some(mut task) = queue.take(stop) {
            let heard = self.serve(&mut task);
            let is_last = queue.finish(&task);
            if heard.is_err() {
                break;
            }
            // A file that cannot be opened has no pages for a document.
            if is_last && has_documents && matches!(task.part, Part::Page(_)) {
                queue.put_first(std::iter::once(Task { part: Part::Document, attempt: 0, ..task }));
            }
        }
    }

    fn tell(&self, note: Note) -> Result<(), ParentGone> {
        self.notes.send(note).map_err(|_| ParentGone)
    }

    fn report(&self, task: &Task, report: Report) -> Result<(), ParentGone> {
        self.tell(Note::Report { input: task.input, report })
    }

    /// Serves a task and reports its outcome.
    fn serve(&mut self, task: &mut Task) -> Result<(), ParentGone> {
        self.client.take(&self.shared.spare);
        match self.client.ready() {
            Ok(true) => self.tell(Note::Recycled)?,
            Ok(false) => {}
            Err(error) => return self.tell(Note::Broken(error)),
        }
        let (file, attempt) = (task.file, task.attempt);
        let is_document = task.part == Part::Document;
        if !is_document {
            self.report(task, Report::Started { file, page: task.number(), attempt })?;
        }
        let (stage, cause, is_final) = match self.attempt(task)? {
            Ok(reading) if is_document => {
                let name = reading.results.into_iter().next().unwrap_or_default();
                return self.report(task, Report::Made { file, name });
            }
            Ok(reading) => {
                let reading = Box::new(reading);
                return self.report(task, Report::Done { file, page: task.number(), reading });
            }
            Err(Unread::Output(error)) => return self.tell(Note::Broken(error)),
            Err(Unread::Page { stage, cause, is_final }) => (stage, cause, is_final),
        };
        if !is_final && attempt + 1 < ATTEMPTS {
            let (input, page) = (task.input, task.number());
            self.shared.queue.put_first(std::iter::once(Task { attempt: attempt + 1, ..task.clone() }));
            return self.tell(Note::Retried { input, page, stage, cause });
        }
        if is_document {
            return self.report(task, Report::Unmade { file, stage, cause });
        }
        self.report(task, Report::Failed { file, page: task.number(), stage, cause })
    }

    /// Sends a task to the worker process. The task of a file whose pages are counted becomes that of its first page.
    fn attempt(&mut self, task: &mut Task) -> Result<Result<Reading, Unread>, ParentGone> {
        let request = self.request(task);
        let mut heard = Ok(());
        let (shared, notes) = (self.shared, &self.notes);
        let answer = self.client.ask(&request, &mut |sha256, pages| {
            heard = opened(shared, notes, task, sha256, pages);
        });
        heard.map(|()| answer)
    }

    fn request(&self, task: &Task) -> Request {
        let found = &self.shared.inputs[task.input];
        let spooled = self.shared.standard_input.filter(|_| found.path == Path::new(STANDARD_INPUT));
        let assignment = Assignment {
            path: spooled.unwrap_or(&found.path).into(),
            stem: found.stem.clone(),
            page: task.number().max(1),
            sha256: task.sha256.as_deref().unwrap_or_default().to_owned(),
            attempt: task.attempt,
            from_record: task.from_record,
            shown: spooled.map(|_| STANDARD_INPUT.to_owned()),
            elsewhere: self.shared.elsewhere.get(&task.input).cloned(),
        };
        match task.part {
            Part::Uncounted => Request::Open(assignment),
            Part::Page(_) => Request::Read(assignment),
            Part::Document => Request::Document(assignment),
        }
    }
}

/// Records the number of pages of a file and queues its other pages in front of all other tasks.
fn opened(
    shared: &WorkerQueue<'_>,
    notes: &SyncSender<Note>,
    task: &mut Task,
    sha256: String,
    pages: u32,
) -> Result<(), ParentGone> {
    task.part = Part::Page(1);
    task.sha256 = Some(Arc::from(sha256.as_str()));
    let report = Report::Opened { file: task.file, sha256, pages };
    notes.send(Note::Report { input: task.input, report }).map_err(|_| ParentGone)?;
    let others = (2..=pages).map(|page| Task { part: Part::Page(page), attempt: 0, ..task.clone() });
    shared.queue.put_first(others);
    Ok(())
}
