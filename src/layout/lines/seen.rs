//! Marks of a page in coordinates along the lines of one direction.

use super::along;
use crate::geometry::{BBox, BoxIndex};
use crate::layout::Erased;
use crate::layout::leaders::find_leaders;
use crate::layout::rulings::Rulings;
use crate::page::WritingMode;

/// Marks that separate or cover lines, in coordinates along the lines.
pub(super) struct Seen {
    pub(super) rulings: Rulings,
    /// Rules that separate tiers or columns.
    pub(super) shared: Rulings,
    /// Blanks that separate tiers or columns, as virtual rules.
    pub(super) bands: Rulings,
    /// Leaders: rows of dots between an entry and its number.
    pub(super) leaders: Vec<BBox>,
    pub(super) stamps: Vec<BBox>,
    pub(super) stamps_places: BoxIndex,
}

impl Seen {
    /// `dots` are the small components, `size` is the character size, px.
    pub(super) fn of(erased: &Erased<'_>, dots: &[BBox], size: f64, mode: WritingMode) -> Self {
        let stamps = along(erased.stamps, mode);
        Self {
            rulings: Rulings::of(along(erased.rulings, mode)),
            shared: Rulings::default(),
            bands: Rulings::default(),
            leaders: find_leaders(&along(dots, mode), size),
            stamps_places: BoxIndex::of(&stamps),
            stamps,
        }
    }
}
