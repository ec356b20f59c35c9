//! Thumbnails of pages, as base64 text for a web page.

use crate::raster::Pixels;
use base64::{Engine, engine::general_purpose::STANDARD};
use image::DynamicImage;
use std::io::Cursor;

/// Longer side of a thumbnail in px, enough to recognize a page.
const LONG_SIDE_PX: u32 = 320;

/// A JPEG thumbnail in base64.
pub(super) fn thumbnail(pixels: &Pixels) -> Result<String, image::ImageError> {
    let image = match pixels {
        Pixels::Gray(gray) => DynamicImage::ImageLuma8(gray.clone()),
        Pixels::Color(color) => DynamicImage::ImageRgb8(color.clone()),
    };
    let mut jpeg = Cursor::new(Vec::new());
    image.thumbnail(LONG_SIDE_PX, LONG_SIDE_PX).write_to(&mut jpeg, image::ImageFormat::Jpeg)?;
    Ok(base64(&jpeg.into_inner()))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let all: Vec<String> = ["", "f", "fo", "foo", "foob", "fooba"].map(|t| base64(t.as_bytes())).into();
        assert_eq!(all, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE="]);
    }
}
