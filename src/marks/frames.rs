//! Finds rectangles drawn with a pen or a stamp, at any small rotation, also over text.
//!
//! One long stroke is a candidate side. The adjacent sides must continue from both of its ends, and a fourth side
//! must exist opposite. Text that crosses a side only adds ink, so a frame over text is found as reliably as a free
//! one: one clean side gives the hypothesis, which is tested on the ink of the other sides. The caller sets how worn
//! the sides may be ([`Wear`]).

use super::erasing::cut;
use super::lines::{Seen, across, around, between};
use super::strokes::{Stroke, Strokes};
use crate::geometry::{BBox, BoxIndex, Point};
use crate::raster::Binary;

/// Longest side of a frame, in characters.
const LONGEST: f64 = 18.0;

/// Tolerances for the sides of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wear {
    /// Least inked fraction of each side.
    inked: f64,
    /// Longest gap in a side, in characters.
    gap: f64,
    /// Shortest side, in characters.
    shortest: f64,
    /// Search width beside a side's extension, in characters; larger for worn frames, whose lean is less certain.
    pub onward: f64,
}

/// Tolerances for whole frames.
pub(super) const WHOLE: Wear = Wear { inked: 0.88, gap: 0.25, shortest: 0.9, onward: 0.04 };
/// Tolerances for frames worn in places. Strokes of text and strikeouts may also form such frames.
pub(super) const WORN: Wear = Wear { inked: 0.8, gap: 0.5, shortest: 2.0, onward: 0.12 };

/// A rectangle of four inked sides.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Corners on the centre lines of the sides, clockwise from the top left.
    pub corners: [Point; 4],
    /// Thickness of the sides, px.
    pub thickness: f64,
    /// Bounding box, with the thickness of the sides.
    pub bbox: BBox,
    pub wear: Wear,
    /// Mean inked fraction of the sides.
    inked: f64,
}

impl Frame {
    /// A frame with sides of zero thickness; corners clockwise from the top left.
    pub(super) fn new(corners: [Point; 4]) -> Self {
        Self { corners, thickness: 0.0, bbox: around(&corners, 0.0), wear: WHOLE, inked: 1.0 }
    }

    /// Area at least `inset` px inside the sides, px².
    pub(super) fn area(&self, inset: f64) -> f64 {
        let (short, long) = self.lengths();
        (short - 2.0 * inset).max(0.0) * (long - 2.0 * inset).max(0.0)
    }

    pub(super) fn sides(&self) -> [(Point, Point); 4] {
        let [a, b, c, d] = self.corners;
        [(a, b), (b, c), (c, d), (d, a)]
    }

    /// Width and height along the sides, px.
    pub(super) fn extent(&self) -> (f64, f64) {
        let [a, b, _, d] = self.corners;
        ((b.x - a.x).hypot(b.y - a.y), (d.x - a.x).hypot(d.y - a.y))
    }

    /// Lengths of the shorter and the longer side, px.
    pub(super) fn lengths(&self) -> (f64, f64) {
        let (width, height) = self.extent();
        (width.min(height), width.max(height))
    }

    pub(super) fn holds(&self, p: Point) -> bool {
        self.sides().iter().all(|&(a, b)| (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x) >= 0.0)
    }

    /// The ink at least `inset` px inside the sides, as an image of the frame's bounding box.
    pub(super) fn inside(&self, ink: &Binary, inset: f64) -> Binary {
        let part = self.bbox.intersection(&ink.bbox());
        let mut inside = cut(ink, &part);
        for y in 0..inside.height() {
            let columns = self.columns(f64::from(part.top) + f64::from(y) + 0.5, inset);
            let row = inside.row_mut(y);
            let column = |x: f64| ((x - f64::from(part.left)).max(0.0) as usize).min(row.len());
            let (first, last) = (column(columns.start), column(columns.end));
            row[..first].fill(0);
            row[last.max(first)..].fill(0);
        }
        inside
    }

    /// The range of a pixel row that lies within the sides.
    fn columns(&self, y: f64, inset: f64) -> std::ops::Range<f64> {
        let mut columns = f64::NEG_INFINITY..f64::INFINITY;
        for (a, b) in self.sides() {
            let across = across(a, b);
            let beyond = inset - (y - a.y) * across.y;
            if across.x > 1e-9 {
                columns.start = columns.start.max(a.x + beyond / across.x);
            } else if across.x < -1e-9 {
                columns.end = columns.end.min(a.x + beyond / across.x);
            } else if beyond > 0.0 {
                return 0.0..0.0;
            }
        }
        columns
    }

