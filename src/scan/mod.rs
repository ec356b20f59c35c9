//! A file, and the pages in it.
//!
//! What a file is decides its beginning, not its name. Pages are decoded when they are asked for, so a thousand pages
//! need the memory of one. Sizes are checked against [`ScanOptions::max_pixels`] from the header, before anything is
//! decoded. A page that is damaged fails on its own; the others are still read.
//!
//! PNG, JPEG, BMP, PNM and WebP come through the `image` crate, TIFF through libtiff, PDF and JPEG 2000 through `hayro`.

mod codestream;
mod guard;
mod jpeg;
mod jpeg2000;
mod jpeg_scans;
mod note;
mod password;
#[cfg(feature = "pdf")]
mod pdf;
mod places;
mod pnm;
mod raster;
mod resolution;
#[cfg(feature = "tiff")]
mod tiff;

pub use note::Note;
pub use password::Passwords;
pub use places::{places, scheme, seen_from};

use crate::provenance::sha256;
use crate::raster::Pixels;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// Endings by which scans are known in folders.
pub const ENDINGS: [&str; 19] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "pdf", "jp2", "j2k", "j2c", "jpf", "jpx", "bmp",
    "pbm", "pgm", "ppm", "pnm", "webp",
];

/// What is accepted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScanOptions {
    /// Largest page, in pixels. 100 million is A3 at 600 dpi twice over; each takes 3 bytes, and several copies are
    /// held while a page is in work.
    pub max_pixels: u64,
    /// What PDFs are opened with that want a password. Never written anywhere.
    #[serde(skip)]
    pub passwords: Passwords,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { max_pixels: 100_000_000, passwords: Passwords::default() }
    }
}

/// One page as the archive gave it, upright as its file says (EXIF, TIFF orientation, PDF rotation).
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// Its pixels.
    pub pixels: Pixels,
    /// Dots an inch, across the page; `None` where the file does not say.
    pub dpi: Option<f32>,
    /// Dots an inch down the page, where these are others: pixels of faxes are up to twice as high as wide.
    pub dpi_down: Option<f32>,
    /// What is to be known besides.
    pub notes: Vec<Note>,
}

impl Scan {
    /// A scan of which nothing is to be noted.
    fn new(pixels: Pixels, resolution: Option<resolution::Resolution>) -> Self {
        let dpi_down = resolution.and_then(resolution::Resolution::dpi_down);
        Self { pixels, dpi: resolution.map(resolution::Resolution::dpi), dpi_down, notes: vec![] }
    }
}

/// Why a file or a page could not be taken in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The file cannot be read at all.
    #[error("cannot be read: {0} (check its path and its permissions)")]
    Unreadable(#[from] std::io::Error),
    /// A folder where a file was expected.
    #[error("is a folder that was named as a file")]
    Folder,
    /// A pipe, a socket, a device: such may never end.
    #[error("is no regular file (save what it delivers to one first)")]
    NotAFile,
    /// Nothing in it.
    #[error("the file is empty (scan or copy it again)")]
    Empty,
    /// None of the formats.
    #[error(
        "no scan: the file begins with {0} (there are PNG, JPEG, TIFF, PDF, JPEG 2000, BMP, PNM and WebP)"
    )]
    NotAScan(String),
    /// More pixels than accepted.
    #[error(
        "{width} × {height} pixels are more than the {max} accepted (raise scan.max_pixels in the settings)"
    )]
    TooLarge {
        /// Columns declared.
        width: u64,
        /// Rows declared.
        height: u64,
        /// The limit.
        max: u64,
    },
    /// Reading it would take more memory or time than a page may.
    #[error(
        "{0} (print the file into a new one; if it can be trusted and pixels are the reason, raise scan.max_pixels in the settings)"
    )]
    TooMuch(String),
    /// Damaged, cut off, or of a kind that no decoder here knows.
    #[error("damaged or unsupported {format}: {cause} (copy the file again, or convert it to PNG)")]
    Damaged {
        /// What it is.
        format: &'static str,
        /// What the decoder said.
        cause: String,
    },
    /// A format that this build leaves out.
    #[error(
        "this build of denshin reads no {format} (build it with the feature {feature}, or convert the file to PNG)"
    )]
    NotBuilt {
        /// The format.
        format: &'static str,
        /// The Cargo feature that brings it.
        feature: &'static str,
    },
    /// A PDF that wants a password, which none of those given is.
    #[error(
        "the PDF is encrypted, and no password given opens it (put it into a file, and name that: --password-file FILE)"
    )]
    Encrypted,
    /// A PDF that is encrypted in a way that is not known here.
    #[error(
        "the PDF is encrypted in a way that is not supported (decrypt it first: qpdf --decrypt --password=… in.pdf out.pdf)"
    )]
    UnknownEncryption,
    /// A decoder gave up in a way that no file should bring about.
    #[error("its decoder failed: {0} (convert the file to PNG; please report it with this file)")]
    Panicked(String),
    /// There is no such page.
    #[error("there is no page {page}: the file has {pages}")]
    NoSuchPage {
        /// Asked for.
        page: u32,
        /// How many there are.
        pages: u32,
    },
}

