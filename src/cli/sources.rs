//! Sources of a run: named, or listed in a file or on standard input.

use anyhow::Context;
use denshin::batch::{Found, Inputs, STANDARD_INPUT, find_inputs, find_listed};
use denshin::encoding::to_utf8;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// The input files of all sources.
pub(super) fn find(named: &[PathBuf], list: Option<&Path>, output: &Path) -> anyhow::Result<Inputs> {
    match list {
        Some(_) if !named.is_empty() => {
            anyhow::bail!("sources and --list cannot be combined (add the sources to the list)")
        }
        Some(list) => Ok(find_listed(&lines(list)?, output)),
        None => Ok(find_inputs(named, output)),
    }
}

/// The paths of a list, one per line; empty lines are ignored.
pub(super) fn lines(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    let read = if list == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(list).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{}: the list cannot be read", list.display()))?;
    let bytes = to_utf8(&bytes).with_context(|| format!("{}: the list", list.display()))?;
    Ok(bytes.split(|b| *b == b'\n').filter_map(listed).collect())
}

/// The path on a line. Leading and trailing blanks are part of the name only if a file with this name exists.
fn listed(line: &[u8]) -> Option<PathBuf> {
    // Concatenated lists contain a byte order mark in the middle.
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let whole = line.strip_suffix(b"\r").unwrap_or(line);
    let trimmed = line.trim_ascii();
    let named = if trimmed.len() < whole.len() && path(whole).exists() { whole } else { trimmed };
    (!trimmed.is_empty()).then(|| path(named))
}

/// A path is bytes; in old archives it is not always UTF-8.
#[cfg(unix)]
fn path(line: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(line.to_vec()).into()
}

#[cfg(not(unix))]
fn path(line: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(line).into_owned()).into()
}

/// Copies the scan on standard input, if it is among the inputs, to a file that is removed on drop. Worker processes
/// read files, and a second attempt reads the scan again.
pub(super) fn standard_input(inputs: &[Found]) -> anyhow::Result<Option<NamedTempFile>> {
    if inputs.iter().all(|found| found.path != Path::new(STANDARD_INPUT)) {
        return Ok(None);
    }
    let spool = || {
        let mut file = NamedTempFile::with_prefix("denshin-")?;
        std::io::copy(&mut std::io::stdin().lock(), &mut file)?;
        Ok::<_, std::io::Error>(file)
    };
    spool().map(Some).context(
        "the scan on standard input cannot be stored in a temporary file (set TMPDIR to another folder)",
    )
}
