//! Separates a black stamp from lighter text below it by their shades.
//!
//! A stamp's ink is thicker than that of a typewriter or a carbon copy, and a gray scan shows the difference. Pixels
//! that are closer to the shade of the stamp's outline than to that of the surrounding text belong to the stamp; text
//! beside and between its strokes remains. Both shades are measured at the centre of strokes, away from blur. The
//! method fails on bilevel scans, and on copies in which all ink is equally black.

use crate::geometry::{BBox, Point};
use crate::raster::{Binary, percentile};
use image::GrayImage;

/// Least difference of text and stamp in gray levels: noise and JPEG reach 20 within one ink.
const LEAST_APART: u8 = 40;
/// Width of the ring in which text is sampled, in characters.
const AROUND: f64 = 4.0;
/// Fewest text pixels that determine the shade.
const LEAST_PRINT: u64 = 200;
/// Width of a stroke's lighter edge, px.
const EDGE: i32 = 2;

/// Moves strokes darker than the text from the text ink to the mark mask. Returns `false` if the shades do not differ
/// enough.
///
/// `outline` runs along the centre line of the stamp's frame; `holds` tests whether a point is inside it.
pub(super) fn lift(
    gray: &GrayImage,
    mark_mask: &mut Binary,
    text_ink: &mut Binary,
    bbox: &BBox,
    (outline, holds): (&[Point], &dyn Fn(Point) -> bool),
    size: f64,
) -> bool {
    let Some(level) = between_shades(gray, text_ink, bbox, outline, size) else { return false };
    let inside = bbox.intersection(&text_ink.bbox()).grown(-1).intersection(&text_ink.bbox().grown(-1));
    let dark = |x: i32, y: i32| gray.get_pixel(x as u32, y as u32).0[0] <= level;
    let mut strokes = Vec::new();
    for (x, y) in (inside.top..inside.bottom).flat_map(|y| (inside.left..inside.right).map(move |x| (x, y))) {
        let near = || (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        // Requires dark neighbours, because noise is dark in single pixels.
        if dark(x, y)
            && holds(Point { x: f64::from(x), y: f64::from(y) })
            && near().filter(|(dx, dy)| dark(x + dx, y + dy)).count() >= 5
        {
            strokes.push((x, y));
        }
    }
    for (x, y) in strokes {
        let edge = BBox::from_ltrb(x - EDGE, y - EDGE, x + EDGE + 1, y + EDGE + 1).intersection(&inside);
        super::erasing::cover_ink(mark_mask, text_ink, &edge);
    }
    true
}

/// Gray level halfway between the shades of a stamp and of the text around it; `None` if they are too close.
fn between_shades(
    gray: &GrayImage,
    text_ink: &Binary,
    bbox: &BBox,
    outline: &[Point],
    size: f64,
) -> Option<u8> {
    let page = text_ink.bbox().grown(-1);
    let mut stamp = [0u64; 256];
    for at in outline.iter().filter(|p| page.contains(p.x as i32, p.y as i32)) {
        let (x, y) = (at.x as u32, at.y as u32);
        let darkest =
            (y - 1..=y + 1).flat_map(|y| (x - 1..=x + 1).map(move |x| gray.get_pixel(x, y).0[0])).min();
        stamp[usize::from(darkest.unwrap_or(255))] += 1;
    }
    let around = bbox.grown((AROUND * size) as i32).intersection(&page);
    let mut print = [0u64; 256];
    for y in around.top..around.bottom {
        for x in (around.left..around.right).filter(|&x| !bbox.contains(x, y)) {
            let (x, y) = (x as u32, y as u32);
            let is_middle = [(x, y), (x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
                .into_iter()
                .all(|(x, y)| text_ink.is_ink(x, y));
            print[usize::from(gray.get_pixel(x, y).0[0])] += u64::from(is_middle);
        }
    }
    if print.iter().sum::<u64>() < LEAST_PRINT {
        return None;
    }
    let (stamp, print) = (percentile(&stamp, 50), percentile(&print, 50));
    (print >= stamp.saturating_add(LEAST_APART)).then(|| stamp.midpoint(print))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{SIZE, character, fill, page, print};
    use image::Luma;

    /// Text of one shade below a character of another.
    fn drawn(print_shade: u8, stamp_shade: u8) -> (GrayImage, Binary, Binary) {
        let (mut ink, mut stamp) = (page(), page());
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 1500));
        character(&mut stamp, 500, 700, 120, 14);
        fill(&mut stamp, BBox::from_ltrb(400, 600, 800, 606));
        let gray = GrayImage::from_fn(ink.width(), ink.height(), |x, y| {
            Luma([match (stamp.is_ink(x, y), ink.is_ink(x, y)) {
                (true, _) => stamp_shade,
                (false, true) => print_shade,
                (false, false) => 250,
            }])
        });
        (gray, ink, stamp)
    }

    fn lifted(print_shade: u8, stamp_shade: u8) -> (bool, Binary, Binary, Binary) {
        let (gray, ink, stamp) = drawn(print_shade, stamp_shade);
        let (mut mark_mask, mut text_ink) = (page(), ink.with(&stamp));
        let outline: Vec<Point> = (400..800).map(|x| Point { x: f64::from(x), y: 603.0 }).collect();
        let bbox = BBox::from_ltrb(400, 600, 800, 900);
        let could = lift(&gray, &mut mark_mask, &mut text_ink, &bbox, (&outline, &|_| true), SIZE);
        (could, text_ink, ink, stamp)
    }

    #[test]
    fn strokes_darker_than_print_go_and_the_print_beside_them_stays() {
        let (could, text_ink, ink, stamp) = lifted(90, 15);
        assert!(could);
        let inside = BBox::from_ltrb(410, 610, 790, 890);
        let count = |both: &Binary, of: &Binary| {
            let pixels = (inside.top..inside.bottom)
                .flat_map(|y| (inside.left..inside.right).map(move |x| (x as u32, y as u32)));
            pixels.filter(|&(x, y)| of.is_ink(x, y) && both.is_ink(x, y)).count() as f64
        };
        assert_eq!(count(&text_ink, &stamp), 0.0);
        assert!(count(&text_ink, &ink) > 0.8 * count(&ink, &ink));
    }

    #[test]
    fn one_shade_tells_nothing() {
        let (could, text_ink, ink, stamp) = lifted(20, 15);
        assert!(!could);
        assert_eq!(text_ink, ink.with(&stamp));
    }
}
