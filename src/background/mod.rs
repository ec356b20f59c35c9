//! Polarity, brightness and ink colour of the page background, and the normalization to black text on evenly bright
//! paper.
//!
//! The stage measures which of text and paper is dark, how bright the paper is from place to place, and whether text
//! is in coloured ink ([`ink`]), in boxes filled with black or gray ([`panels`]) or has hollow strokes ([`hollow`]).
//!
//! The page is divided into cells of about half a character ([`cells`]). Text covers the smaller part of a cell, so
//! the median of a cell is paper. If most cells with contrast have their median at the bright end, text is dark; if
//! they have it at the dark end, the scan is a negative. The paper brightness is followed from cell to cell
//! ([`field`]): shading falls off slowly, whereas the edge of the paper, a scanner border or a redaction is a sharp
//! step that is not followed. The area beyond such an edge stays dark after normalization, so later stages treat it
//! as ink.
//!
//! Five negatives of cables and of microfilm have 12 to 230 times as many cells of the negative kind as of the
//! positive kind. Nine positives (framed in black, photographed, or with the verso shining through) have at least 7
//! times as many cells of the positive kind.

mod cells;
mod field;
mod hollow;
mod ink;
mod panels;

use crate::raster::Pixels;
use cells::Cells;
use field::Field;
use ink::Ink;
use panels::{Panel, find_panels};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Options of the stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackgroundOptions {
    /// Polarity: measured or fixed.
    pub polarity: PolarityChoice,
    /// Whether uneven brightness of the paper is corrected.
    pub normalize_contrast: bool,
    /// Whether text in coloured ink is made black, so that it is not mistaken for stamps.
    pub blacken: bool,
    /// Whether text in boxes filled with black or gray becomes black text on paper.
    pub panels: bool,
    /// Whether hollow strokes, of which only the outlines are left, are filled.
    pub fill_strokes: bool,
}

impl Default for BackgroundOptions {
    fn default() -> Self {
        Self {
            polarity: PolarityChoice::Auto,
            normalize_contrast: true,
            blacken: true,
            panels: true,
            fill_strokes: true,
        }
    }
}

/// Setting for the polarity of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PolarityChoice {
    /// Measured on the scan.
    #[default]
    Auto,
    /// Text is dark.
    Positive,
    /// Paper is dark.
    Negative,
}

/// Polarity of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Polarity {
    /// Text is dark.
    Positive,
    /// Paper is dark, as on microfilm.
    Negative,
}

/// Measured background of a scan.
#[derive(Clone)]
pub struct Background {
    /// Whether text or paper is dark.
    pub polarity: Polarity,
    /// Brightness of the darkest paper as a fraction of the brightest; 1 for even paper.
    pub evenness: f64,
    /// Number of cells that contain both dark and bright pixels: text, marks, pictures.
    pub marked_cells: usize,
    /// Side of a cell, px: a hundredth of the page's shorter side.
    pub cell_px: u32,
    /// Most common paper brightness after normalization, 0 to 255.
    pub brightness: u8,
    /// Paper brightness by cell; `None` if the paper needs no correction.
    field: Option<Field>,
    ink: Option<Ink>,
    panels: Vec<Panel>,
    /// Side of the square that closes hollow strokes, px.
    hollow: Option<usize>,
}

/// Least evenness of paper that is left unchanged. Six cables with 0.84 to 0.9 get 11 more errors in 3,311 characters
/// with correction; shading that hides text or passes for a border has 0.47 to 0.65 (four pages).
const EVEN: f64 = 0.8;

/// Measures the background of a scan.
#[must_use]
pub fn find_background(scan: &Pixels, options: &BackgroundOptions) -> Background {
    let mut gray = scan.to_gray();
    let mut cells = Cells::of(&gray);
    let contrasts = cells.contrasts();
    let polarity = match options.polarity {
        PolarityChoice::Auto => contrasts.polarity,
        PolarityChoice::Positive => Polarity::Positive,
        PolarityChoice::Negative => Polarity::Negative,
    };
    if polarity == Polarity::Negative {
        gray.iter_mut().for_each(|p| *p = 255 - *p);
        cells = Cells::of(&gray);
    }
    let field = Field::of(&cells);
    let evenness = field.evenness();
    let commonest = field.commonest();
    let field = Some(field).filter(|_| options.normalize_contrast && evenness < EVEN);
    let brightness = if field.is_some() { 255 } else { commonest };
    let (marked_cells, cell_px) = (contrasts.marked, cells.side_px);
    let ink = match scan {
        Pixels::Color(color) if options.blacken && polarity == Polarity::Positive => Ink::of(color),
        _ => None,
    };
    // Under uneven brightness the fill of a panel is not constant.
    let panels =
        if options.panels && field.is_none() { find_panels(&gray, &cells, commonest) } else { vec![] };
    let hollow = if options.fill_strokes { hollow::hollow_strokes(&gray) } else { None };
    Background { polarity, evenness, marked_cells, cell_px, brightness, field, ink, panels, hollow }
}

