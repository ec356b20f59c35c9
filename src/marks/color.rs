//! Removes coloured ink from the page, and groups it into stamps and the rules of coloured stationery.
//!
//! Printed and typed text is black; in the ink of stamps the strongest channel far exceeds the weakest. Text below a
//! stamp is dark in *every* channel, so the strongest channel alone shows the text without the stamp. Faint colour
//! (paper, bleed-through, colour noise of JPEG) is left unchanged.

use super::boxes::thickness;
use super::erasing::{cover_run, cut};
use super::shapes::{SIDES, shape};
use super::strokes::{find_strokes, turned};
use super::{Mark, MarksOptions};
use crate::geometry::{BBox, BoxIndex, Point, merge};
use crate::page::{Confidence, RegionKind, StampColor, StampShape};
use crate::raster::{Balance, Binary, Pixels};
use image::{GrayImage, RgbImage};

/// Chroma at which removal begins and at which it is complete, 0 to 255.
const LIFT: (i32, i32) = (25, 60);
/// Strongest channel up to which coloured pixels stay black, and from which they become background. Text below red
/// stamps has up to 80, the stamp alone 150 and more.
const STRONGEST: (i32, i32) = (80, 150);
/// Largest gap between strokes of one stamp, in characters.
const WITHIN_STAMP: f64 = 0.6;

/// Mask values: ink of full chroma, and ink of three fifths of it. Seals are worn and pale, so faint ink may belong
/// to a stamp; but without any ink of full chroma it is bleed-through.
const SURE: u8 = 255;
const FAINT: u8 = 128;
/// Largest faint stroke that may belong to a stamp, in characters.
const LARGEST_STROKE: f64 = 4.0;
/// Least fraction of full-chroma ink in a stamp.
const LEAST_SURE: f64 = 0.1;
/// Least fraction of full-chroma ink in a fresh stamp over a pale one, and least ratio to the fraction around it.
const FRESH: (f64, f64) = (0.4, 3.0);
/// Least shorter side of such a stamp, relative to the longer side of the stamp below.
const SMALLEST_WITHIN: f64 = 0.25;
/// Largest gap between strokes of a fresh stamp, in characters.
const WITHIN_FRESH: f64 = 0.3;
/// Least inked fractions of its sides ([`shape`]): its frame may be pale, and its chroma is further evidence.
const FRESH_SIDES: (f64, f64) = (0.55, 0.2);
/// Longest side of a stamp, in characters: stamps have up to fifteen. Larger groups are searched for rules.
const LONGEST: f64 = 20.0;
/// Largest mean stroke thickness of a stamp, in characters, and largest aspect ratio: pictures, arrows and book
/// covers are coloured areas and strips, not strokes.
const STROKES: (f64, f64) = (0.35, 8.0);

/// Largest stamp, as a fraction of the page: a page coloured all over, by noise or light, cannot be separated.
const LARGEST: f64 = 0.25;

/// Returns the page in gray without coloured ink: black text below a red stamp stays, the stamp goes.
#[must_use]
pub fn lift_color(page: &Pixels) -> GrayImage {
    match page {
        Pixels::Gray(gray) => gray.clone(),
        Pixels::Color(color) => {
            let white = Balance::of(color);
            let mut gray = GrayImage::new(color.width(), color.height());
            for (out, pixel) in gray.iter_mut().zip(color.as_raw().chunks_exact(3)) {
                *out = lifted(white.balanced(pixel));
            }
            gray
        }
    }
}

fn lifted([r, g, b]: [i32; 3]) -> u8 {
    let luma = (77 * r + 150 * g + 29 * b + 128) >> 8;
    let strongest = r.max(g).max(b);
    let chroma = strongest - r.min(g).min(b);
    if chroma <= LIFT.0 {
        return luma as u8;
    }
    let weight = (chroma - LIFT.0).min(LIFT.1 - LIFT.0);
    let without = ((strongest - STRONGEST.0) * 255 / (STRONGEST.1 - STRONGEST.0)).clamp(luma, 255);
    (luma + (without - luma) * weight / (LIFT.1 - LIFT.0)) as u8
}

