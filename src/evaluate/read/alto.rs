//! ALTO, of any version: lines in the order of the file.

use super::xml::{children, is, number, rounded};
use crate::evaluate::document::{Document, Mark, MarkKind, TextGlyph, TextLine};
use crate::geometry::BBox;
use roxmltree::{Document as Tree, Node};

pub(super) fn document(tree: &Tree) -> Document {
    let root = tree.root_element();
    let named = |name: &'static str| root.descendants().find(move |n| is(*n, name));
    // Millimetres and inches would need a resolution that the file need not tell.
    let in_pixels = named("MeasurementUnit").and_then(|n| n.text()).is_none_or(|unit| unit.trim() == "pixel");
    let scan = named("fileName").and_then(|n| n.text()).map(str::trim).filter(|name| !name.is_empty());
    let side = |name| {
        named("Page").and_then(|p| number(p, name)).filter(|v| (1.0..1e6).contains(v)).map(|v| v as u32)
    };
    let lines = root.descendants().filter(|n| is(*n, "TextLine")).map(|n| line(n, in_pixels)).collect();
    Document {
        lines,
        size: side("WIDTH").zip(side("HEIGHT")).filter(|_| in_pixels),
        marks: marks(root).filter(|_| in_pixels),
        scan: scan.map(|name| (name.to_owned(), 1)),
        ..Document::default()
    }
}

fn line(line: Node, in_pixels: bool) -> TextLine {
    let mut text = String::new();
    for part in line.children() {
        match part.tag_name().name() {
            "String" => text.push_str(part.attribute("CONTENT").unwrap_or_default()),
            "SP" => text.push(' '),
            _ => {}
        }
    }
    let strings = children(line, "String").flat_map(|s| glyphs(s, in_pixels)).collect();
    TextLine { text, bbox: bbox(line).filter(|_| in_pixels), glyphs: strings, ..TextLine::default() }
}

/// The glyphs of a string, or the string.
fn glyphs(string: Node, in_pixels: bool) -> Vec<TextGlyph> {
    let glyph = |node: Node, confidence: &str| TextGlyph {
        text: node.attribute("CONTENT").unwrap_or_default().to_owned(),
        bbox: bbox(node).filter(|_| in_pixels),
        confidence: number(node, confidence).map(|c| c.clamp(0.0, 1.0) as f32),
    };
    let glyphs: Vec<TextGlyph> = children(string, "Glyph").map(|g| glyph(g, "GC")).collect();
    if glyphs.is_empty() { vec![glyph(string, "WC")] } else { glyphs }
}

fn bbox(node: Node) -> Option<BBox> {
    let (left, top) = (number(node, "HPOS")?, number(node, "VPOS")?);
    Some(rounded([left, top, left + number(node, "WIDTH")?, top + number(node, "HEIGHT")?]))
}

/// Marks, where any block is typed as one: ALTO has no elements for them.
fn marks(root: Node) -> Option<Vec<Mark>> {
    let mark = |node: Node| {
        let kind = match node.attribute("TYPE")?.to_ascii_lowercase().as_str() {
            "stamp" => MarkKind::Stamp,
            "redaction" => MarkKind::Redaction,
            "handwriting" => MarkKind::Handwriting,
            _ => return None,
        };
        Some(Mark { kind, bbox: bbox(node)?, text: None })
    };
    let found: Vec<Mark> = root.descendants().filter_map(mark).collect();
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::super::of_xml;
    use crate::geometry::BBox;

    #[test]
    fn strings_are_spaced_only_where_the_file_has_a_space() {
        let page = of_xml(
            r#"<alto><Description><MeasurementUnit>pixel</MeasurementUnit></Description><Layout><Page WIDTH="9" HEIGHT="8">
            <TextLine HPOS="1" VPOS="2" WIDTH="3" HEIGHT="4"><String CONTENT="第"/><String CONTENT="１号" WC="0.5"/><SP/><String CONTENT="秘"/></TextLine>
            </Page></Layout></alto>"#,
        )
        .unwrap();
        assert_eq!(page.text(), "第１号 秘");
        assert_eq!(page.lines[0].bbox, Some(BBox::from_ltrb(1, 2, 4, 6)));
        assert_eq!(page.lines[0].glyphs[1].confidence, Some(0.5));
        assert_eq!(page.size, Some((9, 8)));
    }
}
