//! Finds rotated rows of characters, also beside and over unrotated text.
//!
//! For each rotation that a stamp may have, the boxes of components are rotated back and chained into rows
//! ([`rows`](super::rows)). Rows with even heights, small gaps and little slope, one below the other, may be a stamp.
//! [`rotated_text`](super::rotated_text) then tests whether their strokes lean as the rows do. Characters connected
//! to text are missing, so the resulting box may be smaller than the stamp.

use super::rows::{Row, chains, characters, median};
use crate::geometry::{BBox, BoxIndex, Transform};

/// Least rotation, largest rotation and step, degrees: a row of ten characters is straight enough at an error of one.
const TURNS: (i32, i32, usize) = (2, 30, 2);
/// Fewest characters of a row, and of a row that joins it.
const ROW: (usize, usize) = (4, 2);
/// Largest residual slope, largest deviation of characters from it, and largest unevenness of heights, in heights;
/// and factor by which a joining row may exceed them, because few characters determine them less well.
const STRAIGHT: (f64, f64, f64) = (0.05, 0.14, 0.2);
const SHORT: f64 = 2.0;
/// Largest median gap between characters, in heights: text that is aligned by chance has larger gaps.
const GAP: f64 = 0.45;
/// Largest gaps between rows of one stamp along and down, in heights, and least ratio of their heights.
const NEAR: (f64, f64) = (0.5, 0.8);
const ALIKE: f64 = 0.6;
/// Largest gap between a row and its continuation, in heights.
const ON: f64 = 1.5;
/// Largest distance of a component's centre beyond the row's end, and its largest height, in heights.
const BESIDE: (f64, f64) = (0.9, 1.3);

pub(super) struct TiltedRows {
    /// Rotation of the rows, degrees clockwise.
    pub degrees: f64,
    pub pieces: Vec<BBox>,
}

/// Finds rotated rows among components; `height` is the character height of the page's text, px. The same rows may be
/// found at several rotations, and with and without adjoining components.
pub(super) fn find_tilted_rows(pieces: &[BBox], height: f64) -> Vec<TiltedRows> {
    let turns = (TURNS.0..=TURNS.1).step_by(TURNS.2).flat_map(|turn| [turn, -turn]);
    turns.flat_map(|turn| at(f64::from(turn), pieces, height)).collect()
}

fn at(degrees: f64, pieces: &[BBox], height: f64) -> Vec<TiltedRows> {
    let turned: Vec<BBox> = pieces.iter().map(|b| upright(b, degrees)).collect();
    let characters = characters(&turned, height);
    let rows = chains(&characters).into_iter().filter(|chain| chain.len() >= ROW.1);
    let rows: Vec<Row> =
        rows.map(|chain| chain.into_iter().map(|i| characters[i]).collect()).map(Row::of).collect();
    let places = BoxIndex::of(&turned);
    let within = |bbox: &BBox| {
        let of_it = places.touching(bbox).into_iter().filter(|&i| is_within(&turned[i], bbox));
        TiltedRows { degrees, pieces: of_it.map(|i| pieces[i]).collect() }
    };
    let mut found = Vec::new();
    for group in groups(&rows) {
        let part = group.iter().fold(BBox::default(), |all, row| all.union(&row.bbox));
        let whole = group.iter().fold(part, |all, row| all.union(&with_ends(row, &turned, &places)));
        found.push(within(&part));
        if whole != part {
            found.push(within(&whole));
        }
    }
    found
}

/// Groups rows that may belong to one stamp.
fn groups(rows: &[Row]) -> Vec<Vec<&Row>> {
    let is_straight = |row: &&Row, by: f64| {
        let (slope, off) = row.slope();
        slope.abs() <= by * STRAIGHT.0 && off <= by * STRAIGHT.1 && row.uneven() <= by * STRAIGHT.2
    };
    let is_close = |row: &&Row| {
        let gap = |pair: &[BBox]| f64::from((pair[1].left - pair[0].right).max(0));
        median(row.characters.windows(2).map(gap).collect()) <= GAP * row.height
    };
    let is_seed = |row: &Row| row.characters.len() >= ROW.0 && is_straight(&row, 1.0);
    let likely: Vec<&Row> = rows.iter().filter(is_close).filter(|row| is_straight(row, SHORT)).collect();
    let places = BoxIndex::of(likely.iter().map(|row| &row.bbox));
    let mut is_left = vec![true; likely.len()];
    let mut groups = Vec::new();
    for seed in 0..likely.len() {
        if !is_left[seed] || !is_seed(likely[seed]) {
            continue;
        }
        is_left[seed] = false;
        let (mut group, mut looked_at) = (vec![likely[seed]], 0);
        while let Some(known) = group.get(looked_at).copied() {
            looked_at += 1;
            let reach = (ON.max(NEAR.1) * known.height).ceil() as i32;
            for i in places.touching(&known.bbox.grown(reach)) {
                if is_left[i] && joins(known, likely[i]) {
                    is_left[i] = false;
                    group.push(likely[i]);
                }
            }
        }
        groups.push(group);
    }
    groups
}

