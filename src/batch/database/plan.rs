//! Plans a run: finds the pages that are not read, or were read with another configuration.
//!
//! A file counts as unchanged if its size and modification time are the same, or if its size and SHA-256 are. The kind
//! of change decides which pages are read again: all pages if the engine, a model or a setting of a stage changed,
//! pages with stamps if the stamp lexicon changed, and failed pages if the accepted inputs (`[scan]`) changed. Other
//! formats are written from the record.

use super::{Database, Fingerprint, at};
use crate::batch::inputs::{Found, place};
use crate::batch::output::OutputError;
use crate::batch::queue::{Part, Task};
use crate::names;
use crate::provenance::hexadecimal;
use crate::relative_path::RelativePath;
use crate::write::Format;
use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// The requested results of a run.
pub(in crate::batch) struct Wanted<'a> {
    pub output: &'a Path,
    pub fingerprint: &'a Fingerprint,
    pub formats: &'a [Format],
    /// Whether a document of each file is written.
    pub pdf: bool,
    /// Whether pages that were set aside are tried again.
    pub retry_failed: bool,
    /// Stems whose results must not be replaced, unless an earlier run wrote them.
    pub untouchable: &'a HashSet<PathBuf>,
}

/// The planned tasks.
#[derive(Default)]
pub(in crate::batch) struct Planned {
    /// Pages to read, and documents to write of files that are read, in the order of the files.
    pub tasks: Vec<Task>,
    /// Number of pages without a task: they are done or set aside.
    pub finished: u64,
    /// Number of these that are set aside.
    pub set_aside: u64,
}

/// The row of a file in the manifest.
struct Known {
    id: i64,
    stem: String,
    size: Option<i64>,
    modified: Option<i64>,
    sha256: Option<String>,
    pages: Option<u32>,
}

/// The row of a page in the manifest.
struct KnownPage {
    page: u32,
    state: String,
    fingerprint: Option<i64>,
    formats: String,
    stamps: u32,
}

impl Database {
    pub(in crate::batch) fn plan(
        &mut self,
        inputs: &[(usize, &Found)],
        wanted: &Wanted<'_>,
    ) -> Result<Planned, OutputError> {
        let path = self.path.clone();
        let failed = at(&path);
        let run = self.run;
        let transaction = self.connection.transaction().map_err(&failed)?;
        let mut plan = Plan { to: &transaction, run, wanted, planned: Planned::default() };
        let places: Vec<PathBuf> = inputs.iter().map(|(_, found)| place(&found.path)).collect();
        // Names are released first, so that two files can exchange their names.
        for ((_, found), place) in inputs.iter().zip(&places) {
            plan.forget_if_renamed(found, place).map_err(&failed)?;
        }
        for ((index, found), place) in inputs.iter().zip(&places) {
            plan.check_name(found, place, &failed)?;
            plan.add(*index, found, place).map_err(&failed)?;
        }
        let planned = plan.planned;
        transaction.commit().map_err(&failed)?;
        Ok(planned)
    }
}

struct Plan<'a> {
    to: &'a Transaction<'a>,
    run: i64,
    wanted: &'a Wanted<'a>,
    planned: Planned,
}

