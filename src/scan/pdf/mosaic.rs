//! Assembles the images of a page pixel for pixel: a single image, or the strips and tiles of one scan.
//!
//! Nothing is resampled: all images must have one scale and lie on one pixel grid, to a third of a pixel; otherwise
//! the page is rendered. The area outside the page's crop box is cut off, as readers do.

use super::super::raster::{oriented, pixels};
use super::super::{Limit, ScanError};
use super::bounds::Bounds;
use super::painted::Painted;
use super::placed::Placed;
use super::samples::{self, Samples};
use crate::geometry::BBox;
use crate::raster::Pixels;
use hayro_syntax::page::Page;
use image::{DynamicImage, GenericImage, GrayImage, Luma, Rgb, RgbImage};

/// Largest deviation of a position from the grid, px.
const OFF_GRID: f32 = 0.34;
/// Least fraction of the page's width and height that the images cover; the rest is a blank margin.
const LEAST_COVER: f64 = 0.6;

/// Assembled images, before the page's own rotation.
pub(super) struct Mosaic {
    pub(super) pixels: Pixels,
    /// Pixels per point, horizontally and vertically.
    pub(super) scale: (f32, f32),
    /// Whether all image data were present.
    pub(super) is_complete: bool,
}

/// Assembles the images of a page that paints nothing else; returns `None` if the page must be rendered.
pub(super) fn assemble(
    painted: &Painted<'_>,
    page: &Page<'_>,
    limit: Limit,
) -> Result<Option<Mosaic>, ScanError> {
    let Some(plan) = plan(painted, page) else { return Ok(None) };
    limit.check(plan.canvas.width() as u64, plan.canvas.height() as u64)?;
    let mut parts = Vec::new();
    for image in &painted.images {
        let Some(Samples { pixels, is_complete }) = samples::of(image, limit)? else { return Ok(None) };
        let Some(orientation) = image.orientation() else { return Ok(None) };
        parts.push((oriented(pixels, orientation), is_complete));
    }
    let is_complete = parts.iter().all(|(_, is_complete)| *is_complete);
    // A JPEG may differ in size from the PDF's declaration.
    let is_sized = |((pixels, _), place): (&(Pixels, bool), &BBox)| {
        let (width, height) = pixels.dimensions();
        BBox::of_size(width, height) == place.shifted(-place.left, -place.top)
    };
    let sized = parts.iter().zip(&plan.places).all(is_sized);
    if !sized {
        return Ok(None);
    }
    let pixels = match parts.as_slice() {
        [_] if plan.places[0] == plan.canvas => parts.remove(0).0,
        _ => put_together(parts.into_iter().map(|(pixels, _)| pixels).zip(&plan.places), &plan.canvas),
    };
    Ok(Some(Mosaic { pixels, scale: plan.scale, is_complete }))
}

/// Positions of the images on the grid of the largest image, px from its top-left corner.
struct Plan {
    places: Vec<BBox>,
    /// The visible part of the images.
    canvas: BBox,
    scale: (f32, f32),
}

fn plan(painted: &Painted<'_>, page: &Page<'_>) -> Option<Plan> {
    if !painted.is_images_only() {
        return None;
    }
    let images = &painted.images;
    // If there are several images, none may be transparent.
    if images.len() > 1 && !images.iter().all(Placed::is_opaque) {
        return None;
    }
    let pixels = |image: &&Placed<'_>| u64::from(image.size().0) * u64::from(image.size().1);
    let largest = images.iter().max_by_key(pixels)?;
    let (scale, origin) = (largest.scale(), largest.bounds());
    let on_grid = |bounds: &Bounds| {
        [
            (bounds.left - origin.left) * scale.0,
            (origin.top - bounds.top) * scale.1,
            (bounds.right - origin.left) * scale.0,
            (origin.top - bounds.bottom) * scale.1,
        ]
    };
    let mut places = Vec::new();
    for image in images {
        image.orientation()?;
        let exact = on_grid(&image.bounds());
        let [left, top, ..] = exact.map(|v| v.round() as i32);
        let (width, height) = image.upright_size();
        let place = BBox::from_ltwh(left, top, i32::try_from(width).ok()?, i32::try_from(height).ok()?);
        let found = [place.left, place.top, place.right, place.bottom];
        let is_on_grid =
            exact.iter().zip(found).all(|(exact, found)| (exact - found as f32).abs() < OFF_GRID);
        if !is_on_grid {
            return None;
        }
        places.push(place);
    }
    let [left, top, right, bottom] = on_grid(&Bounds::of_page(page)?).map(|v| v.round() as i32);
    let seen = BBox::from_ltrb(left, top, right, bottom);
    let all = places.iter().fold(places[0], |all, place| all.union(place));
    let canvas = within(&all, &seen);
    let covered: i64 = places.iter().map(|place| place.intersection(&canvas).area()).sum();
    let part = |of: i32, whole: i32| f64::from(of) >= LEAST_COVER * f64::from(whole);
    let is_page = part(canvas.width(), seen.width()) && part(canvas.height(), seen.height());
    (is_page && covered as f64 >= LEAST_COVER * canvas.area() as f64).then_some(Plan {
        places,
        canvas,
        scale,
    })
}

/// The part of the images that the page shows. An edge that exceeds the page's by one pixel is a rounding error.
fn within(all: &BBox, seen: &BBox) -> BBox {
    let edge = |own: i32, page: i32, is_beyond: bool| {
        if is_beyond && (own - page).abs() > 1 { page } else { own }
    };
    BBox::from_ltrb(
        edge(all.left, seen.left, all.left < seen.left),
        edge(all.top, seen.top, all.top < seen.top),
        edge(all.right, seen.right, all.right > seen.right),
        edge(all.bottom, seen.bottom, all.bottom > seen.bottom),
    )
}

/// Draws images at their positions, later ones over earlier ones, on a white canvas.
fn put_together<'a>(parts: impl Iterator<Item = (Pixels, &'a BBox)>, canvas: &BBox) -> Pixels {
    let parts: Vec<_> = parts.collect();
    let is_gray = parts.iter().all(|(pixels, _)| matches!(pixels, Pixels::Gray(_)));
    let (width, height) = (canvas.width() as u32, canvas.height() as u32);
    let mut whole = if is_gray {
        DynamicImage::ImageLuma8(GrayImage::from_pixel(width, height, Luma([255])))
    } else {
        DynamicImage::ImageRgb8(RgbImage::from_pixel(width, height, Rgb([255; 3])))
    };
    for (part, place) in parts {
        let seen = place.intersection(canvas);
        if seen.width() == 0 || seen.height() == 0 {
            continue;
        }
        let part = match part {
            Pixels::Gray(gray) => DynamicImage::ImageLuma8(gray),
            Pixels::Color(color) => DynamicImage::ImageRgb8(color),
        };
        let part = part.crop_imm(
            (seen.left - place.left) as u32,
            (seen.top - place.top) as u32,
            seen.width() as u32,
            seen.height() as u32,
        );
        let part = if is_gray { part } else { DynamicImage::ImageRgb8(part.into_rgb8()) };
        let (x, y) = ((seen.left - canvas.left) as u32, (seen.top - canvas.top) as u32);
        whole.copy_from(&part, x, y).expect("cut to the canvas");
    }
    pixels(whole)
}
