//! The text of a page or a telegram as search sees it: joined across printed lines and pages, with a way back from every
//! character to its place on the scan.
//!
//! Japanese print breaks words at the ends of lines, so lines of one paragraph are joined without a blank. Between
//! paragraphs, and between lines of the header, stands a line feed, which no phrase crosses. A redaction is ■, which no
//! phrase crosses either.

use crate::geometry::BBox;
use crate::page::{Glyph, Line, Page, RegionKind, Role};
use std::collections::HashMap;

/// The place of a glyph: indexes of page, region, line and glyph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GlyphPlace {
    /// Index among the pages of the text.
    pub page: usize,
    /// Index among the regions of the page.
    pub region: usize,
    /// Index among the lines of the region.
    pub line: usize,
    /// Index among the glyphs of the line.
    pub glyph: usize,
}

/// A joined text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JoinedText {
    /// As printed.
    pub text: String,
    /// The place of each character of `text`; `None` for characters between lines and paragraphs.
    pub places: Vec<Option<GlyphPlace>>,
}

/// A line by the indexes of its page and region and its own.
type LinePlace = (usize, usize, usize);

impl JoinedText {
    /// The text of pages that belong together, in their order. Paragraphs are those of the telegram where it is one, given as
    /// page number of the file, region id and line index ([`crate::page::TelegramRecord`]); other lines of the message are
    /// joined within their region.
    #[must_use]
    pub fn of(pages: &[&Page], paragraphs: &[Vec<String>]) -> Self {
        let mut joined = Self::default();
        for block in blocks(pages, paragraphs) {
            if !joined.text.is_empty() {
                joined.push('\n', None);
            }
            for place in block {
                joined.push_line(pages, place);
            }
        }
        joined
    }

    fn push(&mut self, c: char, place: Option<GlyphPlace>) {
        self.text.push(c);
        self.places.push(place);
    }

    /// Adds a line behind the one before it. Latin words on two lines are two words.
    fn push_line(&mut self, pages: &[&Page], (page, region, line): LinePlace) {
        let Line { text, glyphs, .. } = &pages[page].regions[region].lines[line];
        let is_latin = |c: char| c.is_ascii_alphanumeric();
        if self.text.ends_with(is_latin) && text.starts_with(is_latin) {
            self.push(' ', None);
        }
        let mut glyph = 0;
        // Characters of the glyph that are still to come.
        let mut left = glyphs.first().map_or(0, |g| g.text.chars().count());
        for c in text.chars() {
            while left == 0 && glyph + 1 < glyphs.len() {
                glyph += 1;
                left = glyphs[glyph].text.chars().count();
            }
            let is_of_glyph = left > 0 && glyphs[glyph].text.contains(c);
            let place = is_of_glyph.then_some(GlyphPlace { page, region, line, glyph });
            left -= usize::from(is_of_glyph);
            self.push(c, place);
        }
    }

    /// The glyph at a place.
    #[must_use]
    pub fn glyph<'a>(&self, pages: &[&'a Page], place: GlyphPlace) -> &'a Glyph {
        &pages[place.page].regions[place.region].lines[place.line].glyphs[place.glyph]
    }

    /// Boxes of a stretch of characters, given by character indexes: for each printed line in reading order the boxes of its
    /// glyphs.
    #[must_use]
    pub fn boxes(&self, pages: &[&Page], start: usize, end: usize) -> Vec<(LineIndex, Vec<BBox>)> {
        let mut lines: Vec<(LineIndex, Vec<BBox>)> = Vec::new();
        let mut last = None;
        for place in self.places[start..end.min(self.places.len())].iter().flatten() {
            if last.replace(*place) == Some(*place) {
                continue;
            }
            let at = LineIndex { page: place.page, region: place.region, line: place.line };
            let bbox = self.glyph(pages, *place).bbox;
            match lines.last_mut().filter(|(line, _)| *line == at) {
                Some((_, boxes)) => boxes.push(bbox),
                None => lines.push((at, vec![bbox])),
            }
        }
        lines
    }
}

/// A printed line: indexes of its page and region and its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LineIndex {
    /// Index among the pages of the text.
    pub page: usize,
    /// Index among the regions of the page.
    pub region: usize,
    /// Index among the lines of the region.
    pub line: usize,
}

