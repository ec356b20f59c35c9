//! Cuts touching ink apart: lines whose strokes meet, and stamps over text.

use super::candidate::{InkPiece, LineCandidate};
use super::rows::Rows;
use super::stringing::{BETWEEN, FLAT, Stringing};
use crate::geometry::BBox;
use crate::raster::Binary;

impl Stringing<'_> {
    /// Cuts the bands of certain lines out of a unit and adds them to their candidates. The remaining ink is cut at
    /// its thinnest places and returned.
    pub(super) fn cut_out(&self, candidates: &mut [LineCandidate], rows: &Rows, unit: &BBox) -> Vec<BBox> {
        let mut taken: Vec<(i32, i32)> = Vec::new();
        for i in rows.beside(unit) {
            let candidate = &mut candidates[i];
            let Some(band) = self.band_through(candidate, unit).filter(|_| self.is_sure(candidate)) else {
                continue;
            };
            let piece = self.shrunk(&BBox::from_ltrb(unit.left, band.top, unit.right, band.bottom));
            taken.push((band.top, band.bottom));
            if f64::from(piece.height().max(piece.width())) >= 0.2 * self.size {
                candidate.insert(InkPiece { bbox: piece, redaction: None });
            }
        }
        taken.sort_unstable();
        let mut rest = Vec::new();
        let mut top = unit.top;
        for (from, to) in taken.into_iter().chain([(unit.bottom, unit.bottom)]) {
            if f64::from(from - top) >= BETWEEN * self.size {
                rest.push(self.shrunk(&BBox::from_ltrb(unit.left, top, unit.right, from)));
            }
            top = top.max(to);
        }
        rest.iter()
            .map(|r| self.without_specks(r))
            .filter(|r| f64::from(r.height()) >= FLAT * self.size)
            .flat_map(|r| self.split(&r))
            .collect()
    }

    /// Removes specks from the ink left between lines that were cut out: the ink that connected them was cut out too.
    fn without_specks(&self, bbox: &BBox) -> BBox {
        let is_inked = |x: &i32| {
            self.ink.ink_in(&self.mode.along(&BBox::from_ltrb(*x, bbox.top, x + 1, bbox.bottom))) > 0
        };
        let inked: Vec<i32> = (bbox.left..bbox.right).filter(is_inked).collect();
        inked
            .chunk_by(|a, b| b - a <= 1)
            .map(|run| self.shrunk(&BBox::from_ltrb(run[0], bbox.top, run[run.len() - 1] + 1, bbox.bottom)))
            .filter(|piece| f64::from(piece.height()) >= FLAT * self.size)
            .fold(BBox::default(), |all, piece| all.union(&piece))
    }

    /// Band of a line where it runs through a unit: between text on both sides, or right beside text.
    fn band_through(&self, candidate: &LineCandidate, unit: &BBox) -> Option<BBox> {
        let near = |gap: i32, reach: f64| f64::from(gap) <= reach * self.size;
        if f64::from(candidate.bbox().gap_x(unit)) > 3.0 * self.size {
            return None;
        }
        let pieces = candidate.pieces();
        let before =
            pieces.iter().filter(|b| b.bbox.left < unit.left).map(|b| unit.left - b.bbox.right).min();
        let after =
            pieces.iter().filter(|b| b.bbox.right > unit.right).map(|b| b.bbox.left - unit.right).min();
        let through = match (before, after) {
            (Some(before), Some(after)) => near(before, 3.0) && near(after, 3.0),
            (Some(gap), None) | (None, Some(gap)) => near(gap, 0.6),
            (None, None) => false,
        };
        let band = candidate.band(unit);
        let inside = f64::from(band.bottom.min(unit.bottom) - band.top.max(unit.top));
        (through && inside >= 0.5 * f64::from(band.height())).then_some(band)
    }

    /// Cuts a unit as high as two lines where its rows hold least ink.
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

    /// Bounding box of the ink in a box.
    fn shrunk(&self, bbox: &BBox) -> BBox {
        self.mode.along(&ink_bbox(self.ink, &self.mode.along(bbox)))
    }
}

/// Edges of the bands of a profile: its ends, and the thinnest places about a line height apart.
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

/// Bounding box of the ink in a box.
pub(in crate::layout) fn ink_bbox(ink: &Binary, bbox: &BBox) -> BBox {
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
