//! Candidate splits of an upright stamp into rows or columns, the most likely first.
//!
//! A split is likely if there is little ink along its cuts, compared with the rows between them. The single-row
//! candidate is likely if there is no such cut. Page text under a stamp may fill the gaps; therefore the recognition
//! result decides.

use crate::geometry::BBox;
use crate::page::WritingMode;
use crate::raster::Binary;

/// Most rows of a stamp.
const MOST: usize = 3;
/// Number of candidates that are read.
const WAYS: usize = 2;
/// Likelihood of a split whose cuts meet hardly any ink.
const CLEAR: f64 = 0.97;
/// Least length of a row, relative to its height.
const LEAST_LENGTH: f64 = 0.6;
/// Least length of a column, relative to its width. It is larger because most stamps are horizontal.
const TALL: f64 = 1.5;

/// Least height of a row, relative to the highest row. A lower one is dirt or the result of a wrong cut.
const ALIKE: f64 = 0.4;

/// A candidate split of a stamp into lines.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Split {
    pub mode: WritingMode,
    /// Boxes of the lines in reading order.
    pub lines: Vec<BBox>,
    /// Likelihood of the split, 0 to 1.
    likely: f64,
}

/// The single split of a handwritten note: one row.
pub(super) fn one_row(ink: &Binary) -> Vec<Split> {
    let row = extent(ink, &ink.bbox());
    row.map(|row| Split { mode: WritingMode::HorizontalTb, lines: vec![row], likely: 1.0 })
        .into_iter()
        .collect()
}

/// Candidate splits of a picture. For the inside of a frame, they include splits of the middle band alone.
pub(super) fn splits(ink: &Binary, is_framed: bool) -> Vec<Split> {
    let Some(text) = extent(ink, &ink.bbox()) else { return Vec::new() };
    let turned = ink.transposed();
    let ways = |text: &BBox, counts: std::ops::RangeInclusive<usize>| {
        let mut found: Vec<Split> = counts
            .flat_map(|count| {
                let rows = split(ink, text, count, WritingMode::HorizontalTb);
                let columns = split(&turned, &text.transposed(), count, WritingMode::VerticalRl);
                [rows, columns]
            })
            .flatten()
            .collect();
        // If three rows have clear gaps, a split into two would merge two of them.
        let is_clear = |s: &&Split| s.lines.len() == MOST && s.likely >= CLEAR;
        let clear: Vec<WritingMode> = found.iter().filter(is_clear).map(|s| s.mode).collect();
        found.retain(|s| s.lines.len() != MOST - 1 || !clear.contains(&s.mode));
        found.sort_by(|a, b| b.likely.total_cmp(&a.likely));
        found.truncate(WAYS);
        found
    };
    let mut found = ways(&text, 1..=MOST);
    if let Some(band) = is_framed.then(|| middle_band(ink)).flatten() {
        found.extend(ways(&band, 1..=2).into_iter().filter(|w| w.mode == WritingMode::HorizontalTb));
        found.dedup_by(|a, b| a.lines == b.lines);
    }
    found
}

/// The horizontal band around the middle of a frame that stands out most from the parts above and below it. The stamp's
/// own text is in the middle; page text under the stamp is not.
fn middle_band(ink: &Binary) -> Option<BBox> {
    let (width, height) = (ink.width() as i32, ink.height() as i32);
    let sums: Vec<f64> = (0..height).map(|y| ink.ink_in(&BBox::from_ltwh(0, y, width, 1)) as f64).collect();
    let inked = |y: &i32| sums[*y as usize] > 0.0;
    let reach = (0..height / 2).find(|d| inked(d) || inked(&(height - 1 - d))).map(|d| height / 2 - d)?;
    let mean = |rows: std::ops::Range<i32>| {
        let count = rows.len().max(1) as f64;
        rows.map(|y| sums[y as usize]).sum::<f64>() / count
    };
    let stands_out = |half: &i32| {
        let part = f64::from(*half) / f64::from(reach);
        let within = mean(height / 2 - half..height / 2 + half);
        let above = mean(height / 2 - reach..height / 2 - half);
        let below = mean(height / 2 + half..height / 2 + reach);
        (within - (above + below) / 2.0) * (part * (1.0 - part)).sqrt()
    };
    let half = (reach / 4..=reach * 9 / 10).max_by(|a, b| stands_out(a).total_cmp(&stands_out(b)))?;
    extent(ink, &BBox::from_ltrb(0, height / 2 - half, width, height / 2 + half))
}

