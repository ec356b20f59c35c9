//! Groups characters into rows, and measures a row's height, stroke width, slope and texture.
//!
//! Components above each other form one character. Each character is followed by the nearest one on its right with a
//! similar height and vertical position. The method needs no lines of text: it finds the rows of stamps, forms and
//! notes in the same way, all over the page and independently of each other. A row ends at a gap as wide as its
//! characters are high. Columns of text form short rows of little use; in the transposed image they are rows.

use super::erasing::cut;
use crate::geometry::{BBox, BoxIndex};
use crate::raster::Binary;

/// Least longer side, largest height and largest width of a character's component, in character heights of the page.
const PIECE: (f64, f64, f64) = (0.25, 5.0, 8.0);
/// Height of a character in a row, in character heights of the page.
const CHARACTER: (f64, f64) = (0.5, 4.0);
/// Least fraction of the narrower component that lies above or below the other one of the same character.
const STACKED: f64 = 0.6;
/// Largest gap between such components, in characters.
const CRACK: f64 = 0.15;
/// Widest gap in a row, in heights of its characters.
const GAP: f64 = 1.1;
/// Largest height ratio of neighbours, and least fraction of the lower one that overlaps the other vertically.
const ALIKE: (f64, f64) = (1.6, 0.6);
/// Least vertical overlap of two rows side by side, as a fraction of the lower one.
const LEVEL: f64 = 0.7;
/// Fewest characters of a text row.
pub(super) const PRINT_ROW: usize = 4;
/// Largest slope of such a row, and largest deviation of its characters from it, in heights.
const STRAIGHT: (f64, f64) = (0.03, 0.08);
/// Least aspect ratio (height by width) of a character that is a single stroke.
const STROKE: f64 = 3.3;
/// Smallest component that counts for the character height, px.
const SPECK_PX: i32 = 6;

#[derive(Debug, Clone)]
pub(super) struct Row {
    pub bbox: BBox,
    /// Bounding boxes of the characters, from left to right.
    pub characters: Vec<BBox>,
    /// Median height of the larger half of the characters, px.
    pub height: f64,
}

/// Character height of the page, px. Sides are weighted by their length; larger ones make up two fifths of the total.
/// Touching characters are too wide but not too high, so the lesser of the typical height and width is returned.
pub(super) fn print_height(pieces: &[BBox], longest_side: u32) -> Option<f64> {
    let largest = (longest_side / 15) as i32;
    let counts = |b: &BBox| b.width().min(b.height()) >= SPECK_PX && b.width().max(b.height()) <= largest;
    let typical = |side: fn(&BBox) -> i32| {
        let mut sides: Vec<i32> = pieces.iter().filter(|b| counts(b)).map(side).collect();
        sides.sort_unstable();
        let total: i64 = sides.iter().map(|&s| i64::from(s)).sum();
        let mut sum = 0;
        sides.into_iter().find(|&s| {
            sum += i64::from(s);
            sum * 10 >= total * 6
        })
    };
    typical(BBox::width).zip(typical(BBox::height)).map(|(width, height)| f64::from(width.min(height)))
}

/// Finds all rows, including single characters. `height` is the character height of the page, px.
pub(super) fn find_rows(pieces: &[BBox], height: f64) -> Vec<Row> {
    let characters = characters(pieces, height);
    let rows = chains(&characters).into_iter();
    rows.map(|chain| Row::of(chain.into_iter().map(|i| characters[i]).collect())).collect()
}

/// Returns the rows as indices of their characters.
pub(super) fn chains(characters: &[BBox]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..characters.len()).collect();
    order.sort_unstable_by_key(|&i| (characters[i].left, characters[i].top));
    let next = neighbours(&order.iter().map(|&i| characters[i]).collect::<Vec<BBox>>());
    let mut is_next = vec![false; order.len()];
    next.iter().flatten().for_each(|&i| is_next[i] = true);
    let follow = |first: usize| std::iter::successors(Some(first), |&i| next[i]).map(|i| order[i]).collect();
    (0..order.len()).filter(|&i| !is_next[i]).map(follow).collect()
}

/// The straight rows and columns of a page's text.
pub(super) struct Straight {
    rows: Vec<Row>,
    /// In the transposed image.
    columns: Vec<Row>,
    /// Whether columns contain more characters than rows.
    pub is_vertical: bool,
}

impl Straight {
    /// Finds them among components; `height` is the character height of the page, px.
    pub(super) fn of(pieces: &[BBox], height: f64) -> Self {
        let transposed: Vec<BBox> = pieces.iter().map(BBox::transposed).collect();
        let (rows, columns) = (straight_rows(pieces, height), straight_rows(&transposed, height));
        let count = |rows: &[Row]| rows.iter().map(|row| row.characters.len()).sum::<usize>();
        let is_vertical = count(&columns) > count(&rows);
        Self { rows, columns, is_vertical }
    }

