//! Isolates a stamp's ink from the text below it, as input for reading the stamp.
//!
//! Coloured ink differs from text in the fraction of light that its weakest channel lacks relative to the strongest.
//! Text below does not change this fraction, but leaves too little light to measure it; there, the surroundings
//! count. For black ink there are up to three views, because no single one suits all stamps: the ink separated by its
//! shade, all ink in the box, and all ink without strokes as thin as the text's. For ink of any colour, a further
//! view omits what the network labels as text.

use super::boxes::thickness;
use super::{Mark, erasing};
use crate::geometry::BBox;
use crate::page::{RedactionStyle, RegionKind, StampColor};
use crate::raster::{Balance, Binary, Pixels};
use crate::segment::{Label, Labels};
use image::{GrayImage, Luma, RgbImage, imageops};

/// Side of the averaging window, as a fraction of the stamp's shorter side: wider than text strokes, narrower than
/// the gaps between the stamp's characters.
const AROUND: f64 = 0.05;
/// Trust in a pixel at which its surroundings weigh as much as the pixel.
const TRUST: f32 = 0.1;
/// Largest fraction of light that background lacks, by noise and tint.
const PAPER: f32 = 0.1;

/// Thickness of a redaction's outline, with its lean, px.
const OUTLINE_PX: i32 = 8;

/// Least probability (of 255) at which a label-map cell is text.
const LIKELY_PRINT: u8 = 128;

/// Least thickness of a stamp's strokes relative to those around: its characters are larger than the text.
const THIN: f64 = 1.25;
/// Components below this size do not count for the stroke thickness.
const SPECK_PX: i32 = 5;

/// A page before and after its marks were found.
pub struct Stamped<'a> {
    /// The original image.
    pub page: &'a Pixels,
    /// The gray image with coloured ink removed and nothing erased.
    pub gray: &'a GrayImage,
    /// Ink of marks.
    pub mark_mask: &'a Binary,
    /// Ink for line detection.
    pub text_ink: &'a Binary,
    /// The marks.
    pub found: &'a [Mark],
    /// The label map, if the network was used.
    pub labels: Option<&'a Labels>,
}

impl Stamped<'_> {
    /// Returns views of the ink of stamps and notes, dark on white, as large as the mark's box. The views of a mark
    /// are candidates, the most likely first. Marks after the first `most` get no views.
    #[must_use]
    pub fn own_ink(&self, most: usize) -> Vec<(&Mark, Vec<GrayImage>)> {
        let mut white = None;
        let mut views = |mark: &Mark, color: StampColor| {
            let mut views = match (color, self.page) {
                (StampColor::Black, _) | (_, Pixels::Gray(_)) => self.black(&mark.bbox),
                (_, Pixels::Color(page)) => {
                    vec![colored(page, white.get_or_insert_with(|| Balance::of(page)), &mark.bbox)]
                }
            };
            views.extend(self.unlike_print(&mark.bbox, &views));
            views
        };
        let color = |mark: &Mark| match mark.kind {
            RegionKind::Stamp { color, .. } => Some(color),
            RegionKind::Handwriting => Some(StampColor::Black),
            _ => None,
        };
        let stamps = self.found.iter().filter_map(|mark| Some((mark, color(mark)?))).enumerate();
        stamps.map(|(i, (mark, color))| (mark, if i < most { views(mark, color) } else { vec![] })).collect()
    }

    /// The fullest view of a stamp without the cells that are text rather than stamp; `None` if there are none.
    fn unlike_print(&self, place: &BBox, views: &[GrayImage]) -> Option<GrayImage> {
        let labels = self.labels?;
        let mut view = views.get(1).or(views.first())?.clone();
        let (stamp, print) = (labels.plane(Label::Stamp), labels.plane(Label::Print));
        let mut is_over_print = false;
        let (columns, rows) = labels.places();
        let (left, top) = (place.left.max(0) as usize, place.top.max(0) as usize);
        for (x, y, pixel) in view.enumerate_pixels_mut() {
            let (x, y) = (columns[left + x as usize], rows[top + y as usize]);
            let p = print.get_pixel(x, y).0[0];
            if p >= LIKELY_PRINT && p > stamp.get_pixel(x, y).0[0] {
                *pixel = Luma([255]);
                is_over_print = true;
            }
        }
        is_over_print.then_some(view)
    }

    /// Three views of black ink: separated by shade, complete, and without thin strokes.
    fn black(&self, place: &BBox) -> Vec<GrayImage> {
        let mut whole = cut(self.gray, place);
        let eighth = place.width().min(place.height()) / 8;
        let around = place.grown(eighth);
        // The box of a leaning rule contains more than the rule.
        let is_thin = |rule: &BBox| rule.width().min(rule.height()) <= eighth / 2;
        for other in self.found.iter().filter(|m| m.bbox.intersects(place)) {
            match other.kind {
                // Inside an outline, all ink belongs to the stamp.
                RegionKind::Redaction { style: RedactionStyle::Outlined, .. } => {
                    let inner = other.bbox.grown(-OUTLINE_PX);
                    whiten(&mut whole, place, &other.bbox.grown(2), |x, y| !inner.contains(x, y));
                }
                RegionKind::Redaction { .. } => whiten(&mut whole, place, &other.bbox.grown(2), |_, _| true),
                // A rule continues beyond the stamp; otherwise it is a side of the stamp's frame.
                RegionKind::Ruling
                    if is_thin(&other.bbox) && other.bbox.intersection(&around) != other.bbox =>
                {
                    whiten(&mut whole, place, &other.bbox.grown(1), |x, y| self.is_covered(x, y, 1));
                }
                _ => {}
            }
        }
        let mut lifted = whole.clone();
        whiten(&mut lifted, place, place, |x, y| !self.is_covered(x, y, 1));
        let stroke = thickness(
            &erasing::cut(self.text_ink, &place.grown(place.height().min(place.width()))),
            SPECK_PX,
        );
        let bold = without_thin_strokes(&whole, (THIN * stroke).round().clamp(2.0, 12.0) as u32);
        vec![lifted, whole, bold]
    }

    fn is_covered(&self, x: i32, y: i32, reach: i32) -> bool {
        let near = BBox::from_ltwh(x, y, 1, 1).grown(reach);
        self.mark_mask.ink_in(&near) > 0
    }
}

