//! Panels: boxes filled with black or gray that hold white or black text.
//!
//! A panel is a rectangle of cells with one constant median that is darker than paper. The pixels that differ from
//! the fill are text if they form components of similar size, as characters do, and leave a clean margin. A redaction
//! whose ink has gaps has specks and ragged edges up to its margin; it is left unchanged, because the program must
//! not invent text. Panels become black text on paper.
//!
//! The thresholds were set on nine drawn pages with 36 panels. On 136 pages of cables, print and redactions no false
//! panel is found; no real page with panels was available.

use super::cells::Cells;
use crate::geometry::BBox;
use crate::raster::{Binary, Histogram, percentile, size_of_print};
use image::GrayImage;

/// A cell is dark if its median is below this fraction of the paper brightness.
const DARK: f32 = 0.8;
/// Least short and long side of a panel, in cells of half a character: one line of text, and three characters of it.
const SMALLEST: (i32, i32) = (3, 6);
/// Largest fraction of the page that a panel covers.
const LARGEST: f64 = 0.4;
/// Least fraction of dark cells in the bounding box of a panel: bold letters cover cells.
const FILLED: f64 = 0.6;
/// Least contrast between text and fill, gray levels.
const CONTRAST: i32 = 60;
/// Least fraction of fill pixels in the margin, and width of the margin in cells.
const CLEAN: (f64, f64) = (0.98, 0.1);
/// Fraction of a panel that its text covers.
const COVERED: std::ops::Range<f64> = 0.03..0.45;
/// Least fraction of the ink in components of character size, and the range of that size in characters.
const ALIKE: (f64, std::ops::Range<f64>) = (0.85, 0.3..1.35);
/// Fewest components of character size.
const PIECES: usize = 3;
/// Width of the transition between paper and fill, on either side of the edge, px.
const EDGE_PX: i32 = 3;

/// A box filled with black or gray that holds text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Panel {
    /// Bounding box of the fill, px.
    pub bbox: BBox,
    /// Brightness of the fill, 0 to 255.
    fill: u8,
    /// Brightness of the text, 0 to 255.
    print: u8,
}

/// Finds the panels of a page with dark text on paper of brightness `paper`.
pub(super) fn find_panels(page: &GrayImage, cells: &Cells, paper: u8) -> Vec<Panel> {
    let is_dark = |median: u8| f32::from(median) < DARK * f32::from(paper);
    let mut dark = Binary::new(cells.columns as u32, cells.rows as u32);
    for (row, medians) in cells.medians_in(&dark.bbox()).chunks_exact(cells.columns.max(1)).enumerate() {
        let marks = dark.row_mut(row as u32).iter_mut();
        marks.zip(medians).for_each(|(mark, &median)| *mark = if is_dark(median) { 255 } else { 0 });
    }
    let (components, _) = dark.components();
    let is_panel = |bbox: &BBox, filled: u64| {
        let (long, short) = (bbox.width().max(bbox.height()), bbox.width().min(bbox.height()));
        let area = bbox.area() as f64;
        short >= SMALLEST.0
            && long >= SMALLEST.1
            && area <= LARGEST * dark.bbox().area() as f64
            && filled as f64 >= FILLED * area
    };
    let boxes = components.iter().filter(|c| is_panel(&c.bbox, c.ink)).map(|c| c.bbox);
    boxes.filter_map(|bbox| Panel::of(page, cells, &bbox, paper)).collect()
}

impl Panel {
    /// Returns the panel that fills a box of cells, or `None` if the box is no panel.
    fn of(page: &GrayImage, cells: &Cells, cells_box: &BBox, paper: u8) -> Option<Self> {
        let side = cells.side_px as i32;
        let inside = cells_box.grown(-1);
        let mut medians = cells.medians_in(&inside);
        medians.sort_unstable();
        let fill = *medians.get(medians.len() / 2)?;
        let core =
            BBox::from_ltrb(inside.left * side, inside.top * side, inside.right * side, inside.bottom * side);
        let bbox = edges(page, &core, 2 * side, (fill, paper)).grown(-EDGE_PX);
        let print = print_of(page, &bbox, fill)?;
        let is_print =
            |p: u8| (i32::from(p) - i32::from(fill)).abs() * 2 >= (i32::from(print) - i32::from(fill)).abs();
        let mut mask = Binary::new(bbox.width() as u32, bbox.height() as u32);
        for y in 0..bbox.height() {
            let marks = mask.row_mut(y as u32).iter_mut().zip(row(page, &bbox, bbox.top + y));
            marks.for_each(|(mark, &pixel)| *mark = if is_print(pixel) { 255 } else { 0 });
        }
        is_text(&mask, (CLEAN.1 * f64::from(side)).ceil() as i32).then_some(Self { bbox, fill, print })
    }

    /// Replaces the fill by paper of brightness `paper` and makes the text black.
    pub(super) fn clear<const CHANNELS: usize>(&self, width: u32, pixels: &mut [u8], paper: u8) {
        let (fill, print) = (f32::from(self.fill), f32::from(self.print));
        let table: Vec<u8> = (0..=255u8)
            .map(|p| {
                let part = ((f32::from(p) - print) / (fill - print)).clamp(0.0, 1.0);
                (f32::from(paper) * part) as u8
            })
            .collect();
        let height = pixels.len() / (width as usize * CHANNELS).max(1);
        let all = self.bbox.grown(2 * EDGE_PX).intersection(&BBox::of_size(width, height as u32));
        for y in all.top..all.bottom {
            for x in all.left..all.right {
                let at = (y as usize * width as usize + x as usize) * CHANNELS;
                let is_inside = self.bbox.contains(x, y);
                for pixel in &mut pixels[at..at + CHANNELS] {
                    *pixel = if is_inside { table[usize::from(*pixel)] } else { (*pixel).max(paper) };
                }
            }
        }
    }
}

