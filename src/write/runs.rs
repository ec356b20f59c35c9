//! Splits a line at spaces into runs, for formats that require words. The page record has no words.
//!
//! Telegrams are unspaced, so most lines are one run. Only U+0020 separates runs; a full-width space is a character of
//! the line.

use crate::geometry::BBox;
use crate::page::{Glyph, Line};

/// A part of a line between single spaces.
pub(super) struct Run<'a> {
    /// Text as printed. Of several consecutive spaces, all but the first belong to the following run.
    pub(super) text: &'a str,
    /// Bounding box of the glyphs, or of the line if there are none.
    pub(super) bbox: BBox,
    /// Glyphs of the run; empty if the glyphs of the line do not spell its text.
    pub(super) glyphs: &'a [Glyph],
}

/// The runs of a line, at least one. Joined with spaces, they are the text of the line.
pub(super) fn runs(line: &Line) -> Vec<Run<'_>> {
    let spelled = line.glyphs.iter().flat_map(|g| g.text.bytes()).eq(line.text.bytes());
    let mut runs = Vec::new();
    let (mut text_at, mut glyph_at) = (0, 0);
    for end in ends(&line.text) {
        let text = &line.text[text_at..end];
        let count = if spelled { count(&line.glyphs[glyph_at..], text.len()) } else { Some(0) };
        // A glyph that contains a space cannot be split, so the line is one run.
        let Some(count) = count else { return vec![whole(line)] };
        let glyphs = &line.glyphs[glyph_at..glyph_at + count];
        runs.push(Run { text, bbox: around(glyphs, line), glyphs });
        // Between two runs, the separating space must be a glyph of its own.
        let space = line.glyphs.get(glyph_at + count).is_some_and(|g| g.text == " ");
        if spelled && end < line.text.len() && !space {
            return vec![whole(line)];
        }
        text_at = end + 1;
        glyph_at += count + usize::from(spelled);
    }
    runs
}

fn whole(line: &Line) -> Run<'_> {
    Run { text: &line.text, bbox: line.bbox, glyphs: &line.glyphs }
}

/// End offsets of the runs in bytes: before each space that follows a non-space and precedes one, and at the end.
fn ends(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let divides = |&i: &usize| {
        let behind = bytes[i + 1..].iter().any(|&b| b != b' ');
        bytes[i] == b' ' && i > 0 && bytes[i - 1] != b' ' && behind
    };
    (0..bytes.len()).filter(divides).chain([bytes.len()]).collect()
}

/// Number of glyphs that spell the given number of bytes; `None` if a glyph crosses that end.
fn count(glyphs: &[Glyph], bytes: usize) -> Option<usize> {
    let mut spelled = 0;
    for (i, glyph) in glyphs.iter().enumerate() {
        if spelled >= bytes {
            return (spelled == bytes).then_some(i);
        }
        spelled += glyph.text.len();
    }
    (spelled == bytes).then_some(glyphs.len())
}

fn around(glyphs: &[Glyph], line: &Line) -> BBox {
    let all = glyphs.iter().map(|g| g.bbox).reduce(|a, b| a.union(&b));
    all.filter(|b| !b.is_empty()).unwrap_or(line.bbox)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Confidence;

    fn line(glyphs: &[&str], text: &str) -> Line {
        let glyph = |(i, t): (usize, &&str)| Glyph {
            text: (*t).to_owned(),
            bbox: BBox::from_ltwh(10 * i as i32, 0, 10, 10),
            confidence: Confidence::CERTAIN,
            alternatives: vec![],
        };
        Line {
            bbox: BBox::from_ltrb(0, 0, 100, 10),
            text: text.to_owned(),
            confidence: Confidence::CERTAIN,
            engine: "null".to_owned(),
            glyphs: glyphs.iter().enumerate().map(glyph).collect(),
        }
    }

    #[test]
    fn a_line_is_divided_at_its_spaces() {
        let line = line(&["第", "　", "１", " ", "号"], "第　１ 号");
        let runs = runs(&line);
        assert_eq!(runs.iter().map(|r| r.text).collect::<Vec<_>>(), ["第　１", "号"]);
        assert_eq!(runs[1].bbox, BBox::from_ltrb(40, 0, 50, 10));
    }

    #[test]
    fn runs_joined_with_a_space_are_the_text() {
        for text in ["", " ", "  ", " a", "a ", "a  b", "a b c", "a   "] {
            let glyphs: Vec<String> = text.chars().map(String::from).collect();
            let glyphs: Vec<&str> = glyphs.iter().map(String::as_str).collect();
            for line in [line(&glyphs, text), line(&[], text), line(&["x"], text)] {
                let runs = runs(&line);
                assert_eq!(runs.iter().map(|r| r.text).collect::<Vec<_>>().join(" "), text);
            }
        }
        // A glyph crosses the space, so the line is not split.
        assert_eq!(runs(&line(&["a b", "c"], "a bc")).len(), 1);
    }
}
