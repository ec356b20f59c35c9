//! Gives every line its part in the cable, and regroups regions by part.

use super::captions::captions;
use super::handling::handling;
use super::head::{self, Placed};
use super::message::{ends, opens_item};
use super::number::numbered;
use super::vocabulary::Vocabulary;
use super::{persons, sheet};
use crate::geometry::BBox;
use crate::page::{Confidence, Line, Region, RegionKind, Role, WritingMode};

/// Lines without a number among which the head is looked for.
const LONGEST_HEAD: usize = 20;
/// Most characters of a note beside the title.
const LONGEST_NOTE: usize = 8;

/// Gives every text region its part in the cable, splitting regions where parts meet (ids are given afterwards). Notes that
/// somebody put on beside the title become [`RegionKind::Handwriting`].
#[must_use]
pub fn assign_roles(regions: Vec<Region>, vocabulary: &Vocabulary) -> Vec<Region> {
    let lines: Vec<(Line, WritingMode, Region)> = regions
        .into_iter()
        .flat_map(|region| {
            let mode = region.writing_mode();
            let mut bare = region.clone();
            bare.lines.clear();
            region.lines.into_iter().map(move |l| (l, mode, bare.clone()))
        })
        .collect();
    let bare: Vec<(&Line, WritingMode)> = lines.iter().map(|(l, mode, _)| (l, *mode)).collect();
    let roles = find_roles(&bare, vocabulary);
    let mut out: Vec<Region> = Vec::new();
    let mut source: Option<BBox> = None;
    for ((line, mode, bare), role) in lines.into_iter().zip(roles) {
        let text = |role| RegionKind::Text { role, writing_mode: mode };
        let kind = role.map_or(RegionKind::Handwriting, text);
        let same = source == Some(bare.bbox) && out.last().is_some_and(|r| r.kind == kind);
        source = Some(bare.bbox);
        match out.last_mut().filter(|_| same) {
            Some(region) => region.lines.push(line),
            None => out.push(Region { kind, lines: vec![line], ..bare.clone() }),
        }
    }
    for region in &mut out {
        region.bbox = region.lines.iter().fold(BBox::default(), |all, l| all.union(&l.bbox));
        region.confidence = Confidence::mean(region.lines.iter().map(|l| l.confidence));
    }
    out
}

/// The roles of lines in reading order; `None` of notes, which have no part in the cable.
#[must_use]
pub fn find_roles(lines: &[(&Line, WritingMode)], vocabulary: &Vocabulary) -> Vec<Option<Role>> {
    roles_of(&head::placed(lines, vocabulary), vocabulary)
}

fn roles_of(lines: &[Placed], vocabulary: &Vocabulary) -> Vec<Option<Role>> {
    let mut roles = Roles::new(lines, vocabulary);
    if roles.is_no_cable() {
        return roles.of_companion();
    }
    let captions = captions(lines, vocabulary);
    captions.iter().for_each(|&i| roles.found[i] = Some(Role::Label));
    roles.words_of_the_head();
    let notes = roles.beside_the_title();
    roles.form_values(&captions);
    roles.dates();
    roles.persons();
    roles.notices();
    roles.beside_the_number();
    roles.subject();
    roles.message();
    roles.closing();
    let found = roles.found.into_iter().enumerate();
    found.map(|(i, role)| (!notes.contains(&i)).then_some(role.unwrap_or(Role::Other))).collect()
}

/// Roles found so far; each step leaves alone what the ones before it decided.
struct Roles<'a> {
    lines: &'a [Placed],
    vocabulary: &'a Vocabulary,
    found: Vec<Option<Role>>,
    number: Option<usize>,
    /// Direction of the cable: that of its number, dates or most lines.
    mode: WritingMode,
}

impl<'a> Roles<'a> {
    fn new(lines: &'a [Placed], vocabulary: &'a Vocabulary) -> Self {
        let number = head::number_line(lines, vocabulary);
        let dated = lines.iter().position(|l| head::is_dated(&l.text));
        let vertical = lines.iter().filter(|l| l.mode == WritingMode::VerticalRl).count();
        let most =
            if 2 * vertical > lines.len() { WritingMode::VerticalRl } else { WritingMode::HorizontalTb };
        let mode = number.or(dated).map_or(most, |i| lines[i].mode);
        let mut found = vec![None; lines.len()];
        if let Some(number) = number {
            found[number] = Some(Role::Number);
        }
        Self { lines, vocabulary, found, number, mode }
    }

