//! Finds thin straight strokes longer than a character: rules, and the sides of boxes.
//!
//! Vertical strokes are crossed by image rows in short runs, horizontal ones by columns. Where a text stroke crosses
//! a rule, the runs are long, so the crossing stays with the text. The pieces in between are linked again if they are
//! collinear and close. At least one piece of a long rule is longer than strokes of text.

use super::{Mark, MarksOptions};
use crate::geometry::{BBox, BoxIndex, Point};
use crate::page::{Confidence, RegionKind};
use crate::raster::{Binary, Component, Labels, ink_runs};
use std::ops::Range;

/// Thickest stroke, in characters.
const THICKEST: f64 = 0.3;
/// Least shorter side of a frame, and half of its least longer side, in characters; largest ink fraction of its box.
const FRAME: f64 = 1.5;
const HOLLOW: f64 = 0.25;
/// Shortest piece, in characters.
const PIECE: f64 = 0.35;
/// Largest slope of a stroke (21°): stamps are rotated by up to twenty degrees.
const LEAN: f64 = 0.384;
/// Largest distance of a piece's midpoint from its chord, as a fraction of its length: rings are more curved.
const BENT: f64 = 0.04;
/// Gain for tracking a stroke to the centre of the next run: ink that touches it deflects the track for few rows only.
const FOLLOW: f64 = 0.2;
/// Largest slope of a rule (8.5°): a page may be bent on the scanner glass, and a form may be drawn by hand.
const RULE_LEAN: f64 = 0.15;
/// Largest gap between pieces, in characters: a crossing text stroke, or a flaw.
const GAP: f64 = 0.5;
/// Shortest stroke, in characters: no stroke of text is longer than its character.
const LONGER_THAN_PRINT: f64 = 1.15;

/// A stroke in vertical orientation; horizontal strokes are in the transposed image.
#[derive(Debug, Clone)]
pub(super) struct Stroke {
    pub top: Point,
    pub bottom: Point,
    /// Mean thickness, px.
    pub thickness: f64,
    pub bbox: BBox,
    /// Component indices of its pieces, and the ends of the pieces.
    pieces: Vec<usize>,
    ends: Vec<Point>,
    /// Whether its pieces are long and close enough for a rule; sides of frames need not be, because text may cover
    /// them.
    plain: bool,
    /// Whether one of its pieces leans more than rules do.
    leaning: bool,
}

impl Stroke {
    /// Vertical extent, px.
    pub(super) fn length(&self) -> f64 {
        self.bottom.y - self.top.y
    }

    /// Slope, px to the right per px down.
    pub(super) fn slope(&self) -> f64 {
        (self.bottom.x - self.top.x) / self.length().max(1.0)
    }

    /// Whether it leans no more than rules do.
    pub(super) fn stands(&self) -> bool {
        !self.leaning && self.slope().abs() <= RULE_LEAN
    }

    /// Whether it is nearly straight, as a rule is; the side of a ring is curved.
    fn is_rule(&self) -> bool {
        let off = |p: &Point| (p.x - self.top.x - self.slope() * (p.y - self.top.y)).abs();
        self.plain && self.stands() && self.ends.iter().all(|p| off(p) <= BENT * self.length() + 2.0)
    }

    /// Whether both are pieces of rules, or have similar slopes.
    fn leans_as(&self, next: &Self) -> bool {
        let (a, b) = (self.slope(), next.slope());
        let alike = a * b > 0.0 && (a - b).abs() <= 0.1 + 2.0 / self.length().min(next.length());
        match (self.leaning, next.leaning) {
            (false, false) => true,
            (true, true) => alike,
            _ => alike && a.abs().min(b.abs()) >= 0.7 * RULE_LEAN,
        }
    }

    /// Horizontal offset of the next piece from this stroke's end, px. Rules are bent, so their pieces count as
    /// vertical.
    fn aside(&self, next: &Self) -> f64 {
        let across = next.top.x - self.bottom.x;
        let slope = (next.bottom.x - self.top.x) / (next.bottom.y - self.top.y).max(1.0);
        let onward = if slope.abs() <= RULE_LEAN { 0.0 } else { slope * (next.top.y - self.bottom.y) };
        (across - onward).abs()
    }
}

