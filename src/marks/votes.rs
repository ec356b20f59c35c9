//! Where the centres of rings are, by vote: every stroke's normal passes through the centre of the ring it is a part of
//! (Duda and Hart 1972, with directions after Ballard 1981).
//!
//! Only pieces of ink larger than a character vote, in a picture reduced to about twelve pixels a character. Good to a
//! few pixels of that picture: the caller follows the ink from there.

use crate::geometry::Point;
use crate::raster::Binary;

/// Pixels a character in the picture that votes.
const REDUCED: f64 = 12.0;
/// Most centres that are looked at: stamps have the most votes, print has many places with few.
const MOST: usize = 12;

/// Likely centres of rings with radii between two lengths, px, the likeliest first, and how far off they may be, px.
pub(super) fn likely_centers(ink: &Binary, size: f64, radii: (f64, f64)) -> (Vec<Point>, f64) {
    let factor = ((size / REDUCED).round() as u32).max(1);
    let small = reduced(ink, factor, 1.3 * size);
    let scale = f64::from(factor);
    let votes = votes(&small, (radii.0 / scale) as i32, (radii.1 / scale).ceil() as i32);
    let least = (1.2 * std::f64::consts::PI * radii.0 / scale) as u32;
    let apart = (0.4 * size / scale) as i32;
    let centers = peaks(&votes, (small.width() as i32, small.height() as i32), least, apart);
    (centers.into_iter().map(|p| Point { x: p.x * scale, y: p.y * scale }).collect(), scale)
}

/// The pieces with a side of at least `least` pixels, reduced.
fn reduced(ink: &Binary, factor: u32, least: f64) -> Binary {
    let (components, labels) = ink.components();
    let large: Vec<bool> =
        components.iter().map(|c| f64::from(c.bbox.width().max(c.bbox.height())) >= least).collect();
    let mut small = Binary::new(ink.width().div_ceil(factor), ink.height().div_ceil(factor));
    let step = (factor / 2).max(1);
    for (y, columns, _) in labels.runs().filter(|&(y, _, component)| y % step == 0 && large[component]) {
        let first = columns.start.next_multiple_of(step as usize);
        for x in (first..columns.end).step_by(step as usize) {
            small.set(x as u32 / factor, y / factor, true);
        }
    }
    small
}

/// How many strokes point at each pixel from a distance within `least` and `most`.
fn votes(small: &Binary, least: i32, most: i32) -> Vec<u16> {
    let (width, height) = (small.width() as i32, small.height() as i32);
    let mut votes = vec![0u16; (width * height).max(0) as usize];
    for y in 2..height - 2 {
        for x in (2..width - 2).filter(|&x| small.is_ink(x as u32, y as u32)) {
            let Some((normal_x, normal_y)) = normal(small, x, y) else { continue };
            for radius in (least..=most).flat_map(|r| [r, -r]) {
                let cx = (f64::from(x) + normal_x * f64::from(radius)).round() as i32;
                let cy = (f64::from(y) + normal_y * f64::from(radius)).round() as i32;
                if cx >= 0 && cy >= 0 && cx < width && cy < height {
                    votes[(cy * width + cx) as usize] += 1;
                }
            }
        }
    }
    votes
}

/// Unit vector across the stroke at a pixel, from the second moments of the ink around it; `None` where no direction
/// prevails.
fn normal(small: &Binary, x: i32, y: i32) -> Option<(f64, f64)> {
    let (mut xx, mut yy, mut xy) = (0, 0, 0);
    for dy in -2..=2 {
        let row = &small.row((y + dy) as u32)[(x - 2) as usize..=(x + 2) as usize];
        for (dx, _) in (-2..=2).zip(row).filter(|(_, ink)| **ink != 0) {
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
    }
    let (difference, twice) = (f64::from(xx - yy), f64::from(2 * xy));
    let angle = 0.5 * twice.atan2(difference);
    (difference.hypot(twice) >= 0.4 * f64::from(xx + yy)).then(|| (-angle.sin(), angle.cos()))
}

/// The places with most votes in windows of 3 × 3, apart from one another.
fn peaks(votes: &[u16], (width, height): (i32, i32), least: u32, apart: i32) -> Vec<Point> {
    let at = |x: i32, y: i32| u32::from(votes[(y * width + x) as usize]);
    let sum =
        |x: i32, y: i32| (-1..=1).map(|d| at(x - 1, y + d) + at(x, y + d) + at(x + 1, y + d)).sum::<u32>();
    let mut sums: Vec<(u32, i32, i32)> = (1..height - 1)
        .flat_map(|y| (1..width - 1).map(move |x| (x, y)))
        .filter(|&(x, y)| at(x, y) * 9 >= least)
        .map(|(x, y)| (sum(x, y), x, y))
        .filter(|(s, ..)| *s >= least)
        .collect();
    sums.sort_unstable_by_key(|&(s, x, y)| (std::cmp::Reverse(s), y, x));
    let mut kept: Vec<(i32, i32)> = Vec::new();
    for (_, x, y) in sums {
        if kept.iter().all(|(kx, ky)| (kx - x).abs().max((ky - y).abs()) > apart) {
            kept.push((x, y));
        }
        if kept.len() >= MOST {
            break;
        }
    }
    kept.into_iter().map(|(x, y)| Point { x: f64::from(x) + 0.5, y: f64::from(y) + 0.5 }).collect()
}
