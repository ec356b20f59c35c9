//! Gives every line its part in the cable, and regroups regions by part.
//!
//! Lines come in reading order: notice, title, form cells, sent and received, addressee and sender, subject and number
//! in either order, message, closing. What a line says decides first, its place in that order where it says nothing
//! sure: between the last line of the head and the number stands the subject, behind the number the message.

use super::header::{number_in, without_label};
use super::vocabulary::{self, HEADS_OF_POST, OFFICES, folded};
use crate::geometry::BBox;
use crate::page::{Confidence, Line, Region, RegionKind, Role, WritingMode};

/// Gives every text region its part in the cable, splitting regions where parts meet (ids are given afterwards).
#[must_use]
pub fn assign_roles(regions: Vec<Region>) -> Vec<Region> {
    let lines: Vec<(Line, WritingMode, Region)> = regions
        .into_iter()
        .flat_map(|region| {
            let mode = region.writing_mode();
            let mut bare = region.clone();
            bare.lines.clear();
            region.lines.into_iter().map(move |l| (l, mode, bare.clone()))
        })
        .collect();
    let roles = roles_of(&lines.iter().map(|(l, mode, _)| (l, *mode)).collect::<Vec<_>>());
    let mut out: Vec<Region> = Vec::new();
    let mut source: Option<BBox> = None;
    for ((line, _, bare), role) in lines.into_iter().zip(roles) {
        let same = source == Some(bare.bbox) && out.last().is_some_and(|r| super::role(r) == Some(role));
        source = Some(bare.bbox);
        match out.last_mut().filter(|_| same) {
            Some(region) => region.lines.push(line),
            None => out.push(region_of(line, role, &bare)),
        }
    }
    for region in &mut out {
        region.bbox = region.lines.iter().fold(BBox::default(), |all, l| all.union(&l.bbox));
        region.confidence = Confidence::mean(region.lines.iter().map(|l| l.confidence));
    }
    out
}

fn region_of(line: Line, role: Role, bare: &Region) -> Region {
    let kind = RegionKind::Text { role, writing_mode: bare.writing_mode() };
    Region { kind, lines: vec![line], ..bare.clone() }
}

/// Extent of the head: indexes of the first line after the title and form, and of the line with the number.
fn roles_of(lines: &[(&Line, WritingMode)]) -> Vec<Role> {
    let texts: Vec<String> = lines.iter().map(|(l, _)| folded(&l.text)).collect();
    let number = texts
        .iter()
        .position(|t| number_in(t).is_some())
        .or_else(|| texts.iter().position(|t| is_number_line(t)));
    let mut roles: Vec<Option<Role>> = vec![None; lines.len()];
    let head_end = number.unwrap_or(lines.len().min(14));
    for i in 0..lines.len().min(head_end + 3) {
        roles[i] = by_words(&texts[i]).filter(|_| number.is_none_or(|n| i <= n));
    }
    if let Some(number) = number {
        roles[number] = Some(Role::Number);
    }
    form_values(lines, &mut roles);
    sent_and_received(&texts, &mut roles, head_end);
    addressee_and_sender(&texts, &mut roles, head_end);
    notices(lines, &mut roles, head_end);
    let last_of_head =
        roles.iter().rposition(|r| matches!(r, Some(Role::To | Role::From | Role::Received | Role::Sent)));
    let closing = closing_from(&texts, number.or(last_of_head).map_or(0, |i| i + 1));
    let is_cable = number.is_some() || last_of_head.is_some();
    (0..lines.len())
        .map(|i| {
            roles[i].unwrap_or(match (number, last_of_head) {
                _ if !is_cable => Role::Other,
                _ if i >= closing => Role::Closing,
                (Some(n), Some(head)) if i > head && i < n => Role::Subject,
                (Some(n), _) if i > n => Role::Body,
                (None, Some(head)) if i > head => Role::Body,
                _ => Role::Other,
            })
        })
        .collect()
}

/// What a line is by its own words.
fn by_words(text: &str) -> Option<Role> {
    let length = text.chars().count();
    if vocabulary::nearest(text, &["電信写", "電信案", "電報写"]).is_some()
        || (length == 3 && text.starts_with("電信"))
        || (length == 3 && text.ends_with("信写"))
    {
        return Some(Role::FormTitle);
    }
    if vocabulary::nearest(text, &["総番号", "主管", "総番號"]).is_some() {
        return Some(Role::Label);
    }
    if let Some(rest) = without_label(text, "主管") {
        return (!rest.is_empty()).then_some(Role::Bureau);
    }
    if text == "注意"
        || ["取扱いは慎重", "主管変更", "検閲班", "期せられたい"].iter().any(|w| text.contains(w))
    {
        return Some(Role::Notice);
    }
    let dated = text.contains('日') || text.contains('月') || text.contains('時');
    match text.chars().last() {
        Some('発') if dated || length <= 8 => Some(Role::Sent),
        Some('着') if dated || length <= 8 => Some(Role::Received),
        Some('殿') if length <= 12 => Some(Role::To),
        _ if without_label(text, "件名").is_some() => Some(Role::Subject),
        _ => None,
    }
}

