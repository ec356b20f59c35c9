//! The parent's side of a worker: start it, ask it, and end it where it takes too long, or too much memory.

use super::output::OutputError;
use super::wire::{Orders, Reply, Request, receive, send};
use crate::provenance::Model;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// How often a worker in work is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// Seconds that an engine may take to open, where a page may take less: networks are loaded from slow disks, too.
const START_SECONDS: f64 = 60.0;
/// A worker that exceeds its memory by this factor in the middle of a page is ended; until then the page may end.
const TOO_MUCH: u64 = 4;

/// How workers are started, and what they may take.
pub struct CrewOptions<'a> {
    /// The command that is a worker: the program itself.
    pub command: &'a (dyn Fn() -> Command + Sync),
    /// Seconds that a page may take, opening its file included.
    pub page_seconds: f64,
    /// Memory, in bytes, after which a worker is replaced by a fresh one. Four times as much ends it in mid-page.
    pub worker_bytes: u64,
    /// Seconds on a clock.
    pub now: fn() -> f64,
}

/// A worker process.
pub(super) struct Worker {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Reply>,
    /// Name, version and models of its engine.
    pub engine: (String, Vec<Model>),
}

/// Why a worker did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost(pub String);

impl Worker {
    /// Starts a worker and waits until its engine is open.
    pub(super) fn start(options: &CrewOptions<'_>, orders: &Orders) -> Result<Self, OutputError> {
        let failed = |cause: String| OutputError::Worker(cause);
        let mut command = (options.command)();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        on_its_own(&mut command);
        let mut child = command.spawn().map_err(|e| failed(e.to_string()))?;
        let to = child.stdin.take();
        let mut out = child.stdout.take().expect("piped above");
        let (sender, from) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok(Some(reply)) = receive::<Reply>(&mut out) {
                if sender.send(reply).is_err() {
                    break;
                }
            }
        });
        let mut worker = Self { child, to, from, engine: (String::new(), Vec::new()) };
        worker.tell(orders).map_err(failed)?;
        match worker.wait_for(options, options.page_seconds.max(START_SECONDS)) {
            Ok(Reply::Ready { engine, models }) => worker.engine = (engine, models),
            Ok(Reply::Unready { cause, is_model: true }) => return Err(OutputError::Model(cause)),
            Ok(Reply::Unready { cause, .. }) => return Err(failed(cause)),
            Ok(other) => return Err(failed(format!("it answered {other:?}"))),
            Err(Lost(cause)) => return Err(failed(cause)),
        }
        Ok(worker)
    }

    fn tell(&mut self, message: &impl serde::Serialize) -> Result<(), String> {
        let to = self.to.as_mut().ok_or("its pipe is closed")?;
        send(to, message).map_err(|e| e.to_string())
    }

    /// Asks, without waiting for the answer. A worker that is gone is noticed by [`Worker::wait`].
    pub(super) fn ask(&mut self, request: &Request) {
        if self.tell(request).is_err() {
            self.to = None;
        }
    }

    /// The next answer. A worker that gives none in time is ended.
    pub(super) fn wait(&mut self, options: &CrewOptions<'_>) -> Result<Reply, Lost> {
        self.wait_for(options, options.page_seconds)
    }

    fn wait_for(&mut self, options: &CrewOptions<'_>, limit: f64) -> Result<Reply, Lost> {
        let began = (options.now)();
        loop {
            match self.from.recv_timeout(LOOK) {
                Ok(reply) => return Ok(reply),
                Err(RecvTimeoutError::Disconnected) => return Err(Lost(self.last_words())),
                Err(RecvTimeoutError::Timeout) if (options.now)() - began > limit => {
                    self.end();
                    return Err(Lost(format!("took more than {limit} s (--page-seconds allows more)")));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            let most = options.worker_bytes.saturating_mul(TOO_MUCH);
            if self.bytes().is_some_and(|bytes| bytes > most) {
                self.end();
                return Err(Lost(format!("took more than {} MB (--worker-mb allows more)", most >> 20)));
            }
        }
    }

    /// Whether it has grown beyond what a worker may take.
    pub(super) fn has_grown(&self, options: &CrewOptions<'_>) -> bool {
        self.bytes().is_some_and(|bytes| bytes > options.worker_bytes)
    }

    /// Memory that it holds, where the system tells (Linux).
    fn bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
    }

    fn last_words(&mut self) -> String {
        // Its output is closed: it has ended, or is of no use.
        let _ = self.child.kill();
        let ended = self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string());
        format!("the engine's process ended ({ended})")
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A worker that is not wanted any more has nothing to finish: its results are on disk before it answers.
impl Drop for Worker {
    fn drop(&mut self) {
        self.to = None;
        self.end();
    }
}

/// Ctrl-C is for the parent, which lets its workers finish their pages.
#[cfg(unix)]
fn on_its_own(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn on_its_own(_: &mut Command) {}
