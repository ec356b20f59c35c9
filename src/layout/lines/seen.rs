//! Marks about the lines of one direction.

use super::along;
use crate::geometry::{BBox, BoxIndex};
use crate::layout::Erased;
use crate::layout::leaders::find_leaders;
use crate::layout::rulings::Rulings;
use crate::page::WritingMode;

/// Marks that lines run between or beneath, as seen along the lines.
pub(super) struct Seen {
    pub(super) rulings: Rulings,
    /// The rules that part tiers or columns.
    pub(super) shared: Rulings,
    /// Blanks that part tiers or columns, as rules that nobody printed.
    pub(super) bands: Rulings,
    /// Rows of dots between what is listed and its number.
    pub(super) leaders: Vec<BBox>,
    pub(super) stamps: Vec<BBox>,
    pub(super) stamps_places: BoxIndex,
}

impl Seen {
    /// `dots` are small pieces of ink, `size` is the side of a character, px.
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