/// A number that was misread or blacked out still opens with 第 and has 号 behind it.
fn is_number_line(text: &str) -> bool {
    let place = text.chars().position(|c| c == '号');
    text.starts_with('第') && place.is_some_and(|p| (2..=8).contains(&p))
}

/// The value of a form's cell stands beside its label.
fn form_values(lines: &[(&Line, WritingMode)], roles: &mut [Option<Role>]) {
    let labels: Vec<usize> = (0..lines.len()).filter(|&i| roles[i] == Some(Role::Label)).collect();
    for label in labels {
        let bbox = lines[label].0.bbox;
        let role = if folded(&lines[label].0.text).contains('番') { Role::Serial } else { Role::Bureau };
        let beside = |b: &BBox| {
            b.left >= bbox.right
                && 2 * -b.gap_y(&bbox) >= bbox.height().min(b.height())
                && b.gap_x(&bbox) < 12 * bbox.height()
        };
        let value = (0..lines.len())
            .filter(|&i| roles[i].is_none() && beside(&lines[i].0.bbox))
            .min_by_key(|&i| lines[i].0.bbox.left);
        if let Some(value) = value {
            roles[value] = Some(role);
        }
    }
}

/// Lines with a date in the head: the first is when it was sent, the second when received.
fn sent_and_received(texts: &[String], roles: &mut [Option<Role>], head_end: usize) {
    let is_dated =
        |t: &String| t.contains('月') && (t.contains('日') || t.contains('年')) && t.chars().count() <= 28;
    let dated: Vec<usize> = (0..texts.len().min(head_end)).filter(|&i| is_dated(&texts[i])).collect();
    let has = |roles: &[Option<Role>], role| roles.contains(&Some(role));
    for &i in dated.iter().filter(|&&i| texts[i].contains('年') || texts[i].contains('月')) {
        if roles[i].is_none() {
            let role = if has(roles, Role::Sent) || has(roles, Role::Received) && dated.first() != Some(&i) {
                Role::Received
            } else {
                Role::Sent
            };
            if !has(roles, role) {
                roles[i] = Some(role);
            }
        }
    }
}

fn addressee_and_sender(texts: &[String], roles: &mut [Option<Role>], head_end: usize) {
    for i in 0..texts.len().min(head_end) {
        let length = texts[i].chars().count();
        if roles[i].is_some() || length > 12 {
            continue;
        }
        let name: &str = texts[i].strip_suffix('殿').unwrap_or(&texts[i]);
        let is_office = vocabulary::nearest(name, &OFFICES).is_some();
        let is_head = HEADS_OF_POST.iter().any(|h| name.ends_with(h));
        let to_known = roles.contains(&Some(Role::To));
        if (is_office || is_head) && length >= 3 {
            // A cable from the minister goes to a head of post, one from a head of post to the minister.
            roles[i] = Some(if is_office && !to_known { Role::To } else { Role::From });
        }
    }
}

/// Small print above the head is the notice that has no word of its own misread.
fn notices(lines: &[(&Line, WritingMode)], roles: &mut [Option<Role>], head_end: usize) {
    let Some(first) = roles.iter().position(|r| *r == Some(Role::Notice)) else { return };
    let size = |b: &BBox| b.width().min(b.height());
    let notice = lines[first].0.bbox;
    for i in 0..lines.len().min(head_end) {
        let bbox = lines[i].0.bbox;
        let near = bbox.gap_y(&notice) < 8 * size(&notice) && -bbox.gap_x(&notice) > 0;
        if roles[i].is_none() && near && 4 * size(&bbox) <= 5 * size(&notice) {
            roles[i] = Some(Role::Notice);
        }
    }
}

/// Index of the first line of the closing: the sentence on forwarding, or the end mark.
fn closing_from(texts: &[String], from: usize) -> usize {
    let mut start = texts.len();
    for i in (from..texts.len()).rev().take(4) {
        let t = &texts[i];
        let is_mark = t.chars().count() <= 4 && (t.contains('了') || t.contains('終'));
        let forwards = t.contains("転電")
            || t.contains("暗送")
            || t.starts_with("全米公館")
            || t.starts_with("関係公館");
        if is_mark || forwards {
            start = i;
        }
    }
    // A sentence on forwarding may begin a line earlier: the one before opens with a list of posts.
    if start > from
        && start < texts.len()
        && texts[start - 1].matches('、').count() >= 4
        && texts[start - 1].contains("公館")
    {
        start -= 1;
    }
    start
}
