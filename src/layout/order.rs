//! Reading order: groups lines into blocks and orders the blocks.
//!
//! Vertical lines are ordered first: columns from right to left, lines of a column from top to bottom. If a blank or
//! a rule runs across columns and enough text stands on both sides of it (段組), the tier above is read before the tier
//! below. Horizontal blocks are read from top to bottom if they share columns of the page, and from left to right if
//! they share rows. Horizontal blocks of a vertical page are read before the columns if they stand above them (title,
//! form boxes), among them if they stand between them, and after them if they stand below.

use super::lines::CandidateBlock;
use super::rulings::Rulings;
use super::{Block, LineBox, Partings};
use crate::geometry::{BBox, BoxIndex};
use crate::page::WritingMode;
use std::collections::BTreeSet;

/// Fewest lines on both sides of a blank that separates tiers: a sender at the foot of a column is no tier.
const TIER_LINES: usize = 3;

/// Groups lines into blocks in reading order. Of two pages beside a gutter, one follows the other. Rules separate the
/// rows of a table.
pub(super) fn into_blocks(lines: Vec<CandidateBlock>, rulings: &[BBox], partings: &Partings) -> Vec<Block> {
    let Partings { gutter, tiers } = partings;
    let Some(gutter) = *gutter else { return blocks_of_page(lines, rulings, tiers) };
    let vertical = lines.iter().filter(|l| l.writing_mode == WritingMode::VerticalRl).count();
    let is_vertical = 2 * vertical > lines.len();
    let (left, right): (Vec<CandidateBlock>, Vec<CandidateBlock>) =
        lines.into_iter().partition(|l| l.line.bbox.center().x < f64::from(gutter));
    let (first, second) = if is_vertical { (right, left) } else { (left, right) };
    let mut blocks = blocks_of_page(first, rulings, tiers);
    blocks.extend(blocks_of_page(second, rulings, tiers));
    blocks
}

/// The blocks of one page in reading order.
fn blocks_of_page(lines: Vec<CandidateBlock>, rulings: &[BBox], tiers: &[BBox]) -> Vec<Block> {
    let (mut horizontal, vertical): (Vec<CandidateBlock>, Vec<CandidateBlock>) =
        lines.into_iter().partition(|l| l.writing_mode == WritingMode::HorizontalTb);
    horizontal.sort_by_key(|l| (l.line.bbox.top, l.line.bbox.left));
    let mut columns = Vec::new();
    in_tiers(vertical, tiers, &mut columns);
    let mut blocks: Vec<Block> = Vec::new();
    let (upright, level) = rulings.iter().partition(|r| r.height() > r.width());
    let table = Table::of(upright, level, horizontal.iter().map(|l| l.line.bbox).collect());
    // Index from lines to their blocks: a block continues below its last line.
    let mut ends = BoxIndex::default();
    for CandidateBlock { writing_mode, line } in horizontal {
        let joins = |b: &Block| {
            let last = b.lines.last().expect("holds a line");
            follows(last, &line, writing_mode) && !table.parts_rows(&last.bbox, &line.bbox)
        };
        let near = ends.touching(&line.bbox.grown(FOLLOWS * line.bbox.height()));
        let block = near.into_iter().rev().find(|&i| joins(&blocks[i])).unwrap_or(blocks.len());
        ends.insert(block, &line.bbox);
        match blocks.get_mut(block) {
            Some(block) => block.lines.push(line),
            None => blocks.push(Block { writing_mode, lines: vec![line] }),
        }
    }
    let rows = in_reading_order(join_lists(absorb_scraps(blocks), &table.upright));
    let mut upright: Vec<Block> = Vec::new();
    for CandidateBlock { writing_mode, line } in columns {
        let joins = |b: &Block| follows(b.lines.last().expect("holds a line"), &line, writing_mode);
        match upright.last_mut().filter(|b| joins(b)) {
            Some(block) => block.lines.push(line),
            None => upright.push(Block { writing_mode, lines: vec![line] }),
        }
    }
    woven(rows, upright)
}

