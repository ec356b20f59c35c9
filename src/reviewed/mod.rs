//! A page as persons left it: the review beside a record, and the page record that both make together.
//!
//! A [`Review`] is the file `NAME.review.json` beside the record `NAME.json`. [`take`] reads a record with its review,
//! [`apply()`] makes the page as reviewed: the review's regions in place of the machine's, the cable's fields read anew
//! from the corrected text, and a step in the provenance that says who reviewed it. Whatever is made of records begins
//! here: conversion, evaluation, joined telegrams. Nothing here writes a file.

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
