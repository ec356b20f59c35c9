//! Direction of writing, by zone.
//!
//! Characters of a line are closer to one another than lines are, so ink that is joined over a third of a character
//! grows along the line. A zone is a group of units that are less than about a character apart and not separated by
//! rules. The shapes of the joined ink determine its direction; a zone that is too small or too even takes the page's
//! direction.
//!
//! The text of a zone may be smaller than the page's, as that of notices and forms is. Its lines are so close that
//! with the page's character size they would be joined, so the units of such a zone are computed again with its own
//! size.

use super::rulings::Rulings;
use super::units::{Unit, Units, join, joined};
use super::{Direction, LayoutOptions, grid};
use crate::geometry::{BBox, BoxIndex};
use crate::page::WritingMode;
use crate::raster::size_of_print;

pub(super) struct Zone {
    pub writing_mode: WritingMode,
    /// Character size of its text, px: the page's, unless it is clearly smaller.
    pub size: f64,
    pub units: Vec<BBox>,
}

/// Blank that ends a zone, in characters.
const ZONE_GAP: f64 = 0.9;

/// Range of relative sizes of text that is clearly smaller than the page's: notices have 0.6, dust less.
const SMALLER: std::ops::Range<f64> = 0.45..0.8;
/// Fewest components for an estimate of the size.
const TELLING: usize = 12;

/// Groups the units into zones and determines their directions.
pub(super) fn find_zones(found: &Units, rulings: &Rulings, options: &LayoutOptions) -> Vec<Zone> {
    let forced = match options.direction {
        Direction::Auto => None,
        Direction::Horizontal => Some(WritingMode::HorizontalTb),
        Direction::Vertical => Some(WritingMode::VerticalRl),
    };
    let boxes: Vec<BBox> = found.all.iter().map(|unit| unit.bbox).collect();
    let page = forced.unwrap_or_else(|| {
        let all = evidence(&boxes, found.size);
        let on_grid = || grid::find_direction(&boxes, found.size);
        all.decision().or_else(on_grid).unwrap_or_else(|| mode_of(all.balance()))
    });
    let gap = (ZONE_GAP * found.size) as i32;
    let (groups, sizes): (Vec<Vec<BBox>>, Vec<f64>) = join(&boxes, gap, |a, b| !rulings.is_between(a, b))
        .into_iter()
        .map(|group| by_own_measure(group.into_iter().map(|i| &found.all[i]).collect(), found.size))
        .unzip();
    let around: Vec<BBox> =
        groups.iter().map(|g| g.iter().fold(BBox::default(), |all, u| all.union(u))).collect();
    let index = BoxIndex::of(&around);
    let own = |i: usize| {
        evidence(&groups[i], sizes[i])
            .decision()
            .or_else(|| single_file(&groups[i], &around[i]))
            .or_else(|| grid::find_direction(&groups[i], sizes[i]))
            .or_else(|| spaced_out((&around, &index), i, rulings))
    };
    let modes: Vec<WritingMode> =
        (0..groups.len()).map(|i| forced.or_else(|| own(i)).unwrap_or(page)).collect();
    let zones = groups.into_iter().zip(sizes).zip(modes);
    zones.map(|((units, size), writing_mode)| Zone { writing_mode, size, units }).collect()
}

/// The units of a zone and its character size; the units are recomputed if the size is clearly smaller than the page's.
fn by_own_measure(zone: Vec<&Unit>, page: f64) -> (Vec<BBox>, f64) {
    let pieces: Vec<BBox> = zone.iter().flat_map(|unit| unit.pieces.iter().copied()).collect();
    let own = size_of_print(pieces.iter(), (2.0 * page) as i32).unwrap_or(page);
    if pieces.len() < TELLING || !SMALLER.contains(&(own / page)) {
        return (zone.iter().map(|unit| unit.bbox).collect(), page);
    }
    (joined(&pieces, own).into_iter().map(|unit| unit.bbox).collect(), own)
}

/// Direction of a zone no wider than its largest character: along its length.
fn single_file(units: &[BBox], zone: &BBox) -> Option<WritingMode> {
    let largest = units.iter().map(|u| u.width().max(u.height())).max()?;
    let (long, short) = (zone.width().max(zone.height()), zone.width().min(zone.height()));
    (5 * short <= 6 * largest && 5 * long >= 8 * largest)
        .then(|| mode_of(f64::from(zone.width() - zone.height())))
}

