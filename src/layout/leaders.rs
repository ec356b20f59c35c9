//! Leaders: rows of dots between an entry and its number (第一節 ………… 一二).
//!
//! The dots may be smaller than the least size of text, and a single dot looks like dust; evenly spaced dots in a row
//! are a leader. All coordinates run along x. The thresholds were set on two drawn pages of contents. On 97 pages of
//! cables, none of which has a leader, no leader is found that changes a line.

use crate::geometry::{BBox, BoxIndex};

/// Largest side of a dot, in characters.
pub(super) const DOT: f64 = 0.3;
/// Fewest dots of a leader: three full-width cells of ……… On a page with much dust, fewer align by chance.
const LEAST_DOTS: usize = 9;
/// Distance between dots, in characters: three dots to a cell, or one.
const STEP: (f64, f64) = (0.2, 1.2);
/// Largest vertical offset between neighbouring dots, in characters.
const OFF_ROW: f64 = 0.08;
/// Largest relative difference between neighbouring distances.
const UNEVEN: f64 = 0.25;

/// Finds the leaders among dots and returns their bounding boxes. `size` is the character size, px.
pub(super) fn find_leaders(dots: &[BBox], size: f64) -> Vec<BBox> {
    let mut dots = dots.to_vec();
    dots.sort_by_key(|dot| (dot.left, dot.top));
    let places = BoxIndex::of(&dots);
    let step = |a: &BBox, b: &BBox| b.center().x - a.center().x;
    let next = |i: usize, last: Option<f64>| {
        let dot = &dots[i];
        let reach = BBox { left: dot.right, right: dot.right + (STEP.1 * size) as i32, ..*dot };
        let goes_on = |j: &usize| {
            let (other, far) = (&dots[*j], step(dot, &dots[*j]));
            let is_level = (other.center().y - dot.center().y).abs() <= OFF_ROW * size;
            let is_alike = 2 * dot.area().min(other.area()) >= dot.area().max(other.area());
            let is_even = last.is_none_or(|last| (far - last).abs() <= UNEVEN * last);
            is_level && is_alike && is_even && (STEP.0 * size..=STEP.1 * size).contains(&far)
        };
        let on = places.touching(&reach).into_iter().filter(goes_on);
        on.min_by(|&a, &b| step(dot, &dots[a]).total_cmp(&step(dot, &dots[b])))
    };
    let mut taken = vec![false; dots.len()];
    let mut leaders = Vec::new();
    for first in 0..dots.len() {
        if taken[first] {
            continue;
        }
        let mut row = vec![first];
        let mut last = None;
        while let Some(on) = next(row[row.len() - 1], last).filter(|&on| !taken[on]) {
            last = Some(step(&dots[row[row.len() - 1]], &dots[on]));
            row.push(on);
        }
        if row.len() >= LEAST_DOTS {
            row.iter().for_each(|&i| taken[i] = true);
            leaders.push(row.iter().fold(BBox::default(), |all, &i| all.union(&dots[i])));
        }
    }
    leaders
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dots(places: impl Iterator<Item = (i32, i32)>) -> Vec<BBox> {
        places.map(|(left, top)| BBox::from_ltwh(left, top, 3, 3)).collect()
    }

    #[test]
    fn evenly_spaced_dots_in_a_row_are_a_leader() {
        let row = (0..20).map(|i| (100 + 13 * i, 50 + i % 2));
        assert_eq!(find_leaders(&dots(row), 40.0), [BBox::from_ltrb(100, 50, 350, 54)]);
    }

    #[test]
    fn few_dots_uneven_ones_and_scattered_ones_are_none() {
        let few = (0..8).map(|i| (100 + 13 * i, 50));
        let uneven = (0..20).map(|i| (100 + 13 * i + 7 * (i % 2) * (i % 3), 50));
        let scattered = (0..20).map(|i| (100 + 13 * i, 50 + 9 * (i % 3)));
        assert!(find_leaders(&dots(few), 40.0).is_empty());
        assert!(find_leaders(&dots(uneven), 40.0).is_empty());
        assert!(find_leaders(&dots(scattered), 40.0).is_empty());
    }
}
