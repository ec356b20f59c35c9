//! Addressee and sender, told by where they stand.
//!
//! The same words name both: 外務大臣 gets the cables of posts and sends those of the ministry, 在米大使 the other way round.
//! In all layouts the addressee comes first, at the margin, and the sender behind it or at the far end of its line. 殿
//! marks an addressee wherever it stands.

use super::head::Placed;
use crate::page::{Role, WritingMode};

/// The lines of both.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Persons {
    pub(super) to: Option<usize>,
    pub(super) from: Option<usize>,
}

/// Addressee and sender among lines that name persons; `None` without any.
pub(super) fn persons(lines: &[Placed], mode: WritingMode, named: &[usize]) -> Option<Persons> {
    let mut named: Vec<usize> = named.iter().copied().filter(|&i| lines[i].mode == mode).collect();
    let depth = |i: usize| lines[i].depth(mode);
    let start = |i: usize| mode.along(&lines[i].bbox).left;
    let size = named.iter().map(|&i| lines[i].size()).max()?;
    // Of two on one level the one at the margin is first; of two levels the one ahead.
    named.sort_by_key(|&i| (depth(i), start(i)));
    let level = |a: usize, b: usize| (depth(a) - depth(b)).abs() < size;
    if let [first, second, ..] = named[..]
        && level(first, second)
        && start(second) < start(first)
    {
        named.swap(0, 1);
    }
    let marked = named.iter().copied().find(|&i| lines[i].text.ends_with(['殿', '宛']));
    let to = marked.or_else(|| match named[..] {
        [only] => is_addressee(lines, mode, only).then_some(only),
        [first, ..] => Some(first),
        [] => None,
    });
    let from = named.into_iter().find(|&i| Some(i) != to);
    Some(Persons { to, from })
}

/// Whether the only person that was found is the addressee: an office unless it stands at the far end, where senders do; a
/// head of post only if it is at the margin and named by the country.
fn is_addressee(lines: &[Placed], mode: WritingMode, only: usize) -> bool {
    let along = |i: usize| mode.along(&lines[i].bbox);
    let of_mode = || (0..lines.len()).filter(|&i| lines[i].mode == mode).map(along);
    let margin = of_mode().map(|b| b.left).min().unwrap_or(0);
    let end = of_mode().map(|b| b.right).max().unwrap_or(0);
    let is_far = 2 * (along(only).left - margin) > end - margin;
    let is_office = lines[only].by_words == Some(Role::To);
    !is_far && (is_office || lines[only].text.starts_with('在'))
}
