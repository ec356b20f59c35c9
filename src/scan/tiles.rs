//! Tiles that neither the `tiff` crate nor leptonica reads, put together to one strip that leptonica does read.
//!
//! leptonica knows no tiles, and the `tiff` crate no tiled palettes; of some tiles packed by LZW it loses the end. Here tiles
//! packed by LZW, by Flate or not at all are unpacked and written as an uncompressed TIFF in memory.

use super::Limit;
use flate2::read::ZlibDecoder;
use std::io::{Cursor, Read};
use tiff::decoder::Decoder;
use tiff::tags::Tag;
use weezl::BitOrder;
use weezl::decode::Configuration;

type Reader<'a> = Decoder<Cursor<&'a [u8]>>;

/// How the tiles of a page lie, and what is in them.
struct Tiled {
    width: usize,
    height: usize,
    tile_width: usize,
    tile_height: usize,
    bits: usize,
    samples: usize,
    photometric: u16,
    compression: u16,
    /// Whether each sample stands as the difference from the one before it (TIFF 6.0, section 14).
    differences: bool,
    colors: Vec<u16>,
}

/// The page at which the reader stands as a TIFF of one strip; `None` where it is none of these tiles.
pub(super) fn as_one_strip(bytes: &[u8], reader: &mut Reader<'_>, limit: Limit) -> Option<Vec<u8>> {
    let tiled = Tiled::of(reader)?;
    let mut numbers = |tag| reader.find_tag(tag).ok()??.into_u64_vec().ok();
    let (offsets, sizes) = (numbers(Tag::TileOffsets)?, numbers(Tag::TileByteCounts)?);
    let pixels = (tiled.tile_width as u64).saturating_mul(tiled.tile_height as u64);
    limit.check(tiled.width as u64, tiled.height as u64).ok()?;
    limit.check(pixels, 1).ok()?;
    let across = tiled.width.div_ceil(tiled.tile_width);
    let row = tiled.row_bytes(tiled.width);
    let mut whole = vec![0; row * tiled.height];
    let mut tile = vec![0; tiled.row_bytes(tiled.tile_width) * tiled.tile_height];
    for index in 0..across * tiled.height.div_ceil(tiled.tile_height) {
        let start = usize::try_from(*offsets.get(index)?).ok()?;
        let packed = bytes.get(start..start.checked_add(usize::try_from(*sizes.get(index)?).ok()?)?)?;
        tiled.unpack(packed, &mut tile)?;
        let (x, y) = (index % across * tiled.row_bytes(tiled.tile_width), index / across * tiled.tile_height);
        for (line, part) in tile.chunks_exact(tiled.row_bytes(tiled.tile_width)).enumerate() {
            if y + line < tiled.height {
                let target = &mut whole[(y + line) * row..][..row][x..];
                let length = target.len().min(part.len());
                target[..length].copy_from_slice(&part[..length]);
            }
        }
    }
    Some(tiled.write(&whole))
}