    /// Returns the components outside of straight rows and, on a page of vertical text, outside of straight columns.
    pub(super) fn without(&self, pieces: &[BBox]) -> Vec<BBox> {
        let places = |rows: &[Row]| BoxIndex::of(rows.iter().map(|row| &row.bbox));
        let (in_rows, in_columns) = (places(&self.rows), places(&self.columns));
        let in_one_of = |rows: &[Row], places: &BoxIndex, piece: &BBox| {
            places.touching(piece).into_iter().any(|i| rows[i].holds(piece))
        };
        let holds = |piece: &BBox| {
            in_one_of(&self.rows, &in_rows, piece)
                || self.is_vertical && in_one_of(&self.columns, &in_columns, &piece.transposed())
        };
        pieces.iter().copied().filter(|piece| !holds(piece)).collect()
    }
}

fn straight_rows(pieces: &[BBox], height: f64) -> Vec<Row> {
    let is_print = |row: &Row| {
        let (slope, off) = row.slope();
        row.characters.len() >= PRINT_ROW && slope.abs() <= STRAIGHT.0 && off <= STRAIGHT.1
    };
    find_rows(pieces, height).into_iter().filter(is_print).collect()
}

/// Joins components above each other into characters.
pub(super) fn characters(pieces: &[BBox], height: f64) -> Vec<BBox> {
    let is_piece = |b: &BBox| {
        f64::from(b.width().max(b.height())) >= PIECE.0 * height
            && f64::from(b.height()) <= PIECE.1 * height
            && f64::from(b.width()) <= PIECE.2 * height
    };
    let mut pieces: Vec<BBox> = pieces.iter().filter(|b| is_piece(b)).copied().collect();
    pieces.sort_unstable_by_key(|b| (b.left, b.top));
    let crack = ((CRACK * height) as i32).max(2);
    let (mut joined, mut places): (Vec<BBox>, _) = (Vec::new(), BoxIndex::default());
    for piece in pieces {
        let stacked = |j: &BBox| {
            let shared = j.right.min(piece.right) - j.left.max(piece.left);
            f64::from(shared) >= STACKED * f64::from(j.width().min(piece.width())) && j.gap_y(&piece) <= crack
        };
        // `joined` is sorted by left edge: entries far to the left cannot match any more.
        let near = joined.partition_point(|j| f64::from(piece.left - j.left) > PIECE.2 * height);
        let touching = places.touching(&piece.grown(crack)).into_iter();
        match touching.skip_while(|&i| i < near).find(|&i| stacked(&joined[i])) {
            Some(i) => {
                let character = joined[i].union(&piece);
                places.replace(i, &joined[i], &character);
                joined[i] = character;
            }
            None => {
                places.insert(joined.len(), &piece);
                joined.push(piece);
            }
        }
    }
    let fits = |b: &BBox| (CHARACTER.0 * height..=CHARACTER.1 * height).contains(&f64::from(b.height()));
    joined.retain(fits);
    joined
}

/// Returns for each character the one that follows on its right; no character follows two.
fn neighbours(characters: &[BBox]) -> Vec<Option<usize>> {
    let mut taken = vec![false; characters.len()];
    let mut next = vec![None; characters.len()];
    let places = BoxIndex::of(characters);
    for (i, from) in characters.iter().enumerate() {
        let height = f64::from(from.height());
        let end = from.right + (GAP * height) as i32;
        let follows = |to: &BBox| {
            let (low, high) = (from.height().min(to.height()), from.height().max(to.height()));
            let level = from.bottom.min(to.bottom) - from.top.max(to.top);
            to.left + to.right > from.left + from.right
                && f64::from(level) >= ALIKE.1 * f64::from(low)
                && f64::from(high) <= ALIKE.0 * f64::from(low)
        };
        let candidates = places.touching(&BBox { right: end.max(from.right), ..*from }).into_iter();
        let nearest = candidates
            .filter(|&j| j > i && characters[j].left <= end && !taken[j] && follows(&characters[j]))
            .min_by_key(|&j| characters[j].left - from.right);
        if let Some(j) = nearest {
            taken[j] = true;
            next[i] = Some(j);
        }
    }
    next
}

impl Row {
    /// A row of at least one character, in any order.
    pub(super) fn of(mut characters: Vec<BBox>) -> Self {
        characters.sort_unstable_by_key(|c| (c.left, c.top));
        let bbox = characters.iter().fold(BBox::default(), |all, b| all.union(b));
        let mut heights: Vec<i32> = characters.iter().map(BBox::height).collect();
        heights.sort_unstable();
        let height = median(heights[heights.len() / 2..].iter().map(|&h| f64::from(h)).collect());
        Self { bbox, characters, height }
    }

