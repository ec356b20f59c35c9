//! Page orientation, determined by reading characters.
//!
//! Ink alone does not determine the orientation, because columns rotated by a quarter turn look like lines. Reading
//! whole lines does not determine it either: the network reads columns rotated counter-clockwise and therefore knows
//! characters that lie on their left side as well as upright ones. Single characters do. The cells of some long lines
//! are cut out, each is rotated alone, and the cells are read side by side as a row. The network then reads two
//! rotations of a character, upright and lying on its left side; Tesseract reads only the upright one. The correct page
//! rotation is the one whose characters are read with confidence, and, if there are two such rotations, the one that is
//! 90° clockwise of the other.
//!
//! The page is rotated only if the best rotation is clearly better than all others. If another rotation is better, but
//! not clearly, the page is not rotated and has a warning. A configured writing direction leaves two rotations, for which
//! the lines found in the ink have that direction.
//!
//! Nine telegrams from clean to heavily degraded, each in four rotations, are all made upright with either engine. None
//! of 63 upright telegrams is rotated. Failure cases: a page with hardly any confident Japanese characters, such as one
//! in another script or a very faint one, is not rotated.

use super::normalize_contrast::normalize_contrast;
use super::{Prepared, Settings, Turn, prepare_normalized};
use crate::background::Background;
use crate::deskew::turn;
use crate::geometry::BBox;
use crate::layout::{Cell, Direction, LayoutOptions, Part};
use crate::page::WritingMode;
use crate::raster::Pixels;
use crate::recognize::Recognizer;
use image::{GrayImage, Luma, imageops};

/// Confidence from which a character counts.
const SURE: f32 = 0.95;
/// Least share of confident characters in the correct rotation.
const CONVINCING: f64 = 0.35;
/// Largest share of confident characters in an unreadable rotation, relative to a readable one.
const UNREAD: f64 = 0.5;
/// Least ratio of the best score to any other. Seven rotations of three telegrams exceed it; not set on data.
const CLEAR: f64 = 1.25;
/// Largest number of cells in a row.
const ROW: usize = 12;
/// Number of rows that are read for each rotation.
const ROWS: usize = 4;
/// Fewest cells for a decision, and for the early exit of a page that is already upright.
const LEAST_CELLS: usize = 12;
/// Side of a cell in a row, px: the input height of the network.
const SIDE: u32 = 48;

/// Prepares the page and rotates it upright if its characters then read better.
pub(super) fn prepare_upright(
    scan: &Pixels,
    background: &Background,
    recognizer: &mut dyn Recognizer,
    settings: &Settings,
) -> Prepared {
    if !settings.deskew.quarter_turns {
        return prepare_normalized(scan, background, settings, &mut |_, _| {});
    }
    let told = settings.layout.direction;
    // With a configured direction, layout finds lines of that direction only. The orientation needs the lines of both.
    let by_ink = Settings {
        layout: LayoutOptions { direction: Direction::Auto, ..settings.layout.clone() },
        ..settings.clone()
    };
    let prepared = prepare_normalized(scan, background, &by_ink, &mut |_, _| {});
    let found = find_turn(&prepared, may_turn(&prepared, told), recognizer);
    if found.degrees == 0 && told == Direction::Auto {
        return Prepared { turn: found, ..prepared };
    }
    let (turned, back) = turn(scan, found.degrees);
    let prepared = prepare_normalized(&turned, background, settings, &mut |_, _| {});
    Prepared { to_scan: prepared.to_scan.then(&back), turn: found, ..prepared }
}

/// The rotations that are compatible with the configured direction, derived from the lines found in the ink.
fn may_turn(page: &Prepared, told: Direction) -> [bool; 4] {
    let lines =
        |mode| page.blocks.iter().filter(|b| b.writing_mode == mode).map(|b| b.lines.len()).sum::<usize>();
    let is_vertical = lines(WritingMode::VerticalRl) > lines(WritingMode::HorizontalTb);
    let lies = match told {
        Direction::Auto => return [true; 4],
        Direction::Vertical => !is_vertical,
        Direction::Horizontal => is_vertical,
    };
    [!lies, lies, !lies, lies]
}

