//! Confines a panic to one page.

use crate::error::{PageError, PageRef, Stage};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

/// Converts a panic in a decoder or an engine into an error of this page.
pub(super) fn guarded<T>(stage: Stage, work: impl FnOnce() -> T) -> Result<T, PageError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| PageError {
        place: PageRef::file(PathBuf::new()),
        stage,
        cause: format!("internal error ({}); please report it with this page", message(&*panic)).into(),
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("panic")
}
