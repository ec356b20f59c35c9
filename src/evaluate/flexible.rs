//! Errors in any order of the lines: flexible character accuracy (Clausner, Pletschacher and Antonacopoulos, Pattern
//! Recognition Letters 131, 2020).
//!
//! The longest line of the reference is paired with the substring of the hypothesis that has the least penalty. The
//! remainders of both become lines of their own, until no pair is left. This is repeated with each of the paper's sets
//! of coefficients, and the fewest errors count. Our choices where the paper leaves freedom: the best place of the
//! shorter line in the longer one is found by Sellers' search instead of sliding; lines without a common character are
//! not paired; the two texts in their own order are an additional candidate, so the result never exceeds the rate in
//! order. The work is bounded ([`BUDGET`]): pages with very many or very long lines try fewer sets of coefficients, and
//! in the extreme get no figure.

use super::align::errors;
use super::distance::nearest_part;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

/// Weights of the penalty: edit distance, difference in length, offset, paired length.
type Coefficients = [i64; 4];
/// Most steps of the search; one step covers 64 pairs of characters. This takes a second at most.
const BUDGET: usize = 300_000_000;
/// Most penalties computed; 768 sets on a page of 25 lines need 0.5 million.
const WEIGHINGS: usize = 40_000_000;

/// Paired ranges of reference and hypothesis, and the unpaired rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Matching {
    pub(super) pairs: Vec<(Range<usize>, Range<usize>)>,
    pub(super) unread: Vec<Range<usize>>,
    pub(super) invented: Vec<Range<usize>>,
    pub(super) errors: usize,
}

/// The matching with the fewest errors; `None` if it would take too long.
pub(super) fn best_matching(
    reference: &[u32],
    hypothesis: &[u32],
    lines: (&[Range<usize>], &[Range<usize>]),
) -> Option<Matching> {
    let in_order = errors(reference, hypothesis).total() as usize;
    let whole = Matching {
        pairs: vec![(0..reference.len(), 0..hypothesis.len())],
        errors: in_order,
        ..Matching::default()
    };
    let least = bag_distance(reference, hypothesis);
    if in_order == least {
        return Some(whole);
    }
    let mut pieces = Pieces::new(reference, hypothesis, lines);
    let pairs = pieces.starts.0.len() * pieces.starts.1.len();
    let sets = (WEIGHINGS / pairs.max(1)).min(768);
    let mut best = whole;
    for set in 0..sets {
        // If not all sets can be tried, sample them evenly over the paper's ranges.
        let found = pieces.matching(coefficients(set * 768 / sets))?;
        if found.errors < best.errors {
            best = found;
        }
        if best.errors == least {
            break;
        }
    }
    (sets > 0).then_some(best)
}

/// A set of coefficients by number. The paper's ranges: 15 to 30 by 5, 0 to 21 by 3, 0 to 3, 0 to 5.
fn coefficients(set: usize) -> Coefficients {
    let set = set as i64;
    [15 + 5 * (set / 192), 3 * (set / 24 % 8), set / 6 % 4, set % 6]
}

/// Errors that remain in any order: a lower bound.
fn bag_distance(a: &[u32], b: &[u32]) -> usize {
    let mut counts: HashMap<u32, i64> = HashMap::new();
    a.iter().for_each(|c| *counts.entry(*c).or_default() += 1);
    b.iter().for_each(|c| *counts.entry(*c).or_default() -= 1);
    let missing: i64 = counts.values().filter(|c| **c > 0).sum();
    let invented: i64 = -counts.values().filter(|c| **c < 0).sum::<i64>();
    missing.max(invented) as usize
}

/// Best alignment of the shorter of two pieces within the longer.
#[derive(Debug, Clone, Copy)]
struct Fit {
    distance: u32,
    /// Paired part of each piece, relative to its start.
    reference: (u32, u32),
    hypothesis: (u32, u32),
}

/// All pieces of both sides by number, with a cache of their alignments.
struct Pieces<'a> {
    texts: (&'a [u32], &'a [u32]),
    ranges: (Vec<Range<usize>>, Vec<Range<usize>>),
    numbers: (HashMap<Range<usize>, usize>, HashMap<Range<usize>, usize>),
    starts: (Vec<usize>, Vec<usize>),
    fits: Vec<Vec<Option<Option<Fit>>>>,
    spent: usize,
}

