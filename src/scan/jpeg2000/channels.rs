//! Assignment of decoded JPEG 2000 channels to colours and opacity.
//!
//! The `cdef` box assigns them (ISO/IEC 15444-1, I.5.3.6), in the header of the file or, in JPX, of a layer. The
//! decoder sorts channels by this box, but only in simple cases, and does not report which; this module reproduces
//! its order. Without the box, a channel beyond the colours is opacity, as in other programs. The fourth channel of a
//! bare codestream is opacity too, since nothing in it distinguishes ink from light.

/// Roles of the channels of a pixel, as indexes into the decoder's output.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Channels {
    pub(super) colors: Vec<usize>,
    pub(super) alpha: Option<Alpha>,
}

/// Opacity channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Alpha {
    pub(super) channel: usize,
    /// Whether the colours are premultiplied by it.
    pub(super) is_premultiplied: bool,
}

/// An entry of `cdef`.
#[derive(Debug, Clone, Copy)]
struct Definition {
    channel: u16,
    kind: u16,
    /// The associated colour, from 1; 0 means all of them.
    of: u16,
}

const COLOR: u16 = 0;
const OPACITY: u16 = 1;
const PREMULTIPLIED_OPACITY: u16 = 2;
const UNKNOWN: u16 = u16::MAX;
const START_OF_CODESTREAM: [u8; 2] = [0xFF, 0x4F];

impl Channels {
    /// Channel roles of a file whose decoder returns `count` channels and takes `colors` of them for colours.
    pub(super) fn of(bytes: &[u8], count: usize, colors: usize) -> Self {
        let defined = definitions(bytes).and_then(|definitions| Self::defined(definitions, count));
        defined.unwrap_or_else(|| {
            let (colors, has_alpha) = match count {
                // No colour space has two colours.
                2 => (1, true),
                4 if bytes.starts_with(&START_OF_CODESTREAM) => (3, true),
                _ => (colors.min(count), count == colors + 1),
            };
            let alpha = has_alpha.then_some(Alpha { channel: count - 1, is_premultiplied: false });
            Self { colors: (0..colors).collect(), alpha }
        })
    }

    /// The first channels are colours, any others are ignored.
    pub(super) fn without_alpha(count: usize, colors: usize) -> Self {
        Self { colors: (0..colors.min(count)).collect(), alpha: None }
    }

    fn defined(mut definitions: Vec<Definition>, count: usize) -> Option<Self> {
        definitions.sort_by_key(|d| d.channel);
        let is_simple = definitions.iter().enumerate().all(|(i, d)| {
            usize::from(d.channel) == i && matches!(d.kind, COLOR | OPACITY) && d.of != UNKNOWN
        });
        // The decoder's order: by colour, channels for all colours last.
        if is_simple {
            definitions.sort_by_key(|d| if d.of == 0 { u16::MAX } else { d.of });
        }
        let place = |i: usize, d: &Definition| if is_simple { i } else { usize::from(d.channel) };
        let placed = definitions.iter().enumerate().map(|(i, d)| (place(i, d), d));
        let placed: Vec<_> = placed.filter(|(place, _)| *place < count).collect();
        let mut colors: Vec<_> = placed.iter().filter(|(_, d)| d.kind == COLOR).collect();
        colors.sort_by_key(|(_, d)| d.of);
        let alpha = placed.iter().find(|(_, d)| matches!(d.kind, OPACITY | PREMULTIPLIED_OPACITY));
        let alpha = alpha.map(|(channel, d)| Alpha {
            channel: *channel,
            is_premultiplied: d.kind == PREMULTIPLIED_OPACITY,
        });
        let colors: Vec<_> = colors.into_iter().map(|(place, _)| *place).collect();
        (!colors.is_empty()).then_some(Self { colors, alpha })
    }
}

