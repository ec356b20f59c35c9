//! XML 1.0 as the writers need it: elements, each on a line of its own or within one, well-formed whatever the text holds.
//!
//! Tabs, carriage returns and line feeds are written as references where a reader would otherwise fold them (XML 1.0,
//! §2.11 and §3.3.3). Characters that no XML document can hold, not even as references (§2.2: most control characters,
//! U+FFFE, U+FFFF), become U+FFFD, one for one; nothing else is changed.

use crate::geometry::BBox;
use crate::page::{Page, Region};
use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::fmt::Write;

/// Names and values of an element's attributes, values not yet escaped.
pub(super) type Attributes<'a> = &'a [(&'static str, String)];

/// A document that is being written.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
    /// Open elements, and whether a child of theirs began a line.
    open: Vec<(&'static str, bool)>,
}

impl Xml {
    /// Begins a document in UTF-8.
    pub(super) fn new() -> Self {
        let mut xml = Self::fragment();
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// Begins a part of a document: without the declaration.
    pub(super) fn fragment() -> Self {
        Self { writer: Writer::new(Vec::new()), open: Vec::new() }
    }

    /// Begins an element on a line of its own.
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.break_line();
        self.open_inline(name, attributes);
    }

    /// Begins an element where the text stands.
    pub(super) fn open_inline(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.event(Event::Start(start(name, attributes)));
        self.open.push((name, false));
    }

    /// An element without content, on a line of its own.
    pub(super) fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.break_line();
        self.empty_inline(name, attributes);
    }

    /// An element without content, where the text stands.
    pub(super) fn empty_inline(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.event(Event::Empty(start(name, attributes)));
    }

    /// An element that holds a text, on a line of its own.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.open(name, attributes);
        self.text(text);
        self.close();
    }

    /// A text.
    pub(super) fn text(&mut self, text: &str) {
        // A bare carriage return would come back as a line feed.
        let escaped = partial_escape(&*allowed(text)).replace('\r', "&#13;");
        self.event(Event::Text(BytesText::from_escaped(escaped)));
    }

    /// Ends the element that was begun last.
    pub(super) fn close(&mut self) {
        let (name, broken) = self.open.pop().expect("as many elements are closed as were opened");
        if broken {
            self.new_line();
        }
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// The document, all elements closed, with a final line feed.
    pub(super) fn finish(mut self) -> Vec<u8> {
        while !self.open.is_empty() {
            self.close();
        }
        let mut bytes = self.writer.into_inner();
        bytes.push(b'\n');
        bytes
    }

    fn break_line(&mut self) {
        if let Some(parent) = self.open.last_mut() {
            parent.1 = true;
        }
        self.new_line();
    }

    fn new_line(&mut self) {
        let space = format!("\n{}", " ".repeat(self.open.len()));
        self.event(Event::Text(BytesText::from_escaped(space)));
    }

    fn event(&mut self, event: Event<'_>) {
        self.writer.write_event(event).expect("memory takes what is written");
    }
}

fn start(name: &'static str, attributes: Attributes<'_>) -> BytesStart<'static> {
    // Written by hand: the library's own escaping leaves tabs and line feeds, which a reader takes for spaces.
    let mut tag = name.to_owned();
    for (key, value) in attributes {
        let value = partial_escape(&*allowed(value)).replace('"', "&quot;");
        let value = value.replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;");
        let _ = write!(tag, " {key}=\"{value}\"");
    }
    BytesStart::from_content(tag, name.len())
}

/// XML 1.0, §2.2: what a document can hold.
fn allowed(text: &str) -> String {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Corners of a region, clockwise: its outline, or its box.
pub(super) fn corners(region: &Region) -> Vec<[i32; 2]> {
    // An outline of fewer corners has no inside.
    if region.outline.0.len() >= 3 { region.outline.0.clone() } else { corners_of_box(&region.bbox) }
}

/// Corners of a box, clockwise from the top left.
pub(super) fn corners_of_box(b: &BBox) -> Vec<[i32; 2]> {
    vec![[b.left, b.top], [b.right, b.top], [b.right, b.bottom], [b.left, b.bottom]]
}

/// Corners as most formats write them, `1,2 3,4`; what lies beyond the page is moved to its edge.
pub(super) fn points(page: &Page, corners: &[[i32; 2]]) -> String {
    let on_page = |v: i32, side: u32| v.clamp(0, i32::try_from(side).unwrap_or(i32::MAX));
    let all =
        corners.iter().map(|[x, y]| format!("{},{}", on_page(*x, page.width), on_page(*y, page.height)));
    all.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_well_formedness_and_nothing_is_lost() {
        let mut xml = Xml::new();
        xml.open("a", &[("b", "<\"&'>\t\n\r\u{1}".to_owned())]);
        xml.leaf("c", &[], " <&>\r\u{0}\u{ffff}]]>𠮷 ");
        xml.empty("d", &[]);
        let text = String::from_utf8(xml.finish()).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <a b=\"&lt;&quot;&amp;'&gt;&#9;&#10;&#13;\u{fffd}\">\n \
             <c> &lt;&amp;&gt;&#13;\u{fffd}\u{fffd}]]&gt;𠮷 </c>\n <d/>\n</a>\n"
        );
    }
}
