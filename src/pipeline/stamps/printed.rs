//! Determines the printed characters of a stamp row from the recognized ones and the lexicon match.
//!
//! A lexicon entry corrects only characters with a low confidence. A confident character stays as it was recognized, in
//! its own variant form, unless it is a character of the page text under the stamp. The entry adds a character only
//! if the engine skipped a cell between two characters.
//!
//! Beside the matched word, only specks and page text under the stamp are removed. Page text is identified by the
//! lines of the page and by the frame: a stamp's own row is centered in the frame, so characters that shift the row off
//! center do not belong to the stamp. A lexicon entry that is one character longer or shorter than the stamp text
//! therefore changes nothing.

use super::lexicon::has_one_form;
use super::lexicon_match::{Match, SURE, fold};
use crate::geometry::BBox;
use crate::page::{Confidence, Glyph, WritingMode};
use crate::recognize::ReadGlyph;
use std::ops::Range;

/// Narrowest gap that counts as an unread cell, in median character widths: more than half, as in text lines.
const LEAST_GAP: f64 = 0.6;

/// A recognized row of a stamp.
pub(super) struct RowRead<'a> {
    pub(super) glyphs: &'a [ReadGlyph],
    pub(super) mode: WritingMode,
    /// Middle of the frame along the row, px; `None` without a frame.
    pub(super) middle: Option<f64>,
    /// For each glyph, whether it belongs to page text under the stamp.
    pub(super) is_print: Vec<bool>,
}

/// The printed characters of a row. A lexicon match corrects characters with a low confidence.
pub(super) fn printed(row: &RowRead<'_>, found: Option<&Match>) -> Vec<Glyph> {
    let Some(found) = found else { return row.glyphs.iter().map(as_read).collect() };
    let own = row.own(found);
    let mut glyphs = Vec::new();
    let mut missing: Vec<char> = Vec::new();
    let mut last: Option<usize> = None;
    let mut next = own.start;
    for &(character, glyph) in &found.characters {
        let Some(at) = glyph else {
            missing.push(character);
            continue;
        };
        glyphs.extend(row.between(next..at));
        if let Some(before) = last.filter(|&before| before + 1 == at) {
            glyphs.extend(row.unread(before, &missing, found.likeness));
        }
        missing.clear();
        glyphs.push(row.settled(at, character, found));
        (last, next) = (Some(at), at + 1);
    }
    glyphs.extend(row.between(next..own.end));
    glyphs
}

impl RowRead<'_> {
    /// Range of the stamp's own glyphs: the matched word, and the glyphs beside it unless they are page text.
    fn own(&self, found: &Match) -> Range<usize> {
        let all = 0..self.glyphs.len();
        let mut of_word = found.characters.iter().filter_map(|&(_, glyph)| glyph);
        let Some(first) = of_word.next() else { return all };
        let word = first..of_word.next_back().unwrap_or(first) + 1;
        // Page text that enters the row on one side leaves it on the other.
        let beyond = || (0..first).chain(word.end..all.end);
        let is_over_print = beyond().any(|i| self.is_print[i]);
        let is_pushed = match (self.off_middle(&word), self.off_middle(&all)) {
            (Some(word), Some(all)) => word < all,
            _ => false,
        };
        if is_over_print || is_pushed { word } else { all }
    }

    /// Distance of a part of the row from the middle of the frame, px.
    fn off_middle(&self, part: &Range<usize>) -> Option<f64> {
        let along = |i: usize| self.mode.along(&self.glyphs[i].bbox);
        let (first, last) = (along(part.start), along(part.end.checked_sub(1)?));
        Some((f64::from(first.left + last.right) / 2.0 - self.middle?).abs())
    }

    /// Glyphs between matched ones, without specks and page text.
    fn between(&self, part: Range<usize>) -> impl Iterator<Item = Glyph> {
        part.filter(|&i| !is_speck(&self.glyphs[i]) && !self.is_print[i]).map(|i| as_read(&self.glyphs[i]))
    }

    /// The character of a matched glyph: as recognized if it is confident or a variant form of the entry's character,
    /// otherwise the entry's character with the recognized one as an alternative.
    fn settled(&self, at: usize, character: char, found: &Match) -> Glyph {
        let (read, text) = (&self.glyphs[at], character.to_string());
        let is_sure = read.confidence.value() >= SURE && !self.is_print[at];
        let is_form = fold(&read.text) == fold(&text);
        let in_mind = read.alternatives.iter().any(|(other, _)| *other == text);
        if is_sure || is_form && !(in_mind && has_one_form(&found.word())) {
            return as_read(read);
        }
        Glyph {
            text,
            bbox: read.bbox,
            confidence: Confidence::clamped(found.likeness.min(SURE)),
            alternatives: vec![(read.text.clone(), read.confidence)],
        }
    }

    /// The character of an unread cell between a glyph and the next one; `None` if there is no such cell or if more
    /// than one character is missing.
    fn unread(&self, before: usize, missing: &[char], likeness: f32) -> Option<Glyph> {
        let &[character] = missing else { return None };
        let [a, b] = [before, before + 1].map(|i| self.mode.along(&self.glyphs[i].bbox));
        let is_cell = f64::from(b.left - a.right) >= LEAST_GAP * f64::from(self.width().max(1));
        let cell = BBox::from_ltrb(a.right, a.top.min(b.top), b.left, a.bottom.max(b.bottom));
        is_cell.then(|| Glyph {
            text: character.to_string(),
            bbox: self.mode.along(&cell),
            confidence: Confidence::clamped(likeness.min(SURE)),
            alternatives: Vec::new(),
        })
    }

    /// Median character width in the row, px.
    fn width(&self) -> i32 {
        let mut widths: Vec<i32> = self.glyphs.iter().map(|g| self.mode.along(&g.bbox).width()).collect();
        widths.sort_unstable();
        widths.get(widths.len() / 2).copied().unwrap_or(0)
    }
}

