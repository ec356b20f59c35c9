//! Decides which frames are stamps. Evidence for a stamp is a frame that is askew to the page or heavier than the
//! page's text, and bolder or larger text inside. Frames without enough evidence belong to the form, and their sides
//! are rules.

use super::Mark;
use super::background::Background;
use super::erasing::{cover_inside, cover_run};
use super::frames::Frame;
use super::lines::{Seen, across, between};
use super::shade::lift;
use super::strokes::{Stroke, Strokes, Upright, turned};
use crate::geometry::{BBox, BoxIndex, Point};
use crate::page::{Confidence, RedactionStyle, RegionKind, StampColor, StampShape};
use crate::raster::Binary;
use image::GrayImage;

/// Lean that scores 1: this slope (0.6°), and this drift over the frame's length in characters; the lesser score
/// counts. Forms are deskewed with the page, but may be slightly bent.
const ASKEW: (f64, f64) = (0.0105, 0.15);

/// Least total evidence of a stamp. On 63 cables and the printed pages other frames score up to 0.7, stamps of real
/// cables and their copies 0.93 and more.
const ASKED: f64 = 0.9;
/// Evidence from stroke width, of the frame and of the text in it: 1.5 times the page's stroke width scores 1.
const HEAVY: f64 = 2.0;
/// Evidence from character height in a frame that is no cell, if twice the page's; some text on forms has 1.5 times.
const LARGE: f64 = 0.5;
/// Additional evidence required for each side that continues beyond a corner, as a form's rules do.
const ONWARD: f64 = 0.3;
/// Largest offset between the sides of cells in one row, in characters.
const LEVEL: f64 = 0.3;
/// Search distance for rules around a frame, and least length of these rules, in characters.
const NEARBY: f64 = 6.0;
const LONG_RULE: f64 = 6.0;
/// Least and largest ink fraction inside a stamp: stamps have 0.19 and more, forms with text 0.05 to 0.2, blocks more.
const FILLED: (f64, f64) = (0.1, 0.75);
/// Shortest side of a stamp, in characters: its text is as large as the page's and clear of the frame. Tick boxes are
/// smaller.
const SHORTEST: f64 = 1.5;
/// Shorter side below which a frame may be a cell or hold one character, in characters, and the evidence it costs.
const SMALL: (f64, f64) = (2.0, 0.4);

/// Least shorter side of a blank frame that is a redaction, in characters, and its least aspect ratio.
const BLANK: (f64, f64) = (0.8, 1.3);

pub(super) struct Boxed {
    pub mark: Mark,
    frame: Frame,
    crossings: usize,
}

