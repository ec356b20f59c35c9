//! Rotation of pages: by any angle with bilinear interpolation, by quarter turns exactly.

use super::Skew;
use crate::geometry::{Point, Transform};
use crate::raster::Pixels;
use image::{GrayImage, RgbImage, imageops};
use std::borrow::Cow;

/// Rotates the page so that its lines are straight.
///
/// The canvas grows so that no corner is lost; pixels outside the scan are white. The transform maps the straight image
/// back to the input. A page without skew is borrowed unchanged.
#[must_use]
pub fn deskew(page: &Pixels, skew: Skew) -> (Cow<'_, Pixels>, Transform) {
    if skew.degrees == 0.0 {
        return (Cow::Borrowed(page), Transform::identity());
    }
    let (width, height) = page.dimensions();
    let (sin, cos) = skew.degrees.to_radians().sin_cos();
    let grown = |a: f64, b: f64| (a * cos.abs() + b * sin.abs()).ceil() as u32;
    let (new_width, new_height) =
        (grown(f64::from(width), f64::from(height)), grown(f64::from(height), f64::from(width)));
    let middle = |w: u32, h: u32| Point { x: f64::from(w) / 2.0, y: f64::from(h) / 2.0 };
    let (from, to) = (middle(width, height), middle(new_width, new_height));
    // The scan shows the straight page turned clockwise by the skew.
    let back = Transform::translation(-to.x, -to.y)
        .then(&Transform::rotation(skew.degrees))
        .then(&Transform::translation(from.x, from.y));
    let size = (new_width, new_height);
    let straight = match page {
        Pixels::Gray(gray) => {
            let raw = resample::<1>(gray.as_raw(), (width, height), size, &back);
            Pixels::Gray(GrayImage::from_raw(new_width, new_height, raw).expect("one byte a pixel"))
        }
        Pixels::Color(color) => {
            let raw = resample::<3>(color.as_raw(), (width, height), size, &back);
            Pixels::Color(RgbImage::from_raw(new_width, new_height, raw).expect("three bytes a pixel"))
        }
    };
    (Cow::Owned(straight), back)
}

/// Turns a page clockwise by 90, 180 or 270 degrees; any other angle leaves it unchanged. The transform maps the turned
/// image back to the input.
#[must_use]
pub fn turn(page: &Pixels, degrees: u16) -> (Pixels, Transform) {
    let (width, height) = page.dimensions();
    let (width, height) = (f64::from(width), f64::from(height));
    let coefficients = match degrees {
        90 => [0.0, 1.0, 0.0, -1.0, 0.0, height],
        180 => [-1.0, 0.0, width, 0.0, -1.0, height],
        270 => [0.0, -1.0, width, 1.0, 0.0, 0.0],
        _ => return (page.clone(), Transform::identity()),
    };
    let turned = match (page, degrees) {
        (Pixels::Gray(gray), 90) => Pixels::Gray(imageops::rotate90(gray)),
        (Pixels::Gray(gray), 180) => Pixels::Gray(imageops::rotate180(gray)),
        (Pixels::Gray(gray), _) => Pixels::Gray(imageops::rotate270(gray)),
        (Pixels::Color(color), 90) => Pixels::Color(imageops::rotate90(color)),
        (Pixels::Color(color), 180) => Pixels::Color(imageops::rotate180(color)),
        (Pixels::Color(color), _) => Pixels::Color(imageops::rotate270(color)),
    };
    (turned, Transform { coefficients })
}

/// Number of fractional bits of fixed-point coordinates.
const SHIFT: i64 = 16;
const ONE: i64 = 1 << SHIFT;

