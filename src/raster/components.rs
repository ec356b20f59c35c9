//! Connected components by runs: each row's runs of ink are joined with the runs they touch in the row above
//! (union-find over runs, He, Chao and Suzuki 2008). Twice as fast on a page as labelling pixels, and defined for
//! pictures of any size, 1 × 1 and empty ones too.
//!
//! Most callers want boxes, or can go from run to run: the picture of labels, four bytes a pixel, is drawn only for
//! those who look at it.

use super::{Binary, Component};
use crate::geometry::BBox;
use image::{ImageBuffer, Luma};
use std::cell::OnceCell;
use std::ops::{Deref, Range};

/// A number for every pixel.
pub type LabelPicture = ImageBuffer<Luma<u32>, Vec<u32>>;

/// For every pixel the number of its component, counted from 1; 0 is paper. The picture is drawn when it is first looked
/// at.
pub struct Labels {
    size: (u32, u32),
    runs: Vec<Run>,
    /// First run of each row, and of what would follow the last one.
    rows: Vec<u32>,
    /// Component of each run, counted from 1.
    numbers: Vec<u32>,
    picture: OnceCell<LabelPicture>,
    by_component: OnceCell<ByComponent>,
}

/// The runs of each component, by their places among all.
struct ByComponent {
    runs: Vec<u32>,
    /// First of each component, and of what would follow the last one.
    starts: Vec<u32>,
}

struct Run {
    y: u32,
    left: u32,
    right: u32,
}

impl Labels {
    /// The runs of ink from left to right and from the top: row, columns, and the index of the component.
    pub fn runs(&self) -> impl Iterator<Item = (u32, Range<usize>, usize)> {
        let runs = self.runs.iter().zip(&self.numbers);
        runs.map(|(run, &number)| (run.y, run.left as usize..run.right as usize, number as usize - 1))
    }

    /// The runs with pixels in a box, as far as they lie in it.
    pub fn runs_in<'a>(&'a self, bbox: &BBox) -> impl Iterator<Item = (u32, Range<usize>, usize)> + use<'a> {
        let inside = bbox.intersection(&BBox::of_size(self.size.0, self.size.1));
        // Where the box and the picture have nothing in common, the intersection may lie outside of the picture.
        let inside = if inside.is_empty() { BBox::default() } else { inside };
        let [left, top, right, bottom] =
            [inside.left, inside.top, inside.right, inside.bottom].map(|v| v as u32);
        (top..bottom).flat_map(move |y| {
            let row = self.rows[y as usize] as usize..self.rows[y as usize + 1] as usize;
            let from = row.start + self.runs[row.clone()].partition_point(|run| run.right <= left);
            let runs = self.runs[from..row.end].iter().zip(&self.numbers[from..row.end]);
            runs.take_while(move |(run, _)| run.left < right).map(move |(run, &number)| {
                let columns = run.left.max(left) as usize..run.right.min(right) as usize;
                (y, columns, number as usize - 1)
            })
        })
    }

    /// The runs of a component, from left to right and from the top: row and columns. Where boxes of components lie over
    /// one another, as those of slanting lines do, this takes as long as the component is large.
    pub fn runs_of(&self, component: usize) -> impl Iterator<Item = (u32, Range<usize>)> {
        self.runs_of_rows(component, 0, u32::MAX)
    }

    /// The same in some rows.
    pub fn runs_of_rows(
        &self,
        component: usize,
        top: u32,
        bottom: u32,
    ) -> impl Iterator<Item = (u32, Range<usize>)> {
        let all = self.by_component.get_or_init(|| ByComponent::of(&self.numbers));
        let own = &all.runs[all.starts[component] as usize..all.starts[component + 1] as usize];
        let from = own.partition_point(|&run| self.runs[run as usize].y < top);
        let runs = own[from..].iter().map(|&run| &self.runs[run as usize]);
        runs.take_while(move |run| run.y < bottom).map(|run| (run.y, run.left as usize..run.right as usize))
    }

    fn draw(&self) -> LabelPicture {
        let mut picture = LabelPicture::new(self.size.0, self.size.1);
        for (run, &number) in self.runs.iter().zip(&self.numbers) {
            let row = run.y as usize * self.size.0 as usize;
            picture.as_mut()[row + run.left as usize..row + run.right as usize].fill(number);
        }
        picture
    }
}

impl ByComponent {
    fn of(numbers: &[u32]) -> Self {
        let count = numbers.iter().max().map_or(0, |&most| most as usize);
        let mut starts = vec![0u32; count + 2];
        numbers.iter().for_each(|&number| starts[number as usize + 1] += 1);
        (1..starts.len()).for_each(|i| starts[i] += starts[i - 1]);
        let mut next = starts.clone();
        let mut runs = vec![0; numbers.len()];
        for (run, &number) in (0..).zip(numbers) {
            let place = &mut next[number as usize];
            runs[*place as usize] = run;
            *place += 1;
        }
        // Numbers are counted from one.
        starts.remove(0);
        Self { runs, starts }
    }
}