    fn has(&self, role: Role) -> bool {
        self.found.contains(&Some(role))
    }

    fn open(&self) -> impl Iterator<Item = usize> {
        (0..self.lines.len()).filter(|&i| self.found[i].is_none())
    }

    fn depth(&self, i: usize) -> i32 {
        self.lines[i].depth(self.mode)
    }

    /// Whether a line stands before the number; in a vertical cable, form and title stand above the columns.
    fn is_ahead(&self, i: usize) -> bool {
        let Some(number) = self.number else { return i < LONGEST_HEAD };
        let (line, own) = (&self.lines[i], &self.lines[number]);
        if line.mode != self.mode && self.mode == WritingMode::VerticalRl {
            return line.bbox.bottom <= own.bbox.top + own.size();
        }
        self.depth(i) < self.depth(number) - own.size() / 2
    }

    /// Lines that their words tell.
    fn words_of_the_head(&mut self) {
        for i in 0..self.lines.len() {
            if self.found[i].is_some() {
                continue;
            }
            let role = self.lines[i].by_words;
            let once = matches!(role, Some(Role::To | Role::From | Role::Bureau | Role::Serial));
            if role == Some(Role::Other) || self.is_ahead(i) && !(once && role.is_some_and(|r| self.has(r))) {
                self.found[i] = role;
            }
        }
    }

    /// Notes: nothing is printed beside or above a cable's title in type as large, so what stands there was put on.
    /// Found where the title was, and where the print is smaller than it.
    fn beside_the_title(&mut self) -> Vec<usize> {
        let Some(title) = self.found.iter().position(|r| *r == Some(Role::FormTitle)) else { return vec![] };
        let (bbox, size) = (self.lines[title].bbox, self.lines[title].size());
        let mut sizes: Vec<i32> = self.lines.iter().map(Placed::size).collect();
        sizes.sort_unstable();
        let print = sizes[sizes.len() / 2];
        let is_note = |line: &Placed| {
            let own = line.size();
            5 * own >= 6 * print
                && 10 * own >= 6 * size
                && line.text.chars().count() <= LONGEST_NOTE
                && line.bbox.center().y <= f64::from(bbox.bottom + size / 2)
        };
        let is_free = |i: &usize| matches!(self.found[*i], None | Some(Role::Other));
        let notes: Vec<usize> =
            (0..self.lines.len()).filter(is_free).filter(|&i| is_note(&self.lines[i])).collect();
        notes.iter().for_each(|&i| self.found[i] = Some(Role::Other));
        notes
    }

    /// The value of a form's cell stands beside its label; a name of a bureau elsewhere is not the bureau in charge.
    fn form_values(&mut self, captions: &[usize]) {
        let labels: Vec<usize> = (0..self.lines.len())
            .filter(|&i| self.found[i] == Some(Role::Label) && !captions.contains(&i))
            .collect();
        for label in labels {
            let role = head::of_label(&self.lines[label].text);
            let is_free = |i: usize| self.found[i].is_none_or(|found| found == role);
            let Some(value) = self.beside(label).filter(|&i| is_free(i)) else { continue };
            for i in 0..self.lines.len() {
                if i != value && self.found[i] == Some(role) && role == Role::Bureau {
                    self.found[i] = Some(Role::Other);
                }
            }
            if !self.has(role) {
                self.found[value] = Some(role);
            }
        }
    }

    /// The line that goes on next to another: to its right, or below it in vertical print.
    fn beside(&self, label: usize) -> Option<usize> {
        let along = |i: usize| self.lines[label].mode.along(&self.lines[i].bbox);
        let bbox = along(label);
        let is_beside = |b: BBox| {
            b.left >= bbox.right - bbox.height() / 2
                && 2 * -b.gap_y(&bbox) >= bbox.height().min(b.height())
                && b.gap_x(&bbox) < 12 * bbox.height()
        };
        let all = (0..self.lines.len()).filter(|&i| i != label && is_beside(along(i)));
        all.min_by_key(|&i| along(i).left)
    }