impl Tiled {
    fn of(reader: &mut Reader<'_>) -> Option<Self> {
        let number = |reader: &mut Reader<'_>, tag| reader.find_tag_unsigned::<u32>(tag).ok().flatten();
        let list = |reader: &mut Reader<'_>, tag| reader.find_tag(tag).ok().flatten()?.into_u16_vec().ok();
        let bits = list(reader, Tag::BitsPerSample).unwrap_or_else(|| vec![1]);
        let tiled = Self {
            width: number(reader, Tag::ImageWidth)? as usize,
            height: number(reader, Tag::ImageLength)? as usize,
            tile_width: number(reader, Tag::TileWidth)? as usize,
            tile_height: number(reader, Tag::TileLength)? as usize,
            bits: usize::from(bits[0]),
            samples: bits.len(),
            photometric: u16::try_from(number(reader, Tag::PhotometricInterpretation)?).ok()?,
            compression: u16::try_from(number(reader, Tag::Compression).unwrap_or(1)).ok()?,
            differences: number(reader, Tag::Predictor) == Some(2),
            colors: list(reader, Tag::ColorMap).unwrap_or_default(),
        };
        let is_in_one_plane = number(reader, Tag::PlanarConfiguration).unwrap_or(1) == 1;
        let is_low_bit_first = number(reader, Tag::FillOrder) == Some(2);
        let is_gray_or_palette = tiled.samples == 1 && [0, 1, 3].contains(&tiled.photometric);
        let is_rgb = tiled.samples == 3 && tiled.bits == 8 && tiled.photometric == 2;
        let is_known = [1, 2, 4, 8].contains(&tiled.bits)
            && bits.iter().all(|b| *b == bits[0])
            && (is_gray_or_palette || is_rgb)
            && (!tiled.differences || tiled.bits == 8)
            && (tiled.photometric != 3 || tiled.colors.len() == 3 << tiled.bits)
            // TIFF 6.0, section 15: sides are multiples of 16, so rows of tiles are whole bytes.
            && tiled.tile_width.is_multiple_of(16)
            && tiled.tile_width > 0
            && tiled.tile_height > 0;
        (is_known && is_in_one_plane && !is_low_bit_first).then_some(tiled)
    }

    fn row_bytes(&self, width: usize) -> usize {
        (width * self.samples * self.bits).div_ceil(8)
    }

    /// Fills a tile; `None` where its data do not.
    fn unpack(&self, packed: &[u8], tile: &mut [u8]) -> Option<()> {
        match self.compression {
            1 => tile.copy_from_slice(packed.get(..tile.len())?),
            5 => unpack_lzw(packed, tile)?,
            8 | 32_946 => ZlibDecoder::new(packed).read_exact(tile).ok()?,
            _ => return None,
        }
        if self.differences {
            for row in tile.chunks_exact_mut(self.row_bytes(self.tile_width)) {
                for i in self.samples..row.len() {
                    row[i] = row[i].wrapping_add(row[i - self.samples]);
                }
            }
        }
        Some(())
    }

    /// A TIFF of one strip (TIFF 6.0, section 2), little end first.
    fn write(&self, strip: &[u8]) -> Vec<u8> {
        let (mut bytes, length) = (b"II*\0\0\0\0\0".to_vec(), strip.len() as u32);
        bytes.extend_from_slice(strip);
        let mut beside = |numbers: &[u16]| {
            bytes.resize(bytes.len().next_multiple_of(2), 0);
            let at = bytes.len() as u32;
            numbers.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
            at
        };
        let bits = self.bits as u16;
        let bits = if self.samples == 1 { u32::from(bits) } else { beside(&[bits; 3]) };
        let colors = beside(&self.colors);
        let (short, long) = (3u16, 4u16);
        let mut entries = vec![
            (256u16, long, 1, self.width as u32),
            (257, long, 1, self.height as u32),
            (258, short, self.samples as u32, bits),
            (259, short, 1, 1),
            (262, short, 1, u32::from(self.photometric)),
            (273, long, 1, 8),
            (277, short, 1, self.samples as u32),
            (278, long, 1, self.height as u32),
            (279, long, 1, length),
        ];
        if self.photometric == 3 {
            entries.push((320, short, self.colors.len() as u32, colors));
        }
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        let directory = bytes.len() as u32;
        bytes[4..8].copy_from_slice(&directory.to_le_bytes());
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(u32::to_le_bytes(count));
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend([0; 4]);
        bytes
    }
}

/// What follows a whole tile, an end code or none, does not matter.
fn unpack_lzw(mut packed: &[u8], tile: &mut [u8]) -> Option<()> {
    let mut decoder = Configuration::with_tiff_size_switch(BitOrder::Msb, 8).build();
    let mut filled = 0;
    while filled < tile.len() {
        let step = decoder.decode_bytes(packed, &mut tile[filled..]);
        packed = &packed[step.consumed_in..];
        filled += step.consumed_out;
        let is_stuck = step.consumed_in == 0 && step.consumed_out == 0;
        if is_stuck || step.status.is_err() {
            return (filled == tile.len()).then_some(());
        }
    }
    Some(())
}
