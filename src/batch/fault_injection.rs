//! Fault injection on pages whose file name contains a word, to test that a run survives faults of engines.
//!
//! Engines contain C code. Their worst faults (ending the process, hanging, exhausting the memory) would also end a
//! unit test with a faulting engine. They are therefore injected into the worker process, through a hidden flag.

use serde::{Deserialize, Serialize};
use std::path::Path;
use std::str::FromStr;

/// A fault and the files on which it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InjectedFault {
    /// Part of a file name.
    pub name: String,
    /// The fault on the pages of these files.
    pub what: FaultKind,
}

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum FaultKind {
    /// The process ends.
    Crash,
    /// The process ends, but only at the first attempt of a page.
    CrashOnce,
    /// The engine never returns.
    Hang,
    /// The engine never returns, but only at the first attempt of a page.
    HangOnce,
    /// The engine panics.
    Panic,
    /// The engine leaks 64 MB per page.
    Leak,
    /// The engine allocates 3 GB at once.
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

/// Triggers the faults that apply to this page.
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
