//! Converts HTML to well-formed XML: inserts omitted end tags and resolves entities.
//!
//! Only the parts that hOCR needs are kept: elements, classes, titles and text. HTML parsers accept any input, but a
//! file without `</html>` is truncated and is an error: half of a text would count as a bad reading.

use super::ReadError;
use super::xml::DEEPEST;
use html5gum::{StartTag, Token, Tokenizer};
use std::collections::HashMap;

/// Elements without an end tag (HTML, 13.1.2).
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track",
    "wbr",
];
/// Block elements: they end an open paragraph, and implied end tags are searched among them.
const BLOCKS: [&str; 22] = [
    "html", "body", "div", "p", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "td", "th", "h1", "h2",
    "h3", "h4", "h5", "h6", "pre", "hr",
];
/// Bytes at the start of a file in which its kind is recognized.
const HEAD: usize = 4096;

/// Whether a file is HTML, or a fragment of HTML with hOCR.
pub(super) fn is_html(text: &str) -> bool {
    let head = text[..text.floor_char_boundary(HEAD)].to_ascii_lowercase();
    ["<html", "<!doctype html", "ocr_page"].iter().any(|sign| head.contains(sign))
}

/// The document as XML, with an additional root element.
///
/// # Errors
/// If the file ends before `</html>`.
pub(super) fn as_xml(text: &str) -> Result<String, ReadError> {
    let mut xml = Writer { text: "<html>".to_owned(), ..Writer::default() };
    for Ok(token) in Tokenizer::new(text) {
        match token {
            Token::StartTag(tag) => xml.start(&tag),
            Token::EndTag(tag) => xml.end(&name(&tag.name)),
            Token::String(content) => xml.escaped(&String::from_utf8_lossy(&content)),
            _ => {}
        }
    }
    if xml.counts.get("html").is_some_and(|open| *open > 0) {
        return Err(ReadError::Xml("the file ends before </html>".to_owned()));
    }
    xml.close(0);
    xml.text.push_str("</html>");
    Ok(xml.text)
}

/// A name that is valid in XML.
fn name(html: &[u8]) -> String {
    let name = String::from_utf8_lossy(html);
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric());
    if is_plain { name.into_owned() } else { "other".to_owned() }
}

#[derive(Default)]
struct Writer {
    text: String,
    open: Vec<String>,
    /// Number of open elements by name.
    counts: HashMap<String, usize>,
}

impl Writer {
    fn start(&mut self, tag: &StartTag<()>) {
        let name = name(&tag.name);
        self.end_implied(&name);
        self.text.push('<');
        self.text.push_str(&name);
        for attribute in ["class", "title"] {
            if let Some(value) = tag.attributes.get(attribute.as_bytes()) {
                self.text.push_str(&format!(" {attribute}=\""));
                self.escaped(&String::from_utf8_lossy(value));
                self.text.push('"');
            }
        }
        if tag.self_closing || VOID.contains(&name.as_str()) {
            self.text.push_str("/>");
        } else {
            self.text.push('>');
            *self.counts.entry(name.clone()).or_default() += 1;
            self.open.push(name);
        }
    }

    /// Ends paragraphs, items and cells whose end tag is omitted (HTML, 13.1.2.4). Left open, they would be nested as
    /// deeply as they are many.
    fn end_implied(&mut self, next: &str) {
        let ended: &[&str] = match next {
            "li" => &["p", "li"],
            "dt" | "dd" => &["p", "dt", "dd"],
            "td" | "th" => &["p", "td", "th"],
            "tr" => &["p", "td", "th", "tr"],
            _ if BLOCKS.contains(&next) => &["p"],
            _ => return,
        };
        while let Some(at) = self.nearest_block().filter(|at| ended.contains(&self.open[*at].as_str())) {
            self.close(at);
        }
    }

    /// The innermost open block, searched to a depth that no real page exceeds.
    fn nearest_block(&self) -> Option<usize> {
        (0..self.open.len()).rev().take(DEEPEST).find(|at| BLOCKS.contains(&self.open[*at].as_str()))
    }

    /// Ends an element and those within it; an end tag without a start tag is ignored.
    fn end(&mut self, name: &str) {
        if self.counts.get(name).is_some_and(|open| *open > 0) {
            let at = self.open.iter().rposition(|open| open == name);
            self.close(at.unwrap_or(self.open.len()));
        }
    }

    fn close(&mut self, from: usize) {
        for name in self.open.drain(from..).rev() {
            self.text.push_str(&format!("</{name}>"));
            if let Some(open) = self.counts.get_mut(&name) {
                *open -= 1;
            }
        }
    }

    /// Writes escaped text without the characters that XML forbids.
    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                '\t' | '\n' | ' '.. if !matches!(c, '\u{fffe}' | '\u{ffff}') => self.text.push(c),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_html_leaves_out_is_put_in() {
        let xml = as_xml(
            "<!DOCTYPE html><HTML><META charset=utf-8><P Class='a b'>1 &lt; 2&nbsp;<BR>x<p title=\"&quot;\">y</i></HTML>",
        );
        assert_eq!(
            xml.unwrap(),
            "<html><html><meta/><p class=\"a b\">1 &lt; 2\u{a0}<br/>x</p><p title=\"&quot;\">y</p></html></html>"
        );
    }

    #[test]
    fn paragraphs_and_cells_end_where_the_next_begins() {
        let table = "<table><tr><td><p>a<td>b<tr><td>c</table><ul><li>d<ul><li>e</ul><li>f";
        let cells = "<table><tr><td><p>a</p></td><td>b</td></tr><tr><td>c</td></tr></table>";
        let items = "<ul><li>d<ul><li>e</li></ul></li><li>f</li></ul>";
        assert_eq!(as_xml(table).unwrap(), format!("<html>{cells}{items}</html>"));
        let many = as_xml(&"<p><span>x</span>".repeat(1000)).unwrap();
        assert_eq!(many.matches("</p><p>").count(), 999);
    }

    #[test]
    fn elements_that_are_closed_at_once_hold_nothing() {
        assert_eq!(
            as_xml("<html><title/><p>x</html>").unwrap(),
            "<html><html><title/><p>x</p></html></html>"
        );
    }

    #[test]
    fn a_file_that_is_cut_off_is_damaged() {
        assert!(as_xml("<html><body><p>half").unwrap_err().to_string().contains("ends before </html>"));
        assert_eq!(as_xml("<p class='ocr_page'>x").unwrap(), "<html><p class=\"ocr_page\">x</p></html>");
    }
}
