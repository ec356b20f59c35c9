//! Small steps through an XML tree, by local names: the formats change their namespaces with every version.

use super::ReadError;
use crate::geometry::BBox;
use roxmltree::{Document, Node, NodeId, ParsingOptions};
use std::collections::HashMap;

/// Levels that are looked through around a node: real files have a dozen, and one of a million would take for ever.
pub(super) const DEEPEST: usize = 128;
/// Said where a reading order leaves the order open.
pub(super) const UNORDERED: &str =
    "the reading order has an unordered group, whose members are read in the order of the file";

/// The tree of a text.
pub(in crate::evaluate) fn parse(text: &str) -> Result<Document<'_>, ReadError> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|e| ReadError::Xml(e.to_string()))
}

/// Child elements of a name.
pub(in crate::evaluate) fn children<'a, 'i: 'a>(
    node: Node<'a, 'i>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |c| is(*c, name))
}

/// Whether it is an element of that name.
pub(in crate::evaluate) fn is(node: Node, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// An attribute that is a number.
pub(super) fn number(node: Node, name: &str) -> Option<f64> {
    node.attribute(name)?.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

/// All text below a node.
pub(super) fn text_below(node: Node) -> String {
    node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect()
}

/// A node and what stands around it, the nearest first.
pub(in crate::evaluate) fn enclosing<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.ancestors().take(DEEPEST)
}

/// Elements by an attribute that identifies them; of several the first.
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

/// Puts nodes into the order in which they, or what encloses them most nearly, are referred to. All others follow, in the
/// order that they have: a reading order that leaves something out loses nothing.
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

/// Adds what is to be said of the file, once.
pub(super) fn note(notes: &mut Vec<String>, text: String) {
    if !notes.contains(&text) {
        notes.push(text);
    }
}

/// The note on references that lead nowhere; of many the first are named.
pub(super) fn absent_references(names: &[&str]) -> String {
    const SHOWN: usize = 3;
    let more = if names.len() > SHOWN { ", …" } else { "" };
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    format!("the reading order refers to what is not in the file: {shown}{more}")
}

/// The box around points, rounded to pixels.
pub(super) fn around(points: impl Iterator<Item = (f64, f64)>) -> Option<BBox> {
    let mut found: Option<[f64; 4]> = None;
    for (x, y) in points {
        let [left, top, right, bottom] = found.unwrap_or([x, y, x, y]);
        found = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
    }
    found.map(rounded)
}

/// A box in whole pixels; what is beyond any scan is cut.
pub(super) fn rounded(ltrb: [f64; 4]) -> BBox {
    // No scan is a billion pixels wide; larger numbers would overflow when areas are taken.
    let [left, top, right, bottom] = ltrb.map(|v| v.round().clamp(-1e6, 1e6) as i32);
    BBox::from_ltrb(left, top, right, bottom)
}
