//! Channel to a thread with a worker process. The asynchronous side does not block while a page is read and can keep
//! sending progress acknowledgements to the server.

use crate::batch::output::OutputError;
use crate::batch::protocol::{JobConfig, Reading, Request};
use crate::batch::worker_client::{Unread, WorkerClient};
use crate::batch::worker_process::WorkerOptions;
use crate::provenance::Model;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// Requests to a worker channel.
enum Question {
    /// Loads the engine of this job configuration and returns its name and models.
    Engine(oneshot::Sender<Result<(String, Vec<Model>), OutputError>>),
    /// Reads a page. The first sender receives the SHA-256 and the number of pages of a file that is opened.
    Page(Request, oneshot::Sender<(String, u32)>, oneshot::Sender<Result<Reading, Unread>>),
}

/// The asynchronous side, which sends requests.
pub(super) struct WorkerChannel(Sender<(Arc<JobConfig>, Question)>);

/// The side of the thread, which serves requests.
pub(super) struct PageTasks(Receiver<(Arc<JobConfig>, Question)>);

pub(super) fn worker_channel() -> (WorkerChannel, PageTasks) {
    let (asks, asked) = channel();
    (WorkerChannel(asks), PageTasks(asked))
}

impl WorkerChannel {
    /// Name, version and models of the engine of this job configuration.
    pub(super) async fn engine(&self, config: &Arc<JobConfig>) -> Result<(String, Vec<Model>), OutputError> {
        let (answer, answered) = oneshot::channel();
        let _ = self.0.send((Arc::clone(config), Question::Engine(answer)));
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Reads a page. The first receiver gets the SHA-256 and the number of pages if the file is opened for it.
    pub(super) fn read(
        &self,
        config: &Arc<JobConfig>,
        request: Request,
    ) -> (oneshot::Receiver<(String, u32)>, impl Future<Output = Result<Reading, Unread>> + use<>) {
        let ((open, opened), (answer, answered)) = (oneshot::channel(), oneshot::channel());
        let _ = self.0.send((Arc::clone(config), Question::Page(request, open, answer)));
        (opened, async { answered.await.unwrap_or_else(|_| Err(Unread::Output(gone()))) })
    }
}

fn gone() -> OutputError {
    OutputError::Worker("the worker thread has ended (please report this)".to_owned())
}

impl PageTasks {
    /// Serves requests until the sender is dropped.
    pub(super) fn work(self, worker: &WorkerOptions<'_>) {
        let mut next = self.0.recv().ok();
        while let Some((config, question)) = next.take() {
            let mut client = WorkerClient::new(worker, &config, None);
            let mut question = Some(question);
            // The client is kept until the job configuration changes.
            while let Some(asked) = question.take() {
                answer(&mut client, asked);
                match self.0.recv() {
                    Ok((same, asked)) if Arc::ptr_eq(&same, &config) => question = Some(asked),
                    other => next = other.ok(),
                }
            }
        }
    }
}

fn answer(client: &mut WorkerClient<'_>, question: Question) {
    let ready = client.ready();
    match question {
        Question::Engine(answer) => {
            let engine = ready.map(|_| client.engine().cloned().unwrap_or_default());
            let _ = answer.send(engine);
        }
        Question::Page(request, open, answer) => {
            let mut open = Some(open);
            let mut opened = |sha256, pages| {
                if let Some(open) = open.take() {
                    let _ = open.send((sha256, pages));
                }
            };
            let read = match ready {
                Ok(_) => client.ask(&request, &mut opened),
                Err(error) => Err(Unread::Output(error)),
            };
            // Closes the sender, so that nobody waits for a file that was not opened.
            drop(open);
            let _ = answer.send(read);
        }
    }
}
