//! The cable's fields, by rules over regions and text.
//!
//! A cable opens with a head whose lines have set forms (sent, received, addressee, sender, subject, number), so each
//! line is first given its role ([`assign_roles`]) by its words and its place on the straight page; the head's fields
//! are then read from the lines of their role, and references, paragraphs and forwarding posts from the message.
//!
//! Boxes are those of a page that stands upright; it may lean: the lean is taken from the lines (`place`).
//!
//! A line's text stays as it was read. A *field* is data: a word of a closed vocabulary (classification, office, era)
//! is recognized through a misread character; bureaus are as printed, and a vocabulary replaces their unsure
//! characters alone; names and subjects are as read. Where a blot or a misreading leaves more than one possibility,
//! the field is null. Digits are never guessed: a numeral that may have lost or gained one is no number ([`cells`]).
//! The words stand in `vocabulary.toml`; users add theirs ([`TelegramOptions`]), and a [`Vocabulary`] holds both.
//!
//! Lists and slips that travel with a cable have its number and subject, and say so by their kind ([`sheet`]).

mod captions;
mod cells;
mod dispatch;
mod forwarding;
mod handling;
mod head;
mod header;
mod likeness;
mod message;
mod names;
mod number;
mod numerals;
mod options;
mod persons;
mod place;
mod references;
mod roles;
mod sheet;
mod time;
mod vocabulary;

pub use options::{TelegramOptions, Words, WordsError};
pub use roles::{assign_roles, find_roles};
pub use vocabulary::Vocabulary;

use crate::page::{Region, RegionKind, Role, Telegram};
use header::Head;

/// The fields of a cable; `None` where the page has no title, no number with that of its page, nor two lines of a head.
#[must_use]
pub fn parse_telegram(regions: &[Region], vocabulary: &Vocabulary) -> Option<Telegram> {
    let head = Head { regions, vocabulary };
    let telegram = Telegram {
        kind: head.kind(),
        references: message::references(regions),
        paragraphs: message::paragraphs(regions, vocabulary),
        forwarded_to: message::forwarded_to(regions),
        end_mark: message::has_end_mark(regions),
        ..head.fields()
    };
    let titled = !header::texts(regions, Role::FormTitle).is_empty();
    let continues = telegram.number.is_some() && telegram.sheet.is_some();
    let of_head = [
        telegram.number.is_some(),
        telegram.sent.is_some(),
        telegram.received.is_some(),
        telegram.to.is_some(),
        telegram.from.is_some(),
    ];
    (titled || continues || of_head.into_iter().filter(|&known| known).count() >= 2).then_some(telegram)
}

/// The role of a text region.
fn role(region: &Region) -> Option<Role> {
    match region.kind {
        RegionKind::Text { role, .. } => Some(role),
        _ => None,
    }
}
