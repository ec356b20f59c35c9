//! Scan files and their pages.
//!
//! The format of a file is detected by its first bytes, not by its name. Pages are decoded on demand, so a file of a
//! thousand pages needs the memory of one. Sizes from headers are checked against [`ScanOptions::max_pixels`] before
//! anything is decoded. A damaged page fails on its own; the other pages are still read.
//!
//! The `image` crate decodes PNG, JPEG, BMP, PNM and WebP; libtiff decodes TIFF; `hayro` decodes PDF and JPEG 2000.

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

/// File extensions by which scans are recognized in folders.
pub const ENDINGS: [&str; 19] = [
    "png", "jpg", "jpeg", "jpe", "jfif", "tif", "tiff", "pdf", "jp2", "j2k", "j2c", "jpf", "jpx", "bmp",
    "pbm", "pgm", "ppm", "pnm", "webp",
];

/// Limits and passwords for reading scans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScanOptions {
    /// Largest page, in pixels. A3 at 600 dpi has 70 million. A pixel takes 3 bytes, and several copies of a page are
    /// in memory during processing.
    pub max_pixels: u64,
    /// Passwords for encrypted PDFs. They are never written anywhere.
    #[serde(skip)]
    pub passwords: Passwords,
}

impl Default for ScanOptions {
    fn default() -> Self {
        Self { max_pixels: 100_000_000, passwords: Passwords::default() }
    }
}

/// One page in the orientation that its file declares (EXIF, TIFF orientation, PDF rotation).
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// Pixels of the page.
    pub pixels: Pixels,
    /// Horizontal resolution in dots per inch; `None` if the file does not declare it.
    pub dpi: Option<f32>,
    /// Vertical resolution in dots per inch, if it differs: pixels of faxes are up to twice as high as wide.
    pub dpi_down: Option<f32>,
    /// Notes about the file and the page.
    pub notes: Vec<Note>,
}

impl Scan {
    /// A scan without notes.
    fn new(pixels: Pixels, resolution: Option<resolution::Resolution>) -> Self {
        let dpi_down = resolution.and_then(resolution::Resolution::dpi_down);
        Self { pixels, dpi: resolution.map(resolution::Resolution::dpi), dpi_down, notes: vec![] }
    }
}

/// Reasons why a file or a page cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// The file cannot be read.
    #[error("cannot be read: {0} (check its path and its permissions)")]
    Unreadable(#[from] std::io::Error),
    /// The path names a folder.
    #[error("is a folder that was named as a file")]
    Folder,
    /// The path names a pipe, a socket or a device, which may never end.
    #[error("is no regular file (save what it delivers to one first)")]
    NotAFile,
    /// The file is empty.
    #[error("the file is empty (scan or copy it again)")]
    Empty,
    /// The file has none of the supported formats.
    #[error(
        "no scan: the file begins with {0} (there are PNG, JPEG, TIFF, PDF, JPEG 2000, BMP, PNM and WebP)"
    )]
    NotAScan(String),
    /// The page has more pixels than the limit.
    #[error(
        "{width} × {height} pixels are more than the {max} accepted (raise scan.max_pixels in the settings)"
    )]
    TooLarge {
        /// Declared width, px.
        width: u64,
        /// Declared height, px.
        height: u64,
        /// Limit, in pixels.
        max: u64,
    },
    /// The page would take more memory or time than the limits allow.
    #[error(
        "{0} (print the file into a new one; if it can be trusted and pixels are the reason, raise scan.max_pixels in the settings)"
    )]
    TooMuch(String),
    /// The file is damaged or truncated, or no decoder supports its variant of the format.
    #[error("damaged or unsupported {format}: {cause} (copy the file again, or convert it to PNG)")]
    Damaged {
        /// Format of the file.
        format: &'static str,
        /// Message of the decoder.
        cause: String,
    },
    /// This build does not support the format.
    #[error(
        "this build of denshin reads no {format} (build it with the feature {feature}, or convert the file to PNG)"
    )]
    NotBuilt {
        /// Format of the file.
        format: &'static str,
        /// Cargo feature that adds the format.
        feature: &'static str,
    },
    /// The PDF is encrypted, and none of the given passwords opens it.
    #[error(
        "the PDF is encrypted, and no password given opens it (put it into a file, and name that: --password-file FILE)"
    )]
    Encrypted,
    /// The PDF is encrypted by an unsupported method.
    #[error(
        "the PDF is encrypted in a way that is not supported (decrypt it first: qpdf --decrypt --password=… in.pdf out.pdf)"
    )]
    UnknownEncryption,
    /// A decoder panicked, which no file should cause.
    #[error("its decoder failed: {0} (convert the file to PNG; please report it with this file)")]
    Panicked(String),
    /// The file has no such page.
    #[error("there is no page {page}: the file has {pages}")]
    NoSuchPage {
        /// Requested page, counted from one.
        page: u32,
        /// Number of pages.
        pages: u32,
    },
}

impl ScanError {
    fn damaged(format: &'static str, cause: impl ToString) -> Self {
        Self::Damaged { format, cause: cause.to_string() }
    }
}

/// A scan file whose pages can be read one by one.
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
    /// If the file cannot be read, is empty, or is no scan.
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

    /// Opens a file that is already in memory.
    ///
    /// # Errors
    /// If the file is empty or is no scan.
    pub fn of_bytes(bytes: Vec<u8>, options: &ScanOptions) -> Result<Self, ScanError> {
        let sha256 = sha256(&bytes);
        let content = guard::guarded(|| Content::of(Arc::new(bytes), &options.passwords))?;
        Ok(Self { sha256, content, max_pixels: options.max_pixels })
    }

    /// SHA-256 of the file, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The encoded image of a JPEG, without data after its end; `None` for a truncated JPEG and for other formats.
    #[must_use]
    pub fn jpeg(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Jpeg(bytes) => jpeg::picture(bytes),
            _ => None,
        }
    }

    /// Number of pages, damaged ones included.
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

    /// Reads one page, counted from one.
    ///
    /// # Errors
    /// If the page does not exist, is damaged, or exceeds a limit.
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

/// The limit for the size of a page, in pixels.
#[derive(Debug, Clone, Copy)]
struct Limit(u64);

impl Limit {
    fn check(self, width: u64, height: u64) -> Result<(), ScanError> {
        if width.saturating_mul(height) > self.0 {
            return Err(ScanError::TooLarge { width, height, max: self.0 });
        }
        Ok(())
    }

    /// Memory limit for reading a page, bytes: by default a gigabyte.
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
    /// Detects the format by the first bytes.
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

/// The first bytes for an error message: as text if they are printable.
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
