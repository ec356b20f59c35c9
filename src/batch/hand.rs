//! One page at a time, read in a worker process: a fresh one where the last has crashed, hung, or grown too large.

use super::crew::{CrewOptions, Lost, Worker};
use super::output::OutputError;
use super::wire::{Orders, Reading, Reply, Request};
use crate::provenance::Model;

/// Why a page was not read.
pub(super) enum Unread {
    /// The page, or its file, failed.
    Page { stage: String, cause: String },
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

    /// Asks for a page, and tells `opened` of a file whose pages are counted on the way: its SHA-256, and their number.
    pub(super) fn ask(
        &mut self,
        request: &Request,
        opened: &mut dyn FnMut(String, u32),
    ) -> Result<Reading, Unread> {
        let failed = |stage: &str, cause: String| Err(Unread::Page { stage: stage.to_owned(), cause });
        let Some(mut worker) = self.worker.take() else { return failed("worker", "was not started".into()) };
        worker.ask(request);
        let mut is_open = matches!(request, Request::Read(_));
        loop {
            match worker.wait(self.crew) {
                Ok(Reply::Opened { sha256, pages }) => {
                    is_open = true;
                    opened(sha256, pages.max(1));
                }
                Ok(Reply::Done(reading)) => {
                    self.worker = Some(worker);
                    return Ok(reading);
                }
                Ok(Reply::Unwritable { path, cause }) => {
                    let cause = std::io::Error::other(cause);
                    return Err(Unread::Output(OutputError::Write { path: path.into(), cause }));
                }
                // A file that cannot be opened leaves the engine unharmed.
                Ok(Reply::Failed { stage, cause }) if stage == "scan" => {
                    self.worker = Some(worker);
                    return failed(&stage, cause);
                }
                Ok(Reply::Failed { stage, cause }) => return failed(&stage, cause),
                Ok(other) => return failed("worker", format!("answered {other:?}")),
                Err(Lost(cause)) => return failed(if is_open { "recognize" } else { "scan" }, cause),
            }
        }
    }
}
