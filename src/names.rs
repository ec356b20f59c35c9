//! Names of result files. They are chosen for all inputs at once, so that no result overwrites another.
//!
//! A file of one page yields `NAME.json`, a file of several pages `NAME-p0001.json` and so on. Below an input folder,
//! the relative path is kept. If two inputs would have the same stem (`a.png` and `a.tif`, or `A.png` on
//! case-insensitive file systems), the stem is the complete file name.

use crate::scan::scheme;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Stems of the result paths, relative to the output folder, one per input. An input is given by its path relative to
/// the input folder, or by its file name.
#[must_use]
pub fn stems(inputs: &[PathBuf]) -> Vec<PathBuf> {
    let plain: Vec<PathBuf> = inputs.iter().map(|input| without_ending(input)).collect();
    let mut count: HashMap<String, u32> = HashMap::new();
    for stem in &plain {
        *count.entry(key(stem)).or_default() += 1;
    }
    let meets = |stem: &Path| {
        // The second page of `a.tif` would have the name of `a-p0002.png`.
        let of_pages = before_page_number(&key(stem)).is_some_and(|base| count.contains_key(base));
        count[&key(stem)] > 1 || of_pages
    };
    let mut used: HashMap<String, u32> = HashMap::new();
    let whole = |i: usize| if meets(&plain[i]) { inputs[i].clone() } else { plain[i].clone() };
    (0..inputs.len())
        .map(|i| {
            let stem = whole(i);
            // Number equal file names from different folders.
            let seen = used.entry(key(&stem)).or_default();
            *seen += 1;
            if *seen == 1 { stem } else { appended(&stem, &format!("-{seen}")) }
        })
        .collect()
}

/// Path of the result for a page.
#[must_use]
pub fn result(stem: &Path, page: u32, pages: u32, extension: &str) -> PathBuf {
    appended(&self::page(stem, page, pages), &format!(".{extension}"))
}

/// Stem of a page: the stem of the file, with the page number if the file has several pages.
#[must_use]
pub fn page(stem: &Path, page: u32, pages: u32) -> PathBuf {
    if pages > 1 { appended(stem, &format!("-p{page:04}")) } else { stem.to_owned() }
}

/// Removes the page number that [`page`] added to a stem.
#[must_use]
pub fn without_page(stem: &Path) -> PathBuf {
    let name = stem.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let number = name
        .rsplit_once("-p")
        .filter(|(base, n)| !base.is_empty() && n.len() >= 4 && n.bytes().all(|b| b.is_ascii_digit()));
    number.map_or_else(|| stem.to_owned(), |(_, number)| shortened(stem, number.len() + "-p".len()))
}

/// Removes the last `by` ASCII characters of a path. Names that are not UTF-8 keep their bytes.
#[cfg(unix)]
fn shortened(path: &Path, by: usize) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    let bytes = path.as_os_str().as_bytes();
    PathBuf::from(std::ffi::OsStr::from_bytes(&bytes[..bytes.len() - by]))
}

#[cfg(not(unix))]
fn shortened(path: &Path, by: usize) -> PathBuf {
    let text = path.to_string_lossy();
    PathBuf::from(&text[..text.len() - by])
}

/// Converts a path to a URL. Bytes that a URL cannot contain are percent-encoded (RFC 3986, §2.1 and §3.3), so names
/// that are not UTF-8 work, too. A URL such as `s3://…` keeps its scheme.
#[must_use]
pub fn url(path: &Path) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&b);
    // On Windows, a backslash separates folders; elsewhere it is part of a name.
    let divides = |b: u8| b == b'\\' && std::path::MAIN_SEPARATOR == '\\';
    let encoded = |b: u8| match b {
        b if divides(b) => "/".to_owned(),
        b if plain(b) => char::from(b).into(),
        b => format!("%{b:02X}"),
    };
    let (scheme, rest) = match scheme(path) {
        Some(scheme) => (format!("{scheme}://"), &path.as_os_str().as_encoded_bytes()[scheme.len() + 3..]),
        None => (String::new(), path.as_os_str().as_encoded_bytes()),
    };
    scheme + &rest.iter().map(|&b| encoded(b)).collect::<String>()
}

/// Path for formats that store it literally, with slashes. A path that is not UTF-8 is converted to a URL.
#[must_use]
pub fn shown(path: &Path) -> String {
    match path.to_str() {
        Some(text) if std::path::MAIN_SEPARATOR == '\\' => text.replace('\\', "/"),
        Some(text) => text.to_owned(),
        None => url(path),
    }
}

/// Removes the extension. `..png` keeps it, because the rest would be the parent folder.
fn without_ending(input: &Path) -> PathBuf {
    let is_folder = input.file_stem().is_some_and(|stem| stem == "." || stem == "..");
    if is_folder { input.to_owned() } else { input.with_extension("") }
}

fn key(stem: &Path) -> String {
    stem.to_string_lossy().to_lowercase()
}

fn before_page_number(stem: &str) -> Option<&str> {
    let (base, number) = stem.rsplit_once("-p")?;
    (number.len() >= 4 && number.bytes().all(|b| b.is_ascii_digit())).then_some(base)
}

fn appended(stem: &Path, end: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems_of(inputs: &[&str]) -> Vec<String> {
        let inputs: Vec<PathBuf> = inputs.iter().map(PathBuf::from).collect();
        stems(&inputs).iter().map(|p| p.display().to_string()).collect()
    }

    #[test]
    fn inputs_that_would_meet_keep_their_whole_name() {
        assert_eq!(stems_of(&["a.png", "b.png"]), ["a", "b"]);
        assert_eq!(stems_of(&["a.png", "a.tif", "x/a.png"]), ["a.png", "a.tif", "x/a"]);
        assert_eq!(stems_of(&["A.png", "a.tif"]), ["A.png", "a.tif"]);
        assert_eq!(stems_of(&["a.tif", "a-p0002.png"]), ["a", "a-p0002.png"]);
        assert_eq!(stems_of(&["a.png", "a.png"]), ["a.png", "a.png-2"]);
        assert_eq!(stems_of(&["..png", "x/...png"]), ["..png", "x/...png"]);
    }

    #[test]
    fn a_url_has_the_bytes_of_the_name_and_an_address_stays_one() {
        assert_eq!(url(Path::new("../電 1:2.png")), "../%E9%9B%BB%201%3A2.png");
        assert_eq!(url(Path::new("s3://bucket/a b.tif")), "s3://bucket/a%20b.tif");
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_utf_8_and_backslashes_are_kept() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes: &'static [u8]| Path::new(std::ffi::OsStr::from_bytes(bytes));
        assert_eq!(url(name(b"scans/\x93d\x90M.png")), "scans/%93d%90M.png");
        assert_eq!(shown(name(b"\x93d.png")), "%93d.png");
        assert_eq!(
            (url(name(b"scan\\1.png")), shown(name(b"scan\\1.png"))),
            ("scan%5C1.png".into(), "scan\\1.png".into())
        );
        assert_eq!(without_page(name(b"x/\x93d-p0012")), name(b"x/\x93d"));
    }

    #[test]
    fn pages_are_numbered_where_there_are_several() {
        assert_eq!(result(Path::new("x/a"), 1, 1, "json"), Path::new("x/a.json"));
        assert_eq!(result(Path::new("a.b"), 12, 30, "txt"), Path::new("a.b-p0012.txt"));
    }
}
