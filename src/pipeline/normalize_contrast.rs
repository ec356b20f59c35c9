//! Contrast normalization of a line image: faint parts become as dark as the rest.
//!
//! Engines use one threshold per line and lose a faint part. The normalization measures the background (85th
//! percentile) and the darkest ink (3rd percentile) in windows along the line, interpolates both levels between
//! windows, and stretches the range between them to the full range. A window without text has almost no contrast. Its
//! range is therefore not stretched more than that of the faintest text.

use crate::page::WritingMode;
use image::GrayImage;

/// Length of a window, in line heights. One and a half characters, so that each window contains ink.
const WINDOW: f32 = 1.5;
/// Contrast of the faintest text, relative to the highest contrast in the line.
const FAINTEST: f32 = 0.25;

/// Background level and contrast of a window.
#[derive(Clone, Copy)]
struct Levels {
    background: f32,
    depth: f32,
}

/// Normalizes the contrast of a line. A line without contrast is returned unchanged.
pub(super) fn normalize_contrast(mut line: GrayImage, mode: WritingMode) -> GrayImage {
    let (width, height) = line.dimensions();
    let (length, across) = if mode == WritingMode::HorizontalTb { (width, height) } else { (height, width) };
    let window = ((across as f32 * WINDOW) as u32).max(1);
    let count = length.div_ceil(window);
    let mut levels: Vec<Levels> =
        (0..count).map(|i| measure(&line, mode, i * window, ((i + 1) * window).min(length))).collect();
    let deepest = levels.iter().map(|l| l.depth).fold(0.0, f32::max);
    if deepest < 16.0 {
        return line;
    }
    levels.iter_mut().for_each(|l| l.depth = l.depth.max(FAINTEST * deepest));
    let along: Vec<Levels> = (0..length).map(|place| at(&levels, place, window)).collect();
    for (x, y, pixel) in line.enumerate_pixels_mut() {
        let Levels { background, depth } =
            along[if mode == WritingMode::HorizontalTb { x } else { y } as usize];
        let ink = ((background - f32::from(pixel.0[0])) / depth).clamp(0.0, 1.0);
        pixel.0[0] = (255.0 * (1.0 - ink)) as u8;
    }
    line
}

/// Measures the levels of a line between two positions.
fn measure(line: &GrayImage, mode: WritingMode, from: u32, to: u32) -> Levels {
    let mut histogram = [0u32; 256];
    let (width, height) = line.dimensions();
    let (columns, rows) =
        if mode == WritingMode::HorizontalTb { (from..to, 0..height) } else { (0..width, from..to) };
    for y in rows {
        let start = (y * width) as usize;
        for &p in &line.as_raw()[start + columns.start as usize..start + columns.end as usize] {
            histogram[p as usize] += 1;
        }
    }
    let total: u32 = histogram.iter().sum();
    let percentile = |percent: u32| {
        let mut seen = 0;
        let found = (0..256usize).find(|&v| {
            seen += histogram[v];
            seen * 100 >= total * percent
        });
        found.unwrap_or(255) as f32
    };
    let (ink, background) = (percentile(3), percentile(85));
    Levels { background, depth: background - ink }
}

/// Levels at a position, interpolated between window centers.
fn at(levels: &[Levels], place: u32, window: u32) -> Levels {
    let position = ((place as f32 + 0.5) / window as f32 - 0.5).clamp(0.0, (levels.len() - 1) as f32);
    let (before, part) = (position as usize, position.fract());
    let (a, b) = (levels[before], levels[(before + 1).min(levels.len() - 1)]);
    Levels {
        background: a.background + (b.background - a.background) * part,
        depth: a.depth + (b.depth - a.depth) * part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn faded_strokes_become_as_dark_as_the_others() {
        let line = GrayImage::from_fn(400, 40, |x, y| {
            let ink = if x < 200 { 20 } else { 180 };
            Luma([if x % 10 < 4 && (5..35).contains(&y) { ink } else { 240 }])
        });
        let even = normalize_contrast(line, WritingMode::HorizontalTb);
        assert_eq!(even.get_pixel(50, 20).0, [0]);
        assert!(even.get_pixel(350, 20).0[0] < 30);
        assert!(even.get_pixel(356, 20).0[0] > 250);
    }

    #[test]
    fn blank_paper_stays_blank() {
        let line = GrayImage::from_fn(400, 40, |x, y| {
            let noise = 235 + ((x * 7 + y * 13) % 10) as u8;
            Luma([if x < 100 && x % 10 < 4 { 20 } else { noise }])
        });
        let even = normalize_contrast(line, WritingMode::HorizontalTb);
        assert!((200..400).all(|x| even.get_pixel(x, 20).0[0] > 180));
        let flat = GrayImage::from_pixel(9, 9, Luma([250]));
        assert_eq!(normalize_contrast(flat.clone(), WritingMode::VerticalRl), flat);
    }
}