    pub(super) fn is_level_with(&self, other: &Self) -> bool {
        let (a, b) = (&self.bbox, &other.bbox);
        f64::from(a.bottom.min(b.bottom) - a.top.max(b.top)) >= LEVEL * self.height.min(other.height)
    }

    fn holds(&self, piece: &BBox) -> bool {
        self.bbox.intersects(piece) && self.characters.iter().any(|c| c.union(piece) == *c)
    }

    /// Slope, downwards per pixel to the right (median over all pairs: Theil 1950, Sen 1968), and median deviation of
    /// the characters' bottoms and tops from such lines, in heights.
    pub(super) fn slope(&self) -> (f64, f64) {
        let middle = |b: &BBox| f64::from(b.left + b.right) / 2.0;
        let apart = 1.5 * self.height;
        let mut slopes = Vec::new();
        for (i, a) in self.characters.iter().enumerate() {
            for b in self.characters[i + 1..].iter().filter(|b| middle(b) - middle(a) > apart) {
                slopes.push(f64::from(b.bottom - a.bottom) / (middle(b) - middle(a)));
            }
        }
        let slope = if slopes.is_empty() { 0.0 } else { median(slopes) };
        let off = |edge: fn(&BBox) -> i32| {
            let rest: Vec<f64> =
                self.characters.iter().map(|b| f64::from(edge(b)) - slope * middle(b)).collect();
            let level = median(rest.clone());
            median(rest.into_iter().map(|r| (r - level).abs()).collect()) / self.height
        };
        (slope, off(|b| b.bottom).max(off(|b| b.top)))
    }

    /// Median deviation of the heights from their median, relative to it.
    pub(super) fn uneven(&self) -> f64 {
        let heights: Vec<f64> = self.characters.iter().map(|b| f64::from(b.height())).collect();
        let middle = median(heights.clone());
        median(heights.into_iter().map(|h| (h - middle).abs()).collect()) / middle
    }

    /// Median aspect ratio (height by width) of the characters, without single strokes such as 1 and I, which are
    /// narrow in all type; 0 if fewer than two remain.
    pub(super) fn condensed(&self) -> f64 {
        let all = self.characters.iter().map(|b| f64::from(b.height()) / f64::from(b.width()));
        let letters: Vec<f64> = all.filter(|&tall| tall <= STROKE).collect();
        if letters.len() < 2 { 0.0 } else { median(letters) }
    }

    pub(super) fn texture(&self, ink: &Binary) -> Texture {
        Texture::of(ink, &self.characters)
    }
}

/// Distribution of ink in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Texture {
    /// Mean stroke thickness with pinholes filled, px.
    pub stroke: f64,
    /// Area of pinholes relative to the ink.
    pub mottled: f64,
    /// Fraction of the characters' boxes that is ink.
    pub filled: f64,
}

impl Texture {
    fn of(ink: &Binary, characters: &[BBox]) -> Self {
        let pictures: Vec<Binary> = characters.iter().map(|b| cut(ink, &b.grown(1))).collect();
        let (area, edge) = measured(&pictures);
        let longest = (PINHOLE * thickness(area, edge)).round().max(1.0) as usize;
        let filled: Vec<Binary> = pictures.iter().map(|p| without_pinholes(p, longest)).collect();
        let (solid, outline) = measured(&filled);
        let boxes: i64 = characters.iter().map(BBox::area).sum();
        Self {
            stroke: thickness(solid, outline),
            mottled: (solid - area) as f64 / area.max(1) as f64,
            filled: area as f64 / boxes.max(1) as f64,
        }
    }
}

/// Longest side of a pinhole, in stroke widths: the counters of letters are larger.
const PINHOLE: f64 = 0.75;

/// Mean stroke thickness: twice the area over the outline's length. Pixel edges overestimate slanting outlines by 4/π
/// on average.
fn thickness(area: i64, edge: i64) -> f64 {
    2.0 * area.max(1) as f64 / (edge.max(1) as f64 * std::f64::consts::FRAC_PI_4)
}

/// Area of the ink and length of its outline.
fn measured(pictures: &[Binary]) -> (i64, i64) {
    let (mut area, mut edge) = (0, 0);
    for picture in pictures {
        for y in 0..picture.height() {
            let row = picture.row(y);
            area += row.iter().filter(|&&p| p != 0).count() as i64;
            edge += row.windows(2).filter(|w| (w[0] != 0) != (w[1] != 0)).count() as i64;
            if y > 0 {
                let differs = |(a, b): &(&u8, &u8)| (**a != 0) != (**b != 0);
                edge += row.iter().zip(picture.row(y - 1)).filter(differs).count() as i64;
            }
        }
    }
    (area, edge)
}

