//! Reads hOCR 1.2 and similar HTML: boxes and confidences from titles, lines from any element that breaks the text.
//!
//! A line is the text of the innermost element that is an HTML block or has an hOCR class other than those used within
//! lines. This is mostly `ocr_line`, but can be a header or caption without lines, a paragraph, or a page. So text in
//! floats and captions with lines is not read twice, and text without lines is not lost.
//!
//! White space separates words, as in HTML. Between the characters of a word it is layout and ignored: `ocrx_cinfo`
//! elements are written on separate lines.

use super::xml::{DEEPEST, enclosing, rounded};
use crate::evaluate::document::{Document, TextGlyph, TextLine};
use crate::geometry::BBox;
use roxmltree::{Document as Tree, Node};

const WORDS: [&str; 2] = ["ocrx_word", "ocr_word"];
const CHARACTERS: [&str; 2] = ["ocrx_cinfo", "ocr_cinfo"];
/// Classes of elements within lines.
const INLINE: [&str; 10] = [
    "ocrx_word",
    "ocr_word",
    "ocrx_cinfo",
    "ocr_cinfo",
    "ocr_symbol",
    "ocr_glyph",
    "ocr_glyphs",
    "ocr_dropcap",
    "ocr_math",
    "ocr_chem",
];
/// HTML elements that start and end a line.
const BLOCKS: [&str; 27] = [
    "html",
    "body",
    "div",
    "p",
    "br",
    "hr",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "dl",
    "dt",
    "dd",
    "table",
    "tr",
    "td",
    "th",
    "pre",
    "blockquote",
    "center",
    "section",
    "article",
];

pub(super) fn document(tree: &Tree) -> Document {
    let root = tree.root_element();
    let page = root.descendants().find(|n| has_class(*n, &["ocr_page"]));
    let title = page.map(title).unwrap_or_default();
    let size = bbox(title).map(|b| (b.width() as u32, b.height() as u32)).filter(|s| s.0 > 0 && s.1 > 0);
    let image = property(title, "image").map(|name| name.trim_matches(['"', '\'']).to_owned());
    let mut reader = Reader::default();
    for node in root.descendants() {
        if breaks(node) {
            reader.end_line();
        } else if node.is_text() {
            reader.read(node, page.is_some());
        }
    }
    reader.end_line();
    Document {
        lines: reader.lines,
        size,
        scan: image.filter(|i| !i.is_empty()).map(|i| (i, 1)),
        notes: page
            .is_none()
            .then(|| "HTML without ocr_page: all of its text is read".to_owned())
            .into_iter()
            .collect(),
        ..Document::default()
    }
}

/// Collects the text of a page line by line.
#[derive(Default)]
struct Reader<'a, 'i> {
    lines: Vec<TextLine>,
    /// Block that contains the current line.
    block: Option<Node<'a, 'i>>,
    text: String,
    glyphs: Vec<TextGlyph>,
    /// Character or word element of the last glyph.
    unit: Option<Node<'a, 'i>>,
}

impl<'a, 'i> Reader<'a, 'i> {
    fn read(&mut self, node: Node<'a, 'i>, has_pages: bool) {
        let around: Vec<Node> = enclosing(node).skip(1).collect();
        // Text nested too deeply to find its page is kept.
        let is_deep = around.len() + 1 == DEEPEST;
        let is_within = !has_pages || is_deep || around.iter().any(|n| has_class(*n, &["ocr_page"]));
        if !is_within || around.iter().any(|n| is_hidden(*n)) {
            return;
        }
        let block = around.iter().copied().find(|n| breaks(*n));
        if block != self.block {
            self.end_line();
            self.block = block;
        }
        let nearest = |classes: &[&str]| around.iter().copied().find(|n| has_class(*n, classes));
        let (word, character) = (nearest(&WORDS), nearest(&CHARACTERS));
        let mut content = node.text().unwrap_or_default();
        let is_blank = content.trim_matches(is_space).is_empty();
        if is_blank && is_layout(node, word.is_some()) {
            return;
        }
        if !is_blank && (character.is_some() || (word.is_some() && content.contains('\n'))) {
            content = content.trim_matches(is_space);
        }
        self.text.push_str(content);
        if let Some(unit) = character.or(word).filter(|_| !is_blank) {
            self.add_glyph(unit, content);
        }
    }

