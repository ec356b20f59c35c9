//! Divides lines into the cells of their pitch.
//!
//! Full-width text stands on a grid with least ink where cells meet. The pitch of a block is the tooth distance at
//! which combs laid over stretches of its lines meet least ink. Along a line the cell edges may then deviate a little
//! from the pitch (worn typewheels, bent paper) at a cost; dynamic programming finds the cheapest path. Proportional
//! text fits no comb and gets no cells.

use super::{Block, Cell, Print};
use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Binary;

/// Height of full-width ink as a fraction of the body of the type (measured on the cables' Mincho and Gothic: 0.90 to
/// 0.96).
const INK_OF_BODY: f64 = 0.93;
/// Largest ink at the cell edges of a grid, relative to the mean.
const MOST_EDGE_INK: f64 = 0.55;
/// Length of a stretch that a rigid comb covers, in characters.
const STRETCH: f64 = 6.0;

/// Largest ratio of body sizes of blocks that share their pitch.
const ALIKE: f64 = 1.12;
/// Least reduction of edge ink for which a block keeps its own pitch instead of the shared one.
const OWN_PITCH: f64 = 0.1;

/// Divides all lines of a page into cells. Blocks of one size have one pitch and are measured together.
pub(super) fn rule(ink: &Binary, blocks: &mut [Block]) {
    let mut measured: Vec<(usize, Vec<Profile>, f64)> = blocks
        .iter()
        .enumerate()
        .map(|(i, block)| {
            let profiles: Vec<Profile> =
                block.prints().map(|p| Profile::of(ink, &p.bbox, block.writing_mode)).collect();
            let body = body_size(&profiles);
            (i, profiles, body)
        })
        .filter(|(_, profiles, _)| !profiles.is_empty())
        .collect();
    measured.sort_by(|a, b| a.2.total_cmp(&b.2));
    for alike in measured.chunk_by(|a, b| b.2 <= ALIKE * a.2) {
        let all: Vec<&Profile> = alike.iter().flat_map(|(_, profiles, _)| profiles).collect();
        let common = find_pitch(&all, usual(&all));
        for (index, profiles, body) in alike {
            // A block without similar blocks has been measured already.
            let pitch = if alike.len() == 1 { common } else { better_pitch(profiles, *body, common) };
            let Some(pitch) = pitch else { continue };
            let block = &mut blocks[*index];
            let mode = block.writing_mode;
            // Type set solid is as high as its pitch; letter-spaced type is lower.
            let high = if pitch <= 1.15 * body { pitch } else { *body };
            for (print, profile) in block.prints_mut().zip(profiles) {
                print.cells = profile.cells(&profile.edges(pitch), high, mode);
            }
        }
    }
}

/// The shared pitch, unless the block's own pitch fits much better.
fn better_pitch(profiles: &[Profile], body: f64, common: Option<f64>) -> Option<f64> {
    let profiles: Vec<&Profile> = profiles.iter().collect();
    let own = find_pitch(&profiles, body);
    let (Some(own), Some(common)) = (own, common) else { return own.or(common) };
    let (with_own, with_common) = (met(&profiles, own, body), met(&profiles, common, body));
    Some(if with_own + OWN_PITCH < with_common { own } else { common })
}

impl Block {
    fn prints(&self) -> impl Iterator<Item = &Print> {
        self.lines.iter().flat_map(|l| &l.parts).filter_map(|p| match p {
            super::Part::Print(print) => Some(print),
            super::Part::Redaction(_) => None,
        })
    }

    fn prints_mut(&mut self) -> impl Iterator<Item = &mut Print> {
        self.lines.iter_mut().flat_map(|l| &mut l.parts).filter_map(|p| match p {
            super::Part::Print(print) => Some(print),
            super::Part::Redaction(_) => None,
        })
    }
}

struct Profile {
    /// Bounding box of the text, transposed if vertical, so that the text runs along x.
    bbox: BBox,
    ink: Vec<f64>,
    /// First row with ink and the row after the last one, by column; both zero in a blank column.
    extent: Vec<(i32, i32)>,
    /// Ink at each boundary between columns, both ends included, relative to the mean; empty without ink.
    tolls: Vec<f64>,
}

impl Profile {
    fn of(page: &Binary, bbox: &BBox, mode: WritingMode) -> Self {
        let along = mode.along(bbox);
        let mut found = Self {
            bbox: along,
            ink: vec![0.0; along.width().max(0) as usize],
            extent: vec![(0, 0); along.width().max(0) as usize],
            tolls: vec![],
        };
        let inside = bbox.intersection(&page.bbox());
        for y in inside.top..inside.bottom {
            let row = page.row(y as u32);
            for x in (inside.left..inside.right).filter(|&x| row[x as usize] != 0) {
                let (a, c) = if mode == WritingMode::HorizontalTb { (x, y) } else { (y, x) };
                let place = (a - along.left) as usize;
                found.ink[place] += 1.0;
                let (first, last) = found.extent[place];
                found.extent[place] = if last == 0 { (c, c + 1) } else { (first.min(c), last.max(c + 1)) };
            }
        }
        found.tolls = tolls(&found.ink);
        found
    }

