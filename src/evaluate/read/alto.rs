//! Reads ALTO of any version. Lines are in the order of `ReadingOrder`, else of `IDNEXT`, else of the file: this is the
//! precedence of ALTO 4.3 (altoType).
//!
//! The text is as printed: `CONTENT` and the hyphen of `HYP`, never the whole word of `SUBS_CONTENT`, which both lines
//! of a hyphenated word have. Text in margins counts like text in the print space. The schema lists the bottom margin
//! before the print space, but it is read after it.

use super::xml::{
    DEEPEST, UNORDERED, absent_references, by_id, children, enclosing, is, note, number, rounded,
    sort_by_references,
};
use crate::evaluate::document::{Document, Mark, MarkKind, TextGlyph, TextLine};
use crate::geometry::BBox;
use crate::page::WritingMode;
use roxmltree::{Document as Tree, Node, NodeId};
use std::collections::{HashMap, HashSet};

/// The parts of a page in reading order, left to right and top to bottom.
const SPACES: [&str; 5] = ["TopMargin", "LeftMargin", "PrintSpace", "RightMargin", "BottomMargin"];
const BLOCKS: [&str; 4] = ["TextBlock", "Illustration", "GraphicalElement", "ComposedBlock"];

pub(super) fn document(tree: &Tree) -> Document {
    let root = tree.root_element();
    let named = |name: &'static str| root.descendants().find(move |n| is(*n, name));
    // Millimetres and inches would need the resolution, which the file may lack.
    let in_pixels = named("MeasurementUnit").and_then(|n| n.text()).is_none_or(|unit| unit.trim() == "pixel");
    let scan = named("fileName").and_then(|n| n.text()).map(str::trim).filter(|name| !name.is_empty());
    let side = |name| {
        named("Page").and_then(|p| number(p, name)).filter(|v| (1.0..1e6).contains(v)).map(|v| v as u32)
    };
    let mut notes = Vec::new();
    let lines = lines_in_order(root, &mut notes).into_iter().map(|n| line(n, in_pixels));
    Document {
        lines: lines.filter(|l| !l.text.trim().is_empty()).collect(),
        size: side("WIDTH").zip(side("HEIGHT")).filter(|_| in_pixels),
        marks: marks(root).filter(|_| in_pixels),
        scan: scan.map(|name| (name.to_owned(), 1)),
        notes,
        ..Document::default()
    }
}

/// All lines of the file. The order of pages is that of the file, whatever `ReadingOrder` says about their parts.
fn lines_in_order<'a, 'i: 'a>(root: Node<'a, 'i>, notes: &mut Vec<String>) -> Vec<Node<'a, 'i>> {
    let pages: Vec<Node> = root.descendants().filter(|n| is(*n, "Page")).collect();
    let mut lines: Vec<Node> = root.descendants().filter(|n| is(*n, "TextLine")).collect();
    lines.sort_by_cached_key(|line| space(*line));
    if root.descendants().any(|n| n.has_attribute("IDNEXT")) {
        sort_by_references(&mut lines, blocks_in_order(root, notes));
    }
    sort_by_references(&mut lines, references(root, notes));
    if pages.len() > 1 {
        sort_by_references(&mut lines, pages);
    }
    lines
}

/// Index in [`SPACES`] of the part that holds a node; the print space if there is none.
fn space(node: Node) -> usize {
    let place = |n: Node| SPACES.iter().position(|name| is(n, name));
    enclosing(node).find_map(place).unwrap_or(2)
}

/// The targets of `ReadingOrder` in its order. Strings and glyphs are replaced by their line.
fn references<'a, 'i: 'a>(root: Node<'a, 'i>, notes: &mut Vec<String>) -> Vec<Node<'a, 'i>> {
    let orders: Vec<Node> = children(root, "ReadingOrder").collect();
    if orders.is_empty() {
        return vec![];
    }
    let ids = by_id(root, "ID");
    let (mut found, mut absent) = (Vec::new(), Vec::new());
    for member in orders.iter().flat_map(Node::descendants) {
        for name in member.attribute("REF").unwrap_or_default().split_whitespace() {
            match ids.get(name) {
                Some(node) => found.push(enclosing(*node).find(|n| is(*n, "TextLine")).unwrap_or(*node)),
                None => absent.push(name),
            }
        }
        if is(member, "UnorderedGroup") && member.children().filter(Node::is_element).nth(1).is_some() {
            note(notes, UNORDERED.to_owned());
        }
    }
    if !absent.is_empty() {
        note(notes, absent_references(&absent));
    }
    found
}

