//! `denshin batch`: reads any number of scans in a resumable run with worker processes and a manifest.

use super::engine::EngineArguments;
use super::results::ResultArguments;
use super::worker_options::WorkerArguments;
use super::{Exit, clock, complain, interrupt, log, shard, sources};
use clap::{Args, ValueEnum};
use denshin::batch::{
    Batch, End, Inputs, OnFailure, Outcome, Policy, Record, STANDARD_INPUT, SUMMARY, Shard, Stages,
    read_status, run_batch, write_metrics, write_summary,
};
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin batch scans/ -o out\n  \
    denshin batch 'scans/**/*.tif' more/manifest.json -o out --jobs 4\n  \
    find /archive -name '*.tif' | denshin batch --list - -o out --metrics /var/lib/node_exporter/denshin.prom\n  \
    denshin batch --list all.txt -o out --shard 2/8     # the second of eight shards\n  \
    denshin status out                                  # from another terminal\n\n\
    The same command resumes a run that ended or was killed; finished pages are not read again. If settings or models \
    change, the pages that they affect are read again. OUT/manifest.sqlite has the state of every page, OUT/summary.html \
    a summary.")]
pub(super) struct Arguments {
    /// Scans, folders to search for scans, patterns, or IIIF manifests
    #[arg(required_unless_present = "list", value_name = "SOURCES")]
    sources: Vec<PathBuf>,
    /// List of sources, one path per line; - for standard input
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    results: ResultArguments,
    #[command(flatten)]
    worker: WorkerArguments,
    #[command(flatten)]
    reading: EngineArguments,
    /// Reaction to a page that failed all attempts
    #[arg(long, value_enum, default_value_t = FailurePolicy::Skip)]
    on_failure: FailurePolicy,
    /// Stop if more than this share of all pages has failed, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = share)]
    max_failures: Option<f64>,
    /// Try pages again that an earlier run set aside
    #[arg(long)]
    retry_failed: bool,
    /// Read one shard of the files: I/N, auto (Slurm array), or auto/N (Kubernetes indexed job)
    #[arg(long, value_name = "I/N", value_parser = shard::parse)]
    shard: Option<Shard>,
    /// List skipped files in folders
    #[arg(long)]
    show_ignored: bool,
    /// Metrics for Prometheus, updated every few seconds
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Format of the log on stderr
    #[arg(long, value_enum, default_value_t = log::Form::Text)]
    log: log::Form,
    /// Stages to run; none opens files and writes empty records, to measure the overhead
    #[arg(long, value_enum, default_value_t = StagesChoice::All)]
    stages: StagesChoice,
    /// Print errors only
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Print a line for every page
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailurePolicy {
    /// Continue with the next page
    Skip,
    /// Stop after the pages in progress
    Stop,
}

#[derive(Clone, Copy, ValueEnum)]
enum StagesChoice {
    All,
    None,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "must be a number from 0 to 1".to_owned())
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let output = &arguments.results.output;
    let stages = match arguments.stages {
        StagesChoice::All => Stages::All,
        StagesChoice::None => Stages::None,
    };
    let config = arguments.results.config(&arguments.reading, stages)?;
    let inputs = sources::find(&arguments.sources, arguments.list.as_deref(), output)?;
    anyhow::ensure!(
        inputs.found.iter().all(|found| found.path != Path::new(STANDARD_INPUT)),
        "a batch cannot resume from standard input (use denshin read - for a scan on standard input)"
    );
    let mut log = log::Log::new(arguments.log, arguments.quiet, arguments.verbose);
    tell_inputs(&inputs, arguments, &mut log)?;
    let command = super::worker_options::command()?;
    let stop = interrupt::stop()?;
    let batch = Batch {
        inputs: &inputs.found,
        standard_input: None,
        record: Record::Database,
        shard: arguments.shard.unwrap_or_default(),
        config: &config,
        worker: arguments.worker.options(&command),
        jobs: arguments.worker.jobs(),
        policy: policy(arguments),
        stop: &stop,
    };
    let mut metrics = Metrics { file: arguments.metrics.as_deref(), output, written: 0.0 };
    let outcome = run_batch(&batch, &mut |event| {
        log.tell(event);
        metrics.write_now_and_then();
    });
    log.finish();
    let written = metrics.write();
    let outcome = outcome?;
    written?;
    let summary = summarize(&outcome, &batch)?;
    log.ended(&outcome, &summary);
    Ok(exit(&outcome, inputs.unseen.len()))
}

/// Writes the summary. If nothing was done, an existing summary is kept, because thumbnails take time.
fn summarize(outcome: &Outcome, batch: &Batch<'_>) -> anyhow::Result<PathBuf> {
    let output = Path::new(&batch.config.output);
    let path = output.join(SUMMARY);
    let Outcome { read, kept, failed, made, unmade, .. } = outcome;
    let is_idle = read + kept + failed + made + unmade == 0;
    if !(is_idle && path.is_file())
        && let Some(status) = read_status(output, clock::now())?
    {
        write_summary(&status, batch.config, &batch.worker)?;
    }
    Ok(path)
}

fn policy(arguments: &Arguments) -> Policy {
    Policy {
        on_failure: match arguments.on_failure {
            FailurePolicy::Skip => OnFailure::Skip,
            FailurePolicy::Stop => OnFailure::Stop,
        },
        most_failures: arguments.max_failures,
        retry_failed: arguments.retry_failed,
    }
}

/// Reports skipped files and inaccessible files; neither ends the run.
fn tell_inputs(inputs: &Inputs, arguments: &Arguments, log: &mut log::Log) -> anyhow::Result<()> {
    if inputs.found.is_empty() && inputs.unseen.is_empty() {
        anyhow::bail!(
            "no scans found (supported formats: PNG, JPEG, TIFF, PDF, JPEG 2000, BMP, PNM and WebP)"
        );
    }
    inputs.unseen.iter().for_each(|error| log.unseen(error));
    if arguments.show_ignored {
        inputs.ignored.iter().for_each(|path| log.ignored(path));
    }
    if !inputs.ignored.is_empty() {
        log.ignored_count(inputs.ignored.len(), arguments.show_ignored);
    }
    Ok(())
}

fn exit(outcome: &Outcome, unseen: usize) -> Exit {
    match outcome.end {
        End::Stopped => Exit::Stopped,
        End::TooManyFailures => Exit::SomeFailed,
        End::Finished if outcome.failed + outcome.failed_before + outcome.unmade > 0 || unseen > 0 => {
            Exit::SomeFailed
        }
        End::Finished => Exit::Success,
    }
}

/// Writes metrics for Prometheus at an interval.
struct Metrics<'a> {
    file: Option<&'a Path>,
    output: &'a Path,
    written: f64,
}

impl Metrics<'_> {
    /// Seconds between two updates. Prometheus usually collects every 15 or 60 s.
    const EVERY: f64 = 5.0;

    fn write_now_and_then(&mut self) {
        if self.file.is_some() && clock::now() - self.written > Self::EVERY {
            if let Err(error) = self.write() {
                complain(&format!("denshin: {error:#}"));
            }
            self.written = clock::now();
        }
    }

    fn write(&self) -> anyhow::Result<()> {
        if let Some(file) = self.file
            && let Some(status) = read_status(self.output, clock::now())?
        {
            write_metrics(file, &status)?;
        }
        Ok(())
    }
}
