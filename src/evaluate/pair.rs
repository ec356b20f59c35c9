//! Finds the result of every reference.
//!
//! Names are paths below the folder without the extension: `deep/a.gt.json` and `deep/a.alto.xml` are both `deep/a`.
//! References without a partner are then paired by file name alone, and then by file name up to the first dot, if the
//! name is unique on both sides. A TSV pairs files of other names. If a folder has a page in several formats, the one
//! with the most data is taken. In a folder with files named `….gt.…` only those are references, and they are never
//! results.

use super::read::is_page_json;
use crate::encoding;
use crate::relative_path::{PathFault, RelativePath};
use crate::reviewed::Text;
use crate::scan;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Extensions of files that may hold a page, those with the most data first.
const ENDINGS: [&str; 12] = [
    ".gt.json",
    ".json",
    ".gt.page.xml",
    ".page.xml",
    ".gt.alto.xml",
    ".alto.xml",
    ".gt.xml",
    ".xml",
    ".hocr",
    ".html",
    ".gt.txt",
    ".txt",
];

/// A reference and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Common name without extension.
    pub name: String,
    /// The reference.
    pub reference: PathBuf,
    /// The result; `None` if there is none.
    pub hypothesis: Option<PathBuf>,
}

/// All references with their results, and the results without a reference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pairing {
    /// Pairs in order of their names.
    pub pairs: Vec<Pair>,
    /// Names of results without reference.
    pub extra: Vec<String>,
    /// Whether results that are page records are taken as reviewed or as read. References are always as reviewed.
    pub text: Text,
}

/// Why files cannot be paired.
#[derive(Debug, thiserror::Error)]
pub enum PairError {
    /// A path cannot be read.
    #[error("{path}: cannot be read: {cause} (check the path and its permissions)")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// System error.
        cause: std::io::Error,
    },
    /// There is no reference.
    #[error("{0}: no references (page records, PAGE XML, ALTO, hOCR, text, NAME.gt.json)")]
    None(PathBuf),
    /// A line of a table is no pair.
    #[error("{path}, line {line}: a reference, a tab and a result are expected")]
    Table {
        /// The table.
        path: PathBuf,
        /// Line number, one-based.
        line: usize,
    },
    /// A line of a table names a file outside the folders.
    #[error("{path}, line {line}: {fault} (paths are those below the two folders)")]
    Elsewhere {
        /// The table.
        path: PathBuf,
        /// Line number, one-based.
        line: usize,
        /// The problem with the path.
        fault: PathFault,
    },
}

/// Pairs the files of two folders, or two files.
///
/// # Errors
/// If a path cannot be read, or there is no reference.
pub fn pair(results: &Path, references: &Path) -> Result<Pairing, PairError> {
    let (one_result, one_reference) = (is_file(results)?, is_file(references)?);
    if one_result && one_reference {
        let pair = Pair {
            name: name_of(references),
            reference: references.into(),
            hypothesis: Some(results.into()),
        };
        return Ok(Pairing { pairs: vec![pair], ..Pairing::default() });
    }
    let mut truths = pages(references, one_reference, is_ground_truth)?;
    if truths.is_empty() {
        truths = pages(references, one_reference, |_| true)?;
    }
    if truths.is_empty() {
        return Err(PairError::None(references.to_owned()));
    }
    let read = pages(results, one_result, |path| !is_ground_truth(path))?;
    let mut found = matched(truths, read);
    // A single file against a folder: ignore the other files of the folder.
    if one_result {
        found.pairs.retain(|p| p.hypothesis.is_some());
    }
    if one_reference {
        found.extra.clear();
    }
    if found.pairs.is_empty() { Err(PairError::None(references.to_owned())) } else { Ok(found) }
}

/// Pairs files as a table lists them: in the columns `reference` and `hypothesis` by its header, or the first two.
/// Paths are relative to the two folders. An empty result is a missing one.
///
/// # Errors
/// If the table cannot be read, or a line is no pair.
pub fn pair_listed(table: &Path, results: &Path, references: &Path) -> Result<Pairing, PairError> {
    let unreadable = |cause| PairError::Unreadable { path: table.to_owned(), cause };
    let text = encoding::read(table).map_err(unreadable)?;
    let mut columns = (0, 1);
    let mut pairs = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
        let place =
            |names: &[&str]| cells.iter().position(|c| names.contains(&c.to_ascii_lowercase().as_str()));
        if let (0, Some(reference), Some(result)) =
            (index, place(&["reference", "gt"]), place(&["hypothesis", "result", "ocr"]))
        {
            columns = (reference, result);
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let bad = || PairError::Table { path: table.to_owned(), line: index + 1 };
        let reference = cells.get(columns.0).filter(|c| !c.is_empty()).ok_or_else(bad)?;
        let result = cells.get(columns.1).ok_or_else(bad)?;
        let below = |folder: &Path, name: &str| match RelativePath::new(name) {
            Ok(name) => Ok(folder.join(name)),
            Err(fault) => Err(PairError::Elsewhere { path: table.to_owned(), line: index + 1, fault }),
        };
        let hypothesis = if result.is_empty() { None } else { Some(below(results, result)?) };
        pairs.push(Pair {
            name: without_ending(reference).to_owned(),
            reference: below(references, reference)?,
            hypothesis: hypothesis.filter(|path| path.exists()),
        });
    }
    if pairs.is_empty() {
        Err(PairError::None(table.to_owned()))
    } else {
        Ok(Pairing { pairs, ..Pairing::default() })
    }
}

