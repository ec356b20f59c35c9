//! Small steps through an XML tree, by local names: the formats change their namespaces with every version.

use super::ReadError;
use crate::geometry::BBox;
use roxmltree::{Document, Node, ParsingOptions};

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
