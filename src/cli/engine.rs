//! Engine and settings: options that `read`, `batch` and `enqueue` share.

use super::passwords::PasswordArguments;
use super::settings;
use clap::{Args, ValueEnum};
use denshin::layout::{Direction, Spread};
use denshin::pipeline::Settings;
use denshin::recognize::EngineChoice;
use std::path::PathBuf;

#[derive(Args)]
pub(super) struct EngineArguments {
    /// Writing direction [default: detected for each part of a page]
    #[arg(long, value_enum)]
    direction: Option<DirectionChoice>,
    /// Whether a scan shows two pages side by side [default: detected by the gutter]
    #[arg(long, value_enum)]
    spread: Option<SpreadChoice>,
    /// Engine that reads the lines
    #[arg(long, value_enum, default_value_t = EngineName::Auto)]
    engine: EngineName,
    /// Folder of Tesseract's models [default: the usual folders of the system]
    #[arg(long, env = "TESSDATA_PREFIX", value_name = "DIR")]
    pub tessdata: Option<PathBuf>,
    /// ONNX network for the neural engine [default: the built-in network]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Settings file [default: denshin.toml, if it exists]
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
    /// The built-in neural network, trained on telegrams
    Neural,
    /// Tesseract with the models jpn and jpn_vert
    Tesseract,
    /// The network, with Tesseract for characters of low confidence
    Fusion,
    /// No engine: boxes and marks only
    Null,
}

impl EngineArguments {
    /// The settings of the file, overridden by the options.
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