/// Boxes of horizontal lines that may be table cells, and the rules around them.
struct Table {
    upright: Rulings,
    level: Rulings,
    cells: Vec<BBox>,
    places: BoxIndex,
    /// Left and right end of all cells, px.
    extent: (i32, i32),
}

impl Table {
    fn of(upright: Vec<BBox>, level: Vec<BBox>, cells: Vec<BBox>) -> Self {
        let all = cells.iter().fold(BBox::default(), |all, cell| all.union(cell));
        let places = BoxIndex::of(&cells);
        Self {
            upright: Rulings::of(upright),
            level: Rulings::of(level),
            cells,
            places,
            extent: (all.left, all.right),
        }
    }

    /// Whether two lines are in different rows of a table: a horizontal rule runs between them, and a vertical rule
    /// separates one of them from a neighbour. A table is read by rows, not by columns. (Ruled paper has rules
    /// between all lines, but no neighbours.)
    fn parts_rows(&self, above: &BBox, below: &BBox) -> bool {
        let has_neighbour = |line: &BBox| {
            let row = BBox { left: self.extent.0, right: self.extent.1, ..*line };
            let cells = self.places.touching(&row).into_iter().map(|i| &self.cells[i]);
            let beside = |cell: &&BBox| -2 * cell.gap_y(line) > line.height().min(cell.height());
            cells.filter(beside).any(|cell| cell != line && self.upright.is_between(line, cell))
        };
        self.level.is_between(above, below) && (has_neighbour(above) || has_neighbour(below))
    }
}

/// Merges the blocks of both directions into one order: blocks of the direction with fewer lines are inserted at their
/// positions between the others.
fn woven(rows: Vec<Block>, columns: Vec<Block>) -> Vec<Block> {
    let lines = |blocks: &[Block]| blocks.iter().map(|b| b.lines.len()).sum::<usize>();
    let (many, few) = if lines(&rows) >= lines(&columns) { (rows, columns) } else { (columns, rows) };
    let all = many.iter().fold(BBox::default(), |all, b| all.union(&b.bbox()));
    let places: Vec<usize> = {
        let mode = many.first().map(|b| b.writing_mode);
        // Position that a block must reach to be read after each of the others, and the running minimum from the end.
        let edge = |other: &Block| match other.writing_mode {
            WritingMode::VerticalRl => -f64::from(other.bbox().left),
            WritingMode::HorizontalTb => f64::from(other.bbox().top),
        };
        let mut least: Vec<f64> = many.iter().map(edge).collect();
        (1..least.len()).rev().for_each(|i| least[i - 1] = least[i - 1].min(least[i]));
        let place = |block: &Block| {
            let middle = block.bbox().center();
            // The insertion point is the last position from which on all blocks are later.
            let last_before = |reached: f64| least.partition_point(|&edge| edge < reached);
            match mode {
                None => 0,
                Some(WritingMode::HorizontalTb) => last_before(middle.y),
                // A heading above the columns is read before all of them, a note below them after all.
                Some(WritingMode::VerticalRl) => {
                    let top = f64::from(all.top) + 0.1 * f64::from(all.height());
                    let bottom = f64::from(all.bottom) - 0.1 * f64::from(all.height());
                    match middle.y {
                        y if y <= top => 0,
                        y if y > bottom => many.len(),
                        _ => last_before(-middle.x),
                    }
                }
            }
        };
        few.iter().map(place).collect()
    };
    // Blocks of one direction keep their own order.
    let mut few = few.into_iter().zip(places).peekable();
    let (mut order, mut furthest) = (Vec::new(), 0);
    for (i, block) in many.into_iter().enumerate() {
        while let Some((other, place)) = few.next_if(|(_, place)| furthest.max(*place) <= i) {
            furthest = furthest.max(place);
            order.push(other);
        }
        order.push(block);
    }
    order.extend(few.map(|(block, _)| block));
    order
}