impl Deref for Labels {
    type Target = LabelPicture;

    fn deref(&self) -> &LabelPicture {
        self.picture.get_or_init(|| self.draw())
    }
}

/// The eight-connected pieces of ink in the order of their first pixel, and their labels.
pub(super) fn label(page: &Binary) -> (Vec<Component>, Labels) {
    let (runs, rows) = runs_of(page);
    let parent = joined(&runs);
    let mut found: Vec<Component> = Vec::new();
    let mut numbers = vec![0u32; runs.len()];
    for (i, run) in runs.iter().enumerate() {
        let root = root_of(&parent, i);
        if numbers[root] == 0 {
            found.push(Component { bbox: BBox::default(), ink: 0 });
            numbers[root] = found.len() as u32;
        }
        numbers[i] = numbers[root];
        let component = &mut found[numbers[root] as usize - 1];
        let bbox = BBox::from_ltrb(run.left as i32, run.y as i32, run.right as i32, run.y as i32 + 1);
        component.bbox = component.bbox.union(&bbox);
        component.ink += u64::from(run.right - run.left);
    }
    let size = (page.width(), page.height());
    let (picture, by_component) = (OnceCell::new(), OnceCell::new());
    (found, Labels { size, runs, rows, numbers, picture, by_component })
}

/// The runs of all rows, and which is the first of each.
fn runs_of(page: &Binary) -> (Vec<Run>, Vec<u32>) {
    let mut runs = Vec::new();
    let mut rows = Vec::with_capacity(page.height() as usize + 1);
    for y in 0..page.height() {
        rows.push(runs.len() as u32);
        runs.extend(ink_runs(page.row(y)).map(|run| Run {
            y,
            left: run.start as u32,
            right: run.end as u32,
        }));
    }
    rows.push(runs.len() as u32);
    (runs, rows)
}

/// The runs of ink in a row, from left to right.
pub fn ink_runs(row: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut edges = Edges { row, next: 0, at: 0, bits: 0, before: 0 };
    std::iter::from_fn(move || {
        let left = edges.next()?;
        Some(left..edges.next().unwrap_or(row.len()))
    })
}

/// Where ink begins and ends in a row, seen by 64 pixels at a time, one bit each.
struct Edges<'a> {
    row: &'a [u8],
    /// First pixel that was not looked at yet.
    next: usize,
    /// First pixel of those in `bits`.
    at: usize,
    /// The edges that were seen and are not told yet.
    bits: u64,
    /// Whether the last pixel looked at was ink: 1 or 0.
    before: u64,
}

impl Iterator for Edges<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            let rest = self.row.get(self.next..).filter(|rest| !rest.is_empty())?;
            let ink = ink_bits(&rest[..rest.len().min(64)]);
            self.bits = ink ^ ((ink << 1) | self.before);
            self.before = ink >> 63;
            self.at = self.next;
            self.next += 64;
        }
        let edge = self.at + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(edge)
    }
}

/// Up to 64 pixels as bits, the first as the lowest.
fn ink_bits(pixels: &[u8]) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    // Most of a page is paper.
    if pixels.iter().fold(0, |any, &p| any | p) == 0 {
        return 0;
    }
    let (eights, rest) = pixels.as_chunks::<8>();
    let mut bits = 0;
    for (i, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        // The highest bit of each byte tells whether it is ink; the product moves all eight of them into the highest byte.
        let ink = ((((word & LOW) + LOW) | word) & !LOW) >> 7;
        bits |= (ink.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    for (i, &p) in rest.iter().enumerate() {
        bits |= u64::from(p != 0) << (8 * eights.len() + i);
    }
    bits
}

/// For every run the run it was joined to; the first of a component is its own.
fn joined(runs: &[Run]) -> Vec<u32> {
    let mut parent: Vec<u32> = (0..runs.len() as u32).collect();
    let mut above = 0;
    for (i, run) in runs.iter().enumerate() {
        // Corners count: a run touches what begins at its end.
        while runs[above].y + 1 < run.y || (runs[above].y + 1 == run.y && runs[above].right < run.left) {
            above += 1;
        }
        let touching = runs[above..i].iter().take_while(|a| a.y + 1 == run.y && a.left <= run.right).count();
        for a in above..above + touching {
            let (here, there) = (root_of(&parent, i), root_of(&parent, a));
            parent[here.max(there)] = here.min(there) as u32;
        }
        // Paths stay short: a run points at its root once it is done.
        parent[i] = root_of(&parent, i) as u32;
    }
    parent
}

fn root_of(parent: &[u32], mut i: usize) -> usize {
    while parent[i] as usize != i {
        i = parent[i] as usize;
    }
    i
}
