//! Streams that would unpack to more than a page may hold are refused before anything is unpacked for good.
//!
//! Deflate packs up to 1,032 : 1, so 800 KB can hold what fills the memory. Only streams that could pass the limit are
//! tried, and thrown away as they are unpacked.

use super::super::{Limit, ScanError, jpeg2000, raster};
use super::placed::Placed;
use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::object::Array;
use hayro_syntax::object::stream::Stream;
use hayro_syntax::page::Page;
use image::ImageFormat;
use std::io::Read;

/// Deflate's best: RFC 1951 codes 258 bytes in two bits.
const MOST: u64 = 1032;

/// The images of a page may have so many times the pixels of the largest page: strips lie over one another now and then.
const MOST_TOGETHER: u64 = 4;

/// Refuses images that declare, or unpack to, more pixels than accepted, and pages of too many of them.
pub(super) fn check_images(images: &[Placed<'_>], limit: Limit) -> Result<(), ScanError> {
    let mut together = 0u64;
    for image in images {
        let (width, height) = image.size();
        let (width, height) = (u64::from(width), u64::from(height));
        limit.check(width, height)?;
        together = together.saturating_add(width.saturating_mul(height));
        check_stream(&image.stream, limit)?;
        check_header(&image.stream, limit)?;
        for mask in ["SMask", "Mask"].iter().filter_map(|key| image.stream.dict().get::<Stream<'_>>(*key)) {
            check_stream(&mask, limit)?;
            check_header(&mask, limit)?;
        }
    }
    if together > limit.0.saturating_mul(MOST_TOGETHER) {
        let cause = format!("its images have {together} pixels together");
        return Err(ScanError::damaged("PDF", cause));
    }
    Ok(())
}

/// Refuses pages whose drawing instructions unpack to more than a page may hold.
pub(super) fn check_contents(page: &Page<'_>, limit: Limit) -> Result<(), ScanError> {
    if let Some(stream) = page.raw().get::<Stream<'_>>("Contents") {
        return check_stream(&stream, limit);
    }
    let parts = page.raw().get::<Array<'_>>("Contents");
    parts.map_or(Ok(()), |parts| parts.iter::<Stream<'_>>().try_for_each(|part| check_stream(&part, limit)))
}

/// Refuses images whose own header declares more pixels than accepted, whatever the PDF says. What else may be wrong with
/// them is the decoder's to report.
fn check_header(stream: &Stream<'_>, limit: Limit) -> Result<(), ScanError> {
    let outcome = match stream.filters().as_slice() {
        [Filter::JpxDecode] => jpeg2000::open(&stream.raw_data(), limit).map(drop),
        [Filter::DctDecode] => raster::open(&stream.raw_data(), ImageFormat::Jpeg, limit).map(drop),
        _ => Ok(()),
    };
    outcome.or_else(|error| if matches!(error, ScanError::TooLarge { .. }) { Err(error) } else { Ok(()) })
}

/// Refuses streams that unpack to more than a page may hold.
pub(super) fn check_stream(stream: &Stream<'_>, limit: Limit) -> Result<(), ScanError> {
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
