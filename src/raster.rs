//! Raster types that stages exchange: pixels of a scan, the binary page and its connected components.

mod balance;
mod components;
mod histogram;
mod otsu;
mod size;

pub(crate) use balance::Balance;
pub use components::{LabelPicture, Labels, ink_runs};
pub(crate) use histogram::{Histogram, percentile};
pub use otsu::otsu_level;
pub use size::character_size;
pub(crate) use size::size_of_print;

use crate::geometry::BBox;
use image::{GrayImage, Luma, RgbImage};

/// The pixels of a scan in any orientation, eight bits a channel.
#[derive(Debug, Clone, PartialEq)]
pub enum Pixels {
    /// Gray scans, and bilevel ones as 0 and 255; 0 is black.
    Gray(GrayImage),
    /// Colour scans.
    Color(RgbImage),
}

impl Pixels {
    /// Width and height, px.
    #[must_use]
    pub fn dimensions(&self) -> (u32, u32) {
        match self {
            Self::Gray(g) => g.dimensions(),
            Self::Color(c) => c.dimensions(),
        }
    }

    /// Returns the brightness (ITU-R BT.601 luma); copies a gray scan.
    #[must_use]
    pub fn to_gray(&self) -> GrayImage {
        match self {
            Self::Gray(g) => g.clone(),
            Self::Color(c) => {
                let luma = c.as_raw().chunks_exact(3).map(|p| {
                    ((77 * u32::from(p[0]) + 150 * u32::from(p[1]) + 29 * u32::from(p[2]) + 128) >> 8) as u8
                });
                GrayImage::from_raw(c.width(), c.height(), luma.collect()).expect("one byte a pixel")
            }
        }
    }
}

/// A binary page of ink (true) and paper (false), independent of the photometric convention of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary(GrayImage);

