//! A worker process: it reads one page at a time and writes the results.
//!
//! Engines and decoders contain C code: a crash or a hang ends a worker process, never the run. A worker process knows
//! neither other pages nor the manifest. It keeps its engine and the last file open, so that a long PDF is opened only
//! once. It ends with its parent: a thread waits for the end of its input.

use super::document::{self, DocumentError};
use super::existing::There;
use super::guard::guarded;
use super::limits::Memory;
use super::output::{self, OutputError, Unwritten};
use super::protocol::{
    Assignment, Existing, JobConfig, Limits, Reading, Reply, Request, Stages, receive, send,
};
use super::{fault_injection, picture};
use crate::error::{At, PageError, PageRef, Stage};
use crate::names;
use crate::page::{FORMAT, Page, RegionKind, WarningCode};
use crate::pipeline::read_page;
use crate::provenance::{Provenance, Source};
use crate::recognize::pool::Pool;
use crate::recognize::{EngineDescription, ModelPaths, RecognizeError};
use crate::relative_path::RelativePath;
use crate::scan::{ScanError, ScanFile, seen_from};
use crate::write::{Format, write};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{Error, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// Confidence below which a character counts as doubtful: the least confident 5 % of characters contain 80 % of the
/// errors.
const DOUBTFUL: f32 = 0.9;

/// Maximum number of pages per file. More would let a damaged or malicious file exhaust the parent's memory.
const MOST_PAGES: u32 = 100_000;
/// Maximum length of a failure's cause, in characters.
const LONGEST_CAUSE: usize = 2000;

/// Functions that the program provides.
pub struct Surroundings {
    /// Seconds on a clock, for timings only.
    pub now: fn() -> f64,
    /// Ends the process at once, because the parent has ended.
    pub leave: fn() -> !,
}

/// Serves the parent process until it closes the pipe.
///
/// # Errors
/// The pipe breaks, or it contains something other than messages of the protocol.
pub fn work(
    mut from: impl Read + Send + 'static,
    mut to: impl Write,
    surroundings: &Surroundings,
) -> std::io::Result<()> {
    let Some(limits) = receive::<Limits>(&mut from)? else { return Ok(()) };
    let memory = Memory(limits.bytes);
    memory.limit();
    let Some(mut config) = receive::<JobConfig>(&mut from)? else { return Ok(()) };
    config.settings.scan.passwords = std::mem::take(&mut config.passwords);
    let pool = match open_engine(&config) {
        Ok((pool, description)) => {
            let engine = format!("{} {}", description.name, description.version);
            send(&mut to, &Reply::Ready { engine, models: description.models })?;
            pool
        }
        Err(error) => {
            let is_model =
                matches!(error, RecognizeError::ModelMissing { .. } | RecognizeError::ModelUnusable { .. });
            return send(&mut to, &Reply::Unready { cause: error.to_string(), is_model });
        }
    };
    let mut worker = Worker { config, memory, pool, open: None, now: surroundings.now };
    let requests = listen(from, surroundings.leave);
    for request in requests {
        let reply = worker.answer(&request, &mut to)?;
        send(&mut to, &reply)?;
    }
    Ok(())
}

/// Receives requests in a thread. Ends the process when the parent has ended, even during a page.
fn listen(mut from: impl Read + Send + 'static, leave: fn() -> !) -> mpsc::Receiver<Request> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok(Some(request)) = receive::<Request>(&mut from) {
            if sender.send(request).is_err() {
                break;
            }
        }
        leave()
    });
    receiver
}

fn open_engine(config: &JobConfig) -> Result<(Pool, EngineDescription), RecognizeError> {
    let paths = ModelPaths {
        tessdata: config.tessdata.as_deref().map(Path::new),
        neural: config.model.as_deref().map(Path::new),
    };
    let pool = config.engine.pool(paths)?;
    let description = pool.lend()?.describe();
    Ok((pool, description))
}

struct Worker {
    config: JobConfig,
    memory: Memory,
    pool: Pool,
    open: Option<(OsString, ScanFile)>,
    now: fn() -> f64,
}

/// Reason that there are no results.
enum Trouble {
    Page(PageError),
    Output(OutputError),
    /// The parent process has closed the pipe.
    Parent(Error),
}

