//! Extracts text as dinglehopper does: segments joined by line feeds, composed, with ligatures decomposed.

use super::TextLevel;
use crate::evaluate::read::{self, ReadError, xml};
use roxmltree::Node;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// Replacements after NFC, applied in order: ligatures of the Medieval Unicode Font Initiative and of the presentation
/// forms, then vowels, dashes and apostrophes as German transcriptions and OCR programs write them.
const EQUIVALENTS: [(&str, &str); 32] = [
    ("\u{eba6}", "ſſ"),
    ("\u{eba7}", "ſſi"),
    ("\u{f502}", "ch"),
    ("\u{eec4}", "ck"),
    ("\u{f4f9}", "ll"),
    ("\u{eba2}", "ſi"),
    ("\u{eada}", "ſt"),
    ("\u{fb01}", "fi"),
    ("\u{fb00}", "ff"),
    ("\u{fb02}", "fl"),
    ("\u{fb03}", "ffi"),
    ("\u{eec5}", "ct"),
    ("\u{eedc}", "tz"),
    ("\u{f532}", "as"),
    ("\u{f533}", "is"),
    ("\u{f534}", "us"),
    ("\u{f535}", "Qu"),
    ("\u{133}", "ij"),
    ("\u{e8bf}", "q&"),
    ("\u{eba5}", "ſp"),
    ("\u{fb06}", "st"),
    ("\u{e72b}", "ü"),
    ("\u{e42c}", "ä"),
    ("==", "–"),
    ("—", "–"),
    ("\u{e644}", "ö"),
    ("’", "'"),
    ("⸗", "-"),
    ("a\u{364}", "ä"),
    ("o\u{364}", "ö"),
    ("u\u{364}", "ü"),
    ("\u{f50e}", "q\u{301}"),
];

/// The segments of a file in its order. A file that is no XML counts as plain text.
pub(super) fn segments(path: &Path, level: TextLevel) -> Result<Vec<String>, ReadError> {
    let text = read::read_text(path)?;
    let Ok(tree) = xml::parse(&text) else { return Ok(plain(&text)) };
    let root = tree.root_element();
    match root.tag_name().name() {
        "PcGts" => Ok(page(root, level)),
        "alto" => Ok(alto(root)),
        other => Err(ReadError::OtherXml(other.to_owned())),
    }
}

fn normalized(text: &str) -> String {
    let composed: String = text.nfc().collect();
    EQUIVALENTS.iter().fold(composed, |text, (from, to)| text.replace(from, to))
}

/// Lines without leading and trailing white space; a line feed at the end of the file starts no line.
fn plain(text: &str) -> Vec<String> {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let text = unified.strip_suffix('\n').unwrap_or(&unified);
    if unified.is_empty() {
        return vec![];
    }
    // Python counts four more control characters as white space.
    let blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    text.split('\n').map(|line| normalized(line.trim_matches(blank))).collect()
}

/// One segment per line, its strings joined by a space.
fn alto(root: Node) -> Vec<String> {
    let line = |line: Node| {
        let strings = xml::children(line, "String").map(|s| s.attribute("CONTENT").unwrap_or_default());
        normalized(&strings.collect::<Vec<_>>().join(" "))
    };
    root.descendants().filter(|n| xml::is(*n, "TextLine")).map(line).collect()
}

/// Non-empty text regions in reading order, or in file order if there is none.
fn page(root: Node, level: TextLevel) -> Vec<String> {
    let in_file_order = || root.descendants().filter(|n| xml::is(*n, "TextRegion")).collect();
    let regions: Vec<Node> = regions_in_order(root).unwrap_or_else(in_file_order);
    let texts = |region: &Node| match level {
        TextLevel::Region => vec![unicode(*region)],
        TextLevel::Line => xml::children(*region, "TextLine").map(unicode).collect(),
    };
    // A region of several empty lines still contributes line feeds.
    regions.iter().map(texts).filter(|lines| !lines.join("\n").is_empty()).flatten().collect()
}

/// The text regions in the order of `ReadingOrder`; `None` if there is none.
fn regions_in_order<'a, 'i: 'a>(root: Node<'a, 'i>) -> Option<Vec<Node<'a, 'i>>> {
    let order = root.descendants().find(|n| xml::is(*n, "ReadingOrder"))?;
    let ids = xml::by_id(root, "id");
    // Members of ordered groups without an index are left out, and so are regions that are groups.
    let has_place = |n: &Node| {
        let is_ordered = n.parent().is_some_and(|p| p.tag_name().name().starts_with("OrderedGroup"));
        !is_ordered || n.has_attribute("index")
    };
    let members = read::order_members(order).into_iter();
    let members = members.filter(|n| !n.tag_name().name().contains("Group"));
    let placed = members.filter(|n| xml::enclosing(*n).all(|n| has_place(&n)));
    let regions = placed.filter_map(|n| ids.get(n.attribute("regionRef")?).copied());
    Some(regions.filter(|n| xml::is(*n, "TextRegion")).collect())
}

fn unicode(node: Node) -> String {
    let equivalent = read::best_equivalent(node);
    let unicode = equivalent.and_then(|e| e.children().find(|c| xml::is(*c, "Unicode")));
    normalized(unicode.and_then(|u| u.text()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equivalents_are_put_in_after_composition() {
        assert_eq!(normalized("u\u{308}==\u{eba7}a\u{364}’"), "ü–ſſiä'");
    }

    #[test]
    fn lines_of_text_lose_the_white_space_at_their_ends() {
        assert_eq!(plain(" a b \r\n\n c"), ["a b", "", "c"]);
        assert_eq!(plain("a\n"), ["a"]);
        assert_eq!(plain("\n"), [""]);
        assert_eq!(plain(""), [""; 0]);
    }
}
