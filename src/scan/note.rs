//! What is to be known of a scan besides its pixels.

/// Something that a file said, or that was wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The page of a PDF has text of its own. Nobody knows who wrote it, so it is not used.
    TextLayer,
    /// The end of a PDF, or its table of objects, is missing or wrong, so that it was put together again from what is there,
    /// as readers do; or something that is no picture follows the pictures of a PNM. Pages may be missing, or in another
    /// order.
    Repaired,
    /// The data of a scan are cut off or damaged: what could be decoded is there, the rest is white or wrong.
    Incomplete,
}

impl Note {
    /// Its name in a record: the code of a warning, or the name of a figure.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TextLayer => "text-layer",
            Self::Repaired => "repaired-file",
            Self::Incomplete => "incomplete-scan",
        }
    }

    /// What to doubt in what is read from such a scan; nothing where there is no reason to.
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