impl From<PageError> for Trouble {
    fn from(error: PageError) -> Self {
        Self::Page(error)
    }
}

/// Reason that there is no document.
enum Unmade {
    Document(DocumentError),
    /// The parent process has closed the pipe.
    Parent(Error),
}

impl From<DocumentError> for Unmade {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl Trouble {
    fn of(unwritten: Unwritten, place: &PageRef) -> Self {
        match unwritten {
            Unwritten::Anywhere(error) => Self::Output(error),
            here => Self::Page(PageError { place: place.clone(), stage: Stage::Write, cause: here.into() }),
        }
    }
}

impl Worker {
    fn answer(&mut self, request: &Request, to: &mut impl Write) -> std::io::Result<Reply> {
        let outcome = match request {
            Request::Picture { path, page } => self.picture(path, *page).map_err(Trouble::Page),
            Request::Read(assignment) => self.results(assignment, to).map(Reply::Done),
            Request::Document(assignment) => self.document(assignment, to).map(Reply::Done),
            Request::Open(assignment) => match self.count(assignment) {
                Ok((sha256, pages)) => {
                    send(to, &Reply::Opened { sha256, pages })?;
                    self.results(assignment, to).map(Reply::Done)
                }
                Err(error) => Err(Trouble::Page(error)),
            },
        };
        Ok(match outcome {
            Ok(reply) => reply,
            Err(Trouble::Page(error)) => Reply::Failed { stage: error.stage, cause: self.cause(&error) },
            Err(Trouble::Output(OutputError::Write { path, cause })) => {
                Reply::Unwritable { path: path.display().to_string(), cause: cause.to_string() }
            }
            Err(Trouble::Output(other)) => return Err(Error::other(other.to_string())),
            Err(Trouble::Parent(error)) => return Err(error),
        })
    }

    /// The cause of a failed page. A decoder's message can be as long as the file, so it is truncated.
    fn cause(&self, error: &PageError) -> String {
        match error.cause.downcast_ref() {
            Some(ScanError::Unreadable(cause)) if cause.kind() == ErrorKind::OutOfMemory => {
                self.memory.exceeded()
            }
            _ => error.cause.to_string().chars().take(LONGEST_CAUSE).collect(),
        }
    }

    /// SHA-256 and number of pages of a file.
    fn count(&mut self, assignment: &Assignment) -> Result<(String, u32), PageError> {
        let file = self.file(assignment)?;
        let pages = file.pages();
        if pages > MOST_PAGES {
            let many = format!("the file has {pages} pages, at most {MOST_PAGES} are accepted (split it)");
            return Err(many).at(Stage::Scan, &PageRef::file(&assignment.path));
        }
        Ok((file.sha256().to_owned(), pages))
    }

    /// The open file of a page.
    fn file(&mut self, assignment: &Assignment) -> Result<&mut ScanFile, PageError> {
        if self.open.as_ref().is_none_or(|(path, _)| *path != assignment.path) {
            self.open = None;
            let place = PageRef::file(&assignment.path);
            let beside = std::fs::metadata(&assignment.path).map(|file| self.memory.beside(&file));
            beside.unwrap_or(self.memory).limit();
            let options = &self.config.settings.scan;
            let file = guarded(Stage::Scan, || ScanFile::open(Path::new(&assignment.path), options))
                .and_then(|file| file.at(Stage::Scan, &place))?;
            self.open = Some((assignment.path.clone(), file));
        }
        let file = self.open.as_mut().map(|(_, file)| file).expect("opened above");
        if !assignment.sha256.is_empty() && file.sha256() != assignment.sha256 {
            self.open = None;
            let changed =
                Err("the file has changed since its pages were counted (run again when it is complete)");
            return changed.at(Stage::Scan, &PageRef::page(&assignment.path, assignment.page));
        }
        Ok(self.open.as_mut().map(|(_, file)| file).expect("opened above"))
    }

