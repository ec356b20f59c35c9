//! Reads PAGE XML of any version: regions in the order of `ReadingOrder`, then regions that it does not name.
//!
//! Text is taken from the highest level below the region that has any: line, word, glyph, grapheme. A region's own text
//! counts if its lines have none. Without a reading order, Transkribus' `custom="readingOrder {index:4;}"` and the
//! `index` of lines (PAGE 2019) order regions, lines and words.

mod order;

pub(in crate::evaluate) use order::order_members;

use super::xml::{around, children, enclosing, is, number, text_below};
use crate::evaluate::document::{Document, Mark, MarkKind, TextGlyph, TextLine};
use crate::geometry::BBox;
use crate::page::{Role, WritingMode};
use order::{place, preorder, regions_in_order};
use roxmltree::{Document as Tree, Node, NodeId};
use std::collections::HashMap;

pub(super) fn document(tree: &Tree) -> Document {
    let root = tree.root_element();
    let pages: Vec<Node> = children(root, "Page").collect();
    let Some(page) = pages.first().copied() else { return Document::default() };
    let mut notes = Vec::new();
    let regions: Vec<Node> = pages.iter().flat_map(|page| regions_in_order(*page, &mut notes)).collect();
    let side = |name| number(page, name).filter(|v| (1.0..1e6).contains(v)).map(|v| v as u32);
    // PAGE 2019 has the clockwise rotation that corrects the skew; ours is the skew itself.
    let skew = number(page, "orientation").map(|degrees| -degrees).filter(|degrees| degrees.abs() < 45.0);
    let scan = page.attribute("imageFilename").filter(|name| !name.is_empty());
    Document {
        lines: lines_of(&regions),
        size: side("imageWidth").zip(side("imageHeight")),
        skew_degrees: skew,
        marks: marks(page),
        fields: None,
        scan: scan.map(|name| (name.to_owned(), 1)),
        notes,
    }
}

/// Child elements of a name, sorted by their places.
fn in_place<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'a str) -> Vec<Node<'a, 'i>> {
    let mut found: Vec<Node> = children(node, name).collect();
    found.sort_by_cached_key(place);
    found
}

/// The best `TextEquiv`: that of the lowest `index`, else of the highest `conf`, else the first.
pub(in crate::evaluate) fn best_equivalent<'a, 'i>(node: Node<'a, 'i>) -> Option<Node<'a, 'i>> {
    let all: Vec<Node> = children(node, "TextEquiv").collect();
    let ranked = |name: &str, sign: f64| {
        let numbered = all.iter().filter_map(|n| Some((sign * number(*n, name)?, *n)));
        numbered.reduce(|best, next| if next.0 < best.0 { next } else { best }).map(|best| best.1)
    };
    ranked("index", 1.0).or_else(|| ranked("conf", -1.0)).or_else(|| all.first().copied())
}

fn own_text(node: Node) -> String {
    let equivalent = best_equivalent(node);
    let content = |name| equivalent?.children().find(|c| is(*c, name)).map(text_below);
    let unicode = content("Unicode").filter(|text| !text.is_empty());
    unicode.or_else(|| content("PlainText")).unwrap_or_default()
}

/// The text of a line, word or glyph: its own, or else that of its parts.
fn text(node: Node) -> String {
    let own = own_text(node);
    if !own.trim().is_empty() {
        return own;
    }
    let below = match node.tag_name().name() {
        "TextLine" => {
            let words = in_place(node, "Word").into_iter().map(text).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        }
        "Word" => in_place(node, "Glyph").into_iter().map(text).collect(),
        "Glyph" => graphemes(node),
        _ => String::new(),
    };
    if below.trim().is_empty() { own } else { below }
}

fn graphemes(glyph: Node) -> String {
    let is_part = |n: &Node| {
        matches!(n.tag_name().name(), "Graphemes" | "Grapheme" | "GraphemeGroup" | "NonPrintingChar")
    };
    let parts = preorder(glyph, is_part, place).into_iter().skip(1);
    parts.filter(|part| !part.children().any(|c| is_part(&c))).map(own_text).collect()
}

