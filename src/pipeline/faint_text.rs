//! Recovers faint text in a second pass.
//!
//! [`binarize`] discards ink that is fainter than show-through from the back of the page. In the bands of text lines,
//! such ink is probably text. A band spans the width of its block and some characters beyond it. In the bands, this
//! module accepts strokes at two thirds of the contrast limit and adds them to the ink; lines are then found again. If
//! the gaps between the lines contain about as many faint strokes as the bands, the strokes are paper texture or
//! show-through, and nothing is added. On the 63 telegrams, bands with faint text contained 3 to 100 times the faint ink
//! of the gaps; on photographed books, 0.3 to 0.9 times.

use crate::binarize::{BinarizeOptions, binarize};
use crate::geometry::BBox;
use crate::layout::{Block, Erased, Part};
use crate::raster::Binary;
use image::GrayImage;

/// Least contrast of a stroke in a line band, relative to the contrast of the page: four times the noise of scans.
const FAINT: f32 = 0.13;
/// Width of the blur around an erased mark, px.
const SHADOW_PX: i32 = 6;
/// Distance by which a line may extend beyond its block, in characters.
const BEYOND: f64 = 6.0;
/// Distance by which gray stroke edges extend beyond the line band, in characters.
const STROKES_EDGE: f64 = 0.15;
/// Fewest cells in a printed part of a line with a band.
const LEAST_CELLS: usize = 4;
/// Least total of faint ink, in areas of a character cell: the strokes of two characters.
const WORTH: f64 = 0.2;
/// Least ratio of faint ink density in the bands to that between them, for faint text.
const STANDS_OUT: f64 = 2.0;

/// Adds faint strokes in the line bands to the text ink; `None` if there are hardly any.
///
/// `gray` is the page without marks, `seen` all of its ink, `text_ink` the ink in which lines were found. Places of
/// erased stamps and rulings are excluded because their blur remains.
pub(super) fn with_faint_text(
    gray: &GrayImage,
    seen: &Binary,
    text_ink: &Binary,
    blocks: &[Block],
    erased: &Erased<'_>,
    options: &BinarizeOptions,
) -> Option<Binary> {
    let BinarizeOptions::Background { contrast, faint } = *options else { return None };
    let bands: Vec<(BBox, f64)> = blocks.iter().flat_map(bands).collect();
    if bands.is_empty() || faint <= FAINT {
        return None;
    }
    let mut fainter = binarize(gray, &BinarizeOptions::Background { contrast, faint: FAINT });
    erased.stamps.iter().chain(erased.rulings).for_each(|mark| fainter.erase(&mark.grown(SHADOW_PX)));
    if !stands_out(&bands, &fainter, seen) {
        return None;
    }
    let mut all = text_ink.clone();
    let mut characters = 0.0;
    for (band, pitch) in bands {
        let inside = band.intersection(&text_ink.bbox());
        let mut added = 0u32;
        for y in inside.top.max(0)..inside.bottom {
            let columns = inside.left.max(0) as usize..inside.right.max(0) as usize;
            let (fainter, seen) =
                (&fainter.row(y as u32)[columns.clone()], &seen.row(y as u32)[columns.clone()]);
            for (out, (&new, &old)) in all.row_mut(y as u32)[columns].iter_mut().zip(fainter.iter().zip(seen))
            {
                if new != 0 && old == 0 && *out == 0 {
                    *out = 255;
                    added += 1;
                }
            }
        }
        characters += f64::from(added) / (pitch * pitch);
    }
    (characters >= WORTH).then_some(all)
}