impl Plan<'_> {
    fn known(&self, place: &Path) -> rusqlite::Result<Option<Known>> {
        let sql = "SELECT id, stem, size, modified, sha256, pages FROM files WHERE place = ?";
        let mut statement = self.to.prepare_cached(sql)?;
        let row = statement.query_row([place.as_os_str().as_encoded_bytes()], |row| {
            Ok(Known {
                id: row.get(0)?,
                stem: row.get(1)?,
                size: row.get(2)?,
                modified: row.get(3)?,
                sha256: row.get(4)?,
                pages: row.get(5)?,
            })
        });
        row.optional()
    }

    fn forget_if_renamed(&self, found: &Found, place: &Path) -> rusqlite::Result<()> {
        match self.known(place)? {
            Some(known) if known.stem != found.stem.to_string_lossy() => self.forget(known.id),
            _ => Ok(()),
        }
    }

    /// Removes a file from the manifest and its results from the folder, because results under the old name would be
    /// stale duplicates. Results are removed first; if the run is killed in between, the next run removes the file.
    fn forget(&self, file: i64) -> rusqlite::Result<()> {
        super::remove_results(self.wanted.output, &self.results(file)?);
        self.forget_pages(file)?;
        self.to.execute("DELETE FROM files WHERE id = ?", [file])?;
        Ok(())
    }

    fn forget_pages(&self, file: i64) -> rusqlite::Result<()> {
        self.to.execute("DELETE FROM pages WHERE file = ?", [file])?;
        self.to.execute("DELETE FROM documents WHERE file = ?", [file]).map(drop)
    }

    /// All results of a file, including those of its version before it changed.
    fn results(&self, file: i64) -> rusqlite::Result<BTreeSet<RelativePath>> {
        let sql = "SELECT results FROM pages WHERE file = ?1 AND results NOT NULL
                   UNION ALL SELECT stale FROM files WHERE id = ?1
                   UNION ALL SELECT json_array(name) FROM documents WHERE file = ?1 AND name NOT NULL";
        let mut statement = self.to.prepare_cached(sql)?;
        let rows = statement.query_map([file], |row| row.get::<_, String>(0))?;
        let mut all = BTreeSet::new();
        for names in rows {
            all.extend(super::listed(&names?));
        }
        Ok(all)
    }

    /// Refuses to replace results that must not be replaced, and results of a file of an earlier run that is not among
    /// the inputs now.
    fn check_name(
        &self,
        found: &Found,
        place: &Path,
        failed: &impl Fn(rusqlite::Error) -> OutputError,
    ) -> Result<(), OutputError> {
        if self.wanted.untouchable.contains(&*found.stem) && self.known(place).map_err(failed)?.is_none() {
            return Err(OutputError::There(found.stem.to_path_buf()));
        }
        let sql = "SELECT path FROM files WHERE stem = ? AND place != ?";
        let values = params![found.stem.to_string_lossy(), place.as_os_str().as_encoded_bytes()];
        let mut statement = self.to.prepare_cached(sql).map_err(failed)?;
        let other = statement.query_row(values, |row| row.get::<_, String>(0)).optional().map_err(failed)?;
        other.map_or(Ok(()), |other| {
            let (name, path) = (found.stem.display().to_string(), found.path.display().to_string());
            Err(OutputError::Taken { name, other, path })
        })
    }

    fn add(&mut self, input: usize, found: &Found, place: &Path) -> rusqlite::Result<()> {
        let (size, modified) = stamp(&found.path);
        let known = self.known(place)?;
        if let Some(Known { id, sha256: Some(sha256), pages: Some(pages), size: s, modified: m, .. }) = &known
        {
            // The results of a file that is temporarily inaccessible are kept.
            let is_same = size.is_none() || (s, m) == (&size, &modified);
            if is_same || *s == size && hash(&found.path).as_ref() == Some(sha256) {
                let touch = "UPDATE files SET modified = ifnull(?, modified) WHERE id = ?";
                self.to.prepare_cached(touch)?.execute(params![modified, id])?;
                return self.add_pages(input, found, (*id, *pages), &Arc::from(sha256.as_str()));
            }
        }
        let file = match known {
            Some(known) if known.sha256.is_none() && self.is_set_aside(&known, size, modified)? => {
                self.finish("failed");
                return Ok(());
            }
            Some(known) => {
                let changed =
                    "UPDATE files SET size = ?, modified = ?, sha256 = NULL, stale = ? WHERE id = ?";
                let results: Vec<PathBuf> =
                    self.results(known.id)?.iter().map(|name| name.to_path_buf()).collect();
                let stale = serde_json::to_string(&results).unwrap_or_default();
                self.to.execute(changed, params![size, modified, stale, known.id])?;
                self.forget_pages(known.id)?;
                known.id
            }
            None => {
                let insert = "INSERT INTO files (place, path, stem, size, modified) VALUES (?, ?, ?, ?, ?)";
                let (path, stem) = (found.path.to_string_lossy(), found.stem.to_string_lossy());
                let values = params![place.as_os_str().as_encoded_bytes(), path, stem, size, modified];
                self.to.prepare_cached(insert)?.execute(values)?;
                self.to.last_insert_rowid()
            }
        };
        let insert = "INSERT INTO pages (file, page, state, run) VALUES (?, 0, 'pending', ?)";
        self.to.prepare_cached(insert)?.execute([file, self.run])?;
        self.planned.tasks.push(Task::of_file(input, file));
        Ok(())
    }

    /// Counts a page or a file without a task.
    fn finish(&mut self, state: &str) {
        self.planned.finished += 1;
        self.planned.set_aside += u64::from(state == "failed");
    }

    /// Whether a file could not be opened, is unchanged, and is not to be tried again.
    fn is_set_aside(
        &self,
        known: &Known,
        size: Option<i64>,
        modified: Option<i64>,
    ) -> rusqlite::Result<bool> {
        let pages = self.pages(known.id)?;
        let failed = pages.first().filter(|page| page.state == "failed");
        let is_same = (known.size, known.modified) == (size, modified) && size.is_some();
        Ok(match failed {
            Some(page) if is_same => !self.is_wanted(page)?,
            _ => false,
        })
    }

    fn pages(&self, file: i64) -> rusqlite::Result<Vec<KnownPage>> {
        let sql =
            "SELECT page, state, making, ifnull(formats, ''), ifnull(stamps, 0) FROM pages WHERE file = ?
                   ORDER BY page";
        let mut statement = self.to.prepare_cached(sql)?;
        let rows = statement.query_map([file], |row| {
            Ok(KnownPage {
                page: row.get(0)?,
                state: row.get(1)?,
                fingerprint: row.get(2)?,
                formats: row.get(3)?,
                stamps: row.get(4)?,
            })
        })?;
        rows.collect()
    }

    fn add_pages(
        &mut self,
        input: usize,
        found: &Found,
        (file, pages): (i64, u32),
        sha256: &Arc<str>,
    ) -> rusqlite::Result<()> {
        let known = self.planned.tasks.len();
        for page in self.pages(file)? {
            let is_missing = |f: &Format| {
                let name = names::result(&found.stem, page.page, pages, f.extension());
                let is_written = page.formats.split(',').any(|known| known == f.name());
                !is_written || !self.wanted.output.join(name).is_file()
            };
            let is_done = page.state == "done";
            let is_wanted = self.is_wanted(&page)?;
            let missing = is_done && self.wanted.formats.iter().any(is_missing);
            if !is_wanted && !missing {
                self.finish(&page.state);
                continue;
            }
            let reset = "UPDATE pages SET state = 'pending', run = ? WHERE file = ? AND page = ?";
            self.to.prepare_cached(reset)?.execute(params![self.run, file, page.page])?;
            let from_record = is_done && !is_wanted;
            let sha256 = Some(Arc::clone(sha256));
            let part = Part::Page(page.page);
            self.planned.tasks.push(Task { input, file, part, sha256, from_record, attempt: 0 });
        }
        // If pages are read, the document follows the last of them.
        if self.wanted.pdf && self.planned.tasks.len() == known && !self.has_document(file)? {
            let sha256 = Some(Arc::clone(sha256));
            let document = Task { part: Part::Document, sha256, ..Task::of_file(input, file) };
            self.planned.tasks.push(document);
        }
        Ok(())
    }

    fn has_document(&self, file: i64) -> rusqlite::Result<bool> {
        let sql = "SELECT name FROM documents WHERE file = ? AND name NOT NULL";
        let mut statement = self.to.prepare_cached(sql)?;
        let name = statement.query_row([file], |row| row.get::<_, String>(0)).optional()?;
        Ok(name.is_some_and(|name| self.wanted.output.join(name).is_file()))
    }

    /// Whether a page is read: it is not read yet, or was read with a configuration whose change affects it.
    fn is_wanted(&self, page: &KnownPage) -> rusqlite::Result<bool> {
        let Some(fingerprint) = page.fingerprint else { return Ok(true) };
        let sql = "SELECT reading, stamps, scan, models FROM makings WHERE id = ?";
        let old = self.to.prepare_cached(sql)?.query_row([fingerprint], |row| {
            Ok(Fingerprint {
                reading: row.get(0)?,
                stamps: row.get(1)?,
                scan: row.get(2)?,
                models: row.get(3)?,
            })
        })?;
        let new = self.wanted.fingerprint;
        let is_touched = old.reading != new.reading
            || old.models != new.models
            || (old.stamps != new.stamps && page.stamps > 0);
        Ok(match page.state.as_str() {
            "done" => is_touched,
            "failed" => self.wanted.retry_failed || old != *new,
            _ => true,
        })
    }
}

/// Size in bytes and modification time in nanoseconds since 1970; `None` if the file is inaccessible.
fn stamp(path: &Path) -> (Option<i64>, Option<i64>) {
    let Ok(metadata) = std::fs::metadata(path) else { return (None, None) };
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = modified.and_then(|since| i64::try_from(since.as_nanos()).ok());
    (i64::try_from(metadata.len()).ok(), modified)
}

fn hash(path: &Path) -> Option<String> {
    if !path.is_file() {
        return None;
    }
    let mut hasher = Sha256::new();
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).ok()?);
    loop {
        let bytes = file.fill_buf().ok()?;
        if bytes.is_empty() {
            break;
        }
        hasher.update(bytes);
        let read = bytes.len();
        file.consume(read);
    }
    Some(hexadecimal(&hasher.finalize()))
}
