//! Pages that wait for a worker. Files that are opened add their pages; who finds nothing waits until none can come.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How soon a worker that waits notices that the run is being stopped.
const LOOK: Duration = Duration::from_millis(100);

/// A page to be read.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// Index of its file among the inputs.
    pub input: usize,
    /// Its file's number in the ledger.
    pub file: i64,
    /// One-based; 0 for a file whose pages are not counted.
    pub page: u32,
    /// Of the file, when its pages were counted.
    pub sha256: Option<Arc<str>>,
    pub from_record: bool,
    pub attempt: u32,
}

impl Task {
    /// A file whose pages are not counted.
    pub(super) fn of_file(input: usize, file: i64) -> Self {
        Self { input, file, page: 0, sha256: None, from_record: false, attempt: 0 }
    }
}

pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

struct Waiting {
    tasks: VecDeque<Task>,
    in_work: usize,
}

impl Queue {
    pub(super) fn new(tasks: Vec<Task>) -> Self {
        Self { waiting: Mutex::new(Waiting { tasks: tasks.into(), in_work: 0 }), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next page, which is in work until [`Queue::finish`]; none when all are done, or on `stop`.
    pub(super) fn take(&self, stop: &AtomicBool) -> Option<Task> {
        let mut waiting = self.lock();
        while !stop.load(Ordering::Relaxed) {
            if let Some(task) = waiting.tasks.pop_front() {
                waiting.in_work += 1;
                return Some(task);
            }
            if waiting.in_work == 0 {
                return None;
            }
            waiting = self.changed.wait_timeout(waiting, LOOK).unwrap_or_else(PoisonError::into_inner).0;
        }
        None
    }

    /// Puts pages before all others: those of a file that is open, and those to be tried again.
    pub(super) fn put_first(&self, tasks: impl DoubleEndedIterator<Item = Task>) {
        let mut waiting = self.lock();
        tasks.rev().for_each(|task| waiting.tasks.push_front(task));
        self.changed.notify_all();
    }

    /// A page that was taken is done with.
    pub(super) fn finish(&self) {
        self.lock().in_work -= 1;
        self.changed.notify_all();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().tasks.is_empty()
    }
}