/// Finds the framed stamps.
///
/// `ink` is the ink of the whole page, because a redaction may lie over a side. `text_ink` lacks redactions. Worn
/// frames are considered where there is no whole frame. `letter` is the character height of the page's text, px.
pub(super) fn find_boxes(
    ink: &Binary,
    text_ink: &Binary,
    (frames, worn): (&[Frame], &[Frame]),
    (strokes, paper, letter): (&Strokes, &Background<'_>, f64),
    size: f64,
) -> Vec<Boxed> {
    let (mut kept, mut taken): (Vec<Boxed>, _) = (Vec::new(), BoxIndex::default());
    let print = thickness(text_ink, (0.25 * size) as i32);
    let places = |frames: &[Frame]| BoxIndex::of(frames.iter().map(|f| &f.bbox));
    let (whole_places, worn_places) = (places(frames), places(worn));
    let worn = worn.iter().filter(|w| {
        let shared = |i: usize| frames[i].bbox.intersection(&w.bbox).area() * 4;
        let is_new = whole_places.touching(&w.bbox).into_iter().all(|i| shared(i) < w.bbox.area());
        is_new && !is_cell(&w.bbox, (worn, &worn_places), size)
    });
    for frame in frames.iter().chain(worn) {
        let at = &frame.bbox;
        let near = taken.touching(at).into_iter();
        if near.into_iter().any(|i| kept[i].mark.bbox.intersection(at).area() * 25 > at.area()) {
            continue;
        }
        let is_cell = is_cell(at, (frames, &whole_places), size);
        let boxed = stamp(ink, text_ink, (frame, is_cell), (print, strokes, letter), size);
        // A stamp's frame has background on its sides; the edges of a dark area do not.
        if let Some(boxed) = boxed.filter(|k| paper.sides(&k.mark.bbox, size) >= 3) {
            taken.insert(kept.len(), &boxed.mark.bbox);
            kept.push(boxed);
        }
    }
    kept
}

/// Returns a frame as a stamp, if its evidence suffices.
fn stamp(
    ink: &Binary,
    text_ink: &Binary,
    (frame, is_cell): (&Frame, bool),
    (print, strokes, letter): (f64, &Strokes, f64),
    size: f64,
) -> Option<Boxed> {
    let (short, long) = frame.lengths();
    let askew = askew(frame, strokes, size);
    // Cells lean with their form, which may be bent on the scanner glass or drawn by hand.
    let turn = if is_cell { 0.0 } else { (askew / ASKEW.0).min(askew * long / (ASKEW.1 * size)) };
    let crossings = crossings(ink, frame, size);
    // `text_ink`, because a redaction at a corner does not continue the side.
    let onwards = onwards(text_ink, frame, size);
    let inset = frame.thickness + 0.08 * size + 1.0;
    let inner = frame.inside(text_ink, inset);
    let area = frame.area(inset).max(1.0);
    let filled = inner.ink_in(&inner.bbox()) as f64 / area;
    let bold = thickness(&inner, (0.25 * size) as i32) / print;
    let weight = frame.thickness / print.max(form_thickness(frame, strokes, size));
    let heavier = |ratio: f64| (HEAVY * (ratio - 1.0)).clamp(0.0, 1.0);
    let evidence = turn + heavier(weight) + heavier(bold);
    let small = f64::from(u8::from(short < SMALL.0 * size));
    let asked = ASKED + ONWARD * onwards as f64 + SMALL.1 * small;
    // Evaluated only if decisive, because it costs as much as all other measures together.
    let extent = frame.extent();
    let extent = (extent.0 - 2.0 * inset, extent.1 - 2.0 * inset);
    let large = || (LARGE * (height_within(&inner, extent, letter) / letter - 1.0)).clamp(0.0, LARGE);
    if long > 8.0 * short
        || !(FILLED.0..=FILLED.1).contains(&filled)
        || short < SHORTEST * size
        || onwards > 2
        || evidence + LARGE < asked
        || (evidence < asked && (is_cell || evidence + large() < asked))
    {
        return None;
    }
    let kind = RegionKind::stamp(StampColor::Black, StampShape::Rectangle);
    let mark = Mark { kind, bbox: frame.bbox, confidence: Confidence::clamped(0.8) };
    Some(Boxed { mark, frame: frame.clone(), crossings })
}

/// Whether a frame is a cell of a form: a neighbouring frame continues its row or column.
fn is_cell(cell: &BBox, (frames, places): (&[Frame], &BoxIndex), size: f64) -> bool {
    let level = |a: i32, b: i32| f64::from((a - b).abs()) <= LEVEL * size;
    let beyond = |a: i32, b: i32| f64::from(a - b) >= size;
    let row = |c: &BBox, o: &BBox| {
        level(c.top, o.top)
            && level(c.bottom, o.bottom)
            && f64::from(c.gap_x(o)) <= LEVEL * size
            && (beyond(c.left, o.left) || beyond(o.right, c.right))
    };
    let near = places.touching(&cell.grown((LEVEL * size) as i32 + 1)).into_iter().map(|i| frames[i].bbox);
    near.into_iter().any(|o| row(cell, &o) || row(&cell.transposed(), &o.transposed()))
}

/// Character height in a frame, px: the median of the larger half. Components that span the frame are dividers and do
/// not count.
fn height_within(inner: &Binary, (width, height): (f64, f64), letter: f64) -> f64 {
    let divides = |b: &BBox| f64::from(b.width()) >= width - 2.0 || f64::from(b.height()) >= height - 2.0;
    let boxes = inner.components().0.into_iter().map(|c| c.bbox).filter(|b| !divides(b));
    let heights = boxes.map(|b| f64::from(b.height()));
    let mut heights: Vec<f64> = heights.filter(|h| (0.5 * letter..=4.0 * letter).contains(h)).collect();
    heights.sort_unstable_by(f64::total_cmp);
    heights.get(heights.len() * 3 / 4).copied().unwrap_or(letter)
}

/// Lean of a frame, as the least difference from the page or from a nearby rule. A form that is bent on the scanner
/// glass leans in places, and its cells lean with it.
fn askew(frame: &Frame, strokes: &Strokes, size: f64) -> f64 {
    let lean = frame.lean();
    let upright = rules_near(frame, &strokes.upright, false, size).map(|s| -s.slope());
    let flat = rules_near(frame, &strokes.flat, true, size).map(Stroke::slope);
    upright.chain(flat).map(|rule| (lean - rule).abs()).fold(lean.abs(), f64::min)
}

/// Median thickness of the rules around a frame, px; 0 without rules. Frames of a form are as heavy as its rules.
fn form_thickness(frame: &Frame, strokes: &Strokes, size: f64) -> f64 {
    let upright = rules_near(frame, &strokes.upright, false, size);
    let all = upright.chain(rules_near(frame, &strokes.flat, true, size));
    let mut thick: Vec<f64> = all.map(|s| s.thickness).collect();
    thick.sort_unstable_by(f64::total_cmp);
    thick.get(thick.len() / 2).copied().unwrap_or(0.0)
}

/// Strokes near a frame that are too long to be its sides.
fn rules_near<'a>(
    frame: &Frame,
    family: &'a Upright,
    transposed: bool,
    size: f64,
) -> impl Iterator<Item = &'a Stroke> {
    let least = (1.3 * f64::from(frame.bbox.width().max(frame.bbox.height()))).max(LONG_RULE * size);
    let around = frame.bbox.grown((NEARBY * size) as i32);
    let is_rule = move |s: &&Stroke| {
        s.stands() && s.length() >= least && turned(&s.bbox, transposed).intersects(&around)
    };
    let near = family.places.touching(&turned(&around, transposed));
    near.into_iter().map(|i| &family.strokes[i]).filter(is_rule)
}

