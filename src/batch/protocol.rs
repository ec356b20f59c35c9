//! Protocol between the parent process and its worker processes.
//!
//! Each message is JSON, preceded by its length in bytes as a little-endian `u32`. Paths are `OsString`, whose JSON
//! keeps bytes that are not UTF-8.

use crate::error::Stage;
use crate::pipeline::Settings;
use crate::provenance::Model;
use crate::recognize::EngineChoice;
use crate::relative_path::RelativePath;
use crate::scan::Passwords;
use crate::write::Format;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Error, ErrorKind, Read, Write};

use super::fault_injection::InjectedFault;

/// Maximum length of a message in bytes. A longer one means that something else wrote into the pipe.
const LONGEST: usize = 64 << 20;

/// Limits of a worker process. This is the first message that it receives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Limits {
    /// Memory that it may use, in bytes.
    pub bytes: u64,
}

/// The job configuration: settings of a run, sent to every worker process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobConfig {
    /// Settings of all stages.
    pub settings: Settings,
    /// Passwords of PDFs. They are not part of the serialized settings.
    #[serde(default)]
    pub passwords: Passwords,
    /// Engine that reads the lines.
    pub engine: EngineChoice,
    /// Folder of Tesseract's models, if the user named one.
    pub tessdata: Option<OsString>,
    /// File of the neural network, if the user named one.
    pub model: Option<OsString>,
    /// The output folder.
    pub output: OsString,
    /// Formats that are written for each page.
    pub formats: Vec<Format>,
    /// Whether a searchable PDF of each file is written after all its pages are read. It is made from the page
    /// records, so `formats` then contains [`Format::Json`].
    #[serde(default)]
    pub pdf: bool,
    /// Treatment of existing results.
    pub existing: Existing,
    /// Stages that a page passes.
    pub stages: Stages,
    /// Prefix of temporary files.
    pub unfinished: String,
    /// Injected faults, for tests.
    pub injected_faults: Vec<InjectedFault>,
}

/// Treatment of existing results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Existing {
    /// They are kept, whatever wrote them, and the page counts as read. Missing formats are made.
    Keep,
    /// They are replaced, unless information would be lost: results of another file, a review, or text if the page now
    /// has none. Such a page fails, and its results are kept.
    #[default]
    Renew,
    /// They are replaced, unless they have been reviewed.
    Overwrite,
    /// The run ends before a page is read.
    Abort,
}

/// Stages that a page passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Stages {
    /// All stages.
    #[default]
    All,
    /// None. Files are opened and their pages counted; page records are empty. This measures the overhead besides
    /// reading.
    None,
}

/// A request to a worker process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    /// Open a file, report its number of pages, and read the first page.
    Open(Assignment),
    /// Read one page.
    Read(Assignment),
    /// Write the searchable PDF of a file from the records of all its pages.
    Document(Assignment),
    /// Make a thumbnail of a page.
    Picture {
        /// Path of the file.
        path: OsString,
        /// Page number, one-based.
        page: u32,
    },
}

/// A page to read, or a file whose document is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Assignment {
    pub path: OsString,
    /// Path of the results below the output folder, without extension.
    pub stem: RelativePath,
    /// Page number, one-based; 1 for a document.
    pub page: u32,
    /// SHA-256 of the file when its pages were counted; empty if they are not counted.
    pub sha256: String,
    /// Number of earlier attempts.
    pub attempt: u32,
    /// Whether the record exists and only other formats are written.
    pub from_record: bool,
    /// Name of the file in the record and other results; `None` for its path, made relative where a format needs it.
    pub shown: Option<String>,
    /// Path of another file whose results have the same names according to the manifest.
    pub elsewhere: Option<String>,
}

/// A reply of a worker process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The engine is loaded.
    Ready { engine: String, models: Vec<Model> },
    /// The engine cannot be loaded; another attempt would fail as well.
    Unready { cause: String, is_model: bool },
    /// The pages of a file are counted.
    Opened { sha256: String, pages: u32 },
    /// The page is decoded; recognition starts.
    Decoded,
    /// A page was added to the document. This restarts the time limit.
    Added,
    /// The results of the page, or the document, are on disk.
    Done(Reading),
    /// The page cannot be read, or the file cannot be opened.
    Failed { stage: Stage, cause: String },
    /// No result can be written.
    Unwritable { path: String, cause: String },
    /// A JPEG thumbnail in base64.
    Picture(String),
}

/// Quality measures and timings of a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Whether existing results were kept and the page was not read.
    pub kept: bool,
    /// Paths of the results relative to the output folder, with slashes.
    pub results: Vec<String>,
    /// Existing documents that are now older than the record, such as those of `denshin convert`.
    #[serde(default)]
    pub outdated: Vec<String>,
    /// Number of text lines.
    pub lines: u32,
    /// Number of characters in these lines.
    pub characters: u32,
    /// Number of characters with a confidence below 0.9.
    pub doubtful: u32,
    /// Mean confidence of the characters, 0 to 1; `None` without characters.
    pub confidence: Option<f64>,
    /// Number of warnings in the record.
    pub warnings: u32,
    /// Whether the record has the warning that the page has ink but hardly any text.
    #[serde(default)]
    pub little_text: bool,
    /// Number of stamps.
    pub stamps: u32,
    /// Seconds by step: `scan`, `read`, `write`, and `all`.
    pub seconds: BTreeMap<String, f64>,
}

/// Writes a message.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> std::io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(|_| Error::from(ErrorKind::InvalidData))?;
    // Length and body are written together, to save a system call.
    let mut frame = length.to_le_bytes().to_vec();
    frame.extend(body);
    to.write_all(&frame)?;
    to.flush()
}

/// Reads a message; `None` if the other side closed the pipe between two messages.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> std::io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(Error::new(ErrorKind::InvalidData, format!("a message of {length} bytes")));
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    Ok(Some(serde_json::from_slice(&body)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment() -> Request {
        Request::Read(Assignment {
            path: OsString::from("外/務.tif"),
            stem: RelativePath::new("外/務").unwrap(),
            page: 2,
            sha256: "00".into(),
            attempt: 1,
            from_record: false,
            shown: None,
            elsewhere: None,
        })
    }

    #[test]
    fn messages_arrive_as_they_were_sent() {
        let mut pipe = Vec::new();
        send(&mut pipe, &assignment()).unwrap();
        send(&mut pipe, &Reply::Picture("x".into())).unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(receive(&mut from).unwrap(), Some(assignment()));
        assert_eq!(receive(&mut from).unwrap(), Some(Reply::Picture("x".into())));
        assert_eq!(receive::<Reply>(&mut from).unwrap(), None);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_utf8_arrive_whole() {
        use std::os::unix::ffi::OsStringExt;
        let name = OsString::from_vec(vec![b'a', 0xFF, b'b']);
        let mut pipe = Vec::new();
        send(&mut pipe, &Request::Picture { path: name.clone(), page: 1 }).unwrap();
        assert_eq!(receive(&mut pipe.as_slice()).unwrap(), Some(Request::Picture { path: name, page: 1 }));
    }

    #[test]
    fn half_a_message_and_a_mad_length_are_errors() {
        let mut pipe = Vec::new();
        send(&mut pipe, &assignment()).unwrap();
        pipe.pop();
        assert!(receive::<Request>(&mut pipe.as_slice()).is_err());
        assert!(receive::<Request>(&mut [0xFF, 0xFF, 0xFF, 0xFF, 0].as_slice()).is_err());
    }
}
