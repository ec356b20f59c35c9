//! Number and limits of worker processes.

use super::clock;
use anyhow::Context;
use clap::Args;
use denshin::batch::WorkerOptions;
use std::process::Command;

#[derive(Args)]
pub(super) struct WorkerArguments {
    /// Pages read in parallel, each in its own process [default: the number of cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Maximum seconds per page
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0, value_parser = seconds)]
    page_seconds: f64,
    /// Maximum memory per page in MB, in addition to its file
    #[arg(long, value_name = "MB", default_value_t = 850, value_parser = clap::value_parser!(u64).range(50..=1_000_000))]
    worker_mb: u64,
}

/// The command that runs this program as a worker process.
pub(super) fn command() -> anyhow::Result<impl Fn() -> Command + Sync> {
    let program =
        std::env::current_exe().context("cannot find the path of this program to start worker processes")?;
    Ok(move || {
        let mut command = Command::new(&program);
        command.arg("worker");
        command
    })
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| *seconds > 0.0 && seconds.is_finite());
    seconds.ok_or_else(|| "must be a number of seconds above 0".to_owned())
}

impl WorkerArguments {
    /// Number of worker processes.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
    }

    /// Command and limits of worker processes.
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
