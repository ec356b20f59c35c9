//! Locates the scan of a page record by its recorded path, perhaps in another folder or on another machine, and gives
//! the path by which a written file refers to it.

use std::path::{Component, Path, PathBuf};

/// Candidate files for a scan, best guess first: in the folder that the user named, at the recorded path, then in the
/// other folders. In a folder the whole path is tried first, then ever shorter suffixes. A record shows bytes that
/// are not UTF-8 as U+FFFD, so the candidates are all files whose names are shown that way. The caller compares
/// SHA-256 digests.
#[must_use]
pub fn places(path: &str, named: Option<&Path>, others: &[&Path]) -> Vec<PathBuf> {
    let parts: Vec<_> = Path::new(path).components().filter(|c| matches!(c, Component::Normal(_))).collect();
    let ends = |folder: &Path| -> Vec<PathBuf> {
        (0..parts.len()).map(|i| folder.join(parts[i..].iter().collect::<PathBuf>())).collect()
    };
    let mut all = named.map(ends).unwrap_or_default();
    all.push(PathBuf::from(path));
    all.extend(others.iter().flat_map(|folder| ends(folder)));
    all.into_iter().flat_map(|path| shown_as(&path)).collect()
}

/// The files that match a path in which U+FFFD may stand for other bytes; the path itself if it has no U+FFFD.
fn shown_as(path: &Path) -> Vec<PathBuf> {
    let is_unsure = |name: &str| name.contains(char::REPLACEMENT_CHARACTER);
    let mut found = vec![PathBuf::new()];
    for part in path.components() {
        let part = part.as_os_str();
        let step = |folder: PathBuf| match part.to_str().filter(|name| is_unsure(name)) {
            Some(name) => entries(&folder)
                .filter(|e| e.file_name().to_string_lossy() == name)
                .map(|e| e.path())
                .collect(),
            None => vec![folder.join(part)],
        };
        found = found.into_iter().flat_map(step).collect();
    }
    found
}

/// Entries of a folder, sorted by name; empty if the folder cannot be read.
fn entries(folder: &Path) -> impl Iterator<Item = std::fs::DirEntry> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut all: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).collect();
    all.sort_by_key(std::fs::DirEntry::file_name);
    all.into_iter()
}

/// The path relative to a folder, for files written to that folder. Symbolic links among its folders are resolved, so
/// that `..` leads to the right folder; the file name is kept, even if it is a link. An address is returned
/// unchanged; a path on another drive is returned as an absolute path.
#[must_use]
pub fn seen_from(folder: &Path, path: &Path) -> PathBuf {
    // `-` is a scan from standard input.
    if path == Path::new("-") || scheme(path).is_some() {
        return path.to_owned();
    }
    let above = path.parent().unwrap_or(path);
    let (from, mut to) = (resolved(folder), resolved(above));
    if let Some(name) = path.file_name() {
        to.push(name);
    }
    let is_root = |c: &Component<'_>| !matches!(c, Component::Normal(_));
    let roots =
        |p: &Path| p.components().take_while(is_root).map(|c| c.as_os_str().to_owned()).collect::<Vec<_>>();
    if roots(&from) != roots(&to) {
        return to;
    }
    let shared = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    let up = from.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.components().skip(shared)).collect()
}

/// The folder's absolute path without symbolic links; the end of the path need not exist.
fn resolved(folder: &Path) -> PathBuf {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = whole.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
    let Some((above, mut known)) = there else { return whole };
    for part in whole.strip_prefix(above).unwrap_or(Path::new("")).components() {
        match part {
            Component::ParentDir => drop(known.pop()),
            part => known.push(part),
        }
    }
    known
}

/// The scheme of an address, such as `s3` of `s3://…` (RFC 3986, §3.1); `None` for a path.
#[must_use]
pub fn scheme(path: &Path) -> Option<&str> {
    let (scheme, _) = path.to_str()?.split_once("://")?;
    let good = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(good)).then_some(scheme)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_place_is_above_a_folder_that_was_named() {
        let found = places("../a/b.tif", Some(Path::new("scans")), &[Path::new("out")]);
        let expected = ["scans/a/b.tif", "scans/b.tif", "../a/b.tif", "out/a/b.tif", "out/b.tif"];
        assert_eq!(found, expected.map(PathBuf::from));
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_utf_8_is_found_by_how_it_is_shown() {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"\x93d\x90M.png");
        let folder = tempfile::tempdir().unwrap();
        let scans = folder.path().join(std::ffi::OsStr::from_bytes(b"\x8e"));
        std::fs::create_dir(&scans).unwrap();
        std::fs::write(scans.join(name), b"x").unwrap();
        let shown = format!("{}", folder.path().join("\u{fffd}/\u{fffd}d\u{fffd}M.png").display());
        assert_eq!(places(&shown, None, &[]), [scans.join(name)]);
        assert!(places(&shown, Some(&scans), &[]).contains(&scans.join(name)));
    }

    #[test]
    fn a_path_is_relative_to_the_folder_of_the_file_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(at("scans/deep")).unwrap();
        let seen = |from: &str, path: &str| seen_from(&at(from), &at(path));
        assert_eq!(seen("out", "scans/deep/a.png"), Path::new("../scans/deep/a.png"));
        assert_eq!(seen("scans", "scans/../scans/deep/a.png"), Path::new("deep/a.png"));
        assert_eq!(seen("out/x/../y", "a.png"), Path::new("../../a.png"));
        for address in ["s3://bucket/a.png", "-"] {
            assert_eq!(seen_from(&at("out"), Path::new(address)), Path::new(address));
        }
        assert_eq!(scheme(Path::new("a/b://c")), None);
    }

    #[cfg(unix)]
    #[test]
    fn links_among_folders_are_resolved_and_the_name_of_a_link_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(at("archive/1993")).unwrap();
        std::fs::create_dir_all(at("deep/er/out")).unwrap();
        std::os::unix::fs::symlink(at("deep/er/out"), at("out")).unwrap();
        std::os::unix::fs::symlink(at("archive/1993"), at("scans")).unwrap();
        std::os::unix::fs::symlink(at("elsewhere.png"), at("archive/1993/a.png")).unwrap();
        assert_eq!(seen_from(&at("out"), &at("scans/a.png")), Path::new("../../../archive/1993/a.png"));
    }
}