/// Innermost blocks in order; each chain of `IDNEXT` is at the place of its first block.
fn blocks_in_order<'a, 'i: 'a>(root: Node<'a, 'i>, notes: &mut Vec<String>) -> Vec<Node<'a, 'i>> {
    let is_block = |n: &Node| BLOCKS.iter().any(|name| is(*n, name));
    let mut blocks: Vec<Node> =
        root.descendants().filter(|n| is_block(n) && !n.children().any(|c| is_block(&c))).collect();
    blocks.sort_by_cached_key(|block| space(*block));
    let links = Links::of(root, &blocks);
    let order = links.follow(&(0..blocks.len()).collect::<Vec<_>>());
    let is_led_to = |at: usize| at > 0 && links.next[order[at - 1]] == Some(order[at]);
    if (0..order.len()).any(|at| links.is_follower[order[at]] && !is_led_to(at)) {
        note(notes, "IDNEXT leads in a circle, which is begun with its first block in the file".to_owned());
    }
    order.into_iter().map(|number| blocks[number]).collect()
}

/// The links of `IDNEXT` between innermost blocks, by their numbers.
struct Links {
    next: Vec<Option<usize>>,
    is_follower: Vec<bool>,
}

impl Links {
    fn of(root: Node, blocks: &[Node]) -> Self {
        let numbers: HashMap<NodeId, usize> = blocks.iter().enumerate().map(|(i, n)| (n.id(), i)).collect();
        let ids = by_id(root, "ID");
        let mut links = Self { next: vec![None; blocks.len()], is_follower: vec![false; blocks.len()] };
        let linked = root.descendants().filter_map(|n| Some((n, *ids.get(n.attribute("IDNEXT")?)?)));
        let (simple, composed): (Vec<_>, Vec<_>) =
            linked.partition(|(from, to)| numbers.contains_key(&from.id()) && numbers.contains_key(&to.id()));
        for (from, to) in simple {
            links.add(numbers[&from.id()], numbers[&to.id()]);
        }
        for (from, to) in composed {
            let (from, to) = (links.parts(from, &numbers), links.parts(to, &numbers));
            if let (Some(last), Some(first)) = (from.last(), to.first()) {
                links.add(*last, *first);
            }
        }
        links
    }

    fn add(&mut self, from: usize, to: usize) {
        if self.next[from].is_none() {
            self.next[from] = Some(to);
            self.is_follower[to] = true;
        }
    }

    /// The innermost blocks of a composed block, linked to stay together; empty if it is nested too deeply.
    fn parts(&mut self, block: Node, numbers: &HashMap<NodeId, usize>) -> Vec<usize> {
        if block.ancestors().nth(DEEPEST).is_some() {
            return vec![];
        }
        let mut parts: Vec<usize> =
            block.descendants().filter_map(|n| numbers.get(&n.id()).copied()).collect();
        parts.sort_unstable();
        let parts = self.follow(&parts);
        parts.windows(2).for_each(|pair| self.add(pair[0], pair[1]));
        parts
    }

    /// Blocks in the order of their links; each chain is at the place of its first block.
    fn follow(&self, numbers: &[usize]) -> Vec<usize> {
        let mut waiting: HashSet<usize> = numbers.iter().copied().collect();
        let mut order = Vec::new();
        // A cycle has no first block.
        let starts = numbers.iter().filter(|number| !self.is_follower[**number]);
        for start in starts.chain(numbers) {
            let mut at = Some(*start);
            while let Some(here) = at.filter(|number| waiting.remove(number)) {
                order.push(here);
                at = self.next[here];
            }
        }
        order
    }
}

