//! All in one process: threads lend engines from a pool. What `denshin read` does; a crash of an engine ends it.

use super::guard::guarded;
use super::inputs::Found;
use super::manifest::{Entry, Manifest};
use super::output::{self, OutputError};
use crate::error::{At, PageError, PageRef, Stage};
use crate::page::Page;
use crate::provenance::Source;
use crate::scan::{Scan, ScanError, ScanFile};
use crate::write::{Format, names, write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What to do.
pub struct Job<'a> {
    /// The files, as [`super::find_inputs`] gives them.
    pub inputs: &'a [Found],
    /// Folder of the results; it exists.
    pub output: &'a Path,
    /// What is written for each page.
    pub formats: &'a [Format],
    /// Pages in work at once, at least 1.
    pub jobs: usize,
    /// Opens a file: [`ScanFile::open`], or whatever stands for a path.
    pub open: &'a (dyn Fn(&Path) -> Result<ScanFile, ScanError> + Sync),
    /// Reads a page. Called from several threads.
    pub read: &'a (dyn Fn(&Scan, Source) -> Result<Page, PageError> + Sync),
    /// Set from outside to stop: pages in work are finished.
    pub stop: &'a AtomicBool,
}

/// Is told what happens, from several threads.
pub trait Progress: Sync {
    /// A file has this many pages.
    fn pages_found(&self, place: &PageRef, pages: u32);
    /// A page is done; its results are on disk.
    fn page_done(&self, place: &PageRef, page: &Page);
    /// A page, or a whole file, failed.
    fn page_failed(&self, error: &PageError);
}

/// How a batch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Pages read and written.
    pub read: u64,
    /// Pages, or files that could not be opened, that failed.
    pub failed: u64,
    /// Whether it was stopped before the end.
    pub stopped: bool,
}

/// Reads all pages of all inputs.
///
/// # Errors
/// Where results cannot be written any more: what was finished stays.
pub fn run(job: &Job<'_>, progress: &dyn Progress) -> Result<Summary, OutputError> {
    let manifest = Manifest::create(job.output)?;
    let queue = Mutex::new(Queue { job, next: 0, open: None });
    let (read, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let broken: Mutex<Option<OutputError>> = Mutex::new(None);
    let work = || {
        while !job.stop.load(Ordering::Relaxed) && lock(&broken).is_none() {
            let Some(task) = lock(&queue).take(progress) else { break };
            let outcome = task.and_then(|task| attempt(job, &task, progress));
            let recorded = match outcome {
                Ok(entry) => {
                    read.fetch_add(1, Ordering::Relaxed);
                    manifest.add(&entry)
                }
                Err(Trouble::Page(error)) => {
                    failed.fetch_add(1, Ordering::Relaxed);
                    progress.page_failed(&error);
                    manifest.add(&Entry::failed(&error))
                }
                Err(Trouble::Output(error)) => Err(error),
            };
            if let Err(error) = recorded {
                lock(&broken).get_or_insert(error);
            }
        }
    };
    let threads =
        rayon::ThreadPoolBuilder::new().num_threads(job.jobs.max(1)).build().map_err(OutputError::Threads)?;
    threads.broadcast(|_| work());
    let broken = lock(&broken).take();
    broken.map_or_else(
        || {
            let stopped = job.stop.load(Ordering::Relaxed) && !lock(&queue).is_empty();
            Ok(Summary { read: read.into_inner(), failed: failed.into_inner(), stopped })
        },
        Err,
    )
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A page to be read.
struct Task<'a> {
    input: &'a Found,
    file: Arc<Mutex<ScanFile>>,
    sha256: String,
    page: u32,
    pages: u32,
}

enum Trouble {
    /// This page failed, the next may not.
    Page(PageError),
    /// Nothing can be written any more.
    Output(OutputError),
}

/// Hands out pages, opening one file after another.
struct Queue<'a> {
    job: &'a Job<'a>,
    next: usize,
    open: Option<Task<'a>>,
}

impl<'a> Queue<'a> {
    fn is_empty(&self) -> bool {
        self.next >= self.job.inputs.len() && self.open.is_none()
    }

    /// The next page; `None` at the end.
    fn take(&mut self, progress: &dyn Progress) -> Option<Result<Task<'a>, Trouble>> {
        loop {
            if let Some(open) = self.open.as_mut() {
                let task = Task {
                    input: open.input,
                    file: Arc::clone(&open.file),
                    sha256: open.sha256.clone(),
                    ..*open
                };
                open.page += 1;
                if open.page > open.pages {
                    self.open = None;
                }
                return Some(Ok(task));
            }
            let input = self.job.inputs.get(self.next)?;
            self.next += 1;
            let place = PageRef::file(&input.path);
            match guarded(Stage::Scan, || (self.job.open)(&input.path))
                .and_then(|f| f.at(Stage::Scan, &place))
            {
                Ok(file) => {
                    let (sha256, pages) = (file.sha256().to_owned(), file.pages());
                    progress.pages_found(&place, pages);
                    self.open =
                        Some(Task { input, file: Arc::new(Mutex::new(file)), sha256, page: 1, pages });
                }
                Err(error) => return Some(Err(Trouble::Page(PageError { place, ..error }))),
            }
        }
    }
}

/// Reads one page and writes its results.
fn attempt(job: &Job<'_>, task: &Task<'_>, progress: &dyn Progress) -> Result<Entry, Trouble> {
    let place = PageRef::page(&task.input.path, task.page);
    let source = Source {
        path: task.input.path.to_string_lossy().into_owned(),
        sha256: task.sha256.clone(),
        page: task.page,
        pages: task.pages,
    };
    let scan =
        guarded(Stage::Scan, || lock(&task.file).read(task.page)).and_then(|r| r.at(Stage::Scan, &place));
    let read = scan.and_then(|scan| guarded(Stage::Recognize, || (job.read)(&scan, source)).and_then(|r| r));
    let page = read.map_err(|e| Trouble::Page(PageError { place: place.clone(), ..e }))?;
    let mut written = Vec::new();
    for &format in job.formats {
        let name = names::result(&task.input.stem, task.page, task.pages, format.extension());
        output::write_whole(&job.output.join(&name), &write(&page, format)).map_err(Trouble::Output)?;
        written.push(name);
    }
    progress.page_done(&place, &page);
    Ok(Entry::read(&place, &written))
}
