//! The parent's side of a worker process: it starts the process, exchanges messages, and kills it after a timeout.

use super::limits::{Memory, is_out_of_memory};
use super::output::OutputError;
use super::protocol::{JobConfig, Limits, Reply, Request, receive, send};
use crate::provenance::Model;
use std::io::Read;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

/// Seconds that loading an engine may take, if the limit per page is shorter: networks also load from slow disks.
const START_SECONDS: f64 = 60.0;
/// A worker process that uses more than this share of its memory limit between two pages is replaced.
const GROWN: f64 = 0.5;
/// Bytes of a worker's stderr that are kept, from its end.
const LAST_WORDS: usize = 4096;
/// Characters of it that appear in the cause of a failure.
const SHOWN: usize = 200;

/// Command and limits of worker processes.
pub struct WorkerOptions<'a> {
    /// Returns the command of a worker process: the program itself.
    pub command: &'a (dyn Fn() -> Command + Sync),
    /// Maximum seconds per page, including opening its file.
    pub page_seconds: f64,
    /// Maximum memory of a worker process in bytes, in addition to the file of its page.
    pub worker_bytes: u64,
    /// Wall clock for the manifest: seconds since 1970.
    pub now: fn() -> f64,
    /// Monotonic clock for timeouts: seconds.
    pub steady: fn() -> f64,
}

/// A worker process.
pub(super) struct Worker {
    child: Child,
    to: Option<ChildStdin>,
    from: Receiver<Reply>,
    says: Option<JoinHandle<String>>,
    /// Whether it has not answered a page yet.
    is_fresh: bool,
    /// Name, version and models of its engine.
    pub engine: (String, Vec<Model>),
}

/// Reason that a worker process did not reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    pub cause: String,
    /// Whether another attempt would fail in the same way.
    pub is_final: bool,
}

impl Worker {
    /// Starts a worker process and waits until its engine is loaded.
    pub(super) fn start(options: &WorkerOptions<'_>, config: &JobConfig) -> Result<Self, OutputError> {
        let failed = |cause: String| OutputError::Worker(cause);
        let mut command = (options.command)();
        // The messages of engines and decoders are kept for the cause of a failure and shown nowhere else.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A backtrace would displace the cause from the bytes that are kept.
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
            Ok(other) => return Err(failed(format!("unexpected reply {other:?}"))),
            Err(Lost { cause, .. }) => return Err(failed(cause)),
        }
        Ok(worker)
    }

    fn tell(&mut self, message: &impl serde::Serialize) -> Result<(), String> {
        let to = self.to.as_mut().ok_or("the pipe to the worker process is closed")?;
        send(to, message).map_err(|e| e.to_string())
    }

    /// Sends a request without waiting for the reply. [`Worker::wait`] notices a process that has ended.
    pub(super) fn ask(&mut self, request: &Request) {
        if self.tell(request).is_err() {
            self.to = None;
        }
    }

    /// The next reply. If there is none until this time of the monotonic clock, the process is killed.
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
                let cause = format!("took more than {} s (raise --page-seconds)", options.page_seconds);
                Err(Lost { cause, is_final: true })
            }
        }
    }

    /// Whether its memory has grown so much that the next page may lack memory.
    pub(super) fn has_grown(&self, options: &WorkerOptions<'_>) -> bool {
        self.bytes().is_some_and(|bytes| bytes as f64 > GROWN * options.worker_bytes as f64)
    }

    /// Its resident memory in bytes, where the system reports it (Linux).
    fn bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
    }

    /// The error of a process that closed its output: it has ended or is unusable.
    fn gone(&mut self, options: &WorkerOptions<'_>) -> Lost {
        let _ = self.child.kill();
        let ended = self.child.wait().map_or_else(|e| e.to_string(), |status| status.to_string());
        let said = self.says.take().and_then(|says| says.join().ok()).unwrap_or_default();
        if is_out_of_memory(&said) {
            // Earlier pages may have leaked memory.
            return Lost { cause: Memory(options.worker_bytes).exceeded(), is_final: self.is_fresh };
        }
        let said = last_line(&said).map(|line| format!(": {line}")).unwrap_or_default();
        Lost { cause: format!("the worker process ended ({ended}){said}"), is_final: false }
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Collects the end of a worker's stderr until the process ends.
fn last_words(mut from: ChildStderr) -> String {
    let (mut said, mut chunk) = (Vec::new(), [0; LAST_WORDS]);
    while let Ok(length @ 1..) = from.read(&mut chunk) {
        said.extend_from_slice(&chunk[..length]);
        said.drain(..said.len().saturating_sub(LAST_WORDS));
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// The last line that is not empty, without control characters: it may contain bytes of the input file.
fn last_line(said: &str) -> Option<String> {
    let line = said.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().filter(|c| !c.is_control()).take(SHOWN).collect())
}

/// Killing the process is safe: its results are on disk before it replies.
impl Drop for Worker {
    fn drop(&mut self) {
        self.to = None;
        self.end();
    }
}

/// Keeps Ctrl-C from the worker processes, because the parent lets them finish their pages.
#[cfg(unix)]
fn on_its_own(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn on_its_own(_: &mut Command) {}
