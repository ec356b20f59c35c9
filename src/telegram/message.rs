//! The message: paragraphs with their speakers, what it refers to, the end mark.

use super::vocabulary::{Vocabulary, folded};
use super::{forwarding, numerals, place, references, role};
use crate::geometry::BBox;
use crate::page::{Line, Paragraph, Reference, Region, Role, WritingMode};

/// A paragraph opens this far behind the margin, in cells: cables indent by one.
const INDENT: f64 = 0.6;
/// What （了） is read as where the print is worn; only in a line of its own.
const WORN_END: [char; 8] = ['T', '7', '丁', 'て', 'ア', '子', 'ア', 'フ'];

/// A line of the message with the id by which paragraphs name it.
struct Placed<'a> {
    id: String,
    line: &'a Line,
    role: Role,
    mode: WritingMode,
    /// On the straight page, seen along the line.
    along: BBox,
}

fn lines(regions: &[Region]) -> Vec<Placed<'_>> {
    let all: Vec<(&Line, WritingMode)> =
        regions.iter().flat_map(|r| r.lines.iter().map(move |l| (l, r.writing_mode()))).collect();
    let mut boxes = place::straight(&all).into_iter();
    let mut found = Vec::new();
    for region in regions {
        for (i, line) in region.lines.iter().enumerate() {
            let (Some(bbox), Some(role)) = (boxes.next(), role(region)) else { continue };
            let mode = region.writing_mode();
            if matches!(role, Role::Body | Role::Closing) {
                found.push(Placed {
                    id: format!("{}/{i}", region.id),
                    line,
                    role,
                    mode,
                    along: mode.along(&bbox),
                });
            }
        }
    }
    found
}

/// The message in paragraphs: each opens with a line that is indented, and has the lines at the margin behind it.
pub(super) fn paragraphs(regions: &[Region], vocabulary: &Vocabulary) -> Vec<Paragraph> {
    let lines: Vec<Placed<'_>> = lines(regions)
        .into_iter()
        .filter(|l| l.role == Role::Body && !l.line.text.trim().is_empty())
        .filter(|l| vocabulary.distribution(&l.line.text).is_none())
        .collect();
    let mut found: Vec<Paragraph> = Vec::new();
    for (i, placed) in lines.iter().enumerate() {
        let text = placed.line.text.trim();
        let speaker = speaker(text, vocabulary);
        let opens = speaker.is_some() || opens_item(text) || is_indented(&lines, i);
        match found.last_mut().filter(|_| !opens) {
            Some(paragraph) => {
                paragraph.text += text;
                paragraph.lines.push(placed.id.clone());
            }
            None => found.push(Paragraph { speaker, text: text.to_owned(), lines: vec![placed.id.clone()] }),
        }
    }
    found
}

/// Whether a text begins with the number of an item: １．, （２）, 三、; but not with one of its figures, ７．５.
pub(super) fn opens_item(text: &str) -> bool {
    let plain = folded(text);
    let rest = plain.trim_start_matches('(');
    let digits = rest.chars().take_while(|&c| c.is_ascii_digit() || numerals::is_numeral(c)).count();
    let mut behind = rest.chars().skip(digits);
    let closes = match behind.next() {
        Some(')') => rest.len() < plain.len(),
        Some('.' | '、') => rest.len() == plain.len() && !behind.next().is_some_and(numerals::is_numeral),
        _ => false,
    };
    (1..=2).contains(&digits) && closes
}

/// Whether a line begins behind the margin of its neighbours of one direction.
fn is_indented(lines: &[Placed<'_>], at: usize) -> bool {
    let this = &lines[at];
    let alike =
        lines.iter().filter(|l| l.mode == this.mode && 3 * l.along.height() > 2 * this.along.height());
    let mut starts: Vec<i32> = alike.map(|l| l.along.left).collect();
    starts.sort_unstable();
    // A line that begins far left of all others is no line of the message, and gives no margin.
    let margin = starts
        .iter()
        .copied()
        .find(|s| starts.iter().filter(|o| (*o - s).abs() < this.along.height()).count() > 1);
    let margin = margin.unwrap_or(starts.first().copied().unwrap_or(0));
    f64::from(this.along.left - margin) >= INDENT * f64::from(this.along.height())
}

/// The name in parentheses at the head of a paragraph: （総理）. Numbers there count items: （１）, １．（１）.
fn speaker(text: &str, vocabulary: &Vocabulary) -> Option<String> {
    let inside = text.strip_prefix(['（', '(', '〈', '［', '['])?;
    let end = inside.find(['）', ')', '〉', '］', ']'])?;
    let name = &inside[..end];
    let is_name = (1..=12).contains(&name.chars().count())
        && !name.chars().all(|c| numerals::is_numeral(c) || c.is_ascii_digit())
        && !matches!(name.chars().next(), Some('ア'..='ン')) | (name.chars().count() > 1)
        && !name.contains(['、', '。', '■', '注'])
        && !matches!(name, "了" | "終")
        && vocabulary.distribution(name).is_none();
    is_name.then(|| name.to_owned())
}

/// Cables that the subject and the message name.
pub(super) fn references(regions: &[Region]) -> Vec<Reference> {
    let subject = regions.iter().filter(|r| role(r) == Some(Role::Subject)).flat_map(|r| &r.lines);
    let subject: String = subject.map(|l| l.text.as_str()).collect();
    references::references(&(subject + "\n" + &text(regions)))
}

/// Posts that it was or is to be forwarded to.
pub(super) fn forwarded_to(regions: &[Region]) -> Vec<String> {
    let lines = lines(regions);
    let text: String = (0..lines.len())
        .map(|i| if is_indented(&lines, i) { "\n" } else { "" }.to_owned() + &lines[i].line.text)
        .collect();
    forwarding::forwarded_to(&text)
}

fn text(regions: &[Region]) -> String {
    lines(regions).iter().map(|l| l.line.text.as_str()).collect()
}

/// Whether the message ends with （了） or （終）: in one of its last lines, since stamps may be read behind them.
pub(super) fn has_end_mark(regions: &[Region]) -> bool {
    let lines = lines(regions);
    let is_closing = lines.iter().any(|l| l.role == Role::Closing);
    let last = lines.iter().filter(|l| !is_closing || l.role == Role::Closing).rev().take(4);
    last.into_iter().any(|l| ends(&l.line.text))
}

/// Whether a line ends with the end mark.
pub(super) fn ends(text: &str) -> bool {
    let plain: Vec<char> = folded(text).chars().filter(|c| !matches!(c, '.' | '・' | '|' | '、')).collect();
    let alone = plain.len() <= 4;
    let tail = &plain[plain.len().saturating_sub(3)..];
    let enclosed = tail.iter().any(|c| matches!(c, '(' | ')' | '{' | '}' | '〔' | '〕'));
    let named = tail.iter().any(|c| matches!(c, '了' | '終'));
    let worn = tail.len() == 3 && tail[0] == '(' && tail[2] == ')' && WORN_END.contains(&tail[1]);
    // 。（了 without its closing parenthesis, or （了） worn in a line of its own.
    named && (enclosed || alone) || alone && worn
}
