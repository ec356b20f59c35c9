//! Uncertainty of the figures: confidence intervals and a significance test.
//!
//! The interval is a percentile bootstrap over pages (Efron 1979). The test is a paired sign-flip permutation test
//! (Fisher 1935). Both use a fixed seed, so the same results give the same figures.

/// Bootstrap samples. More change an interval in the third place at most.
const DRAWS: usize = 1000;
/// Random sign flips if not all can be tried; the smallest possible p is one in this many.
const THROWS: u64 = 10_000;
/// Most differences for which all sign flips are tried: 2 to the 13th is about [`THROWS`].
const EXACT: usize = 13;

/// Pseudorandom numbers (SplitMix64, Steele et al. 2014).
struct Dice(u64);

impl Dice {
    fn new() -> Self {
        // The seed is arbitrary; this is the generator's own constant.
        Self(0x9e37_79b9_7f4a_7c15)
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A random number below `n`.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.throw()) * n as u128) >> 64) as usize
    }
}

/// The 95 % confidence interval of a pooled rate; `None` if fewer than two pages have characters.
#[must_use]
pub(super) fn interval(pages: &[(u64, u64)]) -> Option<[f64; 2]> {
    if pages.iter().filter(|p| p.1 > 0).count() < 2 {
        return None;
    }
    let mut dice = Dice::new();
    let mut rates: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = (0..pages.len()).map(|_| pages[dice.below(pages.len())]);
            let (errors, n) = drawn.fold((0, 0), |a, p| (a.0 + p.0, a.1 + p.1));
            if n == 0 { 0.0 } else { errors as f64 / n as f64 }
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    let at = |share: f64| rates[((DRAWS - 1) as f64 * share).round() as usize];
    Some([at(0.025), at(0.975)])
}

/// p-value of the page differences under the hypothesis of no effect; 1 if all differences are zero.
#[must_use]
pub(super) fn paired_p(differences: &[i64]) -> f64 {
    let differences: Vec<i64> = differences.iter().copied().filter(|d| *d != 0).collect();
    let observed = differences.iter().sum::<i64>().abs();
    let sum = |signs: &mut dyn FnMut(usize) -> bool| -> i64 {
        differences.iter().enumerate().map(|(i, d)| if signs(i) { *d } else { -d }).sum()
    };
    if differences.len() <= EXACT {
        let all = 1u64 << differences.len();
        let as_large = (0..all).filter(|&bits| sum(&mut |i| bits >> i & 1 == 1).abs() >= observed).count();
        return as_large as f64 / all as f64;
    }
    let mut dice = Dice::new();
    let as_large = (0..THROWS).filter(|_| sum(&mut |_| dice.throw() & 1 == 1).abs() >= observed).count();
    (as_large as f64 + 1.0) / (THROWS as f64 + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_the_rate_and_is_the_same_every_time() {
        let pages: Vec<(u64, u64)> = (0..40).map(|i| (i % 7, 100)).collect();
        let [low, high] = interval(&pages).unwrap();
        let rate = pages.iter().map(|p| p.0).sum::<u64>() as f64 / 4000.0;
        assert!(low < rate && rate < high && high - low < 0.02, "{low} {rate} {high}");
        assert_eq!(interval(&pages), interval(&pages));
        assert_eq!(interval(&[(3, 10), (0, 0)]), None);
        assert_eq!(interval(&[(1, 10); 5]), Some([0.1, 0.1]));
    }

    #[test]
    fn a_difference_on_every_page_is_surer_than_one_on_some() {
        assert_eq!(paired_p(&[1, 1, 1, 1, 1]), 2.0 / 32.0);
        assert_eq!(paired_p(&[0, 0]), 1.0);
        assert_eq!(paired_p(&[1, -1]), 1.0);
        assert!(paired_p(&[2; 40]) < 0.001);
        let even: Vec<i64> = (0..40).map(|i| if i % 2 == 0 { 3 } else { -3 }).collect();
        assert!(paired_p(&even) > 0.9);
    }
}