/// A colour page with its white balance.
pub(super) struct ColorPage<'a> {
    pixels: &'a RgbImage,
    white: Balance,
}

impl<'a> ColorPage<'a> {
    /// `None` for a gray page.
    pub(super) fn of(page: &'a Pixels) -> Option<Self> {
        match page {
            Pixels::Gray(_) => None,
            Pixels::Color(pixels) => Some(Self { pixels, white: Balance::of(pixels) }),
        }
    }

    /// Mean chroma of a box after white balance, 0 to 255.
    pub(super) fn chroma(&self, bbox: &BBox) -> f64 {
        let inside = bbox.intersection(&BBox::of_size(self.pixels.width(), self.pixels.height()));
        let (mut sum, mut count) = (0.0, 0.0);
        for y in (inside.top..inside.bottom).step_by(3) {
            for x in (inside.left..inside.right).step_by(3) {
                let [r, g, b] = self.white.balanced(&self.pixels.get_pixel(x as u32, y as u32).0);
                sum += f64::from(r.max(g).max(b) - r.min(g).min(b));
                count += 1.0;
            }
        }
        if count > 0.0 { sum / count } else { 0.0 }
    }

    /// Ink colour of a stamp: its hue if enough of its ink is coloured, else black.
    pub(super) fn ink_of_stamp(&self, bbox: &BBox, options: &MarksOptions) -> StampColor {
        let mut colored = Binary::new(self.pixels.width(), self.pixels.height());
        let mut dark = 0u64;
        for y in bbox.top..bbox.bottom {
            for x in bbox.left..bbox.right {
                let [r, g, b] = self.white.balanced(&self.pixels.get_pixel(x as u32, y as u32).0);
                let (strongest, weakest) = (r.max(g).max(b), r.min(g).min(b));
                colored.set(x as u32, y as u32, strongest - weakest >= i32::from(options.least_chroma));
                dark += u64::from(weakest < 128);
            }
        }
        // Up to half of a stamp's ink may be text below it.
        if 3 * colored.ink_in(bbox) >= dark && dark > 0 {
            hue(self.pixels, &colored, bbox)
        } else {
            StampColor::Black
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Colored {
    pub stamps: Vec<Mark>,
    /// Rules of stationery that is ruled in colour.
    pub rules: Vec<Mark>,
}

/// Finds stamps and rules in coloured ink.
pub(super) fn find_colored(page: &ColorPage<'_>, size: f64, options: &MarksOptions) -> Colored {
    let ColorPage { pixels: color, white } = page;
    let mut colored = Binary::new(color.width(), color.height());
    let least = i32::from(options.least_chroma);
    // Pixels whose channels all reach `light` cannot have the least chroma. Most of a page is such background.
    let light = white.lighter_than(255 - (3 * least + 4) / 5);
    let ink = |pixel: &[u8]| {
        let [r, g, b] = white.balanced(pixel);
        let strongest = r.max(g).max(b);
        match strongest - r.min(g).min(b) {
            _ if strongest <= 60 => 0,
            c if c >= least => SURE,
            c if 5 * c >= 3 * least => FAINT,
            _ => 0,
        }
    };
    for (y, row) in color.as_raw().chunks_exact((color.width().max(1) * 3) as usize).enumerate() {
        // Skips sixteen background pixels at a time.
        let (sixteens, rest) = row.as_chunks::<48>();
        let all = sixteens.iter().map(|pixels| &pixels[..]).chain([rest]);
        for (out, pixels) in colored.row_mut(y as u32).chunks_mut(16).zip(all) {
            if pixels.iter().fold(255, |least, &value| value.min(least)) < light {
                out.iter_mut().zip(pixels.chunks_exact(3)).for_each(|(out, pixel)| *out = ink(pixel));
            }
        }
    }
    let mut boxes = groups(&colored, size);
    let mut rules = Vec::new();
    if boxes.iter().any(|b| side(b) > LONGEST * size) {
        rules = without_rules(&mut colored, size, options);
        boxes = groups(&colored, size);
    }
    let mut stamps: Vec<Mark> = boxes.iter().filter_map(|bbox| stamp(color, &colored, bbox, size)).collect();
    stamps.extend(stamps_within(color, &colored, &stamps, size));
    Colored { stamps, rules }
}

/// Removes the rules of coloured stationery, which would join all stamps on it to one: the long rules, and their
/// continuations below a stamp.
fn without_rules(colored: &mut Binary, size: f64, options: &MarksOptions) -> Vec<Mark> {
    let strokes = find_strokes(colored, size);
    let long = MarksOptions { shortest_rule: LONGEST, ..options.clone() };
    let mut mark_mask = Binary::new(colored.width(), colored.height());
    let rules = strokes.rules(size, &long, &mut mark_mask, colored);
    let form = rules.iter().fold(BBox::default(), |all, rule| all.union(&rule.bbox));
    for (family, transposed) in [(&strokes.upright, false), (&strokes.flat, true)] {
        let form = turned(&form, transposed);
        for rule in family.strokes.iter().filter(|s| s.stands() && s.length() >= LONGEST * size) {
            for y in (form.top..form.bottom).map(f64::from) {
                let x = rule.top.x + rule.slope() * (y - rule.top.y);
                let (at, across) = if transposed {
                    (Point { x: y, y: x }, Point { x: 0.0, y: 1.0 })
                } else {
                    (Point { x, y }, Point { x: 1.0, y: 0.0 })
                };
                cover_run(&mut mark_mask, colored, at, across, rule.thickness);
            }
        }
    }
    rules
}

fn stamps_within(page: &RgbImage, colored: &Binary, pale: &[Mark], size: f64) -> Vec<Mark> {
    let mut fresh = Binary::new(colored.width(), colored.height());
    for outer in pale.iter().map(|mark| mark.bbox) {
        for y in outer.top..outer.bottom {
            let columns = outer.left as usize..outer.right as usize;
            let from = &colored.row(y as u32)[columns.clone()];
            let to = &mut fresh.row_mut(y as u32)[columns];
            to.iter_mut().zip(from).for_each(|(to, &from)| *to = if from == SURE { SURE } else { 0 });
        }
    }
    pale.iter().filter_map(|outer| stamp_within(page, (colored, &fresh), &outer.bbox, size)).collect()
}

/// Finds a fresh stamp over a pale one: most ink in its frame is of full chroma, and little ink around it.
fn stamp_within(
    page: &RgbImage,
    (colored, fresh): (&Binary, &Binary),
    outer: &BBox,
    size: f64,
) -> Option<Mark> {
    let part = cut(fresh, outer);
    let strokes = part.components().0.into_iter().map(|c| c.bbox).filter(|b| side(b) >= 0.15 * size);
    let boxes = near(strokes.collect(), (WITHIN_FRESH * size) as i32);
    let ink = |bbox: &BBox| (fresh.ink_in(bbox) as f64, colored.ink_in(bbox) as f64);
    let all = ink(outer);
    boxes.into_iter().map(|b| b.shifted(outer.left, outer.top)).find_map(|inner| {
        let own = ink(&inner);
        let fresh_part = own.0 / own.1.max(1.0);
        let around = (all.0 - own.0) / (all.1 - own.1).max(1.0);
        let is_part = 2 * inner.area() <= outer.area()
            && f64::from(inner.width().min(inner.height())) >= SMALLEST_WITHIN * side(outer)
            && fresh_part >= FRESH.0
            && around * FRESH.1 <= fresh_part;
        let shape = shape(&cut(fresh, &inner), FRESH_SIDES);
        let kind = RegionKind::stamp(hue(page, fresh, &inner), shape);
        let mark = Mark { kind, bbox: inner, confidence: Confidence::clamped(0.7) };
        (is_part && shape != StampShape::Frameless).then_some(mark)
    })
}

/// Groups coloured strokes: neighbouring strokes with full-chroma ink, and the faint strokes next to them.
fn groups(colored: &Binary, size: f64) -> Vec<BBox> {
    let (components, labels) = colored.components();
    let mut sure = vec![0u64; components.len()];
    for (y, columns, index) in labels.runs() {
        sure[index] += colored.row(y)[columns].iter().filter(|&&p| p == SURE).count() as u64;
    }
    let strokes = components.iter().zip(sure).filter(|(c, _)| side(&c.bbox) >= 0.15 * size);
    let (strokes, faint): (Vec<_>, Vec<_>) = strokes.partition(|(c, sure)| *sure * 50 >= c.ink);
    let gap = (WITHIN_STAMP * size) as i32;
    let sure = near(strokes.into_iter().map(|(c, _)| c.bbox).collect(), gap);
    let mut boxes = sure.clone();
    let places = BoxIndex::of(&sure);
    for (component, _) in faint.iter().filter(|(c, _)| side(&c.bbox) <= LARGEST_STROKE * size) {
        let b = component.bbox;
        // Faint strokes join only full-chroma ink, not other faint ink: the table below a book may be slightly
        // coloured.
        let joins = |m: &BBox| m.gap_x(&b) <= gap / 3 && m.gap_y(&b) <= gap / 3 && side(m) >= side(&b);
        if let Some(stamp) = places.touching(&b.grown(gap / 3)).into_iter().find(|&i| joins(&sure[i])) {
            boxes[stamp] = boxes[stamp].union(&b);
        }
    }
    near(boxes, gap)
}

fn side(bbox: &BBox) -> f64 {
    f64::from(bbox.width().max(bbox.height()))
}

/// Merges boxes that are closer than `gap`, until none are.
fn near(boxes: Vec<BBox>, gap: i32) -> Vec<BBox> {
    merge(boxes, gap, |a, b| a.gap_x(b) <= gap && a.gap_y(b) <= gap)
}

/// Returns a group as a stamp, if it has a stamp's size, fill and stroke thickness.
fn stamp(page: &RgbImage, colored: &Binary, bbox: &BBox, size: f64) -> Option<Mark> {
    let (long, short) =
        (f64::from(bbox.width().max(bbox.height())), f64::from(bbox.width().min(bbox.height())));
    let ink = colored.ink_in(bbox) as f64 / bbox.area() as f64;
    let is_page = bbox.area() as f64 > LARGEST * colored.bbox().area() as f64;
    if short < 1.2 * size || long < 1.5 * size || ink < 0.04 || long > STROKES.1 * short || is_page {
        return None;
    }
    if sure(colored, bbox) < LEAST_SURE || thickness(&cut(colored, bbox), 1) > STROKES.0 * size {
        return None;
    }
    let shape = shape(&cut(colored, bbox), SIDES);
    let sure = if shape == StampShape::Frameless { 0.6 } else { 0.9 };
    let kind = RegionKind::stamp(hue(page, colored, bbox), shape);
    Some(Mark { kind, bbox: *bbox, confidence: Confidence::clamped(sure) })
}

/// Fraction of a group's ink that has full chroma.
fn sure(colored: &Binary, bbox: &BBox) -> f64 {
    let inked = (bbox.top..bbox.bottom)
        .flat_map(|y| &colored.row(y as u32)[bbox.left as usize..bbox.right as usize])
        .filter(|&&p| p != 0);
    let (mut all, mut sure) = (0u32, 0u32);
    for &pixel in inked {
        all += 1;
        sure += u32::from(pixel == SURE);
    }
    f64::from(sure) / f64::from(all.max(1))
}

/// The most frequent hue of the coloured pixels.
fn hue(page: &RgbImage, colored: &Binary, bbox: &BBox) -> StampColor {
    let (mut red, mut blue, mut violet) = (0u32, 0u32, 0u32);
    for y in bbox.top..bbox.bottom {
        for x in (bbox.left..bbox.right).filter(|&x| colored.is_ink(x as u32, y as u32)) {
            let [r, g, b] = page.get_pixel(x as u32, y as u32).0.map(i32::from);
            // Violet has red and blue above green, in similar strength.
            if r.min(b) > g + 20 && (r - b).abs() < 60 {
                violet += 1;
            } else if r >= b {
                red += 1;
            } else {
                blue += 1;
            }
        }
    }
    if red >= blue && red >= violet {
        StampColor::Red
    } else if blue >= violet {
        StampColor::Blue
    } else {
        StampColor::Violet
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{SIZE, character, fill, frame, page};
    use image::Rgb;

    /// Boxes of the stamps on a page with a stamp of 10 × 10 characters in one ink, and a smaller one inside in
    /// another.
    fn stamps(outer: [u8; 3], inner: [u8; 3]) -> Vec<BBox> {
        let (mut large, mut small) = (page(), page());
        frame(&mut large, (600.0, 600.0), (400.0, 400.0), 0.0, 8.0);
        character(&mut large, 420, 420, 110, 8);
        character(&mut large, 420, 640, 110, 8);
        frame(&mut small, (690.0, 690.0), (150.0, 150.0), 0.0, 6.0);
        character(&mut small, 640, 640, 100, 6);
        let mut color = RgbImage::from_pixel(1200, 1600, Rgb([250, 250, 250]));
        for (x, y, pixel) in color.enumerate_pixels_mut() {
            if small.is_ink(x, y) {
                *pixel = Rgb(inner);
            } else if large.is_ink(x, y) {
                // An eighth of the pixels of pale ink has full colour.
                *pixel = Rgb(if (7 * x + 13 * y).is_multiple_of(8) { [200, 30, 40] } else { outer });
            }
        }
        let page = Pixels::Color(color);
        let page = ColorPage::of(&page).expect("it has colour");
        let found = find_colored(&page, SIZE, &MarksOptions::default()).stamps;
        found.into_iter().map(|m| m.bbox).collect()
    }

    #[test]
    fn a_stamp_on_stationery_ruled_in_its_colour_is_found_and_so_are_the_rules() {
        let mut ink = page();
        frame(&mut ink, (600.0, 800.0), (1100.0, 1400.0), 0.0, 5.0);
        (150..1100).step_by(100).for_each(|x| fill(&mut ink, BBox::from_ltrb(x, 100, x + 3, 1500)));
        frame(&mut ink, (610.0, 620.0), (260.0, 140.0), 0.05, 6.0);
        character(&mut ink, 520, 570, 80, 8);
        character(&mut ink, 625, 570, 80, 8);
        let color = RgbImage::from_fn(1200, 1600, |x, y| {
            Rgb(if ink.is_ink(x, y) { [190, 50, 60] } else { [250; 3] })
        });
        let page = Pixels::Color(color);
        let page = ColorPage::of(&page).expect("it has colour");
        let Colored { stamps, rules } = find_colored(&page, SIZE, &MarksOptions::default());
        assert_eq!(stamps.len(), 1, "{stamps:?}");
        assert!(stamps[0].bbox.iou(&BBox::from_ltrb(474, 540, 746, 700)) > 0.8, "{stamps:?}");
        assert!(rules.len() >= 13, "{rules:?}");
    }

    #[test]
    fn a_fresh_stamp_within_a_pale_one_is_a_stamp_of_its_own() {
        let found = stamps([245, 195, 195], [200, 30, 40]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[1].iou(&BBox::from_ltrb(612, 612, 768, 768)) > 0.8, "{found:?}");
    }

    #[test]
    fn a_frame_in_the_ink_of_its_stamp_is_a_part_of_it() {
        assert_eq!(stamps([200, 30, 40], [200, 30, 40]).len(), 1);
    }

    #[test]
    fn a_page_that_is_coloured_throughout_is_no_stamp() {
        for ((right, bottom), count) in [((1150, 1550), 0), ((700, 400), 1)] {
            let mut ink = page();
            for (left, top) in
                (50..right).step_by(50).flat_map(|l| (50..bottom).step_by(50).map(move |t| (l, t)))
            {
                character(&mut ink, left, top, 40, 4);
            }
            let color = RgbImage::from_fn(1200, 1600, |x, y| {
                Rgb(if ink.is_ink(x, y) { [200, 30, 30] } else { [250, 250, 250] })
            });
            let page = Pixels::Color(color);
            let page = ColorPage::of(&page).expect("it has colour");
            let found = find_colored(&page, SIZE, &MarksOptions::default()).stamps;
            assert_eq!(found.len(), count, "{found:?}");
        }
    }
}
