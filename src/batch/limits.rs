//! Memory of a worker process: a limit that the system keeps, so that no allocation outruns it.
//!
//! RLIMIT_DATA counts what a process may write to, touched or not: heap and anonymous mappings, not the program or files that
//! are mapped. An allocation beyond it fails at once. Rust and C++ then end the process after a line on stderr, by which the
//! parent tells a page that needs too much from a crash; C code gives an error of its own. Linux counts all mappings
//! since 4.7; other Unix systems may count the heap alone, and elsewhere there is no limit but `scan.max_pixels`.

use std::fs::Metadata;

/// Memory that a worker may take, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory(pub u64);

impl Memory {
    /// Limits this process. A core file of a page that ends it would be as large as the limit, and hold the page: none is written.
    #[cfg(unix)]
    pub(super) fn limit(self) {
        use rustix::process::{Resource, getrlimit, setrlimit};
        for (resource, most) in [(Resource::Data, self.0), (Resource::Core, 0)] {
            let mut limit = getrlimit(resource);
            limit.current = Some(limit.maximum.map_or(most, |maximum| most.min(maximum)));
            // Refused by systems that know no such limit.
            let _ = setrlimit(resource, limit);
        }
    }

    #[cfg(not(unix))]
    pub(super) fn limit(self) {}

    /// With a file held in memory beside the page. A file takes what it takes on disk: holes are not counted.
    pub(super) fn beside(self, file: &Metadata) -> Self {
        Self(self.0.saturating_add(file.len().min(bytes_on_disk(file))))
    }

    /// Why a page was not read.
    pub(super) fn exceeded(self) -> String {
        format!("needs more than {} MB of memory (--worker-mb allows more)", self.0 >> 20)
    }
}

#[cfg(unix)]
fn bytes_on_disk(file: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    // In units of 512 bytes, whatever the file system.
    file.blocks().saturating_mul(512)
}

#[cfg(not(unix))]
fn bytes_on_disk(file: &Metadata) -> u64 {
    file.len()
}

/// Whether a process that ended after it wrote this to stderr had no memory left.
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
