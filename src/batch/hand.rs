//! One page at a time, read in a worker process: a fresh one where the last has crashed, hung, or grown too large.

use super::crew::{CrewOptions, Lost, Worker};
use super::output::OutputError;
use super::wire::{Orders, Reading, Reply, Request};
use crate::provenance::Model;
use std::sync::{Mutex, PoisonError};

/// Why a page was not read.
pub(super) enum Unread {
    /// The page, or its file, failed.
    Page {
        stage: String,
        cause: String,
        /// Whether another attempt would end the same way.
        is_final: bool,
    },
    /// Nothing can be written any more.
    Output(OutputError),
}

/// Holds a worker process.
pub(super) struct Hand<'a> {
    crew: &'a CrewOptions<'a>,
    orders: &'a Orders,
    worker: Option<Worker>,
}

impl<'a> Hand<'a> {
    pub(super) fn new(crew: &'a CrewOptions<'a>, orders: &'a Orders, worker: Option<Worker>) -> Self {
        Self { crew, orders, worker }
    }

    /// Takes a worker that was started already, where it has none.
    pub(super) fn take(&mut self, spare: &Mutex<Option<Worker>>) {
        if self.worker.is_none() {
            self.worker = spare.lock().unwrap_or_else(PoisonError::into_inner).take();
        }
    }

    /// Sees to it that there is a worker; says whether one was ended because it had grown.
    pub(super) fn ready(&mut self) -> Result<bool, OutputError> {
        let has_grown = self.worker.as_ref().is_some_and(|worker| worker.has_grown(self.crew));
        if has_grown {
            self.worker = None;
        }
        if self.worker.is_none() {
            self.worker = Some(Worker::start(self.crew, self.orders)?);
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
        let failed =
            |stage: &str, cause, is_final| Err(Unread::Page { stage: stage.to_owned(), cause, is_final });
        let Some(mut worker) = self.worker.take() else {
            return failed("worker", "was not started".into(), false);
        };
        let end_of_page = || (self.crew.steady)() + self.crew.page_seconds;
        let mut until = end_of_page();
        worker.ask(request);
        let mut stage = "scan";
        loop {
            match worker.wait(self.crew, until) {
                Ok(Reply::Opened { sha256, pages }) => opened(sha256, pages.max(1)),
                Ok(Reply::Decoded) => stage = "recognize",
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
                Ok(Reply::Failed { stage, cause }) if stage == "scan" || stage == "write" => {
                    self.worker = Some(worker);
                    return failed(&stage, cause, true);
                }
                Ok(Reply::Failed { stage, cause }) => return failed(&stage, cause, false),
                Ok(other) => return failed("worker", format!("answered {other:?}"), false),
                Err(Lost { cause, is_final }) => return failed(stage, cause, is_final),
            }
        }
    }
}
