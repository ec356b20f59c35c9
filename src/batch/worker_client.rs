//! Sends pages to a worker process, one at a time. A process that crashed, hung or grew too large is replaced.

use super::output::OutputError;
use super::protocol::{JobConfig, Reading, Reply, Request};
use super::worker_process::{Lost, Worker, WorkerOptions};
use crate::error::Stage;
use crate::provenance::Model;
use std::sync::{Mutex, PoisonError};

/// Reason that a page was not read.
pub(super) enum Unread {
    /// The page or its file failed.
    Page {
        stage: Stage,
        cause: String,
        /// Whether another attempt would fail in the same way.
        is_final: bool,
    },
    /// No result can be written.
    Output(OutputError),
}

/// The client of a worker process.
pub(super) struct WorkerClient<'a> {
    options: &'a WorkerOptions<'a>,
    config: &'a JobConfig,
    worker: Option<Worker>,
}

impl<'a> WorkerClient<'a> {
    pub(super) fn new(options: &'a WorkerOptions<'a>, config: &'a JobConfig, worker: Option<Worker>) -> Self {
        Self { options, config, worker }
    }

    /// Takes the worker process that was started in advance, unless this client has one.
    pub(super) fn take(&mut self, spare: &Mutex<Option<Worker>>) {
        if self.worker.is_none() {
            self.worker = spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// Starts a worker process if there is none. Returns whether one was replaced because its memory had grown.
    pub(super) fn ready(&mut self) -> Result<bool, OutputError> {
        let has_grown = self.worker.as_ref().is_some_and(|worker| worker.has_grown(self.options));
        if has_grown {
            self.worker = None;
        }
        if self.worker.is_none() {
            self.worker = Some(Worker::start(self.options, self.config)?);
        }
        Ok(has_grown)
    }

    /// Name, version and models of the engine, once it is loaded.
    pub(super) fn engine(&self) -> Option<&(String, Vec<Model>)> {
        self.worker.as_ref().map(|worker| &worker.engine)
    }

    /// Sends a request for a page or a document. If the pages of the file are counted on the way, `opened` receives
    /// the SHA-256 and the number of pages.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        opened: &mut dyn FnMut(String, u32),
    ) -> Result<Reading, Unread> {
        let failed = |stage, cause, is_final| Err(Unread::Page { stage, cause, is_final });
        let Some(mut worker) = self.worker.take() else {
            return failed(Stage::Worker, "the worker process was not started".into(), false);
        };
        let end_of_page = || (self.options.steady)() + self.options.page_seconds;
        let mut until = end_of_page();
        worker.ask(request);
        let mut stage = Stage::Scan;
        loop {
            match worker.wait(self.options, until) {
                Ok(Reply::Opened { sha256, pages }) => opened(sha256, pages.max(1)),
                Ok(Reply::Decoded) => stage = Stage::Recognize,
                Ok(Reply::Added) => until = end_of_page(),
                Ok(Reply::Done(reading)) => {
                    self.worker = Some(worker);
                    return Ok(reading);
                }
                Ok(Reply::Unwritable { path, cause }) => {
                    let cause = std::io::Error::other(cause);
                    return Err(Unread::Output(OutputError::Write { path: path.into(), cause }));
                }
                // A scan that cannot be decoded or a result that cannot be written does not affect the engine.
                Ok(Reply::Failed { stage, cause }) if matches!(stage, Stage::Scan | Stage::Write) => {
                    self.worker = Some(worker);
                    return failed(stage, cause, true);
                }
                Ok(Reply::Failed { stage, cause }) => return failed(stage, cause, false),
                Ok(other) => return failed(Stage::Worker, format!("unexpected reply {other:?}"), false),
                Err(Lost { cause, is_final }) => return failed(stage, cause, is_final),
            }
        }
    }
}
