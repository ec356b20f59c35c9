//! The ledger of a run has a row for every page: in a database for `batch`, in lines of JSON for `read`.

use super::output::OutputError;
use super::protocol::Reading;
use crate::error::Stage;

/// An event of a page or a file that the ledger records.
#[derive(Debug)]
pub(super) enum Report {
    /// A worker has been asked for it.
    Started { file: i64, page: u32, attempt: u32 },
    /// The pages of a file are counted; its first is being read.
    Opened { file: i64, sha256: String, pages: u32 },
    /// Its results are on disk.
    Done { file: i64, page: u32, reading: Box<Reading> },
    /// It is set aside. Page 0: the file as a whole.
    Failed { file: i64, page: u32, stage: Stage, cause: String },
    /// The document of a file is on disk, under this name.
    Made { file: i64, name: String },
    /// The document of a file cannot be made.
    Unmade { file: i64, stage: Stage, cause: String },
}

/// Where it is written down. The thread that runs the workers alone writes to it.
pub(super) trait Ledger {
    /// Records what happened, all of it or nothing, at a time in seconds since 1970.
    fn record(&mut self, reports: &[Report], now: f64) -> Result<(), OutputError>;

    /// Says how the run ended.
    fn end(&mut self, now: f64, how: &str) -> Result<(), OutputError>;
}