/// Inserts lines that lie inside a larger block into the rows of that block: they are ends of its lines after an
/// unusually wide blank.
fn absorb_scraps(blocks: Vec<Block>) -> Vec<Block> {
    let mut boxes: Vec<BBox> = blocks.iter().map(Block::bbox).collect();
    let mut places = BoxIndex::of(&boxes);
    let mut blocks: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
    for i in 0..blocks.len() {
        let Some(scrap) = blocks[i].take_if(|block| block.lines.len() <= 2) else { continue };
        let around = |host: &usize| {
            blocks[*host].as_ref().is_some_and(|b| b.lines.len() > scrap.lines.len())
                && boxes[i].intersection(&boxes[*host]).area() * 5 >= boxes[i].area() * 4
        };
        let Some(host) = places.touching(&boxes[i]).into_iter().find(around) else {
            blocks[i] = Some(scrap);
            continue;
        };
        for line in scrap.lines {
            boxes[host] = boxes[host].union(&line.bbox);
            if let Some(block) = &mut blocks[host] {
                insert_in_row(block, line);
            }
        }
        places.insert(host, &boxes[host]);
    }
    blocks.into_iter().flatten().collect()
}

const LIST_ROWS: usize = 3;
/// Longest entry of a list's column, in line heights.
const ENTRY: i32 = 6;
/// Largest vertical offset of lines in one row, as a fraction of the line height.
const LEVEL: f64 = 0.3;

/// Merges columns of short entries into the block whose lines are in the same rows, as page numbers of a table of
/// contents are: the list is read row by row. A rule between them keeps them separate.
fn join_lists(blocks: Vec<Block>, upright: &Rulings) -> Vec<Block> {
    let is_column = |block: &Block| {
        let short = |line: &LineBox| line.bbox.width() <= ENTRY * line.bbox.height();
        block.lines.len() >= LIST_ROWS && block.lines.iter().all(short)
    };
    let boxes: Vec<BBox> = blocks.iter().map(Block::bbox).collect();
    let places = BoxIndex::of(&boxes);
    let page = boxes.iter().fold(BBox::default(), |all, b| all.union(b));
    let mut blocks: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
    for i in 0..blocks.len() {
        let Some(column) = blocks[i].take_if(|block| is_column(block)) else { continue };
        let beside = places.touching(&BBox { left: page.left, right: boxes[i].left, ..boxes[i] });
        let before = |&j: &usize| j != i && boxes[j].right <= boxes[i].left;
        let host = beside.into_iter().filter(before).rfind(|&j| {
            let in_row = |line: &LineBox| {
                let lines = blocks[j].iter().flat_map(|b| &b.lines);
                lines.filter(|other| is_level(line, other)).count() == 1
            };
            !upright.is_between(&boxes[j], &boxes[i]) && column.lines.iter().all(in_row)
        });
        match host.and_then(|host| blocks[host].as_mut()) {
            Some(host) => column.lines.into_iter().for_each(|line| insert_in_row(host, line)),
            None => blocks[i] = Some(column),
        }
    }
    blocks.into_iter().flatten().collect()
}

/// Whether two lines of similar size are in one row.
fn is_level(a: &LineBox, b: &LineBox) -> bool {
    let (a, b) = (&a.bbox, &b.bbox);
    let is_alike = 3 * a.height().min(b.height()) >= 2 * a.height().max(b.height());
    is_alike && (a.center().y - b.center().y).abs() <= LEVEL * f64::from(a.height().max(b.height()))
}

/// Inserts a line after the lines above it and the lines left of it in its row.
fn insert_in_row(block: &mut Block, line: LineBox) {
    let me = line.bbox;
    let is_earlier = |other: &LineBox| {
        let same_row = -2 * other.bbox.gap_y(&me) > me.height().min(other.bbox.height());
        if same_row { other.bbox.left < me.left } else { other.bbox.top < me.top }
    };
    let place = block.lines.iter().rposition(is_earlier).map_or(0, |p| p + 1);
    block.lines.insert(place, line);
}

