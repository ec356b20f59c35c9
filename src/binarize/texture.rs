//! Texture: ink that cannot be text, such as the dots of halftones and dithers, and noise.
//!
//! A page of noise has a hundred thousand connected components, and later stages examine each of them as a stroke, a
//! side of a mark or a character. This stage removes such ink first. It divides the page into tiles of [`TILE_PX`].
//! In a tile of text there are few components, and most of the ink belongs to components with strokes, which do not
//! fill their boxes. A tile whose ink is finer than any print (more runs of ink along its rows) is texture as a
//! whole, and is erased before components are computed. A tile with more components than legible text, or with many
//! components and nearly all of its ink in dots (components too small to be read, or small and filled), is texture if
//! its neighbours are texture too. Components that reach far beyond a tile are kept, because there are few of them.
//!
//! The thresholds were measured on 148 pages (63 synthetic cables, 18 more of other types and copiers, 12 samples, 39
//! photographs and scans of books and cables, 16 altered ones); no part of any of them is classified as texture.
//! Tiles have up to 95 components. In tiles with 40 or more, dots hold at most 0.75 of the ink; in tiles with 16 or
//! more and a tenth of the area in dots, less than 0.9. Print 12 px high has up to 122 components; print 9 px high,
//! which is illegible, has 160 to 190; halftones of 5 to 12 px have 114 to 660; noise in a tenth of the pixels has
//! 117 to 147, with all ink in dots. On 113 other pages (cables and real scans) the tile with the most runs has
//! 1,228, and print 10 px high set close has 1,930; noise that inks half of the page, dithers and checkerboards have
//! 4,000 to 8,192.

use crate::geometry::BBox;
use crate::raster::{Binary, Component, ink_runs};

/// Side of a tile, px.
const TILE_PX: i32 = 128;
/// Least longer side of a component that is counted, px: single pixels lie between the strokes of every bad scan.
const COUNTED_PX: i32 = 3;
/// Least longer side of a component that can be read, px.
const SPECK_PX: i32 = 8;
/// A component is a dot if it fills this fraction of its bounding box and its longer side is below this many px.
const FILLED: (f64, i32) = (0.6, 64);
/// Longer components, px, are lines, frames or pictures.
const LONGEST_PX: i32 = 200;
/// Runs of ink along the rows of a tile: more than any print has.
const TOO_FINE: u32 = 2500;
/// Components of a tile: more than legible print has.
const TOO_MANY: f64 = 150.0;
/// Fewest components of a tile of dots, and least fraction of its ink in dots.
const MANY: f64 = 40.0;
const DOTTED: f64 = 0.9;
/// Fewest components of a tile of coarse dots, and least fraction of the tile that the dots cover.
const COARSE: (f64, f64) = (16.0, 0.1);
/// Fewest connected tiles of texture.
const NEIGHBOURS: u64 = 4;
/// Longer side below which a component in a tile of dots is taken for touching dots, px. In a tile with too many
/// components, all that are shorter than the tile are texture.
const AMONG_DOTS_PX: i32 = 16;

/// Texture of a page: the areas without text and the ink in them.
#[derive(Debug, Clone, PartialEq)]
pub struct Texture {
    /// Bounding boxes of the areas.
    pub places: Vec<BBox>,
    /// Ink of the texture.
    pub ink: Binary,
}

/// Finds the texture of a page; `None` if it has none.
#[must_use]
pub fn find_texture(ink: &Binary) -> Option<Texture> {
    let Some(fine) = find_fine(ink) else { return find_dotted(ink) };
    let Some(dotted) = find_dotted(&ink.without(&fine.ink)) else { return Some(fine) };
    let places = [fine.places, dotted.places].concat();
    Some(Texture { places, ink: fine.ink.with(&dotted.ink) })
}

/// Finds ink that is finer than print. It does not compute components, of which there may be millions.
fn find_fine(ink: &Binary) -> Option<Texture> {
    let grid = Grid::of(ink);
    let mut runs = vec![0_u32; grid.len()];
    for y in 0..ink.height() {
        ink_runs(ink.row(y)).for_each(|run| runs[grid.at(run.start as i32, y as i32)] += 1);
    }
    let is_fine = |index: usize| {
        let whole = i64::from(TILE_PX * TILE_PX);
        // In a partial tile at the page's edge, a rule along the edge has many runs for its area.
        let area = grid.place(index).area().max(whole / 2);
        i64::from(runs[index]) * whole >= i64::from(TOO_FINE) * area
    };
    let groups = grid.groups(is_fine);
    if groups.around.is_empty() {
        return None;
    }
    let mut fine = Binary::new(ink.width(), ink.height());
    for place in groups.tiles.into_iter().map(|tile| grid.place(tile)) {
        for y in place.top as u32..place.bottom as u32 {
            let columns = place.left as usize..place.right as usize;
            fine.row_mut(y)[columns.clone()].copy_from_slice(&ink.row(y)[columns]);
        }
    }
    Some(Texture { places: groups.around.iter().map(|tiles| grid.on_page(tiles)).collect(), ink: fine })
}