fn is_file(path: &Path) -> Result<bool, PairError> {
    let found = std::fs::metadata(path);
    Ok(found.map_err(|cause| PairError::Unreadable { path: path.to_owned(), cause })?.is_file())
}

fn is_ground_truth(path: &Path) -> bool {
    path.file_name().is_some_and(|n| n.to_string_lossy().contains(".gt."))
}

fn name_of(path: &Path) -> String {
    without_ending(&path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default()).to_owned()
}

fn without_ending(name: &str) -> &str {
    ENDINGS.iter().find_map(|e| name.strip_suffix(e)).unwrap_or(name)
}

/// The pages of a folder by name; for each, the file with the most data.
fn pages(
    path: &Path,
    is_file: bool,
    wanted: impl Fn(&Path) -> bool,
) -> Result<BTreeMap<String, PathBuf>, PairError> {
    if is_file {
        return Ok(BTreeMap::from([(name_of(path), path.to_owned())]));
    }
    let mut found: BTreeMap<String, (usize, PathBuf)> = BTreeMap::new();
    for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|e| PairError::Unreadable { path: path.to_owned(), cause: e.into() })?;
        let file = entry.path();
        let below = file.strip_prefix(path).unwrap_or(file).to_string_lossy().replace('\\', "/");
        let Some(rank) = ENDINGS.iter().position(|e| below.ends_with(e)) else { continue };
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let json = below.ends_with(".json");
        if hidden || !wanted(file) || !entry.file_type().is_file() || (json && !is_page_json(file)) {
            continue;
        }
        let name = below.strip_suffix(ENDINGS[rank]).unwrap_or(&below).to_owned();
        if found.get(&name).is_none_or(|known| rank < known.0) {
            found.insert(name, (rank, file.to_owned()));
        }
    }
    Ok(found.into_iter().map(|(name, (_, path))| (name, path)).collect())
}

fn matched(truths: BTreeMap<String, PathBuf>, mut read: BTreeMap<String, PathBuf>) -> Pairing {
    let mut pairs: Vec<Pair> = truths
        .into_iter()
        .map(|(name, reference)| Pair { hypothesis: read.remove(&name), name, reference })
        .collect();
    for shorter in [without_scan_ending, before_first_dot] {
        pair_by(shorter, &mut pairs, &mut read);
    }
    Pairing { pairs, extra: read.into_keys().collect(), ..Pairing::default() }
}

/// The file name without the extension of a scan.
fn without_scan_ending(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    scan::ENDINGS.iter().find_map(|e| file.strip_suffix(e)?.strip_suffix('.')).unwrap_or(file)
}

/// The file name up to its first dot: OCR programs write `a.some-ocr.txt`.
fn before_first_dot(name: &str) -> &str {
    without_scan_ending(name).split('.').next().unwrap_or(name)
}

/// Pairs the remaining files by shorter names that are unique on both sides.
fn pair_by(shorter: fn(&str) -> &str, pairs: &mut [Pair], read: &mut BTreeMap<String, PathBuf>) {
    let mut wanting: HashMap<String, usize> = HashMap::new();
    for pair in pairs.iter().filter(|p| p.hypothesis.is_none()) {
        *wanting.entry(shorter(&pair.name).to_owned()).or_default() += 1;
    }
    let mut offered: HashMap<String, Vec<String>> = HashMap::new();
    for name in read.keys() {
        offered.entry(shorter(name).to_owned()).or_default().push(name.clone());
    }
    for pair in pairs.iter_mut().filter(|p| p.hypothesis.is_none()) {
        let name = shorter(&pair.name);
        if let (Some(1), Some([only])) = (wanting.get(name), offered.get(name).map(Vec::as_slice)) {
            pair.hypothesis = read.remove(only);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> BTreeMap<String, PathBuf> {
        list.iter().map(|n| ((*n).to_owned(), PathBuf::from(n))).collect()
    }

    fn pairs(truths: &[&str], read: &[&str]) -> (Vec<String>, Vec<String>) {
        let found = matched(names(truths), names(read));
        let shown =
            |p: Pair| format!("{}={}", p.name, p.hypothesis.map_or("-".into(), |h| h.display().to_string()));
        (found.pairs.into_iter().map(shown).collect(), found.extra)
    }

    #[test]
    fn names_are_paired_whole_first_and_then_by_their_file() {
        let (found, extra) = pairs(&["a", "deep/b", "c"], &["a", "b.png", "d"]);
        assert_eq!(found, ["a=a", "c=-", "deep/b=b.png"]);
        assert_eq!(extra, ["d"]);
    }

    #[test]
    fn endings_that_an_engine_adds_are_seen_through() {
        let (found, _) = pairs(&["a", "b.c", "d"], &["a.some-ocr", "b.c.some-ocr", "d.x", "d.y"]);
        assert_eq!(found, ["a=a.some-ocr", "b.c=b.c.some-ocr", "d=-"]);
    }

    #[test]
    fn a_name_borne_twice_is_not_guessed() {
        let (found, extra) = pairs(&["x/a"], &["y/a", "z/a"]);
        assert_eq!((found, extra.len()), (vec!["x/a=-".to_owned()], 2));
    }
}
