//! Memory estimate of a JPEG 2000 codestream from its main header (ISO/IEC 15444-1, annex A).
//!
//! The decoder allocates what the header declares: all channels of the image, and for one tile its coefficients,
//! precincts and code blocks. A header of a hundred bytes can declare 16 channels of 81 million samples each, or a
//! code block for every 16 samples.

use super::{Limit, ScanError};

/// Bytes per sample of the image: a float, and the byte that is made of it.
const SAMPLE: u64 = 5;
/// Bytes per sample of the largest channel of a tile: its coefficients, the output of the transform and its buffer.
const COEFFICIENT: u64 = 12;
/// Bytes per code block, including its leaves in two tag trees.
const BLOCK: u64 = 320;
/// Bytes per precinct.
const PRECINCT: u64 = 200;
/// Largest number of tiles (A.4.2: they are numbered from 0 to 65,534).
const MOST_TILES: u64 = 65_535;

/// Rejects an image that exceeds the limits, or a codestream without an end.
pub(super) fn check(bytes: &[u8], limit: Limit) -> Result<(), ScanError> {
    let damaged = |cause: &str| Err(ScanError::damaged("JPEG 2000", cause));
    let last = |marker: [u8; 2]| bytes.windows(2).rposition(|w| w == marker);
    // A.4.4: EOC ends the codestream; packets contain no marker from FF90 (SOT) upwards.
    if last([0xFF, 0xD9]) <= last([0xFF, 0x90]) {
        return damaged("its end is missing");
    }
    // The codestream is bare or in a file of boxes. If there is none, the decoder reports the error.
    let Some(start) = bytes.windows(4).position(|w| w == [0xFF, 0x4F, 0xFF, 0x51]) else { return Ok(()) };
    let Some(header) = Header::of(&bytes[start + 2..]) else { return Ok(()) };
    if header.tiles() > MOST_TILES {
        return damaged("it declares more tiles than the format allows");
    }
    limit.check(header.width, header.height)?;
    limit.check_memory("its JPEG 2000 image", header.memory())
}

/// Fields of the main header.
struct Header {
    width: u64,
    height: u64,
    tile: [u64; 2],
    channels: u64,
    /// Logarithms (base 2) of the sides of a code block and of the smallest precinct.
    block: [u32; 2],
    precinct: [u32; 2],
}

impl Header {
    /// Parses the segments from SIZ to the first tile. A later segment replaces an earlier one.
    fn of(mut segments: &[u8]) -> Option<Self> {
        let mut header =
            Self { width: 0, height: 0, tile: [0; 2], channels: 0, block: [2; 2], precinct: [15; 2] };
        while let Some((&[0xFF, marker, high, low], _)) = segments.split_first_chunk::<4>() {
            let length = usize::from(u16::from_be_bytes([high, low]));
            let body = segments.get(4..2 + length)?;
            match marker {
                // A.5.1
                0x51 => header.take_size(body)?,
                // A.6.1: Scod, the order, two bytes of layers, the transform of channels; then as in COC.
                0x52 => header.take_style(*body.first()?, body.get(5..)?)?,
                // A.6.2: the channel in one or two bytes.
                0x53 => {
                    let at = if header.channels < 257 { 1 } else { 2 };
                    header.take_style(*body.get(at)?, body.get(at + 1..)?)?;
                }
                // SOT: start of the first tile.
                0x90 => break,
                _ => {}
            }
            segments = &segments[2 + length..];
        }
        (header.channels > 0).then_some(header)
    }

    fn take_size(&mut self, body: &[u8]) -> Option<()> {
        let field = |i: usize| {
            let bytes = body.get(2 + 4 * i..6 + 4 * i)?;
            Some(u64::from(u32::from_be_bytes(bytes.try_into().ok()?)))
        };
        // Xsiz Ysiz XOsiz YOsiz XTsiz YTsiz XTOsiz YTOsiz Csiz
        self.width = field(0)?.saturating_sub(field(2)?);
        self.height = field(1)?.saturating_sub(field(3)?);
        self.tile = [field(4)?.max(1), field(5)?.max(1)];
        self.channels = u64::from(u16::from_be_bytes(body.get(34..36)?.try_into().ok()?));
        Some(())
    }

    /// Updates the block size and the smallest precinct from a coding style segment.
    fn take_style(&mut self, style: u8, body: &[u8]) -> Option<()> {
        let side = |i: usize| Some(u32::from(body.get(i)? & 15) + 2);
        self.block = [side(1)?, side(2)?];
        if style & 1 == 1 {
            for size in body.get(5..)? {
                self.precinct[0] = self.precinct[0].min(u32::from(size & 15));
                self.precinct[1] = self.precinct[1].min(u32::from(size >> 4));
            }
        }
        Some(())
    }

    fn tiles(&self) -> u64 {
        self.width.div_ceil(self.tile[0]).saturating_mul(self.height.div_ceil(self.tile[1]))
    }

    /// Lower bound of the memory, bytes.
    fn memory(&self) -> u64 {
        let [across, down] = [self.width.min(self.tile[0]), self.height.min(self.tile[1])];
        let parts = |[x, y]: [u32; 2]| (across >> x).saturating_add(1).saturating_mul((down >> y) + 1);
        let samples = self.width.saturating_mul(self.height).saturating_mul(self.channels);
        let tile = across.saturating_mul(down);
        // A block is no larger than its precinct; a sub-band has half the sides of a precinct.
        let block = [0, 1].map(|i| self.block[i].min(self.precinct[i].saturating_sub(1)));
        let structure =
            parts(block).saturating_mul(BLOCK).saturating_add(parts(self.precinct).saturating_mul(PRECINCT));
        samples
            .saturating_mul(SAMPLE)
            .saturating_add(tile.saturating_mul(COEFFICIENT))
            .saturating_add(structure.saturating_mul(self.channels))
    }
}
