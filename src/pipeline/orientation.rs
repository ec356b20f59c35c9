//! Which way up a page stands, by how its characters read.
//!
//! Ink alone does not tell: columns turned by a quarter look like lines. Nor does the reading of whole lines: a network
//! that reads columns turned onto their side knows characters that lie on their left side as well as upright ones, so a
//! page on its side reads surely too. Single characters tell. The cells of some long lines are cut out, each is turned
//! on its own, and they are read side by side as a row. An engine that reads columns turned counter-clockwise reads two
//! turns of a character: upright and lying on its left side; Tesseract, given a row, reads one. Either way the turn
//! that sets the page upright is the one that reads surely itself and, where two do, whose next turn does too.
//!
//! A turn needs a clear margin over the page as it is; without one the page stays as it is, and says so. A direction of
//! writing that the user tells leaves two turns: those by which the lines that the ink shows run so.
//!
//! Nine cables from clean to heavy, each turned four ways, are all set upright with either engine, and none of 63
//! upright ones is turned. A page with hardly any Japanese that reads surely, in another script or very faint, stays as
//! it is.

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

/// A character is sure from here on.
const SURE: f32 = 0.95;
/// Share of sure characters of one turn at which the page is taken to stand that way.
const CONVINCING: f64 = 0.35;
/// As much as a turn that does not read may have, of the one that does.
const UNREAD: f64 = 0.5;
/// A page is turned where so many times as much reads as in any other turn. Seven turns of three cables clear it; it was not
/// set on data.
const CLEAR: f64 = 1.25;
/// Cells of one row.
const ROW: usize = 12;
/// Rows that are read of each turn.
const ROWS: usize = 4;
/// Fewest cells that tell anything. So many that read surely, and hardly any of them clockwise, tell all.
const LEAST_CELLS: usize = 12;
/// Side of a cell in a row, pixels: the height that the network reads at.
const SIDE: u32 = 48;

/// The page prepared, turned upright where its characters read better so.
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
    // Told of a direction, layout finds lines of no other, whichever way the page lies.
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

/// Which of the four turns a direction of writing leaves, by the lines that the ink shows.
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

/// The turn that sets the page upright, of those that it may be.
fn find_turn(page: &Prepared, may: [bool; 4], recognizer: &mut dyn Recognizer) -> Turn {
    let rows = sample(page);
    let as_it_is = Turn::default();
    if rows.iter().map(Vec::len).sum::<usize>() < LEAST_CELLS {
        return as_it_is;
    }
    let mut read = |row: &[BBox], degrees: u16| sure_cells(&page.gray, row, degrees, recognizer);
    // Upright is the only way in which this turn reads and a clockwise one does not. Most pages need no more than a row
    // of each: of its twelve cells nine or more read surely on eleven cables of twelve, clockwise one at most.
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
    // The turn before: what it leaves lying on its left side.
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

/// Cells with print of the longest lines, row by row.
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

/// How many cells of a row, each turned clockwise by so many degrees, read as Japanese characters surely.
fn sure_cells(gray: &GrayImage, row: &[BBox], degrees: u16, recognizer: &mut dyn Recognizer) -> usize {
    let is_sure = |text: &str, confidence: f32| {
        confidence > SURE && text.chars().any(|c| matches!(c, 'ぁ'..='ヺ' | '一'..='鿿'))
    };
    let picture = normalize_contrast(compose(gray, row, degrees), WritingMode::HorizontalTb);
    // An engine that fails here fails on the lines too, where that is recorded.
    let read = recognizer.read_line(&picture, WritingMode::HorizontalTb).unwrap_or_default();
    read.iter().filter(|g| is_sure(&g.text, g.confidence.value())).count()
}

/// The cells side by side, each turned on its own.
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

    /// Reads surely what is heavy at its foot, as the characters of [`page`] are; or, where it has learned columns laid
    /// on their side, at its right too.
    struct KnowsTheFoot {
        and_the_right: bool,
        /// Rows that it was given.
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

    /// Three lines of characters that stand on two thick legs.
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

    /// Lines are told by their ink: the network of the marks has seen no signs such as those drawn here.
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