    /// Typical extent across the line, px: the 0.6 quantile over stretches as long as the line is high, so that a
    /// speck beside the line does not count.
    fn height(&self) -> i32 {
        let stretch = self.bbox.height().max(1) as usize;
        let extent = |columns: &[(i32, i32)]| {
            let inked = columns.iter().filter(|e| e.1 > 0);
            let (first, last) = inked.fold((i32::MAX, 0), |all, e| (all.0.min(e.0), all.1.max(e.1)));
            last.saturating_sub(first).max(0)
        };
        let mut heights: Vec<i32> = self.extent.chunks(stretch).map(extent).filter(|&h| h > 0).collect();
        heights.sort_unstable();
        // Kana are lower than the body, hence the quantile above the median.
        heights.get(heights.len() * 6 / 10).copied().unwrap_or(0)
    }

    /// Smallest total ink that rigid combs of this pitch meet, one comb per stretch, and the number of their teeth.
    fn comb(&self, pitch: f64) -> (f64, f64) {
        if self.tolls.is_empty() {
            return (0.0, 0.0);
        }
        // Positions are not negative, so truncation after adding a half rounds to the nearest integer.
        let toll = |place: f64| self.tolls.get((place + 0.5) as usize).copied().unwrap_or(0.0);
        let (mut met, mut teeth) = (0.0, 0.0);
        let mut start = 0.0;
        while start + 2.0 * pitch <= self.ink.len() as f64 {
            let end = (start + STRETCH * pitch).min(self.ink.len() as f64);
            let count = ((end - start) / pitch).floor();
            let phase = |p: i32| {
                let first = start + f64::from(p) * pitch / 16.0;
                (0..count as i32).map(|k| toll(first + f64::from(k) * pitch)).sum::<f64>()
            };
            met += (0..16).map(phase).fold(f64::INFINITY, f64::min);
            teeth += count;
            start = end;
        }
        (met, teeth)
    }

    /// Edges of the cells, one more than there are cells: the path with least ink whose steps stay near the pitch. It
    /// begins before the first ink and ends after the last, by less than a cell each.
    fn edges(&self, pitch: f64) -> Vec<i32> {
        let margin = (0.7 * pitch) as i32;
        let length = self.ink.len() as i32 + 2 * margin;
        let at = |place: i32| usize::try_from(place).ok().and_then(|place| self.tolls.get(place));
        let toll: Vec<f64> = (0..=length).map(|x| at(x - margin).copied().unwrap_or(0.0)).collect();
        let (shortest, longest) = ((0.9 * pitch).floor() as i32, (1.1 * pitch).ceil() as i32);
        let mut best: Vec<(f64, i32)> = vec![(f64::INFINITY, -1); toll.len()];
        for x in 0..=length {
            if x <= margin + (0.1 * pitch) as i32 {
                best[x as usize] = (toll[x as usize], -1);
            }
            for step in shortest..=longest.min(x) {
                let (before, _) = best[(x - step) as usize];
                let strain = (f64::from(step) - pitch) / pitch;
                let cost = before + toll[x as usize] + 40.0 * strain * strain + 0.02;
                if cost < best[x as usize].0 {
                    best[x as usize] = (cost, x - step);
                }
            }
        }
        let last_ink = length - margin - (0.1 * pitch) as i32;
        let mut at = (last_ink..=length)
            .filter(|&x| best[x as usize].1 >= 0)
            .min_by(|&a, &b| best[a as usize].0.total_cmp(&best[b as usize].0))
            .unwrap_or(-1);
        let mut edges = Vec::new();
        while at >= 0 {
            edges.push(at - margin);
            at = best[at as usize].1;
        }
        edges.reverse();
        edges
    }

    /// Cells between the edges, as high as the body, centred on the ink nearby.
    fn cells(&self, edges: &[i32], body: f64, mode: WritingMode) -> Vec<Cell> {
        let middle_of_all = self.bbox.center().y;
        let width = self.ink.len() as i32;
        let inside = |x: i32| x.clamp(0, width) as usize;
        edges
            .windows(2)
            .map(|edge| {
                let step = edge[1] - edge[0];
                let near = inside(edge[0] - 2 * step)..inside(edge[1] + 2 * step);
                let extents = self.extent[near].iter().filter(|e| e.1 > 0);
                let (first, last) = extents.fold((i32::MAX, 0), |all, e| (all.0.min(e.0), all.1.max(e.1)));
                let whole = f64::from(last.saturating_sub(first)) >= 0.7 * body;
                let middle = if whole { f64::from(first + last) / 2.0 } else { middle_of_all };
                let across = ((middle - body / 2.0).round() as i32, (middle + body / 2.0).round() as i32);
                let place =
                    BBox::from_ltrb(self.bbox.left + edge[0], across.0, self.bbox.left + edge[1], across.1);
                let ink = self.ink[inside(edge[0])..inside(edge[1])].iter().sum::<f64>() as u64;
                Cell { bbox: mode.along(&place), ink }
            })
            .collect()
    }
}

