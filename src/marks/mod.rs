//! Finds stamps, redactions, handwritten notes and rulings, and removes their ink from the images for line detection
//! and recognition.
//!
//! Rules, the segmentation network ([`learned`]) or both propose marks ([`MarksMethod`]). If the network is used, it
//! judges all proposed stamps and redactions ([`judge`]). The rules take these steps:
//! - Coloured ink is separated by its chroma and removed, so that black text below a red stamp remains
//!   ([`lift_color`]).
//! - Thin lines that binarization broke into dashes are repaired for the search for blanks ([`hairlines`]).
//! - Redactions are solid blocks ([`solid`]), strikeouts by hand ([`strikeout`]), and blank boxes or blocks with a
//!   bleached middle ([`outlined`]). A comparison with the page's text excludes black edges and dirt ([`passages`]).
//! - Long straight strokes ([`strokes`]) are tested as sides of frames ([`frames`]). Frames that are askew to the page
//!   or heavier than its text are stamps ([`boxes`]). The remaining strokes are rules.
//! - Rings and ovals with content are stamps ([`rings`]).
//! - A black stamp over text is separated where it is darker than the text ([`shade`]).
//! - Ink that leans against the page is a frameless stamp or a handwritten note ([`rotated_text`]).
//! - Straight rows of characters ([`rows`]) in another typeface than the text are frameless stamps ([`frameless`]).
//!
//! All lengths are in characters, multiples of the page's character size, so they are independent of resolution and
//! scale. A frameless stamp that looks like a heading remains text. The text of stamps is not read here.

mod arcs;
mod background;
mod box_edges;
mod boxes;
mod color;
#[cfg(test)]
mod drawing;
mod ellipse;
mod erasing;
mod frameless;
mod frames;
mod hairlines;
mod judge;
mod learned;
mod lines;
mod outlined;
mod own_ink;
mod passages;
mod rings;
mod rotated_text;
mod rows;
mod shade;
mod shapes;
mod solid;
mod strikeout;
mod strokes;
mod tilted_rows;

pub use color::lift_color;
pub use erasing::{erase, within};
pub use own_ink::Stamped;

use crate::geometry::{BBox, BoxIndex};
use crate::page::{Confidence, RegionKind};
use crate::raster::{Binary, Component, Pixels, character_size};
use crate::segment::Labels;
use background::Background;
use erasing::{cover, cover_ink};
use image::GrayImage;
use passages::PrintRows;
use serde::{Deserialize, Serialize};

/// Options for finding marks. Lengths are in characters: multiples of the page's character size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarksOptions {
    /// Least chroma of coloured ink: strongest minus weakest channel, 0 to 255, after white balance. Stamps have 90
    /// and more. Bleed-through and the colour noise of JPEG stay below 50.
    pub least_chroma: u8,
    /// Length of the shortest rule. Dashes in a row touch and form shorter lines, hence the default of 3.
    pub shortest_rule: f64,
    /// Shorter side of the smallest redaction. Bold strokes have up to 0.25; the character ■ has 0.85 but is square.
    pub smallest_redaction: f64,
    /// Whether straight rows of bold characters may be frameless stamps.
    pub bold_rows: bool,
    /// Source of the marks.
    pub method: MarksMethod,
}

/// Source of the marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MarksMethod {
    /// Rules for each kind of mark.
    Rules,
    /// The network of [`crate::segment`].
    Learned,
    /// Both.
    #[default]
    Both,
}

impl Default for MarksOptions {
    fn default() -> Self {
        Self {
            least_chroma: 60,
            shortest_rule: 3.0,
            smallest_redaction: 0.6,
            bold_rows: true,
            method: MarksMethod::default(),
        }
    }
}

/// A mark, in pixels of the (deskewed) image.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// [`RegionKind::Stamp`], [`RegionKind::Redaction`], [`RegionKind::Handwriting`] or [`RegionKind::Ruling`].
    pub kind: RegionKind,
    /// Bounding box.
    pub bbox: BBox,
    /// Confidence in the mark.
    pub confidence: Confidence,
}