/// Finds outlined redactions by their frame: frames without text whose sides have gaps, or that a stamp crosses.
/// `text_ink` lacks the ink of stamps; `known` holds the stamps and redactions found so far.
pub(super) fn blank_frames(
    ink: &Binary,
    text_ink: &Binary,
    frames: &[Frame],
    known: &[Mark],
    size: f64,
) -> Vec<Mark> {
    let boxes = |stamps: bool| known.iter().filter(move |m| m.is_stamp() == stamps).map(|m| m.bbox);
    let (stamps, mut taken): (Vec<BBox>, Vec<BBox>) = (boxes(true).collect(), boxes(false).collect());
    let (stamp_places, mut taken_places) = (BoxIndex::of(&stamps), BoxIndex::of(&taken));
    let frame_places = BoxIndex::of(frames.iter().map(|f| &f.bbox));
    let mut found: Vec<Mark> = Vec::new();
    for frame in frames {
        let b = frame.bbox;
        let near = stamp_places.touching(&b).into_iter().map(|i| &stamps[i]);
        let crossed: Vec<&BBox> = near.filter(|s| s.intersects(&b)).collect();
        // Excludes the stamp's own frame, parts of it, and a form's cell with a stamp in it.
        let crosses = |s: &&BBox| {
            let shared = s.intersection(&b).area();
            2 * shared < b.area() && 10 * shared < 9 * s.area()
        };
        let (short, long) = (f64::from(b.width().min(b.height())), f64::from(b.width().max(b.height())));
        let oblong = short >= BLANK.0 * size && long >= BLANK.1 * short;
        // The stamp may touch one corner, and text another.
        let most_onwards = if crossed.is_empty() { 1 } else { 2 };
        if oblong
            && crossed.iter().all(crosses)
            && (!crossed.is_empty() || !is_cell(&b, (frames, &frame_places), size))
            && taken_places.touching(&b).into_iter().all(|i| !taken[i].intersects(&b))
            && is_blank_beside(text_ink, frame, &crossed, size)
            && onwards(ink, frame, size) <= most_onwards
        {
            let style = RedactionStyle::Outlined;
            let kind = RegionKind::Redaction { style, estimated_characters: None, group: None };
            taken_places.insert(taken.len(), &b);
            taken.push(b);
            found.push(Mark { kind, bbox: b, confidence: Confidence::clamped(0.8) });
        }
    }
    found
}

/// Whether a frame holds only specks outside the stamps that cross it, and two fifths of it or more lie outside them.
fn is_blank_beside(text_ink: &Binary, frame: &Frame, stamps: &[&BBox], size: f64) -> bool {
    let long = f64::from(frame.bbox.width().max(frame.bbox.height()));
    let inset = (frame.thickness + frame.lean().abs() * long + 0.12 * size).ceil() as i32;
    let inner = frame.bbox.grown(-inset).intersection(&text_ink.bbox());
    let rim = (0.1 * size).ceil() as i32;
    let stamps: Vec<BBox> = stamps.iter().map(|s| s.grown(rim)).filter(|s| s.intersects(&inner)).collect();
    let (mut seen, mut inked) = (0, 0);
    for (x, y) in (inner.top..inner.bottom).flat_map(|y| (inner.left..inner.right).map(move |x| (x, y))) {
        if stamps.iter().all(|s| !s.contains(x, y)) {
            seen += 1;
            inked += i64::from(text_ink.is_ink(x as u32, y as u32));
        }
    }
    inner.width() > 0 && 5 * seen >= 2 * inner.area() && inked * 100 <= seen
}

