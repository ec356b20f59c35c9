//! Measures the edges of a blank box: on each side the thickness, the outer end, and the course of the inner edge.
//!
//! Each side is sampled along 40 perpendicular lines. Medians of the samples ignore text that touches the edge, and
//! gaps in it. The inner edge is a line through the medians of the first and the last third, so a bulging edge is
//! approximated by a straight one.

use super::frames::Frame;
use super::lines::Seen;
use crate::geometry::{BBox, Point};
use crate::raster::Binary;
use std::ops::Range;

/// Largest slope of a side against the page (1.5°): boxes are drawn on scans that are deskewed later.
pub(super) const LEAN: f64 = 0.026;
/// Sampled positions along a side.
const SAMPLES: i32 = 40;

#[derive(Clone, Copy)]
pub(super) struct BoxEdge {
    /// Distance from the blank's bounding box to the outer end of the ink, px.
    pub end: i32,
    /// Thickness, px.
    pub thickness: i32,
    /// Fraction of the samples that hit ink, 0 to 1.
    pub inked: f64,
    /// Distance from the blank's bounding box outwards to the inner edge at the start and at the end of the side, px;
    /// negative inside the bounding box.
    pub edge: [f64; 2],
}

/// Returns the frame formed by the inner edges of the top, right, bottom and left sides.
pub(super) fn frame_of(hole: &BBox, edges: &[BoxEdge; 4]) -> Frame {
    let [left, top, right, bottom] = [hole.left, hole.top, hole.right, hole.bottom].map(f64::from);
    let [upper, after, lower, before] = edges.map(|r| r.edge);
    Frame::new([
        Point { x: left - before[0], y: top - upper[0] },
        Point { x: right + after[0], y: top - upper[1] },
        Point { x: right + after[1], y: bottom + lower[1] },
        Point { x: left - before[1], y: bottom + lower[0] },
    ])
}

/// Measures the edges around a blank, in the order top, right, bottom, left.
pub(super) fn box_edges_of(ink: &Binary, hole: &BBox, size: f64) -> [BoxEdge; 4] {
    let rim = |side, part| rim_of(ink, hole, side, part, size);
    let (width, height) = (hole.width(), hole.height());
    // If the blank leans, its short sides end at the inner edges of its long sides.
    let between = |from: &BoxEdge, beyond: &BoxEdge, end: usize, depth: i32| {
        let [from, beyond] = [from, beyond].map(|r| (-r.edge[end]).max(0.0) as i32);
        from..(depth - beyond).max(from + 1)
    };
    if width >= height {
        let (top, bottom) = (rim((0, -1), 0..width), rim((0, 1), 0..width));
        let right = rim((1, 0), between(&top, &bottom, 1, height));
        let left = rim((-1, 0), between(&top, &bottom, 0, height));
        [top, right, bottom, left]
    } else {
        let (right, left) = (rim((1, 0), 0..height), rim((-1, 0), 0..height));
        let top = rim((0, -1), between(&left, &right, 0, width));
        let bottom = rim((0, 1), between(&left, &right, 1, width));
        [top, right, bottom, left]
    }
}

/// Measures the edge on one side of a blank, outwards along the unit step `side`, over the range `part` of that side.
fn rim_of(ink: &Binary, hole: &BBox, side: (i32, i32), part: Range<i32>, size: f64) -> BoxEdge {
    let seen = Seen { ink, transposed: false };
    let (across, depth) =
        if side.0 == 0 { (hole.width(), hole.height()) } else { (hole.height(), hole.width()) };
    // A leaning or frayed edge may lie inside the blank's bounding box.
    let lean = (LEAN * f64::from(across)).max(0.4 * size);
    let within = (depth / 3).min(lean as i32).max(2);
    let samples: Vec<(f64, i32, (i32, i32))> = (0..SAMPLES)
        .filter_map(|i| {
            let t = part.start + (part.end - part.start) * (2 * i + 1) / (2 * SAMPLES);
            let is_ink = |d: i32| match side {
                (0, -1) => seen.at(hole.left + t, hole.top - 1 - d),
                (0, _) => seen.at(hole.left + t, hole.bottom + d),
                (1, _) => seen.at(hole.right + d, hole.top + t),
                _ => seen.at(hole.left - 1 - d, hole.top + t),
            };
            let begins = -within..(0.1 * size) as i32 + 3;
            let run = longest_run(is_ink, begins.clone(), (1.2 * size) as i32)?;
            let edge = begins.into_iter().find(|&d| is_ink(d))?;
            Some((f64::from(2 * i + 1) / f64::from(2 * SAMPLES), edge, run))
        })
        .collect();
    let median = |values: &mut dyn Iterator<Item = i32>| {
        let mut values: Vec<i32> = values.collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0)
    };
    // The median of the first third lies at 1/6 of the side, that of the last third at 5/6; extrapolate to both ends.
    let [first, last] = [0.0, 2.0 / 3.0].map(|from| {
        let third = samples.iter().filter(|(at, ..)| (from..from + 1.0 / 3.0).contains(at));
        f64::from(median(&mut third.map(|(_, edge, _)| *edge)))
    });
    let onward = (last - first) / 4.0;
    BoxEdge {
        end: median(&mut samples.iter().map(|(.., run)| run.1)).max(1),
        thickness: median(&mut samples.iter().map(|(.., run)| run.1 - run.0)),
        inked: samples.len() as f64 / f64::from(SAMPLES),
        edge: [first - onward, last + onward],
    }
}

/// Returns the longest run of ink that begins in a range and ends before `limit`; gaps of one pixel do not end it.
fn longest_run(is_ink: impl Fn(i32) -> bool, begins: Range<i32>, limit: i32) -> Option<(i32, i32)> {
    // If characters are two pixels high, `limit` lies before the end of the range.
    let limit = limit.max(begins.end);
    let mut longest: Option<(i32, i32)> = None;
    let mut d = begins.start;
    while d < begins.end {
        if is_ink(d) {
            let end = (d..limit).find(|&e| !is_ink(e) && !is_ink(e + 1)).unwrap_or(limit);
            if longest.is_none_or(|(from, to)| end - d > to - from) {
                longest = Some((d, end));
            }
            d = end;
        }
        d += 1;
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression test: corrupt files caused an infinite loop here.
    #[test]
    fn a_run_that_begins_beyond_the_limit_ends() {
        assert_eq!(longest_run(|d| d < 3, -1..4, 1), Some((-1, 3)));
    }
}
