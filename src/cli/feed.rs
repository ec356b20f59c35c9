//! `denshin feed` and `denshin fold`: documents and queries for other search engines.

use super::{Exit, complain, say};
use anyhow::{Context, bail};
use clap::Args;
use denshin::index::{FeedFormat, feed};
use denshin::orthography::search::{characters, text_of, words};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

#[derive(Args)]
#[command(after_help = "Examples:\n  \
    denshin feed out --to jsonl -o telegrams.jsonl\n  \
    denshin feed out --to opensearch | curl -H 'Content-Type: application/x-ndjson' --data-binary @- HOST/telegrams/_bulk\n  \
    denshin feed out --to groonga -o load.grn && groonga DATABASE < load.grn\n\n\
    Pages are as reviewed. Each telegram and each other page is a document; --pages makes each page one. Documents have the \
    text joined across lines (text) and folded for search (characters, words): fold queries by `denshin fold`. deploy/search \
    has the schemas.")]
pub(super) struct Arguments {
    /// Folders of results that are searched for page records
    #[arg(required = true, value_name = "RESULTS")]
    results: Vec<PathBuf>,
    /// Engine: jsonl, opensearch (and Elasticsearch), solr, groonga
    #[arg(long, value_name = "FORMAT")]
    to: FeedFormat,
    /// File to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Make each page a document in place of whole telegrams
    #[arg(long)]
    pages: bool,
}

#[derive(Args)]
#[command(after_help = "Example:\n  \
    denshin fold '総理はエリツィン大統領と'\n\n\
    Prints the text folded character by character, for the field `characters` of feeds, and with words, numerals and years \
    folded, for the field `words`. Search for both as phrases.")]
pub(super) struct FoldArguments {
    /// Text, such as a query
    #[arg(value_name = "TEXT")]
    text: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    for folder in &arguments.results {
        if !folder.is_dir() {
            bail!("{}: is not a folder of results", folder.display());
        }
    }
    let mut out: Box<dyn Write> = match &arguments.output {
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("{}: cannot be written", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(BufWriter::new(std::io::stdout().lock())),
    };
    let fed = feed(&arguments.results, arguments.to, arguments.pages, &mut out)?;
    for skipped in &fed.skipped {
        complain(&format!("{}: feed: {}", skipped.record.display(), skipped.cause));
    }
    Ok(if fed.skipped.is_empty() { Exit::Success } else { Exit::SomeFailed })
}

pub(super) fn fold(arguments: &FoldArguments) -> Exit {
    let light = characters(&arguments.text);
    say(&format!("{}\n{}", text_of(&light), text_of(&words(&arguments.text, &light))));
    Exit::Success
}
