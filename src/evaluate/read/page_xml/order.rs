//! Order of regions: nested groups of `ReadingOrder`, and places that elements state themselves.

use crate::evaluate::read::xml::{
    UNORDERED, absent_references, by_id, children, is, note, sort_by_references,
};
use roxmltree::Node;

/// All regions with lines or text of their own, in order: text regions, also nested and in tables, and Transkribus'
/// table cells.
pub(super) fn regions_in_order<'a, 'i: 'a>(page: Node<'a, 'i>, notes: &mut Vec<String>) -> Vec<Node<'a, 'i>> {
    let holds_text = |n: &Node| n.children().any(|c| is(c, "TextLine") || is(c, "TextEquiv"));
    let mut regions = preorder(page, |n| !is(*n, "TextLine"), place);
    regions.retain(holds_text);
    if let Some(order) = children(page, "ReadingOrder").next() {
        sort_by_references(&mut regions, references(page, order, notes));
    }
    regions
}

/// The targets of a reading order in its order; a region that is a group precedes its members.
fn references<'a, 'i: 'a>(
    page: Node<'a, 'i>,
    order: Node<'a, 'i>,
    notes: &mut Vec<String>,
) -> Vec<Node<'a, 'i>> {
    let ids = by_id(page, "id");
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    for member in order_members(order) {
        if let Some(name) = member.attribute("regionRef") {
            ids.get(name).map_or_else(|| absent.push(name), |node| found.push(*node));
        }
        let is_member = |n: &Node| n.has_attribute("regionRef") || n.tag_name().name().contains("Group");
        let is_unordered = member.tag_name().name().starts_with("UnorderedGroup");
        if is_unordered && member.children().filter(is_member).nth(1).is_some() {
            note(notes, UNORDERED.to_owned());
        }
    }
    if !absent.is_empty() {
        note(notes, absent_references(&absent));
    }
    found
}

/// All members of a reading order. Each group precedes its members; those of an ordered group are sorted by `index`.
pub(in crate::evaluate) fn order_members<'a, 'i>(order: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    let index = |n: &Node| {
        let is_ordered = n.parent().is_some_and(|p| p.tag_name().name().starts_with("OrderedGroup"));
        n.attribute("index").filter(|_| is_ordered).map_or(Some(0), |i| i.trim().parse::<i64>().ok())
    };
    preorder(order, |_| true, |n| index(n).unwrap_or(i64::MAX))
}

/// A node and the wanted elements below it, in preorder with sorted siblings.
pub(super) fn preorder<'a, 'i>(
    node: Node<'a, 'i>,
    wanted: impl Fn(&Node) -> bool,
    key: impl Fn(&Node) -> i64,
) -> Vec<Node<'a, 'i>> {
    let (mut waiting, mut all) = (vec![node], Vec::new());
    while let Some(node) = waiting.pop() {
        let first = waiting.len();
        waiting.extend(node.children().filter(|c| c.is_element() && wanted(c)));
        waiting[first..].reverse();
        waiting[first..].sort_by_cached_key(|n| std::cmp::Reverse(key(n)));
        all.push(node);
    }
    all
}

/// The place that a node states among its siblings; nodes without one are last.
pub(super) fn place(node: &Node) -> i64 {
    let index = || node.attribute("index")?.trim().parse().ok();
    let custom = || {
        let (_, properties) = node.attribute("custom")?.split_once("readingOrder")?;
        let index = properties.split_once('{')?.1.split('}').next()?.split_once("index")?.1;
        let number = index.trim_start().strip_prefix(':')?.trim_start();
        number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    };
    index().or_else(custom).unwrap_or(i64::MAX)
}
