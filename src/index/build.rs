//! Writes the index: new and changed records are read, vanished ones removed.
//!
//! Records of one file are replaced together. The index is committed after every portion of files; a run that is killed
//! leaves the last commit, and the next run goes on from there, since each document carries the fingerprint of the records
//! that it was made of.

use super::collection::{Group, groups, pages};
use super::document::{Document, Unit, documents};
use super::schema::{Fields, Grams, PAIRS, SINGLE};
use crate::orthography::search::{characters, confusable, text_of, words};
use crate::page::Page;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use tantivy::directory::MmapDirectory;
use tantivy::schema::Term;
use tantivy::{Index, IndexWriter, TantivyDocument, TantivyError};

/// Memory in which each thread of the writer gathers terms, bytes.
const WRITER_BYTES: usize = 32_000_000;

/// Why an index cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A folder of results, or the index, cannot be read or written.
    #[error("{}: {cause}", path.display())]
    Path {
        /// The folder.
        path: PathBuf,
        /// The system's message.
        cause: std::io::Error,
    },
    /// There is no index in the folder.
    #[error("{}: no index here (make one: denshin index RESULTS -o FOLDER)", .0.display())]
    Missing(PathBuf),
    /// Another process is writing the index.
    #[error("{}: another denshin is writing this index", .0.display())]
    Locked(PathBuf),
    /// The folder holds an index of another version of denshin, or something else.
    #[error("{}: not an index of this version of denshin ({cause}; remove the folder and build the index anew)", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The difference.
        cause: String,
    },
    /// The index cannot be written.
    #[error("{}: the index cannot be written: {cause}", path.display())]
    Write {
        /// The folder.
        path: PathBuf,
        /// The cause.
        cause: TantivyError,
    },
}

/// How an index is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildOptions {
    /// Threads that read records, and as many that write.
    pub threads: usize,
    /// Files of scans that are indexed between two commits. A killed run loses one portion at most.
    pub portion: usize,
}

impl Default for BuildOptions {
    fn default() -> Self {
        Self { threads: 1, portion: 20_000 }
    }
}

/// A record that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The record.
    pub record: PathBuf,
    /// The cause.
    pub cause: String,
}

/// A run that has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// Pages that were indexed.
    pub pages: usize,
    /// Files whose records have not changed since they were indexed.
    pub unchanged: usize,
    /// Files whose records are gone.
    pub removed: usize,
    /// Documents in the index.
    pub documents: u64,
    /// Records that could not be read. Earlier versions of them stay in the index.
    pub skipped: Vec<Skipped>,
    /// Whether the run was stopped before its end.
    pub stopped: bool,
}

/// Brings the index in a folder up to date with the page records below `results`. `progress` is told how many pages were
/// indexed and how many files are done, of how many.
///
/// # Errors
/// Where a folder cannot be read, or the index cannot be written.
pub fn build(
    results: &[PathBuf],
    folder: &Path,
    options: BuildOptions,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(usize, usize, usize),
) -> Result<Built, BuildError> {
    let BuildOptions { threads, portion } = options;
    let groups = groups(results).map_err(|(path, cause)| BuildError::Path { path, cause })?;
    let (index, fields) = open(folder, true)?;
    let failed = |cause| BuildError::Write { path: folder.to_owned(), cause };
    let mut writer: IndexWriter =
        index.writer_with_num_threads(threads, WRITER_BYTES * threads).map_err(|error| match error {
            TantivyError::LockFailure(..) => BuildError::Locked(folder.to_owned()),
            cause => failed(cause),
        })?;
    let mut known = known(&index, &fields).map_err(failed)?;
    let mut built = Built::default();
    let wanted: Vec<&Group> =
        groups.iter().filter(|group| known.remove(&group.key).as_ref() != Some(&group.fingerprint)).collect();
    built.unchanged = groups.len() - wanted.len();
    built.removed = known.len();
    for key in known.keys() {
        writer.delete_term(Term::from_field_text(fields.group, key));
    }
    let mut done = 0;
    for portion in wanted.chunks(portion.max(1)) {
        let (pages, skipped) = add(&writer, &fields, portion, threads, stop).map_err(failed)?;
        writer.commit().map_err(failed)?;
        built.pages += pages;
        built.skipped.extend(skipped);
        done += portion.len();
        progress(built.pages, done, wanted.len());
        if stop.load(Ordering::Relaxed) {
            built.stopped = true;
            break;
        }
    }
    writer.commit().map_err(failed)?;
    writer.wait_merging_threads().map_err(failed)?;
    let reader = index.reader().map_err(failed)?;
    built.documents = reader.searcher().num_docs();
    Ok(built)
}

/// Opens the index in a folder.
pub(super) fn open(folder: &Path, create: bool) -> Result<(Index, Fields), BuildError> {
    let fields = Fields::new();
    let path = || folder.to_owned();
    if create {
        std::fs::create_dir_all(folder).map_err(|cause| BuildError::Path { path: path(), cause })?;
        let is_empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
        if !is_empty && !folder.join("meta.json").is_file() {
            let cause = "it holds other files".to_owned();
            return Err(BuildError::Foreign { path: path(), cause });
        }
    } else if !folder.join("meta.json").is_file() {
        return Err(BuildError::Missing(path()));
    }
    let foreign = |cause: String| BuildError::Foreign { path: path(), cause };
    let directory = MmapDirectory::open(folder).map_err(|error| foreign(error.to_string()))?;
    let index =
        if create { Index::open_or_create(directory, fields.schema.clone()) } else { Index::open(directory) };
    let index = index.map_err(|error| foreign(error.to_string()))?;
    if index.schema() != fields.schema {
        return Err(foreign("its fields are others".to_owned()));
    }
    for (name, length) in [(PAIRS, 2), (SINGLE, 1)] {
        index.tokenizers().register(name, Grams { length });
    }
    Ok((index, fields))
}

