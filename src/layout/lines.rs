//! Chains units into lines, and puts redactions in their places.
//!
//! Everything here runs along x: vertical zones are transposed before and back afterwards.

use super::direction::{Zone, is_between};
use super::{Cell, LayoutOptions, LineBox, Part, Print};
use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Binary;

/// A line with its direction.
pub(super) struct Chained {
    /// Direction.
    pub writing_mode: WritingMode,
    /// The line.
    pub line: LineBox,
}

/// What is strung together: print or a redaction.
#[derive(Debug, Clone, Copy)]
struct Bead {
    bbox: BBox,
    redaction: Option<usize>,
}

/// A line while it grows.
#[derive(Debug, Clone)]
struct Chain {
    beads: Vec<Bead>,
}

/// Redactions where nothing is printed: each a line of its own.
pub(super) fn redactions_alone(redactions: &[BBox]) -> Vec<Chained> {
    redactions
        .iter()
        .enumerate()
        .map(|(i, &bbox)| Chained {
            writing_mode: WritingMode::HorizontalTb,
            line: LineBox { bbox, parts: vec![Part::Redaction(i)] },
        })
        .collect()
}

/// Finds the lines of both directions.
pub(super) fn chain(
    ink: &Binary,
    zones: &[Zone],
    redactions: &[BBox],
    rulings: &[BBox],
    size: f64,
    options: &LayoutOptions,
) -> Vec<Chained> {
    let mut free: Vec<bool> = vec![true; redactions.len()];
    let mut found = Vec::new();
    // The direction with more print first: redactions stand in the body's lines rather than beside a title.
    let mut modes = [WritingMode::HorizontalTb, WritingMode::VerticalRl];
    modes.sort_by_key(|&mode| std::cmp::Reverse(of_mode(zones, mode).count()));
    for mode in modes {
        let units: Vec<BBox> = of_mode(zones, mode).copied().collect();
        let mut stringing = Stringing { ink, mode, rulings: along(rulings, mode), size, options };
        let mut chains = stringing.string(&along(&units, mode));
        stringing.place_redactions(&mut chains, &along(redactions, mode), &mut free, mode == modes[1]);
        found.extend(chains.into_iter().filter_map(|c| stringing.finish(c)));
    }
    found
}

fn of_mode(zones: &[Zone], mode: WritingMode) -> impl Iterator<Item = &BBox> {
    zones.iter().filter(move |z| z.writing_mode == mode).flat_map(|z| &z.units)
}

/// Boxes as seen along the lines.
fn along(boxes: &[BBox], mode: WritingMode) -> Vec<BBox> {
    boxes.iter().map(|b| mode.along(b)).collect()
}

struct Stringing<'a> {
    ink: &'a Binary,
    mode: WritingMode,
    rulings: Vec<BBox>,
    size: f64,
    options: &'a LayoutOptions,
}

