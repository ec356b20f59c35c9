//! denshin (電信) turns scans of Japanese telegrams into structured text with boxes.
//!
//! [`Reader`] reads a file and returns a [`page::Page`] for each page. [`write::write`] serializes a page in an output
//! format.
//!
//! ```
//! use denshin::{Reader, Settings};
//!
//! let reader = Reader::new(Settings::default())?;
//! for page in reader.read("samples/no5517-vertical-light.jpg")? {
//!     let page = page?;
//!     println!("{}", page.text);
//!     if let Some(telegram) = page.telegram {
//!         println!("number {:?}, classification {:?}", telegram.number, telegram.classification);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | task | item |
//! |---|---|
//! | Read with Tesseract or with your own recognizer | [`Reader::with_engine`], [`recognize::Recognizer`] |
//! | Inspect the content of a page | [`page`]: regions, lines, glyphs, telegram fields, warnings |
//! | Get the confidence of a character | [`page::Glyph`]: confidence from 0 to 1, alternatives |
//! | Write ALTO, PAGE, hOCR, TEI or CSV | [`mod@write`] |
//! | Diagnose a failure | [`error::PageError`]: file, page, stage, cause and remedy |
//!
//! Features: the default features build the complete program. Without default features, the library reads PNG, JPEG,
//! JPEG 2000, BMP, PNM and WebP with the built-in network and needs no C library. `tesseract`, `tiff`, `pdf`,
//! `evaluate`, `review`, `batch`, `queue` and `cli` extend it.
//!
//! Modules that this page does not list are public for the program and the tests only. They change without notice.
//!
//! The stages run in this order: scan → background → orientation and skew → deskew → binarize → marks → layout →
//! recognize → telegram → back to scan coordinates → page record → writers, evaluation. The modules below are grouped
//! into floors. Imports point down only (`ARCHITECTURE.md`, `tests/floors.rs`).

// Some core functions are used by one feature only.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

// Floor 0: shared types.
pub mod error;
pub mod geometry;
pub mod page;
pub mod provenance;
#[doc(hidden)]
pub mod raster;
#[doc(hidden)]
pub mod relative_path;
// Floor 1: input, the segmentation network, text rules.
#[doc(hidden)]
pub mod encoding;
#[doc(hidden)]
pub mod orthography;
pub mod scan;
#[doc(hidden)]
pub mod segment;
// Floor 2: stages. They do not import one another.
#[doc(hidden)]
pub mod background;
#[doc(hidden)]
pub mod binarize;
#[doc(hidden)]
pub mod deskew;
#[doc(hidden)]
pub mod layout;
#[doc(hidden)]
pub mod marks;
pub mod recognize;
#[doc(hidden)]
pub mod telegram;
// Floor 3: what is made of records alone.
#[doc(hidden)]
pub mod join;
#[doc(hidden)]
pub mod names;
#[doc(hidden)]
pub mod reviewed;
// Floor 4: one page.
#[cfg(feature = "evaluate")]
#[doc(hidden)]
pub mod evaluate;
#[cfg(feature = "index")]
#[doc(hidden)]
pub mod index;
#[doc(hidden)]
pub mod pipeline;
#[cfg(feature = "review")]
#[doc(hidden)]
pub mod review;
pub mod write;
// Floor 5: many pages.
#[cfg(feature = "batch")]
#[doc(hidden)]
pub mod batch;
mod reader;

pub use pipeline::Settings;
pub use reader::{Pages, Reader};
