//! Finds arcs: pieces of thin strokes with constant curvature, such as parts of rings.
//!
//! Where image rows cross a ring in short runs, the centres of these runs trace a quarter of the ring or more. Image
//! columns trace the rest. A text stroke that crosses the ring ends the arc; the next arc begins behind it. A trace
//! counts as an arc if it fits a circular arc whose radius is that of a stamp's ring. A trace that does not fit is
//! halved, and each half is tried again.

use super::strokes::Upright;
use crate::geometry::{BBox, Point};
use std::ops::Range;

/// Shortest arc, in characters.
const SHORTEST: f64 = 0.6;
/// Smallest and largest radius, in characters; the flat sides of an ellipse have larger radii than its ends.
const RADIUS: (f64, f64) = (0.5, 25.0);
/// Smallest sagitta, as a fraction of the chord and in px.
const BEND: (f64, f64) = (0.015, 1.2);
/// Largest mean deviation from a circular arc: characters, plus px.
const OFF: (f64, f64) = (0.02, 0.5);
/// Distance between sampled rows or columns, px.
const STEP: usize = 2;

#[derive(Debug, Clone)]
pub(super) struct Arc {
    /// Points along the centre line of the stroke.
    pub points: Vec<Point>,
    /// Unit vector from the arc's middle point to the concave side.
    pub inward: Point,
}

impl Arc {
    pub(super) fn middle(&self) -> Point {
        self.points[self.points.len() / 2]
    }

    pub(super) fn ends(&self) -> [Point; 2] {
        [self.points[0], self.points[self.points.len() - 1]]
    }
}

/// Returns the arcs among the thin components of one direction.
pub(super) fn find_arcs(family: &Upright, transposed: bool, size: f64) -> Vec<Arc> {
    let least = SHORTEST * size;
    let is_arc = |b: &BBox| f64::from(b.height()) >= least && b.width() > 2 && b.width() <= 2 * b.height();
    let mut found = Vec::new();
    for (index, _) in family.pieces.iter().enumerate().filter(|(_, c)| is_arc(&c.bbox)) {
        for chain in chains(family, index) {
            if chain.len() as f64 * STEP as f64 >= least {
                bent(&chain, size, &mut found);
            }
        }
    }
    if transposed {
        for arc in &mut found {
            let swapped = |p: Point| Point { x: p.y, y: p.x };
            arc.points.iter_mut().for_each(|p| *p = swapped(*p));
            arc.inward = swapped(arc.inward);
        }
    }
    found
}

/// Traces the centres of a component's runs from row to row. A trace ends where runs split or merge: both sides of a
/// ring may belong to one component.
fn chains(family: &Upright, index: usize) -> Vec<Vec<Point>> {
    let runs: Vec<(u32, Range<usize>)> = family.labels.runs_of(index).collect();
    let mut chains: Vec<Vec<Point>> = Vec::new();
    // The runs of the row above, each with the index of its trace.
    let mut above: Vec<(Range<usize>, usize)> = Vec::new();
    let mut above_y = 0;
    for row in runs.chunk_by(|a, b| a.0 == b.0) {
        let y = row[0].0;
        if above_y + 1 != y {
            above.clear();
        }
        let touch = |a: &Range<usize>, b: &Range<usize>| a.start <= b.end && b.start <= a.end;
        let here: Vec<(Range<usize>, usize)> = row
            .iter()
            .map(|(_, columns)| {
                let mut before = above.iter().filter(|(other, _)| touch(other, columns));
                let only = before.next().filter(|_| before.next().is_none());
                let alone = |other: &Range<usize>| row.iter().filter(|(_, c)| touch(c, other)).count() == 1;
                let number = only.filter(|(other, _)| alone(other)).map_or_else(
                    || {
                        chains.push(Vec::new());
                        chains.len() - 1
                    },
                    |(_, number)| *number,
                );
                (columns.clone(), number)
            })
            .collect();
        for (columns, number) in here.iter().filter(|_| (y as usize).is_multiple_of(STEP)) {
            let x = (columns.start + columns.end) as f64 / 2.0;
            chains[*number].push(Point { x, y: f64::from(y) + 0.5 });
        }
        (above, above_y) = (here, y);
    }
    chains
}

/// Appends the trace if it is an arc; otherwise tries its halves.
fn bent(chain: &[Point], size: f64, found: &mut Vec<Arc>) {
    if ((chain.len() * STEP) as f64) < SHORTEST * size || chain.len() < 5 {
        return;
    }
    let (from, to) = (chain[0], chain[chain.len() - 1]);
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy);
    // `off` is the signed distance from the chord; `shape` is the normalized profile of a flat circular arc.
    let off = |p: &Point| ((p.x - from.x) * dy - (p.y - from.y) * dx) / length;
    let part = |p: &Point| ((p.x - from.x) * dx + (p.y - from.y) * dy) / (length * length);
    let shape = |p: &Point| 4.0 * part(p) * (1.0 - part(p));
    let (product, square) = chain
        .iter()
        .fold((0.0, 0.0), |(product, square), p| (product + off(p) * shape(p), square + shape(p).powi(2)));
    let bend = product / square.max(1e-9);
    let missed = chain.iter().map(|p| (off(p) - bend * shape(p)).abs()).sum::<f64>() / chain.len() as f64;
    if missed > OFF.0 * size + OFF.1 {
        let half = chain.len() / 2;
        bent(&chain[..half], size, found);
        bent(&chain[half..], size, found);
        return;
    }
    let radius = length * length / (8.0 * bend.abs().max(1e-9)) + bend.abs() / 2.0;
    if bend.abs() >= (BEND.0 * length).max(BEND.1) && (RADIUS.0 * size..=RADIUS.1 * size).contains(&radius) {
        let sign = -bend.signum();
        let inward = Point { x: sign * dy / length, y: -sign * dx / length };
        found.push(Arc { points: chain.to_vec(), inward });
    }
}