/// Strokes of one direction, with the image in which they are vertical.
pub(super) struct Upright {
    /// The strokes, and the index of their boxes.
    pub strokes: Vec<Stroke>,
    pub places: BoxIndex,
    /// Components of the thin ink, and their label image.
    pub pieces: Vec<Component>,
    pub labels: Labels,
}

pub(super) struct Strokes {
    pub upright: Upright,
    /// Horizontal strokes, transposed.
    pub flat: Upright,
}

pub(super) fn find_strokes(ink: &Binary, size: f64) -> Strokes {
    Strokes { upright: find_upright(ink, size), flat: find_upright(&ink.transposed(), size) }
}

/// Keeps the horizontal runs that are at most `longest` px long.
fn thin(ink: &Binary, longest: usize) -> Binary {
    let mut thin = Binary::new(ink.width(), ink.height());
    for y in 0..ink.height() {
        let out = thin.row_mut(y);
        ink_runs(ink.row(y)).filter(|run| run.len() <= longest).for_each(|run| out[run].fill(255));
    }
    thin
}

/// Separates the sides of strongly leaning frames in thin ink: rows cross the flat sides of a thin frame in runs as
/// short as those of a thick stroke. Returns whether there were any.
fn part_corners(thin: &mut Binary, components: &[Component], labels: &Labels, size: f64) -> bool {
    let mut parted = false;
    for (i, c) in components.iter().enumerate() {
        let (short, long) = (c.bbox.width().min(c.bbox.height()), c.bbox.width().max(c.bbox.height()));
        let is_frame = f64::from(short) >= FRAME * size && f64::from(long) >= 2.0 * FRAME * size;
        if !is_frame || c.ink as f64 > HOLLOW * c.bbox.area() as f64 {
            continue;
        }
        let own = || labels.runs_of(i);
        let mut lengths: Vec<usize> = own().map(|(_, columns)| columns.len()).collect();
        lengths.sort_unstable();
        let longest = 2 * lengths[lengths.len() / 5];
        // A ring has such runs at its top and bottom only.
        if lengths[lengths.len() - 1 - lengths.len() / 5] <= longest {
            continue;
        }
        for (y, columns) in own().filter(|(_, columns)| columns.len() > longest) {
            thin.row_mut(y)[columns].fill(0);
            parted = true;
        }
    }
    parted
}

fn find_upright(ink: &Binary, size: f64) -> Upright {
    let mut thin = thin(ink, (THICKEST * size).max(3.0) as usize);
    let (mut components, mut labels) = thin.components();
    if part_corners(&mut thin, &components, &labels, size) {
        (components, labels) = thin.components();
    }
    let narrow = |c: &Component, lean: f64| {
        let (width, height) = (f64::from(c.bbox.width()), f64::from(c.bbox.height()));
        let thickness = c.ink as f64 / height.max(1.0);
        height >= PIECE * size && width <= lean * height + 1.6 * thickness + 2.0
    };
    let mut pieces: Vec<Stroke> = components
        .iter()
        .enumerate()
        .filter(|(_, c)| narrow(c, LEAN))
        .map(|(i, c)| Stroke { leaning: !narrow(c, RULE_LEAN), ..piece(&labels, i, &c.bbox, c.ink) })
        .filter(|piece| !piece.leaning || is_straight(&labels, piece))
        .collect();
    pieces.sort_by_key(|p| (p.bbox.top, p.bbox.left));
    let strokes = linked(pieces, size);
    let places = BoxIndex::of(strokes.iter().map(|stroke| &stroke.bbox));
    Upright { strokes, places, pieces: components, labels }
}

/// Builds a piece from a component. Its ends are the centres of its first and last rows.
fn piece(labels: &Labels, index: usize, bbox: &BBox, ink: u64) -> Stroke {
    let depth = (bbox.height() / 8).clamp(1, 6);
    let middle = |top: i32, bottom: i32| middle(labels, index, &BBox { top, bottom, ..*bbox });
    let top = Point { x: middle(bbox.top, bbox.top + depth), y: f64::from(bbox.top) };
    let bottom = Point { x: middle(bbox.bottom - depth, bbox.bottom), y: f64::from(bbox.bottom) };
    Stroke {
        top,
        bottom,
        ends: vec![top, bottom],
        thickness: ink as f64 / f64::from(bbox.height()),
        bbox: *bbox,
        pieces: vec![index],
        plain: false,
        leaning: false,
    }
}

