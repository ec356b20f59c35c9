//! Context model: chooses between similar characters by the neighbouring characters.
//!
//! The model is a back-off trigram model (Katz 1987, Witten-Bell smoothing) over text as printed in telegrams, with old
//! and new spellings. `scripts/train/context.py` creates and describes its file. It decides only between near-equal
//! readings of the network, and never on spelling: old and new forms of a kanji, small and large kana, and commas and
//! full stops each share one symbol, so nothing is modernized.
//!
//! A Viterbi search finds the best path through all cells of a line, with costs from network and model. The confidence
//! of a cell is derived from its readings, weighted by the chosen neighbours.
//!
//! The constants were chosen on the lines of the 63 telegrams at true boxes: wrong characters 248 -> 166 of 24,062, and
//! no right character became wrong. On lines of telegrams with other printing technologies, which were not used for the
//! choice: 140 -> 122 of 11,196 (3 became wrong). On real printed lines: 35 -> 37 of 6,212 (4 became wrong).

use std::collections::HashMap;
use std::ops::Range;

/// The built-in model.
pub(super) const BUILT_IN: (&str, &[u8]) =
    ("denshin-context", include_bytes!("../../../models/denshin-context.bin"));
/// Magic number at the start of the file.
const MAGIC: &[u8] = b"denshin\x01";
/// Units of cost in the file per natural logarithm.
const STEPS: f32 = 8.0;
/// Weight of the model relative to the network. On the lines above, 0.2 leaves 177 wrong characters, 0.3 leaves 166.
const WEIGHT: f32 = 0.3;
/// Least probability of a near-equal reading, relative to the most likely one; 0.1 leaves 167 wrong characters.
pub(super) const NEAR: f32 = 0.05;
/// Cost of dropping a cell. Without it, dropping would always be cheapest. At a weight of 0.2, 3 leaves 174 wrong, 5
/// leaves 180.
const NOTHING: f32 = 3.9;
/// Largest cost of a character, because an unseen word is weak evidence. Without it, at a weight of 0.2, 171 are wrong,
/// but 3 of them were right before.
const DEAREST: f32 = 8.0;
/// Beam width of the search, in paths.
const PATHS: usize = 12;

/// A class of characters that the model does not distinguish. All unknown characters are [`UNSEEN`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol(u16);

/// Symbol before the first character of a line.
const START: Symbol = Symbol(0);
const UNSEEN: Symbol = Symbol(u16::MAX);

/// A reading of a cell from the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// Class in the network.
    pub class: usize,
    /// Symbol of the character; `None` for no character.
    pub symbol: Option<Symbol>,
    /// Probability from the network.
    pub probability: f32,
}

/// A symbol after a context, with the range of its followers.
struct Node {
    symbol: Symbol,
    cost: f32,
    /// Cost of backing off to the shorter context.
    back_off: f32,
    /// Range of the followers in the next level.
    after: Range<usize>,
}

/// The trigram model.
pub(super) struct Context {
    characters: HashMap<char, Symbol>,
    symbols: Vec<Node>,
    pairs: Vec<Node>,
    triples: Vec<(Symbol, f32)>,
}

