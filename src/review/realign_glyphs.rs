//! Aligns the glyphs of a line with its corrected text.
//!
//! The new text and the old glyphs are aligned by the shortest edit path (Levenshtein 1966). An unchanged character
//! keeps box and confidence. A substituted character keeps the box and gets confidence 1. An inserted character gets a
//! box between its neighbours. No pixels are read, so the box of an inserted character is an estimate: accurate to a
//! fraction of a character within a line, less accurate at its ends.

use crate::geometry::{BBox, Point};
use crate::page::{Confidence, Glyph, Line, REDACTION_MARK, WritingMode};
use crate::reviewed::{MendedRegion, PERSON, joined};
use unicode_segmentation::UnicodeSegmentation;

/// Realigns lines whose glyphs do not match their text. `rotation`: degrees clockwise that make the scan upright.
pub(super) fn realign_glyphs(regions: &mut [MendedRegion], rotation: u16) {
    for region in regions {
        let direction = reading_direction(region.writing_mode(), rotation);
        for mended in region.lines.iter_mut().filter(|m| joined(&m.line.glyphs) != m.line.text) {
            settle_line(&mut mended.line, direction);
        }
    }
}

/// The reading direction on the scan as a unit vector.
fn reading_direction(mode: WritingMode, rotation: u16) -> (f64, f64) {
    let upright = match mode {
        WritingMode::HorizontalTb => (1.0, 0.0),
        WritingMode::VerticalRl => (0.0, 1.0),
    };
    // Each quarter turn clockwise that makes the page upright corresponds to one counter-clockwise on the scan.
    (0..rotation / 90 % 4).fold(upright, |(x, y), _| (y, -x))
}

fn settle_line(line: &mut Line, direction: (f64, f64)) {
    let wanted: Vec<&str> = line.text.graphemes(true).collect();
    let path = align(&line.glyphs, &wanted);
    let known: Vec<Option<Glyph>> =
        path.iter().zip(&wanted).map(|(old, text)| old.map(|i| renamed(&line.glyphs[i], text))).collect();
    let boxes: Vec<Option<BBox>> = known.iter().map(|g| g.as_ref().map(|g| g.bbox)).collect();
    let places = places(&boxes, &line.bbox, direction);
    let new = |(glyph, (text, bbox)): (Option<Glyph>, (&&str, BBox))| {
        glyph.unwrap_or_else(|| Glyph {
            text: (*text).to_owned(),
            bbox,
            confidence: Confidence::CERTAIN,
            alternatives: Vec::new(),
        })
    };
    line.glyphs = known.into_iter().zip(wanted.iter().zip(places)).map(new).collect();
    line.bbox = line.glyphs.iter().fold(line.bbox, |all, g| all.union(&g.bbox));
    line.confidence = Confidence::mean(line.glyphs.iter().map(|g| g.confidence));
    let mark = |g: &Glyph| g.text.chars().eq([REDACTION_MARK]);
    line.engine =
        if !line.glyphs.is_empty() && line.glyphs.iter().all(mark) { "none" } else { PERSON }.into();
}

/// Substitutes a glyph's text. Its confidence becomes 1, and the former text becomes the first alternative.
fn renamed(glyph: &Glyph, text: &str) -> Glyph {
    if glyph.text == text {
        return glyph.clone();
    }
    let mut alternatives = vec![(glyph.text.clone(), glyph.confidence)];
    alternatives.extend(glyph.alternatives.iter().filter(|(t, _)| t != text && *t != glyph.text).cloned());
    Glyph { text: text.to_owned(), bbox: glyph.bbox, confidence: Confidence::CERTAIN, alternatives }
}

/// For every new character the index of the old glyph that it keeps or substitutes; `None` if it is inserted.
fn align(glyphs: &[Glyph], wanted: &[&str]) -> Vec<Option<usize>> {
    let (n, m) = (glyphs.len(), wanted.len());
    let mut cost = vec![vec![0u32; m + 1]; n + 1];
    for i in (0..=n).rev() {
        for j in (0..=m).rev() {
            cost[i][j] = match (i == n, j == m) {
                (true, _) => (m - j) as u32,
                (_, true) => (n - i) as u32,
                _ => {
                    let same = u32::from(glyphs[i].text != wanted[j]);
                    (cost[i + 1][j + 1] + same).min(cost[i + 1][j] + 1).min(cost[i][j + 1] + 1)
                }
            };
        }
    }
    let (mut i, mut path) = (0, Vec::with_capacity(m));
    for j in 0..m {
        while i < n
            && cost[i][j] == cost[i + 1][j] + 1
            && cost[i][j] != cost[i + 1][j + 1] + u32::from(glyphs[i].text != wanted[j])
        {
            i += 1;
        }
        let taken = i < n && cost[i][j] == cost[i + 1][j + 1] + u32::from(glyphs[i].text != wanted[j]);
        path.push(taken.then_some(i));
        i += usize::from(taken);
    }
    path
}

/// A box for every character: its own, or one interpolated between its neighbours.
fn places(boxes: &[Option<BBox>], line: &BBox, direction: (f64, f64)) -> Vec<BBox> {
    let known: Vec<(usize, BBox)> = boxes.iter().enumerate().filter_map(|(i, b)| Some((i, (*b)?))).collect();
    if known.is_empty() {
        return divided(line, boxes.len(), direction);
    }
    let place = |i: usize| {
        let before = known.iter().rev().find(|(k, _)| *k <= i);
        let after = known.iter().find(|(k, _)| *k >= i);
        match (before, after) {
            (Some(a), Some(b)) => between(*a, *b, i),
            (Some(a), None) => beyond(*a, i as f64 - a.0 as f64, line, direction),
            (None, Some(b)) => beyond(*b, i as f64 - b.0 as f64, line, direction),
            (None, None) => *line,
        }
    };
    (0..boxes.len()).map(place).collect()
}