/// Ink at each boundary between columns and at the ends, relative to the mean of the inked columns; empty without ink.
fn tolls(ink: &[f64]) -> Vec<f64> {
    let inked = ink.iter().filter(|&&i| i > 0.0).count();
    if inked == 0 {
        return vec![];
    }
    let mean = ink.iter().sum::<f64>() / inked as f64;
    let before = std::iter::once(&0.0).chain(ink);
    before.zip(ink.iter().chain([&0.0])).map(|(before, after)| (before + after) / (2.0 * mean)).collect()
}

/// Side of the body of the type, px, from the typical height of the lines.
fn body_size(profiles: &[Profile]) -> f64 {
    usual(&profiles.iter().collect::<Vec<_>>())
}

/// Side of the body of the type, px, from the median line height weighted by line length: short lines may hold kana
/// only, and strokes of neighbours or dust make some lines too high.
fn usual(profiles: &[&Profile]) -> f64 {
    let mut heights: Vec<(i32, usize)> = profiles.iter().map(|p| (p.height(), p.ink.len())).collect();
    heights.sort_unstable();
    let total: usize = heights.iter().map(|h| h.1).sum();
    let mut seen = 0;
    let half = heights.iter().find(|h| {
        seen += h.1;
        2 * seen >= total
    });
    f64::from(half.map_or(0, |h| h.0)) / INK_OF_BODY
}

/// The pitch whose combs meet least ink, from three quarters of the body's side (dust makes lines look higher) to
/// letter-spaced titles; `None` if all combs meet much ink.
fn find_pitch(profiles: &[&Profile], body: f64) -> Option<f64> {
    let candidates = (0..=190).map(|i| body * (0.75 + 0.005 * f64::from(i)));
    let (ink, pitch) = candidates
        .filter(|&p| p >= 4.0)
        .map(|p| (met(profiles, p, body), p))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    (ink <= MOST_EDGE_INK).then_some(pitch)
}

/// Mean ink that combs of a pitch meet, relative to the mean ink of the lines.
fn met(profiles: &[&Profile], pitch: f64, body: f64) -> f64 {
    let (met, teeth) = profiles.iter().map(|p| p.comb(pitch)).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    // Two characters or fewer fit any comb: a slight preference for type set solid decides.
    (met + 0.2) / (teeth + 1.0) + 0.05 * (pitch / body - 1.0).abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{LineBox, Part};

    /// Characters of 20 px on the given pitch, with blanks as in the pattern.
    fn line(pattern: &str, pitch: i32) -> (Binary, Vec<Block>) {
        let mut page = Binary::new(1000, 60);
        let mut all = BBox::default();
        for (i, c) in pattern.chars().enumerate() {
            let left = 30 + i as i32 * pitch;
            let strokes = match c {
                '口' => vec![BBox::from_ltwh(left, 20, 20, 20)],
                '、' => vec![BBox::from_ltwh(left, 34, 5, 6)],
                '（' => vec![BBox::from_ltwh(left + 15, 20, 5, 20)],
                _ => vec![],
            };
            for s in strokes {
                all = all.union(&s);
                for y in s.top..s.bottom {
                    page.row_mut(y as u32)[s.left as usize..s.right as usize].fill(255);
                }
            }
        }
        let print = Part::Print(Print { bbox: all, cells: vec![] });
        let lines = vec![LineBox { bbox: all, parts: vec![print] }];
        (page, vec![Block { writing_mode: WritingMode::HorizontalTb, lines }])
    }

    fn cells_of(pattern: &str, pitch: i32) -> Vec<Cell> {
        let (page, mut blocks) = line(pattern, pitch);
        rule(&page, &mut blocks);
        blocks[0].prints().next().unwrap().cells.clone()
    }

    #[test]
    fn every_character_has_its_cell_and_blanks_have_theirs() {
        let pattern = "（口口口、口口　口口口口、口（口口口口口口口";
        for pitch in [22, 30] {
            let cells = cells_of(pattern, pitch);
            assert_eq!(cells.len(), pattern.chars().count(), "pitch {pitch}");
            let blank: Vec<usize> = (0..cells.len()).filter(|&i| cells[i].ink == 0).collect();
            assert_eq!(blank, [7]);
            let third = cells[3].bbox;
            let truth = BBox::from_ltwh(29 + 3 * pitch, 19, pitch, 22);
            assert!(third.iou(&truth) > 0.85, "{third:?} {truth:?}");
        }
    }

    #[test]
    fn print_without_gaps_has_no_cells() {
        let mut page = Binary::new(400, 40);
        (10..30).for_each(|y| page.row_mut(y)[10..390].fill(255));
        let bbox = BBox::from_ltrb(10, 10, 390, 30);
        let print = Part::Print(Print { bbox, cells: vec![] });
        let lines = vec![LineBox { bbox, parts: vec![print] }];
        let mut blocks = vec![Block { writing_mode: WritingMode::HorizontalTb, lines }];
        rule(&page, &mut blocks);
        assert!(blocks[0].prints().next().unwrap().cells.is_empty());
    }
}