/// Finds the rotation that makes the page upright, among the allowed ones.
fn find_turn(page: &Prepared, may: [bool; 4], recognizer: &mut dyn Recognizer) -> Turn {
    let rows = sample(page);
    let as_it_is = Turn::default();
    if rows.iter().map(Vec::len).sum::<usize>() < LEAST_CELLS {
        return as_it_is;
    }
    let mut read = |row: &[BBox], degrees: u16| sure_cells(&page.gray, row, degrees, recognizer);
    // Only an upright page is readable as given and unreadable after a clockwise quarter turn. One row for each usually
    // suffices: on eleven telegrams of twelve, at least nine of its twelve cells are confident, and at most one after a
    // clockwise quarter turn.
    let (mut given, mut clockwise, mut cells) = (0, 0, 0);
    for row in &rows {
        given += read(row, 0);
        clockwise += read(row, 90);
        cells += row.len();
        let is_clear = 3 * given >= 2 * cells && 4 * clockwise <= given;
        if cells >= LEAST_CELLS && is_clear && may[0] {
            return as_it_is;
        }
    }
    let share = |sure: usize| sure as f64 / cells as f64;
    let (given, clockwise) = (share(given), share(clockwise));
    if given >= CONVINCING && clockwise < UNREAD * given && may[0] {
        return as_it_is;
    }
    let mut all = |degrees: u16| share(rows.iter().map(|row| read(row, degrees)).sum());
    let shares = [given, clockwise, all(180), all(270)];
    // The second term is the rotation by 90° less, which leaves the characters on their left side.
    let score = |turn: usize| shares[turn] + UNREAD * shares[(turn + 3) % 4];
    let allowed = || (0..4).filter(|&turn| may[turn]);
    let best = allowed().max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a))).unwrap_or(0);
    let is_clear = allowed().all(|other| other == best || score(best) > CLEAR * score(other));
    let reads = shares[best] >= CONVINCING;
    Turn {
        degrees: if reads && is_clear { best as u16 * 90 } else { 0 },
        is_unsure: best != 0 && reads && !is_clear,
    }
}

/// Inked cells of the longest lines, one row per line.
fn sample(page: &Prepared) -> Vec<Vec<BBox>> {
    let inked = |cells: &[Cell]| cells.iter().filter(|c| c.ink > 0).map(|c| c.bbox).take(ROW).collect();
    let prints = page.blocks.iter().flat_map(|b| &b.lines).flat_map(|l| &l.parts);
    let mut rows: Vec<Vec<BBox>> = prints
        .filter_map(|part| if let Part::Print(print) = part { Some(inked(&print.cells)) } else { None })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.len()));
    rows.truncate(ROWS);
    rows
}

/// Number of cells of a row that read as confident Japanese characters after a clockwise rotation of each cell.
fn sure_cells(gray: &GrayImage, row: &[BBox], degrees: u16, recognizer: &mut dyn Recognizer) -> usize {
    let is_sure = |text: &str, confidence: f32| {
        confidence > SURE && text.chars().any(|c| matches!(c, 'ぁ'..='ヺ' | '一'..='鿿'))
    };
    let picture = normalize_contrast(compose(gray, row, degrees), WritingMode::HorizontalTb);
    // An engine that fails here also fails on the lines, where the failure is recorded.
    let read = recognizer.read_line(&picture, WritingMode::HorizontalTb).unwrap_or_default();
    read.iter().filter(|g| is_sure(&g.text, g.confidence.value())).count()
}

