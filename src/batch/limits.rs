//! Memory limit of a worker process, enforced by the operating system.
//!
//! RLIMIT_DATA counts all writable memory, touched or not: the heap and anonymous mappings, but not the program or
//! mapped files. An allocation beyond the limit fails at once. Rust and C++ then abort with a message on stderr, by
//! which the parent process distinguishes excessive memory use from a crash; C code returns an error of its own. Linux
//! counts all mappings since 4.7. Other Unix systems may count only the heap. On all others, `scan.max_pixels` is the
//! only limit.

use std::fs::Metadata;

/// Memory that a worker process may use, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory(pub u64);

impl Memory {
    /// Limits this process. Core files are disabled: a core file would be as large as the limit and contain the page.
    #[cfg(unix)]
    pub(super) fn limit(self) {
        use rustix::process::{Resource, getrlimit, setrlimit};
        for (resource, most) in [(Resource::Data, self.0), (Resource::Core, 0)] {
            let mut limit = getrlimit(resource);
            limit.current = Some(limit.maximum.map_or(most, |maximum| most.min(maximum)));
            // Systems without this limit return an error.
            let _ = setrlimit(resource, limit);
        }
    }

    #[cfg(not(unix))]
    pub(super) fn limit(self) {}

    /// The limit plus a file that is held in memory. A sparse file counts with its size on disk.
    pub(super) fn beside(self, file: &Metadata) -> Self {
        Self(self.0.saturating_add(file.len().min(bytes_on_disk(file))))
    }

    /// The error message of a page that exceeds the limit.
    pub(super) fn exceeded(self) -> String {
        format!("needs more than {} MB of memory (raise --worker-mb)", self.0 >> 20)
    }
}

#[cfg(unix)]
fn bytes_on_disk(file: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    // Blocks are units of 512 bytes on every file system.
    file.blocks().saturating_mul(512)
}

#[cfg(not(unix))]
fn bytes_on_disk(file: &Metadata) -> u64 {
    file.len()
}

/// Whether the stderr output of an aborted process reports a failed allocation.
pub(super) fn is_out_of_memory(said: &str) -> bool {
    ["memory allocation of ", "std::bad_alloc"].iter().any(|words| said.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_holes_counts_as_what_lies_on_disk() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 40).unwrap();
        let memory = Memory(100 << 20).beside(&file.metadata().unwrap());
        assert!(memory.0 < 1 << 30, "{memory:?}");
        assert!(memory.exceeded().contains("100 MB"), "{}", memory.exceeded());
    }
}
