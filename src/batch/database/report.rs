//! Status of a batch from its manifest or the manifests of all shards, also during a run.

use super::{at, manifests};
use crate::batch::output::OutputError;
use rusqlite::{Connection, OpenFlags, Row};
use serde::Serialize;
use std::path::Path;

/// Interval of the rate in seconds: long enough for slow pages, short enough to show a change.
const RECENT: f64 = 300.0;
/// Seconds without an update after which a run counts as dead. A live run updates every 5.
const DEAD: f64 = 30.0;

/// The status of a batch.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Status {
    /// `running`, `finished`, `stopped`, `too-many-failures`, `broken` or `killed`. Of several shards, the state of
    /// the first running one, else of the first one that is not finished.
    pub state: String,
    /// Number of known pages; a file whose pages are not counted counts as one.
    pub pages: u64,
    /// Pages with results.
    pub done: u64,
    /// Number of these whose existing results were kept.
    pub kept: u64,
    /// Pages and files that are set aside.
    pub failed: u64,
    /// Documents that could not be written.
    pub unmade: u64,
    /// Pages being read, or that were being read when the run was killed.
    pub in_work: u64,
    /// Pages waiting to be read.
    pub waiting: u64,
    /// Files, waiting or being read, whose pages are not counted.
    pub files_not_counted: u64,
    /// Pages per second over the last five minutes of the run.
    pub pages_per_second: f64,
    /// Estimated seconds left at this rate; null if the rate is 0 or the run has ended.
    pub seconds_left: Option<f64>,
    /// Duration of the latest run in seconds.
    pub seconds: f64,
    /// Number of characters read.
    pub characters: u64,
    /// Number of these with a confidence below 0.9.
    pub doubtful: u64,
    /// Number of warnings in page records.
    pub warnings: u64,
    /// Pages that have ink but hardly any text.
    pub little_text: u64,
    /// Failures and their causes, in the order of the files.
    pub failures: Vec<Failure>,
    /// Pages to check first: those with hardly any text, then those with the lowest confidence.
    pub worst: Vec<Worst>,
}

/// A page, file or document that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Path of the file, as given.
    pub path: String,
    /// Page number, one-based; null for a file that could not be opened or whose document could not be written.
    pub page: Option<u32>,
    /// The stage that failed.
    pub stage: String,
    /// The cause.
    pub cause: String,
    /// Number of attempts.
    pub attempts: u32,
}

/// A page that should be checked.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Worst {
    /// Path of the file, as given.
    pub path: String,
    /// Page number, one-based.
    pub page: u32,
    /// Mean confidence of the characters, 0 to 1; null without characters.
    pub confidence: Option<f64>,
    /// Number of characters.
    pub characters: u32,
    /// Number of these with a confidence below 0.9.
    pub doubtful: u32,
    /// Number of warnings in the record.
    pub warnings: u32,
    /// Whether it has ink but hardly any text.
    pub little_text: bool,
}

/// Maximum number of listed failures and pages.
#[derive(Debug, Clone, Copy)]
pub(in crate::batch) struct Named {
    pub failures: u32,
    pub worst: u32,
}

/// The status of the batch in a folder; `now` is in seconds since 1970. `None` if the folder has no batch.
///
/// # Errors
/// A manifest cannot be read.
pub fn read_status(folder: &Path, now: f64) -> Result<Option<Status>, OutputError> {
    status_with(folder, now, Named { failures: 1000, worst: 12 })
}

pub(in crate::batch) fn status_with(
    folder: &Path,
    now: f64,
    named: Named,
) -> Result<Option<Status>, OutputError> {
    let mut all: Option<Status> = None;
    for path in manifests(folder) {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let status = Connection::open_with_flags(&path, flags).and_then(|c| of_one(&c, now, named));
        let status = status.map_err(at(&path))?;
        all = Some(all.map_or_else(|| status.clone(), |sum| sum.with(status.clone())));
    }
    let finish = |mut status: Status| {
        let rate = status.pages_per_second;
        let left = (status.waiting + status.in_work) as f64 / rate;
        status.seconds_left = (rate > 0.0 && status.state == "running").then_some(left);
        status.worst.truncate(named.worst as usize);
        status
    };
    Ok(all.map(finish))
}

impl Status {
    /// Combines the status of two shards.
    fn with(mut self, other: Self) -> Self {
        let is_over = self.state == "finished" || (other.state == "running" && self.state != "running");
        self.state = if is_over { other.state } else { self.state };
        self.pages += other.pages;
        self.done += other.done;
        self.kept += other.kept;
        self.failed += other.failed;
        self.unmade += other.unmade;
        self.in_work += other.in_work;
        self.waiting += other.waiting;
        self.files_not_counted += other.files_not_counted;
        self.pages_per_second += other.pages_per_second;
        self.seconds = self.seconds.max(other.seconds);
        self.characters += other.characters;
        self.doubtful += other.doubtful;
        self.warnings += other.warnings;
        self.little_text += other.little_text;
        self.failures.extend(other.failures);
        self.worst.extend(other.worst);
        let by_confidence =
            |a: &Worst, b: &Worst| a.confidence.unwrap_or(2.0).total_cmp(&b.confidence.unwrap_or(2.0));
        self.worst.sort_by(|a, b| b.little_text.cmp(&a.little_text).then(by_confidence(a, b)));
        self
    }
}

