//! Confusions of characters, and changes of the telegraph's spelling.
//!
//! Characters are compared as printed (NFC) and paired by the alignment of the reading. A pair that differs only after
//! NFC but not in the reading is a difference of spelling. Full-size kana read as small (正しかつた as 正しかった) and old kanji
//! forms read as new (總 as 総) are *modernized*, which is an error here; the reverse is *antiquated*. Full and half
//! width and compatibility forms are *width*.

use crate::orthography::Folding;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Most confusions in the list; the rest is only counted.
const LISTED: usize = 200;

/// A character and the character that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// The printed character; empty for an insertion.
    pub reference: String,
    /// The read character; empty for a deletion.
    pub read: String,
    /// Number of occurrences.
    pub count: u64,
}

/// Kind of difference between two characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Difference {
    /// Another character.
    Reading,
    /// Full-size kana read as small.
    ModernizedKana,
    /// An old kanji form read as new.
    ModernizedKanji,
    /// Small kana read as full-size, or a new kanji form read as old.
    Antiquated,
    /// Full and half width, or compatibility forms.
    Width,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Confusions {
    counts: HashMap<(String, String), u64>,
}

/// All confusions of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ConfusionTable {
    /// Substitutions, insertions and deletions, most frequent first; at most 200.
    pub reading: Vec<Confusion>,
    /// Number of distinct ones that are not in the list.
    pub unlisted: u64,
    /// Modernized spellings, most frequent first.
    pub modernized: Vec<Confusion>,
    /// Number of full-size kana read as small.
    pub modernized_kana: u64,
    /// Number of old kanji forms read as new.
    pub modernized_kanji: u64,
    /// Number of small kana read as full-size and new kanji forms read as old.
    pub antiquated: u64,
    /// Number of differences in width or compatibility form.
    pub width: u64,
}

impl Confusions {
    pub(super) fn count(&mut self, reference: &str, read: &str, count: u64) {
        if reference != read {
            *self.counts.entry((reference.to_owned(), read.to_owned())).or_default() += count;
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        other.counts.iter().for_each(|((reference, read), count)| self.count(reference, read, *count));
    }

    pub(super) fn table(&self) -> ConfusionTable {
        let mut table = ConfusionTable::default();
        for ((reference, read), &count) in &self.counts {
            let confusion = Confusion { reference: reference.clone(), read: read.clone(), count };
            match difference(reference, read) {
                Difference::Reading => table.reading.push(confusion),
                Difference::Antiquated => table.antiquated += count,
                Difference::Width => table.width += count,
                kind => {
                    let kana = kind == Difference::ModernizedKana;
                    table.modernized_kana += if kana { count } else { 0 };
                    table.modernized_kanji += if kana { 0 } else { count };
                    table.modernized.push(confusion);
                }
            }
        }
        let order = |a: &Confusion, b: &Confusion| {
            b.count.cmp(&a.count).then_with(|| (&a.reference, &a.read).cmp(&(&b.reference, &b.read)))
        };
        table.reading.sort_by(order);
        table.modernized.sort_by(order);
        table.unlisted = table.reading.len().saturating_sub(LISTED) as u64;
        table.reading.truncate(LISTED);
        table
    }
}

/// Classifies the difference between two distinct characters.
#[must_use]
pub fn difference(reference: &str, read: &str) -> Difference {
    let width = Folding { width: true, ..Folding::default() };
    let (a, b) = (width.fold(reference), width.fold(read));
    let kana = Folding { kana_size: true, ..Folding::default() };
    let forms = Folding { old_forms: true, ..Folding::default() };
    if a == b {
        Difference::Width
    } else if kana.fold(&b) == a {
        Difference::ModernizedKana
    } else if forms.fold(&a) == b {
        Difference::ModernizedKanji
    } else if Folding::all().fold(&a) == Folding::all().fold(&b) {
        Difference::Antiquated
    } else {
        Difference::Reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_modernizes_is_told_from_one_that_errs() {
        assert_eq!(difference("つ", "っ"), Difference::ModernizedKana);
        assert_eq!(difference("イ", "ィ"), Difference::ModernizedKana);
        assert_eq!(difference("總", "総"), Difference::ModernizedKanji);
        assert_eq!(difference("ッ", "ツ"), Difference::Antiquated);
        assert_eq!(difference("総", "總"), Difference::Antiquated);
        assert_eq!(difference("５", "5"), Difference::Width);
        assert_eq!(difference("六", "大"), Difference::Reading);
        assert_eq!(difference("了", ""), Difference::Reading);
    }

    #[test]
    fn the_table_counts_them_apart() {
        let mut all = Confusions::default();
        for (reference, read) in
            [("つ", "っ"), ("つ", "っ"), ("六", "大"), ("號", "号"), ("１", "1"), ("了", "了")]
        {
            all.count(reference, read, 1);
        }
        let table = all.table();
        assert_eq!((table.modernized_kana, table.modernized_kanji, table.width), (2, 1, 1));
        assert_eq!(table.modernized[0], Confusion { reference: "つ".into(), read: "っ".into(), count: 2 });
        assert_eq!(table.reading.len(), 1);
    }
}