    fn add_glyph(&mut self, unit: Node<'a, 'i>, content: &str) {
        if self.unit != Some(unit) {
            self.unit = Some(unit);
            let title = title(unit);
            let percent =
                ["x_conf", "x_wconf"].iter().find_map(|name| property(title, name)?.parse::<f32>().ok());
            let confidence = percent.filter(|c| c.is_finite()).map(|c| (c / 100.0).clamp(0.0, 1.0));
            self.glyphs.push(TextGlyph { text: String::new(), bbox: bbox(title), confidence });
        }
        if let Some(glyph) = self.glyphs.last_mut() {
            glyph.text.push_str(content);
        }
    }

    /// Ends the current line, with each run of white space as one space.
    fn end_line(&mut self) {
        let words: Vec<&str> = self.text.split(is_space).filter(|word| !word.is_empty()).collect();
        let text = words.join(" ");
        if !text.trim().is_empty() {
            let bbox = self.block.and_then(|block| bbox(title(block)));
            let glyphs = std::mem::take(&mut self.glyphs);
            self.lines.push(TextLine { text, bbox, glyphs, ..TextLine::default() });
        }
        self.text.clear();
        self.glyphs.clear();
        self.unit = None;
    }
}

/// White space of HTML; ideographic and no-break spaces are text.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// Whether an element starts a new line.
fn breaks(node: Node) -> bool {
    let mut classes = node.attribute("class").unwrap_or_default().split_whitespace();
    match classes.find(|class| class.starts_with("ocr")) {
        Some(class) => !INLINE.contains(&class),
        None => node.is_element() && BLOCKS.contains(&node.tag_name().name()),
    }
}

/// Whether an element is no text of the page: head, scripts, and alternatives except the best (hOCR 1.2,
/// `alternatives`; Tesseract writes its network's alternatives as `ocr_glyph` beside the character).
fn is_hidden(node: Node) -> bool {
    let is_later = || node.prev_siblings().skip(1).any(|n| has_class(n, &["alt"]));
    let is_choice = |n: Node| has_class(n, &CHARACTERS) || has_class(n, &["ocr_symbol"]);
    matches!(node.tag_name().name(), "head" | "script" | "style")
        || (has_class(node, &["alt"]) && (node.tag_name().name() == "del" || is_later()))
        || (has_class(node, &["ocr_glyph"]) && node.parent().is_some_and(is_choice))
}

/// Whether white space is only formatting: between characters and between alternatives.
fn is_layout(blank: Node, is_in_word: bool) -> bool {
    let is_character = |n: Option<Node>| n.is_some_and(|n| has_class(n, &CHARACTERS));
    if is_character(blank.parent()) {
        return blank.has_siblings();
    }
    let is_indented = blank.text().is_some_and(|text| text.contains('\n'));
    let (before, behind) = (is_character(blank.prev_sibling()), is_character(blank.next_sibling()));
    let in_choices = blank.parent().is_some_and(|n| has_class(n, &["alternatives", "ocr_symbol"]));
    in_choices || (is_in_word && (is_indented || before || behind)) || (is_indented && before && behind)
}

fn has_class(node: Node, classes: &[&str]) -> bool {
    node.attribute("class").is_some_and(|c| c.split_whitespace().any(|c| classes.contains(&c)))
}

fn title<'a>(node: Node<'a, '_>) -> &'a str {
    node.attribute("title").unwrap_or_default()
}

/// A property of a title: `bbox 0 0 10 10; x_wconf 95`.
fn property<'a>(title: &'a str, name: &str) -> Option<&'a str> {
    title.split(';').map(str::trim).find_map(|p| p.strip_prefix(name)?.strip_prefix(' ')).map(str::trim)
}

