//! The part of the graphics state that determines whether an image is shown unchanged (ISO 32000-2, 8.4).

use super::bounds::Bounds;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::{Name, Object};

pub(super) type Matrix = [f32; 6];

/// Graphics state that `q` saves and `Q` restores.
#[derive(Clone)]
pub(super) struct State {
    /// Maps the user space of the instructions to that of the page.
    pub(super) matrix: Matrix,
    /// Clipping rectangle in the page's user space.
    pub(super) clip: Bounds,
    /// Whether transparency or a clip other than a rectangle affects images.
    pub(super) is_odd: bool,
    /// Whether the fill colour, and so that of stencils, is black.
    pub(super) fills_black: bool,
    /// Whether text is invisible, for search only (text rendering mode 3).
    pub(super) text_is_invisible: bool,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            clip: Bounds::EVERYTHING,
            is_odd: false,
            fills_black: true,
            text_is_invisible: false,
        }
    }

    pub(super) fn clip_to(&mut self, path: &Path) {
        match path {
            Path::None => {}
            Path::Box(bounds) => self.clip = self.clip.intersection(bounds),
            Path::Other => self.is_odd = true,
        }
    }

    /// Applies a parameter dictionary (`gs`); any transparency sets `is_odd`.
    pub(super) fn take_parameters(&mut self, parameters: &Dict<'_>) {
        let alpha = parameters.get::<f32>("ca").unwrap_or(1.0);
        let is_usual = |key: &str, usual: &[&[u8]]| match parameters.get::<Object<'_>>(key) {
            None => true,
            Some(Object::Name(name)) => usual.contains(&name.as_ref()),
            Some(_) => false,
        };
        let blends = !is_usual("BM", &[b"Normal", b"Compatible"]) || !is_usual("SMask", &[b"None"]);
        self.is_odd |= alpha < 1.0 || blends;
    }
}

pub(super) enum Path {
    None,
    /// One axis-aligned rectangle in the page's user space.
    Box(Bounds),
    Other,
}

impl Path {
    pub(super) fn add_rectangle(&mut self, [x, y, width, height]: [f32; 4], matrix: Matrix) {
        let is_upright = matrix[1].abs() + matrix[2].abs() < 1e-6 || matrix[0].abs() + matrix[3].abs() < 1e-6;
        *self = match self {
            Self::None if is_upright => {
                Self::Box(Bounds::of_unit_square(multiplied([width, 0.0, 0.0, height, x, y], matrix)))
            }
            _ => Self::Other,
        };
    }
}

/// Whether the operands mark optional content (`/OC … BDC`).
pub(super) fn is_optional(operands: &[Object<'_>]) -> bool {
    matches!(operands.first(), Some(Object::Name(tag)) if Name::as_ref(tag) == b"OC")
}

/// The product: first `m`, then `n` (ISO 32000-2, 8.3.4).
pub(super) fn multiplied(m: Matrix, n: Matrix) -> Matrix {
    [
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    ]
}

pub(super) fn numbers(operands: &[Object<'_>]) -> Vec<f32> {
    let number = |o: &Object<'_>| match o {
        Object::Number(n) => n.as_f64() as f32,
        _ => 0.0,
    };
    operands.iter().map(number).collect()
}