/// Resamples an image of `new_width` × `new_height` px through the map `back`, bilinearly, with white outside the
/// source.
fn resample<const CHANNELS: usize>(
    raw: &[u8],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
    back: &Transform,
) -> Vec<u8> {
    let mut out = vec![255u8; new_width as usize * new_height as usize * CHANNELS];
    let (width, height) = (i64::from(width), i64::from(height));
    let fixed = |v: f64| (v * ONE as f64).round() as i64;
    let [step_x, _, _, step_y, _, _] = back.coefficients.map(fixed);
    for (y, row) in out.chunks_exact_mut(new_width.max(1) as usize * CHANNELS).enumerate() {
        // Pixel centres have half-integer coordinates.
        let start = back.apply(Point { x: 0.5, y: y as f64 + 0.5 });
        let (mut at_x, mut at_y) = (fixed(start.x - 0.5), fixed(start.y - 0.5));
        for pixel in row.chunks_exact_mut(CHANNELS) {
            let (x, y) = (at_x >> SHIFT, at_y >> SHIFT);
            if x >= 0 && y >= 0 && x + 1 < width && y + 1 < height {
                let above = (y * width + x) as usize * CHANNELS;
                let below = above + width as usize * CHANNELS;
                let (above, below) = (&raw[above..above + 2 * CHANNELS], &raw[below..below + 2 * CHANNELS]);
                let part = |at: i64| (at & (ONE - 1)) as u32 >> 8;
                let (right, low) = (part(at_x), part(at_y));
                let (left, high) = (256 - right, 256 - low);
                let (high_left, high_right) = (left * high, right * high);
                let (low_left, low_right) = (left * low, right * low);
                for c in 0..CHANNELS {
                    let mix = u32::from(above[c]) * high_left
                        + u32::from(above[CHANNELS + c]) * high_right
                        + u32::from(below[c]) * low_left
                        + u32::from(below[CHANNELS + c]) * low_right;
                    pixel[c] = ((mix + (1 << 15)) >> 16) as u8;
                }
            } else if x >= -1 && y >= -1 && x < width && y < height {
                // The outermost half pixel takes its nearest neighbour.
                let nearest = (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)) as usize * CHANNELS;
                pixel.copy_from_slice(&raw[nearest..nearest + CHANNELS]);
            }
            at_x += step_x;
            at_y += step_y;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::page::Confidence;
    use image::Luma;
    use imageproc::gray_image;

    #[test]
    fn quarter_turns_lead_back_to_the_same_pixel() {
        let page = gray_image!(1, 2, 3; 4, 5, 6);
        for degrees in [90u16, 180, 270] {
            let (turned, back) = turn(&Pixels::Gray(page.clone()), degrees);
            let turned = turned.to_gray();
            for (x, y, pixel) in turned.enumerate_pixels() {
                let from = back.apply(Point { x: f64::from(x) + 0.5, y: f64::from(y) + 0.5 });
                assert_eq!(page.get_pixel(from.x as u32, from.y as u32), pixel, "{degrees}°");
            }
        }
        let (turned, _) = turn(&Pixels::Gray(page), 90);
        assert_eq!(turned.to_gray(), gray_image!(4, 1; 5, 2; 6, 3));
    }

    #[test]
    fn a_straight_page_is_lent_and_not_copied() {
        let page = Pixels::Gray(gray_image!(1, 2; 3, 4));
        let (straight, back) = deskew(&page, Skew { degrees: 0.0, confidence: Confidence::CERTAIN });
        assert!(matches!(straight, Cow::Borrowed(lent) if std::ptr::eq(lent, &page)));
        assert_eq!(back, Transform::identity());
    }

    #[test]
    fn what_is_seen_straight_is_found_on_the_scan() {
        let mut page = GrayImage::from_pixel(300, 200, Luma([255]));
        let dot = BBox::from_ltwh(240, 30, 12, 12);
        for (x, y) in (dot.left..dot.right).flat_map(|x| (dot.top..dot.bottom).map(move |y| (x, y))) {
            page.put_pixel(x as u32, y as u32, Luma([0]));
        }
        let skew = Skew { degrees: 7.0, confidence: Confidence::CERTAIN };
        let page = Pixels::Gray(page);
        let (straight, back) = deskew(&page, skew);
        let ink = crate::raster::Binary::below(&straight.to_gray(), 100);
        let (found, _) = ink.components();
        assert_eq!(found.len(), 1);
        let center = back.apply(found[0].bbox.center());
        assert!(
            (center.x - dot.center().x).abs() < 0.7 && (center.y - dot.center().y).abs() < 0.7,
            "{center:?}"
        );
        assert!(straight.dimensions().0 > 300 && straight.dimensions().1 > 200);
    }
}
