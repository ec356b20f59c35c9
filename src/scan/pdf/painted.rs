//! Interprets the content of a page as far as needed to extract its scan (ISO 32000-2, annex A lists the operators).
//!
//! Forms are followed. Content that an opaque image covers completely is discarded, because it is invisible.

use super::bounds::Bounds;
use super::placed::Placed;
use super::size::MOST_CONTENT;
use super::state::{Path, State, is_optional, multiplied, numbers};
use super::unpack::unpacked_bytes;
use super::{Limit, POINTS, ScanError, USUAL_DPI, resolution};
use hayro_syntax::content::UntypedIter;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{self, Array, Name, Object};
use hayro_syntax::page::{Page, Resources};
use std::collections::BTreeMap;

/// Largest nesting depth of forms. Programs that make PDFs of scans need three.
const DEEPEST: usize = 12;
/// Largest number of saved graphics states (ISO 32000-1, annex C, allows 28).
const DEEPEST_STATE: usize = 1000;
/// Limit for the instructions of a page, each form counted as often as it is painted; a map has some hundred thousand.
const MOST_INSTRUCTIONS: u32 = 4_000_000;
/// Least fraction of a page covered by images of one resolution that sets the resolution of the page.
const LEAST_PART: f32 = 0.25;
/// The same for stencils and masked images: they have the shape of the print and may be cut close to its lines.
const LEAST_INK: f32 = 0.02;
/// Bytes of visible text from which it is the page's print. A page number or release mark over a scan has fewer.
const LEAST_TEXT: usize = 200;
/// Limit for the unpacked size of all forms, each counted as often as it is painted, bytes.
const MOST_FORMS: u64 = 8 * MOST_CONTENT;

pub(super) struct Painted<'p> {
    pub(super) images: Vec<Placed<'p>>,
    /// Whether anything visible is not an image: text, lines, fills, shadings, images that are transparent or partly
    /// visible.
    other: bool,
    /// Whether annotations, stamps or black boxes lie over the page.
    annotations: bool,
    /// Whether there is text of any kind, visible or not.
    pub(super) text: bool,
    /// Bytes of visible text.
    seen_text: usize,
    instructions: u32,
    /// Remaining limit for the unpacked size of forms, bytes.
    left: u64,
    /// Reason for rejecting the page.
    refused: Option<ScanError>,
}

/// Context of a content stream.
struct Content<'c, 'p> {
    resources: &'c Resources<'p>,
    depth: usize,
}