/// Interpolates the box of character `i` between two known boxes.
fn between((from, a): (usize, BBox), (to, b): (usize, BBox), i: usize) -> BBox {
    if from == to {
        return a;
    }
    let t = (i - from) as f64 / (to - from) as f64;
    let mix = |x: i32, y: i32| (f64::from(x) * (1.0 - t) + f64::from(y) * t).round() as i32;
    BBox::from_ltrb(mix(a.left, b.left), mix(a.top, b.top), mix(a.right, b.right), mix(a.bottom, b.bottom))
}

/// Extrapolates a box by `steps` characters (before the first character if negative), kept within the line.
fn beyond((_, last): (usize, BBox), steps: f64, line: &BBox, (dx, dy): (f64, f64)) -> BBox {
    let (width, height) = (f64::from(last.width()), f64::from(last.height()));
    let (x, y) = ((dx * steps * width).round() as i32, (dy * steps * height).round() as i32);
    let moved = last.shifted(x, y);
    let pushed = |low: i32, high: i32, from: i32, to: i32| (from - low).max(0) + (to - high).min(0);
    let around = line.union(&last);
    moved.shifted(
        pushed(moved.left, moved.right, around.left, around.right),
        pushed(moved.top, moved.bottom, around.top, around.bottom),
    )
}

/// Divides a box into equal parts along the reading direction.
fn divided(line: &BBox, parts: usize, (dx, dy): (f64, f64)) -> Vec<BBox> {
    let at = |share: f64| {
        let along = |from: i32, to: i32, d: f64| {
            let share = if d < 0.0 { 1.0 - share } else { share };
            f64::from(from) + f64::from(to - from) * share
        };
        Point { x: along(line.left, line.right, dx), y: along(line.top, line.bottom, dy) }
    };
    let part = |i: usize| {
        let (a, b) = (at(i as f64 / parts as f64), at((i + 1) as f64 / parts as f64));
        let span = |d: f64, a: f64, b: f64, whole: (i32, i32)| {
            if d == 0.0 { whole } else { (a.min(b).round() as i32, a.max(b).round() as i32) }
        };
        let (left, right) = span(dx, a.x, b.x, (line.left, line.right));
        let (top, bottom) = span(dy, a.y, b.y, (line.top, line.bottom));
        BBox::from_ltrb(left, top, right, bottom)
    };
    (0..parts).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(text: &str) -> Line {
        let glyph = |(i, t): (usize, &str)| Glyph {
            text: t.to_owned(),
            bbox: BBox::from_ltwh(100, 40 * i as i32, 40, 40),
            confidence: Confidence::clamped(0.5),
            alternatives: vec![("雷".to_owned(), Confidence::clamped(0.25))],
        };
        let glyphs: Vec<Glyph> = text.graphemes(true).enumerate().map(glyph).collect();
        let bbox = glyphs.iter().fold(BBox::default(), |all, g| all.union(&g.bbox));
        Line {
            bbox,
            text: text.to_owned(),
            confidence: Confidence::clamped(0.5),
            engine: "neural".into(),
            glyphs,
        }
    }

    fn mended(from: &str, to: &str) -> Line {
        let mut line = Line { text: to.to_owned(), ..column(from) };
        settle_line(&mut line, (0.0, 1.0));
        assert_eq!(joined(&line.glyphs), to);
        line
    }

    fn tops(line: &Line) -> Vec<i32> {
        line.glyphs.iter().map(|g| g.bbox.top).collect()
    }

    #[test]
    fn a_replaced_character_takes_the_box_and_is_certain() {
        let line = mended("電情写", "電信写");
        assert_eq!(tops(&line), [0, 40, 80]);
        let confidences: Vec<f32> = line.glyphs.iter().map(|g| g.confidence.value()).collect();
        assert_eq!(confidences, [0.5, 1.0, 0.5]);
        let others: Vec<&str> = line.glyphs[1].alternatives.iter().map(|(t, _)| t.as_str()).collect();
        assert_eq!(others, ["情", "雷"]);
        assert_eq!(line.engine, PERSON);
    }

    #[test]
    fn characters_put_in_stand_between_their_neighbours() {
        assert_eq!(tops(&mended("電写", "電信写")), [0, 20, 40]);
        assert_eq!(tops(&mended("電信", "電信写")), [0, 40, 40]);
        assert_eq!(tops(&mended("電信写", "信写")), [40, 80]);
        assert_eq!(tops(&mended("電信写", "")), [0; 0]);
    }

    #[test]
    fn a_line_without_characters_is_divided_as_it_runs() {
        let empty = Line { text: "電信".into(), bbox: BBox::from_ltrb(0, 0, 40, 100), ..column("") };
        for (direction, expected) in [((0.0, 1.0), [0, 50]), ((0.0, -1.0), [50, 0])] {
            let mut line = empty.clone();
            settle_line(&mut line, direction);
            assert_eq!(tops(&line), expected);
        }
        // A page that is rotated by a quarter: its columns run to the right on the scan.
        assert_eq!(reading_direction(WritingMode::VerticalRl, 90), (1.0, 0.0));
        assert_eq!(reading_direction(WritingMode::HorizontalTb, 180), (-1.0, 0.0));
    }

    #[test]
    fn a_line_of_redaction_marks_alone_was_read_by_nobody() {
        assert_eq!(mended("電", "■").engine, "none");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_typed_the_characters_are_its_text(from in "[電信写がか\u{3099}]{0,12}", to in "\\PC{0,12}") {
            mended(&from, &to);
        }
    }
}
