//! Blank bands that many lines share: between tiers of vertical text (段組) and between columns of horizontal text.
//!
//! All coordinates run along x. A single line may have a blank as wide as such a band. A band is recognized by its
//! repetition in row after row: text ends on one side of it and begins on the other, and hardly any line crosses it.
//! Rows of a table share blanks too, but their cells are short, whereas tiers and columns hold prose. If a rule is
//! printed in a band, text that touches the rule does not count as crossing.
//!
//! The thresholds were set on 22 drawn pages and on six real ones in tiers. Two tiers and columns on 33 more drawn
//! pages, and one cable in two columns (b36), confirm them; no other real page was available.

use super::rulings::Rulings;
use crate::geometry::{BBox, BoxIndex};
use std::cmp::Ordering;

/// Least width of a blank that ends a stretch of text, in characters: a full-width blank does, one beside punctuation
/// does not.
pub(super) const BLANK: f64 = 0.9;
/// Least width of a blank that can be part of a band, in characters.
const NARROWEST: f64 = 0.6;
/// Least width of a blank at which text does not cross a position, in characters, though it may be too narrow for a
/// band.
const OPEN: f64 = 0.4;
/// Largest gap in which a band is looked for, in characters: text that is further apart is separate without a band.
const WIDEST: f64 = 6.0;
/// Fewest rows that a band separates, less the penalty for the rows that cross it.
const LEAST_ROWS: i64 = 5;
/// Natural logarithm of the number of positions in which blanks between words align once by chance in so many rows; a
/// page has a few thousand positions.
const CHANCE: f64 = 14.0;
/// Number of separated rows that offset one crossing row: a margin title, or two columns that touch.
const PRICE: i64 = 4;
/// Least median length of the lines on each side of a band, in characters: prose has longer lines than table cells.
const PROSE: f64 = 7.0;
/// Largest distance of a rule from the band in which it is printed, in characters.
const NEAR: f64 = 0.6;
/// Height from which text is a heading, in characters; a heading that crosses a band ends it.
const HEADING: f64 = 1.4;
/// Largest number of bands of a page: the columns of a newspaper with several articles.
const MOST_BANDS: usize = 32;

/// Text in a row without blanks of [`BLANK`].
pub(super) struct Stretch {
    pub bbox: BBox,
    /// Start and end of the blanks inside, px.
    pub blanks: Vec<(i32, i32)>,
}

struct Parted {
    /// Start and end of the blank, px.
    blank: (i32, i32),
    /// Lengths of the stretches, px.
    lengths: (i32, i32),
    row: BBox,
}

/// A row at a possible position of a band.
#[derive(Clone, Copy)]
enum Row {
    Parted(usize),
    Crossed,
    /// A heading crosses the position.
    Ended,
}

/// Finds the bands between stretches of text. A band extends over the rows between two rows that cross it.
///
/// `size` is the character size, px.
pub(super) fn find_bands(stretches: &[Stretch], rulings: &Rulings, size: f64) -> Vec<BBox> {
    let around = stretches.iter().fold(BBox::default(), |all, s| all.union(&s.bbox));
    let page = Stretches { all: stretches, around, rulings, size };
    let mut parted = page.parted_rows();
    let least = page.least_rows(&parted);
    let mut bands = Vec::new();
    while bands.len() < MOST_BANDS {
        let Some(Found { bbox, rows, .. }) = page.best_band(&parted, least) else { break };
        bands.push(bbox);
        let mut is_left = vec![true; parted.len()];
        rows.into_iter().for_each(|row| is_left[row] = false);
        let mut is_left = is_left.into_iter();
        parted.retain(|_| is_left.next().unwrap_or(true));
    }
    bands
}

struct Stretches<'a> {
    all: &'a [Stretch],
    /// Bounding box of all stretches.
    around: BBox,
    rulings: &'a Rulings,
    size: f64,
}

