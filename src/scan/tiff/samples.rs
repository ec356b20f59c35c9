//! Converts samples that libtiff decodes to pixels of eight bits a channel: gray for gray pages, transparency over
//! white.

use super::Decoded;
use super::jbig::JBIG;
use super::libtiff::{Directory, Long, Short};
use crate::raster::Pixels;
use crate::scan::Limit;
use crate::scan::raster::{over_white, premultiplied_over_white, rgb_of_cmyk};
use image::{GrayImage, RgbImage};

/// Compressions whose decoder returns no rows of samples: old-style JPEG, JBIG, and the two of LogLuv.
const WITHOUT_ROWS: [u16; 4] = [6, JBIG, 34_676, 34_677];
const JPEG: u16 = 7;
/// Fax compressions: a page of these without a photometric interpretation is black on white.
const FAX: [u16; 4] = [2, 3, 4, 32_771];

#[derive(Debug, Clone, PartialEq)]
enum Colors {
    Gray,
    /// Gray, with white as zero.
    Inverted,
    Rgb,
    Palette(Vec<[u8; 3]>),
    Cmyk,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Alpha {
    /// Index among the samples of a pixel.
    channel: u16,
    /// Whether the colours are premultiplied by it (associated alpha).
    is_premultiplied: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Number {
    Unsigned,
    Float,
}

/// Arrangement and meaning of the samples of a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    width: u32,
    height: u32,
    bits: u16,
    number: Number,
    per_pixel: u16,
    is_planar: bool,
    colors: Colors,
    alpha: Option<Alpha>,
}

impl Layout {
    /// The layout of a page; `None` if libtiff has to convert the colours.
    pub(super) fn of(directory: &Directory<'_>, width: u32, height: u32) -> Result<Option<Self>, String> {
        let short = |field, default| directory.short(field).unwrap_or(default);
        let compression = short(Short::Compression, 1);
        let bits = short(Short::BitsPerSample, 1);
        let per_pixel = short(Short::SamplesPerPixel, 1);
        let is_planar = short(Short::PlanarConfiguration, 1) == 2;
        let photometric = directory.short(Short::Photometric);
        let photometric = photometric.unwrap_or(if FAX.contains(&compression) {
            0
        } else if per_pixel >= 3 {
            2
        } else {
            1
        });
        if WITHOUT_ROWS.contains(&compression) {
            return Ok(None);
        }
        let colors = match photometric {
            0 => Colors::Inverted,
            1 => Colors::Gray,
            2 => Colors::Rgb,
            3 => Colors::Palette(palette(directory, bits)?),
            5 if short(Short::InkSet, 1) != 1 => {
                return Err("inks other than CMYK are not supported".to_owned());
            }
            5 => Colors::Cmyk,
            6 if compression == JPEG && !is_planar => {
                directory.decode_jpeg_to_rgb();
                Colors::Rgb
            }
            _ => return Ok(None),
        };
        let number = number(short(Short::SampleFormat, 1), bits)?;
        if per_pixel < colors.count() {
            return Err(format!("{per_pixel} samples a pixel are too few for its colours"));
        }
        let extra = directory.extra_samples();
        let alpha = extra.iter().zip(colors.count()..).find(|(kind, _)| matches!(kind, 1 | 2));
        let alpha = alpha.map(|(kind, channel)| Alpha { channel, is_premultiplied: *kind == 1 });
        let alpha = alpha.filter(|alpha| alpha.channel < per_pixel);
        Ok(Some(Self { width, height, bits, number, per_pixel, is_planar, colors, alpha }))
    }

    /// Indexes of the samples that are needed, colours first.
    fn channels(&self) -> Vec<u16> {
        (0..self.colors.count()).chain(self.alpha.map(|alpha| alpha.channel)).collect()
    }

