//! The head of a cable: which of its lines is what.
//!
//! Strong words decide first, wherever the line stands in reading order; then place on the straight page. The lines of
//! a cable are stacked: downwards in horizontal print, right to left in vertical. In that direction the head is
//! what stands before the number, and between addressee or sender and the number, at their margin, stands the subject.

use super::handling::handling;
use super::header::without_label;
use super::likeness::{distance, without_specks};
use super::names::LONGEST_NAME;
use super::number::numbered;
use super::vocabulary::{Vocabulary, folded, nearest};
use super::{numerals, place, sheet};
use crate::geometry::BBox;
use crate::page::{Line, Role, WritingMode};

/// Sentences of the notice box.
const NOTICES: [&str; 4] = [
    "1.本電の取扱いは慎重を期せられたい。",
    "2.本電の主管変更その他に関する照会は",
    "検閲班に連絡ありたい。",
    "本電の主管変更その他に関する照会は検閲班に連絡ありたい。",
];
/// What rubber stamps say that reading did not keep apart from the print.
const STAMPS: [&str; 6] =
    ["秘密指定解除", "外交記録・情報公開室", "情報公開室", "要回覧", "至急処理", "配布済"];

/// As many hiragana make a sentence: a line of dispatch has none, but for what is misread.
const MOST_KANA: usize = 3;

/// A line with what roles depend on.
pub(super) struct Placed {
    /// Folded, without specks at its edges.
    pub(super) text: String,
    /// On the straight page.
    pub(super) bbox: BBox,
    pub(super) mode: WritingMode,
    /// Its role by its own words; roles of the head only.
    pub(super) by_words: Option<Role>,
}

impl Placed {
    /// Height of the line across its direction, px.
    pub(super) fn size(&self) -> i32 {
        self.mode.along(&self.bbox).height()
    }

    /// Place in the stack of a cable's lines, growing from head to end, px.
    pub(super) fn depth(&self, mode: WritingMode) -> i32 {
        let center = self.bbox.center();
        match mode {
            WritingMode::HorizontalTb => center.y as i32,
            WritingMode::VerticalRl => -(center.x as i32),
        }
    }
}

/// Prepares the lines of a page.
pub(super) fn placed(lines: &[(&Line, WritingMode)], vocabulary: &Vocabulary) -> Vec<Placed> {
    let boxes = place::straight(lines);
    let place = |(&(line, mode), bbox): (&(&Line, WritingMode), BBox)| {
        let text = without_specks(&folded(&line.text)).to_owned();
        let by_words = by_words(&text, vocabulary);
        Placed { text, bbox, mode, by_words }
    };
    lines.iter().zip(boxes).map(place).collect()
}

/// The role of a line by its own words; roles of the head only.
fn by_words(text: &str, vocabulary: &Vocabulary) -> Option<Role> {
    let characters: Vec<char> = text.chars().collect();
    let near = |word: &str| {
        let word: Vec<char> = word.chars().collect();
        distance(&characters, &word) * 2 <= word.len() * 10
    };
    if is_title(text) {
        return Some(Role::FormTitle);
    }
    if nearest(text, &["総番号", "主管"]).is_some() || text == "件名" {
        return Some(Role::Label);
    }
    if without_label(text, "総番号").is_some_and(|rest| !rest.is_empty()) {
        return Some(Role::Serial);
    }
    if without_label(text, "主管").is_some() || characters.len() <= 16 && vocabulary.bureau_in(text).is_some()
    {
        return Some(Role::Bureau);
    }
    if text == "注意" || NOTICES.iter().any(|n| near(n)) {
        return Some(Role::Notice);
    }
    if STAMPS.iter().any(|s| near(s)) {
        return Some(Role::Other);
    }
    if is_dated(text) {
        return Some(if text.ends_with(['着', '益']) { Role::Received } else { Role::Sent });
    }
    if characters.len() <= 24 && vocabulary.two_persons(text).is_some()
        || characters.len() <= 9 && vocabulary.office(text).is_some()
        || characters.len() <= 10 && vocabulary.is_minister(text)
        || characters.len() <= 12 && text.ends_with(['殿', '宛'])
    {
        return Some(Role::To);
    }
    if vocabulary.head_of_post(text).is_some() && characters.len() <= LONGEST_NAME {
        return Some(Role::From);
    }
    without_label(text, "件名").map(|_| Role::Subject)
}

