//! Colour spaces whose samples need no rendering: gray, RGB, and palettes of these. CMYK must be rendered.

use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{self, Array, Object};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Space {
    Gray,
    Rgb,
    /// Samples are indexes into a table.
    Palette(Vec<[u8; 3]>),
}

impl Space {
    /// Samples per pixel.
    pub(super) fn channels(&self) -> u8 {
        if *self == Self::Rgb { 3 } else { 1 }
    }

    /// The colour space of an image; `None` if the image must be rendered.
    pub(super) fn of(dict: &Dict<'_>) -> Option<Self> {
        match dict.get::<Object<'_>>("ColorSpace").or_else(|| dict.get::<Object<'_>>("CS")) {
            // Stencils, and JPEG 2000 with its own colour space.
            None => Some(Self::Gray),
            Some(Object::Name(name)) => by_name(name.as_ref()),
            Some(Object::Array(space)) => of_array(&space),
            Some(_) => None,
        }
    }
}

fn by_name(name: &[u8]) -> Option<Space> {
    match name {
        b"DeviceGray" | b"CalGray" | b"G" => Some(Space::Gray),
        b"DeviceRGB" | b"CalRGB" | b"RGB" => Some(Space::Rgb),
        _ => None,
    }
}

fn of_array(space: &Array<'_>) -> Option<Space> {
    let mut parts = space.iter::<Object<'_>>();
    let Some(Object::Name(name)) = parts.next() else { return None };
    match name.as_ref() {
        b"ICCBased" => match parts.next() {
            Some(Object::Stream(profile)) => match profile.dict().get::<u8>("N") {
                Some(1) => Some(Space::Gray),
                Some(3) => Some(Space::Rgb),
                _ => None,
            },
            _ => None,
        },
        b"Indexed" | b"I" => {
            let base = match parts.next()? {
                Object::Name(name) => by_name(name.as_ref()),
                Object::Array(base) => of_array(&base),
                _ => None,
            };
            let last = match parts.next()? {
                Object::Number(last) => last.as_f64() as usize,
                _ => return None,
            };
            palette(&base?, last, &table(parts.next()?)?)
        }
        name => by_name(name),
    }
}

/// The table of an indexed space, a string or a stream (ISO 32000-2, 8.6.6.3).
fn table(object: Object<'_>) -> Option<Vec<u8>> {
    match object {
        Object::String(bytes) => Some(object::String::as_ref(&bytes).to_vec()),
        Object::Stream(stream) => Stream::decoded_data(&stream).ok().map(|data| data.into_owned()),
        _ => None,
    }
}

/// The palette, if its table is long enough. Readers interpret shorter tables differently.
fn palette(base: &Space, last: usize, table: &[u8]) -> Option<Space> {
    let colors: Vec<[u8; 3]> = match base {
        Space::Gray => table.iter().map(|g| [*g; 3]).collect(),
        Space::Rgb => table.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect(),
        Space::Palette(_) => return None,
    };
    (last < 256 && colors.len() > last).then(|| Space::Palette(colors[..=last].to_vec()))
}
