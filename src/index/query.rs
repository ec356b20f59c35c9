//! The query language.
//!
//! | query | finds |
//! |---|---|
//! | `領土 問題` | both, anywhere |
//! | `"領土 問題"`, `「領土問題」` | the phrase; blanks do not count |
//! | `領土 OR 漁業`, `領土 \| 漁業` | one of both |
//! | `-漁業`, `NOT 漁業` | without |
//! | `(領土 OR 漁業) 交渉` | groups |
//! | `subject:領土`, `件名:領土` | in the subject; also `from:` 発 and `to:` 宛 |
//! | `number:5517`, `番号:5517` | the number of the telegram |
//!
//! Every word is a substring: text without blanks has no words of its own.

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clause {
    /// A substring of the text, as typed.
    Text(String),
    /// A substring of the subject.
    Subject(String),
    /// A substring of the sender.
    From(String),
    /// A substring of the addressee.
    To(String),
    /// The number of the telegram.
    Number(u64),
    /// All of these.
    All(Vec<Clause>),
    /// One of these at least.
    Any(Vec<Clause>),
    /// Not this.
    Not(Box<Clause>),
}

/// A query, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query(pub Clause);

/// Why a query cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Nothing in it.
    #[error("the query is empty")]
    Empty,
    /// A quotation mark or parenthesis that has no partner.
    #[error("{0} has no partner in the query")]
    Unbalanced(char),
    /// OR, NOT or - with nothing beside it.
    #[error("nothing stands beside {0} in the query (put it into quotation marks to search for it)")]
    Lonely(&'static str),
    /// `number:` with something else behind it.
    #[error("{0} is no number of a telegram")]
    NoNumber(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Or,
    Not,
    /// A word or phrase, with the field that was named before it.
    Text(Option<Field>, String),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Field {
    Subject,
    From,
    To,
    Number,
}

const FIELDS: [(&str, Field); 8] = [
    ("subject", Field::Subject),
    ("件名", Field::Subject),
    ("from", Field::From),
    ("発", Field::From),
    ("to", Field::To),
    ("宛", Field::To),
    ("number", Field::Number),
    ("番号", Field::Number),
];

/// Quotation marks by their pairs.
const QUOTES: [(char, char); 4] = [('"', '"'), ('「', '」'), ('“', '”'), ('『', '』')];

impl Query {
    /// Parses a query.
    ///
    /// # Errors
    /// Where it is empty, a quotation mark or parenthesis has no partner, or an operator has nothing to stand on.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let tokens = tokens(text)?;
        let mut rest = tokens.as_slice();
        let clause = any(&mut rest)?;
        match rest {
            [] => Ok(Self(clause)),
            _ => Err(QueryError::Unbalanced(')')),
        }
    }

    /// The texts that are to be shown on a page that is found: those that are not excluded.
    #[must_use]
    pub fn shown(&self) -> Vec<&str> {
        fn collect<'a>(clause: &'a Clause, found: &mut Vec<&'a str>) {
            match clause {
                Clause::Text(text) => found.push(text),
                Clause::All(clauses) | Clause::Any(clauses) => {
                    clauses.iter().for_each(|clause| collect(clause, found));
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        collect(&self.0, &mut found);
        found
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, QueryError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = match first {
            '(' | '（' => {
                tokens.push(Token::Open);
                after
            }
            ')' | '）' => {
                tokens.push(Token::Close);
                after
            }
            '|' | '｜' => {
                tokens.push(Token::Or);
                after
            }
            '-' | '－' if after.starts_with(|c: char| !c.is_whitespace()) => {
                tokens.push(Token::Not);
                after
            }
            _ => {
                let (field, value) = field(rest);
                let (text, after) = phrase(value)?;
                tokens.push(match text.as_str() {
                    "OR" if field.is_none() && !value.starts_with('"') => Token::Or,
                    "NOT" if field.is_none() && !value.starts_with('"') => Token::Not,
                    "AND" if field.is_none() && !value.starts_with('"') => {
                        rest = after.trim_start();
                        continue;
                    }
                    _ => Token::Text(field, text),
                });
                after
            }
        }
        .trim_start();
    }
    Ok(tokens)
}

/// The field that opens a text, and what follows its colon.
fn field(text: &str) -> (Option<Field>, &str) {
    let named = |(name, field): (&str, Field)| {
        let rest = text.strip_prefix(name)?;
        let value = rest.strip_prefix([':', '：'])?;
        (!value.starts_with(char::is_whitespace) && !value.is_empty()).then_some((Some(field), value))
    };
    FIELDS.into_iter().find_map(named).unwrap_or((None, text))
}

/// The word or quoted phrase that opens a text, and what follows it.
fn phrase(text: &str) -> Result<(String, &str), QueryError> {
    let first = text.chars().next().unwrap_or_default();
    if let Some((open, close)) = QUOTES.into_iter().find(|(open, _)| *open == first) {
        let inside = &text[open.len_utf8()..];
        let (phrase, after) = inside.split_once(close).ok_or(QueryError::Unbalanced(open))?;
        return Ok((phrase.to_owned(), after));
    }
    let ends = |c: char| c.is_whitespace() || "()（）|｜\"「“『".contains(c);
    let end = text.find(ends).unwrap_or(text.len());
    Ok((text[..end].to_owned(), &text[end..]))
}

fn any(tokens: &mut &[Token]) -> Result<Clause, QueryError> {
    let mut clauses = vec![all(tokens)?];
    while let [Token::Or, rest @ ..] = tokens {
        *tokens = rest;
        let next = all(tokens).map_err(|error| match error {
            QueryError::Empty => QueryError::Lonely("OR"),
            other => other,
        })?;
        clauses.push(next);
    }
    Ok(one_or(clauses, Clause::Any))
}

fn all(tokens: &mut &[Token]) -> Result<Clause, QueryError> {
    let mut clauses = Vec::new();
    loop {
        let clause = match tokens {
            [Token::Not, rest @ ..] => {
                *tokens = rest;
                let clause = single(tokens)?.ok_or(QueryError::Lonely("NOT"))?;
                Clause::Not(Box::new(clause))
            }
            _ => match single(tokens)? {
                Some(clause) => clause,
                None => break,
            },
        };
        clauses.push(clause);
    }
    match clauses.is_empty() {
        true if tokens.first() == Some(&Token::Or) => Err(QueryError::Lonely("OR")),
        true => Err(QueryError::Empty),
        false => Ok(one_or(clauses, Clause::All)),
    }
}

/// A text or a group; `None` at the end of a group.
fn single(tokens: &mut &[Token]) -> Result<Option<Clause>, QueryError> {
    match tokens {
        [Token::Open, rest @ ..] => {
            *tokens = rest;
            let clause = any(tokens)?;
            let [Token::Close, rest @ ..] = tokens else { return Err(QueryError::Unbalanced('(')) };
            *tokens = rest;
            Ok(Some(clause))
        }
        [Token::Text(field, text), rest @ ..] => {
            *tokens = rest;
            let text = text.clone();
            Ok(Some(match field {
                None => Clause::Text(text),
                Some(Field::Subject) => Clause::Subject(text),
                Some(Field::From) => Clause::From(text),
                Some(Field::To) => Clause::To(text),
                Some(Field::Number) => Clause::Number(number(&text)?),
            }))
        }
        _ => Ok(None),
    }
}

fn number(text: &str) -> Result<u64, QueryError> {
    use crate::orthography::search::{characters, text_of, words};
    let digits: String =
        text_of(&words(text, &characters(text))).chars().filter(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| QueryError::NoNumber(text.to_owned()))
}

fn one_or(mut clauses: Vec<Clause>, several: fn(Vec<Clause>) -> Clause) -> Clause {
    match clauses.len() {
        1 => clauses.remove(0),
        _ => several(clauses),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Clause {
        Clause::Text(text.to_owned())
    }

    #[test]
    fn queries_are_parsed_as_the_table_says() {
        for (query, expected) in [
            ("領土", text("領土")),
            ("領土　問題", Clause::All(vec![text("領土"), text("問題")])),
            ("\"領土 問題\"", text("領土 問題")),
            ("「領土問題」交渉", Clause::All(vec![text("領土問題"), text("交渉")])),
            ("領土 OR 漁業", Clause::Any(vec![text("領土"), text("漁業")])),
            ("領土｜漁業", Clause::Any(vec![text("領土"), text("漁業")])),
            ("領土 -漁業", Clause::All(vec![text("領土"), Clause::Not(Box::new(text("漁業")))])),
            (
                "（領土 OR 漁業）交渉",
                Clause::All(vec![Clause::Any(vec![text("領土"), text("漁業")]), text("交渉")]),
            ),
            ("件名:会談", Clause::Subject("会談".into())),
            ("from:\"小和田 大使\"", Clause::From("小和田 大使".into())),
            ("番号:第五五一七号", Clause::Number(5517)),
            ("\"OR\"", text("OR")),
            ("subject: 会談", Clause::All(vec![text("subject:"), text("会談")])),
            ("日-ソ", text("日-ソ")),
        ] {
            assert_eq!(Query::parse(query).map(|q| q.0), Ok(expected), "{query}");
        }
    }

    #[test]
    fn queries_that_cannot_be_understood_say_why() {
        for (query, expected) in [
            ("", QueryError::Empty),
            ("　", QueryError::Empty),
            ("\"領土", QueryError::Unbalanced('"')),
            ("(領土", QueryError::Unbalanced('(')),
            ("領土)", QueryError::Unbalanced(')')),
            ("領土 OR", QueryError::Lonely("OR")),
            ("OR 領土", QueryError::Lonely("OR")),
            ("NOT", QueryError::Lonely("NOT")),
            ("number:何", QueryError::NoNumber("何".into())),
        ] {
            assert_eq!(Query::parse(query), Err(expected), "{query}");
        }
    }
}