impl Background {
    /// Hue of the text, degrees on the colour circle (0 red, 120 green, 240 blue); `None` for black text.
    #[must_use]
    pub fn hue_of_print(&self) -> Option<f64> {
        self.ink.map(|ink| ink.hue_degrees)
    }

    /// Number of boxes filled with black or gray that hold text.
    #[must_use]
    pub fn panels(&self) -> usize {
        self.panels.len()
    }

    /// Whether the strokes of the text are hollow on the scan.
    #[must_use]
    pub fn is_hollow(&self) -> bool {
        self.hollow.is_some()
    }

    /// Returns the scan with black text on evenly bright paper.
    #[must_use]
    pub fn normalize_contrast<'a>(&self, scan: &'a Pixels) -> Cow<'a, Pixels> {
        let mut evened = Cow::Borrowed(scan);
        if self.polarity == Polarity::Negative {
            match evened.to_mut() {
                Pixels::Gray(gray) => gray.iter_mut().for_each(|p| *p = 255 - *p),
                Pixels::Color(color) => color.iter_mut().for_each(|p| *p = 255 - *p),
            }
        }
        if let (Some(ink), Pixels::Color(_)) = (self.ink, &*evened)
            && let Pixels::Color(color) = evened.to_mut()
        {
            ink.blacken(color);
        }
        for panel in &self.panels {
            match evened.to_mut() {
                Pixels::Gray(gray) => panel.clear::<1>(gray.width(), gray, self.brightness),
                Pixels::Color(color) => panel.clear::<3>(color.width(), color, self.brightness),
            }
        }
        if let Some(field) = &self.field {
            match evened.to_mut() {
                Pixels::Gray(gray) => field.divide::<1>(gray.width(), gray),
                Pixels::Color(color) => field.divide::<3>(color.width(), color),
            }
        }
        if let Some(side) = self.hollow {
            let width = evened.dimensions().0 as usize;
            match evened.to_mut() {
                Pixels::Gray(gray) => hollow::close::<1>(gray, width, side),
                Pixels::Color(color) => hollow::close::<3>(color, width, side),
            }
        }
        evened
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    /// Bars that resemble strokes, a quarter as bright as the paper around them.
    fn page(paper: impl Fn(u32, u32) -> u8) -> GrayImage {
        GrayImage::from_fn(1000, 1400, |x, y| {
            let is_ink = (100..900).contains(&x) && x % 12 < 4 && (100..1300).contains(&y) && y % 60 < 30;
            let paper = paper(x, y);
            Luma([if is_ink { paper / 4 } else { paper }])
        })
    }

    fn evened(page: GrayImage) -> (Background, GrayImage) {
        let scan = Pixels::Gray(page);
        let paper = find_background(&scan, &BackgroundOptions::default());
        let gray = paper.normalize_contrast(&scan).to_gray();
        (paper, gray)
    }

    #[test]
    fn a_negative_is_told_and_inverted() {
        let mut negative = page(|_, _| 240);
        negative.iter_mut().for_each(|p| *p = 255 - *p);
        let (paper, gray) = evened(negative);
        assert_eq!(paper.polarity, Polarity::Negative);
        assert!(gray.get_pixel(500, 1399).0[0] > 230 && gray.get_pixel(504, 720).0[0] < 100);
        assert_eq!(evened(page(|_, _| 240)).0.polarity, Polarity::Positive);
    }

    #[test]
    fn a_choice_stands() {
        let options = BackgroundOptions {
            polarity: PolarityChoice::Negative,
            normalize_contrast: false,
            blacken: false,
            panels: false,
            fill_strokes: false,
        };
        let scan = Pixels::Gray(page(|_, _| 240));
        assert_eq!(
            find_background(&scan, &options).normalize_contrast(&scan).to_gray().get_pixel(0, 0).0,
            [15]
        );
    }

    #[test]
    fn shade_is_evened_and_a_surround_is_not() {
        // The paper darkens to the right and ends at a black surround.
        let shade = |x: u32, _: u32| if x < 950 { (240 - x / 6) as u8 } else { 20 };
        let (paper, gray) = evened(page(shade));
        assert!((0.3..0.5).contains(&paper.evenness), "{}", paper.evenness);
        assert_eq!(paper.brightness, 255);
        for x in [20, 500, 930] {
            assert!(gray.get_pixel(x, 50).0[0] > 240, "{x}");
        }
        assert!(gray.get_pixel(980, 700).0[0] < 80 && gray.get_pixel(876, 720).0[0] < 80);
    }

    #[test]
    fn even_paper_is_left_as_it_is() {
        for brightness in [255, 190] {
            let scan = Pixels::Gray(page(|_, _| brightness));
            let paper = find_background(&scan, &BackgroundOptions::default());
            assert!(matches!(paper.normalize_contrast(&scan), Cow::Borrowed(_)));
            assert_eq!(paper.brightness, brightness);
        }
        let empty = Pixels::Gray(GrayImage::new(0, 0));
        assert_eq!(
            find_background(&empty, &BackgroundOptions::default()).normalize_contrast(&empty).dimensions(),
            (0, 0)
        );
    }
}
