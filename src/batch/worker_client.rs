//! One page at a time, read in a worker process: a fresh one where the last has crashed, hung, or grown too large.

use super::output::OutputError;
use super::protocol::{JobConfig, Reading, Reply, Request};
use super::worker_process::{Lost, Worker, WorkerOptions};
use crate::error::Stage;
use crate::provenance::Model;
use std::sync::{Mutex, PoisonError};

/// Why a page was not read.
pub(super) enum Unread {
    /// The page, or its file, failed.
    Page {
        stage: Stage,
        cause: String,
        /// Whether another attempt would end the same way.
        is_final: bool,
    },
    /// Nothing can be written any more.
    Output(OutputError),
}

/// Holds a worker process.
pub(super) struct WorkerClient<'a> {
    options: &'a WorkerOptions<'a>,
    config: &'a JobConfig,
    worker: Option<Worker>,
}

impl<'a> WorkerClient<'a> {
    pub(super) fn new(options: &'a WorkerOptions<'a>, config: &'a JobConfig, worker: Option<Worker>) -> Self {
        Self { options, config, worker }
    }

    /// Takes a worker that was started already, where it has none.
    pub(super) fn take(&mut self, spare: &Mutex<Option<Worker>>) {
        if self.worker.is_none() {
            self.worker = spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// Sees to it that there is a worker; says whether one was ended because it had grown.
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

    /// Name, version and models of its engine, once it is ready.
    pub(super) fn engine(&self) -> Option<&(String, Vec<Model>)> {
        self.worker.as_ref().map(|worker| &worker.engine)
    }

    /// Asks for a page or a document, and tells `opened` of a file whose pages are counted on the way: its SHA-256, and
    /// their number.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        opened: &mut dyn FnMut(String, u32),
    ) -> Result<Reading, Unread> {
        let failed = |stage, cause, is_final| Err(Unread::Page { stage, cause, is_final });
        let Some(mut worker) = self.worker.take() else {
            return failed(Stage::Worker, "was not started".into(), false);
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
                // A scan that cannot be decoded, or a result that must not be written, leaves the engine unharmed.
                Ok(Reply::Failed { stage, cause }) if matches!(stage, Stage::Scan | Stage::Write) => {
                    self.worker = Some(worker);
                    return failed(stage, cause, true);
                }
                Ok(Reply::Failed { stage, cause }) => return failed(stage, cause, false),
                Ok(other) => return failed(Stage::Worker, format!("answered {other:?}"), false),
                Err(Lost { cause, is_final }) => return failed(stage, cause, is_final),
            }
        }
    }
}