impl Context {
    /// Parses a model file; `None` if the bytes are not valid.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = Bytes(bytes.strip_prefix(MAGIC)?);
        let [characters, symbols] = [usize::from(rest.u16()?), usize::from(rest.u16()?)];
        let [pairs, triples] = [rest.u32()? as usize, rest.u32()? as usize];
        let mut numbers = HashMap::with_capacity(characters);
        for _ in 0..characters {
            numbers.insert(char::from_u32(rest.u32()?)?, Symbol(rest.u16()?));
        }
        let mut next = 0;
        let mut nodes = Vec::with_capacity(symbols);
        for number in 0..symbols {
            nodes.push(rest.node(Symbol(u16::try_from(number).ok()?), &mut next)?);
        }
        let mut followers = Vec::with_capacity(pairs.min(bytes.len()));
        let mut last = 0;
        for _ in 0..pairs {
            let symbol = Symbol(rest.u16()?);
            followers.push(rest.node(symbol, &mut last)?);
        }
        let mut leaves = Vec::with_capacity(triples.min(bytes.len()));
        for _ in 0..triples {
            leaves.push((Symbol(rest.u16()?), rest.cost()?));
        }
        let is_whole = next == pairs && last == triples && rest.0.is_empty();
        is_whole.then_some(Self { characters: numbers, symbols: nodes, pairs: followers, triples: leaves })
    }

    /// Symbol of a character of the recognizer.
    pub(super) fn symbol(&self, character: &str) -> Symbol {
        let mut chars = character.chars();
        let only = chars.next().filter(|_| chars.as_str().is_empty());
        only.and_then(|c| self.characters.get(&c)).copied().unwrap_or(UNSEEN)
    }

    /// Negative natural logarithm of the probability of `next` after the two symbols in `before`.
    fn cost(&self, before: [Symbol; 2], next: Symbol) -> f32 {
        let mut cost = 0.0;
        if let Some(pair) = self.pair(before) {
            let triples = &self.triples[pair.after.clone()];
            match triples.binary_search_by_key(&next.0, |(symbol, _)| symbol.0) {
                Ok(found) => return triples[found].1,
                Err(_) => cost += pair.back_off,
            }
        }
        if let Some(pair) = self.pair([before[1], next]) {
            return cost + pair.cost;
        }
        cost += self.symbols.get(usize::from(before[1].0)).map_or(0.0, |node| node.back_off);
        self.symbols.get(usize::from(next.0)).map_or(f32::INFINITY, |node| cost + node.cost)
    }

    fn pair(&self, [first, second]: [Symbol; 2]) -> Option<&Node> {
        let pairs = &self.pairs[self.symbols.get(usize::from(first.0))?.after.clone()];
        pairs.binary_search_by_key(&second.0, |node| node.symbol.0).ok().map(|found| &pairs[found])
    }

    /// Chosen reading of each cell, and the probabilities of its readings. Each cell must have at least one reading.
    pub(super) fn decide(&self, cells: &[Vec<Reading>]) -> Vec<(usize, Vec<f32>)> {
        let chosen = self.likeliest_path(cells);
        (0..cells.len()).map(|i| (chosen[i], self.weighed(cells, &chosen, i))).collect()
    }

    fn likeliest_path(&self, cells: &[Vec<Reading>]) -> Vec<usize> {
        let mut paths =
            vec![Path { cost: 0.0, end: [UNSEEN, START], taken: Vec::with_capacity(cells.len()) }];
        for cell in cells {
            if let ([path], [reading]) = (&mut paths[..], &cell[..]) {
                path.go(0, reading.symbol, 0.0);
                continue;
            }
            let mut longer: Vec<Path> = Vec::with_capacity(paths.len() * cell.len());
            for path in &paths {
                for (i, cost) in self.costs(cell, path.end).into_iter().enumerate() {
                    let mut path = path.clone();
                    path.go(
                        i,
                        cell[i].symbol,
                        WEIGHT * cost - cell[i].probability.max(f32::MIN_POSITIVE).ln(),
                    );
                    longer.push(path);
                }
            }
            longer.sort_by(|a, b| a.cost.total_cmp(&b.cost));
            paths.clear();
            for path in longer {
                if paths.len() < PATHS && paths.iter().all(|better: &Path| better.end != path.end) {
                    paths.push(path);
                }
            }
        }
        paths.swap_remove(0).taken
    }

    /// Cost of each reading of a cell after two symbols.
    fn costs(&self, cell: &[Reading], before: [Symbol; 2]) -> Vec<f32> {
        cell.iter()
            .map(|reading| reading.symbol.map_or(NOTHING, |symbol| self.cost(before, symbol).min(DEAREST)))
            .collect()
    }

    /// Probabilities of the readings of a cell, given the chosen neighbours. Their sum is that of the network's
    /// probabilities.
    fn weighed(&self, cells: &[Vec<Reading>], chosen: &[usize], at: usize) -> Vec<f32> {
        let cell = &cells[at];
        let all: f32 = cell.iter().map(|reading| reading.probability).sum();
        if cell.len() == 1 || all <= 0.0 {
            return cell.iter().map(|reading| reading.probability).collect();
        }
        let symbol = |i: usize| cells[i][chosen[i]].symbol;
        let mut before = [UNSEEN, START];
        (0..at).filter_map(symbol).for_each(|symbol| before = [before[1], symbol]);
        let after: Vec<Symbol> = (at + 1..cells.len()).filter_map(symbol).take(2).collect();
        let follows = |reading: &Reading| {
            let mut before = reading.symbol.map_or(before, |symbol| [before[1], symbol]);
            let mut cost = 0.0;
            for &next in &after {
                cost += self.cost(before, next).min(DEAREST);
                before = [before[1], next];
            }
            cost
        };
        let weigh = |(reading, own): (&Reading, f32)| {
            reading.probability * (-WEIGHT * (own + follows(reading))).exp()
        };
        let weights: Vec<f32> = cell.iter().zip(self.costs(cell, before)).map(weigh).collect();
        let sum: f32 = weights.iter().sum();
        weights.iter().map(|weight| all * weight / sum).collect()
    }
}

/// A path through the first cells of a line.
#[derive(Clone)]
struct Path {
    cost: f32,
    /// The last two symbols.
    end: [Symbol; 2],
    /// Index of the chosen reading for each cell.
    taken: Vec<usize>,
}

