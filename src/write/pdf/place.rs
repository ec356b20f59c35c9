//! Whether a document may be written where a file lies already. `NAME.pdf` in a folder of scans is often the scan.

use std::fs::File;
use std::io::{Error, Read};
use std::path::Path;

/// How a document that this program made names its maker in its metadata, which PDF/A wants uncompressed (ISO 19005-2, 6.6.2.1).
const OWN: &[u8] = b"<xmp:CreatorTool>denshin";
/// Bytes that are looked at together.
const CHUNK: usize = 1 << 16;

/// Why a document is not written.
#[derive(Debug, thiserror::Error)]
pub enum Occupied {
    /// The document would replace the scan.
    #[error("{0} is the scan itself (it stays; choose another folder with -o)")]
    Scan(String),
    /// The document would replace a file that this program did not make.
    #[error(
        "{0} is there already and was not made by denshin (it stays; move it away, or choose another folder with -o)"
    )]
    Foreign(String),
    /// The file that lies there cannot be looked at.
    #[error("{name} is there already and cannot be read: {cause}")]
    Unreadable {
        /// File name.
        name: String,
        /// Why.
        cause: Error,
    },
}

/// Checks the place of a document that is made of a scan. A free place, and an earlier document of this program, may be
/// written to.
///
/// # Errors
/// Where the scan, or another program's file, would be lost.
pub fn check_place(path: &Path, scan: &Path) -> Result<(), Occupied> {
    let name = || path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Ok(there) = path.canonicalize() else { return Ok(()) };
    if scan.canonicalize().is_ok_and(|scan| scan == there) {
        return Err(Occupied::Scan(name()));
    }
    match File::open(&there).and_then(has_own_metadata) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Occupied::Foreign(name())),
        Err(cause) => Err(Occupied::Unreadable { name: name(), cause }),
    }
}

fn has_own_metadata(mut file: impl Read) -> std::io::Result<bool> {
    let (mut seen, mut chunk) = (Vec::new(), vec![0; CHUNK]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok(false);
        }
        // The words may begin in one chunk and end in the next.
        seen.drain(..seen.len().saturating_sub(OWN.len()));
        seen.extend_from_slice(&chunk[..read]);
        if seen.windows(OWN.len()).any(|words| words == OWN) {
            return Ok(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_across_two_chunks_are_found() {
        for before in [0, CHUNK - 10, CHUNK, 3 * CHUNK + 5] {
            let file = [&vec![b'<'; before], OWN, b"</"].concat();
            assert!(has_own_metadata(file.as_slice()).unwrap(), "{before}");
            assert!(!has_own_metadata(&file[..before + OWN.len() - 1]).unwrap(), "{before}");
        }
    }

    #[test]
    fn only_own_documents_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (scan, other, own) =
            (folder.path().join("a.pdf"), folder.path().join("b.pdf"), folder.path().join("c.pdf"));
        std::fs::write(&scan, "%PDF-1.7").unwrap();
        std::fs::write(&other, "%PDF-1.7").unwrap();
        let mut document = crate::write::pdf::SearchablePdf::new("");
        document.software = "denshin 0".to_owned();
        std::fs::write(&own, document.finish()).unwrap();
        assert!(matches!(check_place(&scan, &scan), Err(Occupied::Scan(_))));
        assert!(matches!(check_place(&other, &scan), Err(Occupied::Foreign(_))));
        assert!(check_place(&own, &scan).is_ok() && check_place(&folder.path().join("d.pdf"), &scan).is_ok());
    }
}