impl Stretches<'_> {
    /// Blanks wide enough for a band: inside a stretch, or between neighbouring stretches of a row.
    fn parted_rows(&self) -> Vec<Parted> {
        let places = BoxIndex::of(self.all.iter().map(|s| &s.bbox));
        let narrowest = (NARROWEST * self.size) as i32;
        let within = |stretch: &Stretch| {
            let (row, blanks) = (stretch.bbox, stretch.blanks.clone());
            let wide = blanks.into_iter().filter(move |(from, to)| to - from >= narrowest);
            wide.map(move |blank| Parted { blank, lengths: (blank.0 - row.left, row.right - blank.1), row })
        };
        let reach = (WIDEST * self.size) as i32;
        let between = |one: &BBox| {
            let beyond = BBox { left: one.right, right: one.right + reach, ..*one };
            let in_row = |other: &&BBox| {
                other.left >= one.right && -2 * one.gap_y(other) > one.height().min(other.height())
            };
            let others = places.touching(&beyond).into_iter().map(|i| &self.all[i].bbox);
            let next = others.filter(in_row).min_by_key(|other| other.left)?;
            Some(Parted {
                blank: (one.right, next.left),
                lengths: (one.width(), next.width()),
                row: one.union(next),
            })
        };
        self.all.iter().flat_map(|s| between(&s.bbox).into_iter().chain(within(s))).collect()
    }

    /// Fewest rows that rule out chance: the larger the blank share of the rows, the more.
    fn least_rows(&self, parted: &[Parted]) -> i64 {
        let blank: f64 = parted.iter().map(|p| f64::from(p.blank.1 - p.blank.0)).sum();
        let print: f64 = self.all.iter().map(|s| f64::from(s.bbox.width())).sum();
        let share = (blank / (blank + print).max(1.0)).clamp(0.001, 0.9);
        LEAST_ROWS.max((CHANCE / -share.ln()).ceil() as i64)
    }

    fn best_band(&self, parted: &[Parted], least: i64) -> Option<Found> {
        let places = shared_places(parted, least, self.size).into_iter();
        let found = places.filter_map(|at| self.band_at(at, parted, least));
        let mut best: Vec<Found> = Vec::new();
        for band in found {
            match best.first().map_or(Ordering::Greater, |first| band.score.cmp(&first.score)) {
                Ordering::Greater => best = vec![band],
                Ordering::Equal => best.push(band),
                Ordering::Less => {}
            }
        }
        // Of several equally good positions, take the middle one.
        let middle = best.len() / 2;
        best.into_iter().nth(middle)
    }

    /// The band at a position: the run of rows that are mostly separated there and that few rows cross.
    fn band_at(&self, at: i32, parted: &[Parted], least: i64) -> Option<Found> {
        let mut rows: Vec<(i32, Row)> = self.all.iter().filter_map(|s| self.crossed(at, s)).collect();
        let here = parted.iter().enumerate().filter(|(_, p)| p.blank.0 <= at && p.blank.1 >= at);
        rows.extend(here.map(|(i, p)| (p.row.top + p.row.bottom, Row::Parted(i))));
        rows.sort_by_key(|row| row.0);
        let (from, to, score) = best_run(&rows, least)?;
        let within: Vec<usize> = rows[from..to]
            .iter()
            .filter_map(|(_, row)| if let Row::Parted(i) = row { Some(*i) } else { None })
            .collect();
        let median = |length: &dyn Fn(&Parted) -> i32| {
            let mut lengths: Vec<i32> = within.iter().map(|&i| length(&parted[i])).collect();
            lengths.sort_unstable();
            f64::from(lengths[lengths.len() / 2])
        };
        let prose = PROSE * self.size;
        let is_prose = median(&|p| p.lengths.0) >= prose && median(&|p| p.lengths.1) >= prose;
        // The band extends to the crossing rows on either side, because short lines need no text beside them.
        let limit = |row: Option<&(i32, Row)>, open: i32| row.map_or(open, |(middle, _)| middle / 2);
        let top = limit(from.checked_sub(1).map(|i| &rows[i]), self.around.top);
        let bottom = limit(rows.get(to), self.around.bottom);
        is_prose.then(|| Found { score, bbox: BBox::from_ltrb(at - 1, top, at + 1, bottom), rows: within })
    }

    /// The row of a stretch that crosses a position, with its doubled centre.
    fn crossed(&self, at: i32, Stretch { bbox: stretch, blanks }: &Stretch) -> Option<(i32, Row)> {
        let inside = (0.3 * self.size) as i32;
        let open = (OPEN * self.size) as i32;
        let is_blank = |(from, to): &(i32, i32)| to - from >= open && (*from..=*to).contains(&at);
        if stretch.left + inside >= at || stretch.right - inside <= at || blanks.iter().any(is_blank) {
            return None;
        }
        let near = (NEAR * self.size) as i32;
        let place = BBox { left: at - near, right: at + near, ..*stretch };
        let row = if f64::from(stretch.height()) > HEADING * self.size { Row::Ended } else { Row::Crossed };
        (!self.rulings.stands_in(&place)).then_some((stretch.top + stretch.bottom, row))
    }
}

/// Positions, a quarter of a character apart, at which enough rows are blank.
fn shared_places(parted: &[Parted], least: i64, size: f64) -> Vec<i32> {
    let step = (size / 4.0).max(1.0) as i32;
    let mut changes: Vec<(i32, i64)> =
        parted.iter().flat_map(|p| [(p.blank.0, 1), (p.blank.1 + 1, -1)]).collect();
    changes.sort_unstable();
    let (mut count, mut places) = (0, Vec::new());
    for (i, &(at, change)) in changes.iter().enumerate() {
        count += change;
        let end = changes.get(i + 1).map_or(at, |next| next.0);
        if count >= least {
            places.extend((at.div_euclid(step) + 1..=end.div_euclid(step)).map(|k| k * step));
        }
    }
    places
}

