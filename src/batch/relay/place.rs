//! Where files are: on a disk, or in an object store.

use super::RelayError;
use crate::batch::iiif::decoded;
use crate::error::printable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// Object stores that are known, by the scheme of their URLs.
pub(super) const SCHEMES: [&str; 3] = ["s3", "gs", "az"];

/// Whether a source is a URL, not a path.
fn is_url(source: &str) -> bool {
    source.split_once("://").is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+')
    })
}

/// Longest key, in bytes: that of S3, and of the others.
const LONGEST_KEY: usize = 1024;

/// A file, a folder, an object, or the beginning of objects' names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "Told")]
pub enum Place {
    /// A path; in messages it is absolute.
    File(#[serde(with = "self::path_text")] OsString),
    /// A URL: `s3://bucket/key`; keys stand as they are, nothing is percent-encoded.
    Object(String),
}

/// A place as a message tells it.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Told {
    File(#[serde(with = "self::path_text")] OsString),
    Object(String),
}

impl TryFrom<Told> for Place {
    type Error = String;

    fn try_from(told: Told) -> Result<Self, String> {
        match told {
            Told::File(path) if !Path::new(&path).is_absolute() => Err("a path that is not absolute".into()),
            Told::File(path) if path.as_encoded_bytes().contains(&0) => {
                Err("a path with a NUL character".into())
            }
            Told::File(path) => Ok(Self::File(path)),
            Told::Object(url) => match Self::parse(OsStr::new(&url)) {
                Ok(object @ Self::Object(_)) => Ok(object),
                Ok(Self::File(_)) => Err("no URL of an object".into()),
                Err(error) => Err(printable(&error.to_string()).into_owned()),
            },
        }
    }
}

/// Why a URL without its scheme names no object, and no beginning of objects' names. Keys with other parts cannot be
/// asked for: libraries and proxies take `..` for a way up, and empty parts for nothing.
fn object_fault(bucket_and_key: &str) -> Option<&'static str> {
    let (bucket, key) = bucket_and_key.split_once('/').unwrap_or((bucket_and_key, ""));
    let is_bucket = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let key = key.strip_suffix('/').unwrap_or(key);
    let has_fault = |part: &str| matches!(part, "" | "." | "..") || part.contains(char::is_control);
    if bucket.is_empty() {
        Some("names no bucket")
    } else if !bucket.bytes().all(is_bucket) {
        Some("names a bucket with signs that no bucket has")
    } else if key.len() > LONGEST_KEY {
        Some("names a key of more than 1024 bytes")
    } else if !key.is_empty() && key.split('/').any(has_fault) {
        Some("names a key with an empty part, `.`, `..` or control characters")
    } else {
        None
    }
}

impl Place {
    /// A path, or a URL: `file:///path`, `s3://bucket/key`, `gs://…`, `az://container/key`.
    ///
    /// # Errors
    /// Where the URL is of no store that is known, or names no bucket.
    pub fn parse(text: &OsStr) -> Result<Self, RelayError> {
        let Some(url) = text.to_str().filter(|text| is_url(text)) else {
            return Ok(Self::File(text.to_owned()));
        };
        let bad = |cause: &str| RelayError::Place { place: url.to_owned(), cause: cause.to_owned() };
        match url.split_once("://") {
            Some(("file", path)) => {
                let path = path.strip_prefix("localhost").unwrap_or(path);
                path.starts_with('/').then(|| Self::File(decoded(path))).ok_or_else(|| bad("names no path"))
            }
            Some((scheme, rest)) if SCHEMES.contains(&scheme) => {
                object_fault(rest).map_or_else(|| Ok(Self::Object(url.to_owned())), |fault| Err(bad(fault)))
            }
            _ => Err(bad("is of no store that is known")),
        }
    }

    /// The place of a file below this one.
    pub(super) fn join(&self, below: &str) -> Self {
        match self {
            Self::File(path) => Self::File(Path::new(path).join(below).into_os_string()),
            Self::Object(url) => Self::Object(format!("{}/{below}", url.trim_end_matches('/'))),
        }
    }

    pub(super) fn path(&self) -> PathBuf {
        match self {
            Self::File(path) => path.into(),
            Self::Object(url) => url.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path().display())
    }
}

/// Store and key of an object.
pub(super) fn parts(url: &str) -> (&str, &str) {
    let after = url.find("://").map_or(0, |at| at + 3);
    url[after..].find('/').map_or((url, ""), |at| (&url[..after + at], &url[after + at + 1..]))
}

/// Paths in messages: as they are where they are UTF-8, so that a person who looks at the queue can read them; other bytes
/// and % are percent-encoded.
pub(super) mod path_text {
    use super::{Deserialize, Deserializer, OsStr, OsString, Serializer, decoded};

    pub(in super::super) fn serialize<S: Serializer>(path: &OsStr, to: S) -> Result<S::Ok, S::Error> {
        let mut text = String::new();
        for chunk in path.as_encoded_bytes().utf8_chunks() {
            text.push_str(&chunk.valid().replace('%', "%25"));
            chunk.invalid().iter().for_each(|byte| text.push_str(&format!("%{byte:02X}")));
        }
        to.serialize_str(&text)
    }

    pub(in super::super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<OsString, D::Error> {
        Ok(decoded(&String::deserialize(from)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Place, String> {
        Place::parse(OsStr::new(text)).map_err(|error| error.to_string())
    }

    #[test]
    fn places_are_told_by_their_scheme() {
        assert_eq!(parsed("/a b/c.tif"), Ok(Place::File("/a b/c.tif".into())));
        assert_eq!(parsed("file:///a%20b/c.tif"), Ok(Place::File("/a b/c.tif".into())));
        assert_eq!(parsed("s3://b/外務/50%.tif"), Ok(Place::Object("s3://b/外務/50%.tif".into())));
        assert!(parsed("s3:///key").unwrap_err().contains("names no bucket"));
        assert!(parsed("ftp://host/a.tif").unwrap_err().contains("no store that is known"));
        assert!(!is_url("c://a") && !is_url("a/b") && is_url("s3://b"));
    }

    #[test]
    fn an_object_has_a_store_and_a_key() {
        assert_eq!(parts("s3://b/x/y.tif"), ("s3://b", "x/y.tif"));
        assert_eq!((parts("gs://b"), parts("gs://b/")), (("gs://b", ""), ("gs://b", "")));
        assert_eq!(parsed("az://c/out/").unwrap().join("a.json").to_string(), "az://c/out/a.json");
    }

    #[cfg(unix)]
    #[test]
    fn paths_in_messages_are_readable_and_whole() {
        use std::os::unix::ffi::OsStringExt;
        for (bytes, shown) in [("/外/100%.tif".as_bytes(), "/外/100%25.tif"), (b"/a\xFFb", "/a%FFb")] {
            let place = Place::File(OsString::from_vec(bytes.to_vec()));
            let json = serde_json::to_string(&place).unwrap();
            assert_eq!(json, format!("{{\"file\":\"{shown}\"}}"));
            assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), place);
        }
    }
}
