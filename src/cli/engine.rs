//! Which engine reads, with which settings: flags that `read` and `batch` have in common.

use super::passwords::PasswordArguments;
use super::settings;
use clap::{Args, ValueEnum};
use denshin::layout::{Direction, Spread};
use denshin::pipeline::Settings;
use denshin::recognize::EngineChoice;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct EngineArguments {
    /// Direction of writing [default: each part of a page by its own evidence]
    #[arg(long, value_enum)]
    direction: Option<DirectionChoice>,
    /// Whether a scan shows two pages side by side [default: where a gutter is found]
    #[arg(long, value_enum)]
    spread: Option<SpreadChoice>,
    /// What reads the lines
    #[arg(long, value_enum, default_value_t = EngineName::Auto)]
    engine: EngineName,
    /// Folder of Tesseract's models [default: where systems keep them]
    #[arg(long, env = "TESSDATA_PREFIX", value_name = "DIR")]
    pub tessdata: Option<PathBuf>,
    /// Network that the neural engine reads with, ONNX [default: the one that is part of denshin]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Settings [default: denshin.toml, if it is there]
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    #[command(flatten)]
    passwords: PasswordArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum DirectionChoice {
    Auto,
    Horizontal,
    Vertical,
}

#[derive(Clone, Copy, ValueEnum)]
enum SpreadChoice {
    Auto,
    Never,
    Always,
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

impl EngineArguments {
    /// The settings of the file, with what flags say before them.
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = settings::load(self.settings.as_deref())?;
        match self.direction {
            Some(DirectionChoice::Auto) => settings.layout.direction = Direction::Auto,
            Some(DirectionChoice::Horizontal) => settings.layout.direction = Direction::Horizontal,
            Some(DirectionChoice::Vertical) => settings.layout.direction = Direction::Vertical,
            None => {}
        }
        match self.spread {
            Some(SpreadChoice::Auto) => settings.layout.spread = Spread::Auto,
            Some(SpreadChoice::Never) => settings.layout.spread = Spread::Never,
            Some(SpreadChoice::Always) => settings.layout.spread = Spread::Always,
            None => {}
        }
        settings.scan.passwords = self.passwords.passwords()?;
        Ok(settings)
    }

    pub(super) fn engine(&self) -> EngineChoice {
        match self.engine {
            EngineName::Auto => EngineChoice::default(),
            EngineName::Neural => EngineChoice::Neural,
            EngineName::Tesseract => EngineChoice::Tesseract,
            EngineName::Fusion => EngineChoice::Fusion,
            EngineName::Null => EngineChoice::Null,
        }
    }
}
