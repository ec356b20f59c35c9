//! Label probabilities of a page: one plane for each label.

use crate::geometry::BBox;
use crate::raster::Binary;
use image::GrayImage;

/// The classes of the segmentation network. A position may have several labels. The order is that of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Printed or typed ink.
    Print,
    /// Handwritten ink.
    Handwriting,
    /// Ink of a stamp.
    Stamp,
    /// Printed rules.
    Ruling,
    /// Other dark areas: edges, holes, pictures, dirt.
    Other,
    /// The core of a horizontal line: a band half as thick as its characters.
    Horizontal,
    /// The core of a vertical line.
    Vertical,
    /// The inside of a stamp's outline, reduced by an eighth of its thickness on each side, so that touching stamps
    /// are separate.
    StampBody,
    /// A redaction as a whole.
    Redaction,
    /// A redaction, reduced by three twentieths of its thickness on each side.
    RedactionCore,
}

impl Label {
    /// All labels in the network's order.
    pub const ALL: [Self; 10] = [
        Self::Print,
        Self::Handwriting,
        Self::Stamp,
        Self::Ruling,
        Self::Other,
        Self::Horizontal,
        Self::Vertical,
        Self::StampBody,
        Self::Redaction,
        Self::RedactionCore,
    ];
}

/// Probability of each label at each position, 0 to 255. A position covers several pixels of the page.
pub struct Labels {
    planes: Vec<GrayImage>,
    /// Pixels of the page per position, across and down.
    scale: (f64, f64),
    /// Size of the page, px.
    page: (u32, u32),
}

impl Labels {
    /// Converts the network's output, plane by plane. `all` is the size of a plane in positions; `seen` is the part
    /// of the input image that shows the page, in pixels, two to a position.
    pub(crate) fn of(values: &[f32], all: (u32, u32), seen: (u32, u32), page: (u32, u32)) -> Self {
        let (width, height) = (seen.0.div_ceil(2), seen.1.div_ceil(2));
        let planes = values.chunks_exact((all.0 * all.1) as usize).map(|plane| {
            GrayImage::from_fn(width, height, |x, y| {
                image::Luma([(plane[(y * all.0 + x) as usize] * 255.0).round() as u8])
            })
        });
        let scale = |page: u32, seen: u32| 2.0 * f64::from(page) / f64::from(seen);
        Self { planes: planes.collect(), scale: (scale(page.0, seen.0), scale(page.1, seen.1)), page }
    }

    /// Labels of a page of 800 × 800 px with 200 × 200 positions, in which the given boxes of positions have labels.
    #[cfg(test)]
    pub(crate) fn drawn(boxes: &[(Label, BBox)]) -> Self {
        let mut values = vec![0.0; Label::ALL.len() * 208 * 208];
        for (label, bbox) in boxes {
            for y in bbox.top..bbox.bottom {
                for x in bbox.left..bbox.right {
                    values[(*label as i32 * 208 * 208 + y * 208 + x) as usize] = 0.99;
                }
            }
        }
        Self::of(&values, (208, 208), (400, 400), (800, 800))
    }

    /// The probabilities of a label.
    #[must_use]
    pub fn plane(&self, label: Label) -> &GrayImage {
        &self.planes[label as usize]
    }

    /// Sum of the probabilities of a label, 0 to 1 each, over a box of positions within the page.
    #[must_use]
    pub fn sum(&self, label: Label, places: &BBox) -> f64 {
        let plane = self.plane(label);
        let rows = plane.as_raw().chunks_exact(plane.width().max(1) as usize);
        let rows = rows.skip(places.top as usize).take(places.height() as usize);
        let columns = places.left as usize..places.right as usize;
        rows.map(|row| row[columns.clone()].iter().map(|&p| u64::from(p)).sum::<u64>()).sum::<u64>() as f64
            / 255.0
    }

    /// The positions at which the probability of a label is at least `probability`, 0 to 255.
    #[must_use]
    pub fn at_least(&self, label: Label, probability: u8) -> Binary {
        let plane = self.plane(label);
        let ink = plane.iter().map(|&p| if p >= probability { 255 } else { 0 }).collect();
        Binary::from_ink(GrayImage::from_raw(plane.width(), plane.height(), ink).expect("one byte a place"))
    }

    /// Pixels of the page per position, averaged over both directions.
    #[must_use]
    pub fn scale(&self) -> f64 {
        (self.scale.0 + self.scale.1) / 2.0
    }

    /// Pixels of the page per position, across and down.
    #[must_use]
    pub fn scales(&self) -> (f64, f64) {
        self.scale
    }

    /// The positions that a box in pixels of the page touches.
    #[must_use]
    pub fn to_places(&self, bbox: &BBox) -> BBox {
        let first = |v: i32, scale: f64| (f64::from(v) / scale).floor() as i32;
        let last = |v: i32, scale: f64| (f64::from(v) / scale).ceil() as i32;
        BBox::from_ltrb(
            first(bbox.left, self.scale.0),
            first(bbox.top, self.scale.1),
            last(bbox.right, self.scale.0),
            last(bbox.bottom, self.scale.1),
        )
        .intersection(&BBox::of_size(self.planes[0].width(), self.planes[0].height()))
    }

    /// Converts a box of positions to pixels of the page.
    #[must_use]
    pub fn to_page(&self, places: &BBox) -> BBox {
        let at = |v: i32, scale: f64| (f64::from(v) * scale).round() as i32;
        BBox::from_ltrb(
            at(places.left, self.scale.0),
            at(places.top, self.scale.1),
            at(places.right, self.scale.0),
            at(places.bottom, self.scale.1),
        )
        .intersection(&BBox::of_size(self.page.0, self.page.1))
    }

    /// The position of each column, and of each row, of the page.
    #[must_use]
    pub fn places(&self) -> (Vec<u32>, Vec<u32>) {
        let (width, height) = self.planes[0].dimensions();
        let axis = |px: u32, scale: f64, count: u32| {
            (0..px).map(|at| (((f64::from(at) + 0.5) / scale) as u32).min(count - 1)).collect()
        };
        (axis(self.page.0, self.scale.0, width), axis(self.page.1, self.scale.1, height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_in_the_page_and_what_lies_beyond_it_is_left_out() {
        // A page of 100 × 60 px, seen at half its size on 64 × 32: 25 × 15 positions of 32 × 16.
        let mut values = vec![0.0; 10 * 32 * 16];
        values[2 * 512 + 3 * 32 + 4] = 1.0;
        let labels = Labels::of(&values, (32, 16), (50, 30), (100, 60));
        assert_eq!(labels.plane(Label::Stamp).dimensions(), (25, 15));
        let found = labels.at_least(Label::Stamp, 128).components().0;
        assert_eq!(found[0].bbox, BBox::from_ltwh(4, 3, 1, 1));
        assert_eq!(labels.to_page(&found[0].bbox), BBox::from_ltrb(16, 12, 20, 16));
        let (columns, rows) = labels.places();
        assert_eq!((columns.len(), columns[17], rows[59]), (100, 4, 14));
    }
}
