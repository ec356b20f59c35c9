//! The manifest of a batch: the state of every page, in SQLite.
//!
//! The database uses a write-ahead log, and each commit is synced (`synchronous=FULL`), so that a power loss does not
//! lose a commit. The results of a page are on disk before its row says `done`. Any other row is a page that is read
//! again, with the same bytes as result. Only the parent process writes; `denshin status` reads concurrently.

mod plan;
mod report;

pub(super) use plan::{Planned, Wanted};
pub use report::{Failure, Status, Worst, read_status};

use super::ledger::{Ledger, Report};
use super::output::{self, OutputError};
use super::protocol::Reading;
use super::shard::Shard;
use crate::error::Stage;
use crate::relative_path::RelativePath;
use crate::write::Format;
use rusqlite::{Connection, Transaction, params};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A configuration fingerprint, as hashes; `fingerprint.rs` computes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Fingerprint {
    pub reading: String,
    pub stamps: String,
    pub scan: String,
    pub models: String,
}

/// The manifest of a folder or of one of its shards, locked by this run.
pub(super) struct Database {
    connection: Connection,
    path: PathBuf,
    run: i64,
    fingerprint: i64,
    formats: String,
    /// The lock, held until the run ends.
    _lock: File,
}

/// File name of the manifest of a shard.
pub(super) fn name(shard: Shard) -> String {
    format!("manifest{}.sqlite", shard.tag())
}

/// Whether a file is the manifest of a folder or of a shard.
fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.strip_prefix("manifest")
        .is_some_and(|rest| rest == ".sqlite" || rest.ends_with(".sqlite") && rest.contains("-of-"))
}

/// The manifests in a folder, in the order of their names.
pub(super) fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut found: Vec<PathBuf> = entries.map(|e| e.path()).filter(|p| is_manifest(p)).collect();
    found.sort();
    found
}

/// Adds the path of the manifest to errors of SQLite.
pub(super) fn at(path: &Path) -> impl Fn(rusqlite::Error) -> OutputError {
    let path = path.to_owned();
    move |error| OutputError::Manifest { path: path.clone(), cause: error.to_string() }
}

impl Database {
    /// Opens or creates the manifest and removes temporary files of a killed run.
    pub(super) fn open(folder: &Path, shard: Shard, unfinished: &str) -> Result<Self, OutputError> {
        let suffix = format!("-of-{}.sqlite", shard.of());
        let fits = |p: &PathBuf| match shard.of() {
            1 => p.ends_with(name(shard)),
            _ => p.to_string_lossy().ends_with(&suffix),
        };
        if !manifests(folder).iter().all(fits) {
            return Err(OutputError::Shards(folder.to_owned()));
        }
        let lock = output::lock(folder, shard)?;
        output::remove_beginning(folder, unfinished);
        let path = folder.join(name(shard));
        let connection = connect(&path).map_err(at(&path))?;
        output::sync_folder(folder)?;
        Ok(Self { connection, path, run: 0, fingerprint: 0, formats: String::new(), _lock: lock })
    }

    /// Starts a run with this configuration fingerprint and these formats.
    pub(super) fn begin(
        &mut self,
        now: f64,
        fingerprint: &Fingerprint,
        formats: &[Format],
    ) -> Result<(), OutputError> {
        let failed = at(&self.path);
        self.formats = formats.iter().map(|f| f.name()).collect::<Vec<_>>().join(",");
        let Fingerprint { reading, stamps, scan, models } = fingerprint;
        let c = &self.connection;
        let insert = "INSERT OR IGNORE INTO makings (reading, stamps, scan, models) VALUES (?, ?, ?, ?)";
        c.execute(insert, params![reading, stamps, scan, models]).map_err(&failed)?;
        let find = "SELECT id FROM makings WHERE reading = ? AND stamps = ? AND scan = ? AND models = ?";
        let found = c.query_row(find, params![reading, stamps, scan, models], |row| row.get(0));
        self.fingerprint = found.map_err(&failed)?;
        c.execute("INSERT INTO runs (began, touched) VALUES (?, ?)", [now, now]).map_err(&failed)?;
        self.run = c.last_insert_rowid();
        Ok(())
    }
}

impl Ledger for Database {
    fn end(&mut self, now: f64, how: &str) -> Result<(), OutputError> {
        let end = "UPDATE runs SET ended = ?, touched = ?, how = ? WHERE id = ?";
        self.connection.execute(end, params![now, now, how, self.run]).map_err(at(&self.path))?;
        let _ = self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
        Ok(())
    }

    fn record(&mut self, reports: &[Report], now: f64) -> Result<(), OutputError> {
        let failed = at(&self.path);
        let (run, fingerprint) = (self.run, self.fingerprint);
        let folder = self.path.parent().unwrap_or(Path::new(".")).to_owned();
        let at = Now { now, run, fingerprint, formats: &self.formats, folder: &folder };
        let transaction = self.connection.transaction().map_err(&failed)?;
        for report in reports {
            apply(&transaction, report, &at).map_err(&failed)?;
        }
        let touch = "UPDATE runs SET touched = ? WHERE id = ?";
        transaction.prepare_cached(touch).and_then(|mut s| s.execute(params![now, run])).map_err(&failed)?;
        transaction.commit().map_err(&failed)
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    // A cache of 4 MB keeps the memory independent of the size of the manifest.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -4000; PRAGMA foreign_keys = ON;",
    )?;
    connection.execute_batch(include_str!("schema.sql"))?;
    // The database was created by an earlier version.
    if !connection.column_exists(None, "pages", "little_text")? {
        connection.execute_batch("ALTER TABLE pages ADD COLUMN little_text INTEGER NOT NULL DEFAULT 0")?;
    }
    Ok(connection)
}