/// The lines of all regions. A region's own text is left out if it only repeats the text of regions nested in it.
fn lines_of(regions: &[Node]) -> Vec<TextLine> {
    let mut all: Vec<Vec<TextLine>> = regions.iter().map(|region| lines(*region)).collect();
    let numbers: HashMap<NodeId, usize> = regions.iter().enumerate().map(|(i, r)| (r.id(), i)).collect();
    let mut within: Vec<Vec<usize>> = vec![Vec::new(); regions.len()];
    for (inner, region) in regions.iter().enumerate() {
        let outer = enclosing(*region).skip(1).filter_map(|n| numbers.get(&n.id()));
        outer.for_each(|outer| within[*outer].push(inner));
    }
    let has_own_text =
        |i: &usize| !within[*i].is_empty() && children(regions[*i], "TextLine").next().is_none();
    let mut outer: Vec<usize> = (0..regions.len()).filter(has_own_text).collect();
    // Innermost first, so that a region that repeats others is not itself counted as repeated.
    outer.sort_by_key(|i| std::cmp::Reverse(regions[*i].id().get()));
    let dense = |lines: &[TextLine]| -> String {
        lines.iter().flat_map(|l| l.text.chars()).filter(|c| !c.is_whitespace()).collect()
    };
    for outer in outer {
        let own = dense(&all[outer]);
        let parts: Vec<String> = within[outer].iter().map(|inner| dense(&all[*inner])).collect();
        let length: usize = parts.iter().map(String::len).sum();
        if own.len() == length && parts.iter().all(|part| own.contains(part)) {
            all[outer].clear();
        }
    }
    all.concat()
}

fn lines(region: Node) -> Vec<TextLine> {
    let is_read = |line: &TextLine| !line.text.trim().is_empty();
    let lines: Vec<TextLine> =
        in_place(region, "TextLine").into_iter().map(|l| line(region, l)).filter(is_read).collect();
    if !lines.is_empty() {
        return lines;
    }
    let bare = |text: &str| TextLine {
        text: text.to_owned(),
        writing_mode: writing_mode(region),
        role: role(region),
        ..TextLine::default()
    };
    own_text(region).lines().map(bare).filter(is_read).collect()
}

fn line(region: Node, line: Node) -> TextLine {
    let mut text = text(line);
    if text.contains('\n') {
        // The file was indented by an XML formatter.
        text = text.split('\n').map(str::trim).filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
    }
    TextLine {
        text,
        bbox: bbox(line),
        writing_mode: writing_mode(line),
        role: role(region),
        glyphs: in_place(line, "Word").into_iter().flat_map(glyphs).collect(),
    }
}

/// The glyphs of a word, or the word itself if it has none.
fn glyphs(word: Node) -> Vec<TextGlyph> {
    let glyph = |node: Node| {
        let confidence = best_equivalent(node).and_then(|e| number(e, "conf"));
        TextGlyph {
            text: text(node),
            bbox: bbox(node),
            confidence: confidence.map(|c| c.clamp(0.0, 1.0) as f32),
        }
    };
    let has_text = |glyph: &TextGlyph| !glyph.text.is_empty();
    let glyphs: Vec<TextGlyph> = in_place(word, "Glyph").into_iter().map(glyph).filter(has_text).collect();
    if glyphs.is_empty() { vec![glyph(word)].into_iter().filter(has_text).collect() } else { glyphs }
}

fn bbox(node: Node) -> Option<BBox> {
    let coords = node.children().find(|c| is(*c, "Coords"))?;
    let pair = |p: &str| {
        let (x, y) = p.split_once(',')?;
        Some((x.parse().ok()?, y.parse().ok()?))
    };
    match coords.attribute("points") {
        Some(points) => around(points.split_whitespace().filter_map(pair)),
        // PAGE up to 2010 has one element per point.
        None => around(children(coords, "Point").filter_map(|p| number(p, "x").zip(number(p, "y")))),
    }
}

