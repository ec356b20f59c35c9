//! Finds rotated text: frameless stamps and handwritten notes that lean against the page.
//!
//! The page is deskewed by its text, so text does not lean, but stamps and notes added by hand do. Candidates are
//! groups of neighbouring components that are apart from other marks, and rotated rows
//! ([`tilted_rows`](super::tilted_rows)). Each group is tried at all small rotations. Two signals must agree: the
//! rotation with the sharpest projection profiles, along and across (Postl 1986), and the rotation with the smallest
//! bounding rectangle (rows of characters are long and straight). Several rows, or one long row, are a stamp. A few
//! characters in one separate row are a note.
//!
//! The rotation is accurate to a degree with two characters. Of 74 black frameless stamps on pages of synthetic
//! cables at 3 to 20 degrees, two thirds of them worn, 50 are found, with one false positive. The search misses
//! unrotated writing, single characters, stamps with most characters touching text, and scribbles without straight
//! strokes. All of these remain text, so the search loses no text.

use super::Mark;
use super::tilted_rows::find_tilted_rows;
use crate::geometry::{BBox, BoxIndex};
use crate::page::{Confidence, RegionKind, StampColor, StampShape};
use crate::raster::Binary;

/// Least and largest rotation, degrees: two characters determine it to about one. Framed stamps are searched up to
/// 20; separate frameless ones may be rotated more: the largest seen was 28.
const LEAN: (f64, f64) = (2.0, 30.0);
/// Step between tried rotations, degrees.
const STEP: f64 = 1.0;
/// Largest difference of the two signals, degrees.
const AGREE: f64 = 3.0;
/// Least relative gain in profile sharpness: on 63 cables and 41 real pages isolated text has up to 0.4, rotated
/// notes and stamps 0.5 to 6. Chosen on these pages.
const SHARPER: f64 = 0.5;
/// Least relative decrease of the rectangle's area: text with a sharpness gain of 0.3 and more has up to 0.03, notes
/// and stamps 0.05 and more. Chosen on these pages.
const SMALLER: f64 = 0.04;
/// The same for rotated rows: the rectangle of long rows is more reliable, their strokes at three degrees less.
const IN_ROWS: (f64, f64) = (0.25, 0.15);
/// Largest gaps, across and down, within a group, in characters: words of a stamp or a note are farther apart.
const NEAR: [(f64, f64); 2] = [(0.7, 0.5), (1.4, 0.5)];
/// Least size of a component, above specks, and largest size in writing, in characters.
const PIECE: (f64, f64) = (0.25, 8.0);
/// Least row height of a stamp and of a note, and largest of both, in characters: notes are larger than text.
const ROW: (f64, f64, f64) = (0.5, 0.9, 4.0);
/// Aspect ratio of a note's row; least aspect ratio of a stamp with several rows, and with one.
const NOTE: (f64, f64) = (1.3, 6.0);
const LONG: (f64, f64) = (2.5, 7.0);
/// Longest stamp or note, in characters.
const LONGEST: f64 = 26.0;
/// Least rise of a leaning row, as a fraction of its length: 0.035 at the least rotation, less a character's height.
/// The test rejects unrotated rows without trying rotations.
const LEAST_RISE: f64 = 0.02;
/// Number of ink pixels that suffice to determine the rotation.
const ENOUGH: usize = 8000;
/// Least ink of a profile line within a row, relative to the fullest one.
const BETWEEN: f64 = 0.06;

pub(super) struct RotatedText {
    /// [`RegionKind::Stamp`] or [`RegionKind::Handwriting`].
    pub mark: Mark,
    pub pieces: Vec<BBox>,
}

