//! Stamp recognition: extracts stamps from the page, makes them upright, splits them into rows, reads them, and matches
//! the text with a lexicon. Handwritten notes are processed in the same way, but without a lexicon.
//!
//! [`crate::marks`] determines the ink that belongs to a stamp. The tilt is that of the frame ([`frame`]), or that of
//! the strokes if there is no frame or a round one ([`tilt`]). Rulings inside the stamp are erased ([`rules`]). If the
//! ink or the rows ([`rows`]) are ambiguous, several candidates are read, and the one with the highest score is kept
//! ([`reading`]). A lexicon match ([`lexicon`], [`lexicon_match`]) raises the score and corrects characters with a low
//! confidence ([`printed`]). The record contains the raw text, too.

mod frame;
mod lexicon;
mod lexicon_match;
mod printed;
mod reading;
mod rows;
mod rules;
mod tilt;
mod word_in_row;

pub(super) use reading::{ReadStamp, Way, read_stamps, settle_stamps};

use crate::deskew::{Skew, deskew};
use crate::geometry::{BBox, Point, Transform};
use crate::marks::{Mark, Stamped};
use crate::page::{Confidence, RegionKind, StampShape};
use crate::raster::{Binary, Pixels, otsu_level};
use crate::segment::{Label, Labels};
use frame::{Frame, find_frame};
use image::{GrayImage, Luma};
use serde::{Deserialize, Serialize};

/// Options of stamp recognition.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StampsOptions {
    /// Stamp texts in addition to the built-in lexicon.
    pub vocabulary: Vec<String>,
}

/// Upright pictures of a stamp or handwritten note.
pub(super) struct StampPicture {
    /// Whether it is a handwritten note, which has no lexicon.
    pub is_note: bool,
    /// Clockwise tilt on the deskewed page, degrees.
    pub tilt_degrees: f64,
    /// Whether a frame was found. The views then show only the inside of the frame.
    pub is_framed: bool,
    /// Corners on the deskewed page, clockwise from the upper left.
    pub outline: [Point; 4],
    /// Alternative pictures of the stamp's ink, dark on white, without the frame; the most likely first.
    pub views: Vec<GrayImage>,
    /// Transform from the views to the deskewed page.
    pub to_page: Transform,
}

/// Most stamps and notes that are read on a page; the others stay unread. Each is read several times, and none of 148
/// pages has more than 30.
const MOST: usize = 100;

/// Least share of ink in a view. A view with less contains only residual dirt.
const LEAST_INK: f64 = 0.02;

/// Longest piece of text across a frame, relative to the shorter side of the stamp. A character in the upper of two
/// rows that touches a copier streak reaches further in.
const PIECE: f64 = 0.35;
/// Thickest remnant of a frame, relative to the shorter side of the stamp.
const SLIVER: f64 = 0.05;

/// Extracts the stamps and notes of a page, in the order of its marks.
pub(super) fn take_stamps(page: &Stamped<'_>) -> Vec<StampPicture> {
    page.own_ink(MOST).into_iter().map(|(mark, views)| upright(mark, &views, page.labels)).collect()
}

/// Makes the views of a stamp upright.
fn upright(mark: &Mark, views: &[GrayImage], labels: Option<&Labels>) -> StampPicture {
    // Text across a frame can make the network miss the frame.
    let shapes = match mark.kind {
        RegionKind::Stamp { shape: StampShape::Frameless, .. } if labels.is_some() => {
            &[StampShape::Circle, StampShape::Rectangle][..]
        }
        RegionKind::Stamp { shape, .. } => &[shape],
        _ => &[StampShape::Frameless],
    };
    // The second view of a black stamp has all of the ink and therefore the complete frame.
    let seen: Vec<Binary> = views.iter().take(2).rev().map(ink).collect();
    let frame = shapes.iter().find_map(|&shape| seen.iter().find_map(|ink| find_frame(ink, shape)));
    let is_print = |piece: &BBox| {
        labels.is_none_or(|labels| {
            let places = labels.to_places(&piece.shifted(mark.bbox.left, mark.bbox.top));
            labels.sum(Label::Print, &places) > labels.sum(Label::Stamp, &places)
        })
    };
    let within: Vec<GrayImage> =
        views.iter().map(|view| without_frame(view, frame.as_ref(), &is_print)).collect();
    let mut shown: Vec<&GrayImage> = within.iter().filter(|v| is_inked(v)).collect();
    if shown.is_empty() {
        shown.extend(within.first());
    }
    let tilt_degrees = frame
        .and_then(|f| f.degrees)
        .unwrap_or_else(|| shown.first().map_or(0.0, |view| tilt::find_tilt(&ink(view))));
    let skew = Skew { degrees: tilt_degrees, confidence: Confidence::CERTAIN };
    let mut to_page = Transform::identity();
    let mut turned = Vec::new();
    for view in shown {
        let view = Pixels::Gray(view.clone());
        let (picture, back) = deskew(&view, skew);
        to_page = back.then(&Transform::translation(f64::from(mark.bbox.left), f64::from(mark.bbox.top)));
        let mut picture = picture.to_gray();
        rules::erase_rules(&mut picture);
        turned.push(picture);
    }
    StampPicture {
        is_note: mark.kind == RegionKind::Handwriting,
        tilt_degrees,
        is_framed: frame.is_some(),
        outline: outline(&mark.bbox, frame.as_ref(), tilt_degrees),
        views: turned,
        to_page,
    }
}

