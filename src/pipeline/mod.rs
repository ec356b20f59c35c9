//! The pipeline for one page, from scan to page record. [`read_page`] calls the stages in order.

mod align_glyphs;
mod allowance;
mod faint_text;
mod legend;
mod lengthen;
mod lines;
mod normalize_contrast;
mod orientation;
mod pairs;
mod pictures;
mod record;
mod square;
mod stamps;
mod steps;
mod text_under_stamp;
mod warnings;

pub use self::square::square;
pub use self::stamps::StampsOptions;

use self::lengthen::lengthen;
use self::lines::read_lines;
use self::stamps::{StampPicture, read_stamps, settle_stamps, take_stamps};
use self::text_under_stamp::raise_print;
use crate::background::{Background, BackgroundOptions, find_background};
use crate::binarize::{BinarizeOptions, binarize, find_texture};
use crate::deskew::{self, DeskewOptions, Skew};
use crate::error::{At, PageError, PageRef, Stage};
use crate::geometry::{BBox, Transform};
use crate::layout::{Block, Erased, LayoutOptions, Lines, Part, Partings, find_lines};
use crate::marks::{self, Mark, MarksMethod, MarksOptions, Stamped, find_marks, lift_color};
use crate::page::{Page, RegionKind, StampColor};
use crate::provenance::Source;
use crate::raster::{Binary, Pixels};
use crate::recognize::Recognizer;
use crate::scan::{Scan, ScanOptions};
use crate::segment::{Labels, Segmenter};
use crate::telegram::TelegramOptions;
use image::{GrayImage, RgbImage};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::OnceLock;

/// All settings of the pipeline. Provenance records them, and resuming a run compares them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Accepted files and limits.
    pub scan: ScanOptions,
    /// Polarity and background normalization.
    pub background: BackgroundOptions,
    /// Borders, rotation and skew.
    pub deskew: DeskewOptions,
    /// Ink threshold.
    pub binarize: BinarizeOptions,
    /// Stamps, redactions and rulings.
    pub marks: MarksOptions,
    /// Stamp recognition.
    pub stamps: StampsOptions,
    /// Line detection.
    pub layout: LayoutOptions,
    /// Words of the head.
    pub telegram: TelegramOptions,
}

/// A deskewed page with marks and lines, ready for recognition. Pixels and boxes refer to the deskewed image.
pub struct Prepared {
    /// Gray image without coloured ink and marks. Used for line detection and for engines that marks confuse.
    pub gray: GrayImage,
    /// Gray image without coloured ink and redactions, but with black stamps and rulings. Used for engines that read
    /// through marks, because erasing marks also removes strokes of text.
    pub through: GrayImage,
    /// Background of the page before normalization.
    pub background: Background,
    /// Text ink.
    pub ink: Binary,
    /// The marks of the page.
    pub marks: Vec<Mark>,
    /// Areas whose ink was discarded: halftone dots and noise.
    pub texture: Vec<BBox>,
    /// Upright pictures of the stamps and notes among the marks.
    stamps: Vec<StampPicture>,
    /// Lines in reading order.
    pub blocks: Vec<Block>,
    /// Candidate lines under stamps, each in its own block.
    pub beneath: Vec<Block>,
    /// Blanks that separate text blocks.
    pub partings: Partings,
    /// Transform from the deskewed image to the scan.
    pub to_scan: Transform,
    /// The measured skew.
    pub skew: Skew,
    /// Whether a dark border around the paper was removed.
    pub has_border: bool,
    /// The rotation that makes the scan upright.
    pub turn: Turn,
}

/// The rotation that makes a page upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Clockwise rotation in degrees, a multiple of 90.
    pub degrees: u16,
    /// Whether another rotation reads better, but not clearly so. The page is then not rotated.
    pub is_unsure: bool,
}

/// Reads one page.
///
/// # Errors
/// Returns an error with page and stage if the engine fails. A line that cannot be read is a warning, unless all lines
/// fail.
pub fn read_page(
    scan: &Scan,
    source: Source,
    recognizer: &mut dyn Recognizer,
    settings: &Settings,
) -> Result<Page, PageError> {
    let place = PageRef::page(&source.path, source.page);
    let (pixels, back) = square(scan);
    let background = find_background(&pixels, &settings.background);
    let prepared = orientation::prepare_upright(
        &background.normalize_contrast(&pixels),
        &background,
        recognizer,
        settings,
    );
    let mut prepared = Prepared { to_scan: prepared.to_scan.then(&back), ..prepared };
    let stamps = read_stamps(&prepared, recognizer, settings).at(Stage::Stamps, &place)?;
    raise_print(&mut prepared, &stamps, recognizer).at(Stage::Recognize, &place)?;
    lengthen(&mut prepared, &stamps, recognizer).at(Stage::Recognize, &place)?;
    let read = read_lines(&prepared, recognizer).at(Stage::Recognize, &place)?;
    let stamps = settle_stamps(&prepared, stamps, &read.blocks, &recognizer.describe().name);
    Ok(record::page(scan, source, prepared, (read, stamps), recognizer.describe(), settings))
}

