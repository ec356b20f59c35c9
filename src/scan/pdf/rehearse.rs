//! Cost estimate of rendering a page: interprets the page with a device that counts and paints nothing.
//!
//! The renderer executes all instructions of a page and stores the results until it paints: 300,000 lines across a
//! page, forms that paint forms, a pattern of a billion cells. The counting device receives the same calls and adds
//! up their costs. When a limit is exceeded, the device unwinds, because the interpreter cannot be stopped otherwise.

use super::super::{Limit, ScanError};
use super::size::check_image;
use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::pattern::{Pattern, TilingPattern};
use hayro::hayro_interpret::shading::ShadingType;
use hayro::hayro_interpret::util::x_y_advances;
use hayro::hayro_interpret::{
    BlendMode, CacheKey, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps,
    InterpreterCache, InterpreterSettings, Paint, SoftMask, interpret_page,
};
use hayro::kurbo::{Affine, BezPath, ParamCurve, PathSeg, Rect, Shape};
use hayro_syntax::page::Page;
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Limit for the length of all outlines, px. 9,000 lines across a page at 300 dpi have 36 million and take 11 s; a
/// dense map has ten million.
const MOST_OUTLINE: f64 = 40e6;
/// Limit for painted pixels, in pages of the largest size: 16 s at ten nanoseconds per pixel.
const MOST_PAINTED: f64 = 16.0;
/// Limit for painted objects. A page of text has some thousand, a map some hundred thousand.
const MOST_CALLS: f64 = 1e6;
/// Overhead of an object, in painted pixels, measured with a hundred thousand of each kind.
const CALL: f64 = 700.0;
const CLIP: f64 = 4000.0;
const GLYPH: f64 = 5000.0;
const GROUP: f64 = 22_000.0;
/// Cost of a mask, in painted pixels per pixel of the page.
const MASK: f64 = 4.0;
/// Cost of a pixel painted with a pattern's cell, and with a shading, in painted pixels.
const TILED: f64 = 10.0;
const SHADED: f64 = 20.0;
/// Bytes stored per pixel of an outline: a tile of four rows and its coverage.
const OUTLINE_BYTES: f64 = 10.0;
/// Bytes per pixel of an image that is stored until the page is painted, and of the page itself.
const KEPT_BYTES: f64 = 4.0;
/// Bytes per pixel of an image during decoding and conversion.
const DECODED_BYTES: f64 = 8.0;
/// Limit for the copies of a pattern's cell that overlap at one position.
const MOST_COPIES: f64 = 10_000.0;

/// Rejects a page that exceeds the limits for rendering.
pub(super) fn check<'p>(
    page: &'p Page<'p>,
    settings: &InterpreterSettings,
    (transform, target): (Affine, Rect),
    limit: Limit,
) -> Result<(), ScanError> {
    let cache = InterpreterCache::new();
    let mut context = Context::new(transform, target, &cache, page.xref(), settings.clone());
    let mut count = Count {
        target,
        limit,
        outline: 0.0,
        painted: 0.0,
        calls: 0.0,
        memory: 0.0,
        masks: HashSet::new(),
        images: HashSet::new(),
        glyphs: HashMap::new(),
        refused: None,
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| interpret_page(page, &mut context, &mut count)));
    match (count.refused, outcome) {
        (Some(error), _) => Err(error),
        (None, Err(panic)) => resume_unwind(panic),
        (None, Ok(())) => Ok(()),
    }
}

/// Panic payload that ends the interpreter.
struct GaveUp;

/// Device that counts costs.
struct Count {
    /// The page, px.
    target: Rect,
    limit: Limit,
    outline: f64,
    painted: f64,
    calls: f64,
    /// Bytes of stored masks and images.
    memory: f64,
    /// Masks and images seen before.
    masks: HashSet<u128>,
    images: HashSet<u128>,
    /// Number of segments in the outline of each glyph.
    glyphs: HashMap<u128, usize>,
    refused: Option<ScanError>,
}

impl Count {
    fn give_up(&mut self, error: ScanError) -> ! {
        self.refused = Some(error);
        resume_unwind(Box::new(GaveUp))
    }

    fn call(&mut self, painted: f64) {
        self.calls += 1.0;
        self.add(0.0, painted);
    }

