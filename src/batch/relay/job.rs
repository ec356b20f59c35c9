//! What the messages of a queue say, as JSON.

use super::place::{Place, path_text};
use crate::error::PageRef;
use crate::provenance::sha256;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;

/// A page to be read; or a file whose pages nobody has counted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    pub source: Place,
    /// What the file was when it was enqueued: its ETag, or size and time. Another one is another message.
    pub version: String,
    /// Path of its results below the folder of results, without their endings.
    #[serde(with = "path_text")]
    pub stem: OsString,
    /// One-based; 0 for a file whose pages are not counted.
    pub page: u32,
    /// SHA-256 of the file when its pages were counted.
    pub sha256: Option<String>,
    /// Of the orders under which it was enqueued.
    pub making: String,
}

impl Job {
    /// The same for the same page of the same file under the same orders.
    pub(super) fn id(&self) -> String {
        sha256(&body(self))
    }

    pub(super) fn place(&self) -> PageRef {
        let path = self.source.path();
        if self.page == 0 { PageRef::file(path) } else { PageRef::page(path, self.page) }
    }

    /// The job of one page of this file.
    pub(super) fn of_page(&self, page: u32, sha256: &str) -> Self {
        Self { page, sha256: Some(sha256.to_owned()), ..self.clone() }
    }
}

/// A page that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dead {
    /// The page; none where the message was none of ours.
    pub job: Option<Job>,
    /// What the message said, where it was none of ours.
    pub message: Option<String>,
    pub stage: String,
    pub cause: String,
    /// How often it was given to a worker.
    pub deliveries: u64,
}

/// A page that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Done {
    pub source: Place,
    pub page: u32,
    pub results: Vec<String>,
    pub characters: u32,
    pub doubtful: u32,
    pub warnings: u32,
}

/// A message's bytes.
pub(super) fn body(message: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(message).expect("messages are strings and finite numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            source: Place::Object("s3://b/a.tif".into()),
            version: "\"e1\"".into(),
            stem: "a".into(),
            page: 0,
            sha256: None,
            making: "m".into(),
        }
    }

    #[test]
    fn the_same_page_is_the_same_message_and_another_version_is_not() {
        assert_eq!(job().id(), job().id());
        let others = [
            Job { version: "\"e2\"".into(), ..job() },
            Job { making: "n".into(), ..job() },
            job().of_page(1, "00"),
            job().of_page(2, "00"),
            job().of_page(2, "01"),
        ];
        let mut ids: Vec<String> = others.iter().map(Job::id).chain([job().id()]).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6);
        assert_eq!(serde_json::from_slice::<Job>(&body(&others[3])).unwrap(), others[3]);
    }
}
