//! Computes the probability that a proposed stamp or redaction is real, from the label map ([`crate::segment`]).
//!
//! Rules and network miss different marks and have different false positives. A logistic regression scores each
//! proposal by the labels in its box and around it. Each kind of mark and proposer has its own weights, fitted on
//! synthetic pages by `scripts/train/pages/judge.py`.

use super::Mark;
use crate::geometry::{BBox, BoxIndex};
use crate::page::{Confidence, RegionKind, StampColor, StampShape};
use crate::segment::{Label, Labels};
use image::GrayImage;

const COUNT: usize = 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proposer {
    Rules,
    Network,
}

/// Margin excluded on each side of a box for features of its inside, as a fraction of the side. This and [`AROUND`]
/// must match `judge.py`.
const INSET: f64 = 0.2;
/// Width of the ring around a box, as a fraction of the box's shorter side.
const AROUND: f64 = 0.5;
/// Least probability of a kept mark. Chosen on 120 synthetic pages of other designs than the weights' pages, 18 pages
/// of telegrams-b and the real pages of the development part; [`LEAST_REDACTION_BY_RULES`] on none.
const LEAST_STAMP_BY_NETWORK: f64 = 0.55;
const LEAST_REDACTION_BY_NETWORK: f64 = 0.7;
const LEAST_STAMP_BY_RULES: f64 = 0.05;
const LEAST_REDACTION_BY_RULES: f64 = 0.1;
/// Longest redaction, as a fraction of the page's side: two strips beside one real page have 0.92 and 0.93.
const LONGEST: f64 = 0.9;
/// Least fraction of a part inside the whole; separate parts overlap by less than 1 minus this. Not set on data.
const WITHIN: f64 = 0.85;
/// Gray levels below this are dark.
const MIDDLE_GRAY: u8 = 128;
/// Largest fraction of the smaller of two marks of a kind that lies in the other. Not set on data.
const MOST_SHARED: f64 = 0.6;
/// Least IoU of two marks by rules that are the same. Not set on data; two pairs on 18 pages of telegrams-b have 0.95.
const ALIKE: f64 = 0.8;

/// Returns the stamps and redactions whose probability suffices for their proposer. The probability becomes their
/// confidence. Of overlapping marks of a kind, one is kept.
///
/// Proposals of rules come first if their probability would suffice for a proposal of the network, because their
/// boxes are exact to the pixel. A mark that contains two separate others is dropped in their favour.
pub(super) fn judged(
    proposed: Vec<(Mark, Proposer)>,
    gray: &GrayImage,
    labels: &Labels,
) -> Vec<(Mark, Proposer)> {
    let mut probable: Vec<(f64, Mark, Proposer)> = proposed
        .into_iter()
        .filter(|(mark, _)| mark.is_stamp() || !is_edge(&mark.bbox, gray))
        .filter_map(|(mark, proposer)| {
            let p = probability(&mark, proposer, gray, labels)?;
            (p >= least(&mark, proposer)).then_some((p, mark, proposer))
        })
        .collect();
    let rank = |(p, mark, proposer): &(f64, Mark, Proposer)| {
        if *proposer == Proposer::Rules && *p >= least(mark, Proposer::Network) { 1.0 + p } else { *p }
    };
    probable.sort_by(|a, b| rank(b).total_cmp(&rank(a)));
    let places: Vec<BBox> = probable.iter().map(|(_, mark, _)| mark.bbox).collect();
    let index = BoxIndex::of(&places);
    let near: Vec<Vec<usize>> = places.iter().map(|place| index.touching(place)).collect();
    let mut is_kept = vec![false; probable.len()];
    for (i, (_, mark, proposer)) in probable.iter().enumerate() {
        let around = || near[i].iter().map(|&j| &probable[j].1);
        // Stamps may overlap, and the rules separate them. The rules may also find the black and the coloured ink of
        // one stamp as two marks.
        let is_same = |&j: &usize| {
            let (_, other, by) = &probable[j];
            if (proposer, by) == (&Proposer::Rules, &Proposer::Rules) {
                mark.is_stamp() == other.is_stamp() && mark.bbox.iou(&other.bbox) > ALIKE
            } else {
                share(mark, other) > MOST_SHARED
            }
        };
        is_kept[i] = !joins_two(mark, around()) && !near[i].iter().any(|j| is_kept[*j] && is_same(j));
    }
    let kept = probable.into_iter().zip(is_kept).filter(|(_, is_kept)| *is_kept);
    let mut kept: Vec<(Mark, Proposer)> = kept
        .map(|((p, mark, proposer), _)| {
            (Mark { confidence: Confidence::clamped(p as f32), ..mark }, proposer)
        })
        .collect();
    kept.sort_by_key(|(mark, _)| (mark.bbox.top, mark.bbox.left));
    kept
}