    /// Whether the page is a list or a slip that travels with a cable: by a title of larger print at its top, where no
    /// title of a cable stands.
    fn is_no_cable(&self) -> bool {
        let mut sizes: Vec<i32> = self.lines.iter().map(Placed::size).collect();
        sizes.sort_unstable();
        let Some(&print) = sizes.get(sizes.len() / 2) else { return false };
        let kinds = || self.lines.iter().filter_map(|l| Some((sheet::by_title(&l.text)?, l.size())));
        kinds().all(|(kind, _)| sheet::is_no_cable(kind)) && kinds().any(|(_, size)| 5 * size >= 6 * print)
    }

    /// A list or a slip: title, number and, behind it, the subject of the cable; offices in its table are nobody's.
    fn of_companion(mut self) -> Vec<Option<Role>> {
        let title = self.lines.iter().position(|l| sheet::by_title(&l.text).is_some());
        if let Some(title) = title {
            self.found[title] = Some(Role::FormTitle);
        }
        for i in 0..self.lines.len() {
            if self.found[i].is_none() && self.lines[i].by_words == Some(Role::Label) {
                self.found[i] = Some(Role::Label);
            }
        }
        self.form_values(&[]);
        self.beside_the_number();
        let behind = self.number.filter(|_| !self.has(Role::Subject)).and_then(|n| self.next_at_margin(n));
        if let Some(subject) = behind.filter(|&i| !self.lines[i].text.contains(['。', '、'])) {
            self.found[subject] = Some(Role::Subject);
        }
        self.found.into_iter().map(|role| Some(role.unwrap_or(Role::Other))).collect()
    }

    /// The next line behind another, if it begins at the same margin and is as large.
    fn next_at_margin(&self, line: usize) -> Option<usize> {
        let depth = self.depth(line);
        let next = self.open().filter(|&i| self.depth(i) > depth + self.lines[line].size() / 2);
        let next = next.min_by_key(|&i| self.depth(i))?;
        let start = |i: usize| self.mode.along(&self.lines[i].bbox).left;
        let (own, other) = (self.lines[line].size(), self.lines[next].size());
        let is_like = (start(next) - start(line)).abs() <= 2 * own && 10 * other >= 7 * own;
        (is_like && self.lines[next].mode == self.mode).then_some(next)
    }

    /// Of two dated lines the first says when it was sent, the second when received, whatever was read for 発 and 着;
    /// the end of a line that was cut in two goes with its beginning.
    fn dates(&mut self) {
        let mut dated: Vec<usize> = (0..self.lines.len())
            .filter(|&i| matches!(self.found[i], Some(Role::Sent | Role::Received)))
            .collect();
        let (of_form, mut dated): (Vec<usize>, Vec<usize>) =
            dated.drain(..).partition(|&i| self.is_date_of_form(i));
        of_form.into_iter().for_each(|i| self.found[i] = Some(Role::Other));
        dated.sort_by_key(|&i| self.depth(i));
        match dated.as_slice() {
            [sent, received, rest @ ..] => {
                let rest = rest.to_vec();
                self.found[*sent] = Some(Role::Sent);
                self.found[*received] = Some(Role::Received);
                for i in rest {
                    self.found[i] = None;
                }
            }
            [only] if self.lines[*only].text.ends_with('着') => self.found[*only] = Some(Role::Received),
            _ => {}
        }
        for &line in dated.iter().take(2) {
            let whole = self.lines[line].text.ends_with(['発', '着']);
            let end = self.open().find(|&i| {
                head::is_end_of_dated(&self.lines[i].text).is_some()
                    && self.goes_on(line, i)
                    && self.is_ahead(i)
            });
            if let Some(end) = end.filter(|_| !whole) {
                self.found[end] = self.found[line];
            }
        }
        self.dates_blacked_out();
    }

    /// Whether a date says when the form was filled in: 起案　昭和５１年６月９日, without 発 or 着.
    fn is_date_of_form(&self, line: usize) -> bool {
        let is_dispatch = self.lines[line].text.ends_with(['発', '着']);
        let is_label = |i: usize| head::is_label_of_date(&self.lines[i].text) && self.beside(i) == Some(line);
        !is_dispatch && (0..self.lines.len()).any(is_label)
    }

    /// ■本省着: the post alone is left.
    fn dates_blacked_out(&mut self) {
        for i in 0..self.lines.len() {
            let Some(role) = head::is_end_of_dated(&self.lines[i].text) else { continue };
            if self.found[i].is_none() && self.is_ahead(i) && !self.has(role) {
                self.found[i] = Some(role);
            }
        }
    }