fn line(line: Node, in_pixels: bool) -> TextLine {
    let mut text = String::new();
    let mut glyphs = Vec::new();
    for part in line.children() {
        let first = glyphs.len();
        match part.tag_name().name() {
            "String" => {
                glyphs.extend(string(part, in_pixels));
                match part.attribute("CONTENT").filter(|content| !content.is_empty()) {
                    Some(content) => text.push_str(content),
                    None => glyphs[first..].iter().for_each(|g| text.push_str(&g.text)),
                }
            }
            "SP" => text.push(' '),
            "HYP" => {
                let mut hyphen = glyph(part, "WC", in_pixels);
                // A soft hyphen at the end of a line is a printed hyphen.
                hyphen.text = hyphen.text.replace('\u{ad}', "-");
                text.push_str(&hyphen.text);
                glyphs.push(hyphen);
            }
            _ => {}
        }
    }
    let writing_mode = enclosing(line).find_map(|n| n.attribute("BASEDIRECTION")).and_then(writing_mode);
    TextLine { text, bbox: bbox(line).filter(|_| in_pixels), writing_mode, glyphs, role: None }
}

fn writing_mode(direction: &str) -> Option<WritingMode> {
    match direction {
        "ltr" | "rtl" => Some(WritingMode::HorizontalTb),
        "ttb" | "btt" => Some(WritingMode::VerticalRl),
        _ => None,
    }
}

/// The glyphs of a string, or the string itself if it has none.
fn string(string: Node, in_pixels: bool) -> Vec<TextGlyph> {
    let glyphs: Vec<TextGlyph> = children(string, "Glyph").map(|g| glyph(g, "GC", in_pixels)).collect();
    if glyphs.is_empty() { vec![glyph(string, "WC", in_pixels)] } else { glyphs }
}

fn glyph(node: Node, confidence: &str, in_pixels: bool) -> TextGlyph {
    TextGlyph {
        text: node.attribute("CONTENT").unwrap_or_default().to_owned(),
        bbox: bbox(node).filter(|_| in_pixels),
        confidence: number(node, confidence).map(|c| c.clamp(0.0, 1.0) as f32),
    }
}

fn bbox(node: Node) -> Option<BBox> {
    let (left, top) = (number(node, "HPOS")?, number(node, "VPOS")?);
    Some(rounded([left, top, left + number(node, "WIDTH")?, top + number(node, "HEIGHT")?]))
}

