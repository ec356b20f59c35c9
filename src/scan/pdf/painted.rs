//! What a page paints, as far as must be known to take its scan out (ISO 32000-2, annex A lists the operators).

use super::{POINTS, USUAL_DPI, resolution};
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{Array, Name, Object};
use hayro_syntax::page::Page;

/// An image on the page.
pub(super) struct Placed<'a> {
    pub(super) stream: Stream<'a>,
    /// The matrix that maps the unit square to its place.
    matrix: [f32; 6],
}

impl Placed<'_> {
    /// Width and height, px, as declared.
    pub(super) fn size(&self) -> (u32, u32) {
        let side = |long: &str, short: &str| {
            let dict = self.stream.dict();
            dict.get::<u32>(long).or_else(|| dict.get::<u32>(short)).unwrap_or(0)
        };
        (side("Width", "W"), side("Height", "H"))
    }

    /// Its pixels an inch.
    pub(super) fn dpi(&self) -> f32 {
        let [a, b, ..] = self.matrix;
        self.size().0 as f32 / (a.hypot(b) / POINTS)
    }

    /// Its area, square points.
    fn area(&self) -> f32 {
        let [a, b, c, d, ..] = self.matrix;
        (a * d - b * c).abs()
    }
}

/// What a page paints.
pub(super) struct Painted<'a> {
    pub(super) images: Vec<Placed<'a>>,
    /// Anything but images: text that can be seen, lines, fills, shadings, forms, annotations.
    other: bool,
}

/// Where the interpreter of a content stream stands.
struct State {
    matrices: Vec<[f32; 6]>,
    invisible_text: bool,
}

impl<'a> Painted<'a> {
    pub(super) fn on(page: &Page<'a>) -> Self {
        let mut painted = Self { images: Vec::new(), other: has_annotations(page) };
        let mut state = State { matrices: vec![[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]], invisible_text: false };
        let mut operations = page.operations();
        while let Some(instruction) = operations.next() {
            let operands: Vec<Object<'_>> = instruction.operands().cloned().collect();
            let operator: &[u8] = instruction.operator;
            painted.take(page, operator, &operands, &mut state);
        }
        painted
    }

    fn take(&mut self, page: &Page<'a>, operator: &[u8], operands: &[Object<'_>], state: &mut State) {
        let top = *state.matrices.last().expect("never empty");
        match operator {
            b"q" => state.matrices.push(top),
            b"Q" if state.matrices.len() > 1 => {
                state.matrices.pop();
            }
            b"cm" => {
                if let [a, b, c, d, e, f] = numbers(operands)[..] {
                    state.matrices.pop();
                    state.matrices.push(multiplied([a, b, c, d, e, f], top));
                }
            }
            b"Tr" => state.invisible_text = numbers(operands).first() == Some(&3.0),
            b"Do" => match operands.first() {
                Some(Object::Name(name)) => self.paint(page.resources().get_x_object(name), top),
                _ => self.other = true,
            },
            b"Tj" | b"TJ" | b"'" | b"\"" => self.other |= !state.invisible_text,
            b"f" | b"F" | b"f*" | b"B" | b"B*" | b"b" | b"b*" | b"S" | b"s" | b"sh" | b"BI" | b"EI" => {
                self.other = true;
            }
            _ => {}
        }
    }

    /// An image; a form counts as something else.
    fn paint(&mut self, object: Option<Stream<'a>>, matrix: [f32; 6]) {
        let is_image =
            |s: &Stream<'_>| s.dict().get::<Name<'_>>("Subtype").is_some_and(|n| n.as_ref() == b"Image");
        match object {
            Some(stream) if is_image(&stream) => self.images.push(Placed { stream, matrix }),
            _ => self.other = true,
        }
    }

    /// The image, where it is all that is painted, stands upright, and covers the page.
    pub(super) fn only_image(&self, page: &Page<'_>) -> Option<&Placed<'a>> {
        let [image] = self.images.as_slice() else { return None };
        let [a, b, c, d, ..] = image.matrix;
        let (width, height) = page.base_dimensions();
        let upright = a > 0.0 && d > 0.0 && b.abs() < 1e-3 * a && c.abs() < 1e-3 * d;
        (!self.other && upright && a >= 0.9 * width && d >= 0.9 * height).then_some(image)
    }

    /// The resolution at which nothing of the scan is lost. A small picture beside text does not set it.
    pub(super) fn dpi(&self, page: &Page<'_>) -> f32 {
        let (width, height) = page.base_dimensions();
        let scans = self.images.iter().filter(|i| i.area() >= 0.25 * width * height);
        let largest = scans.max_by_key(|i| u64::from(i.size().0) * u64::from(i.size().1));
        largest.and_then(|i| resolution::plausible(i.dpi())).unwrap_or(USUAL_DPI)
    }
}

/// Whether notes, stamps or black boxes are laid over the page. Links cannot be seen.
fn has_annotations(page: &Page<'_>) -> bool {
    let seen = |annotation: Dict<'_>| {
        let kind = annotation.get::<Name<'_>>("Subtype");
        !kind.is_some_and(|k| [&b"Link"[..], b"Popup"].contains(&k.as_ref()))
    };
    let annotations = page.raw().get::<Array<'_>>("Annots");
    annotations.is_some_and(|all| all.iter::<Dict<'_>>().any(seen))
}

fn numbers(operands: &[Object<'_>]) -> Vec<f32> {
    let number = |o: &Object<'_>| match o {
        Object::Number(n) => n.as_f64() as f32,
        _ => 0.0,
    };
    operands.iter().map(number).collect()
}

/// First `m`, then `n` (ISO 32000-2, 8.3.4).
fn multiplied(m: [f32; 6], n: [f32; 6]) -> [f32; 6] {
    [
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    ]
}