impl<'a> Pieces<'a> {
    fn new(reference: &'a [u32], hypothesis: &'a [u32], lines: (&[Range<usize>], &[Range<usize>])) -> Self {
        let mut pieces = Self {
            texts: (reference, hypothesis),
            ranges: Default::default(),
            numbers: Default::default(),
            starts: Default::default(),
            fits: vec![],
            spent: 0,
        };
        let filled =
            |lines: &[Range<usize>]| lines.iter().filter(|l| !l.is_empty()).cloned().collect::<Vec<_>>();
        pieces.starts.0 = filled(lines.0).into_iter().map(|l| pieces.reference(l)).collect();
        pieces.starts.1 = filled(lines.1).into_iter().map(|l| pieces.hypothesis(l)).collect();
        pieces
    }

    fn reference(&mut self, range: Range<usize>) -> usize {
        number(range, &mut self.ranges.0, &mut self.numbers.0)
    }

    fn hypothesis(&mut self, range: Range<usize>) -> usize {
        number(range, &mut self.ranges.1, &mut self.numbers.1)
    }

    /// The matching for one set of coefficients; `None` if the budget is exhausted.
    fn matching(&mut self, weights: Coefficients) -> Option<Matching> {
        let mut found = Matching::default();
        let (mut left, mut right) = self.starts.clone();
        left.sort_by_key(|&p| Reverse(self.ranges.0[p].len()));
        while !left.is_empty() {
            let piece = left.remove(0);
            let range = self.ranges.0[piece].clone();
            let Some((at, fit)) = self.least_penalty(piece, &right, weights)? else {
                found.errors += range.len();
                found.unread.push(range);
                continue;
            };
            let partner = self.ranges.1[right.remove(at)].clone();
            found.errors += fit.distance as usize;
            let (paired, rest) = cut(&range, fit.reference);
            let (partner_paired, partner_rest) = cut(&partner, fit.hypothesis);
            found.pairs.push((paired, partner_paired));
            for piece in rest {
                let place = left.partition_point(|&p| self.ranges.0[p].len() >= piece.len());
                left.insert(place, self.reference(piece));
            }
            right.extend(partner_rest.into_iter().map(|piece| self.hypothesis(piece)).collect::<Vec<_>>());
        }
        found.invented = right.iter().map(|&p| self.ranges.1[p].clone()).collect();
        found.errors += found.invented.iter().map(Range::len).sum::<usize>();
        Some(found)
    }

    /// The partner of least penalty, the first of equals; `None` if none has a character in common with the piece.
    fn least_penalty(
        &mut self,
        piece: usize,
        right: &[usize],
        weights: Coefficients,
    ) -> Option<Option<(usize, Fit)>> {
        let mut best: Option<(i64, usize, Fit)> = None;
        let length = self.ranges.0[piece].len();
        for (at, &partner) in right.iter().enumerate() {
            let Some(fit) = self.fit(piece, partner)? else { continue };
            let penalty = penalty(length, self.ranges.1[partner].len(), &fit, weights);
            if best.as_ref().is_none_or(|b| penalty < b.0) {
                best = Some((penalty, at, fit));
            }
        }
        Some(best.map(|(_, at, fit)| (at, fit)))
    }

    fn fit(&mut self, piece: usize, partner: usize) -> Option<Option<Fit>> {
        if self.fits.len() <= piece {
            self.fits.resize(piece + 1, vec![]);
        }
        if self.fits[piece].len() <= partner {
            self.fits[piece].resize(partner + 1, None);
        }
        if let Some(known) = self.fits[piece][partner] {
            return Some(known);
        }
        let (a, b) =
            (&self.texts.0[self.ranges.0[piece].clone()], &self.texts.1[self.ranges.1[partner].clone()]);
        self.spent += a.len().max(b.len()) * a.len().min(b.len()).div_ceil(64) + a.len() + b.len();
        if self.spent > BUDGET {
            return None;
        }
        let fit = fit(a, b);
        self.fits[piece][partner] = Some(fit);
        Some(fit)
    }
}

