//! Handling of Ctrl-C.

use super::{Exit, complain};
use anyhow::Context;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Sets the flag on the first Ctrl-C, to finish the pages in progress. The second ends the program at once.
pub(super) fn stop() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Stopped as i32);
        }
        complain(
            "denshin: finishing the pages in progress, then stopping (press Ctrl-C again to stop at once)",
        );
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}
