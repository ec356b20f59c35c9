//! Black borders that scanners leave around a page.
//!
//! The ink is reduced to coarse cells. A border consists of solid black cells. It covers a good part of an edge of the
//! scan, or it is a bar near the edge, where the copier saw beyond the edge of the paper. Text is never solid, and a
//! redaction that touches the edge is short. The ragged rim of the border is removed as well.

use crate::geometry::BBox;
use crate::raster::{Binary, Pixels};
use image::Rgb;

/// Side of a cell, px: larger than a stroke width, so that text is not solid.
const CELL_PX: u32 = 12;
/// Least fraction of an edge of the scan that a border covers; a redaction that runs off the page is shorter.
const LEAST_EDGE: f64 = 0.2;
/// Largest distance of a bar from the edge, as a fraction of the scan: margins are wider.
const BESIDE_EDGE: f64 = 0.03;
/// Least length of a bar as a fraction of the edge; its thickness is at most a tenth of its length.
const LEAST_BAR: f64 = 0.08;

/// Returns the black border of a scan as ink, or `None` if there is none.
#[must_use]
pub fn find_border(page: &Binary) -> Option<Binary> {
    let solid = solid_cells(page);
    let (components, labels) = solid.components();
    let (columns, rows) = (solid.width(), solid.height());
    let long_enough: Vec<bool> = components
        .iter()
        .map(|c| runs_along(&c.bbox, columns, rows) || runs_along(&c.bbox.transposed(), rows, columns))
        .collect();
    if !long_enough.contains(&true) {
        return None;
    }
    let mut border = Binary::new(page.width(), page.height());
    for (column, row, label) in labels.enumerate_pixels().filter(|(.., l)| l.0[0] != 0) {
        if long_enough[label.0[0] as usize - 1] {
            fill_cell(&mut border, column, row);
        }
    }
    Some(border)
}

/// Whether a component runs along the left or right edge of a grid of `columns` × `rows` cells.
fn runs_along(cells: &BBox, columns: u32, rows: u32) -> bool {
    let at_edge = cells.left <= 0 || cells.right >= columns as i32;
    let beside = f64::from(cells.right) <= (BESIDE_EDGE * f64::from(columns)).max(3.0)
        || f64::from(columns as i32 - cells.left) <= (BESIDE_EDGE * f64::from(columns)).max(3.0);
    let length = f64::from(cells.height()) / f64::from(rows);
    let is_bar = cells.height() >= 10 * cells.width() && length >= LEAST_BAR;
    (at_edge && length >= LEAST_EDGE) || (beside && is_bar)
}

/// Cells of which at least nine tenths are ink.
fn solid_cells(page: &Binary) -> Binary {
    let (columns, rows) = (page.width().div_ceil(CELL_PX), page.height().div_ceil(CELL_PX));
    let mut ink = vec![0u32; columns as usize * rows as usize];
    for y in 0..page.height() {
        let sums = &mut ink[(y / CELL_PX * columns) as usize..][..columns as usize];
        for (sum, pixels) in sums.iter_mut().zip(page.row(y).chunks(CELL_PX as usize)) {
            *sum += pixels.iter().filter(|&&p| p != 0).count() as u32;
        }
    }
    let mut solid = Binary::new(columns, rows);
    for (i, &sum) in ink.iter().enumerate() {
        let (x, y) = (i as u32 % columns, i as u32 / columns);
        let area = CELL_PX.min(page.width() - x * CELL_PX) * CELL_PX.min(page.height() - y * CELL_PX);
        solid.set(x, y, sum * 10 >= area * 9);
    }
    solid
}

/// Marks a cell and a rim as wide as a cell around it.
fn fill_cell(border: &mut Binary, column: u32, row: u32) {
    let rim = CELL_PX;
    let (left, right) =
        ((column * CELL_PX).saturating_sub(rim), ((column + 1) * CELL_PX + rim).min(border.width()));
    let (top, bottom) =
        ((row * CELL_PX).saturating_sub(rim), ((row + 1) * CELL_PX + rim).min(border.height()));
    for y in top..bottom {
        border.row_mut(y)[left as usize..right as usize].fill(255);
    }
}

/// Paints the ink pixels of `area` with the brightness of the paper. White would contrast with gray paper.
pub fn clear(page: &mut Pixels, area: &Binary, paper: u8) {
    match page {
        Pixels::Gray(gray) => {
            for (pixel, &covered) in gray.iter_mut().zip(area.as_ink().as_raw()) {
                if covered != 0 {
                    *pixel = paper;
                }
            }
        }
        Pixels::Color(color) => {
            for (pixel, &covered) in color.pixels_mut().zip(area.as_ink().as_raw()) {
                if covered != 0 {
                    *pixel = Rgb([paper; 3]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    fn black(page: &mut GrayImage, x: std::ops::Range<u32>, y: std::ops::Range<u32>) {
        x.flat_map(|x| y.clone().map(move |y| (x, y))).for_each(|(x, y)| page.put_pixel(x, y, Luma([0])));
    }

    #[test]
    fn a_border_goes_and_a_redaction_at_the_edge_stays() {
        let mut page = GrayImage::from_pixel(600, 800, Luma([255]));
        black(&mut page, 560..600, 0..800);
        black(&mut page, 0..120, 300..340);
        black(&mut page, 200..204, 100..700);
        let border = find_border(&Binary::below(&page, 128)).unwrap();
        let mut cleared = Pixels::Gray(page);
        clear(&mut cleared, &border, 250);
        let cleared = cleared.to_gray();
        assert_eq!(cleared.get_pixel(580, 400).0, [250]);
        assert_eq!(cleared.get_pixel(50, 320).0, [0]);
        assert_eq!(cleared.get_pixel(202, 400).0, [0]);
    }

    #[test]
    fn a_bar_beside_the_edge_goes_and_a_thick_rule_within_the_page_stays() {
        let mut page = GrayImage::from_pixel(1200, 1600, Luma([255]));
        black(&mut page, 12..24, 200..500);
        black(&mut page, 300..324, 200..500);
        let border = find_border(&Binary::below(&page, 128)).unwrap();
        assert!(border.is_ink(18, 300) && !border.is_ink(310, 300));
    }

    #[test]
    fn a_page_without_border_has_none() {
        assert_eq!(find_border(&Binary::new(100, 100)), None);
        assert_eq!(find_border(&Binary::new(0, 0)), None);
    }
}