impl ScanError {
    fn damaged(format: &'static str, cause: impl ToString) -> Self {
        Self::Damaged { format, cause: cause.to_string() }
    }
}

/// A file whose pages can be read one by one.
pub struct ScanFile {
    sha256: String,
    content: Content,
    max_pixels: u64,
}

enum Content {
    Raster(Arc<Vec<u8>>, image::ImageFormat),
    Jpeg(Arc<Vec<u8>>),
    Pnm(pnm::PnmFile),
    Jpeg2000(Arc<Vec<u8>>),
    #[cfg(feature = "tiff")]
    Tiff(tiff::TiffFile),
    #[cfg(feature = "pdf")]
    Pdf(Box<pdf::PdfFile>),
}

impl ScanFile {
    /// Opens a file and counts its pages.
    ///
    /// # Errors
    /// Where it cannot be read, is empty, or is no scan.
    pub fn open(path: &Path, options: &ScanOptions) -> Result<Self, ScanError> {
        let kind = std::fs::metadata(path)?.file_type();
        if kind.is_dir() {
            return Err(ScanError::Folder);
        }
        if !kind.is_file() {
            return Err(ScanError::NotAFile);
        }
        Self::of_bytes(std::fs::read(path)?, options)
    }

    /// A file that is in memory already.
    ///
    /// # Errors
    /// Where it is empty, or is no scan.
    pub fn of_bytes(bytes: Vec<u8>, options: &ScanOptions) -> Result<Self, ScanError> {
        let sha256 = sha256(&bytes);
        let content = guard::guarded(|| Content::of(Arc::new(bytes), &options.passwords))?;
        Ok(Self { sha256, content, max_pixels: options.max_pixels })
    }

    /// SHA-256 of the file, hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The picture of a JPEG as it is packed, without what follows its end; `None` where it has no end, or for other files.
    #[must_use]
    pub fn jpeg(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Jpeg(bytes) => jpeg::picture(bytes),
            _ => None,
        }
    }

    /// How many pages it has, damaged ones included.
    #[must_use]
    pub fn pages(&self) -> u32 {
        match &self.content {
            Content::Raster(..) | Content::Jpeg(_) | Content::Jpeg2000(_) => 1,
            Content::Pnm(file) => file.pages(),
            #[cfg(feature = "tiff")]
            Content::Tiff(file) => file.pages(),
            #[cfg(feature = "pdf")]
            Content::Pdf(file) => file.pages(),
        }
    }

    /// One page, counted from one.
    ///
    /// # Errors
    /// Where it is damaged or larger than allowed.
    pub fn read(&mut self, page: u32) -> Result<Scan, ScanError> {
        let pages = self.pages();
        if page == 0 || page > pages {
            return Err(ScanError::NoSuchPage { page, pages });
        }
        let limit = Limit(self.max_pixels);
        let scan = guard::guarded(|| match &self.content {
            Content::Raster(bytes, format) => raster::read(bytes, *format, limit),
            Content::Jpeg(bytes) => jpeg::read(bytes, limit),
            Content::Pnm(file) => file.read(page - 1, limit),
            Content::Jpeg2000(bytes) => jpeg2000::read_file(bytes, limit),
            #[cfg(feature = "tiff")]
            Content::Tiff(file) => file.read(page - 1, limit),
            #[cfg(feature = "pdf")]
            Content::Pdf(file) => file.read(page - 1, limit),
        })?;
        match scan.pixels.dimensions() {
            (0, _) | (_, 0) => Err(ScanError::damaged("scan", "it has no pixels")),
            _ => Ok(scan),
        }
    }
}