/// Whether a mark is longer than nearly any line of text: the edge of the paper, or matter beside it.
fn is_edge(bbox: &BBox, gray: &GrayImage) -> bool {
    let long = |length: i32, side: u32| f64::from(length) > LONGEST * f64::from(side);
    long(bbox.width(), gray.width()) || long(bbox.height(), gray.height())
}

/// Least probability of a kept mark; proposals of rules are kept unless the network is against them.
fn least(mark: &Mark, proposer: Proposer) -> f64 {
    match proposer {
        Proposer::Network if mark.is_stamp() => LEAST_STAMP_BY_NETWORK,
        Proposer::Network => LEAST_REDACTION_BY_NETWORK,
        Proposer::Rules if mark.is_stamp() => LEAST_STAMP_BY_RULES,
        Proposer::Rules => LEAST_REDACTION_BY_RULES,
    }
}

/// Fraction of the smaller of two marks that lies in the other, 0 to 1; 0 if their kinds differ.
fn share(a: &Mark, b: &Mark) -> f64 {
    let common = a.bbox.intersection(&b.bbox).area() as f64;
    if a.is_stamp() == b.is_stamp() { common / a.bbox.area().min(b.bbox.area()).max(1) as f64 } else { 0.0 }
}

/// Whether a mark contains two others that are separate from each other and cover at least half of it.
fn joins_two<'a>(mark: &Mark, near: impl Iterator<Item = &'a Mark>) -> bool {
    let area = |mark: &Mark| mark.bbox.area();
    let is_part = |part: &&Mark| 4 * area(part) < 3 * area(mark) && share(part, mark) > WITHIN;
    let parts: Vec<&Mark> = near.filter(is_part).collect();
    parts.iter().enumerate().any(|(i, a)| {
        parts[..i].iter().any(|b| share(a, b) < 1.0 - WITHIN && 2 * (area(a) + area(b)) >= area(mark))
    })
}

/// Probability that a proposed mark is real, 0 to 1; `None` for kinds that are not judged.
fn probability(mark: &Mark, proposer: Proposer, gray: &GrayImage, labels: &Labels) -> Option<f64> {
    let weights = match (&mark.kind, proposer) {
        (RegionKind::Stamp { .. }, Proposer::Rules) => &STAMP_BY_RULES,
        (RegionKind::Stamp { .. }, Proposer::Network) => &STAMP_BY_NETWORK,
        (RegionKind::Redaction { .. }, Proposer::Rules) => &REDACTION_BY_RULES,
        (RegionKind::Redaction { .. }, Proposer::Network) => &REDACTION_BY_NETWORK,
        _ => return None,
    };
    let seen = Seen::of(mark, proposer, gray, labels).0;
    let sum: f64 = weights.iter().zip(seen).map(|(w, v)| w * v).sum();
    Some(1.0 / (1.0 + (-sum).exp()))
}

/// The features of a mark, in the order of the weights.
struct Seen([f64; COUNT]);