fn of_one(c: &Connection, now: f64, named: Named) -> rusqlite::Result<Status> {
    c.busy_timeout(std::time::Duration::from_secs(10))?;
    // One pass: ten queries over a hundred thousand pages would take a second and block the run.
    let sums =
        "SELECT count(*), total(state = 'done'), total(state = 'done' AND kept), total(state = 'failed'),
                    total(state = 'running'), total(state = 'pending'),
                    total(page = 0 AND state IN ('pending', 'running')),
                    total(CASE state WHEN 'done' THEN characters END),
                    total(CASE state WHEN 'done' THEN doubtful END),
                    total(CASE state WHEN 'done' THEN warnings END)
                FROM pages";
    let mut status = c.query_row(sums, [], |row| {
        // Totals of SQLite are floating-point; numbers of pages and characters are small enough to be exact.
        let sum = |column: usize| row.get::<_, f64>(column).map(|sum| sum as u64);
        Ok(Status {
            pages: row.get::<_, u32>(0)?.into(),
            done: sum(1)?,
            kept: sum(2)?,
            failed: sum(3)?,
            in_work: sum(4)?,
            waiting: sum(5)?,
            files_not_counted: sum(6)?,
            characters: sum(7)?,
            doubtful: sum(8)?,
            warnings: sum(9)?,
            ..Status::default()
        })
    })?;
    (status.failures, status.worst) = (failures(c, named.failures)?, worst(c, named.worst)?);
    // A manifest of an earlier version lacks this column and the table of documents.
    if c.column_exists(None, "pages", "little_text")? {
        let sql = "SELECT count(*) FROM pages WHERE state = 'done' AND little_text";
        status.little_text = c.query_row(sql, [], |row| row.get::<_, u32>(0))?.into();
    }
    if c.table_exists(None, "documents")? {
        let sql = "SELECT count(*) FROM documents WHERE name IS NULL";
        status.unmade = c.query_row(sql, [], |row| row.get::<_, u32>(0))?.into();
        let left = named.failures.saturating_sub(status.failures.len() as u32);
        status.failures.extend(unmade(c, left)?);
    }
    let latest = "SELECT id, began, touched, ended, how FROM runs ORDER BY id DESC LIMIT 1";
    c.query_row(latest, [], |row| add_run(c, row, now, &mut status)).or_else(|error| match error {
        rusqlite::Error::QueryReturnedNoRows => Ok(()),
        other => Err(other),
    })?;
    Ok(status)
}

fn add_run(c: &Connection, row: &Row<'_>, now: f64, status: &mut Status) -> rusqlite::Result<()> {
    let (run, began, touched): (i64, f64, f64) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let how: Option<String> = row.get(4)?;
    let is_alive = now - touched < DEAD;
    status.state = how.unwrap_or_else(|| if is_alive { "running" } else { "killed" }.to_owned());
    let from = began.max(touched - RECENT);
    let sql = "SELECT count(*) FROM pages WHERE run = ? AND state IN ('done', 'failed') AND finished >= ?";
    let recent: i64 = c.query_row(sql, rusqlite::params![run, from], |row| row.get(0))?;
    status.pages_per_second = if touched > from { recent as f64 / (touched - from) } else { 0.0 };
    status.seconds = (touched - began).max(0.0);
    Ok(())
}

fn failures(c: &Connection, most: u32) -> rusqlite::Result<Vec<Failure>> {
    let sql = "SELECT path, page, ifnull(stage, ''), ifnull(cause, ''), attempts FROM pages
               JOIN files ON files.id = file WHERE state = 'failed' ORDER BY file, page LIMIT ?";
    let mut statement = c.prepare(sql)?;
    let rows = statement.query_map([most], |row| {
        Ok(Failure {
            path: row.get(0)?,
            page: row.get::<_, u32>(1).map(|page| (page > 0).then_some(page))?,
            stage: row.get(2)?,
            cause: row.get(3)?,
            attempts: row.get(4)?,
        })
    })?;
    rows.collect()
}

/// Documents that could not be written.
fn unmade(c: &Connection, most: u32) -> rusqlite::Result<Vec<Failure>> {
    let sql = "SELECT path, ifnull(stage, ''), ifnull(cause, '') FROM documents
               JOIN files ON files.id = file WHERE name IS NULL ORDER BY file LIMIT ?";
    let mut statement = c.prepare(sql)?;
    let rows = statement.query_map([most], |row| {
        let (path, stage, cause) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Failure { path, page: None, stage, cause, attempts: 1 })
    })?;
    rows.collect()
}

fn worst(c: &Connection, most: u32) -> rusqlite::Result<Vec<Worst>> {
    let little_text = if c.column_exists(None, "pages", "little_text")? { "little_text" } else { "0" };
    let sql = format!(
        "SELECT path, page, confidence, characters, doubtful, warnings, {little_text} AS little FROM pages
         JOIN files ON files.id = file WHERE state = 'done' AND (confidence NOT NULL OR warnings > 0)
         ORDER BY little DESC, ifnull(confidence, 2), warnings DESC, file, page LIMIT ?"
    );
    let mut statement = c.prepare(&sql)?;
    let rows = statement.query_map([most], |row| {
        Ok(Worst {
            path: row.get(0)?,
            page: row.get(1)?,
            confidence: row.get(2)?,
            characters: row.get(3)?,
            doubtful: row.get(4)?,
            warnings: row.get(5)?,
            little_text: row.get(6)?,
        })
    })?;
    rows.collect()
}