impl Mark {
    fn is_stamp(&self) -> bool {
        matches!(self.kind, RegionKind::Stamp { .. })
    }
}

/// The marks of a page, and its ink sorted by them.
#[derive(Debug, Clone, PartialEq)]
pub struct Marks {
    /// Stamps, redactions, notes and rulings.
    pub found: Vec<Mark>,
    /// Ink of marks that hides no text; [`erase`] removes it from the gray image.
    pub mark_mask: Binary,
    /// Ink for line detection: without the mark mask, and without strokes of black stamps that may be connected to
    /// text. Recognizers still see these strokes and can distinguish them from text.
    pub text_ink: Binary,
}

/// Finds all marks of a page.
///
/// `page` is the original image, for colour. `gray` and `ink` are the page with coloured ink removed
/// ([`lift_color`]). `labels` is the label map of the network; its use depends on [`MarksMethod`]. Without a label
/// map, all marks come from the rules.
#[must_use]
pub fn find_marks(
    page: &Pixels,
    gray: &GrayImage,
    ink: &Binary,
    labels: Option<&Labels>,
    options: &MarksOptions,
) -> Marks {
    let (components, _) = ink.components();
    let size = size_of_characters(&components, ink.width().max(ink.height()));
    let color = color::ColorPage::of(page);
    let colored = color.as_ref().map(|page| color::find_colored(page, size, options)).unwrap_or_default();
    let sheet = Sheet { color, colored, gray, ink, components, size };
    match labels {
        None => by_rules(&sheet, options),
        Some(labels) => learned::by_labels(&sheet, labels, options),
    }
}

/// The input of the mark finders.
struct Sheet<'a> {
    color: Option<color::ColorPage<'a>>,
    /// Marks in coloured ink.
    colored: color::Colored,
    gray: &'a GrayImage,
    ink: &'a Binary,
    /// Connected components of `ink`.
    components: Vec<Component>,
    /// Character size, px.
    size: f64,
}

/// Finds marks by rules.
fn by_rules(sheet: &Sheet<'_>, options: &MarksOptions) -> Marks {
    let Sheet { ref color, ref colored, gray, ink, ref components, size } = *sheet;
    let mut mark_mask = Binary::new(ink.width(), ink.height());
    let mut text_ink = ink.clone();
    let mut found = [&colored.stamps[..], &colored.rules].concat();
    let paper = Background::of(gray, ink);
    let print = PrintRows::of(components, color.as_ref(), ink, gray, size);
    let hairlines = hairlines::find_hairlines(ink, gray, paper.contrast(), size);
    for block in find_blocks(ink, &ink.with(&hairlines), &print, size, options) {
        cover(&mut mark_mask, &mut text_ink, &block.bbox.grown(rim(size)));
        found.push(block);
    }
    let strokes = strokes::find_strokes(&text_ink, size);
    let all = ink.with(&mark_mask);
    let frames = frames::find_frames(&all, &strokes, frames::WHOLE, size);
    let worn = frames::find_frames(&text_ink, &strokes, frames::WORN, size);
    let letter = rows::print_height(&boxes_of(components), ink.width().max(ink.height())).unwrap_or(size);
    let rings = rings::find_rings(&text_ink, &strokes, size);
    let mut boxes = boxes::find_boxes(&all, &text_ink, (&frames, &worn), (&strokes, &paper, letter), size);
    // Character strokes in a ring may be aligned like the sides of a frame.
    let in_ring = |b: &BBox| rings.iter().any(|r| 5 * r.mark.bbox.intersection(b).area() >= 4 * b.area());
    boxes.retain(|b| !in_ring(&b.mark.bbox));
    for kept in &boxes {
        kept.cover(gray, &mut mark_mask, &mut text_ink, size);
        found.push(kept.mark.clone());
    }
    let mut hidden = boxes::blank_frames(&all, &text_ink, &frames, &found, size);
    if !boxes.is_empty() {
        // Without the stamps' ink, outlines that stamps cross are whole again.
        let lines = text_ink.with(&hairlines).without(&mark_mask);
        let mut known = BoxIndex::of(hidden.iter().map(|h| &h.bbox));
        for outline in print.blocks(outlined::find_outlines(&lines, size)) {
            let mut near = known.touching(&outline.bbox).into_iter();
            if !near.any(|i| hidden[i].bbox.intersects(&outline.bbox)) {
                known.insert(hidden.len(), &outline.bbox);
                hidden.push(outline);
            }
        }
    }
    for outline in hidden {
        cover(&mut mark_mask, &mut text_ink, &outline.bbox.grown(rim(size)));
        found.push(outline);
    }
    found.extend(strokes.rules(size, options, &mut mark_mask, &mut text_ink));
    for ring in rings {
        ring.cover(gray, &mut mark_mask, &mut text_ink, size);
        found.push(ring.mark);
    }
    let mut pieces = boxes_of(&text_ink.components().0);
    let straight = rows::Straight::of(&pieces, letter);
    for rotated_text in
        rotated_text::find_rotated_text(&text_ink, &straight.without(&pieces), &found, (size, letter))
    {
        rotated_text.pieces.iter().for_each(|piece| cover_ink(&mut mark_mask, &mut text_ink, piece));
        found.push(rotated_text.mark);
    }
    pieces.retain(|piece| text_ink.ink_in(piece) > 0);
    let bold_rows =
        options.bold_rows.then(|| frameless::find_frameless(&text_ink, &pieces, &straight, &found));
    for frameless in bold_rows.into_iter().flatten() {
        frameless.characters.iter().for_each(|character| cover_ink(&mut mark_mask, &mut text_ink, character));
        found.push(frameless.mark);
    }
    passages::group(&mut found, &text_ink, size);
    Marks { found, mark_mask, text_ink }
}