/// Finds rotated text among components of a page's ink, apart from the known marks. `letter` is the height of the
/// page's text, px. Of overlapping candidates stamps precede notes, and larger ones precede smaller ones.
pub(super) fn find_rotated_text(
    ink: &Binary,
    pieces: &[BBox],
    known: &[Mark],
    (size, letter): (f64, f64),
) -> Vec<RotatedText> {
    let marks: Vec<BBox> = known.iter().filter(|m| m.kind != RegionKind::Ruling).map(|m| m.bbox).collect();
    let places = BoxIndex::of(&marks);
    let is_apart = |b: &BBox| !places.touching(b).into_iter().any(|i| marks[i].intersects(b));
    let side = |b: &BBox| f64::from(b.width().max(b.height()));
    let pieces: Vec<BBox> = pieces.iter().filter(|b| side(b) >= PIECE.0 * size).copied().collect();
    let tried = |group: Vec<BBox>, in_rows: Option<f64>| {
        let bbox = group.iter().fold(BBox::default(), |all, b| all.union(b));
        let may_be = group.len() >= 2 && is_apart(&bbox) && is_writing(&group, &bbox, size);
        let turned = may_be.then(|| Turned::of(&picture(ink, &group, &bbox))).flatten()?;
        let mark = turned.mark(&bbox, size, in_rows)?;
        Some(RotatedText { mark, pieces: group })
    };
    let groups = NEAR.iter().flat_map(|near| together(&pieces, *near, size));
    let mut likely: Vec<RotatedText> = groups.filter_map(|group| tried(group, None)).collect();
    let apart: Vec<BBox> = pieces.into_iter().filter(is_apart).collect();
    let rows = find_tilted_rows(&apart, letter).into_iter();
    likely.extend(rows.filter_map(|rows| tried(rows.pieces, Some(rows.degrees))));
    likely.sort_by_key(|l| (!l.mark.is_stamp(), std::cmp::Reverse(l.pieces.len())));
    let (mut found, mut places): (Vec<RotatedText>, _) = (Vec::new(), BoxIndex::default());
    for rotated_text in likely {
        let bbox = rotated_text.mark.bbox;
        if !places.touching(&bbox).into_iter().any(|i| found[i].mark.bbox.intersects(&bbox)) {
            places.insert(found.len(), &bbox);
            found.push(rotated_text);
        }
    }
    found
}

/// Draws the components of a group alone, because text may stand between them.
fn picture(ink: &Binary, group: &[BBox], bbox: &BBox) -> Binary {
    let mut picture = Binary::new(bbox.width() as u32, bbox.height() as u32);
    for piece in group {
        let left = (piece.left - bbox.left) as usize;
        for y in piece.top..piece.bottom {
            let from = &ink.row(y as u32)[piece.left as usize..piece.right as usize];
            picture.row_mut((y - bbox.top) as u32)[left..left + from.len()].copy_from_slice(from);
        }
    }
    picture
}

/// Whether a group has the dimensions of a rotated stamp or note.
fn is_writing(group: &[BBox], bbox: &BBox, size: f64) -> bool {
    let (width, height) = (f64::from(bbox.width()), f64::from(bbox.height()));
    let largest = group.iter().map(|b| b.width().max(b.height())).max().unwrap_or(0);
    let tallest = f64::from(group.iter().map(BBox::height).max().unwrap_or(0));
    f64::from(largest) <= PIECE.1 * size
        && width.max(height) <= LONGEST * size
        && width >= NOTE.0 * ROW.1 * size
        && height >= ROW.1 * size
        && width >= height
        && height >= tallest + LEAST_RISE * width
}

fn together(pieces: &[BBox], near: (f64, f64), size: f64) -> Vec<Vec<BBox>> {
    let (across, down) = ((near.0 * size) as i32, (near.1 * size) as i32);
    let mut pieces = pieces.to_vec();
    pieces.sort_unstable_by_key(|b| (b.left, b.top));
    let mut group: Vec<usize> = (0..pieces.len()).collect();
    fn root(group: &mut [usize], mut i: usize) -> usize {
        while group[i] != i {
            group[i] = group[group[i]];
            i = group[i];
        }
        i
    }
    let places = BoxIndex::of(&pieces);
    for (i, a) in pieces.iter().enumerate() {
        let around = BBox {
            left: a.left - across,
            right: a.right + across,
            top: a.top - down,
            bottom: a.bottom + down,
        };
        for j in places.touching(&around).into_iter().filter(|&j| j > i) {
            let (from, to) = (root(&mut group, j), root(&mut group, i));
            group[from] = to;
        }
    }
    let mut groups: Vec<Vec<BBox>> = vec![Vec::new(); pieces.len()];
    for (i, piece) in pieces.iter().enumerate() {
        groups[root(&mut group, i)].push(*piece);
    }
    groups.retain(|g| !g.is_empty());
    groups
}

/// Measurements of a group at its best rotation.
struct Turned {
    degrees: f64,
    sharper: f64,
    smaller: f64,
    /// Heights of its rows, and length of the rows, px.
    rows: Vec<usize>,
    length: usize,
}

/// Projection profiles of the ink at one rotation.
struct Sums {
    along: Vec<u32>,
    across: Vec<u32>,
}

impl Sums {
    fn at(points: &[(f32, f32)], reach: usize, degrees: f64) -> Self {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let (sin, cos, middle) = (sin as f32, cos as f32, reach as f32);
        let (mut along, mut across) = (vec![0; 2 * reach], vec![0; 2 * reach]);
        for &(x, y) in points {
            along[(x * cos + y * sin + middle) as usize] += 1;
            across[(y * cos - x * sin + middle) as usize] += 1;
        }
        Self { along, across }
    }

