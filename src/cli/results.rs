//! Where results go, which, and what becomes of those that are there: flags that `read` and `batch` have in common.

use super::engine::EngineArguments;
use clap::{Args, ValueEnum};
use denshin::batch::{Existing, InjectedFault, JobConfig, Stages};
use denshin::write::Format;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Args)]
pub(super) struct ResultArguments {
    /// Folder for the results, made if it is not there
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// What to write: json, text, hocr, alto, page, tei, csv of each page; pdf of each file, with the json that it is made of
    #[arg(long, value_delimiter = ',', default_value = "json,text", value_name = "LIST")]
    format: Vec<Target>,
    /// What becomes of results that are there
    #[arg(long, value_enum, default_value_t = ExistingPolicy::Renew)]
    existing: ExistingPolicy,
    /// Faults on purpose, WHAT:NAME
    #[arg(long, hide = true)]
    rehearse: Vec<InjectedFault>,
}

/// A kind of result: of each page, or of all pages of a file.
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
    /// They are written anew, all formats of a page together; a page fails, and its results stay, where they are of another
    /// file, have been reviewed, or have text and none is found now
    Renew,
    /// They stay, and their pages count as read; formats that are missing are made
    Keep,
    /// They are written anew, unless they have been reviewed
    Overwrite,
    /// Nothing is read
    Abort,
}

impl ResultArguments {
    /// How pages are read, and where their results go.
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