/// Binarizes a picture that is dark on white.
fn ink(picture: &GrayImage) -> Binary {
    Binary::below(picture, otsu_level(picture).clamp(64, 192))
}

fn is_inked(view: &GrayImage) -> bool {
    let ink = ink(view);
    ink.ink_in(&ink.bbox()) as f64 >= LEAST_INK * ink.bbox().area() as f64
}

/// The picture with the frame and everything outside it erased.
fn without_frame(view: &GrayImage, frame: Option<&Frame>, is_print: &dyn Fn(&BBox) -> bool) -> GrayImage {
    let mut within = view.clone();
    if let Some(frame) = frame {
        let holds = |x: i32, y: i32| frame.holds(Point { x: f64::from(x) + 0.5, y: f64::from(y) + 0.5 });
        erase_touching(&mut within, &holds, is_print);
        for (x, y, pixel) in within.enumerate_pixels_mut() {
            if !holds(x as i32, y as i32) {
                *pixel = Luma([255]);
            }
        }
    }
    within
}

/// Erases small pieces of ink that cross the inner edge of a frame: text of the page and remnants of the frame. Larger
/// pieces may contain characters of the stamp and stay.
fn erase_touching(view: &mut GrayImage, holds: &dyn Fn(i32, i32) -> bool, is_print: &dyn Fn(&BBox) -> bool) {
    let mut inside = ink(view);
    let (width, height) = (view.width() as i32, view.height() as i32);
    for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).filter(|&(x, y)| !holds(x, y)) {
        inside.set(x as u32, y as u32, false);
    }
    let (components, labels) = inside.components();
    let mut touches = vec![false; components.len()];
    for (x, y, label) in labels.enumerate_pixels().filter(|(.., label)| label.0[0] != 0) {
        let (x, y) = (x as i32, y as i32);
        let is_edge = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)].into_iter().any(|(x, y)| !holds(x, y));
        touches[label.0[0] as usize - 1] |= is_edge;
    }
    let short = f64::from(width.min(height));
    let is_small = |b: &BBox| {
        let (thin, long) = (f64::from(b.width().min(b.height())), f64::from(b.width().max(b.height())));
        long <= PIECE * short && is_print(b) || thin <= SLIVER * short
    };
    let goes: Vec<bool> =
        components.iter().zip(touches).map(|(c, touches)| touches && is_small(&c.bbox)).collect();
    for (x, y, label) in labels.enumerate_pixels() {
        if label.0[0] != 0 && goes[label.0[0] as usize - 1] {
            let edge = BBox::from_ltwh(x as i32 - 1, y as i32 - 1, 3, 3).intersection(&inside.bbox());
            for (x, y) in (edge.top..edge.bottom).flat_map(|y| (edge.left..edge.right).map(move |x| (x, y))) {
                view.put_pixel(x as u32, y as u32, Luma([255]));
            }
        }
    }
}

/// Corners of the frame, or of the bounding box if the frame or its tilt is unknown.
fn outline(bbox: &BBox, frame: Option<&Frame>, degrees: f64) -> [Point; 4] {
    let Some(frame) = frame.filter(|f| f.degrees.is_some()) else { return bbox.corners() };
    let (x, y) = (f64::from(bbox.left) + frame.center.x, f64::from(bbox.top) + frame.center.y);
    let (a, b) = frame.half;
    let turn = Transform::rotation(degrees).then(&Transform::translation(x, y));
    [(-a, -b), (a, -b), (a, b), (-a, b)].map(|(x, y)| turn.apply(Point { x, y }))
}
