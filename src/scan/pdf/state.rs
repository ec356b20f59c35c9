//! The part of the graphics state that decides whether an image is seen as it is (ISO 32000-2, 8.4).

use super::bounds::Bounds;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::{Name, Object};

pub(super) type Matrix = [f32; 6];

/// What `q` saves and `Q` restores.
#[derive(Clone)]
pub(super) struct State {
    /// From the user space of the instructions to that of the page.
    pub(super) matrix: Matrix,
    /// What is painted outside of it is not seen; in the page's user space.
    pub(super) clip: Bounds,
    /// Whether something stands between an image and its being seen: transparency, a clip that is no box.
    pub(super) is_odd: bool,
    /// Whether the colour of fills, and so of stencils, is black.
    pub(super) fills_black: bool,
    /// Text is there to be searched, not to be seen (text rendering mode 3).
    pub(super) text_is_invisible: bool,
}

impl State {
    /// How a page begins.
    pub(super) fn new() -> Self {
        Self {
            matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
            clip: Bounds::EVERYTHING,
            is_odd: false,
            fills_black: true,
            text_is_invisible: false,
        }
    }

    /// Clips to a path.
    pub(super) fn clip_to(&mut self, path: &Path) {
        match path {
            Path::None => {}
            Path::Box(bounds) => self.clip = self.clip.intersection(bounds),
            Path::Other => self.is_odd = true,
        }
    }

    /// A dictionary of parameters (`gs`): transparency of any kind is odd.
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

/// The path under construction.
pub(super) enum Path {
    None,
    /// One upright rectangle, in the page's user space.
    Box(Bounds),
    Other,
}

impl Path {
    /// Adds a rectangle given in user space.
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

/// Whether operands name optional content (`/OC … BDC`).
pub(super) fn is_optional(operands: &[Object<'_>]) -> bool {
    matches!(operands.first(), Some(Object::Name(tag)) if Name::as_ref(tag) == b"OC")
}

/// First `m`, then `n` (ISO 32000-2, 8.3.4).
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