/// The fingerprints of the groups in the index, by their keys.
fn known(index: &Index, fields: &Fields) -> tantivy::Result<HashMap<String, String>> {
    let searcher = index.reader()?.searcher();
    let mut known = HashMap::new();
    let name = |field| fields.schema.get_field_name(field);
    for segment in searcher.segment_readers() {
        let column = |field| segment.fast_fields().str(name(field));
        let (Some(groups), Some(prints)) = (column(fields.group)?, column(fields.fingerprint)?) else {
            continue;
        };
        let (mut group, mut print) = (String::new(), String::new());
        for document in segment.doc_ids_alive() {
            let (Some(g), Some(p)) = (groups.term_ords(document).next(), prints.term_ords(document).next())
            else {
                continue;
            };
            group.clear();
            print.clear();
            groups.ord_to_str(g, &mut group)?;
            prints.ord_to_str(p, &mut print)?;
            known.insert(group.clone(), print.clone());
        }
    }
    Ok(known)
}

/// Reads groups in several threads and adds their documents. Returns the number of pages, and the records that failed.
fn add(
    writer: &IndexWriter,
    fields: &Fields,
    groups: &[&Group],
    threads: usize,
    stop: &AtomicBool,
) -> tantivy::Result<(usize, Vec<Skipped>)> {
    let (next, count) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (skipped, failure) = (Mutex::new(Vec::new()), Mutex::new(None));
    let work = || {
        while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            match pages(group) {
                Ok(pages) => {
                    count.fetch_add(pages.1.len(), Ordering::Relaxed);
                    if let Err(error) = replace(writer, fields, group, &pages) {
                        *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                        break;
                    }
                }
                Err((record, cause)) => {
                    let mut skipped = skipped.lock().unwrap_or_else(PoisonError::into_inner);
                    skipped.push(Skipped { record, cause });
                }
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    let mut skipped = skipped.into_inner().unwrap_or_else(PoisonError::into_inner);
    skipped.sort_by(|a, b| a.record.cmp(&b.record));
    Ok((count.into_inner(), skipped))
}

/// Replaces the documents of a group.
fn replace(
    writer: &IndexWriter,
    fields: &Fields,
    group: &Group,
    (records, pages): &(Vec<PathBuf>, Vec<Page>),
) -> tantivy::Result<()> {
    writer.delete_term(Term::from_field_text(fields.group, &group.key));
    for found in documents(records, pages) {
        writer.add_document(indexed(fields, group, &found.document))?;
    }
    Ok(())
}

/// The document as the index holds it.
fn indexed(fields: &Fields, group: &Group, document: &Document) -> TantivyDocument {
    let mut out = TantivyDocument::default();
    out.add_text(fields.group, &group.key);
    out.add_text(fields.fingerprint, &group.fingerprint);
    let units: &[&str] = match document.unit {
        Unit::Page => &["page"],
        Unit::Telegram => &["whole"],
        Unit::Single => &["page", "whole"],
    };
    units.iter().for_each(|unit| out.add_text(fields.unit, unit));
    let light = characters(&document.text);
    out.add_text(fields.characters, text_of(&light));
    out.add_text(fields.single, text_of(&light));
    out.add_text(fields.words, text_of(&words(&document.text, &light)));
    out.add_text(fields.confusable, text_of(&confusable(&document.text)));
    if let Some(date) = document.date() {
        let digits: String = date.chars().filter(char::is_ascii_digit).collect();
        if let (Ok(day), Ok(year)) = (digits.parse::<u64>(), digits[..digits.len().min(4)].parse::<u64>()) {
            out.add_u64(fields.date, day);
            out.add_u64(fields.year, year);
        }
    }
    let mut add = |field, value: Option<&str>| value.into_iter().for_each(|v| out.add_text(field, v));
    add(fields.post, document.post().as_deref());
    if let Some(telegram) = &document.telegram {
        let folded = |text: &Option<String>| text.as_ref().map(|t| text_of(&words(t, &characters(t))));
        add(fields.subject, folded(&telegram.subject).as_deref());
        add(fields.from, folded(&telegram.from).as_deref());
        add(fields.to, folded(&telegram.to).as_deref());
        add(fields.classification, telegram.classification.as_deref());
        add(fields.precedence, telegram.precedence.as_deref());
        add(fields.bureau, telegram.bureau.as_deref());
        let kind = telegram.kind.and_then(|kind| serde_json::to_value(kind).ok());
        add(fields.kind, kind.as_ref().and_then(|kind| kind.as_str()));
        telegram.number.into_iter().for_each(|number| out.add_u64(fields.number, number.into()));
    }
    let stamps: BTreeMap<&str, ()> = document.stamps.iter().map(|s| (s.as_str(), ())).collect();
    stamps.keys().for_each(|stamp| out.add_text(fields.stamps, stamp));
    out.add_u64(fields.redacted, u64::from(document.redactions > 0));
    out.add_text(fields.document, serde_json::to_string(document).unwrap_or_default());
    out
}