    /// Whether a line goes on where another ends, on one level, behind a blot of a dozen characters at most.
    fn goes_on(&self, first: usize, second: usize) -> bool {
        let (a, b) = (&self.lines[first], &self.lines[second]);
        let (along, next) = (a.mode.along(&a.bbox), a.mode.along(&b.bbox));
        a.mode == b.mode
            && (-along.height() / 2..12 * along.height()).contains(&(next.left - along.right))
            && 2 * -along.gap_y(&next) >= along.height().min(next.height())
    }

    /// Addressee and sender: told by their places, since offices and heads of post are both, and by 殿.
    fn persons(&mut self) {
        let is_person = |i: usize| {
            let is_free = matches!(self.found[i], None | Some(Role::To | Role::From));
            let role = self.lines[i].by_words;
            is_free && self.is_ahead(i) && matches!(role, Some(Role::To | Role::From))
        };
        let named: Vec<usize> = (0..self.lines.len()).filter(|&i| is_person(i)).collect();
        let Some(found) = persons::persons(self.lines, self.mode, &named) else { return };
        for i in named {
            self.found[i] = None;
        }
        for (line, role) in [(found.to, Role::To), (found.from, Role::From)] {
            if let Some(line) = line {
                self.found[line] = Some(role);
            }
        }
    }

    /// Small print about the notice that has no word of its own left.
    fn notices(&mut self) {
        let Some(first) = self.found.iter().position(|r| *r == Some(Role::Notice)) else { return };
        let (notice, size) = (self.lines[first].bbox, self.lines[first].size());
        let near: Vec<usize> = self
            .open()
            .filter(|&i| {
                let line = &self.lines[i];
                self.is_ahead(i)
                    && line.bbox.gap_y(&notice) < 8 * size
                    && line.bbox.gap_x(&notice) < 0
                    && 4 * line.size() <= 5 * size
            })
            .collect();
        for i in near {
            self.found[i] = Some(Role::Notice);
        }
    }

    /// Words on classification and precedence that stand apart from the number, on its level; and the page of the cable,
    /// which may stand at the other end of it.
    fn beside_the_number(&mut self) {
        let Some(number) = self.number else { return };
        let words = |text: &str| {
            let found = handling(text, self.vocabulary);
            text.chars().count() <= 14 && (found.classification.is_some() || found.precedence.is_some())
        };
        let is_sheet = |i: usize| {
            let (a, b) = (&self.lines[number], &self.lines[i]);
            let (own, other) = (a.mode.along(&a.bbox), a.mode.along(&b.bbox));
            let is_level = a.mode == b.mode && 2 * -own.gap_y(&other) >= own.height().min(other.height());
            is_level && sheet::sheet(&b.text).is_some_and(|(_, rest)| rest.is_empty())
        };
        let is_beside = |i: usize| self.goes_on(number, i) && words(&self.lines[i].text) || is_sheet(i);
        let beside: Vec<usize> = self.open().filter(|&i| is_beside(i)).collect();
        for i in beside {
            self.found[i] = Some(Role::Number);
        }
    }

    /// Deepest line of the head proper: addressee or sender, else the dates.
    fn last_of_head(&self) -> Option<usize> {
        let deepest = |roles: &[Role]| {
            let of_roles =
                (0..self.lines.len()).filter(|&i| self.found[i].is_some_and(|r| roles.contains(&r)));
            of_roles.max_by_key(|&i| self.depth(i))
        };
        deepest(&[Role::To, Role::From]).or_else(|| deepest(&[Role::Sent, Role::Received]))
    }

    /// Where the lines of the head begin, along them.
    fn margin(&self) -> Option<i32> {
        let to = self.found.iter().position(|r| matches!(r, Some(Role::To | Role::Sent | Role::Received)));
        self.number.or(to).map(|i| self.mode.along(&self.lines[i].bbox).left)
    }