/// Paints the pixels of `part` that `goes` selects white in `picture`, the image of `place`.
fn whiten(picture: &mut GrayImage, place: &BBox, part: &BBox, goes: impl Fn(i32, i32) -> bool) {
    let inside = place.intersection(part);
    for y in inside.top..inside.bottom.max(inside.top) {
        for x in (inside.left..inside.right).filter(|&x| goes(x, y)) {
            let (at_x, at_y) = ((x - place.left) as u32, (y - place.top) as u32);
            if at_x < picture.width() && at_y < picture.height() {
                picture.put_pixel(at_x, at_y, Luma([255]));
            }
        }
    }
}

fn cut(gray: &GrayImage, place: &BBox) -> GrayImage {
    let inside = place.intersection(&BBox::of_size(gray.width(), gray.height()));
    let (left, top) = (inside.left.max(0) as u32, inside.top.max(0) as u32);
    imageops::crop_imm(gray, left, top, inside.width().max(0) as u32, inside.height().max(0) as u32)
        .to_image()
}

/// Removes strokes up to `thin` px thick by a gray-scale closing with a square of `thin` + 1 px.
fn without_thin_strokes(gray: &GrayImage, thin: u32) -> GrayImage {
    let window = thin as i32 + 1;
    let lightest = swept(&swept(gray, 0, window, u8::max, true), 0, window, u8::max, false);
    swept(&swept(&lightest, 1 - window, 1, u8::min, true), 1 - window, 1, u8::min, false)
}

/// Extreme of the pixels from one offset (inclusive) to another (exclusive), along x or y.
fn swept(gray: &GrayImage, from: i32, to: i32, extreme: fn(u8, u8) -> u8, along_x: bool) -> GrayImage {
    let (width, height) = (gray.width() as i32, gray.height() as i32);
    GrayImage::from_fn(gray.width(), gray.height(), |x, y| {
        let at = |d: i32| {
            let (x, y) = if along_x { (x as i32 + d, y as i32) } else { (x as i32, y as i32 + d) };
            gray.get_pixel(x.clamp(0, width - 1) as u32, y.clamp(0, height - 1) as u32).0[0]
        };
        Luma([(from + 1..to).fold(at(from), |best, d| extreme(best, at(d)))])
    })
}

