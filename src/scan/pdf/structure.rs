//! A file's own tables, weighed before the file is opened.
//!
//! Opening a file unpacks its tables of objects and the streams that hold objects, and makes a page of every dictionary
//! that the tree of pages names. Both are found here by their words, without the table that a damaged file lacks. Object
//! streams of an encrypted file cannot be unpacked yet, so they are not weighed.

use super::super::ScanError;
use super::unpack::unpacked_bytes;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{FromBytes, Name};

/// Bytes that all tables of objects may unpack to: entries of a few bytes, each of which is held as 25.
const MOST_TABLES: u64 = 16 << 20;
/// Bytes that all streams of objects may unpack to. Ten thousand pages of scans need one or two megabytes.
const MOST_OBJECTS: u64 = 64 << 20;
/// Dictionaries, each of which may be a page. Ten thousand pages of scans have a hundred thousand.
const MOST_DICTIONARIES: usize = 1_000_000;
/// How often the whole file may be gone through in search of ends of streams.
const MOST_PASSES: usize = 16;

/// Refuses a file whose tables unpack to more than any file's, or take for ever to go through.
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

/// Where the word `stream` stands that begins one, and where its object begins.
struct Head {
    object: usize,
    stream: usize,
}

/// All streams, in order.
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
    /// A table or a stream of objects; `None` for other streams.
    fn structural<'a>(&self, file: &'a [u8]) -> Option<(Kind, Stream<'a>)> {
        let dictionary = &file[self.object..self.stream];
        // Names may be written with codes: `/Obj#53tm`.
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

/// Where the end of a stream is missing, the reader looks for the next one: for many streams, that takes for ever.
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
