//! Passwords of PDFs: from a file or the environment, never from a flag, which every user of the machine can see.

use anyhow::Context;
use clap::Args;
use denshin::encoding;
use denshin::scan::Passwords;
use std::path::PathBuf;

/// Names one password, for where a file is one thing too many.
const VARIABLE: &str = "DENSHIN_PDF_PASSWORD";

#[derive(Args)]
pub(super) struct PasswordArguments {
    /// File of passwords for PDFs, one a line; all are tried [also: the variable DENSHIN_PDF_PASSWORD, with one]
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
