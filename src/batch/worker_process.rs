//! The parent's side of a worker: start it, ask it, and end it where it takes too long.

use super::limits::{Memory, is_out_of_memory};
use super::output::OutputError;
use super::protocol::{JobConfig, Limits, Reply, Request, receive, send};
use crate::provenance::Model;
use std::io::Read;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Seconds that an engine may take to open, where a page may take less: networks are loaded from slow disks, too.
const START_SECONDS: f64 = 60.0;
/// A worker that holds more than this share of its memory between two pages is replaced by a fresh one.
const GROWN: f64 = 0.5;
/// Bytes of what a worker wrote to stderr that are kept: the last.
const LAST_WORDS: usize = 4096;
/// Characters of it that stand in the reason of a failure.
const SHOWN: usize = 200;

/// How workers are started, and what they may take.
pub struct WorkerOptions<'a> {
    /// The command that is a worker: the program itself.
    pub command: &'a (dyn Fn() -> Command + Sync),
    /// Seconds that a page may take, opening its file included.
    pub page_seconds: f64,
    /// Memory that a worker may take, in bytes; the file of its page may be held beside it.
    pub worker_bytes: u64,
    /// Seconds since 1970, for what is recorded.
    pub now: fn() -> f64,
    /// Seconds on a clock that nobody sets, for what a page may take.
    pub steady: fn() -> f64,
}

/// A worker process.
pub(super) struct Worker {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Reply>,
    says: Option<JoinHandle<String>>,
    /// Whether it has not been asked for a page yet.
    is_fresh: bool,
    /// Name, version and models of its engine.
    pub engine: (String, Vec<Model>),
}

/// Why a worker did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    pub cause: String,
    /// Whether another attempt would end the same way.
    pub is_final: bool,
}

impl Worker {
    /// Starts a worker and waits until its engine is open.
    pub(super) fn start(options: &WorkerOptions<'_>, config: &JobConfig) -> Result<Self, OutputError> {
        let failed = |cause: String| OutputError::Worker(cause);
        let mut command = (options.command)();
        // Complaints of engines and decoders are kept for the reason of a failure, and shown nowhere else.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A backtrace would push the reason out of what is kept.
        command.env("RUST_BACKTRACE", "0");
        on_its_own(&mut command);
        let mut child = command.spawn().map_err(|e| failed(e.to_string()))?;
        let to = child.stdin.take();
        let mut out = child.stdout.take().expect("piped above");
        let err = child.stderr.take().expect("piped above");
        let (sender, from) = mpsc::channel();
        std::thread::spawn(move || {
            while let Ok(Some(reply)) = receive::<Reply>(&mut out) {
                if sender.send(reply).is_err() {
                    break;
                }
            }
        });
        let says = Some(std::thread::spawn(move || last_words(err)));
        let mut worker = Self { child, to, from, says, is_fresh: true, engine: (String::new(), Vec::new()) };
        worker.tell(&Limits { bytes: options.worker_bytes }).map_err(failed)?;
        worker.tell(config).map_err(failed)?;
        let until = (options.steady)() + options.page_seconds.max(START_SECONDS);
        match worker.wait(options, until) {
            Ok(Reply::Ready { engine, models }) => worker.engine = (engine, models),
            Ok(Reply::Unready { cause, is_model: true }) => return Err(OutputError::Model(cause)),
            Ok(Reply::Unready { cause, .. }) => return Err(failed(cause)),
            Ok(other) => return Err(failed(format!("it answered {other:?}"))),
            Err(Lost { cause, .. }) => return Err(failed(cause)),
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

    /// The next answer. A worker that gives none until then, on the steady clock, is ended.
    pub(super) fn wait(&mut self, options: &WorkerOptions<'_>, until: f64) -> Result<Reply, Lost> {
        let left = (until - (options.steady)()).max(0.0);
        let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
        match self.from.recv_timeout(left) {
            Ok(reply) => {
                self.is_fresh &= !matches!(reply, Reply::Done(_) | Reply::Failed { .. });
                Ok(reply)
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.gone(options)),
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                let cause = format!("took more than {} s (--page-seconds allows more)", options.page_seconds);
                Err(Lost { cause, is_final: true })
            }
        }
    }

    /// Whether it has grown so much that the next page may lack memory.
    pub(super) fn has_grown(&self, options: &WorkerOptions<'_>) -> bool {
        self.bytes().is_some_and(|bytes| bytes as f64 > GROWN * options.worker_bytes as f64)
    }

    /// Memory that it holds, where the system tells (Linux).
    fn bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
    }

    /// Its output is closed: it has ended, or is of no use.
    fn gone(&mut self, options: &WorkerOptions<'_>) -> Lost {
        let _ = self.child.kill();
        let ended = self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string());
        let said = self.says.take().and_then(|says| says.join().ok()).unwrap_or_default();
        if is_out_of_memory(&said) {
            // Pages before may have left something behind.
            return Lost { cause: Memory(options.worker_bytes).exceeded(), is_final: self.is_fresh };
        }
        let said = last_line(&said).map(|line| format!(": {line}")).unwrap_or_default();
        Lost { cause: format!("the worker's process ended ({ended}){said}"), is_final: false }
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The end of what a worker writes to stderr until it ends.
fn last_words(mut from: ChildStderr) -> String {
    let (mut said, mut chunk) = (Vec::new(), [0; LAST_WORDS]);
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        said.extend_from_slice(&chunk[..length]);
        said.drain(..said.len().saturating_sub(LAST_WORDS));
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The last line that says something, without control characters: it may come from a file's own bytes.
fn last_line(said: &str) -> Option<String> {
    let line = said.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().filter(|c| !c.is_control()).take(SHOWN).collect())
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