/// Direction of widely spaced characters, as in titles: towards the nearest neighbour of similar size.
fn spaced_out((zones, places): (&[BBox], &BoxIndex), index: usize, rulings: &Rulings) -> Option<WritingMode> {
    let me = zones[index];
    let side = me.width().max(me.height());
    let nearby = places.touching(&me.grown(2 * side));
    let neighbour = |mode: WritingMode| {
        let mine = mode.along(&me);
        nearby
            .iter()
            .map(|&i| (i, &zones[i]))
            .filter(|&(i, other)| {
                let theirs = mode.along(other);
                let like = 3 * theirs.height().max(mine.height())
                    <= 4 * theirs.height().min(mine.height()).max(3 * side / 4);
                let level = (theirs.center().y - mine.center().y).abs() < 0.25 * f64::from(side);
                i != index && like && level && !rulings.is_between(&me, other)
            })
            .map(|(_, other)| mine.gap_x(&mode.along(other)))
            .filter(|&gap| gap < 2 * side)
            .min()
    };
    match (neighbour(WritingMode::HorizontalTb), neighbour(WritingMode::VerticalRl)) {
        (Some(beside), Some(below)) if beside == below => None,
        (Some(beside), below) if below.is_none_or(|b| beside < b) => Some(WritingMode::HorizontalTb),
        (_, Some(_)) => Some(WritingMode::VerticalRl),
        (_, None) => None,
    }
}

fn mode_of(balance: f64) -> WritingMode {
    if balance >= 0.0 { WritingMode::HorizontalTb } else { WritingMode::VerticalRl }
}

/// Length of joined ink in total, and horizontal minus vertical, in characters.
struct Evidence {
    weight: f64,
    horizontal: f64,
}

impl Evidence {
    /// 1 for all horizontal, −1 for all vertical.
    fn balance(&self) -> f64 {
        if self.weight > 0.0 { self.horizontal / self.weight } else { 0.0 }
    }

    /// The direction, if enough ink has grown clearly in one direction.
    fn decision(&self) -> Option<WritingMode> {
        (self.weight >= 1.5 && self.balance().abs() >= 0.3).then(|| mode_of(self.balance()))
    }
}

/// Measures the shapes of ink joined over 0.35, 0.25 and 0.15 characters. The first gap that keeps lines apart counts.
fn evidence(units: &[BBox], size: f64) -> Evidence {
    let mut last = Evidence { weight: 0.0, horizontal: 0.0 };
    for gap in [0.35, 0.25, 0.15] {
        let mut all = Evidence { weight: 0.0, horizontal: 0.0 };
        let mut lumped = 0.0;
        for group in join(units, (gap * size) as i32, |_, _| true) {
            let bbox = group.iter().fold(BBox::default(), |all, &i| all.union(&units[i]));
            let (width, height) = (f64::from(bbox.width()) / size, f64::from(bbox.height()) / size);
            let (long, short) = (width.max(height), width.min(height));
            if short > 2.2 {
                lumped += long * short / 1.5;
            } else if long > 1.5 && long > 1.6 * short {
                all.weight += long;
                all.horizontal += if width > height { long } else { -long };
            }
        }
        if all.weight > lumped {
            return all;
        }
        if all.weight > last.weight {
            last = all;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `rows` × `columns` characters of 10 px with the given gaps.
    fn print(rows: i32, columns: i32, gap_x: i32, gap_y: i32) -> Vec<BBox> {
        (0..rows * columns)
            .map(|i| BBox::from_ltwh((i % columns) * (10 + gap_x), (i / columns) * (10 + gap_y), 10, 10))
            .collect()
    }

    /// Units of one component each, on a page with characters of 10 px.
    fn units(boxes: Vec<BBox>) -> Units {
        let all = boxes.into_iter().map(|bbox| Unit { bbox, pieces: vec![bbox] }).collect();
        Units { size: 10.0, all, dots: vec![] }
    }

    #[test]
    fn print_runs_where_characters_stand_closer() {
        assert!(evidence(&print(4, 12, 1, 6), 10.0).balance() > 0.9);
        assert!(evidence(&print(12, 4, 6, 1), 10.0).balance() < -0.9);
    }

    #[test]
    fn a_row_of_characters_is_horizontal_even_on_a_vertical_page() {
        let mut boxes = print(30, 8, 6, 1);
        boxes.extend(print(1, 5, 2, 0).iter().map(|b| b.shifted(0, -40)));
        let zones = find_zones(&units(boxes), &Rulings::default(), &LayoutOptions::default());
        let modes: Vec<_> = zones.iter().map(|z| (z.units.len(), z.writing_mode)).collect();
        assert_eq!(modes, [(240, WritingMode::VerticalRl), (5, WritingMode::HorizontalTb)]);
    }

    #[test]
    fn small_print_is_taken_apart_by_its_own_measure() {
        let notice: Vec<BBox> = (0..18).map(|i| BBox::from_ltwh(i % 6 * 26, i / 6 * 30, 24, 24)).collect();
        let page = joined(&notice, 40.0);
        assert_eq!(page.len(), 1, "by the page's measure its lines are one");
        let zones = find_zones(
            &Units { size: 40.0, all: page, dots: vec![] },
            &Rulings::default(),
            &LayoutOptions::default(),
        );
        let [zone] = zones.as_slice() else { panic!("{} zones", zones.len()) };
        assert_eq!((zone.units.len(), zone.writing_mode), (3, WritingMode::HorizontalTb));
        assert!((26.0..30.0).contains(&zone.size), "{}", zone.size);
    }
}