struct Found {
    /// Number of separated rows, less the penalty for crossing rows.
    score: i64,
    bbox: BBox,
    /// Indexes of the separated rows.
    rows: Vec<usize>,
}

/// The rules that are printed inside bands, in coordinates along the lines.
pub(super) fn printed_in(bands: &[BBox], rulings: &Rulings, size: f64) -> Rulings {
    let near = (NEAR * size) as i32;
    let around: Vec<BBox> =
        bands.iter().map(|band| BBox { left: band.left - near, right: band.right + near, ..*band }).collect();
    rulings.upright_within(&around)
}

/// The run of rows with the highest score (start, end, score), if the score reaches `least`.
fn best_run(rows: &[(i32, Row)], least: i64) -> Option<(usize, usize, i64)> {
    let (mut from, mut sum) = (0, 0);
    let mut best: Option<(usize, usize, i64)> = None;
    for (i, (_, row)) in rows.iter().enumerate() {
        sum = match row {
            Row::Parted(_) => sum + 1,
            Row::Crossed => sum - PRICE,
            Row::Ended => 0,
        };
        if sum <= 0 {
            (from, sum) = (i + 1, 0);
        } else if sum >= least && best.is_none_or(|(.., score)| sum > score) {
            best = Some((from, i + 1, sum));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: f64 = 10.0;

    /// Rows of two stretches with a blank between them.
    fn columns(top: i32, rows: i32, blank: (i32, i32)) -> Vec<BBox> {
        let ends = |i: i32| [(0, blank.0), (blank.1 + 10 * (i % 2), 300)];
        let row = |i: i32| {
            ends(i).map(|(left, right)| BBox::from_ltrb(left, top + 15 * i, right, top + 15 * i + 10))
        };
        (0..rows).flat_map(row).collect()
    }

    fn bands(stretches: &[BBox]) -> Vec<BBox> {
        let stretches: Vec<Stretch> =
            stretches.iter().map(|&bbox| Stretch { bbox, blanks: vec![] }).collect();
        find_bands(&stretches, &Rulings::default(), SIZE)
    }

    #[test]
    fn a_blank_shared_by_many_rows_is_a_band() {
        let found = bands(&columns(0, 8, (140, 155)));
        let [band] = found.as_slice() else { panic!("{found:?}") };
        assert!((140..=155).contains(&band.left) && band.height() >= 100, "{band:?}");
        assert!(bands(&columns(0, 4, (140, 155))).is_empty(), "four rows are too few");
    }

    #[test]
    fn one_line_may_cross_it_but_not_many() {
        let mut all = columns(0, 12, (140, 155));
        all.push(BBox::from_ltrb(100, 185, 220, 195));
        assert_eq!(bands(&all).len(), 1);
        all.extend((0..12).map(|i| BBox::from_ltrb(0, 200 + 15 * i, 300, 210 + 15 * i)));
        let found = bands(&all);
        assert!(found.len() == 1 && found[0].bottom <= 210, "{found:?}");
    }

    #[test]
    fn a_heading_that_crosses_ends_it() {
        let mut all = columns(0, 6, (140, 155));
        all.push(BBox::from_ltrb(60, 100, 240, 120));
        all.extend(columns(130, 6, (140, 155)));
        assert_eq!(bands(&all).len(), 2);
    }

    #[test]
    fn cells_of_a_table_and_blanks_in_ragged_places_are_none() {
        let table = |i: i32| [(0, 140), (155, 200)].map(|(l, r)| BBox::from_ltrb(l, 15 * i, r, 15 * i + 10));
        assert!(bands(&(0..9).flat_map(table).collect::<Vec<_>>()).is_empty());
        let ragged = |i: i32| {
            let at = 80 + i * 37 % 140;
            [(0, at), (at + 15, 300)].map(|(l, r)| BBox::from_ltrb(l, 15 * i, r, 15 * i + 10))
        };
        assert!(bands(&(0..12).flat_map(ragged).collect::<Vec<_>>()).is_empty());
    }

    #[test]
    fn three_columns_have_two_bands() {
        let row = |i: i32| {
            [(0, 90), (102, 195), (207, 300)].map(|(l, r)| BBox::from_ltrb(l, 15 * i, r, 15 * i + 10))
        };
        assert_eq!(bands(&(0..9).flat_map(row).collect::<Vec<_>>()).len(), 2);
    }
}