impl<'p> Painted<'p> {
    /// Interprets a page.
    ///
    /// # Errors
    /// If the page exceeds the limits.
    pub(super) fn on(page: &'p Page<'p>) -> Result<Self, ScanError> {
        let mut painted = Self {
            images: vec![],
            other: false,
            annotations: has_annotations(page),
            text: false,
            seen_text: 0,
            instructions: 0,
            left: MOST_FORMS,
            refused: None,
        };
        let seen = Bounds::of_page(page);
        let content = Content { resources: page.resources(), depth: 0 };
        let inline = |operand: &Object<'p>| match operand {
            Object::Stream(stream) => Some(stream.clone()),
            _ => None,
        };
        painted.follow(&mut page.operations(), &content, State::new(), seen.as_ref(), &inline);
        if let Some(error) = painted.refused {
            return Err(error);
        }
        if painted.instructions >= MOST_INSTRUCTIONS {
            let cause = format!("a page of more than {MOST_INSTRUCTIONS} instructions");
            return Err(ScanError::TooMuch(cause));
        }
        Ok(painted)
    }

    fn follow<'c>(
        &mut self,
        operations: &mut UntypedIter<'c>,
        content: &Content<'_, 'p>,
        begin: State,
        seen: Option<&Bounds>,
        inline: &dyn Fn(&Object<'c>) -> Option<Stream<'p>>,
    ) {
        let (mut states, mut path, mut clips) = (vec![begin], Path::None, false);
        while let Some(instruction) = operations.next() {
            self.instructions += 1;
            if self.instructions >= MOST_INSTRUCTIONS || self.refused.is_some() {
                return;
            }
            let operands: Vec<Object<'c>> = instruction.operands().cloned().collect();
            let operator: &[u8] = instruction.operator;
            let depth = states.len();
            let state = states.last_mut().expect("never empty");
            match operator {
                b"q" if depth < DEEPEST_STATE => {
                    let saved = state.clone();
                    states.push(saved);
                }
                b"Q" if depth > 1 => {
                    states.pop();
                }
                b"re" => {
                    if let Ok(rectangle) = <[f32; 4]>::try_from(numbers(&operands)) {
                        path.add_rectangle(rectangle, state.matrix);
                    }
                }
                b"m" | b"l" | b"c" | b"v" | b"y" => path = Path::Other,
                b"W" | b"W*" => clips = true,
                b"n" | b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" => {
                    self.other |= operator != b"n";
                    if std::mem::take(&mut clips) {
                        state.clip_to(&path);
                    }
                    path = Path::None;
                }
                b"BI" => match operands.first().and_then(inline) {
                    Some(stream) => self.place(Placed::new(stream, state), state, seen),
                    None => self.other = true,
                },
                b"Do" => match operands.first() {
                    Some(Object::Name(name)) => {
                        let object = content.resources.get_x_object(name);
                        self.paint(object, state, content, seen);
                    }
                    _ => self.other = true,
                },
                _ => self.take(operator, &operands, state, content, seen),
            }
        }
    }

    /// Handles instructions that change the state, and those that paint other things than images.
    fn take(
        &mut self,
        operator: &[u8],
        operands: &[Object<'_>],
        state: &mut State,
        content: &Content<'_, 'p>,
        seen: Option<&Bounds>,
    ) {
        match operator {
            b"cm" => {
                if let Ok(matrix) = <[f32; 6]>::try_from(numbers(operands)) {
                    state.matrix = multiplied(matrix, state.matrix);
                }
            }
            b"gs" => {
                let name = operands.first();
                let Some(Object::Name(name)) = name else { return };
                if let Some(parameters) = content.resources.get_ext_g_state(name) {
                    state.take_parameters(&parameters);
                    let mask =
                        parameters.get::<Dict<'p>>("SMask").and_then(|mask| mask.get::<Stream<'p>>("G"));
                    if let Some(group) = mask.filter(|_| content.depth < DEEPEST) {
                        self.paint_form(&group, state, content, seen);
                    }
                }
            }
            b"g" | b"rg" => state.fills_black = numbers(operands).iter().all(|v| *v == 0.0),
            b"k" | b"cs" | b"sc" | b"scn" => state.fills_black = false,
            b"Tr" => state.text_is_invisible = numbers(operands).first() == Some(&3.0),
            b"Tj" | b"TJ" | b"'" | b"\"" => {
                self.text = true;
                if !state.text_is_invisible {
                    self.other = true;
                    self.seen_text += operands.iter().map(text_bytes).sum::<usize>();
                }
            }
            b"sh" => self.other = true,
            b"BDC" => self.other |= is_optional(operands),
            _ => {}
        }
    }

    /// Handles an image or a form.
    fn paint(
        &mut self,
        object: Option<Stream<'p>>,
        state: &State,
        content: &Content<'_, 'p>,
        seen: Option<&Bounds>,
    ) {
        let Some(object) = object else { return };
        let kind = object.dict().get::<Name<'_>>("Subtype");
        let is = |name: &[u8]| kind.as_ref().is_some_and(|kind| kind.as_ref() == name);
        if is(b"Image") {
            self.place(Placed::new(object, state), state, seen);
        } else if is(b"Form") && content.depth < DEEPEST {
            self.paint_form(&object, state, content, seen);
        } else {
            self.other = true;
        }
    }

    fn paint_form(
        &mut self,
        form: &Stream<'p>,
        state: &State,
        content: &Content<'_, 'p>,
        seen: Option<&Bounds>,
    ) {
        match unpacked_bytes(form, self.left.min(MOST_CONTENT)) {
            Ok(bytes) => self.left -= bytes,
            Err(error) => self.refused = self.refused.take().or(Some(error)),
        }
        let dict = form.dict();
        let Some(data) = self.refused.is_none().then(|| form.decoded_data().ok()).flatten() else {
            self.other = true;
            return;
        };
        let list = |key: &str| dict.get::<Array<'_>>(key).map(|a| a.iter::<f32>().collect::<Vec<_>>());
        let mut begin = state.clone();
        if let Some(Ok(matrix)) = list("Matrix").map(<[f32; 6]>::try_from) {
            begin.matrix = multiplied(matrix, begin.matrix);
        }
        if let Some(Ok([left, bottom, right, top])) = list("BBox").map(<[f32; 4]>::try_from) {
            let mut edge = Path::None;
            edge.add_rectangle([left, bottom, right - left, top - bottom], begin.matrix);
            begin.clip_to(&edge);
        }
        self.other |= dict.contains_key("OC");
        let own = dict.get::<Dict<'p>>("Resources").map(Resources::new);
        let inner =
            Content { resources: own.as_ref().unwrap_or(content.resources), depth: content.depth + 1 };
        // Inline images of a form do not outlive its instructions, so such pages are rendered.
        self.follow(&mut UntypedIter::new(&data), &inner, begin, seen, &|_| None);
    }

    fn place(&mut self, image: Placed<'p>, state: &State, seen: Option<&Bounds>) {
        let Some(seen) = seen else {
            self.other = true;
            return;
        };
        let bounds = image.bounds();
        let (across, down) = image.scale();
        let margin = 0.5 / across.min(down);
        let is_whole = !state.is_odd
            && state.clip.holds(&bounds.intersection(seen), margin)
            && !image.stream.dict().contains_key("OC");
        if is_whole && image.is_opaque() && bounds.holds(seen, margin) {
            self.images.clear();
            self.other = false;
        }
        self.other |= !is_whole;
        if is_whole || bounds.intersection(seen).area() > 0.0 {
            self.images.push(image);
        }
    }

    /// Whether nothing is visible.
    pub(super) fn is_nothing(&self) -> bool {
        !self.other && !self.annotations && self.images.is_empty()
    }

    /// Whether only images are visible.
    pub(super) fn is_images_only(&self) -> bool {
        !self.other && !self.annotations && !self.images.is_empty()
    }

    /// The resolution that preserves the scan, dpi: the finest one whose images cover a good part of the page, or
    /// whose masks have the shape of its print. A small picture beside text does not count. If the page's print is
    /// text, the images below it are rendered at a multiple of their resolution.
    pub(super) fn dpi(&self, page: &Page<'_>, limit: Limit) -> f32 {
        let (width, height) = page.base_dimensions();
        let mut layers: BTreeMap<i32, Layer> = BTreeMap::new();
        for image in &self.images {
            let Some(dpi) = resolution::plausible(image.finest_scale() * POINTS) else { continue };
            // Resolutions within two percent count as one.
            let layer = layers.entry((dpi.ln() * 50.0).round() as i32).or_default();
            let part = image.bounds().area() / (width * height);
            layer.dpi = layer.dpi.max(dpi);
            layer.part += part;
            layer.ink += if image.is_opaque() { 0.0 } else { part };
        }
        let is_enough = |layer: &&Layer| layer.part >= LEAST_PART || layer.ink >= LEAST_INK;
        let Some(Layer { dpi: finest, .. }) = layers.values().rev().find(is_enough) else { return USUAL_DPI };
        let times = if self.seen_text >= LEAST_TEXT { (USUAL_DPI / finest).ceil().max(1.0) } else { 1.0 };
        // A mask on a part of the page may be finer than the limit for the page allows.
        let most = POINTS * (limit.0 as f32 / (width * height)).sqrt() * 0.999;
        (finest * times).min(most)
    }
}

#[derive(Default)]
struct Layer {
    dpi: f32,
    /// Fraction of the page that the images cover, and that transparent images and stencils cover.
    part: f32,
    ink: f32,
}

/// Length of a string, or of the strings in an array, bytes.
fn text_bytes(operand: &Object<'_>) -> usize {
    match operand {
        Object::String(text) => text.as_bytes().len(),
        Object::Array(parts) => parts.iter::<object::String<'_>>().map(|text| text.as_bytes().len()).sum(),
        _ => 0,
    }
}

/// Whether visible annotations lie over the page. Links are invisible.
fn has_annotations(page: &Page<'_>) -> bool {
    let seen = |annotation: Dict<'_>| {
        let kind = annotation.get::<Name<'_>>("Subtype");
        !kind.is_some_and(|k| [&b"Link"[..], b"Popup"].contains(&k.as_ref()))
    };
    let annotations = page.raw().get::<Array<'_>>("Annots");
    annotations.is_some_and(|all| all.iter::<Dict<'_>>().any(seen))
}