impl Stringing<'_> {
    /// Chains for all units: full-height ones first, then what is flat (dots, dashes, 一) beside them.
    fn string(&mut self, units: &[BBox]) -> Vec<Chain> {
        let mut units: Vec<BBox> = units.iter().flat_map(|u| self.split(u)).collect();
        units.sort_by_key(|u| (u.left, u.top));
        let (tall, flat): (Vec<BBox>, Vec<BBox>) =
            units.into_iter().partition(|u| f64::from(u.height()) >= 0.4 * self.size);
        let mut chains: Vec<Chain> = Vec::new();
        for unit in tall {
            let best = (0..chains.len())
                .filter_map(|i| Some((self.distance(&chains[i], &unit)?, i)))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            match best {
                Some((_, i)) => chains[i].beads.push(Bead { bbox: unit, redaction: None }),
                None => chains.push(Chain { beads: vec![Bead { bbox: unit, redaction: None }] }),
            }
        }
        for unit in flat {
            self.attach(&mut chains, unit);
        }
        chains.retain(|c| self.is_print(c));
        chains
    }

    /// How far a unit stands from the chain's end, in pixels, deviation across counting double; `None` where it
    /// does not belong to it.
    fn distance(&self, chain: &Chain, unit: &BBox) -> Option<f64> {
        let recent = chain.recent(8);
        let last = chain.beads.last()?.bbox;
        let gap = f64::from((unit.left - last.right).max(0));
        let (band, height) = (f64::from(recent.height()), f64::from(unit.height()));
        let overlap = f64::from(-recent.gap_y(unit));
        // Kana are lower than the line; what is higher must be so little.
        let fits = if height <= band {
            overlap >= 0.7 * height
        } else {
            overlap >= 0.6 * band && height <= (1.7 * band).max(0.9 * self.size)
        };
        let reach = self.options.widest_blank * band.max(height).min(1.1 * self.size.max(band.min(height)));
        if !fits || gap > reach || (gap > 0.3 * self.size && is_between(&self.rulings, &last, unit)) {
            return None;
        }
        Some(gap + 2.0 * (recent.center().y - unit.center().y).abs())
    }

    /// Puts a flat unit into the line it stands in; a dash or 一 with no line near is one itself.
    fn attach(&self, chains: &mut Vec<Chain>, unit: BBox) {
        let middle = unit.center().y;
        let wide = f64::from(unit.width()) >= 0.5 * self.size;
        let reach = self.size * if wide { 1.5 } else { 0.8 };
        let best = (0..chains.len())
            .filter_map(|i| {
                let (nearest, gap) = chains[i].nearest(&unit);
                let slack = 0.2 * f64::from(nearest.height());
                let inside =
                    middle >= f64::from(nearest.top) - slack && middle <= f64::from(nearest.bottom) + slack;
                let parted = gap > 0 && is_between(&self.rulings, &nearest, &unit);
                (inside && f64::from(gap) <= reach && !parted).then_some((gap, i))
            })
            .min();
        let bead = Bead { bbox: unit, redaction: None };
        match best {
            Some((_, i)) => chains[i].insert(bead),
            None if wide => chains.push(Chain { beads: vec![bead] }),
            None => {}
        }
    }

    /// A unit as high as two lines is cut where its rows hold least ink.
    fn split(&self, unit: &BBox) -> Vec<BBox> {
        if f64::from(unit.height()) < 1.7 * self.size {
            return vec![*unit];
        }
        let rows: Vec<u64> = (unit.top..unit.bottom)
            .map(|y| self.ink.ink_in(&self.mode.along(&BBox::from_ltrb(unit.left, y, unit.right, y + 1))))
            .collect();
        cuts(&rows, self.size)
            .windows(2)
            .map(|edge| {
                BBox::from_ltrb(unit.left, unit.top + edge[0] as i32, unit.right, unit.top + edge[1] as i32)
            })
            .map(|b| self.shrunk(&b))
            .filter(|b| !b.is_empty())
            .collect()
    }

    /// The box around the ink in a box.
    fn shrunk(&self, bbox: &BBox) -> BBox {
        self.mode.along(&ink_bbox(self.ink, &self.mode.along(bbox)))
    }

    /// Dust makes no line: a chain needs as much extent as a small character.
    fn is_print(&self, chain: &Chain) -> bool {
        let all = chain.bbox();
        f64::from(all.width().max(all.height())) >= 0.4 * self.size
    }

    /// Gives every redaction to the line it stands in, joining the lines it interrupts; with `all`, one that stands
    /// alone becomes a line.
    fn place_redactions(&self, chains: &mut Vec<Chain>, redactions: &[BBox], free: &mut [bool], all: bool) {
        for (index, block) in redactions.iter().enumerate() {
            if !free[index] {
                continue;
            }
            let mut touched: Vec<usize> =
                (0..chains.len()).filter(|&i| self.stands_in(block, &chains[i])).collect();
            // A block over several lines is one ■: in the first of them.
            touched.sort_by_key(|&i| chains[i].nearest(block).0.top);
            let bead = Bead { bbox: *block, redaction: Some(index) };
            let Some(&first) = touched.first() else {
                if all {
                    free[index] = false;
                    chains.push(Chain { beads: vec![bead] });
                }
                continue;
            };
            free[index] = false;
            let partner = touched[1..].iter().copied().find(|&i| chains[first].continues(&chains[i], block));
            chains[first].insert(bead);
            if let Some(partner) = partner {
                let rest = std::mem::take(&mut chains[partner].beads);
                rest.into_iter().for_each(|b| chains[first].insert(b));
            }
            chains.retain(|c| !c.beads.is_empty());
        }
    }

    /// Whether a redaction covers part of a line, or follows or precedes its print.
    fn stands_in(&self, block: &BBox, chain: &Chain) -> bool {
        let (nearest, gap) = chain.nearest(block);
        let overlap = f64::from(-nearest.gap_y(block));
        let reach = self.size * self.options.widest_blank;
        overlap >= 0.5 * f64::from(nearest.height().min(block.height()))
            && f64::from(gap) <= reach
            && !is_between(&self.rulings, &nearest, block)
    }

    /// The line of a chain, its print in stretches between redactions.
    fn finish(&self, chain: Chain) -> Option<Chained> {
        let mut parts: Vec<Part> = Vec::new();
        for bead in &chain.beads {
            match (bead.redaction, parts.last_mut()) {
                (Some(index), _) => parts.push(Part::Redaction(index)),
                (None, Some(Part::Print(print))) => print.bbox = print.bbox.union(&bead.bbox),
                (None, _) => parts.push(Part::Print(Print { bbox: bead.bbox, cells: Vec::<Cell>::new() })),
            }
        }
        let bbox = self.mode.along(&chain.bbox());
        for part in &mut parts {
            if let Part::Print(print) = part {
                print.bbox = self.mode.along(&print.bbox);
            }
        }
        (!parts.is_empty()).then_some(Chained { writing_mode: self.mode, line: LineBox { bbox, parts } })
    }
}