/// Mean x of a component's ink in a box.
fn middle(labels: &Labels, index: usize, bbox: &BBox) -> f64 {
    let [top, bottom] = [bbox.top, bbox.bottom].map(|v| v.max(0) as u32);
    let own = labels.runs_of_rows(index, top, bottom);
    let (sum, count) = own.fold((0, 0), |(sum, count), (_, columns)| {
        (sum + columns.len() * (columns.start + columns.end), count + columns.len())
    });
    if count > 0 { sum as f64 / (2 * count) as f64 } else { bbox.center().x }
}

/// Whether the midpoint of a piece lies on the line between its ends.
fn is_straight(labels: &Labels, piece: &Stroke) -> bool {
    let half = (piece.bbox.top + piece.bbox.bottom) / 2;
    let rows = BBox { top: half - 2, bottom: half + 2, ..piece.bbox };
    let off = middle(labels, piece.pieces[0], &rows) - (piece.top.x + piece.bottom.x) / 2.0;
    off.abs() <= BENT * piece.length() + 1.0
}

/// Joins collinear pieces from top to bottom, and keeps the strokes that are longer than text strokes.
fn linked(pieces: Vec<Stroke>, size: f64) -> Vec<Stroke> {
    struct Growing {
        stroke: Stroke,
        longest: f64,
        drawn: f64,
    }
    let mut growing: Vec<Growing> = Vec::new();
    // Index of the strokes' lower ends. `aside` bounds the horizontal offset of the next piece of a leaning stroke.
    let mut ends = BoxIndex::default();
    let end = |stroke: &Stroke| BBox::from_ltwh(stroke.bottom.x as i32, stroke.bottom.y as i32, 1, 1);
    let aside = (4.0 * size) as i32 + 16;
    for piece in pieces {
        let fits = |g: &Growing| {
            let gap = piece.top.y - g.stroke.bottom.y;
            let alike = piece.thickness.max(g.stroke.thickness)
                <= 2.2 * piece.thickness.min(g.stroke.thickness) + 1.0;
            (-0.15 * size..=GAP * size).contains(&gap)
                && g.stroke.leans_as(&piece)
                && g.stroke.aside(&piece) <= 0.06 * size + 0.12 * gap.abs() + 1.0
                && alike
        };
        let top = BBox::from_ltwh(piece.top.x as i32, piece.top.y as i32, 1, 1);
        let (above, below) = ((GAP * size) as i32 + 2, (0.15 * size) as i32 + 2);
        let near = BBox {
            left: top.left - aside,
            right: top.right + aside,
            top: top.top - above,
            bottom: top.bottom + below,
        };
        let near = ends.touching(&near).into_iter().rev();
        let (length, place) = (piece.length(), near.into_iter().find(|&i| fits(&growing[i])));
        ends.insert(place.unwrap_or(growing.len()), &end(&piece));
        match place {
            Some(i) => {
                let g = &mut growing[i];
                g.stroke.thickness =
                    (g.stroke.thickness * g.drawn + piece.thickness * length) / (g.drawn + length);
                g.stroke.bottom = piece.bottom;
                g.stroke.bbox = g.stroke.bbox.union(&piece.bbox);
                g.stroke.pieces.extend(piece.pieces);
                g.stroke.ends.extend(piece.ends);
                g.stroke.leaning |= piece.leaning;
                g.drawn += length;
                g.longest = g.longest.max(length);
            }
            None => growing.push(Growing { stroke: piece, longest: length, drawn: length }),
        }
    }
    let least = LONGER_THAN_PRINT * size;
    growing
        .into_iter()
        .filter(|g| {
            g.stroke.length() >= least && g.longest >= 0.6 * size && g.drawn >= 0.5 * g.stroke.length()
        })
        .map(|g| {
            let length = g.stroke.length();
            let plain =
                g.longest >= least.min(0.5 * length) && g.longest >= 0.8 * size && g.drawn >= 0.75 * length;
            Stroke { plain, ..g.stroke }
        })
        .collect()
}