/// Composes a row image of the cells, each rotated alone.
fn compose(gray: &GrayImage, cells: &[BBox], degrees: u16) -> GrayImage {
    let mut row = GrayImage::from_pixel(SIDE * cells.len() as u32, SIDE, Luma([255]));
    for (place, cell) in (0..).step_by(SIDE as usize).zip(cells) {
        let side = cell.width().max(cell.height()) + 2;
        let square = BBox::from_ltwh(cell.left - 1, cell.top - 1, side, side)
            .intersection(&BBox::of_size(gray.width(), gray.height()));
        if square.is_empty() {
            continue;
        }
        let (width, height) = (square.width() as u32, square.height() as u32);
        let cut = imageops::crop_imm(gray, square.left as u32, square.top as u32, width, height).to_image();
        let (Pixels::Gray(cut), _) = turn(&Pixels::Gray(cut), degrees) else { continue };
        let cut = imageops::resize(&cut, SIDE, SIDE, imageops::FilterType::Triangle);
        imageops::replace(&mut row, &cut, place, 0);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::background::find_background;
    use crate::marks::{MarksMethod, MarksOptions};
    use crate::page::Confidence;
    use crate::recognize::{EngineDescription, ReadGlyph, RecognizeError};

    /// Fake engine: reads characters that are heavy at the bottom, as those of [`page`] are. With `and_the_right`, it
    /// also reads characters that are heavy on the right, like an engine trained on rotated columns.
    struct KnowsTheFoot {
        and_the_right: bool,
        /// Number of rows read.
        rows: usize,
    }

    fn knows_the_foot(and_the_right: bool) -> KnowsTheFoot {
        KnowsTheFoot { and_the_right, rows: 0 }
    }

    impl Recognizer for KnowsTheFoot {
        fn describe(&self) -> EngineDescription {
            EngineDescription { name: "foot".into(), version: String::new(), models: vec![] }
        }

        fn read_line(&mut self, line: &GrayImage, _: WritingMode) -> Result<Vec<ReadGlyph>, RecognizeError> {
            let glyph = |place: u32| {
                let cell = imageops::crop_imm(line, place * SIDE, 0, SIDE, SIDE).to_image();
                let ink = |inside: &dyn Fn(u32, u32) -> bool| {
                    cell.enumerate_pixels().filter(|(x, y, p)| p.0[0] < 128 && inside(*x, *y)).count()
                };
                let is_upright = ink(&|_, y| y >= SIDE / 2) > 2 * ink(&|_, y| y < SIDE / 2);
                let is_on_its_left = ink(&|x, _| x >= SIDE / 2) > 2 * ink(&|x, _| x < SIDE / 2);
                let is_known = is_upright || self.and_the_right && is_on_its_left;
                ReadGlyph {
                    text: "土".into(),
                    bbox: BBox::from_ltwh((place * SIDE) as i32, 0, SIDE as i32, SIDE as i32),
                    confidence: Confidence::clamped(if is_known { 0.99 } else { 0.8 }),
                    alternatives: vec![],
                }
            };
            let read = (0..line.width() / SIDE).map(glyph).collect();
            self.rows += 1;
            Ok(read)
        }
    }

    /// Three lines of characters with two thick legs each.
    fn page() -> Pixels {
        Pixels::Gray(GrayImage::from_fn(800, 500, |x, y| {
            let in_line = (80..720).contains(&x) && (80..440).contains(&y) && (y - 80) % 120 < 40;
            let (dx, dy) = ((x - x.min(80)) % 44, (y - y.min(80)) % 120);
            let (stem, legs) = ((16..20).contains(&dx), (2..14).contains(&dx) || (22..34).contains(&dx));
            let ink =
                in_line && (stem || dy >= 22 && legs || (20..26).contains(&dy) && (10..26).contains(&dx));
            Luma([if ink { 10 } else { 250 }])
        }))
    }

    /// Lines from ink only, because the segmentation network was not trained on such synthetic characters.
    fn by_ink() -> Settings {
        let marks = MarksOptions { method: MarksMethod::Rules, ..MarksOptions::default() };
        Settings { marks, ..Settings::default() }
    }

    fn prepared(scan: &Pixels, engine: &mut dyn Recognizer, settings: &Settings) -> Prepared {
        prepare_upright(scan, &find_background(scan, &settings.background), engine, settings)
    }

    #[test]
    fn a_page_turned_any_way_is_set_upright_whatever_its_engine_has_learned() {
        for (degrees, and_the_right) in [0, 90, 180, 270].into_iter().flat_map(|d| [(d, false), (d, true)]) {
            let (scan, _) = turn(&page(), degrees);
            let prepared = prepared(&scan, &mut knows_the_foot(and_the_right), &by_ink());
            assert_eq!(prepared.turn.degrees, (360 - degrees) % 360, "{degrees} {and_the_right}");
            let (width, height) = scan.dimensions();
            let first = prepared.to_scan.apply_bbox(&prepared.blocks[0].lines[0].bbox);
            assert_eq!(first.intersection(&BBox::of_size(width, height)), first, "{degrees}");
        }
    }

    #[test]
    fn a_row_of_each_turn_is_enough_for_a_page_that_reads_surely() {
        let mut engine = knows_the_foot(true);
        assert_eq!(prepared(&page(), &mut engine, &by_ink()).turn.degrees, 0);
        assert_eq!(engine.rows, 2);
    }

    #[test]
    fn a_page_stays_as_it_is_where_turns_are_not_wanted_or_nothing_reads() {
        let (scan, _) = turn(&page(), 180);
        let mut unwanted = by_ink();
        unwanted.deskew.quarter_turns = false;
        assert_eq!(prepared(&scan, &mut knows_the_foot(true), &unwanted).turn.degrees, 0);
        let mut engine = crate::recognize::replay::Replay::new(["土"; 32]);
        assert_eq!(prepared(&scan, &mut engine, &by_ink()).turn.degrees, 0);
    }
}