/// Values of a row that are not part of the report.
struct Now<'a> {
    now: f64,
    run: i64,
    fingerprint: i64,
    formats: &'a str,
    folder: &'a Path,
}

/// Removes the results of the earlier version of a changed file if the number of pages differs, because the new results
/// then have other names. They are kept until the new version could be opened.
fn remove_stale(to: &Transaction<'_>, file: i64, pages: u32, folder: &Path) -> rusqlite::Result<()> {
    let sql = "SELECT ifnull(pages, 0), stale FROM files WHERE id = ?";
    let (before, stale): (u32, String) =
        to.prepare_cached(sql)?.query_row([file], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if before != pages {
        remove_results(folder, &listed(&stale).collect());
    }
    Ok(())
}

/// Results listed as JSON in a manifest. Paths that lead out of the folder are ignored, because no run wrote them.
fn listed(names: &str) -> impl Iterator<Item = RelativePath> {
    let names: Vec<PathBuf> = serde_json::from_str(names).unwrap_or_default();
    names.into_iter().filter_map(|name| RelativePath::new(name).ok())
}

/// Removes results; missing files are ignored.
fn remove_results(folder: &Path, names: &BTreeSet<RelativePath>) {
    for name in names {
        let _ = std::fs::remove_file(folder.join(name));
    }
}

fn apply(to: &Transaction<'_>, report: &Report, at: &Now<'_>) -> rusqlite::Result<()> {
    match report {
        Report::Started { file, page, attempt } => {
            let sql = "UPDATE pages SET state = 'running', attempts = ?, run = ? WHERE file = ? AND page = ?";
            to.prepare_cached(sql)?.execute(params![attempt + 1, at.run, file, page])?;
        }
        Report::Opened { file, sha256, pages } => {
            remove_stale(to, *file, *pages, at.folder)?;
            let sql = "UPDATE files SET sha256 = ?, pages = ?, stale = '[]' WHERE id = ?";
            to.prepare_cached(sql)?.execute(params![sha256, pages, file])?;
            // The attempts to open the file count as attempts to read its first page.
            let sql = "SELECT ifnull(max(attempts), 0) FROM pages WHERE file = ? AND page = 0";
            let attempts: u32 = to.prepare_cached(sql)?.query_row([file], |row| row.get(0))?;
            to.prepare_cached("DELETE FROM pages WHERE file = ?")?.execute([file])?;
            let sql = "INSERT INTO pages (file, page, state, attempts, run) VALUES (?, ?, ?, ?, ?)";
            let mut insert = to.prepare_cached(sql)?;
            for page in 1..=*pages {
                let (state, attempts) = if page == 1 { ("running", attempts) } else { ("pending", 0) };
                insert.execute(params![file, page, state, attempts, at.run])?;
            }
        }
        Report::Done { file, page, reading } => {
            done(to, (*file, *page), reading, at)?;
            if !reading.kept {
                to.prepare_cached("DELETE FROM documents WHERE file = ?")?.execute([file])?;
            }
        }
        Report::Made { file, name } => document(to, *file, Ok(name), at)?,
        Report::Unmade { file, stage, cause } => document(to, *file, Err((*stage, cause)), at)?,
        Report::Failed { file, page, stage, cause } => {
            let sql =
                "UPDATE pages SET state = 'failed', making = ?, run = ?, finished = ?, stage = ?, cause = ?
                       WHERE file = ? AND page = ?";
            let values = params![at.fingerprint, at.run, at.now, stage.to_string(), cause, file, page];
            to.prepare_cached(sql)?.execute(values)?;
        }
    }
    Ok(())
}

fn done(to: &Transaction<'_>, place: (i64, u32), reading: &Reading, at: &Now<'_>) -> rusqlite::Result<()> {
    let sql = "UPDATE pages SET state = 'done', making = ?, run = ?, finished = ?, formats = ?, results = ?, kept = ?,
                   lines = ?, characters = ?, doubtful = ?, confidence = ?, warnings = ?, stamps = ?, little_text = ?,
                   seconds = ?, seconds_by = ?, stage = NULL, cause = NULL
               WHERE file = ? AND page = ?";
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let r = reading;
    to.prepare_cached(sql)?.execute(params![
        at.fingerprint,
        at.run,
        at.now,
        at.formats,
        json(serde_json::to_string(&r.results)),
        r.kept,
        r.lines,
        r.characters,
        r.doubtful,
        r.confidence,
        r.warnings,
        r.stamps,
        r.little_text,
        r.seconds.get("all"),
        json(serde_json::to_string(&r.seconds)),
        place.0,
        place.1,
    ])?;
    Ok(())
}

fn document(
    to: &Transaction<'_>,
    file: i64,
    made: Result<&String, (Stage, &String)>,
    at: &Now<'_>,
) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO documents (file, name, finished, stage, cause) VALUES (?, ?, ?, ?, ?)";
    let (stage, cause) = made.err().unzip();
    to.prepare_cached(sql)?.execute(params![file, made.ok(), at.now, stage.map(|s| s.to_string()), cause])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_a_manifest_puts_elsewhere_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("out");
        std::fs::create_dir(&out).unwrap();
        let (mine, absolute) = (folder.path().join("mine.json"), folder.path().join("other.json"));
        for path in [&mine, &absolute, &out.join("a.json")] {
            std::fs::write(path, "{}").unwrap();
        }
        let names = serde_json::to_string(&["../mine.json", &absolute.to_string_lossy(), "a.json"]).unwrap();
        remove_results(&out, &listed(&names).collect());
        assert!(mine.exists() && absolute.exists() && !out.join("a.json").exists());
    }
}
