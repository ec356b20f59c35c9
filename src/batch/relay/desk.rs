//! Where pages are read: a thread with a worker process. Asked from the side that speaks to the queue, which does not wait
//! for it but goes on saying that it lives.

use crate::batch::crew::CrewOptions;
use crate::batch::hand::{Hand, Unread};
use crate::batch::output::OutputError;
use crate::batch::wire::{Orders, Reading, Request};
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
pub(super) struct Desk(Sender<(Arc<Orders>, Question)>);

/// The side that answers.
pub(super) struct Seat(Receiver<(Arc<Orders>, Question)>);

pub(super) fn desk() -> (Desk, Seat) {
    let (asks, asked) = channel();
    (Desk(asks), Seat(asked))
}

impl Desk {
    /// What reads under these orders.
    pub(super) async fn engine(&self, orders: &Arc<Orders>) -> Result<(String, Vec<Model>), OutputError> {
        let (answer, answered) = oneshot::channel();
        let _ = self.0.send((Arc::clone(orders), Question::Engine(answer)));
        answered.await.unwrap_or_else(|_| Err(gone()))
    }

    /// Has a page read: what becomes of it, and before that SHA-256 and number of pages of a file that is to be opened.
    pub(super) fn read(
        &self,
        orders: &Arc<Orders>,
        request: Request,
    ) -> (oneshot::Receiver<(String, u32)>, impl Future<Output = Result<Reading, Unread>> + use<>) {
        let ((open, opened), (answer, answered)) = (oneshot::channel(), oneshot::channel());
        let _ = self.0.send((Arc::clone(orders), Question::Page(request, open, answer)));
        (opened, async { answered.await.unwrap_or_else(|_| Err(Unread::Output(gone()))) })
    }
}

fn gone() -> OutputError {
    OutputError::Worker("its thread has ended (please report it)".to_owned())
}

impl Seat {
    /// Answers until nobody asks any more.
    pub(super) fn work(self, crew: &CrewOptions<'_>) {
        let mut next = self.0.recv().ok();
        while let Some((orders, question)) = next.take() {
            let mut hand = Hand::new(crew, &orders, None);
            let mut question = Some(question);
            // The hand lasts as long as the orders do.
            while let Some(asked) = question.take() {
                answer(&mut hand, asked);
                match self.0.recv() {
                    Ok((same, asked)) if Arc::ptr_eq(&same, &orders) => question = Some(asked),
                    other => next = other.ok(),
                }
            }
        }
    }
}

fn answer(hand: &mut Hand<'_>, question: Question) {
    let ready = hand.ready();
    match question {
        Question::Engine(answer) => {
            let engine = ready.map(|_| hand.engine().cloned().unwrap_or_default());
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
                Ok(_) => hand.ask(&request, &mut opened),
                Err(error) => Err(Unread::Output(error)),
            };
            // Who waits for a file to be opened is not kept waiting for one that never was.
            drop(open);
            let _ = answer.send(read);
        }
    }
}
