//! Histogram of gray values.
//!
//! Four counters are used in turn. Neighbouring pixels are mostly alike, and incrementing the same counter again
//! stalls the processor, which takes several times as long.

/// Pixel counts by gray value, in four partial histograms.
pub(crate) struct Histogram([[u32; 256]; 4]);

impl Histogram {
    pub(crate) fn new() -> Self {
        Self([[0; 256]; 4])
    }

    /// The histogram of all pixels.
    pub(crate) fn of(pixels: &[u8]) -> Self {
        let mut histogram = Self::new();
        histogram.add(pixels);
        histogram
    }

    pub(crate) fn add(&mut self, pixels: &[u8]) {
        let (fours, rest) = pixels.as_chunks::<4>();
        for four in fours {
            for (counts, &value) in self.0.iter_mut().zip(four) {
                counts[usize::from(value)] += 1;
            }
        }
        rest.iter().for_each(|&value| self.0[0][usize::from(value)] += 1);
    }

    pub(crate) fn counts(&self) -> [u64; 256] {
        std::array::from_fn(|value| self.0.iter().map(|counts| u64::from(counts[value])).sum())
    }
}

/// The gray level below which `percent` % of the pixels lie.
pub(crate) fn percentile(counts: &[u64; 256], percent: u64) -> u8 {
    let wanted = counts.iter().sum::<u64>() * percent / 100;
    let mut seen = 0;
    let level = counts.iter().position(|&n| {
        seen += n;
        seen > wanted
    });
    level.unwrap_or(255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_is_counted_however_many_there_are() {
        for length in 0..10u8 {
            let mut histogram = Histogram::new();
            histogram.add(&vec![255; usize::from(length)]);
            histogram.add(&[7, 255]);
            let counts = histogram.counts();
            assert_eq!((counts[7], counts[255]), (1, u64::from(length) + 1));
            assert_eq!(counts.iter().sum::<u64>(), u64::from(length) + 2);
        }
    }
}