    fn add(&mut self, outline: f64, painted: f64) {
        // Matrices may contain any number, so a cost may be NaN.
        let counted = |cost: f64| if cost.is_nan() { f64::INFINITY } else { cost };
        self.outline += counted(outline);
        self.painted += counted(painted);
        let most_painted = MOST_PAINTED * self.limit.0 as f64;
        let cause = if self.calls > MOST_CALLS {
            format!("the page paints more than {MOST_CALLS} things")
        } else if self.outline > MOST_OUTLINE {
            format!("the outlines on the page are longer than {MOST_OUTLINE} pixels together")
        } else if self.painted > most_painted {
            format!("the page paints more than {most_painted} pixels, one thing over another")
        } else {
            return;
        };
        self.give_up(ScanError::TooMuch(cause));
    }

    /// Adds memory that is stored until the page is painted; `moment` bytes are allocated temporarily.
    fn hold(&mut self, kept: f64, moment: f64) {
        self.memory += kept;
        let page = KEPT_BYTES * self.target.area();
        let most = self.memory + OUTLINE_BYTES * self.outline + moment.max(page);
        if let Err(error) = self.limit.check_memory("what the page paints", most as u64) {
            self.give_up(error);
        }
    }

    /// Area and half perimeter of the visible part of a box.
    fn seen(&self, bounds: Rect) -> (f64, f64) {
        let seen = bounds.intersect(self.target);
        let (width, height) = (seen.width().max(0.0), seen.height().max(0.0));
        (width * height, width + height)
    }

    /// Adds the cost of a path that is filled or, with a line width, stroked.
    fn path(&mut self, path: &BezPath, transform: Affine, line_px: Option<f64>) {
        let mut bounds: Option<Rect> = None;
        for segment in path.segments() {
            let hull = transform
                .transform_rect_bbox(hull(segment))
                .inflate(line_px.unwrap_or(0.0), line_px.unwrap_or(0.0));
            bounds = Some(bounds.map_or(hull, |all| all.union(hull)));
            // A curve is split into lines, more of them the larger it is, even if it is invisible.
            let pieces = if matches!(segment, PathSeg::Line(_)) {
                4.0
            } else {
                16.0 + (hull.width() + hull.height()).sqrt()
            };
            let sides = if line_px.is_some() { 2.0 } else { 1.0 };
            let (_, length) = self.seen(hull);
            self.add(sides * (length + pieces), 0.0);
        }
        let (area, _) = bounds.map_or((0.0, 0.0), |bounds| self.seen(bounds));
        self.add(0.0, if line_px.is_some() { 0.0 } else { area });
    }

