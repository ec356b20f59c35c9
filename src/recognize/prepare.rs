//! Prepares line images for Tesseract and maps boxes back.

use crate::geometry::BBox;
use crate::page::WritingMode;
use image::{GrayImage, Luma, imageops};

/// White margin around a line. Without it, page segmentation mode 13 loses characters at the ends.
const MARGIN_PX: u32 = 10;

pub(super) struct Prepared {
    /// Horizontal text, dark on white, with a margin.
    pub image: GrayImage,
    /// Size of the original line image, px.
    given: (u32, u32),
    mode: WritingMode,
}

/// Rotates a column by 90° counter-clockwise and adds a white margin.
pub(super) fn prepare(line: &GrayImage, mode: WritingMode) -> Prepared {
    let turned = match mode {
        WritingMode::HorizontalTb => line.clone(),
        WritingMode::VerticalRl => imageops::rotate270(line),
    };
    let (width, height) = turned.dimensions();
    let mut image = GrayImage::from_pixel(width + 2 * MARGIN_PX, height + 2 * MARGIN_PX, Luma([255]));
    imageops::replace(&mut image, &turned, i64::from(MARGIN_PX), i64::from(MARGIN_PX));
    Prepared { image, given: line.dimensions(), mode }
}

impl Prepared {
    /// Maps a box from the prepared image to the original line image and clips it.
    pub(super) fn back(&self, seen: &BBox) -> BBox {
        let inside = seen.shifted(-(MARGIN_PX as i32), -(MARGIN_PX as i32));
        let (width, height) = (self.given.0 as i32, self.given.1 as i32);
        let upright = match self.mode {
            WritingMode::HorizontalTb => inside,
            // The rotation moved the right edge to the top and the top to the left edge.
            WritingMode::VerticalRl => {
                BBox::from_ltrb(width - inside.bottom, inside.left, width - inside.top, inside.right)
            }
        };
        upright.intersection(&BBox::from_ltrb(0, 0, width, height))
    }
}
