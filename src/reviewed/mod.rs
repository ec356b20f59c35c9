//! Reviewed pages: the review beside a record, and the page that results from both.
//!
//! A [`Review`] is the file `NAME.review.json` beside the record `NAME.json`. [`take`] reads a record with its review.
//! [`apply()`] replaces the machine's regions by the review's, parses the telegram's fields again from the corrected
//! text, and adds a provenance step that names the reviewer. Conversion, evaluation and joining start from this
//! module. It writes no files.

mod apply;
mod check;
mod fields;
mod load;
mod record;

pub use apply::{Signature, apply, signature};
pub use check::Refusal;
pub(crate) use check::{check_name, check_regions};
pub use load::{LoadError, Outdated, TakeError, Taken, Text, load, review_path, take};
pub(crate) use record::joined;
pub use record::{Change, FORMAT, MendedLine, MendedRegion, PERSON, Review, regions_of};
