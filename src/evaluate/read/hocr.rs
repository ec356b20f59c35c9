//! hOCR 1.2: elements of class `ocr_line` in the order of the file, boxes and confidences from their titles.

use super::xml::rounded;
use crate::evaluate::document::{Document, TextGlyph, TextLine};
use crate::geometry::BBox;
use roxmltree::{Document as Tree, Node};

/// Classes of lines, hOCR 1.2 §4.
const LINES: [&str; 5] = ["ocr_line", "ocrx_line", "ocr_header", "ocr_textfloat", "ocr_caption"];
/// Elements of HTML that need no end tag.
const VOID: [&str; 6] = ["meta", "br", "hr", "img", "link", "input"];
/// Entities that XML does not know, and OCR programs write.
const ENTITIES: [(&str, &str); 5] =
    [("&nbsp;", "\u{a0}"), ("&shy;", "\u{ad}"), ("&mdash;", "—"), ("&ndash;", "–"), ("&hellip;", "…")];

/// HTML with the few liberties that hOCR files take made well-formed; `None` where it is no HTML.
pub(super) fn as_xml(text: &str) -> Option<String> {
    let head = text.get(..text.floor_char_boundary(1000)).unwrap_or_default().to_ascii_lowercase();
    if !head.contains("<html") {
        return None;
    }
    // A document type names entities elsewhere, and HTML's own is no XML.
    let root = head.find("<html").unwrap_or(0);
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = &text[root..];
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        cleaned.push_str(before);
        let end = tag.find('>').map_or(tag.len(), |e| e + 1);
        let (tag, after) = tag.split_at(end);
        let name = tag[1..].split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if VOID.contains(&name.to_ascii_lowercase().as_str()) && tag.ends_with('>') && !tag.ends_with("/>") {
            cleaned.push_str(&tag[..tag.len() - 1]);
            cleaned.push_str("/>");
        } else {
            cleaned.push_str(tag);
        }
        rest = after;
    }
    cleaned.push_str(rest);
    ENTITIES.iter().for_each(|(name, character)| cleaned = cleaned.replace(name, character));
    Some(cleaned)
}

pub(super) fn document(tree: &Tree) -> Document {
    let root = tree.root_element();
    let page = root.descendants().find(|n| has_class(*n, &["ocr_page"]));
    let title = page.and_then(|p| p.attribute("title")).unwrap_or_default();
    let size = bbox(title).map(|b| (b.width() as u32, b.height() as u32)).filter(|s| s.0 > 0 && s.1 > 0);
    let image = property(title, "image").map(|name| name.trim_matches(['"', '\'']).to_owned());
    let lines = root.descendants().filter(|n| has_class(*n, &LINES)).map(line).collect();
    Document { lines, size, scan: image.filter(|i| !i.is_empty()).map(|i| (i, 1)), ..Document::default() }
}

fn line(node: Node) -> TextLine {
    let words = node.descendants().filter(|n| has_class(*n, &["ocrx_word"])).flat_map(glyphs).collect();
    TextLine {
        text: text(node),
        bbox: bbox(node.attribute("title").unwrap_or_default()),
        glyphs: words,
        ..TextLine::default()
    }
}

/// The characters of a word, or the word.
fn glyphs(word: Node) -> Vec<TextGlyph> {
    let glyph = |node: Node, confidence: &str| {
        let title = node.attribute("title").unwrap_or_default();
        let percent =
            property(title, confidence).and_then(|c| c.parse::<f32>().ok()).filter(|c| c.is_finite());
        TextGlyph {
            text: text(node),
            bbox: bbox(title),
            confidence: percent.map(|c| (c / 100.0).clamp(0.0, 1.0)),
        }
    };
    let characters = word.descendants().filter(|n| has_class(*n, &["ocrx_cinfo"]));
    let characters: Vec<TextGlyph> = characters.map(|c| glyph(c, "x_conf")).collect();
    if characters.is_empty() { vec![glyph(word, "x_wconf")] } else { characters }
}

fn has_class(node: Node, classes: &[&str]) -> bool {
    node.attribute("class").is_some_and(|c| c.split_whitespace().any(|c| classes.contains(&c)))
}

/// All text below a node, each run of white space one space.
fn text(node: Node) -> String {
    let all: String = node.descendants().filter(Node::is_text).filter_map(|n| n.text()).collect();
    all.split([' ', '\t', '\n', '\r']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A property of a title: `bbox 0 0 10 10; x_wconf 95`.
fn property<'a>(title: &'a str, name: &str) -> Option<&'a str> {
    title.split(';').map(str::trim).find_map(|p| p.strip_prefix(name)?.strip_prefix(' ')).map(str::trim)
}

fn bbox(title: &str) -> Option<BBox> {
    let numbers = property(title, "bbox")?.split_whitespace().map(|n| n.parse::<f64>().ok());
    let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
    Some(rounded(numbers.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::of_xml;
    use crate::geometry::BBox;

    #[test]
    fn html_that_is_no_xml_is_read_too() {
        let page = of_xml(
            "<!DOCTYPE html><html><head><meta charset='utf-8'><title></title></head><body>\
             <div class='ocr_page' title='image \"a.png\"; bbox 0 0 90 80'>\
             <span class='ocr_line' title='bbox 1 2 30 40'>\n<span class='ocrx_word' title='bbox 1 2 9 9; x_wconf 93'>第１号</span>\n\
             <span class='ocrx_word'>秘&nbsp;</span><br></span></div></body></html>",
        )
        .unwrap();
        assert_eq!(page.text(), "第１号 秘\u{a0}");
        assert_eq!(page.lines[0].bbox, Some(BBox::from_ltrb(1, 2, 30, 40)));
        assert_eq!(page.lines[0].glyphs[0].confidence, Some(0.93));
        assert_eq!((page.size, page.scan), (Some((90, 80)), Some(("a.png".into(), 1))));
    }
}
