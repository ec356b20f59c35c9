//! `denshin status`: how a batch stands.

use super::{Exit, clock, say};
use clap::Args;
use denshin::batch::{Status, read_status};
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "Examples:\n  denshin status out\n  denshin status out --json | jq .failures")]
pub(super) struct Arguments {
    /// Folder of the results
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Failures that are shown to people.
const SHOWN: usize = 20;

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let folder = &arguments.folder;
    let Some(status) = read_status(folder, clock::now())? else {
        anyhow::bail!("{}: no batch was begun here (there is no manifest.sqlite)", folder.display());
    };
    if arguments.json {
        say(&serde_json::to_string_pretty(&status)?);
    } else {
        shown(&status);
    }
    Ok(if status.failed > 0 { Exit::SomeFailed } else { Exit::Success })
}

fn shown(status: &Status) {
    let Status { pages, done, failed, in_work, waiting, .. } = status;
    say(&format!(
        "{}: {done} of {pages} pages done, {failed} set aside, {in_work} in work, {waiting} waiting",
        status.state
    ));
    let left = status.seconds_left.map(|left| format!(", {} left", duration(left))).unwrap_or_default();
    say(&format!("{:.2} pages a second, {} so far{left}", status.pages_per_second, duration(status.seconds)));
    let Status { characters, doubtful, warnings, .. } = status;
    say(&format!("{characters} characters, {doubtful} of them worth a look; {warnings} warnings"));
    for failure in status.failures.iter().take(SHOWN) {
        let page = failure.page.map(|page| format!(", page {page}")).unwrap_or_default();
        say(&format!("{}{page}: {}: {}", failure.path, failure.stage, failure.cause));
    }
    if *failed > SHOWN as u64 {
        say(&format!("… and {} more (--json names them)", failed - SHOWN as u64));
    }
}

/// `2 h 05 min`, `41 s`.
fn duration(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60) {
        (0, 0) => format!("{seconds} s"),
        (0, minutes) => format!("{minutes} min {:02} s", seconds % 60),
        (hours, minutes) => format!("{hours} h {minutes:02} min"),
    }
}