/// The box of an element: `bbox`, or a single box in `x_bboxes`.
fn bbox(title: &str) -> Option<BBox> {
    let numbers = property(title, "bbox").or_else(|| property(title, "x_bboxes"))?;
    let numbers = numbers.split_whitespace().map(|n| n.parse::<f64>().ok());
    let numbers: Vec<f64> = numbers.collect::<Option<_>>()?;
    Some(rounded(numbers.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::of_xml;
    use crate::evaluate::document::Document;
    use crate::geometry::BBox;

    fn page(body: &str) -> Document {
        of_xml(&format!("<html><body><div class='ocr_page'>{body}</div></body></html>")).unwrap()
    }

    fn text(body: &str) -> String {
        page(body).text()
    }

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

    #[test]
    fn white_space_between_the_characters_of_a_word_is_layout() {
        let page = page(
            "<span class='ocr_line'>\n <span class='ocrx_word' title='bbox 1 2 9 9; x_wconf 90'><strong>\n\
             \x20 <span class='ocrx_cinfo' title='x_bboxes 1 2 5 9; x_conf 99.5'>第</span>\n\
             \x20 <span class='ocrx_cinfo' title='x_bboxes 5 2 9 9; x_conf 50'>一</span></strong>\n </span>\n\
             <span class='ocrx_word'><span class='ocrx_cinfo'>号</span> <span class='ocrx_cinfo'>\n秘 </span></span>\n</span>",
        );
        assert_eq!(page.text(), "第一 号秘");
        let cells: Vec<_> =
            page.lines[0].glyphs.iter().map(|g| (g.text.as_str(), g.bbox, g.confidence)).collect();
        assert_eq!(cells[1], ("一", Some(BBox::from_ltrb(5, 2, 9, 9)), Some(0.5)));
        assert_eq!((cells.len(), cells[3]), (4, ("秘", None, None)));
    }

    #[test]
    fn characters_without_words_are_spaced_where_a_space_is() {
        let line = "<p class='ocr_line'>\n<b class='ocrx_cinfo'>a</b>\n<b class='ocrx_cinfo'>b</b> <b class='ocrx_cinfo'>c</b>\
                    <b class='ocrx_cinfo'> </b><b class='ocrx_cinfo'>d</b></p>";
        assert_eq!(text(line), "ab c d");
    }

    #[test]
    fn print_within_words_and_entities_are_text() {
        let line = "<span class='ocr_line'><span class='ocrx_word'>第<em>五</em><strong>号</strong></span>\
                    <span class='ocr_word'>&amp;&#x96FB;</span> <!-- no text --><span class='ocrx_word'> </span></span>";
        assert_eq!(text(line), "第五号&電");
    }

    #[test]
    fn only_the_best_of_alternatives_is_read() {
        let spec = "<span class='ocr_line'>一<span class='alternatives'><ins class='alt'>号</ins> <del class='alt'>弓</del></span>\
                    <span class='alternatives'>\n<span class='alt'>秘</span>\n<span class='alt'>祕</span></span></span>";
        assert_eq!(text(spec), "一号秘");
        // Output of Tesseract with `lstm_choice_mode=2`.
        let choices = "<span class='ocrx_cinfo' id='lstm_choices_1_1_1'>\n <span class='ocr_glyph' title='x_confs 99'>第</span>\n\
                       <span class='ocr_glyph' title='x_confs 1'>弟</span></span>";
        let word =
            |inner: &str| format!("<span class='ocr_line'><span class='ocrx_word'>{inner}</span></span>");
        assert_eq!(text(&word(&format!("第\n{choices}"))), "第");
        let boxes =
            format!("\n<span class='ocrx_cinfo'>第</span>\n{choices}\n<span class='ocrx_cinfo'>号</span>");
        assert_eq!(text(&word(&boxes)), "第号");
        assert_eq!(text(&word("<span class='ocr_glyph'>第</span><span class='ocr_glyph'>号</span>")), "第号");
    }

    #[test]
    fn lines_within_other_lines_count_once_and_text_without_lines_counts() {
        let areas = "<div class='ocr_carea'>上<p class='ocr_par'>段落<br/>二</p>\
                     <div class='ocr_textfloat' title='bbox 0 0 5 5'><span class='ocr_line' title='bbox 1 1 2 2'>浮</span>\n\
                     <span class='ocr_line'>動</span></div><span class='ocr_header'>頭</span><span class='ocr_caption'>図</span>下</div>";
        assert_eq!(text(areas), "上\n段落\n二\n浮\n動\n頭\n図\n下");
        assert_eq!(page(areas).lines[3].bbox, Some(BBox::from_ltrb(1, 1, 2, 2)));
        assert_eq!(text("<span class='ocrx_word'>第</span> <span class='ocrx_word'>号</span>"), "第 号");
    }

    #[test]
    fn text_outside_of_the_pages_is_none() {
        let two = "<html><body><h1>no</h1><div class='ocr_page'><p>一</p></div><p>no</p>\
                   <div class='ocr_page'><script>no</script><p>二</p></div></body></html>";
        assert_eq!(of_xml(two).unwrap().text(), "一\n二");
        let bare = of_xml("<html><head><title>no</title></head><body><p>一</p></body></html>").unwrap();
        assert_eq!((bare.text().as_str(), bare.notes.len()), ("一", 1));
        assert_eq!(of_xml("<div class='ocr_page'><p>一</div>").unwrap().text(), "一");
    }
}
