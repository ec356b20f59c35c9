//! A cache of decoded pages, so that tiles of one page need only one decoding.

use super::index::Entry;
use super::picture::Pyramid;
use super::sources::{Places, SourceError};
use crate::scan::ScanOptions;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Cache size in bytes: about fourteen gray A4 pages at 300 dpi with their smaller levels, or four and a half in
/// colour. The latest page is kept whatever its size.
const KEPT: usize = 160 << 20;

type Slot = Arc<OnceLock<Result<Arc<Pyramid>, SourceError>>>;

/// The cache; latest use last.
pub(super) struct Images {
    places: Places,
    options: ScanOptions,
    kept: Mutex<Vec<(String, Slot)>>,
}

impl Images {
    pub(super) fn new(places: Places, options: ScanOptions) -> Self {
        Self { places, options, kept: Mutex::new(Vec::new()) }
    }

    /// The pixels of a page. A request for a page that is being decoded waits for the result.
    pub(super) fn page(&self, entry: &Entry) -> Result<Arc<Pyramid>, SourceError> {
        let slot = self.slot(&entry.id);
        let page = slot.get_or_init(|| self.decode(entry)).clone();
        if page.is_err() {
            // Errors are not cached: a disk with the scans may be mounted later.
            self.lock().retain(|(_, s)| !Arc::ptr_eq(s, &slot));
        } else {
            self.forget_old();
        }
        page
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, Slot)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, id: &str) -> Slot {
        let mut kept = self.lock();
        let place = kept.iter().position(|(i, _)| i == id);
        let slot = place.map_or_else(|| (id.to_owned(), Slot::default()), |p| kept.remove(p));
        kept.push(slot.clone());
        slot.1
    }

    fn forget_old(&self) {
        let mut kept = self.lock();
        let size = |slot: &Slot| slot.get().and_then(|p| p.as_ref().ok()).map_or(0, |p| p.bytes());
        let (mut sum, mut fitting) = (0, 0);
        for (_, slot) in kept.iter().rev() {
            sum += size(slot);
            if sum > KEPT && fitting > 0 {
                break;
            }
            fitting += 1;
        }
        let forgotten = kept.len() - fitting;
        kept.drain(..forgotten);
    }

    fn decode(&self, entry: &Entry) -> Result<Arc<Pyramid>, SourceError> {
        let beside = entry.record.parent().unwrap_or(Path::new("."));
        let mut file = self.places.open(&entry.source, beside, &self.options)?;
        let unreadable = |e: crate::scan::ScanError| {
            SourceError::Unreadable(format!("{}, page {}", entry.name, entry.source.page), e.to_string())
        };
        Ok(Arc::new(Pyramid::new(file.read(entry.source.page).map_err(unreadable)?.pixels)))
    }
}
