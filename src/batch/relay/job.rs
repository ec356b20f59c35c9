//! What the messages of a queue say, as JSON. Whoever can send to the queue may have written them: [`parse_job`] lets
//! nothing through that leads out of the folder of results.

use super::place::{Place, path_text};
use crate::error::{PageRef, Stage};
use crate::provenance::sha256;
use crate::relative_path::RelativePath;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest message, in bytes: two paths of the longest that a system opens, escaped, are below 30 KB. A dead letter repeats
/// the message, and must not exceed what a server takes (1 MB where nothing else is set).
const LONGEST: usize = 64 << 10;
/// Characters of a message none of ours, and of the reason, that are kept in its dead letter.
const REPEATED: usize = 1000;

/// A page to be read; or a file whose pages nobody has counted yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Where the file is.
    pub source: Place,
    /// What the file was when it was enqueued: its ETag, or size and time. Another one is another message.
    pub version: String,
    /// Path of its results below the folder of results, without their endings.
    #[serde(with = "stem_text")]
    pub stem: RelativePath,
    /// One-based; 0 for a file whose pages are not counted.
    pub page: u32,
    /// SHA-256 of the file when its pages were counted.
    #[serde(deserialize_with = "hexadecimal")]
    pub sha256: Option<String>,
    /// Of the orders under which it was enqueued.
    pub fingerprint: String,
}

/// Why a message is no job.
#[derive(Debug, thiserror::Error)]
#[error("the message is none of denshin's: {0}")]
pub struct JobError(String);

/// Reads the message of a page.
///
/// # Errors
/// Where it is no job, or names a file or result that cannot be one.
pub fn parse_job(message: &[u8]) -> Result<Job, JobError> {
    if message.len() > LONGEST {
        return Err(JobError(format!("it has {} bytes, and none has more than {LONGEST}", message.len())));
    }
    // The reason may repeat the message.
    serde_json::from_slice(message).map_err(|e| JobError(e.to_string().chars().take(REPEATED).collect()))
}

/// The beginning of a message, for its dead letter.
pub(super) fn repeated(message: &[u8]) -> String {
    // A character has at most four bytes.
    let beginning = &message[..message.len().min(4 * REPEATED)];
    String::from_utf8_lossy(beginning).chars().take(REPEATED).collect()
}

/// Names of results as they are where they are UTF-8; see [`path_text`].
mod stem_text {
    use super::{Deserializer, RelativePath, path_text};
    use serde::Serializer;
    use serde::de::Error;

    pub(super) fn serialize<S: Serializer>(stem: &RelativePath, to: S) -> Result<S::Ok, S::Error> {
        path_text::serialize(stem.as_os_str(), to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<RelativePath, D::Error> {
        RelativePath::new(path_text::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// SHA-256, where there is one.
fn hexadecimal<'d, D: Deserializer<'d>>(from: D) -> Result<Option<String>, D::Error> {
    let sha256 = Option::<String>::deserialize(from)?;
    let is_one = |s: &String| s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit());
    if sha256.as_ref().is_none_or(is_one) {
        Ok(sha256)
    } else {
        Err(serde::de::Error::custom("no SHA-256 in hexadecimal digits"))
    }
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
    /// How the message begins, where it was none of ours.
    pub message: Option<String>,
    pub stage: Stage,
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
            stem: RelativePath::new("a").unwrap(),
            page: 0,
            sha256: None,
            fingerprint: "m".into(),
        }
    }

    #[test]
    fn the_same_page_is_the_same_message_and_another_version_is_not() {
        assert_eq!(job().id(), job().id());
        let (one, other) = ("0".repeat(64), "1".repeat(64));
        let others = [
            Job { version: "\"e2\"".into(), ..job() },
            Job { fingerprint: "n".into(), ..job() },
            job().of_page(1, &one),
            job().of_page(2, &one),
            job().of_page(2, &other),
        ];
        let mut ids: Vec<String> = others.iter().map(Job::id).chain([job().id()]).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 6);
        assert_eq!(parse_job(&body(&others[3])).unwrap(), others[3]);
    }

    /// The message of a job with one field changed, and why it is refused.
    fn refusal(field: &str, value: serde_json::Value) -> String {
        let mut message = serde_json::to_value(job()).unwrap();
        message[field] = value;
        parse_job(message.to_string().as_bytes()).map_or_else(|e| e.to_string(), |_| "taken".into())
    }

    #[test]
    fn a_message_that_leads_out_of_its_folder_is_refused() {
        assert_eq!(refusal("stem", "1993/電".into()), "taken");
        for stem in
            ["../a", "/etc/a", "%2e%2e/a", "%2Fetc/a", "a/../../b", "a%00b", "", ".", &"x".repeat(256)]
        {
            let said = refusal("stem", stem.into());
            assert!(said.starts_with("the message is none of denshin's: "), "{stem}: {said}");
        }
        for source in ["a.tif", "../a.tif", "", "/a%00.tif"] {
            assert_ne!(refusal("source", serde_json::json!({ "file": source })), "taken", "{source}");
        }
        let long = format!("s3://b/{}", "x".repeat(1025));
        for source in
            ["s3://b/a//b", "s3://b/../c", "s3://b/a\nb", "s3:///a", "s3://b?c/a", "http://h/a", "/a", &long]
        {
            assert_ne!(refusal("source", serde_json::json!({ "object": source })), "taken", "{source}");
        }
        for page in [serde_json::json!(-1), serde_json::json!(1.5), serde_json::json!(4_294_967_296_u64)] {
            assert_ne!(refusal("page", page.clone()), "taken", "{page}");
        }
        assert_ne!(refusal("sha256", "../x".into()), "taken");
        assert_ne!(refusal("version", "x".repeat(1 << 17).into()), "taken");
        assert!(parse_job("[".repeat(10_000).as_bytes()).is_err());
    }

    #[test]
    fn a_dead_letter_does_not_grow_with_its_message() {
        for message in [vec![0; 1 << 20], vec![0xFF; 1 << 20], "電".repeat(1 << 18).into_bytes()] {
            assert!(body(&repeated(&message)).len() < 10_000);
        }
    }
}