    /// Reads a page and writes the requested formats.
    fn results(&mut self, assignment: &Assignment, to: &mut impl Write) -> Result<Reading, Trouble> {
        let place = PageRef::page(&assignment.path, assignment.page);
        let file = self.file(assignment)?;
        if !(1..=file.pages()).contains(&assignment.page) {
            let (page, pages) = (assignment.page, file.pages());
            Err::<(), _>(ScanError::NoSuchPage { page, pages }).at(Stage::Scan, &place)?;
        }
        let source = Source {
            path: assignment.shown.clone().unwrap_or_else(|| assignment.path.to_string_lossy().into_owned()),
            sha256: file.sha256().to_owned(),
            page: assignment.page,
            pages: file.pages(),
        };
        let (page, pages) = (source.page, source.pages);
        let name = |format: Format| names::result(&assignment.stem, page, pages, format.extension());
        // Names are checked before the page is read, to save time.
        let checked = |format: Format| RelativePath::new(name(format)).at(Stage::Write, &place);
        self.config.formats.iter().try_for_each(|&format| checked(format).map(drop))?;
        let (output, existing) = (PathBuf::from(&self.config.output), self.config.existing);
        let mut wanted = self.config.formats.clone();
        let there = There::look(&output, &name);
        if existing == Existing::Keep && there.has_all(&wanted) {
            let known = there.record().map(signals).unwrap_or_default();
            return Ok(Reading { kept: true, results: shown(&wanted, &name), ..known });
        }
        if existing != Existing::Overwrite {
            let taken = there.taken(&source, assignment.elsewhere.as_deref());
            taken.map_or(Ok(()), Err).at(Stage::Write, &place)?;
        }
        let began = (self.now)();
        let mut seconds = BTreeMap::new();
        let from_record = assignment.from_record || existing == Existing::Keep;
        let (page, formats) = match there.record().filter(|page| from_record && page.source == source) {
            Some(page) => (page.clone(), there.missing(&wanted)),
            None => {
                let page = self.read(assignment, source, &mut seconds, to)?;
                let formats = there.replace(&page, &wanted, existing).at(Stage::Write, &place)?;
                (page, formats)
            }
        };
        let outdated = there.outdated(&page, &assignment.stem, Path::new(&assignment.path), self.config.pdf);
        let is_beside = !formats.is_empty() && !formats.contains(&Format::Json);
        let reviewed = is_beside.then(|| there.as_reviewed()).flatten();
        let page = reviewed.transpose().at(Stage::Write, &place)?.unwrap_or(page);
        let read = (self.now)();
        let written = |&format: &Format| {
            let name = checked(format)?;
            let image = Self::image(assignment, output.join(&name).parent().unwrap_or(&output));
            Ok((name, write(&page, format, &image)))
        };
        let files: Vec<_> = formats.iter().map(written).collect::<Result<_, PageError>>()?;
        output::write_results(&output, files.into_iter(), &self.config.unfinished)
            .map_err(|unwritten| Trouble::of(unwritten, &place))?;
        seconds.insert("write".to_owned(), ((self.now)() - read).max(0.0));
        seconds.insert("all".to_owned(), ((self.now)() - began).max(0.0));
        wanted.extend(formats.iter().filter(|format| !self.config.formats.contains(format)));
        Ok(Reading { results: shown(&wanted, &name), outdated, seconds, ..signals(&page) })
    }

    /// Path of the scan as results in `folder` refer to it.
    fn image(assignment: &Assignment, folder: &Path) -> PathBuf {
        let relative = || seen_from(folder, Path::new(&assignment.path));
        assignment.shown.as_ref().map_or_else(relative, PathBuf::from)
    }

    fn read(
        &mut self,
        assignment: &Assignment,
        source: Source,
        seconds: &mut BTreeMap<String, f64>,
        to: &mut impl Write,
    ) -> Result<Page, Trouble> {
        let place = PageRef::page(&assignment.path, assignment.page);
        let (now, path) = (self.now, Path::new(&assignment.path));
        let began = now();
        let scan = match self.config.stages {
            Stages::All => {
                let file = self.file(assignment)?;
                let scan = guarded(Stage::Scan, || file.read(assignment.page));
                Some(scan.and_then(|scan| scan.at(Stage::Scan, &place))?)
            }
            Stages::None => None,
        };
        let scanned = now();
        send(to, &Reply::Decoded).map_err(Trouble::Parent)?;
        let injected_faults = self.config.injected_faults.clone();
        guarded(Stage::Recognize, || fault_injection::inject(&injected_faults, path, assignment.attempt))?;
        let Some(scan) = scan else { return Ok(empty(source)) };
        let page = guarded(Stage::Recognize, || {
            let mut engine = self.pool.lend().at(Stage::Recognize, &place)?;
            read_page(&scan, source, &mut *engine, &self.config.settings)
        })
        .and_then(|page| page)?;
        seconds.insert("scan".to_owned(), (scanned - began).max(0.0));
        seconds.insert("read".to_owned(), (now() - scanned).max(0.0));
        Ok(page)
    }