    /// Samples per pixel in one plane.
    fn together(&self) -> usize {
        if self.is_planar { 1 } else { usize::from(self.per_pixel) }
    }
}

/// Supported number formats: integers range from 0 to their largest value, fractions from 0 to 1.
fn number(format: u16, bits: u16) -> Result<Number, String> {
    match (format, bits) {
        (1 | 4, 1..=16 | 32) => Ok(Number::Unsigned),
        (3, 32 | 64) => Ok(Number::Float),
        (1 | 4, _) => Err(format!("samples of {bits} bits are not supported")),
        (3, _) => Err(format!("floating-point samples of {bits} bits are not supported")),
        (2, _) => Err("signed samples are not supported: nothing says which of them is black".to_owned()),
        _ => Err(format!("samples of the format {format} are not supported")),
    }
}

/// The palette. Its values have sixteen bits; some writers store eight-bit values, recognized by their darkness.
fn palette(directory: &Directory<'_>, bits: u16) -> Result<Vec<[u8; 3]>, String> {
    let colors = directory.color_map(bits).ok_or("its palette is missing or not supported")?;
    let is_of_eight_bits = colors.iter().flatten().all(|part| *part < 256);
    let eight_bits = |part: u16| (if is_of_eight_bits { part } else { part >> 8 }) as u8;
    Ok(colors.into_iter().map(|color| color.map(eight_bits)).collect())
}

impl Colors {
    /// Samples per pixel.
    fn count(&self) -> u16 {
        match self {
            Self::Gray | Self::Inverted | Self::Palette(_) => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }

    /// The sample value of paper, which fills areas that could not be decoded.
    fn paper(&self) -> u8 {
        let brightness = |color: &[u8; 3]| color.iter().map(|c| u32::from(*c)).sum::<u32>();
        match self {
            Self::Gray | Self::Rgb => 255,
            Self::Inverted | Self::Cmyk => 0,
            Self::Palette(colors) => {
                let lightest = colors.iter().enumerate().max_by_key(|(_, color)| brightness(color));
                lightest.map_or(0, |(index, _)| index as u8)
            }
        }
    }
}

pub(super) fn decoded(directory: &Directory<'_>, layout: &Layout, limit: Limit) -> Result<Decoded, String> {
    let channels = layout.channels();
    let pixels = layout.width as usize * layout.height as usize;
    let data = vec![layout.colors.paper(); pixels * channels.len()];
    let mut canvas = Canvas { layout, channels, data, has_any: false, is_complete: true, is_in_range: true };
    let planes = if layout.is_planar { canvas.channels.clone() } else { vec![0] };
    let most_bytes = limit.0.saturating_mul(super::MOST_BYTES);
    for plane in planes {
        if directory.is_tiled() {
            canvas.read_tiles(directory, plane, most_bytes)?;
        } else {
            canvas.read_rows(directory, plane, most_bytes)?;
        }
    }
    let complaint = directory.complaint();
    if !canvas.has_any {
        return Err(complaint.unwrap_or_else(|| "nothing of the page can be decoded".to_owned()));
    }
    if !canvas.is_in_range {
        return Err("its floating-point samples are not between 0 and 1".to_owned());
    }
    let is_complete = canvas.is_complete && complaint.is_none();
    let pixels = layout.pixels(canvas.data).ok_or("its size does not fit its data")?;
    Ok(Decoded { pixels, is_complete })
}

/// The needed samples, eight bits each, in pixel order.
struct Canvas<'a> {
    layout: &'a Layout,
    channels: Vec<u16>,
    data: Vec<u8>,
    has_any: bool,
    is_complete: bool,
    /// Whether all fractions are between 0 and 1.
    is_in_range: bool,
}

impl Canvas<'_> {
    fn read_rows(&mut self, directory: &Directory<'_>, plane: u16, most_bytes: u64) -> Result<(), String> {
        let mut row = self.buffer(directory.row_bytes(), self.layout.width, most_bytes)?;
        let rows_per_strip = directory.long(Long::RowsPerStrip).unwrap_or(u32::MAX).max(1);
        let mut y = 0;
        while y < self.layout.height {
            if directory.read_row(y, plane, &mut row) {
                self.put(&row, self.layout.width, (0, y), plane);
                y += 1;
            } else {
                // If a row cannot be decoded, the later rows of its strip cannot either; strips are compressed
                // separately.
                self.is_complete = false;
                y = (y / rows_per_strip + 1).saturating_mul(rows_per_strip);
            }
        }
        Ok(())
    }

