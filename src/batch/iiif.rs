//! IIIF manifests on disk (Presentation API 2.1 and 3.0): the images of the canvases, in order.
//!
//! An image is a file: a path, relative to the folder of the manifest, or a `file://` URL. An image on the network is
//! an error that names it; nothing is downloaded. If several images paint one canvas, all are read. Thumbnails and
//! other annotations are ignored.

use crate::encoding::to_utf8;
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Maximum size of a manifest, in bytes. A manifest of a thousand pages has about 2 MB.
const MOST_BYTES: u64 = 64 << 20;

/// The images of a manifest, or an error for each that cannot be read; `None` if the file is not a manifest.
pub(super) fn images(path: &Path) -> Option<Vec<Result<PathBuf, String>>> {
    let is_json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    if !is_json || std::fs::metadata(path).map_or(0, |m| m.len()) > MOST_BYTES {
        return None;
    }
    let manifest: Value = serde_json::from_slice(&to_utf8(&std::fs::read(path).ok()?).ok()?).ok()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let ids = match text(&manifest, "type").or(text(&manifest, "@type"))? {
        "Manifest" => of_version_3(&manifest),
        "sc:Manifest" => of_version_2(&manifest),
        _ => return None,
    };
    if ids.is_empty() {
        return Some(vec![Err("the IIIF manifest names no image".to_owned())]);
    }
    Some(ids.into_iter().map(|id| local(id, folder)).collect())
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// The elements of the array under a key; a single value counts as an array of one.
fn all<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    match value.get(key) {
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

/// Presentation 3.0, 5.3: canvases in `items`, annotation pages in their `items`, painting annotations in theirs.
fn of_version_3(manifest: &Value) -> Vec<&str> {
    let annotations =
        all(manifest, "items").iter().flat_map(|canvas| all(canvas, "items")).flat_map(|p| all(p, "items"));
    let painting = annotations.filter(|a| text(a, "motivation").is_none_or(|m| m == "painting"));
    let bodies = painting.flat_map(|annotation| all(annotation, "body"));
    // The first image of a choice is the default (3.0, 5.6).
    let shown = bodies.map(|body| all(body, "items").first().unwrap_or(body));
    shown.filter_map(|body| text(body, "id")).collect()
}

/// Presentation 2.1, 5: the canvases of the first sequence, each with its images.
fn of_version_2(manifest: &Value) -> Vec<&str> {
    let sequence = all(manifest, "sequences").first();
    let canvases = sequence.into_iter().flat_map(|sequence| all(sequence, "canvases"));
    let resources =
        canvases.flat_map(|canvas| all(canvas, "images")).flat_map(|image| all(image, "resource"));
    let shown = resources.map(|resource| all(resource, "default").first().unwrap_or(resource));
    shown.filter_map(|resource| text(resource, "@id")).collect()
}

fn local(id: &str, folder: &Path) -> Result<PathBuf, String> {
    match id.split_once("://") {
        None => Ok(folder.join(decoded(id))),
        Some(("file", path)) => Ok(PathBuf::from(decoded(path.strip_prefix("localhost").unwrap_or(path)))),
        Some(_) => {
            Err(format!("{id} is on the network (download it, and name the local file in the manifest)"))
        }
    }
}

/// Decodes `%20` and the like (RFC 3986, 2.1). Invalid escapes are kept.
pub(super) fn decoded(id: &str) -> OsString {
    let bytes = id.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let code = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let code = code.filter(|code| code.iter().all(u8::is_ascii_hexdigit));
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    of_bytes(decoded)
}

/// File names are bytes, not always UTF-8.
#[cfg(unix)]
fn of_bytes(bytes: Vec<u8>) -> OsString {
    std::os::unix::ffi::OsStringExt::from_vec(bytes)
}

#[cfg(not(unix))]
fn of_bytes(bytes: Vec<u8>) -> OsString {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images_of(manifest: &str) -> Option<Vec<Result<PathBuf, String>>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.json");
        std::fs::write(&path, manifest).unwrap();
        let below = |image: PathBuf| image.strip_prefix(folder.path()).map(PathBuf::from).unwrap_or(image);
        Some(images(&path)?.into_iter().map(|image| image.map(below)).collect())
    }

    #[test]
    fn images_of_both_versions_are_found_in_order() {
        let three = r#"{ "type": "Manifest", "items": [
            { "items": [{ "items": [{ "motivation": "painting", "body": { "id": "p%201.tif" } }] }] },
            { "items": [{ "items": [{ "motivation": "painting", "body": { "type": "Choice",
                "items": [{ "id": "file:///scans/2.tif" }, { "id": "infrared.tif" }] } }] }] },
            { "items": [{ "items": [{ "motivation": "commenting", "body": { "id": "note.tif" } }] }] } ] }"#;
        let expected = vec![Ok(PathBuf::from("p 1.tif")), Ok(PathBuf::from("/scans/2.tif"))];
        assert_eq!(images_of(three), Some(expected));
        let two = r#"{ "@type": "sc:Manifest", "sequences": [{ "canvases": [
            { "images": [{ "resource": { "@id": "a.jpg" } }] }, { "images": [{ "resource": { "@id": "b.jpg" } }] } ] }] }"#;
        assert_eq!(images_of(two), Some(vec![Ok(PathBuf::from("a.jpg")), Ok(PathBuf::from("b.jpg"))]));
    }

    #[test]
    fn an_image_on_a_network_is_named_and_other_json_is_no_manifest() {
        let far = r#"{ "@type": "sc:Manifest", "sequences": [{ "canvases": [
            { "images": [{ "resource": { "@id": "https://example.org/a.jpg" } }] } ] }] }"#;
        assert!(images_of(far).unwrap()[0].as_ref().unwrap_err().contains("https://example.org/a.jpg"));
        assert_eq!(images_of(r#"{ "format": "denshin.page/1" }"#), None);
        assert_eq!(images_of("{"), None);
        assert!(images_of(r#"{ "type": "Manifest", "items": [] }"#).unwrap()[0].is_err());
    }
}