/// Blocks whose `TYPE` names a mark; `None` if there are none, because ALTO has no elements for marks.
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
    use crate::evaluate::document::Document;
    use crate::geometry::BBox;
    use crate::page::WritingMode;
    use proptest::prelude::*;

    fn page(order: &str, page: &str) -> Document {
        of_xml(&format!("<alto>{order}<Layout><Page>{page}</Page></Layout></alto>")).unwrap()
    }

    /// A block with id and text `x` in one line, linked to the block that `next` names.
    fn block(id: &str, next: &str) -> String {
        let next = if next.is_empty() { String::new() } else { format!("IDNEXT='{next}'") };
        format!(
            "<TextBlock ID='{id}' {next}><TextLine ID='{id}-l'><String ID='{id}-s' CONTENT='{id}'/></TextLine></TextBlock>"
        )
    }

    fn text(order: &str, blocks: &[(&str, &str)]) -> String {
        let blocks: String = blocks.iter().map(|(id, next)| block(id, next)).collect();
        page(order, &format!("<PrintSpace>{blocks}</PrintSpace>")).text().replace('\n', "")
    }

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

    #[test]
    fn a_hyphen_is_printed_and_the_whole_word_is_not() {
        let lines = page(
            "",
            "<TextBlock><TextLine><String CONTENT='tele' SUBS_TYPE='HypPart1' SUBS_CONTENT='telegram'/><HYP CONTENT='&#xAD;'/></TextLine>\
             <TextLine><String CONTENT='gram' SUBS_TYPE='HypPart2' SUBS_CONTENT='telegram'/></TextLine><TextLine><String CONTENT=''/></TextLine>\
             <TextLine BASEDIRECTION='ttb'><String CONTENT=''><Glyph CONTENT='電'><Variant CONTENT='雷'/></Glyph><Glyph CONTENT='信'/></String></TextLine></TextBlock>",
        );
        assert_eq!(lines.text(), "tele-\ngram\n電信");
        assert_eq!(lines.lines[0].glyphs.last().map(|g| g.text.as_str()), Some("-"));
        assert_eq!(lines.lines[2].writing_mode, Some(WritingMode::VerticalRl));
    }

    #[test]
    fn margins_are_read_around_the_print_space() {
        let space = |name: &str, id: &str| format!("<{name}>{}</{name}>", block(id, ""));
        let all = ["TopMargin", "LeftMargin", "RightMargin", "BottomMargin", "PrintSpace"]
            .map(|name| space(name, &name[..1]))
            .concat();
        assert_eq!(page("", &all).text(), "T\nL\nP\nR\nB");
        let two = format!("{}</Page><Page>{}", space("BottomMargin", "a"), space("TopMargin", "b"));
        let order = "<ReadingOrder><OrderedGroup><ElementRef REF='b'/><ElementRef REF='a'/></OrderedGroup></ReadingOrder>";
        assert_eq!(page(order, &two).text(), "a\nb");
    }

    #[test]
    fn blocks_follow_their_links() {
        assert_eq!(text("", &[("a", "c"), ("b", ""), ("c", "b"), ("d", "")]), "acbd");
        assert_eq!(text("", &[("b", ""), ("a", "b"), ("c", "nowhere")]), "abc");
        let circle = [("a", ""), ("b", "c"), ("c", "b")].map(|(id, next)| block(id, next)).concat();
        let circle = page("", &format!("<PrintSpace>{circle}</PrintSpace>"));
        assert_eq!((circle.text().as_str(), circle.notes.len()), ("a\nb\nc", 1));
        // Links between composed blocks go from the last block of the one to the first of the other.
        let composed = |id: &str, next: &str, parts: [(&str, &str); 2]| {
            let parts = parts.map(|(id, next)| block(id, next)).concat();
            format!("<ComposedBlock ID='{id}' IDNEXT='{next}'>{parts}</ComposedBlock>")
        };
        let both =
            composed("x", "none", [("a", ""), ("b", "")]) + &composed("y", "x", [("d", ""), ("c", "d")]);
        assert_eq!(page("", &format!("<PrintSpace>{both}</PrintSpace>")).text(), "c\nd\na\nb");
        // A chain continues through blocks without text.
        let through =
            block("a", "i") + &block("b", "") + "<Illustration ID='i' IDNEXT='c'/>" + &block("c", "");
        assert_eq!(page("", &format!("<PrintSpace>{through}</PrintSpace>")).text(), "a\nc\nb");
    }

    #[test]
    fn the_reading_order_is_first_and_loses_nothing() {
        let ordered = |refs: &[&str]| {
            let refs: String = refs.iter().map(|r| format!("<ElementRef REF='{r}'/>")).collect();
            format!("<ReadingOrder><OrderedGroup ID='g'>{refs}</OrderedGroup></ReadingOrder>")
        };
        let blocks = [("a", "b"), ("b", ""), ("c", ""), ("d", "")];
        assert_eq!(text(&ordered(&["c", "b-l", "d-s"]), &blocks), "cbda");
        assert_eq!(text(&ordered(&["d a"]), &blocks), "dabc");
        let nested = "<ReadingOrder><UnorderedGroup><OrderedGroup REF='d'><ElementRef REF='c'/></OrderedGroup>\
                      <OrderedGroup><ElementRef REF='b'/><ElementRef REF='x'/></OrderedGroup></UnorderedGroup></ReadingOrder>";
        assert_eq!(text(nested, &blocks), "dcba");
        let notes = page(nested, &block("a", "")).notes;
        assert!(
            notes[0].contains("unordered") && notes[1].ends_with("not in the file: d, c, b, …"),
            "{notes:?}"
        );
    }

    proptest! {
        #[test]
        fn every_line_is_read_once(links in proptest::collection::vec(0usize..12, 1..10), order in proptest::collection::vec(0usize..12, 0..10)) {
            let name = |i: usize| char::from(b'a' + i as u8).to_string();
            let blocks: Vec<(String, String)> = links.iter().enumerate().map(|(i, next)| (name(i), name(*next))).collect();
            let blocks: Vec<(&str, &str)> = blocks.iter().map(|(id, next)| (id.as_str(), next.as_str())).collect();
            let refs: String = order.iter().map(|i| format!("<ElementRef REF='{}'/>", name(*i))).collect();
            let read = text(&format!("<ReadingOrder><OrderedGroup>{refs}</OrderedGroup></ReadingOrder>"), &blocks);
            let mut read: Vec<char> = read.chars().collect();
            read.sort_unstable();
            prop_assert_eq!(read, ('a'..='z').take(links.len()).collect::<Vec<_>>());
        }
    }
}
