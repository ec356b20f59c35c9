//! Other cables that a cable names: 往電第５５１３号別電４, 貴電第二一四號, 往電第五号及び第六号, 別電４.

use super::numerals;
use super::vocabulary::folded;
use crate::page::{Reference, ReferenceDirection};

/// Most characters of a series between 電 and 第: 往電合第１２３号, 貴電政秘第一二三号.
const LONGEST_SERIES: usize = 3;

/// All references in a text, in order, each once.
pub(super) fn references(text: &str) -> Vec<Reference> {
    let printed: Vec<char> = text.chars().filter(|c| !matches!(c, ' ' | '　')).collect();
    let plain: Vec<char> =
        printed.iter().map(|&c| folded(&c.to_string()).chars().next().unwrap_or(c)).collect();
    let mut found: Vec<Reference> = Vec::new();
    let mut i = 0;
    while i + 1 < plain.len() {
        let Some(direction) = direction_at(&plain, i) else {
            i += 1;
            continue;
        };
        let (references, end) = list_from(&printed, &plain, i, direction);
        for reference in references {
            if !found.contains(&reference) {
                found.push(reference);
            }
        }
        i = end.max(i + 2);
    }
    // 別電４ in the subject is the annex that the message names with its cable.
    let annexes: Vec<Option<u32>> = found.iter().filter(|r| r.number.is_some()).map(|r| r.annex).collect();
    found.retain(|r| r.number.is_some() || !annexes.contains(&r.annex));
    found
}

fn direction_at(plain: &[char], at: usize) -> Option<ReferenceDirection> {
    match (plain[at], plain[at + 1]) {
        ('往', '電') => Some(ReferenceDirection::Outgoing),
        ('貴' | '来', '電') => Some(ReferenceDirection::Incoming),
        ('別', '電') => Some(ReferenceDirection::Annex),
        _ => None,
    }
}

/// The references that begin at 往電 and the like, and where the last ends: 往電第五号及び第六号 are two.
fn list_from(
    printed: &[char],
    plain: &[char],
    start: usize,
    direction: ReferenceDirection,
) -> (Vec<Reference>, usize) {
    let text = |from: usize, to: usize| printed[from..to].iter().collect::<String>();
    let mut end = start + 2;
    if direction == ReferenceDirection::Annex {
        let annex = annex_number(plain, &mut end);
        let reference = annex.map(|annex| Reference {
            direction,
            number: None,
            annex: Some(annex),
            text: text(start, end),
        });
        return (reference.into_iter().collect(), end);
    }
    let mut found = Vec::new();
    let mut from = start;
    let series = plain[end..].iter().take(LONGEST_SERIES + 1).position(|&c| c == '第').unwrap_or(0);
    end += series;
    while let Some(number) = cable_number(plain, &mut end) {
        let annex = annex_behind(plain, &mut end);
        found.push(Reference { direction, number: Some(number), annex, text: text(from, end) });
        let Some(next) = conjunction(plain, end) else { break };
        (from, end) = (next, next);
    }
    if found.is_empty()
        && let Some(annex) = annex_behind(plain, &mut end)
    {
        found.push(Reference { direction, number: None, annex: Some(annex), text: text(start, end) });
    }
    (found, end)
}

/// Where the next number of a list begins: behind 、 or 及び, at 第.
fn conjunction(plain: &[char], at: usize) -> Option<usize> {
    let links: [&[char]; 7] =
        [&['、'], &[','], &['・'], &['及', 'び'], &['及', 'ビ'], &['及'], &['並', 'に']];
    links.iter().find_map(|link| {
        let next = at + link.len();
        (plain.get(at..next) == Some(*link) && plain.get(next) == Some(&'第')).then_some(next)
    })
}

/// 第５５１３号: one misread character may stand for 号, if two digits stand before it and a particle behind.
fn cable_number(plain: &[char], at: &mut usize) -> Option<u32> {
    let opened = plain.get(*at) == Some(&'第');
    let start = *at + usize::from(opened);
    let length = digits_from(plain, start);
    let closing = start + length;
    let particle = matches!(plain.get(closing + 1), Some('ニ' | 'に' | 'ノ' | 'の' | '別' | '関'));
    let closes = match plain.get(closing) {
        Some('号') => opened || length >= 2,
        Some(_) => opened && length >= 2 && particle,
        None => false,
    };
    let value = numerals::value(&plain[start..closing].iter().collect::<String>()).filter(|_| closes)?;
    *at = closing + 1;
    Some(value)
}

/// The annex named behind a number: 別電４, の別電四, 別電第四.
fn annex_behind(plain: &[char], at: &mut usize) -> Option<u32> {
    let mut place = *at;
    if matches!(plain.get(place), Some('の' | 'ノ')) {
        place += 1;
    }
    (plain.get(place..place + 2)? == ['別', '電']).then_some(())?;
    place += 2;
    let annex = annex_number(plain, &mut place)?;
    *at = place;
    Some(annex)
}

/// ４, 第四, 第四号.
fn annex_number(plain: &[char], at: &mut usize) -> Option<u32> {
    let opened = plain.get(*at) == Some(&'第');
    let start = *at + usize::from(opened);
    let length = digits_from(plain, start);
    let value = numerals::value(&plain[start..start + length].iter().collect::<String>())?;
    *at = start + length + usize::from(plain.get(start + length) == Some(&'号'));
    Some(value)
}

/// Digits of one numeral. ハ and ニ are no digits behind a digit of another script: 別電４ニ關シ.
fn digits_from(plain: &[char], start: usize) -> usize {
    let is_kana = |c: char| matches!(c, 'ニ' | 'ハ' | 'ミ' | 'ー');
    let run: Vec<char> =
        plain.iter().skip(start).take_while(|&&c| numerals::is_numeral(c)).copied().collect();
    run.iter().rposition(|&c| !is_kana(c)).map_or(0, |i| i + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Direction, number, annex of all references.
    fn found(text: &str) -> Vec<(char, Option<u32>, Option<u32>)> {
        let letter = |d| match d {
            ReferenceDirection::Outgoing => 'o',
            ReferenceDirection::Incoming => 'i',
            ReferenceDirection::Annex => 'a',
        };
        references(text).iter().map(|r| (letter(r.direction), r.number, r.annex)).collect()
    }

    #[test]
    fn references_have_many_forms() {
        for (text, expected) in [
            ("往電第５５１３号別電４：ロシア", vec![('o', Some(5513), Some(4))]),
            ("貴電第１２３号に関し", vec![('i', Some(123), None)]),
            ("往電第二一四號ニ關シ本使ハ", vec![('o', Some(214), None)]),
            ("來電第六三六一號", vec![('i', Some(6361), None)]),
            ("往電第五号及び第六号のとおり", vec![('o', Some(5), None), ('o', Some(6), None)]),
            ("貴電合第１２３４号、第１２３５号", vec![('i', Some(1234), None), ('i', Some(1235), None)]),
            ("往電第２１４号の別電四", vec![('o', Some(214), Some(4))]),
            ("別電４ニ關シ", vec![('a', None, Some(4))]),
            ("往電第二一四腕ニ關シ", vec![('o', Some(214), None)]),
            ("会談（別電４）\n往電第５５１３号別電４", vec![('o', Some(5513), Some(4))]),
            ("往電第■号のとおり", vec![]),
            ("往電のとおり", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "[往貴来別電第号0-9一二の、及びニ■]*|.*") {
            let _ = references(&text);
        }
    }
}
