//! Status of a queue.

use super::job::Dead;
use super::link::{Link, Part};
use super::queue_config::QueueConfig;
use super::{Connection, RelayError};
use crate::error::Stage;
use serde::Serialize;

/// Maximum number of recent pages from which the rate is computed.
const RECENT: u64 = 100;
/// Maximum number of listed dead letters.
const MOST_TOLD: usize = 1000;

/// The status of a queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueStatus {
    /// Name of the queue.
    pub queue: String,
    /// Name and version of the engine.
    pub engine: String,
    /// The output folder.
    pub results: String,
    /// Messages not delivered to a worker: pages, and files whose pages are not counted.
    pub waiting: u64,
    /// Messages that are delivered but not acknowledged.
    pub in_work: u64,
    /// Pages read since the queue was created.
    pub done: u64,
    /// Pages set aside.
    pub dead: u64,
    /// Pages per second, over the last pages.
    pub pages_per_second: f64,
    /// Estimated seconds left at this rate; null if the rate is 0.
    pub seconds_left: Option<f64>,
    /// Pages set aside, oldest first, at most a thousand.
    pub dead_pages: Vec<DeadPage>,
}

/// A page that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadPage {
    /// The file; null if the message is not from denshin.
    pub source: Option<String>,
    /// Page number, one-based; null for a file whose pages could not be counted.
    pub page: Option<u32>,
    /// The stage that failed.
    pub stage: Stage,
    /// The cause.
    pub cause: String,
    /// Number of deliveries to workers.
    pub deliveries: u64,
}

/// The status of a queue; `now` is in seconds since 1970.
///
/// # Errors
/// There is no server or no queue.
pub fn queue_status(connection: &Connection, now: f64) -> Result<QueueStatus, RelayError> {
    super::enqueue::runtime()?.block_on(async {
        let (link, _) = Link::connect(connection).await?;
        status(&link, now).await
    })
}

async fn status(link: &Link, now: f64) -> Result<QueueStatus, RelayError> {
    let counts = link.counts().await?;
    let config = link.last(Part::JobConfig).await?;
    let config = config.and_then(|stored| serde_json::from_slice::<QueueConfig>(&stored.body).ok());
    let (done, first, last) = link.extent(Part::Done).await?;
    let recent = RECENT.min(done);
    let mut rate = 0.0;
    if recent > 1
        && let Some(then) = link.message(Part::Done, first.max(last + 1 - recent)).await?
    {
        rate = recent as f64 / (now - then.seconds).max(1e-3);
    }
    let left = (counts.waiting + counts.in_work) as f64;
    Ok(QueueStatus {
        queue: link.queue().to_owned(),
        engine: config.as_ref().map(|o| o.engine.clone()).unwrap_or_default(),
        results: config.map(|o| o.results.to_string()).unwrap_or_default(),
        waiting: counts.waiting,
        in_work: counts.in_work,
        done,
        dead: link.extent(Part::Dead).await?.0,
        pages_per_second: rate,
        seconds_left: (rate > 0.0).then(|| left / rate),
        dead_pages: dead_pages(link).await?,
    })
}

async fn dead_pages(link: &Link) -> Result<Vec<DeadPage>, RelayError> {
    let (messages, first, last) = link.extent(Part::Dead).await?;
    let mut pages = Vec::new();
    for sequence in first..=last {
        if messages == 0 || pages.len() >= MOST_TOLD {
            break;
        }
        let Some(stored) = link.message(Part::Dead, sequence).await? else { continue };
        if let Ok(Dead { job, stage, cause, deliveries, .. }) = serde_json::from_slice(&stored.body) {
            let place = job.as_ref().map(super::job::Job::place);
            pages.push(DeadPage {
                source: place.as_ref().map(|place| place.path.display().to_string()),
                page: place.and_then(|place| place.page),
                stage,
                cause,
                deliveries,
            });
        }
    }
    Ok(pages)
}
