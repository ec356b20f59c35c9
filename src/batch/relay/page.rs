//! Handles one page of the queue: downloads its file, has it read, and uploads its results.

use super::RelayError;
use super::job::{Job, body};
use super::link::{Link, Part};
use super::place::Place;
use super::queue_config::QueueConfig;
use super::store::{Stores, Trouble};
use super::worker_channel::WorkerChannel;
use crate::batch::existing::taken;
use crate::batch::output::remove_beginning;
use crate::batch::protocol::{Assignment, JobConfig, Reading, Request};
use crate::batch::worker_client::Unread;
use crate::error::Stage;
use crate::provenance::sha256;
use crate::write::parse_json;
use futures_util::StreamExt;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Maximum number of unconfirmed messages.
pub(super) const ON_THE_WAY: usize = 256;
/// Delay before a request to an object store that does not answer is repeated.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// Prefix of downloaded files.
const FETCHED: &str = "scan-";
/// The longest extension of a result.
const LONGEST_ENDING: &str = ".alto.xml";

/// The outcome of a page.
pub(super) enum Outcome {
    /// The results are in the output folder or the object store.
    Done(Reading),
    /// The page cannot be read, or not by this worker.
    Failed { stage: Stage, cause: String },
    /// No further page can be read.
    Broken(RelayError),
    /// The worker is stopped, and the page cannot be finished.
    Stopped,
}

/// Handles pages of the queue, one at a time.
pub(super) struct PageWorker<'a> {
    pub link: &'a Link,
    pub stores: &'a Stores,
    pub channel: &'a WorkerChannel,
    pub stop: &'a AtomicBool,
    /// Temporary folder for downloads and uploads of this page worker.
    pub scratch: &'a Path,
    /// The last downloaded object; pages of one file often follow one another.
    pub fetched: Option<PathBuf>,
    /// Called when an object store does not answer.
    pub waits: &'a dyn Fn(&str),
}

/// The job configuration for the worker process of a page worker.
pub(super) fn config_at(
    queue_config: &QueueConfig,
    scratch: &Path,
    own: &JobConfig,
    queue: &str,
) -> JobConfig {
    let output = match &queue_config.results {
        Place::File(folder) => folder.clone(),
        Place::Object(_) => scratch.join("results").into_os_string(),
    };
    JobConfig {
        output,
        passwords: own.passwords.clone(),
        tessdata: own.tessdata.clone(),
        model: own.model.clone(),
        unfinished: unfinished(queue),
        ..queue_config.config.clone()
    }
}

/// Prefix of temporary files of this queue.
pub(super) fn unfinished(queue: &str) -> String {
    format!(".part.{queue}-")
}