/// Fills pinholes: background that ink bounds on all four sides within `longest` px.
fn without_pinholes(picture: &Binary, longest: usize) -> Binary {
    let across = short_gaps(picture, longest);
    let down = short_gaps(&picture.transposed(), longest).transposed();
    let mut filled = picture.clone();
    for y in 0..picture.height() {
        let holes = across.row(y).iter().zip(down.row(y)).map(|(a, b)| a & b);
        filled.row_mut(y).iter_mut().zip(holes).for_each(|(pixel, hole)| *pixel |= hole);
    }
    filled
}

/// Background between ink of the same row, at most `longest` px long.
fn short_gaps(picture: &Binary, longest: usize) -> Binary {
    let mut gaps = Binary::new(picture.width(), picture.height());
    for y in 0..picture.height() {
        let (row, out) = (picture.row(y), gaps.row_mut(y));
        let mut last = None;
        for x in (0..row.len()).filter(|&x| row[x] != 0) {
            if let Some(from) = last.filter(|from| (1..=longest).contains(&(x - from - 1))) {
                out[from + 1..x].fill(255);
            }
            last = Some(x);
        }
    }
    gaps
}

/// Median of a non-empty list.
pub(super) fn median(mut numbers: Vec<f64>) -> f64 {
    let middle = numbers.len() / 2;
    *numbers.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{fill, page};

    fn letter(left: i32, top: i32) -> BBox {
        BBox::from_ltwh(left, top, 20, 30)
    }

    #[test]
    fn letters_that_touch_are_as_high_as_those_that_do_not() {
        let apart: Vec<BBox> = (0..30).map(|i| letter(i * 30, 100)).collect();
        let touching: Vec<BBox> = (0..10).map(|i| BBox::from_ltwh(i * 90, 100, 80, 30)).collect();
        assert_eq!(print_height(&apart, 2000), Some(20.0));
        assert_eq!(print_height(&touching, 2000), Some(30.0));
    }

    #[test]
    fn a_row_ends_at_a_gap_as_wide_as_its_letters_are_high() {
        let row: Vec<BBox> = [0, 30, 60, 130, 160].map(|x| letter(x, 100)).to_vec();
        let counts: Vec<usize> = find_rows(&row, 30.0).iter().map(|r| r.characters.len()).collect();
        assert_eq!(counts, [3, 2]);
    }

    #[test]
    fn pieces_one_above_the_other_are_one_character() {
        let pieces = [BBox::from_ltwh(0, 100, 20, 12), BBox::from_ltwh(2, 114, 18, 16), letter(30, 100)];
        let rows = find_rows(&pieces, 30.0);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].characters, [letter(0, 100), letter(30, 100)]);
    }

    #[test]
    fn what_is_left_without_straight_print_stands_neither_in_its_rows_nor_in_its_columns() {
        let note = BBox::from_ltwh(400, 83, 20, 20);
        for is_vertical in [false, true] {
            let (across, down) = if is_vertical { (90, 32) } else { (32, 90) };
            let page = (0..10).flat_map(|row| (0..10).map(move |i| (i, row)));
            let mut pieces: Vec<BBox> =
                page.map(|(i, row)| BBox::from_ltwh(i * across, row * down, 20, 20)).collect();
            pieces.retain(|b| b.grown(2).intersection(&note).is_empty());
            pieces.push(note);
            assert_eq!(Straight::of(&pieces, 20.0).without(&pieces), [note], "vertical: {is_vertical}");
        }
    }

    #[test]
    fn the_slope_of_a_row_is_that_of_most_of_its_feet() {
        let mut row: Vec<BBox> = (0..8).map(|i| letter(i * 30, 100 + 3 * i)).collect();
        row[3].bottom += 9;
        let (slope, off) = Row::of(row).slope();
        assert!((slope - 0.1).abs() < 0.01 && off < 0.02, "{slope} {off}");
    }

    #[test]
    fn pinholes_make_ink_mottled_but_not_thinner() {
        let mut ink = page();
        let block = BBox::from_ltrb(100, 100, 112, 160);
        fill(&mut ink, block);
        let solid = Texture::of(&ink, &[block]);
        (103..158).step_by(5).for_each(|y| ink.erase(&BBox::from_ltwh(104, y, 2, 2)));
        let mottled = Texture::of(&ink, &[block]);
        assert_eq!(solid.mottled, 0.0);
        assert!(mottled.mottled > 0.05 && mottled.filled < solid.filled);
        assert!((mottled.stroke - solid.stroke).abs() < 0.01, "{solid:?} {mottled:?}");
    }
}
