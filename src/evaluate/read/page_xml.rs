//! PAGE XML, of any version: regions in the order of `ReadingOrder`, then those that it does not name.

use super::xml::{around, children, is, number};
use crate::evaluate::document::{Document, Mark, MarkKind, TextGlyph, TextLine};
use crate::geometry::BBox;
use crate::page::{Role, WritingMode};
use roxmltree::{Document as Tree, Node};
use std::collections::{HashMap, HashSet};

/// Groups within groups are followed so far; real ones are three deep.
const DEEPEST: usize = 64;

pub(super) fn document(tree: &Tree) -> Document {
    let root = tree.root_element();
    let Some(page) = root.children().find(|c| is(*c, "Page")) else { return Document::default() };
    let mut regions = regions_in_order(root).unwrap_or_default();
    let named: HashSet<_> = regions.iter().map(Node::id).collect();
    regions.extend(root.descendants().filter(|r| is(*r, "TextRegion") && !named.contains(&r.id())));
    let side = |name| number(page, name).filter(|v| (1.0..1e6).contains(v)).map(|v| v as u32);
    // PAGE 2019: the clockwise turn that corrects the skew; ours is the skew itself.
    let skew = number(page, "orientation").map(|degrees| -degrees).filter(|degrees| degrees.abs() < 45.0);
    let scan = page.attribute("imageFilename").filter(|name| !name.is_empty());
    Document {
        lines: regions.into_iter().flat_map(lines).collect(),
        size: side("imageWidth").zip(side("imageHeight")),
        skew_degrees: skew,
        marks: marks(page),
        fields: None,
        scan: scan.map(|name| (name.to_owned(), 1)),
    }
}

/// The text regions that the reading order names, in its order; `None` where there is no reading order.
pub(in crate::evaluate) fn regions_in_order<'a, 'i>(root: Node<'a, 'i>) -> Option<Vec<Node<'a, 'i>>> {
    let order = root.descendants().find(|n| is(*n, "ReadingOrder"))?;
    let mut by_id = HashMap::new();
    for region in root.descendants().filter(|n| is(*n, "TextRegion")) {
        if let Some(id) = region.attribute("id") {
            by_id.entry(id).or_insert(region);
        }
    }
    let mut references = Vec::new();
    order.children().filter(Node::is_element).for_each(|group| follow(group, 0, &mut references));
    Some(references.into_iter().filter_map(|id| by_id.get(id).copied()).collect())
}

/// Appends the references of a group, those of an ordered one by their `index`.
fn follow<'a>(group: Node<'a, '_>, depth: usize, references: &mut Vec<&'a str>) {
    if depth > DEEPEST {
        return;
    }
    let mut members: Vec<Node> = group.children().filter(Node::is_element).collect();
    if matches!(group.tag_name().name(), "OrderedGroup" | "OrderedGroupIndexed") {
        let index = |n: &Node| n.attribute("index").and_then(|i| i.trim().parse::<i64>().ok());
        members.retain(|n| index(n).is_some());
        members.sort_by_key(index);
    }
    for member in members {
        if member.tag_name().name().contains("Group") {
            follow(member, depth + 1, references);
        } else {
            references.extend(member.attribute("regionRef"));
        }
    }
}

/// The `TextEquiv` that counts: that of the lowest `index`, else of the highest `conf`, else the first.
pub(in crate::evaluate) fn best_equivalent<'a, 'i>(node: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let all: Vec<Node> = children(node, "TextEquiv").collect();
    let ranked = |name: &str, sign: f64| {
        let numbered = all.iter().filter_map(|n| Some((sign * number(*n, name)?, *n)));
        numbered.reduce(|best, next| if next.0 < best.0 { next } else { best }).map(|best| best.1)
    };
    ranked("index", 1.0).or_else(|| ranked("conf", -1.0)).or_else(|| all.first().copied())
}

fn text(node: Node) -> Option<String> {
    let unicode = best_equivalent(node)?.children().find(|c| is(*c, "Unicode"))?;
    unicode.text().map(str::to_owned)
}

fn lines(region: Node) -> Vec<TextLine> {
    let lines: Vec<TextLine> = children(region, "TextLine").map(|l| line(region, l)).collect();
    if lines.iter().any(|l| !l.text.is_empty()) {
        return lines;
    }
    let whole = text(region).unwrap_or_default();
    let bare = |text: &str| TextLine {
        text: text.to_owned(),
        writing_mode: writing_mode(&[region]),
        role: role(region),
        ..TextLine::default()
    };
    whole.lines().map(bare).collect()
}

fn line(region: Node, line: Node) -> TextLine {
    let words: Vec<Node> = children(line, "Word").collect();
    let glyphs: Vec<TextGlyph> = words.iter().flat_map(|w| glyphs(*w)).collect();
    let spaced = || words.iter().filter_map(|w| text(*w)).collect::<Vec<_>>().join(" ");
    TextLine {
        text: text(line).unwrap_or_else(spaced),
        bbox: bbox(line),
        writing_mode: writing_mode(&[line, region]),
        role: role(region),
        glyphs,
    }
}