    fn sharpness(&self) -> f64 {
        let edges =
            |sums: &[u32]| sums.windows(3).map(|w| (i64::from(w[2]) - i64::from(w[0])).pow(2)).sum::<i64>();
        (edges(&self.along) + edges(&self.across)) as f64
    }

    fn area(&self) -> f64 {
        extent(&self.along).len() as f64 * extent(&self.across).len() as f64
    }
}

/// Range of a profile without the outermost hundredth at both ends.
fn extent(sums: &[u32]) -> std::ops::Range<usize> {
    let all = u64::from(sums.iter().sum::<u32>());
    let place = |part: u64| {
        let mut seen = 0;
        let at = sums.iter().position(|&n| {
            seen += u64::from(n);
            seen * 100 > all * part
        });
        at.unwrap_or(0)
    };
    place(1)..place(98) + 1
}

impl Turned {
    /// Finds the rotation with the sharpest strokes; `None` if the image is not rotated.
    fn of(picture: &Binary) -> Option<Self> {
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let points: Vec<(f32, f32)> = (0..picture.height())
            .flat_map(|y| {
                let row = picture.row(y);
                let inked = (0..row.len()).filter(|&x| row[x] != 0);
                inked.map(move |x| (x as f32 - width / 2.0, y as f32 - height / 2.0))
            })
            .collect();
        let reach = (width.hypot(height) / 2.0).ceil() as usize + 2;
        let points: Vec<(f32, f32)> = points.iter().step_by(points.len() / ENOUGH + 1).copied().collect();
        let straight = Sums::at(&points, reach, 0.0);
        let (mut sharpest, mut smallest) = ((0.0, 0.0), (0.0, f64::INFINITY));
        let steps = (LEAN.1 / STEP) as i32;
        for degrees in (-steps..=steps).map(|step| f64::from(step) * STEP) {
            let sums = Sums::at(&points, reach, degrees);
            let (sharpness, area) = (sums.sharpness(), sums.area());
            sharpest = if sharpness >= sharpest.1 { (degrees, sharpness) } else { sharpest };
            smallest = if area < smallest.1 { (degrees, area) } else { smallest };
        }
        if sharpest.0.abs() < LEAN.0 || (sharpest.0 - smallest.0).abs() > AGREE {
            return None;
        }
        let sums = Sums::at(&points, reach, sharpest.0);
        let most = sums.across.iter().max().copied().unwrap_or(0);
        let inked = |n: &u32| f64::from(*n) > BETWEEN * f64::from(most);
        let rows = sums.across.chunk_by(|a, b| inked(a) == inked(b)).filter(|run| inked(&run[0]));
        Some(Self {
            degrees: sharpest.0,
            sharper: sharpest.1 / straight.sharpness().max(1.0) - 1.0,
            smaller: 1.0 - smallest.1 / straight.area().max(1.0),
            rows: rows.map(<[u32]>::len).collect(),
            length: extent(&sums.along).len(),
        })
    }