impl Chain {
    fn bbox(&self) -> BBox {
        self.beads.iter().fold(BBox::default(), |all, b| all.union(&b.bbox))
    }

    /// The box of the last few beads: where the line runs now, be it bent.
    fn recent(&self, count: usize) -> BBox {
        let from = self.beads.len().saturating_sub(count);
        self.beads[from..].iter().fold(BBox::default(), |all, b| all.union(&b.bbox))
    }

    /// The part of the line beside a box (the beads nearest to it along the line) and the gap between them.
    fn nearest(&self, bbox: &BBox) -> (BBox, i32) {
        let gap = |b: &Bead| b.bbox.gap_x(bbox).max(0);
        let least = self.beads.iter().map(gap).min().unwrap_or(0);
        let near = self.beads.iter().filter(|b| gap(b) <= least + bbox.height());
        (near.fold(BBox::default(), |all, b| all.union(&b.bbox)), least)
    }

    fn insert(&mut self, bead: Bead) {
        let place = self.beads.partition_point(|b| b.bbox.left <= bead.bbox.left);
        self.beads.insert(place, bead);
    }

    /// Whether another chain goes on where a redaction ends this one, at the same height.
    fn continues(&self, other: &Self, block: &BBox) -> bool {
        let (here, there) = (self.nearest(block).0, other.nearest(block).0);
        let (mine, theirs) = (self.bbox(), other.bbox());
        let apart = mine.right <= theirs.left + 2 || theirs.right <= mine.left + 2;
        let overlap = -here.gap_y(&there);
        apart && 2 * overlap >= here.height().min(there.height())
    }
}

/// Edges of the bands of a profile: its ends and the thinnest places about a line's height apart.
fn cuts(profile: &[u64], size: f64) -> Vec<usize> {
    let most = profile.iter().copied().max().unwrap_or(0);
    let (least_band, reach) = ((0.7 * size) as usize, (0.25 * size) as usize);
    let mut edges = vec![0];
    let mut at = least_band;
    while at + least_band < profile.len() {
        let last = *edges.last().expect("begins with 0");
        let window = &profile[at - reach.min(at)..(at + reach).min(profile.len())];
        let thinnest = profile[at] <= *window.iter().min().expect("holds `at`");
        if thinnest && profile[at] * 5 <= most && at - last >= least_band {
            edges.push(at);
            at += least_band;
        } else {
            at += 1;
        }
    }
    edges.push(profile.len());
    edges
}

/// The smallest box around the ink in a box.
fn ink_bbox(ink: &Binary, bbox: &BBox) -> BBox {
    let inside = bbox.intersection(&ink.bbox());
    let mut found = BBox::default();
    for y in inside.top..inside.bottom {
        let row = &ink.row(y as u32)[inside.left as usize..inside.right as usize];
        let first = row.iter().position(|&p| p != 0);
        let last = row.iter().rposition(|&p| p != 0);
        if let (Some(first), Some(last)) = (first, last) {
            let here = BBox::from_ltrb(inside.left + first as i32, y, inside.left + last as i32 + 1, y + 1);
            found = found.union(&here);
        }
    }
    found
}
