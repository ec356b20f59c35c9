//! `denshin read`: scans into page records.

use super::{Exit, complain, progress, settings};
use anyhow::Context;
use clap::{Args, ValueEnum};
use denshin::batch::{self, Job, find_inputs};
use denshin::error::{At, Stage};
use denshin::layout::Direction;
use denshin::pipeline::read_page;
use denshin::recognize::{EngineChoice, ModelPaths};
use denshin::write::Format;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin read cable.tif -o out\n  \
    denshin read scans/ more/cable.pdf -o out --format json,text --jobs 4\n  \
    denshin read old/ -o out --direction vertical\n\n\
    Results are named after their files: NAME.json, or NAME-p0001.json … for a file of several pages. What became of \
    every page stands in OUT/manifest.jsonl. Settings are read from denshin.toml in the working folder.")]
pub(super) struct Arguments {
    /// Scans, or folders that are searched for scans
    #[arg(required = true, value_name = "FILES-OR-FOLDERS")]
    inputs: Vec<PathBuf>,
    /// Folder for the results, made if it is not there
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// What to write: json, text, hocr, alto, page, tei, csv
    #[arg(long, value_delimiter = ',', default_value = "json,text", value_name = "LIST")]
    format: Vec<Format>,
    /// Pages read at once [default: the number of cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Direction of writing [default: each part of a page by its own evidence]
    #[arg(long, value_enum)]
    direction: Option<DirectionChoice>,
    /// What reads the lines
    #[arg(long, value_enum, default_value_t = EngineName::Auto)]
    engine: EngineName,
    /// Folder of Tesseract's models [default: where systems keep them]
    #[arg(long, env = "TESSDATA_PREFIX", value_name = "DIR")]
    tessdata: Option<PathBuf>,
    /// Network that the neural engine reads with, ONNX [default: the one that is part of denshin]
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Settings [default: denshin.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,
    /// Name every page
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DirectionChoice {
    Auto,
    Horizontal,
    Vertical,
}

#[derive(Clone, Copy, ValueEnum)]
enum EngineName {
    /// The best single engine: neural
    Auto,
    /// A network trained on cables, part of denshin
    Neural,
    /// Tesseract with the models jpn and jpn_vert
    Tesseract,
    /// The network, and Tesseract's opinion of the characters that the network is in doubt of
    Fusion,
    /// None: boxes and marks alone
    Null,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut settings = settings::load(arguments.settings.as_deref())?;
    match arguments.direction {
        Some(DirectionChoice::Auto) => settings.layout.direction = Direction::Auto,
        Some(DirectionChoice::Horizontal) => settings.layout.direction = Direction::Horizontal,
        Some(DirectionChoice::Vertical) => settings.layout.direction = Direction::Vertical,
        None => {}
    }
    let engine = match arguments.engine {
        EngineName::Auto => EngineChoice::default(),
        EngineName::Neural => EngineChoice::Neural,
        EngineName::Tesseract => EngineChoice::Tesseract,
        EngineName::Fusion => EngineChoice::Fusion,
        EngineName::Null => EngineChoice::Null,
    };
    let paths = ModelPaths { tessdata: arguments.tessdata.as_deref(), neural: arguments.model.as_deref() };
    let pool = engine.pool(paths)?;
    let output = &arguments.output;
    std::fs::create_dir_all(output)
        .with_context(|| format!("{}: cannot be made (choose another folder with -o)", output.display()))?;
    let (inputs, unseen) = find_inputs(&arguments.inputs, output);
    if inputs.is_empty() && unseen.is_empty() {
        let searched: Vec<String> = arguments.inputs.iter().map(|p| p.display().to_string()).collect();
        anyhow::bail!(
            "no scans found in {} (there are PNG, JPEG, TIFF, PDF, JPEG 2000, BMP, PNM and WebP)",
            searched.join(", ")
        );
    }
    let jobs = arguments
        .jobs
        .map(usize::from)
        .or_else(|| std::thread::available_parallelism().ok().map(usize::from));
    let stop = stop_on_interrupt()?;
    let progress = progress::for_terminal(inputs.len() as u64, arguments.quiet, arguments.verbose);
    unseen.iter().for_each(|error| progress.page_failed(error));
    let job = Job {
        inputs: &inputs,
        output,
        formats: &arguments.format,
        jobs: jobs.unwrap_or(1),
        scan: &settings.scan,
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

/// The first Ctrl-C finishes the pages in work, the second ends at once.
fn stop_on_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Stopped as i32);
        }
        complain("denshin: stopping after the pages in work (Ctrl-C again ends at once)");
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}
