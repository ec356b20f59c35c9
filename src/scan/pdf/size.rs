//! Streams that would unpack to more than a page may hold are refused before anything is unpacked for good.
//!
//! Deflate packs up to 1,032 : 1, so 800 KB can hold what fills the memory. Only streams that could pass the limit are
//! tried, and thrown away as they are unpacked.

use super::super::{Limit, ScanError};
use super::painted::Placed;
use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::object::Array;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::page::Page;
use std::io::Read;

/// Deflate's best: RFC 1951 codes 258 bytes in two bits.
const MOST: u64 = 1032;

/// Refuses images that declare, or unpack to, more pixels than accepted.
pub(super) fn check_image(image: &Placed<'_>, limit: Limit) -> Result<(), ScanError> {
    let (width, height) = image.size();
    limit.check(u64::from(width), u64::from(height))?;
    check_stream(&image.stream, limit)
}

/// Refuses pages whose drawing instructions unpack to more than a page may hold.
pub(super) fn check_contents(page: &Page<'_>, limit: Limit) -> Result<(), ScanError> {
    if let Some(stream) = page.raw().get::<Stream<'_>>("Contents") {
        return check_stream(&stream, limit);
    }
    let parts = page.raw().get::<Array<'_>>("Contents");
    parts.map_or(Ok(()), |parts| parts.iter::<Stream<'_>>().try_for_each(|part| check_stream(&part, limit)))
}

fn check_stream(stream: &Stream<'_>, limit: Limit) -> Result<(), ScanError> {
    let packed = stream.raw_data();
    // Four channels of sixteen bits.
    let most = limit.0.saturating_mul(8);
    let mut unpacked: Box<dyn Read + '_> = Box::new(&packed[..]);
    let mut bound = packed.len() as u64;
    for _ in stream.filters().iter().take_while(|f| **f == Filter::FlateDecode) {
        unpacked = Box::new(ZlibDecoder::new(unpacked));
        bound = bound.saturating_mul(MOST);
    }
    if bound <= most {
        return Ok(());
    }
    // A stream that is damaged further on is the decoder's to report.
    let counted = std::io::copy(&mut unpacked.take(most + 1), &mut std::io::sink());
    if counted.is_ok_and(|bytes| bytes > most) {
        return Err(ScanError::damaged("PDF", format!("a stream unpacks to more than {most} bytes")));
    }
    Ok(())
}
