//! Memory and work estimate of a JBIG2 stream from its segment headers (ITU-T T.88, 7).
//!
//! The decoder accepts any number of pages and regions of 65,535 × 65,535 pixels, and continues after the end of the
//! coded data. The sizes of single symbols are in the coded data; their number is limited by the length of the data.

use super::super::{Limit, ScanError};

/// Limit for the pixels of all regions together, relative to the page's: regions may overlap.
const MOST_REGIONS: u64 = 8;
/// Limit for the pixels of regions on a small page.
const LEAST_REGIONS: u64 = 16_000_000;
/// Symbols per byte of data: the arithmetic code takes a tenth of a bit for an expected symbol.
const SYMBOLS_A_BYTE: u64 = 8;
/// Symbols accepted without data, which some forms of coding need.
const FREE_SYMBOLS: u64 = 256;

/// Rejects a stream that exceeds the limits.
pub(super) fn check(data: &[u8], limit: Limit) -> Result<(), ScanError> {
    let (mut page, mut striped, mut rows, mut regions) = (0u64, 0u64, 0u64, 0u64);
    let mut rest = data;
    while let Some((segment, after)) = Segment::next(rest) {
        let pixels = segment.pixels().ok_or_else(|| {
            ScanError::TooMuch(
                "a symbol dictionary of its JBIG2 image declares more than it holds".to_owned(),
            )
        })?;
        match segment.kind {
            // 7.4.8.2: a height of all ones means that the stripes define the height.
            Kind::Page if pixels.height == u64::from(u32::MAX) => striped = striped.max(pixels.width),
            Kind::Page => {
                limit.check(pixels.width, pixels.height)?;
                page = page.max(pixels.count());
            }
            Kind::EndOfStripe => rows = rows.max(pixels.height + 1),
            _ => regions = regions.saturating_add(pixels.count()),
        }
        rest = after;
    }
    limit.check(striped, rows)?;
    page = page.max(striped.saturating_mul(rows));
    let most = page.saturating_mul(MOST_REGIONS).max(LEAST_REGIONS);
    if regions > most {
        let cause = format!("the regions of its JBIG2 image have {regions} pixels, more than {most}");
        return Err(ScanError::TooMuch(cause));
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Page,
    /// Its last row defines the height of a page of unknown height.
    EndOfStripe,
    Symbols,
    Patterns,
    Halftone,
    Region,
    Other,
}

/// A segment (7.2).
struct Segment<'a> {
    kind: Kind,
    data: &'a [u8],
}

/// Size of the image that a segment produces.
struct Pixels {
    width: u64,
    height: u64,
}

impl Pixels {
    fn count(&self) -> u64 {
        self.width.saturating_mul(self.height)
    }
}

impl<'a> Segment<'a> {
    /// Parses the first segment and returns it with the data after it.
    fn next(data: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (number, flags) = (word(data, 0)?, *data.get(4)?);
        // 7.2.4: three bits count the referred-to segments; 7 announces the long form.
        let (count, mut at) = match data.get(5)? >> 5 {
            7 => {
                let count = u64::from(word(data, 5)? & 0x1FFF_FFFF);
                (count, 9usize.checked_add(usize::try_from(count / 8 + 1).ok()?)?)
            }
            count => (u64::from(count), 6),
        };
        // 7.2.5: the size of the referred-to numbers depends on this segment's number.
        let length = if number <= 256 {
            1
        } else if number <= 65_536 {
            2
        } else {
            4
        };
        at = at.checked_add(usize::try_from(count).ok()?.checked_mul(length)?)?;
        at = at.checked_add(if flags & 0x40 == 0 { 1 } else { 4 })?;
        let declared = word(data, at)?;
        let data = data.get(at + 4..)?;
        let end = match declared {
            u32::MAX => end_of_region(data),
            length => (length as usize).min(data.len()),
        };
        let kind = match flags & 63 {
            0 => Kind::Symbols,
            16 => Kind::Patterns,
            20 | 22 | 23 => Kind::Halftone,
            4 | 6 | 7 | 36 | 38..=40 | 42 | 43 => Kind::Region,
            48 => Kind::Page,
            50 => Kind::EndOfStripe,
            _ => Kind::Other,
        };
        Some((Self { kind, data: &data[..end] }, &data[end..]))
    }

    /// Size of the image; `None` if the segment declares more symbols than its data can code.
    fn pixels(&self) -> Option<Pixels> {
        let of = |width: u64, height: u64| Some(Pixels { width, height });
        let field = |at: usize| u64::from(word(self.data, at).unwrap_or_default());
        match self.kind {
            // 7.4.8 and 7.4.1
            Kind::Page | Kind::Region => of(field(0), field(4)),
            // 7.4.10
            Kind::EndOfStripe => of(1, field(0)),
            // 7.4.5: the grid of gray values has one plane per bit.
            Kind::Halftone => of(field(0).max(field(18).saturating_mul(8)), field(4).max(field(22))),
            // 7.4.4: sides of a pattern, and the largest gray value.
            Kind::Patterns => {
                let side = |at: usize| u64::from(self.data.get(at).copied().unwrap_or_default());
                of(side(1).saturating_mul(field(3).saturating_add(1)), side(2))
            }
            Kind::Symbols => {
                let most = SYMBOLS_A_BYTE.saturating_mul(self.data.len() as u64).saturating_add(FREE_SYMBOLS);
                (self.new_symbols() <= most).then_some(Pixels { width: 0, height: 0 })
            }
            Kind::Other => of(0, 0),
        }
    }

    /// Number of new symbols (7.4.2.1: flags, adaptive pixels for arithmetic coding and for refinement, exported, new).
    fn new_symbols(&self) -> u64 {
        let Some([high, low]) = self.data.first_chunk::<2>() else { return 0 };
        let flags = u16::from_be_bytes([*high, *low]);
        let is_huffman = flags & 1 == 1;
        let adaptive = match (is_huffman, flags >> 10 & 3) {
            (true, _) => 0,
            (false, 0) => 8,
            (false, _) => 2,
        };
        let refined = if flags & 2 == 2 && flags >> 12 & 1 == 0 { 4 } else { 0 };
        word(self.data, 2 + adaptive + refined + 4).map_or(0, u64::from)
    }
}

/// End of a generic region of unknown length (7.2.7): it ends with two bytes and the number of its rows.
fn end_of_region(data: &[u8]) -> usize {
    let is_mmr = data.get(17).is_some_and(|flags| flags & 1 == 1);
    let mark: [u8; 2] = if is_mmr { [0, 0] } else { [0xFF, 0xAC] };
    let body = data.get(18..).unwrap_or_default();
    let end = body.windows(2).position(|w| w == mark).map(|at| 18 + at + 6);
    end.unwrap_or(data.len()).min(data.len())
}

fn word(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*data.get(at..)?.first_chunk::<4>()?))
}
