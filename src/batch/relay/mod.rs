//! Pages handed out between machines: a work queue of NATS JetStream, sources and results on shared disks or in object
//! stores.
//!
//! Four streams make a queue. `NAME-pages` is the work queue: a message a page, gone when it is acknowledged, and given to
//! another worker when its own is silent for longer than the queue allows. `NAME-config` says how pages are read: workers
//! bring no settings, and one whose engine or models are others refuses. `NAME-dead` holds what was set aside, with its
//! reason; `NAME-done` a line for each page that was read.
//!
//! **The unit is the page.** Who enqueues looks at files but does not open them: of a hundred thousand it would have to read
//! every byte. A file is one message at first; the worker that opens it counts its pages, queues all but the first, each
//! with an identity that follows from its content, and reads the first. When it dies in between, the next does the same, and
//! the server drops what is there already.
//!
//! **Nothing is lost:** a message is acknowledged, and the server's answer awaited, only after the results are on disk or
//! in the store (or the dead letter in its stream). **Nothing is doubled:** the same page in the same orders is the same
//! message; a page that is read twice all the same, because its worker died or fell silent before it could say so, writes
//! the same bytes under the same name.
//!
//! Reading is the batch's (`crate::batch::client`): in worker processes, so that a crash of an engine costs a page and not the
//! process that speaks to the queue. Its journey: `enqueue` sends (`job`, `queue_config`), `work` takes, `page` fetches, reads and
//! puts (`channel`, `store`), `status` tells. Only `link` knows NATS, only `store` knows object stores.

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
