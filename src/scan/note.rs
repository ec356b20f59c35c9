//! Notes about a scan beyond its pixels.

/// A property or a defect of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The page of a PDF has a text layer. Its origin is unknown, so it is not used.
    TextLayer,
    /// The end of a PDF or its cross-reference table is missing or wrong, and the file was repaired as readers do; or
    /// data that are no image follow the images of a PNM. Pages may be missing or in another order.
    Repaired,
    /// The image data are truncated or damaged: the part that could not be decoded is white or wrong.
    Incomplete,
}

impl Note {
    /// Code of the note in a page record: the code of a warning, or the name of a figure.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TextLayer => "text-layer",
            Self::Repaired => "repaired-file",
            Self::Incomplete => "incomplete-scan",
        }
    }

    /// Text of the warning for a page with this note; `None` if there is no reason for a warning.
    #[must_use]
    pub fn doubt(self) -> Option<&'static str> {
        match self {
            Self::TextLayer => None,
            Self::Repaired => {
                Some("the file is damaged and was repaired: pages may be missing, or in another order")
            }
            Self::Incomplete => {
                Some("the scan's data are damaged or cut off: parts of the page may be missing")
            }
        }
    }
}
