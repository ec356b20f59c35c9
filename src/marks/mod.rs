//! Stamps, redactions and rulings: found, kept as regions, and taken out of what the recognizer sees.
//!
//! Coloured ink is told by its chroma and lifted off, so that black print below a red stamp stays ([`lift_color`]).
//! In the remaining ink, blocks filled with black are redactions ([`solid`]); thin straight strokes longer than any
//! character's are rules ([`strokes`]); four of them that meet are a box ([`boxes`]): an outlined redaction where it
//! is blank, a black stamp where its frame is heavy or stands askew, a part of the form otherwise.
//!
//! All lengths are in characters, so neither resolution nor scale need be known. A stamp without frame in black ink is
//! not told from print; a stamp's text is not read here.

mod boxes;
mod color;
mod solid;
mod strokes;

pub use color::lift_color;

use crate::geometry::BBox;
use crate::page::{Confidence, RegionKind};
use crate::raster::{Binary, Pixels, character_size};
use image::GrayImage;
use serde::{Deserialize, Serialize};

/// What counts as a mark. Lengths are in characters: multiples of the page's character size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarksOptions {
    /// Least difference of the strongest and the weakest channel in coloured ink, 0 to 255, the paper made white.
    /// Stamps have 90 and more; ink that shines through from the back and the colour noise of JPEG stay below 50.
    pub least_chroma: u8,
    /// Shortest rule. The strokes of a line of dashes touch, so rules shorter than three characters are left alone.
    pub shortest_rule: f64,
    /// Thinner side of the smallest redaction. Bold strokes have up to 0.25, letters ■ 0.85 but square.
    pub smallest_redaction: f64,
}

impl Default for MarksOptions {
    fn default() -> Self {
        Self { least_chroma: 60, shortest_rule: 3.0, smallest_redaction: 0.6 }
    }
}

/// A stamp, a redaction or a ruling, in pixels of the (deskewed) image given.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// [`RegionKind::Stamp`], [`RegionKind::Redaction`] or [`RegionKind::Ruling`].
    pub kind: RegionKind,
    /// Where it is.
    pub bbox: BBox,
    /// How sure.
    pub confidence: Confidence,
}

/// What was found on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks {
    /// Stamps, redactions and rulings.
    pub found: Vec<Mark>,
    /// The ink that belongs to them and hides nothing: what [`erase`] makes paper.
    pub covered: Binary,
}

/// Finds all marks of a page: the pixels tell colour, `ink` (of the lifted gray) the rest.
#[must_use]
pub fn find_marks(page: &Pixels, ink: &Binary, options: &MarksOptions) -> Marks {
    let mut covered = Binary::new(ink.width(), ink.height());
    let mut rest = ink.clone();
    let (components, _) = ink.components();
    let longest = ink.width().max(ink.height());
    let size = character_size(&components, longest).unwrap_or(f64::from(longest) / 70.0);
    let mut found = color::find_stamps(page, size, options);
    let blocks = solid::find_blocks(&rest, size, options);
    for block in &blocks {
        cover(&mut covered, &mut rest, &block.bbox.grown(rim(size)));
    }
    found.extend(blocks);
    let strokes = strokes::find_strokes(&rest, size);
    let boxes = boxes::find_boxes(&rest, &strokes, size);
    for kept in boxes {
        kept.cover(&mut covered, &mut rest, size);
        found.push(kept.mark);
    }
    found.extend(strokes.rules(size, options, &mut covered, &mut rest));
    Marks { found, covered }
}

/// What surrounds a block as ragged edge and shade, px.
fn rim(size: f64) -> i32 {
    (0.06 * size).ceil() as i32 + 1
}

/// Makes a box covered, and paper in the rest.
fn cover(covered: &mut Binary, rest: &mut Binary, bbox: &BBox) {
    let inside = bbox.intersection(&covered.bbox());
    for y in inside.top..inside.bottom {
        covered.row_mut(y as u32)[inside.left as usize..inside.right.max(inside.left) as usize].fill(255);
    }
    rest.erase(&inside);
}

/// Makes covered ink paper, in the gray page with the shade around it.
pub fn erase(gray: &mut GrayImage, ink: &mut Binary, covered: &Binary) {
    let (width, height) = (covered.width() as usize, covered.height());
    for y in 0..height {
        let rows = y.saturating_sub(1)..(y + 2).min(height);
        for near in rows {
            let row = covered.row(near);
            let out = &mut gray.as_mut()[y as usize * width..(y as usize + 1) * width];
            let mut x = 0;
            while let Some(left) = row[x..].iter().position(|&p| p != 0).map(|d| x + d) {
                let right = row[left..].iter().position(|&p| p == 0).map_or(width, |d| left + d);
                out[left.saturating_sub(1)..(right + 1).min(width)].fill(255);
                x = right;
            }
        }
        for (pixel, &is_covered) in ink.row_mut(y).iter_mut().zip(covered.row(y)) {
            *pixel &= !is_covered;
        }
    }
}
