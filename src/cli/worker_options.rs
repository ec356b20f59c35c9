//! How many workers read at once, and what each of them may take.

use super::clock;
use anyhow::Context;
use clap::Args;
use denshin::batch::WorkerOptions;
use std::process::Command;

#[derive(Args)]
pub(super) struct WorkerArguments {
    /// Pages read at once, each in a process of its own [default: the number of cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Seconds that a page may take
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = seconds)]
    page_seconds: f64,
    /// Megabytes of memory that a page may take, beside its file
    #[arg(long, value_name = "MB", default_value_t = 850, value_parser = clap::value_parser!(u64).range(50..=1_000_000))]
    worker_mb: u64,
}

/// This program as a worker.
pub(super) fn command() -> anyhow::Result<impl Fn() -> Command + Sync> {
    let program = std::env::current_exe().context("cannot find this program, to start workers")?;
    Ok(move || {
        let mut command = Command::new(&program);
        command.arg("worker");
        command
    })
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| *seconds > 0.0 && seconds.is_finite());
    seconds.ok_or_else(|| "seconds, more than none".to_owned())
}

impl WorkerArguments {
    /// How many workers there are.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// What starts a worker, and what it may take.
    pub(super) fn options<'a>(&self, command: &'a (dyn Fn() -> Command + Sync)) -> WorkerOptions<'a> {
        WorkerOptions {
            command,
            page_seconds: self.page_seconds,
            worker_bytes: self.worker_mb << 20,
            now: clock::now,
            steady: clock::steady,
        }
    }
}
