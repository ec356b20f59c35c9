//! How a queue stands.

use super::job::Dead;
use super::link::{Link, Part};
use super::queue_config::QueueConfig;
use super::{Connection, RelayError};
use crate::error::Stage;
use serde::Serialize;

/// The rate is that of the last pages: so many at most.
const RECENT: u64 = 100;
/// Dead letters that are told of; they are counted all.
const MOST_TOLD: usize = 1000;

/// How a queue stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QueueStatus {
    /// Its name.
    pub queue: String,
    /// What reads its pages.
    pub engine: String,
    /// Where results go.
    pub results: String,
    /// Messages that nobody has been given: pages, and files whose pages are not counted.
    pub waiting: u64,
    /// Pages that workers have, or that wait to be given out anew.
    pub in_work: u64,
    /// Pages read since the queue was made.
    pub done: u64,
    /// Pages set aside.
    pub dead: u64,
    /// Of the last pages.
    pub pages_per_second: f64,
    /// Seconds that what is left takes at that rate; none where nothing is read.
    pub seconds_left: Option<f64>,
    /// What was set aside, oldest first: a thousand at most.
    pub dead_pages: Vec<DeadPage>,
}

/// A page that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadPage {
    /// Its file; none where the message was none of denshin's.
    pub source: Option<String>,
    /// One-based; none for a file whose pages could not be counted.
    pub page: Option<u32>,
    /// In which stage it failed.
    pub stage: Stage,
    /// Why.
    pub cause: String,
    /// How often it was given to a worker.
    pub deliveries: u64,
}

/// Looks at a queue; `now` is in seconds since 1970.
///
/// # Errors
/// Where there is no server, or no queue.
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
