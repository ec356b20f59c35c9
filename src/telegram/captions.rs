//! Captions of approval boxes: 大臣, 政務次官, 官房長, 局長 … stand in a row above the boxes of a draft or a slip. They name
//! offices as an addressee's line or a bureau's does, but say nothing about the cable.

use super::head::Placed;
use super::likeness::without_specks;

/// Offices that approve or take note, as captions name them.
const OFFICES: [&str; 30] = [
    "大臣",
    "外務大臣",
    "副大臣",
    "政務次官",
    "事務次官",
    "外務次官",
    "次官",
    "外務審議官",
    "外審",
    "審議官",
    "官房長",
    "局長",
    "局次長",
    "次長",
    "部長",
    "参事官",
    "課長",
    "総務課長",
    "主管課長",
    "参与",
    "首席",
    "首席事務官",
    "班長",
    "主任",
    "担当",
    "担当官",
    "起案者",
    "文書課長",
    "電信課長",
    "主管局長",
];
/// Fewest captions of a row.
const FEWEST: usize = 3;

/// The lines that are captions: three or more names of offices, and nothing else, in a row or a column.
pub(super) fn captions(lines: &[Placed]) -> Vec<usize> {
    let offices: Vec<usize> =
        (0..lines.len()).filter(|&i| OFFICES.contains(&without_specks(&lines[i].text))).collect();
    let in_row = |i: usize, other: usize| {
        let (a, b) = (lines[i].bbox, lines[other].bbox);
        2 * -a.gap_y(&b) >= a.height().min(b.height()) || 2 * -a.gap_x(&b) >= a.width().min(b.width())
    };
    let has_row = |&i: &usize| offices.iter().filter(|&&other| in_row(i, other)).count() >= FEWEST;
    offices.iter().copied().filter(has_row).collect()
}
