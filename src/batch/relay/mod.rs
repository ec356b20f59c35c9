//! Distribution of pages to several machines: a work queue on NATS JetStream, with sources and results on shared disks
//! or in object stores.
//!
//! A queue consists of four streams. `NAME-pages` is the work queue with one message per page; a message is removed
//! when it is acknowledged, and delivered to another worker if its worker sends nothing for the acknowledgement
//! timeout. `NAME-orders` has the queue configuration: workers bring no settings, and a worker with another engine or
//! model refuses to work. `NAME-dead` has the pages that were set aside and the causes, `NAME-done` a line for each
//! page that was read.
//!
//! **The unit is the page.** `enqueue` does not open files, since it would have to read every byte of a hundred
//! thousand files. A file is one message at first. The worker that opens it counts its pages, queues all but the
//! first, and reads the first. The identity of each message follows from its content. If the worker dies in between,
//! the next worker repeats these steps, and the server drops the messages that it already has.
//!
//! **Nothing is lost.** A message is acknowledged, with confirmation by the server, only after the results are on disk
//! or in the object store, or the dead letter is in its stream. **Nothing is duplicated.** The same page with the same
//! configuration is the same message. A page that is read twice because its worker died or fell silent has the same
//! bytes under the same name.
//!
//! Pages are read in worker processes (`crate::batch::worker_client`), as in a batch, so that a crash of an engine
//! costs a page and not the process that serves the queue. `enqueue` sends messages (`job`, `queue_config`), `work`
//! receives them, `page` downloads, reads and uploads (`worker_channel`, `store`), `status` reports. Only `link` uses
//! the NATS client, and only `store` uses the object store client.

mod enqueue;
mod error;
mod job;
mod link;
mod page;
mod place;
mod queue_config;
mod status;
mod store;
mod work;
mod worker_channel;

pub use enqueue::{Enqueue, EnqueueEvent, Enqueued, Sources, enqueue};
pub use error::RelayError;
pub use job::{Job as QueueJob, JobError, parse_job};
pub use link::Connection;
pub use place::Place;
pub use status::{DeadPage, QueueStatus, queue_status};
pub use work::{Work, WorkEvent, Worked, work_queue};