    fn read_tiles(&mut self, directory: &Directory<'_>, plane: u16, most_bytes: u64) -> Result<(), String> {
        let side = |field| directory.long(field).filter(|side| *side > 0).ok_or("its tiles have no size");
        let (width, height) = (side(Long::TileWidth)?, side(Long::TileHeight)?);
        let (tile_bytes, row_bytes) = directory.tile_bytes();
        self.buffer(row_bytes, width, most_bytes)?;
        let mut tile = self.buffer(tile_bytes, width, most_bytes)?;
        for y in (0..self.layout.height).step_by(height as usize) {
            for x in (0..self.layout.width).step_by(width as usize) {
                if !directory.read_tile(x, y, plane, &mut tile) {
                    self.is_complete = false;
                    continue;
                }
                let rows = height.min(self.layout.height - y);
                for (row, y) in tile.chunks_exact(row_bytes).zip(y..y + rows) {
                    self.put(row, width, (x, y), plane);
                }
            }
        }
        Ok(())
    }

    /// Allocates a buffer for one call of libtiff, if its size fits a row of `width` pixels and the limit.
    fn buffer(&self, bytes: usize, width: u32, most_bytes: u64) -> Result<Vec<u8>, String> {
        let bits = u64::from(width) * self.layout.together() as u64 * u64::from(self.layout.bits);
        if (bytes as u64) < bits.div_ceil(8) || bytes as u64 > most_bytes {
            return Err(format!("{bytes} bytes at once do not fit a page of this kind"));
        }
        Ok(vec![0; bytes])
    }

    /// Stores a row of samples; the part to the right of the page is cut off.
    fn put(&mut self, row: &[u8], width: u32, (x, y): (u32, u32), plane: u16) {
        let layout = self.layout;
        let together = layout.together();
        let width = width.min(layout.width - x) as usize;
        let mut samples = Vec::with_capacity(width * together);
        self.is_in_range &= layout.unpack(row, width * together, &mut samples);
        let count = self.channels.len();
        let start = (y as usize * layout.width as usize + x as usize) * count;
        let target = &mut self.data[start..start + width * count];
        self.has_any = true;
        if count == together {
            // All channels are needed, and they are in order.
            target.copy_from_slice(&samples);
            return;
        }
        for (place, channel) in
            self.channels.iter().enumerate().filter(|(_, c)| !layout.is_planar || **c == plane)
        {
            let from = if layout.is_planar { 0 } else { usize::from(*channel) };
            let samples = samples.iter().skip(from).step_by(together);
            target.iter_mut().skip(place).step_by(count).zip(samples).for_each(|(to, from)| *to = *from);
        }
    }
}

impl Layout {
    /// Converts the first samples of a row to eight bits; palette indexes are kept. Returns whether all are in range.
    fn unpack(&self, row: &[u8], count: usize, into: &mut Vec<u8>) -> bool {
        let is_place = matches!(self.colors, Colors::Palette(_));
        let mut is_in_range = true;
        let mut fraction = |value: f64| {
            is_in_range &= (0.0..=1.0).contains(&value);
            (value * 255.0).round() as u8
        };
        match (self.number, self.bits) {
            (Number::Unsigned, 8) => into.extend_from_slice(&row[..count]),
            (Number::Unsigned, 16) => into.extend(
                words(row).take(count).map(|word| ((u32::from(u16::from_ne_bytes(word)) + 128) / 257) as u8),
            ),
            (Number::Unsigned, 32) => {
                into.extend(words(row).take(count).map(|word| (u32::from_ne_bytes(word) >> 24) as u8));
            }
            (Number::Unsigned, bits) => {
                let most = (1u32 << bits) - 1;
                let scaled =
                    |sample: u32| (if is_place { sample } else { (sample * 255 + most / 2) / most }) as u8;
                into.extend((0..count).map(|i| scaled(packed(row, i, bits))));
            }
            (Number::Float, 32) => {
                into.extend(words(row).take(count).map(|word| fraction(f64::from(f32::from_ne_bytes(word)))));
            }
            (Number::Float, _) => {
                into.extend(words(row).take(count).map(|word| fraction(f64::from_ne_bytes(word))));
            }
        }
        is_in_range
    }

