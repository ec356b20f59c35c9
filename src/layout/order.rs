//! Reading order: lines into blocks, blocks one after another.
//!
//! Horizontal: what stands above comes first where both share columns of the page, what stands left where both
//! share rows. Vertical: what stands right comes first, in the same column what stands above. Horizontal blocks of
//! a vertical page (title, form boxes) are read where their direction says, before the columns below them.

use super::lines::Chained;
use super::{Block, LineBox};
use crate::geometry::BBox;
use crate::page::WritingMode;

/// Groups lines into blocks and puts all in reading order.
pub(super) fn into_blocks(mut lines: Vec<Chained>) -> Vec<Block> {
    lines.sort_by_key(|l| {
        let b = l.line.bbox;
        match l.writing_mode {
            WritingMode::HorizontalTb => (b.top, b.left),
            WritingMode::VerticalRl => (-b.right, b.top),
        }
    });
    let mut blocks: Vec<Block> = Vec::new();
    for Chained { writing_mode, line } in lines {
        let joins = |b: &Block| {
            b.writing_mode == writing_mode
                && follows(b.lines.last().expect("holds a line"), &line, writing_mode)
        };
        match blocks.iter_mut().rev().find(|b| joins(b)) {
            Some(block) => block.lines.push(line),
            None => blocks.push(Block { writing_mode, lines: vec![line] }),
        }
    }
    in_reading_order(blocks)
}

impl Block {
    /// Holds its lines.
    #[must_use]
    pub fn bbox(&self) -> BBox {
        self.lines.iter().fold(BBox::default(), |all, l| all.union(&l.bbox))
    }
}

/// Whether a line goes on where another ends: about as high, near, and starting at about the same margin.
fn follows(last: &LineBox, next: &LineBox, mode: WritingMode) -> bool {
    let (a, b) = (mode.along(&last.bbox), mode.along(&next.bbox));
    let (high, low) = (a.height().max(b.height()), a.height().min(b.height()));
    let gap = a.gap_y(&b);
    let indent = (a.left - b.left).abs();
    2 * high <= 3 * low && gap <= 3 * high / 2 && gap > -low / 2 && indent <= 3 * high && a.gap_x(&b) < 0
}

/// Sorts blocks so that none stands before one that must be read earlier (Kahn's algorithm; where the rules
/// contradict one another, the topmost goes first).
fn in_reading_order(mut blocks: Vec<Block>) -> Vec<Block> {
    let boxes: Vec<(BBox, WritingMode)> = blocks.iter().map(|b| (b.bbox(), b.writing_mode)).collect();
    let mut waiting: Vec<usize> = (0..blocks.len()).collect();
    waiting.sort_by_key(|&i| (boxes[i].0.top, boxes[i].0.left));
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let ready =
            waiting.iter().position(|&i| !waiting.iter().any(|&j| j != i && is_before(&boxes[j], &boxes[i])));
        order.push(waiting.remove(ready.unwrap_or(0)));
    }
    let mut places: Vec<Option<Block>> = blocks.drain(..).map(Some).collect();
    order.into_iter().filter_map(|i| places[i].take()).collect()
}

/// Whether the first block is to be read before the second.
fn is_before((a, a_mode): &(BBox, WritingMode), (b, b_mode): &(BBox, WritingMode)) -> bool {
    let least = |x: i32, y: i32| x.min(y) / 4;
    let shares_x = -a.gap_x(b) > least(a.width(), b.width());
    let shares_y = -a.gap_y(b) > least(a.height(), b.height());
    match (a_mode, b_mode) {
        (WritingMode::VerticalRl, WritingMode::VerticalRl) => {
            if shares_x {
                a.center().y < b.center().y
            } else {
                a.center().x > b.center().x
            }
        }
        (WritingMode::HorizontalTb, WritingMode::HorizontalTb) => {
            if shares_x && !shares_y {
                a.top < b.top
            } else {
                shares_y && a.left < b.left
            }
        }
        _ => a.bottom <= b.top + a.height().min(b.height()) / 4,
    }
}