impl Strokes {
    /// Returns the rules and erases them: strokes of sufficient length, and shorter ones between two of these, as the
    /// sides of a form's cells are.
    pub(super) fn rules(
        &self,
        size: f64,
        options: &MarksOptions,
        mark_mask: &mut Binary,
        text_ink: &mut Binary,
    ) -> Vec<Mark> {
        let is_long = |s: &&Stroke| s.is_rule() && s.length() >= options.shortest_rule * size;
        let long =
            [&self.upright, &self.flat].map(|f| f.strokes.iter().filter(is_long).map(|s| s.bbox).collect());
        let [long_upright, long_flat]: [Vec<BBox>; 2] = long;
        // Transposed, because strokes of the other direction are in the transposed image.
        let around = |rules: Vec<BBox>| {
            let reach = (0.25 * size) as i32;
            let around: Vec<BBox> = rules.iter().map(|r| r.transposed().grown(reach)).collect();
            (BoxIndex::of(&around), around)
        };
        let (long_upright, long_flat) = (around(long_upright), around(long_flat));
        let meets = |at: &Point, (places, rules): &(BoxIndex, Vec<BBox>)| {
            let (x, y) = (at.x as i32, at.y as i32);
            places.touching(&BBox::from_ltwh(x, y, 1, 1)).into_iter().any(|i| rules[i].contains(x, y))
        };
        let mut found = Vec::new();
        let families = [(&self.upright, false, &long_flat), (&self.flat, true, &long_upright)];
        for (family, transposed, across) in families {
            let is_rule = |s: &&Stroke| {
                is_long(s) || (s.is_rule() && meets(&s.top, across) && meets(&s.bottom, across))
            };
            for stroke in family.strokes.iter().filter(is_rule) {
                let bbox = turned(&stroke.bbox, transposed);
                let before = mark_mask.ink_in(&bbox);
                family.erase(stroke, transposed, mark_mask, text_ink);
                // The side of a box that was covered before is no rule of its own.
                if mark_mask.ink_in(&bbox) > before {
                    found.push(Mark { kind: RegionKind::Ruling, bbox, confidence: Confidence::clamped(0.9) });
                }
            }
        }
        found
    }
}

impl Upright {
    /// Covers a stroke's pixels, except those of crossing thin strokes.
    fn erase(&self, stroke: &Stroke, transposed: bool, mark_mask: &mut Binary, text_ink: &mut Binary) {
        let own = stroke.pieces.iter().flat_map(|&piece| self.labels.runs_of(piece));
        let mut runs: Vec<(u32, Range<usize>)> = own.collect();
        runs.sort_unstable_by_key(|(y, columns)| (*y, columns.start));
        let middle = |columns: &Range<usize>| (columns.start + columns.end) as f64 / 2.0;
        let (mut at, mut at_y) = (stroke.top.x, stroke.top.y);
        for row in runs.chunk_by(|a, b| a.0 == b.0) {
            let y = f64::from(row[0].0);
            let onward = at + stroke.slope() * (y - at_y);
            let off = |columns: &Range<usize>| (middle(columns) - onward).abs();
            let Some((_, columns)) = row.iter().min_by(|a, b| off(&a.1).total_cmp(&off(&b.1))) else {
                continue;
            };
            // The tolerance grows with the distance from the last matching run.
            if off(columns) > stroke.thickness + 2.0 + 0.1 * (y - at_y) {
                continue;
            }
            at = onward + FOLLOW * (middle(columns) - onward);
            at_y = y;
            for x in columns.clone().map(|x| x as u32) {
                let (x, y) = if transposed { (row[0].0, x) } else { (x, row[0].0) };
                mark_mask.set(x, y, true);
                text_ink.set(x, y, false);
            }
        }
    }
}

/// Maps a box from the image in which strokes are vertical back to the page.
pub(super) fn turned(bbox: &BBox, transposed: bool) -> BBox {
    if transposed { bbox.transposed() } else { *bbox }
}
