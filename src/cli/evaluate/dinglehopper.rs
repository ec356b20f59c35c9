//! Figures of dinglehopper for every pair, and for all pairs together.

use super::{Arguments, Exit, Level, complain, say};
use denshin::error::printable;
use denshin::evaluate::{DinglehopperFigures, Pairing, TextLevel, compare_as_dinglehopper};
use serde_json::{Value, json};

pub(super) fn run(pairing: &Pairing, arguments: &Arguments) -> anyhow::Result<Exit> {
    let level = match arguments.textequiv_level {
        Level::Region => TextLevel::Region,
        Level::Line => TextLevel::Line,
    };
    let (mut pages, mut all, mut failed) = (Vec::new(), DinglehopperFigures::default(), 0);
    for pair in &pairing.pairs {
        let Some(hypothesis) = &pair.hypothesis else {
            failed += 1;
            complain(&format!("{}: no result, left out as dinglehopper does", pair.name));
            continue;
        };
        match compare_as_dinglehopper(&pair.reference, hypothesis, level) {
            Ok(figures) => {
                all = all.with(&figures);
                pages.push((pair.name.clone(), figures));
            }
            Err((path, error)) => {
                failed += 1;
                complain(&format!("{}: {error}", path.display()));
            }
        }
    }
    if !pairing.extra.is_empty() {
        complain(&format!(
            "no reference for {} results, left out: {}",
            pairing.extra.len(),
            pairing.extra.join(", ")
        ));
    }
    if arguments.json {
        let list: Vec<Value> = pages.iter().map(|(name, f)| shown(Some(name), f)).collect();
        let mut sum = shown(None, &all);
        sum["profile"] = json!("dinglehopper 0.11");
        sum["pages"] = Value::Array(list);
        say(&serde_json::to_string_pretty(&sum)?);
    } else {
        table(&pages, &all);
    }
    Ok(if failed == 0 { Exit::Success } else { Exit::SomeFailed })
}

fn shown(name: Option<&str>, figures: &DinglehopperFigures) -> Value {
    let mut value = json!({
        "distance": figures.characters.total(), "n": figures.characters.n, "cer": figures.character_error_rate(),
        "word_distance": figures.word_distance, "n_words": figures.words, "wer": figures.word_error_rate(),
    });
    if let Some(name) = name {
        value["name"] = json!(name);
    }
    value
}

fn table(pages: &[(String, DinglehopperFigures)], all: &DinglehopperFigures) {
    let width = pages.iter().map(|p| p.0.chars().count()).max().unwrap_or(0).max(8);
    let rate = |r: Option<f64>| r.map_or_else(|| "infinite".to_owned(), |r| format!("{r:.6}"));
    let row = |name: &str, f: &DinglehopperFigures| {
        let (cer, wer) = (rate(f.character_error_rate()), rate(f.word_error_rate()));
        say(&format!(
            "{name:width$}  {:>8}  {:>8}  {cer:>8}  {:>8}  {wer:>8}",
            f.characters.total(),
            f.characters.n,
            f.words
        ));
    };
    say(&format!("{:width$}  distance         n       CER     words       WER", "page"));
    pages.iter().for_each(|(name, figures)| row(&printable(name), figures));
    row("all", all);
}
