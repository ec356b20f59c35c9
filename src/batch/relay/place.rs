//! Locations of files: paths or URLs of objects.

use super::RelayError;
use crate::batch::iiif::decoded;
use crate::error::printable;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

/// URL schemes of the supported object stores.
pub(super) const SCHEMES: [&str; 3] = ["s3", "gs", "az"];

/// Whether a source is a URL.
fn is_url(source: &str) -> bool {
    source.split_once("://").is_some_and(|(scheme, _)| {
        scheme.len() > 1 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+')
    })
}

/// Maximum length of a key in bytes, in S3 and the other stores.
const LONGEST_KEY: usize = 1024;

/// A file or folder, or an object or a prefix of object names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "Told")]
pub enum Place {
    /// A path. It is absolute in messages.
    File(#[serde(with = "self::path_text")] OsString),
    /// A URL: `s3://bucket/key`. The key is not percent-encoded.
    Object(String),
}

/// A location in a message, before it is checked.
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
            Told::File(path) if !Path::new(&path).is_absolute() => Err("the path is not absolute".into()),
            Told::File(path) if path.as_encoded_bytes().contains(&0) => {
                Err("the path contains a NUL character".into())
            }
            Told::File(path) => Ok(Self::File(path)),
            Told::Object(url) => match Self::parse(OsStr::new(&url)) {
                Ok(object @ Self::Object(_)) => Ok(object),
                Ok(Self::File(_)) => Err("not the URL of an object".into()),
                Err(error) => Err(printable(&error.to_string()).into_owned()),
            },
        }
    }
}

/// Why a URL without its scheme is not a valid object or prefix. Empty parts, `.` and `..` are refused, because
/// libraries and proxies normalize them.
fn object_fault(bucket_and_key: &str) -> Option<&'static str> {
    let (bucket, key) = bucket_and_key.split_once('/').unwrap_or((bucket_and_key, ""));
    let is_bucket = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let key = key.strip_suffix('/').unwrap_or(key);
    let has_fault = |part: &str| matches!(part, "" | "." | "..") || part.contains(char::is_control);
    if bucket.is_empty() {
        Some("the bucket name is missing")
    } else if !bucket.bytes().all(is_bucket) {
        Some("the bucket name contains invalid characters")
    } else if key.len() > LONGEST_KEY {
        Some("the key has more than 1024 bytes")
    } else if !key.is_empty() && key.split('/').any(has_fault) {
        Some("the key contains an empty part, `.`, `..` or control characters")
    } else {
        None
    }
}

impl Place {
    /// Parses a path, or a URL: `file:///path`, `s3://bucket/key`, `gs://…`, `az://container/key`.
    ///
    /// # Errors
    /// The URL has an unknown scheme, or an invalid bucket or key.
    pub fn parse(text: &OsStr) -> Result<Self, RelayError> {
        let Some(url) = text.to_str().filter(|text| is_url(text)) else {
            return Ok(Self::File(text.to_owned()));
        };
        let bad = |cause: &str| RelayError::Place { place: url.to_owned(), cause: cause.to_owned() };
        match url.split_once("://") {
            Some(("file", path)) => {
                let path = path.strip_prefix("localhost").unwrap_or(path);
                path.starts_with('/')
                    .then(|| Self::File(decoded(path)))
                    .ok_or_else(|| bad("the path is missing"))
            }
            Some((scheme, rest)) if SCHEMES.contains(&scheme) => {
                object_fault(rest).map_or_else(|| Ok(Self::Object(url.to_owned())), |fault| Err(bad(fault)))
            }
            _ => Err(bad("unknown URL scheme")),
        }
    }

    /// The location of a file below this one.
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

/// The store and the key of an object.
pub(super) fn parts(url: &str) -> (&str, &str) {
    let after = url.find("://").map_or(0, |at| at + 3);
    url[after..].find('/').map_or((url, ""), |at| (&url[..after + at], &url[after + at + 1..]))
}

/// Paths in messages. UTF-8 is kept readable; other bytes and % are percent-encoded.
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
        assert!(parsed("s3:///key").unwrap_err().contains("the bucket name is missing"));
        assert!(parsed("ftp://host/a.tif").unwrap_err().contains("unknown URL scheme"));
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
