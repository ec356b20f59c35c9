//! `denshin worker`: the worker process that `read`, `batch` and `work` start. It is not for direct use.

use super::{Exit, clock};
use anyhow::Context;
use denshin::batch::{Surroundings, work};

pub(super) fn run() -> anyhow::Result<Exit> {
    let surroundings = Surroundings { now: clock::now, leave: || std::process::exit(Exit::Success as i32) };
    work(std::io::stdin(), std::io::stdout().lock(), &surroundings).context(
        "the connection to the parent process is lost (only denshin read, batch and work start this command)",
    )?;
    Ok(Exit::Success)
}
