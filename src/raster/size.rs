//! Character size of a page, the unit in which marks and lines are measured.

use super::Component;
use crate::geometry::BBox;

/// Side of a full-width character of the page's most common text size, px; `None` if there is no text.
///
/// The estimate is a weighted quantile of the longer sides of the components: six tenths of their total length belong
/// to components shorter than 0.84 of a character (measured on 63 cables: 0.80 to 0.88). `longest_side` is that of
/// the page; components larger than a fifteenth of it are not characters.
#[must_use]
pub fn character_size(components: &[Component], longest_side: u32) -> Option<f64> {
    size_of_print(components.iter().map(|c| &c.bbox), (longest_side / 15) as i32)
}

/// The same for a part of a page, from bounding boxes with sides up to `largest` px.
pub(crate) fn size_of_print<'a>(boxes: impl Iterator<Item = &'a BBox>, largest: i32) -> Option<f64> {
    let mut sides: Vec<i32> =
        boxes.map(|b| b.width().max(b.height())).filter(|side| (8..=largest).contains(side)).collect();
    sides.sort_unstable();
    let total: i64 = sides.iter().map(|&s| i64::from(s)).sum();
    let mut sum = 0;
    let side = sides.into_iter().find(|&s| {
        sum += i64::from(s);
        sum * 10 >= total * 6
    })?;
    Some(f64::from(side) / 0.84)
}
