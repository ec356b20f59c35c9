//! Times of searches in an index: median and 95th percentile in milliseconds, warm.
//!
//! `INDEX=folder cargo bench --bench search`. Without INDEX nothing is measured. The index of `scripts/collection` holds the
//! phrases below.

#![expect(clippy::print_stdout, reason = "a program")]

use denshin::index::{Filters, Query, Searcher};
use std::path::Path;
use std::time::Instant;

/// Words, phrases, single characters, operators.
const QUERIES: [&str; 12] = [
    "領土問題",
    "会談",
    "「首脳会談」 ロシア",
    "交渉 -漁業",
    "経済 OR 貿易",
    "大臣",
    "の",
    "第5517号",
    "エリツィン",
    "昭和四十六年",
    "政府 協定 会議",
    "number:1234",
];
const ROUNDS: usize = 20;

fn main() {
    let Some(folder) = std::env::var_os("INDEX") else {
        println!("search: INDEX names no index, nothing is measured");
        return;
    };
    let searcher = Searcher::open(Path::new(&folder)).expect("an index");
    println!("{} documents", searcher.documents());
    let filtered = Filters {
        from: Some(19_500_101),
        to: Some(19_801_231),
        posts: vec!["米".into(), "英".into()],
        ..Filters::default()
    };
    let tolerant = Filters { confusable: true, ..Filters::default() };
    for (name, filters, facets) in [
        ("all", &Filters::default(), false),
        ("dates and posts", &filtered, false),
        ("dates and posts, facets", &filtered, true),
        ("all, facets", &Filters::default(), true),
        ("confusable", &tolerant, false),
    ] {
        let mut times = Vec::new();
        for round in 0..=ROUNDS {
            for query in QUERIES {
                let query = Query::parse(query).expect("a query");
                let began = Instant::now();
                let found = searcher.search(Some(&query), filters, (0, 10), facets).expect("an answer");
                std::hint::black_box(found.total);
                if round > 0 {
                    times.push(began.elapsed().as_secs_f64() * 1e3);
                }
            }
        }
        times.sort_by(f64::total_cmp);
        let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
        println!("{name:26} median {:6.2} ms   95th percentile {:6.2} ms", at(0.5), at(0.95));
    }
}