    /// What stands between addressee and number, at their margin and as large; where the number could not be read, what
    /// stands at the margin before the first indented line.
    fn subject(&mut self) {
        let (Some(last), Some(margin)) = (self.last_of_head(), self.margin()) else { return };
        let size = self.number.map_or(self.lines[last].size(), |n| self.lines[n].size());
        let at_margin = |i: usize, most: i32| {
            let line = &self.lines[i];
            let start = line.mode.along(&line.bbox).left - margin;
            line.mode == self.mode && 10 * line.size() >= 7 * size && (-2 * size..most).contains(&start)
        };
        let mut behind: Vec<usize> = self.open().filter(|&i| self.depth(i) > self.depth(last)).collect();
        behind.sort_by_key(|&i| self.depth(i));
        if self.number.is_some() {
            let lines: Vec<usize> =
                behind.iter().copied().filter(|&i| self.is_ahead(i) && at_margin(i, 4 * size)).collect();
            for i in lines.into_iter().filter(|&i| self.lines[i].text.chars().count() > 1) {
                self.found[i] = Some(Role::Subject);
            }
            return self.subject_behind_the_number(&behind);
        }
        let at_margin: Vec<usize> = behind.iter().copied().filter(|&i| at_margin(i, size / 2)).collect();
        self.subject_without_number(&behind, &at_margin);
    }

    /// The subject where no number was found: at the margin, up to a line like the number's or an indented one. Where
    /// nothing ends it within two lines, or it holds a sentence, it is not told from the message.
    fn subject_without_number(&mut self, behind: &[usize], at_margin: &[usize]) {
        let Self { lines, vocabulary, .. } = *self;
        let is_number = |i: usize| head::is_like_number(&lines[i].text, vocabulary);
        let is_sentence = |i: usize| lines[i].text.contains('。') || opens_item(&lines[i].text);
        let ends = |i: &usize| !at_margin.contains(i) || is_number(*i) || is_sentence(*i);
        let Some(end) = behind.iter().take(3).position(ends) else { return };
        let next = behind[end];
        if at_margin.contains(&next) && is_sentence(next) && !is_number(next) {
            return;
        }
        if is_number(next) {
            self.found[next] = Some(Role::Number);
            self.number = Some(next);
        }
        for &i in &behind[..end] {
            self.found[i] = Some(Role::Subject);
        }
    }

    /// A subject that stands behind the number says so: 件名, …の件, …について.
    fn subject_behind_the_number(&mut self, behind: &[usize]) {
        if self.has(Role::Subject) {
            return;
        }
        let says_so = |text: &str| {
            text.starts_with("件名")
                || text.chars().count() <= 40
                    && !text.contains('。')
                    && ["の件", "ノ件", "に関する件", "ニ関スル件", "について", "ニ付テ"]
                        .iter()
                        .any(|w| text.ends_with(w))
        };
        let next = behind.iter().copied().filter(|&i| !self.is_ahead(i) && self.found[i].is_none()).take(2);
        if let Some(subject) = next.into_iter().find(|&i| says_so(&self.lines[i].text)) {
            self.found[subject] = Some(Role::Subject);
        }
    }

    /// What stands behind the head in the cable's direction.
    fn message(&mut self) {
        let Some(last) = self.number.or_else(|| self.last_of_head()) else { return };
        let (depth, size) = (self.depth(last), self.lines[last].size());
        let message: Vec<usize> = self
            .open()
            .filter(|&i| {
                let line = &self.lines[i];
                line.mode == self.mode && 2 * line.size() >= size && self.depth(i) > depth + size / 3
            })
            .collect();
        for i in message {
            self.found[i] = Some(Role::Body);
        }
    }

    /// The sentence on forwarding and the end mark, with what stands behind them.
    fn closing(&mut self) {
        let body: Vec<usize> = (0..self.lines.len()).filter(|&i| self.found[i] == Some(Role::Body)).collect();
        let Some(start) = closing_from(self.lines, &body, self.vocabulary) else { return };
        for &i in &body[start..] {
            self.found[i] = Some(Role::Closing);
        }
    }
}

/// Index among the lines of the message of the first of the closing.
fn closing_from(lines: &[Placed], body: &[usize], vocabulary: &Vocabulary) -> Option<usize> {
    let text = |i: usize| lines[body[i]].text.as_str();
    let forwards = |t: &str| {
        t.contains("転電") || t.contains("暗送") || t.starts_with("全米公館") || t.starts_with("関係公館")
    };
    let is_closing = |i: &usize| {
        let t = text(*i);
        t.chars().count() <= 6 && ends(t) || forwards(t)
    };
    let first = (0..body.len()).rev().take(5).filter(is_closing).min()?;
    // The sentence may begin a line earlier, with a list of posts; a number there is no closing of its own.
    let begins_before =
        first > 0 && text(first - 1).matches('、').count() >= 4 && text(first - 1).contains("公館");
    let start = if begins_before { first - 1 } else { first };
    numbered(text(start), vocabulary).is_none().then_some(start)
}
