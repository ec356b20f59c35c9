//! Finds round and oval stamps in black ink.
//!
//! Two arcs ([`arcs`](super::arcs)) that face each other, or one long arc, determine an ellipse
//! ([`ellipse`](super::ellipse)). If most of the ellipse is inked, it is fitted again to the centres of the runs of
//! ink across it, from coarse to fine, so the first ellipse need not be exact. Text that crosses the ring only adds
//! ink. The ring is a stamp if it is thin, closed apart from small gaps, partly free of adjoining ink, and has
//! content. The content distinguishes it from the edge of a punched hole. The search runs before rules are removed,
//! because a rule that crosses a ring takes some of its ink.
//!
//! The position is accurate to one or two pixels. Of 180 black rings and ovals on pages of synthetic cables, upright
//! to 20 degrees, some worn, 172 are found, with one false positive. The search misses rings worn to less than
//! [`INKED`] ([`WORN`] where nothing is near), rings without two arcs of more than half a character, and ellipses
//! longer than [`FLAT`].

use super::Mark;
use super::arcs::{Arc, find_arcs};
use super::ellipse::{Ellipse, Sums, angles};
use super::erasing::{cover_inside, cover_run};
use super::lines::{Seen, floor};
use super::shade::lift;
use super::strokes::Strokes;
use crate::geometry::{BBox, BoxIndex, Point};
use crate::page::{Confidence, RegionKind, StampColor};
use crate::raster::Binary;
use image::GrayImage;
use std::ops::Range;

/// Least shorter and largest longer half axis, in characters.
const HALF: (f64, f64) = (0.9, 8.0);
/// Largest axis ratio.
const FLAT: f64 = 3.2;
/// Least inked fraction of a candidate ring, and of a stamp.
const LIKELY: f64 = 0.6;
const INKED: f64 = 0.86;
/// The same for a worn ring without ink nearby: the inked fraction, and its excess over the ink beside the ring.
const WORN: (f64, f64) = (0.75, 0.68);
/// Longest gap, as a fraction of the ring: hand-drawn loops around words are not closed.
const GAP: f64 = 0.1;
/// Distances from the ring, of which the one with the least ink counts, in characters, and least decrease of the
/// inked fraction there. A second ring may lie inside the first.
const BESIDE: [f64; 3] = [0.06, 0.1, 0.15];
const APART: f64 = 0.55;
/// Least fraction of the ring that is free of crossing text.
const CLEAR: f64 = 0.4;
/// Thickest ring, in characters.
const THICKEST: f64 = 0.3;
/// Ink fraction inside the ring.
const FILLED: Range<f64> = 0.05..0.75;
/// Largest distance of arcs and ink from the ellipse, in characters, for each pass of the fit.
const REACH: [f64; 4] = [0.3, 0.2, 0.12, 0.08];
/// Sampled points along a ring.
const PLACES: usize = 128;
/// Largest number of arc pairs, against pages with far more arcs than text has (some hundreds): there, each arc is
/// paired with its nearest only.
const PAIRS: usize = 1_000_000;
/// Largest number of fitted rings, those with the most ink first.
const MOST: usize = 12;

pub(super) struct Ring {
    pub mark: Mark,
    /// Centre line of the ring.
    ellipse: Ellipse,
    thickness: f64,
}

/// Finds the round and oval stamps. `strokes` must come from the ink before rules were removed.
pub(super) fn find_rings(ink: &Binary, strokes: &Strokes, size: f64) -> Vec<Ring> {
    let page = Page { ink, angles: angles(PLACES).collect(), size };
    let mut arcs = find_arcs(&strokes.upright, false, size);
    arcs.extend(find_arcs(&strokes.flat, true, size));
    arcs.retain(|arc| {
        arc.points.iter().filter(|p| page.seen().at(floor(p.x), floor(p.y))).count() * 2 > arc.points.len()
    });
    let mut likely = page.likely(&arcs);
    likely.sort_by(|a, b| b.1.total_cmp(&a.1));
    let mut found: Vec<Ring> = Vec::new();
    let mut followed: Vec<Ellipse> = Vec::new();
    for (ellipse, _) in likely {
        let same = |other: &Ellipse| other.bbox(0.0).iou(&ellipse.bbox(0.0)) > 0.6;
        if followed.iter().any(same) {
            continue;
        }
        followed.push(ellipse);
        if let Some(ring) = page.followed(ellipse).and_then(|ellipse| page.stamp(ellipse))
            && found.iter().all(|f| f.mark.bbox.iou(&ring.mark.bbox) < 0.3)
        {
            found.push(ring);
        }
        if followed.len() >= MOST {
            break;
        }
    }
    found
}

