//! `denshin inspect`: writes an image and the time of each processing stage of a page.

use super::passwords::PasswordArguments;
use super::{Exit, say, settings};
use anyhow::Context;
use clap::Args;
use denshin::error::{At, PageRef, Stage};
use denshin::names;
use denshin::pipeline::{prepare, square};
use denshin::scan::ScanFile;
use std::path::PathBuf;
use std::time::Instant;

#[derive(Args)]
#[command(after_help = "Example:\n  \
    denshin inspect cable.tif --page 2 -o look\n\n\
    Writes NAME-1-background.png, NAME-2-deskew.png, NAME-3-binarize.png, NAME-4-marks.png (stamps, redactions, \
    handwriting and rulings, with a legend), NAME-5-stamps.png (stamps rotated upright, without other ink), NAME-6-layout.png \
    (lines blue and green, their cells gray, reading order red) and NAME-timings.json (milliseconds). NAME is the file \
    name, with -p0002 and so on if the file has several pages.")]
pub(super) struct Arguments {
    /// The scan
    file: PathBuf,
    /// Output folder, created if needed
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Page number, one-based
    #[arg(long, default_value_t = 1)]
    page: u32,
    /// Settings file [default: denshin.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let mut settings = settings::load(arguments.settings.as_deref())?;
    settings.scan.passwords = arguments.passwords.passwords()?;
    let output = &arguments.output;
    std::fs::create_dir_all(output)
        .with_context(|| format!("{}: the folder cannot be created", output.display()))?;
    let place = PageRef::page(&arguments.file, arguments.page);
    let began = Instant::now();
    let mut file = ScanFile::open(&arguments.file, &settings.scan).at(Stage::Scan, &place)?;
    let scan = file.read(arguments.page).at(Stage::Scan, &place)?;
    let mut timings = serde_json::Map::new();
    timings.insert(Stage::Scan.to_string(), milliseconds(began));
    let (width, height) = scan.pixels.dimensions();
    let dpi = scan.dpi.map_or_else(|| "unknown".to_owned(), |dpi| dpi.to_string());
    say(&format!("scan      {:6} ms  {width} × {height} px, {dpi} dpi", began.elapsed().as_millis()));
    let stem = PathBuf::from(arguments.file.file_stem().unwrap_or_default());
    let named = |end: &str| {
        let mut path = output.join(names::page(&stem, arguments.page, file.pages())).into_os_string();
        path.push(format!("-{end}"));
        PathBuf::from(path)
    };
    let (mut last, mut number, mut failed) = (Instant::now(), 0, None);
    let (pixels, _) = square(&scan);
    let prepared = prepare(&pixels, &settings, &mut |stage, picture| {
        let spent = last.elapsed().as_millis();
        timings.insert(stage.to_string(), milliseconds(last));
        number += 1;
        let path = named(&format!("{number}-{stage}.png"));
        let saved = picture().save(&path).with_context(|| format!("{}: cannot be written", path.display()));
        failed = failed.take().or(saved.err());
        say(&format!("{:9} {spent:6} ms  {}", stage.to_string(), path.display()));
        last = Instant::now();
    });
    let lines: usize = prepared.blocks.iter().map(|b| b.lines.len()).sum();
    say(&format!("skew {:.3}° (confidence {})", prepared.skew.degrees, prepared.skew.confidence.value()));
    say(&format!("{} marks, {} blocks, {lines} lines", prepared.marks.len(), prepared.blocks.len()));
    let path = named("timings.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&timings)?)
        .with_context(|| format!("{}: cannot be written", path.display()))?;
    failed.map_or(Ok(Exit::Success), Err)
}

fn milliseconds(began: Instant) -> serde_json::Value {
    ((began.elapsed().as_secs_f64() * 1e4).round() / 10.0).into()
}