impl PageWorker<'_> {
    /// Reads a page. If the pages of its file are counted on the way, the job becomes that of the first page, and the
    /// other pages are queued.
    pub(super) async fn serve(
        &mut self,
        job: &mut Job,
        queue_config: &QueueConfig,
        config: &Arc<JobConfig>,
        attempt: u32,
    ) -> Outcome {
        if let Place::Object(url) = &queue_config.results
            && let Some(cause) = unfit_key(url, &job.stem)
        {
            return Outcome::Failed { stage: Stage::Write, cause };
        }
        let path = match self.path(job).await {
            Ok(path) => path,
            Err(outcome) => return outcome,
        };
        let request = request(job, path, attempt, &queue_config.results);
        let (opened, answer) = self.channel.read(config, request);
        let (answer, queued) = tokio::join!(answer, async {
            let Ok((sha256, pages)) = opened.await else { return Ok(None) };
            self.queue_others(job, &sha256, pages).await?;
            Ok(Some(job.of_page(1, &sha256)))
        });
        let queued = queued.map(|first| *job = first.unwrap_or_else(|| job.clone()));
        match (answer, queued) {
            (_, Err(error)) => Outcome::Broken(error),
            (Ok(reading), Ok(())) => match &queue_config.results {
                Place::File(_) => Outcome::Done(reading),
                Place::Object(url) => self.put(job, url, reading).await,
            },
            (Err(Unread::Page { stage, cause, .. }), Ok(())) => Outcome::Failed { stage, cause },
            (Err(Unread::Output(error)), Ok(())) => Outcome::Broken(error.into()),
        }
    }

    /// Path of the file on this machine, downloaded if needed.
    async fn path(&mut self, job: &Job) -> Result<OsString, Outcome> {
        let url = match &job.source {
            Place::File(path) => return Ok(path.clone()),
            Place::Object(url) => url,
        };
        // The worker process recognizes an open file by its path, so another version needs another path.
        let name = sha256(format!("{url} {}", job.version).as_bytes());
        let path = self.scratch.join(format!("{FETCHED}{name}"));
        if self.fetched.as_ref() != Some(&path) {
            self.fetched = None;
            remove_beginning(self.scratch, FETCHED);
            match self.patiently(url, || self.stores.fetch(url, &path)).await? {
                Ok(()) => self.fetched = Some(path.clone()),
                Err(Trouble::Missing(cause)) => {
                    return Err(Outcome::Failed { stage: Stage::Scan, cause });
                }
                Err(trouble) => return Err(broken(url, trouble)),
            }
        }
        Ok(path.into())
    }

    /// Repeats a request while the object store does not answer, because this is not the fault of the page.
    async fn patiently<T, F: Future<Output = Result<T, Trouble>>>(
        &self,
        url: &str,
        attempt: impl Fn() -> F,
    ) -> Result<Result<T, Trouble>, Outcome> {
        loop {
            match attempt().await {
                Err(Trouble::Passing(_)) if self.stop.load(Ordering::Relaxed) => {
                    return Err(Outcome::Stopped);
                }
                Err(Trouble::Passing(cause)) => (self.waits)(&format!("{url}: {cause}")),
                other => return Ok(other),
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    async fn queue_others(&self, job: &Job, sha256: &str, pages: u32) -> Result<(), RelayError> {
        let others = (2..=pages).map(|page| {
            let other = job.of_page(page, sha256);
            async move { self.link.send(Part::Pages, &other.id(), body(&other)).await }
        });
        let mut sent = futures_util::stream::iter(others).buffer_unordered(ON_THE_WAY);
        while let Some(sent) = sent.next().await {
            sent?;
        }
        Ok(())
    }

    /// Uploads the results of a page. The record is last, so that its presence implies that of the others.
    async fn put(&self, job: &Job, url: &str, reading: Reading) -> Outcome {
        let folder = self.scratch.join("results");
        let mut names = reading.results.clone();
        names.sort_by_key(|name| name.ends_with(".json"));
        for name in &names {
            let to = Place::Object(url.to_owned()).join(name).to_string();
            let bytes = match std::fs::read(folder.join(name)) {
                Ok(bytes) => bytes,
                Err(error) => return broken(&to, Trouble::Lasting(error.to_string())),
            };
            let put = match self.patiently(&to, || self.put_one(job, &to, &bytes)).await {
                Ok(put) => put,
                Err(outcome) => return outcome,
            };
            match put {
                Ok(None) => {}
                Ok(Some(cause)) => return Outcome::Failed { stage: Stage::Write, cause },
                Err(trouble) => return broken(&to, trouble),
            }
        }
        names.iter().for_each(|name| drop(std::fs::remove_file(folder.join(name))));
        Outcome::Done(reading)
    }

    /// Uploads a file, unless results of another source have its name. In that case, the cause of the failure is
    /// returned.
    async fn put_one(&self, job: &Job, to: &str, bytes: &[u8]) -> Result<Option<String>, Trouble> {
        if to.ends_with(".json")
            && let Some(there) = self.stores.bytes(to).await?
            && let Ok(page) = parse_json(&there)
            && page.source.path != job.source.to_string()
        {
            return Ok(Some(taken(to, &page.source.path)));
        }
        self.stores.put(to, bytes.to_vec()).await?;
        Ok(None)
    }
}

/// The error if results of this name cannot be objects.
fn unfit_key(results: &str, stem: &Path) -> Option<String> {
    let Some(stem) = stem.to_str() else {
        return Some("a name that is not UTF-8 cannot be the key of an object (rename the file)".to_owned());
    };
    let longest = format!("{stem}-p{}{LONGEST_ENDING}", u32::MAX);
    let key = Place::Object(results.to_owned()).join(&longest).to_string();
    Place::parse(OsStr::new(&key)).err().map(|error| error.to_string())
}

fn broken(url: &str, trouble: Trouble) -> Outcome {
    Outcome::Broken(RelayError::Store { place: url.to_owned(), cause: trouble.cause() })
}

fn request(job: &Job, path: OsString, attempt: u32, results: &Place) -> Request {
    let shown = match (&job.source, results) {
        (Place::File(_), Place::File(_)) => None,
        // No relative path leads from an object to a file.
        (source, _) => Some(source.to_string()),
    };
    let assignment = Assignment {
        path,
        stem: job.stem.clone(),
        page: job.page.max(1),
        sha256: job.sha256.clone().unwrap_or_default(),
        attempt,
        from_record: false,
        shown,
        elsewhere: None,
    };
    if job.page == 0 { Request::Open(assignment) } else { Request::Read(assignment) }
}