/// Callback after each stage. The second argument renders a picture of the result on demand.
pub type Watch<'a> = dyn FnMut(Stage, &dyn Fn() -> RgbImage) + 'a;

/// Runs all stages before recognition on an upright page.
#[must_use]
pub fn prepare(scan: &Pixels, settings: &Settings, watch: &mut Watch<'_>) -> Prepared {
    let background = find_background(scan, &settings.background);
    let even = background.normalize_contrast(scan);
    watch(Stage::Background, &|| pictures::color(&even));
    prepare_normalized(&even, &background, settings, watch)
}

/// Runs all stages before recognition on an upright page with a normalized background.
fn prepare_normalized(
    scan: &Pixels,
    background: &Background,
    settings: &Settings,
    watch: &mut Watch<'_>,
) -> Prepared {
    let straight = straighten(scan, background, settings, watch);
    let segmented = segment(&straight, background, settings, watch);
    let prepared = lay_out(straight, segmented, background, settings);
    watch(Stage::Layout, &|| pictures::lines(&prepared));
    prepared
}

/// A deskewed page without dark borders.
struct Straight<'a> {
    pixels: Cow<'a, Pixels>,
    /// Gray image without coloured ink.
    gray: GrayImage,
    ink: Binary,
    to_scan: Transform,
    skew: Skew,
    has_border: bool,
}

/// Removes borders and skew and binarizes the page.
fn straighten<'a>(
    scan: &'a Pixels,
    background: &Background,
    settings: &Settings,
    watch: &mut Watch<'_>,
) -> Straight<'a> {
    let (gray, ink) = look(scan, settings);
    let border = deskew::find_border(&ink);
    let skew = deskew::find_skew(&ink, &settings.deskew).if_reliable(&settings.deskew);
    let (pixels, to_scan) = match &border {
        None => deskew::deskew(scan, skew),
        Some(border) => {
            let mut cleared = scan.clone();
            deskew::clear(&mut cleared, border, background.brightness);
            let (straight, to_scan) = deskew::deskew(&cleared, skew);
            (Cow::Owned(straight.into_owned()), to_scan)
        }
    };
    watch(Stage::Deskew, &|| pictures::color(&pixels));
    // Reuse the earlier result if deskewing changed no pixels.
    let (gray, ink) = if matches!(pixels, Cow::Borrowed(_)) { (gray, ink) } else { look(&pixels, settings) };
    watch(Stage::Binarize, &|| pictures::rgb(&ink.to_gray()));
    Straight { pixels, gray, ink, to_scan, skew, has_border: border.is_some() }
}

/// A deskewed page with marks but without lines.
struct Segmented {
    /// Labels of the segmentation network; `None` if rules alone find the marks.
    labels: Option<Labels>,
    marks: Vec<Mark>,
    /// Ink of the marks, which [`marks::erase`] removes.
    mark_mask: Binary,
    /// The ink in which lines are found.
    text_ink: Binary,
    /// Upright pictures of the stamps and notes.
    stamps: Vec<StampPicture>,
    /// Areas whose ink was discarded: halftone dots and noise.
    texture: Vec<BBox>,
}

/// Finds the marks of a deskewed page.
fn segment(
    straight: &Straight<'_>,
    background: &Background,
    settings: &Settings,
    watch: &mut Watch<'_>,
) -> Segmented {
    let Straight { pixels, gray, ink, .. } = straight;
    let texture = find_texture(ink);
    let print = texture.as_ref().map_or(Cow::Borrowed(ink), |texture| Cow::Owned(ink.without(&texture.ink)));
    // Text from a filled panel is often bold. Bold rows are then no evidence of a stamp.
    let bold_rows = settings.marks.bold_rows && background.panels() == 0;
    let options = MarksOptions { bold_rows, ..settings.marks.clone() };
    let labels = segmenter(settings)
        .map(|network| network.label(pixels).expect("the network of the program has the form it wants"));
    let marks::Marks { found: marks, mark_mask, text_ink } =
        find_marks(pixels, gray, &print, labels.as_ref(), &options);
    let stamps = take_stamps(&Stamped {
        page: pixels,
        gray,
        mark_mask: &mark_mask,
        text_ink: &text_ink,
        found: &marks,
        labels: labels.as_ref(),
    });
    watch(Stage::Marks, &|| pictures::marks(&pictures::color(pixels), &marks, &stamps));
    watch(Stage::Stamps, &|| pictures::stamps(&stamps));
    Segmented { labels, marks, mark_mask, text_ink, stamps, texture: texture.map_or(vec![], |t| t.places) }
}

