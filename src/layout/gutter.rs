//! The gutter between two pages on one scan: a book opened flat, or two sheets side by side.
//!
//! Two facing pages together are wider than high, and between their texts are both inner margins: a blank vertical
//! band near the middle of the scan. A line, a table or a frame of a single wide page crosses its middle, and the
//! columns of such a page are closer. A few components in the band (holes, a page number, dirt) do not count as
//! crossing text.

use super::Spread;
use crate::geometry::BBox;

/// Least ratio of width to height of two pages; a single page that lies on its side and is cropped may have 1.1.
const WIDE: f64 = 1.15;
/// Range of the gutter's position, as fractions of the scan's width.
const MIDDLE: (f64, f64) = (0.35, 0.65);
/// Half width of the band as a fraction of the scan's width: two inner margins of 1 cm on two A4 pages are 5 % of it.
const HALF_BAND: f64 = 0.02;
/// Largest fraction of all components that may lie in the band.
const MOST_INSIDE: f64 = 0.005;
/// Least fraction of all components on either side.
const LEAST_ASIDE: f64 = 0.05;

/// The column of pixels between two pages, or `None` for a single page. `print` holds the boxes of text components.
pub(super) fn find_gutter(print: &[BBox], rulings: &[BBox], scan: BBox, spread: Spread) -> Option<i32> {
    let (width, height) = (f64::from(scan.width()), f64::from(scan.height()));
    let is_possible = match spread {
        Spread::Auto => width >= WIDE * height,
        Spread::Never => false,
        Spread::Always => true,
    };
    if !is_possible || print.is_empty() {
        return None;
    }
    let half = (HALF_BAND * width) as i32;
    let at = emptiest(&inside(print, scan.width(), half), MIDDLE, width)?;
    let is_inside = |bbox: &&BBox| bbox.left < at + half && bbox.right > at - half;
    let inside = print.iter().filter(is_inside).count() as f64;
    let left = print.iter().filter(|bbox| bbox.center().x < f64::from(at)).count() as f64;
    let all = print.len() as f64;
    let crosses =
        |rule: &BBox| rule.width() > rule.height() && rule.left < at - half && rule.right > at + half;
    let is_clear = inside <= MOST_INSIDE * all
        && left.min(all - left) >= LEAST_ASIDE * all
        && !rulings.iter().any(crosses);
    (spread == Spread::Always || is_clear).then_some(at)
}

/// Number of components in the band around each column of pixels.
fn inside(print: &[BBox], width: i32, half: i32) -> Vec<i32> {
    let mut changes = vec![0; width as usize + 1];
    for bbox in print {
        changes[(bbox.left - half).clamp(0, width) as usize] += 1;
        changes[(bbox.right + half).clamp(0, width) as usize] -= 1;
    }
    let mut sum = 0;
    changes
        .iter()
        .map(|change| {
            sum += change;
            sum
        })
        .collect()
}

/// The middle of the emptiest run of columns; of several runs, the one nearest to the middle of the scan.
fn emptiest(inside: &[i32], middle: (f64, f64), width: f64) -> Option<i32> {
    let (from, to) = ((middle.0 * width) as usize, (middle.1 * width) as usize);
    let least = *inside.get(from..to)?.iter().min()?;
    let columns: Vec<usize> = (from..to).filter(|&x| inside[x] == least).collect();
    let stretches = columns.chunk_by(|a, b| b - a == 1);
    let middles = stretches.map(|stretch| (stretch[0] + stretch[stretch.len() - 1]) as i32 / 2);
    middles.min_by_key(|x| (x - width as i32 / 2).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of components that resemble characters, between two columns of pixels.
    fn rows(left: i32, right: i32) -> impl Iterator<Item = BBox> {
        let row = move |top: i32| (left..right).step_by(40).map(move |x| BBox::from_ltwh(x, top, 30, 30));
        (100..1300).step_by(60).flat_map(row)
    }

    fn found(print: &[BBox], rulings: &[BBox], spread: Spread) -> Option<i32> {
        find_gutter(print, rulings, BBox::of_size(2000, 1400), spread)
    }

    #[test]
    fn two_pages_have_a_gutter_even_with_a_hole_in_it() {
        let mut print: Vec<BBox> = rows(100, 850).chain(rows(1150, 1900)).collect();
        let at = found(&print, &[], Spread::Auto).unwrap();
        assert!((860..1150).contains(&at), "{at}");
        print.push(BBox::from_ltwh(at - 10, 700, 20, 20));
        assert!(found(&print, &[], Spread::Auto).is_some());
        assert_eq!(found(&print, &[], Spread::Never), None);
    }

    #[test]
    fn a_wide_page_has_none_where_lines_rules_or_narrow_columns_meet_in_the_middle() {
        let across: Vec<BBox> = rows(100, 1900).collect();
        assert_eq!(found(&across, &[], Spread::Auto), None);
        let narrow: Vec<BBox> = rows(100, 980).chain(rows(1020, 1900)).collect();
        assert_eq!(found(&narrow, &[], Spread::Auto), None);
        let table: Vec<BBox> = rows(100, 850).chain(rows(1150, 1900)).collect();
        assert_eq!(found(&table, &[BBox::from_ltrb(80, 90, 1920, 93)], Spread::Auto), None);
    }

    #[test]
    fn an_upright_page_has_none_unless_one_is_told() {
        let print: Vec<BBox> = rows(100, 450).chain(rows(600, 900)).collect();
        let page = BBox::of_size(1000, 1400);
        assert_eq!(find_gutter(&print, &[], page, Spread::Auto), None);
        assert!(find_gutter(&print, &[], page, Spread::Always).is_some());
        assert_eq!(find_gutter(&[], &[], page, Spread::Always), None);
    }
}