fn is_title(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let worn = characters.len() == 3 && (characters[..2] == ['電', '信'] || characters[1..] == ['信', '写']);
    worn || sheet::by_title(text).is_some_and(|kind| !sheet::is_no_cable(kind))
}

/// The role of the value beside a label.
pub(super) fn of_label(label: &str) -> Role {
    match label {
        "件名" => Role::Subject,
        _ if label.contains('番') => Role::Serial,
        _ => Role::Bureau,
    }
}

/// Whether a line is the label of a date that is not the cable's.
pub(super) fn is_label_of_date(text: &str) -> bool {
    ["起案", "起案日", "決裁", "決裁日", "浄書", "接受", "回覧", "処理"].contains(&text)
}

/// Date marks with digits, and little else.
pub(super) fn is_dated(text: &str) -> bool {
    let length = text.chars().count();
    let marks = ['年', '月', '日', '時', '分'].iter().filter(|m| text.contains(**m)).count();
    let has_era = ["明治", "大正", "昭和", "平成", "令和"].iter().any(|era| text.contains(era));
    let kana = text.chars().filter(|c| ('ぁ'..='ん').contains(c)).count();
    // （昭和四九年改正） says when the form was made, 起案 when the draft was.
    let sentence = text.contains('。')
        || text.contains('、') && length > 14
        || kana >= MOST_KANA
        || text.starts_with('(')
        || text.starts_with("起案");
    // 二月三■: the mark of the day is hidden.
    let opens =
        text.chars().next().is_some_and(numerals::is_numeral) && text.contains('月') && text.contains('■');
    let closes = text.contains('月') && text.ends_with(['発', '着']);
    (marks >= 2 || has_era && marks >= 1 || marks == 1 && (opens || closes)) && length <= 30 && !sentence
}

/// A line that names a post and 発 or 着, but no date: the end of a line that a blot cut in two.
pub(super) fn is_end_of_dated(text: &str) -> Option<Role> {
    let role = match text.chars().last()? {
        '発' | '登' => Role::Sent,
        '着' => Role::Received,
        _ => return None,
    };
    (text.chars().count() <= 8 && !is_dated(text)).then_some(role)
}

/// Whether a line looks like the number's, its digits aside: it opens with 第, or says how the cable is guarded.
pub(super) fn is_like_number(text: &str, vocabulary: &Vocabulary) -> bool {
    let short = text.chars().count() <= 16 && !text.contains(['。', '、']);
    let is_handled = || {
        let found = handling(text, vocabulary);
        found.precedence.is_some() && found.classification.is_some()
    };
    short && (text.starts_with('第') || is_handled())
}

/// Index of the line with the number: the first that is sure, or the first that is likely.
pub(super) fn number_line(lines: &[Placed], vocabulary: &Vocabulary) -> Option<usize> {
    let find = |sure: bool| {
        let is_number = |text: &str| numbered(text, vocabulary).is_some_and(|n| n.is_sure == sure);
        lines.iter().position(|l| is_number(&l.text) && !is_dated(&l.text))
    };
    let is_like = |line: &Placed| is_like_number(&line.text, vocabulary);
    let (sure, likely) = (find(true), find(false));
    // A likely one before it is the head's own; a sure one behind may be a reference that begins a line of the message.
    match (sure, likely) {
        (Some(sure), Some(likely)) if likely < sure && is_like(&lines[likely]) => Some(likely),
        (Some(sure), _) => Some(sure),
        (None, likely) => likely.or_else(|| lines.iter().position(is_like)),
    }
}
