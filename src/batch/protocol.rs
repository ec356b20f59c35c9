//! What parent and workers say to one another: JSON, each message after its length in four bytes, little end first.
//!
//! Paths travel as `OsString`, whose JSON keeps bytes that are no UTF-8.

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

/// No message is longer, in bytes: a length beyond it means that something else wrote into the pipe.
const LONGEST: usize = 64 << 20;

/// The limits of a worker: the first message that it gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Limits {
    /// Memory that it may take, in bytes.
    pub bytes: u64,
}

/// The configuration of a run, which every worker gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobConfig {
    /// How pages are read.
    pub settings: Settings,
    /// Passwords of PDFs, which settings are written without.
    #[serde(default)]
    pub passwords: Passwords,
    /// What reads the lines.
    pub engine: EngineChoice,
    /// Folder of Tesseract's models, where the user named one.
    pub tessdata: Option<OsString>,
    /// File of the network, where the user named one.
    pub model: Option<OsString>,
    /// Folder of the results.
    pub output: OsString,
    /// What is written for each page.
    pub formats: Vec<Format>,
    /// Whether a searchable PDF is made of each file when all its pages are read. It is made of the records: they are among
    /// the formats.
    #[serde(default)]
    pub pdf: bool,
    /// What becomes of results that are there already.
    pub existing: Existing,
    /// How much of the journey a page makes.
    pub stages: Stages,
    /// Beginning of the names of files that are not finished.
    pub unfinished: String,
    /// Faults on purpose, for tests.
    pub injected_faults: Vec<InjectedFault>,
}

/// The treatment of results that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Existing {
    /// They stay, whoever made them, and the page counts as read; formats that are missing are made.
    Keep,
    /// They are written anew, unless something would be lost: results of another file, a person's review, or a text where
    /// none is found any more. Such a page fails, and its results stay.
    #[default]
    Renew,
    /// They are written anew, unless a person has reviewed them.
    Overwrite,
    /// The run ends before a page is read.
    Abort,
}

/// How much of its journey a page makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Stages {
    /// All of it.
    #[default]
    All,
    /// Files are opened and their pages counted; no page is decoded, its record is empty. Times what is not reading.
    None,
}

/// What a worker is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Request {
    /// Open a file, say how many pages it has, and read the first.
    Open(Assignment),
    /// Read one page.
    Read(Assignment),
    /// Make the searchable PDF of a file, of the records of all its pages.
    Document(Assignment),
    /// Make a small picture of a page.
    Picture {
        /// The file.
        path: OsString,
        /// One-based.
        page: u32,
    },
}

/// One page, or a document, which is of all pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Assignment {
    pub path: OsString,
    /// Path of its results below the output folder, without their endings.
    pub stem: RelativePath,
    /// One-based; the first for a document.
    pub page: u32,
    /// SHA-256 of the file when its pages were counted; empty where they were not.
    pub sha256: String,
    /// Zero at first, one when it is tried again.
    pub attempt: u32,
    /// Whether its record is there and only other formats are wanted.
    pub from_record: bool,
    /// The place of the file that record and other results name; none where that is its path, relative to them.
    pub shown: Option<String>,
    /// The file, lying elsewhere, whose results have the same names as far as the manifest knows.
    pub elsewhere: Option<String>,
}

/// What a worker answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum Reply {
    /// The engine is open.
    Ready { engine: String, models: Vec<Model> },
    /// The engine cannot be opened, nor will it be another time.
    Unready { cause: String, is_model: bool },
    /// A file has this many pages.
    Opened { sha256: String, pages: u32 },
    /// The page is decoded; now it is read.
    Decoded,
    /// A page is in the document; the next may take as long.
    Added,
    /// The page's results, or the document, are on disk.
    Done(Reading),
    /// The page, or the file before its pages were counted, cannot be read.
    Failed { stage: Stage, cause: String },
    /// Nothing can be written any more.
    Unwritable { path: String, cause: String },
    /// A small picture: a JPEG in base64.
    Picture(String),
}

/// What is known of a page that was read: signals of its quality, and times.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// Whether results that were there were kept, nothing read.
    pub kept: bool,
    /// Results, relative to the output folder, with slashes.
    pub results: Vec<String>,
    /// Documents beside them that were made of an earlier reading, as `denshin convert` does.
    #[serde(default)]
    pub outdated: Vec<String>,
    /// Lines of text.
    pub lines: u32,
    /// Characters in them.
    pub characters: u32,
    /// Characters surer than not to need a look: their confidence is below 0.9.
    pub doubtful: u32,
    /// Mean confidence of the characters; none where there are none.
    pub confidence: Option<f64>,
    /// Warnings in the record.
    pub warnings: u32,
    /// Whether one of them is that the page has ink and hardly any text was read.
    #[serde(default)]
    pub little_text: bool,
    /// Stamps on the page.
    pub stamps: u32,
    /// Seconds by what took them: `scan`, `read`, `write`.
    pub seconds: BTreeMap<String, f64>,
}

/// Writes a message.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> std::io::Result<()> {
    let body = serde_json::to_vec(message)?;
    let length = u32::try_from(body.len()).map_err(|_| Error::from(ErrorKind::InvalidData))?;
    // In one piece: a message is short, and a system call each for length and body is not.
    let mut frame = length.to_le_bytes().to_vec();
    frame.extend(body);
    to.write_all(&frame)?;
    to.flush()
}

/// Reads a message; `None` where the other side has closed the pipe between two of them.
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