/// Orders vertical lines by tiers: lines above a band precede lines below it, and lines beside it precede or follow
/// both.
fn in_tiers(lines: Vec<CandidateBlock>, bands: &[BBox], ordered: &mut Vec<CandidateBlock>) {
    let cut_off = tier_below(&lines).map(|y| (BBox::from_ltrb(i32::MIN, y, i32::MAX, y), bands));
    let parted = || {
        let at = bands.iter().position(|band| parts(band, &lines))?;
        Some((bands[at], &bands[at + 1..]))
    };
    let Some((band, bands)) = cut_off.or_else(parted) else {
        ordered.extend(in_columns(lines));
        return;
    };
    let mut groups: [Vec<CandidateBlock>; 4] = Default::default();
    for line in lines {
        groups[place_about(&band, &line.line.bbox)].push(line);
    }
    groups.into_iter().for_each(|group| in_tiers(group, bands, ordered));
}

/// Position of a line relative to a band, in reading order: right of it, above, below, left of it.
fn place_about(band: &BBox, line: &BBox) -> usize {
    let middle = line.center();
    match () {
        () if middle.x >= f64::from(band.right) => 0,
        () if middle.x < f64::from(band.left) => 3,
        () if middle.y < f64::from(band.top) => 1,
        () => 2,
    }
}

/// Whether enough lines are above and below a band.
fn parts(band: &BBox, lines: &[CandidateBlock]) -> bool {
    let count = |place| lines.iter().filter(|l| place_about(band, &l.line.bbox) == place).count();
    count(1) >= TIER_LINES && count(2) >= TIER_LINES
}

/// Height at which a tier ends: no line crosses it, and enough lines on both sides share most of their width.
fn tier_below(lines: &[CandidateBlock]) -> Option<i32> {
    let mut spans: Vec<(i32, i32)> = lines.iter().map(|l| (l.line.bbox.top, l.line.bbox.bottom)).collect();
    spans.sort_unstable();
    let mut reach = spans.first()?.1;
    let mut cuts = Vec::new();
    for &(top, bottom) in &spans {
        if top > reach {
            cuts.push((reach + top) / 2);
        }
        reach = reach.max(bottom);
    }
    // No line crosses a cut, so the lines above it come first in the order of lower edges.
    let mut boxes: Vec<BBox> = lines.iter().map(|l| l.line.bbox).collect();
    boxes.sort_by_key(|b| b.bottom);
    let around = |boxes: &mut dyn Iterator<Item = &BBox>| -> Vec<BBox> {
        let union = |all: &mut BBox, b: &BBox| {
            *all = all.union(b);
            Some(*all)
        };
        boxes.scan(BBox::default(), union).collect()
    };
    let (from_above, from_below) = (around(&mut boxes.iter()), around(&mut boxes.iter().rev()));
    cuts.into_iter().find(|&cut| {
        let above = boxes.partition_point(|b| b.bottom <= cut);
        let below = boxes.len() - above;
        above >= TIER_LINES && below >= TIER_LINES && {
            let (upper, lower) = (from_above[above - 1], from_below[below - 1]);
            -2 * upper.gap_x(&lower) > upper.width().max(lower.width())
        }
    })
}

/// Columns from right to left, with the lines of each column from top to bottom.
fn in_columns(mut lines: Vec<CandidateBlock>) -> Vec<CandidateBlock> {
    lines.sort_by_key(|l| std::cmp::Reverse(l.line.bbox.left + l.line.bbox.right));
    let mut ordered: Vec<CandidateBlock> = Vec::new();
    let mut column: Vec<CandidateBlock> = Vec::new();
    for line in lines {
        let shares = column.first().is_none_or(|first: &CandidateBlock| {
            let (a, b) = (first.line.bbox, line.line.bbox);
            -2 * a.gap_x(&b) > a.width().min(b.width())
                && column.iter().all(|c| c.line.bbox.gap_y(&b) >= -b.height() / 4)
        });
        if !shares {
            ordered.append(&mut column);
        }
        let place = column.partition_point(|c| c.line.bbox.top <= line.line.bbox.top);
        column.insert(place, line);
    }
    ordered.append(&mut column);
    ordered
}

impl Block {
    /// Bounding box of its lines.
    #[must_use]
    pub fn bbox(&self) -> BBox {
        self.lines.iter().fold(BBox::default(), |all, l| all.union(&l.bbox))
    }

    pub(super) fn into_lines(self) -> impl Iterator<Item = CandidateBlock> {
        let writing_mode = self.writing_mode;
        self.lines.into_iter().map(move |line| CandidateBlock { writing_mode, line })
    }
}