struct Page<'a> {
    ink: &'a Binary,
    angles: Vec<(f64, f64)>,
    size: f64,
}

impl Page<'_> {
    fn seen(&self) -> Seen<'_> {
        Seen { ink: self.ink, transposed: false }
    }

    /// Whether each `step`th point of a ring has ink within `reach` px.
    fn hits(&self, ellipse: &Ellipse, reach: i32, step: usize) -> impl Iterator<Item = bool> {
        let seen = self.seen();
        self.angles.iter().step_by(step).map(move |angle| {
            let (at, out) = ellipse.at(*angle);
            seen.near(at, out, reach)
        })
    }

    fn inked(&self, ellipse: &Ellipse, reach: i32, step: usize) -> f64 {
        self.hits(ellipse, reach, step).filter(|hit| *hit).count() as f64 / (PLACES / step) as f64
    }

    /// Returns the candidate ellipses of the arcs, with their inked fractions.
    fn likely(&self, arcs: &[Arc]) -> Vec<(Ellipse, f64)> {
        let middle = self.ink.bbox().center();
        let frame = (middle, 4.0 * self.size);
        let sums: Vec<Sums> = arcs.iter().map(|arc| Sums::of(arc.points.iter().copied(), frame)).collect();
        let place = |arc: &Arc| BBox::from_ltwh(arc.middle().x as i32, arc.middle().y as i32, 1, 1);
        let places = BoxIndex::of(&arcs.iter().map(place).collect::<Vec<BBox>>());
        let reach = (2.0 * HALF.1 * self.size) as i32 + 2;
        let partners = (PAIRS / arcs.len().max(1)).max(8);
        let mut likely = Vec::new();
        for (i, arc) in arcs.iter().enumerate() {
            likely.extend(sums[i].fit(frame).and_then(|ellipse| self.checked(ellipse, &[arc])));
            let near = places.touching(&place(arc).grown(reach)).into_iter().filter(|&j| j > i);
            let facing = near.map(|j| (j, &arcs[j])).filter(|(_, other)| self.faces(arc, other));
            for (j, other) in nearest(facing.collect(), arc.middle(), partners) {
                let both = sums[i].with(&sums[j]);
                likely.extend(both.fit(frame).and_then(|ellipse| self.checked(ellipse, &[arc, other])));
            }
        }
        likely
    }

    /// Whether each of two arcs lies on the concave side of the other, at most the largest ring's diameter away.
    fn faces(&self, arc: &Arc, other: &Arc) -> bool {
        let slack = -0.1 * self.size;
        let before = |a: &Arc, p: Point| {
            let m = a.middle();
            (p.x - m.x) * a.inward.x + (p.y - m.y) * a.inward.y >= slack
        };
        let (a, b) = (arc.middle(), other.middle());
        (a.x - b.x).abs().max((a.y - b.y).abs()) <= 2.0 * HALF.1 * self.size
            && before(arc, b)
            && before(other, a)
            && other.ends().iter().all(|p| before(arc, *p))
            && arc.ends().iter().all(|p| before(other, *p))
    }

    /// Returns an ellipse with its inked fraction, if it fits a stamp's size and its arcs, and most of it is inked.
    fn checked(&self, ellipse: Ellipse, arcs: &[&Arc]) -> Option<(Ellipse, f64)> {
        let (long, short) = ellipse.half;
        if !self.has_size(&ellipse) {
            return None;
        }
        let near = |p: &Point| (ellipse.out(*p) - 1.0).abs() * (long * short).sqrt() <= REACH[1] * self.size;
        if !arcs.iter().all(|arc| near(&arc.middle()) && arc.ends().iter().all(near)) {
            return None;
        }
        let inked = self.inked(&ellipse, (REACH[2] * self.size) as i32, 4);
        (inked >= LIKELY).then_some((ellipse, inked))
    }

    fn has_size(&self, ellipse: &Ellipse) -> bool {
        let (long, short) = ellipse.half;
        short >= HALF.0 * self.size && long <= HALF.1 * self.size && long <= FLAT * short
    }

    /// Fits the ellipse to the ink around it, in several passes.
    fn followed(&self, mut ellipse: Ellipse) -> Option<Ellipse> {
        for reach in REACH {
            let frame = (ellipse.center, ellipse.half.0);
            let mut places = self.clear(&ellipse, (reach * self.size).ceil() as i32);
            // Drops outliers, which belong to other ink.
            let mut off: Vec<f64> = places.iter().map(|p| (ellipse.out(*p) - 1.0).abs()).collect();
            if off.len() * 5 < PLACES {
                return None;
            }
            let middle = off.len() / 2;
            let most = 2.5 * *off.select_nth_unstable_by(middle, f64::total_cmp).1 + 0.01;
            places.retain(|p| (ellipse.out(*p) - 1.0).abs() <= most);
            ellipse = Sums::of(places, frame).fit(frame).filter(|e| self.has_size(e))?;
        }
        Some(ellipse)
    }

    /// Centres of the runs of ink across a ring, where they are no thicker than a ring.
    fn clear(&self, ellipse: &Ellipse, reach: i32) -> Vec<Point> {
        let longest = (THICKEST * self.size) as i32 + 1;
        let seen = self.seen();
        let middle = |angle: &(f64, f64)| {
            let (at, out) = ellipse.at(*angle);
            let (first, last) = seen.run(at, out, reach, longest)?;
            let d = f64::from(first + last - 1) / 2.0;
            (last - first <= longest).then_some(Point { x: at.x + d * out.x, y: at.y + d * out.y })
        };
        self.angles.iter().filter_map(middle).collect()
    }

    /// Returns an ellipse as a stamp, if it is a thin ring with content.
    fn stamp(&self, ellipse: Ellipse) -> Option<Ring> {
        let at = |ellipse: &Ellipse, by: f64| self.inked(&ellipse.grown(by), 0, 1);
        let most = THICKEST * self.size;
        let middle = at(&ellipse, 0.0);
        // The thickness is the range of offsets with enough ink.
        let thick = |sign: f64| {
            let is_ring = |d: &f64| *d <= most && at(&ellipse, sign * d) >= 0.6 * middle;
            (1..).map(f64::from).take_while(is_ring).count() as f64
        };
        let (out, within) = (thick(1.0), thick(-1.0));
        let thickness = out + within + 1.0;
        let ellipse = ellipse.grown((out - within) / 2.0);
        let hits: Vec<bool> = self.hits(&ellipse, (thickness / 2.0) as i32, 1).collect();
        let inked = hits.iter().filter(|hit| **hit).count() as f64 / PLACES as f64;
        let clear = self.clear(&ellipse, (thickness / 2.0).ceil() as i32).len() as f64 / PLACES as f64;
        let beside = |sign: f64| {
            let apart = |part: &f64| thickness / 2.0 + part * self.size;
            BESIDE.iter().map(|part| at(&ellipse, sign * apart(part))).fold(1.0, f64::min)
        };
        let beside = beside(1.0).max(beside(-1.0));
        // The rectangle inscribed in the ring.
        let inside = ellipse.grown(-thickness).scaled(std::f64::consts::FRAC_1_SQRT_2).bbox(0.0);
        let filled = self.ink.ink_in(&inside) as f64 / inside.area().max(1) as f64;
        let apart = inked - beside;
        let is_inked = inked >= INKED || (inked >= WORN.0 && apart >= WORN.1);
        if !is_inked
            || gap(&hits) > GAP
            || clear < CLEAR
            || apart < APART
            || thickness > most
            || !FILLED.contains(&filled)
        {
            return None;
        }
        let kind = RegionKind::stamp(StampColor::Black, ellipse.shape());
        let confidence = Confidence::clamped(0.9 * inked as f32);
        let mark = Mark { kind, bbox: ellipse.bbox(thickness / 2.0), confidence };
        Some(Ring { mark, ellipse, thickness })
    }
}

