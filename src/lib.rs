//! denshin (電信) turns scans of Japanese telegrams into structured text with boxes.
//!
//! [`Reader`] reads files and gives a [`page::Page`] for each page; [`write::write`] turns a page into the bytes of a format.
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
//! | to | see |
//! |---|---|
//! | read with Tesseract, or with a recognizer of your own | [`Reader::with_engine`], [`recognize::Recognizer`] |
//! | know what a page holds | [`page`]: regions, lines, glyphs, fields of the telegram, warnings |
//! | tell how sure a character is | [`page::Glyph`]: confidence from 0 to 1, alternatives |
//! | write ALTO, PAGE, hOCR, TEI, CSV | [`write`] |
//! | know what went wrong | [`error::PageError`]: file, page, stage, cause and remedy |
//!
//! Features: the default builds the program with all that it can do. Without default features the library reads PNG, JPEG,
//! JPEG 2000, BMP, PNM and WebP with the built-in network and needs no C library. `tesseract`, `tiff`, `pdf`, `evaluate`,
//! `review`, `batch`, `queue` and `cli` add to that.
//!
//! Modules that are not listed here are open to the program and the tests, and change without notice.
//!
//! A page flows one way: scan → background → orientation and skew → deskew → binarize → marks → layout → recognize →
//! telegram → back to scan coordinates → page record → writers, evaluation. The modules follow in that order, floor by
//! floor; imports point down only (`ARCHITECTURE.md`, `tests/floors.rs`).

// Parts of the core serve single features alone.
#![cfg_attr(not(feature = "cli"), allow(dead_code, unused_imports))]

// Floor 0: the words.
pub mod error;
pub mod geometry;
pub mod page;
pub mod provenance;
#[doc(hidden)]
pub mod raster;
#[doc(hidden)]
pub mod relative_path;
// Floor 1: pixels in, rules of text.
#[doc(hidden)]
pub mod encoding;
#[doc(hidden)]
pub mod orthography;
pub mod scan;
#[doc(hidden)]
pub mod segment;
// Floor 2: stages, which do not know one another.
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
// Floor 3: a page as persons left it.
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
pub mod join;
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