/// The direction that the nearest ancestor states.
fn writing_mode(node: Node) -> Option<WritingMode> {
    match enclosing(node).find_map(|n| n.attribute("readingDirection"))? {
        "top-to-bottom" | "bottom-to-top" => Some(WritingMode::VerticalRl),
        "left-to-right" | "right-to-left" => Some(WritingMode::HorizontalTb),
        _ => None,
    }
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

/// The marks; `None` if the file has no region that could be one.
fn marks(page: Node) -> Option<Vec<Mark>> {
    let graphics = |n: &Node| is(*n, "GraphicRegion") || is(*n, "CustomRegion");
    let mark = |node: Node| {
        let kind = match node.attribute("type")? {
            "stamp" => MarkKind::Stamp,
            "redaction" => MarkKind::Redaction,
            "handwritten-annotation" | "signature" => MarkKind::Handwriting,
            _ => return None,
        };
        let lines = node.descendants().filter(|n| is(*n, "TextLine"));
        let texts: Vec<String> = lines.map(text).filter(|text| !text.is_empty()).collect();
        Some(Mark { kind, bbox: bbox(node)?, text: (!texts.is_empty()).then(|| texts.concat()) })
    };
    let found: Vec<Node> = page.descendants().filter(graphics).collect();
    (!found.is_empty()).then(|| found.into_iter().filter_map(mark).collect())
}

#[cfg(test)]
mod tests {
    use super::super::of_xml;
    use super::*;
    use proptest::prelude::*;

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

    fn page(inside: &str) -> Document {
        of_xml(&format!("<PcGts><Page>{inside}</Page></PcGts>")).unwrap()
    }

    fn said(text: &str) -> String {
        format!("<TextEquiv><Unicode>{text}</Unicode></TextEquiv>")
    }

    /// A region of one line whose text is its id.
    fn region(id: &str, custom: &str, within: &str) -> String {
        let line = format!("<TextLine>{}</TextLine>", said(id));
        format!("<TextRegion id='{id}' custom='{custom}'>{within}{line}</TextRegion>")
    }

    #[test]
    fn text_is_found_at_whatever_level_it_stands() {
        let glyph = |text: &str| format!("<Glyph>{}</Glyph>", said(text));
        let line =
            |inside: &str| page(&format!("<TextRegion><TextLine>{inside}</TextLine></TextRegion>")).text();
        assert_eq!(
            line(&format!("<Word>{}{}</Word><Word>{}</Word>", glyph("電"), glyph("信"), said("写"))),
            "電信 写"
        );
        assert_eq!(line(&format!("<Word>{}{}</Word>{}", glyph("電"), said(""), said("\n  "))), "電");
        let graphemes = format!(
            "<Graphemes><Grapheme index='1'>{}</Grapheme><GraphemeGroup index='0'><Grapheme index='0'>{}</Grapheme></GraphemeGroup></Graphemes>",
            said("\u{3099}"),
            said("か")
        );
        assert_eq!(line(&format!("<Word><Glyph>{graphemes}</Glyph></Word>")), "か\u{3099}");
        assert_eq!(line("<TextEquiv><PlainText>abc</PlainText><Unicode/></TextEquiv>"), "abc");
        assert_eq!(
            line("<TextEquiv><PlainText>fi</PlainText><Unicode>\n  ﬁ<!-- -->x\n</Unicode></TextEquiv>"),
            "ﬁx"
        );
        assert_eq!(
            line(
                "<TextEquiv conf='0.1'><Unicode>弱</Unicode></TextEquiv><TextEquiv conf='0.9'><Unicode>強</Unicode></TextEquiv>"
            ),
            "強"
        );
        assert!(page("<TextRegion><TextLine><Word/></TextLine></TextRegion>").is_blank());
    }

    #[test]
    fn transkribus_orders_where_there_is_no_reading_order() {
        let place = |n: u32| format!("structure {{type:other;}} readingOrder {{index:{n};}}");
        let regions = region("c", "", "") + &region("b", &place(10), "") + &region("a", &place(9), "");
        assert_eq!(page(&regions).text(), "a\nb\nc");
        let order = "<ReadingOrder><OrderedGroup><RegionRefIndexed index='0' regionRef='c'/></OrderedGroup></ReadingOrder>";
        assert_eq!(page(&format!("{order}{regions}")).text(), "c\na\nb");
        let line = |n: u32| format!("<TextLine custom='{}'>{}</TextLine>", place(n), said(&n.to_string()));
        assert_eq!(
            page(&format!("<TextRegion>{}{}{}</TextRegion>", line(2), line(0), line(1))).text(),
            "0\n1\n2"
        );
        let indexed = format!(
            "<TextRegion><TextLine index='1'>{}</TextLine><TextLine index='0'>{}</TextLine></TextRegion>",
            said("b"),
            said("a")
        );
        assert_eq!(page(&indexed).text(), "a\nb");
        let word = |n: u32| format!("<Word custom='{}'>{}</Word>", place(n), said(&n.to_string()));
        assert_eq!(
            page(&format!("<TextRegion><TextLine>{}{}</TextLine></TextRegion>", word(1), word(0))).text(),
            "0 1"
        );
    }

    #[test]
    fn groups_are_followed_to_their_members() {
        let regions = ["a", "b", "c", "d", "e"].map(|id| region(id, "", "")).concat();
        let order = "<ReadingOrder><OrderedGroup><RegionRefIndexed index='10' regionRef='a'/>\
            <OrderedGroupIndexed index='9'><RegionRefIndexed index='1' regionRef='d'/><RegionRefIndexed index='0' regionRef='c'/></OrderedGroupIndexed>\
            <UnorderedGroupIndexed index='2'><Labels/><RegionRef regionRef='b'/></UnorderedGroupIndexed></OrderedGroup></ReadingOrder>";
        assert_eq!(page(&format!("{order}{regions}")).text(), "b\nc\nd\na\ne");
        let unordered = "<ReadingOrder><UnorderedGroup><RegionRef regionRef='b'/><RegionRef regionRef='x'/></UnorderedGroup></ReadingOrder>";
        let page = page(&format!("{unordered}{regions}"));
        assert_eq!(page.text(), "b\na\nc\nd\ne");
        assert!(page.notes[0].contains("unordered") && page.notes[1].ends_with(": x"), "{:?}", page.notes);
    }

    #[test]
    fn regions_within_regions_and_tables_come_where_these_are_referred_to() {
        let table = format!(
            "<TableRegion id='t'>{}<TableCell><TextLine>{}</TextLine></TableCell></TableRegion>",
            region("b", "", ""),
            said("c")
        );
        let order = |first: &str| {
            format!(
                "<ReadingOrder><OrderedGroup><RegionRefIndexed index='0' regionRef='{first}'/>\
                 <RegionRefIndexed index='1' regionRef='a'/></OrderedGroup></ReadingOrder>"
            )
        };
        let both = region("a", "", "") + &table;
        assert_eq!(page(&both).text(), "a\nb\nc");
        assert_eq!(page(&(order("t") + &both)).text(), "b\nc\na");
        let nested = region("a", "", "") + &region("o", "", &region("i", "", ""));
        assert_eq!(page(&(order("o") + &nested)).text(), "o\ni\na");
        assert_eq!(page(&(order("i") + &nested)).text(), "i\na\no");
    }

    #[test]
    fn text_that_a_region_repeats_of_those_within_it_counts_once() {
        let inner = |text: &str| format!("<TextRegion>{}</TextRegion>", said(text));
        let outer = |own: &str| {
            page(&format!("<TextRegion>{}{}{}</TextRegion>", inner("一"), inner("二"), said(own))).text()
        };
        assert_eq!(outer("一\n二"), "一\n二");
        assert_eq!(outer("三"), "三\n一\n二");
        let thrice = page(&format!(
            "<TextRegion><TextRegion>{}{}</TextRegion>{}</TextRegion>",
            inner("一"),
            said("一"),
            said("一")
        ));
        assert_eq!(thrice.text(), "一");
    }

    #[test]
    fn all_pages_of_a_file_are_read() {
        let two = format!("{}</Page><Page>{}", region("a", "", ""), region("b", "", ""));
        assert_eq!(page(&two).text(), "a\nb");
        let vertical = of_xml(&format!(
            "<PcGts><Page readingDirection='top-to-bottom'>{}</Page></PcGts>",
            region("a", "", "")
        ));
        assert_eq!(vertical.unwrap().lines[0].writing_mode, Some(WritingMode::VerticalRl));
    }

    proptest! {
        #[test]
        fn every_region_is_read_once(places in proptest::collection::vec((0usize..12, 0u32..5), 0..10), count in 1usize..10) {
            let name = |i: usize| char::from(b'a' + i as u8).to_string();
            let refs: String = places.iter().map(|(i, at)| format!("<RegionRefIndexed index='{at}' regionRef='{}'/>", name(*i))).collect();
            // Each nested in the one before it.
            let regions = (0..count).rev().fold(String::new(), |within, i| region(&name(i), "", &within));
            let order = format!("<ReadingOrder><OrderedGroup>{refs}</OrderedGroup></ReadingOrder>");
            let mut read: Vec<char> = page(&format!("{order}{regions}")).text().chars().filter(|c| *c != '\n').collect();
            read.sort_unstable();
            prop_assert_eq!(read, ('a'..='z').take(count).collect::<Vec<_>>());
        }
    }
}