    /// Slope of the longer side against the page.
    pub(super) fn lean(&self) -> f64 {
        let [a, b, c, d] = self.corners;
        let flat = (b.y - a.y + c.y - d.y) / (b.x - a.x + c.x - d.x);
        let upright = (a.x - d.x + b.x - c.x) / (d.y - a.y + c.y - b.y);
        if b.x - a.x > d.y - a.y { flat } else { upright }
    }
}

/// Finds all frames of a page, the largest first. Of frames that nearly coincide, it keeps the one with the most ink.
pub(super) fn find_frames(ink: &Binary, strokes: &Strokes, wear: Wear, size: f64) -> Vec<Frame> {
    let mut found = Vec::new();
    for (family, transposed) in [(&strokes.upright.strokes, false), (&strokes.flat.strokes, true)] {
        let seen = Seen { ink, transposed };
        for stroke in family.iter().filter(|s| s.length() <= 1.5 * LONGEST * size) {
            for direction in [-1.0, 1.0] {
                found.extend(
                    from_side(&seen, stroke, direction, (wear, size))
                        .into_iter()
                        .map(|f| stand(f, transposed)),
                );
            }
        }
    }
    found.sort_by(|a: &Frame, b| {
        (b.bbox.area(), b.inked).partial_cmp(&(a.bbox.area(), a.inked)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let (mut kept, mut places): (Vec<Frame>, _) = (Vec::new(), BoxIndex::default());
    for frame in found {
        let near = places.touching(&frame.bbox).into_iter();
        match near.into_iter().find(|&i| kept[i].bbox.iou(&frame.bbox) > 0.85) {
            Some(same) if frame.inked > kept[same].inked => {
                places.replace(same, &kept[same].bbox, &frame.bbox);
                kept[same] = frame;
            }
            Some(_) => {}
            None => {
                places.insert(kept.len(), &frame.bbox);
                kept.push(frame);
            }
        }
    }
    kept
}

/// Maps a frame back to the page, if it was found in the transposed image.
fn stand(frame: Frame, transposed: bool) -> Frame {
    if !transposed {
        return frame;
    }
    let [a, b, c, d] = frame.corners.map(|p| Point { x: p.y, y: p.x });
    Frame { corners: [a, d, c, b], bbox: frame.bbox.transposed(), ..frame }
}

/// Follows a stroke to the ends of its ink and refits its direction on the way. A short piece between two characters
/// does not determine the direction well enough to reach the far end.
fn fitted(seen: &Seen<'_>, stroke: &Stroke, reach: i32, (wear, size): (Wear, f64)) -> (Point, Point) {
    let (mut top, mut bottom) = (stroke.top, stroke.bottom);
    let longest = (1.6 * stroke.thickness) as i32 + 2;
    for step in [2.0, 6.0, 18.0] {
        let length = (bottom.x - top.x).hypot(bottom.y - top.y);
        let down = Point { x: (bottom.x - top.x) / length, y: (bottom.y - top.y) / length };
        let up = Point { x: -down.x, y: -down.y };
        let before = seen.reach(top, up, step * size, wear.gap * size, reach);
        let after = seen.reach(bottom, down, step * size, wear.gap * size, reach);
        let end = |p: Point, by: f64| Point { x: p.x + down.x * by, y: p.y + down.y * by };
        (top, bottom) = (end(top, -before), end(bottom, after));
        if let Some((at, slope)) = straight_line(seen, top, bottom, reach + 1, longest) {
            top.x = at.x + slope * (top.y - at.y);
            bottom.x = at.x + slope * (bottom.y - at.y);
        }
    }
    (top, bottom)
}

/// Least-squares line through the centres of the runs across a stroke: a point, and the slope against the vertical.
/// Runs longer than `longest` belong to crossing text and are ignored.
fn straight_line(
    seen: &Seen<'_>,
    top: Point,
    bottom: Point,
    reach: i32,
    longest: i32,
) -> Option<(Point, f64)> {
    let steps = ((bottom.y - top.y) / 2.0).max(1.0);
    let middles: Vec<(f64, f64)> = (0..=steps as i32)
        .filter_map(|i| {
            let at = between(top, bottom, f64::from(i) / steps);
            let (first, last) = seen.run(at, Point { x: 1.0, y: 0.0 }, reach, longest)?;
            (last - first <= longest).then(|| (at.y, at.x.floor() + f64::from(first + last) / 2.0))
        })
        .collect();
    let count = middles.len() as f64;
    let y = middles.iter().map(|m| m.0).sum::<f64>() / count;
    let x = middles.iter().map(|m| m.1).sum::<f64>() / count;
    let spread: f64 = middles.iter().map(|m| (m.0 - y).powi(2)).sum();
    let slope = middles.iter().map(|m| (m.0 - y) * (m.1 - x)).sum::<f64>() / spread;
    (spread > 0.0).then_some((Point { x, y }, slope))
}

/// A candidate side; `out` points into the frame.
struct Side<'a> {
    seen: &'a Seen<'a>,
    from: Point,
    length: f64,
    down: Point,
    out: Point,
    thickness: f64,
    reach: i32,
    wear: Wear,
}

impl Side<'_> {
    /// The point `along` px down the side and `off` px into the frame.
    fn at(&self, along: f64, off: f64) -> Point {
        Point {
            x: self.from.x + self.down.x * along + self.out.x * off,
            y: self.from.y + self.down.y * along + self.out.y * off,
        }
    }

    /// Finds a corner between two positions on the side: the position where the adjacent side reaches farthest, and
    /// its length. The stroke may extend beyond the corner if it touches text or a rule.
    fn corner(&self, from: f64, to: f64, size: f64) -> (f64, f64) {
        let steps = ((to - from).abs() / 2.0) as i32;
        let mut farthest = (from, 0.0);
        for i in 0..=steps {
            let along = from + (to - from) * f64::from(i) / f64::from(steps.max(1));
            let depth = self.seen.reach(
                self.at(along, 0.0),
                self.out,
                LONGEST * size,
                self.wear.gap * size,
                self.reach,
            );
            if depth > farthest.1 + 1.0 {
                farthest = (along, depth);
            }
        }
        farthest
    }

    /// The line parallel to the side at distance `off`, without its corners.
    fn opposite(&self, top: f64, bottom: f64, off: f64) -> (Point, Point) {
        let (from, to) = (self.at(top, off), self.at(bottom, off));
        (between(from, to, 0.03), between(from, to, 0.97))
    }
}

/// The frames whose left (`direction` 1) or right (-1) side is the stroke.
fn from_side(seen: &Seen<'_>, stroke: &Stroke, direction: f64, (wear, size): (Wear, f64)) -> Vec<Frame> {
    let reach = ((0.5 * stroke.thickness) as i32 + 1).min((0.06 * size) as i32 + 1);
    let (from, to) = fitted(seen, stroke, reach, (wear, size));
    let length = (to.x - from.x).hypot(to.y - from.y);
    let down = Point { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
    let out = Point { x: direction * down.y, y: -direction * down.x };
    let side = Side { seen, from, length, down, out, thickness: stroke.thickness, reach, wear };
    opposites(&side, direction, size)
}

/// Returns one frame for each inked line opposite to the side.
fn opposites(side: &Side<'_>, direction: f64, size: f64) -> Vec<Frame> {
    let (least, longest) = (side.wear.shortest * size, LONGEST * size);
    if side.length + 4.0 < least {
        return Vec::new();
    }
    let middle = (side.length / 2.0).min(0.8 * size);
    let (top, top_depth) = side.corner(-2.0, middle, size);
    let (bottom, bottom_depth) = side.corner(side.length + 2.0, side.length - middle, size);
    let deepest = top_depth.min(bottom_depth);
    if bottom - top < least || bottom - top > longest || deepest < least {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut off = deepest + 3.0;
    while off >= least {
        let (from, to) = side.opposite(top, bottom, off);
        if side.seen.is_covered(from, to, side.reach, side.wear.inked) {
            // Centre of the opposite side: halfway between the outermost covered offset and the innermost with the
            // best coverage.
            let coverage = |off: f64| {
                let (from, to) = side.opposite(top, bottom, off);
                side.seen.coverage(from, to, side.reach)
            };
            let places = (0..=8).map(|i| off - f64::from(i)).map(|off| (coverage(off), off));
            let best = places.fold((0.0, off), |best, this| if this.0 >= best.0 { this } else { best });
            let at = (best.1 + off) / 2.0;
            let (near, far) =
                ([side.at(top, 0.0), side.at(bottom, 0.0)], [side.at(top, at), side.at(bottom, at)]);
            let [left, right] = if direction > 0.0 { [near, far] } else { [far, near] };
            found.extend(inked(side, [left[0], right[0], right[1], left[1]]));
            off -= 0.3 * size;
        }
        off -= 2.0;
    }
    found
}

/// Returns a frame with these corners, if all sides are inked.
fn inked(side: &Side<'_>, corners: [Point; 4]) -> Option<Frame> {
    let [a, b, c, d] = corners;
    let sides = [(a, b), (b, c), (c, d), (d, a)].map(|(p, q)| side.seen.coverage(p, q, side.reach));
    sides.iter().all(|&s| s >= side.wear.inked).then(|| Frame {
        corners,
        thickness: side.thickness,
        bbox: around(&corners, side.thickness / 2.0),
        wear: side.wear,
        inked: sides.iter().sum::<f64>() / 4.0,
    })
}
