//! Decodes text files written by people, Windows programs and OCR engines to UTF-8.
//!
//! A byte order mark decides (Notepad, PowerShell and Excel write one). Without it, NUL bytes indicate UTF-16,
//! because text contains none; markup may declare its encoding; all other files are UTF-8. The encoding is never
//! guessed from byte frequencies: a wrong guess would count as recognition errors, or would produce names of files
//! that do not exist.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::path::Path;

/// Byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Number of leading bytes of a file that may declare the encoding (HTML, 13.2.3.2: 1024).
const HEAD: usize = 1024;

/// The text is not in the expected encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not {0} (convert it: iconv -f SHIFT_JIS -t UTF-8, or whichever it is)")]
pub struct EncodingError(&'static str);

/// Converts text to UTF-8 without a byte order mark. Bytes that have no mark and are not UTF-16 are returned
/// unchanged, because a list may contain file names in any encoding.
///
/// # Errors
/// If the text is invalid in the encoding of its byte order mark.
pub fn to_utf8(bytes: &[u8]) -> Result<Cow<'_, [u8]>, EncodingError> {
    if let Some(unmarked) = bytes.strip_prefix(MARK) {
        return Ok(Cow::Borrowed(unmarked));
    }
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    match marked.or_else(|| unmarked_utf16(bytes)) {
        Some(encoding) => Ok(Cow::Owned(decode_as(encoding, bytes)?.into_bytes())),
        None => Ok(Cow::Borrowed(bytes)),
    }
}

/// Decodes the text of a file.
///
/// # Errors
/// If it is invalid in UTF-8, or in the encoding of its byte order mark.
pub fn decode(bytes: &[u8]) -> Result<String, EncodingError> {
    let text = to_utf8(bytes)?.into_owned();
    String::from_utf8(text).map_err(|_| EncodingError(UTF_8.name()))
}

/// Decodes XML or HTML, which may declare its encoding; other files as [`decode`] does.
///
/// # Errors
/// As [`decode`], and if the text is invalid in the declared encoding.
pub fn decode_markup(bytes: &[u8]) -> Result<String, EncodingError> {
    let marked = Encoding::for_bom(bytes).is_some();
    match declared(bytes).filter(|_| !marked) {
        Some(encoding) => decode_as(encoding, bytes),
        None => decode(bytes),
    }
}

/// Reads a text file from disk.
///
/// # Errors
/// If the file cannot be read; [`std::io::ErrorKind::InvalidData`] for an [`EncodingError`].
pub fn read(path: &Path) -> std::io::Result<String> {
    let invalid = |error| std::io::Error::new(std::io::ErrorKind::InvalidData, error);
    decode(&std::fs::read(path)?).map_err(invalid)
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, EncodingError> {
    let (text, encoding, damaged) = encoding.decode(bytes);
    // The byte order mark of UTF-32 begins as that of UTF-16, and UTF-32 text is full of NULs.
    let is_wide = encoding != UTF_8 && text.contains('\0');
    if damaged || is_wide { Err(EncodingError(encoding.name())) } else { Ok(text.into_owned()) }
}

/// Detects UTF-16 without a byte order mark: each ASCII character has a NUL before or after it. (一 has one on the
/// other side.)
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let nuls = |offset: usize| bytes.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (before, behind) = (nuls(0), nuls(1));
    let encoding = match before.cmp(&behind) {
        Ordering::Greater => UTF_16BE,
        Ordering::Less => UTF_16LE,
        Ordering::Equal => return None,
    };
    // UTF-8 with a few NULs is the output of `find -print0`.
    let is_utf8 = 4 * (before + behind) < bytes.len() && std::str::from_utf8(bytes).is_ok();
    let is_utf16 = !is_utf8 && bytes.len().is_multiple_of(2) && decode_as(encoding, bytes).is_ok();
    is_utf16.then_some(encoding)
}

