//! Makes pixels square. Faxes have pixels that are higher than wide.
//!
//! All stages assume that a character is as wide as high and that skew is an angle. A standard fax has 204 dpi
//! horizontally and 98 dpi vertically. The coarser axis is resampled to the resolution of the finer one. The returned
//! transform maps boxes back to the original scan.

use crate::geometry::Transform;
use crate::raster::Pixels;
use crate::scan::Scan;
use image::imageops::{FilterType, resize};
use std::borrow::Cow;

/// The scan with square pixels, and the transform back to the scan. A scan with square pixels is returned unchanged.
#[must_use]
pub fn square(scan: &Scan) -> (Cow<'_, Pixels>, Transform) {
    let (Some(across), Some(down)) = (scan.dpi, scan.dpi_down) else {
        return (Cow::Borrowed(&scan.pixels), Transform::identity());
    };
    let (width, height) = scan.pixels.dimensions();
    let stretched = |side: u32, dpi: f32| (side as f32 * across.max(down) / dpi).round().max(1.0) as u32;
    let (new_width, new_height) = (stretched(width, across), stretched(height, down));
    let pixels = match &scan.pixels {
        Pixels::Gray(gray) => Pixels::Gray(resize(gray, new_width, new_height, FilterType::Triangle)),
        Pixels::Color(color) => Pixels::Color(resize(color, new_width, new_height, FilterType::Triangle)),
    };
    let factor = |side: u32, new: u32| f64::from(side) / f64::from(new);
    let (x, y) = (factor(width, new_width), factor(height, new_height));
    (Cow::Owned(pixels), Transform { coefficients: [x, 0.0, 0.0, 0.0, y, 0.0] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use image::{GrayImage, Luma};

    #[test]
    fn a_fax_is_stretched_and_its_boxes_come_back() {
        let drawn = GrayImage::from_fn(40, 30, |x, y| Luma([if x < 20 && y < 10 { 0 } else { 255 }]));
        let fax =
            Scan { pixels: Pixels::Gray(drawn), dpi: Some(204.0), dpi_down: Some(102.0), notes: vec![] };
        let (square, back) = square(&fax);
        assert_eq!(square.dimensions(), (40, 60));
        assert_eq!(square.to_gray().get_pixel(10, 17).0, [0]);
        assert_eq!(back.apply_bbox(&BBox::from_ltrb(0, 0, 20, 20)), BBox::from_ltrb(0, 0, 20, 10));
    }
}
