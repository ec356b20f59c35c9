//! `denshin index`: an index of page records for `denshin search`.

use super::progress::FileBar;
use super::{Exit, complain, interrupt};
use anyhow::bail;
use clap::Args;
use denshin::index::{BuildOptions, Built, build};
use std::path::{Path, PathBuf};
use std::time::Instant;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin index out -o index                 # new and changed records are added, vanished ones removed\n  \
    denshin search index 'エリツィン 領土'\n\n\
    Pages are indexed as reviewed (NAME.review.json beside NAME.json). A run that is stopped or killed leaves the index as \
    it was at its last commit, and the next run goes on from there. Searches may run at the same time. An index of another \
    version of denshin is refused: remove its folder and build it anew.")]
pub(super) struct Arguments {
    /// Folders of results that are searched for page records
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,
    /// Folder of the index, made if it is not there
    #[arg(short, long, value_name = "INDEX")]
    output: PathBuf,
    /// Threads [default: two per core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Files between two commits
    #[arg(long, value_name = "N", hide = true, default_value_t = BuildOptions::default().portion)]
    portion: usize,
    /// Print errors only
    #[arg(short, long)]
    quiet: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    for folder in &arguments.results {
        if !folder.is_dir() {
            bail!("{}: is not a folder of results", folder.display());
        }
    }
    let stop = interrupt::stop()?;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = arguments.jobs.map_or(2 * cores, usize::from);
    let bar = FileBar::new(arguments.quiet);
    let began = Instant::now();
    let options = BuildOptions { threads, portion: arguments.portion };
    let mut tell = |pages, done, files| bar.tell(pages, done, files);
    let built = build(&arguments.results, &arguments.output, options, &stop, &mut tell)?;
    bar.end();
    for skipped in &built.skipped {
        complain(&format!("{}: index: {}", skipped.record.display(), skipped.cause));
    }
    if !arguments.quiet {
        complain(&summary(&built, &arguments.output, began.elapsed().as_secs_f64()));
    }
    Ok(match () {
        () if built.stopped => Exit::Stopped,
        () if !built.skipped.is_empty() => Exit::SomeFailed,
        () => Exit::Success,
    })
}

fn summary(built: &Built, folder: &Path, seconds: f64) -> String {
    let count = |n: usize, one: &str| if n == 1 { format!("1 {one}") } else { format!("{n} {one}s") };
    let mut line = format!("{} indexed in {seconds:.1} s", count(built.pages, "page"));
    if built.unchanged > 0 {
        line += &format!(", {} unchanged", count(built.unchanged, "file"));
    }
    if built.removed > 0 {
        line += &format!(", {} removed", count(built.removed, "file"));
    }
    if !built.skipped.is_empty() {
        line += &format!(", {} failed", built.skipped.len());
    }
    line + &format!("; {} in {}", count(built.documents as usize, "document"), folder.display())
}
