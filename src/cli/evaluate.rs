//! `denshin evaluate`: compares results with reference transcriptions.

mod dinglehopper;
mod table;

use super::{Exit, complain, say};
use anyhow::Context;
use clap::{Args, ValueEnum};
use denshin::evaluate::{self, Comparison, Evaluation, Gate, GateOutcome, Pairing};
use denshin::reviewed::Text;
use std::path::{Path, PathBuf};

#[derive(Args)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{MEANING}"))]
pub(super) struct Arguments {
    /// Folder of results, or one result
    results: PathBuf,
    /// Folder of references, or one reference
    references: PathBuf,
    /// Table of pairs: reference, tab, result, as paths below the two folders
    #[arg(long, value_name = "TSV")]
    pairs: Option<PathBuf>,
    /// Ignore reviews and evaluate the text as the machine read it
    #[arg(long)]
    as_read: bool,
    /// Print all figures as JSON
    #[arg(long)]
    json: bool,
    /// Write a self-contained report with the lines of the scans beside reference and result
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Number of pages in the report, those with most errors first
    #[arg(long, value_name = "N", default_value_t = 20, requires = "html")]
    html_pages: usize,
    /// Folder of the scans for the report [default: beside the references, and the paths in the results]
    #[arg(long, value_name = "DIR", requires = "html")]
    scans: Option<PathBuf>,
    /// JSON of an earlier run to compare with, page by page
    #[arg(long, value_name = "JSON")]
    baseline: Option<PathBuf>,
    /// Exit with code 1 if a figure exceeds its limit, as in body-cer=0.02 (may be repeated)
    #[arg(long, value_name = "FIGURE=LIMIT", value_delimiter = ',')]
    fail_above: Vec<Gate>,
    /// Kind of figures: those of denshin, or those of dinglehopper (which includes a word error rate)
    #[arg(long, value_enum, default_value_t = Profile::Denshin)]
    profile: Profile,
    /// Level of PAGE XML from which dinglehopper takes the text
    #[arg(long, value_enum, default_value_t = Level::Region, value_name = "LEVEL")]
    textequiv_level: Level,
    /// Number of pages evaluated in parallel [default: the number of cores]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
}

const EXAMPLES: &str = "Examples:\n  \
    denshin evaluate out samples\n  \
    denshin evaluate out samples --html report.html --scans samples\n  \
    denshin evaluate out samples --json > now.json\n  \
    denshin evaluate out samples --baseline earlier.json --fail-above body-cer=0.02\n  \
    denshin evaluate out/cable.json cable.gt.txt\n  \
    denshin evaluate ocr gt --profile dinglehopper --json";

const MEANING: &str = "\
Results and references are page records, PAGE XML, ALTO, hOCR, text, or NAME.gt.json. They are paired by their paths \
without extension, then by file name; --pairs pairs files with other names. A page without a result counts as an empty \
result. Reviews (NAME.review.json) are applied to page records. --as-read ignores the reviews of the results, so that a \
reviewed folder can be its own reference.

There are three character error rates: strict (nothing folded), NFC, and reading (NFKC, no white space, kana size and old \
forms folded). Body is the part from subject to closing, order-free is flexible character accuracy. Redaction marks do \
not count. Characters are grapheme clusters; rates are pooled, with 95 % intervals over pages.

There is no word error rate: Japanese is printed without spaces. Words would depend on a dictionary, and the rate would \
measure its segmentation as well. The dinglehopper profile has the word error rate of that program.

Figures for --fail-above: strict-cer, nfc-cer, reading-cer, page-cer (the same), body-cer, order-free-cer, stamp-errors (1 − F1), \
redaction-errors (1 − F1), redactions-missed (1 − recall), field-errors, fields-invented, skew (degrees), calibration, \
modernized (characters), missing (pages). A figure that cannot be computed from the files exceeds every limit.

Exit codes: 0 success; 1 a limit is exceeded, a page has no result, or a file cannot be read; 2 wrong usage.";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Profile {
    Denshin,
    Dinglehopper,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Region,
    Line,
}

