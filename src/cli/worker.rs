//! `denshin worker`: what `read`, `batch` and `work` start to read pages in; nobody else has a use for it.

use super::{Exit, clock};
use anyhow::Context;
use denshin::batch::{Surroundings, work};

pub(super) fn run() -> anyhow::Result<Exit> {
    let surroundings = Surroundings { now: clock::now, leave: || std::process::exit(Exit::Success as i32) };
    work(std::io::stdin(), std::io::stdout().lock(), &surroundings)
        .context("the worker lost its parent (it is started by denshin read, batch and work alone)")?;
    Ok(Exit::Success)
}
