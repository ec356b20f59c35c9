//! The ledger of a run has one row per page: in SQLite for `batch`, in JSON Lines for `read`.

use super::output::OutputError;
use super::protocol::Reading;
use crate::error::Stage;

/// A state change of a page or a file.
#[derive(Debug)]
pub(super) enum Report {
    /// The page was sent to a worker process.
    Started { file: i64, page: u32, attempt: u32 },
    /// The pages of the file are counted; its first page is being read.
    Opened { file: i64, sha256: String, pages: u32 },
    /// The results of the page are on disk.
    Done { file: i64, page: u32, reading: Box<Reading> },
    /// The page is set aside. Page 0 denotes the whole file.
    Failed { file: i64, page: u32, stage: Stage, cause: String },
    /// The document of the file is on disk, under this name.
    Made { file: i64, name: String },
    /// The document of the file cannot be written.
    Unmade { file: i64, stage: Stage, cause: String },
}

/// A ledger. Only the thread that runs the workers writes to it.
pub(super) trait Ledger {
    /// Records all state changes or none. `now` is in seconds since 1970.
    fn record(&mut self, reports: &[Report], now: f64) -> Result<(), OutputError>;

    /// Records how the run ended.
    fn end(&mut self, now: f64, how: &str) -> Result<(), OutputError>;
}
