//! `denshin status`: shows the status of a batch or a queue.

use super::queue::{QueueArguments, plain};
use super::{Exit, clock, say};
use clap::Args;
use denshin::batch::{QueueStatus, Status, queue_status, read_status};
use denshin::error::printable;
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "Examples:\n  denshin status out\n  denshin status out --json | jq .failures\n  \
    denshin status --nats nats://queue:4222")]
pub(super) struct Arguments {
    /// Output folder of a batch
    #[arg(value_name = "DIR", required_unless_present = "nats")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    queue: QueueArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Maximum number of failures in the text output.
const SHOWN: usize = 20;

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let Some(folder) = &arguments.folder else { return of_queue(arguments) };
    let Some(status) = read_status(folder, clock::now())? else {
        anyhow::bail!("{}: the folder has no batch (manifest.sqlite is missing)", folder.display());
    };
    if arguments.json {
        say(&serde_json::to_string_pretty(&status)?);
    } else {
        shown(&status);
    }
    Ok(if status.failed + status.unmade > 0 { Exit::SomeFailed } else { Exit::Success })
}

fn of_queue(arguments: &Arguments) -> anyhow::Result<Exit> {
    let status = queue_status(&arguments.queue.connection(), clock::now()).map_err(plain)?;
    if arguments.json {
        say(&serde_json::to_string_pretty(&status)?);
    } else {
        queue_shown(&status);
    }
    Ok(if status.dead > 0 { Exit::SomeFailed } else { Exit::Success })
}

fn queue_shown(status: &QueueStatus) {
    let QueueStatus { queue, engine, results, waiting, in_work, done, dead, pages_per_second, .. } = status;
    say(&format!("{queue}: {waiting} waiting, {in_work} in progress, {done} done, {dead} set aside"));
    say(&format!("read with {engine}, results in {results}"));
    let left = status.seconds_left.map(|left| format!(", {} left", duration(left))).unwrap_or_default();
    say(&format!("{pages_per_second:.2} pages/s{left}"));
    for page in status.dead_pages.iter().take(SHOWN) {
        let source = page.source.as_deref().unwrap_or("a message");
        let number = page.page.map(|page| format!(", page {page}")).unwrap_or_default();
        let line =
            format!("{source}{number}: {}: {} ({} deliveries)", page.stage, page.cause, page.deliveries);
        say(&printable(&line));
    }
    if *dead > SHOWN as u64 {
        say(&format!("… and {} more (--json lists them)", dead - SHOWN as u64));
    }
}

fn shown(status: &Status) {
    let Status { pages, done, failed, in_work, waiting, unmade, .. } = status;
    let documents = if *unmade > 0 { format!(", {unmade} PDF not written") } else { String::new() };
    say(&format!(
        "{}: {done} of {pages} pages done, {failed} set aside, {in_work} in progress, {waiting} waiting{documents}",
        status.state
    ));
    let left = status.seconds_left.map(|left| format!(", {} left", duration(left))).unwrap_or_default();
    say(&format!("{:.2} pages/s, {} elapsed{left}", status.pages_per_second, duration(status.seconds)));
    let Status { characters, doubtful, warnings, .. } = status;
    say(&format!("{characters} characters, {doubtful} with a confidence below 0.9; {warnings} warnings"));
    for failure in status.failures.iter().take(SHOWN) {
        let page = failure.page.map(|page| format!(", page {page}")).unwrap_or_default();
        say(&printable(&format!("{}{page}: {}: {}", failure.path, failure.stage, failure.cause)));
    }
    if failed + unmade > SHOWN as u64 {
        say(&format!("… and {} more (--json lists them)", failed + unmade - SHOWN as u64));
    }
}

/// Formats a duration, as in `2 h 05 min` or `41 s`.
fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {:02} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}