struct Grid {
    columns: u32,
    rows: u32,
    page: BBox,
}

/// Groups of connected tiles that are large enough to be texture.
struct Groups {
    /// Bounding box of each group, in tiles.
    around: Vec<BBox>,
    tiles: Vec<usize>,
}

impl Grid {
    fn of(ink: &Binary) -> Self {
        let [columns, rows] = [ink.width(), ink.height()].map(|side| side.div_ceil(TILE_PX as u32));
        Self { columns, rows, page: ink.bbox() }
    }

    fn len(&self) -> usize {
        (self.columns * self.rows) as usize
    }

    /// Index of the tile that contains a pixel.
    fn at(&self, x: i32, y: i32) -> usize {
        (y / TILE_PX * self.columns as i32 + x / TILE_PX) as usize
    }

    /// Bounding box of a tile on the page; tiles at the right and bottom edges are smaller.
    fn place(&self, index: usize) -> BBox {
        let (column, row) = (index as i32 % self.columns as i32, index as i32 / self.columns as i32);
        self.on_page(&BBox::from_ltwh(column, row, 1, 1))
    }

    /// Converts a box in tiles to a box in pixels of the page.
    fn on_page(&self, tiles: &BBox) -> BBox {
        let [left, top, right, bottom] =
            [tiles.left, tiles.top, tiles.right, tiles.bottom].map(|v| v * TILE_PX);
        BBox::from_ltrb(left, top, right, bottom).intersection(&self.page)
    }

    fn groups(&self, is_texture: impl Fn(usize) -> bool) -> Groups {
        let mut found = Binary::new(self.columns, self.rows);
        for index in (0..self.columns * self.rows).filter(|&index| is_texture(index as usize)) {
            found.set(index % self.columns, index / self.columns, true);
        }
        let (components, labels) = found.components();
        let is_large = |component: &Component| component.ink >= NEIGHBOURS;
        let runs = labels.runs().filter(|&(.., component)| is_large(&components[component]));
        let first = |y: u32| (y * self.columns) as usize;
        let tiles = runs.flat_map(|(y, columns, _)| columns.map(move |x| first(y) + x)).collect();
        Groups { around: components.iter().filter(|c| is_large(c)).map(|c| c.bbox).collect(), tiles }
    }
}

/// Finds tiles of dots and tiles with more components than text has.
fn find_dotted(ink: &Binary) -> Option<Texture> {
    let (components, labels) = ink.components();
    let tiles = Tiles::of(ink, &components);
    let places = tiles.grid.groups(|index| tiles.kind(index).is_some()).around;
    if places.is_empty() {
        return None;
    }
    let mut kinds = vec![None; tiles.all.len()];
    for place in &places {
        for (row, column) in
            (place.top..place.bottom).flat_map(|y| (place.left..place.right).map(move |x| (y, x)))
        {
            let index = tiles.grid.at(column * TILE_PX, row * TILE_PX);
            kinds[index] = tiles.kind(index);
        }
    }
    let goes: Vec<bool> =
        components.iter().map(|c| kinds[tiles.at(c)].is_some_and(|kind| is_texture(c, kind))).collect();
    let mut texture = Binary::new(ink.width(), ink.height());
    for (y, columns, _) in labels.runs().filter(|&(.., component)| goes[component]) {
        texture.row_mut(y)[columns].fill(255);
    }
    Some(Texture { places: places.iter().map(|place| tiles.grid.on_page(place)).collect(), ink: texture })
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// More components than text has.
    TooMany,
    Dots,
}

fn side(component: &Component) -> i32 {
    component.bbox.width().max(component.bbox.height())
}

fn is_dot(component: &Component) -> bool {
    let filled = component.ink as f64 >= FILLED.0 * component.bbox.area() as f64;
    side(component) < SPECK_PX || (filled && side(component) < FILLED.1)
}

/// Whether a component in a tile of a kind belongs to the texture.
fn is_texture(component: &Component, kind: Kind) -> bool {
    match kind {
        Kind::TooMany => side(component) < TILE_PX,
        Kind::Dots => is_dot(component) || side(component) < AMONG_DOTS_PX,
    }
}

/// Statistics of the components whose centre lies in a tile.
#[derive(Debug, Clone, Copy, Default)]
struct Tile {
    pieces: f64,
    /// Ink pixels of all components except the longest, and of dots.
    ink: f64,
    dots: f64,
}

struct Tiles {
    grid: Grid,
    all: Vec<Tile>,
}