/// Lines that are joined, block by block, in reading order. A paragraph stands where its first line does, those of its
/// lines that are printed on later pages included.
fn blocks(pages: &[&Page], paragraphs: &[Vec<String>]) -> Vec<Vec<LinePlace>> {
    let mut by_id: HashMap<String, LinePlace> = HashMap::new();
    for (p, page) in pages.iter().enumerate() {
        for (r, region) in page.regions.iter().enumerate() {
            for l in 0..region.lines.len() {
                by_id.insert(format!("{}/{}/{l}", page.source.page, region.id), (p, r, l));
            }
        }
    }
    let mut paragraph_of: HashMap<LinePlace, usize> = HashMap::new();
    for (number, lines) in paragraphs.iter().enumerate() {
        for place in lines.iter().filter_map(|id| by_id.get(id)) {
            paragraph_of.insert(*place, number);
        }
    }
    let mut used = vec![false; paragraphs.len()];
    let mut blocks: Vec<Vec<LinePlace>> = Vec::new();
    for (p, page) in pages.iter().enumerate() {
        for (r, region) in page.regions.iter().enumerate() {
            let RegionKind::Text { role, .. } = region.kind else { continue };
            let runs_on = matches!(role, Role::Body | Role::Other | Role::Subject);
            let mut is_open = false;
            for (l, line) in region.lines.iter().enumerate() {
                let place = (p, r, l);
                if let Some(&number) = paragraph_of.get(&place) {
                    if !std::mem::replace(&mut used[number], true) {
                        let lines = paragraphs[number].iter().filter_map(|id| by_id.get(id));
                        blocks.push(lines.copied().collect());
                    }
                    is_open = false;
                } else if !line.text.is_empty() {
                    match blocks.last_mut().filter(|_| is_open && runs_on) {
                        Some(block) => block.push(place),
                        None => blocks.push(vec![place]),
                    }
                    is_open = true;
                }
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Polygon;
    use crate::page::{Confidence, Region, WritingMode};
    use crate::provenance::Source;

    fn line(text: &str, left: i32, top: i32) -> Line {
        let cells = text.chars().filter(|c| !c.is_whitespace()).enumerate();
        let glyphs: Vec<Glyph> = cells
            .map(|(i, c)| Glyph {
                text: c.to_string(),
                bbox: BBox::from_ltwh(left + 10 * i as i32, top, 10, 10),
                confidence: Confidence::CERTAIN,
                alternatives: vec![],
            })
            .collect();
        let bbox = glyphs.iter().fold(BBox::default(), |all, g| all.union(&g.bbox));
        Line { bbox, text: text.into(), confidence: Confidence::CERTAIN, engine: "drawn".into(), glyphs }
    }

    fn page(number: u32, regions: &[(&str, Role, &[&str])]) -> Page {
        let region = |(r, (id, role, lines)): (usize, &(&str, Role, &[&str]))| Region {
            id: (*id).to_owned(),
            kind: RegionKind::Text { role: *role, writing_mode: WritingMode::HorizontalTb },
            bbox: BBox::default(),
            outline: Polygon::default(),
            confidence: Confidence::CERTAIN,
            lines: lines
                .iter()
                .enumerate()
                .map(|(l, t)| line(t, 0, 100 * r as i32 + 10 * l as i32))
                .collect(),
        };
        Page {
            format: crate::page::FORMAT.to_owned(),
            source: Source { path: "a.tif".into(), sha256: "a".into(), page: number, pages: 2 },
            width: 100,
            height: 400,
            dpi: None,
            skew_degrees: 0.0,
            rotation: 0,
            regions: regions.iter().enumerate().map(region).collect(),
            text: String::new(),
            telegram: None,
            warnings: vec![],
            provenance: Default::default(),
        }
    }

    #[test]
    fn lines_of_a_paragraph_are_joined_across_pages_and_others_are_not() {
        let first = page(1, &[("r1", Role::Number, &["第一号"]), ("r2", Role::Body, &["以上。", "北方領"])]);
        let second =
            page(2, &[("r1", Role::Number, &["第一号"]), ("r2", Role::Body, &["土　問題", "IMF", "GATT"])]);
        let paragraphs =
            [vec!["1/r2/0".to_owned()], ["1/r2/1", "2/r2/0", "2/r2/1", "2/r2/2"].map(String::from).to_vec()];
        let pages = [&first, &second];
        let joined = JoinedText::of(&pages, &paragraphs);
        assert_eq!(joined.text, "第一号\n以上。\n北方領土　問題IMF GATT\n第一号");
        assert_eq!(joined.text.chars().count(), joined.places.len());
        // 領土: the end of a page and the beginning of the next.
        let start = joined.text.chars().position(|c| c == '領').unwrap();
        let boxes = joined.boxes(&pages, start, start + 2);
        let line = |page, line| LineIndex { page, region: 1, line };
        assert_eq!(
            boxes,
            [
                (line(0, 1), vec![BBox::from_ltwh(20, 110, 10, 10)]),
                (line(1, 0), vec![BBox::from_ltwh(0, 100, 10, 10)])
            ]
        );
    }

    #[test]
    fn a_glyph_of_several_characters_has_one_box() {
        let mut page = page(1, &[("r1", Role::Body, &["か\u{3099}く"])]);
        page.regions[0].lines[0].glyphs.remove(1);
        page.regions[0].lines[0].glyphs[0].text = "か\u{3099}".into();
        let joined = JoinedText::of(&[&page], &[]);
        assert_eq!(joined.boxes(&[&page], 0, 3)[0].1.len(), 2);
    }
}