impl Binary {
    /// A page of paper only.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Self {
        Self(GrayImage::new(width, height))
    }

    /// Wraps an image in which 0 is paper and any other value is ink.
    #[must_use]
    pub fn from_ink(mut ink: GrayImage) -> Self {
        ink.iter_mut().for_each(|p| *p = if *p == 0 { 0 } else { 255 });
        Self(ink)
    }

    /// Marks as ink all gray values below `threshold`; 0 makes every pixel paper.
    #[must_use]
    pub fn below(gray: &GrayImage, threshold: u8) -> Self {
        let ink = gray.as_raw().iter().map(|&p| if p < threshold { 255 } else { 0 }).collect();
        Self(GrayImage::from_raw(gray.width(), gray.height(), ink).expect("one byte a pixel"))
    }

    /// Width, px.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.0.width()
    }

    /// Height, px.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.0.height()
    }

    /// Bounding box of the whole image.
    #[must_use]
    pub fn bbox(&self) -> BBox {
        BBox::of_size(self.width(), self.height())
    }

    /// Whether the pixel is ink.
    ///
    /// # Panics
    /// If the pixel lies outside the image.
    #[must_use]
    pub fn is_ink(&self, x: u32, y: u32) -> bool {
        self.0.get_pixel(x, y).0[0] != 0
    }

    /// Sets a pixel to ink or paper.
    ///
    /// # Panics
    /// If the pixel lies outside the image.
    pub fn set(&mut self, x: u32, y: u32, ink: bool) {
        self.0.put_pixel(x, y, Luma([if ink { 255 } else { 0 }]));
    }

    /// One row: 255 is ink, 0 is paper.
    #[must_use]
    pub fn row(&self, y: u32) -> &[u8] {
        let width = self.width() as usize;
        &self.0.as_raw()[y as usize * width..(y as usize + 1) * width]
    }

    /// One row for writing: any value but 0 is ink.
    pub fn row_mut(&mut self, y: u32) -> &mut [u8] {
        let width = self.width() as usize;
        &mut self.0.as_mut()[y as usize * width..(y as usize + 1) * width]
    }

    /// The image with ink as 255, for functions that expect a bright foreground.
    #[must_use]
    pub fn as_ink(&self) -> &GrayImage {
        &self.0
    }

    /// The image for display: ink black, paper white.
    #[must_use]
    pub fn to_gray(&self) -> GrayImage {
        let seen = self.0.as_raw().iter().map(|p| 255 - p).collect();
        GrayImage::from_raw(self.width(), self.height(), seen).expect("one byte a pixel")
    }

    /// The image transposed: rows become columns.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let (width, height) = (self.width() as usize, self.height() as usize);
        let mut out = Self::new(self.height(), self.width());
        let (from, to) = (self.0.as_raw(), &mut *out.0);
        // Blocks of 8 × 8 pixels in row order keep reads sequential. Blank blocks, the most frequent ones, write
        // nothing.
        for (y, x) in (0..height).step_by(8).flat_map(|y| (0..width).step_by(8).map(move |x| (y, x))) {
            if y + 8 <= height && x + 8 <= width {
                let row = |i: usize| from[(y + i) * width + x..].first_chunk().expect("eight pixels");
                let rows: [u64; 8] = std::array::from_fn(|i| u64::from_le_bytes(*row(i)));
                if rows.iter().fold(0, |any, row| any | row) != 0 {
                    for (i, column) in mirrored(rows).into_iter().enumerate() {
                        to[(x + i) * height + y..][..8].copy_from_slice(&column.to_le_bytes());
                    }
                }
            } else {
                let rest = |y: usize| (x..width.min(x + 8)).map(move |x| (y, x));
                for (y, x) in (y..height.min(y + 8)).flat_map(rest) {
                    to[x * height + y] = from[y * width + x];
                }
            }
        }
        out
    }

    /// The ink that is absent in `other`, an image of the same size.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let left = self.0.as_raw().iter().zip(other.0.as_raw()).map(|(a, b)| a & !b).collect();
        Self(GrayImage::from_raw(self.width(), self.height(), left).expect("as many pixels"))
    }

    /// The union of the ink of two images of the same size.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let both = self.0.as_raw().iter().zip(other.0.as_raw()).map(|(a, b)| a | b).collect();
        Self(GrayImage::from_raw(self.width(), self.height(), both).expect("as many pixels"))
    }

    /// Number of ink pixels in each cell of a grid with cells of `side` × `side` px, by rows from the top left.
    /// Partial cells at the right and at the bottom are left out.
    pub(crate) fn ink_by_cells(&self, side: u32) -> impl Iterator<Item = Vec<u32>> {
        let columns = (self.width() / side * side) as usize;
        (0..self.height() / side).map(move |row| {
            // Sums by column first: that loop vectorizes.
            let mut sums = vec![0u16; columns];
            for y in row * side..(row + 1) * side {
                sums.iter_mut().zip(self.row(y)).for_each(|(sum, &p)| *sum += u16::from(p != 0));
            }
            let cells = sums.chunks_exact(side as usize);
            cells.map(|cell| cell.iter().map(|&sum| u32::from(sum)).sum()).collect()
        })
    }

    /// Number of ink pixels in a box; the part outside the image is ignored.
    #[must_use]
    pub fn ink_in(&self, bbox: &BBox) -> u64 {
        let inside = bbox.intersection(&self.bbox());
        if inside.is_empty() {
            return 0;
        }
        (inside.top..inside.bottom)
            .map(|y| {
                let row = &self.row(y as u32)[inside.left as usize..inside.right as usize];
                // Chunks of 255 keep the count in one byte, so that the loop vectorizes.
                let count = |few: &[u8]| u64::from(few.iter().map(|&p| u8::from(p != 0)).sum::<u8>());
                row.chunks(255).map(count).sum::<u64>()
            })
            .sum()
    }

    /// Sets a box to paper; the part outside the image is ignored.
    pub fn erase(&mut self, bbox: &BBox) {
        let inside = bbox.intersection(&self.bbox());
        if inside.is_empty() {
            return;
        }
        for y in inside.top..inside.bottom {
            self.row_mut(y as u32)[inside.left as usize..inside.right as usize].fill(0);
        }
    }

    /// The eight-connected components in the order of their first pixel, and the labels of their pixels: 0 is paper,
    /// `i + 1` belongs to component `i`.
    #[must_use]
    pub fn components(&self) -> (Vec<Component>, Labels) {
        components::label(self)
    }
}