impl Path {
    fn go(&mut self, reading: usize, symbol: Option<Symbol>, cost: f32) {
        self.cost += cost;
        self.end = symbol.map_or(self.end, |symbol| [self.end[1], symbol]);
        self.taken.push(reading);
    }
}

/// The unread rest of the file.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn cost(&mut self) -> Option<f32> {
        self.take().map(|[steps]| f32::from(steps) / STEPS)
    }

    /// Parses the costs and follower count of a node. Its followers start at `next` in the next level.
    fn node(&mut self, symbol: Symbol, next: &mut usize) -> Option<Node> {
        let (cost, back_off) = (self.cost()?, self.cost()?);
        let start = *next;
        *next += usize::from(self.u16()?);
        Some(Node { symbol, cost, back_off, after: start..*next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context::parse(BUILT_IN.1).expect("the model of the program")
    }

    /// Decides cells of readings with probabilities; "" is no character.
    fn read(cells: &[&[(&str, f32)]]) -> (String, Vec<Vec<f32>>) {
        let context = context();
        let reading = |&(text, probability): &(&str, f32)| {
            let symbol = (!text.is_empty()).then(|| context.symbol(text));
            Reading { class: 0, symbol, probability }
        };
        let given: Vec<Vec<Reading>> = cells.iter().map(|cell| cell.iter().map(reading).collect()).collect();
        let decided = context.decide(&given);
        let text = decided.iter().zip(cells).map(|((taken, _), cell)| cell[*taken].0).collect();
        (text, decided.into_iter().map(|(_, likely)| likely).collect())
    }

    #[test]
    fn neighbours_tell_characters_that_are_one_picture() {
        let ro: &[(&str, f32)] = &[("口", 0.5), ("ロ", 0.5)];
        assert_eq!(read(&[ro, &[("シ", 1.0)], &[("ア", 1.0)]]).0, "ロシア");
        assert_eq!(read(&[&[("人", 1.0)], ro, &[("は", 1.0)]]).0, "人口は");
        let he: &[(&str, f32)] = &[("へ", 0.5), ("ヘ", 0.5)];
        assert_eq!(read(&[&[("大", 1.0)], &[("使", 1.0)], he, &[("の", 1.0)]]).0, "大使への");
    }

    #[test]
    fn a_network_that_is_sure_is_not_overruled() {
        assert_eq!(read(&[&[("口", 0.97), ("ロ", 0.03)], &[("シ", 1.0)], &[("ア", 1.0)]]).0, "口シア");
    }

    #[test]
    fn spelling_is_the_business_of_print_alone() {
        for (printed, other) in
            [("號", "号"), ("つ", "っ"), ("ツ", "ッ"), ("總", "総"), ("号", "號"), ("，", "、"), ("．", "。")]
        {
            let cell: &[(&str, f32)] = &[(printed, 0.51), (other, 0.49)];
            let (text, likely) = read(&[&[("正", 1.0)], cell, &[("た", 1.0)]]);
            assert_eq!(text, format!("正{printed}た"));
            assert!((likely[1][0] - 0.51).abs() < 1e-6, "{likely:?}");
        }
    }

    #[test]
    fn nothing_may_be_the_likelier_reading() {
        let speck: &[(&str, f32)] = &[("』", 0.5), ("", 0.45)];
        assert_eq!(read(&[&[("で", 1.0)], speck, &[("あ", 1.0)], &[("る", 1.0)]]).0, "である");
    }

    #[test]
    fn readings_of_a_cell_share_what_the_network_gave_them() {
        let (_, likely) = read(&[&[("太", 0.5), ("大", 0.3)], &[("使", 1.0)]]);
        assert!(
            (likely[0].iter().sum::<f32>() - 0.8).abs() < 1e-5 && likely[0][1] > likely[0][0],
            "{likely:?}"
        );
        assert_eq!(likely[1], [1.0]);
    }

    #[test]
    fn probabilities_of_what_may_follow_sum_to_one() {
        let context = context();
        for before in ["\n", "大", "電", "第"] {
            let before = [UNSEEN, context.symbol(before)];
            let all = (0..context.symbols.len()).map(|i| (-context.cost(before, Symbol(i as u16))).exp());
            let sum: f32 = all.sum();
            assert!((0.85..1.15).contains(&sum), "{before:?} {sum}"); // costs are rounded to an eighth
        }
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let whole = BUILT_IN.1;
        assert!(Context::parse(&[]).is_none());
        assert!(Context::parse(&whole[..whole.len() - 1]).is_none());
        assert!(Context::parse(&whole[..100]).is_none());
        assert!(Context::parse(&[whole, &[0]].concat()).is_none());
    }
}
