//! The rules of a page and the queries whether they separate text.

use crate::geometry::{BBox, BoxIndex};

/// Distance by which the erased remains of a rule may extend into text, px.
const REMAINS_PX: i32 = 2;

/// Rules with a spatial index.
#[derive(Debug, Default)]
pub(super) struct Rulings {
    all: Vec<BBox>,
    index: BoxIndex,
    /// Doubled vertical centres of the horizontal rules, sorted.
    levels: Vec<i32>,
}

impl Rulings {
    pub(super) fn of(all: Vec<BBox>) -> Self {
        let level = all.iter().filter(|rule| rule.width() > rule.height());
        let mut levels: Vec<i32> = level.map(|rule| rule.top + rule.bottom).collect();
        levels.sort_unstable();
        Self { index: BoxIndex::of(&all), all, levels }
    }

    /// Whether a rule runs between two boxes that are side by side or one above the other.
    pub(super) fn is_between(&self, a: &BBox, b: &BBox) -> bool {
        self.parts(a, b, false) || self.parts(&a.transposed(), &b.transposed(), true)
    }

    /// Whether a box contains a vertical rule along at least half of its height.
    pub(super) fn stands_in(&self, place: &BBox) -> bool {
        let beside = |rule: &BBox| 2 * rule.intersection(place).height() >= place.height();
        self.index
            .touching(place)
            .into_iter()
            .map(|i| &self.all[i])
            .any(|rule| is_upright(rule) && beside(rule))
    }

    /// The vertical rules that lie in one of the places by their whole width.
    pub(super) fn upright_within(&self, places: &[BBox]) -> Self {
        let within = |rule: &&BBox| {
            let stands =
                |place: &BBox| place.left <= rule.left && rule.right <= place.right && rule.gap_y(place) < 0;
            is_upright(rule) && places.iter().any(stands)
        };
        Self::of(self.all.iter().filter(within).copied().collect())
    }

    /// Whether a horizontal rule lies within `reach` px of `y`.
    pub(super) fn is_level_near(&self, y: f64, reach: f64) -> bool {
        let first = self.levels.partition_point(|&middle| f64::from(middle) / 2.0 < y - reach);
        self.levels.get(first).is_some_and(|&middle| f64::from(middle) / 2.0 <= y + reach)
    }

    /// Whether a vertical rule stands between two boxes, along at least half of the lower one; with `transposed`,
    /// whether a horizontal rule does, with the boxes given transposed.
    fn parts(&self, a: &BBox, b: &BBox, transposed: bool) -> bool {
        let turned = |rule: &BBox| if transposed { rule.transposed() } else { *rule };
        let (left, right) = if a.left <= b.left { (a, b) } else { (b, a) };
        let gap = left.right - REMAINS_PX..=right.left + REMAINS_PX;
        if gap.is_empty() {
            return false;
        }
        let place = BBox {
            left: *gap.start(),
            right: *gap.end(),
            top: a.top.min(b.top),
            bottom: a.bottom.max(b.bottom),
        };
        self.index.touching(&turned(&place)).into_iter().map(|i| turned(&self.all[i])).any(|rule| {
            let middle = (rule.left + rule.right) / 2;
            let beside = rule.bottom.min(place.bottom) - rule.top.max(place.top);
            let stands = if transposed { rule.height() >= rule.width() } else { is_upright(&rule) };
            stands && gap.contains(&middle) && 2 * beside >= a.height().min(b.height())
        })
    }
}

/// Whether a rule is vertical; a square one counts as horizontal.
fn is_upright(rule: &BBox) -> bool {
    rule.height() > rule.width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_stands_between_boxes_on_both_sides_of_it() {
        let (a, b) = (BBox::from_ltrb(0, 0, 10, 10), BBox::from_ltrb(20, 2, 30, 12));
        let is_between = |rule: BBox, a: BBox, b: BBox| Rulings::of(vec![rule]).is_between(&a, &b);
        assert!(is_between(BBox::from_ltrb(14, -5, 16, 30), a, b));
        assert!(is_between(BBox::from_ltrb(-5, 14, 30, 16), a, b.shifted(-20, 20)));
        assert!(!is_between(BBox::from_ltrb(14, 30, 16, 60), a, b));
        assert!(!is_between(BBox::from_ltrb(-5, 14, 30, 16), a, b));
    }

    #[test]
    fn level_rules_are_found_by_their_height() {
        let rules = Rulings::of(vec![BBox::from_ltrb(0, 10, 90, 13), BBox::from_ltrb(0, 0, 3, 90)]);
        assert!(rules.is_level_near(12.0, 0.5) && rules.is_level_near(11.0, 0.5));
        assert!(!rules.is_level_near(12.5, 0.5) && !rules.is_level_near(45.0, 20.0));
    }
}