/// Finds all redactions, except outlines that a stamp crosses. `lines` is the ink with repaired thin lines.
fn find_blocks(
    ink: &Binary,
    lines: &Binary,
    print: &PrintRows<'_>,
    size: f64,
    options: &MarksOptions,
) -> Vec<Mark> {
    let solid = solid::find_blocks(ink, size, options);
    let mut blocks = passages::without_strokes(solid.clone(), size);
    blocks.retain(|b| print.stands_apart(&b.bbox));
    let blanks = outlined::find_outlined(ink, lines, size);
    let hollow: Vec<BBox> = blanks.iter().map(|b| b.bbox).collect();
    let hollows = BoxIndex::of(&hollow);
    blocks.extend(blanks);
    let ends = solid::ends(solid, &blocks, size);
    blocks.extend(ends);
    let ragged = blocks.iter().filter(|b| solid::is_low(&b.bbox, size)).map(|b| b.bbox).collect();
    let strikeout = strikeout::find_strikeouts(ink, ragged, size);
    let mut found = print.blocks(passages::merged(solid::whole(blocks, size), strikeout));
    found.retain(|m| {
        hollows.touching(&m.bbox).into_iter().any(|i| hollow[i].intersects(&m.bbox))
            || print.is_denser(&m.bbox)
    });
    found
}

/// Character size of the page, px. With too few characters, 1/70 of the page's longest side.
fn size_of_characters(components: &[Component], longest: u32) -> f64 {
    character_size(components, longest).unwrap_or(f64::from(longest) / 70.0)
}

fn boxes_of(components: &[Component]) -> Vec<BBox> {
    components.iter().map(|c| c.bbox).collect()
}

