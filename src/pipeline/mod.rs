//! One page, from scan to record: one line a stage.

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

/// Everything the user can configure; what provenance records and what resuming compares.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What files are accepted.
    pub scan: ScanOptions,
    /// Negatives and shade.
    pub background: BackgroundOptions,
    /// Borders, turns, skew.
    pub deskew: DeskewOptions,
    /// Ink and paper.
    pub binarize: BinarizeOptions,
    /// Stamps, redactions, rulings.
    pub marks: MarksOptions,
    /// What stamps say.
    pub stamps: StampsOptions,
    /// Lines.
    pub layout: LayoutOptions,
    /// Words of the head.
    pub telegram: TelegramOptions,
}

/// A page made straight and taken apart, ready to be read. Its pixels and boxes are those of the deskewed image.
pub struct Prepared {
    /// Gray, coloured ink lifted and marks erased: what lines are found in, and what an engine reads that marks mislead.
    pub gray: GrayImage,
    /// Gray, coloured ink lifted and redactions erased, black stamps and rules as they are: what an engine reads that
    /// reads through them. Erasing takes strokes of print along.
    pub through: GrayImage,
    /// The paper, as it was before it was evened.
    pub background: Background,
    /// Its ink.
    pub ink: Binary,
    /// What was erased.
    pub marks: Vec<Mark>,
    /// Where the ink was given up: dots of halftones and noise.
    pub texture: Vec<BBox>,
    /// The stamps and notes among them, set upright.
    stamps: Vec<StampPicture>,
    /// Lines in reading order.
    pub blocks: Vec<Block>,
    /// Ink that may be lines beneath stamps, each a block of its own.
    pub beneath: Vec<Block>,
    /// Blanks that part the print.
    pub partings: Partings,
    /// From here back to the scan.
    pub to_scan: Transform,
    /// The skew that was measured.
    pub skew: Skew,
    /// Whether there was something dark beside the paper, which was cleared away.
    pub has_border: bool,
    /// The turn that made the scan upright.
    pub turn: Turn,
}

/// The turn that sets a page upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// Clockwise quarter turns, degrees.
    pub degrees: u16,
    /// Whether another turn reads better, but not clearly so: the page is left as it is.
    pub is_unsure: bool,
}

/// Reads one page.
///
/// # Errors
/// Where the engine fails: the error names page and stage. A line that cannot be read is a warning, unless none can.
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

/// Is told after each stage, and may ask for its picture.
pub type Watch<'a> = dyn FnMut(Stage, &dyn Fn() -> RgbImage) + 'a;

/// Everything before reading, of a page that stands upright: each stage measures, the settings decide, the stage applies.
#[must_use]
pub fn prepare(scan: &Pixels, settings: &Settings, watch: &mut Watch<'_>) -> Prepared {
    let background = find_background(scan, &settings.background);
    let even = background.normalize_contrast(scan);
    watch(Stage::Background, &|| pictures::color(&even));
    prepare_normalized(&even, &background, settings, watch)
}

/// Everything before reading of a page with dark print on even paper.
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

/// A page that lies straight, without what is beside its paper.
struct Straight<'a> {
    pixels: Cow<'a, Pixels>,
    /// Gray, coloured ink lifted off.
    gray: GrayImage,
    ink: Binary,
    to_scan: Transform,
    skew: Skew,
    has_border: bool,
}

/// Sets a page straight.
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
    // What has not been touched looks as it did.
    let (gray, ink) = if matches!(pixels, Cow::Borrowed(_)) { (gray, ink) } else { look(&pixels, settings) };
    watch(Stage::Binarize, &|| pictures::rgb(&ink.to_gray()));
    Straight { pixels, gray, ink, to_scan, skew, has_border: border.is_some() }
}

/// A straight page whose marks are known and whose lines are not.
struct Segmented {
    /// The labels of its places, where the network was asked.
    labels: Option<Labels>,
    marks: Vec<Mark>,
    /// The ink of marks that hides nothing.
    mark_mask: Binary,
    /// The ink in which lines are found.
    text_ink: Binary,
    /// Stamps and notes, set upright.
    stamps: Vec<StampPicture>,
    /// Where ink was given up: dots of halftones and noise.
    texture: Vec<BBox>,
}

/// Finds the marks of a straight page.
fn segment(
    straight: &Straight<'_>,
    background: &Background,
    settings: &Settings,
    watch: &mut Watch<'_>,
) -> Segmented {
    let Straight { pixels, gray, ink, .. } = straight;
    let texture = find_texture(ink);
    let print = texture.as_ref().map_or(Cow::Borrowed(ink), |texture| Cow::Owned(ink.without(&texture.ink)));
    // Print that stood in a panel is bold often, and no stamp.
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

/// Finds the lines of a page whose marks are known.
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

/// For each redaction how many characters it hides, by the pitch of the line that it stands in.
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

/// The marks with what is estimated of their redactions, which are in the same order.
fn with_hidden(mut marks: Vec<Mark>, hidden: Vec<Option<u32>>) -> Vec<Mark> {
    let redactions = marks.iter_mut().filter_map(|mark| match &mut mark.kind {
        RegionKind::Redaction { estimated_characters, .. } => Some(estimated_characters),
        _ => None,
    });
    redactions.zip(hidden).for_each(|(estimate, count)| *estimate = count);
    marks
}

/// The network that finds the marks, loaded when it is first asked for; `None` where rules find them.
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

/// A page in gray, coloured ink lifted, and its ink.
fn look(page: &Pixels, settings: &Settings) -> (GrayImage, Binary) {
    let gray = lift_color(page);
    let ink = binarize(&gray, &settings.binarize);
    (gray, ink)
}

impl Prepared {
    /// Boxes of the stamps in black ink.
    fn black_stamps(&self) -> Vec<BBox> {
        boxes(&self.marks, is_black)
    }

    /// Whether an engine saw ink in a box: print, or beneath a black stamp whatever is dark there.
    fn is_inked(&self, place: &BBox) -> bool {
        let is_dark = |b: &BBox| {
            let inside = b.intersection(place).intersection(&self.ink.bbox());
            (inside.top..inside.bottom)
                .flat_map(|y| (inside.left..inside.right).map(move |x| (x as u32, y as u32)))
                .any(|(x, y)| self.through.get_pixel(x, y).0[0] < MIDDLE_GRAY)
        };
        self.ink.ink_in(place) > 0 || self.black_stamps().iter().any(is_dark)
    }

    /// The redactions in the order in which layout was told of them.
    fn redactions(&self) -> Vec<&Mark> {
        self.marks.iter().filter(|m| matches!(m.kind, RegionKind::Redaction { .. })).collect()
    }
}

/// Darker is ink, where an engine is given gray.
const MIDDLE_GRAY: u8 = 128;

/// Whether a mark is a stamp in black ink.
fn is_black(kind: &RegionKind) -> bool {
    matches!(kind, RegionKind::Stamp { color: StampColor::Black, .. })
}

/// Boxes of the marks of a kind, in their order.
fn boxes(marks: &[Mark], is: impl Fn(&RegionKind) -> bool) -> Vec<BBox> {
    marks.iter().filter(|m| is(&m.kind)).map(|m| m.bbox).collect()
}