/// The encoding that an XML declaration or an HTML `meta` element names.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let declaration = head.trim_start().strip_prefix("<?xml").and_then(|rest| rest.split("?>").next());
    let label = match declaration.and_then(|d| value(d, "encoding")) {
        Some(label) => label,
        None if head.contains("<html") => value(head.get(head.find("<meta")?..)?, "charset")?,
        None => return None,
    };
    // HTML, 13.2.3.2: a declaration that is readable as ASCII is not UTF-16, whatever it says.
    Encoding::for_label(label.as_bytes()).map(|e| if [UTF_16BE, UTF_16LE].contains(&e) { UTF_8 } else { e })
}

/// The word after a key and an equals sign, with or without quotes.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let rest = text.split_once(key)?.1.trim_start().strip_prefix('=')?.trim_start();
    rest.trim_start_matches(['"', '\'']).split(['"', '\'', ';', '>', ' ', '/']).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn a_mark_decides() {
        assert_eq!(decode("\u{feff}電".as_bytes()).unwrap(), "電");
        assert_eq!(decode(b"\xfe\xff\x96\xfb").unwrap(), "電");
        assert_eq!(decode(&utf16("\u{feff}電\r\n", u16::to_le_bytes)).unwrap(), "電\r\n");
        assert_eq!(decode(b"\xff\xfe\x00\xd8"), Err(EncodingError("UTF-16LE")));
        assert_eq!(decode(b"\xff\xfe\0\0a\0\0\0"), Err(EncodingError("UTF-16LE")), "UTF-32");
        assert_eq!(decode(b"\x93d"), Err(EncodingError("UTF-8")));
    }

    #[test]
    fn bytes_of_no_encoding_stay_as_they_are() {
        assert_eq!(to_utf8(b"\x93d.tif\n").unwrap().as_ref(), b"\x93d.tif\n");
        assert_eq!(to_utf8(b"\xef\xbb\xbf\x93d.tif").unwrap().as_ref(), b"\x93d.tif");
        assert_eq!(to_utf8(b"a.png\0b.png\0").unwrap().as_ref(), b"a.png\0b.png\0");
        assert_eq!(decode(&utf16("一、電信.txt\n", u16::to_le_bytes)).unwrap(), "一、電信.txt\n");
    }

    #[test]
    fn markup_names_its_encoding() {
        let of = |head: &str| decode_markup(&[head.as_bytes(), b"<a>\x93d</a>"].concat());
        for head in [
            "<?xml version='1.0' encoding='Shift_JIS'?>",
            "<?xml version=\"1.0\"\n encoding = \"SHIFT_JIS\" ?>",
            "<!DOCTYPE html><html><meta charset=shift_jis>",
            "<html><head><META http-equiv='Content-Type' content='text/html; charset=Shift_JIS' />",
        ] {
            assert!(of(head).unwrap().ends_with("<a>電</a>"), "{head}");
        }
        assert_eq!(of("<html><meta charset='utf-8'>"), Err(EncodingError("UTF-8")));
        let misnamed = "<?xml version=\"1.0\" encoding=\"utf-16\"?><a>電</a>";
        assert_eq!(decode_markup(misnamed.as_bytes()).unwrap(), misnamed);
        let marked = utf16(&format!("\u{feff}{misnamed}"), u16::to_le_bytes);
        assert_eq!(decode_markup(&marked).unwrap(), misnamed);
    }

    proptest! {
        #[test]
        fn a_text_is_the_same_in_all_encodings(text in "[ -~、-んァ-ー電信写号\r\n]{0,40}[a-z]") {
            let marked = format!("\u{feff}{text}");
            for bytes in [
                text.clone().into_bytes(),
                marked.clone().into_bytes(),
                utf16(&marked, u16::to_le_bytes),
                utf16(&marked, u16::to_be_bytes),
                utf16(&text, u16::to_le_bytes),
                utf16(&text, u16::to_be_bytes),
            ] {
                prop_assert_eq!(decode(&bytes).unwrap(), text.as_str());
            }
        }

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = to_utf8(&bytes);
            let _ = decode_markup(&bytes);
        }
    }
}
