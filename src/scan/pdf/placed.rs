//! An image on a page, and how it stands there.

use super::bounds::Bounds;
use super::state::{Matrix, State};
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use image::metadata::Orientation;

/// An image on a page.
pub(super) struct Placed<'a> {
    pub(super) stream: Stream<'a>,
    /// Maps the unit square to its place on the page.
    matrix: Matrix,
    /// Whether it is a stencil through which black is painted.
    pub(super) is_black_stencil: bool,
}

impl<'a> Placed<'a> {
    pub(super) fn new(stream: Stream<'a>, state: &State) -> Self {
        let is_black_stencil = is_stencil(stream.dict()) && state.fills_black;
        Self { stream, matrix: state.matrix, is_black_stencil }
    }

    /// Width and height, px, as declared.
    pub(super) fn size(&self) -> (u32, u32) {
        size(self.stream.dict())
    }

    /// Its resolution, px a point: that of its mask where this is the finer. A mask of letters over a coarse layer of
    /// colour is how copiers pack a page (mixed raster content).
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

    /// Where it is painted.
    pub(super) fn bounds(&self) -> Bounds {
        Bounds::of_unit_square(self.matrix)
    }

    /// How its rows and columns are turned and mirrored on the page; `None` where it does not stand upright.
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
        // The image's right is the page's top where b is positive, its top the page's right where c is.
        (is_small(a, b) && is_small(d, c)).then_some(match (b > 0.0, c > 0.0) {
            (true, false) => Orientation::Rotate270,
            (false, true) => Orientation::Rotate90,
            (true, true) => Orientation::Rotate270FlipH,
            (false, false) => Orientation::Rotate90FlipH,
        })
    }

    /// Width and height as it stands on the page, px.
    pub(super) fn upright_size(&self) -> (u32, u32) {
        self.upright(self.size())
    }

    fn upright(&self, (width, height): (u32, u32)) -> (u32, u32) {
        let [a, b, ..] = self.matrix;
        if a.abs() >= b.abs() { (width, height) } else { (height, width) }
    }

    /// Its pixels a point, across and down the page.
    pub(super) fn scale(&self) -> (f32, f32) {
        let ((width, height), bounds) = (self.upright_size(), self.bounds());
        (width as f32 / bounds.width(), height as f32 / bounds.height())
    }

    /// Whether nothing shines through it.
    pub(super) fn is_opaque(&self) -> bool {
        let dict = self.stream.dict();
        !is_stencil(dict) && !["SMask", "Mask", "SMaskInData"].iter().any(|key| dict.contains_key(*key))
    }
}

/// Width and height of an image, px, as declared.
pub(super) fn size(dict: &Dict<'_>) -> (u32, u32) {
    let side =
        |long: &str, short: &str| dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).unwrap_or(0);
    (side("Width", "W"), side("Height", "H"))
}

/// Whether an image is a stencil (ISO 32000-2, 8.9.6.2).
pub(super) fn is_stencil(dict: &Dict<'_>) -> bool {
    dict.get::<bool>("ImageMask").or_else(|| dict.get::<bool>("IM")) == Some(true)
}
