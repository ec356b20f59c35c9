//! Passwords of PDF files. They are never part of a record, a manifest or a message.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Passwords that are tried in turn, the empty one first.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passwords(Vec<String>);

impl Passwords {
    /// Parses a list with one password per line. Empty lines are ignored.
    #[must_use]
    pub fn of_lines(text: &str) -> Self {
        let lines = text.lines().map(|line| line.strip_suffix('\r').unwrap_or(line));
        Self(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect())
    }

    /// The empty password, which opens most protected files, followed by the others.
    pub(super) fn to_try(&self) -> impl Iterator<Item = &str> {
        std::iter::once("").chain(self.0.iter().map(String::as_str))
    }
}

/// Prints the number of passwords only.
impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passwords", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_keeps_its_passwords_and_does_not_show_them() {
        let passwords = Passwords::of_lines("one two\r\n\n電信\n");
        assert_eq!(passwords.to_try().collect::<Vec<_>>(), ["", "one two", "電信"]);
        assert_eq!(format!("{passwords:?}"), "2 passwords");
    }
}
