//! Runs over many pages: inputs are found, pages are distributed to worker processes, results are written atomically.
//!
//! Files are opened when their first page is read, so that only the pages in flight are in memory. A failed page is
//! recorded in the manifest and does not stop the run. Results are written under temporary names and renamed, so that
//! a crash or a full disk leaves complete files only. A page enters the manifest after its files are on disk.
//!
//! Worker processes decode and read pages, because decoders and engines contain C code and files come from anywhere. A
//! crash, a hang or excessive memory use costs one page. The parent process decodes nothing. It alone writes the
//! manifest: JSON Lines for `denshin read`, which reads all its inputs, and SQLite for `denshin batch`, which resumes
//! an earlier run.
//!
//! `inputs` finds files, `shard` selects a part, `run` plans the tasks (`database` or `manifest`) and records the
//! outcomes, `worker_thread` sends the tasks of the `queue` to worker processes (`worker_client`, `worker_process`,
//! `protocol`, `worker`), `summary` and `metrics` report. `relay` distributes pages to several machines through a
//! queue server; it uses the same worker processes.

mod database;
mod document;
mod existing;
mod fault_injection;
mod fingerprint;
mod guard;
mod iiif;
mod inputs;
mod ledger;
mod limits;
mod manifest;
mod metrics;
mod output;
mod picture;
mod protocol;
mod queue;
#[cfg(feature = "queue")]
mod relay;
mod run;
mod shard;
mod summary;
mod worker;
mod worker_client;
mod worker_process;
mod worker_thread;

pub use database::{Failure, Status, Worst, read_status};
pub use fault_injection::{FaultKind, InjectedFault};
pub use inputs::{Found, Inputs, STANDARD_INPUT, find_inputs, find_listed};
pub use manifest::{Entry, MANIFEST};
pub use metrics::write_metrics;
pub use output::{OutputError, Unwritten, save};
pub use protocol::{Existing, JobConfig, Reading, Stages};
#[cfg(feature = "queue")]
pub use relay::{
    Connection, DeadPage, Enqueue, EnqueueEvent, Enqueued, JobError, Place, QueueJob, QueueStatus,
    RelayError, Sources, Work, WorkEvent, Worked, enqueue, parse_job, queue_status, work_queue,
};
pub use run::{Batch, End, Event, OnFailure, Outcome, Policy, Record, run as run_batch};
pub use shard::Shard;
pub use summary::{SUMMARY, write_summary};
pub use worker::{Surroundings, work};
pub use worker_process::WorkerOptions;
