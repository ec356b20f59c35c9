//! `denshin evaluate`: results against reference transcriptions.

use super::{Exit, complain, say};
use clap::{Args, ValueEnum};
use denshin::evaluate::{Comparison, Errors, Pair, compare, pairs};
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin evaluate out samples\n  \
    denshin evaluate out samples --fold width --format json\n  \
    denshin evaluate out/cable.json cable.gt.txt\n\n\
    References are NAME.gt.txt or NAME.gt.json; the results for them NAME.json or NAME.txt. A page without result counts \
    as read empty. CER is pooled: errors of all pages over characters of all references, white space and ■ left out.")]
pub(super) struct Arguments {
    /// Folder of results, or one result
    results: PathBuf,
    /// Folder of references, or one reference
    references: PathBuf,
    /// Which differences are no errors: none, full and half width, or old spellings too
    #[arg(long, value_enum, default_value_t = Fold::None)]
    fold: Fold,
    /// How to print the figures
    #[arg(long, value_enum, default_value_t = Output::Table)]
    format: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Fold {
    None,
    Width,
    Spelling,
}

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    Table,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let comparison = match arguments.fold {
        Fold::None => Comparison::Exact,
        Fold::Width => Comparison::Width,
        Fold::Spelling => Comparison::Spelling,
    };
    let pairs = pairs(&arguments.results, &arguments.references)?;
    let measured: Vec<(&Pair, Errors)> = pairs
        .iter()
        .map(|p| (p, compare(&p.reference, p.hypothesis.as_deref().unwrap_or_default(), comparison)))
        .collect();
    let all: Errors = measured.iter().map(|m| m.1).sum();
    match arguments.format {
        Output::Table => table(&measured, &all),
        Output::Json => json(&measured, &all)?,
    }
    let missing: Vec<&str> =
        pairs.iter().filter(|p| p.hypothesis.is_none()).map(|p| p.name.as_str()).collect();
    if missing.is_empty() {
        return Ok(Exit::Success);
    }
    complain(&format!("no result for {} of {}: {}", missing.len(), pairs.len(), missing.join(", ")));
    Ok(Exit::SomeFailed)
}

fn table(measured: &[(&Pair, Errors)], all: &Errors) {
    let width = measured.iter().map(|(p, _)| p.name.chars().count()).max().unwrap_or(0).max(8);
    let row = |name: &str, e: &Errors| {
        let rate = e.rate().map_or_else(|| "     –".to_owned(), |r| format!("{r:.4}"));
        say(&format!(
            "{name:width$}  {rate}  {:6}  {:6}  {:6}  {:6}",
            e.n, e.substitutions, e.insertions, e.deletions
        ));
    };
    say(&format!("{:width$}  CER     {:>6}  {:>6}  {:>6}  {:>6}", "page", "n", "subst", "insert", "delete"));
    measured.iter().for_each(|(pair, errors)| row(&pair.name, errors));
    row("all", all);
}

fn json(measured: &[(&Pair, Errors)], all: &Errors) -> anyhow::Result<()> {
    let row = |e: &Errors| {
        serde_json::json!({ "cer": e.rate(), "n": e.n, "substitutions": e.substitutions,
            "insertions": e.insertions, "deletions": e.deletions })
    };
    let pages: serde_json::Map<String, serde_json::Value> =
        measured.iter().map(|(pair, errors)| (pair.name.clone(), row(errors))).collect();
    say(&serde_json::to_string_pretty(&serde_json::json!({ "all": row(all), "pages": pages }))?);
    Ok(())
}