/// Whether a row stands above or below another, or continues it.
fn joins(known: &Row, row: &Row) -> bool {
    let (a, b) = (&known.bbox, &row.bbox);
    let (low, high) = (known.height.min(row.height), known.height.max(row.height));
    let along = if known.is_level_with(row) { ON } else { NEAR.0 };
    f64::from(a.gap_x(b)) <= along * known.height
        && f64::from(a.gap_y(b)) <= NEAR.1 * known.height
        && low >= ALIKE * high
}

/// Bounding box of a row with the components that extend it at its ends: broken characters, points.
fn with_ends(row: &Row, pieces: &[BBox], places: &BoxIndex) -> BBox {
    let mut bbox = row.bbox;
    let (further, highest) = ((BESIDE.0 * row.height) as i32, BESIDE.1 * row.height);
    loop {
        let reach = BBox { left: bbox.left - further, right: bbox.right + further, ..bbox };
        let near = places.touching(&reach).into_iter().map(|i| &pieces[i]);
        let near = near.filter(|b| f64::from(b.height()) <= highest && is_within(b, &reach));
        let (left, right) = near.fold((bbox.left, bbox.right), |(l, r), b| (l.min(b.left), r.max(b.right)));
        if (left, right) == (bbox.left, bbox.right) {
            return bbox;
        }
        bbox = BBox { left, right, ..bbox };
    }
}

fn is_within(piece: &BBox, bbox: &BBox) -> bool {
    bbox.contains((piece.left + piece.right) / 2, (piece.top + piece.bottom) / 2)
}

/// Box of a component when the page is rotated back; exact for a rectangle.
fn upright(bbox: &BBox, degrees: f64) -> BBox {
    let (sin, cos) = degrees.abs().to_radians().sin_cos();
    let side = |along: i32, across: i32| {
        let (along, across) = (f64::from(along), f64::from(across));
        let side = (along * cos - across * sin) / (cos * cos - sin * sin);
        // Strokes parallel to the rotation would get an empty box.
        side.clamp(0.4 * along, along)
    };
    let (width, height) = (side(bbox.width(), bbox.height()), side(bbox.height(), bbox.width()));
    let middle = Transform::rotation(-degrees).apply(bbox.center());
    let [left, top, width, height] =
        [middle.x - width / 2.0, middle.y - height / 2.0, width, height].map(|v| v.round() as i32);
    BBox::from_ltwh(left, top, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares of 40 px in rows, 10 px apart, rotated about the upper left corner.
    fn squares((left, top): (f64, f64), (count, rows): (i32, i32), degrees: f64) -> Vec<BBox> {
        let square = |row: i32, i: i32| {
            let upright = BBox::from_ltwh(50 * i, 56 * row, 40, 40);
            let place = Transform::rotation(degrees).then(&Transform::translation(left, top));
            place.apply_bbox(&upright)
        };
        (0..rows).flat_map(|row| (0..count).map(move |i| square(row, i))).collect()
    }

    fn most(pieces: &[BBox]) -> (f64, usize) {
        let found = find_tilted_rows(pieces, 40.0).into_iter().max_by_key(|a| a.pieces.len());
        found.map_or((0.0, 0), |a| (a.degrees, a.pieces.len()))
    }

    #[test]
    fn a_piece_set_upright_has_its_own_sides() {
        for degrees in [-20.0, 4.0, 28.0] {
            let [piece] = squares((300.0, 300.0), (1, 1), degrees)[..] else { panic!() };
            let upright = upright(&piece, degrees);
            assert!((upright.width() - 40).abs() <= 1 && (upright.height() - 40).abs() <= 1, "{upright:?}");
        }
    }

    #[test]
    fn rows_that_lean_are_found_within_two_degrees() {
        for degrees in [-27.0, -11.0, 5.0, 20.0] {
            let (turn, pieces) = most(&squares((500.0, 500.0), (6, 2), degrees));
            assert!((turn - degrees).abs() <= 2.0 && pieces == 12, "{degrees}: {pieces} at {turn}");
        }
    }

    #[test]
    fn a_row_goes_on_beyond_a_point_and_takes_in_broken_characters_at_its_end() {
        let mut row = squares((500.0, 500.0), (9, 1), 10.0);
        let point = row[4].grown(-18);
        row[4] = point;
        row[8].bottom -= 20;
        assert_eq!(most(&row).1, 9);
    }

    #[test]
    fn columns_of_print_that_stand_apart_are_no_rows() {
        let column = |x: f64| squares((x, 100.0), (1, 12), 0.0);
        let page: Vec<BBox> = (0..8).flat_map(|i| column(200.0 + 80.0 * f64::from(i))).collect();
        assert_eq!(most(&page).1, 0);
    }
}