/// Transposes eight rows of eight bytes, the first byte lowest, by swapping halves, quarters and eighths.
fn mirrored(mut rows: [u64; 8]) -> [u64; 8] {
    for (step, mask) in [(4, 0x0000_0000_ffff_ffff), (2, 0x0000_ffff_0000_ffff), (1, 0x00ff_00ff_00ff_00ff)] {
        for upper in (0..8).filter(|i| i & step == 0) {
            let other = ((rows[upper] >> (8 * step)) ^ rows[upper + step]) & mask;
            rows[upper] ^= other << (8 * step);
            rows[upper + step] ^= other;
        }
    }
    rows
}

/// A connected component of ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Its bounding box.
    pub bbox: BBox,
    /// Number of ink pixels.
    pub ink: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::imageops;
    use imageproc::gray_image;
    use imageproc::region_labelling::{Connectivity, connected_components};
    use proptest::prelude::*;

    #[test]
    fn diagonal_neighbours_are_one_component() {
        let page = Binary::from_ink(gray_image!(
            1, 0, 0, 0;
            0, 1, 0, 1;
            0, 0, 0, 1));
        let (found, labels) = page.components();
        assert_eq!(
            found,
            [
                Component { bbox: BBox::from_ltrb(0, 0, 2, 2), ink: 2 },
                Component { bbox: BBox::from_ltrb(3, 1, 4, 3), ink: 2 }
            ]
        );
        assert_eq!(labels.get_pixel(3, 2).0[0], 2);
    }

    proptest! {
        #[test]
        fn components_agree_with_labelling_by_pixels(width in 1u32..24, height in 1u32..24, bits in any::<[u64; 9]>()) {
            let bit = |i: u32| bits[i as usize / 64] >> (i % 64) & 1 == 1;
            let ink = GrayImage::from_fn(width + 2, height + 2, |x, y| {
                let inside = (1..=width).contains(&x) && (1..=height).contains(&y);
                Luma([if inside && bit((y - 1) * width + x - 1) { 255 } else { 0 }])
            });
            let expected = connected_components(&ink, Connectivity::Eight, Luma([0u8]));
            let (found, labels) = Binary::from_ink(ink).components();
            prop_assert_eq!(found.len() as u32, expected.iter().copied().max().unwrap_or(0));
            let mut pairs = std::collections::BTreeMap::new();
            for (ours, theirs) in labels.iter().zip(expected.iter()) {
                prop_assert_eq!(pairs.entry(*theirs).or_insert(*ours), ours);
            }
        }
    }

    /// Pseudo-random ink with any value but 0.
    fn scattered(width: u32, height: u32) -> Binary {
        let mut random = 7u32;
        let mut page = Binary::new(width, height);
        for y in 0..height {
            for p in page.row_mut(y) {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *p = if random >> 30 == 0 { (random >> 22) as u8 } else { 0 };
            }
        }
        page
    }

    #[test]
    fn rows_of_a_transposed_picture_are_columns() {
        for (width, height) in [(0, 0), (1, 1), (8, 8), (7, 9), (64, 3), (65, 130), (200, 71)] {
            let page = scattered(width, height);
            let turned = page.transposed();
            assert_eq!((turned.width(), turned.height()), (height, width));
            assert_eq!(turned.as_ink(), &imageops::flip_horizontal(&imageops::rotate90(page.as_ink())));
        }
    }

    #[test]
    fn runs_of_rows_of_any_length_are_found() {
        for width in [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 129, 300] {
            let (sparse, full) = (scattered(width, 40), Binary::below(&GrayImage::new(width, 1), 1));
            for row in (0..40).map(|y| sparse.row(y)).chain([full.row(0)]) {
                let mut drawn = vec![false; row.len()];
                let mut end = None;
                for run in ink_runs(row) {
                    assert!(!run.is_empty() && end.is_none_or(|end| end < run.start), "{row:?}");
                    end = Some(run.end);
                    drawn[run].fill(true);
                }
                assert_eq!(drawn, row.iter().map(|&p| p != 0).collect::<Vec<bool>>());
            }
        }
    }

    #[test]
    fn ink_is_counted_by_cells() {
        let page = scattered(75, 50);
        for side in [1, 4, 7, 50, 60] {
            let cells: Vec<Vec<u32>> = page.ink_by_cells(side).collect();
            assert_eq!(cells.len() as u32, 50 / side);
            for (row, cells) in (0..).zip(&cells) {
                let cell = |column: u32| {
                    let (side, column) = (side as i32, column as i32);
                    page.ink_in(&BBox::from_ltwh(column * side, row * side, side, side)) as u32
                };
                assert_eq!(*cells, (0..75 / side).map(cell).collect::<Vec<u32>>());
            }
        }
    }

    #[test]
    fn runs_are_those_of_the_picture_of_labels() {
        // Wider than eight pixels, with ink that begins and ends at any position in a byte.
        let page = Binary::from_ink(GrayImage::from_fn(37, 20, |x, y| {
            Luma([u8::from(x * x + 3 * y * y + x * y * 7 < 37 * 9 || (x * 5 + y * 11) % 13 < 3)])
        }));
        let (found, labels) = page.components();
        let mut drawn = vec![0; 37 * 20];
        for (y, columns, component) in labels.runs() {
            drawn[y as usize * 37..][columns].fill(component as u32 + 1);
        }
        assert_eq!(&drawn, labels.as_raw());
        let boxes = [
            (0, 0, 37, 20),
            (5, 3, 21, 17),
            (-4, 12, 99, 44),
            (0, 0, 0, 0),
            (-9, 3, -4, 17),
            (5, -9, 21, -3),
        ];
        for bbox in boxes.map(|(left, top, right, bottom)| BBox::from_ltrb(left, top, right, bottom)) {
            let mut within = vec![0; 37 * 20];
            for (y, columns, component) in labels.runs_in(&bbox) {
                within[y as usize * 37..][columns].fill(component as u32 + 1);
            }
            let inside = |x: i32, y: i32| bbox.contains(x, y);
            let expected = (0..20).flat_map(|y| (0..37).map(move |x| (x, y)));
            let expected = expected.map(|(x, y)| if inside(x, y) { drawn[(y * 37 + x) as usize] } else { 0 });
            assert_eq!(within, expected.collect::<Vec<u32>>(), "{bbox:?}");
        }
        for (i, component) in found.iter().enumerate() {
            let rows =
                BBox { top: component.bbox.top + 1, bottom: component.bbox.bottom - 1, ..component.bbox };
            let own = |bbox: &BBox| {
                let own = labels.runs_in(bbox).filter(|&(.., index)| index == i);
                own.map(|(y, columns, _)| (y, columns)).collect::<Vec<_>>()
            };
            assert_eq!(labels.runs_of(i).collect::<Vec<_>>(), own(&component.bbox));
            let [top, bottom] = [rows.top, rows.bottom].map(|v| v as u32);
            assert_eq!(labels.runs_of_rows(i, top, bottom).collect::<Vec<_>>(), own(&rows));
        }
        assert_eq!(found.iter().map(|c| c.ink).sum::<u64>(), page.ink_in(&page.bbox()));
        assert!((0..20).all(|y| (0..37).all(|x| page.is_ink(x, y) == (labels.get_pixel(x, y).0[0] != 0))));
    }

    #[test]
    fn a_picture_of_one_pixel_or_none_has_components_too() {
        assert_eq!(Binary::from_ink(gray_image!(7)).components().0.len(), 1);
        assert_eq!(Binary::new(0, 0).components().0.len(), 0);
    }

    #[test]
    fn a_row_longer_than_a_byte_counts_is_counted() {
        assert_eq!(Binary::below(&GrayImage::new(700, 3), 1).ink_in(&BBox::from_ltrb(20, 1, 650, 3)), 1260);
    }

    #[test]
    fn ink_is_counted_and_erased_inside_of_the_picture_only() {
        let mut page = Binary::from_ink(gray_image!(1, 1; 1, 1));
        assert_eq!(page.ink_in(&BBox::from_ltrb(1, -5, 9, 9)), 2);
        // Regression found with broken files: a box beside the image holds no ink.
        assert_eq!(page.ink_in(&BBox::from_ltrb(900, 0, 910, 2)), 0);
        page.erase(&BBox::from_ltrb(-3, 1, 1, 7));
        assert_eq!(page.as_ink(), &gray_image!(255, 255; 0, 255));
        assert_eq!(imageops::flip_horizontal(&page.to_gray()), gray_image!(0, 0; 0, 255));
    }
}