/// Returns the arcs nearest to a point, in their original order.
fn nearest(mut arcs: Vec<(usize, &Arc)>, to: Point, most: usize) -> Vec<(usize, &Arc)> {
    if arcs.len() > most {
        let far = |arc: &Arc| (arc.middle().x - to.x).hypot(arc.middle().y - to.y);
        arcs.select_nth_unstable_by(most, |a, b| far(a.1).total_cmp(&far(b.1)).then(a.0.cmp(&b.0)));
        arcs.truncate(most);
        arcs.sort_unstable_by_key(|(index, _)| *index);
    }
    arcs
}

/// Longest gap, as a fraction of the ring.
fn gap(hits: &[bool]) -> f64 {
    let (_, longest) = hits.iter().chain(hits).fold((0, 0), |(gap, longest), hit| {
        let gap = if *hit { 0 } else { gap + 1 };
        (gap, gap.max(longest))
    });
    longest.min(hits.len()) as f64 / hits.len().max(1) as f64
}

impl Ring {
    /// Removes the ring and its content from the text ink; text that crosses the ring remains.
    pub(super) fn cover(&self, gray: &GrayImage, mark_mask: &mut Binary, text_ink: &mut Binary, size: f64) {
        let places = (4.0 * std::f64::consts::PI * self.ellipse.half.0) as usize;
        let (mut crossings, mut outline) = (0, Vec::new());
        for angle in angles(places) {
            let (at, out) = self.ellipse.at(angle);
            crossings += usize::from(!cover_run(mark_mask, text_ink, at, out, self.thickness));
            outline.push(at);
        }
        let holds = |p: Point| self.ellipse.out(p) < 1.0;
        if crossings == 0 || !lift(gray, mark_mask, text_ink, &self.mark.bbox, (&outline, &holds), size) {
            cover_inside(mark_mask, text_ink, &self.mark.bbox, &holds, crossings > 0, size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{SIZE, character, fill, page, print, ring};
    use crate::marks::strokes::find_strokes;
    use crate::page::StampShape;

    fn rings(ink: &Binary) -> Vec<Mark> {
        find_rings(ink, &find_strokes(ink, SIZE), SIZE).into_iter().map(|ring| ring.mark).collect()
    }

    fn is_shape(mark: &Mark, shape: StampShape) -> bool {
        mark.kind == RegionKind::stamp(StampColor::Black, shape)
    }

    #[test]
    fn a_ring_over_print_is_a_round_stamp() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 700));
        ring(&mut ink, (640.0, 720.0), (90.0, 90.0), (0.0, 0..360), 5.0);
        character(&mut ink, 600, 690, 60, 8);
        let found = rings(&ink);
        assert_eq!(found.len(), 1);
        assert!(is_shape(&found[0], StampShape::Circle));
        assert!(found[0].bbox.iou(&BBox::from_ltrb(547, 627, 733, 813)) > 0.95, "{found:?}");
    }

