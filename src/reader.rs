//! [`Reader`], the entry point of the library. It reads the pages of a file one at a time.

use crate::error::{At, PageError, PageRef, Stage};
use crate::page::Page;
use crate::pipeline::{Settings, read_page};
use crate::provenance::Source;
use crate::recognize::pool::Pool;
use crate::recognize::{EngineChoice, ModelPaths, RecognizeError, Recognizer};
use crate::scan::{ScanError, ScanFile};
use std::path::Path;

/// Reads scans with fixed settings and a fixed engine. One reader serves any number of files and threads. It opens
/// engines on demand, one for each thread that reads at the same time.
///
/// ```
/// use denshin::{Reader, Settings};
///
/// let reader = Reader::new(Settings::default())?;
/// for page in reader.read("samples/no5517-vertical-light.jpg")? {
///     match page {
///         Ok(page) => println!("{}", page.text),
///         Err(error) => eprintln!("{error}"),
///     }
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Reader {
    settings: Settings,
    engines: Pool,
}

impl Reader {
    /// Creates a reader with the built-in network.
    ///
    /// # Errors
    /// Returns an error if the network cannot be opened.
    pub fn new(settings: Settings) -> Result<Self, RecognizeError> {
        Self::with_engine(settings, EngineChoice::Neural, ModelPaths::default())
    }

    /// Creates a reader with one of the engines of this library.
    ///
    /// # Errors
    /// Returns an error if a model is missing or unusable.
    pub fn with_engine(
        settings: Settings,
        engine: EngineChoice,
        models: ModelPaths<'_>,
    ) -> Result<Self, RecognizeError> {
        Ok(Self { settings, engines: engine.pool(models)? })
    }

    /// Creates a reader with your own recognizer. `open` is called once for each thread that reads at the same time.
    pub fn with_recognizer<R: Recognizer + 'static>(
        settings: Settings,
        open: impl Fn() -> Result<R, RecognizeError> + Send + Sync + 'static,
    ) -> Self {
        let boxed = move || open().map(|engine| Box::new(engine) as Box<dyn Recognizer>);
        Self { settings, engines: Pool::new(boxed) }
    }

    /// The settings of this reader.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Opens a file. The returned iterator decodes and reads one page at a time, on demand.
    ///
    /// # Errors
    /// Returns an error if the file cannot be opened or is not a scan. The iterator returns the errors of single pages.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<Pages<'_>, PageError> {
        let path = path.as_ref();
        let file = ScanFile::open(path, &self.settings.scan).at(Stage::Scan, &PageRef::file(path))?;
        Ok(Pages { reader: self, path: path.to_string_lossy().into_owned(), file, next: 1 })
    }
}

/// Iterator over the pages of a file, in file order. A page that fails yields an error, and iteration continues.
pub struct Pages<'a> {
    reader: &'a Reader,
    path: String,
    file: ScanFile,
    /// One-based number of the next page.
    next: u32,
}

impl Pages<'_> {
    /// Number of pages in the file.
    #[must_use]
    pub fn count_in_file(&self) -> u32 {
        self.file.pages()
    }

    /// Reads one page. `page` is one-based.
    ///
    /// # Errors
    /// Returns an error if the page does not exist or cannot be decoded, or if the engine fails.
    pub fn read(&mut self, page: u32) -> Result<Page, PageError> {
        let place = PageRef::page(&self.path, page);
        let pages = self.file.pages();
        if !(1..=pages).contains(&page) {
            return Err(ScanError::NoSuchPage { page, pages }).at(Stage::Scan, &place);
        }
        let scan = self.file.read(page).at(Stage::Scan, &place)?;
        let source = Source { path: self.path.clone(), sha256: self.file.sha256().to_owned(), page, pages };
        let mut engine = self.reader.engines.lend().at(Stage::Recognize, &place)?;
        read_page(&scan, source, &mut *engine, &self.reader.settings)
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Page, PageError>;

    fn next(&mut self) -> Option<Self::Item> {
        let page = self.next;
        if page > self.file.pages() {
            return None;
        }
        self.next += 1;
        Some(self.read(page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognize::null::Null;

    #[test]
    fn a_damaged_page_is_an_error_and_the_next_one_is_read() {
        let reader = Reader::with_recognizer(Settings::default(), || Ok(Null));
        let mut pages = reader.read("tests/files/pages.tif").unwrap();
        assert_eq!(pages.count_in_file(), 3);
        assert!(
            pages.read(4).unwrap_err().to_string().contains("pages.tif, page 4: scan: there is no page 4")
        );
        let read: Vec<u32> = pages.map(|page| page.unwrap().source.page).collect();
        assert_eq!(read, [1, 2, 3]);
    }

    #[test]
    fn a_file_that_is_no_scan_is_an_error_with_its_name() {
        let reader = Reader::with_recognizer(Settings::default(), || Ok(Null));
        let error = reader.read("Cargo.toml").err().unwrap().to_string();
        assert!(error.starts_with("Cargo.toml: scan: no scan"), "{error}");
    }
}
