//! Checks the tables of a PDF file before the file is opened.
//!
//! Opening a file unpacks its cross-reference tables and object streams, and makes a page of every dictionary in the
//! page tree. This module finds both by their keywords, without the table that a damaged file lacks. Object streams
//! of an encrypted file cannot be unpacked yet, so they are not checked.

use super::super::ScanError;
use super::unpack::unpacked_bytes;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{FromBytes, Name};

/// Limit for the unpacked size of all tables, bytes: entries of a few bytes take 25 bytes each in memory.
const MOST_TABLES: u64 = 16 << 20;
/// Limit for the unpacked size of all object streams, bytes. Ten thousand pages of scans need one or two megabytes.
const MOST_OBJECTS: u64 = 64 << 20;
/// Limit for dictionaries, each of which may be a page. Ten thousand pages of scans have a hundred thousand.
const MOST_DICTIONARIES: usize = 1_000_000;
/// Limit for searching ends of streams, in passes over the whole file.
const MOST_PASSES: usize = 16;

/// Rejects a file whose tables exceed the limits, or whose streams take too long to scan.
pub(super) fn check(file: &[u8]) -> Result<(), ScanError> {
    let streams = streams(file);
    check_ends(file, &streams)?;
    let (mut tables, mut objects) = (MOST_TABLES, MOST_OBJECTS);
    let mut dictionaries = count(file, b"<<");
    for (kind, stream) in streams.iter().filter_map(|head| head.structural(file)) {
        let left = if kind == Kind::Table { &mut tables } else { &mut objects };
        *left -= unpacked_bytes(&stream, *left).map_err(|_| {
            ScanError::TooMuch("its tables of objects unpack to more than any file's".to_owned())
        })?;
        if kind == Kind::Objects {
            dictionaries += stream.decoded_data().map_or(0, |data| count(&data, b"<<"));
        }
    }
    if dictionaries > MOST_DICTIONARIES {
        let cause = format!("it has {dictionaries} dictionaries, more than the {MOST_DICTIONARIES} accepted");
        return Err(ScanError::TooMuch(cause));
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Table,
    Objects,
}

/// Positions of a `stream` keyword and of the beginning of its object.
struct Head {
    object: usize,
    stream: usize,
}

fn streams(file: &[u8]) -> Vec<Head> {
    let mut object = 0;
    let mut found = Vec::new();
    let is_end = |at: usize| file[..at].ends_with(b"end");
    for (at, byte) in file.iter().enumerate() {
        match byte {
            b'o' if file[at..].starts_with(b"obj") && !is_end(at) => object = at + 3,
            b's' if file[at..].starts_with(b"stream") && !is_end(at) => {
                found.push(Head { object, stream: at })
            }
            _ => {}
        }
    }
    found
}

impl Head {
    /// The stream if it is a table or an object stream.
    fn structural<'a>(&self, file: &'a [u8]) -> Option<(Kind, Stream<'a>)> {
        let dictionary = &file[self.object..self.stream];
        // Names may contain character codes: `/Obj#53tm`.
        let is_named = |word: &[u8]| dictionary.windows(word.len()).any(|w| w == word);
        if !is_named(b"ObjStm") && !is_named(b"XRef") && !is_named(b"#") {
            return None;
        }
        let stream = Stream::from_bytes(file[self.object..].trim_ascii_start())?;
        match stream.dict().get::<Name<'_>>("Type")?.as_ref() {
            b"XRef" => Some((Kind::Table, stream)),
            b"ObjStm" => Some((Kind::Objects, stream)),
            _ => None,
        }
    }
}

/// Limits the search for ends of streams. If an end is missing, the reader searches for the next one, for every stream.
fn check_ends(file: &[u8], streams: &[Head]) -> Result<(), ScanError> {
    let (mut end, mut searched) = (file.len(), 0usize);
    let mut behind = streams.iter().rev().peekable();
    for at in (0..file.len()).rev() {
        if file[at] == b'e' && file[at..].starts_with(b"endstream") {
            end = at;
        }
        if behind.next_if(|head| head.stream == at).is_some() {
            searched = searched.saturating_add(end - at);
        }
    }
    if searched / MOST_PASSES > file.len() {
        return Err(ScanError::damaged("PDF", "its streams have no ends"));
    }
    Ok(())
}

fn count(data: &[u8], word: &[u8; 2]) -> usize {
    data.windows(2).filter(|w| w == word).count()
}