/// Width of the ragged edge and shade around a block, px.
fn rim(size: f64) -> i32 {
    (0.06 * size).ceil() as i32 + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::drawing::{character, fill, frame, page, print};
    use crate::page::{RedactionStyle, StampShape};

    fn found(ink: &Binary) -> Marks {
        let gray = ink.to_gray();
        find_marks(&Pixels::Gray(gray.clone()), &gray, ink, None, &MarksOptions::default())
    }

    fn without_rules(marks: &Marks) -> Vec<&Mark> {
        marks.found.iter().filter(|m| m.kind != RegionKind::Ruling).collect()
    }

    #[test]
    fn a_page_of_print_has_no_marks() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 1500));
        assert_eq!(without_rules(&found(&ink)), Vec::<&Mark>::new());
    }

    #[test]
    fn a_turned_frame_over_print_is_a_stamp_and_the_print_stays() {
        for (slope, thickness) in [(-0.36, 6.0), (-0.36, 3.0), (0.05, 6.0), (0.2, 6.0)] {
            let mut ink = page();
            print(&mut ink, BBox::from_ltrb(100, 100, 1100, 1500));
            let before = ink.clone();
            let corners = frame(&mut ink, (600.0, 800.0), (480.0, 160.0), slope, thickness);
            let marks = found(&ink);
            let [stamp] = without_rules(&marks)[..] else { panic!("{slope} {thickness} {:?}", marks.found) };
            assert!(matches!(stamp.kind, RegionKind::Stamp { shape: StampShape::Rectangle, .. }));
            assert!(stamp.bbox.iou(&lines::around(&corners, 3.0)) > 0.95);
            let all = before.ink_in(&stamp.bbox);
            let left = marks.text_ink.ink_in(&stamp.bbox);
            assert!(left * 10 >= all * 9 && left <= all * 105 / 100, "{slope}: {left} of {all} px of print");
        }
    }

    #[test]
    fn a_rule_that_a_ring_crosses_is_a_rule_and_the_ring_a_stamp() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 1000, 1100, 1500));
        for x in [520, 600, 680] {
            fill(&mut ink, BBox::from_ltrb(x, 100, x + 4, 950));
        }
        drawing::ring(&mut ink, (600.0, 500.0), (130.0, 130.0), (0.0, 0..360), 4.0);
        character(&mut ink, 570, 470, 60, 8);
        let marks = found(&ink);
        let [stamp] = without_rules(&marks)[..] else { panic!("{:?}", marks.found) };
        assert!(stamp.bbox.iou(&BBox::from_ltrb(468, 368, 732, 632)) > 0.95);
        let upright = |m: &&Mark| m.kind == RegionKind::Ruling && m.bbox.height() > 800;
        assert_eq!(marks.found.iter().filter(upright).count(), 3);
    }

    #[test]
    fn a_straight_frame_with_bold_print_is_a_stamp_and_goes_with_it() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 900));
        frame(&mut ink, (600.0, 1200.0), (300.0, 180.0), 0.0, 7.0);
        character(&mut ink, 470, 1150, 100, 10);
        character(&mut ink, 620, 1150, 100, 10);
        let marks = found(&ink);
        let [stamp] = without_rules(&marks)[..] else { panic!("{:?}", marks.found) };
        assert!(stamp.bbox.iou(&BBox::from_ltrb(446, 1106, 754, 1294)) > 0.95);
        assert!(marks.mark_mask.is_ink(500, 1184));
    }

    #[test]
    fn a_frame_worn_to_pieces_is_a_stamp() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 900));
        let corners = frame(&mut ink, (600.0, 1200.0), (300.0, 180.0), 0.05, 6.0);
        character(&mut ink, 470, 1150, 100, 9);
        character(&mut ink, 620, 1150, 100, 9);
        // Removes a seventh of each side, in patches wider than a quarter of a character.
        for (from, to) in (0..4).map(|i| (corners[i], corners[(i + 1) % 4])) {
            let patches = ((to.x - from.x).hypot(to.y - from.y) / 90.0) as i32;
            for part in (0..patches).map(|i| (f64::from(i) + 0.5) / f64::from(patches)) {
                let at = lines::between(from, to, part);
                ink.erase(&BBox::from_ltwh(at.x as i32 - 7, at.y as i32 - 7, 14, 14));
            }
        }
        let marks = found(&ink);
        let [stamp] = without_rules(&marks)[..] else { panic!("{:?}", marks.found) };
        assert!(stamp.is_stamp() && stamp.bbox.iou(&lines::around(&corners, 3.0)) > 0.9, "{stamp:?}");
    }

    #[test]
    fn a_form_with_print_in_its_cells_is_no_stamp() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 500, 1100, 1500));
        frame(&mut ink, (700.0, 200.0), (600.0, 160.0), 0.0, 3.0);
        frame(&mut ink, (700.0, 160.0), (600.0, 80.0), 0.0, 3.0);
        print(&mut ink, BBox::from_ltrb(420, 140, 980, 180));
        print(&mut ink, BBox::from_ltrb(420, 222, 700, 262));
        let marks = found(&ink);
        assert_eq!(without_rules(&marks), Vec::<&Mark>::new());
        assert!(marks.found.len() >= 5);
    }

    #[test]
    fn cells_of_a_form_that_leans_are_no_stamps_and_one_of_them_alone_is() {
        for (others, stamps) in [(&[260.0, 940.0][..], 0), (&[][..], 1)] {
            let mut ink = page();
            print(&mut ink, BBox::from_ltrb(100, 500, 1100, 1500));
            for left in others.iter().chain([&600.0]) {
                frame(&mut ink, (*left, 200.0 + 0.03 * (left - 600.0)), (340.0, 130.0), 0.03, 4.0);
                let from = *left as i32;
                [-140, -45, 50].iter().for_each(|x| character(&mut ink, from + x, 158, 84, 4));
            }
            let marks = found(&ink);
            assert_eq!(marks.found.iter().filter(|m| m.is_stamp()).count(), stamps, "{:?}", marks.found);
        }
    }

    #[test]
    fn a_blank_frame_in_a_line_is_an_outlined_redaction() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 900));
        ink.erase(&BBox::from_ltrb(300, 410, 580, 470));
        frame(&mut ink, (440.0, 440.0), (270.0, 52.0), 0.004, 3.0);
        let marks = found(&ink);
        let [redaction] = without_rules(&marks)[..] else { panic!("{:?}", marks.found) };
        assert!(matches!(redaction.kind, RegionKind::Redaction { style: RedactionStyle::Outlined, .. }));
        assert!(redaction.bbox.iou(&BBox::from_ltrb(304, 412, 576, 468)) > 0.9);
    }

    #[test]
    fn a_blank_frame_that_a_stamp_crosses_is_an_outlined_redaction() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 900));
        ink.erase(&BBox::from_ltrb(290, 400, 720, 480));
        frame(&mut ink, (500.0, 440.0), (400.0, 56.0), 0.0, 3.0);
        frame(&mut ink, (640.0, 500.0), (240.0, 160.0), 0.06, 6.0);
        character(&mut ink, 570, 470, 60, 9);
        let marks = found(&ink);
        let kinds: Vec<bool> = without_rules(&marks).iter().map(|m| m.is_stamp()).collect();
        assert_eq!(kinds, [true, false], "{:?}", without_rules(&marks));
        assert!(without_rules(&marks)[1].bbox.iou(&BBox::from_ltrb(298, 410, 702, 470)) > 0.9);
    }

    #[test]
    fn a_coloured_block_is_no_redaction() {
        let mut ink = page();
        print(&mut ink, BBox::from_ltrb(100, 100, 1100, 1500));
        let block = BBox::from_ltrb(300, 412, 620, 458);
        ink.erase(&block.grown(6));
        for (color, count) in [([10, 10, 10], 1), ([20, 40, 90], 0)] {
            let mut page = image::DynamicImage::ImageLuma8(ink.to_gray()).into_rgb8();
            let mut with_block = ink.clone();
            fill(&mut with_block, block);
            for (x, y) in
                (block.top..block.bottom).flat_map(|y| (block.left..block.right).map(move |x| (x, y)))
            {
                page.put_pixel(x as u32, y as u32, image::Rgb(color));
            }
            let page = Pixels::Color(page);
            let marks = find_marks(&page, &lift_color(&page), &with_block, None, &MarksOptions::default());
            let is_redaction = |m: &&Mark| matches!(m.kind, RegionKind::Redaction { .. });
            assert_eq!(marks.found.iter().filter(is_redaction).count(), count, "{color:?}");
        }
    }
}
