//! Checks whether a PDF may replace an existing file. In a folder of scans, `NAME.pdf` is often the scan itself.

use std::fs::File;
use std::io::{Error, Read};
use std::path::Path;

/// Start of the creator entry in denshin's XMP metadata, which PDF/A requires uncompressed (ISO 19005-2, 6.6.2.1).
const OWN: &[u8] = b"<xmp:CreatorTool>denshin";
/// Read buffer size, bytes.
const CHUNK: usize = 1 << 16;

/// The reason why a PDF is not written.
#[derive(Debug, thiserror::Error)]
pub enum Occupied {
    /// The PDF would replace the scan.
    #[error("{0} is the scan itself (it stays; choose another folder with -o)")]
    Scan(String),
    /// The PDF would replace a file of another program.
    #[error(
        "{0} is there already and was not made by denshin (it stays; move it away, or choose another folder with -o)"
    )]
    Foreign(String),
    /// The existing file cannot be read.
    #[error("{name} is there already and cannot be read: {cause}")]
    Unreadable {
        /// File name.
        name: String,
        /// The error.
        cause: Error,
    },
}

/// Checks the output path of a PDF made from a scan. The path may be free or have an earlier PDF of this program.
///
/// # Errors
/// Returns an error if the PDF would replace the scan or a file of another program.
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
        // The pattern may cross a chunk boundary.
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
