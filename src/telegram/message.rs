//! The message: paragraphs with their speakers, references to other cables, posts it was forwarded to, the end mark.

use super::vocabulary::folded;
use super::{numerals, role};
use crate::page::{Line, Paragraph, Reference, ReferenceDirection, Region, Role};

/// A paragraph opens this far behind the margin, in cells: cables indent by one.
const INDENT: f64 = 0.6;

/// Lines of the message with the ids by which paragraphs name them.
fn lines(regions: &[Region]) -> Vec<(String, &Line, &Region)> {
    let of_message = regions.iter().filter(|r| matches!(role(r), Some(Role::Body | Role::Closing)));
    of_message
        .flat_map(|r| r.lines.iter().enumerate().map(move |(i, l)| (format!("{}/{i}", r.id), l, r)))
        .collect()
}

/// The message in paragraphs.
pub(super) fn paragraphs(regions: &[Region]) -> Vec<Paragraph> {
    let lines: Vec<_> = lines(regions).into_iter().filter(|(.., r)| role(r) == Some(Role::Body)).collect();
    let start = |line: &Line, region: &Region| region.writing_mode().along(&line.bbox).left;
    let margin = lines.iter().map(|(_, l, r)| start(l, r)).min().unwrap_or(0);
    let cell = lines.iter().map(|(_, l, r)| r.writing_mode().along(&l.bbox).height()).max().unwrap_or(1);
    let mut found: Vec<Paragraph> = Vec::new();
    for (id, line, region) in lines {
        let indented = f64::from(start(line, region) - margin) >= INDENT * f64::from(cell);
        let text = line.text.trim();
        match found.last_mut().filter(|_| !indented) {
            Some(paragraph) => {
                paragraph.text += text;
                paragraph.lines.push(id);
            }
            None => found.push(Paragraph { speaker: speaker(text), text: text.to_owned(), lines: vec![id] }),
        }
    }
    found
}

/// The name in parentheses at the head of a paragraph: （総理）. Numbers there count items: （１）.
fn speaker(text: &str) -> Option<String> {
    let inside = text.strip_prefix(['（', '('])?;
    let end = inside.find(['）', ')'])?;
    let name = &inside[..end];
    let is_name = (1..=12).contains(&name.chars().count())
        && !name.chars().all(numerals::is_numeral)
        && !name.contains(['、', '。', '■']);
    is_name.then(|| name.to_owned())
}

/// Cables that the subject and the message name.
pub(super) fn references(regions: &[Region]) -> Vec<Reference> {
    let subject = regions.iter().filter(|r| role(r) == Some(Role::Subject)).flat_map(|r| &r.lines);
    let text: String = subject
        .map(|l| l.text.as_str())
        .chain(["\n"])
        .chain(lines(regions).into_iter().map(|(_, l, _)| l.text.as_str()))
        .collect();
    let characters: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '　')).collect();
    let plain: Vec<char> =
        characters.iter().map(|&c| folded(&c.to_string()).chars().next().unwrap_or(c)).collect();
    let mut found: Vec<Reference> = Vec::new();
    let mut i = 0;
    while i + 1 < plain.len() {
        match reference_at(&characters, &plain, i) {
            Some((reference, end)) => {
                if !found.contains(&reference) {
                    found.push(reference);
                }
                i = end;
            }
            None => i += 1,
        }
    }
    found
}

/// A reference that begins here, and where it ends: 往電第５５１３号別電４, 貴電第二一四號, 別電４.
fn reference_at(printed: &[char], plain: &[char], start: usize) -> Option<(Reference, usize)> {
    let direction = match (plain[start], plain[start + 1]) {
        ('往', '電') => ReferenceDirection::Outgoing,
        ('貴' | '来', '電') => ReferenceDirection::Incoming,
        ('別', '電') => ReferenceDirection::Annex,
        _ => return None,
    };
    let mut end = start + 2;
    let number = if direction == ReferenceDirection::Annex {
        None
    } else {
        numeral(plain, &mut end, &['第'], &['号'])
    };
    let mut annex_end = end;
    let annex = if direction == ReferenceDirection::Annex {
        numeral(plain, &mut end, &[], &[])
    } else if plain.get(end..end + 2) == Some(&['別', '電']) {
        annex_end += 2;
        numeral(plain, &mut annex_end, &[], &[]).inspect(|_| end = annex_end)
    } else {
        None
    };
    (number.is_some() || annex.is_some()).then(|| {
        let text = printed[start..end].iter().collect();
        (Reference { direction, number, annex, text }, end)
    })
}

/// A numeral with what must open and close it; `at` moves behind it where it is there.
fn numeral(plain: &[char], at: &mut usize, open: &[char], close: &[char]) -> Option<u32> {
    let mut place = *at;
    if !open.is_empty() {
        if plain.get(place).is_none_or(|c| !open.contains(c)) {
            return None;
        }
        place += 1;
    }
    let length = plain[place.min(plain.len())..].iter().take_while(|&&c| numerals::is_numeral(c)).count();
    let value = numerals::value(&plain[place..place + length].iter().collect::<String>())?;
    place += length;
    if !close.is_empty() {
        if plain.get(place).is_none_or(|c| !close.contains(c)) {
            return None;
        }
        place += 1;
    }
    *at = place;
    Some(value)
}

/// Posts that it was or is to be forwarded to: the list before に転電した, に転電ありたい, に暗送.
pub(super) fn forwarded_to(regions: &[Region]) -> Vec<String> {
    let text: String = lines(regions).into_iter().map(|(_, l, _)| l.text.as_str()).collect();
    let acts = ["転電", "轉電", "暗送", "転送"];
    let mut found = Vec::new();
    for act in acts {
        let Some(place) = text.find(act) else { continue };
        let before = text[..place].trim_end_matches(['に', 'ニ', 'へ', 'ヘ']);
        if before.len() == place {
            continue;
        }
        let sentence = before.rfind(['。', '\n']).map_or(before, |i| &before[i + '。'.len_utf8()..]);
        found.extend(items(sentence));
    }
    found
}

/// The items of a list, parentheses kept whole: 全米公館（除く、アガナ）、英、独.
fn items(list: &str) -> Vec<String> {
    let mut depth = 0;
    let mut items = vec![String::new()];
    for c in list.chars() {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            '、' | ',' | '，' if depth <= 0 => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(item) = items.last_mut() {
            item.push(c);
        }
    }
    items.into_iter().map(|i| i.trim().to_owned()).filter(|i| (1..=30).contains(&i.chars().count())).collect()
}

/// Whether the message ends with （了） or （終）.
pub(super) fn has_end_mark(regions: &[Region]) -> bool {
    let Some((_, last, _)) = lines(regions).into_iter().rfind(|(_, l, _)| !l.text.trim().is_empty()) else {
        return false;
    };
    let end: String = folded(&last.text).chars().rev().take(3).collect();
    end.contains('了') && end.contains([')', '(']) || end.contains('終') && end.contains([')', '('])
}