    #[test]
    fn an_oval_that_leans_over_print_and_a_rule_is_an_oval_stamp() {
        for slope in [-0.36, 0.0, 0.2] {
            let mut ink = page();
            print(&mut ink, BBox::from_ltrb(100, 100, 1100, 700));
            fill(&mut ink, BBox::from_ltrb(100, 760, 1100, 764));
            ring(&mut ink, (640.0, 720.0), (200.0, 90.0), (slope, 0..360), 5.0);
            [540, 610, 680].iter().for_each(|x| character(&mut ink, *x, 690, 60, 8));
            let found = rings(&ink);
            assert_eq!(found.len(), 1, "{slope} {found:?}");
            assert!(is_shape(&found[0], StampShape::Oval));
            let (sin, cos) = f64::atan(slope).sin_cos();
            let (x, y) = ((200.0 * cos).hypot(90.0 * sin) + 2.5, (200.0 * sin).hypot(90.0 * cos) + 2.5);
            let there = BBox::from_ltrb(640 - x as i32, 720 - y as i32, 640 + x as i32, 720 + y as i32);
            assert!(found[0].bbox.iou(&there) > 0.95, "{slope} {found:?}");
        }
    }

    #[test]
    fn a_ring_worn_in_places_is_a_stamp_and_a_loop_drawn_by_hand_is_none() {
        let worn = [0..70, 80..160, 172..250, 262..350];
        let open = [0..290, 290..292];
        for (parts, count) in [(&worn[..], 1), (&open[..], 0)] {
            let mut ink = page();
            parts
                .iter()
                .for_each(|part| ring(&mut ink, (600.0, 700.0), (140.0, 100.0), (0.1, part.clone()), 5.0));
            character(&mut ink, 560, 670, 60, 6);
            assert_eq!(rings(&ink).len(), count, "{parts:?}");
        }
    }

    #[test]
    fn the_copy_of_a_punched_hole_is_no_stamp() {
        let mut ink = page();
        ring(&mut ink, (640.0, 720.0), (90.0, 90.0), (0.0, 0..360), 5.0);
        assert!(rings(&ink).is_empty());
    }
}
