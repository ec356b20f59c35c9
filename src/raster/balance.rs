//! White balance: maps the colour of the paper to white.

use image::RgbImage;

/// Paper colour: the median of the brighter half of each channel, which must not count as ink colour.
fn paper(page: &RgbImage) -> [i32; 3] {
    let mut histograms = [[0u32; 256]; 3];
    for pixel in page.as_raw().chunks_exact(3).step_by(7) {
        for (histogram, &value) in histograms.iter_mut().zip(pixel) {
            histogram[value as usize] += 1;
        }
    }
    let total: u32 = histograms[0].iter().sum();
    histograms.map(|histogram| {
        let mut seen = 0;
        let median_of_upper = (0..256usize).rev().find(|&v| {
            seen += histogram[v];
            seen * 2 >= total
        });
        median_of_upper.map_or(255, |v| v.max(128) as i32)
    })
}

/// White balance: a lookup table for each channel.
pub(crate) struct Balance([[u8; 256]; 3]);

impl Balance {
    /// The white balance for the paper of a page.
    pub(crate) fn of(page: &RgbImage) -> Self {
        let table = |paper: i32| std::array::from_fn(|v| (v as i32 * 255 / paper).min(255) as u8);
        Self(paper(page).map(table))
    }

    /// Smallest value that is above `level` in every channel after white balance.
    pub(crate) fn lighter_than(&self, level: i32) -> u8 {
        let lighter = |table: &[u8; 256]| table.iter().position(|&v| i32::from(v) > level).unwrap_or(255);
        self.0.iter().map(lighter).max().unwrap_or(255) as u8
    }

    /// Applies the white balance to a pixel.
    pub(crate) fn balanced(&self, pixel: &[u8]) -> [i32; 3] {
        [0, 1, 2].map(|c| i32::from(self.0[c][pixel[c] as usize]))
    }
}
