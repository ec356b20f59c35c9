//! A pool of engines. It creates engines on demand, at most as many as are in use at once, and reuses them.

use super::{RecognizeError, Recognizer};
use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, PoisonError};

type Make = dyn Fn() -> Result<Box<dyn Recognizer>, RecognizeError> + Send + Sync;

/// The idle engines and a factory for more.
pub struct Pool {
    make: Box<Make>,
    idle: Mutex<Vec<Box<dyn Recognizer>>>,
}

impl Pool {
    /// Creates an empty pool.
    pub fn new(
        make: impl Fn() -> Result<Box<dyn Recognizer>, RecognizeError> + Send + Sync + 'static,
    ) -> Self {
        Self { make: Box::new(make), idle: Mutex::new(Vec::new()) }
    }

    /// Lends an engine until the returned guard is dropped. An engine that is dropped during a panic is discarded.
    ///
    /// # Errors
    /// Returns an error if no engine is idle and a new one cannot be created.
    pub fn lend(&self) -> Result<Lent<'_>, RecognizeError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let engine = idle.map_or_else(|| (self.make)(), Ok)?;
        Ok(Lent { engine: Some(engine), pool: self })
    }
}

/// A lent engine, which returns to the pool when dropped.
pub struct Lent<'a> {
    engine: Option<Box<dyn Recognizer>>,
    pool: &'a Pool,
}

impl Deref for Lent<'_> {
    type Target = dyn Recognizer;

    fn deref(&self) -> &Self::Target {
        self.engine.as_deref().expect("held until dropped")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.engine.as_deref_mut().expect("held until dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take().filter(|_| !std::thread::panicking()) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fault::{Fault, Faulty};
    use super::super::null::Null;
    use super::*;
    use crate::page::WritingMode;
    use image::GrayImage;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn an_engine_that_came_back_is_lent_again() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let pool = Pool::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(Null))
        });
        for _ in 0..3 {
            assert_eq!(pool.lend().unwrap().describe().name, "null");
        }
        let (_a, _b) = (pool.lend().unwrap(), pool.lend().unwrap());
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn an_engine_that_panicked_is_thrown_away() {
        let made = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&made);
        let pool = Pool::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(Box::new(Faulty(Fault::Panic)))
        });
        for _ in 0..2 {
            let read = std::panic::AssertUnwindSafe(|| {
                pool.lend().unwrap().read_line(&GrayImage::new(1, 1), WritingMode::HorizontalTb)
            });
            assert!(std::panic::catch_unwind(read).is_err());
        }
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }
}
