//! Tesseract reads OMP_THREAD_LIMIT only at program start. Its own threads, in addition to ours, more than double the
//! time of a page. The program therefore restarts itself with the limit set. rten creates a thread pool that is not
//! used; `RTEN_NUM_THREADS` makes it as small as possible.

/// Restarts the program if the limit is not set. Returns if it is set, or if restarting fails.
#[cfg(unix)]
pub(super) fn ensure() {
    use std::os::unix::process::CommandExt;
    const LIMIT: &str = "OMP_THREAD_LIMIT";
    if std::env::var_os(LIMIT).is_some() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let failed = std::process::Command::new(program)
            .args(std::env::args_os().skip(1))
            .env(LIMIT, "1")
            .env("RTEN_NUM_THREADS", "1")
            .exec();
        super::complain(&format!(
            "denshin: cannot restart with {LIMIT}=1 ({failed}); reading will be slower"
        ));
    }
}

/// On other systems, the user sets the limit.
#[cfg(not(unix))]
pub(super) fn ensure() {}
