//! Characters as numbers: each distinct grapheme cluster (UAX #29) has one.

use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;

/// The first number that is no code point.
const FIRST_CLUSTER: u32 = 0x11_0000;

/// Numbers of characters: a single code point's own value, or an assigned one for a longer cluster or a word.
#[derive(Debug, Default)]
pub(super) struct Characters {
    numbers: HashMap<String, u32>,
    clusters: Vec<String>,
}

impl Characters {
    /// The number of a cluster or word.
    pub(super) fn number(&mut self, cluster: &str) -> u32 {
        let mut code_points = cluster.chars();
        if let (Some(only), None) = (code_points.next(), code_points.next()) {
            return u32::from(only);
        }
        if let Some(&number) = self.numbers.get(cluster) {
            return number;
        }
        let number = FIRST_CLUSTER + self.numbers.len() as u32;
        self.numbers.insert(cluster.to_owned(), number);
        self.clusters.push(cluster.to_owned());
        number
    }

    pub(super) fn of(&mut self, text: &str) -> Vec<u32> {
        text.graphemes(true).map(|g| self.number(g)).collect()
    }

    /// The character or word of a number.
    pub(super) fn text(&self, number: u32) -> String {
        match char::from_u32(number) {
            Some(c) => c.to_string(),
            None => self.clusters.get((number - FIRST_CLUSTER) as usize).cloned().unwrap_or_default(),
        }
    }
}