    /// Returns a mark, if the rotation is certain and the rows are those of a stamp or a note. For rotated rows, the
    /// rotation must match, and a weaker signal suffices.
    fn mark(&self, bbox: &BBox, size: f64, in_rows: Option<f64>) -> Option<Mark> {
        let rows = self.rows.iter().map(|&r| r as f64).filter(|r| *r >= 0.3 * size);
        let (count, tallest) = rows.fold((0, 0.0f64), |(n, most), r| (n + 1, most.max(r)));
        let ratio = self.length as f64 / tallest.max(1.0);
        let is_so = |(sharper, smaller): (f64, f64)| self.sharper >= sharper && self.smaller >= smaller;
        let is_sure = match in_rows {
            Some(degrees) if (degrees - self.degrees).abs() > AGREE => false,
            Some(_) => is_so((SHARPER, SMALLER)) || is_so(IN_ROWS),
            None => is_so((SHARPER, SMALLER)),
        };
        if !is_sure || tallest < ROW.0 * size || tallest > ROW.2 * size {
            return None;
        }
        let is_stamp = (count >= 2 && ratio >= LONG.0) || (count == 1 && ratio >= LONG.1);
        let is_note = count == 1 && tallest >= ROW.1 * size && (NOTE.0..NOTE.1).contains(&ratio);
        let kind = if is_stamp {
            RegionKind::stamp(StampColor::Black, StampShape::Frameless)
        } else if is_note && in_rows.is_none() {
            RegionKind::Handwriting
        } else {
            return None;
        };
        Some(Mark { kind, bbox: *bbox, confidence: Confidence::clamped(0.7) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::Point;
    use crate::marks::drawing::{SIZE, line, page};

    /// Draws rows of characters like 井, 60 px high, rotated about their upper left corner by a slope.
    fn written(ink: &mut Binary, (left, top): (f64, f64), (count, rows): (i32, i32), slope: f64) {
        let at = |x: f64, y: f64| Point { x: left + x - slope * y, y: top + y + slope * x };
        for (row, i) in (0..rows).flat_map(|row| (0..count).map(move |i| (row, i))) {
            let (x, y) = (f64::from(i) * 70.0, f64::from(row) * 74.0);
            for part in [18.0, 42.0] {
                line(ink, at(x, y + part), at(x + 60.0, y + part), 5.0);
                line(ink, at(x + part, y), at(x + part, y + 60.0), 5.0);
            }
        }
    }

    fn pieces(ink: &Binary) -> Vec<BBox> {
        ink.components().0.into_iter().map(|c| c.bbox).collect()
    }

    fn kinds(ink: &Binary) -> Vec<RegionKind> {
        find_rotated_text(ink, &pieces(ink), &[], (SIZE, SIZE)).into_iter().map(|l| l.mark.kind).collect()
    }

    #[test]
    fn a_few_characters_that_lean_are_a_note() {
        for slope in [-0.1, 0.06, 0.2] {
            let mut ink = page();
            written(&mut ink, (400.0, 300.0), (4, 1), slope);
            assert_eq!(kinds(&ink), [RegionKind::Handwriting], "{slope}");
        }
    }

    #[test]
    fn rows_that_lean_are_a_stamp_without_a_frame() {
        let mut ink = page();
        written(&mut ink, (300.0, 300.0), (7, 2), -0.12);
        assert_eq!(kinds(&ink), [RegionKind::stamp(StampColor::Black, StampShape::Frameless)]);
    }

    #[test]
    fn print_beside_a_stamp_that_leans_is_not_of_it() {
        let mut ink = page();
        written(&mut ink, (300.0, 500.0), (7, 2), -0.5);
        written(&mut ink, (60.0, 380.0), (5, 1), 0.0);
        let all = pieces(&ink);
        let apart = crate::marks::rows::Straight::of(&all, SIZE).without(&all);
        for pieces in [all, apart] {
            let found = find_rotated_text(&ink, &pieces, &[], (SIZE, SIZE));
            assert_eq!(found.iter().map(|l| l.pieces.len()).collect::<Vec<_>>(), [14], "of {}", pieces.len());
        }
    }

    #[test]
    fn a_row_that_leans_among_columns_of_print_is_a_stamp() {
        let mut ink = page();
        for column in 0..4 {
            (0..12).for_each(|i| {
                written(
                    &mut ink,
                    (250.0 + 130.0 * f64::from(column), 200.0 + 74.0 * f64::from(i)),
                    (1, 1),
                    0.0,
                )
            });
        }
        ink.erase(&BBox::from_ltrb(180, 560, 800, 800));
        written(&mut ink, (200.0, 600.0), (8, 1), 0.2);
        let found = find_rotated_text(&ink, &pieces(&ink), &[], (SIZE, SIZE));
        let [stamp] = &found[..] else { panic!("{}", found.len()) };
        assert!(stamp.mark.is_stamp() && stamp.pieces.len() == 8, "{:?}", stamp.mark);
    }

    #[test]
    fn words_of_a_stamp_that_stand_apart_are_one() {
        let mut ink = page();
        for word in [200.0, 440.0, 680.0] {
            written(&mut ink, (word, 500.0 + 0.25 * (word - 200.0)), (3, 1), 0.25);
        }
        assert_eq!(kinds(&ink), [RegionKind::stamp(StampColor::Black, StampShape::Frameless)]);
    }

    #[test]
    fn print_that_stands_straight_is_neither() {
        let mut ink = page();
        written(&mut ink, (300.0, 300.0), (4, 1), 0.0);
        written(&mut ink, (300.0, 700.0), (7, 2), 0.01);
        assert_eq!(kinds(&ink), []);
    }

    #[test]
    fn a_note_within_a_stamp_is_the_stamps() {
        let mut ink = page();
        written(&mut ink, (400.0, 300.0), (4, 1), 0.1);
        let kind = RegionKind::stamp(StampColor::Red, StampShape::Circle);
        let bbox = BBox::from_ltrb(380, 280, 720, 420);
        let stamp = Mark { kind, bbox, confidence: Confidence::CERTAIN };
        assert!(find_rotated_text(&ink, &pieces(&ink), &[stamp], (SIZE, SIZE)).is_empty());
    }
}
