//! The fields of the index, and how text becomes terms.
//!
//! A term is a pair of neighbouring characters of folded text, at the position of the first; a phrase of pairs at
//! consecutive positions is a substring. Pairs that hold a line feed or a redaction are left out, so no phrase crosses
//! them. Single characters are in a field of their own, without positions.

use tantivy::schema::{
    Field, INDEXED, IndexRecordOption, NumericOptions, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Name of the tokenizer of pairs.
pub(super) const PAIRS: &str = "pairs";
/// Name of the tokenizer of single characters.
pub(super) const SINGLE: &str = "single";

/// All fields.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    pub schema: Schema,
    /// [`super::collection::Group::key`] of the records.
    pub group: Field,
    /// [`super::collection::Group::fingerprint`] of the records.
    pub fingerprint: Field,
    /// `page` and `whole`: a page of a telegram of several pages, and everything else. What is both has both.
    pub unit: Field,
    /// Text folded character by character, in pairs.
    pub characters: Field,
    /// Text with words, numerals and years folded, in pairs.
    pub words: Field,
    /// Text with characters folded that OCR confuses, in pairs.
    pub confusable: Field,
    /// Characters of `characters`.
    pub single: Field,
    /// Subject, sender and addressee, in pairs, folded as `words`.
    pub subject: Field,
    pub from: Field,
    pub to: Field,
    pub number: Field,
    /// `YYYYMMDD`.
    pub date: Field,
    pub year: Field,
    pub post: Field,
    pub classification: Field,
    pub precedence: Field,
    pub bureau: Field,
    pub kind: Field,
    pub stamps: Field,
    /// 1 where something is redacted.
    pub redacted: Field,
    /// The [`super::Document`] as JSON.
    pub document: Field,
}

impl Fields {
    pub(super) fn new() -> Self {
        let mut builder = Schema::builder();
        let pairs = |b: &mut tantivy::schema::SchemaBuilder, name: &str| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(PAIRS)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions);
            b.add_text_field(name, TextOptions::default().set_indexing_options(indexing))
        };
        let word = |b: &mut tantivy::schema::SchemaBuilder, name: &str| {
            b.add_text_field(name, STRING.set_fast("raw"))
        };
        let number = |b: &mut tantivy::schema::SchemaBuilder, name: &str| {
            b.add_u64_field(name, NumericOptions::from(INDEXED).set_fast())
        };
        let single = TextFieldIndexing::default()
            .set_tokenizer(SINGLE)
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        let b = &mut builder;
        Self {
            group: word(b, "group"),
            fingerprint: word(b, "fingerprint"),
            unit: word(b, "unit"),
            characters: pairs(b, "characters"),
            words: pairs(b, "words"),
            confusable: pairs(b, "confusable"),
            single: b.add_text_field("single", TextOptions::default().set_indexing_options(single)),
            subject: pairs(b, "subject"),
            from: pairs(b, "from"),
            to: pairs(b, "to"),
            number: number(b, "number"),
            date: number(b, "date"),
            year: number(b, "year"),
            post: word(b, "post"),
            classification: word(b, "classification"),
            precedence: word(b, "precedence"),
            bureau: word(b, "bureau"),
            kind: word(b, "kind"),
            stamps: word(b, "stamps"),
            redacted: number(b, "redacted"),
            document: b.add_text_field("document", STORED),
            schema: builder.build(),
        }
    }
}

/// Whether no phrase crosses a character.
pub(super) fn is_gap(c: char) -> bool {
    c == '\n' || c == crate::page::REDACTION_MARK
}

/// Terms of one or two neighbouring characters of a folded text.
#[derive(Clone)]
pub(super) struct Grams {
    /// 1 or 2.
    pub length: usize,
}

impl Tokenizer for Grams {
    type TokenStream<'a> = GramStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> GramStream<'a> {
        GramStream {
            text,
            at: 0,
            length: self.length,
            token: Token { position: usize::MAX, ..Token::default() },
        }
    }
}

/// The terms of one text.
pub(super) struct GramStream<'a> {
    text: &'a str,
    /// Byte at which the next term begins.
    at: usize,
    length: usize,
    token: Token,
}

impl TokenStream for GramStream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let mut characters = self.text[self.at..].char_indices();
            let Some((_, first)) = characters.next() else { return false };
            let (from, next) = (self.at, self.at + first.len_utf8());
            let term = match self.length {
                1 => Some(next).filter(|_| !is_gap(first)),
                _ => characters
                    .next()
                    .filter(|&(_, second)| !is_gap(first) && !is_gap(second))
                    .map(|(_, second)| next + second.len_utf8()),
            };
            self.at = next;
            self.token.position = self.token.position.wrapping_add(1);
            if let Some(to) = term {
                self.token.offset_from = from;
                self.token.offset_to = to;
                self.token.text.clear();
                self.token.text.push_str(&self.text[from..to]);
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str, length: usize) -> Vec<(usize, String)> {
        let mut grams = Grams { length };
        let mut stream = grams.token_stream(text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().position, stream.token().text.clone()));
        }
        found
    }

    #[test]
    fn pairs_keep_positions_and_cross_no_gap() {
        let pairs = terms("領土■問題\n解", 2);
        assert_eq!(pairs, [(0, "領土".to_owned()), (3, "問題".to_owned())]);
        let single: Vec<String> = terms("領■a\n", 1).into_iter().map(|t| t.1).collect();
        assert_eq!(single, ["領", "a"]);
        assert!(terms("", 2).is_empty() && terms("領", 2).is_empty());
    }
}
