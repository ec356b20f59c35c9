//! Faults on purpose, on pages whose file name holds a word: to see that a run survives what engines do.
//!
//! Engines are C code in part. What they do at worst (end the process, never return, eat the memory) cannot be shown by an
//! engine of a test, as it would end the test: it happens in a worker, which is told of it by a hidden flag.

use serde::{Deserialize, Serialize};
use std::path::Path;
use std::str::FromStr;

/// What happens, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InjectedFault {
    /// Part of a file's name.
    pub name: String,
    /// What happens on its pages.
    pub what: FaultKind,
}

/// What an engine does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultKind {
    /// It ends the process.
    Crash,
    /// The same, but only when the page is tried for the first time.
    CrashOnce,
    /// It never returns.
    Hang,
    /// The same, but only when the page is tried for the first time.
    HangOnce,
    /// It panics.
    Panic,
    /// It keeps memory: 64 MB a page.
    Leak,
    /// It asks for 3 GB at once.
    Gorge,
}

/// `hang:NAME`.
impl FromStr for InjectedFault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (what, name) = text.split_once(':').ok_or("WHAT:NAME")?;
        let what = match what {
            "crash" => FaultKind::Crash,
            "crash-once" => FaultKind::CrashOnce,
            "hang" => FaultKind::Hang,
            "hang-once" => FaultKind::HangOnce,
            "panic" => FaultKind::Panic,
            "leak" => FaultKind::Leak,
            "gorge" => FaultKind::Gorge,
            _ => return Err("crash, crash-once, hang, hang-once, panic, leak or gorge".to_owned()),
        };
        Ok(Self { name: name.to_owned(), what })
    }
}

/// Lets it happen, where this page is meant.
pub(super) fn inject(injected_faults: &[InjectedFault], path: &Path, attempt: u32) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for fault in injected_faults.iter().filter(|m| name.contains(&m.name)) {
        match fault.what {
            FaultKind::CrashOnce | FaultKind::HangOnce if attempt > 0 => {}
            FaultKind::Crash | FaultKind::CrashOnce => std::process::abort(),
            FaultKind::Hang | FaultKind::HangOnce => loop {
                std::thread::park();
            },
            FaultKind::Panic => panic!("a panic on purpose"),
            // `black_box` keeps the allocation from being optimized away.
            FaultKind::Leak => drop(std::hint::black_box(vec![1_u8; 64 << 20]).leak()),
            FaultKind::Gorge => drop(std::hint::black_box(vec![0_u8; 3 << 30])),
        }
    }
}