fn number(
    range: Range<usize>,
    ranges: &mut Vec<Range<usize>>,
    numbers: &mut HashMap<Range<usize>, usize>,
) -> usize {
    *numbers.entry(range.clone()).or_insert_with(|| {
        ranges.push(range);
        ranges.len() - 1
    })
}

/// Aligns the shorter piece within the longer; `None` if they have no character in common.
fn fit(a: &[u32], b: &[u32]) -> Option<Fit> {
    let shorter = a.len().min(b.len());
    let (distance, reference, hypothesis) = if a.len() <= b.len() {
        let (distance, part) = nearest_part(a, b);
        (distance, 0..a.len(), part)
    } else {
        let (distance, part) = nearest_part(b, a);
        (distance, part, 0..b.len())
    };
    let narrow = |range: Range<usize>| (range.start as u32, range.end as u32);
    (distance < shorter).then(|| Fit {
        distance: distance as u32,
        reference: narrow(reference),
        hypothesis: narrow(hypothesis),
    })
}

/// The paper's penalty, doubled to keep halves integral.
fn penalty(a: usize, b: usize, fit: &Fit, [edit, difference, offset, length]: Coefficients) -> i64 {
    let between = a.abs_diff(b) as i64;
    let at = i64::from(fit.reference.0.max(fit.hypothesis.0));
    // 0 at either end of the longer line, largest in its middle.
    let from_end = if between > 1 { between - (2 * at - between).abs() } else { 0 };
    2 * (i64::from(fit.distance) * edit + between * difference - a.min(b) as i64 * length) + from_end * offset
}

/// The paired part of a range, and the remainders before and after it.
fn cut(range: &Range<usize>, (start, end): (u32, u32)) -> (Range<usize>, Vec<Range<usize>>) {
    let paired = range.start + start as usize..range.start + end as usize;
    let rest = [range.start..paired.start, paired.end..range.end];
    (paired, rest.into_iter().filter(|r| !r.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lines(text: &str) -> (Vec<u32>, Vec<Range<usize>>) {
        let (mut all, mut ranges) = (vec![], vec![]);
        for line in text.lines() {
            let start = all.len();
            all.extend(line.chars().map(u32::from));
            ranges.push(start..all.len());
        }
        (all, ranges)
    }

    fn errors_of(a: &str, b: &str) -> usize {
        let (a, b) = (lines(a), lines(b));
        best_matching(&a.0, &b.0, (&a.1, &b.1)).unwrap().errors
    }

    #[test]
    fn the_order_of_lines_costs_nothing() {
        assert_eq!(errors_of("外務大臣殿\n大島大使発", "大島大使発\n外務大臣殿"), 0);
        assert_eq!(errors_of("外務大臣殿\n大島大使発", "大島大使登\n外務大臣"), 2);
    }

    #[test]
    fn lines_that_were_run_together_are_parted() {
        assert_eq!(errors_of("外務大臣殿\n大島大使発\n極秘", "大島大使発外務大臣殿\n極秘"), 0);
        assert_eq!(errors_of("", "極秘"), 2);
        assert_eq!(errors_of("極秘", ""), 2);
    }

    proptest! {
        #[test]
        fn errors_lie_between_those_of_the_bag_and_those_in_order(a in "[あいうえ\n]{0,40}", b in "[あいうえ\n]{0,40}") {
            let (a, b) = (lines(&a), lines(&b));
            let found = best_matching(&a.0, &b.0, (&a.1, &b.1)).unwrap();
            prop_assert!(found.errors >= bag_distance(&a.0, &b.0));
            prop_assert!(found.errors <= errors(&a.0, &b.0).total() as usize);
            let paired: usize = found.pairs.iter().map(|p| p.0.len()).chain(found.unread.iter().map(Range::len)).sum();
            let partners: usize = found.pairs.iter().map(|p| p.1.len()).chain(found.invented.iter().map(Range::len)).sum();
            prop_assert_eq!((paired, partners), (a.0.len(), b.0.len()));
        }
    }
}