    /// Writes the document of a file from the records on disk.
    fn document(&mut self, assignment: &Assignment, to: &mut impl Write) -> Result<Reading, Trouble> {
        let place = PageRef::file(&assignment.path);
        let name = RelativePath::new(names::result(&assignment.stem, 1, 1, document::PDF));
        let name = name.at(Stage::Write, &place)?;
        let (output, existing) = (PathBuf::from(&self.config.output), self.config.existing);
        let (path, unfinished) = (output.join(&name), self.config.unfinished.clone());
        let results = vec![name.to_string_lossy().into_owned()];
        if existing == Existing::Keep && path.is_file() {
            return Ok(Reading { kept: true, results, ..Reading::default() });
        }
        document::check(&path, Path::new(&assignment.path), existing).at(Stage::Write, &place)?;
        let file = self.file(assignment)?;
        let mut added = || send(to, &Reply::Added).map_err(Unmade::Parent);
        let made = guarded(Stage::Write, || document::make(&output, &assignment.stem, file, &mut added))?;
        let bytes = match made {
            Ok(bytes) => bytes,
            Err(Unmade::Parent(error)) => return Err(Trouble::Parent(error)),
            Err(Unmade::Document(error)) => return Err(error).at(Stage::Write, &place)?,
        };
        output::write_results(&output, std::iter::once((name, bytes)), &unfinished)
            .map_err(|unwritten| Trouble::of(unwritten, &place))?;
        Ok(Reading { results, ..Reading::default() })
    }

    fn picture(&mut self, path: &OsString, page: u32) -> Result<Reply, PageError> {
        let place = PageRef::page(path, page);
        let options = self.config.settings.scan.clone();
        let scan = guarded(Stage::Scan, || ScanFile::open(Path::new(path), &options)?.read(page))
            .and_then(|scan| scan.at(Stage::Scan, &place))?;
        let small = guarded(Stage::Write, || picture::thumbnail(&scan.pixels))?;
        small.at(Stage::Write, &place).map(Reply::Picture)
    }
}

/// Names of results, for display.
fn shown(formats: &[Format], name: &dyn Fn(Format) -> PathBuf) -> Vec<String> {
    formats.iter().map(|&format| name(format).to_string_lossy().into_owned()).collect()
}

/// An empty record.
fn empty(source: Source) -> Page {
    Page {
        format: FORMAT.to_owned(),
        source,
        width: 0,
        height: 0,
        dpi: None,
        skew_degrees: 0.0,
        rotation: 0,
        regions: Vec::new(),
        text: String::new(),
        telegram: None,
        warnings: Vec::new(),
        provenance: Provenance { engine: "none".to_owned(), ..Provenance::default() },
    }
}

/// The quality measures of a page.
fn signals(page: &Page) -> Reading {
    let is_text = |kind: &RegionKind| matches!(kind, RegionKind::Text { .. });
    let lines = || page.regions.iter().filter(|r| is_text(&r.kind)).flat_map(|r| &r.lines);
    let glyphs = || lines().flat_map(|l| &l.glyphs).map(|g| g.confidence.value());
    let characters = glyphs().count();
    let mean = glyphs().map(f64::from).sum::<f64>() / characters as f64;
    let is_stamp = |kind: &RegionKind| matches!(kind, RegionKind::Stamp { .. });
    Reading {
        lines: lines().count() as u32,
        characters: characters as u32,
        doubtful: glyphs().filter(|c| *c < DOUBTFUL).count() as u32,
        confidence: (characters > 0).then_some(mean),
        warnings: page.warnings.len() as u32,
        little_text: page.warnings.iter().any(|warning| warning.code == WarningCode::LittleText),
        stamps: page.regions.iter().filter(|r| is_stamp(&r.kind)).count() as u32,
        ..Reading::default()
    }
}