/// The output of `--json`.
#[derive(serde::Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparison: Option<&'a Comparison>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    exceeded: Vec<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let pairing = match &arguments.pairs {
        Some(table) => evaluate::pair_listed(table, &arguments.results, &arguments.references)?,
        None => evaluate::pair(&arguments.results, &arguments.references)?,
    };
    let text = if arguments.as_read { Text::AsRead } else { Text::Reviewed };
    let pairing = Pairing { text, ..pairing };
    if arguments.profile == Profile::Dinglehopper {
        anyhow::ensure!(
            arguments.html.is_none() && arguments.baseline.is_none() && arguments.fail_above.is_empty(),
            "--html, --baseline and --fail-above require the figures of denshin (omit --profile dinglehopper)"
        );
        return dinglehopper::run(&pairing, arguments);
    }
    measure(arguments, pairing)
}

fn measure(arguments: &Arguments, pairing: Pairing) -> anyhow::Result<Exit> {
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let evaluation = evaluate::evaluate(&pairing, arguments.jobs.map_or_else(cores, usize::from));
    let comparison = match &arguments.baseline {
        Some(path) => Some(compare(path, &evaluation)?),
        None => None,
    };
    let exceeded: Vec<String> =
        arguments.fail_above.iter().filter_map(|g| exceeded(g, &evaluation)).collect();
    if let Some(path) = &arguments.html {
        write_report(path, arguments, &pairing, &evaluation, comparison.as_ref())?;
    }
    if arguments.json {
        let printed =
            Printed { evaluation: &evaluation, comparison: comparison.as_ref(), exceeded: exceeded.clone() };
        say(&serde_json::to_string_pretty(&printed)?);
    } else {
        table::print(&evaluation, comparison.as_ref());
    }
    Ok(conclude(&evaluation, &exceeded))
}

fn compare(path: &Path, evaluation: &Evaluation) -> anyhow::Result<Comparison> {
    let older = denshin::encoding::read(path)
        .with_context(|| format!("{}: cannot be read (check the path)", path.display()))?;
    evaluate::compare_runs(&older, evaluation).with_context(|| path.display().to_string())
}

fn write_report(
    path: &Path,
    arguments: &Arguments,
    pairing: &Pairing,
    evaluation: &Evaluation,
    comparison: Option<&Comparison>,
) -> anyhow::Result<()> {
    let scans = arguments.scans.as_deref();
    let report = evaluate::report(evaluation, comparison, pairing, scans, arguments.html_pages);
    std::fs::write(path, report.html)
        .with_context(|| format!("{}: cannot be written (check folder and permissions)", path.display()))?;
    report.notes.iter().for_each(|note| complain(note));
    Ok(())
}

/// The message about a gate that is not met.
fn exceeded(gate: &Gate, evaluation: &Evaluation) -> Option<String> {
    match gate.check(evaluation) {
        GateOutcome::Kept(_) => None,
        GateOutcome::Exceeded(value) => Some(format!("{} is {value:.6}, above {}", gate.name, gate.limit)),
        GateOutcome::Unmeasured => Some(format!(
            "{} cannot be computed from these files, so the limit {} is not met",
            gate.name, gate.limit
        )),
    }
}

/// Reports missing, extra and damaged files, and determines the exit code.
fn conclude(evaluation: &Evaluation, exceeded: &[String]) -> Exit {
    let list = |what: &str, names: &[String]| {
        const SHOWN: usize = 10;
        let more =
            if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
        let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
        complain(&format!("{what}: {shown}{more}"));
    };
    evaluation.failed.iter().for_each(|f| complain(f));
    match evaluation.reviewed {
        0 => {}
        1 => complain("1 page as reviewed (--as-read evaluates the machine's text)"),
        n => complain(&format!("{n} pages as reviewed (--as-read evaluates the machine's text)")),
    }
    if !evaluation.missing.is_empty() {
        let what = format!("no result for {} of {}", evaluation.missing.len(), evaluation.pages);
        list(&what, &evaluation.missing);
    }
    if !evaluation.extra.is_empty() {
        list(&format!("no reference for {} results, left out", evaluation.extra.len()), &evaluation.extra);
    }
    exceeded.iter().for_each(|e| complain(&format!("not accepted: {e}")));
    let well = evaluation.missing.is_empty() && evaluation.failed.is_empty() && exceeded.is_empty();
    if well { Exit::Success } else { Exit::SomeFailed }
}