/// Number of places where text crosses the frame: ink continues on both sides of a side. Strokes of text are tested
/// along the frame's normals and along the page's axes, which differ if the frame leans.
fn crossings(ink: &Binary, frame: &Frame, size: f64) -> usize {
    let seen = Seen { ink, transposed: false };
    let beyond = (frame.thickness / 2.0 + 0.12 * size) as i32;
    let lean = frame.lean();
    frame
        .sides()
        .iter()
        .map(|&(from, to)| {
            let normal = across(from, to);
            let steps = ((to.x - from.x).hypot(to.y - from.y)) as i32;
            let goes_on = |at: Point, tilted_rows: f64| {
                (-beyond..=beyond).map(f64::from).all(|d| {
                    let (x, y) = (normal.x - tilted_rows * normal.y, normal.y + tilted_rows * normal.x);
                    seen.at((at.x + x * d) as i32, (at.y + y * d) as i32)
                })
            };
            let mut crossed = false;
            (0..steps)
                .filter(|&i| {
                    let at = between(from, to, 0.04 + 0.92 * f64::from(i) / f64::from(steps));
                    let all = goes_on(at, 0.0) || goes_on(at, -lean);
                    let begins = all && !crossed;
                    crossed = all;
                    begins
                })
                .count()
        })
        .sum()
}

/// Number of side ends that continue beyond their corners.
fn onwards(ink: &Binary, frame: &Frame, size: f64) -> usize {
    let seen = Seen { ink, transposed: false };
    let from = frame.thickness + 0.06 * size + 1.0;
    frame
        .sides()
        .iter()
        .flat_map(|&(a, b)| [(a, b), (b, a)])
        .filter(|&(a, b)| {
            let length = (b.x - a.x).hypot(b.y - a.y);
            let at = |d: f64| between(a, b, 1.0 + d / length);
            seen.coverage(at(from), at(from + 0.7 * size), 1 + (frame.wear.onward * size) as i32) >= 0.9
        })
        .count()
}

/// Pixels per chunk: each adds up to 2 edges to a byte.
const FEW: usize = 127;

/// Mean stroke thickness, px: twice the area of the ink over the length of its outline. Components with both sides
/// below `speck` do not count.
pub(super) fn thickness(ink: &Binary, speck: i32) -> f64 {
    let (mut area, mut edge) = (0i64, 0i64);
    for y in 1..ink.height().max(1) {
        let (above, row) = (ink.row(y - 1), ink.row(y));
        // Byte counters per chunk let the compiler vectorize the loop.
        let few = 1..row.len().max(1);
        for few in few.step_by(FEW).map(|from| from..(from + FEW).min(row.len())) {
            let (mut inked, mut edges) = (0u8, 0u8);
            let left = &row[few.start - 1..few.end - 1];
            for ((here, left), up) in row[few.clone()].iter().zip(left).zip(&above[few]) {
                inked += u8::from(*here != 0);
                edges += u8::from((*here != 0) != (*left != 0)) + u8::from((*here != 0) != (*up != 0));
            }
            area += i64::from(inked);
            edge += i64::from(edges);
        }
    }
    for component in ink.components().0.iter().filter(|c| c.bbox.width().max(c.bbox.height()) < speck) {
        area -= component.ink as i64;
        edge -= 2 * i64::from(component.bbox.width() + component.bbox.height());
    }
    // Counting pixel edges overestimates the length of slanting outlines by 4/π on average.
    2.0 * area.max(1) as f64 / (edge.max(1) as f64 * std::f64::consts::FRAC_PI_4)
}

impl Boxed {
    /// Removes the stamp from the text ink. The frame goes, except where text crosses it. If nothing crosses the
    /// frame, all ink inside goes as well. Otherwise the ink darker than the page's text goes, or, without a
    /// difference in shade, the components larger than text.
    pub(super) fn cover(&self, gray: &GrayImage, mark_mask: &mut Binary, text_ink: &mut Binary, size: f64) {
        let thickness = self.frame.thickness;
        let mut outline = Vec::new();
        for (from, to) in self.frame.sides() {
            let normal = across(from, to);
            let length = (to.x - from.x).hypot(to.y - from.y);
            // Covers the corners, too: the sides are extended by their thickness.
            for i in 0..=(2.0 * (length + thickness)) as i32 {
                let at = between(from, to, (f64::from(i) - thickness) / 2.0 / length);
                cover_run(mark_mask, text_ink, at, normal, thickness);
                outline.push(at);
            }
        }
        let holds = |p: Point| self.frame.holds(p);
        let over_print = self.crossings > 0;
        if !over_print || !lift(gray, mark_mask, text_ink, &self.mark.bbox, (&outline, &holds), size) {
            cover_inside(mark_mask, text_ink, &self.mark.bbox, &holds, over_print, size);
        }
    }
}
