//! Output folder, formats and treatment of existing results: options that `read` and `batch` share.

use super::engine::EngineArguments;
use clap::{Args, ValueEnum};
use denshin::batch::{Existing, InjectedFault, JobConfig, Stages};
use denshin::write::Format;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Args)]
pub(super) struct ResultArguments {
    /// Output folder, created if needed
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Formats: json, text, hocr, alto, page, tei, csv per page; pdf per file, which includes json
    #[arg(long, value_delimiter = ',', default_value = "json,text", value_name = "LIST")]
    format: Vec<Target>,
    /// Treatment of existing results
    #[arg(long, value_enum, default_value_t = ExistingPolicy::Renew)]
    existing: ExistingPolicy,
    /// Fault injection, WHAT:NAME
    #[arg(long, hide = true)]
    rehearse: Vec<InjectedFault>,
}

/// An output format: one file per page, or one per file of scans.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Page(Format),
    Pdf,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "pdf" => Ok(Self::Pdf),
            _ => Format::from_str(name).map(Self::Page).map_err(|e| e.replace(')', ", pdf)")),
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum ExistingPolicy {
    /// Replace them, all formats of a page together; a page fails and keeps its results if they belong to another
    /// file, have been reviewed, or have text and the page now has none
    Renew,
    /// Keep them and count their pages as read; make missing formats from the records
    Keep,
    /// Replace them, unless they have been reviewed
    Overwrite,
    /// End the run before a page is read
    Abort,
}

impl ResultArguments {
    /// The job configuration.
    pub(super) fn config(&self, reading: &EngineArguments, stages: Stages) -> anyhow::Result<JobConfig> {
        let owned = |path: &Option<PathBuf>| path.clone().map(PathBuf::into_os_string);
        let settings = reading.settings()?;
        let pdf = self.format.contains(&Target::Pdf) && stages == Stages::All;
        let page_format = |target: &Target| match target {
            Target::Page(format) => Some(*format),
            Target::Pdf => None,
        };
        let mut formats: Vec<Format> = self.format.iter().filter_map(page_format).collect();
        if pdf && !formats.contains(&Format::Json) {
            formats.push(Format::Json);
        }
        Ok(JobConfig {
            passwords: settings.scan.passwords.clone(),
            settings,
            engine: reading.engine(),
            tessdata: owned(&reading.tessdata),
            model: owned(&reading.model),
            output: self.output.clone().into(),
            formats,
            pdf,
            existing: match self.existing {
                ExistingPolicy::Renew => Existing::Renew,
                ExistingPolicy::Keep => Existing::Keep,
                ExistingPolicy::Overwrite => Existing::Overwrite,
                ExistingPolicy::Abort => Existing::Abort,
            },
            stages,
            unfinished: String::new(),
            injected_faults: self.rehearse.clone(),
        })
    }
}
