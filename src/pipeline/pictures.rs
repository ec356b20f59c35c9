//! Debug pictures of the stages.

use super::Prepared;
use super::legend::draw_legend;
use super::stamps::StampPicture;
use crate::geometry::{BBox, Point};
use crate::layout::Part;
use crate::marks::Mark;
use crate::page::{RedactionStyle, RegionKind, WritingMode};
use crate::raster::Pixels;
use image::{GrayImage, Rgb, RgbImage};
use imageproc::drawing::{draw_hollow_rect_mut, draw_line_segment_mut};
use imageproc::rect::Rect;

const RED: Rgb<u8> = Rgb([220, 30, 30]);
const BLUE: Rgb<u8> = Rgb([30, 80, 220]);
const GREEN: Rgb<u8> = Rgb([20, 150, 60]);
const VIOLET: Rgb<u8> = Rgb([150, 40, 190]);
const ORANGE: Rgb<u8> = Rgb([235, 140, 0]);

/// The marks on the deskewed page, with a legend. Stamps have tilted outlines.
pub(super) fn marks(page: &RgbImage, marks: &[Mark], stamps: &[StampPicture]) -> RgbImage {
    let mut picture = page.clone();
    let mut stamps = stamps.iter();
    for mark in marks {
        match (&mark.kind, color_of(&mark.kind)) {
            (RegionKind::Stamp { .. } | RegionKind::Handwriting, color) => match stamps.next() {
                Some(stamp) => outline(&mut picture, &stamp.outline, color, 3),
                None => frame(&mut picture, &mark.bbox, color, 3),
            },
            (_, color) => frame(&mut picture, &mark.bbox, color, 3),
        }
    }
    draw_legend(
        &mut picture,
        &[
            (RED, "stamp"),
            (VIOLET, "redaction filled"),
            (BLUE, "redaction outlined"),
            (ORANGE, "handwriting"),
            (GREEN, "rule"),
        ],
    );
    picture
}

fn color_of(kind: &RegionKind) -> Rgb<u8> {
    match kind {
        RegionKind::Stamp { .. } => RED,
        RegionKind::Redaction { style: RedactionStyle::Solid, .. } => VIOLET,
        RegionKind::Redaction { style: RedactionStyle::Outlined, .. } => BLUE,
        RegionKind::Ruling => GREEN,
        RegionKind::Handwriting | RegionKind::Text { .. } => ORANGE,
    }
}

/// The upright stamp images that the engine reads: one row per stamp, its views side by side.
pub(super) fn stamps(stamps: &[StampPicture]) -> RgbImage {
    let gap = 10;
    let width = |s: &StampPicture| s.views.iter().map(|v| v.width() + gap).sum::<u32>();
    let height = |s: &StampPicture| s.views.iter().map(|v| v.height() + gap).max().unwrap_or(0);
    let across = stamps.iter().map(width).max().unwrap_or(0) + gap;
    let down = stamps.iter().map(height).sum::<u32>() + gap;
    let mut picture = RgbImage::from_pixel(across, down, Rgb([200, 210, 225]));
    let mut top = gap;
    for stamp in stamps {
        let mut left = gap;
        for view in &stamp.views {
            image::imageops::replace(&mut picture, &rgb(view), i64::from(left), i64::from(top));
            left += view.width() + gap;
        }
        top += height(stamp);
    }
    picture
}

/// The lines on the gray image: horizontal lines blue, vertical ones green, blocks orange, cells thin gray, redactions
/// violet. A red path through the lines shows the reading order.
pub(super) fn lines(prepared: &Prepared) -> RgbImage {
    let mut picture = rgb(&prepared.gray);
    let redactions = prepared.redactions();
    let mut last = None;
    for block in &prepared.blocks {
        let color = if block.writing_mode == WritingMode::HorizontalTb { BLUE } else { GREEN };
        for line in &block.lines {
            for part in &line.parts {
                match part {
                    Part::Print(print) => {
                        print
                            .cells
                            .iter()
                            .for_each(|c| frame(&mut picture, &c.bbox, Rgb([190, 190, 190]), 1));
                        frame(&mut picture, &print.bbox, color, 2);
                    }
                    Part::Redaction(i) => frame(&mut picture, &redactions[*i].bbox, VIOLET, 3),
                }
            }
            let at = line.bbox.center();
            if let Some((x, y)) = last {
                let end = (at.x as f32, at.y as f32);
                draw_line_segment_mut(&mut picture, (x, y), end, RED);
            }
            last = Some((at.x as f32, at.y as f32));
        }
        frame(&mut picture, &block.bbox().grown(6), ORANGE, 2);
    }
    picture
}

/// The page as a colour image.
pub(super) fn color(pixels: &Pixels) -> RgbImage {
    match pixels {
        Pixels::Gray(gray) => rgb(gray),
        Pixels::Color(color) => color.clone(),
    }
}

/// Converts a gray image to colour.
pub(super) fn rgb(gray: &GrayImage) -> RgbImage {
    image::DynamicImage::ImageLuma8(gray.clone()).into_rgb8()
}

/// Draws a closed polygon through four corners.
fn outline(picture: &mut RgbImage, corners: &[Point; 4], color: Rgb<u8>, thickness: i32) {
    for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        for (dx, dy) in (0..thickness).flat_map(|dy| (0..thickness).map(move |dx| (dx as f32, dy as f32))) {
            let at = |p: &Point| (p.x as f32 + dx, p.y as f32 + dy);
            draw_line_segment_mut(picture, at(a), at(b), color);
        }
    }
}

fn frame(picture: &mut RgbImage, bbox: &BBox, color: Rgb<u8>, thickness: i32) {
    for inset in 0..thickness {
        let b = bbox.grown(-inset);
        if !b.is_empty() {
            let rect = Rect::at(b.left, b.top).of_size(b.width() as u32, b.height() as u32);
            draw_hollow_rect_mut(picture, rect, color);
        }
    }
}
