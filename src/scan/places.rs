//! Where a scan may lie that a record names by the path it once had, perhaps in another folder or on another machine.

use std::path::{Component, Path, PathBuf};

/// Files that may be the scan, best guess first: in the folder that the user named, where the record says, in the other
/// folders in turn. Below a folder it is the whole path, then ever shorter ends of it. Which of them it is, its SHA-256
/// must tell.
#[must_use]
pub fn places(path: &str, named: Option<&Path>, others: &[&Path]) -> Vec<PathBuf> {
    let parts: Vec<_> = Path::new(path).components().filter(|c| matches!(c, Component::Normal(_))).collect();
    let ends = |folder: &Path| -> Vec<PathBuf> {
        (0..parts.len()).map(|i| folder.join(parts[i..].iter().collect::<PathBuf>())).collect()
    };
    let mut all = named.map(ends).unwrap_or_default();
    all.push(PathBuf::from(path));
    all.extend(others.iter().flat_map(|folder| ends(folder)));
    all
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
}