/// Finds the lines of a page with known marks.
fn lay_out(
    straight: Straight<'_>,
    segmented: Segmented,
    background: &Background,
    settings: &Settings,
) -> Prepared {
    let Straight { mut gray, ink, to_scan, skew, has_border, .. } = straight;
    let Segmented { labels, marks, mark_mask, mut text_ink, stamps: upright, texture } = segmented;
    let mut through = gray.clone();
    marks::erase(&mut gray, &mark_mask);
    let redactions = boxes(&marks, |kind| matches!(kind, RegionKind::Redaction { .. }));
    marks::erase(&mut through, &marks::within(&mark_mask, &redactions));
    let rulings = boxes(&marks, |kind| matches!(kind, RegionKind::Ruling));
    let stamps = boxes(&marks, |kind| matches!(kind, RegionKind::Stamp { .. }));
    let erased = Erased { redactions: &redactions, rulings: &rulings, stamps: &stamps };
    let mut lines = find_lines(&text_ink, &erased, labels.as_ref(), &settings.layout);
    if let Some(all) =
        faint_text::with_faint_text(&gray, &ink, &text_ink, &lines.blocks, &erased, &settings.binarize)
    {
        lines = find_lines(&all, &erased, labels.as_ref(), &settings.layout);
        text_ink = all;
    }
    let Lines { blocks, beneath, partings } = lines;
    let hidden = hidden_characters(&redactions, &blocks);
    Prepared {
        gray,
        through,
        background: background.clone(),
        ink: text_ink,
        marks: with_hidden(marks, hidden),
        texture,
        stamps: upright,
        blocks,
        beneath,
        partings,
        to_scan,
        skew,
        has_border,
        turn: Turn::default(),
    }
}

/// Number of characters that each redaction hides, estimated from the character pitch of its line.
fn hidden_characters(redactions: &[BBox], blocks: &[Block]) -> Vec<Option<u32>> {
    let mut estimates = vec![None; redactions.len()];
    for (line, mode) in blocks.iter().flat_map(|b| b.lines.iter().map(|l| (l, b.writing_mode))) {
        let Some(pitch) = line.pitch(mode) else { continue };
        for part in &line.parts {
            if let Part::Redaction(index) = part {
                let length = mode.along(&redactions[*index]).width();
                estimates[*index] = Some(((f64::from(length) / pitch).round() as u32).max(1));
            }
        }
    }
    estimates
}

/// Sets the estimated character counts of the redactions. `hidden` is in the order of the redactions.
fn with_hidden(mut marks: Vec<Mark>, hidden: Vec<Option<u32>>) -> Vec<Mark> {
    let redactions = marks.iter_mut().filter_map(|mark| match &mut mark.kind {
        RegionKind::Redaction { estimated_characters, .. } => Some(estimated_characters),
        _ => None,
    });
    redactions.zip(hidden).for_each(|(estimate, count)| *estimate = count);
    marks
}

/// The segmentation network, loaded on first use; `None` if rules alone find the marks.
fn segmenter(settings: &Settings) -> Option<&'static Segmenter> {
    static SEGMENTER: OnceLock<Segmenter> = OnceLock::new();
    match settings.marks.method {
        MarksMethod::Rules => None,
        MarksMethod::Learned | MarksMethod::Both => {
            let load = || Segmenter::built_in().expect("the network is part of the program");
            Some(SEGMENTER.get_or_init(load))
        }
    }
}

/// Gray image without coloured ink, and its binary image.
fn look(page: &Pixels, settings: &Settings) -> (GrayImage, Binary) {
    let gray = lift_color(page);
    let ink = binarize(&gray, &settings.binarize);
    (gray, ink)
}

impl Prepared {
    fn black_stamps(&self) -> Vec<BBox> {
        boxes(&self.marks, is_black)
    }

    /// Whether a box contains ink that an engine sees: text ink, or any dark pixel under a black stamp.
    fn is_inked(&self, place: &BBox) -> bool {
        let is_dark = |b: &BBox| {
            let inside = b.intersection(place).intersection(&self.ink.bbox());
            (inside.top..inside.bottom)
                .flat_map(|y| (inside.left..inside.right).map(move |x| (x as u32, y as u32)))
                .any(|(x, y)| self.through.get_pixel(x, y).0[0] < MIDDLE_GRAY)
        };
        self.ink.ink_in(place) > 0 || self.black_stamps().iter().any(is_dark)
    }

    /// The redactions, in the order that was passed to layout.
    fn redactions(&self) -> Vec<&Mark> {
        self.marks.iter().filter(|m| matches!(m.kind, RegionKind::Redaction { .. })).collect()
    }
}

/// Gray values below this are ink in the image that an engine reads.
const MIDDLE_GRAY: u8 = 128;

fn is_black(kind: &RegionKind) -> bool {
    matches!(kind, RegionKind::Stamp { color: StampColor::Black, .. })
}

fn boxes(marks: &[Mark], is: impl Fn(&RegionKind) -> bool) -> Vec<BBox> {
    marks.iter().filter(|m| is(&m.kind)).map(|m| m.bbox).collect()
}
