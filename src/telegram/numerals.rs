//! Numerals as cables print them: full-width and ASCII digits, kanji digits by place (六三六一) and with tens and
//! hundreds (二十八), and the characters that recognizers take for them.

/// The digit that a character stands for, confusable ones included: 〇 is read as ○, O or 0, 一 as a dash.
fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => c.to_digit(10),
        '０'..='９' => Some(c as u32 - '０' as u32),
        '〇' | '○' | '零' | 'Ｏ' | 'O' | '◯' => Some(0),
        '一' | '壱' | '壹' | 'ー' | '―' | '—' | '-' | 'I' | 'l' => Some(1),
        '二' | 'ニ' | '弐' | '貳' => Some(2),
        '三' | 'ミ' | '参' | '參' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' | 'ハ' => Some(8),
        '九' => Some(9),
        _ => None,
    }
}

fn unit(c: char) -> Option<u32> {
    match c {
        '十' | '拾' | '＋' | '+' => Some(10),
        '百' => Some(100),
        '千' => Some(1000),
        _ => None,
    }
}

/// Whether a character can be part of a numeral.
pub(super) fn is_numeral(c: char) -> bool {
    digit(c).is_some() || unit(c).is_some()
}

/// Whether all digits are of one script. In 三三O〇 the letter stands for some digit, but hardly for the nought beside
/// it; in 5五17 one of the two scripts is a misreading.
fn is_of_one_script(text: &[char]) -> bool {
    let has = |set: &str| text.iter().any(|&c| set.contains(c));
    let arabic = text.iter().any(|c| c.is_ascii_digit() || ('０'..='９').contains(c));
    let kanji = has("一二三四五六七八九十百千");
    // A dash is a one among kanji numerals alone.
    let dash = has("-ー―—");
    !(arabic && (kanji || dash) || has("OＯ") && has("〇○◯零0０"))
}

/// The value of a numeral; `None` where it is empty, ill-formed (三五十, 5五17) or has more than nine digits.
pub(super) fn value(text: &str) -> Option<u32> {
    let characters: Vec<char> = text.chars().collect();
    if characters.is_empty() || characters.len() > 9 || !is_of_one_script(&characters) {
        return None;
    }
    if !characters.iter().any(|&c| unit(c).is_some()) {
        return characters.iter().try_fold(0u32, |sum, &c| Some(sum * 10 + digit(c)?));
    }
    let (mut total, mut pending, mut last_unit) = (0, None, u32::MAX);
    for &c in &characters {
        if let Some(unit) = unit(c) {
            if unit >= last_unit {
                return None;
            }
            total += pending.take().unwrap_or(1) * unit;
            last_unit = unit;
        } else if pending.replace(digit(c)?).is_some() {
            return None;
        }
    }
    Some(total + pending.unwrap_or(0))
}

/// The numeral that ends a text, and its beginning in characters.
pub(super) fn ending(text: &[char]) -> Option<(u32, usize)> {
    let start = text.iter().rposition(|&c| !is_numeral(c)).map_or(0, |i| i + 1);
    Some((value(&text[start..].iter().collect::<String>())?, start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 0 to 9999 with units, as cables write dates.
    fn written(n: u32) -> String {
        let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
        let mut out = String::new();
        for (unit, name) in [(1000, "千"), (100, "百"), (10, "十")] {
            let count = n / unit % 10;
            if count > 0 {
                out += if count == 1 { "" } else { digits[count as usize] };
                out += name;
            }
        }
        out + digits[n as usize % 10]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(n in 1u32..10_000) {
            prop_assert_eq!(value(&written(n)), Some(n));
            prop_assert_eq!(value(&n.to_string()), Some(n));
            let wide: String = n.to_string().chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
            prop_assert_eq!(value(&wide), Some(n));
        }

        #[test]
        fn nothing_makes_it_panic(text in ".*") {
            let _ = value(&text);
            let _ = ending(&text.chars().collect::<Vec<_>>());
        }
    }

    #[test]
    fn kanji_digits_stand_by_place_or_with_units() {
        assert_eq!(value("六三六一"), Some(6361));
        assert_eq!(value("二一四"), Some(214));
        assert_eq!(value("二十八"), Some(28));
        assert_eq!(value("百三"), Some(103));
        assert_eq!(value("三五十"), None);
        assert_eq!(value("三三O〇"), None);
        assert_eq!(value("5五17"), None);
        assert_eq!(value(""), None);
    }
}
