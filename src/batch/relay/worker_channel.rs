//! Where pages are read: a thread with a worker process. Asked from the side that speaks to the queue, which does not wait
//! for it but goes on saying that it lives.

use crate::batch::output::OutputError;
use crate::batch::protocol::{JobConfig, Reading, Request};
use crate::batch::worker_client::{Unread, WorkerClient};
use crate::batch::worker_process::WorkerOptions;
use crate::provenance::Model;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

/// What a desk is asked.
enum Question {
    /// What reads under these orders.
    Engine(oneshot::Sender<Result<(String, Vec<Model>), OutputError>>),
    /// A page.
    Page(Request, oneshot::Sender<(String, u32)>, oneshot::Sender<Result<Reading, Unread>>),
}

/// The side that asks.
pub(super) struct WorkerChannel(Sender<(Arc<JobConfig>, Question)>);

/// The side that answers.
pub(super) struct PageTasks(Receiver<(Arc<JobConfig>, Question)>);

pub(super) fn worker_channel() -> (WorkerChannel, PageTasks) {
    let (asks, asked) = channel();
    (WorkerChannel(asks), PageTasks(asked))
}

impl WorkerChannel {
    /// What reads under these orders.
    pub(super) async fn engine(&self, config: &Arc<JobConfig>) -> Result<(String, Vec<Model>), OutputError> {
        let (answer, answered) = oneshot::channel();
        let _ = self.0.send((Arc::clone(config), Question::Engine(answer)));
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Has a page read: what becomes of it, and before that SHA-256 and number of pages of a file that is to be opened.
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
    OutputError::Worker("its thread has ended (please report it)".to_owned())
}

impl PageTasks {
    /// Answers until nobody asks any more.
    pub(super) fn work(self, worker: &WorkerOptions<'_>) {
        let mut next = self.0.recv().ok();
        while let Some((config, question)) = next.take() {
            let mut client = WorkerClient::new(worker, &config, None);
            let mut question = Some(question);
            // The hand lasts as long as the orders do.
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
            // Who waits for a file to be opened is not kept waiting for one that never was.
            drop(open);
            let _ = answer.send(read);
        }
    }
}
