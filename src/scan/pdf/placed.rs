//! An image on a page with its position and orientation.

use super::bounds::Bounds;
use super::state::{Matrix, State};
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use image::metadata::Orientation;

pub(super) struct Placed<'a> {
    pub(super) stream: Stream<'a>,
    /// Maps the unit square to the image's area on the page.
    matrix: Matrix,
    /// Whether it is a stencil through which black is painted.
    pub(super) is_black_stencil: bool,
}

impl<'a> Placed<'a> {
    pub(super) fn new(stream: Stream<'a>, state: &State) -> Self {
        let is_black_stencil = is_stencil(stream.dict()) && state.fills_black;
        Self { stream, matrix: state.matrix, is_black_stencil }
    }

    /// Declared width and height, px.
    pub(super) fn size(&self) -> (u32, u32) {
        size(self.stream.dict())
    }

    /// Resolution in pixels per point: that of the image or of its mask, whichever is finer. Copiers that write mixed
    /// raster content put a fine mask of the letters over a coarse colour layer.
    pub(super) fn finest_scale(&self) -> f32 {
        let dict = self.stream.dict();
        let masks = ["SMask", "Mask"].iter().filter_map(|key| dict.get::<Stream<'_>>(*key));
        let sizes = masks.map(|mask| size(mask.dict())).chain([self.size()]);
        let bounds = self.bounds();
        let scale = |size: (u32, u32)| {
            let (width, height) = self.upright(size);
            (width as f32 / bounds.width()).max(height as f32 / bounds.height())
        };
        sizes.map(scale).fold(0.0, f32::max)
    }

    /// Bounding box on the page.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds::of_unit_square(self.matrix)
    }

    /// Rotation and mirroring on the page; `None` if the image is not axis-aligned.
    pub(super) fn orientation(&self) -> Option<Orientation> {
        let [a, b, c, d, ..] = self.matrix;
        let is_small = |x: f32, beside: f32| x.abs() < 1e-3 * beside.abs();
        if is_small(b, a) && is_small(c, d) {
            return Some(match (a > 0.0, d > 0.0) {
                (true, true) => Orientation::NoTransforms,
                (true, false) => Orientation::FlipVertical,
                (false, true) => Orientation::FlipHorizontal,
                (false, false) => Orientation::Rotate180,
            });
        }
        // The image's right side is at the page's top if b is positive; its top is at the page's right if c is
        // positive.
        (is_small(a, b) && is_small(d, c)).then_some(match (b > 0.0, c > 0.0) {
            (true, false) => Orientation::Rotate270,
            (false, true) => Orientation::Rotate90,
            (true, true) => Orientation::Rotate270FlipH,
            (false, false) => Orientation::Rotate90FlipH,
        })
    }

    /// Width and height in page orientation, px.
    pub(super) fn upright_size(&self) -> (u32, u32) {
        self.upright(self.size())
    }

    fn upright(&self, (width, height): (u32, u32)) -> (u32, u32) {
        let [a, b, ..] = self.matrix;
        if a.abs() >= b.abs() { (width, height) } else { (height, width) }
    }

    /// Pixels per point, horizontally and vertically on the page.
    pub(super) fn scale(&self) -> (f32, f32) {
        let ((width, height), bounds) = (self.upright_size(), self.bounds());
        (width as f32 / bounds.width(), height as f32 / bounds.height())
    }

    /// Whether the image has no transparency.
    pub(super) fn is_opaque(&self) -> bool {
        let dict = self.stream.dict();
        !is_stencil(dict) && !["SMask", "Mask", "SMaskInData"].iter().any(|key| dict.contains_key(*key))
    }
}

/// Declared width and height of an image, px.
pub(super) fn size(dict: &Dict<'_>) -> (u32, u32) {
    let side =
        |long: &str, short: &str| dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).unwrap_or(0);
    (side("Width", "W"), side("Height", "H"))
}

/// Whether an image is a stencil (ISO 32000-2, 8.9.6.2).
pub(super) fn is_stencil(dict: &Dict<'_>) -> bool {
    dict.get::<bool>("ImageMask").or_else(|| dict.get::<bool>("IM")) == Some(true)
}