/// Renders the coloured ink of a box in gray; full strokes are black.
fn colored(page: &RgbImage, white: &Balance, place: &BBox) -> GrayImage {
    let inside = place.intersection(&BBox::of_size(page.width(), page.height()));
    let (width, height) = (inside.width().max(0) as usize, inside.height().max(0) as usize);
    let mut lacks = Vec::with_capacity(width * height);
    let mut trust = Vec::with_capacity(width * height);
    for y in inside.top..inside.bottom {
        for x in inside.left..inside.right {
            let [r, g, b] = white.balanced(&page.get_pixel(x as u32, y as u32).0).map(|v| v as f32);
            let strongest = r.max(g).max(b).max(1.0);
            lacks.push(1.0 - r.min(g).min(b) / strongest);
            // Noise is equal in dark and light pixels, so the error of the fraction grows as the light decreases.
            trust.push((strongest / 255.0).powi(3));
        }
    }
    let reach = ((AROUND * width.min(height) as f64) as usize / 2).max(2);
    let known: Vec<f32> = lacks.iter().zip(&trust).map(|(l, t)| l * t).collect();
    let (sums, weights) = (window_sums(&known, width, reach), window_sums(&trust, width, reach));
    let mut ink: Vec<f32> = (0..width * height)
        .map(|i| {
            let around = sums[i] / weights[i].max(1e-6);
            (known[i] + TRUST * around) / (trust[i] + TRUST)
        })
        .collect();
    let full = upper_percentile(&ink).max(2.0 * PAPER);
    ink.iter_mut().for_each(|v| *v = 255.0 * (1.0 - ((*v - PAPER) / (full - PAPER)).clamp(0.0, 1.0)));
    let raw = ink.into_iter().map(|v| v as u8).collect();
    GrayImage::from_raw(width as u32, height as u32, raw).expect("one byte a pixel")
}

/// Sums over square windows, cropped at the image's edges.
fn window_sums(values: &[f32], width: usize, reach: usize) -> Vec<f32> {
    let height = values.len() / width.max(1);
    let along = |values: &[f32], count: usize, step: usize, start: usize, out: &mut [f32]| {
        let mut sum: f32 = (0..reach.min(count)).map(|i| values[start + i * step]).sum();
        for i in 0..count {
            sum += if i + reach < count { values[start + (i + reach) * step] } else { 0.0 };
            sum -= if i > reach { values[start + (i - reach - 1) * step] } else { 0.0 };
            out[start + i * step] = sum;
        }
    };
    let (mut rows, mut all) = (vec![0.0; values.len()], vec![0.0; values.len()]);
    (0..height).for_each(|y| along(values, width, 1, y * width, &mut rows));
    (0..width).for_each(|x| along(&rows, height, width, x, &mut all));
    all
}

/// The 95th percentile. It represents full strokes, because frames and characters fill a tenth of their stamp.
fn upper_percentile(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    sorted.get(sorted.len() * 19 / 20).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Confidence, StampShape};

    #[test]
    fn what_the_network_takes_for_print_alone_is_white_in_the_last_view() {
        let place = BBox::from_ltrb;
        let (stamp, print) = (place(20, 20, 60, 30), place(40, 25, 80, 35));
        let labels = Labels::drawn(&[(Label::Stamp, stamp), (Label::Print, print)]);
        let gray = GrayImage::from_pixel(800, 800, Luma([0]));
        let (page, ink) = (Pixels::Gray(gray.clone()), Binary::below(&gray, 128));
        let found = [Mark {
            kind: RegionKind::stamp(StampColor::Black, StampShape::Frameless),
            bbox: place(80, 80, 400, 160),
            confidence: Confidence::CERTAIN,
        }];
        let stamped = |labels| Stamped {
            page: &page,
            gray: &gray,
            mark_mask: &ink,
            text_ink: &ink,
            found: &found,
            labels,
        };
        let count = |labels| stamped(labels).own_ink(1)[0].1.len();
        assert_eq!(count(Some(&labels)), count(None) + 1);
        let views = stamped(Some(&labels)).own_ink(1).remove(0).1;
        let dark = |x: u32, y: u32| views.last().unwrap().get_pixel(x - 80, y - 80).0[0] < 128;
        // Stamp, stamp over text, text below the stamp.
        assert_eq!([dark(100, 100), dark(200, 110), dark(200, 130)], [true, true, false]);
    }
}
