//! Gives every line its part in the cable, and regroups regions by part.

use super::head::{self, Placed};
use super::message::ends;
use super::number::numbered;
use super::vocabulary::handling;
use crate::geometry::BBox;
use crate::page::{Confidence, Line, Region, RegionKind, Role, WritingMode};

/// Lines without a number among which the head is looked for.
const LONGEST_HEAD: usize = 20;
/// Most characters of a note beside the title.
const LONGEST_NOTE: usize = 8;

/// Gives every text region its part in the cable, splitting regions where parts meet (ids are given afterwards). Notes that
/// somebody put on beside the title become [`RegionKind::Handwriting`].
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
    let roles = find_roles(&lines.iter().map(|(l, mode, _)| (l, *mode)).collect::<Vec<_>>());
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
pub fn find_roles(lines: &[(&Line, WritingMode)]) -> Vec<Option<Role>> {
    roles_of(&head::placed(lines))
}

fn roles_of(lines: &[Placed]) -> Vec<Option<Role>> {
    let mut roles = Roles::new(lines);
    roles.words_of_the_head();
    let notes = roles.beside_the_title();
    roles.form_values();
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
    found: Vec<Option<Role>>,
    number: Option<usize>,
    /// Direction of the cable: that of its number, dates or most lines.
    mode: WritingMode,
}

impl<'a> Roles<'a> {
    fn new(lines: &'a [Placed]) -> Self {
        let number = head::number_line(lines);
        let dated = lines.iter().position(|l| head::is_dated(&l.text));
        let vertical = lines.iter().filter(|l| l.mode == WritingMode::VerticalRl).count();
        let most =
            if 2 * vertical > lines.len() { WritingMode::VerticalRl } else { WritingMode::HorizontalTb };
        let mode = number.or(dated).map_or(most, |i| lines[i].mode);
        let mut found = vec![None; lines.len()];
        if let Some(number) = number {
            found[number] = Some(Role::Number);
        }
        Self { lines, found, number, mode }
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
            let role = head::by_words(&self.lines[i].text);
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

    /// The value of a form's cell stands beside its label.
    fn form_values(&mut self) {
        let labels: Vec<usize> =
            (0..self.lines.len()).filter(|&i| self.found[i] == Some(Role::Label)).collect();
        for label in labels {
            let bbox = self.lines[label].bbox;
            let role = if self.lines[label].text.contains('番') { Role::Serial } else { Role::Bureau };
            let beside = |b: &BBox| {
                b.left >= bbox.right - bbox.height() / 2
                    && 2 * -b.gap_y(&bbox) >= bbox.height().min(b.height())
                    && b.gap_x(&bbox) < 12 * bbox.height()
            };
            let value =
                self.open().filter(|&i| beside(&self.lines[i].bbox)).min_by_key(|&i| self.lines[i].bbox.left);
            if let Some(value) = value.filter(|_| !self.has(role)) {
                self.found[value] = Some(role);
            }
        }
    }

    /// Of two dated lines the first says when it was sent, the second when received, whatever was read for 発 and 着;
    /// the end of a line that was cut in two goes with its beginning.
    fn dates(&mut self) {
        let mut dated: Vec<usize> = (0..self.lines.len())
            .filter(|&i| matches!(self.found[i], Some(Role::Sent | Role::Received)))
            .collect();
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

    /// A cable from the minister goes to a head of post, one from a head of post to the minister.
    fn persons(&mut self) {
        let to = self.found.iter().position(|r| *r == Some(Role::To));
        let from = self.found.iter().position(|r| *r == Some(Role::From));
        let second_office = self.open().find(|&i| {
            to.is_some() && self.is_ahead(i) && head::by_words(&self.lines[i].text) == Some(Role::To)
        });
        match (to, from, second_office) {
            // 在米大使殿, then 外務大臣.
            (Some(_), None, Some(office)) => self.found[office] = Some(Role::From),
            (None, Some(from), _) => {
                let second = self
                    .open()
                    .find(|&i| self.is_ahead(i) && head::by_words(&self.lines[i].text) == Some(Role::From));
                if let Some(second) = second {
                    let (first, second) =
                        if self.depth(from) <= self.depth(second) { (from, second) } else { (second, from) };
                    self.found[first] = Some(Role::To);
                    self.found[second] = Some(Role::From);
                }
            }
            _ => {}
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

    /// Words on classification and precedence that stand apart from the number, on its level.
    fn beside_the_number(&mut self) {
        let Some(number) = self.number else { return };
        let words = |text: &str| {
            let found = handling(text);
            text.chars().count() <= 14 && (found.classification.is_some() || found.precedence.is_some())
        };
        let beside: Vec<usize> =
            self.open().filter(|&i| self.goes_on(number, i) && words(&self.lines[i].text)).collect();
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
        let lines: Vec<usize> =
            behind.iter().copied().take_while(|&i| at_margin(i, size / 2)).take(3).collect();
        for i in lines {
            let is_number = head::is_like_number(&self.lines[i].text);
            self.found[i] = Some(if is_number { Role::Number } else { Role::Subject });
            if is_number {
                self.number = Some(i);
                break;
            }
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
        let Some(start) = closing_from(self.lines, &body) else { return };
        for &i in &body[start..] {
            self.found[i] = Some(Role::Closing);
        }
    }
}

/// Index among the lines of the message of the first of the closing.
fn closing_from(lines: &[Placed], body: &[usize]) -> Option<usize> {
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
    numbered(text(start)).is_none().then_some(start)
}