impl Tiles {
    fn of(ink: &Binary, components: &[Component]) -> Self {
        let grid = Grid::of(ink);
        let mut tiles = Self { all: vec![Tile::default(); grid.len()], grid };
        for component in components {
            let at = tiles.at(component);
            let tile = &mut tiles.all[at];
            tile.pieces += f64::from(u8::from(side(component) >= COUNTED_PX));
            if side(component) < LONGEST_PX {
                tile.ink += component.ink as f64;
                tile.dots += if is_dot(component) { component.ink as f64 } else { 0.0 };
            }
        }
        tiles
    }

    /// Index of the tile in which a component is counted.
    fn at(&self, component: &Component) -> usize {
        let [x, y] = [component.bbox.left + component.bbox.right, component.bbox.top + component.bbox.bottom];
        self.grid.at(x / 2, y / 2)
    }

    /// Kind of texture of a tile; `None` if the tile may hold text.
    fn kind(&self, index: usize) -> Option<Kind> {
        let area = self.grid.place(index).area() as f64;
        let whole = f64::from(TILE_PX * TILE_PX);
        let tile = &self.all[index];
        let pieces = tile.pieces * whole / area.max(0.1 * whole);
        let coarse = pieces >= COARSE.0 && tile.dots >= COARSE.1 * area;
        if pieces >= TOO_MANY {
            Some(Kind::TooMany)
        } else if (pieces >= MANY || coarse) && tile.dots >= DOTTED * tile.ink {
            Some(Kind::Dots)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(is_ink: impl Fn(u32, u32) -> bool) -> Binary {
        let mut page = Binary::new(1000, 880);
        for (x, y) in (0..880).flat_map(|y| (0..1000).map(move |x| (x, y))).filter(|&(x, y)| is_ink(x, y)) {
            page.set(x, y, true);
        }
        page
    }

    /// A pseudo-random number below 100 for each pixel.
    fn chance(x: u32, y: u32) -> u32 {
        let mut dice = (x ^ y.rotate_left(16)).wrapping_mul(0x9E37_79B1);
        dice = (dice ^ (dice >> 15)).wrapping_mul(0x85EB_CA77);
        (dice ^ (dice >> 13)) % 100
    }

    /// Rows of characters that resemble 田, 20 px high.
    fn print(x: u32, y: u32) -> bool {
        let (dx, dy) = (x % 24, y % 34);
        let inside = (4..24).contains(&dx) && (4..24).contains(&dy);
        inside && [4, 5, 13, 14, 22, 23].iter().any(|&at| dx == at || dy == at)
    }

    #[test]
    fn dots_and_noise_are_texture_and_leave_hardly_any_pieces() {
        let pages = [
            page(|x, y| chance(x, y) < 10),
            page(|x, y| chance(x, y) < 20),
            page(|x, y| chance(x, y) < 50),
            page(|x, y| (x + y) % 2 == 0),
            page(|x, y| (x / 2 + y / 2) % 2 == 0),
            page(|x, y| x % 18 < 9 && y % 18 < 9),
            page(|x, y| (x % 24).abs_diff(8).pow(2) + (y % 24).abs_diff(8).pow(2) < 64),
            page(|x, y| (x + y) % 12 < 4 && (x + 12 - y % 12) % 12 < 4),
        ];
        for (i, ink) in pages.iter().enumerate() {
            let texture = find_texture(ink).unwrap_or_else(|| panic!("page {i}"));
            let left = ink.without(&texture.ink).components().0.len();
            assert_eq!(texture.places, [ink.bbox()], "page {i}");
            assert!(left * 100 <= ink.components().0.len(), "page {i}: {left} pieces are left");
        }
    }

    #[test]
    fn print_is_no_texture_be_it_small_or_among_specks() {
        assert_eq!(find_texture(&page(print)), None);
        assert_eq!(find_texture(&page(|x, y| print(x, y) || chance(x, y) < 2)), None);
        assert_eq!(find_texture(&page(|x, y| print(2 * x, 2 * y))), None, "10 px high");
        assert_eq!(find_texture(&Binary::new(0, 0)), None);
        let mut rule_at_the_edge = Binary::new(1029, 880);
        (0..880).for_each(|y| rule_at_the_edge.set(1027, y, true));
        assert_eq!(find_texture(&rule_at_the_edge), None);
        assert_eq!(find_texture(&page(|x, y| x < 120 && (print(x, y) || chance(x, y) < 10))), None);
    }

    #[test]
    fn print_beside_a_halftone_stays() {
        let ink = page(|x, y| if y < 512 { print(x, y) } else { x % 8 < 4 && y % 8 < 4 });
        let texture = find_texture(&ink).expect("the lower half");
        assert_eq!(texture.places, [BBox::from_ltrb(0, 512, 1000, 880)]);
        assert_eq!(ink.without(&texture.ink), page(|x, y| y < 512 && print(x, y)));
    }
}
