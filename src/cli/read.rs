//! `denshin read`: scans into page records.

use super::engine::EngineArguments;
use super::{Exit, complain, interrupt, progress, sources};
use anyhow::Context;
use clap::Args;
use denshin::batch::{self, Inputs, Job, STANDARD_INPUT};
use denshin::error::{At, Stage};
use denshin::pipeline::read_page;
use denshin::scan::ScanFile;
use denshin::write::Format;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin read cable.tif -o out\n  \
    denshin read scans/ more/cable.pdf -o out --format json,text --jobs 4\n  \
    denshin read old/ -o out --direction vertical\n  \
    scanimage --format=tiff | denshin read - -o out\n  \
    find /archive -name '*.tif' | denshin read --list - -o out\n\n\
    Results are named after their files: NAME.json, or NAME-p0001.json … for a file of several pages. What became of \
    every page stands in OUT/manifest.jsonl. Settings are read from denshin.toml in the working folder.")]
pub(super) struct Arguments {
    /// Scans, folders that are searched for scans, patterns, or IIIF manifests; - for a scan on standard input
    #[arg(required_unless_present = "list", value_name = "SOURCES")]
    inputs: Vec<PathBuf>,
    /// File of sources, a path a line; - for a list on standard input
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Folder for the results, made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// What to write: json, text, hocr, alto, page, tei, csv
    #[arg(long, value_delimiter = ',', default_value = "json,text", value_name = "LIST")]
    format: Vec<Format>,
    /// Pages read at once [default: the number of cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
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
    let settings = arguments.reading.settings()?;
    let pool = arguments.reading.engine().pool(arguments.reading.paths())?;
    let output = &arguments.output;
    std::fs::create_dir_all(output)
        .with_context(|| format!("{}: cannot be made (choose another folder with -o)", output.display()))?;
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
    let jobs = arguments
        .jobs
        .map(usize::from)
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from));
    let stop = interrupt::stop()?;
    let progress = progress::for_terminal(inputs.len() as u64, arguments.quiet, arguments.verbose);
    unseen.iter().for_each(|error| progress.page_failed(error));
    tell_ignored(&ignored, arguments);
    let open = |path: &Path| match path == Path::new(STANDARD_INPUT) {
        true => ScanFile::of_bytes(sources::standard_input()?, &settings.scan),
        false => ScanFile::open(path, &settings.scan),
    };
    let job = Job {
        inputs: &inputs,
        output,
        formats: &arguments.format,
        jobs: jobs.unwrap_or(1),
        open: &open,
        read: &|scan, source| {
            let place = denshin::error::PageRef::page(&source.path, source.page);
            let mut engine = pool.lend().at(Stage::Recognize, &place)?;
            read_page(scan, source, &mut *engine, &settings)
        },
        stop: &stop,
    };
    let summary = batch::run(&job, &*progress);
    progress.finish();
    let summary = summary?;
    let failed = summary.failed + unseen.len() as u64;
    if !arguments.quiet {
        let pages = |n: u64| if n == 1 { "1 page".to_owned() } else { format!("{n} pages") };
        let failures = if failed > 0 { format!(", {failed} failed") } else { String::new() };
        complain(&format!("{} read{failures}; results in {}", pages(summary.read), output.display()));
    }
    Ok(match (summary.stopped, failed) {
        (true, _) => Exit::Stopped,
        (false, 0) => Exit::Success,
        (false, _) => Exit::SomeFailed,
    })
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
