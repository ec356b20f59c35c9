//! Shards of a list of files, for machines that share only a folder.
//!
//! Shard I of N has every N-th file, beginning with the I-th: neighbours in a list have similar sizes, so the shards
//! have, too. Names of results are assigned over the whole list before it is divided. Each shard has its own manifest
//! and temporary files.

use std::fmt;
use std::str::FromStr;

/// Shard I of N; the default is the whole list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// One-based.
    index: u32,
    of: u32,
}

impl Default for Shard {
    fn default() -> Self {
        Self { index: 1, of: 1 }
    }
}

impl Shard {
    /// The shard with this one-based index; `None` if the index is not within 1 to `of`.
    #[must_use]
    pub fn new(index: u32, of: u32) -> Option<Self> {
        (index >= 1 && index <= of).then_some(Self { index, of })
    }

    /// The number of shards.
    #[must_use]
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether the file with this zero-based index belongs to the shard.
    #[must_use]
    pub fn holds(self, file: usize) -> bool {
        file as u64 % u64::from(self.of) == u64::from(self.index - 1)
    }

    /// Part of the names of the shard's own files; empty for the whole list.
    pub(super) fn tag(self) -> String {
        if self.of == 1 { String::new() } else { format!(".{}-of-{}", self.index, self.of) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

/// `2/8`.
impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed =
            text.split_once('/').and_then(|(i, n)| Some((i.trim().parse().ok()?, n.trim().parse().ok()?)));
        let (index, of) = parsed.ok_or("expected I/N, as in 2/8")?;
        Self::new(index, of)
            .ok_or_else(|| format!("there is no shard {index} of {of}: shards are numbered from 1"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_belongs_to_one_part() {
        for file in 0..20 {
            let holders = (1..=3).filter(|&i| Shard::new(i, 3).unwrap().holds(file)).count();
            assert_eq!(holders, 1);
        }
        assert!(Shard::default().holds(7));
    }

    #[test]
    fn parts_are_counted_from_one() {
        assert_eq!("2/8".parse(), Ok(Shard { index: 2, of: 8 }));
        assert!(
            "0/8".parse::<Shard>().is_err()
                && "9/8".parse::<Shard>().is_err()
                && "8".parse::<Shard>().is_err()
        );
    }
}