/// Entries of the first `cdef` box in the header of the file or of a layer.
fn definitions(bytes: &[u8]) -> Option<Vec<Definition>> {
    let headers = Boxes(bytes).filter(|(kind, _)| matches!(*kind, b"jp2h" | b"jplh"));
    let content = headers.flat_map(|(_, content)| Boxes(content)).find(|(kind, _)| *kind == b"cdef")?.1;
    let (count, entries) = content.split_first_chunk::<2>()?;
    let numbers = |entry: &[u8; 6]| {
        let [channel, kind, of] = [0, 2, 4].map(|at| u16::from_be_bytes([entry[at], entry[at + 1]]));
        Definition { channel, kind, of }
    };
    let count = usize::from(u16::from_be_bytes(*count));
    Some(entries.as_chunks::<6>().0.iter().take(count).map(numbers).collect())
}

/// Iterator over consecutive boxes: kind and content (I.4).
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let (kind, rest) = rest.split_first_chunk::<4>()?;
        let (content, length) = match u32::from_be_bytes(*length) {
            0 => (rest, rest.len()),
            1 => {
                let (long, rest) = rest.split_first_chunk::<8>()?;
                (rest, usize::try_from(u64::from_be_bytes(*long).checked_sub(16)?).ok()?)
            }
            length => (rest, usize::try_from(length.checked_sub(8)?).ok()?),
        };
        let (content, rest) = content.split_at_checked(length)?;
        self.0 = rest;
        Some((kind, content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &[u8; 4], definitions: &[[u16; 3]]) -> Vec<u8> {
        let in_box = |kind: &[u8; 4], content: &[u8]| {
            [&(content.len() as u32 + 8).to_be_bytes()[..], kind, content].concat()
        };
        let numbers = [definitions.len() as u16].into_iter().chain(definitions.iter().flatten().copied());
        let content: Vec<u8> = numbers.flat_map(u16::to_be_bytes).collect();
        [in_box(b"ftyp", b"jp2 "), in_box(header, &in_box(b"cdef", &content))].concat()
    }

    fn channels(colors: &[usize], alpha: Option<(usize, bool)>) -> Channels {
        let alpha = alpha.map(|(channel, is_premultiplied)| Alpha { channel, is_premultiplied });
        Channels { colors: colors.to_vec(), alpha }
    }

    #[test]
    fn opacity_is_where_the_file_says() {
        let last = file(b"jp2h", &[[0, 0, 1], [1, 0, 2], [2, 0, 3], [3, 1, 0]]);
        assert_eq!(Channels::of(&last, 4, 3), channels(&[0, 1, 2], Some((3, false))));
        // The decoder sorts these channels.
        let first = file(b"jp2h", &[[0, 1, 0], [1, 0, 3], [2, 0, 2], [3, 0, 1]]);
        assert_eq!(Channels::of(&first, 4, 3), channels(&[0, 1, 2], Some((3, false))));
        // The decoder does not sort these channels.
        let premultiplied = file(b"jplh", &[[0, 2, 0], [1, 0, 3], [2, 0, 2], [3, 0, 1]]);
        assert_eq!(Channels::of(&premultiplied, 4, 3), channels(&[3, 2, 1], Some((0, true))));
        let unknown = file(b"jp2h", &[[0, 0, 1], [1, UNKNOWN, UNKNOWN]]);
        assert_eq!(Channels::of(&unknown, 2, 1), channels(&[0], None));
    }

    #[test]
    fn without_a_definition_one_channel_more_than_colours_is_opacity() {
        assert_eq!(Channels::of(b"", 1, 1), channels(&[0], None));
        assert_eq!(Channels::of(b"", 2, 2), channels(&[0], Some((1, false))));
        assert_eq!(Channels::of(b"", 3, 3), channels(&[0, 1, 2], None));
        assert_eq!(Channels::of(b"", 4, 3), channels(&[0, 1, 2], Some((3, false))));
        assert_eq!(Channels::of(b"", 4, 4), channels(&[0, 1, 2, 3], None));
        assert_eq!(Channels::of(&START_OF_CODESTREAM, 4, 4), channels(&[0, 1, 2], Some((3, false))));
    }
}