/// The pixels of row `y` of a box.
fn row<'a>(page: &'a GrayImage, bbox: &BBox, y: i32) -> &'a [u8] {
    let start = y as usize * page.width() as usize;
    &page.as_raw()[start + bbox.left as usize..start + bbox.right as usize]
}

/// Grows the core to the edges of the fill, by at most `farthest` px on each side. A side moves outwards while at least
/// half of the next row or column is nearer to the fill than to paper.
fn edges(page: &GrayImage, core: &BBox, farthest: i32, (fill, paper): (u8, u8)) -> BBox {
    let most = core.grown(farthest).intersection(&BBox::of_size(page.width(), page.height()));
    let halfway = (u16::from(fill) + u16::from(paper)) / 2;
    let is_filled = |strip: BBox| {
        let pixels = (strip.top..strip.bottom).flat_map(|y| row(page, &strip, y));
        let filled = pixels.filter(|&&p| u16::from(p) < halfway).count();
        2 * filled as i64 >= strip.area()
    };
    let mut found = *core;
    while found.left > most.left && is_filled(BBox { left: found.left - 1, right: found.left, ..*core }) {
        found.left -= 1;
    }
    while found.right < most.right && is_filled(BBox { left: found.right, right: found.right + 1, ..*core }) {
        found.right += 1;
    }
    while found.top > most.top && is_filled(BBox { top: found.top - 1, bottom: found.top, ..*core }) {
        found.top -= 1;
    }
    while found.bottom < most.bottom
        && is_filled(BBox { top: found.bottom, bottom: found.bottom + 1, ..*core })
    {
        found.bottom += 1;
    }
    found
}

/// Brightness of the text on a fill: the 1st or 99th percentile, whichever differs more from the fill.
fn print_of(page: &GrayImage, bbox: &BBox, fill: u8) -> Option<u8> {
    let mut histogram = Histogram::new();
    (bbox.top..bbox.bottom).for_each(|y| histogram.add(row(page, bbox, y)));
    let counts = histogram.counts();
    let far = |level: &u8| (i32::from(*level) - i32::from(fill)).abs();
    let ends = [percentile(&counts, 1), percentile(&counts, 99)];
    ends.into_iter().max_by_key(far).filter(|level| !bbox.is_empty() && far(level) >= CONTRAST)
}

/// Whether the mask is text: components of character size inside a clean margin.
fn is_text(mask: &Binary, rim: i32) -> bool {
    let all = mask.bbox();
    let inner = all.grown(-rim);
    let (ink, inside) = (mask.ink_in(&all) as f64, mask.ink_in(&inner) as f64);
    let area = all.area() as f64;
    let rim_area = area - inner.area() as f64;
    if !COVERED.contains(&(ink / area.max(1.0))) || ink - inside > (1.0 - CLEAN.0) * rim_area {
        return false;
    }
    let (components, _) = mask.components();
    let Some(size) = size_of_print(components.iter().map(|c| &c.bbox), all.width().min(all.height())) else {
        return false;
    };
    let is_piece = |bbox: &BBox| ALIKE.1.contains(&(f64::from(bbox.width().max(bbox.height())) / size));
    let pieces: Vec<u64> = components.iter().filter(|c| is_piece(&c.bbox)).map(|c| c.ink).collect();
    pieces.len() >= PIECES && pieces.iter().sum::<u64>() as f64 >= ALIKE.0 * ink
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    const PAPER: u8 = 240;

    fn page(fill: u8, print: u8, is_print: impl Fn(i32, i32) -> bool) -> GrayImage {
        GrayImage::from_fn(1000, 1400, |x, y| {
            let (x, y) = (x as i32 - 200, y as i32 - 300);
            match (0..500).contains(&x) && (0..60).contains(&y) {
                true if is_print(x, y) => Luma([print]),
                true => Luma([fill]),
                false => Luma([PAPER]),
            }
        })
    }

    /// Ten characters of 28 px.
    fn characters(x: i32, y: i32) -> bool {
        let (x, y) = ((x - 30) % 36, y - 16);
        x >= 0 && (0..28).contains(&x) && (0..28).contains(&y) && (x < 4 || y < 4 || (x - y).abs() < 3)
    }

    fn panels(page: &GrayImage) -> Vec<Panel> {
        find_panels(page, &Cells::of(page), PAPER)
    }

    #[test]
    fn print_in_black_and_gray_boxes_becomes_black_on_paper() {
        for (fill, print) in [(15, 240), (130, 245), (150, 20)] {
            let mut page = page(fill, print, |x, y| x < 420 && characters(x, y));
            let found = panels(&page);
            let [panel] = found.as_slice() else { panic!("{fill}: {found:?}") };
            let width = page.width();
            panel.clear::<1>(width, &mut page, PAPER);
            let at = |x: u32, y: u32| page.get_pixel(200 + x, 300 + y).0[0];
            assert!(at(32, 30) < 40 && at(480, 30) > 220 && at(0, 0) > 220 && at(10, 58) > 220, "{fill}");
        }
    }

    #[test]
    fn a_redaction_is_none_though_its_ink_has_gaps() {
        assert!(panels(&page(15, 240, |_, _| false)).is_empty());
        let specks = |x: i32, y: i32| (x * 7919 + y * 104_729) % 97 < 14;
        assert!(panels(&page(15, 240, specks)).is_empty());
        let scratches = |x: i32, y: i32| (x + 3 * y) % 90 < 8;
        assert!(panels(&page(15, 240, scratches)).is_empty());
    }
}