impl Seen {
    fn of(mark: &Mark, proposer: Proposer, gray: &GrayImage, labels: &Labels) -> Self {
        let (is_coloured, is_framed) = match mark.kind {
            RegionKind::Stamp { color, shape, .. } => {
                (color != StampColor::Black, shape != StampShape::Frameless)
            }
            _ => (false, true),
        };
        let bbox = &mark.bbox;
        let inset = |side: i32| (INSET * f64::from(side)) as i32;
        let (across, down) = (inset(bbox.width()), inset(bbox.height()));
        let inner =
            BBox::from_ltrb(bbox.left + across, bbox.top + down, bbox.right - across, bbox.bottom - down);
        let thick = bbox.width().min(bbox.height());
        let around = bbox.grown((AROUND * f64::from(thick) + 2.0 * labels.scale()) as i32);
        let (whole, within, around) =
            (labels.to_places(bbox), labels.to_places(&inner), labels.to_places(&around));
        let sum = |label: Label, places: &BBox| labels.sum(label, places);
        let mean = |label: Label, places: &BBox| sum(label, places) / places.area().max(1) as f64;
        let [stamp, print, ruling, hand] =
            [Label::Stamp, Label::Print, Label::Ruling, Label::Handwriting].map(|label| sum(label, &whole));
        let all = stamp + print + ruling + hand + 1.0;
        let ring = (sum(Label::Redaction, &around) - sum(Label::Redaction, &whole))
            / (around.area() - whole.area()).max(1) as f64;
        let places = |px: i32| f64::from(px) / labels.scale();
        let (long, short) = (places(bbox.width().max(bbox.height())), places(thick));
        Self([
            1.0,
            mean(Label::StampBody, &whole),
            mean(Label::StampBody, &within),
            stamp / all,
            mean(Label::Redaction, &within),
            mean(Label::RedactionCore, &within),
            ring,
            print / all,
            ruling / all,
            hand / all,
            short.max(1.0).ln(),
            (long.max(1.0) / short.max(1.0)).ln(),
            dark(gray, &inner),
            f64::from(mark.confidence.value()),
            f64::from(u8::from(proposer == Proposer::Rules && is_coloured)),
            f64::from(u8::from(proposer == Proposer::Rules && is_framed)),
        ])
    }
}

pub(super) fn dark(gray: &GrayImage, bbox: &BBox) -> f64 {
    let inside = bbox.intersection(&BBox::of_size(gray.width(), gray.height()));
    let places = (inside.top..inside.bottom)
        .step_by(2)
        .flat_map(|y| (inside.left..inside.right).step_by(2).map(move |x| (x as u32, y as u32)));
    let (dark, all) = places.fold((0u32, 0u32), |(dark, all), (x, y)| {
        (dark + u32::from(gray.get_pixel(x, y).0[0] < MIDDLE_GRAY), all + 1)
    });
    f64::from(dark) / f64::from(all.max(1))
}

/// The weights, in the order of [`Seen`]. The last two are 0 for proposals of the network. Fitted on 260 synthetic
/// pages with 308, 643, 486 and 1,422 proposals.
const STAMP_BY_RULES: [f64; COUNT] =
    [-5.66, -2.08, 3.71, 1.07, 0.11, -0.35, -0.11, 0.24, 0.04, -0.74, 0.92, 0.19, 0.47, -0.40, 0.94, 0.44];
const STAMP_BY_NETWORK: [f64; COUNT] =
    [-8.97, 1.14, 2.29, 1.48, 0.05, 0.11, -0.29, -0.22, -0.38, -0.80, 1.22, 0.12, 0.26, 2.91, 0.00, 0.00];
const REDACTION_BY_RULES: [f64; COUNT] =
    [-3.33, -0.45, -0.71, -1.72, 2.06, 2.15, 0.05, 0.64, 1.38, -0.06, 0.48, 0.01, -0.50, 0.95, 0.00, 0.00];
