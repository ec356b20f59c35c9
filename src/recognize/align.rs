//! Alignment of two readings of a line with the least edit distance (Levenshtein 1966), as in ROVER for speech
//! recognizers (Fiscus 1997).

use super::ReadGlyph;
use crate::orthography::Folding;

/// A pair of aligned glyphs, in reading order; an index is `None` if the other reading has an additional glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aligned {
    /// Index in the first reading.
    pub first: Option<usize>,
    /// Index in the second reading.
    pub second: Option<usize>,
    /// Whether both glyphs have the same text, without distinction between full and half width.
    pub is_equal: bool,
}

/// Aligns two readings. Ties prefer pairs to single glyphs.
#[must_use]
pub fn align(first: &[ReadGlyph], second: &[ReadGlyph]) -> Vec<Aligned> {
    let width = Folding { width: true, ..Folding::default() };
    let folded = |all: &[ReadGlyph]| all.iter().map(|g| width.fold(&g.text)).collect::<Vec<_>>();
    let (mine, theirs) = (folded(first), folded(second));
    let columns = theirs.len() + 1;
    let mut cost: Vec<usize> =
        (0..(mine.len() + 1) * columns).map(|at| at / columns + at % columns).collect();
    for (i, j) in (0..mine.len()).flat_map(|i| (0..theirs.len()).map(move |j| (i, j))) {
        let one_of_them = cost[i * columns + j + 1].min(cost[(i + 1) * columns + j]) + 1;
        let both = cost[i * columns + j] + usize::from(mine[i] != theirs[j]);
        cost[(i + 1) * columns + j + 1] = one_of_them.min(both);
    }
    let (mut i, mut j) = (mine.len(), theirs.len());
    let mut found = Vec::new();
    while i > 0 || j > 0 {
        let here = cost[i * columns + j];
        let both = i > 0 && j > 0;
        let is_equal = both && mine[i - 1] == theirs[j - 1];
        if both && here == cost[(i - 1) * columns + j - 1] + usize::from(!is_equal) {
            (i, j) = (i - 1, j - 1);
            found.push(Aligned { first: Some(i), second: Some(j), is_equal });
        } else if i > 0 && here == cost[(i - 1) * columns + j] + 1 {
            i -= 1;
            found.push(Aligned { first: Some(i), second: None, is_equal });
        } else {
            j -= 1;
            found.push(Aligned { first: None, second: Some(j), is_equal: false });
        }
    }
    found.reverse();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::BBox;
    use crate::page::Confidence;

    fn aligned(first: &str, second: &str) -> String {
        let glyphs = |text: &str| -> Vec<ReadGlyph> {
            let glyph = |c: char| ReadGlyph {
                text: c.to_string(),
                bbox: BBox::default(),
                confidence: Confidence::default(),
                alternatives: vec![],
            };
            text.chars().map(glyph).collect()
        };
        let show = |a: Aligned| match (a.first, a.second) {
            (Some(_), Some(_)) if a.is_equal => '=',
            (Some(_), Some(_)) => '≠',
            (Some(_), None) => '<',
            _ => '>',
        };
        align(&glyphs(first), &glyphs(second)).into_iter().map(show).collect()
    }

    #[test]
    fn readings_are_aligned_at_least_distance() {
        assert_eq!(aligned("大島大使", "大鳥大使"), "=≠==");
        assert_eq!(aligned("総番号", "番号"), "<==");
        assert_eq!(aligned("番号", "番一号"), "=>=");
        assert_eq!(aligned("", "了"), ">");
        assert_eq!(aligned("", ""), "");
    }

    #[test]
    fn width_is_no_difference() {
        assert_eq!(aligned("第5号", "第５号"), "===");
    }
}
