//! A minimal XML 1.0 writer. Each element is on its own line or inline. The output is well-formed for any text.
//!
//! Tabs, carriage returns and line feeds are written as character references where an XML parser would otherwise
//! normalize them (XML 1.0, §2.11 and §3.3.3). Characters that an XML document cannot contain even as references (§2.2:
//! most control characters, U+FFFE, U+FFFF) are each replaced by U+FFFD. All other characters are unchanged.

use crate::geometry::BBox;
use crate::page::{Page, Region};
use quick_xml::Writer;
use quick_xml::escape::partial_escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::fmt::Write;

/// Attribute names and unescaped values.
pub(super) type Attributes<'a> = &'a [(&'static str, String)];

/// An XML document under construction.
pub(super) struct Xml {
    writer: Writer<Vec<u8>>,
    /// Open elements, each with a flag for a child on its own line.
    open: Vec<(&'static str, bool)>,
}

impl Xml {
    /// Starts a UTF-8 document.
    pub(super) fn new() -> Self {
        let mut xml = Self::fragment();
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    /// Starts a fragment without an XML declaration.
    pub(super) fn fragment() -> Self {
        Self { writer: Writer::new(Vec::new()), open: Vec::new() }
    }

    /// Opens an element on its own line.
    pub(super) fn open(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.break_line();
        self.open_inline(name, attributes);
    }

    /// Opens an element inline.
    pub(super) fn open_inline(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.event(Event::Start(start(name, attributes)));
        self.open.push((name, false));
    }

    /// Writes an empty element on its own line.
    pub(super) fn empty(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.break_line();
        self.empty_inline(name, attributes);
    }

    /// Writes an empty element inline.
    pub(super) fn empty_inline(&mut self, name: &'static str, attributes: Attributes<'_>) {
        self.event(Event::Empty(start(name, attributes)));
    }

    /// Writes an element with text on its own line.
    pub(super) fn leaf(&mut self, name: &'static str, attributes: Attributes<'_>, text: &str) {
        self.open(name, attributes);
        self.text(text);
        self.close();
    }

    pub(super) fn text(&mut self, text: &str) {
        // A parser would convert a bare carriage return to a line feed.
        let escaped = partial_escape(&*allowed(text)).replace('\r', "&#13;");
        self.event(Event::Text(BytesText::from_escaped(escaped)));
    }

    /// Closes the innermost open element.
    pub(super) fn close(&mut self) {
        let (name, broken) = self.open.pop().expect("as many elements are closed as were opened");
        if broken {
            self.new_line();
        }
        self.event(Event::End(BytesEnd::new(name)));
    }

    /// Closes all elements and returns the document with a final line feed.
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
    // Attributes are escaped here because quick-xml leaves tabs and line feeds, which a parser converts to spaces.
    let mut tag = name.to_owned();
    for (key, value) in attributes {
        let value = partial_escape(&*allowed(value)).replace('"', "&quot;");
        let value = value.replace('\t', "&#9;").replace('\n', "&#10;").replace('\r', "&#13;");
        let _ = write!(tag, " {key}=\"{value}\"");
    }
    BytesStart::from_content(tag, name.len())
}

/// Replaces characters that are not allowed in XML 1.0, §2.2.
fn allowed(text: &str) -> String {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_allowed(c) { c } else { char::REPLACEMENT_CHARACTER }).collect()
}

/// Corners of a region, clockwise: those of its outline, or of its bounding box if there is no outline.
pub(super) fn corners(region: &Region) -> Vec<[i32; 2]> {
    // A polygon needs at least three corners.
    if region.outline.0.len() >= 3 { region.outline.0.clone() } else { corners_of_box(&region.bbox) }
}

/// Corners of a box, clockwise from the top left.
pub(super) fn corners_of_box(b: &BBox) -> Vec<[i32; 2]> {
    vec![[b.left, b.top], [b.right, b.top], [b.right, b.bottom], [b.left, b.bottom]]
}

/// Corners in the common notation `1,2 3,4`, clamped to the page.
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