/// The glyphs of a word, or the word.
fn glyphs(word: Node) -> Vec<TextGlyph> {
    let glyph = |node: Node| {
        let confidence =
            best_equivalent(node).and_then(|e| number(e, "conf")).map(|c| c.clamp(0.0, 1.0) as f32);
        Some(TextGlyph { text: text(node)?, bbox: bbox(node), confidence })
    };
    let glyphs: Vec<TextGlyph> = children(word, "Glyph").filter_map(glyph).collect();
    if glyphs.is_empty() { glyph(word).into_iter().collect() } else { glyphs }
}

fn bbox(node: Node) -> Option<BBox> {
    let coords = node.children().find(|c| is(*c, "Coords"))?;
    let pair = |p: &str| {
        let (x, y) = p.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    match coords.attribute("points") {
        Some(points) => around(points.split_whitespace().filter_map(pair)),
        // PAGE up to 2010 has an element a point.
        None => around(children(coords, "Point").filter_map(|p| number(p, "x").zip(number(p, "y")))),
    }
}

/// The first direction that any of the nodes states.
fn writing_mode(nodes: &[Node]) -> Option<WritingMode> {
    nodes.iter().find_map(|node| match node.attribute("readingDirection") {
        Some("top-to-bottom" | "bottom-to-top") => Some(WritingMode::VerticalRl),
        Some("left-to-right" | "right-to-left") => Some(WritingMode::HorizontalTb),
        _ => None,
    })
}

/// The role in `custom`: `structure {type:subject;}`, or `role:subject`.
fn role(region: Node) -> Option<Role> {
    let custom = region.attribute("custom")?;
    let words = custom.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':');
    words.filter_map(|w| w.split_once(':')).find_map(|(key, value)| {
        let value = if matches!(key, "type" | "role") { value } else { return None };
        serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
    })
}

/// Marks, where the file has any region that could be one.
fn marks(page: Node) -> Option<Vec<Mark>> {
    let graphics = |n: &Node| is(*n, "GraphicRegion") || is(*n, "CustomRegion");
    let mark = |node: Node| {
        let kind = match node.attribute("type")? {
            "stamp" => MarkKind::Stamp,
            "redaction" => MarkKind::Redaction,
            "handwritten-annotation" | "signature" => MarkKind::Handwriting,
            _ => return None,
        };
        let texts = node.descendants().filter(|n| is(*n, "TextLine")).filter_map(text);
        let texts: Vec<String> = texts.collect();
        Some(Mark { kind, bbox: bbox(node)?, text: (!texts.is_empty()).then(|| texts.concat()) })
    };
    let found: Vec<Node> = page.descendants().filter(graphics).collect();
    (!found.is_empty()).then(|| found.into_iter().filter_map(mark).collect())
}

#[cfg(test)]
mod tests {
    use super::super::of_xml;
    use super::*;

    const PAGE: &str = r#"<PcGts xmlns="x"><Page imageWidth="800" imageHeight="600" imageFilename="a.tif" orientation="-1.5">
      <ReadingOrder><OrderedGroup id="g"><RegionRefIndexed index="1" regionRef="r1"/>
        <UnorderedGroupIndexed index="0"><RegionRef regionRef="r2"/></UnorderedGroupIndexed></OrderedGroup></ReadingOrder>
      <TextRegion id="r1" custom="structure {type:subject;}"><TextLine readingDirection="top-to-bottom">
        <Coords points="10,20 30,20 30,90 10,90"/>
        <Word><Glyph><Coords points="10,20 30,20 30,55 10,55"/><TextEquiv conf="0.5"><Unicode>首</Unicode></TextEquiv></Glyph></Word>
        <TextEquiv index="1"><Unicode>脳</Unicode></TextEquiv><TextEquiv index="0"><Unicode>首</Unicode></TextEquiv>
      </TextLine></TextRegion>
      <TextRegion id="r2"><TextEquiv><Unicode>一
二</Unicode></TextEquiv></TextRegion>
      <TextRegion id="r3"><TextLine><TextEquiv><Unicode>三</Unicode></TextEquiv></TextLine></TextRegion>
      <GraphicRegion type="stamp"><Coords points="1,2 3,4"/></GraphicRegion>
    </Page></PcGts>"#;

    #[test]
    fn regions_come_in_reading_order_and_none_is_lost() {
        let page = of_xml(PAGE).unwrap();
        assert_eq!(page.text(), "一\n二\n首\n三");
        assert_eq!((page.size, page.skew_degrees), (Some((800, 600)), Some(1.5)));
        let line = &page.lines[2];
        assert_eq!((line.role, line.writing_mode), (Some(Role::Subject), Some(WritingMode::VerticalRl)));
        assert_eq!(line.bbox, Some(BBox::from_ltrb(10, 20, 30, 90)));
        assert_eq!(line.glyphs[0].confidence, Some(0.5));
        assert_eq!(page.marks.unwrap()[0].kind, MarkKind::Stamp);
    }
}
