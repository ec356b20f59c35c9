//! Helpers for XML trees. Elements are matched by local name, because the namespaces change with every version.

use super::ReadError;
use crate::geometry::BBox;
use roxmltree::{Document, Node, NodeId, ParsingOptions};
use std::collections::HashMap;

/// Most ancestors that are searched: real files have a dozen, and a file with a million would take too long.
pub(super) const DEEPEST: usize = 128;
/// Note for a reading order that leaves the order open.
pub(super) const UNORDERED: &str =
    "the reading order has an unordered group, whose members are read in the order of the file";

pub(in crate::evaluate) fn parse(text: &str) -> Result<Document<'_>, ReadError> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|e| ReadError::Xml(e.to_string()))
}

pub(in crate::evaluate) fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |c| is(*c, name))
}

pub(in crate::evaluate) fn is(node: Node, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

pub(super) fn number(node: Node, name: &str) -> Option<f64> {
    node.attribute(name)?.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

pub(super) fn text_below(node: Node) -> String {
    node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect()
}

/// A node and its ancestors, nearest first, up to [`DEEPEST`].
pub(in crate::evaluate) fn enclosing<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.ancestors().take(DEEPEST)
}

/// Elements by an identifying attribute; of duplicates the first.
pub(in crate::evaluate) fn by_id<'a, 'i>(
    root: Node<'a, 'i>,
    attribute: &str,
) -> HashMap<&'a str, Node<'a, 'i>> {
    let mut found = HashMap::new();
    for node in root.descendants() {
        if let Some(id) = node.attribute(attribute) {
            found.entry(id).or_insert(node);
        }
    }
    found
}

/// Sorts nodes by the references to them or to their nearest referenced ancestor. Nodes without a reference follow in
/// their present order, so that an incomplete reading order loses nothing.
pub(super) fn sort_by_references<'a, 'i: 'a>(
    nodes: &mut [Node<'a, 'i>],
    references: impl IntoIterator<Item = Node<'a, 'i>>,
) {
    let mut ranks: HashMap<NodeId, usize> = HashMap::new();
    for node in references {
        let rank = ranks.len();
        ranks.entry(node.id()).or_insert(rank);
    }
    nodes.sort_by_cached_key(|node| {
        enclosing(*node).find_map(|n| ranks.get(&n.id()).copied()).unwrap_or(usize::MAX)
    });
}

/// Adds a note once.
pub(super) fn note(notes: &mut Vec<String>, text: String) {
    if !notes.contains(&text) {
        notes.push(text);
    }
}

/// The note on dangling references; it names the first few.
pub(super) fn absent_references(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    format!("the reading order refers to what is not in the file: {shown}{more}")
}

/// The bounding box of points, rounded to pixels.
pub(super) fn around(points: impl Iterator<Item = (f64, f64)>) -> Option<BBox> {
    let mut found: Option<[f64; 4]> = None;
    for (x, y) in points {
        let [left, top, right, bottom] = found.unwrap_or([x, y, x, y]);
        found = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
    }
    found.map(rounded)
}

/// A box rounded to whole pixels and clamped to the range of possible scans.
pub(super) fn rounded(ltrb: [f64; 4]) -> BBox {
    // Larger numbers would overflow in areas.
    let [left, top, right, bottom] = ltrb.map(|v| v.round().clamp(-1e6, 1e6) as i32);
    BBox::from_ltrb(left, top, right, bottom)
}