const REDACTION_BY_NETWORK: [f64; COUNT] =
    [-5.76, -0.12, -0.13, 0.00, 2.00, 3.46, -1.41, 0.62, 0.42, -0.15, -0.18, 0.33, 0.30, 1.85, 0.00, 0.00];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::RedactionStyle;

    fn stamp(bbox: BBox) -> Mark {
        let kind = RegionKind::stamp(StampColor::Red, StampShape::Rectangle);
        Mark { kind, bbox, confidence: Confidence::clamped(0.9) }
    }

    /// A page with a stamp in 80..240 x 80..240 and another beside it in 260..420.
    fn seen() -> (GrayImage, Labels) {
        let place = BBox::from_ltrb;
        let labels = Labels::drawn(&[
            (Label::Stamp, place(20, 20, 60, 60)),
            (Label::StampBody, place(23, 23, 57, 57)),
            (Label::Stamp, place(65, 20, 105, 60)),
            (Label::StampBody, place(68, 23, 102, 57)),
        ]);
        (GrayImage::from_pixel(800, 800, image::Luma([255])), labels)
    }

    #[test]
    fn of_what_the_network_does_not_see_only_framed_stamps_in_colour_are_kept_of_rules() {
        let (gray, labels) = seen();
        let there = stamp(BBox::from_ltrb(80, 80, 240, 240));
        let framed = stamp(BBox::from_ltrb(400, 500, 480, 560));
        let frameless = Mark {
            kind: RegionKind::stamp(StampColor::Black, StampShape::Frameless),
            bbox: BBox::from_ltrb(600, 500, 640, 520),
            ..framed.clone()
        };
        for (proposer, count) in [(Proposer::Rules, 2), (Proposer::Network, 1)] {
            let proposed = [&there, &framed, &frameless].map(|mark| (mark.clone(), proposer)).to_vec();
            let kept: Vec<BBox> =
                judged(proposed, &gray, &labels).iter().map(|(mark, _)| mark.bbox).collect();
            assert_eq!(kept, [there.bbox, framed.bbox][..count], "{proposer:?}");
        }
    }

    #[test]
    fn two_stamps_side_by_side_are_not_one_and_rules_go_first() {
        let (gray, labels) = seen();
        let [left, right, both] =
            [(80, 240), (260, 420), (80, 420)].map(|(from, to)| stamp(BBox::from_ltrb(from, 80, to, 240)));
        let near = stamp(BBox::from_ltrb(84, 84, 240, 240));
        let proposed = vec![
            (both, Proposer::Network),
            (near, Proposer::Network),
            (left.clone(), Proposer::Rules),
            (right.clone(), Proposer::Network),
        ];
        let mut kept: Vec<BBox> =
            judged(proposed, &gray, &labels).iter().map(|(mark, _)| mark.bbox).collect();
        kept.sort_by_key(|bbox| bbox.left);
        assert_eq!(kept, [left.bbox, right.bbox]);
    }

    #[test]
    fn what_is_as_long_as_the_page_is_no_redaction() {
        let place = BBox::from_ltrb(0, 10, 8, 190);
        let labels = Labels::drawn(&[(Label::Redaction, place), (Label::RedactionCore, place)]);
        let gray = GrayImage::from_pixel(800, 800, image::Luma([0]));
        let strip = |bottom| {
            let kind = RegionKind::Redaction {
                style: RedactionStyle::Solid,
                estimated_characters: None,
                group: None,
            };
            let bbox = BBox::from_ltrb(0, 40, 32, bottom);
            (Mark { kind, bbox, confidence: Confidence::CERTAIN }, Proposer::Network)
        };
        assert_eq!(judged(vec![strip(400)], &gray, &labels).len(), 1);
        assert_eq!(judged(vec![strip(780)], &gray, &labels).len(), 0);
    }
}
