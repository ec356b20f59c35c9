//! `denshin read`: reads scans and writes page records.

use super::engine::EngineArguments;
use super::results::ResultArguments;
use super::worker_options::WorkerArguments;
use super::{Exit, complain, interrupt, progress, sources};
use clap::Args;
use denshin::batch::{Batch, End, Inputs, Outcome, Policy, Record, Shard, Stages, run_batch};
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin read cable.tif -o out\n  \
    denshin read scans/ more/cable.pdf -o out --format json,text --jobs 4\n  \
    denshin read old/ -o out --direction vertical\n  \
    scanimage --format=tiff | denshin read - -o out\n  \
    find /archive -name '*.tif' | denshin read --list - -o out\n\n\
    Results are named after their files: NAME.json, or NAME-p0001.json … for a file with several pages. OUT/manifest.jsonl \
    has the outcome of every page, including earlier runs. Settings are read from denshin.toml in the working \
    folder. For long runs, use denshin batch.")]
pub(super) struct Arguments {
    /// Scans, folders to search for scans, patterns, or IIIF manifests; - for a scan on standard input
    #[arg(required_unless_present = "list", value_name = "SOURCES")]
    inputs: Vec<PathBuf>,
    /// List of sources, one path per line; - for a list on standard input
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    results: ResultArguments,
    #[command(flatten)]
    worker: WorkerArguments,
    #[command(flatten)]
    reading: EngineArguments,
    /// List skipped files in folders
    #[arg(long)]
    show_ignored: bool,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Print a line for every page
    #[arg(short, long)]
    verbose: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let config = arguments.results.config(&arguments.reading, Stages::All)?;
    let output = &arguments.results.output;
    let Inputs { found: inputs, unseen, ignored } =
        sources::find(&arguments.inputs, arguments.list.as_deref(), output)?;
    if inputs.is_empty() && unseen.is_empty() {
        let named = arguments.inputs.iter().chain(&arguments.list);
        let searched: Vec<String> = named.map(|p| p.display().to_string()).collect();
        anyhow::bail!(
            "no scans found in {} (supported formats: PNG, JPEG, TIFF, PDF, JPEG 2000, BMP, PNM and WebP)",
            searched.join(", ")
        );
    }
    let command = super::worker_options::command()?;
    let stop = interrupt::stop()?;
    let standard_input = sources::standard_input(&inputs)?;
    unseen.iter().for_each(|error| complain(&error.to_string()));
    tell_ignored(&ignored, arguments);
    let batch = Batch {
        inputs: &inputs,
        standard_input: standard_input.as_ref().map(|file| file.path()),
        record: Record::Lines,
        shard: Shard::default(),
        config: &config,
        worker: arguments.worker.options(&command),
        jobs: arguments.worker.jobs(),
        policy: Policy::default(),
        stop: &stop,
    };
    let mut progress = progress::for_terminal(arguments.quiet, arguments.verbose);
    let outcome = run_batch(&batch, &mut |event| progress.tell(event));
    progress.finish();
    let outcome = outcome?;
    let failed = outcome.failed + unseen.len() as u64;
    let unmade = outcome.unmade;
    if !arguments.quiet {
        complain(&ended(&outcome, failed, output));
    }
    Ok(match (outcome.end, failed + unmade) {
        (End::Stopped, _) => Exit::Stopped,
        (_, 0) => Exit::Success,
        _ => Exit::SomeFailed,
    })
}

/// The summary line.
fn ended(outcome: &Outcome, failed: u64, output: &Path) -> String {
    let pages = if outcome.read == 1 { "page" } else { "pages" };
    let mut told = format!("{} {pages} read", outcome.read);
    let parts = [
        (outcome.little_text, "with ink and hardly any text"),
        (failed, "failed"),
        (outcome.kept, "kept unchanged"),
        (outcome.made, "PDF written"),
        (outcome.unmade, "PDF not written"),
    ];
    for (number, what) in parts {
        if number > 0 {
            told.push_str(&format!(", {number} {what}"));
        }
    }
    format!("{told}; results in {}", output.display())
}

/// Reports skipped files in folders.
fn tell_ignored(ignored: &[PathBuf], arguments: &Arguments) {
    if arguments.show_ignored {
        ignored.iter().for_each(|path| complain(&format!("{}: skipped, not a scan", path.display())));
    }
    if !ignored.is_empty() && !arguments.quiet {
        let how = if arguments.show_ignored { "" } else { " (--show-ignored lists them)" };
        complain(&format!("{} files in folders skipped{how}", ignored.len()));
    }
}
