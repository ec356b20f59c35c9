//! Unpacked size of a stream, computed without storing the result: filters are undone one after another, and the
//! output of the last one is only counted.
//!
//! Deflate compresses up to 1,032 : 1, LZW more than 1,300 : 1, and filters may be nested, so a few kilobytes can
//! unpack to more than the memory. The decoder has no limits of its own; it only receives streams that passed this
//! check.

use super::super::{Limit, ScanError};
use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro_syntax::Filter;
use hayro_syntax::object::dict::Dict;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::object::{Array, FromBytes, Object};
use std::borrow::Cow;
use std::io::Read;

/// Limit for nested filters. Programs need two.
const MOST_FILTERS: usize = 6;
/// Limit for the data between two filters, bytes: a JPEG packed by Deflate is smaller than a page's pixels.
const MOST_BETWEEN: u64 = 128 << 20;

/// A stream without its general-purpose filters.
pub(super) enum Unpacked<'a> {
    /// Number of unpacked bytes.
    Bytes(u64),
    /// Compressed pixels, for the decoder of this filter.
    Pixels { filter: Filter, data: Cow<'a, [u8]>, parameters: Dict<'a> },
}

/// Undoes the filters of a stream; rejects more than `most` bytes.
pub(super) fn unpack<'a>(stream: &Stream<'a>, most: u64) -> Result<Unpacked<'a>, ScanError> {
    let filters = stream.filters();
    if filters.len() > MOST_FILTERS {
        return Err(ScanError::TooMuch(format!("a stream in it has {} filters", filters.len())));
    }
    let mut data = stream.raw_data();
    // The filter name may be an indirect object, which cannot be resolved yet.
    if filters.is_empty() && ["Filter", "F"].iter().any(|key| stream.dict().contains_key(*key)) {
        return within(inflated(&data, most), most).map(Unpacked::Bytes);
    }
    let parameters = parameters(stream.dict(), filters.len());
    for (i, (filter, parameters)) in filters.iter().zip(parameters).enumerate() {
        if matches!(
            filter,
            Filter::DctDecode | Filter::JpxDecode | Filter::Jbig2Decode | Filter::CcittFaxDecode
        ) {
            return Ok(Unpacked::Pixels { filter: *filter, data, parameters });
        }
        let is_last = i + 1 == filters.len();
        let most = if is_last { most } else { most.min(MOST_BETWEEN) };
        let bytes = within(size(*filter, &data, &parameters, most), most)?;
        if is_last {
            return Ok(Unpacked::Bytes(bytes));
        }
        // The decoder reports damage.
        let Some(next) = without(*filter, &data, &parameters) else { return Ok(Unpacked::Bytes(0)) };
        data = Cow::Owned(next);
    }
    Ok(Unpacked::Bytes(data.len() as u64))
}

fn within(bytes: u64, most: u64) -> Result<u64, ScanError> {
    if bytes > most {
        return Err(ScanError::TooMuch(format!("a stream in it unpacks to more than {most} bytes")));
    }
    Ok(bytes)
}

/// Unpacked size of a stream, bytes. Compressed pixels count as zero.
pub(super) fn unpacked_bytes(stream: &Stream<'_>, most: u64) -> Result<u64, ScanError> {
    Ok(match unpack(stream, most)? {
        Unpacked::Bytes(bytes) => bytes,
        Unpacked::Pixels { .. } => 0,
    })
}

/// Rejects a stream that unpacks to more than the limit for a page.
pub(super) fn check_stream(stream: &Stream<'_>, limit: Limit) -> Result<(), ScanError> {
    // Four channels of sixteen bits.
    unpack(stream, limit.0.saturating_mul(8)).map(drop)
}

fn parameters<'a>(dict: &Dict<'a>, count: usize) -> Vec<Dict<'a>> {
    let one = || dict.get::<Dict<'a>>("DP").or_else(|| dict.get::<Dict<'a>>("DecodeParms"));
    let several = || dict.get::<Array<'a>>("DP").or_else(|| dict.get::<Array<'a>>("DecodeParms"));
    let mut all: Vec<Dict<'a>> = match one() {
        Some(dict) => vec![dict],
        None => several().map_or(vec![], |all| {
            all.iter::<Object<'a>>().take(count).map(|p| p.into_dict().unwrap_or_default()).collect()
        }),
    };
    all.resize_with(count, Dict::empty);
    all
}