    fn pixels(&self, mut data: Vec<u8>) -> Option<Pixels> {
        let (width, height) = (self.width, self.height);
        let count = usize::from(self.colors.count()) + usize::from(self.alpha.is_some());
        let gray = |data| GrayImage::from_raw(width, height, data).map(Pixels::Gray);
        let rgb = |data| RgbImage::from_raw(width, height, data).map(Pixels::Color);
        let pixels = |data: &[u8]| data.chunks_exact(count).flat_map(|p| self.color(p)).collect::<Vec<u8>>();
        match &self.colors {
            Colors::Gray if self.alpha.is_none() => gray(data),
            Colors::Inverted if self.alpha.is_none() => {
                data.iter_mut().for_each(|sample| *sample = 255 - *sample);
                gray(data)
            }
            Colors::Gray | Colors::Inverted => {
                gray(data.chunks_exact(count).map(|pixel| self.color(pixel)[0]).collect())
            }
            Colors::Palette(colors) if colors.iter().all(|[r, g, b]| r == g && g == b) => {
                gray(data.chunks_exact(count).map(|pixel| self.color(pixel)[0]).collect())
            }
            Colors::Rgb if self.alpha.is_none() => rgb(data),
            Colors::Rgb | Colors::Palette(_) | Colors::Cmyk => rgb(pixels(&data)),
        }
    }

    /// Colour of a pixel over white. Samples of ink with premultiplied alpha are already over white.
    fn color(&self, samples: &[u8]) -> [u8; 3] {
        let color = match (&self.colors, samples) {
            (Colors::Gray, [gray, ..]) => [*gray; 3],
            (Colors::Inverted, [ink, ..]) => [255 - *ink; 3],
            (Colors::Palette(colors), [place, ..]) => {
                colors.get(usize::from(*place)).copied().unwrap_or([255; 3])
            }
            (Colors::Rgb, [r, g, b, ..]) => [*r, *g, *b],
            (Colors::Cmyk, [c, m, y, k, ..]) => rgb_of_cmyk([*c, *m, *y, *k]),
            _ => [255; 3],
        };
        let is_ink = matches!(self.colors, Colors::Inverted | Colors::Cmyk);
        match (self.alpha, samples.last()) {
            (Some(alpha), Some(opacity)) if !alpha.is_premultiplied => color.map(|c| over_white(c, *opacity)),
            (Some(_), Some(opacity)) if !is_ink => color.map(|c| premultiplied_over_white(c, *opacity)),
            _ => color,
        }
    }
}

/// Samples of whole bytes in native byte order, as libtiff returns them.
fn words<const N: usize>(row: &[u8]) -> impl Iterator<Item = [u8; N]> + '_ {
    row.as_chunks::<N>().0.iter().copied()
}

/// A sample of at most 16 bits, packed from the high bit down.
fn packed(row: &[u8], index: usize, bits: u16) -> u32 {
    let bits = usize::from(bits);
    let at = index * bits;
    let byte = |i: usize| u32::from(row.get(at / 8 + i).copied().unwrap_or(0));
    let window = byte(0) << 16 | byte(1) << 8 | byte(2);
    window >> (24 - at % 8 - bits) & ((1 << bits) - 1)
}