fn as_read(glyph: &ReadGlyph) -> Glyph {
    Glyph {
        text: glyph.text.clone(),
        bbox: glyph.bbox,
        confidence: glyph.confidence,
        alternatives: glyph.alternatives.clone(),
    }
}

/// Whether a glyph is a speck: punctuation with a low confidence.
fn is_speck(glyph: &ReadGlyph) -> bool {
    glyph.confidence.value() < SURE && !glyph.text.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::super::lexicon_match::StampLexicon;
    use super::*;

    /// Characters in cells of 40 px. `~` precedes a character with a low confidence; a blank is an unread cell.
    fn read(text: &str) -> Vec<ReadGlyph> {
        let mut glyphs: Vec<ReadGlyph> = Vec::new();
        let (mut is_unsure, mut place) = (false, 0);
        for c in text.chars() {
            match c {
                '~' => is_unsure = true,
                ' ' => place += 1,
                _ => {
                    glyphs.push(ReadGlyph {
                        text: c.to_string(),
                        bbox: BBox::from_ltwh(40 * place, 0, 40, 40),
                        confidence: Confidence::clamped(if is_unsure { 0.5 } else { 1.0 }),
                        alternatives: vec![],
                    });
                    (is_unsure, place) = (false, place + 1);
                }
            }
        }
        glyphs
    }

    fn text(line: &str, words: &[&str]) -> String {
        text_in(line, words, None, "")
    }

    /// Puts the row into a frame whose middle is `middle` cells from the left, over page text of the characters in
    /// `print`.
    fn text_in(line: &str, words: &[&str], middle: Option<f64>, print: &str) -> String {
        let glyphs = read(line);
        let found = StampLexicon::new(words.iter().copied()).find_match(&glyphs, 1);
        let row = RowRead {
            glyphs: &glyphs,
            mode: WritingMode::HorizontalTb,
            middle: middle.map(|cells| 40.0 * cells),
            is_print: glyphs.iter().map(|g| print.contains(&g.text)).collect(),
        };
        printed(&row, found.as_ref()).iter().map(|g| g.text.as_str()).collect()
    }

    #[test]
    fn a_word_neither_adds_nor_drops_a_character() {
        assert_eq!(text("外交記録公開室", &["外交記録公開"]), "外交記録公開室");
        assert_eq!(text("外交記録公開", &["外交記録公開室"]), "外交記録公開");
        assert_eq!(text("無期限極秘", &["期限極秘"]), "無期限極秘");
    }

    #[test]
    fn old_forms_stand_as_printed() {
        assert_eq!(text("極祕", &["極秘"]), "極祕");
        assert_eq!(text("嚴秘", &["厳秘"]), "嚴秘");
    }

    #[test]
    fn an_unsure_old_form_on_a_stamp_of_declassification_is_the_common_one() {
        let form = |line: &str, other: &str| {
            let mut glyphs = read(line);
            glyphs[0].alternatives = vec![(other.to_owned(), Confidence::clamped(0.4))];
            let found = StampLexicon::new(["秘密指定解除", "秘書"]).find_match(&glyphs, 1);
            let mode = WritingMode::HorizontalTb;
            let row = RowRead { glyphs: &glyphs, mode, middle: None, is_print: vec![false; glyphs.len()] };
            printed(&row, found.as_ref()).remove(0).text
        };
        assert_eq!(form("~祕密指定解除", "秘"), "秘");
        assert_eq!(form("祕密指定解除", "秘"), "祕", "sure");
        assert_eq!(form("~祕書", "秘"), "祕", "a word of any time");
    }

    #[test]
    fn a_word_wins_against_no_character_that_was_read_surely() {
        assert_eq!(text("秘密指定解徐", &["秘密指定解除"]), "秘密指定解徐");
        assert_eq!(text("秘密指定解~徐", &["秘密指定解除"]), "秘密指定解除");
        assert_eq!(text("要回~収", &["要回覧"]), "要回収");
    }

    #[test]
    fn a_speck_goes_and_an_unread_cell_is_filled() {
        assert_eq!(text("秘密~、指定解除", &["秘密指定解除"]), "秘密指定解除");
        assert_eq!(text("外交記録 情報公開室", &["外交記録・情報公開室"]), "外交記録・情報公開室");
        assert_eq!(text("外交記録情報公開室", &["外交記録・情報公開室"]), "外交記録情報公開室");
    }

    #[test]
    fn print_that_a_stamp_lies_over_is_left_out() {
        let words = ["秘密指定解除", "接受"];
        assert_eq!(text_in("る秘密指定解除", &words, None, "る"), "秘密指定解除");
        assert_eq!(text_in("シ秘密指定解除本", &words, Some(4.0), "シ"), "秘密指定解除", "on both sides");
        assert_eq!(text_in("の密指定解除", &words, None, "の"), "秘密指定解除", "in a character's place");
    }

    #[test]
    fn a_row_stands_in_the_middle_of_its_frame() {
        assert_eq!(text_in("秘密指定解除令", &["秘密指定解除"], Some(3.0), ""), "秘密指定解除");
        assert_eq!(text_in("外交記録公開室", &["外交記録公開"], Some(3.5), ""), "外交記録公開室");
    }
}
