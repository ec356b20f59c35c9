//! `denshin read`: scans into page records.

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
    Results are named after their files: NAME.json, or NAME-p0001.json … for a file of several pages. What became of \
    every page stands in OUT/manifest.jsonl, that of earlier runs included. Settings are read from denshin.toml in the \
    working folder.")]
pub(super) struct Arguments {
    /// Scans, folders that are searched for scans, patterns, or IIIF manifests; - for a scan on standard input
    #[arg(required_unless_present = "list", value_name = "SOURCES")]
    inputs: Vec<PathBuf>,
    /// File of sources, a path a line; - for a list on standard input
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    results: ResultArguments,
    #[command(flatten)]
    worker: WorkerArguments,
    #[command(flatten)]
    reading: EngineArguments,
    /// Name files in folders that are passed over
    #[arg(long)]
    show_ignored: bool,
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Name every page
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
            "no scans found in {} (there are PNG, JPEG, TIFF, PDF, JPEG 2000, BMP, PNM and WebP)",
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

/// The outcome of all pages, in a line.
fn ended(outcome: &Outcome, failed: u64, output: &Path) -> String {
    let pages = if outcome.read == 1 { "page" } else { "pages" };
    let mut told = format!("{} {pages} read", outcome.read);
    let parts = [
        (outcome.little_text, "with ink and hardly any text"),
        (failed, "failed"),
        (outcome.kept, "kept as they were"),
        (outcome.made, "PDF made"),
        (outcome.unmade, "PDF not made"),
    ];
    for (number, what) in parts {
        if number > 0 {
            told.push_str(&format!(", {number} {what}"));
        }
    }
    format!("{told}; results in {}", output.display())
}

/// Says what was passed over in folders.
fn tell_ignored(ignored: &[PathBuf], arguments: &Arguments) {
    if arguments.show_ignored {
        ignored.iter().for_each(|path| complain(&format!("{}: passed over, no scan", path.display())));
    }
    if !ignored.is_empty() && !arguments.quiet {
        let how = if arguments.show_ignored { "" } else { " (--show-ignored names them)" };
        complain(&format!("{} files in folders passed over{how}", ignored.len()));
    }
}
