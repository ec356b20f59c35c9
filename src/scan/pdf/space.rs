//! The colour spaces whose samples can be taken as they are: gray, RGB, and palettes of these. Ink has to be rendered.

use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{self, Array, Object};

/// What samples mean.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Space {
    Gray,
    Rgb,
    /// Samples are places in a table.
    Palette(Vec<[u8; 3]>),
}

impl Space {
    /// Samples a pixel.
    pub(super) fn channels(&self) -> u8 {
        if *self == Self::Rgb { 3 } else { 1 }
    }

    /// The space of an image; `None` where it has to be rendered.
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

/// ISO 32000-2, 8.6.6.3: the table is a string or a stream.
fn table(object: Object<'_>) -> Option<Vec<u8>> {
    match object {
        Object::String(bytes) => Some(object::String::as_ref(&bytes).to_vec()),
        Object::Stream(stream) => Stream::decoded_data(&stream).ok().map(|data| data.into_owned()),
        _ => None,
    }
}

/// The colours of a table that holds as many as it should: of others, readers make different things.
fn palette(base: &Space, last: usize, table: &[u8]) -> Option<Space> {
    let colors: Vec<[u8; 3]> = match base {
        Space::Gray => table.iter().map(|g| [*g; 3]).collect(),
        Space::Rgb => table.chunks_exact(3).map(|c| [c[0], c[1], c[2]]).collect(),
        Space::Palette(_) => return None,
    };
    (last < 256 && colors.len() > last).then(|| Space::Palette(colors[..=last].to_vec()))
}
