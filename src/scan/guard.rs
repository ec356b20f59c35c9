//! Turns panics of decoders into errors, so that a panic costs a page and not the program.

use super::ScanError;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a decoder and turns a panic into an error. The decoder's state is dropped, so no partial result is visible.
pub(super) fn guarded<T>(decode: impl FnOnce() -> Result<T, ScanError>) -> Result<T, ScanError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<&str>().map(|m| (*m).to_owned());
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(ScanError::Panicked(message.unwrap_or_else(|| "panic".to_owned())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        let nothing: [u8; 0] = [];
        let error = guarded(|| Ok(nothing[std::hint::black_box(3)])).unwrap_err();
        assert!(error.to_string().contains("index out of bounds"), "{error}");
    }
}
