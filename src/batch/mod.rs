//! Many pages: files are found, pages handed out one by one, results written whole or not at all, failures recorded.
//!
//! A page in work is all that is in memory: files are opened when their first page is wanted. A failed page is a
//! result: it stands in the manifest, the batch goes on. A result is written beside its place and renamed, so that a
//! crash or a full disk leaves whole files only; a page is in the manifest only after its files are on disk.
//!
//! Worker processes read, so that what ends a process, never ends, or wants too much memory costs a page: decoders and engines
//! are C code in part, and files come from anywhere. The parent decodes nothing. It alone writes the manifest: a line of JSON a
//! page for `denshin read`, which reads all that it is given, and SQLite for `denshin batch`, which goes on where
//! a run ended. The journey: `inputs` finds files, `shard` takes a part, `run` plans what is to do (`database`, or `manifest`),
//! `thread` asks workers (`client`, `worker`, `wire`, `worker`), `run` records, `summary` and `metrics` tell of it. On several
//! machines pages come from a queue instead, and the same workers read them: `relay`.

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
