//! Ctrl-C.

use super::{Exit, complain};
use anyhow::Context;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The first Ctrl-C finishes the pages in work, the second ends at once.
pub(super) fn stop() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Stopped as i32);
        }
        complain("denshin: stopping after the pages in work (Ctrl-C again ends at once)");
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}
