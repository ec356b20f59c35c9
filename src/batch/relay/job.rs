//! Messages of the queue, as JSON. Anyone who can send to the queue may have written them. [`parse_job`] refuses those
//! that lead out of the output folder.

use super::place::{Place, path_text};
use crate::error::{PageRef, Stage};
use crate::provenance::sha256;
use crate::relative_path::RelativePath;
use serde::{Deserialize, Deserializer, Serialize};

/// Maximum length of a message in bytes. Two paths of maximum length, escaped, have less than 30 KB. A dead letter
/// repeats the message and must stay below the server's limit (1 MB by default).
const LONGEST: usize = 64 << 10;
/// Characters of an invalid message, and of the cause, that its dead letter keeps.
const REPEATED: usize = 1000;

/// A page to read, or a file whose pages are not counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Location of the file.
    pub source: Place,
    /// Version of the file when it was enqueued: its ETag, or size and modification time. Another version is another
    /// message.
    pub version: String,
    /// Path of the results below the output folder, without extension.
    #[serde(with = "stem_text")]
    pub stem: RelativePath,
    /// Page number, one-based; 0 for a file whose pages are not counted.
    pub page: u32,
    /// SHA-256 of the file, if its pages are counted.
    #[serde(deserialize_with = "hexadecimal")]
    pub sha256: Option<String>,
    /// Fingerprint of the queue configuration when it was enqueued.
    pub fingerprint: String,
}

/// Reason that a message is not a job.
#[derive(Debug, thiserror::Error)]
#[error("not a message of denshin: {0}")]
pub struct JobError(String);

/// Parses the message of a page.
///
/// # Errors
/// The message is not a job, or it contains an invalid file or result name.
pub fn parse_job(message: &[u8]) -> Result<Job, JobError> {
    if message.len() > LONGEST {
        return Err(JobError(format!("it has {} bytes, at most {LONGEST} are accepted", message.len())));
    }
    // The cause may repeat the message.
    serde_json::from_slice(message).map_err(|e| JobError(e.to_string().chars().take(REPEATED).collect()))
}

/// The beginning of a message, for its dead letter.
pub(super) fn repeated(message: &[u8]) -> String {
    // A character has at most four bytes.
    let beginning = &message[..message.len().min(4 * REPEATED)];
    String::from_utf8_lossy(beginning).chars().take(REPEATED).collect()
}

/// Names of results in messages; see [`path_text`].
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

/// Parses an optional SHA-256.
fn hexadecimal<'d, D: Deserializer<'d>>(from: D) -> Result<Option<String>, D::Error> {
    let sha256 = Option::<String>::deserialize(from)?;
    let is_one = |s: &String| s.len() == 64 && s.bytes().all(|b| b.is_ascii_hexdigit());
    if sha256.as_ref().is_none_or(is_one) {
        Ok(sha256)
    } else {
        Err(serde::de::Error::custom("not a SHA-256 in hexadecimal digits"))
    }
}

impl Job {
    /// The identity of the message: equal for the same page of the same file with the same configuration.
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
    /// The page; `None` if the message is not a job.
    pub job: Option<Job>,
    /// The beginning of a message that is not a job.
    pub message: Option<String>,
    pub stage: Stage,
    pub cause: String,
    /// Number of deliveries to workers.
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

/// The bytes of a message.
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

    /// Why the message of a job with one changed field is refused.
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
            assert!(said.starts_with("not a message of denshin: "), "{stem}: {said}");
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