impl From<CandidateBlock> for Block {
    fn from(CandidateBlock { writing_mode, line }: CandidateBlock) -> Self {
        Self { writing_mode, lines: vec![line] }
    }
}

/// Largest distance between a line and the previous line of its block, in line heights.
const FOLLOWS: i32 = 4;

/// Whether a line continues a block: similar height, near the last line, and with about the same margin.
fn follows(last: &LineBox, next: &LineBox, mode: WritingMode) -> bool {
    let (a, b) = (mode.along(&last.bbox), mode.along(&next.bbox));
    let (high, low) = (a.height().max(b.height()), a.height().min(b.height()));
    let gap = a.gap_y(&b);
    let indent = (a.left - b.left).abs();
    2 * high <= 3 * low && gap <= 3 * high / 2 && gap > -low / 2 && indent <= 3 * high && a.gap_x(&b) < 0
}

/// Sorts horizontal blocks topologically by [`stands_before`] (Kahn's algorithm). In a cycle, the topmost block is
/// first.
fn in_reading_order(blocks: Vec<Block>) -> Vec<Block> {
    let boxes: Vec<BBox> = blocks.iter().map(Block::bbox).collect();
    let page = boxes.iter().fold(BBox::default(), |all, b| all.union(b));
    let places = BoxIndex::of(&boxes);
    // Only blocks that share rows or columns are related.
    let related = |i: usize| {
        let row = BBox { left: page.left, right: page.right, ..boxes[i] };
        let column = BBox { top: page.top, bottom: page.bottom, ..boxes[i] };
        let mut all = places.touching(&row);
        all.extend(places.touching(&column));
        all.sort_unstable();
        all.dedup();
        all.retain(|&j| j != i);
        all
    };
    let mut earlier: Vec<usize> = (0..boxes.len())
        .map(|i| related(i).into_iter().filter(|&j| stands_before(&boxes[j], &boxes[i])).count())
        .collect();
    let key = |i: usize| (boxes[i].top, boxes[i].left, i);
    let mut waiting: BTreeSet<(i32, i32, usize)> = (0..boxes.len()).map(key).collect();
    let mut ready: BTreeSet<(i32, i32, usize)> =
        (0..boxes.len()).filter(|&i| earlier[i] == 0).map(key).collect();
    let mut places_of: Vec<Option<Block>> = blocks.into_iter().map(Some).collect();
    let mut order = Vec::new();
    while let Some(next) = ready.first().or(waiting.first()).copied() {
        waiting.remove(&next);
        ready.remove(&next);
        order.extend(places_of[next.2].take());
        for j in related(next.2) {
            if waiting.contains(&key(j)) && stands_before(&boxes[next.2], &boxes[j]) {
                earlier[j] -= 1;
                if earlier[j] == 0 {
                    ready.insert(key(j));
                }
            }
        }
    }
    order
}