/// The split into `count` lines of similar height. `ink` is transposed for columns.
fn split(ink: &Binary, text: &BBox, count: usize, mode: WritingMode) -> Option<Split> {
    let sums: Vec<f64> = (text.top..text.bottom)
        .map(|y| ink.ink_in(&BBox::from_ltrb(text.left, y, text.right, y + 1)) as f64)
        .collect();
    let mean = sums.iter().sum::<f64>() / sums.len().max(1) as f64;
    let height = sums.len() as f64;
    let valley = |from: f64, to: f64| {
        let places = (height * from) as usize..(height * to) as usize;
        let least = sums[places.clone()].iter().copied().fold(f64::INFINITY, f64::min);
        // The middle of the emptiest rows.
        let empty: Vec<usize> = places.filter(|&y| sums[y] <= least + 0.1 * mean).collect();
        (least / mean.max(1.0), empty.get(empty.len() / 2).copied().unwrap_or(0))
    };
    let cuts: Vec<(f64, usize)> = (1..count)
        .map(|i| i as f64 / count as f64)
        .map(|at| valley(at - 0.4 / count as f64, at + 0.4 / count as f64))
        .collect();
    let likely = match count {
        1 => valley(0.25, 0.75).0,
        _ => 1.0 - cuts.iter().map(|c| c.0).fold(0.0, f64::max),
    };
    let edges: Vec<i32> = std::iter::once(text.top)
        .chain(cuts.iter().map(|&(_, y)| text.top + y as i32))
        .chain([text.bottom])
        .collect();
    let mut lines = Vec::new();
    for pair in edges.windows(2) {
        lines.push(extent(ink, &BBox::from_ltrb(text.left, pair[0], text.right, pair[1]))?);
    }
    let least = if mode == WritingMode::HorizontalTb { LEAST_LENGTH } else { TALL };
    let tallest = lines.iter().map(BBox::height).max().unwrap_or(0);
    if lines.iter().any(|l| f64::from(l.height()) < ALIKE * f64::from(tallest)) {
        return None;
    }
    let longest = lines.iter().map(BBox::width).max().unwrap_or(0);
    if f64::from(longest) < least * f64::from(tallest) {
        return None;
    }
    // Lines that are hardly longer than high are probably the characters of a column.
    let likely = if count > 1 && longest < tallest * 13 / 10 { likely / 2.0 } else { likely };
    if mode == WritingMode::VerticalRl {
        lines.iter_mut().for_each(|b| *b = b.transposed());
        lines.reverse();
    }
    Some(Split { mode, lines, likely: likely.min(1.0) })
}

/// Bounding box of the ink in a part of a picture, without specks: edge rows and columns with hardly any ink are cut
/// off.
fn extent(ink: &Binary, part: &BBox) -> Option<BBox> {
    let least = |length: i32| (length as u64 / 60).max(1);
    let row = |y: &i32| ink.ink_in(&BBox::from_ltrb(part.left, *y, part.right, *y + 1)) > least(part.width());
    let (top, bottom) = ((part.top..part.bottom).find(row)?, (part.top..part.bottom).rfind(row)? + 1);
    let column = |x: &i32| ink.ink_in(&BBox::from_ltrb(*x, top, *x + 1, bottom)) > least(bottom - top);
    let left = (part.left..part.right).find(column)?;
    let right = (part.left..part.right).rfind(column)? + 1;
    Some(BBox::from_ltrb(left, top, right, bottom))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of characters like 井, 40 px high, with given counts of characters and a given gap in px.
    fn stamp(rows: &[i32], gap: i32) -> Binary {
        let mut ink = Binary::new(400, 60 + rows.len() as u32 * (40 + gap as u32));
        for (row, count) in rows.iter().enumerate() {
            let top = 20 + row as i32 * (40 + gap);
            for left in (0..*count).map(|i| 200 - 25 * count + 50 * i) {
                for at in [10, 26] {
                    (0..40).for_each(|d| {
                        (0..5).for_each(|t| {
                            ink.set((left + d) as u32, (top + at + t) as u32, true);
                            ink.set((left + at + t) as u32, (top + d) as u32, true);
                        });
                    });
                }
            }
        }
        ink
    }

    fn counts(ink: &Binary) -> Vec<usize> {
        let across = |s: &Split| (s.mode == WritingMode::HorizontalTb).then_some(s.lines.len());
        splits(ink, false).iter().filter_map(across).collect()
    }

    #[test]
    fn three_rows_are_not_tried_as_two() {
        let three = counts(&stamp(&[3, 2, 4], 12));
        assert!(three.contains(&3) && !three.contains(&2), "{three:?}");
        assert!(counts(&stamp(&[5, 4], 12)).contains(&2));
    }

    #[test]
    fn a_note_is_one_row_whatever_its_strokes() {
        let ink = stamp(&[3, 3, 3], 12);
        assert_eq!(one_row(&ink).len(), 1);
        assert_eq!(one_row(&ink)[0].lines, [BBox::from_ltrb(125, 20, 265, 164)]);
    }
}