/// Size of a filter's output, bytes; counting stops just above `most`.
fn size(filter: Filter, data: &[u8], parameters: &Dict<'_>, most: u64) -> u64 {
    match filter {
        Filter::FlateDecode => inflated(data, most),
        Filter::LzwDecode => lzw_size(data, parameters.get::<u8>("EarlyChange") != Some(0), most),
        Filter::RunLengthDecode => runs_size(data),
        // `z` stands for four bytes.
        Filter::Ascii85Decode => data.iter().map(|byte| if *byte == b'z' { 4 } else { 1 }).sum(),
        _ => data.len() as u64,
    }
}

/// Size of inflated data, bytes. The decoder also accepts a stream without the zlib header.
fn inflated(data: &[u8], most: u64) -> u64 {
    let count = |mut packed: &mut dyn Read| {
        let mut sink = std::io::sink();
        let mut counted = (&mut packed).take(most.saturating_add(1));
        // Data before an error count; the remaining limit of `take` gives their length.
        let _ = std::io::copy(&mut counted, &mut sink);
        most.saturating_add(1) - counted.limit()
    };
    match count(&mut ZlibDecoder::new(data)) {
        0 => count(&mut DeflateDecoder::new(data)),
        bytes => bytes,
    }
}

/// Size of run-length data: up to 128 literal bytes, or one byte repeated up to 128 times (ISO 32000-2, 7.4.5).
fn runs_size(data: &[u8]) -> u64 {
    let (mut at, mut bytes) = (0, 0);
    while let Some(length) = data.get(at).filter(|length| **length != 128) {
        let length = usize::from(*length);
        at += if length < 128 { length + 2 } else { 2 };
        bytes += if length < 128 { length + 1 } else { 257 - length };
    }
    bytes as u64
}

/// Size of LZW data from the lengths of the strings that codes stand for (ISO 32000-2, 7.4.4).
fn lzw_size(data: &[u8], is_early: bool, most: u64) -> u64 {
    const CLEAR: usize = 256;
    const END: usize = 257;
    let first = || [vec![1u64; CLEAR], vec![0, 0]].concat();
    let (mut lengths, mut previous, mut bytes) = (first(), None, 0);
    let (mut bits, mut count, mut packed) = (0u32, 0, data.iter());
    while bytes <= most {
        let width = match lengths.len() + usize::from(is_early) {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
        while count < width {
            let Some(byte) = packed.next() else { return bytes };
            (bits, count) = (bits << 8 | u32::from(*byte), count + 8);
        }
        count -= width;
        let code = (bits >> count) as usize & ((1 << width) - 1);
        match code {
            CLEAR => (lengths, previous) = (first(), None),
            END => break,
            _ if code > lengths.len() || code == lengths.len() && previous.is_none() => break,
            _ => {
                if let Some(previous) = previous.filter(|_| lengths.len() < 4096) {
                    lengths.push(lengths[previous] + 1);
                }
                let Some(length) = lengths.get(code) else { break };
                bytes += length;
                previous = Some(code);
            }
        }
    }
    bytes
}

/// Undoes one filter by decoding a stream that is written for the purpose.
fn without(filter: Filter, data: &[u8], parameters: &Dict<'_>) -> Option<Vec<u8>> {
    let name = match filter {
        Filter::FlateDecode => "FlateDecode",
        Filter::LzwDecode => "LZWDecode",
        Filter::RunLengthDecode => "RunLengthDecode",
        Filter::Ascii85Decode => "ASCII85Decode",
        Filter::AsciiHexDecode => "ASCIIHexDecode",
        // Decryption uses the raw data.
        _ => return Some(data.to_vec()),
    };
    let head = format!("<</Length {}/Filter/{name}/DecodeParms<<", data.len());
    let written = [head.as_bytes(), parameters.data(), b">>>>\nstream\n", data, b"\nendstream"].concat();
    let stream = Stream::from_bytes(&written)?;
    Some(stream.decoded_data().ok()?.into_owned())
}