/// Whether faint ink concentrates in the bands, compared with the gaps between them.
fn stands_out(bands: &[(BBox, f64)], fainter: &Binary, seen: &Binary) -> bool {
    let page = seen.bbox();
    let extent = bands.iter().fold(BBox::default(), |all, (band, _)| all.union(band)).intersection(&page);
    let mut in_bands = Binary::new(seen.width(), seen.height());
    for (band, pitch) in bands {
        let band = band.grown((STROKES_EDGE * pitch) as i32).intersection(&page);
        for y in band.top..band.bottom {
            in_bands.row_mut(y as u32)[band.left as usize..band.right as usize].fill(255);
        }
    }
    // Counts of faint pixels and of all pixels, first between the bands, then in them.
    let mut counts = [(0u64, 0u64); 2];
    for y in extent.top..extent.bottom {
        let columns = extent.left as usize..extent.right as usize;
        let [faint, old, inside] = [fainter, seen, &in_bands].map(|b| &b.row(y as u32)[columns.clone()]);
        for ((&faint, &old), &inside) in faint.iter().zip(old).zip(inside) {
            let (found, n) = &mut counts[usize::from(inside != 0)];
            *found += u64::from(faint != 0 && old == 0);
            *n += 1;
        }
    }
    let [between, inside] = counts.map(|(found, n)| found as f64 / n.max(1) as f64);
    inside > STANDS_OUT * between
}

/// The line bands of a block with the character pitch of each.
fn bands(block: &Block) -> impl Iterator<Item = (BBox, f64)> {
    let mode = block.writing_mode;
    let extent = block.lines.iter().fold(BBox::default(), |all, l| all.union(&mode.along(&l.bbox)));
    block.lines.iter().filter_map(move |line| {
        let is_long = |part: &Part| matches!(part, Part::Print(p) if p.cells.len() >= LEAST_CELLS);
        let pitch = line.pitch(mode).filter(|_| line.parts.iter().any(is_long))?;
        let (bbox, beyond) = (mode.along(&line.bbox), (BEYOND * pitch) as i32);
        let band = BBox::from_ltrb(extent.left - beyond, bbox.top, extent.right + beyond, bbox.bottom);
        // A box higher than this contains two lines that layout did not separate.
        (f64::from(band.height()) <= 1.6 * pitch).then(|| (mode.along(&band), pitch))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{LayoutOptions, find_lines};
    use crate::page::WritingMode;
    use image::Luma;

    /// A line of twelve characters, the last four of which are faint.
    fn page(faded: u8) -> GrayImage {
        GrayImage::from_fn(900, 400, |x, y| {
            let (dx, dy) = ((x.max(100) - 100) % 44, (y.max(100) - 100) % 80);
            let line = (100..628).contains(&x) && (100..300).contains(&y) && dy < 36 && dx < 36;
            let ink = line && ((14..19).contains(&dx) || (16..21).contains(&dy) || dx < 4 || dy < 4);
            let is_faded = x >= 452 && y < 140;
            Luma([if !ink {
                250
            } else if is_faded {
                faded
            } else {
                20
            }])
        })
    }

    fn looked(gray: &GrayImage) -> (Vec<Block>, Option<Binary>) {
        let options = BinarizeOptions::default();
        let ink = binarize(gray, &options);
        let blocks = find_lines(&ink, &Erased::default(), None, &LayoutOptions::default()).blocks;
        let all = with_faint_text(gray, &ink, &ink, &blocks, &Erased::default(), &options);
        (blocks, all)
    }

    #[test]
    fn faded_characters_join_their_line() {
        let (blocks, all) = looked(&page(215));
        assert!(blocks[0].lines[0].bbox.right < 460, "they are not seen at first: {:?}", blocks[0].lines[0]);
        let all = all.expect("there is something to see");
        let blocks = find_lines(&all, &Erased::default(), None, &LayoutOptions::default()).blocks;
        assert!(blocks[0].lines[0].bbox.right > 610);
        assert_eq!(blocks[0].writing_mode, WritingMode::HorizontalTb);
    }

    #[test]
    fn a_page_that_has_not_faded_is_looked_at_once() {
        assert_eq!(looked(&page(20)).1, None);
        assert_eq!(looked(&page(248)).1, None, "what cannot be told from paper is not there");
    }

    #[test]
    fn strokes_that_shine_through_all_over_the_paper_are_not_print() {
        let mut gray = page(20);
        for (x, y, pixel) in gray.enumerate_pixels_mut() {
            if pixel[0] == 250 && x / 3 % 6 == 0 && y / 2 % 7 == 0 {
                pixel[0] = 215;
            }
        }
        assert_eq!(looked(&gray).1, None);
    }
}
