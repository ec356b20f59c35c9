//! Sources of a batch: named, or listed in a file or on standard input.

use anyhow::Context;
use denshin::batch::{Inputs, find_inputs, find_listed};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The files of all sources.
pub(super) fn find(named: &[PathBuf], list: Option<&Path>, output: &Path) -> anyhow::Result<Inputs> {
    match list {
        Some(_) if !named.is_empty() => {
            anyhow::bail!("sources are either named or listed (put those that are named into the list)")
        }
        Some(list) => Ok(find_listed(&lines(list)?, output)),
        None => Ok(find_inputs(named, output)),
    }
}

/// The paths of a list, a line each; empty lines are none.
pub(super) fn lines(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    let read = if list == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(list).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.with_context(|| format!("{}: the list cannot be read", list.display()))?;
    let lines = bytes.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    Ok(lines.filter(|line| !line.is_empty()).map(path).collect())
}

/// A path is bytes: in old archives they are not always UTF-8.
#[cfg(unix)]
fn path(line: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    OsString::from_vec(line.to_vec()).into()
}

#[cfg(not(unix))]
fn path(line: &[u8]) -> PathBuf {
    OsString::from(String::from_utf8_lossy(line).into_owned()).into()
}

/// A scan on standard input.
pub(super) fn standard_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}
