//! The task queue of a run. Opening a file adds its pages. A worker thread that finds no task waits until none can be
//! added. The queue counts the unfinished pages of each file, because the document of a file follows its last page.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Maximum delay until a waiting thread notices that the run is stopped.
const LOOK: Duration = Duration::from_millis(100);

/// The part of a file that a task concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The first page of a file whose pages are not counted.
    Uncounted,
    /// One page, one-based.
    Page(u32),
    /// The document of the file, all of whose pages are read.
    Document,
}

/// A page to read, or a document to write.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// Index of the file among the inputs.
    pub input: usize,
    /// Number of the file in the ledger.
    pub file: i64,
    pub part: Part,
    /// SHA-256 of the file, if its pages are counted.
    pub sha256: Option<Arc<str>>,
    pub from_record: bool,
    pub attempt: u32,
}

impl Task {
    /// The task of a file whose pages are not counted.
    pub(super) fn of_file(input: usize, file: i64) -> Self {
        Self { input, file, part: Part::Uncounted, sha256: None, from_record: false, attempt: 0 }
    }

    /// The page number in the ledger: one-based, 0 for the whole file.
    pub(super) fn number(&self) -> u32 {
        match self.part {
            Part::Page(page) => page,
            Part::Uncounted | Part::Document => 0,
        }
    }
}

pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

struct Waiting {
    tasks: VecDeque<Task>,
    in_work: usize,
    /// Number of waiting and running tasks, by input.
    left: HashMap<usize, usize>,
}

impl Queue {
    pub(super) fn new(tasks: Vec<Task>) -> Self {
        let mut left = HashMap::new();
        tasks.iter().for_each(|task| *left.entry(task.input).or_default() += 1);
        let waiting = Waiting { tasks: tasks.into(), in_work: 0, left };
        Self { waiting: Mutex::new(waiting), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next task, which runs until [`Queue::finish`]. `None` if all tasks are finished, or on `stop`.
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

    /// Puts tasks in front of all others: pages of a file that was just opened, pages that are tried again, and the
    /// document of a file that was just read.
    pub(super) fn put_first(&self, tasks: impl DoubleEndedIterator<Item = Task>) {
        let mut waiting = self.lock();
        for task in tasks.rev() {
            *waiting.left.entry(task.input).or_default() += 1;
            waiting.tasks.push_front(task);
        }
        self.changed.notify_all();
    }

    /// Marks a task as finished. Returns whether it was the last of its file.
    pub(super) fn finish(&self, task: &Task) -> bool {
        let mut waiting = self.lock();
        waiting.in_work -= 1;
        let left = waiting.left.entry(task.input).or_insert(1);
        *left -= 1;
        let is_last = *left == 0;
        if is_last {
            waiting.left.remove(&task.input);
        }
        self.changed.notify_all();
        is_last
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().tasks.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_of_a_file_is_told() {
        let queue = Queue::new(vec![Task::of_file(0, 0), Task::of_file(1, 1)]);
        let stop = AtomicBool::new(false);
        let next = || queue.take(&stop).unwrap();
        let first = next();
        queue.put_first((2..=3).map(|page| Task { part: Part::Page(page), ..first.clone() }));
        let (second, third) = (next(), next());
        // A page that is tried again is not finished.
        queue.put_first(std::iter::once(second.clone()));
        assert!(!queue.finish(&second) && !queue.finish(&first) && !queue.finish(&third));
        assert!(queue.finish(&next()) && queue.finish(&next()));
        assert!(queue.take(&stop).is_none());
    }
}