/// Whether a horizontal block is read before another.
fn stands_before(a: &BBox, b: &BBox) -> bool {
    let least = |x: i32, y: i32| x.min(y) / 4;
    let shares_x = -a.gap_x(b) > least(a.width(), b.width());
    let shares_y = -a.gap_y(b) > least(a.height(), b.height());
    if shares_x && !shares_y { a.top < b.top } else { shares_y && a.left < b.left }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Part;

    fn column(left: i32, top: i32, bottom: i32) -> CandidateBlock {
        let bbox = BBox::from_ltrb(left, top, left + 20, bottom);
        CandidateBlock {
            writing_mode: WritingMode::VerticalRl,
            line: LineBox { bbox, parts: vec![Part::Redaction(0)] },
        }
    }

    fn order(lines: Vec<CandidateBlock>) -> Vec<(i32, i32)> {
        ordered(lines, &[])
    }

    fn ordered(lines: Vec<CandidateBlock>, rulings: &[BBox]) -> Vec<(i32, i32)> {
        let blocks = into_blocks(lines, rulings, &Partings::default());
        blocks.iter().flat_map(|b| &b.lines).map(|l| (l.bbox.left, l.bbox.top)).collect()
    }

    #[test]
    fn columns_run_from_right_to_left_and_a_sender_stands_at_the_foot_of_its_own() {
        let lines = vec![column(40, 0, 400), column(100, 0, 150), column(101, 320, 400), column(70, 10, 380)];
        assert_eq!(order(lines), [(100, 0), (101, 320), (70, 10), (40, 0)]);
    }

    fn row(left: i32, right: i32, top: i32) -> CandidateBlock {
        let bbox = BBox::from_ltrb(left, top, right, top + 20);
        let line = LineBox { bbox, parts: vec![Part::Redaction(0)] };
        CandidateBlock { writing_mode: WritingMode::HorizontalTb, line }
    }

    #[test]
    fn of_two_pages_the_right_one_is_read_first_where_print_is_vertical() {
        let places = |lines| -> Vec<i32> {
            let blocks = into_blocks(lines, &[], &Partings { gutter: Some(200), tiers: vec![] });
            blocks.iter().flat_map(|b| &b.lines).map(|l| l.bbox.left).collect()
        };
        assert_eq!(
            places(vec![column(60, 0, 400), column(240, 0, 400), column(300, 0, 400), row(20, 120, 0)]),
            [300, 240, 20, 60]
        );
        assert_eq!(places(vec![row(220, 380, 0), row(20, 180, 30), row(20, 180, 0)]), [20, 20, 220]);
    }

    #[test]
    fn a_table_is_read_row_by_row() {
        let lines = || vec![row(10, 60, 10), row(110, 200, 8), row(10, 50, 50), row(110, 180, 52)];
        let level = [0, 40, 80].map(|top| BBox::from_ltrb(0, top, 300, top + 2));
        let upright = [0, 90, 300].map(|left| BBox::from_ltrb(left, 0, left + 2, 80));
        let rows = [(10, 10), (110, 8), (10, 50), (110, 52)];
        assert_eq!(ordered(lines(), &[level.as_slice(), &upright].concat()), rows);
        assert_eq!(order(lines()), [(10, 10), (10, 50), (110, 8), (110, 52)], "without rules: two columns");
    }

    #[test]
    fn page_numbers_are_read_with_their_entries() {
        let entry = |i: i32| row(0, 200 + 10 * i, 30 * i);
        let number = |i: i32| row(400, 440, 30 * i + 1);
        let lines = (0..4).map(entry).chain((0..4).map(number)).collect();
        let rows: Vec<(i32, i32)> = (0..4).flat_map(|i| [(0, 30 * i), (400, 30 * i + 1)]).collect();
        assert_eq!(order(lines), rows);
        let prose = (0..4).map(entry).chain((0..4).map(|i| row(400, 600, 30 * i + 1))).collect();
        let columns = (0..4).map(|i| (0, 30 * i)).chain((0..4).map(|i| (400, 30 * i + 1)));
        assert_eq!(order(prose), columns.collect::<Vec<_>>());
    }

    #[test]
    fn ruled_paper_is_no_table() {
        let lines = vec![row(10, 280, 10), row(10, 270, 50), row(10, 100, 90)];
        let rules: Vec<BBox> = [0, 40, 80, 120].map(|top| BBox::from_ltrb(0, top, 300, top + 2)).to_vec();
        assert_eq!(into_blocks(lines, &rules, &Partings::default()).len(), 1);
    }

    #[test]
    fn the_rest_of_a_line_behind_a_wide_blank_is_read_with_its_row() {
        let lines = vec![row(0, 400, 0), row(0, 80, 30), row(250, 400, 31), row(0, 390, 60)];
        assert_eq!(order(lines), [(0, 0), (0, 30), (250, 31), (0, 60)]);
    }

    #[test]
    fn a_blank_across_all_columns_makes_tiers() {
        let tier = |top: i32| [100, 70, 40].map(|left| column(left, top, top + 100));
        let lines = tier(0).into_iter().chain(tier(130)).collect();
        assert_eq!(order(lines), [(100, 0), (70, 0), (40, 0), (100, 130), (70, 130), (40, 130)]);
    }
}