    fn drawn(&mut self, path: &BezPath, transform: Affine, mode: &DrawMode) {
        let stroke = match mode {
            DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) => Some(stroke),
            _ => None,
        };
        if matches!(mode, DrawMode::Fill(_) | DrawMode::FillAndStroke(..)) {
            self.path(path, transform, None);
        }
        let Some(stroke) = stroke else { return };
        let (x, y) = x_y_advances(&transform);
        let line = f64::from(stroke.line_width) * x.length().max(y.length());
        self.path(path, transform, Some(line.max(1.0)));
        let period: f32 = stroke.dash_array.iter().sum();
        if !stroke.dash_array.is_empty() {
            // Dashes are computed over the whole length of the line.
            let length: f64 = path
                .segments()
                .map(|s| {
                    let h = hull(s);
                    h.width() + h.height()
                })
                .sum();
            let dashes = length / f64::from(period.max(1e-9)) * stroke.dash_array.len() as f64;
            self.add(dashes * (8.0 + 2.0 * line.min(100.0)), 0.0);
        }
    }

    fn paint(&mut self, paint: &Paint<'_>, bounds: Rect, is_stroke: bool) {
        let Paint::Pattern(pattern) = paint else { return };
        let (area, _) = self.seen(bounds);
        match &**pattern {
            Pattern::Shading(shading) => {
                let each = match &*shading.shading.shading_type {
                    ShadingType::TriangleMesh { triangles, .. } => triangles.len(),
                    ShadingType::CoonsPatchMesh { patches, .. } => 200 * patches.len(),
                    ShadingType::TensorProductPatchMesh { patches, .. } => 200 * patches.len(),
                    _ => 0,
                };
                self.add(0.0, area * (SHADED + each as f64));
            }
            Pattern::Tiling(tiling) => self.tiling(tiling, area, is_stroke),
        }
    }

    /// Adds the cost of a pattern: its cell is painted once for every copy that overlaps the first one.
    fn tiling(&mut self, tiling: &TilingPattern<'_>, area: f64, is_stroke: bool) {
        let copies = |side: f64, step: f32| (side / f64::from(step.abs())).ceil().max(1.0);
        let copies = copies(tiling.bbox.width(), tiling.x_step) * copies(tiling.bbox.height(), tiling.y_step);
        if copies.is_nan() || copies > MOST_COPIES {
            self.give_up(ScanError::TooMuch("a pattern on the page lies over itself too often".to_owned()));
        }
        let before = (self.outline, self.painted, self.calls);
        tiling.interpret(self, tiling.matrix, is_stroke);
        let more = |before: f64, after: f64| (after - before) * (copies - 1.0);
        let (outline, painted) = (more(before.0, self.outline), more(before.1, self.painted));
        self.calls += more(before.2, self.calls);
        self.add(outline, painted + TILED * area);
        self.hold(KEPT_BYTES * area, KEPT_BYTES * area);
    }

    fn mask(&mut self, mask: Option<&SoftMask<'_>>) {
        let Some(mask) = mask else { return };
        let page = self.target.area();
        if self.masks.insert(mask.cache_key()) {
            self.add(0.0, MASK * page);
            self.hold(page, KEPT_BYTES * page);
            // While it renders a mask, the renderer reuses no other masks, so they count again.
            let others = std::mem::take(&mut self.masks);
            mask.interpret(self);
            self.masks = others;
        }
        self.add(0.0, GROUP);
    }

    fn glyph<'a>(&mut self, glyph: &Glyph<'a>, props: &DrawProps<'a>, place: Affine) {
        self.call(GLYPH);
        match glyph {
            Glyph::Type3(glyph) => glyph.interpret(self, props.transform, place, &props.paint),
            Glyph::Outline(outline) => {
                let segments = *self
                    .glyphs
                    .entry(outline.identifier().cache_key())
                    .or_insert_with(|| outline.outline().elements().len());
                // Glyph outlines are in thousandths of the font size.
                let square = Rect::new(0.0, -250.0, 1000.0, 1000.0);
                let bounds = (props.transform * place).transform_rect_bbox(square);
                let (area, length) = self.seen(bounds);
                self.add(4.0 * segments as f64 + 3.0 * length, area);
            }
        }
    }
}

fn hull(segment: PathSeg) -> Rect {
    let ends = Rect::from_points(segment.start(), segment.end());
    match segment {
        PathSeg::Line(_) => ends,
        PathSeg::Quad(quad) => ends.union_pt(quad.p1),
        PathSeg::Cubic(cubic) => ends.union_pt(cubic.p1).union_pt(cubic.p2),
    }
}

impl<'a> Device<'a> for Count {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.call(CALL);
        self.drawn(path, props.transform, mode);
        self.mask(props.soft_mask.as_ref());
        let is_stroke = matches!(mode, DrawMode::Stroke(_));
        self.paint(&props.paint, props.transform.transform_rect_bbox(path.bounding_box()), is_stroke);
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.call(CLIP);
        self.path(&clip.path, Affine::IDENTITY, None);
    }

    fn push_transparency_group(&mut self, _: f32, mask: Option<SoftMask<'a>>, _: BlendMode) {
        self.call(GROUP);
        self.mask(mask.as_ref());
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        self.call(CALL);
        if matches!(mode, DrawMode::Invisible) {
            return;
        }
        self.mask(props.soft_mask.as_ref());
        for glyph in run.glyphs() {
            self.glyph(glyph, &props, glyph.transform());
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.call(CALL);
        let stream = match &image {
            Image::Stencil(stencil) => stencil.stream(),
            Image::Raster(raster) => raster.stream(),
        };
        if self.images.insert(image.cache_key())
            && let Err(error) = check_image(stream, self.limit)
        {
            self.give_up(error);
        }
        let (width, height) = (f64::from(image.width()), f64::from(image.height()));
        let bounds = props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, width, height));
        let (area, _) = self.seen(bounds);
        let pixels = width * height;
        self.add(0.0, 4.0 * (pixels + area));
        // An image larger than its area on the page is downscaled.
        let (x, y) = x_y_advances(&props.transform);
        let kept =
            if x.length() < 1.0 || y.length() < 1.0 { pixels * x.length() * y.length() } else { pixels };
        self.hold(KEPT_BYTES * kept, DECODED_BYTES * pixels);
        self.mask(props.soft_mask.as_ref());
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
