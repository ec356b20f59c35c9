//! Passwords of PDFs, from a file or the environment. Options are visible to every user of the machine.

use anyhow::Context;
use clap::Args;
use denshin::encoding;
use denshin::scan::Passwords;
use std::path::PathBuf;

/// The environment variable with one password.
const VARIABLE: &str = "DENSHIN_PDF_PASSWORD";

#[derive(Args)]
pub(super) struct PasswordArguments {
    /// File with passwords of PDFs, one per line; all are tried [also: the variable DENSHIN_PDF_PASSWORD, with one]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PasswordArguments {
    pub(super) fn passwords(&self) -> anyhow::Result<Passwords> {
        let mut text = match &self.password_file {
            Some(file) => encoding::read(file)
                .with_context(|| format!("{}: the passwords cannot be read", file.display()))?,
            None => String::new(),
        };
        if let Ok(password) = std::env::var(VARIABLE) {
            text.push('\n');
            text.push_str(&password);
        }
        Ok(Passwords::of_lines(&text))
    }
}
