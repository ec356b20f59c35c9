//! denshin (電信) turns scans of Japanese telegrams into structured text with boxes.
//!
//! A page flows one way: scan → paper → orientation and skew → deskew → binarize → marks → layout → recognize →
//! telegram → back to scan coordinates → page record → writers, evaluation. The modules follow in that order,
//! floor by floor; imports point down only (`ARCHITECTURE.md`, `tests/floors.rs`).

// Floor 0: the words.
pub mod error;
pub mod geometry;
pub mod page;
pub mod provenance;
pub mod raster;
pub mod relative_path;
// Floor 1: pixels in, rules of text.
pub mod encoding;
pub mod orthography;
pub mod scan;
pub mod segment;
// Floor 2: stages, which do not know one another.
pub mod background;
pub mod binarize;
pub mod deskew;
pub mod layout;
pub mod marks;
pub mod recognize;
pub mod telegram;
// Floor 3: a page as persons left it.
pub mod reviewed;
// Floor 4: one page.
pub mod evaluate;
pub mod join;
pub mod pipeline;
pub mod review;
pub mod write;
// Floor 5: many pages.
pub mod batch;