/// The largest page accepted, in pixels.
#[derive(Debug, Clone, Copy)]
struct Limit(u64);

impl Limit {
    fn check(self, width: u64, height: u64) -> Result<(), ScanError> {
        if width.saturating_mul(height) > self.0 {
            return Err(ScanError::TooLarge { width, height, max: self.0 });
        }
        Ok(())
    }

    /// Bytes that a page may take while it is read: by default a gigabyte.
    fn memory(self) -> u64 {
        self.0.saturating_mul(10)
    }

    fn check_memory(self, what: &str, bytes: u64) -> Result<(), ScanError> {
        if bytes > self.memory() {
            let [wanted, most] = [bytes, self.memory()].map(|bytes| bytes.div_ceil(1_000_000));
            return Err(ScanError::TooMuch(format!(
                "{what} would take {wanted} MB, more than the {most} accepted"
            )));
        }
        Ok(())
    }
}

impl Content {
    /// What the file is, by its first bytes.
    fn of(bytes: Arc<Vec<u8>>, passwords: &Passwords) -> Result<Self, ScanError> {
        let head = &bytes[..bytes.len().min(1024)];
        let is_pdf = head.windows(5).any(|w| w == b"%PDF-");
        match head {
            [] => Err(ScanError::Empty),
            [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Self::tiff(bytes),
            [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] | [0xFF, 0x4F, 0xFF, 0x51, ..] => {
                Ok(Self::Jpeg2000(bytes))
            }
            _ if is_pdf => Self::pdf(bytes, passwords),
            _ => match image::guess_format(head) {
                Ok(image::ImageFormat::Jpeg) => Ok(Self::Jpeg(bytes)),
                Ok(image::ImageFormat::Pnm) => Ok(Self::Pnm(pnm::PnmFile::open(bytes))),
                Ok(format) if raster::FORMATS.contains(&format) => Ok(Self::Raster(bytes, format)),
                _ => Err(ScanError::NotAScan(beginning(head))),
            },
        }
    }

    #[cfg(feature = "tiff")]
    fn tiff(bytes: Arc<Vec<u8>>) -> Result<Self, ScanError> {
        Ok(Self::Tiff(tiff::TiffFile::open(bytes)))
    }

    #[cfg(not(feature = "tiff"))]
    fn tiff(_: Arc<Vec<u8>>) -> Result<Self, ScanError> {
        Err(ScanError::NotBuilt { format: "TIFF", feature: "tiff" })
    }

    #[cfg(feature = "pdf")]
    fn pdf(bytes: Arc<Vec<u8>>, passwords: &Passwords) -> Result<Self, ScanError> {
        Ok(Self::Pdf(Box::new(pdf::PdfFile::open(bytes, passwords)?)))
    }

    #[cfg(not(feature = "pdf"))]
    fn pdf(_: Arc<Vec<u8>>, _: &Passwords) -> Result<Self, ScanError> {
        Err(ScanError::NotBuilt { format: "PDF", feature: "pdf" })
    }
}

/// The first bytes for people: as text where they are text.
fn beginning(head: &[u8]) -> String {
    let start = &head[..head.len().min(12)];
    let printable = start.iter().all(|b| (0x20..0x7F).contains(b));
    if printable {
        format!("“{}”", String::from_utf8_lossy(start))
    } else {
        let hex: Vec<String> = start.iter().map(|b| format!("{b:02x}")).collect();
        format!("the bytes {}", hex.join(" "))
    }
}
