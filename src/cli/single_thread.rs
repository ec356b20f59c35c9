//! Tesseract reads OMP_THREAD_LIMIT only when the program starts. With its own threads beside ours a page takes more
//! than twice the time, so the program starts itself anew with the limit set. rten makes a pool of threads that nobody
//! uses (`RTEN_NUM_THREADS`): it is made as small as can be.

/// Starts the program anew where the limit is not set; returns where it is, or where that fails.
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
            "denshin: cannot start anew with {LIMIT}=1 ({failed}); reading will be slower"
        ));
    }
}

/// Elsewhere the limit is the user's to set.
#[cfg(not(unix))]
pub(super) fn ensure() {}
