//! The list, reviews and images of one folder, as used by the server and the export.

use super::images::Images;
use super::index::{Entry, Index, References, State, candidates, look_at};
use super::picture::Pyramid;
use super::realign_glyphs::realign_glyphs;
use super::references;
use super::sources::{Places, SourceError};
use super::store::{Store, StoreError};
use crate::page::{FORMAT, Page};
use crate::provenance::sha256;
use crate::reviewed::{self, MendedRegion, Refusal, Review, check_name, check_regions, regions_of};
use crate::scan::ScanOptions;
use serde::Deserialize;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

/// Folders and options of a workspace.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Folder of page records.
    pub results: PathBuf,
    /// Folder in which scans are searched first.
    pub scans: Option<PathBuf>,
    /// Folder of references to show beside the reading.
    pub references: Option<PathBuf>,
    /// Options for opening scans.
    pub scan: ScanOptions,
}

/// Why an operation on a page fails.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// No page has this id.
    #[error("there is no such page")]
    NoSuchPage,
    /// The record is missing or damaged.
    #[error("{0}: the record cannot be read: {1}")]
    Record(String, String),
    /// The submitted page is invalid.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The review cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The scan is missing or cannot be decoded.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// A page that a browser submits.
#[derive(Debug, Deserialize)]
pub struct Submission {
    /// The revision that the changes are based on.
    pub revision: u64,
    /// The reviewer's name.
    pub by: String,
    /// Whether the page is marked done.
    pub done: bool,
    /// All regions of the page.
    pub regions: Vec<MendedRegion>,
}

/// A page with its record and review.
pub struct Opened {
    /// Its entry in the list.
    pub entry: Entry,
    /// The machine's record.
    pub page: Page,
    /// Its review.
    pub review: Review,
    /// SHA-256 of the record, hexadecimal.
    pub record_sha256: String,
    /// Whether the record differs from the one that was reviewed.
    pub record_changed: bool,
}

/// The list, reviews and images of one folder.
pub struct Workspace {
    root: PathBuf,
    references: References,
    index: RwLock<Index>,
    store: Store,
    images: Images,
}

impl Workspace {
    /// Opens a folder. [`Workspace::read_list`] fills the list.
    ///
    /// # Errors
    /// If the folder does not exist.
    pub fn new(material: &Material) -> std::io::Result<Self> {
        let root = material.results.canonicalize()?;
        if !root.is_dir() {
            return Err(std::io::Error::other("it is no folder"));
        }
        let references = material.references.as_deref().map(References::in_folder).unwrap_or_default();
        let places = Places { scans: material.scans.clone(), results: root.clone() };
        Ok(Self {
            references,
            index: RwLock::default(),
            store: Store::new(root.clone()),
            images: Images::new(places, material.scan.clone()),
            root,
        })
    }

    /// Reads the folder. The list can be used meanwhile and grows.
    pub fn read_list(&self) {
        let index = || self.index.write().unwrap_or_else(PoisonError::into_inner);
        index().set_growing(true);
        for path in candidates(&self.root) {
            let found = look_at(&path, &self.root, &self.references);
            index().add(found);
        }
        index().set_growing(false);
    }

    /// Calls `look` with the list.
    pub fn with_index<T>(&self, look: impl FnOnce(&Index) -> T) -> T {
        look(&self.index.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn entry(&self, id: &str) -> Result<Entry, WorkspaceError> {
        self.with_index(|index| index.find(id).cloned()).ok_or(WorkspaceError::NoSuchPage)
    }

    /// Opens a page.
    ///
    /// # Errors
    /// If the page is not in the list, or its record or review cannot be read.
    pub fn open(&self, id: &str) -> Result<Opened, WorkspaceError> {
        let entry = self.entry(id)?;
        let unreadable = |why: String| WorkspaceError::Record(entry.name.clone(), why);
        let is_file = std::fs::symlink_metadata(&entry.record).is_ok_and(|m| m.is_file());
        if !is_file {
            return Err(unreadable("it is not there any more".to_owned()));
        }
        let bytes = std::fs::read(&entry.record).map_err(|e| unreadable(e.to_string()))?;
        let page: Page = serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
        if page.format != FORMAT {
            return Err(unreadable(format!("its format is not {FORMAT}")));
        }
        let sha256 = sha256(&bytes);
        let name = entry.record.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let review = reviewed::load(&entry.record).map_err(StoreError::from)?;
        let review = review.unwrap_or_else(|| Review::untouched(&page, &name, &sha256));
        let record_changed = review.record_sha256 != sha256;
        Ok(Opened { entry, page, review, record_sha256: sha256, record_changed })
    }

    /// Saves a submitted page and returns its review.
    ///
    /// # Errors
    /// If the page is invalid, another person saved it meanwhile, or it cannot be written.
    pub fn save(&self, id: &str, sent: Submission, now: String) -> Result<Review, WorkspaceError> {
        let opened = self.open(id)?;
        let by = check_name(&sent.by)?.to_owned();
        check_regions(&sent.regions, opened.page.width, opened.page.height)?;
        if sent.revision != opened.review.revision {
            return Err(StoreError::Conflict(Box::new(opened.review)).into());
        }
        let mut review = opened.review;
        // The reviewer has seen the present record, even if it is newer than the review.
        review.record_sha256 = opened.record_sha256;
        review.regions = sent.regions;
        realign_glyphs(&mut review.regions, opened.page.rotation);
        // Inserted characters may extend a line's box beyond the page.
        check_regions(&review.regions, opened.page.width, opened.page.height)?;
        review.done = sent.done;
        review.changes = review.count_changes(&regions_of(&opened.page));
        review.sign(&by, now);
        self.store.save(&opened.entry.record, sent.revision, &review)?;
        let state = State::of(&review);
        self.index.write().unwrap_or_else(PoisonError::into_inner).update(id, state);
        Ok(review)
    }

    /// The lines of the page's reference, if there is one.
    #[must_use]
    pub fn reference(&self, entry: &Entry) -> Option<Vec<String>> {
        references::lines(entry.reference.as_deref()?)
    }

    /// The pixels of a page as an image pyramid.
    ///
    /// # Errors
    /// If the page does not exist, or its scan cannot be found or decoded.
    pub fn picture(&self, id: &str) -> Result<Arc<Pyramid>, WorkspaceError> {
        Ok(self.images.page(&self.entry(id)?)?)
    }
}
